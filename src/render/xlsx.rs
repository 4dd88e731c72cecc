//! Tables as the sheets of a workbook: numbers as numbers, what a column means as a note on its heading.

use rust_xlsxwriter::{
    Color, DocProperties, Format as CellFormat, FormatAlign, FormatBorder, Note, Workbook, Worksheet, XlsxError,
};

use super::MASK;
use crate::tables::{Cell, Column, Format, Table, Value};

/// How hard to compress, from 1 to 9: packing takes most of the time that a large workbook takes.
const COMPRESSION: u8 = 2;
/// The most rows of a sheet: a spreadsheet holds about a million, a person far fewer.
const MOST_ROWS: usize = 100_000;
/// The longest text of a cell.
const MOST_CHARACTERS: usize = 1000;

/// The bytes of a workbook with a sheet per table, which are the same for the same tables and properties.
///
/// # Errors
/// The library refuses a sheet.
pub fn workbook(tables: &[Table], properties: &DocProperties) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_zip_compression_level(COMPRESSION);
    book.set_properties(properties);
    let mut names: Vec<String> = Vec::new();
    for table in tables {
        let mut name = sheet_name(&table.name);
        // Two long names may be alike in the characters that a sheet's name has room for.
        if names.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            name = format!("sheet {}", names.len() + 1);
        }
        write(table, book.add_worksheet().set_name(&name)?)?;
        names.push(name);
    }
    book.save_to_buffer()
}

/// How many rows of a table a sheet has no room for.
pub fn rows_left_out(table: &Table) -> usize {
    table.rows.len().saturating_sub(MOST_ROWS)
}

/// Writes headings with notes, which stay in sight, then the rows.
fn write(table: &Table, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let head = CellFormat::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let head = head.set_border_bottom(FormatBorder::Thin);
    for (at, column) in (0u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, at, &column.heading, &head)?;
        let meaning = [column.name.as_str(), &column.meaning].map(str::trim).join(": ");
        let note = Note::new(meaning.trim_end_matches(": ")).add_author_prefix(false).set_width(260);
        sheet.insert_note(0, at, &note)?;
        sheet.set_column_width(at, width(table, usize::from(at), column))?;
    }
    let masked = CellFormat::new().set_font_color(Color::Gray).set_align(FormatAlign::Right);
    let formats: Vec<CellFormat> = table.columns.iter().map(|column| cell_format(column.format)).collect();
    for (line, row) in (1u32..).zip(table.rows.iter().take(MOST_ROWS)) {
        for ((at, cell), format) in (0u16..).zip(&row.cells).zip(&formats) {
            match cell.format {
                Some(own) => write_cell(sheet, (line, at), cell, &cell_format(own), &masked)?,
                None => write_cell(sheet, (line, at), cell, format, &masked)?,
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let last_row = u32::try_from(table.rows.len().min(MOST_ROWS));
    if let (Ok(last), Some(column)) = (last_row, table.columns.len().checked_sub(1)) {
        sheet.autofilter(0, 0, last, column as u16)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    (line, at): (u32, u16),
    cell: &Cell,
    format: &CellFormat,
    masked: &CellFormat,
) -> Result<(), XlsxError> {
    match &cell.value {
        Value::Missing => {}
        Value::Masked => drop(sheet.write_string_with_format(line, at, MASK, masked)?),
        Value::Text(_) | Value::Named(_) => {
            let text: String = cell.value.label().chars().take(MOST_CHARACTERS).collect();
            sheet.write_string_with_format(line, at, text, format)?;
        }
        number => drop(sheet.write_number_with_format(line, at, number.number(), format)?),
    }
    Ok(())
}

/// Wide enough for the longest of the first values, within reason.
fn width(table: &Table, at: usize, column: &Column) -> f64 {
    if column.format == Format::Sentence {
        return 80.0;
    }
    let length = |row: &crate::tables::Row| row.cells.get(at).map_or(0, |cell| cell.value.label().chars().count());
    let longest = table.rows.iter().take(200).map(length).max().unwrap_or(0).max(6);
    // A heading may take two lines.
    (longest.max(column.heading.chars().count().div_ceil(2)) as f64 + 3.0).clamp(9.0, 42.0)
}

fn cell_format(format: Format) -> CellFormat {
    let cell = CellFormat::new().set_align(FormatAlign::Top);
    match format {
        Format::Text | Format::Code | Format::Day => cell,
        Format::Sentence => cell.set_text_wrap(),
        Format::Count | Format::Change => cell.set_num_format("#,##0"),
        Format::Percent => cell.set_num_format("#,##0.0"),
        Format::Decimals(places) | Format::UpTo(places) => {
            cell.set_num_format(format!("#,##0.{}", "0".repeat(places.into())))
        }
    }
}

/// A name as spreadsheets take it: at most 31 characters, without those that they refuse.
fn sheet_name(name: &str) -> String {
    let allowed = |character: char| if "[]:*?/\\'".contains(character) { '_' } else { character };
    name.chars().map(allowed).take(31).collect()
}
