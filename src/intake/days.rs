//! How many rows are dated on which day: so the oldest and newest date stay exact when duplicates are retracted.

use crate::calendar::Day;

/// Rows by day.
#[derive(Debug, Clone, Default)]
pub struct DayCounts {
    /// The day of the first count.
    first: i32,
    counts: Vec<u64>,
}

impl DayCounts {
    /// Counts rows of a day.
    #[inline]
    pub(super) fn add(&mut self, day: Day, rows: u64) {
        match self.counts.get_mut(day.0.wrapping_sub(self.first) as u32 as usize) {
            Some(count) => *count += rows,
            None => self.add_beyond(day, rows),
        }
    }

    /// Counts rows of a day that has no count yet. Apart, so that the usual case is small.
    #[inline(never)]
    fn add_beyond(&mut self, day: Day, rows: u64) {
        if self.counts.is_empty() {
            self.first = day.0;
        }
        if day.0 < self.first {
            // At least as much again, so that dates in descending order do not cost a move each.
            let before = ((self.first - day.0) as usize).max(self.counts.len());
            self.counts.splice(0..0, std::iter::repeat_n(0, before));
            self.first -= before as i32;
        }
        let at = (day.0 - self.first) as usize;
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += rows;
    }

    /// Takes back a row that was counted.
    pub(super) fn retract(&mut self, day: Day) {
        if let Some(count) = self.counts.get_mut(day.0.wrapping_sub(self.first) as u32 as usize) {
            *count -= 1;
        }
    }

    /// Adds another's counts.
    pub(super) fn merge(&mut self, other: &DayCounts) {
        for (at, rows) in other.counts.iter().enumerate().filter(|(_, rows)| **rows > 0) {
            self.add(Day(other.first + at as i32), *rows);
        }
    }

    /// The rows up to a day, and the last day up to it with a row.
    pub fn up_to(&self, day: Day) -> (u64, Option<Day>) {
        let days = usize::try_from(i64::from(day.0) - i64::from(self.first) + 1).unwrap_or_default();
        let counts = &self.counts[..days.min(self.counts.len())];
        let newest = counts.iter().rposition(|rows| *rows > 0);
        (counts.iter().sum(), newest.map(|at| Day(self.first + at as i32)))
    }

    /// The first and last day with a row.
    pub(super) fn oldest_and_newest(&self) -> Option<(Day, Day)> {
        let day = |at| Day(self.first + at as i32);
        let oldest = self.counts.iter().position(|rows| *rows > 0)?;
        let newest = self.counts.iter().rposition(|rows| *rows > 0)?;
        Some((day(oldest), day(newest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_oldest_and_newest_are_of_the_rows_that_stay(
            rows in prop::collection::vec((-1_000..9_000i32, any::<bool>(), any::<bool>()), 0..40),
        ) {
            let mut parts = [DayCounts::default(), DayCounts::default()];
            rows.iter().for_each(|(day, part, _)| parts[usize::from(*part)].add(Day(*day), 1));
            let [mut counts, other] = parts;
            counts.merge(&other);
            rows.iter().filter(|(_, _, goes)| *goes).for_each(|(day, _, _)| counts.retract(Day(*day)));
            let staying = || rows.iter().filter(|(_, _, goes)| !goes).map(|(day, _, _)| Day(*day));
            prop_assert_eq!(counts.oldest_and_newest(), staying().min().zip(staying().max()));
            let early = || staying().filter(|day| day.0 <= 4_000);
            prop_assert_eq!(counts.up_to(Day(4_000)), (early().count() as u64, early().max()));
        }
    }
}
