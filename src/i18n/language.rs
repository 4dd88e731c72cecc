//! The agency's languages, and how each writes numbers and dates.
//!
//! Files for machines are written by [`crate::text`], which knows no language; this is for what people read.

use serde::Serialize;

use super::fill;
use crate::calendar::Day;

/// A language of what people read. A new one needs its variant, its place in [`Language::ALL`], its [`Entry`] and its
/// file of texts.
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

/// What there is to know of a language.
struct Entry {
    code: &'static str,
    /// Its file.
    texts: &'static str,
    thousands_separator: &'static str,
    decimal_separator: &'static str,
    percent: &'static str,
    /// The months as they stand in a date.
    months: [&'static str; 12],
    /// A day in words: `{day}`, `{month}` by its name, `{year}`.
    day: &'static str,
    /// A day in figures: `{day}`, `{number}` of the month, `{year}`; or in words, where figures can be misread.
    short_day: &'static str,
}

const SV: Entry = Entry {
    code: "sv",
    texts: include_str!("sv.toml"),
    thousands_separator: NO_BREAK_SPACE,
    decimal_separator: ",",
    percent: "\u{a0}%",
    months: [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ],
    day: "{day}\u{a0}{month} {year}",
    short_day: "{day}.{number}.{year}",
};

const FI: Entry = Entry {
    code: "fi",
    texts: include_str!("fi.toml"),
    thousands_separator: NO_BREAK_SPACE,
    decimal_separator: ",",
    percent: "\u{a0}%",
    months: [
        "tammikuuta",
        "helmikuuta",
        "maaliskuuta",
        "huhtikuuta",
        "toukokuuta",
        "kesäkuuta",
        "heinäkuuta",
        "elokuuta",
        "syyskuuta",
        "lokakuuta",
        "marraskuuta",
        "joulukuuta",
    ],
    day: "{day}.\u{a0}{month} {year}",
    short_day: "{day}.{number}.{year}",
};

const EN: Entry = Entry {
    code: "en",
    texts: include_str!("en.toml"),
    thousands_separator: ",",
    decimal_separator: ".",
    percent: "%",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    day: "{day}\u{a0}{month} {year}",
    short_day: "{day}\u{a0}{month} {year}",
};

/// Between thousands: a space at which no line breaks.
const NO_BREAK_SPACE: &str = "\u{a0}";
/// As wide as a digit's plus sign, unlike a hyphen.
const MINUS: &str = "\u{2212}";
/// What stands for a missing figure.
pub const MISSING: &str = "–";

impl Language {
    /// All of them, in the order in which the agency names them.
    pub const ALL: [Language; 3] = [Language::Sv, Language::Fi, Language::En];

    const fn entry(self) -> &'static Entry {
        match self {
            Language::Sv => &SV,
            Language::Fi => &FI,
            Language::En => &EN,
        }
    }

    /// Its code of two letters, as in `lang="sv"` and in file names.
    pub fn code(self) -> &'static str {
        self.entry().code
    }

    /// The months as they stand in a date.
    pub const fn months(self) -> &'static [&'static str; 12] {
        &self.entry().months
    }

    /// Its file of texts.
    pub(super) fn texts(self) -> &'static str {
        self.entry().texts
    }

    /// The language of a code.
    pub fn from_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// What a text of the configuration says in this language.
    pub fn of(self, text: &Text) -> &str {
        &text.0[self as usize]
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
        let whole = self.grouped(whole);
        if fraction.is_empty() {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}{}{fraction}", self.entry().decimal_separator)
    }

    /// A number with at most so many decimals, without trailing zeros.
    pub fn at_most(self, number: f64, places: usize) -> String {
        let text = self.decimals(number, places);
        let point = self.entry().decimal_separator;
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
        format!("{}{}", self.decimals(per_cent, places), self.percent_sign())
    }

    /// What follows a number of per cent.
    pub fn percent_sign(self) -> &'static str {
        self.entry().percent
    }

    /// What stands between a number's whole part and its decimals.
    pub(super) fn decimal_separator(self) -> &'static str {
        self.entry().decimal_separator
    }

    /// A difference with its sign.
    pub fn difference(self, value: f64, places: usize) -> String {
        let text = self.decimals(value, places);
        let positive = value > 0.0 && text.contains(|digit: char| ('1'..='9').contains(&digit));
        if positive { format!("+{text}") } else { text }
    }

    /// A day in words: `31 december 2025`, `31. joulukuuta 2025`, `31 December 2025`.
    pub fn day(self, day: Day) -> String {
        self.written(day, self.entry().day)
    }

    /// A day in figures: `31.12.2025`, in English in words.
    pub fn short_day(self, day: Day) -> String {
        self.written(day, self.entry().short_day)
    }

    fn written(self, day: Day, pattern: &str) -> String {
        use chrono::Datelike;
        let date = day.date();
        let month = self.months()[date.month0() as usize % 12];
        let [day, number, year] = [date.day().to_string(), date.month().to_string(), date.year().to_string()];
        fill(pattern, &[("day", &day), ("month", month), ("number", &number), ("year", &year)])
    }

    fn grouped(self, digits: &str) -> String {
        let separator = self.entry().thousands_separator;
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

/// A text of the configuration in every language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text([String; Language::ALL.len()]);

impl Text {
    /// The text of each language.
    pub fn new(of: impl Fn(Language) -> String) -> Text {
        Text(Language::ALL.map(of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: [Language; 3] = [Language::Sv, Language::Fi, Language::En];

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
            THREE.map(|language| language.day(day)),
            ["1\u{a0}mars 2025", "1.\u{a0}maaliskuuta 2025", "1\u{a0}March 2025"]
        );
        assert_eq!(THREE.map(|language| language.short_day(day)), ["1.3.2025", "1.3.2025", "1\u{a0}March 2025"]);
    }

    #[test]
    fn codes_and_texts() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("xx"), None);
        let text = Text::new(|language| format!("in {}", language.code()));
        assert_eq!(THREE.map(|language| language.of(&text)), ["in sv", "in fi", "in en"]);
    }
}
