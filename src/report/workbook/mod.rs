//! `tables.xlsx`: every table of a run on a sheet of its own, for who works on in a spreadsheet.
//!
//! Sheets go by the names of the CSV files. Headings and notes are in the first of the report's languages; a note, and
//! the sheet `columns`, have a column's name in the CSV files. Small groups are masked as in the report.

#[cfg(test)]
mod tests;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, XlsxError};

use crate::i18n::{Message, fill};
use crate::render::{MASK, rows_left_out, workbook};
use crate::tables::{Content, Format, Localizer, Table, of_run};

/// Its name in the run folder.
pub const WORKBOOK: &str = "tables.xlsx";

/// The workbook's bytes, which are the same for the same content.
pub(super) fn bytes(content: &Content<'_>, words: &Localizer<'_>) -> Result<Vec<u8>, XlsxError> {
    let tables: Vec<Table> = of_run(content, words).into_iter().map(Table::masked).collect();
    let mut sheets = vec![about(content, words, &tables), columns(words, &tables)];
    sheets.extend(tables);
    workbook(&sheets, &properties(content, words)?)
}

/// Without a date of its own a workbook tells when it was made.
fn properties(content: &Content<'_>, words: &Localizer<'_>) -> Result<DocProperties, XlsxError> {
    use chrono::Datelike;
    let date = content.plan.window.as_of.date();
    // Spreadsheets know no day before 1900.
    let year = u16::try_from(date.year()).unwrap_or_default().clamp(1900, 9999);
    let made = ExcelDateTime::from_ymd(year, date.month() as u8, date.day() as u8)?;
    let properties = DocProperties::new().set_title(&words.texts.page.title).set_author("vardag");
    Ok(properties.set_company(&content.plan.report.agency).set_creation_datetime(&made))
}

/// The first sheet: what this is, and what is where.
fn about(content: &Content<'_>, words: &Localizer<'_>, tables: &[Table]) -> Table {
    let texts = &words.texts.workbook;
    let mut sheet = words.table("about", [("what", Format::Text), ("content", Format::Sentence)]);
    let population = content.all().map_or(0, |all| all.customers);
    let facts = [
        (&texts.agency, content.plan.report.agency.clone()),
        (&texts.first_day, content.plan.window.start.to_string()),
        (&texts.last_day, content.plan.window.as_of.to_string()),
        (&texts.customers, population.to_string()),
        (&texts.program, format!("vardag {}", env!("CARGO_PKG_VERSION"))),
        (&texts.held_because, Message::texts(content.held_because, words.language).join("; ")),
        (&MASK.to_owned(), words.mask_note()),
        (&texts.empty_cell, texts.no_figure.clone()),
        (&texts.reference, content.plan.report.reference.clone()),
    ];
    facts.into_iter().filter(|(_, text)| !text.is_empty()).for_each(|(what, text)| sheet.push([what.clone(), text]));
    for table in tables {
        let mut meaning = table.title.clone();
        let left_out = rows_left_out(table);
        if left_out > 0 {
            let numbers = [table.rows.len() - left_out, left_out].map(|number| words.count(number as u64));
            meaning += &fill(&texts.left_out, &[("rows", &numbers[0]), ("more", &numbers[1])]);
        }
        sheet.push([fill(&texts.sheet, &[("name", &table.name)]), meaning]);
    }
    sheet
}

/// What the columns of all sheets mean.
fn columns(words: &Localizer<'_>, tables: &[Table]) -> Table {
    let texts = ["sheet", "heading", "name_in_files"].map(|name| (name, Format::Text));
    let mut sheet = words.table("columns", texts.into_iter().chain([("meaning", Format::Sentence)]));
    for table in tables {
        for column in &table.columns {
            sheet.push([&table.name, &column.heading, &column.name, &column.meaning]);
        }
    }
    sheet
}
