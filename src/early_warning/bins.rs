//! The bins of a feature, from the values of a fitting sample (`docs/method.md` section 11, *Bins*).

use super::lookup::Lookup;
use super::model::{Bin, BinRange};
use super::samples::{DateSample, SampleColumn};

/// A value that at least one in so many of those with a value have is a bin of its own.
const OWN_ONE_IN: u64 = 5;
/// The other values are cut into so many parts.
const PARTS: u64 = 5;
/// A bin of an edge has at least so many different customers.
const FEWEST_CUSTOMERS: u64 = 100;
/// Bins of a feature are at most its own value, its parts, and missing: as many as one byte has bits, but one.
pub(super) const MOST_BINS: usize = 2 + PARTS as usize;

/// How often each value occurs.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Distribution {
    /// Values, ascending, and how many rows have them.
    values: Vec<(f64, u64)>,
    /// Rows without a value.
    missing: u64,
}

impl Distribution {
    /// Of a column.
    pub(super) fn of(column: &SampleColumn) -> Self {
        match column {
            SampleColumn::Bytes(values) => counted(256, values.iter().map(|value| usize::from(*value))),
            SampleColumn::Words(values) => counted(65_536, values.iter().map(|value| usize::from(*value))),
            SampleColumn::Hundredths(values) => {
                let mut values = values.clone();
                values.sort_unstable();
                let runs = values.chunk_by(|a, b| a == b);
                let values = runs.map(|run| (f64::from(run[0]) / 100.0, run.len() as u64)).collect();
                Distribution { values, missing: 0 }
            }
            SampleColumn::Doubles(all) => {
                // Adding 0 gives zeros one sign, and so one place in this order.
                let mut values: Vec<f64> =
                    all.iter().filter(|value| !value.is_nan()).map(|value| value + 0.0).collect();
                values.sort_unstable_by(f64::total_cmp);
                let missing = (all.len() - values.len()) as u64;
                let runs = values.chunk_by(|a, b| a == b);
                Distribution { values: runs.map(|run| (run[0], run.len() as u64)).collect(), missing }
            }
        }
    }

    /// Adds the rows of another one.
    pub(super) fn add(&mut self, other: Distribution) {
        self.missing += other.missing;
        let own = std::mem::take(&mut self.values);
        self.values.reserve_exact(own.len().max(other.values.len()));
        let (mut own, mut others) = (own.into_iter().peekable(), other.values.into_iter().peekable());
        loop {
            let next = match (own.peek(), others.peek()) {
                (Some(a), Some(b)) if a.0 == b.0 => {
                    let count = a.1 + b.1;
                    own.next();
                    others.next().map(|(value, _)| (value, count))
                }
                (Some(a), Some(b)) if a.0 < b.0 => own.next(),
                (Some(_), None) => own.next(),
                _ => others.next(),
            };
            let Some(next) = next else { break };
            self.values.push(next);
        }
    }

    /// The value that is a bin of its own: the most frequent one, of equals the lowest, if it is frequent enough.
    fn own(&self) -> Option<f64> {
        let most = self.values.iter().map(|(_, count)| *count).max()?;
        let all: u64 = self.values.iter().map(|(_, count)| count).sum();
        let (value, _) = self.values.iter().find(|(_, count)| *count == most)?;
        (most * OWN_ONE_IN >= all).then_some(*value)
    }

    /// The bins before any are merged, in their order.
    fn ranges(&self) -> Vec<BinRange> {
        let own = self.own();
        let others = || self.values.iter().filter(|(value, _)| Some(*value) != own);
        let count: u64 = others().map(|(_, count)| count).sum();
        let mut ranges: Vec<BinRange> = own.map(BinRange::Only).into_iter().collect();
        let (mut part, mut so_far) = (1, 0);
        for (value, rows) in others() {
            so_far += rows;
            // Edges are distinct: a value may be that of several parts.
            if so_far >= (count * part).div_ceil(PARTS) {
                ranges.push(BinRange::UpTo(*value));
                part = so_far * PARTS / count + 1;
            }
        }
        ranges.extend((self.missing > 0).then_some(BinRange::Missing));
        ranges
    }
}

