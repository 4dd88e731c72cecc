//! The bins of a feature, from the values of a fitting sample (`docs/method.md` section 11, *Bins*).

use super::distribution::{Distribution, PARTS};
use super::lookup::Lookup;
use super::model::{Bin, BinRange};
use super::samples::DateSample;

/// A bin of an edge has at least so many different customers.
const FEWEST_CUSTOMERS: u64 = 100;
/// Bins of a feature are at most its own value, its parts, and missing: as many as one byte has bits, but one.
pub(super) const MOST_BINS: usize = 2 + PARTS as usize;

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
    use crate::early_warning::SampleColumn;
    use BinRange::{Only, UpTo};
    use proptest::prelude::*;

    fn column(values: &[Option<f64>]) -> SampleColumn {
        let mut column = SampleColumn::default();
        column.extend(values.iter().copied());
        column
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
