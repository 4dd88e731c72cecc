//! Whether a model is good enough to be used (`docs/method.md` section 11, *Passes*).

use super::backtest::{Backtest, Failure, TestFigures, Tested};

/// The AUC exceeds that of the baselines by so much.
const AUC_MARGIN: f64 = 0.01;
/// Fewest different customers with outcomes, in the tests and in the calibration.
const FEWEST_CUSTOMERS: u64 = 100;
/// Where observed / expected has to be, with its interval.
const CALIBRATED: std::ops::RangeInclusive<f64> = 0.9..=1.1;
/// Standard errors to either side of an interval of 95 %, as the method writes it.
const ERRORS: f64 = 1.96;

impl Backtest {
    /// Whether the model passes.
    pub fn passes(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Observed / expected, and its interval, which is that of the different customers with outcomes: the same customers are
/// in the tests of many dates.
pub(super) fn observed_to_expected(model: &TestFigures, tested: u64, calibrated: u64) -> [f64; 3] {
    interval(model.outcomes as f64 / model.expected, tested, calibrated)
}

/// A ratio of observed to expected with its interval.
pub(super) fn interval(ratio: f64, tested: u64, calibrated: u64) -> [f64; 3] {
    let half = ERRORS * (1.0 / tested as f64 + 1.0 / calibrated as f64).sqrt();
    [ratio, ratio * (-half).exp(), ratio * half.exp()]
}

/// Every condition that is not met. What is not a number meets none.
pub(super) fn failures(
    together: &Tested,
    tested: u64,
    calibrated: u64,
    observed_to_expected: [f64; 3],
) -> Vec<Failure> {
    let Tested { model, rules, single } = together;
    let exceeds = |baseline: &TestFigures| model.auc >= baseline.auc + AUC_MARGIN;
    let [_, low, high] = observed_to_expected;
    let conditions = [
        (exceeds(rules), Failure::NoBetterThanRules),
        (exceeds(single), Failure::NoBetterThanSingle),
        (model.brier_skill > rules.brier_skill, Failure::NoMoreSkillThanRules),
        (tested >= FEWEST_CUSTOMERS, Failure::FewTested(tested)),
        (calibrated >= FEWEST_CUSTOMERS, Failure::FewCalibrated(calibrated)),
        (low <= *CALIBRATED.end() && high >= *CALIBRATED.start(), Failure::Miscalibrated),
    ];
    conditions.into_iter().filter(|(is_met, _)| !is_met).map(|(_, failure)| failure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(auc: f64, brier_skill: f64) -> TestFigures {
        TestFigures { rows: 1_000, outcomes: 110, auc, capacities: vec![], expected: 100.0, brier: 0.1, brier_skill }
    }

    fn of(model: (f64, f64), counts: [u64; 2], interval: [f64; 2]) -> Vec<Failure> {
        let together = Tested { model: figures(model.0, model.1), rules: figures(0.7, 0.2), single: figures(0.6, 0.4) };
        failures(&together, counts[0], counts[1], [1.0, interval[0], interval[1]])
    }

    #[test]
    fn each_condition_fails_by_itself() {
        let fine = (0.72, 0.3);
        assert_eq!(of(fine, [100, 100], [1.1, 1.2]), []);
        assert_eq!(of(fine, [100, 100], [0.8, 0.9]), []);
        assert_eq!(of((0.709, 0.3), [100, 100], [0.9, 1.1]), [Failure::NoBetterThanRules]);
        assert_eq!(of((0.72, 0.2), [100, 100], [0.9, 1.1]), [Failure::NoMoreSkillThanRules]);
        assert_eq!(of(fine, [99, 100], [0.9, 1.1]), [Failure::FewTested(99)]);
        assert_eq!(of(fine, [100, 3], [0.9, 1.1]), [Failure::FewCalibrated(3)]);
        assert_eq!(of(fine, [100, 100], [1.11, 1.2]), [Failure::Miscalibrated]);
        assert_eq!(of(fine, [100, 100], [0.8, 0.89]), [Failure::Miscalibrated]);
        let nothing = of((f64::NAN, f64::NAN), [0, 0], [f64::NAN, f64::NAN]);
        assert_eq!(nothing.len(), 6, "what is not a number meets no condition");
    }

    #[test]
    fn the_interval_is_that_of_different_customers() {
        let [ratio, low, high] = observed_to_expected(&figures(0.7, 0.2), 150, 300);
        assert_eq!(ratio, 1.1);
        // √(1/150 + 1/300) is 0.1.
        assert!((low - 1.1 * (-0.196f64).exp()).abs() < 1e-12 && (high - 1.1 * 0.196f64.exp()).abs() < 1e-12);
    }
}
