//! What can be wrong with a run folder that is read again.

use std::io;
use std::path::PathBuf;

use crate::config::Problem;
use crate::exit_code::ExitCode;
use crate::sanitize::shown;

/// Why a past run cannot be read or compared.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum HistoryError {
    #[error("{} is no run folder: it has no manifest.json; name one such as runs/2025-12-31 or runs/latest", folder.display())]
    NoRun { folder: PathBuf },
    #[error("{} is a panel and no run: name a run folder; a panel is for `vardag explain`", folder.display())]
    IsPanel { folder: PathBuf },
    #[error("there is no good run in {}: name the folder that holds run folders, such as runs", root.display())]
    NoRuns { root: PathBuf },
    #[error("{} cannot be read: {source}; check that it is there and that you may read it", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not a manifest of vardag: {}; restore the run folder, or make the run again", path.display(), shown(cause))]
    Manifest { path: PathBuf, cause: String },
    #[error(
        "{} cannot be used: restore it if it was changed, or make the run again with this version of vardag\n{}",
        path.display(),
        lines(problems)
    )]
    Config { path: PathBuf, problems: Vec<Problem> },
    #[error(
        "{} was changed after the run: its BLAKE3 hash is not the one in manifest.json; restore it, or make the run again",
        path.display()
    )]
    Changed { path: PathBuf },
    #[error("{} has no column \"{}\", which is needed here; was the run made by another version of vardag?", path.display(), shown(column))]
    NoColumn { path: PathBuf, column: String },
    #[error("{}:{line}: {}; the file was changed after the run: restore it, or make the run again", path.display(), shown(what))]
    Row { path: PathBuf, line: u64, what: String },
    #[error("{}: {}; restore it, or make the run again", path.display(), shown(message))]
    Damaged { path: PathBuf, message: String },
    #[error("the rules cannot be evaluated on {}: {source}", path.display())]
    Evaluate { path: PathBuf, source: polars::prelude::PolarsError },
    #[error(
        "the run in {} has no labels of employers: none of its extracts is about them; compare customers, or runs that \
         have employers", folder.display()
    )]
    NoEmployers { folder: PathBuf },
    #[error("the movements cannot be written: {source}; is the disk full?")]
    Rows { source: io::Error },
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

impl HistoryError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            HistoryError::NoRun { .. }
            | HistoryError::IsPanel { .. }
            | HistoryError::NoRuns { .. }
            | HistoryError::NoEmployers { .. } => ExitCode::Usage,
            HistoryError::Evaluate { .. } | HistoryError::Rows { .. } => ExitCode::Failure,
            _ => ExitCode::Data,
        }
    }
}
