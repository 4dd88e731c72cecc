//! Who is in a labels file, in order, and which rule decided: all that movements need of most runs.
//!
//! Of a row with some forty values only the first three are looked at; the rest is passed over in one go to the
//! next line feed, unless a quote is about, which may hide one.

use std::collections::HashMap;

use super::columns::{Fault, next_row};
use super::parts::{Part, Parts};
use super::{HistoryError, LabelsFile};
use crate::config::Config;
use crate::extract::records::{Field, Records, separators, unquote};
use crate::text::unguarded;

/// Rows of a labels file, in order.
#[derive(Debug, Default)]
pub(super) struct Keys {
    ids: Vec<u8>,
    /// Where each id ends among `ids`.
    ends: Vec<usize>,
    /// The number of the rule that decided; the default's is the number of rules.
    pub(super) rules: Vec<u16>,
    /// The number of another rule set's rule for the same features; empty where nobody asked.
    pub(super) under: Vec<u16>,
}

impl Keys {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn id(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.ids[start..self.ends[row]]
    }

    /// Whether each id is greater than the one before it.
    pub(super) fn ascending(&self) -> bool {
        (1..self.len()).all(|row| self.id(row - 1) < self.id(row))
    }

    pub(super) fn push(&mut self, id: &[u8], rule: u16) {
        self.ids.extend_from_slice(id);
        self.ends.push(self.ids.len());
        self.rules.push(rule);
    }
}

/// The rules of a run by name, with the categories that they lead to.
#[derive(Debug)]
pub(super) struct RuleNames {
    /// Category and rule by rule number, the default's last.
    pub(super) texts: Vec<(String, String)>,
    numbers: HashMap<Vec<u8>, u16>,
}

impl RuleNames {
    pub(super) fn of(config: &Config) -> Self {
        let text =
            |(category, rule): (usize, &str)| (config.customers.categories[category].name.clone(), rule.to_owned());
        let texts: Vec<(String, String)> = config.customers.outcomes().map(text).collect();
        let numbers = texts.iter().enumerate().map(|(at, (_, rule))| (rule.clone().into_bytes(), at as u16)).collect();
        RuleNames { texts, numbers }
    }

    /// The number of a rule that labels name beside this category.
    pub(super) fn number(&self, category: &[u8], rule: &[u8]) -> Option<u16> {
        let number = *self.numbers.get(rule)?;
        (self.texts[usize::from(number)].0.as_bytes() == category).then_some(number)
    }
}

/// What a row's rule is said to be where the configuration in force has no such rule for its category.
pub(super) const UNKNOWN_RULE: &str = "category and rule are not those of the run's config.toml";
/// The columns that this is about, which come first in every labels file.
pub(super) const COLUMNS: [&str; 3] = ["customer_id", "category", "rule"];

