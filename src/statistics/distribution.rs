//! The distribution of one feature in one category: gathered in any order, summed up exactly.
//!
//! Whole numbers are counted by value, hundredths summed in hundredths, doubles summed in the order of their size
//! with the rounding error carried along (Neumaier, ZAMM 54, 1974): so every figure is the same to the last bit
//! however the customers were shared out. Quantiles are Hyndman & Fan's type 7 (The American Statistician 50,
//! 1996), as `docs/method.md` section 6 asks.

use std::collections::BTreeMap;

use super::sparse::Value;
use crate::features::{FeatureColumn, hundredths};

/// Whole numbers below this are counted in a table.
const TABLE: usize = 1024;

/// The values of one feature.
#[derive(Debug, Clone)]
pub enum Distribution {
    /// Whole numbers: how often each occurs.
    Whole {
        /// Counts of 0, 1, 2 …
        table: Vec<u64>,
        /// Counts of all other values.
        others: BTreeMap<i64, u64>,
    },
    /// Hundredths: their exact sum, and each as a double.
    Hundredths {
        /// The sum, in hundredths.
        sum: i128,
        /// The smallest and the largest value, in hundredths.
        extremes: Option<(i128, i128)>,
        /// The values.
        values: Doubles,
    },
    /// Doubles.
    Real(Doubles),
}

/// Doubles, of which most are zero.
#[derive(Debug, Clone, Default)]
pub struct Doubles {
    zeros: u64,
    others: Vec<f64>,
}

/// A sum in the exactness of its feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Total {
    /// A whole number.
    Whole(i128),
    /// Hundredths.
    Hundredths(i128),
    /// A double.
    Real(f64),
}

impl Total {
    /// As a double.
    pub fn double(self) -> f64 {
        match self {
            Total::Whole(value) => value as f64,
            Total::Hundredths(value) => hundredths(value),
            Total::Real(value) => value,
        }
    }
}

/// `docs/method.md` section 6's figures of one feature in one category. What is missing is NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeatureFigures {
    /// Customers who have the feature.
    pub n: u64,
    /// The sum of its values; 0 when nobody has it.
    pub sum: Total,
    /// Mean.
    pub mean: f64,
    /// Standard deviation, n − 1.
    pub sd: f64,
    /// Smallest, 10th, 25th, 50th, 75th and 90th percentile, largest.
    pub quantiles: [f64; 7],
    /// The smallest and the largest value of a feature in hundredths, exactly.
    pub extremes: Option<(i128, i128)>,
}

/// The probabilities of [`FeatureFigures::quantiles`].
pub const PROBABILITIES: [f64; 7] = [0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0];

impl Distribution {
    /// An empty one for values like a column's.
    pub fn like(column: &FeatureColumn) -> Self {
        match column {
            FeatureColumn::Counts(_) | FeatureColumn::MaybeCounts(_) => {
                Distribution::Whole { table: Vec::new(), others: BTreeMap::new() }
            }
            FeatureColumn::Hundredths(_) => {
                Distribution::Hundredths { sum: 0, extremes: None, values: Doubles::default() }
            }
            FeatureColumn::Ratios(_) => Distribution::Real(Doubles::default()),
        }
    }

    /// Adds a value that is not zero.
    #[inline]
    pub(super) fn add(&mut self, value: Value) {
        match (self, value) {
            (Distribution::Whole { table, others }, Value::Whole(value)) => count(table, others, value, 1),
            (Distribution::Hundredths { sum, extremes, values }, Value::Hundredths(exact)) => {
                *sum += exact;
                widen(extremes, exact);
                values.others.push(hundredths(exact));
            }
            (Distribution::Real(values), Value::Real(value)) => values.others.push(value),
            _ => {}
        }
    }

    /// Adds a whole number so many times.
    pub(super) fn add_times(&mut self, value: i64, times: u64) {
        match self {
            Distribution::Whole { table, others } if times > 0 => count(table, others, value, times),
            _ => {}
        }
    }

    /// Adds so many zeros.
    pub(super) fn add_zeros(&mut self, zeros: u64) {
        match self {
            _ if zeros == 0 => {}
            Distribution::Whole { table, others } => count(table, others, 0, zeros),
            Distribution::Hundredths { extremes, values, .. } => {
                widen(extremes, 0);
                values.zeros += zeros;
            }
            Distribution::Real(values) => values.zeros += zeros,
        }
    }