fn counted(most: usize, values: impl Iterator<Item = usize>) -> Distribution {
    let mut counts = vec![0; most];
    values.for_each(|value| counts[value] += 1);
    let values = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
    Distribution { values: values.map(|(value, count)| (value as f64, count)).collect(), missing: 0 }
}

/// The rows of a fitting sample by the bins of a feature, before any bins are merged.
struct Tally {
    rows: [u64; MOST_BINS],
    outcomes: [u64; MOST_BINS],
    /// Customers by the set of bins that they are in on one date or another: a bit each.
    customers: [u64; 256],
}

impl Tally {
    fn new(lookup: &Lookup, dates: &[DateSample], feature: usize, population: u32) -> Self {
        let (mut rows, mut outcomes) = ([0; 256], [0; 256]);
        let mut sets = vec![0u8; population as usize];
        for date in dates {
            lookup.each_block(&date.columns[feature], |block, places| {
                let customers = date.customers[block.clone()].iter().zip(&date.dates_until[block]);
                for (place, (customer, until)) in places.iter().zip(customers) {
                    sets[*customer as usize] |= 1u8.unbounded_shl((*place).into());
                    rows[usize::from(*place)] += 1;
                    outcomes[usize::from(*place)] += u64::from(*until > 0);
                }
            });
        }
        let mut customers = [0; 256];
        sets.iter().for_each(|set| customers[usize::from(*set)] += 1);
        let first = |all: [u64; 256]| std::array::from_fn(|place| all[place]);
        Tally { rows: first(rows), outcomes: first(outcomes), customers }
    }

    /// Different customers in any of these bins.
    fn customers(&self, bins: u8) -> u64 {
        self.customers.iter().enumerate().filter(|(set, _)| *set as u8 & bins != 0).map(|(_, count)| count).sum()
    }

    /// The bin that these bins make together.
    fn bin(&self, range: BinRange, bins: u8) -> Bin {
        let sum =
            |counts: &[u64]| (0..MOST_BINS).filter(|place| bins >> place & 1 == 1).map(|place| counts[place]).sum();
        let (rows, outcomes) = (sum(&self.rows), sum(&self.outcomes));
        let customers = self.customers(bins);
        Bin { range, rows, customers, outcomes, coefficient: 0.0, points: 0, is_reference: false }
    }
}

/// The bins of a feature (by its place in the samples) from the samples of these dates, whose distribution is told. They
/// have no coefficients yet.
pub(super) fn bins(distribution: &Distribution, dates: &[DateSample], feature: usize, population: u32) -> Vec<Bin> {
    let ranges = distribution.ranges();
    let tally = Tally::new(&Lookup::new(&ranges), dates, feature, population);
    let mut bins: Vec<Bin> = merged(&ranges, &tally).into_iter().map(|(range, set)| tally.bin(range, set)).collect();
    let most = bins.iter().map(|bin| bin.rows).max();
    if let Some(reference) = bins.iter_mut().find(|bin| Some(bin.rows) == most) {
        reference.is_reference = true;
    }
    bins
}

/// The ranges that stay, and which bins each is made of: bins of edges with few customers go into the next one up, the last
/// one into the one below.
fn merged(ranges: &[BinRange], tally: &Tally) -> Vec<(BinRange, u8)> {
    let mut kept: Vec<(BinRange, u8)> = Vec::new();
    let mut waiting = 0;
    for (place, range) in ranges.iter().enumerate() {
        let set = waiting | 1 << place;
        let is_edge = matches!(range, BinRange::UpTo(_));
        let is_last = !matches!(ranges.get(place + 1), Some(BinRange::UpTo(_)));
        let is_small = is_edge && tally.customers(set) < FEWEST_CUSTOMERS;
        if is_small && !is_last {
            waiting = set;
            continue;
        }
        waiting = 0;
        match kept.last_mut() {
            Some((below @ BinRange::UpTo(_), bins)) if is_small => {
                *below = *range;
                *bins |= set;
            }
            _ => kept.push((*range, set)),
        }
    }
    kept
}
