//! What a model's tests on later dates came to.

use crate::calendar::Day;

/// The tests of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// By date of testing, ascending.
    pub dates: Vec<BacktestDate>,
    /// Over all dates together.
    pub together: Tested,
    /// The feature that `single` is over all dates together named by: that of the last date.
    pub single_feature: String,
    /// By dimension and age group.
    pub audit: Vec<AuditedGroup>,
    /// Different customers with outcomes in the tests.
    pub tested_customers: u64,
    /// Different customers with outcomes in the calibration sample of the last date of testing.
    pub calibrated_customers: u64,
    /// Observed / expected, and its interval.
    pub observed_to_expected: [f64; 3],
    /// Why the model does not pass; it passes where this is empty.
    pub failures: Vec<Failure>,
}

/// A date on which a model was tested that was fitted and calibrated on dates before it.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestDate {
    /// The date of testing.
    pub date: Day,
    /// The dates whose samples the model was fitted on.
    pub fitted_on: Vec<Day>,
    /// The dates whose samples it was calibrated on.
    pub calibrated_on: Vec<Day>,
    /// Customers who are no longer in the population and have no outcome.
    pub left_out: u64,
    /// The feature of the baseline `single`.
    pub single_feature: String,
    /// How the model did, and the baselines.
    pub tested: Tested,
    /// By band of that model, in descending order of score.
    pub bands: Vec<BandOutcome>,
}

/// The figures of a model and of the baselines on the same sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// The scorecard.
    pub model: TestFigures,
    /// The risk of a customer is the rate of the deciding rule.
    pub rules: TestFigures,
    /// The risk of a customer is the rate of the bin of the one best feature.
    pub single: TestFigures,
}

/// How well risks foresaw outcomes.
#[derive(Debug, Clone, PartialEq)]
pub struct TestFigures {
    /// Rows.
    pub rows: u64,
    /// Those of them with the outcome.
    pub outcomes: u64,
    /// Area under the ROC curve; NaN without outcomes or without any other rows.
    pub auc: f64,
    /// For each capacity, in their order.
    pub capacities: Vec<CapacityFigures>,
    /// The sum of risks.
    pub expected: f64,
    /// The mean squared difference of risk and outcome.
    pub brier: f64,
    /// 1 − `brier` / that of the fitting sample's base rate.
    pub brier_skill: f64,
}

/// What is found if so many can be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityFigures {
    /// Per cent of the sample that are looked at.
    pub capacity_pct: f64,
    /// Rows that are looked at.
    pub looked_at: u64,
    /// Outcomes among them; of equal risks at the edge the expected share, so no whole number.
    pub found: f64,
    /// By number of dates until the outcome, from 1: those found, and all there are.
    pub found_by_dates: Vec<(f64, u64)>,
}

/// What a band foresaw on a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandOutcome {
    /// The lowest score in it.
    pub lowest_score: i64,
    /// The risk that calibration gave it, per cent.
    pub risk_pct: f64,
    /// Rows of the test in it.
    pub rows: u64,
    /// Those of them with the outcome.
    pub outcomes: u64,
}

/// How the model treats a group of customers, over all dates together.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditedGroup {
    /// The dimension, or `age_group`.
    pub dimension: String,
    /// The group; empty for customers without a value.
    pub group: String,
    /// Rows.
    pub rows: u64,
    /// Those of them with the outcome.
    pub outcomes: u64,
    /// Outcomes that are found at a capacity of 5 %.
    pub found: f64,
    /// Rows without the outcome that are looked at, too.
    pub false_alarms: f64,
    /// The sum of risks.
    pub expected: f64,
}

/// Why a model does not pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Failure {
    /// Its AUC does not exceed that of `rules` by enough.
    NoBetterThanRules,
    /// Its AUC does not exceed that of `single` by enough.
    NoBetterThanSingle,
    /// Its Brier skill does not exceed that of `rules`.
    NoMoreSkillThanRules,
    /// Too few different customers have outcomes in the tests.
    FewTested(u64),
    /// Too few different customers have outcomes in the calibration of the last date.
    FewCalibrated(u64),
    /// Observed / expected lies, with its interval, outside of 0.9 to 1.1.
    Miscalibrated,
}

impl Failure {
    /// As files have it: its name, and the customers in it.
    pub fn key(self) -> (&'static str, Option<u64>) {
        match self {
            Failure::NoBetterThanRules => ("no_better_than_rules", None),
            Failure::NoBetterThanSingle => ("no_better_than_single", None),
            Failure::NoMoreSkillThanRules => ("no_more_skill_than_rules", None),
            Failure::FewTested(customers) => ("few_tested", Some(customers)),
            Failure::FewCalibrated(customers) => ("few_calibrated", Some(customers)),
            Failure::Miscalibrated => ("miscalibrated", None),
        }
    }

    /// Read from a file.
    pub fn of_key(key: &str, customers: Option<u64>) -> Option<Failure> {
        let few = customers.unwrap_or_default();
        let all = [
            Failure::NoBetterThanRules,
            Failure::NoBetterThanSingle,
            Failure::NoMoreSkillThanRules,
            Failure::FewTested(few),
            Failure::FewCalibrated(few),
            Failure::Miscalibrated,
        ];
        all.into_iter().find(|failure| failure.key() == (key, customers))
    }

    /// In words, for messages of the program.
    pub fn words(self) -> String {
        match self {
            Failure::NoBetterThanRules => {
                "it tells those who will slide from others hardly better than the rules do".to_owned()
            }
            Failure::NoBetterThanSingle => "it tells them apart hardly better than one feature alone does".to_owned(),
            Failure::NoMoreSkillThanRules => {
                "its risks are no nearer to what happened than those of the rules".to_owned()
            }
            Failure::FewTested(customers) => {
                format!("only {} had the outcome in its tests, too few to judge it by", counted(customers))
            }
            Failure::FewCalibrated(customers) => {
                format!(
                    "only {} had the outcome in the calibration of the last test, too few to tell risks from",
                    counted(customers)
                )
            }
            Failure::Miscalibrated => "its risks are too high or too low".to_owned(),
        }
    }
}

fn counted(customers: u64) -> String {
    format!("{customers} customer{}", if customers == 1 { "" } else { "s" })
}
