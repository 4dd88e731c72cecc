//! How any table looks: as CSV, JSON, a sheet, a part of a page, text on a terminal.
//!
//! In: a [`Table`](crate::tables::Table). Nothing here knows a table by name. CSV, JSON and the terminal show what is
//! there; a table for others than its owner is masked before it comes here.

mod csv;
mod html;
mod json;
mod terminal;
mod xlsx;

pub use self::csv::write_csv;
pub use html::HtmlTable;
pub use json::records;
pub use terminal::text;
pub use xlsx::{rows_left_out, workbook};

use crate::i18n::{Language, MISSING};
use crate::tables::{Cell, Format, Value};

/// How pages look: colours, letters, links.
pub const PAGE_STYLE: &str = include_str!("page.css");

/// What stands for a figure of too few.
pub const MASK: &str = "[c]";

/// A cell as people read it, in a column of this format.
pub fn written(cell: &Cell, format: Format, language: Language) -> String {
    let format = cell.format.unwrap_or(format);
    let number = cell.value.number();
    match (&cell.value, format) {
        (Value::Masked, _) => MASK.to_owned(),
        (Value::Text(iso), Format::Day) => {
            crate::calendar::Day::from_iso(iso).map_or_else(|| iso.to_string(), |day| language.short_day(day))
        }
        (Value::Text(_) | Value::Named(_), _) => cell.value.label().to_owned(),
        (Value::Missing, format) => if format.is_numeric() { MISSING } else { "" }.to_owned(),
        (_, Format::Change) => language.difference(number, 0),
        (_, Format::Percent) => language.percent(number, 1),
        (_, Format::Decimals(places)) => language.decimals(number, places.into()),
        (_, Format::UpTo(places)) => language.at_most(number, places.into()),
        (_, _) => language.decimals(number, 0),
    }
}
