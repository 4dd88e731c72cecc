//! TOML as a tree of values that know their lines: parsed, laid over the defaults, and written again.
//!
//! The `toml` crate's own types borrow the text that they were parsed from. Here two texts come together, the
//! user's and the embedded defaults, so the tree owns its values and keeps of the text only the line, and
//! that only for the user's: nobody can mend a line of the defaults.

use std::fmt::Write;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use crate::i18n::Language;
use crate::sanitize::is_invisible;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The line of its key (of an array's element, its own), from 1; `None` in the defaults.
    pub(super) line: Option<usize>,
    pub(super) value: Value,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Date(Datetime),
    Array(Vec<Node>),
    Table(Table),
}

/// Keys and values in the order of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Table(pub(super) Vec<(String, Node)>);

impl Value {
    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number with decimals",
            Value::Bool(_) => "true or false",
            Value::Date(_) => "a date or time",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// Lays `over` on this table: tables merge key by key, all else is replaced as a whole.
    pub(super) fn merge(&mut self, over: Table) {
        for (key, node) in over.0 {
            let Some((_, present)) = self.0.iter_mut().find(|(name, _)| *name == key) else {
                self.0.push((key, node));
                continue;
            };
            present.line = node.line;
            match (&mut present.value, node.value) {
                (Value::Table(below), Value::Table(above)) => below.merge(above),
                (value, above) => *value = above,
            }
        }
    }

    /// As TOML text, in this order but plain values before tables, as TOML wants it.
    pub(super) fn to_toml(&self) -> String {
        let mut out = String::new();
        write_table(&mut out, "", self);
        out
    }
}

/// Parses the user's file, or (without lines) the defaults.
///
/// # Errors
/// The first fault of syntax, with its place: those that a parser finds after it are mostly its consequences.
pub(super) fn parse(text: &str, with_lines: bool) -> Result<Table, toml::de::Error> {
    let root = DeTable::parse(text)?;
    let line_starts = with_lines
        .then(|| std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect::<Vec<_>>());
    Ok(table(root.into_inner(), &Lines(line_starts)))
}

/// Offsets of the starts of the lines; none where lines are not wanted.
struct Lines(Option<Vec<usize>>);

impl Lines {
    fn of(&self, offset: usize) -> Option<usize> {
        self.0.as_ref().map(|starts| starts.partition_point(|start| *start <= offset))
    }
}

fn table(parsed: DeTable<'_>, lines: &Lines) -> Table {
    let entries = parsed.into_iter().map(|(key, value)| {
        let line = lines.of(key.span().start);
        (key.into_inner().into_owned(), Node { line, value: value_of(value.into_inner(), lines) })
    });
    Table(entries.collect())
}

fn value_of(parsed: DeValue<'_>, lines: &Lines) -> Value {
    let element = |item: Spanned<DeValue<'_>>| {
        let line = lines.of(item.span().start);
        Node { line, value: value_of(item.into_inner(), lines) }
    };
    match parsed {
        DeValue::String(text) => Value::Text(text.into_owned()),
        // Numbers beyond what a setting can hold are beyond its range as well.
        DeValue::Integer(digits) => Value::Integer(
            i64::from_str_radix(digits.as_str(), digits.radix()).unwrap_or(if digits.as_str().starts_with('-') {
                i64::MIN
            } else {
                i64::MAX
            }),
        ),
        DeValue::Float(digits) => Value::Float(digits.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Bool(flag),
        DeValue::Datetime(date) => Value::Date(date),
        DeValue::Array(items) => Value::Array(items.into_iter().map(element).collect()),
        DeValue::Table(inner) => Value::Table(table(inner, lines)),
    }
}

