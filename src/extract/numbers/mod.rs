//! Numbers as a source writes them: thousands apart, currencies beside them, minus signs where people put them, and
//! minutes in other units. Numbers in the plain form go the short way, [`super::values`].

mod units;

use std::borrow::Cow;

use super::rejects::Reason;
use super::values::{self, Decimal, MAX_WHOLE_DIGITS, significant};
use crate::config::{NegativeForms, NumberFormat, Unit};
use units::{PER_HOUR, PER_MINUTE, PER_SECOND, clock_seconds, rounded};

/// How a column's numbers are written, ready to read them.
#[derive(Debug, Clone)]
pub struct NumberReader {
    decimal_separator: u8,
    /// What may stand between groups of three digits; nothing, where there is none.
    thousands: Vec<Vec<u8>>,
    /// Texts dropped at either end, the longest first.
    strip: Vec<Vec<u8>>,
    negative: NegativeForms,
    unit: Unit,
    /// Whether numbers have no other form than the plain one.
    is_plain: bool,
}

/// U+2212.
const MINUS: &[u8] = b"\xE2\x88\x92";
/// A space, and what people take for one: no-break, narrow no-break and thin spaces.
const SPACES: [&[u8]; 4] = [b" ", b"\xC2\xA0", b"\xE2\x80\xAF", b"\xE2\x80\x89"];

/// A number's sign, and its digits.
#[derive(Debug, PartialEq, Eq)]
struct Written<'t> {
    sign: Sign,
    /// Digits before the decimal separator, nothing between them.
    whole: Cow<'t, [u8]>,
    /// Digits behind it.
    fraction: Option<&'t [u8]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Plus,
    Minus,
}

impl NumberReader {
    /// Of numbers that are written so, and, of minutes, are in a unit.
    pub fn new(format: &NumberFormat, unit: Unit) -> Self {
        let thousands = match format.thousands_separator {
            None => vec![],
            Some(' ') => SPACES.map(<[u8]>::to_vec).to_vec(),
            Some(separator) => vec![separator.to_string().into_bytes()],
        };
        let mut strip: Vec<Vec<u8>> = format.strip.iter().map(|text| text.clone().into_bytes()).collect();
        strip.sort_by_key(|text| std::cmp::Reverse(text.len()));
        let only_leading = NegativeForms { leading: true, trailing: false, parentheses: false };
        let is_plain =
            thousands.is_empty() && strip.is_empty() && format.negative == only_leading && unit == Unit::Minutes;
        let (decimal_separator, negative) = (format.decimal_separator, format.negative);
        NumberReader { decimal_separator, thousands, strip, negative, unit, is_plain }
    }

    /// Of numbers as typed files have them.
    pub fn plain(decimal_separator: u8, unit: Unit) -> Self {
        let negative = NegativeForms { leading: true, ..NegativeForms::default() };
        let format = NumberFormat { decimal_separator, thousands_separator: None, strip: vec![], negative };
        NumberReader::new(&format, unit)
    }

    /// The decimal separator.
    pub fn decimal_separator(&self) -> u8 {
        self.decimal_separator
    }

    /// Whether numbers are minutes, so that a usual number is what it says.
    pub fn is_in_minutes(&self) -> bool {
        self.unit == Unit::Minutes
    }

    /// Reads an amount, in hundredths.
    #[inline]
    pub fn amount(&self, text: &[u8]) -> Result<i64, Reason> {
        let read = match self.is_plain {
            true => values::decimal(text, self.decimal_separator),
            false => self.decimal(text),
        };
        read.map(|value| value.hundredths).ok_or(Reason::MalformedNumber)
    }

    /// Reads minutes that are not negative, in hundredths, from the column's unit.
    #[inline]
    pub fn minutes(&self, text: &[u8]) -> Result<i64, Reason> {
        if self.is_plain {
            return values::minutes(text, self.decimal_separator);
        }
        match self.decimal(text) {
            None => Err(Reason::MalformedNumber),
            Some(value) if value.negative => Err(Reason::NegativeValue),
            Some(value) => Ok(value.hundredths),
        }
    }

    /// Reads a whole number, digits only; one with a minus is a negative value.
    #[inline]
    pub fn integer(&self, text: &[u8]) -> Result<i64, Reason> {
        if self.is_plain {
            return values::integer(text);
        }
        let written = self.written(text).filter(|written| written.fraction.is_none() && written.sign != Sign::Plus);
        let Some(Written { sign, whole, .. }) = written else { return Err(Reason::MalformedNumber) };
        let number = values::integer(&whole)?;
        if sign == Sign::Minus { Err(Reason::NegativeValue) } else { Ok(number) }
    }

