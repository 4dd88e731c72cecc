//! What one place of the file states about reading an extract.
//!
//! A setting may stand in four places: `[dialect]` for all extracts, the extract, one source, one column. The
//! first three are read into [`Layer`]s, each once, so that a fault is reported where it stands and once;
//! then the upper layers are laid on the lower ones.

use std::collections::BTreeMap;

use super::model::{ColumnSource, Encoding};
use super::reader::Reader;
use crate::extract::dates::DateFormat;
use crate::extract::schema::ColumnKind;
use crate::suggestion::help_for;

/// The columns that an extract can have: name, kind and whether it is needed.
pub(super) type Schema = [(String, ColumnKind, bool)];

/// Settings as one place states them.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) delimiter: Option<u8>,
    pub(super) encoding: Option<Encoding>,
    /// Markers of a missing value in every column.
    pub(super) missing: Option<Vec<String>>,
    pub(super) spelling: Spelling,
    /// By canonical name.
    pub(super) columns: BTreeMap<String, ColumnLayer>,
    /// By canonical name: the agency's codes and their meanings.
    pub(super) codes: BTreeMap<String, BTreeMap<String, String>>,
}

/// How dates, numbers and bools are spelled.
#[derive(Debug, Clone, Default)]
pub(super) struct Spelling {
    pub(super) decimal_separator: Option<u8>,
    pub(super) date_formats: Option<Vec<DateFormat>>,
    pub(super) true_values: Option<Vec<String>>,
    pub(super) false_values: Option<Vec<String>>,
}

/// What one place states about one column.
#[derive(Debug, Clone)]
pub(super) enum ColumnLayer {
    /// `= false`: the source has no such column.
    Absent,
    /// How it is read; its markers of a missing value come on top of the source's.
    Mapped { from: Option<ColumnSource>, missing: Vec<String>, spelling: Spelling },
}

impl Layer {
    /// All that an extract's table or a source's states.
    pub(super) fn of(table: &Reader, schema: &Schema) -> Layer {
        let mut layer = Layer::of_dialect(table);
        if let Some(columns) = table.table("columns") {
            for (name, kind, required) in schema {
                if let Some(column) = read_column(&columns, name, *kind, *required) {
                    layer.columns.insert(name.clone(), column);
                }
            }
            columns.finish_of("column");
        }
        if let Some(codes) = table.table("codes") {
            for (name, kind, _) in schema {
                let ColumnKind::Code(set) = kind else { continue };
                if let Some(map) = codes.table(name) {
                    layer.codes.insert(name.clone(), read_codes(&map, set.canonical()));
                }
            }
            codes.finish_of("code column");
        }
        layer
    }

    /// The settings of the files as such and of their values' spelling.
    pub(super) fn of_dialect(table: &Reader) -> Layer {
        Layer {
            delimiter: read_byte(table, "delimiter", "one ASCII character that is not a quote or a line end", |byte| {
                byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n')
            }),
            encoding: table.choice("encoding", &[("utf-8", Encoding::Utf8), ("latin-1", Encoding::Latin1)]),
            missing: table.texts("missing"),
            spelling: Spelling {
                decimal_separator: read_separator(table),
                date_formats: read_date_formats(table),
                true_values: table.some_texts("true_values"),
                false_values: table.some_texts("false_values"),
            },
            ..Layer::default()
        }
    }

    /// This layer where it states something, the lower one elsewhere.
    pub(super) fn over(mut self, lower: &Layer) -> Layer {
        let mut codes = lower.codes.clone();
        for (column, map) in self.codes {
            codes.entry(column).or_default().extend(map);
        }
        let mut columns = lower.columns.clone();
        columns.append(&mut self.columns);
        Layer {
            delimiter: self.delimiter.or(lower.delimiter),
            encoding: self.encoding.or(lower.encoding),
            missing: self.missing.or_else(|| lower.missing.clone()),
            spelling: self.spelling.over(&lower.spelling),
            columns,
            codes,
        }
    }
}

impl Spelling {
    pub(super) fn over(self, lower: &Spelling) -> Spelling {
        Spelling {
            decimal_separator: self.decimal_separator.or(lower.decimal_separator),
            date_formats: self.date_formats.or_else(|| lower.date_formats.clone()),
            true_values: self.true_values.or_else(|| lower.true_values.clone()),
            false_values: self.false_values.or_else(|| lower.false_values.clone()),
        }
    }
}

