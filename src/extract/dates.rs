//! Dates as extracts write them (`docs/method.md` sections 1 and 2): configured formats, a timestamp may follow.
//!
//! Of a timestamp the date as written counts; the time and the offset only have to be possible ones.

use chrono::Datelike;

use crate::calendar::Day;

/// One part of a date format.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Year4,
    Year2,
    Month,
    Day,
    Literal(u8),
}

/// A date format: `%Y` (four digits) or `%y` (two), `%m`, `%d`, and literal characters.
///
/// `%m` and `%d` take one or two digits where literals or the value's ends surround them, else exactly two. A
/// two-digit year is 1969 to 2068, as in POSIX, or the latest one up to a day ([`DateFormat::up_to`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    notation: String,
    parts: Vec<Part>,
    iso: bool,
    up_to: Option<Day>,
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
        let mut parts = Vec::new();
        let mut bytes = notation.bytes();
        while let Some(byte) = bytes.next() {
            parts.push(match byte {
                b'%' => match bytes.next() {
                    Some(b'Y') => Part::Year4,
                    Some(b'y') => Part::Year2,
                    Some(b'm') => Part::Month,
                    Some(b'd') => Part::Day,
                    _ => return Err(format!("`{notation}`: only %Y, %y, %m and %d have a meaning")),
                },
                literal => Part::Literal(literal),
            });
        }
        let count = |wanted: &[Part]| parts.iter().filter(|part| wanted.contains(part)).count();
        if count(&[Part::Year4, Part::Year2]) != 1 || count(&[Part::Month]) != 1 || count(&[Part::Day]) != 1 {
            return Err(format!("`{notation}`: a date format has one of %Y and %y, one %m and one %d"));
        }
        Ok(DateFormat { notation: notation.to_owned(), parts, iso: notation == "%Y-%m-%d", up_to: None })
    }

    /// With two-digit years that are the latest ones which put no date after a day: for birth dates.
    pub fn up_to(self, day: Day) -> Self {
        DateFormat { up_to: Some(day), ..self }
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
        self.parts.iter().map(swapped).eq(other.parts.iter().cloned())
    }

    /// Whether it is `%Y-%m-%d`.
    pub fn is_iso(&self) -> bool {
        self.iso
    }

    /// Reads a date, and what may follow it, from a trimmed value.
    #[inline]
    pub fn read(&self, text: &[u8]) -> Option<Day> {
        if self.iso {
            let (date, rest) = text.split_first_chunk::<10>()?;
            let day = iso_date(date)?;
            return (rest.is_empty() || is_time(rest)).then_some(day);
        }
        let (day, rest) = self.read_date(text)?;
        (rest.is_empty() || is_time(rest)).then_some(day)
    }

    fn read_date<'a>(&self, mut text: &'a [u8]) -> Option<(Day, &'a [u8])> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut short_year = None;
        for (at, part) in self.parts.iter().enumerate() {
            let apart = |neighbour: Option<&Part>| neighbour.is_none_or(|part| matches!(part, Part::Literal(_)));
            let before = at.checked_sub(1).and_then(|before| self.parts.get(before));
            let one_digit_will_do = apart(before) && apart(self.parts.get(at + 1));
            match part {
                Part::Literal(byte) => text = text.strip_prefix(&[*byte])?,
                Part::Year4 => year = digits(&mut text, 4, 4)?,
                Part::Year2 => short_year = Some(digits(&mut text, 2, 2)?),
                Part::Month => month = digits(&mut text, if one_digit_will_do { 1 } else { 2 }, 2)?,
                Part::Day => day = digits(&mut text, if one_digit_will_do { 1 } else { 2 }, 2)?,
            }
        }
        if let Some(short) = short_year {
            year = self.full_year(short, month, day)?;
        }
        Some((Day::from_ymd(year, month, day)?, text))
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

#[inline]
fn iso_date(text: &[u8; 10]) -> Option<Day> {
    let (first, length) = month(text)?;
    day_of_month(text, first, length)
}

/// The first day, and the length, of the month that `YYYY-MM-` names.
fn month(text: &[u8; 10]) -> Option<(Day, u8)> {
    let digit = |at: usize| u32::from(text[at].wrapping_sub(b'0'));
    let d = [0, 1, 2, 3, 5, 6].map(digit);
    if text[4] != b'-' || text[7] != b'-' || d.iter().any(|digit| *digit > 9) {
        return None;
    }
    let (year, month) = (d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3], d[4] * 10 + d[5]);
    let length = (28..=31).rev().find(|day| Day::from_ymd(year, month, *day).is_some())?;
    Some((Day::from_ymd(year, month, 1)?, length as u8))
}

#[inline]
fn day_of_month(text: &[u8; 10], first: Day, length: u8) -> Option<Day> {
    let (tens, ones) = (text[8].wrapping_sub(b'0'), text[9].wrapping_sub(b'0'));
    let day = tens.wrapping_mul(10).wrapping_add(ones);
    (tens <= 3 && ones <= 9 && day >= 1 && day <= length).then(|| Day(first.0 + i32::from(day) - 1))
}

