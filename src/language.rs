//! The agency's three languages, and how each writes numbers and dates.
//!
//! Files for machines are written by [`crate::text`], which knows no language; this is for what people read.

use serde::Serialize;

use crate::calendar::Day;
use crate::config::Text;

/// A language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Swedish.
    Sv,
    /// Finnish.
    Fi,
    /// English.
    En,
}

/// Between thousands, and before a unit or `%`: a space at which no line breaks.
const NO_BREAK_SPACE: &str = "\u{a0}";
/// As wide as a digit's plus sign, unlike a hyphen.
const MINUS: &str = "\u{2212}";
/// What stands for a missing figure.
pub const MISSING: &str = "–";

impl Language {
    /// All three, in the order in which the agency names them.
    pub const ALL: [Language; 3] = [Language::Sv, Language::Fi, Language::En];

    /// Its code of two letters, as in `lang="sv"` and in file names.
    pub fn code(self) -> &'static str {
        match self {
            Language::Sv => "sv",
            Language::Fi => "fi",
            Language::En => "en",
        }
    }

    /// The language of a code.
    pub fn from_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// What a text of the configuration says in this language.
    pub fn of(self, text: &Text) -> &str {
        match self {
            Language::Sv => &text.sv,
            Language::Fi => &text.fi,
            Language::En => &text.en,
        }
    }

    /// The one of three texts, in the order of [`Language::ALL`], that is in this language.
    pub fn pick<T>(self, [sv, fi, en]: [T; 3]) -> T {
        match self {
            Language::Sv => sv,
            Language::Fi => fi,
            Language::En => en,
        }
    }

    /// A count: `1 234` in Swedish and Finnish, `1,234` in English.
    pub fn whole(self, count: u64) -> String {
        self.grouped(&count.to_string())
    }

    /// A number with so many decimals; [`MISSING`] where there is none (NaN).
    pub fn decimals(self, number: f64, places: usize) -> String {
        if !number.is_finite() {
            return MISSING.to_owned();
        }
        let text = format!("{:.places$}", number.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        // What rounds to zero has no sign.
        let sign = if number < 0.0 && text.contains(|digit: char| ('1'..='9').contains(&digit)) { MINUS } else { "" };
        let point = if fraction.is_empty() { "" } else { self.pick([",", ",", "."]) };
        format!("{sign}{}{point}{fraction}", self.grouped(whole))
    }

    /// A number with at most so many decimals, without trailing zeros.
    pub fn at_most(self, number: f64, places: usize) -> String {
        let text = self.decimals(number, places);
        let point = self.pick([',', ',', '.']);
        if places == 0 || !text.contains(point) {
            return text;
        }
        text.trim_end_matches('0').trim_end_matches(point).to_owned()
    }

    /// Per cent, given in per cent: `12,3 %` in Swedish and Finnish, `12.3%` in English.
    pub fn percent(self, per_cent: f64, places: usize) -> String {
        if !per_cent.is_finite() {
            return MISSING.to_owned();
        }
        let sign = self.pick(["\u{a0}%", "\u{a0}%", "%"]);
        format!("{}{sign}", self.decimals(per_cent, places))
    }

    /// A day in words: `31 december 2025`, `31. joulukuuta 2025`, `31 December 2025`.
    pub fn day(self, day: Day) -> String {
        use chrono::Datelike;
        let date = day.date();
        let month = MONTHS[date.month0() as usize % MONTHS.len()];
        let ordinal = self.pick(["", ".", ""]);
        format!("{}{ordinal}{NO_BREAK_SPACE}{} {}", date.day(), self.pick(month), date.year())
    }

    fn grouped(self, digits: &str) -> String {
        let separator = self.pick([NO_BREAK_SPACE, NO_BREAK_SPACE, ","]);
        let mut text = String::with_capacity(digits.len() * 2);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(separator);
            }
            text.push(digit);
        }
        text
    }
}

/// The months as they stand in a date.
const MONTHS: [[&str; 3]; 12] = [
    ["januari", "tammikuuta", "January"],
    ["februari", "helmikuuta", "February"],
    ["mars", "maaliskuuta", "March"],
    ["april", "huhtikuuta", "April"],
    ["maj", "toukokuuta", "May"],
    ["juni", "kesäkuuta", "June"],
    ["juli", "heinäkuuta", "July"],
    ["augusti", "elokuuta", "August"],
    ["september", "syyskuuta", "September"],
    ["oktober", "lokakuuta", "October"],
    ["november", "marraskuuta", "November"],
    ["december", "joulukuuta", "December"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_each_language_writes_them() {
        assert_eq!(Language::Sv.whole(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(Language::En.whole(1_234_567), "1,234,567");
        assert_eq!(Language::Fi.whole(999), "999");
        assert_eq!(Language::Fi.decimals(1234.56, 1), "1\u{a0}234,6");
        assert_eq!(Language::En.decimals(1234.5, 2), "1,234.50");
        assert_eq!(Language::Sv.decimals(-2.5, 1), "\u{2212}2,5");
        assert_eq!(Language::Sv.decimals(-0.04, 1), "0,0");
        assert_eq!(Language::Sv.decimals(f64::NAN, 1), MISSING);
        assert_eq!(Language::Sv.percent(12.34, 1), "12,3\u{a0}%");
        assert_eq!(Language::En.percent(12.34, 1), "12.3%");
        assert_eq!(Language::Fi.percent(f64::NAN, 1), MISSING);
    }

    #[test]
    fn trailing_zeros_go_and_those_of_whole_numbers_stay() {
        assert_eq!(Language::Fi.at_most(26.5, 2), "26,5");
        assert_eq!(Language::Fi.at_most(100.0, 2), "100");
        assert_eq!(Language::Fi.at_most(100.0, 0), "100");
        assert_eq!(Language::En.at_most(1000.25, 1), "1,000.2");
        assert_eq!(Language::En.at_most(0.001, 2), "0");
    }

    #[test]
    fn days_in_words() {
        let day = Day::from_iso("2025-03-01").unwrap();
        assert_eq!(
            Language::ALL.map(|language| language.day(day)),
            ["1\u{a0}mars 2025", "1.\u{a0}maaliskuuta 2025", "1\u{a0}March 2025"]
        );
    }

    #[test]
    fn codes_and_texts() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("de"), None);
        let text = Text { sv: "ett".into(), fi: "yksi".into(), en: "one".into() };
        assert_eq!(Language::ALL.map(|language| language.of(&text)), ["ett", "yksi", "one"]);
    }
}