impl LabelsFile {
    /// Hands over the rows in order, until `take` has had enough.
    pub(super) fn keys(&self, names: &RuleNames, mut take: impl FnMut(Keys) -> bool) -> Result<(), HistoryError> {
        let mut parts = Parts::open(self)?;
        let columns = self.columns(&COLUMNS, parts.header())?;
        let in_front = columns.iter().enumerate().all(|(at, column)| column.place == at);
        let (taker, width) = (parts.taker(), parts.header().len());
        while let Some(part) = parts.next_part()? {
            let keys = match &part {
                Part::Csv { blocks, at } if in_front => csv_keys(blocks, width, self.spreadsheet_safe(), names)
                    .map_err(|fault| taker.located(*at, fault))?,
                _ => self.keys_of(&taker.table(&part, &columns)?, names)?,
            };
            if !take(keys) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The keys of a table that has these columns.
    pub(super) fn keys_of(&self, table: &polars::prelude::DataFrame, names: &RuleNames) -> Result<Keys, HistoryError> {
        let texts =
            |name: &str| table.column(name).and_then(|column| column.str()).map_err(|fault| self.damaged(fault));
        let (ids, categories, rules) = (texts("customer_id")?, texts("category")?, texts("rule")?);
        let mut keys = Keys::default();
        for ((id, category), rule) in ids.iter().zip(categories.iter()).zip(rules.iter()) {
            let number = names.number(category.unwrap_or_default().as_bytes(), rule.unwrap_or_default().as_bytes());
            let number = number.ok_or_else(|| HistoryError::Damaged {
                path: self.path().to_owned(),
                message: format!("a row's {UNKNOWN_RULE}"),
            })?;
            keys.push(id.unwrap_or_default().as_bytes(), number);
        }
        Ok(keys)
    }
}

/// The keys of some blocks of CSV.
fn csv_keys(blocks: &[Vec<u8>], width: usize, guarded: bool, names: &RuleNames) -> Result<Keys, Fault> {
    let mut keys = Keys::default();
    let mut begin = 0;
    for text in blocks {
        let taken = match memchr::memchr(b'"', text) {
            None => plain(text, guarded, names, &mut keys),
            Some(_) => quoted(text, width, guarded, names, &mut keys),
        };
        taken.map_err(|fault| Fault { at: begin + fault.at, ..fault })?;
        begin += text.len() as u64;
    }
    Ok(keys)
}

/// Rows without any quote: a line each.
fn plain(text: &[u8], guarded: bool, names: &RuleNames, keys: &mut Keys) -> Result<(), Fault> {
    let mut at = 0;
    while at < text.len() {
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
        let mut values = text[at..end].splitn(4, |byte| *byte == b',');
        let (id, category, rule) = (values.next(), values.next(), values.next());
        let number = names.number(category.unwrap_or_default(), rule.unwrap_or_default());
        match (id, number) {
            (Some(id), Some(number)) => keys.push(without_guard(id, guarded), number),
            _ => return Err(Fault { at: at as u64, what: UNKNOWN_RULE.to_owned() }),
        }
        at = end + 1;
    }
    Ok(())
}

/// Rows that quotes may hide the ends of.
fn quoted(text: &[u8], width: usize, guarded: bool, names: &RuleNames, keys: &mut Keys) -> Result<(), Fault> {
    let (mut found, mut fields, mut id) = (Vec::new(), Vec::new(), Vec::new());
    separators(text, b',', &mut found);
    let mut records = Records::new(text, &found, 0, b"");
    loop {
        let at = records.position() as u64;
        let fault = |what: String| Fault { at, what };
        if !next_row(&mut records, width, &mut fields).map_err(fault)? {
            return Ok(());
        }
        let [first, category, rule, ..] = fields[..] else { return Err(fault("fewer than three values".to_owned())) };
        let number = names.number(&text[category.range()], &text[rule.range()]);
        let number = number.ok_or_else(|| fault(UNKNOWN_RULE.to_owned()))?;
        keys.push(without_guard(value(text, first, &mut id), guarded), number);
    }
}

fn value<'a>(text: &'a [u8], field: Field, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    if !field.quoted() {
        return &text[field.range()];
    }
    scratch.clear();
    unquote(&text[field.range()], scratch);
    scratch
}

fn without_guard(id: &[u8], guarded: bool) -> &[u8] {
    match std::str::from_utf8(id) {
        Ok(text) if guarded => unguarded(text).as_bytes(),
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> RuleNames {
        let config = crate::config::from_text(
            "[extracts]\ncontacts.files = \"c\"\napplications.files = \"a\"\npayments.files = \"p\"",
            std::path::Path::new("/"),
        );
        RuleNames::of(&config.unwrap())
    }

    #[test]
    fn the_quick_way_and_the_way_through_quotes_agree() {
        let rows = "a,regular,default,1,2\nb,support,many_benefits,,\n'-c,irregular,life_event,,x\n";
        let quick = csv_keys(&[rows.as_bytes().to_vec()], 5, true, &names()).unwrap();
        let mut quoted = rows.replace("x\n", "\"x\ny\"\n").into_bytes();
        quoted.extend_from_slice(b"\"d,\"\"\",regular,default,,\n");
        let slow = csv_keys(&[quoted], 5, true, &names()).unwrap();
        assert_eq!((quick.len(), slow.len()), (3, 4));
        for row in 0..3 {
            assert_eq!((quick.id(row), quick.rules[row]), (slow.id(row), slow.rules[row]));
        }
        assert_eq!((quick.id(2), slow.id(3)), (&b"-c"[..], &b"d,\""[..]));
        assert_eq!(quick.rules[0], 8, "the default comes after the eight rules");
    }

    #[test]
    fn a_rule_that_the_run_did_not_have_is_no_rule() {
        for rows in ["a,regular,default,\nb,regular,life_event,\n", "a,regular,default,\nb,regular\n"] {
            let fault = csv_keys(&[rows.as_bytes().to_vec()], 4, false, &names()).unwrap_err();
            assert_eq!(fault.at, 19);
        }
    }
}