/// ISO dates in bulk: the months of an extract are few, so each is worked out once and then known by its text.
#[derive(Debug, Clone)]
pub struct Months {
    slots: Vec<(u64, Day, u8)>,
}

const MONTH_SLOTS_LOG2: u32 = 8;

impl Default for Months {
    fn default() -> Self {
        // No month is written as eight NUL bytes.
        Months { slots: vec![(0, Day(0), 0); 1 << MONTH_SLOTS_LOG2] }
    }
}

impl Months {
    /// Reads `YYYY-MM-DD`, nothing before or after it.
    #[inline]
    pub fn read(&mut self, text: &[u8; 10]) -> Option<Day> {
        let [a, b, c, d, e, f, g, h, _, _] = *text;
        let key = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let at = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - MONTH_SLOTS_LOG2)) as usize;
        if self.slots[at].0 != key {
            let (first, length) = month(text)?;
            self.slots[at] = (key, first, length);
        }
        let (_, first, length) = self.slots[at];
        day_of_month(text, first, length)
    }
}

/// Takes between `least` and `most` digits off the front.
fn digits(text: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let length = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if length < least {
        return None;
    }
    let (number, rest) = text.split_at(length);
    *text = rest;
    Some(number.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

/// Whether this is `T` or spaces, a possible time of day (`h:mm[:ss[.fraction]]`, perhaps AM or PM) and, perhaps, an
/// offset; with or without spaces before these.
fn is_time(text: &[u8]) -> bool {
    fn time(text: &[u8]) -> Option<&[u8]> {
        let mut rest = match text {
            [b'T', rest @ ..] => rest,
            [b' ', ..] => spaces_off(text),
            _ => return None,
        };
        let hour = digits(&mut rest, 1, 2)?;
        rest = rest.strip_prefix(b":")?;
        let minute = digits(&mut rest, 2, 2)?;
        if let Some(seconds) = rest.strip_prefix(b":") {
            rest = seconds;
            if digits(&mut rest, 2, 2)? > 59 {
                return None;
            }
            if let Some(fraction) = rest.strip_prefix(b".") {
                let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if length == 0 {
                    return None;
                }
                rest = &fraction[length..];
            }
        }
        let hours = match spaces_off(rest) {
            [b'A' | b'a' | b'P' | b'p', b'M' | b'm', after @ ..] => {
                rest = after;
                1..=12
            }
            _ => 0..=23,
        };
        (hours.contains(&hour) && minute <= 59).then_some(rest)
    }
    time(text).is_some_and(|rest| rest.is_empty() || is_offset(spaces_off(rest)))
}

fn spaces_off(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    &text[spaces..]
}

fn is_offset(text: &[u8]) -> bool {
    fn offset(text: &[u8]) -> Option<()> {
        let mut rest = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-"))?;
        let hours = digits(&mut rest, 2, 2)?;
        let minutes = match rest {
            [] => 0,
            _ => {
                rest = rest.strip_prefix(b":").unwrap_or(rest);
                digits(&mut rest, 2, 2)?
            }
        };
        (hours <= 23 && minutes <= 59 && rest.is_empty()).then_some(())
    }
    text == b"Z" || text == b"UTC" || offset(text).is_some()
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
            "2025-2-28",
            "2025-02-28T",
            "2025-02-28T24:00",
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
        assert!(DateFormat::new("%d.%m.%Y %H").is_err());
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
    fn formats_that_swap_day_and_month() {
        let swap = |a, b| DateFormat::new(a).unwrap().swaps(&DateFormat::new(b).unwrap());
        assert!(swap("%d/%m/%Y", "%m/%d/%Y") && swap("%Y-%d-%m", "%Y-%m-%d"));
        assert!(!swap("%d/%m/%Y", "%d/%m/%Y") && !swap("%d/%m/%Y", "%m.%d.%Y") && !swap("%d/%m/%y", "%m/%d/%Y"));
    }

    proptest! {
        #[test]
        fn dates_in_bulk_are_dates(text in "[0-9-]{4}[-0][0-9]{2}[-0][0-9]{2}|20[0-9]{2}-[01][0-9]-[0-3][0-9]") {
            let bytes: &[u8; 10] = text.as_bytes()[..10].try_into().unwrap_or(b"0000-00-00");
            let mut months = Months::default();
            let expected = DateFormat::new("%Y-%m-%d").unwrap().read(bytes);
            prop_assert_eq!(months.read(bytes), expected);
            prop_assert_eq!(months.read(bytes), expected);
        }

        #[test]
        fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            for notation in ["%Y-%m-%d", "%d.%m.%y", "%Y%m%d"] {
                let _ = DateFormat::new(notation).unwrap().read(&text);
            }
        }
    }
}