    /// A decimal of any form, in hundredths of what the unit says.
    fn decimal(&self, text: &[u8]) -> Option<Decimal> {
        let (sign, hundredths, is_zero) = match self.unit {
            Unit::Clock => {
                let (sign, body) = self.unsigned(text)?;
                if sign == Sign::Plus {
                    return None;
                }
                let seconds = clock_seconds(body)?;
                (sign, rounded(seconds, &[], PER_SECOND), seconds == 0)
            }
            unit => {
                let Written { sign, whole, fraction } = self.written(text)?;
                if significant(&whole) > MAX_WHOLE_DIGITS {
                    return None;
                }
                let number = whole.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
                let fraction = fraction.unwrap_or_default();
                let ratio = match unit {
                    Unit::Seconds => PER_SECOND,
                    Unit::Hours => PER_HOUR,
                    _ => PER_MINUTE,
                };
                let is_zero = number == 0 && fraction.iter().all(|digit| *digit == b'0');
                (sign, rounded(number, fraction, ratio), is_zero)
            }
        };
        // What is too large in minutes has too many digits there.
        let hundredths = i64::try_from(hundredths).ok().filter(|hundredths| *hundredths <= MOST_HUNDREDTHS)?;
        let minus = sign == Sign::Minus;
        Some(Decimal { hundredths: if minus { -hundredths } else { hundredths }, negative: minus && !is_zero })
    }

    /// The number without its sign, and what is stripped outside and inside of that.
    fn unsigned<'t>(&self, text: &'t [u8]) -> Option<(Sign, &'t [u8])> {
        let text = self.stripped(text);
        let minus_before = text.strip_prefix(b"-").or_else(|| text.strip_prefix(MINUS));
        let minus_behind = text.strip_suffix(b"-").or_else(|| text.strip_suffix(MINUS));
        let (sign, inside) = match (minus_before, minus_behind, text) {
            (Some(rest), ..) if self.negative.leading => (Sign::Minus, rest),
            (_, Some(rest), _) if self.negative.trailing => (Sign::Minus, rest),
            (.., [b'(', inside @ .., b')']) if self.negative.parentheses => (Sign::Minus, inside),
            (.., [b'+', rest @ ..]) => (Sign::Plus, rest),
            _ => (Sign::None, text),
        };
        Some((sign, self.stripped(inside)))
    }

    fn written<'t>(&self, text: &'t [u8]) -> Option<Written<'t>> {
        let (sign, digits) = self.unsigned(text)?;
        let (whole, fraction) = match digits.iter().position(|byte| *byte == self.decimal_separator) {
            Some(at) => (&digits[..at], Some(&digits[at + 1..])),
            None => (digits, None),
        };
        if fraction.is_some_and(|fraction| !is_digits(fraction)) {
            return None;
        }
        Some(Written { sign, whole: self.ungrouped(whole)?, fraction })
    }

    /// The digits without what stands between groups of three.
    fn ungrouped<'t>(&self, whole: &'t [u8]) -> Option<Cow<'t, [u8]>> {
        if is_digits(whole) {
            return Some(Cow::Borrowed(whole));
        }
        let first = whole.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=3).contains(&first) {
            return None;
        }
        let (group, mut rest) = whole.split_at(first);
        let mut digits = group.to_vec();
        while !rest.is_empty() {
            let behind = self.thousands.iter().find_map(|separator| rest.strip_prefix(separator.as_slice()))?;
            let (group, more) = behind.split_at_checked(3)?;
            if !is_digits(group) {
                return None;
            }
            digits.extend_from_slice(group);
            rest = more;
        }
        Some(Cow::Owned(digits))
    }

    /// The text without those that are dropped at its ends, and without the spaces beside these.
    fn stripped<'t>(&self, mut text: &'t [u8]) -> &'t [u8] {
        while !self.strip.is_empty() {
            let (before, behind) = (spaces_off(text), spaces_off_end(text));
            if let Some(rest) = self.strip.iter().find_map(|dropped| before.strip_prefix(dropped.as_slice())) {
                text = spaces_off(rest);
            } else if let Some(rest) = self.strip.iter().find_map(|dropped| behind.strip_suffix(dropped.as_slice())) {
                text = spaces_off_end(rest);
            } else {
                break;
            }
        }
        text
    }
}

/// Fifteen digits before the point.
const MOST_HUNDREDTHS: i64 = 99_999_999_999_999_999;

fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn spaces_off(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = SPACES.iter().chain(&[&b"\t"[..]]).find_map(|space| text.strip_prefix(*space)) {
        text = rest;
    }
    text
}

