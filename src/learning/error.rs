//! Why no model is written.

use std::io;
use std::path::PathBuf;

use crate::early_warning::FitError;
use crate::exit_code::ExitCode;
use crate::i18n::TextsError;
use crate::job::JobError;
use crate::outputs::FolderError;
use crate::report::ReportError;

/// Why no model is written.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// No category is lighter than the one that is warned of.
    #[error(
        "nobody is in question: no category is lighter than the one that is warned of. Name the categories in \
         [early_warning] from, or a heavier one in to"
    )]
    NobodyInQuestion,
    /// No file and folder can be called like that.
    #[error("{} is no name for a model: --out names its file, such as model.toml", .0.display())]
    NoName(PathBuf),
    /// A model is never replaced, since somebody may have approved it.
    #[error("{} exists already, and a model is never replaced: name another file with --out, or move it away", .0.display())]
    InTheWay(PathBuf),
    /// The extracts or the labels.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The fit.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The folder with the tests.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The page.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The texts of tables cannot be read.
    #[error(transparent)]
    Texts(#[from] TextsError),
    /// The model's file.
    #[error("the model cannot be written to {}: {cause}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
}

impl LearnError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            LearnError::NobodyInQuestion | LearnError::NoName(_) | LearnError::InTheWay(_) => ExitCode::Usage,
            LearnError::Job(error) => error.exit_code(),
            LearnError::Fit(error) => error.exit_code(),
            LearnError::Folder(error) => error.exit_code(),
            LearnError::Report(error) => error.exit_code(),
            LearnError::Texts(_) | LearnError::Model { .. } => ExitCode::Failure,
        }
    }
}
