//! The features of all customers, kept small until every customer is labelled.
//!
//! Quantiles need every value, and breakdowns once per dimension, so values must stay. Most are zero, and most others
//! small whole numbers: of each column only what is not zero is kept, in as few bytes as it takes, with its row.

use hashbrown::HashMap;

use super::distribution::Distribution;
use crate::features::{FeatureColumn, FeatureTable};
use crate::intake::PARTITION_CUSTOMERS;

// Rows of a table are numbered in 16 bits.
const _: () = assert!(PARTITION_CUSTOMERS <= 1 << 16);

/// A labelled table.
#[derive(Debug, Clone)]
pub(super) struct SparseTable {
    /// The customers' numbers.
    pub(super) customers: Vec<u32>,
    /// The category of each.
    pub(super) categories: Vec<u16>,
    pub(super) columns: Vec<SparseColumn>,
}

/// What is not zero in a column.
#[derive(Debug, Clone, Default)]
pub(super) struct SparseColumn {
    /// The rows of the values, ascending; none where every row has one.
    rows: Option<Vec<u16>>,
    pub(super) values: SparseValues,
    /// The rows without a value.
    pub(super) missing: Vec<u16>,
}

/// Values of one kind, none of them zero.
#[derive(Debug, Clone)]
pub(super) enum SparseValues {
    /// Whole numbers below 256.
    Bytes(Vec<u8>),
    /// Whole numbers below 65,536.
    Words(Vec<u16>),
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Hundredths that 32 bits hold.
    Hundredths(Vec<i32>),
    /// Hundredths.
    LongHundredths(Vec<i128>),
    /// Doubles.
    Real(Vec<f64>),
    /// Doubles of which few are distinct, by their places among these.
    FewReal(Vec<f64>, Vec<u8>),
}

impl Default for SparseValues {
    fn default() -> Self {
        SparseValues::Bytes(Vec::new())
    }
}

/// A value as exact as its feature.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Whole(i64),
    Hundredths(i128),
    Real(f64),
}

impl SparseTable {
    pub(super) fn new(table: FeatureTable, categories: &[usize]) -> Self {
        SparseTable {
            customers: table.customers,
            categories: categories.iter().map(|category| *category as u16).collect(),
            columns: table.columns.into_iter().map(SparseColumn::new).collect(),
        }
    }
}

impl SparseColumn {
    pub(super) fn new(column: FeatureColumn) -> Self {
        let mut missing = Vec::new();
        let length = match &column {
            FeatureColumn::Counts(values) => values.len(),
            FeatureColumn::MaybeCounts(values) => values.len(),
            FeatureColumn::Hundredths(values) => values.len(),
            FeatureColumn::Ratios(values) => values.len(),
        };
        let (rows, values) = match column {
            FeatureColumn::Counts(values) => {
                let (rows, values) = present(values.into_iter().map(Some), |value| *value == 0, &mut missing);
                (rows, narrow(&values))
            }
            FeatureColumn::MaybeCounts(values) => {
                let (rows, values) = present(values.into_iter(), |value| *value == 0, &mut missing);
                (rows, narrow(&values))
            }
            FeatureColumn::Hundredths(values) => {
                let (rows, values) = present(values.into_iter().map(Some), |value| *value == 0, &mut missing);
                let short: Option<Vec<i32>> = values.iter().map(|value| i32::try_from(*value).ok()).collect();
                (rows, short.map_or_else(|| SparseValues::LongHundredths(values.to_vec()), SparseValues::Hundredths))
            }
            FeatureColumn::Ratios(values) => {
                let values = values.into_iter().map(|value| Some(value).filter(|value| !value.is_nan()));
                let (rows, values) = present(values, |value| *value == 0.0, &mut missing);
                (rows, few(&values).unwrap_or_else(|| SparseValues::Real(values.to_vec())))
            }
        };
        missing.shrink_to_fit();
        let rows = Some(rows).filter(|rows| rows.len() < length);
        SparseColumn { rows, values, missing }
    }

