//! What a run's model came to that night: for the report and the manifest.

use serde::Serialize;

use super::ModelFile;
use crate::config::RunPlan;

/// A model that a run has applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The model's file. What each capacity would have reached in the tests is in `file.tests.together.model.capacities`.
    pub file: ModelFile,
    /// The BLAKE3 hash of the file, in hexadecimal.
    pub blake3: String,
    /// Customers in question by band, in the model's order of bands.
    pub customers: Vec<u64>,
}

/// What a manifest says of it.
#[derive(Debug, Serialize)]
pub struct AppliedEntry {
    /// The file, as the configuration names it.
    pub model: String,
    /// Its BLAKE3 hash.
    pub blake3: String,
    /// The category that is warned of.
    pub to: String,
    /// In how many dates ahead, and how many calendar months these are apart.
    pub within: u32,
    /// Months from date to date.
    pub every_months: u32,
    /// The last date of the panel that it was learned from.
    pub last_date: String,
    /// Whether it passes its tests.
    pub passes: bool,
    /// Who has approved it; null until somebody has.
    pub approved_by: Option<String>,
    /// When.
    pub approved_on: Option<String>,
    /// Customers in question. How many are in which band is not told: a manifest may be read by anybody, and bands may have few.
    pub customers: u64,
}

impl Applied {
    /// Customers in question.
    pub fn in_question(&self) -> u64 {
        self.customers.iter().sum()
    }

    /// What a manifest says of it.
    pub fn entry(&self, plan: &RunPlan) -> AppliedEntry {
        let model = &self.file.model;
        AppliedEntry {
            model: plan.early_warning.model.clone().unwrap_or_default(),
            blake3: self.blake3.clone(),
            to: model.provenance.to.clone(),
            within: model.provenance.within,
            every_months: model.provenance.every_months,
            last_date: model.provenance.last_date.to_string(),
            passes: self.file.tests.passes(),
            approved_by: Some(model.approved_by.clone()).filter(|name| !name.is_empty()),
            approved_on: model.approved_on.map(|day| day.to_string()),
            customers: self.in_question(),
        }
    }
}
