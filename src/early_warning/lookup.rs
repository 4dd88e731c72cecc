//! The bins of whole columns: what [`ScoredFeature::bin_of`](super::ScoredFeature::bin_of) says of one value, for
//! millions of them.

use std::ops::Range;

use super::model::BinRange;
use super::samples::SampleColumn;
use super::scoring::bin_of;

/// The place of a value that no bin has.
pub(super) const NO_BIN: u8 = u8::MAX;
/// Rows whose bins are looked up together: they stay near the core until they are used.
pub(super) const BLOCK: usize = 4096;

/// The bins of a feature, as they are looked up.
pub(super) struct Lookup {
    /// The value of its own; NaN equals none.
    own: f64,
    /// The edges, ascending.
    edges: Vec<f64>,
    /// The place of the first edge.
    first_edge: u8,
    /// The place of missing values.
    missing: u8,
    /// The places of small whole numbers.
    bytes: [u8; 256],
}

impl Lookup {
    /// For bins with these ranges, in the order of a feature's bins.
    pub(super) fn new(ranges: &[BinRange]) -> Self {
        let place = |value| bin_of(ranges.iter().copied(), value).map_or(NO_BIN, |place| place as u8);
        let own = match ranges.first() {
            Some(BinRange::Only(value)) => *value,
            _ => f64::NAN,
        };
        let edge = |range: &BinRange| match range {
            BinRange::UpTo(edge) => Some(*edge),
            _ => None,
        };
        Lookup {
            own,
            edges: ranges.iter().filter_map(edge).collect(),
            first_edge: u8::from(!own.is_nan()),
            missing: place(None),
            bytes: std::array::from_fn(|value| place(Some(value as f64))),
        }
    }

    /// The place of the bin of a value; NaN is missing.
    #[inline]
    fn place(&self, value: f64) -> u8 {
        if value == self.own {
            0
        } else if value.is_nan() {
            self.missing
        } else if self.edges.is_empty() {
            NO_BIN
        } else {
            let below = self.edges.iter().map(|edge| u8::from(value > *edge)).sum::<u8>();
            self.first_edge + below.min(self.edges.len() as u8 - 1)
        }
    }

    /// The places of the bins of these rows.
    pub(super) fn fill(&self, column: &SampleColumn, rows: Range<usize>, places: &mut [u8]) {
        match column {
            SampleColumn::Bytes(values) => {
                places
                    .iter_mut()
                    .zip(&values[rows])
                    .for_each(|(place, value)| *place = self.bytes[usize::from(*value)]);
            }
            SampleColumn::Words(values) => {
                places.iter_mut().zip(&values[rows]).for_each(|(place, value)| *place = self.place((*value).into()));
            }
            SampleColumn::Hundredths(values) => {
                let value = |hundredths: &i32| f64::from(*hundredths) / 100.0;
                places.iter_mut().zip(&values[rows]).for_each(|(place, cents)| *place = self.place(value(cents)));
            }
            SampleColumn::Doubles(values) => {
                places.iter_mut().zip(&values[rows]).for_each(|(place, value)| *place = self.place(*value));
            }
        }
    }

    /// Calls `each` with blocks of rows and the places of their bins.
    pub(super) fn each_block(&self, column: &SampleColumn, mut each: impl FnMut(Range<usize>, &[u8])) {
        let mut places = [0; BLOCK];
        for rows in blocks(column.len()) {
            let places = &mut places[..rows.len()];
            self.fill(column, rows.clone(), places);
            each(rows, places);
        }
    }
}

/// So many rows in blocks.
pub(super) fn blocks(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(BLOCK).map(move |first| first..rows.min(first + BLOCK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn columns_have_the_bins_of_their_values(
            own in proptest::option::of(-3i32..300),
            edges in proptest::collection::btree_set(-50i32..300, 0..5),
            missing in any::<bool>(),
            values in proptest::collection::vec(proptest::option::of(-60i32..320), 1..40),
            hundredths in any::<bool>(),
        ) {
            let scale = if hundredths { 100.0 } else { 1.0 };
            let number = |value: i32| f64::from(value) / scale;
            let mut ranges: Vec<BinRange> = own.map(|own| BinRange::Only(number(own))).into_iter().collect();
            ranges.extend(edges.iter().map(|edge| BinRange::UpTo(number(*edge))));
            ranges.extend(missing.then_some(BinRange::Missing));
            let mut column = SampleColumn::default();
            column.extend(values.iter().map(|value| value.map(number)));
            let mut found = Vec::new();
            Lookup::new(&ranges).each_block(&column, |_, places| found.extend_from_slice(places));
            for (row, place) in found.into_iter().enumerate() {
                let expected = bin_of(ranges.iter().copied(), column.value(row));
                prop_assert_eq!((place != NO_BIN).then_some(usize::from(place)), expected);
            }
        }
    }
}
