//! What is told of the rows in use beside their number, in a way that duplicates can be retracted.

use super::days::DayCounts;
use super::events::{Columns, Intake, Period, RowInUse};
use super::population::Population;
use crate::calendar::{Day, DefaultPeriod, Window};
use crate::extract::batch::{Batch, MISSING_DAY};

/// What is told of the rows in use beside their number.
#[derive(Debug, Default)]
pub(super) struct InUse {
    pub(super) days: DayCounts,
    pub(super) in_window: u64,
    pub(super) after_registration: u64,
}

/// What one row in use adds to that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated {
    day: Day,
    in_window: bool,
    after_registration: bool,
}

impl InUse {
    /// Adds rows.
    #[inline]
    pub(super) fn add(&mut self, rows: impl Iterator<Item = Dated>) {
        let (mut in_window, mut after_registration) = (0, 0);
        for row in rows {
            self.days.add(row.day, 1);
            in_window += u64::from(row.in_window);
            after_registration += u64::from(row.after_registration);
        }
        self.in_window += in_window;
        self.after_registration += after_registration;
    }

    /// Takes back a row that was added.
    pub(super) fn retract(&mut self, row: Dated) {
        self.days.retract(row.day);
        self.in_window -= u64::from(row.in_window);
        self.after_registration -= u64::from(row.after_registration);
    }

    /// Adds another worker's.
    pub(super) fn merge(&mut self, other: &InUse) {
        self.days.merge(&other.days);
        self.in_window += other.in_window;
        self.after_registration += other.after_registration;
    }
}

/// Tells what rows in use of a batch add to the account.
pub(super) struct Dating<'b> {
    days: &'b [Day],
    /// Of payments: the last days of their periods, and the days of payment.
    period: Option<(&'b [Day], &'b [Day])>,
    window: &'b Window,
    population: &'b Population,
    covers: DefaultPeriod,
}

impl Intake<'_> {
    /// What tells it of this batch.
    pub(super) fn dating<'b>(&'b self, batch: &'b Batch, columns: Columns) -> Dating<'b> {
        Dating {
            days: batch.days(columns.date),
            period: columns.period.map(|Period { end, paid_on }| (batch.days(end), batch.days(paid_on))),
            window: self.window,
            population: self.population,
            covers: self.plan.config.covers,
        }
    }
}

impl Dating<'_> {
    /// What a row adds. (Inlined, since it is asked of every row.)
    #[inline(always)]
    pub(super) fn of(&self, RowInUse { row, customer }: RowInUse) -> Dated {
        let (row, window) = (row as usize, self.window);
        let day = self.days[row];
        // No row in use is dated after the window. A missing day of payment is the first day of the period.
        let reaches = |(ends, paid_on): (&[Day], &[Day])| {
            let end = if ends[row] == MISSING_DAY { self.covers.last_day(day) } else { ends[row] };
            end >= window.start || window.contains(paid_on[row])
        };
        Dated {
            day,
            in_window: day >= window.start || self.period.is_some_and(reaches),
            after_registration: self.period.is_some() && self.population.ended_before(customer, day, window),
        }
    }
}
