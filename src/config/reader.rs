//! A walk over one table of the configuration that notes what is wrong and goes on.
//!
//! A derive would stop at the first fault. A [`Reader`] hands out values by key, records each fault with its
//! line, and knows which keys were asked for, so that [`Reader::finish`] can name those that nobody knows.
//! A value that cannot be read comes back as its type's default: a configuration with a problem is never
//! handed out, so nothing works with it.

use std::cell::{Cell, RefCell};
use std::ops::RangeInclusive;

use super::problem::{Problems, help_for};
use super::schema::{Shape, any_key};
use super::tree::{Node, Table, Value};
use crate::calendar::Day;

/// Reads one table.
pub(super) struct Reader<'a> {
    table: &'a Table,
    /// The line of the table itself.
    pub(super) line: Option<usize>,
    /// The table's dotted key; empty for the whole file.
    pub(super) path: String,
    pub(super) problems: &'a Problems,
    /// The table's keys in the schema: `*` for one that is a name of the user's.
    place: Vec<String>,
    /// Whether this table's keys are names of the user's.
    keys_are_names: Cell<bool>,
    asked: RefCell<Vec<String>>,
}

impl<'a> Reader<'a> {
    /// Of the whole file.
    pub(super) fn of_file(table: &'a Table, problems: &'a Problems) -> Self {
        Reader::new(table, None, String::new(), problems, Vec::new())
    }

    fn new(table: &'a Table, line: Option<usize>, path: String, problems: &'a Problems, place: Vec<String>) -> Self {
        Reader { table, line, path, problems, place, keys_are_names: Cell::default(), asked: RefCell::default() }
    }

