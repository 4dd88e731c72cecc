//! Why a job cannot run, and the exit code that says so.

use crate::config::{ConfigError, Problem};
use crate::extract::ExtractError;
use crate::outputs::FolderError;
use crate::report::ReportError;

/// A job that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The rules cannot be compiled.
    #[error("{}", lines(.0))]
    Rules(Vec<Problem>),
    /// The input files are not there or not what the configuration says.
    #[error("{}", lines(.0))]
    Inputs(Vec<ExtractError>),
    /// An extract cannot be read to its end.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The results cannot be written.
    #[error(transparent)]
    Output(#[from] FolderError),
    /// Somebody still writes rejects when the run is to be finished.
    #[error("rejects.csv is still being written: this is a fault of vardag")]
    RejectsOpen,
    /// The manifest cannot be written as JSON.
    #[error("the manifest cannot be written: {0}")]
    Manifest(serde_json::Error),
    /// The report or the workbook cannot be made.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The worker threads cannot be started.
    #[error("{0}; try fewer with --threads")]
    Threads(rayon::ThreadPoolBuildError),
    /// The rules cannot be evaluated.
    #[error("the rules cannot be evaluated: {0}")]
    Evaluate(#[from] polars::prelude::PolarsError),
}

/// Several errors, each on a line that says so (the first is said to be one by who prints it).
fn lines<T: std::fmt::Display>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join("\nerror: ")
}

impl JobError {
    /// The documented exit code (docs/exit-codes.md).
    pub fn exit_code(&self) -> u8 {
        match self {
            JobError::Config(_)
            | JobError::Rules(_)
            | JobError::Output(
                FolderError::Unusable { .. } | FolderError::LockFile { .. } | FolderError::InTheWay { .. },
            ) => 2,
            JobError::Inputs(_) => 3,
            // Rejects go to the run folder: not the data is at fault, but the disk.
            JobError::Extract(
                ExtractError::Rejects { .. } | ExtractError::Spill { .. } | ExtractError::DoesNotAddUp { .. },
            ) => 1,
            JobError::Extract(_) => 3,
            JobError::Output(FolderError::Locked { .. }) => 75,
            JobError::Output(
                FolderError::Write { .. }
                | FolderError::LockLost { .. }
                | FolderError::NotAsWritten { .. }
                | FolderError::Stranded { .. }
                | FolderError::AfterPublishing { .. },
            )
            | JobError::Manifest(_)
            | JobError::RejectsOpen
            | JobError::Threads(_)
            | JobError::Report(_)
            | JobError::Evaluate(_) => 1,
        }
    }
}
