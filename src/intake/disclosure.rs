//! Which of the agency's codes may be named where others read them.
//!
//! A code that nobody knows may be anything, an id where a wrong column is mapped. So only codes of many rows are
//! named, and the others are told as one count.

use std::collections::BTreeMap;

use crate::i18n::{Message, Value, messages};

/// Codes of a kind that are named at most.
pub const MOST_NAMED: usize = 20;

/// Codes with their rows, as far as they may be named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisclosedCodes {
    /// The codes that are named, with their rows.
    pub named: BTreeMap<String, u64>,
    /// All others together.
    pub other: OtherCodes,
    /// Whether others are not named since there are too many, not only since they have too few rows.
    cut: bool,
    min_rows: u64,
}

/// Codes that are not named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct OtherCodes {
    /// How many codes.
    pub codes: u64,
    /// How many rows have one of them.
    pub rows: u64,
}

impl DisclosedCodes {
    /// Of all codes with their rows; those of fewer rows than `min_group` are not named.
    pub fn of(codes: &BTreeMap<String, u64>, min_group: u32) -> Self {
        let min_rows = u64::from(min_group);
        let mut frequent: Vec<(&String, u64)> =
            codes.iter().filter(|(_, rows)| **rows >= min_rows).map(|(code, rows)| (code, *rows)).collect();
        frequent.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        let cut = frequent.len() > MOST_NAMED;
        frequent.truncate(MOST_NAMED);
        let other = OtherCodes {
            codes: (codes.len() - frequent.len()) as u64,
            rows: codes.values().sum::<u64>() - frequent.iter().map(|(_, rows)| rows).sum::<u64>(),
        };
        let named = frequent.into_iter().map(|(code, rows)| (code.clone(), rows)).collect();
        DisclosedCodes { named, other, cut, min_rows }
    }

    /// Whether there is no code at all.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.other.codes == 0
    }

    /// The named codes with their rows, the most frequent first.
    pub fn by_rows(&self) -> Vec<(&str, u64)> {
        let mut named: Vec<_> = self.named.iter().map(|(code, rows)| (code.as_str(), *rows)).collect();
        // Equals stay in bytewise order.
        named.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        named
    }

    /// `"FAX" (12 rows) and 31 other codes in 45 rows, not named since fewer than 10 have each of them`.
    pub fn told(&self) -> Value {
        let code = |(code, rows)| messages::code(code, messages::n_rows(rows));
        let named: Vec<Message> = self.by_rows().into_iter().map(code).collect();
        let counted = if named.is_empty() { messages::n_codes } else { messages::n_other_codes };
        let OtherCodes { codes, rows } = self.other;
        let mut other = messages::codes_in_rows(counted(codes), messages::n_rows(rows));
        if !self.cut {
            other = messages::not_named(other, self.min_rows, codes);
        }
        match (named.is_empty(), codes) {
            (true, _) => other.into(),
            (false, 0) => named.into(),
            (false, _) => messages::both(named, other).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    fn codes(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
        of.iter().map(|(code, rows)| ((*code).to_owned(), *rows)).collect()
    }

    #[test]
    fn only_codes_of_many_rows_are_named() {
        let told = DisclosedCodes::of(&codes(&[("FAX", 12), ("TV", 10), ("K1", 1), ("K2", 2)]), 10);
        assert_eq!(
            told.told().text(Language::En),
            "\"FAX\" (12 rows), \"TV\" (10 rows) and 2 other codes in 3 rows, not named since fewer than 10 have each of them"
        );
        assert_eq!((told.named.len(), told.other), (2, OtherCodes { codes: 2, rows: 3 }));
        let told = DisclosedCodes::of(&codes(&[("K1", 1)]), 10);
        assert_eq!(told.told().text(Language::En), "1 code in 1 row, not named since fewer than 10 have it");
        assert_eq!(DisclosedCodes::of(&codes(&[("K1", 1)]), 1).told().text(Language::En), "\"K1\" (1 row)");
        assert!(DisclosedCodes::of(&codes(&[]), 10).is_empty());
    }

    #[test]
    fn of_many_frequent_codes_twenty_are_named() {
        let all: BTreeMap<String, u64> = (0..50).map(|at| (format!("c{at:02}"), 100 + at)).collect();
        let told = DisclosedCodes::of(&all, 10);
        assert_eq!((told.named.len(), told.other.codes), (20, 30));
        assert_eq!(told.by_rows()[0], ("c49", 149));
        let sum: u64 = told.named.values().sum();
        assert_eq!(sum + told.other.rows, all.values().sum::<u64>());
        assert!(told.told().text(Language::En).ends_with("(130 rows) and 30 other codes in 3435 rows"));
    }
}
