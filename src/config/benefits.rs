//! The benefit catalogue, and texts in several languages.

use std::collections::BTreeMap;

use super::model::Benefit;
use super::reader::Reader;
use crate::i18n::{Language, Text};

/// The catalogue: the defaults' entries in their order, then those that the user's file adds.
pub(super) fn read(root: &Reader) -> Vec<Benefit> {
    let Some(table) = root.table("benefits") else { return Vec::new() };
    table.names().map(|code| table.section(code, |entry| benefit(code, entry))).collect()
}

fn benefit(code: &str, entry: &Reader) -> Benefit {
    if code.is_empty() {
        entry.problem_here("a benefit's code must not be empty", None);
    }
    Benefit {
        code: code.to_owned(),
        countable: entry.flag("countable").unwrap_or(true),
        last_resort: entry.flag("last_resort").unwrap_or(false),
        income_replacing: entry.flag("income_replacing").unwrap_or(false),
        life_event: entry.text("life_event").filter(|event| !event.is_empty()).map(str::to_owned),
        names: text(entry, "names", code),
    }
}

/// A text in every language; a missing one is the English one, or another that is given, or else the fallback.
pub(super) fn text(table: &Reader, key: &str, fallback: &str) -> Text {
    let given: BTreeMap<Language, &str> = table.section(key, |languages| {
        let own = |language: Language| languages.text(language.code()).filter(|text| !text.is_empty());
        Language::ALL.into_iter().filter_map(|language| Some((language, own(language)?))).collect()
    });
    Text::new(|language| {
        let text = given.get(&language).or_else(|| given.get(&Language::En)).or_else(|| given.values().next());
        text.copied().unwrap_or(fallback).to_owned()
    })
}
