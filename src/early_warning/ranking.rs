//! How well an order of risk foresaw outcomes (`docs/method.md` section 11, *Test figures*).

use super::backtest::{CapacityFigures, TestFigures};

/// How many are looked at, per cent of a sample.
pub const CAPACITIES_PCT: [f64; 10] = [0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0];
/// The capacity, per cent, at which groups are audited.
pub const AUDIT_CAPACITY_PCT: f64 = 5.0;

/// Rows that rank alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    /// What was foreseen for them.
    pub(super) risk: f64,
    /// Rows by the number of dates until the outcome; first those without it.
    pub(super) until: Vec<u64>,
}

impl Level {
    fn rows(&self) -> u64 {
        self.until.iter().sum()
    }

    fn outcomes(&self) -> u64 {
        self.until[1..].iter().sum()
    }
}

/// Levels in descending order of risk, those with equal risk as one.
pub(super) fn by_risk(mut levels: Vec<Level>) -> Vec<Level> {
    levels.sort_by(|a, b| b.risk.total_cmp(&a.risk));
    levels.dedup_by(|next, kept| {
        let is_equal = next.risk == kept.risk;
        if is_equal {
            kept.until.iter_mut().zip(&next.until).for_each(|(sum, count)| *sum += count);
        }
        is_equal
    });
    levels
}

/// Pairs of a row with the outcome and one without, and those of them in the right order, counted twice; of equal rank once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pairs {
    pairs: u128,
    twice_right: u128,
}

impl Pairs {
    /// Of rows and rows with the outcome, in descending order of rank.
    pub(super) fn new(levels: impl Iterator<Item = (u64, u64)>) -> Self {
        let (mut pairs, mut above, mut others) = (Pairs::default(), 0u128, 0u128);
        for (rows, outcomes) in levels {
            let (without, outcomes) = (u128::from(rows - outcomes), u128::from(outcomes));
            pairs.twice_right += without * (2 * above + outcomes);
            above += outcomes;
            others += without;
        }
        pairs.pairs = above * others;
        pairs
    }

    fn add(&mut self, other: Pairs) {
        self.pairs += other.pairs;
        self.twice_right += other.twice_right;
    }

    /// Area under the ROC curve; NaN without pairs.
    pub(super) fn auc(self) -> f64 {
        self.twice_right as f64 / (2 * self.pairs) as f64
    }
}

/// How many are looked at: ⌈n · p / 100⌉.
fn looked_at(rows: u64, capacity_pct: f64) -> u64 {
    (rows as f64 * capacity_pct / 100.0).ceil() as u64
}

/// The level at the edge of a capacity, and the share of it that is looked at; all levels before it are.
pub(super) fn edge(levels: &[Level], capacity_pct: f64) -> (usize, f64) {
    let mut left = looked_at(levels.iter().map(Level::rows).sum(), capacity_pct);
    for (place, level) in levels.iter().enumerate() {
        let rows = level.rows();
        if left <= rows && rows > 0 {
            return (place, left as f64 / rows as f64);
        }
        left -= rows.min(left);
    }
    (levels.len(), 0.0)
}

/// What figures are made of; of several dates they add up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    rows: u64,
    outcomes: u64,
    pairs: Pairs,
    capacities: Vec<CapacityFigures>,
    expected: f64,
    /// Squared differences of risk and outcome.
    squared: f64,
    /// The same of the fitting sample's base rate.
    squared_base: f64,
}

impl Sums {
    /// Of levels in descending order, held against the base rate of the fitting sample.
    pub(super) fn new(levels: &[Level], base_rate: f64) -> Self {
        let squared = |risk: f64, level: &Level| {
            let (rows, outcomes) = (level.rows() as f64, level.outcomes() as f64);
            (rows - outcomes) * risk * risk + outcomes * (1.0 - risk) * (1.0 - risk)
        };
        Sums {
            rows: levels.iter().map(Level::rows).sum(),
            outcomes: levels.iter().map(Level::outcomes).sum(),
            pairs: Pairs::new(levels.iter().map(|level| (level.rows(), level.outcomes()))),
            capacities: CAPACITIES_PCT.iter().map(|capacity| found(levels, *capacity)).collect(),
            expected: levels.iter().map(|level| level.risk * level.rows() as f64).sum(),
            squared: levels.iter().map(|level| squared(level.risk, level)).sum(),
            squared_base: levels.iter().map(|level| squared(base_rate, level)).sum(),
        }
    }

    /// Adds another date.
    pub(super) fn add(&mut self, other: &Sums) {
        self.rows += other.rows;
        self.outcomes += other.outcomes;
        self.pairs.add(other.pairs);
        for (own, other) in self.capacities.iter_mut().zip(&other.capacities) {
            own.looked_at += other.looked_at;
            own.found += other.found;
            for (own, other) in own.found_by_dates.iter_mut().zip(&other.found_by_dates) {
                *own = (own.0 + other.0, own.1 + other.1);
            }
        }
        self.expected += other.expected;
        self.squared += other.squared;
        self.squared_base += other.squared_base;
    }

    /// The figures.
    pub(super) fn figures(&self) -> TestFigures {
        TestFigures {
            rows: self.rows,
            outcomes: self.outcomes,
            auc: self.pairs.auc(),
            capacities: self.capacities.clone(),
            expected: self.expected,
            brier: self.squared / self.rows as f64,
            brier_skill: 1.0 - self.squared / self.squared_base,
        }
    }
}

