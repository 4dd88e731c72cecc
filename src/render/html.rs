//! A table as the template of a page takes it: every cell in words.

use serde::Serialize;

use super::written;
use crate::i18n::Language;
use crate::tables::{Cell, Format, Table, Value};

/// A table in words. The first cell of a row is its heading.
#[derive(Serialize)]
pub struct HtmlTable {
    caption: String,
    /// Roughly how wide it is at least, in letters' heights: what is wider than its room is set smaller, or scrolls.
    ems: u32,
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
        let formats: Vec<Format> = (0..table.columns.len()).map(|at| aligned(table, at)).collect();
        let row = |row: &crate::tables::Row| HtmlRow {
            cells: formats
                .iter()
                .enumerate()
                .map(|(at, format)| HtmlCell::new(&row.cell(at), *format, language))
                .collect(),
            total: row.is_total,
        };
        let (columns, rows): (Vec<_>, Vec<_>) = (columns.collect(), table.rows.iter().map(row).collect());
        let ems =
            (0..columns.len()).map(|at| least_width(at, &columns[at], rows.iter().filter_map(|row| row.cells.get(at))));
        let ems = ems.sum::<f64>().ceil() as u32;
        HtmlTable { caption: table.title.clone(), ems, columns, rows, note: table.note.clone() }
    }

    /// Whether a cell of it is this sign: the one of a mask, or of a missing number.
    pub fn has(&self, sign: &str) -> bool {
        self.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.text == sign)
    }
}

/// The format of a column, in which all numbers have as many decimals as the one that needs most, so that they stand in
/// line.
fn aligned(table: &Table, at: usize) -> Format {
    let format = table.columns[at].format;
    let Format::UpTo(most) = format else { return format };
    let places = |number: f64| {
        let text = format!("{number:.0$}", usize::from(most));
        text.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len())
    };
    let numbers = table.rows.iter().map(|row| row.cell(at).value.number()).filter(|number| number.is_finite());
    Format::Decimals(numbers.map(places).max().unwrap_or_default() as u8)
}

/// Roughly how narrow a column can be, in letters' heights. Lines break between words, those of numbers nowhere.
fn least_width<'a>(at: usize, column: &HtmlColumn, cells: impl Iterator<Item = &'a HtmlCell>) -> f64 {
    const LETTER: f64 = 0.58;
    const SPACE_BETWEEN: f64 = 1.0;
    // Text of several words has lines of so many letters; what a row is of is shorter.
    let line = if at == 0 { 16 } else { 24 };
    let longest_word = |text: &str| text.split(' ').map(|word| word.chars().count()).max().unwrap_or_default();
    let of_cell = |cell: &HtmlCell| match column.numeric {
        true => cell.text.chars().count(),
        false => longest_word(&cell.text).max(cell.text.chars().count().min(line)),
    };
    let cells = cells.map(of_cell).max().unwrap_or_default() as f64;
    // Headings are smaller.
    LETTER * cells.max(0.86 * longest_word(&column.title) as f64) + SPACE_BETWEEN
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::MISSING;
    use crate::render::MASK;
    use crate::tables::Column;

    fn table(headings: [&str; 2], row: [Value; 2]) -> HtmlTable {
        let column = |(heading, format): (&str, Format)| Column {
            name: heading.to_owned(),
            heading: heading.to_owned(),
            meaning: String::new(),
            format,
        };
        let columns = headings.into_iter().zip([Format::Text, Format::Percent]).map(column).collect();
        let mut table =
            Table { name: String::new(), title: String::new(), columns, rows: Vec::new(), note: String::new() };
        table.push(row);
        HtmlTable::new(&table, Language::En)
    }

    #[test]
    fn a_table_is_as_wide_as_its_longest_words_and_numbers() {
        // Three letters, and four of `5.0%`, then the spaces.
        let short = table(["A", "Per cent"], [Value::from("abc"), Value::from(5.0)]);
        assert_eq!(short.ems, (0.58f64 * (3.0 + 4.0) + 2.0).ceil() as u32);
        let long =
            table(["A", "Käsittelyaika"], [Value::from("a long name of a group of customers"), Value::from(5.0)]);
        assert_eq!(long.ems, (0.58f64 * (16.0 + 0.86 * 13.0) + 2.0).ceil() as u32);
    }

    #[test]
    fn numbers_of_a_column_have_as_many_decimals_as_one_needs() {
        let column =
            Column { name: String::new(), heading: String::new(), meaning: String::new(), format: Format::UpTo(2) };
        let mut table = Table {
            name: String::new(),
            title: String::new(),
            columns: vec![column],
            rows: Vec::new(),
            note: String::new(),
        };
        [2.0, 0.5, 3.3333].into_iter().for_each(|number| table.push([number]));
        assert_eq!(aligned(&table, 0), Format::Decimals(2));
        table.rows.pop();
        assert_eq!(aligned(&table, 0), Format::Decimals(1));
        table.rows.pop();
        assert_eq!(aligned(&table, 0), Format::Decimals(0));
    }

    #[test]
    fn masks_and_missing_numbers_are_noticed() {
        let signs = |value| {
            let table = table(["A", "B"], [Value::from("a"), value]);
            [MASK, MISSING].map(|sign| table.has(sign))
        };
        assert_eq!([signs(Value::Masked), signs(Value::Missing)], [[true, false], [false, true]]);
    }
}
