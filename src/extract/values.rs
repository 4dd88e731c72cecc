//! The forms of values (`docs/method.md` section 2): bytes to numbers and truth values, exactly.
//!
//! Pure functions over one trimmed, non-empty value; dates have a module of their own.

use super::rejects::Reason;

/// An exact decimal, rounded to hundredths half away from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The rounded value, in hundredths.
    pub hundredths: i64,
    /// Whether it was below zero before rounding.
    pub negative: bool,
}

/// Most significant digits before the decimal separator.
pub(super) const MAX_WHOLE_DIGITS: usize = 15;

/// Reads `[+-]digits[separator digits]`; `None` when malformed. U+2212, three bytes of UTF-8, is a minus too.
#[inline]
pub fn decimal(text: &[u8], separator: u8) -> Option<Decimal> {
    let (minus, digits) = match text {
        [b'-', rest @ ..] | [0xE2, 0x88, 0x92, rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let mut whole = 0i64;
    let mut at = 0;
    while at < digits.len() && digits[at].is_ascii_digit() {
        // Beyond the limit the value is refused below, so what wraps here is never used.
        whole = whole.wrapping_mul(10).wrapping_add(i64::from(digits[at] - b'0'));
        at += 1;
    }
    if at == 0 || (at > MAX_WHOLE_DIGITS && significant(&digits[..at]) > MAX_WHOLE_DIGITS) {
        return None;
    }
    let mut hundredths = whole * 100;
    let mut nonzero = whole != 0;
    if at < digits.len() {
        let fraction = &digits[at + 1..];
        if digits[at] != separator || fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let place = |k: usize| i64::from(fraction.get(k).map_or(0, |digit| digit - b'0'));
        hundredths += place(0) * 10 + place(1) + i64::from(place(2) >= 5);
        nonzero = nonzero || fraction.iter().any(|digit| *digit != b'0');
    }
    Some(Decimal { hundredths: if minus { -hundredths } else { hundredths }, negative: minus && nonzero })
}

/// Reads the usual amount in one go: one to five digits, the separator and two digits, which are the last
/// `length` bytes of `window`. `None` says only that it is not of this form.
#[inline]
pub fn usual_amount(window: [u8; 8], length: usize, separator: u8) -> Option<i64> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    if !(4..=8).contains(&length) || window[5] != separator {
        return None;
    }
    // What stands before the value becomes leading zeros.
    let before = u64::MAX << (8 * (8 - length));
    let text = (u64::from_le_bytes(window) & before) | (ZEROS & !before);
    // The five whole digits move up by one, over the separator.
    let digits = ((text & 0x00FF_FFFF_FFFF) << 8) | 0x30 | (text & 0xFFFF_0000_0000_0000);
    eight_digits(digits).map(|value| value as i64)
}

/// The number that eight ASCII digits write, the first in the lowest byte; `None` where one is no digit.
///
/// All at once: pairs, then fours, then all (D. Lemire, "Number parsing at a gigabyte per second", Software:
/// Practice and Experience 51, 2021).
#[inline]
pub fn eight_digits(text: u64) -> Option<u64> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let digits = text ^ ZEROS;
    // The highest bit of a byte tells that it is no digit: adding sets it from 10 on, and only from where it is set anyway
    // anything is carried over.
    if (digits | digits.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let mask = 0x0000_00FF_0000_00FF;
    let upper = (pairs & mask).wrapping_mul(0x000F_4240_0000_0064);
    let lower = (pairs >> 16 & mask).wrapping_mul(0x0000_2710_0000_0001);
    Some(upper.wrapping_add(lower) >> 32)
}

/// Reads handling minutes: a decimal that is not negative.
#[inline]
pub fn minutes(text: &[u8], separator: u8) -> Result<i64, Reason> {
    match decimal(text, separator) {
        None => Err(Reason::MalformedNumber),
        Some(value) if value.negative => Err(Reason::NegativeValue),
        Some(value) => Ok(value.hundredths),
    }
}

/// Reads a whole number, digits only; a leading minus before digits is a negative value.
#[inline]
pub fn integer(text: &[u8]) -> Result<i64, Reason> {
    let (minus, digits) = match text {
        [b'-', rest @ ..] | [0xE2, 0x88, 0x92, rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) || significant(digits) > MAX_WHOLE_DIGITS {
        return Err(Reason::MalformedNumber);
    }
    if minus {
        return Err(Reason::NegativeValue);
    }
    Ok(digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

/// Digits without the leading zeros, which carry no value and so are fine in any number.
pub(super) fn significant(digits: &[u8]) -> usize {
    digits.iter().position(|digit| *digit != b'0').map_or(0, |first| digits.len() - first)
}

/// Accepted spellings of true and false, compared in any case.
#[derive(Debug, Clone, Default)]
pub struct BoolWords {
    words: Vec<(Vec<u8>, bool)>,
}

impl BoolWords {
    /// From configured spellings.
    pub fn new(true_values: &[String], false_values: &[String]) -> Self {
        let word = |text: &String, value| (text.to_lowercase().into_bytes(), value);
        let words =
            true_values.iter().map(|text| word(text, true)).chain(false_values.iter().map(|text| word(text, false)));
        BoolWords { words: words.collect() }
    }

    /// Reads one value of valid UTF-8; `None` when it is no accepted spelling.
    #[inline]
    pub fn read(&self, text: &[u8]) -> Option<bool> {
        let found = self.words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        if let Some((_, value)) = found {
            return Some(*value);
        }
        if text.is_ascii() {
            return None;
        }
        let lower = std::str::from_utf8(text).ok()?.to_lowercase();
        self.words.iter().find(|(word, _)| word == lower.as_bytes()).map(|(_, value)| *value)
    }
}

/// The value without spaces and tabs at either end.
#[inline]
pub fn trim(text: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    match (text.first(), text.last()) {
        (Some(first), Some(last)) if blank(first) || blank(last) => {
            let start = text.iter().position(|byte| !blank(byte)).unwrap_or(text.len());
            let end = text.iter().rposition(|byte| !blank(byte)).map_or(start, |at| at + 1);
            &text[start..end]
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hundredths(text: &str) -> Option<i64> {
        decimal(text.as_bytes(), b'.').map(|value| value.hundredths)
    }

    #[test]
    fn decimals_round_half_away_from_zero() {
        for (text, expected) in [
            ("0.005", 1),
            ("-0.005", -1),
            ("\u{2212}25.10", -2_510),
            ("0.0049999", 0),
            ("1.995", 200),
            ("+12", 1200),
            ("007.5", 750),
            ("000000000000000000001.50", 150),
            ("999999999999999.994", 99_999_999_999_999_999),
        ] {
            assert_eq!(hundredths(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn malformed_decimals() {
        for text in ["", "-", "+", ".5", "5.", "1e3", "1,5", "1 000", "--1", "1.2.3", "inf", "NaN", "1000000000000000"]
        {
            assert_eq!(hundredths(text), None, "{text}");
        }
        assert_eq!(decimal(b"1,5", b',').unwrap().hundredths, 150);
        assert_eq!(decimal(b"1.5", b','), None);
    }

    #[test]
    fn minutes_are_negative_before_rounding() {
        assert_eq!(minutes(b"-0.001", b'.'), Err(Reason::NegativeValue));
        assert_eq!(minutes(b"-0.00", b'.'), Ok(0));
        assert_eq!(minutes(b"-x", b'.'), Err(Reason::MalformedNumber));
    }

    #[test]
    fn integers_are_digits_only() {
        assert_eq!(integer(b"0012"), Ok(12));
        assert_eq!(integer(b"-3"), Err(Reason::NegativeValue));
        assert_eq!(integer("\u{2212}3".as_bytes()), Err(Reason::NegativeValue));
        assert_eq!(integer(b"-0"), Err(Reason::NegativeValue));
        for text in ["+3", "3.0", "", "-", "1e3", "9999999999999999"] {
            assert_eq!(integer(text.as_bytes()), Err(Reason::MalformedNumber), "{text}");
        }
    }

    #[test]
    fn bool_words_in_any_case() {
        let words = BoolWords::new(&["kyllä".into(), "1".into()], &["ei".into()]);
        assert_eq!(words.read("KYLLÄ".as_bytes()), Some(true));
        assert_eq!(words.read(b"Ei"), Some(false));
        assert_eq!(words.read(b"true"), None);
    }

    #[test]
    fn trimming_takes_spaces_and_tabs_only() {
        assert_eq!(trim(b" \ta b\t "), b"a b");
        assert_eq!(trim(b" \t "), b"");
        assert_eq!(trim(b"\ra\n"), b"\ra\n");
    }

    proptest! {
        #[test]
        fn hundredths_read_back(value in -99_999_999_999_999_999i64..=99_999_999_999_999_999) {
            let text = format!("{}{}.{:02}", if value < 0 { "-" } else { "" }, value.abs() / 100, value.abs() % 100);
            prop_assert_eq!(hundredths(&text), Some(value));
        }

        #[test]
        fn the_usual_amount_is_the_decimal(before in "[0-9.x,]{0,8}", text in "[0-9+-]{0,6}[.,]?[0-9]{0,3}") {
            let whole = format!("xxxxxxxx{before}{text}").into_bytes();
            let window: [u8; 8] = whole[whole.len() - 8..].try_into().unwrap();
            if let Some(hundredths) = usual_amount(window, text.len(), b'.') {
                prop_assert_eq!(decimal(text.as_bytes(), b'.').map(|value| value.hundredths), Some(hundredths));
            } else if text.len() >= 4 && text.len() <= 8 && text.bytes().rev().nth(2) == Some(b'.') {
                prop_assert!(!text.bytes().filter(|byte| *byte != b'.').all(|byte| byte.is_ascii_digit())
                    || text.matches('.').count() > 1);
            }
        }

        #[test]
        fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = decimal(&text, b',');
            let _ = integer(&text);
            let _ = trim(&text);
        }
    }
}
