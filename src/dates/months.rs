//! ISO dates, one by one and in bulk.

use crate::calendar::Day;

/// Reads `YYYY-MM-DD`.
#[inline]
pub(super) fn iso_date(text: &[u8; 10]) -> Option<Day> {
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

#[inline(always)]
fn day_of_month(text: &[u8; 10], first: Day, length: u8) -> Option<Day> {
    let digits = u16::from_le_bytes([text[8], text[9]]).wrapping_sub(u16::from_le_bytes(*b"00"));
    let after_first = *DAYS_AFTER_FIRST.get(usize::from(digits))?;
    (after_first < length).then(|| Day(first.0 + i32::from(after_first)))
}

/// How many days after the first of a month a day of two digits is, by its digits, the first in the lower byte; what is no day
/// of any month is more than the days of any month.
static DAYS_AFTER_FIRST: [u8; 0x904] = {
    let mut days = [u8::MAX; 0x904];
    let mut day = 1;
    while day <= 31 {
        days[day / 10 + day % 10 * 0x100] = day as u8 - 1;
        day += 1;
    }
    days
};

/// ISO dates in bulk: the months of an extract are few, so each is worked out once and then known by its text.
#[derive(Debug, Clone)]
pub struct Months {
    slots: Box<[(u64, Day, u8); 1 << MONTH_SLOTS_LOG2]>,
}

/// Room for the months in which people are born.
const MONTH_SLOTS_LOG2: u32 = 11;

impl Default for Months {
    fn default() -> Self {
        // No month is written as eight NUL bytes.
        Months { slots: Box::new([(0, Day(0), 0); 1 << MONTH_SLOTS_LOG2]) }
    }
}

impl Months {
    /// Reads `YYYY-MM-DD`, nothing before or after it.
    #[inline(always)]
    pub fn read(&mut self, text: &[u8; 10]) -> Option<Day> {
        let [a, b, c, d, e, f, g, h, _, _] = *text;
        let key = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let at = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - MONTH_SLOTS_LOG2)) as usize;
        let (known, mut first, mut length) = self.slots[at];
        if known != key {
            (first, length) = self.learn(text, key, at)?;
        }
        day_of_month(text, first, length)
    }

    /// Apart, so that the usual case is small.
    #[cold]
    #[inline(never)]
    fn learn(&mut self, text: &[u8; 10], key: u64, at: usize) -> Option<(Day, u8)> {
        let (first, length) = month(text)?;
        self.slots[at] = (key, first, length);
        Some((first, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::DateFormat;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn dates_in_bulk_are_dates(text in "[0-9-]{4}[-0][0-9]{2}[-0][0-9]{2}|20[0-9]{2}-[01][0-9]-[0-3][0-9]") {
            let bytes: &[u8; 10] = text.as_bytes()[..10].try_into().unwrap_or(b"0000-00-00");
            let mut months = Months::default();
            let expected = DateFormat::new("%Y-%m-%d").unwrap().read(bytes);
            prop_assert_eq!(months.read(bytes), expected);
            prop_assert_eq!(months.read(bytes), expected);
        }
    }
}
