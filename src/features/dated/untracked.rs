//! Payments of benefits whose days matter to no feature: one-off reimbursements, most payments of a year.
//!
//! They are counted and added up, and which days they are for decides only in which windows. Days between which no window
//! of the panel starts or ends are the same to all dates, so intervals between such days are kept instead of days.

use super::packing::{CUSTOMER_BITS, packed, take};
use crate::calendar::{Day, Window};
use crate::features::coverage::{BenefitTraits, TrackedBenefits};
use crate::features::events::Payment;
use crate::features::periods::PaidPeriod;

/// Customer, interval of the payment, how many intervals before it the period starts, after how many more it ends,
/// amount.
pub(super) type UntrackedWord = [u8; 5];

const INTERVAL_BITS: u32 = 6;
const DISTANCE_BITS: u32 = 2;
/// Up to 655.35; what is larger, and a recovery, is kept as other payments are.
const CENTS_BITS: u32 = 40 - CUSTOMER_BITS - INTERVAL_BITS - 2 * DISTANCE_BITS;

/// How such payments become words.
#[derive(Debug)]
pub(super) struct UntrackedPayments {
    tracked: TrackedBenefits,
    /// A benefit whose days do not.
    benefit: u16,
    /// A day of each interval.
    days: Vec<Day>,
    /// From the second interval's first day on, the interval of each day up to the last one's.
    intervals: Vec<u8>,
}

impl UntrackedPayments {
    /// `None` where days of all benefits matter, or windows start and end on too many days.
    pub(super) fn new<'w>(windows: impl Iterator<Item = &'w Window>, traits: &[BenefitTraits]) -> Option<Self> {
        let benefit = traits.iter().position(|traits| !traits.tracked())? as u16;
        let mut starts: Vec<Day> = windows.flat_map(|window| [window.start, window.as_of.plus_days(1)]).collect();
        starts.sort_unstable();
        starts.dedup();
        let (first, last) = (*starts.first()?, *starts.last()?);
        if starts.len() >= 1 << INTERVAL_BITS {
            return None;
        }
        let interval = |day: i32| starts.partition_point(|start| start.0 <= day) as u8;
        let intervals = (first.0..=last.0).map(interval).collect();
        let days = std::iter::once(first.plus_days(-1)).chain(starts.iter().copied()).collect();
        Some(UntrackedPayments { tracked: TrackedBenefits::of(traits), benefit, days, intervals })
    }

    /// The interval of a day.
    #[inline]
    fn interval(&self, day: i32) -> u64 {
        let (first, last) = (self.days[1].0, self.intervals.len() - 1);
        if day < first { 0 } else { self.intervals[last.min((day - first) as usize)].into() }
    }

    /// A payment as a word, if its days do not matter and it fits.
    #[inline]
    pub(super) fn word(&self, payment: &Payment) -> Option<UntrackedWord> {
        let Payment { customer, period, paid_on } = payment;
        if self.tracked.contains(period.benefit) {
            return None;
        }
        let [first, last, paid] = [period.first, period.last, paid_on.0].map(|day| self.interval(day));
        // What is negative becomes too large.
        let word = packed([
            ((*customer).into(), CUSTOMER_BITS),
            (paid, INTERVAL_BITS),
            (paid.wrapping_sub(first), DISTANCE_BITS),
            (last.wrapping_sub(first), DISTANCE_BITS),
            (period.cents as u64, CENTS_BITS),
        ])?;
        let [_, _, _, bytes @ ..] = word.to_be_bytes();
        Some(bytes)
    }

    /// A payment that is the same to every date, and sorted out in the same way.
    #[inline]
    pub(super) fn payment(&self, [a, b, c, d, e]: UntrackedWord) -> Payment {
        let mut word = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
        let parts = [CENTS_BITS, DISTANCE_BITS, DISTANCE_BITS, INTERVAL_BITS].map(|bits| take(&mut word, bits));
        let [cents, length, before, paid] = parts;
        let first = paid - before;
        let [first, last, paid] = [first, first + length, paid].map(|interval| self.days[interval as usize]);
        let period = PaidPeriod { benefit: self.benefit, first: first.0, last: last.0, cents: cents as i64 };
        Payment { customer: word as u16, period, paid_on: paid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::dated::Word;
    use crate::features::events::Event;
    use proptest::prelude::*;

    const UNTRACKED: BenefitTraits = BenefitTraits { countable: false, ..BenefitTraits::UNKNOWN };

    fn window(start: i32, as_of: i32) -> Window {
        Window { start: Day(start), ..Window::new(Day(as_of), 1, None, 31, 30) }
    }

    #[test]
    fn days_of_tracked_and_of_unknown_benefits_are_kept() {
        let untracked = UntrackedPayments::new([window(0, 365)].iter(), &[BenefitTraits::UNKNOWN, UNTRACKED]).unwrap();
        let of = |benefit| {
            let period = PaidPeriod { benefit, first: 10, last: 10, cents: 1_500 };
            untracked.word(&Payment { customer: 7, period, paid_on: Day(12) })
        };
        assert_eq!([0, 1, 2].map(|benefit| of(benefit).is_some()), [false, true, false]);
        assert!(UntrackedPayments::new([window(0, 365)].iter(), &[BenefitTraits::UNKNOWN]).is_none());
        // A window each day: too many.
        let days: Vec<Window> = (0..63).map(|day| window(day, day + 365)).collect();
        assert!(UntrackedPayments::new(days.iter(), &[UNTRACKED]).is_none());
    }

    proptest! {
        #[test]
        fn payments_are_the_same_to_every_date(
            ends in proptest::collection::vec(100i32..400, 1..12),
            days in 30i32..90,
            customer in 0u16..16_384,
            first in -50i32..500,
            length in prop_oneof![0i32..40, -5i32..400],
            paid_after in prop_oneof![0i32..40, -300i32..300],
            cents in prop_oneof![-100i64..70_000, any::<i64>()],
        ) {
            let windows: Vec<Window> = ends.iter().map(|end| window(end - days, *end)).collect();
            let untracked = UntrackedPayments::new(windows.iter(), &[UNTRACKED]).unwrap();
            let period = PaidPeriod { benefit: 0, first, last: first + length, cents };
            let payment = Payment { customer, period, paid_on: Day(first + paid_after) };
            let Some(word) = untracked.word(&payment) else { return Ok(()) };
            let same = untracked.payment(word);
            prop_assert_eq!((word.customer(), same.customer, same.period.cents), (customer, customer, cents));
            for window in &windows {
                prop_assert_eq!(same.day() <= window.as_of, payment.day() <= window.as_of);
                prop_assert_eq!(window.contains(same.paid_on), window.contains(payment.paid_on));
                prop_assert_eq!(same.is_in(window), payment.is_in(window));
            }
        }
    }
}
