//! The notation of a date format, taken apart and checked.

/// One part of a date format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Year4,
    Year2,
    Month,
    MonthName,
    Day,
    Hour24,
    Hour12,
    Minute,
    Second,
    HalfDay,
    Literal(u8),
}

impl Part {
    /// Whether it is about the time of day.
    pub(super) fn is_time(&self) -> bool {
        matches!(self, Part::Hour24 | Part::Hour12 | Part::Minute | Part::Second | Part::HalfDay)
    }

    /// Whether it is read as digits, so that where it ends is not told by what stands beside it.
    pub(super) fn is_digits(&self) -> bool {
        !matches!(self, Part::MonthName | Part::HalfDay | Part::Literal(_))
    }
}

/// The longest notation.
const MOST_BYTES: usize = 100;

/// The parts of a notation; the message says what is wrong with it.
pub(super) fn parts(notation: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut bytes = notation.bytes();
    while let Some(byte) = bytes.next() {
        parts.push(match byte {
            b'%' => match bytes.next() {
                Some(b'Y') => Part::Year4,
                Some(b'y') => Part::Year2,
                Some(b'm') => Part::Month,
                Some(b'b' | b'B') => Part::MonthName,
                Some(b'd') => Part::Day,
                Some(b'H') => Part::Hour24,
                Some(b'I') => Part::Hour12,
                Some(b'M') => Part::Minute,
                Some(b'S') => Part::Second,
                Some(b'p') => Part::HalfDay,
                _ => {
                    return Err(format!(
                        "`{notation}`: only %Y, %y, %m, %b, %B, %d, %H, %I, %M, %S and %p have a meaning"
                    ));
                }
            },
            literal => Part::Literal(literal),
        });
    }
    let count = |wanted: &[Part]| parts.iter().filter(|part| wanted.contains(part)).count();
    let years = count(&[Part::Year4, Part::Year2]);
    let months = count(&[Part::Month, Part::MonthName]);
    let days = count(&[Part::Day]);
    if years != 1 || months > 1 || days > months {
        return Err(format!(
            "`{notation}`: a date format has one of %Y and %y, and perhaps one month (%m, %b or %B) with or without one %d; \
             or it is \"epoch\", \"epoch_ms\" or \"excel\""
        ));
    }
    let times = [&[Part::Hour24, Part::Hour12][..], &[Part::Minute], &[Part::Second], &[Part::HalfDay]];
    if times.iter().any(|part| count(part) > 1) {
        return Err(format!("`{notation}`: a time of day has one of %H and %I, and at most one each of %M, %S and %p"));
    }
    if parts.len() > MOST_BYTES {
        return Err(format!("a date format has at most {MOST_BYTES} characters"));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_has_one_year_and_no_day_without_a_month() {
        for right in ["%Y", "%y%m", "%b %Y", "%d.%m.%Y %H:%M:%S", "%I %p %Y-%m-%d", "Q%m/%Y"] {
            assert!(parts(right).is_ok(), "{right}");
        }
        for wrong in
            ["", "%d.%m", "%Y %y", "%Y-%d", "%Y-%m-%b", "%Y-%m-%d %d", "%Q", "%Y%", "%Y %H %I", "%Y %M %M", "epochs"]
        {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
        assert!(parts(&format!("%Y{}", "-".repeat(100))).is_err());
    }
}
