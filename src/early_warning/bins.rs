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

#[cfg(test)]
mod tests {
    use super::super::model::ScoredFeature;
    use super::*;
    use crate::calendar::Day;
    use BinRange::{Missing, Only, UpTo};
    use proptest::prelude::*;

    fn column(values: &[Option<f64>]) -> SampleColumn {
        let mut column = SampleColumn::default();
        column.extend(values.iter().copied());
        column
    }

    fn ranges(values: &[Option<f64>]) -> Vec<BinRange> {
        Distribution::of(&column(values)).ranges()
    }

    /// Each value of a run of whole numbers so many times.
    fn times(counts: &[usize]) -> Vec<Option<f64>> {
        counts.iter().enumerate().flat_map(|(value, count)| vec![Some(value as f64); *count]).collect()
    }

    /// A date with these customers, outcomes and values.
    fn date(rows: &[(u32, bool, Option<f64>)]) -> DateSample {
        DateSample {
            date: Day(0),
            customers: rows.iter().map(|row| row.0).collect(),
            rules: vec![0; rows.len()],
            ages: vec![0; rows.len()],
            dates_until: rows.iter().map(|row| u8::from(row.1)).collect(),
            columns: vec![column(&rows.iter().map(|row| row.2).collect::<Vec<_>>())],
            left_out: 0,
        }
    }

    fn of(dates: &[DateSample], population: u32) -> Vec<Bin> {
        let mut distribution = Distribution::default();
        dates.iter().for_each(|date| distribution.add(Distribution::of(&date.columns[0])));
        bins(&distribution, dates, 0, population)
    }

    /// Of customers one by one, each with a value.
    fn of_values(values: &[Option<f64>]) -> Vec<Bin> {
        let rows: Vec<_> = values.iter().enumerate().map(|(at, value)| (at as u32, false, *value)).collect();
        of(&[date(&rows)], values.len() as u32)
    }

    fn told(bins: &[Bin]) -> Vec<(BinRange, u64)> {
        bins.iter().map(|bin| (bin.range, bin.customers)).collect()
    }

    #[test]
    fn a_value_of_a_fifth_is_a_bin_of_its_own() {
        // 20 of 100; the rest is 80 rows, whose edges are the 16th, 32nd … value.
        let edges = [UpTo(16.0), UpTo(32.0), UpTo(48.0), UpTo(64.0), UpTo(80.0)];
        assert_eq!(ranges(&times(&[&[20][..], &[1; 80]].concat())), [&[Only(0.0)][..], &edges].concat());
        // 19 of 99 are less than a fifth, and 80 without a value do not count.
        let mut values = times(&[&[19][..], &[1; 80]].concat());
        assert!(!matches!(ranges(&values)[0], Only(_)));
        values.drain(90..);
        values.extend([None; 80]);
        assert_eq!(ranges(&values)[0], Only(0.0));
        assert_eq!(ranges(&values).last(), Some(&Missing));
    }

    #[test]
    fn of_equals_the_lowest_value_is_the_bin_of_its_own() {
        assert_eq!(ranges(&times(&[1, 4, 2, 4])), [Only(1.0), UpTo(2.0), UpTo(3.0)]);
    }

    #[test]
    fn edges_are_distinct_values_of_the_sample() {
        // Without the 9 twos: 0, 1 1 1 1, 3 3; m = 7, so ranks 2, 3, 5, 6, 7.
        assert_eq!(ranges(&times(&[1, 4, 9, 2])), [Only(2.0), UpTo(1.0), UpTo(3.0)]);
        assert_eq!(ranges(&times(&[0, 0, 3])), [Only(2.0)]);
        assert_eq!(ranges(&[None, None]), [Missing]);
        assert_eq!(ranges(&[]), []);
        // x(1) alone is all five edges.
        assert_eq!(ranges(&times(&[3, 1])), [Only(0.0), UpTo(1.0)]);
    }

