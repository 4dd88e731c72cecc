//! How often the values of a feature occur, and what bins they are cut into (`docs/method.md` section 11, *Bins*).

use super::model::BinRange;
use super::samples::SampleColumn;

/// A value that at least one in so many of those with a value have is a bin of its own.
const OWN_ONE_IN: u64 = 5;
/// The other values are cut into so many parts.
pub(super) const PARTS: u64 = 5;

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

    /// The ranges of bins before any are merged, in their order.
    pub(super) fn ranges(&self) -> Vec<BinRange> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use BinRange::{Missing, Only, UpTo};

    fn ranges(values: &[Option<f64>]) -> Vec<BinRange> {
        let mut column = SampleColumn::default();
        column.extend(values.iter().copied());
        Distribution::of(&column).ranges()
    }

    /// Each value of a run of whole numbers so many times.
    fn times(counts: &[usize]) -> Vec<Option<f64>> {
        counts.iter().enumerate().flat_map(|(value, count)| vec![Some(value as f64); *count]).collect()
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
    fn distributions_of_all_kinds_of_columns_add_up() {
        let mut all = Distribution::of(&SampleColumn::Bytes(vec![1, 2, 2]));
        all.add(Distribution::of(&SampleColumn::Words(vec![2, 300])));
        all.add(Distribution::of(&SampleColumn::Hundredths(vec![200, -150])));
        all.add(Distribution::of(&SampleColumn::Doubles(vec![f64::NAN, 300.0, -0.0, 0.0])));
        let values = vec![(-1.5, 1), (0.0, 2), (1.0, 1), (2.0, 4), (300.0, 2)];
        assert_eq!(all, Distribution { values, missing: 1 });
    }
}
