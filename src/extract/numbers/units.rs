//! Minutes that are given in other units, exactly.

use super::is_digits;
use crate::extract::values::{MAX_WHOLE_DIGITS, significant};

/// A numerator and a denominator.
pub(super) type Ratio = (i64, i64);

/// Hundredths of a minute in a second, a minute, an hour.
pub(super) const PER_SECOND: Ratio = (5, 3);
pub(super) const PER_MINUTE: Ratio = (100, 1);
pub(super) const PER_HOUR: Ratio = (6000, 1);

/// A number that is not negative times a ratio, rounded half up, exactly: its whole part, and the digits behind it.
pub(super) fn rounded(whole: i64, fraction: &[u8], of: Ratio) -> i128 {
    let (times, parts) = (i128::from(of.0) * 2, i128::from(of.1));
    // From the last digit on, since whatever is below a whole number does not matter to those above it.
    let of_fraction = fraction.iter().rev().fold(0, |below, digit| (times * i128::from(digit - b'0') + below) / 10);
    (times * i128::from(whole) + of_fraction + parts) / (2 * parts)
}

/// The seconds of `h:mm` or `h:mm:ss`.
pub(super) fn clock_seconds(text: &[u8]) -> Option<i64> {
    let mut parts = text.split(|byte| *byte == b':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next());
    let two = |digits: &[u8]| match digits {
        [tens @ b'0'..=b'5', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => None,
    };
    if parts.next().is_some() || !is_digits(hours) || significant(hours) > MAX_WHOLE_DIGITS {
        return None;
    }
    let hours = hours.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some(hours * 3600 + two(minutes)? * 60 + seconds.map_or(Some(0), two)?)
}

#[cfg(test)]
mod tests {
    use crate::config::{NegativeForms, NumberFormat, Unit};
    use crate::extract::numbers::NumberReader;
    use crate::extract::rejects::Reason;
    use proptest::prelude::*;

    fn of(unit: Unit) -> NumberReader {
        let negative = NegativeForms { leading: true, ..NegativeForms::default() };
        let strip = vec!["h".to_owned()];
        NumberReader::new(&NumberFormat { decimal_separator: b',', thousands_separator: None, strip, negative }, unit)
    }

    #[test]
    fn minutes_come_in_other_units() {
        for (unit, text, expected) in [
            (Unit::Seconds, "1530", Ok(2550)),
            (Unit::Seconds, "100", Ok(167)),
            (Unit::Seconds, "0,3", Ok(1)),
            (Unit::Seconds, "0,29999999999999999999999999", Ok(0)),
            (Unit::Seconds, "-1", Err(Reason::NegativeValue)),
            (Unit::Hours, "1,25", Ok(7500)),
            (Unit::Hours, "1,25 h", Ok(7500)),
            (Unit::Hours, "0,000083333333333333333333333333333", Ok(0)),
            (Unit::Hours, "0,000083333333333333333333333333334", Ok(1)),
            (Unit::Hours, "0,00025", Ok(2)),
            (Unit::Hours, "999999999999999", Err(Reason::MalformedNumber)),
            (Unit::Clock, "1:05", Ok(6500)),
            (Unit::Clock, "0:25:30", Ok(2550)),
            (Unit::Clock, "0:00:01", Ok(2)),
            (Unit::Clock, "125:59 h", Ok(755_900)),
            (Unit::Clock, "-0:30", Err(Reason::NegativeValue)),
            (Unit::Clock, "-0:00", Ok(0)),
            (Unit::Clock, "1:60", Err(Reason::MalformedNumber)),
            (Unit::Clock, "1:5", Err(Reason::MalformedNumber)),
            (Unit::Clock, ":05", Err(Reason::MalformedNumber)),
            (Unit::Clock, "+1:05", Err(Reason::MalformedNumber)),
            (Unit::Clock, "1:05:60", Err(Reason::MalformedNumber)),
            (Unit::Clock, "1:05:30:00", Err(Reason::MalformedNumber)),
            (Unit::Clock, "65", Err(Reason::MalformedNumber)),
        ] {
            assert_eq!(of(unit).minutes(text.as_bytes()), expected, "{text} as {unit:?}");
        }
    }

    proptest! {
        #[test]
        fn seconds_and_hours_round_half_up(whole in 0i64..1_000_000, fraction in 0i128..1_000_000) {
            let text = format!("{whole},{fraction:06}");
            let millionths = i128::from(whole) * 1_000_000 + fraction;
            let rounded = |numerator: i128, denominator: i128| {
                i64::try_from((2 * millionths * numerator + denominator) / (2 * denominator)).unwrap()
            };
            prop_assert_eq!(of(Unit::Seconds).minutes(text.as_bytes()), Ok(rounded(100, 60_000_000)));
            prop_assert_eq!(of(Unit::Hours).minutes(text.as_bytes()), Ok(rounded(6_000, 1_000_000)));
        }
    }
}