    #[test]
    fn edges_with_few_different_customers_are_merged_upwards_and_the_last_one_downwards() {
        // All edges have 100.
        let found = of_values(&times(&[200, 100, 100, 100, 100, 100]));
        let even = (1..=5).map(|edge| (UpTo(edge.into()), 100));
        assert_eq!(told(&found), [(Only(0.0), 200)].into_iter().chain(even).collect::<Vec<_>>());
        // m = 470, ranks 94, 188, 282, 376, 470: the second goes up, and what it makes is large enough.
        let found = of_values(&times(&[400, 110, 90, 100, 110, 60]));
        let expected = [(Only(0.0), 400), (UpTo(1.0), 110), (UpTo(3.0), 190), (UpTo(5.0), 170)];
        assert_eq!(told(&found), expected, "the last one, of 60, goes down");
        // All edges together are few: they are one bin.
        assert_eq!(told(&of_values(&times(&[50, 10, 10, 10]))), [(Only(0.0), 50), (UpTo(3.0), 30)]);
    }

    #[test]
    fn a_customer_on_many_dates_is_one() {
        // 60 customers are over an edge on both dates: 120 rows, but no 100 customers.
        let rows: Vec<_> = (0..600u32)
            .map(|at| {
                (
                    at,
                    at % 2 == 0,
                    Some(if at < 300 {
                        0.0
                    } else if at < 540 {
                        1.0
                    } else {
                        2.0
                    }),
                )
            })
            .collect();
        let dates = [date(&rows), date(&rows)];
        let found = of(&dates, 600);
        assert_eq!(told(&found), [(Only(0.0), 300), (UpTo(2.0), 300)]);
        assert_eq!((found[1].rows, found[1].outcomes), (600, 300));
    }

    #[test]
    fn the_most_frequent_bin_is_the_reference_and_of_equals_the_first() {
        let reference = |values: &[Option<f64>]| {
            let found = of_values(values);
            assert_eq!(found.iter().filter(|bin| bin.is_reference).count(), 1);
            found.iter().position(|bin| bin.is_reference)
        };
        assert_eq!(reference(&times(&[100, 200, 100, 100])), Some(0));
        assert_eq!(reference(&[times(&[100]), vec![None; 100]].concat()), Some(0));
        assert_eq!(reference(&[times(&[100]), vec![None; 101]].concat()), Some(1));
    }

    #[test]
    fn distributions_of_all_kinds_of_columns_add_up() {
        let mut all = Distribution::of(&SampleColumn::Bytes(vec![1, 2, 2]));
        all.add(Distribution::of(&SampleColumn::Words(vec![2, 300])));
        all.add(Distribution::of(&SampleColumn::Hundredths(vec![200, -150])));
        all.add(Distribution::of(&SampleColumn::Doubles(vec![f64::NAN, 300.0, -0.0, 0.0])));
        let values = vec![(-1.5, 1), (0.0, 2), (1.0, 1), (2.0, 4), (300.0, 2)];
        assert_eq!(all, Distribution { values, missing: 1 });
    }

    proptest! {
        #[test]
        fn every_value_falls_into_a_bin_and_counts_add_up(
            rows in proptest::collection::vec(
                (0u32..260, any::<bool>(), proptest::option::weighted(0.9, prop_oneof![0i32..4, -300i32..900])), 1..900,
            ),
            split in 0usize..900,
        ) {
            let rows: Vec<_> = rows.iter().map(|(at, y, value)| (*at, *y, value.map(|value| f64::from(value) / 4.0))).collect();
            let (first, second) = rows.split_at(split.min(rows.len()));
            let found = of(&[date(first), date(second)], 260);
            let feature = ScoredFeature { name: String::new(), bins: found.clone() };
            let mut counts = vec![(0, 0, std::collections::BTreeSet::new()); found.len()];
            for (customer, outcome, value) in &rows {
                let bin = feature.bin_of(*value);
                prop_assert!(bin.is_some());
                let count = &mut counts[bin.unwrap()];
                (count.0, count.1) = (count.0 + 1, count.1 + u64::from(*outcome));
                count.2.insert(*customer);
            }
            let edges = found.iter().filter(|bin| matches!(bin.range, UpTo(_))).count();
            for (bin, (rows, outcomes, customers)) in found.iter().zip(counts) {
                prop_assert_eq!((bin.rows, bin.outcomes, bin.customers), (rows, outcomes, customers.len() as u64));
                prop_assert!(rows > 0);
                prop_assert!(edges < 2 || !matches!(bin.range, UpTo(_)) || bin.customers >= FEWEST_CUSTOMERS);
            }
        }
    }
}
