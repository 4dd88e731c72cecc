//! Dates that are numbers: seconds or milliseconds since 1970, and the day numbers of spreadsheets.

use super::{FIRST_DAY, LAST_DAY};
use crate::calendar::Day;

/// What a number counts, and from when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbering {
    /// So many make a day.
    per_day: i64,
    /// The day of 0.
    origin: Day,
}

/// Most digits before the decimal separator, leading zeros not counted.
const MOST_DIGITS: usize = 15;

impl Numbering {
    /// The numbering that goes by a name.
    pub(super) fn of(notation: &str) -> Option<Self> {
        let (per_day, origin) = match notation {
            "epoch" => (86_400, Day(0)),
            "epoch_ms" => (86_400_000, Day(0)),
            // 1899-12-30, so that day 60 and later ones are right although Excel has a 29 February 1900.
            "excel" => (1, Day(-25_569)),
            _ => return None,
        };
        Some(Numbering { per_day, origin })
    }

    /// The day of a number, fractions of a day being cut downwards.
    pub(super) fn day(self, text: &[u8], decimal_separator: u8) -> Option<Day> {
        let (minus, digits) = match text {
            [b'-', rest @ ..] | [0xE2, 0x88, 0x92, rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
        let (whole, fraction) = digits.split_at(end);
        let first = whole.iter().position(|digit| *digit != b'0').unwrap_or(whole.len());
        if whole.is_empty() || whole.len() - first > MOST_DIGITS {
            return None;
        }
        let number = whole[first..].iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        let has_fraction = match fraction {
            [] => false,
            [separator, fraction @ ..] => {
                let is_fraction = !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit);
                if *separator != decimal_separator || !is_fraction {
                    return None;
                }
                fraction.iter().any(|digit| *digit != b'0')
            }
        };
        let floor = if minus { -(number + i64::from(has_fraction)) } else { number };
        let day = i32::try_from(floor.div_euclid(self.per_day)).ok()?.checked_add(self.origin.0).map(Day)?;
        (FIRST_DAY..=LAST_DAY).contains(&day).then_some(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_seconds_and_days() {
        for (notation, text, expected) in [
            ("epoch", "1735689600", Some("2025-01-01")),
            ("epoch", "1735689599", Some("2024-12-31")),
            ("epoch", "1735689599.999", Some("2024-12-31")),
            ("epoch", "0", Some("1970-01-01")),
            ("epoch", "-1", Some("1969-12-31")),
            ("epoch", "-0.5", Some("1969-12-31")),
            ("epoch", "-86400", Some("1969-12-31")),
            ("epoch", "\u{2212}86400.0", Some("1969-12-31")),
            ("epoch", "-86400.1", Some("1969-12-30")),
            ("epoch", "000000000000000001735689600", Some("2025-01-01")),
            ("epoch_ms", "1767225599999", Some("2025-12-31")),
            ("epoch_ms", "1767225600000", Some("2026-01-01")),
            ("excel", "45667", Some("2025-01-10")),
            ("excel", "45667.99", Some("2025-01-10")),
            ("excel", "+45658", Some("2025-01-01")),
            ("excel", "0", Some("1899-12-30")),
            ("excel", "-0.5", Some("1899-12-29")),
            ("epoch", "1767225600000", None),
            ("excel", "2958466", None),
            ("excel", "20250301", None),
            ("epoch", "1e9", None),
            ("epoch", "1735689600.", None),
            ("epoch", "1735689600,5", None),
            ("epoch", "1 735", None),
            ("epoch", "-", None),
            ("epoch", "1735689600 10:00", None),
            ("epoch", "9999999999999999", None),
        ] {
            let day = Numbering::of(notation).unwrap().day(text.as_bytes(), b'.').map(|day| day.to_string());
            assert_eq!(day.as_deref(), expected, "{text} by {notation}");
        }
        let comma = Numbering::of("excel").unwrap().day(b"45667,5", b',');
        assert_eq!(comma.map(|day| day.to_string()).as_deref(), Some("2025-01-10"));
        assert_eq!(Numbering::of("Excel"), None);
    }
}
