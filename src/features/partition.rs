//! What events add up to, customer by customer, for one partition of the population.
//!
//! Sums are kept as sums. What asks for *distinct* values or for days is kept as small sorted words, so that
//! whatever was added can also be retracted.

use std::io;

use hashbrown::HashMap;

use super::periods::PaidPeriods;
use super::runs::SpillableRuns;
use crate::spill::Spill;

/// What is counted of a customer's events in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Inbound contacts.
    Inbound,
    /// Inbound contacts in the last 90 days.
    Recent,
    /// Outbound contacts.
    Outbound,
    /// Outbound contacts that did not reach the customer.
    Unreached,
    /// Applications on paper.
    Paper,
    /// Applications made orally.
    Oral,
    /// Applications that the agency filed on behalf of the customer.
    OnBehalf,
    /// Applications online.
    Online,
    /// Applications by another method.
    OtherMethod,
    /// Applications filed by an employer.
    ByEmployer,
    /// Applications filed by another authority or an association.
    ByPartner,
    /// Applications with handling minutes.
    Handled,
    /// Applications decided automatically.
    Automatic,
    /// Applications rejected.
    Rejected,
    /// Requests for clarification.
    Clarifications,
    /// Payments with an amount above zero.
    Payments,
}

impl Counter {
    /// How many there are.
    const COUNT: usize = Counter::Payments as usize + 1;
    /// That of each canonical method of applications.
    pub const OF_METHODS: [Counter; 5] =
        [Counter::Paper, Counter::Oral, Counter::OnBehalf, Counter::Online, Counter::OtherMethod];
}

/// What is summed up of a customer's events in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// Amounts of payments and recoveries, in cents.
    Cents,
    /// Handling minutes, in hundredths.
    Minutes,
}

impl Sum {
    /// How many there are.
    const COUNT: usize = Sum::Minutes as usize + 1;
}

/// Counts and sums of one customer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    counts: [i64; Counter::COUNT],
    sums: [i128; Sum::COUNT],
}

impl Totals {
    /// A count; one beyond 64 bits is the largest that they hold.
    #[inline]
    pub fn count(&self, counter: Counter) -> i64 {
        self.counts[counter as usize]
    }

    /// A sum.
    #[inline]
    pub fn sum(&self, sum: Sum) -> i128 {
        self.sums[sum as usize]
    }
}

/// Everything that events added to the customers of one partition.
#[derive(Debug, Default)]
pub struct Partition {
    /// Events in use, by customer; kept only where there is no register.
    pub seen: Vec<u32>,
    customers: usize,
    /// By counter and customer, as far as these few bits hold it: a nation has millions of customers, of whom nearly all
    /// have small counts. A list each, since an extract changes few of them, and what is small stays near the core.
    counts: [Vec<u16>; Counter::COUNT],
    /// The same of sums.
    sums: [Vec<i32>; Sum::COUNT],
    /// Channels of inbound contacts: customer and channel.
    pub channels: SpillableRuns<[u16; 2]>,
    /// Benefits applied for: customer and benefit.
    pub benefits_applied: SpillableRuns<[u16; 2]>,
    /// What payments and recoveries are for.
    pub periods: PaidPeriods,
    /// Reported life events: customer, event and day.
    pub events: SpillableRuns<[u16; 3]>,
    /// What did not fit, by customer and place: counters first, then sums.
    excess: HashMap<(u16, usize), i128>,
}

