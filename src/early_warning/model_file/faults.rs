//! What can be wrong with a model's file.

use std::io;
use std::path::{Path, PathBuf};

use crate::exit_code::ExitCode;
use crate::sanitize::{one_line, shown};

/// Why a file is of no use as a model.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It cannot be read.
    #[error("the model {} cannot be read: {cause}; name a file that `vardag early-warning fit` has written", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// Something in it is not as it should be.
    #[error("{}{}: {message}\n  help: {}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default(), WHAT_TO_DO)]
    Faulty {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where one is at fault.
        line: Option<usize>,
        /// What is wrong.
        message: String,
    },
}

const WHAT_TO_DO: &str = "only approved_by, approved_on and comments may be changed; restore the file as `vardag \
                          early-warning fit` has written it, or fit the model again";

/// The longest message about a value.
const MOST_CHARS: usize = 300;

/// What is wrong in a file, before it is known which.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    line: Option<usize>,
    message: String,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Fault { line: None, message: message.into() }
    }

    /// At a place of a text, in bytes.
    pub(super) fn at(self, text: &str, place: Option<usize>) -> Self {
        let line = place.map(|place| text.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1);
        Fault { line, ..self }
    }

    /// Of what a TOML parser does not take.
    pub(super) fn of_parser(text: &str, message: &str, place: Option<usize>) -> Self {
        Fault::new(one_line(&shown(message.trim_end()), MOST_CHARS)).at(text, place)
    }

    pub(super) fn of_file(self, path: &Path) -> ModelFileError {
        ModelFileError::Faulty { path: path.to_owned(), line: self.line, message: self.message }
    }
}

impl ModelFileError {
    /// What the program ends with: a model is named in the configuration, or typed.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::Usage
    }
}
