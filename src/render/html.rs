//! A table as the template of a page takes it: every cell in words.

use serde::Serialize;

use super::written;
use crate::i18n::Language;
use crate::tables::{Cell, Format, Table, Value};

/// A table in words. The first cell of a row is its heading.
#[derive(Serialize)]
pub struct HtmlTable {
    caption: String,
    columns: Vec<HtmlColumn>,
    rows: Vec<HtmlRow>,
    note: String,
}

#[derive(Serialize)]
struct HtmlColumn {
    title: String,
    numeric: bool,
}

#[derive(Serialize)]
struct HtmlRow {
    cells: Vec<HtmlCell>,
    total: bool,
}

#[derive(Serialize)]
struct HtmlCell {
    text: String,
    /// What else to know of it, smaller.
    detail: String,
    /// How strongly it is shaded, 0 to 6.
    heat: u8,
    code: bool,
}

impl HtmlTable {
    /// In the words of a language.
    pub fn new(table: &Table, language: Language) -> Self {
        let columns = table.columns.iter();
        let columns =
            columns.map(|column| HtmlColumn { title: column.heading.clone(), numeric: column.format.is_numeric() });
        let row = |row: &crate::tables::Row| HtmlRow {
            cells: table
                .columns
                .iter()
                .enumerate()
                .map(|(at, column)| HtmlCell::new(&row.cell(at), column.format, language))
                .collect(),
            total: row.is_total,
        };
        HtmlTable {
            caption: table.title.clone(),
            columns: columns.collect(),
            rows: table.rows.iter().map(row).collect(),
            note: table.note.clone(),
        }
    }
}

impl HtmlCell {
    fn new(cell: &Cell, format: Format, language: Language) -> Self {
        let detail = cell.detail.as_deref().cloned().unwrap_or_default();
        let per_cent = detail.number();
        HtmlCell {
            text: written(cell, format, language),
            heat: if per_cent > 0.0 { 1 + (per_cent / 20.0).min(4.99) as u8 } else { 0 },
            detail: match detail {
                Value::Missing => String::new(),
                detail => written(&Cell::from(detail), Format::Percent, language),
            },
            code: cell.format.unwrap_or(format) == Format::Code && cell.value.key() == cell.value.label(),
        }
    }
}
