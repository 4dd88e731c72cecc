//! Dates and numbers.

use chrono::Datelike;

use crate::calendar::Day;
use crate::config::{NegativeForms, NumberFormat, Unit};
use crate::dates::Months;
use crate::extract::DateFormat;
use crate::extract::numbers::NumberReader;
use crate::extract::values::{decimal, integer, minutes};

use super::{mutate, pick, tried};

/// A number as the method writes it: a sign (U+2212 is a minus), digits, a separator with digits behind it. Below zero or not, and in
/// hundredths, rounded half away from zero.
pub fn naive_decimal(text: &[u8], separator: char) -> Option<(bool, i128)> {
    let text = std::str::from_utf8(text).ok()?;
    let unsigned = text.trim_start_matches(['-', '+', '\u{2212}']);
    let (minus, digits) = match &text[..text.len() - unsigned.len()] {
        "-" | "\u{2212}" => (true, unsigned),
        "+" | "" => (false, unsigned),
        _ => return None,
    };
    let (whole, fraction) = digits.split_once(separator).map_or((digits, None), |(whole, more)| (whole, Some(more)));
    let all_digits = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    if !all_digits(whole) || !fraction.is_none_or(all_digits) || whole.trim_start_matches('0').len() > 15 {
        return None;
    }
    let fraction = fraction.unwrap_or_default();
    let thousandths: i128 = format!("0{whole}{:0<3}", &fraction[..fraction.len().min(3)]).parse().ok()?;
    let hundredths = (thousandths + 5) / 10;
    let negative = minus && (whole.contains(|digit| digit != '0') || fraction.contains(|digit| digit != '0'));
    Some((negative, if minus { -hundredths } else { hundredths }))
}

/// A date without a time, by a format whose parts are told apart by length or by its separators.
fn naive_date(format: &str, text: &str) -> Option<Day> {
    let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        let is_number = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse::<u32>().ok() } else { None }
    };
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    let (year, month, day) = match (format, parts.as_slice()) {
        ("%Y-%m-%d", [year, month, day]) if text.matches('-').count() == 2 => {
            (digits(year, 4..=4)?, digits(month, 1..=2)?, digits(day, 1..=2)?)
        }
        ("%d.%m.%Y", [day, month, year]) if text.matches('.').count() == 2 => {
            (digits(year, 4..=4)?, digits(month, 1..=2)?, digits(day, 1..=2)?)
        }
        ("%m/%d/%y", [month, day, year]) if text.matches('/').count() == 2 => {
            let year = digits(year, 2..=2)?;
            (if year < 69 { 2000 + year } else { 1900 + year }, digits(month, 1..=2)?, digits(day, 1..=2)?)
        }
        ("%Y%m%d", [text]) if text.len() == 8 && text.is_ascii() => {
            (digits(&text[..4], 4..=4)?, digits(&text[4..6], 2..=2)?, digits(&text[6..], 2..=2)?)
        }
        _ => return None,
    };
    let date = chrono::NaiveDate::from_ymd_opt(year as i32, month, day)?;
    (year >= 1).then(|| Day::from_date(date))
}

#[test]
fn dates() {
    const FORMATS: [&str; 4] = ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%Y%m%d"];
    const SEEDS: [&str; 4] = ["2024-02-29", "29.2.2024", "12/31/68", "20231130"];
    const TELLING: [&[u8]; 14] =
        [b"0", b"1", b"2", b"3", b"9", b"-", b".", b"/", b"T", b" ", b"12:30", b"+02:00", b"Z", b"\xC3\xA5"];
    let formats = FORMATS.map(|notation| DateFormat::new(notation).unwrap());
    let mut months = Months::default();
    tried("dates", 30, |chance| {
        let at = chance_index(chance, FORMATS.len());
        let mut text = pick(chance, &SEEDS).as_bytes().to_vec();
        if chance_index(chance, 2) == 0 {
            text = SEEDS[at].as_bytes().to_vec();
        }
        mutate(chance, &mut text, &TELLING);
        let read = formats[at].read(&text);
        let shown = String::from_utf8_lossy(&text).into_owned();
        // What follows a date is a time, if anything: then the date before it counts.
        let date = shown.split(['T', ' ']).next().unwrap_or_default();
        let expected = naive_date(FORMATS[at], date);
        if date.len() == shown.len() || read.is_some() {
            assert_eq!(read, expected, "{shown} by {}", FORMATS[at]);
        }
        if let Some(text) = text.first_chunk::<10>().filter(|_| text.len() == 10) {
            assert_eq!(months.read(text), naive_date(FORMATS[0], &shown), "{shown} in bulk");
        }
    });
}

#[test]
fn numbers() {
    const SEEDS: [&[u8]; 6] = [b"94.88", b"-0.005", b"+000123456789012345.999", b"0", b"12,5", b"999999999999999.995"];
    const TELLING: [&[u8]; 10] = [b"0", b"5", b"9", b".", b",", b"-", b"+", b"e3", b"\xE2\x88\x92", b"000000"];
    tried("numbers", 30, |chance| {
        let mut text = pick(chance, &SEEDS).to_vec();
        mutate(chance, &mut text, &TELLING);
        let separator = if chance_index(chance, 2) == 0 { '.' } else { ',' };
        let expected = naive_decimal(&text, separator);
        let shown = String::from_utf8_lossy(&text).into_owned();
        let read = decimal(&text, separator as u8).map(|value| (value.negative, i128::from(value.hundredths)));
        assert_eq!(read, expected, "{shown}");
        let read = minutes(&text, separator as u8).ok().map(i128::from);
        assert_eq!(read, expected.filter(|(negative, _)| !negative).map(|(_, value)| value), "{shown} as minutes");
        let digits = !shown.is_empty() && shown.bytes().all(|byte| byte.is_ascii_digit());
        let whole = if digits && shown.trim_start_matches('0').len() <= 15 { shown.parse().ok() } else { None };
        assert_eq!(integer(&text).ok(), whole, "{shown} as a whole number");
    });
}

