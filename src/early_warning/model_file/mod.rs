//! `model.toml`: a frozen model as a file that people read, question and approve, and that runs apply.
//!
//! A person may add comments and fill in the approval. Everything else is sealed: `seal` is a hash of all values but those
//! of the approval, so that a coefficient that somebody has changed is found out. (It keeps honest people from accidents;
//! who wants to forge a model can make another seal, and the manifest of every run has the hash of the file that it used.)

mod faults;
mod read;
mod records;
#[cfg(test)]
pub(super) mod tests;
mod write;

use std::path::Path;

pub use faults::ModelFileError;

use super::{Backtest, Failure, Model, Tested};
use crate::calendar::Day;
use crate::config::BandLimits;
use crate::regular;

/// A model with what its file says beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFile {
    /// The scorecard.
    pub model: Model,
    /// Features of it that it may use by exception only, by name.
    pub exceptions: Vec<String>,
    /// When its bands were closed.
    pub band_limits: BandLimits,
    /// What its tests came to.
    pub tests: TestSummary,
    /// The version of the program that fitted it.
    pub version: String,
    /// The BLAKE3 hash of the configuration in force that it was fitted under, in hexadecimal.
    pub configuration_blake3: String,
    /// The part of that configuration on which features and categories depend, as TOML (`config::of_features`).
    pub configuration: String,
    /// The files that it was fitted on, in input order.
    pub inputs: Vec<ModelInput>,
}

/// A file that a model was fitted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInput {
    /// The extract's name.
    pub extract: String,
    /// The file, as the manifest of a run names it.
    pub file: String,
    /// Its BLAKE3 hash, in hexadecimal.
    pub blake3: String,
}

/// What a model's tests came to, without their details.
#[derive(Debug, Clone, PartialEq)]
pub struct TestSummary {
    /// By date of testing, ascending.
    pub dates: Vec<TestedDate>,
    /// Over all dates together.
    pub together: Tested,
    /// The feature of the baseline `single`.
    pub single_feature: String,
    /// Different customers with outcomes in the tests.
    pub tested_customers: u64,
    /// Different customers with outcomes in the calibration sample of the last date of testing.
    pub calibrated_customers: u64,
    /// Observed / expected, and its interval.
    pub observed_to_expected: [f64; 3],
    /// Why the model does not pass; it passes where this is empty.
    pub failures: Vec<Failure>,
}

/// A date of testing.
#[derive(Debug, Clone, PartialEq)]
pub struct TestedDate {
    /// The date.
    pub date: Day,
    /// Customers in the test.
    pub rows: u64,
    /// Those of them with the outcome.
    pub outcomes: u64,
    /// The sum of risks.
    pub expected: f64,
    /// Area under the ROC curve of the model, and of the baselines `rules` and `single`.
    pub auc: [f64; 3],
}

impl TestSummary {
    /// Of a backtest.
    pub fn of(backtest: &Backtest) -> Self {
        let date = |own: &super::BacktestDate| {
            let Tested { model, rules, single } = &own.tested;
            TestedDate {
                date: own.date,
                rows: model.rows,
                outcomes: model.outcomes,
                expected: model.expected,
                auc: [model.auc, rules.auc, single.auc],
            }
        };
        TestSummary {
            dates: backtest.dates.iter().map(date).collect(),
            together: backtest.together.clone(),
            single_feature: backtest.single_feature.clone(),
            tested_customers: backtest.tested_customers,
            calibrated_customers: backtest.calibrated_customers,
            observed_to_expected: backtest.observed_to_expected,
            failures: backtest.failures.clone(),
        }
    }

    /// Whether the model passes.
    pub fn passes(&self) -> bool {
        self.failures.is_empty()
    }
}

impl ModelFile {
    /// Its text, sealed.
    pub fn to_toml(&self) -> String {
        write::text(self)
    }

    /// Whether another file has the same model: all of it but the approval.
    pub fn is_same_model(&self, other: &ModelFile) -> bool {
        let unapproved = |file: &ModelFile| {
            let mut file = file.clone();
            (file.model.approved_by, file.model.approved_on) = (String::new(), None);
            // As text, in which what is not a number is equal to itself.
            file.to_toml()
        };
        unapproved(self) == unapproved(other)
    }

    /// Of all outcomes within the dates ahead, the share that came by the first date, the second, …: in the tests.
    pub fn shares_by_date(&self) -> Vec<f64> {
        let by_date = self.tests.together.model.capacities.first().map(|capacity| &capacity.found_by_dates[..]);
        let by_date = by_date.unwrap_or_default();
        let all: u64 = by_date.iter().map(|(_, all)| all).sum();
        let mut so_far = 0;
        let shares = by_date.iter().map(|(_, outcomes)| {
            so_far += outcomes;
            so_far as f64 / all as f64
        });
        shares.collect()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is no model, or was changed after it was sealed.
    pub fn open(path: &Path) -> Result<Self, ModelFileError> {
        let text = regular::read_to_string(path)
            .map_err(|cause| ModelFileError::Unreadable { path: path.to_owned(), cause })?;
        Self::of_text(&text, path)
    }

    /// Reads the text of a file, of which errors name the path.
    ///
    /// # Errors
    /// It is no model, or was changed after it was sealed.
    pub fn of_text(text: &str, path: &Path) -> Result<Self, ModelFileError> {
        read::file(text).map_err(|fault| fault.of_file(path))
    }
}
