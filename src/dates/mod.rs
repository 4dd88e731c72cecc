//! Dates as extracts write them (`docs/method.md` sections 1 and 2): configured formats, a timestamp may follow.
//!
//! Of a timestamp the date as written counts; the time and the offset only have to be possible ones.

mod months;
mod names;
mod notation;
mod numbered;
mod times;

use chrono::Datelike;

pub use months::Months;
use notation::Part;
use numbered::Numbering;
use times::{digits, half_day, is_time};

use crate::calendar::Day;

/// The first day that a date can be.
pub(super) const FIRST_DAY: Day = Day(-719_162);
/// The last day that a date can be.
pub(crate) const LAST_DAY: Day = Day(2_932_896);

/// A date format: parts such as `%Y`, and literal characters between them; or `epoch`, `epoch_ms`, `excel`.
///
/// `%d`, `%m`, `%H` and `%I` take one or two digits where other characters or the value's ends surround them, else
/// exactly two. A two-digit year is 1969 to 2068, as in POSIX, or the latest one up to a day ([`DateFormat::up_to`]).
/// A format without a day means the first of the month, or of the year, or the last one ([`DateFormat::to_last_day`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    notation: String,
    parts: Vec<Part>,
    /// Of a format that is a number.
    numbering: Option<Numbering>,
    iso: bool,
    /// Whether a part of it is about the time of day; else a time may stand behind it.
    has_time: bool,
    up_to: Option<Day>,
    to_last_day: bool,
}

/// What was read of a value so far.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    year: u32,
    short_year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
}

/// How two formats of a column that swap day and month were used: which was meant cannot be told from a date that
/// either reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateOrder {
    /// The canonical column.
    pub column: &'static str,
    /// The two notations, the one that is tried first in front.
    pub formats: [String; 2],
    /// Dates read by the first and by the second.
    pub dates: [u64; 2],
    /// Dates among them that either would read.
    pub either: u64,
}

impl DateOrder {
    /// Adds the counts to those of the same column and formats.
    pub fn add_to(&self, orders: &mut Vec<DateOrder>) {
        match orders.iter_mut().find(|order| order.column == self.column && order.formats == self.formats) {
            None => orders.push(self.clone()),
            Some(order) => {
                order.dates[0] += self.dates[0];
                order.dates[1] += self.dates[1];
                order.either += self.either;
            }
        }
    }
}

impl DateFormat {
    /// From its notation; the message says what is wrong with it.
    pub fn new(notation: &str) -> Result<Self, String> {
        let numbering = Numbering::of(notation);
        let parts = if numbering.is_some() { Vec::new() } else { notation::parts(notation)? };
        Ok(DateFormat {
            notation: notation.to_owned(),
            has_time: parts.iter().any(Part::is_time),
            parts,
            numbering,
            iso: notation == "%Y-%m-%d",
            up_to: None,
            to_last_day: false,
        })
    }

    /// With two-digit years that are the latest ones which put no date after a day: for birth dates.
    pub fn up_to(self, day: Day) -> Self {
        DateFormat { up_to: Some(day), ..self }
    }

    /// Meaning the last day of a month, or of a year, where it has no day.
    pub fn to_last_day(self) -> Self {
        DateFormat { to_last_day: true, ..self }
    }

    /// As it was written.
    pub fn notation(&self) -> &str {
        &self.notation
    }

    /// Whether it is the other one with day and month swapped.
    pub fn swaps(&self, other: &DateFormat) -> bool {
        let swapped = |part: &Part| match part {
            Part::Month => Part::Day,
            Part::Day => Part::Month,
            part => part.clone(),
        };
        self.numbering.is_none() && self.parts.iter().map(swapped).eq(other.parts.iter().cloned())
    }

    /// Whether it is `%Y-%m-%d`.
    pub fn is_iso(&self) -> bool {
        self.iso
    }

    /// Reads a date, and what may follow it, from a trimmed value.
    #[inline]
    pub fn read(&self, text: &[u8]) -> Option<Day> {
        self.read_with(text, b'.')
    }

