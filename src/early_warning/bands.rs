//! Bands of scores that mean the same risk (`docs/method.md` section 11, *Bands*).

use super::model::Band;
use crate::config::BandLimits;

/// The standard normal's 97.5 % quantile: of 95 % intervals.
const NORMAL_97_5: f64 = 1.959_963_984_540_054;

/// How many rows of a calibration sample have a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScoreRows {
    pub(super) score: i64,
    pub(super) rows: u64,
    pub(super) outcomes: u64,
}

impl ScoreRows {
    /// Takes in the next lower scores.
    fn join(&mut self, lower: ScoreRows) {
        self.score = lower.score;
        self.rows += lower.rows;
        self.outcomes += lower.outcomes;
    }

    /// Whether the risk is higher than here; exactly.
    fn is_below(&self, other: &ScoreRows) -> bool {
        u128::from(self.outcomes) * u128::from(other.rows) < u128::from(other.outcomes) * u128::from(self.rows)
    }
}

/// The bands of a calibration sample of so many dates; its scores are in descending order. Where none is ever closed, all
/// scores are one band; without scores there is none.
pub(super) fn bands(scores: &[ScoreRows], limits: &BandLimits, dates: usize) -> Vec<Band> {
    let mut pooled: Vec<ScoreRows> = Vec::new();
    for band in gathered(scores, limits) {
        pooled.push(band);
        // What is pooled may be riskier than the one above, in turn.
        while let [.., above, below] = pooled.as_mut_slice()
            && above.is_below(below)
        {
            above.join(*below);
            pooled.pop();
        }
    }
    pooled.iter().map(|band| told(band, dates)).collect()
}

/// Scores from the highest on, closed as soon as there are enough.
fn gathered(scores: &[ScoreRows], limits: &BandLimits) -> Vec<ScoreRows> {
    let all: u64 = scores.iter().map(|score| score.outcomes).sum();
    let is_enough = |band: &ScoreRows| {
        band.rows >= limits.min_customers.into()
            && band.outcomes >= limits.min_outcomes.into()
            && band.outcomes as f64 * 100.0 >= limits.min_outcomes_pct * all as f64
    };
    let mut closed: Vec<ScoreRows> = Vec::new();
    let mut open: Option<ScoreRows> = None;
    for score in scores {
        match &mut open {
            Some(band) => band.join(*score),
            None => open = Some(*score),
        }
        closed.extend(open.take_if(|band| is_enough(band)));
    }
    match (closed.last_mut(), open) {
        (Some(last), Some(rest)) => last.join(rest),
        (None, Some(rest)) => closed.push(rest),
        (_, None) => {}
    }
    closed
}

fn told(band: &ScoreRows, dates: usize) -> Band {
    let (rows, outcomes) = (band.rows, band.outcomes);
    let [low, high] = wilson(outcomes as f64 / dates as f64, rows as f64 / dates as f64);
    Band {
        lowest_score: band.score,
        rows,
        outcomes,
        risk_pct: 100.0 * outcomes as f64 / rows as f64,
        risk_low_pct: 100.0 * low,
        risk_high_pct: 100.0 * high,
    }
}

