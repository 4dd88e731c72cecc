//! A table on a terminal, without lines between its cells.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement};

use super::written;
use crate::i18n::Language;
use crate::sanitize::shown;
use crate::tables::{Format, Table, Value};

/// Its headings and rows, without a line feed at the end.
pub fn text(table: &Table, language: Language) -> String {
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    drawn.set_header(table.columns.iter().map(|column| column.heading.as_str()));
    for row in &table.rows {
        drawn.add_row(table.columns.iter().enumerate().map(|(at, column)| {
            let cell = row.cell(at);
            let text = shown(&written(&cell, column.format, language));
            match &cell.value {
                // Whoever works on a terminal works with files, too.
                Value::Text(iso) if column.format == Format::Day => iso.to_string(),
                Value::Named(names) if !names.0.is_empty() && names.0 != names.1 => {
                    format!("{text} ({})", shown(&names.0))
                }
                _ => text,
            }
        }));
    }
    for (column, drawn) in table.columns.iter().zip(drawn.column_iter_mut()) {
        if column.format.is_numeric() {
            drawn.set_cell_alignment(CellAlignment::Right);
        }
    }
    drawn.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
