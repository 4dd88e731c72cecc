//! What the program says of a run, in every language: warnings, broken limits, broken gates.
//!
//! A [`Message`] is the key of a text in `[messages]` of the languages' files, and the values that fill it in. The list
//! below makes a function of each key, so that no value can be forgotten; a test holds the files to the list.
//!
//! A text that depends on a count has two forms, `.one` and `.other`, between which the value `count` decides. A sentence
//! with several counts has them made by messages of their own (`n_rows` and the like). Counts have no thousands separators,
//! and days are written as the folders of runs are called, in every language.

use serde::Deserialize;

use super::{Language, Texts, fill};
use crate::calendar::Day;
use crate::sanitize::shown;

/// A sentence, or a part of one, in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    key: &'static str,
    values: Vec<(&'static str, Value)>,
}

/// What a message is filled in with. A text is made safe to print when it becomes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text that is the same in every language.
    Text(String),
    /// A whole number.
    Count(u64),
    /// A number with a decimal point, for which each language has its own sign.
    Number(String),
    /// A part of the sentence.
    Message(Message),
    /// Several, with commas between them.
    List(Vec<Value>),
}

/// A text of a language's file.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Template {
    Same(String),
    ByCount { one: String, other: String },
}

macro_rules! messages {
    ($($key:ident($($value:ident),*);)*) => {
        $(pub fn $key($($value: impl Into<Value>),*) -> Message {
            Message { key: stringify!($key), values: vec![$((stringify!($value), $value.into())),*] }
        })*

        /// The key of every message, and the names of its values.
        #[cfg(test)]
        const EVERY: &[(&str, &[&str])] = &[$((stringify!($key), &[$(stringify!($value)),*])),*];
    };
}

messages! {
    // Counted things and other parts of sentences.
    n_rows(count);
    n_dates(count);
    n_records(count);
    n_customers(count);
    n_payments(count);
    n_orphans(count);
    n_faults(count);
    n_codes(count);
    n_other_codes(count);
    n_control_characters(count);
    n_customer_ids(count);
    n_employer_ids(count);
    of_customer();
    of_employer();
    both(first, second);
    either(first, second);
    either_list(first, second);
    and_more(names, more);
    in_file(file);
    in_files(file, count);
    code(code, rows);
    codes_in_rows(codes, rows);
    not_named(codes, least, count);
    // Warnings.
    no_register();
    no_employer_register();
    absent_column(extract, column, header, nearest, file);
    did_you_mean(name);
    control_characters(extract, characters, files);
    date_order(extract, column, first, by_first, second, by_second, either);
    unmapped_codes(extract, column, codes);
    unknown_benefits(extract, codes);
    rejects_cut(extract, faults, listed);
    spells_differ(extract, differ, duplicates);
    duplicates_differ_from_first(extract, differ, duplicates, or_else);
    duplicates_differ_from_last(extract, differ, duplicates, or_else);
    if_rows_are_spells();
    if_no_row_ids();
    after_registration(extract, payments);
    ids_with_point_zero(extract, ids);
    ids_with_exponent(extract, ids);
    orphans_with_exponent(extract, orphans, of_owner);
    near_orphans(extract, near, looked_at, more, differences);
    more_orphans();
    differ_by_blanks(rows);
    differ_by_case(rows);
    differ_by_zeros(rows);
    differ_by_point_zero(rows);
    differ_by_several(rows);
    impossible_ages(extract, unborn, as_of, too_old);
    memory_limit(mebibytes);
    model_is_old(last, days, most);
    model_knows_later_days(last, as_of);
    model_failed();
    panel_hidden_starts(dates, last, gap);
    panel_late_rows(count, first, extracts, days);
    too_many_groups(dimension, groups, most);
    too_many_pairs(first, second, groups, most);
    unreachable_rules(unreachable, all, rules, needed);
    kind_of_benefits(kind, codes);
    kind_without_benefits(kind);
    past_run_left_out(fault);
    // Broken limits.
    no_records(extract);
    unclosed_quotes(extract, files);
    above(pct, setting, limit);
    too_many_malformed(extract, malformed, records, above);
    too_many_orphans(extract, orphans, records, above);
    too_many_duplicates(extract, duplicates, records, above);
    too_many_malformed_bytes(extract, count, bytes, all, above);
    too_many_unknown_benefits(extract, rows, accepted, above);
    too_many_unmapped_methods(extract, rows, accepted, above);
    none_in_window(extract, count, as_of);
    too_old(extract, newest, days, as_of);
    no_event(extract, as_of, days);
    nobody();
    // Broken gates.
    population_changed(before, as_of, now, change, limit);
    share_changed(category, before, as_of, now, change, limit);
    volume_changed(extract, now, count, before, change, limit);
    less(pct);
    more(pct);
    from_none();
    cannot_compare(run, fault);
    good_run_of(as_of);
    some_good_run();
}

impl Message {
    /// In the words of a language.
    pub fn text(&self, language: Language) -> String {
        let values: Vec<String> = self.values.iter().map(|(_, value)| value.text(language)).collect();
        let places: Vec<_> =
            self.values.iter().zip(&values).map(|((name, _), value)| (*name, value.as_str())).collect();
        fill(self.template(language), &places)
    }

    /// Several messages, each in the words of a language.
    pub fn texts(messages: &[Message], language: Language) -> Vec<String> {
        messages.iter().map(|message| message.text(language)).collect()
    }

