//! What can keep a label from being explained.

use std::path::PathBuf;

use super::events::EventsError;
use crate::exit_code::ExitCode;
use crate::history::HistoryError;
use crate::schema::Entity;

/// Why a label cannot be explained.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ExplainError {
    // The id is not repeated: messages end up in logs.
    #[error(
        "{} has no {} of this id; ids are compared character by character, as the extracts have them",
        folder.display(),
        entity.singular()
    )]
    Unknown { folder: PathBuf, entity: Entity },
    #[error("the run {} has no employers: no extract was about them", folder.display())]
    NoEmployers { folder: PathBuf },
    #[error(
        "the run {} labels it {labelled}, and its own configuration says {by_rules}: labels or config.toml \
         were changed after the run, or it was made by another version; make the run again",
        folder.display()
    )]
    Disagrees { folder: PathBuf, labelled: String, by_rules: String },
    #[error(
        "the run {} labels it with {labelled}, and its own model says {by_model}: labels or model.toml were changed after \
         the run; make the run again",
        folder.display()
    )]
    ModelDisagrees { folder: PathBuf, labelled: String, by_model: String },
    #[error("{} cannot be used: {cause}; restore it, or make the run again", path.display())]
    Statistics { path: PathBuf, cause: String },
    #[error("the rules cannot be evaluated: {0}")]
    Evaluate(#[from] polars::prelude::PolarsError),
    #[error("the page cannot be made: {0}")]
    Page(#[from] minijinja::Error),
    #[error(transparent)]
    Texts(#[from] crate::i18n::TextsError),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error(transparent)]
    Events(#[from] EventsError),
}

impl ExplainError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            ExplainError::History(error) => error.exit_code(),
            ExplainError::Events(error) => error.exit_code(),
            ExplainError::Evaluate(_) | ExplainError::Page(_) | ExplainError::Texts(_) => ExitCode::Failure,
            _ => ExitCode::Data,
        }
    }
}