/// What is found at a capacity.
fn found(levels: &[Level], capacity_pct: f64) -> CapacityFigures {
    let (place, share) = edge(levels, capacity_pct);
    let at = |until: usize| {
        let above: u64 = levels[..place].iter().map(|level| level.until[until]).sum();
        let all = levels.iter().map(|level| level.until[until]).sum();
        (above as f64 + share * levels.get(place).map_or(0.0, |level| level.until[until] as f64), all)
    };
    let dates = levels.first().map_or(1, |level| level.until.len());
    let above: u64 = levels[..place].iter().map(Level::outcomes).sum();
    CapacityFigures {
        capacity_pct,
        looked_at: looked_at(levels.iter().map(Level::rows).sum(), capacity_pct),
        found: above as f64 + share * levels.get(place).map_or(0.0, |level| level.outcomes() as f64),
        found_by_dates: (1..dates).map(at).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn level(risk: f64, until: &[u64]) -> Level {
        Level { risk, until: until.to_vec() }
    }

    #[test]
    fn of_equal_ranks_at_the_edge_the_expected_share_is_found() {
        // 40 rows: 5 % are 2, of which one is at the edge, of 10 with 4 outcomes.
        let levels = [level(0.9, &[0, 1, 0]), level(0.5, &[6, 3, 1]), level(0.1, &[28, 0, 1])];
        let found = found(&levels, 5.0);
        assert_eq!((found.looked_at, found.found), (2, 1.4));
        assert_eq!(found.found_by_dates, [(1.3, 4), (0.1, 2)]);
        assert_eq!(edge(&levels, 5.0), (1, 0.1));
        assert_eq!(super::found(&levels, 0.5).looked_at, 1, "rounded up");
        assert_eq!(super::found(&levels, 50.0).found, 5.0 + 9.0 / 29.0);
        assert_eq!(edge(&[], 5.0), (0, 0.0));
    }

    #[test]
    fn figures_of_one_date() {
        let levels = [level(0.5, &[1, 3]), level(0.25, &[3, 1])];
        let figures = Sums::new(&levels, 0.5).figures();
        assert_eq!((figures.rows, figures.outcomes), (8, 4));
        // Pairs: 3 × 3 right, 3 × 1 + 1 × 3 equal, 1 wrong.
        assert_eq!(figures.auc, (9.0 + 3.0) / 16.0);
        assert_eq!(figures.expected, 3.0);
        let brier = (4.0 * 0.25 + 3.0 * 0.0625 + 0.5625) / 8.0;
        assert_eq!(figures.brier, brier);
        assert_eq!(figures.brier_skill, 1.0 - brier / 0.25);
    }

    #[test]
    fn dates_together_pair_within_a_date_only() {
        let mut sums = Sums::new(&[level(0.9, &[0, 1]), level(0.1, &[1, 0])], 0.5);
        sums.add(&Sums::new(&[level(0.05, &[0, 1]), level(0.01, &[1, 0])], 0.5));
        let figures = sums.figures();
        assert_eq!(figures.auc, 1.0, "one pair a date, both right");
        assert_eq!(figures.rows, 4);
        assert_eq!(figures.capacities[0].looked_at, 2, "the top of each date by itself");
        assert_eq!(figures.capacities[0].found, 2.0);
    }

    #[test]
    fn equal_risks_are_one_level() {
        let levels = by_risk(vec![level(0.1, &[1, 2]), level(0.3, &[1, 0]), level(0.1, &[5, 5])]);
        assert_eq!(levels, [level(0.3, &[1, 0]), level(0.1, &[6, 7])]);
    }

    #[test]
    fn without_outcomes_there_is_no_auc() {
        assert!(Sums::new(&[level(0.1, &[5, 0])], 0.1).figures().auc.is_nan());
    }

    proptest! {
        #[test]
        fn auc_is_what_its_definition_says(rows in proptest::collection::vec((0i32..6, any::<bool>()), 2..60)) {
            let (mut right, mut pairs) = (0.0, 0.0);
            for (a, _) in rows.iter().filter(|row| row.1) {
                for (b, _) in rows.iter().filter(|row| !row.1) {
                    pairs += 1.0;
                    right += if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
                }
            }
            let of = |(risk, outcome): &(i32, bool)| level(f64::from(*risk), &[u64::from(!outcome), u64::from(*outcome)]);
            let auc = Sums::new(&by_risk(rows.iter().map(of).collect()), 0.5).figures().auc;
            prop_assert!(pairs == 0.0 && auc.is_nan() || (auc - right / pairs).abs() < 1e-12);
        }

        #[test]
        fn who_is_found_is_the_mean_over_all_orders_of_equals(
            rows in proptest::collection::vec((0i32..4, any::<bool>()), 1..40), capacity_pct in 1.0f64..100.0,
        ) {
            // Of equals, taking outcomes first and last are the extremes; the expected share lies between, and is as many as
            // looked at in all.
            let of = |(risk, outcome): &(i32, bool)| level(f64::from(*risk), &[u64::from(!outcome), u64::from(*outcome)]);
            let levels = by_risk(rows.iter().map(of).collect());
            let found = found(&levels, capacity_pct);
            let extreme = |outcomes_first: bool| {
                let mut rows = rows.clone();
                rows.sort_by_key(|(risk, outcome)| (-risk, *outcome != outcomes_first));
                rows.iter().take(found.looked_at as usize).filter(|row| row.1).count() as f64
            };
            prop_assert!(extreme(false) - 1e-9 <= found.found && found.found <= extreme(true) + 1e-9);
            prop_assert!((found.found - found.found_by_dates[0].0).abs() < 1e-12);
        }
    }
}
