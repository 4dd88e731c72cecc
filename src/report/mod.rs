//! What a person looks at: the report in three languages, its charts, and the workbook.
//!
//! In: [`Content`], every figure of a run. Out: `report.sv.html`, `report.fi.html` and `report.en.html`, each a page
//! of its own without scripts or anything from elsewhere, and `tables.xlsx`. All of them hold figures of groups
//! only. The way of a page: a [`Content`] and a language make an `Edition`; `sections` turn its figures into words,
//! tables and charts; the template lays them out.

mod charts;
mod content;
mod edition;
mod page;
mod palette;
mod sections;
mod svg;
#[cfg(test)]
mod tests;
mod texts;
mod view;

use std::path::Path;

pub use content::{Content, MaskedBreakdown, PastCategory, PastFigures};

use crate::outputs::{Contents, FolderError, OutputFile, Written};

/// Why the report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The texts of a language do not load, which a test rules out.
    #[error("the texts of the report cannot be read: {0}; this is a fault of vardag")]
    Texts(#[from] toml::de::Error),
    /// The template does not fit the figures, which a test rules out.
    #[error("the report cannot be laid out: {0:#}; this is a fault of vardag")]
    Template(#[from] minijinja::Error),
    /// The file cannot be written.
    #[error(transparent)]
    Output(#[from] FolderError),
}

/// Writes a page in each of the configured languages.
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
    Ok(written)
}
