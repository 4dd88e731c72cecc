//! Civil days and the observation window (`docs/method.md` section 1).
//!
//! A [`Day`] is four bytes, so that a hundred million dates stay cheap; calendar arithmetic is chrono's.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};

/// A civil day: days since 1970-01-01, proleptic Gregorian, years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

const EPOCH_FROM_CE: i32 = 719_163;

impl Day {
    /// The day of a year, month and day of the month; `None` where the calendar has no such day.
    #[inline]
    pub fn from_ymd(year: u32, month: u32, day: u32) -> Option<Self> {
        const LENGTHS: [u32; 13] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > LENGTHS[month as usize] {
            return None;
        }
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        if month == 2 && day == 29 && !leap {
            return None;
        }
        // Days from civil, after H. Hinnant, "chrono-compatible low-level date algorithms": years that start
        // in March put the leap day last, so that a month's offset is one formula.
        let shifted_year = if month <= 2 { year - 1 } else { year };
        let era = shifted_year / 400;
        let year_of_era = shifted_year - era * 400;
        let shifted_month = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Day((era * 146_097 + day_of_era) as i32 - 719_468))
    }

    /// As chrono's date.
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0.saturating_add(EPOCH_FROM_CE)).unwrap_or(NaiveDate::MAX)
    }

    /// From chrono's date.
    pub fn from_date(date: NaiveDate) -> Self {
        Day(date.num_days_from_ce() - EPOCH_FROM_CE)
    }

    /// From `YYYY-MM-DD`.
    pub fn from_iso(text: &str) -> Option<Self> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        (text.len() == 10 && (1..=9999).contains(&date.year())).then(|| Day::from_date(date))
    }

    /// This day moved by whole calendar months, the day of the month clamped to the month's last.
    pub fn plus_months(self, months: i32) -> Self {
        let by = Months::new(months.unsigned_abs());
        let date = self.date();
        let moved = if months < 0 { date.checked_sub_months(by) } else { date.checked_add_months(by) };
        Day::from_date(moved.unwrap_or(date))
    }

    /// This day moved by days.
    pub fn plus_days(self, days: i32) -> Self {
        Day(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

/// Which day ends the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// A fixed day.
    Day(Day),
    /// The day before the run.
    Yesterday,
    /// The last day of the month before the run's.
    LastMonthEnd,
}

impl AsOf {
    /// From a date such as `2025-12-31`, `yesterday` or `last-month-end`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "yesterday" => Some(AsOf::Yesterday),
            "last-month-end" => Some(AsOf::LastMonthEnd),
            date => Day::from_iso(date).map(AsOf::Day),
        }
    }

    /// The day that it comes to in a run on `today`.
    pub fn day(self, today: Day) -> Day {
        match self {
            AsOf::Day(day) => day,
            AsOf::Yesterday => today.plus_days(-1),
            AsOf::LastMonthEnd => today.plus_days(-(today.date().day() as i32)),
        }
    }
}

/// How long a period is whose end is not given (`docs/method.md` section 2, `covers`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultPeriod {
    /// So many days, the first included.
    Days(u32),
    /// To the day before the same day of the next month, which is clamped to that month's last.
    Month,
}

impl DefaultPeriod {
    /// The last day of a period that begins on this day.
    #[inline]
    pub fn last_day(self, first: Day) -> Day {
        match self {
            DefaultPeriod::Days(days) => first.plus_days(days as i32 - 1),
            DefaultPeriod::Month => month_from(first),
        }
    }
}

/// The last day of a month that begins on any day of one. Apart, so that what asks for days alone stays small.
#[inline(never)]
fn month_from(first: Day) -> Day {
    first.plus_months(1).plus_days(-1)
}

/// The observation window of one run, with its month slices and the settings of the spell kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// First day, inclusive.
    pub start: Day,
    /// Last day, inclusive.
    pub as_of: Day,
    /// Length in calendar months.
    pub months: u32,
    /// First day of each month slice; slice k ends the day before slice k + 1 starts, the last on `as_of`.
    pub slice_starts: Vec<Day>,
    /// First day of the last 90 days (of a shorter window, its first day).
    pub recent_start: Day,
    /// The first day that the payments extract covers.
    pub history_from: Day,
    /// Uncovered days that a spell bridges.
    pub spell_gap_days: i32,
    /// Fewest days that `observed_years` counts.
    pub min_observed_days: i32,
}

/// Days of "the last 90 days of the window" (`docs/method.md` section 4, `contacts_recent`).
const RECENT_DAYS: i32 = 90;

