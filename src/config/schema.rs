//! The JSON Schema of the configuration file, with which editors complete and check it.
//!
//! There is no second list of keys: a [`Reader`](super::reader::Reader) notes each key that it asks for and what it
//! expects there, and the schema is what was noted while a file with one of everything was read.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::file::ConfigFile;
use super::problem::Problems;
use crate::calendar::Day;
use crate::schema::Extract;
use crate::schema::extracts::ColumnKind;

/// What is expected of an entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Text,
    Flag,
    Whole(RangeInclusive<u32>),
    PerCent,
    /// A number that is not negative.
    Amount,
    Day,
    /// One of these words.
    Choice(Vec<String>),
    /// A text or a list of texts.
    Texts,
    Table,
    /// Tables under this heading.
    Tables(String),
    /// What these words say.
    Described(&'static str),
}

impl Shape {
    /// In words.
    pub(super) fn expected(&self) -> String {
        match self {
            Shape::Text | Shape::Choice(_) => "a text in quotes".to_owned(),
            Shape::Flag => "true or false".to_owned(),
            Shape::Whole(bounds) => format!("a whole number from {} to {}", bounds.start(), bounds.end()),
            Shape::PerCent => "a number from 0 to 100".to_owned(),
            Shape::Amount => "a number of at least 0".to_owned(),
            Shape::Day => "a date such as 2025-12-31".to_owned(),
            Shape::Texts => "a text or a list of texts".to_owned(),
            Shape::Table => "a table".to_owned(),
            Shape::Tables(heading) => format!("tables headed [[{heading}]]"),
            Shape::Described(expected) => (*expected).to_owned(),
        }
    }

    /// As JSON Schema; `content` is what its tables hold.
    fn to_json(&self, content: &Entry) -> Value {
        match self {
            Shape::Text => json!({ "type": "string" }),
            Shape::Flag => json!({ "type": "boolean" }),
            Shape::Whole(bounds) => json!({ "type": "integer", "minimum": bounds.start(), "maximum": bounds.end() }),
            Shape::PerCent => json!({ "type": "number", "minimum": 0, "maximum": 100 }),
            Shape::Amount => json!({ "type": "number", "minimum": 0 }),
            // A TOML date, which editors show to the schema as a text.
            Shape::Day => json!({ "type": "string", "format": "date" }),
            Shape::Choice(words) => json!({ "enum": words }),
            Shape::Texts => {
                json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
            }
            Shape::Table => content.to_object(),
            Shape::Tables(_) => json!({ "type": "array", "items": content.to_object() }),
            Shape::Described(expected) => json!({ "description": expected }),
        }
    }
}

/// The name of every key, where keys are names of the user's.
const ANY: &str = "*";

/// What was expected of an entry, and of those below it.
#[derive(Debug, Default)]
pub(super) struct Entry {
    shapes: Vec<Shape>,
    /// In the order in which they were asked for.
    entries: Vec<(String, Entry)>,
}

impl Entry {
    fn below(&mut self, key: &str) -> &mut Entry {
        let at = self.entries.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
            self.entries.push((key.to_owned(), Entry::default()));
            self.entries.len() - 1
        });
        &mut self.entries[at].1
    }

    fn to_object(&self) -> Value {
        let mut object = Map::new();
        object.insert("type".to_owned(), "object".into());
        let named = self.entries.iter().filter(|(key, _)| key != ANY);
        let properties: Map<String, Value> = named.map(|(key, entry)| (key.clone(), entry.to_json())).collect();
        object.insert("properties".to_owned(), properties.into());
        let any = self.entries.iter().find(|(key, _)| key == ANY);
        object.insert("additionalProperties".to_owned(), any.map_or(false.into(), |(_, entry)| entry.to_json()));
        object.into()
    }

    fn to_json(&self) -> Value {
        match self.shapes.as_slice() {
            [shape] => shape.to_json(self),
            shapes => json!({ "anyOf": shapes.iter().map(|shape| shape.to_json(self)).collect::<Vec<_>>() }),
        }
    }
}

/// Notes what is asked for; shared by all readers of a configuration.
#[derive(Debug, Default)]
pub(super) struct Asked(RefCell<Entry>);

impl Asked {
    /// Notes what is expected of an entry: its key, below those of the tables around it.
    pub(super) fn note(&self, place: &[String], key: &str, shape: Shape) {
        let mut root = self.0.borrow_mut();
        let mut entry = &mut *root;
        for key in place {
            entry = entry.below(key);
        }
        let entry = entry.below(key);
        if !entry.shapes.contains(&shape) {
            entry.shapes.push(shape);
        }
    }
}

/// The key under which entries of a table with keys of the user's are noted.
pub(super) fn any_key() -> &'static str {
    ANY
}