/// Wilson's 95 % interval of a share, `hits` of `n`. A customer is in the calibration sample on most of its dates, so the
/// counts of one date are what the sample tells; they need not be whole.
pub(crate) fn wilson(hits: f64, n: f64) -> [f64; 2] {
    let (share, squared) = (hits / n, NORMAL_97_5 * NORMAL_97_5);
    let centre = share + squared / (2.0 * n);
    let half = NORMAL_97_5 * (share * (1.0 - share) / n + squared / (4.0 * n * n)).sqrt();
    let [low, high] = [centre - half, centre + half].map(|end| end / (1.0 + squared / n));
    // At these ends the interval reaches as far as a share can, but for rounding.
    [if share <= 0.0 { 0.0 } else { low }, if share >= 1.0 { 1.0 } else { high }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: BandLimits = BandLimits { min_customers: 100, min_outcomes: 20, min_outcomes_pct: 5.0 };

    fn rows(scores: &[(i64, u64, u64)]) -> Vec<ScoreRows> {
        scores
            .iter()
            .map(|(score, rows, outcomes)| ScoreRows { score: *score, rows: *rows, outcomes: *outcomes })
            .collect()
    }

    fn of(scores: &[(i64, u64, u64)]) -> Vec<(i64, u64, u64)> {
        bands(&rows(scores), &LIMITS, 1).iter().map(|band| (band.lowest_score, band.rows, band.outcomes)).collect()
    }

    #[test]
    fn a_band_is_closed_when_it_has_enough_of_everything() {
        // Customers, outcomes and the share of outcomes are reached one after the other.
        let scores = [(9, 99, 60), (8, 1, 1), (7, 100, 19), (6, 40, 1), (5, 100, 20)];
        assert_eq!(
            of(&scores),
            [(8, 100, 61), (5, 240, 40)],
            "6 closes a band, and 5 is pooled with it: its risk is higher"
        );
        assert_eq!(of(&[(9, 200, 60), (8, 200, 20), (7, 200, 19), (6, 10, 0)]), [(9, 200, 60), (6, 410, 39)]);
        // 5 % of 1,000 outcomes are 50.
        assert_eq!(of(&[(3, 1_000, 49), (2, 10, 1), (1, 10_000, 950)])[..1], [(1, 11_010, 1_000)]);
        assert_eq!(of(&[(3, 400, 49), (2, 10, 1), (1, 10_000, 950)]), [(2, 410, 50), (1, 10_000, 950)]);
    }

    #[test]
    fn what_is_left_joins_the_last_band_and_without_one_is_the_only_one() {
        assert_eq!(of(&[(4, 100, 50), (2, 5, 0), (1, 5, 1)]), [(1, 110, 51)]);
        assert_eq!(of(&[(4, 10, 5), (2, 5, 0)]), [(2, 15, 5)]);
        assert_eq!(of(&[]), []);
    }

    #[test]
    fn pooling_goes_back_as_far_as_it_has_to() {
        assert_eq!(of(&[(4, 100, 36), (3, 100, 30), (2, 100, 20), (1, 100, 60)]), [(1, 400, 146)]);
        assert_eq!(
            of(&[(4, 100, 60), (3, 100, 30), (2, 100, 20), (1, 100, 35)]),
            [(4, 100, 60), (3, 100, 30), (1, 200, 55)]
        );
        assert_eq!(of(&[(2, 100, 30), (1, 100, 30)]), [(2, 100, 30), (1, 100, 30)], "equal risks do not rise");
    }

    #[test]
    fn the_interval_is_wilsons() {
        // statsmodels 0.15, proportion_confint(15, 100, method="wilson").
        let found = wilson(15.0, 100.0);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} is not {b}");
        close(found[0], 0.093_059_852_836_566_3);
        close(found[1], 0.232_835_595_908_323_7);
        assert_eq!(wilson(0.0, 50.0)[0], 0.0);
        assert_eq!(wilson(50.0, 50.0)[1], 1.0);
        let band = bands(&rows(&[(1, 1_200, 180)]), &LIMITS, 12)[0];
        close(band.risk_low_pct, 9.305_985_283_656_63);
        assert_eq!(band.risk_pct, 15.0);
    }

    proptest! {
        #[test]
        fn risks_fall_and_counts_add_up(
            scores in proptest::collection::vec((0u64..300, 0u64..300), 1..40),
            min_customers in 0u32..200, min_outcomes in 0u32..60, min_outcomes_pct in 0.0f64..20.0,
        ) {
            let scores: Vec<ScoreRows> = scores
                .into_iter()
                .enumerate()
                .map(|(at, (others, outcomes))| ScoreRows { score: -(at as i64), rows: others + outcomes + 1, outcomes })
                .collect();
            let limits = BandLimits { min_customers, min_outcomes, min_outcomes_pct };
            let found = bands(&scores, &limits, 3);
            prop_assert_eq!(found.iter().map(|band| band.rows).sum::<u64>(), scores.iter().map(|score| score.rows).sum::<u64>());
            let outcomes: u64 = scores.iter().map(|score| score.outcomes).sum();
            prop_assert_eq!(found.iter().map(|band| band.outcomes).sum::<u64>(), outcomes);
            prop_assert_eq!(found.last().map(|band| band.lowest_score), scores.last().map(|score| score.score));
            for pair in found.windows(2) {
                prop_assert!(pair[0].lowest_score > pair[1].lowest_score && pair[0].risk_pct >= pair[1].risk_pct);
            }
            for band in &found {
                prop_assert!(band.risk_low_pct <= band.risk_pct + 1e-9 && band.risk_pct <= band.risk_high_pct + 1e-9);
                let enough = band.rows >= min_customers.into()
                    && band.outcomes >= min_outcomes.into()
                    && band.outcomes as f64 * 100.0 >= min_outcomes_pct * outcomes as f64;
                prop_assert!(found.len() == 1 || enough);
            }
        }
    }
}
