//! One feature summed up by cell, a cell being a group of a breakdown and a category in it.
//!
//! Two ways lead to the same figures. Whole numbers of a small range are counted by cell and value; everything else
//! is put in order of the cells, and each cell parted at its median. Whole numbers and hundredths are summed exactly;
//! doubles in the order of the customers, cell by cell, with the rounding error carried along: both come to the same
//! bits however the customers were shared out.

use super::breakdowns::MeanMedian;
use super::distribution::Neumaier;
use super::sparse::{SparseTable, SparseValues, Value};
use crate::features::hundredths;

/// Everybody's cell in one breakdown.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// The breakdown's dimensions.
    pub(super) dimensions: Vec<String>,
    /// The groups' values.
    pub(super) groups: Vec<Vec<Option<String>>>,
    /// How many categories there are; the cells of a group lie together.
    pub(super) categories: usize,
    /// The cell of each customer, in the order of the tables.
    of: Vec<u16>,
    /// How many customers are in each cell.
    pub(super) customers: Vec<u64>,
}

/// What breakdowns tell of a feature in a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) sum: f64,
    pub(super) middle: MeanMedian,
}

impl Cells {
    pub(super) fn new(
        dimensions: Vec<String>,
        groups: Vec<Vec<Option<String>>>,
        categories: usize,
        of: Vec<u16>,
    ) -> Self {
        let mut customers = vec![0; groups.len() * categories];
        of.iter().for_each(|cell| customers[usize::from(*cell)] += 1);
        Cells { dimensions, groups, categories, of, customers }
    }

    /// The cell of each customer, in the order of the tables.
    pub(super) fn each(&self) -> impl Iterator<Item = u16> + '_ {
        self.of.iter().copied()
    }

    /// Each table with the cells of its customers.
    fn of_tables<'a>(&'a self, tables: &'a [SparseTable]) -> impl Iterator<Item = (&'a SparseTable, &'a [u16])> {
        let mut rest = self.of.as_slice();
        tables.iter().map(move |table| {
            let (own, others) = rest.split_at(table.customers.len());
            rest = others;
            (table, own)
        })
    }

    /// How many customers of each cell have the feature.
    fn present(&self, tables: &[SparseTable], feature: usize) -> Vec<u64> {
        let mut present = self.customers.clone();
        for (table, own) in self.of_tables(tables) {
            for row in &table.columns[feature].missing {
                present[usize::from(own[usize::from(*row)])] -= 1;
            }
        }
        present
    }
}

/// A table of counts by cell and value may have so many entries (16 MiB).
const MOST_COUNTS: usize = 1 << 22;

/// The figures of a feature in each group: of its categories, then of all of them together.
pub(super) fn by_cell(tables: &[SparseTable], feature: usize, cells: &Cells) -> Vec<Figures> {
    let present = cells.present(tables, feature);
    let width = largest_count(tables, feature).map(|largest| largest + 1);
    match width.filter(|width| *width * cells.customers.len() <= MOST_COUNTS) {
        Some(width) => counted(tables, feature, cells, &present, width),
        None => ordered(tables, feature, cells, &present),
    }
}

/// The largest value of a feature of small whole numbers.
fn largest_count(tables: &[SparseTable], feature: usize) -> Option<usize> {
    let of_table = |table: &SparseTable| match &table.columns[feature].values {
        SparseValues::Bytes(values) => Some(usize::from(values.iter().copied().max().unwrap_or(0))),
        SparseValues::Words(values) => Some(usize::from(values.iter().copied().max().unwrap_or(0))),
        _ => None,
    };
    tables.iter().map(of_table).try_fold(0, |largest, of_table| Some(largest.max(of_table?)))
}

/// By counting how often each value occurs in each cell.
fn counted(tables: &[SparseTable], feature: usize, cells: &Cells, present: &[u64], width: usize) -> Vec<Figures> {
    let mut counts = vec![0u32; cells.customers.len() * width];
    for (table, own) in cells.of_tables(tables) {
        let column = &table.columns[feature];
        column.each(|row, value| {
            if let Value::Whole(value) = value {
                counts[usize::from(own[row]) * width + value as usize] += 1;
            }
        });
    }
    let mut figures = Vec::new();
    let mut all = vec![0u32; width];
    for (counts, present) in counts.chunks_mut(width * cells.categories).zip(present.chunks(cells.categories)) {
        all.fill(0);
        for (counts, n) in counts.chunks_mut(width).zip(present) {
            figures.push(of_counts(counts, *n));
            all.iter_mut().zip(&*counts).for_each(|(all, count)| *all += count);
        }
        figures.push(of_counts(&mut all, present.iter().sum()));
    }
    figures
}

/// Of the counts of 0, 1, 2 …, in which those of the zeros are still to be filled in.
fn of_counts(counts: &mut [u32], n: u64) -> Figures {
    counts[0] = 0;
    let others: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    counts[0] = (n - others) as u32;
    let sum: i128 = counts.iter().enumerate().map(|(value, times)| value as i128 * i128::from(*times)).sum();
    let at = |rank: u64| {
        let mut passed = 0;
        let place = counts.iter().position(|count| {
            passed += u64::from(*count);
            rank < passed
        });
        place.map_or(f64::NAN, |value| value as f64)
    };
    let median = if n == 0 { f64::NAN } else { between(at((n - 1) / 2), at(n / 2)) };
    figures(n, sum as f64, median)
}

