//! What is wrong with a configuration, said so that its author can mend it.
//!
//! A configuration is checked as a whole before any data is read: every problem is collected here, with the
//! line and the key that it is about, and the nearest right name where there is one.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use super::schema::Asked;
use crate::exit_code::ExitCode;
use crate::sanitize::{cut, escaped, one_line, shown};

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the user's file, from 1; `None` for what the file lacks.
    pub line: Option<usize>,
    /// The key that it is about, dotted (`extracts.payments.delimiter`); empty for the file as a whole.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do: the nearest right name, or the names that are allowed.
    pub help: Option<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read, or is not UTF-8.
    #[error("cannot read the configuration {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: std::io::Error,
    },
    /// The file is not TOML. Its text has the place, with a caret.
    #[error("{} is not valid TOML\n{}", path.display(), drawn(fault))]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The fault as the parser draws it.
        fault: String,
    },
    /// The file is TOML, and these are its problems.
    #[error("{}", listing(path, problems))]
    Problems {
        /// The file.
        path: PathBuf,
        /// All of them, in the order of the file's lines.
        problems: Vec<Problem>,
    },
}

impl ConfigError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::Usage
    }
}

/// The most characters of a message: more than any needs, unless somebody's text in it is very long.
const MOST_CHARS: usize = 1000;

/// The fault as it is drawn, without what is far to the right of a long line.
fn drawn(fault: &str) -> String {
    fault.lines().map(|line| cut(&escaped(line), MOST_CHARS / 5)).collect::<Vec<_>>().join("\n")
}

/// `vardag.toml:12: rules.x: …`, each problem with its help on a line of its own.
fn listing(path: &std::path::Path, problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        text.push_str(&path.display().to_string());
        if let Some(line) = problem.line {
            text.push_str(&format!(":{line}"));
        }
        text.push_str(&format!(": {problem}\n"));
    }
    let count = problems.len();
    text.push_str(&format!("{count} problem{} in the configuration", if count == 1 { "" } else { "s" }));
    text
}

/// Key, message and help, without the place.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.key.is_empty() {
            write!(f, "{}: ", shown(&self.key))?;
        }
        f.write_str(&one_line(&self.message, MOST_CHARS))?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", one_line(help, MOST_CHARS)),
            None => Ok(()),
        }
    }
}

/// Collects problems while a configuration is read; shared by all of its readers.
#[derive(Debug)]
pub(super) struct Problems {
    found: RefCell<Vec<Problem>>,
    /// Where each line of the file begins, in bytes.
    line_starts: Vec<usize>,
    /// What was asked for.
    pub(super) asked: Asked,
}

impl Problems {
    /// None yet, of a file of this text.
    pub(super) fn of(text: &str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Problems { found: RefCell::default(), line_starts, asked: Asked::default() }
    }

    /// The line of a place in the file, from 1.
    pub(super) fn line(&self, place: &Range<usize>) -> usize {
        self.line_starts.partition_point(|start| *start <= place.start)
    }

    pub(super) fn add(&self, line: Option<usize>, key: String, message: String, help: Option<String>) {
        let problem = Problem { line, key, message, help };
        let mut problems = self.found.borrow_mut();
        // A setting that several sources share is checked for each: one report is enough.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// All of them in the order of the file's lines, what the file lacks last.
    pub(super) fn into_sorted(self) -> Vec<Problem> {
        let mut problems = self.found.into_inner();
        problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        problems
    }
}
