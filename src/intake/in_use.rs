//! What is told of the rows in use beside their number, in a way that duplicates can be taken back.

use super::days::DayCounts;
use super::events::{Columns, Intake, Period};
use crate::calendar::Day;
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
    /// Adds a row.
    #[inline]
    pub(super) fn add(&mut self, row: Dated) {
        self.days.add(row.day, 1);
        self.in_window += u64::from(row.in_window);
        self.after_registration += u64::from(row.after_registration);
    }

    /// Takes back a row that was added.
    pub(super) fn take_back(&mut self, row: Dated) {
        self.days.take_back(row.day);
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

impl Intake<'_> {
    /// What rows in use of a batch add to the account, by row and customer.
    pub(super) fn dated<'b>(&'b self, batch: &'b Batch, columns: Columns) -> impl Fn(usize, u32) -> Dated + 'b {
        let days = batch.days(columns.date);
        let period = columns.period.map(|Period { end, paid_on }| (batch.days(end), batch.days(paid_on)));
        let (window, population, covers) = (self.window, self.population, self.plan.config.covers);
        move |row, customer| {
            let day = days[row];
            // No row in use is dated after the window. A missing day of payment is the first day of the period.
            let reaches = |(ends, paid_on): (&[Day], &[Day])| {
                let end = if ends[row] == MISSING_DAY { covers.last_day(day) } else { ends[row] };
                end >= window.start || window.contains(paid_on[row])
            };
            Dated {
                day,
                in_window: day >= window.start || period.is_some_and(reaches),
                after_registration: period.is_some() && population.ended_before(customer, day, window),
            }
        }
    }
}
