//! A fitting sample by patterns of bins: millions of rows, and few of them different.

use std::ops::{BitAnd, BitOr, Shl, Shr};

use rayon::prelude::*;

use super::bins::MOST_BINS;
use super::error::Unfit;
use super::lookup::{Lookup, blocks};
use super::samples::DateSample;

/// Bits that a bin's place takes.
const BITS: usize = MOST_BINS.ilog2() as usize + 1;
/// Most features whose bins, and the outcome, fit into a key.
pub(super) const MOST_FEATURES: usize = (u128::BITS as usize - 1) / BITS;

/// Rows that no model can tell apart, but by their outcome.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Patterns {
    /// Features of a pattern.
    pub(super) features: usize,
    /// The places of the bins, pattern by pattern. Patterns are in ascending order, whatever the order of rows.
    pub(super) bins: Vec<u8>,
    /// Rows and rows with the outcome by pattern. (More rows than 32 bits count would take the keys 32 GiB.)
    pub(super) counts: Vec<(u32, u32)>,
}

impl Patterns {
    /// Of the samples of these dates.
    ///
    /// # Errors
    /// There are more than [`MOST_FEATURES`] features.
    pub(super) fn new(lookups: &[Lookup], dates: &[DateSample]) -> Result<Self, Unfit> {
        match lookups.len() {
            few if few * BITS < u64::BITS as usize => Ok(gathered(keys::<u64>(lookups, dates), few)),
            more if more <= MOST_FEATURES => Ok(gathered(keys::<u128>(lookups, dates), more)),
            _ => Err(Unfit::TooManyFeatures),
        }
    }

    /// All rows, and those of them with the outcome.
    pub(super) fn totals(&self) -> (u64, u64) {
        self.counts.iter().fold((0, 0), |all, one| (all.0 + u64::from(one.0), all.1 + u64::from(one.1)))
    }
}

/// A pattern, the first feature's bin highest, and the outcome as the lowest bit.
trait Key:
    Copy
    + Ord
    + Send
    + From<u8>
    + Shl<usize, Output = Self>
    + Shr<usize, Output = Self>
    + BitOr<Output = Self>
    + BitAnd<Output = Self>
{
    /// The lowest byte.
    fn low(self) -> u8;
}

impl Key for u64 {
    fn low(self) -> u8 {
        self as u8
    }
}

impl Key for u128 {
    fn low(self) -> u8 {
        self as u8
    }
}

/// The keys of all rows, in ascending order.
fn keys<K: Key>(lookups: &[Lookup], dates: &[DateSample]) -> Vec<K> {
    let rows = dates.iter().map(|date| date.customers.len()).sum();
    let mut keys = vec![K::from(0); rows];
    let mut rest = keys.as_mut_slice();
    let mut parts = Vec::with_capacity(dates.len());
    for date in dates {
        let (own, others) = rest.split_at_mut(date.customers.len());
        parts.push((date, own));
        rest = others;
    }
    parts.into_par_iter().for_each(|(date, keys)| of_date(lookups, date, keys));
    keys.par_sort_unstable();
    keys
}

fn of_date<K: Key>(lookups: &[Lookup], date: &DateSample, keys: &mut [K]) {
    let mut places = [0; super::lookup::BLOCK];
    for rows in blocks(keys.len()) {
        let keys = &mut keys[rows.clone()];
        let places = &mut places[..rows.len()];
        for (lookup, column) in lookups.iter().zip(&date.columns) {
            lookup.fill(column, rows.clone(), places);
            keys.iter_mut().zip(&*places).for_each(|(key, place)| *key = *key << BITS | K::from(*place));
        }
        let outcomes = date.dates_until[rows].iter().map(|until| u8::from(*until > 0));
        keys.iter_mut().zip(outcomes).for_each(|(key, outcome)| *key = *key << 1 | K::from(outcome));
    }
}

fn gathered<K: Key>(keys: Vec<K>, features: usize) -> Patterns {
    let runs = || keys.chunk_by(|a, b| *a >> 1 == *b >> 1);
    // There may be nearly as many patterns as rows: they are counted, so that no room is made in vain.
    let count = runs().count();
    let (bins, counts) = (Vec::with_capacity(count * features), Vec::with_capacity(count));
    let mut patterns = Patterns { features, bins, counts };
    for same in runs() {
        let bin = |feature: usize| (same[0] >> (1 + BITS * (features - 1 - feature))).low() & ((1 << BITS) - 1);
        patterns.bins.extend((0..features).map(bin));
        let without = same.partition_point(|key| key.low() & 1 == 0);
        patterns.counts.push((same.len() as u32, (same.len() - without) as u32));
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::super::samples::SampleColumn;
    use super::*;
    use crate::calendar::Day;
    use crate::early_warning::BinRange;
    use proptest::prelude::*;

    /// A date whose values are places of bins.
    fn date(places: &[(Vec<u8>, bool)], features: usize) -> DateSample {
        DateSample {
            date: Day(0),
            customers: (0..places.len() as u32).collect(),
            rules: vec![0; places.len()],
            ages: vec![0; places.len()],
            dates_until: places.iter().map(|row| u8::from(row.1)).collect(),
            columns: (0..features)
                .map(|feature| SampleColumn::Bytes(places.iter().map(|row| row.0[feature]).collect()))
                .collect(),
            left_out: 0,
        }
    }

    fn lookups(features: usize) -> Vec<Lookup> {
        let ranges: Vec<BinRange> = (0..6).map(|edge| BinRange::UpTo(edge.into())).collect();
        (0..features).map(|_| Lookup::new(&ranges)).collect()
    }

    proptest! {
        // Few features make keys of 64 bits, more of 128.
        #[test]
        fn rows_are_gathered_by_their_bins(
            (features, rows) in prop_oneof![1usize..4, 20usize..24, 40usize..=MOST_FEATURES].prop_flat_map(|features| {
                let bins = proptest::collection::vec(0u8..6, features);
                (Just(features), proptest::collection::vec((bins, any::<bool>()), 0..30))
            })
        ) {
            let mut expected = std::collections::BTreeMap::new();
            for (bins, outcome) in &rows {
                let counts = expected.entry(bins.clone()).or_insert((0, 0));
                *counts = (counts.0 + 1, counts.1 + u32::from(*outcome));
            }
            let (first, second) = rows.split_at(rows.len() / 3);
            let found = Patterns::new(&lookups(features), &[date(first, features), date(second, features)]).unwrap();
            prop_assert_eq!(found.bins, expected.keys().flatten().copied().collect::<Vec<u8>>());
            prop_assert_eq!(found.counts, expected.into_values().collect::<Vec<_>>());
        }
    }

    #[test]
    fn so_many_features_are_refused() {
        assert_eq!(Patterns::new(&lookups(MOST_FEATURES + 1), &[]), Err(Unfit::TooManyFeatures));
        assert_eq!(MOST_FEATURES, 42);
    }
}