    /// An entry's key in the schema.
    fn schema_key<'k>(&self, key: &'k str) -> &'k str {
        if self.keys_are_names.get() { any_key() } else { key }
    }

    /// The place of an entry's table in the schema.
    fn place_of(&self, key: &str) -> Vec<String> {
        self.place.iter().cloned().chain([self.schema_key(key).to_owned()]).collect()
    }

    /// The dotted key of an entry of this table.
    pub(super) fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The line of an entry, or of the table where it has none.
    pub(super) fn line_of(&self, key: &str) -> Option<usize> {
        self.table.get(key).map_or(self.line, |node| node.line)
    }

    /// Records a problem with an entry of this table.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>, help: Option<String>) {
        self.problems.add(self.line_of(key), self.key(key), message.into(), help);
    }

    /// Records a problem with the table itself.
    pub(super) fn problem_here(&self, message: impl Into<String>, help: Option<String>) {
        self.problems.add(self.line, self.path.clone(), message.into(), help);
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key.to_owned());
        self.table.get(key)
    }

    /// A value as `read` sees it; a problem where it is not what is expected.
    pub(super) fn read<T>(&self, key: &str, shape: Shape, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let node = self.node(key);
        let expected = node.map(|_| shape.expected());
        self.problems.asked.note(&self.place, self.schema_key(key), shape);
        let value = read(&node?.value);
        if value.is_none() {
            let found = node.map(|node| shown(&node.value)).unwrap_or_default();
            self.problem(key, format!("expected {}, found {found}", expected.unwrap_or_default()), None);
        }
        value
    }

    /// The table's own key, without those above it.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.read(key, Shape::Text, as_text)
    }

    /// A text where other kinds of value would do as well; `expected` names them all.
    pub(super) fn text_or(&self, key: &str, expected: &'static str) -> Option<&'a str> {
        self.read(key, Shape::Described(expected), as_text)
    }

    /// A text that must be there and not be empty.
    pub(super) fn required_text(&self, key: &str) -> &'a str {
        if !self.has(key) {
            self.problem_here(format!("`{key}` is missing"), None);
        }
        let text = self.text(key);
        if text == Some("") {
            self.problem(key, "must not be empty", None);
        }
        text.unwrap_or_default()
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.read(key, Shape::Flag, |value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A whole number within bounds.
    pub(super) fn whole(&self, key: &str, bounds: RangeInclusive<u32>) -> Option<u32> {
        self.read(key, Shape::Whole(bounds.clone()), |value| match value {
            Value::Integer(number) => u32::try_from(*number).ok().filter(|number| bounds.contains(number)),
            _ => None,
        })
    }

    /// A share in per cent.
    pub(super) fn per_cent(&self, key: &str) -> Option<f64> {
        let within = |number: f64| (0.0..=100.0).contains(&number).then_some(number);
        self.read(key, Shape::PerCent, |value| match value {
            Value::Integer(number) => within(*number as f64),
            Value::Float(number) => within(*number),
            _ => None,
        })
    }

    /// A number that is not negative.
    pub(super) fn amount(&self, key: &str) -> Option<f64> {
        let right = |number: f64| (number.is_finite() && number >= 0.0).then_some(number);
        self.read(key, Shape::Amount, |value| match value {
            Value::Integer(number) => right(*number as f64),
            Value::Float(number) => right(*number),
            _ => None,
        })
    }

    /// A day, as a TOML date or as text.
    pub(super) fn day(&self, key: &str) -> Option<Day> {
        self.read(key, Shape::Day, as_day)
    }

    /// One of a few words, for what each means.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let words = choices.iter().map(|(name, _)| (*name).to_owned()).collect();
        let word = self.read(key, Shape::Choice(words), as_text)?;
        let chosen = choices.iter().find(|(name, _)| *name == word).map(|(_, meaning)| *meaning);
        if chosen.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(key, format!("`{word}` is not one of its values"), help_for(word, &names));
        }
        chosen
    }

    /// A list of texts, or one text for a list of one.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.read(key, Shape::Texts, |value| match value {
            Value::Text(text) => Some(vec![text.clone()]),
            Value::Array(items) => items.iter().map(|item| as_text(&item.value).map(str::to_owned)).collect(),
            _ => None,
        })
    }

    /// A list of texts with something in it.
    pub(super) fn some_texts(&self, key: &str) -> Option<Vec<String>> {
        let texts = self.texts(key)?;
        if texts.is_empty() || texts.iter().any(String::is_empty) {
            self.problem(key, "needs at least one text, and none of them empty", None);
        }
        Some(texts)
    }

    /// A table below this one.
    pub(super) fn table(&self, key: &str) -> Option<Reader<'a>> {
        let table = self.read(key, Shape::Table, |value| match value {
            Value::Table(table) => Some(table),
            _ => None,
        })?;
        Some(Reader::new(table, self.line_of(key), self.key(key), self.problems, self.place_of(key)))
    }

    /// The tables of a list such as `[[rules]]`; each goes by its `name`, or else by its place from 1.
    pub(super) fn tables(&self, key: &str) -> Vec<Reader<'a>> {
        let items = self.read(key, Shape::Tables(self.key(key)), |value| match value {
            Value::Array(items) => items
                .iter()
                .map(|item| match &item.value {
                    Value::Table(table) => Some((item.line, table)),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        });
        let named = |(at, (line, table)): (usize, (Option<usize>, &'a Table))| {
            let path = match table.get("name").and_then(|node| as_text(&node.value)) {
                Some(name) if !name.is_empty() => self.key(&format!("{key}.{name}")),
                _ => self.key(&format!("{key}[{}]", at + 1)),
            };
            Reader::new(table, line, path, self.problems, self.place_of(key))
        };
        items.unwrap_or_default().into_iter().enumerate().map(named).collect()
    }

    /// All keys of this table, which are names of the user's.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.keys_are_names.set(true);
        self.keys()
    }

    fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.table.0.iter().map(|(key, _)| key.as_str())
    }

    /// Whether the value is a table (where a plain text, or `false`, would do as well).
    pub(super) fn is_table(&self, key: &str) -> bool {
        matches!(self.node(key), Some(Node { value: Value::Table(_), .. }))
    }

    /// Whether the value is the word `false`.
    pub(super) fn is_false(&self, key: &str) -> bool {
        matches!(self.node(key), Some(Node { value: Value::Bool(false), .. }))
    }

    /// Records a problem for every key that nobody has asked for.
    pub(super) fn finish(self) {
        self.finish_of("key");
    }

    /// The same, where the keys of this table are names of something else.
    pub(super) fn finish_of(self, what: &str) {
        let known = self.asked.borrow();
        let mut allowed: Vec<&str> = Vec::new();
        for key in known.iter().map(String::as_str) {
            if !allowed.contains(&key) {
                allowed.push(key);
            }
        }
        for key in self.keys().filter(|key| !allowed.contains(key)) {
            self.problem(key, format!("unknown {what}"), help_for(key, &allowed));
        }
    }
}

fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A day from a TOML date without a time, or from text.
pub(super) fn as_day(value: &Value) -> Option<Day> {
    match value {
        Value::Date(when) if when.time.is_none() => {
            let date = when.date?;
            Day::from_ymd(date.year.into(), date.month.into(), date.day.into())
        }
        Value::Text(text) => Day::from_iso(text),
        _ => None,
    }
}

/// A value for a message: itself where it is short, its kind where it is not.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) if text.chars().count() <= 40 => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Date(date) => date.to_string(),
        other => other.kind().to_owned(),
    }
}