    /// Adds all values of another distribution of the same feature.
    pub fn merge(&mut self, other: &Distribution) {
        match (self, other) {
            (Distribution::Whole { table, others }, Distribution::Whole { table: t, others: o }) => {
                let small = t.iter().enumerate().map(|(value, times)| (value as i64, *times));
                let large = o.iter().map(|(value, times)| (*value, *times));
                small
                    .chain(large)
                    .filter(|(_, times)| *times > 0)
                    .for_each(|(v, times)| count(table, others, v, times));
            }
            (
                Distribution::Hundredths { sum, extremes, values },
                Distribution::Hundredths { sum: s, extremes: e, values: v },
            ) => {
                *sum += s;
                e.iter().for_each(|(least, most)| {
                    widen(extremes, *least);
                    widen(extremes, *most);
                });
                values.merge(v);
            }
            (Distribution::Real(values), Distribution::Real(v)) => values.merge(v),
            _ => {}
        }
    }

    /// Sums the values up.
    pub fn figures(&mut self) -> FeatureFigures {
        match self {
            Distribution::Whole { table, others } => {
                let small = table.iter().enumerate().map(|(value, times)| (value as i64, *times));
                let large = others.iter().map(|(value, times)| (*value, *times));
                let mut counted: Vec<(i64, u64)> = small.chain(large).filter(|(_, times)| *times > 0).collect();
                counted.sort_unstable();
                let sum = counted.iter().map(|(value, times)| i128::from(*value) * i128::from(*times)).sum();
                summed(&Counted(&counted), Total::Whole(sum))
            }
            Distribution::Hundredths { sum, extremes, values } => {
                FeatureFigures { extremes: *extremes, ..summed(&values.sorted(), Total::Hundredths(*sum)) }
            }
            Distribution::Real(values) => {
                let values = values.sorted();
                let sum = neumaier(values.iter());
                summed(&values, Total::Real(sum))
            }
        }
    }
}

impl Doubles {
    fn merge(&mut self, other: &Doubles) {
        self.zeros += other.zeros;
        self.others.extend_from_slice(&other.others);
    }

    fn sorted(&mut self) -> Sorted<'_> {
        // Stable, since that merges what is a few sorted runs.
        self.others.sort_by(f64::total_cmp);
        let (below, above) = self.others.split_at(self.others.partition_point(|value| *value < 0.0));
        Sorted { below, zeros: self.zeros, above }
    }
}

fn widen(extremes: &mut Option<(i128, i128)>, value: i128) {
    let (least, most) = extremes.unwrap_or((value, value));
    *extremes = Some((least.min(value), most.max(value)));
}

fn count(table: &mut Vec<u64>, others: &mut BTreeMap<i64, u64>, value: i64, times: u64) {
    match usize::try_from(value) {
        Ok(at) if at < TABLE => {
            if at >= table.len() {
                table.resize(at + 1, 0);
            }
            table[at] += times;
        }
        _ => *others.entry(value).or_default() += times,
    }
}

/// Values in ascending order, however they are held.
trait Ascending {
    fn n(&self) -> u64;
    /// The value of this rank, from 0.
    fn at(&self, rank: u64) -> f64;
    /// Σ (value − mean)².
    fn squares(&self, mean: f64) -> f64;
}

/// Those below zero, the zeros, and those above.
struct Sorted<'a> {
    below: &'a [f64],
    zeros: u64,
    above: &'a [f64],
}

impl Sorted<'_> {
    fn iter(&self) -> impl Iterator<Item = f64> {
        let zeros = std::iter::repeat_n(0.0, self.zeros as usize);
        self.below.iter().copied().chain(zeros).chain(self.above.iter().copied())
    }
}

impl Ascending for Sorted<'_> {
    fn n(&self) -> u64 {
        self.below.len() as u64 + self.zeros + self.above.len() as u64
    }
    fn at(&self, rank: u64) -> f64 {
        let below = self.below.len() as u64;
        match rank.checked_sub(below + self.zeros) {
            Some(rank) => self.above[rank as usize],
            None if rank < below => self.below[rank as usize],
            None => 0.0,
        }
    }
    fn squares(&self, mean: f64) -> f64 {
        neumaier(self.iter().map(|value| (value - mean) * (value - mean)))
    }
}

struct Counted<'a>(&'a [(i64, u64)]);

