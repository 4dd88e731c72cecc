//! What the values of a column look like: dates, numbers, truth values, codes or ids, and what stands for a missing one.

use std::collections::BTreeMap;

use super::dates::{self, Dates};
use super::numbers::{self, Numbers};
use super::vocabulary::{Vocabulary, normal};
use crate::config::Unit;
use crate::extract::numbers::NumberReader;

/// A marker of a missing value has to recur, but for short columns.
const LEAST_MARKERS: usize = 2;
const SHORT: usize = 100;
/// Fewest rows of a value that may be an unknown marker of a missing one.
const LEAST_UNREAD: usize = 5;
/// Distinct values that kinds are told by.
const MOST_TRIED: usize = 1500;

/// What was seen of a column.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Rows that have a value.
    pub filled: usize,
    /// The values with their rows, markers of missing ones left out.
    pub values: BTreeMap<String, usize>,
    /// Markers of a missing value that occur, with their rows.
    pub missing: BTreeMap<String, usize>,
    /// If it has dates.
    pub dates: Option<Dates>,
    /// If it has numbers.
    pub numbers: Option<Numbers>,
    /// A value that recurs among dates or numbers and is none, with its rows.
    pub unread: Option<(String, usize)>,
    /// If it has truth values: spellings of true, then of false.
    pub bools: Option<[Vec<String>; 2]>,
}

impl Profile {
    /// Of a column's values; `is_named` tells that its name may be one of a date.
    pub fn new(values: &[String], is_named: bool, month_first: Option<bool>, words: &Vocabulary) -> Self {
        let mut profile = Profile::default();
        for value in values.iter().filter(|value| !value.is_empty()) {
            match words.values.missing.contains(value) {
                true => *profile.missing.entry(value.clone()).or_default() += 1,
                false => *profile.values.entry(value.clone()).or_default() += 1,
            }
        }
        let least = if values.len() < SHORT { 1 } else { LEAST_MARKERS };
        profile.missing.retain(|_, rows| *rows >= least);
        profile.count();
        profile.bools = profile.bools(words);
        // Words such as `unknown` mean a missing value where all others are dates or numbers.
        let known: Vec<String> = words.values.missing_words.iter().map(|word| normal(word)).collect();
        let is_known = |value: &str| known.iter().any(|word| *word == normal(value));
        let mut tried = profile.tried();
        tried.retain(|(value, _)| !is_known(value));
        let dates = dates::detect(&tried, is_named, month_first);
        let numbers = numbers::detect(&tried, &words.values.currencies);
        if dates.is_some() || numbers.is_some() {
            let (missing, values): (BTreeMap<_, _>, _) =
                std::mem::take(&mut profile.values).into_iter().partition(|(value, _)| is_known(value));
            profile.values = values;
            profile.missing.extend(missing);
            profile.count();
        }
        (profile.dates, profile.numbers) = (dates, numbers);
        profile.unread = profile.unread();
        profile
    }

    fn unread(&self) -> Option<(String, usize)> {
        let dates = self.dates.as_ref().map(Dates::readers);
        let numbers = self.numbers.as_ref().map(|numbers| NumberReader::new(&numbers.format, Unit::Minutes));
        let is_read = |value: &str| match (&dates, &numbers) {
            (Some(dates), _) => dates::read(dates, value).is_some(),
            (None, Some(numbers)) => numbers.amount(value.as_bytes()).is_ok(),
            (None, None) => true,
        };
        let has_clock = self.numbers.as_ref().is_some_and(|numbers| numbers.are_clock);
        let recur =
            self.values.iter().filter(|(_, rows)| !has_clock && **rows >= LEAST_UNREAD && **rows * 100 >= self.filled);
        let unread = recur.filter(|(value, _)| !is_read(value)).max_by_key(|(_, rows)| **rows);
        unread.map(|(value, rows)| (value.clone(), *rows))
    }

    fn count(&mut self) {
        self.filled = self.values.values().sum();
    }

