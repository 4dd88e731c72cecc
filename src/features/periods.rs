//! The periods that payments are for, kept until all of them are read.
//!
//! Rows of one customer, benefit and period belong together: they cover its days only if their amounts add up to
//! more than zero (`docs/method.md` section 4, *Coverage*). So amounts are kept, and days are clipped only afterwards. A usual
//! row takes 64 bits; what does not fit them takes 192.

use std::io;

use super::coverage::{Covered, KernelWindow};
use super::runs::{Group, SpillableRuns};
use crate::intake::PARTITION_CUSTOMERS;
use crate::spill::Spill;

/// What one row pays or recovers, and for which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PaidPeriod {
    /// The benefit, by its code.
    pub benefit: u16,
    /// First day, from 1970.
    pub first: i32,
    /// Last day, inclusive.
    pub last: i32,
    /// The amount, of either sign.
    pub cents: i64,
}

impl PaidPeriod {
    /// Whether it can change which days are covered. All rows of a period end on the same day, so those before the
    /// kernel's floor can be left out.
    #[inline]
    pub fn matters(&self, kernel: &KernelWindow) -> bool {
        (self.cents != 0) & (self.last >= kernel.floor) & (self.last >= self.first)
    }

    fn is_same_period(&self, other: &PaidPeriod) -> bool {
        (self.benefit, self.first, self.last) == (other.benefit, other.first, other.last)
    }
}

/// Bits of a compact word, from the lowest: amount, length - 1, first day, benefit, customer.
const CENTS_BITS: u32 = 24;
const LENGTH_BITS: u32 = 6;
const FIRST_BITS: u32 = 12;
const BENEFIT_BITS: u32 = 8;
const LENGTH_AT: u32 = CENTS_BITS;
const FIRST_AT: u32 = LENGTH_AT + LENGTH_BITS;
const BENEFIT_AT: u32 = FIRST_AT + FIRST_BITS;
pub(super) const CUSTOMER_AT: u32 = BENEFIT_AT + BENEFIT_BITS;
const _: () = assert!(PARTITION_CUSTOMERS as u64 <= 1 << (u64::BITS - CUSTOMER_AT));

/// Added to amounts, so that recoveries are not negative.
const CENTS_BIAS: i64 = 1 << (CENTS_BITS - 1);

/// The periods of one partition's customers.
#[derive(Debug, Default)]
pub struct PaidPeriods {
    compact: SpillableRuns<u64>,
    /// Customer, benefit, first and last day, the amount's upper and lower half.
    wide: SpillableRuns<[u32; 6]>,
}

/// The day that first days of compact words count from. A period of usual length that reaches the kernel's floor
/// begins after it.
pub(super) fn base(kernel: &KernelWindow) -> i32 {
    kernel.floor.saturating_sub(1 << LENGTH_BITS)
}

/// A period as a compact word, if it fits.
#[inline]
pub(super) fn compact(customer: u16, period: &PaidPeriod, base: i32) -> Option<u64> {
    let benefit = u64::from(period.benefit);
    // What is negative becomes too large.
    let first = (i64::from(period.first) - i64::from(base)) as u64;
    let length = (i64::from(period.last) - i64::from(period.first)) as u64;
    let cents = period.cents.wrapping_add(CENTS_BIAS) as u64;
    let excess = benefit >> BENEFIT_BITS | first >> FIRST_BITS | length >> LENGTH_BITS | cents >> CENTS_BITS;
    let word = u64::from(customer) << CUSTOMER_AT | benefit << BENEFIT_AT | first << FIRST_AT | length << LENGTH_AT;
    (excess == 0).then_some(word | cents)
}

#[inline]
pub(super) fn of_compact(word: u64, base: i32) -> PaidPeriod {
    let part = |at: u32, bits: u32| (word >> at) & ((1 << bits) - 1);
    let first = base + part(FIRST_AT, FIRST_BITS) as i32;
    PaidPeriod {
        benefit: part(BENEFIT_AT, BENEFIT_BITS) as u16,
        first,
        last: first + part(LENGTH_AT, LENGTH_BITS) as i32,
        cents: part(0, CENTS_BITS) as i64 - CENTS_BIAS,
    }
}

pub(super) fn wide(customer: u16, period: &PaidPeriod) -> [u32; 6] {
    let PaidPeriod { benefit, first, last, cents } = *period;
    [customer.into(), benefit.into(), first as u32, last as u32, (cents >> 32) as u32, cents as u32]
}