impl Ascending for Counted<'_> {
    fn n(&self) -> u64 {
        self.0.iter().map(|(_, times)| times).sum()
    }
    fn at(&self, rank: u64) -> f64 {
        let mut passed = 0;
        for (value, times) in self.0 {
            passed += times;
            if rank < passed {
                return *value as f64;
            }
        }
        f64::NAN
    }
    fn squares(&self, mean: f64) -> f64 {
        neumaier(self.0.iter().map(|(value, times)| {
            let deviation = *value as f64 - mean;
            deviation * deviation * *times as f64
        }))
    }
}

fn summed(values: &impl Ascending, sum: Total) -> FeatureFigures {
    let n = values.n();
    if n == 0 {
        return FeatureFigures { n, sum, mean: f64::NAN, sd: f64::NAN, quantiles: [f64::NAN; 7], extremes: None };
    }
    let mean = sum.double() / n as f64;
    let sd = if n < 2 { f64::NAN } else { (values.squares(mean) / (n - 1) as f64).sqrt() };
    FeatureFigures { n, sum, mean, sd, quantiles: PROBABILITIES.map(|p| quantile(values, n, p)), extremes: None }
}

/// Hyndman & Fan's type 7: linear between the order statistics around (n − 1) p.
fn quantile(values: &impl Ascending, n: u64, p: f64) -> f64 {
    let place = (n - 1) as f64 * p;
    let below = place.floor();
    let low = values.at(below as u64);
    let weight = place - below;
    if weight == 0.0 { low } else { low + weight * (values.at(below as u64 + 1) - low) }
}

/// A sum that carries the rounding error along.
#[derive(Debug, Clone, Copy, Default)]
pub struct Neumaier {
    sum: f64,
    lost: f64,
}

impl Neumaier {
    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let next = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() { (self.sum - next) + value } else { (value - next) + self.sum };
        self.sum = next;
    }

    /// Adds another sum, with its error.
    pub fn merge(&mut self, other: &Neumaier) {
        self.add(other.sum);
        self.lost += other.lost;
    }

    /// The sum.
    pub fn value(&self) -> f64 {
        self.sum + self.lost
    }
}

fn neumaier(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = Neumaier::default();
    values.for_each(|value| sum.add(value));
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::super::sparse::SparseColumn;
    use super::*;
    use proptest::prelude::*;

    /// The distribution of a column, of one category.
    fn distribution(column: &FeatureColumn, rows: usize) -> Distribution {
        let mut distribution = [Distribution::like(column)];
        SparseColumn::new(column.clone()).add_to(&mut distribution.iter_mut().collect::<Vec<_>>(), &vec![0; rows]);
        let [distribution] = distribution;
        distribution
    }

    fn of(column: &FeatureColumn, rows: usize) -> FeatureFigures {
        distribution(column, rows).figures()
    }

    #[test]
    fn nobody_one_and_two() {
        let none = of(&FeatureColumn::Ratios(vec![f64::NAN]), 1);
        assert_eq!((none.n, none.sum), (0, Total::Real(0.0)));
        assert!(none.mean.is_nan() && none.sd.is_nan() && none.quantiles[3].is_nan());
        let one = of(&FeatureColumn::Counts(vec![5]), 1);
        assert_eq!((one.n, one.mean, one.quantiles), (1, 5.0, [5.0; 7]));
        assert!(one.sd.is_nan());
        let two = of(&FeatureColumn::Hundredths(vec![100, 200]), 2);
        assert_eq!((two.sum, two.mean, two.quantiles[3]), (Total::Hundredths(300), 1.5, 1.5));
        assert!((two.sd - 0.5f64.sqrt()).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn counted_and_sorted_values_agree(values in proptest::collection::vec(-3i64..2000, 1..80), split in 0usize..80) {
            let whole = of(&FeatureColumn::Counts(values.clone()), values.len());
            let doubles: Vec<f64> = values.iter().map(|value| *value as f64).collect();
            let real = of(&FeatureColumn::Ratios(doubles), values.len());
            prop_assert_eq!(whole.quantiles, real.quantiles);
            prop_assert!((whole.mean - real.mean).abs() <= 1e-12 * real.mean.abs().max(1.0));
            prop_assert!(whole.sd.is_nan() && real.sd.is_nan() || (whole.sd - real.sd).abs() <= 1e-9 * real.sd.max(1.0));
            let (left, right) = values.split_at(split.min(values.len()));
            let part = |values: &[i64]| distribution(&FeatureColumn::Counts(values.to_vec()), values.len());
            let mut right = part(right);
            right.merge(&part(left));
            prop_assert_eq!(format!("{:?}", right.figures()), format!("{whole:?}"));
        }
    }
}