    /// Values over the whole range, with their rows.
    fn tried(&self) -> Vec<(&str, usize)> {
        let step = self.values.len().div_ceil(MOST_TRIED).max(1);
        self.values.iter().step_by(step).map(|(value, rows)| (value.as_str(), *rows)).collect()
    }

    fn bools(&self, words: &Vocabulary) -> Option<[Vec<String>; 2]> {
        let mut spellings: Vec<String> = self.values.keys().map(|value| value.to_lowercase()).collect();
        spellings.sort();
        spellings.dedup();
        // Some other word among many rows is a fault of its rows.
        let known = |value: &String| words.values.yes.contains(value) || words.values.no.contains(value);
        let rows_known: usize =
            self.values.iter().filter(|(value, _)| known(&value.to_lowercase())).map(|(_, rows)| rows).sum();
        let found: Vec<String> = spellings.into_iter().filter(known).collect();
        if found.is_empty() || found.len() > 2 || rows_known * 100 < self.filled * 60 {
            return None;
        }
        let (yes, no) = found.into_iter().partition(|value| words.values.yes.contains(value));
        Some([yes, no])
    }

    /// Whether its values are few enough to be codes.
    pub fn are_codes(&self, most: usize) -> bool {
        let distinct = self.values.len();
        distinct > 0 && distinct <= most && (distinct * 3 <= self.filled || distinct <= 8)
    }

    /// Whether hardly any value comes twice.
    pub fn are_unique(&self) -> bool {
        self.filled > 0 && self.values.len() * 100 >= self.filled * 90
    }

    /// Whether they may be ids: short texts without fractions.
    pub fn are_ids(&self) -> bool {
        let ends_like_float = |value: &String| value.strip_suffix(".0").is_some_and(|whole| !whole.is_empty());
        let fractions = self.numbers.as_ref().is_some_and(|numbers| numbers.has_fractions || numbers.are_clock);
        let is_short = self.values.keys().take(200).all(|value| value.len() <= 60);
        // Long numbers could be counted seconds; what else is a date is no id.
        let are_dates = self.dates.as_ref().is_some_and(|dates| dates.formats[0].0.contains(['-', '.', '/', ' ']));
        self.filled > 0 && is_short && !are_dates && (!fractions || self.values.keys().all(ends_like_float))
    }

    /// Values to show, the most different ones of those that were met.
    pub fn samples(&self, most: usize) -> Vec<&str> {
        let step = (self.values.len() / most.max(1)).max(1);
        self.values.keys().step_by(step).take(most).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(values: &[&str]) -> Profile {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        Profile::new(&values, false, None, &Vocabulary::new().unwrap())
    }

    #[test]
    fn markers_of_missing_values_are_none_of_its_values() {
        let found = profile(&["1,50", "-", "okänd", "2,25", ""]);
        assert_eq!(found.missing.keys().collect::<Vec<_>>(), ["-", "okänd"]);
        assert!(found.numbers.is_some_and(|numbers| numbers.has_fractions));
        let values: Vec<&str> = (0..30).map(|row| if row % 5 == 0 { "tbd" } else { "2025-01-31" }).collect();
        assert_eq!(profile(&values).unread, Some(("tbd".to_owned(), 6)));
        let found = profile(&["okänd", "A", "B"]);
        assert!(found.missing.is_empty());
    }

    #[test]
    fn kinds_of_columns() {
        assert_eq!(profile(&["ja", "nej", "NEJ"]).bools, Some([vec!["ja".to_owned()], vec!["nej".to_owned()]]));
        assert_eq!(profile(&["IN", "UT", "IN"]).bools, None);
        assert!(profile(&["K1", "K2", "K3"]).are_ids());
        assert!(profile(&["42.0", "107.0"]).are_ids());
        assert!(!profile(&["94.88", "107.00"]).are_ids());
        assert!(!profile(&["2025-01-01"]).are_ids());
        assert!(profile(&["A", "B", "A"]).are_codes(10));
    }
}
