//! Which groups have more or fewer customers of a category than their ages explain (`docs/method.md` section 6): indirect
//! standardisation, with exact Poisson intervals.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::schema::figures::ratio;

/// A group held against everybody, age by age.
#[derive(Debug, Clone, PartialEq)]
pub struct AgeAdjusted {
    /// The customers of the group's smallest age group that has any.
    pub fewest_of_an_age: u64,
    /// Per category in the configured order.
    pub categories: Vec<Adjusted>,
}

/// A category's customers in a group beside those that its ages let expect. What is missing is NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// The customers that the group would have with everybody's age-specific shares.
    pub expected: f64,
    /// Customers / expected; missing where nothing is expected.
    pub ratio: f64,
    /// Lower end of the ratio's exact 95 % Poisson interval.
    pub ratio_low: f64,
    /// Its upper end.
    pub ratio_high: f64,
}

impl Adjusted {
    /// Of so many customers, where so many are expected.
    fn new(customers: u64, expected: f64) -> Self {
        let n = customers as f64;
        let low = if customers == 0 { 0.0 } else { chi_squared(0.025, 2.0 * n) / 2.0 };
        let high = chi_squared(0.975, 2.0 * n + 2.0) / 2.0;
        let [ratio, ratio_low, ratio_high] = [n, low, high].map(|count| ratio(count, expected));
        Adjusted { expected, ratio, ratio_low, ratio_high }
    }

    /// By the names that files have for them, in the order of files.
    pub fn iter(self) -> impl Iterator<Item = (&'static str, f64)> {
        let Adjusted { expected, ratio, ratio_low, ratio_high } = self;
        [("expected", expected), ("ratio", ratio), ("ratio_low", ratio_low), ("ratio_high", ratio_high)].into_iter()
    }

    /// Whether the group differs by more than its ages and chance explain.
    pub fn differs(&self) -> bool {
        self.ratio_low > 1.0 || self.ratio_high < 1.0
    }
}

/// The value below which a χ² variable of so many degrees of freedom lies with this probability.
fn chi_squared(probability: f64, degrees: f64) -> f64 {
    ChiSquared::new(degrees).map_or(f64::NAN, |distribution| distribution.inverse_cdf(probability))
}

/// Customers by row and column, row by row.
#[derive(Debug, Clone)]
pub(super) struct CrossCounts {
    columns: usize,
    counts: Vec<u64>,
}

impl CrossCounts {
    /// Counts these pairs of a row and a column.
    pub(super) fn new(rows: usize, columns: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut counts = vec![0; rows * columns];
        pairs.for_each(|(row, column)| counts[row * columns + column] += 1);
        CrossCounts { columns, counts }
    }

    fn row(&self, row: usize) -> &[u64] {
        &self.counts[row * self.columns..][..self.columns]
    }

    fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.counts.chunks(self.columns.max(1))
    }
}

