//! What events add up to, customer by customer, for one partition of the population.
//!
//! Sums are kept as sums. What asks for *distinct* values or for days is kept as small sorted words, so that
//! whatever was added can also be retracted.

use std::io;

use bytemuck::Pod;
use hashbrown::HashMap;

use super::periods::PaidPeriods;
use crate::spill::{Segment, Spill};

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

/// Words that are added and retracted, and in the end sorted. What is over a share of the memory goes to disk.
#[derive(Debug, Clone)]
pub struct SpillableRuns<T> {
    added: Vec<T>,
    spilled: Vec<Segment>,
    retracted: Vec<T>,
}

impl<T> Default for SpillableRuns<T> {
    fn default() -> Self {
        SpillableRuns { added: Vec::new(), spilled: Vec::new(), retracted: Vec::new() }
    }
}

impl<T: Ord + Pod> SpillableRuns<T> {
    /// Adds a word, or retracts one that was added.
    #[inline]
    pub fn push(&mut self, word: T, retract: bool) {
        let words = if retract { &mut self.retracted } else { &mut self.added };
        if words.len() == words.capacity() {
            // Growing by a quarter, not by doubling: these words are most of what a run holds.
            words.reserve_exact((words.len() / 4).max(64));
        }
        words.push(word);
    }

    /// What the words in memory take, in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(self.added.as_slice())
    }

    /// Whether some of the words are on disk.
    pub fn is_spilled(&self) -> bool {
        !self.spilled.is_empty()
    }

    /// Moves the words to disk where they take more than a share, in bytes.
    pub fn spill_beyond(&mut self, share: usize, spill: &Spill) -> io::Result<()> {
        if self.bytes() > share {
            self.spilled.push(spill.append(bytemuck::cast_slice(&self.added))?);
            self.added.clear();
        }
        Ok(())
    }

    /// What remains, sorted; `customer` tells whose a word is, which words are in the order of first of all.
    pub fn into_sorted(self, spill: Option<&Spill>, customer: impl Fn(&T) -> u16) -> io::Result<Vec<T>> {
        let (added, retracted) = self.gathered(spill)?;
        // Those of a panel's dates come in order.
        let added = if added.is_sorted() { added } else { sorted_by_customer(&added, customer) };
        Ok(without(added, retracted))
    }

    /// The same in the memory where the words are: for what stays long, so that no gaps are left between.
    pub fn into_sorted_in_place(self, spill: Option<&Spill>, customer: impl Fn(&T) -> u16) -> io::Result<Vec<T>> {
        let (mut added, retracted) = self.gathered(spill)?;
        let sorted = sorted_by_customer(&added, customer);
        added.copy_from_slice(&sorted);
        drop(sorted);
        let mut words = without(added, retracted);
        words.shrink_to_fit();
        Ok(words)
    }

    /// All words that were added, and those that were retracted.
    fn gathered(self, spill: Option<&Spill>) -> io::Result<(Vec<T>, Vec<T>)> {
        let SpillableRuns { mut added, spilled, retracted } = self;
        if let Some(spill) = spill {
            spilled.into_iter().try_for_each(|segment| spill.read(segment, &mut added))?;
        }
        Ok((added, retracted))
    }
}

/// Sorted words without those that were retracted.
fn without<T: Ord + Pod>(mut added: Vec<T>, mut retracted: Vec<T>) -> Vec<T> {
    if !retracted.is_empty() {
        retracted.sort_unstable();
        let mut gone = retracted.into_iter().peekable();
        added.retain(|word| gone.next_if_eq(word).is_none());
    }
    added
}

/// Sorts words of which most customers have a few: each word goes to its customer's place, then those of each customer
/// are sorted.
fn sorted_by_customer<T: Ord + Pod>(words: &[T], customer: impl Fn(&T) -> u16) -> Vec<T> {
    let Some(most) = words.iter().map(&customer).max() else { return Vec::new() };
    // Where the next word of each customer goes.
    let mut next = vec![0u32; usize::from(most) + 2];
    words.iter().for_each(|word| next[usize::from(customer(word)) + 1] += 1);
    for at in 1..next.len() {
        next[at] += next[at - 1];
    }
    let mut sorted = vec![T::zeroed(); words.len()];
    for word in words {
        let place = &mut next[usize::from(customer(word))];
        sorted[*place as usize] = *word;
        *place += 1;
    }
    sorted.chunk_by_mut(|a, b| customer(a) == customer(b)).for_each(<[T]>::sort_unstable);
    sorted
}

/// Walks over sorted words, customer by customer.
#[derive(Debug)]
pub struct Group<'a, T> {
    rest: &'a [T],
}

impl<'a, T> Group<'a, T> {
    /// From the first customer on.
    pub fn new(words: &'a [T]) -> Self {
        Group { rest: words }
    }

    /// The words at the front that belong to the customer.
    pub fn next(&mut self, of_customer: impl Fn(&T) -> bool) -> &'a [T] {
        let length = self.rest.iter().take_while(|word| of_customer(word)).count();
        let (own, rest) = self.rest.split_at(length);
        self.rest = rest;
        own
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
    use proptest::prelude::*;

    #[test]
    fn what_is_taken_back_was_never_there() {
        let mut words = SpillableRuns::default();
        for word in [3u32, 1, 3, 2] {
            words.push(word, false);
        }
        words.push(3, true);
        assert_eq!(words.into_sorted(None, |word| *word as u16).unwrap(), [1, 2, 3]);
    }

    #[test]
    fn what_went_to_disk_comes_back() {
        let spill = Spill::create(&std::env::temp_dir()).unwrap();
        let mut words = SpillableRuns::default();
        for word in (0..100u32).rev() {
            words.push([word as u16, 7], false);
            words.spill_beyond(40, &spill).unwrap();
        }
        words.push([5, 7], true);
        let expected: Vec<[u16; 2]> = (0..100).filter(|word| *word != 5).map(|word| [word, 7]).collect();
        assert_eq!(words.into_sorted(Some(&spill), |word| word[0]).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn words_come_in_their_order(mut words in proptest::collection::vec([0u16..9, 0u16..4], 0..100)) {
            let sorted = sorted_by_customer(&words, |word| word[0]);
            words.sort();
            prop_assert_eq!(sorted, words);
        }
    }

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