/// A number as the settings of the test write it: `kr` at either end, a sign in one of three places, spaces between groups of
/// three.
fn naive_written(text: &[u8]) -> Option<(bool, i128)> {
    fn stripped(text: &str) -> &str {
        let mut text = text;
        loop {
            let (before, behind) =
                (text.trim_start_matches([' ', '\t', '\u{A0}']), text.trim_end_matches([' ', '\t', '\u{A0}']));
            text = match (before.strip_prefix("kr"), behind.strip_suffix("kr")) {
                (Some(rest), _) => rest.trim_start_matches([' ', '\t', '\u{A0}']),
                (None, Some(rest)) => rest.trim_end_matches([' ', '\t', '\u{A0}']),
                (None, None) => return text,
            };
        }
    }
    let text = stripped(std::str::from_utf8(text).ok()?);
    let minus = ['-', '\u{2212}'];
    let (sign, inside) = if let Some(rest) = text.strip_prefix(minus) {
        ("-", rest)
    } else if let Some(rest) = text.strip_suffix(minus) {
        ("-", rest)
    } else if let Some(rest) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        ("-", rest)
    } else if let Some(rest) = text.strip_prefix('+') {
        ("", rest)
    } else {
        ("", text)
    };
    let inside = stripped(inside);
    let (whole, fraction) = inside.split_once(',').map_or((inside, None), |(whole, more)| (whole, Some(more)));
    let groups: Vec<&str> = whole.split([' ', '\u{A0}']).collect();
    let right = |group: &&str| group.len() == 3;
    if groups.len() > 1 && !((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(right)) {
        return None;
    }
    let plain =
        [sign, &groups.concat(), if fraction.is_some() { "," } else { "" }, fraction.unwrap_or_default()].concat();
    if groups.concat().starts_with(['+', '-', '\u{2212}']) { None } else { naive_decimal(plain.as_bytes(), ',') }
}

#[test]
fn written_numbers() {
    const SEEDS: [&[u8]; 6] =
        [b"1 355,90", "12\u{A0}000,00 kr".as_bytes(), b"120,00-", b"kr (94,88)", b"-kr 1 000 000", b"+1,5"];
    const TELLING: [&[u8]; 12] =
        [b"0", b"123", b" ", b",", b".", b"-", b"(", b")", b"kr", b"+", "\u{A0}".as_bytes(), b"\xE2\x88\x92"];
    let format = NumberFormat {
        decimal_separator: b',',
        thousands_separator: Some(' '),
        strip: vec!["kr".to_owned()],
        negative: NegativeForms { leading: true, trailing: true, parentheses: true },
    };
    let reader = NumberReader::new(&format, Unit::Minutes);
    tried("written numbers", 20, |chance| {
        let mut text = pick(chance, &SEEDS).to_vec();
        mutate(chance, &mut text, &TELLING);
        let expected = naive_written(&text);
        let shown = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(reader.amount(&text).ok().map(i128::from), expected.map(|(_, value)| value), "{shown}");
        let minutes = expected.filter(|(negative, _)| !negative).map(|(_, value)| value);
        assert_eq!(reader.minutes(&text).ok().map(i128::from), minutes, "{shown} as minutes");
        let _ = reader.integer(&text);
    });
}

#[test]
fn dates_in_words_and_numbers() {
    const FORMATS: [&str; 7] = ["%d %b %Y", "%d. %B %Y", "%d%b%y", "%Y-%m", "%m/%d/%Y %I:%M %p", "epoch", "excel"];
    const SEEDS: [&str; 7] =
        ["3 maj 2025", "14. maaliskuuta 2025", "07OCT25", "2025-02", "3/1/2025 9:05 am", "1735689600.5", "-45667"];
    const TELLING: [&[u8]; 12] =
        [b"0", b"1", b"9", b"-", b".", b" ", b"mar", b"mars", b"kuu", "\u{C4}".as_bytes(), b"\xE2\x88\x92", b"PM"];
    let formats = FORMATS.map(|notation| DateFormat::new(notation).unwrap());
    tried("dates in words and numbers", 20, |chance| {
        let at = chance_index(chance, FORMATS.len());
        let mut text = SEEDS[at].as_bytes().to_vec();
        mutate(chance, &mut text, &TELLING);
        let (first, last) = (formats[at].read(&text), formats[at].clone().to_last_day().read(&text));
        assert_eq!(first.is_some(), last.is_some());
        assert!(first <= last && first.is_none_or(|day| (1..=9999).contains(&day.date().year())));
    });
}

fn chance_index(chance: &mut rand_pcg::Pcg64Mcg, below: usize) -> usize {
    use rand::RngExt;
    chance.random_range(0..below)
}
