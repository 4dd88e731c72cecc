//! What a person looks at: the report and the page of a panel in three languages, their charts, and the workbook.
//!
//! In: [`Content`], every figure of a run, and the `tables` made of it. Out: `report.sv.html`, `report.fi.html` and `report.en.html`, each a page
//! of its own without scripts or anything from elsewhere, and `tables.xlsx`. All of them hold figures of groups
//! only. The way of a page: a [`Content`] and a language make an `LocalizedReport`; `sections` turn its figures into words,
//! tables and charts; the template lays them out.

mod charts;
mod early_warning;
mod head;
mod localized;
mod page;
mod palette;
mod panel;
mod sections;
mod svg;
#[cfg(test)]
mod tests;
mod view;
mod workbook;

use std::path::Path;

pub use early_warning::EarlyWarningContent;
pub use panel::PanelContent;
pub use workbook::WORKBOOK;

use crate::exit_code::ExitCode;
use crate::i18n::{Language, TextsError};
use crate::outputs::{Contents, FolderError, OutputFile, Written};
use crate::tables::{Content, Localizer};

/// Why the report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The texts of a language cannot be read.
    #[error(transparent)]
    Texts(#[from] TextsError),
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

/// Writes a page in each of the configured languages, and the workbook if it is wanted.
///
/// # Errors
/// The folder cannot be written to.
pub fn write(folder: &Path, content: &Content<'_>) -> Result<Vec<Written>, ReportError> {
    let mut written = Vec::new();
    let mut write = |name: &str, bytes: &[u8]| -> Result<(), ReportError> {
        let mut file = OutputFile::create(folder, name, Contents::Aggregates)?;
        file.append(bytes)?;
        written.push(file.finish()?);
        Ok(())
    };
    let settings = &content.plan.report;
    for language in &settings.languages {
        let page = page::page(content, *language)?;
        write(&format!("report.{}.html", language.code()), page.as_bytes())?;
    }
    if settings.workbook {
        let language = settings.languages.first().copied().unwrap_or(Language::En);
        let words = Localizer::new(content.plan, language)?;
        write(WORKBOOK, &workbook::bytes(content, &words)?)?;
    }
    Ok(written)
}

/// Writes the page of a panel in each of the configured languages.
///
/// # Errors
/// The folder cannot be written to.
pub fn write_panel(folder: &Path, content: &PanelContent<'_>) -> Result<Vec<Written>, ReportError> {
    write_pages(folder, "panel", &content.plan.report.languages, |language| panel::page(content, language))
}

/// Writes the page of an early-warning model in each of the configured languages.
///
/// # Errors
/// The folder cannot be written to.
pub fn write_early_warning(folder: &Path, content: &EarlyWarningContent<'_>) -> Result<Vec<Written>, ReportError> {
    write_pages(folder, "early-warning", &content.plan.report.languages, |language| {
        early_warning::page(content, language)
    })
}

/// Writes a page, by its name, in each of these languages.
fn write_pages(
    folder: &Path,
    name: &str,
    languages: &[Language],
    page: impl Fn(Language) -> Result<String, ReportError>,
) -> Result<Vec<Written>, ReportError> {
    let write = |language: &Language| {
        let mut file = OutputFile::create(folder, &format!("{name}.{}.html", language.code()), Contents::Aggregates)?;
        file.append(page(*language)?.as_bytes())?;
        Ok(file.finish()?)
    };
    languages.iter().map(write).collect()
}