    /// The same with another decimal separator, which numbers of days and seconds may have.
    #[inline]
    pub fn read_with(&self, text: &[u8], decimal_separator: u8) -> Option<Day> {
        // The usual form in one go; others of it, such as `2025-3-1`, part by part.
        if self.iso
            && let Some((date, rest)) = text.split_first_chunk::<10>()
            && let Some(day) = months::iso_date(date)
        {
            return (rest.is_empty() || is_time(rest)).then_some(day);
        }
        match self.numbering {
            Some(numbering) => numbering.day(text, decimal_separator),
            None => self.read_parts(0, text, Found::default()),
        }
    }

    /// Reads on from a part. (It calls itself once per name of a month, of which a format has one.)
    fn read_parts<'t>(&self, from: usize, mut text: &'t [u8], mut found: Found) -> Option<Day> {
        for (at, part) in self.parts.iter().enumerate().skip(from) {
            let apart = |neighbour: Option<&Part>| neighbour.is_none_or(|part| !part.is_digits());
            let before = at.checked_sub(1).and_then(|before| self.parts.get(before));
            let least = if apart(before) && apart(self.parts.get(at + 1)) { 1 } else { 2 };
            let within = |text: &mut &'t [u8], least, range: std::ops::RangeInclusive<u32>| {
                digits(text, least, 2).filter(|number| range.contains(number))
            };
            match part {
                Part::Literal(byte) => text = text.strip_prefix(&[*byte])?,
                Part::Year4 => found.year = digits(&mut text, 4, 4)?,
                Part::Year2 => found.short_year = Some(digits(&mut text, 2, 2)?),
                Part::Month => found.month = Some(digits(&mut text, least, 2)?),
                Part::Day => found.day = Some(digits(&mut text, least, 2)?),
                Part::Hour24 => _ = within(&mut text, least, 0..=23)?,
                Part::Hour12 => _ = within(&mut text, least, 1..=12)?,
                Part::Minute | Part::Second => _ = within(&mut text, 2, 0..=59)?,
                Part::HalfDay => text = half_day(text)?,
                Part::MonthName => {
                    return names::months(text).into_iter().find_map(|(length, month)| {
                        self.read_parts(at + 1, &text[length..], Found { month: Some(month), ..found })
                    });
                }
            }
        }
        let is_whole = text.is_empty() || !self.has_time && is_time(text);
        if is_whole { self.day(found) } else { None }
    }

    /// The day that was read.
    fn day(&self, found: Found) -> Option<Day> {
        let (month, day) = (found.month.unwrap_or(1), found.day.unwrap_or(1));
        let year = match found.short_year {
            Some(short) => self.full_year(short, month, day)?,
            None => found.year,
        };
        let first = Day::from_ymd(year, month, day)?;
        Some(match (self.to_last_day, found.month, found.day) {
            (true, None, _) => Day::from_ymd(year, 12, 31)?,
            (true, Some(_), None) => first.plus_months(1).plus_days(-1),
            _ => first,
        })
    }

    /// The year that two digits of a date mean.
    fn full_year(&self, short: u32, month: u32, day: u32) -> Option<u32> {
        let Some(last) = self.up_to else { return Some(if short < 69 { 2000 + short } else { 1900 + short }) };
        let last = last.date();
        let last_year = u32::try_from(last.year()).ok()?;
        let year = last_year - last_year % 100 + short;
        let is_after = (year, month, day) > (last_year, last.month(), last.day());
        if is_after { year.checked_sub(100) } else { Some(year) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(notation: &str, text: &str) -> Option<String> {
        DateFormat::new(notation).unwrap().read(text.as_bytes()).map(|day| day.to_string())
    }

    #[test]
    fn iso_dates_and_timestamps() {
        for text in [
            "2025-02-28",
            "2025-2-28",
            "2025-2-28 7:05",
            "2025-02-28T23:59:59",
            "2025-02-28 12:30",
            "2025-02-28T23:59:59.999999+14:00",
            "2025-02-28T00:30:00+0300",
            "2025-02-28 00:30:00 +03",
            "2025-02-28T23:59:59Z",
            "2025-02-28 9:05",
            "2025-02-28  23:59:59",
            "2025-02-28 1:05:09 am",
            "2025-02-28 12:30PM",
            "2025-02-28T11:59 pM +02:00",
            "2025-02-28 12:30:00 UTC",
            "2025-02-28T12:30:00.5UTC",
        ] {
            assert_eq!(read("%Y-%m-%d", text).as_deref(), Some("2025-02-28"), "{text}");
        }
        for text in [
            "2025-02-29",
            "2025-02-28T",
            "2025-02-28T24:00",
            "2025-002-28",
            "25-02-28",
            "2025-02-28T12:60",
            "2025-02-28T12:30:60",
            "2025-02-28T12:30+24:00",
            "2025-02-28T12:30:00,5",
            "2025-02-28T 12:30",
            "2025-02-28 0:30 AM",
            "2025-02-28 13:30 PM",
            "2025-02-28 9:5",
            "2025-02-28 12:30 M",
            "2025-02-28 12:30 utc",
            "2025-02-28 12:30 UTC+1",
            "2025-02-28 ",
            "2025-02-28x",
            "0000-01-01",
            "2025/02/28",
            "+2025-02-28",
        ] {
            assert_eq!(read("%Y-%m-%d", text), None, "{text}");
        }
    }

    #[test]
    fn other_formats() {
        assert_eq!(read("%d.%m.%Y", "1.3.2025").as_deref(), Some("2025-03-01"));
        assert_eq!(read("%d.%m.%Y", "01.03.2025 10:15").as_deref(), Some("2025-03-01"));
        assert_eq!(read("%Y%m%d", "20250301").as_deref(), Some("2025-03-01"));
        assert_eq!(read("%d.%m.%y", "31.12.68").as_deref(), Some("2068-12-31"));
        assert_eq!(read("%d.%m.%y", "31.12.69").as_deref(), Some("1969-12-31"));
        assert_eq!(read("%d.%m.%y", "31.12.1969"), None);
        assert_eq!(read("%Y%m%d", "2025031"), None);
        assert!(DateFormat::new("%d.%m").is_err());
    }

    #[test]
    fn two_digit_years_of_birth_are_the_latest_that_are_not_to_come() {
        let up_to = Day::from_iso("2025-06-30").unwrap();
        let format = DateFormat::new("%d.%m.%y").unwrap().up_to(up_to);
        let read = |text: &str| format.read(text.as_bytes()).map(|day| day.to_string());
        for (text, expected) in [
            ("30.06.25", "2025-06-30"),
            ("01.07.25", "1925-07-01"),
            ("31.12.24", "2024-12-31"),
            ("01.01.68", "1968-01-01"),
            ("29.02.00", "2000-02-29"),
            ("29.02.28", "1928-02-29"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read("29.02.26"), None);
    }

    #[test]
    fn names_of_months() {
        for (notation, text, expected) in [
            ("%d %b %Y", "3 maj 2025", "2025-05-03"),
            ("%d %b %Y", "7 OCT 2025", "2025-10-07"),
            ("%d %b %Y", "7 okt. 2025", "2025-10-07"),
            ("%d %b %Y", "2 elo 2025", "2025-08-02"),
            ("%d. %B %Y", "14. maaliskuuta 2025", "2025-03-14"),
            ("%d. %B %Y", "14. KESÄKUU 2025", "2025-06-14"),
            ("%d. %b. %Y", "14. mar. 2025", "2025-03-14"),
            ("%d%b%Y", "7OCT2025", "2025-10-07"),
            ("%d%b%y", "07oct25", "2025-10-07"),
            ("%b %d, %Y", "Mar 3, 2025 10:15 PM", "2025-03-03"),
            ("%b %Y", "mars 2025", "2025-03-01"),
            ("%Y %b", "2025 mar.", "2025-03-01"),
            ("%B%Y", "marraskuu2025", "2025-11-01"),
        ] {
            assert_eq!(read(notation, text).as_deref(), Some(expected), "{text}");
        }
        for (notation, text) in [
            ("%d %b %Y", "7 sept 2025"),
            ("%d %b %Y", "7 augustit 2025"),
            ("%d %b %Y", "7 january. 2025"),
            ("%d %b %Y", "7 10 2025"),
            ("%d %b %Y", "31 feb 2025"),
            ("%d %b %Y", "7 januarikuu 2025"),
        ] {
            assert_eq!(read(notation, text), None, "{text}");
        }
    }

    #[test]
    fn times_of_day_within_a_format() {
        for (notation, text, expected) in [
            ("%Y-%m-%dT%H:%M:%S", "2025-03-01T23:59:59", true),
            ("%Y-%m-%dT%H:%M:%S", "2025-03-01T24:00:00", false),
            ("%Y-%m-%dT%H:%M:%S", "2025-03-01T23:59:60", false),
            ("%Y-%m-%dT%H:%M:%S", "2025-03-01T23:59:59Z", false),
            ("%Y-%m-%dT%H:%M:%S", "2025-03-01", false),
            ("%m/%d/%Y %I.%M %p", "3/1/2025 9.05 am", true),
            ("%m/%d/%Y %I.%M %p", "3/1/2025 13.05 PM", false),
            ("%m/%d/%Y %I.%M %p", "3/1/2025 0.05 PM", false),
            ("%m/%d/%Y %I.%M %p", "3/1/2025 9.5 PM", false),
            ("%H.%M %d.%m.%Y", "7.30 1.3.2025", true),
            ("%Y%m%d%H%M%S", "20250301235959", true),
            ("%Y%m%d%H%M%S", "2025030123595", false),
        ] {
            assert_eq!(read(notation, text).as_deref(), expected.then_some("2025-03-01"), "{text} by {notation}");
        }
    }

    #[test]
    fn a_format_without_a_day_is_the_first_or_the_last() {
        for (notation, text, first, last) in [
            ("%Y-%m", "2025-02", "2025-02-01", "2025-02-28"),
            ("%Y-%m", "2024-2 00:00", "2024-02-01", "2024-02-29"),
            ("%b %Y", "Dec 9999", "9999-12-01", "9999-12-31"),
            ("%Y", "2025", "2025-01-01", "2025-12-31"),
            ("%m/%y", "3/25", "2025-03-01", "2025-03-31"),
            ("%Y-%m-%d", "2025-02-03", "2025-02-03", "2025-02-03"),
        ] {
            assert_eq!(read(notation, text).as_deref(), Some(first), "{text}");
            let format = DateFormat::new(notation).unwrap().to_last_day();
            assert_eq!(format.read(text.as_bytes()).map(|day| day.to_string()).as_deref(), Some(last), "{text}");
        }
        assert_eq!(read("%Y-%m", "2025-02-01"), None);
        assert_eq!(read("%Y-%m", "2025-13"), None);
    }

    #[test]
    fn formats_that_swap_day_and_month() {
        let swap = |a, b| DateFormat::new(a).unwrap().swaps(&DateFormat::new(b).unwrap());
        assert!(swap("%d/%m/%Y", "%m/%d/%Y") && swap("%Y-%d-%m", "%Y-%m-%d"));
        assert!(!swap("%d/%m/%Y", "%d/%m/%Y") && !swap("%d/%m/%Y", "%m.%d.%Y") && !swap("%d/%m/%y", "%m/%d/%Y"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            for notation in ["%Y-%m-%d", "%d.%m.%y", "%Y%m%d", "%d %b %Y %I:%M%p", "%B%y", "epoch", "epoch_ms", "excel"] {
                let _ = DateFormat::new(notation).unwrap().read(&text);
            }
        }
    }
}
