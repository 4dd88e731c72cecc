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
