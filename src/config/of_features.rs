//! The part of a configuration on which features and categories depend: what a model was fitted under, to be held against
//! what a run is made with.

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::file::plain_table_like;
use crate::schema::{Entity, Extract};

/// Keys of the file that bear on customers' features and categories.
const KEPT: [&str; 9] = [
    "dimensions",
    "default_category",
    "derived_features",
    "window",
    "dialect",
    "extracts",
    "benefits",
    "categories",
    "rules",
];

/// Words for people, by the list that they stand in.
const WORDS: [(&str, &[&str]); 4] = [
    ("categories", &["names", "description", "service", "reference"]),
    ("rules", &["reason"]),
    ("derived_features", &["meaning", "unit"]),
    ("benefits", &["names"]),
];

/// Of a configuration in force, as TOML that can be loaded again: without words for people, limits and outputs, and without
/// a last day.
pub fn of_features(in_force: &str) -> String {
    let Ok(mut document) = in_force.parse::<DocumentMut>() else { return String::new() };
    let table = document.as_table_mut();
    table.retain(|key, _| KEPT.contains(&key));
    // All that count are named.
    table.insert("default_benefits", toml_edit::value(false));
    let below = |table: &mut Table, key: &str, remove: &dyn Fn(&mut dyn TableLike)| {
        if let Some(table) = table.get_mut(key).and_then(Item::as_table_like_mut) {
            remove(table);
        }
    };
    below(table, "window", &|window| drop(window.remove("as_of")));
    below(table, "extracts", &|extracts| {
        let others = Extract::ALL.into_iter().filter(|extract| Entity::of(*extract) != Entity::Customer);
        others.for_each(|extract| drop(extracts.remove(extract.name())));
    });
    for (key, words) in WORDS {
        if let Some(item) = table.get_mut(key) {
            without(item, words);
        }
    }
    table_text(document.as_table())
}

/// Takes keys out of every table of a list, or of a table of tables.
fn without(item: &mut Item, keys: &[&str]) {
    let remove = |table: &mut dyn TableLike| keys.iter().for_each(|key| drop(table.remove(key)));
    match item {
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(|table| remove(table)),
        Item::Value(Value::Array(values)) => {
            values.iter_mut().filter_map(Value::as_inline_table_mut).for_each(|table| remove(table));
        }
        item => {
            let tables = item.as_table_like_mut().into_iter().flat_map(|table| table.iter_mut());
            tables.filter_map(|(_, item)| item.as_table_like_mut()).for_each(remove);
        }
    }
}

/// A table as TOML of its own, without comments and layout.
pub fn table_text(table: &dyn TableLike) -> String {
    DocumentMut::from(plain_table_like(table)).to_string()
}

/// The text of a TOML file with all of it below a heading.
pub fn below_heading(heading: &str, text: &str) -> String {
    let Ok(document) = text.parse::<DocumentMut>() else { return String::new() };
    let mut root = Table::new();
    root.insert(heading, Item::Table(plain_table_like(document.as_table())));
    DocumentMut::from(root).to_string()
}