pub(super) fn of_wide([_, benefit, first, last, upper, lower]: [u32; 6]) -> PaidPeriod {
    let cents = (u64::from(upper) << 32 | u64::from(lower)) as i64;
    PaidPeriod { benefit: benefit as u16, first: first as i32, last: last as i32, cents }
}

impl PaidPeriods {
    /// Adds a row of a customer, or retracts one that was added.
    #[inline]
    pub fn push(&mut self, customer: u16, period: &PaidPeriod, kernel: &KernelWindow, retract: bool) {
        match compact(customer, period, base(kernel)) {
            Some(word) => self.compact.push(word, retract),
            None => self.wide.push(wide(customer, period), retract),
        }
    }

    /// Moves the rows to disk where they take more than a share of the memory, in bytes.
    pub fn spill_beyond(&mut self, share: usize, spill: &Spill) -> io::Result<()> {
        let wide = self.wide.bytes();
        self.compact.spill_beyond(share.saturating_sub(wide), spill)?;
        self.wide.spill_beyond(share.saturating_sub(self.compact.bytes()), spill)
    }

    /// All rows, by customer, benefit and period.
    pub fn into_sorted(self, spill: Option<&Spill>) -> io::Result<SortedPeriods> {
        Ok(SortedPeriods {
            compact: self.compact.into_sorted(spill, |word| (word >> CUSTOMER_AT) as u16)?,
            wide: self.wide.into_sorted(spill, |word| word[0] as u16)?,
        })
    }
}

/// The periods of one partition's customers, in their order.
#[derive(Debug)]
pub struct SortedPeriods {
    compact: Vec<u64>,
    wide: Vec<[u32; 6]>,
}

impl SortedPeriods {
    /// A walk over the customers.
    pub fn by_customer<'a>(&'a self, kernel: &'a KernelWindow) -> CoveredDays<'a> {
        CoveredDays {
            kernel,
            compact: Group::new(&self.compact),
            wide: Group::new(&self.wide),
            merged: Vec::new(),
            covered: Vec::new(),
        }
    }
}

/// Which days are covered, customer by customer.
#[derive(Debug)]
pub struct CoveredDays<'a> {
    kernel: &'a KernelWindow,
    compact: Group<'a, u64>,
    wide: Group<'a, [u32; 6]>,
    /// Working memory: a customer's rows of both kinds.
    merged: Vec<PaidPeriod>,
    covered: Vec<Covered>,
}

impl CoveredDays<'_> {
    /// What a customer's rows cover, by benefit and first day. Customers are asked for in ascending order.
    pub fn next(&mut self, customer: u16) -> &[Covered] {
        let base = base(self.kernel);
        let compact = self.compact.next(|word| (word >> CUSTOMER_AT) as u16 == customer);
        let wide = self.wide.next(|word| word[0] == u32::from(customer));
        let compact = compact.iter().map(|word| of_compact(*word, base));
        self.covered.clear();
        if wide.is_empty() {
            cover(compact, self.kernel, &mut self.covered);
        } else {
            self.merged.clear();
            self.merged.extend(compact.chain(wide.iter().map(|word| of_wide(*word))));
            self.merged.sort_unstable();
            cover(self.merged.iter().copied(), self.kernel, &mut self.covered);
        }
        &self.covered
    }
}

