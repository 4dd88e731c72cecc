//! The configuration file as TOML: parsed with places, laid over the defaults, written again.
//!
//! Two texts come together, the user's and the embedded defaults. Values are read from what is in force; lines come
//! from the user's text alone, since nobody can mend a line of the defaults.

use toml_edit::{Document, DocumentMut, Item, Table, TableLike, TomlError, Value};

use crate::calendar::Day;
use crate::sanitize::is_invisible;

/// A user's file over the defaults.
pub(super) struct ConfigFile<'t> {
    /// The user's file, which knows where its entries are.
    pub(super) written: Document<&'t str>,
    /// The defaults with the user's entries instead of theirs, without comments.
    pub(super) in_force: Table,
}

impl<'t> ConfigFile<'t> {
    /// Parses a file and lays it over the defaults.
    ///
    /// # Errors
    /// The first fault of syntax, with its place: those that a parser finds after it are mostly its consequences.
    pub(super) fn parse(text: &'t str) -> Result<Self, TomlError> {
        let written = Document::parse(text)?;
        let mut in_force = Table::new();
        lay(&mut in_force, Document::parse(super::DEFAULTS)?.as_table());
        if written.get("default_benefits").and_then(Item::as_bool) == Some(false) {
            in_force.remove("benefits");
        }
        lay(&mut in_force, written.as_table());
        Ok(ConfigFile { written, in_force })
    }

    /// What is in force, as TOML, with a day instead of whatever `as_of` is.
    pub(super) fn to_toml(&self, as_of: Option<Day>) -> String {
        let mut in_force = self.in_force.clone();
        let window = in_force.get_mut("window").and_then(Item::as_table_like_mut);
        if let Some((window, day)) = window.zip(as_of) {
            window.insert("as_of", toml_edit::value(day.to_string()));
        }
        DocumentMut::from(in_force).to_string()
    }
}

/// Lays `over` on a table: tables merge key by key, all else is replaced as a whole.
fn lay(table: &mut dyn TableLike, over: &dyn TableLike) {
    for (key, item) in over.iter() {
        match (table.get_mut(key).and_then(Item::as_table_like_mut), item.as_table_like()) {
            (Some(below), Some(above)) => lay(below, above),
            _ => {
                table.insert(key, plain(item));
            }
        }
    }
}

/// A copy without comments, layout and places.
fn plain(item: &Item) -> Item {
    match item {
        Item::None => Item::None,
        Item::Value(value) => Item::Value(plain_value(value)),
        Item::Table(table) => Item::Table(plain_table(table)),
        Item::ArrayOfTables(tables) => Item::ArrayOfTables(tables.iter().map(plain_table).collect()),
    }
}

fn plain_table(table: &Table) -> Table {
    plain_table_like(table)
}

/// A copy of a table, however it is written.
pub(super) fn plain_table_like(table: &dyn TableLike) -> Table {
    let mut plain = Table::new();
    // A heading without values of its own is implied by those below it.
    plain.set_implicit(!table.is_empty());
    lay(&mut plain, table);
    plain
}

fn plain_value(value: &Value) -> Value {
    match value {
        Value::String(text) => visible(text.value()),
        Value::Integer(number) => Value::from(*number.value()),
        Value::Float(number) => Value::from(*number.value()),
        Value::Boolean(flag) => Value::from(*flag.value()),
        Value::Datetime(date) => Value::from(*date.value()),
        Value::Array(items) => items.iter().map(plain_value).collect(),
        Value::InlineTable(table) => table.iter().map(|(key, value)| (key, plain_value(value))).collect(),
    }
}

/// A text of which everything can be seen: what cannot is written as a number, so that the file shows what it says.
fn visible(text: &str) -> Value {
    if !text.chars().any(is_invisible) {
        return Value::from(text);
    }
    // A JSON text is a TOML text, too.
    let quoted = serde_json::Value::from(text).to_string();
    let escaped = quoted.chars().map(|letter| match letter {
        letter if is_invisible(letter) => format!("\\U{:08X}", u32::from(letter)),
        letter => letter.to_string(),
    });
    escaped.collect::<String>().parse().unwrap_or_else(|_| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(texts: &[&str]) -> String {
        let mut table = Table::new();
        texts.iter().for_each(|text| lay(&mut table, Document::parse(*text).unwrap().as_table()));
        DocumentMut::from(table).to_string()
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = "a = \"x\\\"\\\\\\n\\u0007å\\u202E'\\u007F\" # c\nb = [1, -2.5, 1e300,\n true, 2025-12-31]\n\"\" = 1\n\
                    \"å b\" = 2\n[t.columns]\nc = { column = \"x\", missing = [\"-\"] }\nd.e = false\n[t.\"a.b\"]\n\
                    empty = {}\n[none]\n[[l]]\nn = { sv = \"s\", fi.x = 1 }\n[[l.m]]\nk = 0x10\n[[l]]\n";
        let once = laid(&[text]);
        assert_eq!(laid(&[&once]), once);
        let before: toml::Value = toml::from_str(text).unwrap();
        let after: toml::Value = toml::from_str(&once).unwrap();
        assert_eq!(before, after, "{once}");
        assert!(once.contains("c = { column = \"x\", missing = [\"-\"] }\n") && !once.contains('#'), "{once}");
        assert!(!once.chars().any(|letter| letter != '\n' && is_invisible(letter)), "{once}");
    }

    #[test]
    fn tables_merge_and_lists_are_replaced() {
        let below = "a = [1, 2]\nn = { x = 1, y = 2 }\n[t]\nx = 1\ny = 2 # two\n";
        let over = "b = 3\na = [4]\nn.y = 3\n[t]\ny = 5\n";
        assert_eq!(laid(&[below, over]), "a = [4]\nn = { x = 1, y = 3 }\nb = 3\n\n[t]\nx = 1\ny = 5\n");
    }
}