/// A map from the agency's codes to meanings, `canonical` ones where the set is closed.
fn read_codes(map: &Reader, canonical: &[&str]) -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for code in map.names() {
        let Some(meaning) = map.text(code) else { continue };
        if code.is_empty() || meaning.is_empty() {
            map.problem(code, "a code and its meaning must not be empty: an empty value is a missing one", None);
        } else if !canonical.is_empty() && !canonical.contains(&meaning) {
            map.problem(code, format!("`{meaning}` is not a meaning of {}", map.name()), help_for(meaning, canonical));
        }
        codes.insert(code.to_owned(), meaning.to_owned());
    }
    codes
}

fn read_byte(table: &Reader, key: &str, expected: &str, is_valid: impl Fn(u8) -> bool) -> Option<u8> {
    let text = table.text(key)?;
    let byte = match text.as_bytes() {
        [byte] => Some(*byte).filter(|byte| is_valid(*byte)),
        _ => None,
    };
    if byte.is_none() {
        table.problem(key, format!("expected {expected}, found {text:?}"), None);
    }
    byte
}

fn read_separator(table: &Reader) -> Option<u8> {
    read_byte(table, "decimal_separator", "\".\" or \",\"", |byte| matches!(byte, b'.' | b','))
}

fn read_date_formats(table: &Reader) -> Option<Vec<DateFormat>> {
    let formats = table.some_texts("date_formats")?.into_iter().filter(|format| !format.is_empty());
    let compiled =
        |format: String| DateFormat::new(&format).inspect_err(|fault| table.problem("date_formats", fault, None));
    Some(formats.filter_map(|format| compiled(format).ok()).collect())
}

/// What `columns` states about one column: a header's name, a table, or `false`.
fn read_column(columns: &Reader, name: &str, kind: ColumnKind, required: bool) -> Option<ColumnLayer> {
    if !columns.has(name) {
        return None;
    }
    if columns.is_false(name) {
        if required {
            columns.problem(name, "this column is needed and cannot be left out", None);
        }
        return Some(ColumnLayer::Absent);
    }
    let mut mapped = (None, Vec::new(), Spelling::default());
    if columns.is_table(name) {
        if let Some(table) = columns.table(name) {
            mapped = read_column_table(&table, kind);
            table.finish();
        }
    } else if let Some(header) = columns.text_or(name, "a header's name in quotes, a table, or false") {
        if header.is_empty() {
            columns.problem(name, "a header's name must not be empty", None);
        }
        mapped.0 = Some(ColumnSource::Header(header.to_owned()));
    }
    let (from, missing, spelling) = mapped;
    Some(ColumnLayer::Mapped { from, missing, spelling })
}

/// A column's own settings: those that its kind of value has, so that a date format for an amount is a problem.
fn read_column_table(table: &Reader, kind: ColumnKind) -> (Option<ColumnSource>, Vec<String>, Spelling) {
    let header = table.text("column").map(|name| ColumnSource::Header(name.to_owned()));
    let constant =
        table.text("constant").map(|value| ColumnSource::Constant(value.trim_matches([' ', '\t']).to_owned()));
    if header.is_some() && constant.is_some() {
        table.problem("constant", "a column is either read from a `column` or `constant`, not both", None);
    }
    for (key, from) in [("column", &header), ("constant", &constant)] {
        if matches!(from, Some(ColumnSource::Header(text) | ColumnSource::Constant(text)) if text.is_empty()) {
            table.problem(key, "must not be empty", None);
        }
    }
    let mut spelling = Spelling::default();
    match kind {
        ColumnKind::Date => spelling.date_formats = read_date_formats(table),
        ColumnKind::Amount | ColumnKind::Minutes => spelling.decimal_separator = read_separator(table),
        ColumnKind::Bool => {
            spelling.true_values = table.some_texts("true_values");
            spelling.false_values = table.some_texts("false_values");
        }
        _ => {}
    }
    (header.or(constant), table.texts("missing").unwrap_or_default(), spelling)
}