fn spaces_off_end(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = SPACES.iter().chain(&[&b"\t"[..]]).find_map(|space| text.strip_suffix(*space)) {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: NegativeForms = NegativeForms { leading: true, trailing: true, parentheses: true };

    fn reader(separators: &str, strip: &[&str], negative: NegativeForms, unit: Unit) -> NumberReader {
        let mut separators = separators.chars();
        let format = NumberFormat {
            decimal_separator: separators.next().map_or(b'.', |separator| separator as u8),
            thousands_separator: separators.next(),
            strip: strip.iter().map(|text| (*text).to_owned()).collect(),
            negative,
        };
        NumberReader::new(&format, unit)
    }

    #[test]
    fn thousands_stand_apart_in_groups_of_three() {
        let spaces = reader(", ", &[], ALL, Unit::Minutes);
        for (text, expected) in [
            ("1 355,90", Some(135_590)),
            ("12 000", Some(1_200_000)),
            ("1\u{A0}234\u{202F}567,5", Some(123_456_750)),
            ("2\u{2009}094,88", Some(209_488)),
            ("1234567,89", Some(123_456_789)),
            ("0 123", Some(12_300)),
            ("1 35,90", None),
            ("1355 900", None),
            ("1  355", None),
            ("1 3555", None),
            (" 355", None),
            ("355 ", None),
            ("1,355 900", None),
            ("1.355", None),
            ("999 999 999 999 999", Some(99_999_999_999_999_900)),
            ("1 000 000 000 000 000", None),
        ] {
            assert_eq!(spaces.amount(text.as_bytes()).ok(), expected, "{text}");
        }
        let points = reader(",.", &[], ALL, Unit::Minutes);
        assert_eq!(points.amount(b"1.355,90"), Ok(135_590));
        assert_eq!(points.amount(b"1.355"), Ok(135_500));
        assert_eq!(points.amount(b"13.55"), Err(Reason::MalformedNumber));
        let apostrophes = reader(".\u{2019}", &[], ALL, Unit::Minutes);
        assert_eq!(apostrophes.amount("1\u{2019}355.90".as_bytes()), Ok(135_590));
    }

    #[test]
    fn currencies_stand_outside_or_inside_of_the_sign() {
        let euros = reader(", ", &["€", "kr", "EUR", ",-"], ALL, Unit::Minutes);
        for (text, expected) in [
            ("€ 94,88", Some(9488)),
            ("94,88\u{A0}€", Some(9488)),
            ("12 000,00 kr", Some(1_200_000)),
            ("-€ 94,88", Some(-9488)),
            ("€ -94,88", Some(-9488)),
            ("- € 94,88", Some(-9488)),
            ("94,88- kr", Some(-9488)),
            ("94,88 kr-", Some(-9488)),
            ("(€ 94,88)", Some(-9488)),
            ("€(94,88) EUR", Some(-9488)),
            ("(94,88 €)", Some(-9488)),
            ("120,-", Some(12_000)),
            ("kr 120,-", Some(12_000)),
            ("€", None),
            ("94,88 Kr", None),
            ("- 94,88", None),
            ("94 € 88", None),
            ("( 94,88 )", None),
        ] {
            assert_eq!(euros.amount(text.as_bytes()).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_number_has_one_sign_in_an_allowed_place() {
        let forms = |leading, trailing, parentheses| NegativeForms { leading, trailing, parentheses };
        let all = reader(".", &[], ALL, Unit::Minutes);
        for (text, expected) in [
            ("-1.5", Some(-150)),
            ("\u{2212}1.5", Some(-150)),
            ("1.5-", Some(-150)),
            ("1.5\u{2212}", Some(-150)),
            ("(1.5)", Some(-150)),
            ("+1.5", Some(150)),
            ("-1.5-", None),
            ("(-1.5)", None),
            ("-(1.5)", None),
            ("+1.5-", None),
            ("1.5+", None),
            ("(1.5", None),
            ("()", None),
            ("-", None),
        ] {
            assert_eq!(all.amount(text.as_bytes()).ok(), expected, "{text}");
        }
        let trailing = reader(".", &[], forms(false, true, false), Unit::Minutes);
        assert_eq!((trailing.amount(b"5-"), trailing.amount(b"-5").ok()), (Ok(-500), None));
        let leading = reader(".", &["x"], forms(true, false, false), Unit::Minutes);
        assert_eq!((leading.amount(b"5-").ok(), leading.amount(b"(5)").ok()), (None, None));
    }

    #[test]
    fn whole_numbers_are_digits_only_however_they_stand_apart() {
        let spaces = reader(", ", &["st"], ALL, Unit::Minutes);
        assert_eq!(spaces.integer(b"1 250 st"), Ok(1250));
        assert_eq!(spaces.integer(b"(3)"), Err(Reason::NegativeValue));
        assert_eq!(spaces.integer(b"3-"), Err(Reason::NegativeValue));
        for text in ["+3", "3,0", "1 25", "", "st"] {
            assert_eq!(spaces.integer(text.as_bytes()), Err(Reason::MalformedNumber), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_number_is_the_same_the_long_way(text in "[-+]?[0-9]{0,18}([.,][0-9]{0,5})?|.{0,8}") {
            // A text that no number has makes the reader go the long way.
            let long = reader(".", &["\u{1}"], NegativeForms { leading: true, ..Default::default() }, Unit::Minutes);
            let short = NumberReader::plain(b'.', Unit::Minutes);
            let text = text.as_bytes();
            prop_assert_eq!(long.amount(text), short.amount(text));
            prop_assert_eq!(long.minutes(text), short.minutes(text));
            prop_assert_eq!(long.integer(text), short.integer(text));
        }

        #[test]
        fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            for unit in [Unit::Minutes, Unit::Seconds, Unit::Hours, Unit::Clock] {
                let reader = reader(", ", &["€", "kr"], ALL, unit);
                let _ = (reader.amount(&text), reader.minutes(&text), reader.integer(&text));
            }
        }
    }
}