/// A group adjusted for age. `by_age` has everybody's customers by age group and category, `by_group` those of the
/// groups by group and age group; `customers` are the group's by category.
pub(super) fn adjusted(by_age: &CrossCounts, by_group: &CrossCounts, group: usize, customers: &[u64]) -> AgeAdjusted {
    let ages = by_group.row(group);
    let expected = |category: usize| -> f64 {
        let of_age = |(own, everybody): (&u64, &[u64])| {
            let all: u64 = everybody.iter().sum();
            // Whole numbers first, so that as little as possible is rounded.
            if all == 0 { 0.0 } else { *own as f64 * everybody[category] as f64 / all as f64 }
        };
        ages.iter().zip(by_age.rows()).map(of_age).sum()
    };
    AgeAdjusted {
        fewest_of_an_age: ages.iter().copied().filter(|count| *count > 0).min().unwrap_or(0),
        categories: customers.iter().enumerate().map(|(at, count)| Adjusted::new(*count, expected(at))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} and not {expected}");
    }

    /// Young: 90 light, 10 heavy. Old: 60 light, 40 heavy. A group of 20 young and 10 old expects 20 × 0.1 + 10 × 0.4 = 6
    /// heavy ones, and has 9.
    #[test]
    fn a_group_is_held_against_everybody_of_its_ages() {
        let everybody = [(0, 0, 90), (0, 1, 10), (1, 0, 60), (1, 1, 40)];
        let pairs = everybody.iter().flat_map(|(age, category, times)| std::iter::repeat_n((*age, *category), *times));
        let by_age = CrossCounts::new(3, 2, pairs);
        let by_group = CrossCounts::new(1, 3, [(0, 0); 20].into_iter().chain([(0, 1); 10]));
        let found = adjusted(&by_age, &by_group, 0, &[21, 9]);
        let heavy = found.categories[1];
        assert_eq!((found.fewest_of_an_age, heavy.expected, heavy.ratio), (10, 6.0, 1.5));
        // With a mean of 4.115… nine or more have a probability of 2.5 %, with 17.08… nine or fewer.
        close(heavy.ratio_low, 4.115_373_097_378 / 6.0);
        close(heavy.ratio_high, 17.084_803_451_419 / 6.0);
        assert!(!heavy.differs());
        assert_eq!((found.categories[0].expected, found.categories[0].ratio), (24.0, 21.0 / 24.0));
    }

    #[test]
    fn nobody_has_an_interval_from_zero_and_nothing_expected_has_no_ratio() {
        let none = Adjusted::new(0, 2.0);
        // P(0) = e^-λ = 0.025 at λ = ln 40.
        close(none.ratio_high, 40.0f64.ln() / 2.0);
        assert_eq!((none.ratio, none.ratio_low), (0.0, 0.0));
        let nothing = Adjusted::new(0, 0.0);
        assert!(nothing.ratio.is_nan() && nothing.ratio_low.is_nan() && nothing.ratio_high.is_nan());
        assert!(!nothing.differs());
    }

    #[test]
    fn quantiles_are_exact_for_few_and_for_millions() {
        // Of two degrees of freedom it is an exponential distribution: -2 ln(1 - p).
        close(chi_squared(0.975, 2.0), 2.0 * 40.0f64.ln());
        close(chi_squared(0.025, 2.0), -2.0 * 0.975f64.ln());
        // Wilson and Hilferty's approximation is off by less than 1e-8 of these.
        let degrees = 5e6f64;
        for (probability, z) in [(0.025, -1.959_963_984_540_054), (0.975, 1.959_963_984_540_054)] {
            let spread = 2.0 / (9.0 * degrees);
            let approximation = degrees * (1.0 - spread + z * spread.sqrt()).powi(3);
            let found = chi_squared(probability, degrees);
            assert!((found / approximation - 1.0).abs() < 1e-8, "{found} and not {approximation}");
        }
    }

    proptest! {
        /// Over all groups as many are expected as there are, in each category.
        #[test]
        fn expected_customers_add_up_to_those_there_are(
            customers in proptest::collection::vec((0usize..4, 0usize..5, 0usize..3), 1..300),
        ) {
            let by_age = CrossCounts::new(5, 3, customers.iter().map(|(_, age, category)| (*age, *category)));
            let by_group = CrossCounts::new(4, 5, customers.iter().map(|(group, age, _)| (*group, *age)));
            let count = |group: usize, category: usize| {
                customers.iter().filter(|(g, _, c)| (*g, *c) == (group, category)).count() as u64
            };
            let groups: Vec<(Vec<u64>, AgeAdjusted)> = (0..4)
                .map(|group| {
                    let own: Vec<u64> = (0..3).map(|category| count(group, category)).collect();
                    let found = adjusted(&by_age, &by_group, group, &own);
                    (own, found)
                })
                .collect();
            for category in 0..3 {
                let there: u64 = groups.iter().map(|(own, _)| own[category]).sum();
                let expected: f64 = groups.iter().map(|(_, found)| found.categories[category].expected).sum();
                prop_assert!((expected - there as f64).abs() < 1e-9 * (there as f64).max(1.0));
            }
            for (own, found) in &groups {
                let expected: f64 = found.categories.iter().map(|of| of.expected).sum();
                prop_assert!((expected - own.iter().sum::<u64>() as f64).abs() < 1e-9);
                for of in found.categories.iter().filter(|of| of.expected > 0.0) {
                    prop_assert!(of.ratio_low <= of.ratio && of.ratio < of.ratio_high);
                }
            }
        }
    }
}
