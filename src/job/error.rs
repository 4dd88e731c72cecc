//! Why a job cannot run.

use crate::early_warning::ModelRefused;
use crate::exit_code::ExitCode;
use crate::extract::ExtractError;
use crate::i18n::TextsError;
use crate::outputs::FolderError;
use crate::report::ReportError;

/// A job that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The input files are not there or not what the configuration says.
    #[error("{}", lines(.0))]
    Inputs(Vec<ExtractError>),
    /// The model of early warning is not applied.
    #[error(transparent)]
    Model(#[from] ModelRefused),
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
    /// The texts of tables cannot be read.
    #[error(transparent)]
    Texts(#[from] TextsError),
    /// The worker threads cannot be started.
    #[error("{0}; try fewer with --threads")]
    Threads(rayon::ThreadPoolBuildError),
    /// The rules cannot be evaluated.
    #[error("the rules cannot be evaluated: {0}")]
    Evaluate(#[from] polars::prelude::PolarsError),
}

/// Several errors, each on a line that says so (the first is said to be one by who prints it).
fn lines(errors: &[ExtractError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nerror: ")
}

impl JobError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            JobError::Model(error) => error.exit_code(),
            JobError::Extract(error) => error.exit_code(),
            JobError::Output(error) => error.exit_code(),
            JobError::Report(error) => error.exit_code(),
            JobError::Inputs(_) => ExitCode::Data,
            JobError::RejectsOpen
            | JobError::Manifest(_)
            | JobError::Texts(_)
            | JobError::Threads(_)
            | JobError::Evaluate(_) => ExitCode::Failure,
        }
    }
}