impl Window {
    /// The window that ends on `as_of` (`docs/method.md` section 1).
    pub fn new(
        as_of: Day,
        months: u32,
        history_from: Option<Day>,
        spell_gap_days: u32,
        min_observed_days: u32,
    ) -> Self {
        let start = as_of.plus_days(1).plus_months(-(months as i32));
        let slice_starts = (0..months as i32).map(|k| start.plus_months(k)).collect();
        Window {
            start,
            as_of,
            months,
            slice_starts,
            recent_start: start.max(as_of.plus_days(1 - RECENT_DAYS)),
            history_from: history_from.unwrap_or(start),
            spell_gap_days: spell_gap_days as i32,
            min_observed_days: min_observed_days as i32,
        }
    }

    /// Whether a day is in the window.
    #[inline]
    pub fn contains(&self, day: Day) -> bool {
        self.start <= day && day <= self.as_of
    }

    /// Days in the window.
    pub fn days(&self) -> i32 {
        self.as_of.0 - self.start.0 + 1
    }

    /// `docs/method.md` section 3: `observed_years` of a customer with this many observed days.
    pub fn observed_years(&self, observed_days: i32) -> f64 {
        let counted = observed_days.max(self.min_observed_days);
        f64::from(counted) / f64::from(self.days()) * f64::from(self.months) / 12.0
    }

    /// `docs/method.md` section 3: completed years on `as_of`; who is born on 29 February completes them on 1 March of a
    /// common year. Negative for a birth after `as_of`.
    pub fn age(&self, birth: Day) -> i64 {
        let (today, birth) = (self.as_of.date(), birth.date());
        let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
        i64::from(today.year()) - i64::from(birth.year()) - i64::from(!had_birthday)
    }
}

/// A moment, in seconds since 1970, as text.
pub fn utc(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    moment.map(|moment| moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    #[test]
    fn the_days_that_cron_asks_for() {
        assert_eq!(AsOf::Yesterday.day(day("2026-01-01")), day("2025-12-31"));
        assert_eq!(AsOf::LastMonthEnd.day(day("2026-03-15")), day("2026-02-28"));
        assert_eq!(AsOf::LastMonthEnd.day(day("2024-03-31")), day("2024-02-29"));
    }

    #[test]
    fn a_calendar_year() {
        let window = Window::new(day("2025-12-31"), 12, None, 31, 30);
        assert_eq!(window.start, day("2025-01-01"));
        assert_eq!(window.slice_starts[1], day("2025-02-01"));
        assert_eq!(window.recent_start, day("2025-10-03"));
        assert_eq!(window.observed_years(365), 1.0);
    }

    #[test]
    fn slices_are_counted_from_the_start_and_clamped() {
        let window = Window::new(day("2025-03-30"), 13, None, 31, 30);
        assert_eq!(window.start, day("2024-02-29"));
        assert_eq!(window.slice_starts[1], day("2024-03-29"));
        assert_eq!(window.slice_starts[12], day("2025-02-28"));
    }

    #[test]
    fn a_month_ends_before_the_same_day_of_the_next() {
        let last_day = |first| DefaultPeriod::Month.last_day(day(first)).to_string();
        assert_eq!(last_day("2025-02-01"), "2025-02-28");
        assert_eq!(last_day("2025-06-10"), "2025-07-09");
        // 31 February is clamped to the 28th or 29th, and the day before that is the last one.
        assert_eq!(last_day("2025-01-31"), "2025-02-27");
        assert_eq!(last_day("2025-01-28"), "2025-02-27");
        assert_eq!(last_day("2024-01-30"), "2024-02-28");
        assert_eq!(last_day("2025-12-31"), "2026-01-30");
    }

    #[test]
    fn days_include_the_first() {
        assert_eq!(DefaultPeriod::Days(1).last_day(day("2025-02-28")), day("2025-02-28"));
        assert_eq!(DefaultPeriod::Days(14).last_day(day("2025-02-28")), day("2025-03-13"));
    }

    #[test]
    fn the_birthday_of_a_leap_day_child_is_in_march() {
        let born = day("2004-02-29");
        assert_eq!(Window::new(day("2025-02-28"), 12, None, 31, 30).age(born), 20);
        assert_eq!(Window::new(day("2025-03-01"), 12, None, 31, 30).age(born), 21);
        assert_eq!(Window::new(day("2024-02-29"), 12, None, 31, 30).age(born), 20);
    }

    proptest! {
        #[test]
        fn days_agree_with_chrono(year in 0u32..=10_001, month in 0u32..=13, dom in 0u32..=32) {
            let expected = NaiveDate::from_ymd_opt(year as i32, month, dom)
                .filter(|_| (1..=9999).contains(&year))
                .map(Day::from_date);
            prop_assert_eq!(Day::from_ymd(year, month, dom), expected);
        }
    }
}