impl Partition {
    /// For this many customers.
    pub fn new(customers: usize, registered: bool) -> Self {
        Partition {
            seen: if registered { Vec::new() } else { vec![0; customers] },
            customers,
            counts: std::array::from_fn(|_| vec![0; customers]),
            sums: std::array::from_fn(|_| vec![0; customers]),
            ..Partition::default()
        }
    }

    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.customers
    }

    /// Counts an event in use, where that is asked.
    #[inline]
    pub fn mark_seen(&mut self, customer: u16, retract: bool) {
        if let Some(seen) = self.seen.get_mut(usize::from(customer)) {
            increment(seen, 1, retract);
        }
    }

    /// Moves words to disk that take more than a share of the memory, in bytes.
    pub fn spill_beyond(&mut self, share: usize, spill: &Spill) -> io::Result<()> {
        // Paid periods are most of it; the others get what is small beside them.
        self.periods.spill_beyond(share / 4 * 3, spill)?;
        self.channels.spill_beyond(share / 16, spill)?;
        self.benefits_applied.spill_beyond(share / 8, spill)?;
        self.events.spill_beyond(share / 16, spill)
    }

    /// The counts and sums of a customer.
    #[inline]
    pub fn totals(&self, customer: u16) -> Totals {
        let at = usize::from(customer);
        let counts = std::array::from_fn(|counter| i64::from(self.counts[counter][at]));
        let sums = std::array::from_fn(|sum| i128::from(self.sums[sum][at]));
        let mut totals = Totals { counts, sums };
        if !self.excess.is_empty() {
            let excess = |place| self.excess.get(&(customer, place)).copied().unwrap_or(0);
            for (counter, count) in totals.counts.iter_mut().enumerate() {
                *count = i64::try_from(i128::from(*count) + excess(counter)).unwrap_or(i64::MAX);
            }
            for (sum, total) in totals.sums.iter_mut().enumerate() {
                *total += excess(Counter::COUNT + sum);
            }
        }
        totals
    }

    /// Adds to a count, or retracts; what does not fit goes to the excess. (Inlined for each counter: counting and adding
    /// are the most frequent steps of all aggregators.)
    #[inline(always)]
    pub fn count(&mut self, customer: u16, counter: Counter, by: i64, retract: bool) {
        let by = if retract { -by } else { by };
        let count = &mut self.counts[counter as usize][usize::from(customer)];
        match i64::from(*count).checked_add(by).map(u16::try_from) {
            Some(Ok(total)) => *count = total,
            _ => self.exceed(customer, counter as usize, by),
        }
    }

    /// Adds to a sum, or retracts; what does not fit goes to the excess.
    #[inline(always)]
    pub fn add(&mut self, customer: u16, sum: Sum, value: i64, retract: bool) {
        let value = if retract { -value } else { value };
        let total = &mut self.sums[sum as usize][usize::from(customer)];
        match i64::from(*total).checked_add(value).map(i32::try_from) {
            Some(Ok(added)) => *total = added,
            _ => self.exceed(customer, Counter::COUNT + sum as usize, value),
        }
    }

    #[cold]
    #[inline(never)]
    fn exceed(&mut self, customer: u16, place: usize, by: i64) {
        *self.excess.entry((customer, place)).or_default() += i128::from(by);
    }
}

/// One more, or one less.
#[inline]
pub fn increment(count: &mut u32, by: u32, retract: bool) {
    *count = if retract { count.wrapping_sub(by) } else { count.wrapping_add(by) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_sums_stay_exact_beyond_their_bits() {
        let mut partition = Partition::new(2, true);
        for retract in [false, true] {
            for _ in 0..200 {
                partition.add(1, Sum::Cents, 99_999_999_999_999_999, retract);
                partition.add(1, Sum::Minutes, -1_500_000_000, retract);
                partition.count(1, Counter::Clarifications, i64::MAX, retract);
                partition.count(1, Counter::Inbound, 1_000, retract);
            }
            let totals = partition.totals(1);
            let expected = if retract { 0 } else { 200 };
            assert_eq!(totals.sum(Sum::Cents), expected * 99_999_999_999_999_999);
            assert_eq!(totals.sum(Sum::Minutes), expected * -1_500_000_000);
            assert_eq!(totals.count(Counter::Clarifications), if retract { 0 } else { i64::MAX });
            assert_eq!(i128::from(totals.count(Counter::Inbound)), expected * 1_000);
            assert_eq!(partition.totals(0).count(Counter::Inbound), 0);
        }
    }
}