    /// The rows of the values, ascending.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> {
        let all = if self.rows.is_none() { self.values.len() } else { 0 };
        (0..all).chain(self.rows.iter().flatten().map(|row| usize::from(*row)))
    }

    /// Calls with each value that is not zero and its row.
    #[inline]
    pub(super) fn each(&self, mut call: impl FnMut(usize, Value)) {
        let rows = &self.rows;
        match &self.values {
            SparseValues::Bytes(values) => each(rows, values, |row, value| call(row, Value::Whole((*value).into()))),
            SparseValues::Words(values) => each(rows, values, |row, value| call(row, Value::Whole((*value).into()))),
            SparseValues::Whole(values) => each(rows, values, |row, value| call(row, Value::Whole(*value))),
            SparseValues::Hundredths(values) => {
                each(rows, values, |row, value| call(row, Value::Hundredths((*value).into())));
            }
            SparseValues::LongHundredths(values) => {
                each(rows, values, |row, value| call(row, Value::Hundredths(*value)));
            }
            SparseValues::Real(values) => each(rows, values, |row, value| call(row, Value::Real(*value))),
            SparseValues::FewReal(distinct, places) => {
                each(rows, places, |row, place| call(row, Value::Real(distinct[usize::from(*place)])));
            }
        }
    }

    /// Whether it holds whole numbers.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.values, SparseValues::Bytes(_) | SparseValues::Words(_) | SparseValues::Whole(_))
    }

    /// Adds each row's value, where there is one, to the distribution of its category.
    pub(super) fn add_to(&self, distributions: &mut [&mut Distribution], categories: &[u16]) {
        let mut zeros = vec![0u64; distributions.len()];
        categories.iter().for_each(|category| zeros[usize::from(*category)] += 1);
        self.missing.iter().for_each(|row| zeros[usize::from(categories[usize::from(*row)])] -= 1);
        if let SparseValues::Bytes(values) = &self.values {
            // Most columns are of small whole numbers: each distinct one is added once.
            let mut times = vec![[0u64; 1 << 8]; distributions.len()];
            each(&self.rows, values, |row, value| times[usize::from(categories[row])][usize::from(*value)] += 1);
            for ((distribution, zeros), times) in distributions.iter_mut().zip(&mut zeros).zip(&times) {
                *zeros -= times.iter().sum::<u64>();
                (0..).zip(times).for_each(|(value, times)| distribution.add_times(value, *times));
            }
        } else {
            self.each(|row, value| {
                let category = usize::from(categories[row]);
                zeros[category] -= 1;
                distributions[category].add(value);
            });
        }
        distributions.iter_mut().zip(zeros).for_each(|(distribution, zeros)| distribution.add_zeros(zeros));
    }
}

/// The values that are there and not zero, with their rows. The rows have no room to spare; the values are to be copied.
fn present<T: Copy + Default>(
    values: impl ExactSizeIterator<Item = Option<T>>,
    is_zero: impl Fn(&T) -> bool,
    missing: &mut Vec<u16>,
) -> (Vec<u16>, Vec<T>) {
    let (mut rows, mut kept) = (vec![0u16; values.len()], vec![T::default(); values.len()]);
    let mut count = 0;
    for (row, value) in values.enumerate() {
        let Some(value) = value else {
            missing.push(row as u16);
            continue;
        };
        // Written in any case, and overwritten where it is zero, which can hardly be guessed.
        (rows[count], kept[count]) = (row as u16, value);
        count += usize::from(!is_zero(&value));
    }
    kept.truncate(count);
    (rows[..count].to_vec(), kept)
}

