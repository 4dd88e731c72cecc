//! A walk over one table of the configuration that notes what is wrong and goes on.
//!
//! A derive would stop at the first fault. A [`Reader`] hands out values by key, records each fault with its
//! line, and knows which keys were asked for, so that [`Reader::finish`] can name those that nobody knows.
//! A value that cannot be read comes back as its type's default: a configuration with a problem is never
//! handed out, so nothing works with it.

use std::cell::{Cell, RefCell};
use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

use toml_edit::{Item, Key, Table, TableLike, Value};

use super::file::ConfigFile;
use super::problem::Problems;
use super::schema::{Shape, any_key};
use crate::calendar::Day;
use crate::suggestion::help_for;

/// Reads one table.
pub(super) struct Reader<'a> {
    table: &'a dyn TableLike,
    /// The same table in the user's file, unless it is the defaults' alone: there, entries have places.
    written: Option<&'a dyn TableLike>,
    /// The line of the table itself in the user's file.
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
    pub(super) fn of_file(file: &'a ConfigFile<'_>, problems: &'a Problems) -> Self {
        Reader {
            table: &file.in_force,
            written: Some(file.written.as_table()),
            line: None,
            path: String::new(),
            problems,
            place: Vec::new(),
            keys_are_names: Cell::default(),
            asked: RefCell::default(),
        }
    }

    /// Of a table below this one.
    fn below(&self, key: &str, path: String, table: &'a dyn TableLike, written: Option<&'a dyn TableLike>) -> Self {
        Reader {
            table,
            written,
            line: self.line_of(key),
            path,
            problems: self.problems,
            place: self.place.iter().cloned().chain([self.schema_key(key).to_owned()]).collect(),
            keys_are_names: Cell::default(),
            asked: RefCell::default(),
        }
    }

    /// An entry's key in the schema.
    fn schema_key<'k>(&self, key: &'k str) -> &'k str {
        if self.keys_are_names.get() { any_key() } else { key }
    }

    /// The dotted key of an entry of this table.
    pub(super) fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The line of an entry, which those of the defaults do not have; of the table where there is no such entry.
    pub(super) fn line_of(&self, key: &str) -> Option<usize> {
        if !self.table.contains_key(key) {
            return self.line;
        }
        self.written?.key(key).and_then(Key::span).map(|place| self.problems.line(&place))
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
        self.item(key).is_some()
    }

    fn item(&self, key: &str) -> Option<&'a Item> {
        self.asked.borrow_mut().push(key.to_owned());
        self.table.get(key)
    }

    /// A value as `read` sees it; a problem where it is not what is expected.
    pub(super) fn read<T>(&self, key: &str, shape: Shape, read: impl Fn(&'a Item) -> Option<T>) -> Option<T> {
        let expected = shape.expected();
        self.problems.asked.note(&self.place, self.schema_key(key), shape);
        let item = self.item(key)?;
        let value = read(item);
        if value.is_none() {
            self.problem(key, format!("expected {expected}, found {}", shown(item)), None);
        }
        value
    }

    /// The table's own key, without those above it.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.read(key, Shape::Text, Item::as_str)
    }

    /// A text where other kinds of value would do as well; `expected` names them all.
    pub(super) fn text_or(&self, key: &str, expected: &'static str) -> Option<&'a str> {
        self.read(key, Shape::Described(expected), Item::as_str)
    }

    /// A text that must be there and not be empty.
    pub(super) fn required_text(&self, key: &str) -> &'a str {
        if !self.has(key) {
            self.problem_here(format!("`{key}` is missing"), None);
        }
        self.filled_text(key)
    }

    /// A text that must not be empty where it is there.
    pub(super) fn filled_text(&self, key: &str) -> &'a str {
        let text = self.text(key);
        if text == Some("") {
            self.problem(key, "must not be empty", None);
        }
        text.unwrap_or_default()
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.read(key, Shape::Flag, Item::as_bool)
    }

    /// A whole number within bounds.
    pub(super) fn whole(&self, key: &str, bounds: RangeInclusive<u32>) -> Option<u32> {
        self.read(key, Shape::Whole(bounds.clone()), |item| whole_within(item, &bounds))
    }

    /// A share in per cent.
    pub(super) fn per_cent(&self, key: &str) -> Option<f64> {
        self.read(key, Shape::PerCent, |item| as_number(item).filter(|number| (0.0..=100.0).contains(number)))
    }

    /// A number that is not negative.
    pub(super) fn amount(&self, key: &str) -> Option<f64> {
        let is_amount = |number: &f64| number.is_finite() && *number >= 0.0;
        self.read(key, Shape::Amount, |item| as_number(item).filter(is_amount))
    }

    /// A day, as a TOML date or as text.
    pub(super) fn day(&self, key: &str) -> Option<Day> {
        self.read(key, Shape::Day, as_day)
    }

    /// One of a few words, for what each means.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let words = choices.iter().map(|(name, _)| (*name).to_owned()).collect();
        let word = self.read(key, Shape::Choice(words), Item::as_str)?;
        let chosen = choices.iter().find(|(name, _)| *name == word).map(|(_, meaning)| *meaning);
        if chosen.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(key, format!("`{word}` is not one of its values"), help_for(word, &names));
        }
        chosen
    }

    /// A list of texts, or one text for a list of one.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.read(key, Shape::Texts, |item| match item.as_str() {
            Some(text) => Some(vec![text.to_owned()]),
            None => list(item, |text| text.as_str().map(str::to_owned)),
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
        let table = self.read(key, Shape::Table, Item::as_table_like)?;
        let written = self.written.and_then(|written| written.get(key)?.as_table_like());
        Some(self.below(key, self.key(key), table, written))
    }

    /// What `read` makes of the table below this one, keys that it does not ask for being problems; where there is no such
    /// table, of an empty one.
    pub(super) fn section<T>(&self, key: &str, read: impl FnOnce(&Reader<'a>) -> T) -> T {
        self.section_of("key", key, read)
    }

    /// The same, where the keys of that table are names of something else.
    pub(super) fn section_of<T>(&self, what: &str, key: &str, read: impl FnOnce(&Reader<'a>) -> T) -> T {
        static EMPTY: LazyLock<Table> = LazyLock::new(Table::new);
        let table = self.table(key).unwrap_or_else(|| self.below(key, self.key(key), &*EMPTY, None));
        let value = read(&table);
        table.finish_of(what);
        value
    }

    /// The tables of a list such as `[[rules]]`; each goes by its `name`, or else by its place from 1.
    pub(super) fn tables(&self, key: &str) -> Vec<Reader<'a>> {
        let tables = self.read(key, Shape::Tables(self.key(key)), tables_of).unwrap_or_default();
        // A list is the user's as a whole, or the defaults'.
        let written = self.written.and_then(|written| tables_of(written.get(key)?)).unwrap_or_default();
        let reader = |(at, (_, table)): (usize, (_, &'a dyn TableLike))| {
            let path = match table.get("name").and_then(Item::as_str) {
                Some(name) if !name.is_empty() => format!("{key}.{name}"),
                _ => format!("{key}[{}]", at + 1),
            };
            let (place, written) = written.get(at).cloned().unzip();
            let line = place.flatten().map(|place| self.problems.line(&place));
            Reader { line, ..self.below(key, self.key(&path), table, written) }
        };
        tables.into_iter().enumerate().map(reader).collect()
    }

    /// All keys of this table, which are names of the user's.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.keys_are_names.set(true);
        self.keys()
    }

    fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.table.iter().map(|(key, _)| key)
    }

    /// Whether the value is a table (where a plain text, or `false`, would do as well).
    pub(super) fn is_table(&self, key: &str) -> bool {
        self.item(key).is_some_and(Item::is_table_like)
    }

    /// Whether the value is the word `false`.
    pub(super) fn is_false(&self, key: &str) -> bool {
        self.item(key).and_then(Item::as_bool) == Some(false)
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

/// A number, with or without decimals.
pub(super) fn as_number(item: &Item) -> Option<f64> {
    item.as_float().or_else(|| Some(item.as_integer()? as f64))
}

/// A whole number within bounds.
pub(super) fn whole_within(item: &Item, bounds: &RangeInclusive<u32>) -> Option<u32> {
    u32::try_from(item.as_integer()?).ok().filter(|number| bounds.contains(number))
}

/// A day from a TOML date without a time, or from text.
pub fn as_day(item: &Item) -> Option<Day> {
    match item.as_datetime() {
        Some(when) if when.time.is_some() => None,
        Some(when) => when.date.and_then(|date| Day::from_ymd(date.year.into(), date.month.into(), date.day.into())),
        None => Day::from_iso(item.as_str()?),
    }
}

/// What each value of a list is read as; `None` where one of them cannot be, or it is no list.
pub(super) fn list<'a, T>(item: &'a Item, read: impl Fn(&'a Value) -> Option<T>) -> Option<Vec<T>> {
    item.as_array()?.iter().map(read).collect()
}

/// A table and its place, which only a user's file has.
type Placed<'a> = (Option<Range<usize>>, &'a dyn TableLike);

/// The tables of a list, however it is written.
fn tables_of(item: &Item) -> Option<Vec<Placed<'_>>> {
    match item.as_array_of_tables() {
        Some(tables) => Some(tables.iter().map(|table| (table.span(), table as &dyn TableLike)).collect()),
        None => list(item, |value| Some((value.span(), value.as_inline_table()? as &dyn TableLike))),
    }
}

/// A value for a message: itself where it is short, its kind where it is not.
fn shown(item: &Item) -> String {
    match item.as_value() {
        Some(Value::String(text)) if text.value().chars().count() <= 40 => format!("{:?}", text.value()),
        Some(Value::String(_)) => "a text".to_owned(),
        Some(Value::Array(_)) => "a list".to_owned(),
        Some(Value::InlineTable(_)) => "a table".to_owned(),
        Some(value) => value.to_string(),
        None if item.is_array_of_tables() => "a list".to_owned(),
        None => "a table".to_owned(),
    }
}
