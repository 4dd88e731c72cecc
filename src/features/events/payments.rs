//! Payments.

use super::{Event, EventReader, WindowContext, column};
use crate::calendar::{Day, DefaultPeriod, Window};
use crate::config::Extract;
use crate::extract::batch::{Batch, MISSING_DAY};
use crate::features::partition::{Counter, Partition, Sum};
use crate::features::periods::PaidPeriod;
use crate::intake::RowInUse;
use crate::schema::ColumnName;

/// Payments: sums of what was paid in the window, and the periods that it was paid for.
pub struct Payments {
    /// The period of a payment without an end.
    covers: DefaultPeriod,
    benefit: usize,
    period_start: usize,
    period_end: usize,
    paid_on: usize,
    amount: usize,
}

/// A payment, or a recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    pub(in crate::features) customer: u16,
    pub(in crate::features) period: PaidPeriod,
    pub(in crate::features) paid_on: Day,
}

/// What a payment adds. (Flat, since updates are buffered by the hundred thousand.)
#[derive(Debug, Clone, Copy)]
pub struct PaymentUpdate {
    cents: i64,
    first: i32,
    last: i32,
    benefit: u16,
    customer: u16,
    paid_in_window: bool,
    /// Whether it can change which days are covered.
    counts_for_days: bool,
}

impl Payments {
    /// `covers` is the period of payments without an end.
    pub fn new(covers: DefaultPeriod) -> Self {
        let at = |name| column(Extract::Payments, name);
        Payments {
            covers,
            benefit: at(ColumnName::benefit),
            period_start: at(ColumnName::period_start),
            period_end: at(ColumnName::period_end),
            paid_on: at(ColumnName::paid_on),
            amount: at(ColumnName::amount),
        }
    }
}

impl EventReader for Payments {
    type Event = Payment;

    #[inline(always)]
    fn read(&self, batch: &Batch, rows: &[RowInUse], mut each: impl FnMut(RowInUse, Payment)) {
        let (starts, ends) = (batch.days(self.period_start), batch.days(self.period_end));
        let (paid_on, amounts) = (batch.days(self.paid_on), batch.numbers(self.amount));
        let (benefits, covers) = (batch.codes(self.benefit), self.covers);
        for of in rows {
            let row = of.row as usize;
            let start = starts[row];
            let end = if ends[row] == MISSING_DAY { covers.last_day(start) } else { ends[row] };
            let paid_on = if paid_on[row] == MISSING_DAY { start } else { paid_on[row] };
            let (benefit, cents) = (benefits[row] as u16, amounts[row]);
            let period = PaidPeriod { benefit, first: start.0, last: end.0, cents };
            each(*of, Payment { customer: of.local(), period, paid_on });
        }
    }
}

impl Event for Payment {
    type Update = PaymentUpdate;

    fn customer(&self) -> u16 {
        self.customer
    }

    fn day(&self) -> Day {
        Day(self.period.first)
    }

    fn is_in(&self, window: &Window) -> bool {
        self.period.last >= window.start.0 || window.contains(self.paid_on)
    }

    #[inline(always)]
    fn update(&self, context: &WindowContext<'_>) -> PaymentUpdate {
        let Payment { customer, period, paid_on } = *self;
        let PaidPeriod { benefit, first, last, cents } = period;
        let (paid_in_window, counts_for_days) = (context.window.contains(paid_on), context.counts_for_days(&period));
        PaymentUpdate { cents, first, last, benefit, customer, paid_in_window, counts_for_days }
    }

    #[inline(always)]
    fn apply(update: PaymentUpdate, partition: &mut Partition, context: &WindowContext<'_>, retract: bool) {
        let PaymentUpdate { cents, first, last, benefit, customer, paid_in_window, counts_for_days } = update;
        partition.mark_seen(customer, retract);
        if paid_in_window {
            partition.count(customer, Counter::Payments, i64::from(cents > 0), retract);
            partition.add(customer, Sum::Cents, cents, retract);
        }
        if counts_for_days {
            let period = PaidPeriod { benefit, first, last, cents };
            partition.periods.push(customer, &period, context.kernel, retract);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_the_schema_s() {
        let own = Payments::new(DefaultPeriod::Month);
        let all = [own.benefit, own.period_start, own.period_end, own.paid_on, own.amount];
        assert!(all.iter().all(|at| *at < 10));
    }
}