fn write_table(out: &mut String, path: &str, table: &Table) {
    let below = |key: &str| if path.is_empty() { written_key(key) } else { format!("{path}.{}", written_key(key)) };
    for (key, node) in table.0.iter().filter(|(_, node)| is_inline(path, &node.value)) {
        let _ = writeln!(out, "{} = {}", written_key(key), written(&node.value));
    }
    for (key, node) in table.0.iter().filter(|(_, node)| !is_inline(path, &node.value)) {
        let path = below(key);
        match &node.value {
            Value::Table(inner) => {
                // A header without values of its own is implied by those below it.
                if inner.0.is_empty() || inner.0.iter().any(|(_, node)| is_inline(&path, &node.value)) {
                    let _ = writeln!(out, "\n[{path}]");
                }
                write_table(out, &path, inner);
            }
            Value::Array(items) => {
                for item in items {
                    let _ = writeln!(out, "\n[[{path}]]");
                    if let Value::Table(inner) = &item.value {
                        write_table(out, &path, inner);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a value is written on its key's line: all but tables and lists of tables, and of tables those that
/// read better so: a text in several languages and how a column is read.
fn is_inline(path: &str, value: &Value) -> bool {
    match value {
        Value::Table(inner) => {
            let is_leaf = inner.0.iter().all(|(_, node)| !matches!(node.value, Value::Table(_)));
            let is_text = inner.0.iter().all(|(key, _)| Language::from_code(key).is_some());
            let is_column = path.ends_with(".columns");
            is_leaf && !inner.0.is_empty() && (is_text || is_column)
        }
        Value::Array(items) => !items.iter().any(|item| matches!(item.value, Value::Table(_))),
        _ => true,
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}").to_lowercase(),
        Value::Bool(flag) => flag.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| written(&item.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => {
            let entries: Vec<_> =
                table.0.iter().map(|(key, node)| format!("{} = {}", written_key(key), written(&node.value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn written_key(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if is_bare { key.to_owned() } else { quoted(key) }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // What cannot be seen is written as a number, so that the file shows what it says.
            invisible if is_invisible(invisible) => {
                let _ = write!(out, "\\U{:08X}", u32::from(invisible));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let text = "a = \"x\\\"\\\\\\n\\u0007å\"\nb = [1, -2.5, 1e300, true, 2025-12-31]\n\"\" = 1\n\"å b\" = 2\n\
                    [t.columns]\nc = { column = \"x\", missing = [\"-\"] }\nd = false\n[t.\"a.b\"]\nempty = {}\n\
                    [[l]]\nn = { sv = \"s\" }\n[[l.m]]\nk = 1\n[[l]]\n";
        let once = parse(text, true).unwrap().to_toml();
        let twice = parse(&once, true).unwrap().to_toml();
        assert_eq!(once, twice);
        let before: toml::Value = toml::from_str(text).unwrap();
        let after: toml::Value = toml::from_str(&once).unwrap();
        assert_eq!(before, after, "{once}");
        assert!(once.contains("c = { column = \"x\", missing = [\"-\"] }\n"), "{once}");
    }

    #[test]
    fn lines_are_those_of_the_keys_and_of_the_headers() {
        let tree = parse("a = 1\r\n\r\n[t]\nb = [\n 1,\n 2]\n[[l]]\nx = 1\n[[l]]\n", true).unwrap();
        let line = |key: &str| tree.get(key).unwrap().line;
        assert_eq!((line("a"), line("t"), line("l")), (Some(1), Some(3), Some(7)));
        let Value::Array(items) = &tree.get("l").unwrap().value else { panic!() };
        assert_eq!(items.iter().map(|item| item.line).collect::<Vec<_>>(), [Some(7), Some(9)]);
    }

    #[test]
    fn tables_merge_and_lists_are_replaced() {
        let mut below = parse("a = [1, 2]\n[t]\nx = 1\ny = 2", false).unwrap();
        below.merge(parse("b = 3\na = [4]\n[t]\ny = 5", true).unwrap());
        assert_eq!(below.to_toml(), "a = [4]\nb = 3\n\n[t]\nx = 1\ny = 5\n");
        assert_eq!(below.get("t").unwrap().line, Some(3));
    }
}
