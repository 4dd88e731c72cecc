//! The benefit catalogue, and texts in three languages.

use super::model::{Benefit, Text};
use super::reader::Reader;

/// The catalogue: the defaults' entries in their order, then those that the user's file adds.
pub(super) fn read(root: &Reader) -> Vec<Benefit> {
    let Some(table) = root.table("benefits") else { return Vec::new() };
    table.names().filter_map(|code| Some(benefit(code, table.table(code)?))).collect()
}

fn benefit(code: &str, entry: Reader) -> Benefit {
    if code.is_empty() {
        entry.problem_here("a benefit's code must not be empty", None);
    }
    let benefit = Benefit {
        code: code.to_owned(),
        countable: entry.flag("countable").unwrap_or(true),
        last_resort: entry.flag("last_resort").unwrap_or(false),
        income_replacing: entry.flag("income_replacing").unwrap_or(false),
        life_event: entry.text("life_event").filter(|event| !event.is_empty()).map(str::to_owned),
        names: text(&entry, "names", code),
    };
    entry.finish();
    benefit
}

/// A text in three languages; a missing one is another that is given, or else the fallback.
pub(super) fn text(table: &Reader, key: &str, fallback: &str) -> Text {
    let Some(languages) = table.table(key) else {
        return Text { sv: fallback.to_owned(), fi: fallback.to_owned(), en: fallback.to_owned() };
    };
    let given = ["sv", "fi", "en"].map(|language| languages.text(language).filter(|text| !text.is_empty()));
    languages.finish();
    let [sv, fi, en] = given;
    let or_another = |own: Option<&str>| own.or(en).or(sv).or(fi).unwrap_or(fallback).to_owned();
    Text { sv: or_another(sv), fi: or_another(fi), en: or_another(en) }
}
