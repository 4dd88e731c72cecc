//! The months that a made-up population lives through, and fast text for their days.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};

use crate::calendar::Day;

/// Months that the extracts cover unless set: a year's window and two months of lookback before it.
pub const EXTRACT_MONTHS: usize = 14;
/// The most months that extracts can cover: a set of months has a bit for each, and a block's rows an id for each.
pub(super) const MOST_EXTRACT_MONTHS: usize = 96;
/// Months that people live through before the extracts begin, so that spells are under way on the first day.
pub(super) const LEAD_MONTHS: usize = 24;
/// The last months, in which people are in the life stage that they end in.
pub(super) const LAST_MONTHS: usize = LEAD_MONTHS + EXTRACT_MONTHS;

/// The calendar months up to and including `as_of`'s, numbered from 0.
pub(super) struct Timeline {
    /// The first day of each month, and of the one after the last.
    starts: Vec<Day>,
    months_of_year: Vec<u32>,
    as_of: Day,
    printed: Vec<[u8; 10]>,
}

impl Timeline {
    /// The timeline that ends on `as_of`, with extracts of so many months.
    pub(super) fn new(as_of: NaiveDate, extract_months: usize) -> Self {
        let months = LEAD_MONTHS + extract_months;
        let as_of = Day::from_date(as_of);
        let this_month = as_of.plus_days(1 - as_of.date().day() as i32);
        let starts: Vec<Day> =
            (0..=months).map(|month| this_month.plus_months(month as i32 - (months as i32 - 1))).collect();
        let months_of_year = starts[..months].iter().map(|start| start.date().month()).collect();
        let printed = (starts[0].0..starts[months].0)
            .map(|day| {
                let mut text = [0; 10];
                text.copy_from_slice(&Day(day).to_string().as_bytes()[..10]);
                text
            })
            .collect();
        Timeline { starts, months_of_year, as_of, printed }
    }

    /// How many months it has.
    #[inline]
    pub(super) fn months(&self) -> usize {
        self.months_of_year.len()
    }

    /// How many months the extracts cover.
    #[inline]
    pub(super) fn extract_months(&self) -> usize {
        self.months() - LEAD_MONTHS
    }

    /// The first of the last months, in which life stages are those that people end in.
    #[inline]
    pub(super) fn last_months(&self) -> usize {
        self.months() - LAST_MONTHS
    }

    /// The months in stretches of this length, the last one first; the first of them may be shorter.
    pub(super) fn stretches(&self, first: usize, length: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let mut until = self.months();
        std::iter::from_fn(move || {
            let stretch = until.saturating_sub(length).max(first)..until;
            until = stretch.start;
            (!stretch.is_empty()).then_some(stretch)
        })
    }

    /// The last day of the extracts.
    pub(super) fn as_of(&self) -> Day {
        self.as_of
    }

    /// The first day of the extracts.
    pub(super) fn history_from(&self) -> Day {
        self.starts[LEAD_MONTHS]
    }

    /// First day of a month.
    #[inline]
    pub(super) fn first_day(&self, month: usize) -> Day {
        self.starts[month]
    }

    /// Last day of a month.
    #[inline]
    pub(super) fn last_day(&self, month: usize) -> Day {
        self.starts[month + 1].plus_days(-1)
    }

    /// 1 for January, … 12.
    pub(super) fn month_of_year(&self, month: usize) -> u32 {
        self.months_of_year[month]
    }

    /// The month of a day; days before the timeline fall into its first month, days after it into its last.
    pub(super) fn month_of(&self, day: Day) -> usize {
        self.starts[1..self.months()].partition_point(|&start| start <= day)
    }

    /// The day that lies `fraction` (0 to 1) into a month.
    #[inline]
    pub(super) fn day_in(&self, month: usize, fraction: f64) -> Day {
        let length = self.starts[month + 1].0 - self.starts[month].0;
        self.starts[month].plus_days((fraction * f64::from(length)) as i32)
    }

    /// The day itself, or the Friday before a weekend, but never a day before the extracts begin.
    #[inline]
    pub(super) fn working_day(&self, day: Day) -> Day {
        // 1970-01-01 was a Thursday: counted from Monday, its number is 3.
        let back = ((day.0 + 3).rem_euclid(7) - 4).max(0);
        let friday = day.plus_days(-back);
        if friday < self.history_from() { day } else { friday }
    }

    /// The ISO text of a day inside the timeline's months.
    #[inline]
    pub(super) fn iso(&self, day: Day) -> Option<&[u8; 10]> {
        self.printed.get(usize::try_from(day.0 - self.starts[0].0).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(year: i32, month: u32, day: u32) -> Timeline {
        Timeline::new(NaiveDate::from_ymd_opt(year, month, day).unwrap(), EXTRACT_MONTHS)
    }

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    #[test]
    fn the_extracts_reach_two_months_before_the_window() {
        let whole_year = timeline(2025, 12, 31);
        assert_eq!(whole_year.history_from(), day("2024-11-01"));
        assert_eq!(whole_year.first_day(0), day("2022-11-01"));
        assert_eq!(whole_year.last_day(LAST_MONTHS - 1), day("2025-12-31"));
        assert_eq!(timeline(2024, 2, 29).history_from(), day("2023-01-01"));
    }

    #[test]
    fn months_are_told_in_stretches_from_the_end() {
        let timeline = Timeline::new(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(), 36);
        assert_eq!(timeline.history_from(), day("2023-01-01"));
        assert_eq!((timeline.months(), timeline.extract_months(), timeline.last_months()), (60, 36, 22));
        assert_eq!(timeline.stretches(24, 14).collect::<Vec<_>>(), [46..60, 32..46, 24..32]);
    }

    #[test]
    fn days_find_their_months() {
        let timeline = timeline(2025, 12, 31);
        for month in 0..timeline.months() {
            assert_eq!(timeline.month_of(timeline.first_day(month)), month);
            assert_eq!(timeline.month_of(timeline.last_day(month)), month);
        }
        assert_eq!(timeline.month_of(day("1950-01-01")), 0);
        assert_eq!(timeline.month_of(day("2030-01-01")), LAST_MONTHS - 1);
    }

    #[test]
    fn weekends_move_to_friday_inside_the_extracts() {
        let whole_year = timeline(2025, 12, 31);
        assert_eq!(whole_year.working_day(day("2025-12-27")), day("2025-12-26"));
        assert_eq!(whole_year.working_day(day("2025-12-28")), day("2025-12-26"));
        assert_eq!(whole_year.working_day(day("2025-12-29")), day("2025-12-29"));
        let starts_on_a_weekend = timeline(2025, 7, 31);
        assert_eq!(starts_on_a_weekend.working_day(day("2024-06-01")), day("2024-06-01"));
    }

    #[test]
    fn text_is_iso() {
        let timeline = timeline(2025, 12, 31);
        assert_eq!(timeline.iso(day("2025-02-28")), Some(b"2025-02-28"));
        assert_eq!(timeline.iso(day("2026-01-01")), None);
        assert_eq!(timeline.iso(day("2022-10-31")), None);
    }
}
