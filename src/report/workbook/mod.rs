//! `tables.xlsx`: every table of a run on a sheet of its own, for who works on in a spreadsheet.
//!
//! Sheets and columns go by the names that the CSV files have, so that both can be matched; what a column means
//! stands in a note on its head and on the sheet `columns`. Small groups are masked as in the report.

mod sheet;
mod tables;
#[cfg(test)]
mod tests;

use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use self::sheet::{Kind, Sheet, Value};
use super::{Content, ReportError};
use crate::outputs::{Contents, OutputFile, Written};

/// How hard to compress, from 1 to 9.
const COMPRESSION: u8 = 2;

/// Its name in the run folder.
pub const WORKBOOK: &str = "tables.xlsx";

/// Writes the workbook.
///
/// # Errors
/// The folder cannot be written to.
pub fn write_workbook(folder: &Path, content: &Content<'_>) -> Result<Written, ReportError> {
    let bytes = workbook(content)?;
    let mut file = OutputFile::create(folder, WORKBOOK, Contents::Aggregates)?;
    file.append(&bytes)?;
    Ok(file.finish()?)
}

/// The workbook's bytes, which are the same for the same content.
fn workbook(content: &Content<'_>) -> Result<Vec<u8>, XlsxError> {
    let tables = tables::all(content);
    let mut book = Workbook::new();
    // Packing takes most of the time that a large workbook takes.
    book.set_zip_compression_level(COMPRESSION);
    // Without a date of its own a workbook tells when it was made.
    book.set_properties(&properties(content)?);
    for sheet in [about(content, &tables), columns(&tables)].iter().chain(&tables) {
        sheet.write(book.add_worksheet())?;
    }
    book.save_to_buffer()
}

fn properties(content: &Content<'_>) -> Result<DocProperties, XlsxError> {
    use chrono::Datelike;
    let date = content.window.as_of.date();
    // Spreadsheets know no day before 1900.
    let year = u16::try_from(date.year()).unwrap_or_default().clamp(1900, 9999);
    let made = ExcelDateTime::from_ymd(year, date.month() as u8, date.day() as u8)?;
    let properties = DocProperties::new().set_title("Everyday life of customers").set_author("vardag");
    Ok(properties.set_company(&content.config.report.agency).set_creation_datetime(&made))
}

/// The first sheet: what this is, and what is where.
fn about(content: &Content<'_>, tables: &[Sheet]) -> Sheet {
    let mut sheet = Sheet::new("about", "What this workbook is");
    sheet.column("what", Kind::Text, "");
    sheet.column("content", Kind::Wide, "");
    let window = content.window;
    let population = content.all().map_or(0, |all| all.customers);
    let least = content.config.breakdowns.min_group;
    let facts = [
        ("agency", content.config.report.agency.clone()),
        ("first day", window.start.to_string()),
        ("last day", window.as_of.to_string()),
        ("customers", population.to_string()),
        ("program", format!("vardag {}", env!("CARGO_PKG_VERSION"))),
        ("held because", content.held_because.join("; ")),
        ("[c]", format!("fewer than {least} customers, or a figure from which such a group could be worked out")),
        ("empty cell", "there is no such figure".to_owned()),
        ("reference figures", content.config.report.reference_source.clone()),
    ];
    for (what, text) in facts.into_iter().filter(|(_, text)| !text.is_empty()) {
        sheet.row([Value::from(what), Value::from(text)]);
    }
    for table in tables {
        let mut meaning = table.meaning.to_owned();
        if table.left_out > 0 {
            meaning += &format!("; its first {} rows: {} more are left out", table.rows.len(), table.left_out);
        }
        sheet.row([Value::from(format!("sheet {}", table.name)), Value::from(meaning)]);
    }
    sheet
}

/// What the columns of all sheets mean.
fn columns(tables: &[Sheet]) -> Sheet {
    let mut sheet = Sheet::new("columns", "What the columns of the other sheets mean");
    sheet.column("sheet", Kind::Text, "");
    sheet.column("column", Kind::Text, "");
    sheet.column("meaning", Kind::Wide, "");
    for table in tables {
        for column in &table.columns {
            sheet.row([table.name.as_str(), &column.name, &column.meaning].map(Value::from));
        }
        for (name, meaning) in &table.remarks {
            sheet.row([table.name.as_str(), name, meaning].map(Value::from));
        }
    }
    sheet
}
