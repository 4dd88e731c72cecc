//! What a person looks at: the report in three languages, its charts, and the workbook.
//!
//! In: [`Content`], every figure of a run. Out: `report.sv.html`, `report.fi.html` and `report.en.html`, each a page
//! of its own without scripts or anything from elsewhere, and `tables.xlsx`. All of them hold figures of groups
//! only. The way of a page: a [`Content`] and a language make an `LocalizedReport`; `sections` turn its figures into words,
//! tables and charts; the template lays them out.

mod charts;
mod content;
mod localized;
mod page;
mod palette;
mod run_snapshots;
mod sections;
mod svg;
#[cfg(test)]
mod tests;
mod view;
mod workbook;

use std::path::Path;

pub use content::{Content, MaskedBreakdown};
pub use workbook::{WORKBOOK, write_workbook};

use crate::exit_code::ExitCode;
use crate::outputs::{Contents, FolderError, OutputFile, Written};

/// Why the report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The texts of a language do not load, which a test rules out.
    #[error("the texts of the report cannot be read: {0}; this is a fault of vardag")]
    Texts(#[from] toml_edit::de::Error),
    /// The template does not fit the figures, which a test rules out.
    #[error("the report cannot be laid out: {0:#}; this is a fault of vardag")]
    Template(#[from] minijinja::Error),
    /// The workbook does not take what it is given, which a test rules out.
    #[error("the workbook cannot be made: {0}; this is a fault of vardag")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The file cannot be written.
    #[error(transparent)]
    Output(#[from] FolderError),
}

impl ReportError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            ReportError::Output(error) => error.exit_code(),
            ReportError::Texts(_) | ReportError::Template(_) | ReportError::Workbook(_) => ExitCode::Failure,
        }
    }
}

/// What stands for a figure of too few.
const MASK: &str = "[c]";

/// A text of an extract without characters that no page and no sheet can show, such as those that end a text.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

/// Writes a page in each of the configured languages, and the workbook if it is wanted.
///
/// # Errors
/// The folder cannot be written to.
pub fn write(folder: &Path, content: &Content<'_>) -> Result<Vec<Written>, ReportError> {
    let mut written = Vec::new();
    for language in &content.config.report.languages {
        let page = page::page(content, *language)?;
        let mut file = OutputFile::create(folder, &format!("report.{}.html", language.code()), Contents::Aggregates)?;
        file.append(page.as_bytes())?;
        written.push(file.finish()?);
    }
    if content.config.report.workbook {
        written.push(write_workbook(folder, content)?);
    }
    Ok(written)
}
