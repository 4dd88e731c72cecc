//! What one place of the file states about reading an extract.
//!
//! A setting may stand in four places: `[dialect]` for all extracts, the extract, one source, one column. The
//! first three are read into [`Layer`]s, each once, so that a fault is reported where it stands and once;
//! then the upper layers are laid on the lower ones.

use std::collections::BTreeMap;

use super::column_table::{ColumnLayer, read_column};
use super::dialect::{Dialect, Spelling};
use super::reader::Reader;
use crate::schema::extracts::ColumnKind;
use crate::suggestion::help_for;

/// The columns that an extract can have: name, kind and whether it is needed.
pub(super) type Schema = [(String, ColumnKind, bool)];

/// Settings as one place states them.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) dialect: Dialect,
    /// Markers of a missing value in every column.
    pub(super) missing: Option<Vec<String>>,
    pub(super) spelling: Spelling,
    /// By canonical name.
    pub(super) columns: BTreeMap<String, ColumnLayer>,
    /// By canonical name: the agency's codes and their meanings.
    pub(super) codes: BTreeMap<String, BTreeMap<String, String>>,
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
            dialect: Dialect::of(table),
            missing: table.texts("missing"),
            spelling: Spelling::of(table),
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
            dialect: self.dialect.over(&lower.dialect),
            missing: self.missing.or_else(|| lower.missing.clone()),
            spelling: self.spelling.over(&lower.spelling),
            columns,
            codes,
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