/// Of so many values of this sum and median.
fn figures(n: u64, sum: f64, median: f64) -> Figures {
    let mean = if n == 0 { f64::NAN } else { sum / n as f64 };
    Figures { sum, middle: MeanMedian { n, mean, median } }
}

/// The middle of the two values around it (type 7); they are one where their number is odd.
fn between(low: f64, high: f64) -> f64 {
    if low == high { low } else { low + 0.5 * (high - low) }
}

/// The values of a feature in order of the cells, with exact sums where there are such.
struct ByCell {
    /// The first place of each cell, and the end.
    starts: Vec<usize>,
    values: Vec<f64>,
    sums: Sums,
}

/// Sums by cell.
enum Sums {
    Whole(Vec<i128>),
    Hundredths(Vec<i128>),
    Real(Vec<Neumaier>),
}

impl Sums {
    /// Adds a value of the feature, and gives it as a double.
    #[inline]
    fn add(&mut self, cell: usize, value: Value) -> f64 {
        match (self, value) {
            (Sums::Whole(sums), Value::Whole(value)) => {
                sums[cell] += i128::from(value);
                value as f64
            }
            (Sums::Hundredths(sums), Value::Hundredths(value)) => {
                sums[cell] += value;
                hundredths(value)
            }
            (Sums::Real(sums), Value::Real(value)) => {
                sums[cell].add(value);
                value
            }
            // A feature has values of one kind.
            _ => f64::NAN,
        }
    }
}

impl ByCell {
    fn new(tables: &[SparseTable], feature: usize, cells: &Cells) -> Self {
        let mut starts = vec![0; cells.customers.len() + 1];
        for (table, own) in cells.of_tables(tables) {
            table.columns[feature].rows().for_each(|row| starts[usize::from(own[row]) + 1] += 1);
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut values = vec![0.0; starts.last().copied().unwrap_or(0)];
        let mut next = starts.clone();
        let count = cells.customers.len();
        let mut sums = match tables.first().map(|table| &table.columns[feature].values) {
            Some(SparseValues::Hundredths(_) | SparseValues::LongHundredths(_)) => Sums::Hundredths(vec![0; count]),
            Some(SparseValues::Real(_) | SparseValues::FewReal(..)) => Sums::Real(vec![Neumaier::default(); count]),
            _ => Sums::Whole(vec![0; count]),
        };
        for (table, own) in cells.of_tables(tables) {
            table.columns[feature].each(|row, value| {
                let cell = usize::from(own[row]);
                values[next[cell]] = sums.add(cell, value);
                next[cell] += 1;
            });
        }
        ByCell { starts, values, sums }
    }

    /// The figures of neighbouring cells taken together.
    fn figures(&mut self, cells: std::ops::Range<usize>, n: u64) -> Figures {
        let values = &mut self.values[self.starts[cells.start]..self.starts[cells.end]];
        let zeros = n - values.len() as u64;
        let sum = match &self.sums {
            Sums::Whole(sums) => sums[cells].iter().sum::<i128>() as f64,
            Sums::Hundredths(sums) => hundredths(sums[cells].iter().sum()),
            Sums::Real(sums) => {
                let mut sum = Neumaier::default();
                sums[cells].iter().for_each(|of_cell| sum.merge(of_cell));
                sum.value()
            }
        };
        figures(n, sum, median(values, zeros))
    }
}

/// By putting the values in order.
fn ordered(tables: &[SparseTable], feature: usize, cells: &Cells, present: &[u64]) -> Vec<Figures> {
    let mut by_cell = ByCell::new(tables, feature, cells);
    let mut figures = Vec::new();
    for (group, present) in present.chunks(cells.categories).enumerate() {
        let first = group * cells.categories;
        for (category, n) in present.iter().enumerate() {
            figures.push(by_cell.figures(first + category..first + category + 1, *n));
        }
        figures.push(by_cell.figures(first..first + cells.categories, present.iter().sum()));
    }
    figures
}

/// The median of these values, none of which is zero, and of so many zeros; moves the values about.
fn median(values: &mut [f64], zeros: u64) -> f64 {
    let (zeros, n) = (zeros as usize, values.len() + zeros as usize);
    if n == 0 {
        return f64::NAN;
    }
    let negative = values.iter().filter(|value| **value < 0.0).count();
    // Where a rank lies among the values that are not zero; none for a zero.
    let place = |rank: usize| match rank {
        rank if rank < negative => Some(rank),
        rank if rank < negative + zeros => None,
        rank => Some(rank - zeros),
    };
    let (low, high) = (place((n - 1) / 2), place(n / 2));
    let Some(at) = high else { return between(low.map_or(0.0, |at| select(values, at).1), 0.0) };
    let (below, high) = select(values, at);
    match low {
        None => between(0.0, high),
        Some(low) if low == at => high,
        Some(_) => between(below.iter().copied().fold(f64::NEG_INFINITY, f64::max), high),
    }
}

/// The value of this rank, and those that are not above it.
fn select(values: &mut [f64], rank: usize) -> (&[f64], f64) {
    let (below, value, _) = values.select_nth_unstable_by(rank, f64::total_cmp);
    (below, *value)
}