    /// The text that is filled in. A test rules out that there is none; then the key says at least what it is about.
    fn template(&self, language: Language) -> &str {
        match Texts::of(language).ok().and_then(|texts| texts.messages.get(self.key)) {
            None => self.key,
            Some(Template::Same(text)) => text,
            Some(Template::ByCount { one, .. }) if self.values.contains(&("count", Value::Count(1))) => one,
            Some(Template::ByCount { other, .. }) => other,
        }
    }
}

impl Value {
    /// A text that is safe to print already, and may be long.
    pub fn safe(text: impl ToString) -> Value {
        Value::Text(text.to_string())
    }

    /// In the words of a language.
    pub fn text(&self, language: Language) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Count(count) => count.to_string(),
            Value::Number(number) => number.replace('.', language.decimal_separator()),
            Value::Message(message) => message.text(language),
            Value::List(values) => values.iter().map(|value| value.text(language)).collect::<Vec<_>>().join(", "),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(shown(text))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::from(text.as_str())
    }
}

impl From<Day> for Value {
    fn from(day: Day) -> Self {
        Value::Text(day.to_string())
    }
}

impl From<u32> for Value {
    fn from(count: u32) -> Self {
        Value::Count(count.into())
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Value::Count(count)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Value::Count(count as u64)
    }
}

impl From<Message> for Value {
    fn from(message: Message) -> Self {
        Value::Message(message)
    }
}

/// Nothing is an empty text.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Text(String::new()), Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::texts::places;
    use super::*;

    fn forms(template: &Template) -> Vec<&str> {
        match template {
            Template::Same(text) => vec![text],
            Template::ByCount { one, other } => vec![one, other],
        }
    }

    /// Every message, its values being their names in angle brackets; in the number that a count of one or two asks for.
    fn every(count: u64) -> impl Iterator<Item = Message> {
        let value = move |name: &&'static str| match *name {
            "count" => (*name, Value::Count(count)),
            name => (name, Value::Text(format!("<{name}>"))),
        };
        EVERY.iter().map(move |(key, names)| Message { key, values: names.iter().map(value).collect() })
    }

    #[test]
    fn every_message_has_a_text_in_every_language_and_there_are_no_others() {
        let keys: BTreeSet<&str> = EVERY.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys.len(), EVERY.len());
        for language in Language::ALL {
            let texts = &Texts::of(language).unwrap().messages;
            assert_eq!(texts.keys().map(String::as_str).collect::<BTreeSet<_>>(), keys, "{language:?}");
        }
    }

    #[test]
    fn every_value_has_its_place_in_every_language_and_every_place_its_value() {
        for language in Language::ALL {
            for (key, names) in EVERY {
                let template = &Texts::of(language).unwrap().messages[*key];
                let mut told: BTreeSet<String> = forms(template).into_iter().flat_map(places).collect();
                // Which of two forms it is tells the count as well.
                told.extend(matches!(template, Template::ByCount { .. }).then(|| "count".to_owned()));
                assert_eq!(told, names.iter().map(|name| (*name).to_owned()).collect(), "{key} in {language:?}");
            }
            for message in every(1).chain(every(2)) {
                let text = message.text(language);
                assert!(!text.is_empty() && !text.contains(['{', '}']), "{language:?}: {text}");
            }
        }
    }

    #[test]
    fn every_text_is_translated() {
        // Words, without what is filled in, settings and what stands in brackets.
        let words = |text: &str| {
            let filled = text.split(['{', '}', '[', ']']).step_by(2).collect::<String>();
            filled.chars().filter(|character| character.is_alphabetic()).collect::<String>()
        };
        let english = &Texts::of(Language::En).unwrap().messages;
        for language in [Language::Sv, Language::Fi] {
            for (key, template) in &Texts::of(language).unwrap().messages {
                for (own, other) in forms(template).into_iter().zip(forms(&english[key])) {
                    assert!(words(own).is_empty() || words(own) != words(other), "{key} in {language:?}");
                }
            }
        }
    }

    #[test]
    fn one_is_said_otherwise_than_many() {
        let said = |count: u64| Language::ALL.map(|language| in_files("a.csv", count).text(language));
        assert_eq!(said(1)[0], "i filen a.csv och 1 annan fil");
        assert_eq!(said(0)[2], "in a.csv and 0 other files");
        assert_eq!(n_records(1u64).text(Language::Fi), "1 tietue");
        assert_eq!(n_records(12_000u64).text(Language::Fi), "12000 tietuetta");
    }

    #[test]
    fn values_are_safe_to_print_and_numbers_as_the_language_writes_them() {
        let message = code("FAX\u{1b}[31m", n_rows(2u64));
        assert_eq!(message.text(Language::Sv), "”FAX\\u{1b}[31m” (2 rader)");
        let message = above(Value::Number("12.5".to_owned()), "max_orphan_pct", "0.5");
        assert_eq!(message.text(Language::En), "12.5 %, more than max_orphan_pct = 0.5 allows");
        assert_eq!(message.text(Language::Fi), "12,5\u{a0}%, enemmän kuin max_orphan_pct = 0.5 sallii");
        assert_eq!(and_more(vec!["a", "{b}"], 3usize).text(Language::En), "a, {b} and 3 more");
    }
}
