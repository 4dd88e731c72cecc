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
    /// Rows and rows with the outcome by pattern.
    pub(super) counts: Vec<(u64, u64)>,
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
    let mut patterns = Patterns { features, bins: Vec::new(), counts: Vec::new() };
    for same in keys.chunk_by(|a, b| *a >> 1 == *b >> 1) {
        let bin = |feature: usize| (same[0] >> (1 + BITS * (features - 1 - feature))).low() & ((1 << BITS) - 1);
        patterns.bins.extend((0..features).map(bin));
        let without = same.partition_point(|key| key.low() & 1 == 0);
        patterns.counts.push((same.len() as u64, (same.len() - without) as u64));
    }
    patterns
}