/// Whole numbers in as few bytes as all of them fit in.
fn narrow(values: &[i64]) -> SparseValues {
    // Negative ones are the largest as unsigned ones.
    match values.iter().fold(0, |largest, value| largest.max(*value as u64)) {
        0..=0xFF => SparseValues::Bytes(values.iter().map(|value| *value as u8).collect()),
        0x100..=0xFFFF => SparseValues::Words(values.iter().map(|value| *value as u16).collect()),
        _ => SparseValues::Whole(values.to_vec()),
    }
}

/// Doubles by their places among the distinct ones, if these are so few that a byte tells them apart.
fn few(values: &[f64]) -> Option<SparseValues> {
    let (mut distinct, mut places) = (Vec::new(), Vec::with_capacity(values.len()));
    let mut known: HashMap<u64, u8> = HashMap::new();
    for value in values {
        let place = match known.get(&value.to_bits()) {
            Some(place) => *place,
            None => {
                let place = u8::try_from(distinct.len()).ok()?;
                known.insert(value.to_bits(), place);
                distinct.push(*value);
                place
            }
        };
        places.push(place);
    }
    Some(SparseValues::FewReal(distinct, places))
}

/// Calls with each value and its row.
#[inline]
fn each<T>(rows: &Option<Vec<u16>>, values: &[T], mut call: impl FnMut(usize, &T)) {
    match rows {
        None => values.iter().enumerate().for_each(|(row, value)| call(row, value)),
        Some(rows) => rows.iter().zip(values).for_each(|(row, value)| call(usize::from(*row), value)),
    }
}

impl SparseValues {
    fn len(&self) -> usize {
        match self {
            SparseValues::Bytes(values) | SparseValues::FewReal(_, values) => values.len(),
            SparseValues::Words(values) => values.len(),
            SparseValues::Whole(values) => values.len(),
            SparseValues::Hundredths(values) => values.len(),
            SparseValues::LongHundredths(values) => values.len(),
            SparseValues::Real(values) => values.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_kept_comes_back(
            doubles in prop::collection::vec(prop_oneof![Just(0.0), Just(f64::NAN), Just(1.0), -9.0..9.0f64], 0..400),
            hundredths in prop::collection::vec(prop_oneof![Just(0i128), -9..9i128, any::<i64>().prop_map(i128::from)], 0..9),
        ) {
            let column = SparseColumn::new(FeatureColumn::Ratios(doubles.clone()));
            let mut back = vec![0.0; doubles.len()];
            column.missing.iter().for_each(|row| back[usize::from(*row)] = f64::NAN);
            column.each(|row, value| if let Value::Real(value) = value { back[row] = value });
            prop_assert_eq!(format!("{back:?}"), format!("{doubles:?}"));
            let column = SparseColumn::new(FeatureColumn::Hundredths(hundredths.clone()));
            let mut back = vec![0; hundredths.len()];
            column.each(|row, value| if let Value::Hundredths(value) = value { back[row] = value });
            prop_assert_eq!(back, hundredths);
        }

        #[test]
        fn whole_numbers_are_kept_in_any_width(
            values in prop::collection::vec(prop_oneof![Just(None), (0..3i64).prop_map(Some)], 0..40),
            wide in prop::option::of(prop_oneof![Just(-1i64), Just(255), Just(256), Just(65_536)]),
        ) {
            let values: Vec<Option<i64>> = values.into_iter().chain([wide]).collect();
            let column = SparseColumn::new(FeatureColumn::MaybeCounts(values.clone()));
            let mut back = vec![Some(0); values.len()];
            column.missing.iter().for_each(|row| back[usize::from(*row)] = None);
            column.each(|row, value| if let Value::Whole(value) = value { back[row] = Some(value) });
            prop_assert_eq!(back, values.clone());
            let rows: Vec<usize> = column.rows().collect();
            let expected = values.iter().enumerate().filter(|(_, value)| value.is_some_and(|value| value != 0));
            prop_assert_eq!(rows, expected.map(|(row, _)| row).collect::<Vec<_>>());
        }
    }
}