/// The JSON Schema of the configuration file.
pub fn json_schema() -> Value {
    let everything = one_of_everything();
    let problems = Problems::of(&everything);
    // What is wrong with it is of no interest.
    if let Ok(file) = ConfigFile::parse(&everything) {
        super::read(&file, std::path::Path::new("/"), |as_of| as_of.day(Day(0)), &problems);
    }
    let mut schema = problems.asked.0.borrow().to_object();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "The configuration of vardag".into();
    schema
}

/// A file that has every table that a file can have.
fn one_of_everything() -> String {
    let texts = "{ sv = \"a\", fi = \"a\", en = \"a\" }";
    let category = format!("[{{ name = \"a\", names = {texts}, description = {texts}, service = {texts} }}]");
    let rule = format!("[{{ name = \"r\", category = \"a\", when = \"TRUE\", reason = {texts} }}]");
    // A dimension may have any name: so one of the name that stands for all.
    let mut file = format!(
        "dimensions = [\"{ANY}\"]\nemployer_categories = {category}\nemployer_rules = {rule}\n\
         derived_features = [{{ name = \"d\", expression = \"1\", meaning = {texts} }}]\n[dialect]\n"
    );
    for extract in Extract::ALL {
        let name = extract.name();
        file += &format!("[limits.{name}]\n[extracts.{name}]\n");
        for table in [format!("extracts.{name}"), format!("extracts.{name}.sources")] {
            if table.ends_with("sources") {
                file += &format!("[[{table}]]\n");
            }
            if extract == Extract::Customers {
                file += &format!("[{table}.columns.\"{ANY}\"]\n");
            }
            for column in extract.columns() {
                file += &format!("[{table}.columns.{}]\n", column.name);
                if column.kind == ColumnKind::Amount {
                    file += "sign = { column = \"a\", negative = \"b\" }\n";
                }
                if let ColumnKind::Code(set) = column.kind {
                    let meaning = set.canonical().first().unwrap_or(&"a");
                    file += &format!("[{table}.codes.{}]\na = \"{meaning}\"\n", column.name);
                }
            }
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema of what a key leads to, through lists.
    fn below<'a>(schema: &'a Value, key: &str) -> Option<&'a Value> {
        let own = schema.get("properties").and_then(|properties| properties.get(key));
        let any = schema.get("additionalProperties").filter(|any| any.is_object());
        let variants = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        own.or(any)
            .or_else(|| below(schema.get("items")?, key))
            .or_else(|| variants.into_iter().find_map(|variant| below(variant, key)))
    }

    fn check(schema: &Value, toml: &toml::Value, path: &str) {
        match toml {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    let path = format!("{path}.{key}");
                    check(below(schema, key).unwrap_or_else(|| panic!("{path} is not in the schema")), value, &path);
                }
            }
            toml::Value::Array(items) => {
                items.iter().filter(|item| item.is_table()).for_each(|item| check(schema, item, path))
            }
            _ => {}
        }
    }

    #[test]
    fn every_key_of_the_files_that_we_write_is_in_the_schema() {
        let samples =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data-samples/vardag.toml")).unwrap();
        for text in [super::super::DEFAULTS, super::super::STARTER, &samples, &one_of_everything()] {
            check(&json_schema(), &text.parse::<toml::Table>().unwrap().into(), "");
        }
    }

    #[test]
    fn what_the_reader_does_not_know_the_schema_does_not_allow() {
        let schema = json_schema();
        let tables = ["window", "dialect", "limits", "outputs", "report", "gates", "breakdowns", "rules", "categories"];
        for table in tables {
            let schema = below(&schema, table).unwrap();
            assert!(below(schema, "no_such_key").is_none(), "{table}");
        }
        assert!(below(&schema, "no_such_table").is_none());
        let columns = below(below(below(&schema, "extracts").unwrap(), "payments").unwrap(), "columns").unwrap();
        assert!(below(columns, "amount").is_some() && below(columns, "amonut").is_none());
    }

    /// A table of which nothing is known would forbid every key.
    #[test]
    fn every_table_has_been_read() {
        fn tables(schema: &Value, path: &str) {
            if schema["type"] == "object" {
                let known = schema["properties"].as_object().unwrap();
                // Some extracts have no columns of codes.
                let may_be_empty = path.ends_with(".codes");
                assert!(may_be_empty || !known.is_empty() || schema["additionalProperties"].is_object(), "{path}");
                known.iter().for_each(|(key, schema)| tables(schema, &format!("{path}.{key}")));
                tables(&schema["additionalProperties"], &format!("{path}.*"));
            }
            tables_of(schema.get("items"), path);
            schema["anyOf"].as_array().into_iter().flatten().for_each(|variant| tables(variant, path));
        }
        fn tables_of(schema: Option<&Value>, path: &str) {
            schema.iter().for_each(|schema| tables(schema, path));
        }
        tables(&json_schema(), "");
    }
}
