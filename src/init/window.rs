//! Which window the data are good for: up to the last full month of all event extracts, from the first month of payments.

use std::collections::BTreeMap;

use super::Source;
use super::details::{days, source};
use super::tables::Table;
use crate::calendar::Day;
use crate::schema::Extract;
use crate::schema::extracts::ColumnName;

/// A month counts that has so many per cent of the median month's events.
const LEAST_PCT: usize = 10;
/// A month is full if its newest event is that near to its end: weekends have few.
const FULL_WITHIN_DAYS: i32 = 3;

/// What is said of the window, each with its reason.
#[derive(Debug, Default)]
pub struct WindowGuess {
    /// The last day.
    pub as_of: Option<Day>,
    /// The first day that payments cover, where that is before the window.
    pub history_from: Option<Day>,
    /// Whether extracts are full up to different months.
    pub ends_differ: bool,
    /// Why.
    pub as_of_reason: String,
    /// Why, or why not.
    pub history_reason: String,
}

/// The months of an extract's events.
struct Months {
    extract: Extract,
    /// By the first day of each month: events and the newest day; without months of very few.
    months: BTreeMap<Day, (usize, Day)>,
    /// Whether all dates are firsts of months, so that any month is full.
    begin_months: bool,
}

fn month_start(day: Day) -> Day {
    use chrono::Datelike;
    let date = day.date();
    Day::from_ymd(date.year().max(1) as u32, date.month(), 1).unwrap_or(day)
}

fn month_end(day: Day) -> Day {
    month_start(day).plus_months(1).plus_days(-1)
}

impl Months {
    fn of(extract: Extract, columns: &[ColumnName], sources: &[Source], tables: &[Table]) -> Option<Self> {
        let mut months: BTreeMap<Day, (usize, Day)> = BTreeMap::new();
        for own in sources.iter().filter(|own| own.fit.extract == extract) {
            let table = &tables[own.table];
            let column =
                columns.iter().find_map(|name| source(table, &own.fit, *name).filter(|c| c.profile.filled > 0));
            for day in column.into_iter().flat_map(days).flatten() {
                let month = months.entry(month_start(day)).or_insert((0, day));
                *month = (month.0 + 1, month.1.max(day));
            }
        }
        let begin_months = months.iter().all(|(start, (_, newest))| start == newest);
        let mut counts: Vec<usize> = months.values().map(|(events, _)| *events).collect();
        counts.sort_unstable();
        let median = *counts.get(counts.len() / 2)?;
        months.retain(|_, (events, _)| *events * 100 >= median * LEAST_PCT);
        Some(Months { extract, months, begin_months })
    }

    fn newest(&self) -> Option<Day> {
        self.months.values().map(|(_, newest)| *newest).max()
    }

    /// The last day of the last month that is full; of the last month at all, if hardly anything is before it.
    fn full_until(&self) -> Option<Day> {
        let newest = self.newest()?;
        let end = month_end(newest);
        if self.begin_months || end.0 - newest.0 <= FULL_WITHIN_DAYS {
            return Some(end);
        }
        let before = month_start(newest).plus_days(-1);
        let all: usize = self.months.values().map(|(events, _)| events).sum();
        let until: usize = self.months.range(..=before).map(|(_, (events, _))| events).sum();
        Some(if 2 * until >= all { before } else { end })
    }

    fn has_any(&self, from: Day, to: Day) -> bool {
        self.months.range(month_start(from)..=to).next().is_some()
    }
}

/// The window of what was looked at.
pub fn guess(sources: &[Source], tables: &[Table]) -> WindowGuess {
    let of = |extract, columns: &[ColumnName]| Months::of(extract, columns, sources, tables);
    let events: Vec<Months> = [
        of(Extract::Contacts, &[ColumnName::contacted_on]),
        of(Extract::Applications, &[ColumnName::submitted_on]),
        of(Extract::Payments, &[ColumnName::paid_on, ColumnName::period_start]),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut guess = WindowGuess::default();
    // The first end by which all of them are full; a later one where some would have nothing in the year before it.
    let mut ends: Vec<Day> = events.iter().filter_map(Months::full_until).collect();
    ends.sort();
    guess.ends_differ = ends.first() != ends.last();
    let holds = |end: &&Day| events.iter().all(|own| own.has_any(end.plus_days(1).plus_months(-12), **end));
    guess.as_of = ends.iter().find(holds).or(ends.last()).copied();
    let newest = |own: &Months| Some(format!("{} until {}", own.extract.name(), own.newest()?));
    let newest: Vec<String> = events.iter().filter_map(newest).collect();
    guess.as_of_reason = format!("the end of the last full month: {}", newest.join(", "));
    if let Some(first) =
        of(Extract::Payments, &[ColumnName::period_start]).and_then(|own| own.months.keys().next().copied())
    {
        guess.history_reason = format!("the first month of payments that was seen is {}", &first.to_string()[..7]);
        let window_start = guess.as_of.map(|as_of| as_of.plus_days(1).plus_months(-12));
        guess.history_from = Some(first).filter(|first| window_start.is_some_and(|start| *first < start));
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(days: &[(&str, usize)]) -> Months {
        let mut months: BTreeMap<Day, (usize, Day)> = BTreeMap::new();
        for (day, events) in days {
            let day = Day::from_iso(day).unwrap();
            let month = months.entry(month_start(day)).or_insert((0, day));
            *month = (month.0 + events, month.1.max(day));
        }
        Months { extract: Extract::Contacts, months, begin_months: false }
    }

    #[test]
    fn a_month_that_has_just_begun_is_not_full() {
        let until = |days: &[(&str, usize)]| months(days).full_until().unwrap().to_string();
        assert_eq!(until(&[("2025-11-28", 9), ("2025-12-17", 5)]), "2025-11-30");
        assert_eq!(until(&[("2025-11-28", 9), ("2025-12-29", 5)]), "2025-12-31");
        assert_eq!(until(&[("2025-12-17", 5)]), "2025-12-31");
        assert_eq!(until(&[("2024-02-10", 1), ("2024-03-09", 50)]), "2024-03-31");
    }
}
