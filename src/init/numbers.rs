//! How the numbers of a column are written, by the program's own reading of numbers.

use crate::config::{NegativeForms, NumberFormat, Unit};
use crate::extract::numbers::NumberReader;

/// A column is one of numbers if so many of its values are, per cent.
const LEAST_PCT: usize = 80;
/// Decimal separators with what may stand between thousands, the plainest first.
const SEPARATORS: [(u8, Option<char>); 8] = [
    (b'.', None),
    (b',', None),
    (b',', Some(' ')),
    (b',', Some('.')),
    (b'.', Some(',')),
    (b'.', Some(' ')),
    (b'.', Some('\'')),
    (b',', Some('\'')),
];

/// The numbers of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// How they are written.
    pub format: NumberFormat,
    /// Whether a decimal separator occurs, so that it is known which it is.
    pub has_fractions: bool,
    /// Whether they are all whole and without a sign.
    pub are_whole: bool,
    /// Whether they are written `h:mm` or `h:mm:ss`.
    pub are_clock: bool,
}

const ALL_FORMS: NegativeForms = NegativeForms { leading: true, trailing: true, parentheses: true };

fn format(
    decimal_separator: u8,
    thousands_separator: Option<char>,
    strip: &[String],
    negative: NegativeForms,
) -> NumberFormat {
    NumberFormat { decimal_separator, thousands_separator, strip: strip.to_vec(), negative }
}

/// Whether a single value is a number, in some usual form.
pub fn looks_like_one(value: &str) -> bool {
    value.len() <= 40
        && SEPARATORS.iter().any(|(decimal, thousands)| {
            let reader = NumberReader::new(&format(*decimal, *thousands, &[], ALL_FORMS), Unit::Minutes);
            reader.amount(value.as_bytes()).is_ok()
        })
}

/// How values with their counts are written, if they are numbers. `currencies` are texts that may stand beside them.
pub fn detect(values: &[(&str, usize)], currencies: &[String]) -> Option<Numbers> {
    let all: usize = values.iter().map(|(_, rows)| rows).sum();
    let beside = |currency: &&String| {
        values.iter().any(|(value, _)| value.ends_with(currency.as_str()) || value.starts_with(currency.as_str()))
            || values
                .iter()
                .any(|(value, _)| value.trim_matches(['-', '(', ')', '+']).trim().starts_with(currency.as_str()))
    };
    let strip: Vec<String> = currencies.iter().filter(beside).cloned().collect();
    let rows_read = |format: &NumberFormat, unit: Unit| -> usize {
        let reader = NumberReader::new(format, unit);
        let reads = |value: &str| match unit {
            Unit::Clock => reader.minutes(value.as_bytes()).is_ok(),
            _ => reader.amount(value.as_bytes()).is_ok(),
        };
        values.iter().filter(|(value, _)| reads(value)).map(|(_, rows)| rows).sum()
    };
    let enough = |rows: usize| rows > 0 && rows * 100 >= all * LEAST_PCT;
    let leading = NegativeForms { leading: true, ..NegativeForms::default() };
    let clock = format(b'.', None, &[], leading);
    if enough(rows_read(&clock, Unit::Clock)) {
        return Some(Numbers { format: clock, has_fractions: false, are_whole: false, are_clock: true });
    }
    let mut best: Option<(usize, NumberFormat)> = None;
    for (decimal, thousands) in SEPARATORS {
        let tried = format(decimal, thousands, &strip, ALL_FORMS);
        let rows = rows_read(&tried, Unit::Minutes);
        if enough(rows) && best.as_ref().is_none_or(|(most, _)| rows > *most) {
            best = Some((rows, tried));
        }
    }
    let (rows, mut found) = best?;
    // What can be left out without losing a number is left out.
    let fewer = |change: &dyn Fn(&mut NumberFormat), found: &mut NumberFormat| {
        let mut less = found.clone();
        change(&mut less);
        if rows_read(&less, Unit::Minutes) == rows {
            *found = less;
        }
    };
    fewer(&|format| format.negative.trailing = false, &mut found);
    fewer(&|format| format.negative.parentheses = false, &mut found);
    for currency in &strip {
        fewer(&|format| format.strip.retain(|kept| kept != currency), &mut found);
    }
    let other = if found.decimal_separator == b'.' { b',' } else { b'.' };
    let swapped = NumberFormat { decimal_separator: other, thousands_separator: None, ..found.clone() };
    let has_fractions = rows_read(&swapped, Unit::Minutes) < rows;
    let whole = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
    let are_whole = values.iter().filter(|(value, _)| whole(value)).map(|(_, rows)| rows).sum::<usize>() >= rows;
    Some(Numbers { format: found, has_fractions, are_whole, are_clock: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(values: &[&str]) -> Option<Numbers> {
        let values: Vec<(&str, usize)> = values.iter().map(|value| (*value, 1)).collect();
        detect(&values, &["€".to_owned(), "kr".to_owned(), "kr.".to_owned()])
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (values, decimal, thousands, strip, trailing, parentheses) in [
            (&["94.88", "-12.50", "3"][..], b'.', None, &[][..], false, false),
            (&["94,88", "120,00-", "3"], b',', None, &[], true, false),
            (&["1.234,56", "94,88"], b',', Some('.'), &[], false, false),
            (&["1,234.56", "94.88"], b'.', Some(','), &[], false, false),
            (&["1\u{A0}355,90", "12 000,00 kr", "(94,88)", "€ 94,88"], b',', Some(' '), &["€", "kr"], false, true),
        ] {
            let numbers = found(values).unwrap();
            let NumberFormat { decimal_separator, thousands_separator, strip: stripped, negative } = numbers.format;
            assert_eq!((decimal_separator, thousands_separator), (decimal, thousands), "{values:?}");
            assert_eq!(stripped, strip, "{values:?}");
            assert_eq!((negative.trailing, negative.parentheses), (trailing, parentheses), "{values:?}");
            assert!(numbers.has_fractions && !numbers.are_whole, "{values:?}");
        }
        let whole = found(&["17", "3", "1200"]).unwrap();
        assert!(whole.are_whole && !whole.has_fractions);
        assert!(found(&["1:05", "0:25:30"]).unwrap().are_clock);
        assert_eq!(found(&["K1", "K2"]), None);
        assert_eq!(found(&[]), None);
    }
}
