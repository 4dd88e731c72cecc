//! One sheet: typed columns with what they mean, rows, and how both get into the workbook.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Note, Worksheet, XlsxError};

/// What a column holds, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a code.
    Text,
    /// A sentence.
    Wide,
    /// A whole number.
    Count,
    /// Per cent, minutes, and what else one decimal is enough for.
    Tenths,
    /// Rates and means.
    Hundredths,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(f64),
    /// What may not be told.
    Hidden,
    Missing,
}

/// A column.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// What it means; may be empty.
    pub(super) meaning: String,
}

/// A table of its own.
pub(super) struct Sheet {
    /// At most 31 characters, without those that spreadsheets refuse.
    pub(super) name: String,
    pub(super) meaning: &'static str,
    pub(super) columns: Vec<Column>,
    /// What to say of columns that a reader may look for in vain: their names, and why they are not there.
    pub(super) remarks: Vec<(&'static str, &'static str)>,
    pub(super) rows: Vec<Vec<Value>>,
    /// Rows beyond the most of a sheet, which it lacks.
    pub(super) left_out: usize,
}

/// The most rows of a sheet: a spreadsheet holds about a million, a person far fewer.
const MOST_ROWS: usize = 100_000;
/// The longest text of a cell.
const MOST_CHARACTERS: usize = 1000;

impl Sheet {
    pub(super) fn new(name: &str, meaning: &'static str) -> Self {
        Sheet {
            name: sheet_name(name),
            meaning,
            columns: Vec::new(),
            remarks: Vec::new(),
            rows: Vec::new(),
            left_out: 0,
        }
    }

    pub(super) fn column(&mut self, name: &str, kind: Kind, meaning: &str) {
        self.columns.push(Column { name: name.to_owned(), kind, meaning: meaning.to_owned() });
    }

    /// Adds a row, or counts it as left out where the sheet is full.
    pub(super) fn row(&mut self, values: impl IntoIterator<Item = Value>) {
        if self.rows.len() < MOST_ROWS {
            self.rows.push(values.into_iter().collect());
        } else {
            self.left_out += 1;
        }
    }

    /// Writes it: heads with notes, which stay in sight, then the rows.
    pub(super) fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(&self.name)?;
        let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
        let head = head.set_border_bottom(FormatBorder::Thin);
        for (at, column) in (0u16..).zip(&self.columns) {
            sheet.write_string_with_format(0, at, &column.name, &head)?;
            if !column.meaning.is_empty() {
                let note = Note::new(&column.meaning).add_author_prefix(false).set_width(260);
                sheet.insert_note(0, at, &note)?;
            }
            sheet.set_column_width(at, self.width(usize::from(at)))?;
        }
        let masked = Format::new().set_font_color(Color::Gray).set_align(FormatAlign::Right);
        let formats: Vec<Format> = self.columns.iter().map(|column| format_of(column.kind)).collect();
        for (line, row) in (1u32..).zip(&self.rows) {
            for ((at, value), format) in (0u16..).zip(row).zip(&formats) {
                match value {
                    Value::Text(text) => sheet.write_string_with_format(line, at, text, format)?,
                    Value::Number(number) => sheet.write_number_with_format(line, at, *number, format)?,
                    Value::Hidden => sheet.write_string_with_format(line, at, super::super::MASK, &masked)?,
                    Value::Missing => sheet,
                };
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        if let (Ok(last), Some(column)) = (u32::try_from(self.rows.len()), self.columns.len().checked_sub(1)) {
            sheet.autofilter(0, 0, last, column as u16)?;
        }
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        Ok(())
    }

    /// Wide enough for the longest of the first values, within reason.
    fn width(&self, at: usize) -> f64 {
        let column = &self.columns[at];
        if column.kind == Kind::Wide {
            return 80.0;
        }
        let longest = self.rows.iter().take(200).filter_map(|row| match row.get(at)? {
            Value::Text(text) => Some(text.chars().count()),
            _ => None,
        });
        let longest = longest.max().unwrap_or(8).max(column.name.chars().count());
        (longest as f64 + 3.0).clamp(9.0, 42.0)
    }
}

fn format_of(kind: Kind) -> Format {
    let format = Format::new().set_align(FormatAlign::Top);
    match kind {
        Kind::Text => format,
        Kind::Wide => format.set_text_wrap(),
        Kind::Count => format.set_num_format("#,##0"),
        Kind::Tenths => format.set_num_format("#,##0.0"),
        Kind::Hundredths => format.set_num_format("#,##0.00"),
    }
}

/// A name as spreadsheets take it.
fn sheet_name(name: &str) -> String {
    let allowed = |character: char| if "[]:*?/\\'".contains(character) { '_' } else { character };
    name.chars().map(allowed).take(31).collect()
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        match text {
            "" => Value::Missing,
            text => Value::Text(text.chars().take(MOST_CHARACTERS).collect()),
        }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::from(text.as_str())
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Value::Number(count as f64)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        if number.is_finite() { Value::Number(number) } else { Value::Missing }
    }
}

impl Value {
    /// The value, or that it may not be told.
    pub(super) fn or_hidden(self, is_hidden: bool) -> Self {
        if is_hidden { Value::Hidden } else { self }
    }
}