/// Adds the days of every period whose rows come to more than zero; rows of one period are neighbours.
fn cover(rows: impl Iterator<Item = PaidPeriod>, kernel: &KernelWindow, covered: &mut Vec<Covered>) {
    let mut rows = rows.peekable();
    while let Some(row) = rows.next() {
        let mut cents = i128::from(row.cents);
        while let Some(other) = rows.next_if(|other| other.is_same_period(&row)) {
            cents += i128::from(other.cents);
        }
        if let (true, Some((first, last))) = (cents > 0, kernel.clip(row.first, row.last)) {
            covered.push(Covered { benefit: row.benefit, first, last });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::calendar::{Day, Window};

    /// The days that a customer's rows cover, summed up period by period and looked at day by day.
    fn day_by_day(rows: &[(u16, PaidPeriod)], customer: u16, kernel: &KernelWindow) -> BTreeSet<(u16, i32)> {
        let mut sums: BTreeMap<(u16, i32, i32), i128> = BTreeMap::new();
        for (_, row) in rows.iter().filter(|(owner, _)| *owner == customer) {
            *sums.entry((row.benefit, row.first, row.last)).or_default() += i128::from(row.cents);
        }
        let covering = sums.into_iter().filter(|(_, cents)| *cents > 0);
        let days = covering.flat_map(|((benefit, first, last), _)| (first..=last).map(move |day| (benefit, day)));
        days.filter(|(_, day)| kernel.clip(*day, *day).is_some() && *day >= kernel.floor).collect()
    }

    fn found(covered: &[Covered], kernel: &KernelWindow) -> BTreeSet<(u16, i32)> {
        assert!(covered.is_sorted_by_key(|covered| (covered.benefit, covered.first)));
        let days = |covered: &Covered| {
            let benefit = covered.benefit;
            (covered.first..=covered.last).map(move |day| (benefit, i32::from(day) + kernel.floor))
        };
        covered.iter().flat_map(days).collect()
    }

    /// Few distinct periods, so that rows meet; usual ones, and ones that need a wide word for each of the reasons.
    fn rows() -> impl Strategy<Value = Vec<(u16, PaidPeriod, bool)>> {
        let benefit = prop_oneof![0u16..3, 254u16..258];
        let first = prop_oneof![-120i32..-20, -35i32..400, Just(-5_000), 4_000i32..4_100];
        let length = prop_oneof![Just(0i32), Just(27), 55i32..70, Just(5_000)];
        let cents = prop_oneof![
            prop_oneof![Just(1i64), Just(-1), Just(50_000), Just(-50_000), Just(0)],
            prop_oneof![Just((1i64 << 23) - 1), Just(1 << 23), Just(-(1 << 23)), Just(-(1 << 23) - 1)],
            prop_oneof![Just(99_999_999_999_999_999i64), Just(-99_999_999_999_999_999)],
        ];
        let periods = proptest::collection::vec((benefit, first, length), 1..5);
        let row = (0u16..3, any::<prop::sample::Index>(), cents, proptest::bool::weighted(0.2));
        (periods, proptest::collection::vec(row, 0..40)).prop_map(|(periods, rows)| {
            let row = |(customer, at, cents, is_retracted): (u16, prop::sample::Index, i64, bool)| {
                let (benefit, first, length) = periods[at.index(periods.len())];
                let first = 20_000 + first;
                (customer, PaidPeriod { benefit, first, last: first + length, cents }, is_retracted)
            };
            rows.into_iter().map(row).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn periods_cover_what_their_rows_add_up_to(rows in rows(), months in 1u32..150, spills in any::<bool>()) {
            let window = Window::new(Day(20_364), months, None, 31, 30);
            let kernel = KernelWindow::new(&window);
            let rows: Vec<_> = rows.into_iter().filter(|(_, row, _)| row.first <= window.as_of.0).collect();
            let spill = Spill::create(&std::env::temp_dir()).unwrap();
            let mut periods = PaidPeriods::default();
            for (customer, row, _) in rows.iter().filter(|(_, row, _)| row.matters(&kernel)) {
                periods.push(*customer, row, &kernel, false);
                if spills {
                    periods.spill_beyond(60, &spill).unwrap();
                }
            }
            for (customer, row, _) in rows.iter().filter(|(_, row, retracted)| *retracted && row.matters(&kernel)) {
                periods.push(*customer, row, &kernel, true);
            }
            let kept: Vec<_> = rows.iter().filter(|(.., retracted)| !retracted).map(|(c, row, _)| (*c, *row)).collect();
            let sorted = periods.into_sorted(Some(&spill)).unwrap();
            let mut days = sorted.by_customer(&kernel);
            for customer in 0..3 {
                let expected = day_by_day(&kept, customer, &kernel);
                prop_assert_eq!(found(days.next(customer), &kernel), expected);
            }
        }
    }

    #[test]
    fn a_usual_payment_takes_eight_bytes() {
        let kernel = KernelWindow::new(&Window::new(Day(20_364), 12, None, 31, 30));
        let usual = PaidPeriod { benefit: 12, first: kernel.floor - 30, last: kernel.floor, cents: 123_456 };
        let beyond = PaidPeriod { last: usual.first + 64, ..usual };
        let mut periods = PaidPeriods::default();
        [usual, PaidPeriod { cents: -123_456, ..usual }, beyond].iter().for_each(|row| {
            periods.push(16_383, row, &kernel, false);
        });
        assert_eq!((periods.compact.bytes(), periods.wide.bytes()), (16, 24));
    }
}
