//! The features of all customers, kept small until every customer is labelled.
//!
//! Breakdowns need each value once per dimension, so values must stay. Most are zero, and most others small whole
//! numbers: of each column only what is not zero is kept, in as few bytes as it takes, with its row.

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
#[derive(Debug, Clone)]
pub(super) struct SparseColumn {
    /// The rows of the values, ascending.
    pub(super) rows: Vec<u16>,
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
    /// Hundredths.
    Hundredths(Vec<i64>),
    /// Hundredths, one of which needs more than 64 bits.
    LongHundredths(Vec<i128>),
    /// Doubles.
    Real(Vec<f64>),
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
    fn new(column: FeatureColumn) -> Self {
        let mut missing = Vec::new();
        let (rows, values) = match column {
            FeatureColumn::Counts(values) => {
                let (rows, values) = present(values.into_iter().map(Some), |value| *value == 0, &mut missing);
                (rows, narrow(values))
            }
            FeatureColumn::MaybeCounts(values) => {
                let (rows, values) = present(values.into_iter(), |value| *value == 0, &mut missing);
                (rows, narrow(values))
            }
            FeatureColumn::Hundredths(values) => {
                let (rows, values) = present(values.into_iter().map(Some), |value| *value == 0, &mut missing);
                let short: Option<Vec<i64>> = values.iter().map(|value| i64::try_from(*value).ok()).collect();
                (rows, short.map_or(SparseValues::LongHundredths(values), SparseValues::Hundredths))
            }
            FeatureColumn::Ratios(values) => {
                let values = values.into_iter().map(|value| Some(value).filter(|value| !value.is_nan()));
                let (rows, values) = present(values, |value| *value == 0.0, &mut missing);
                (rows, SparseValues::Real(values))
            }
        };
        missing.shrink_to_fit();
        SparseColumn { rows, values, missing }
    }
}

/// The values that are there and not zero, with their rows.
fn present<T>(
    values: impl Iterator<Item = Option<T>>,
    is_zero: impl Fn(&T) -> bool,
    missing: &mut Vec<u16>,
) -> (Vec<u16>, Vec<T>) {
    let (mut rows, mut kept) = (Vec::new(), Vec::new());
    for (row, value) in values.enumerate() {
        match value {
            None => missing.push(row as u16),
            Some(value) if is_zero(&value) => {}
            Some(value) => {
                rows.push(row as u16);
                kept.push(value);
            }
        }
    }
    rows.shrink_to_fit();
    kept.shrink_to_fit();
    (rows, kept)
}

/// Whole numbers in as few bytes as all of them fit in.
fn narrow(values: Vec<i64>) -> SparseValues {
    let bytes: Option<Vec<u8>> = values.iter().map(|value| u8::try_from(*value).ok()).collect();
    let words = || values.iter().map(|value| u16::try_from(*value).ok()).collect::<Option<Vec<u16>>>();
    match bytes {
        Some(bytes) => SparseValues::Bytes(bytes),
        None => words().map_or_else(|| SparseValues::Whole(values.clone()), SparseValues::Words),
    }
}
