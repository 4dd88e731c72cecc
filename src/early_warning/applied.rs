//! What a run's model came to that night: for the report and the manifest.

use super::ModelFile;

/// A model that a run has applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The model's file.
    pub file: ModelFile,
    /// Customers in question by band, in the model's order of bands.
    pub customers: Vec<u64>,
    /// The days from the last date of the model's panel to the run's last day, where the settings call that old.
    pub too_old_days: Option<u32>,
}

impl Applied {
    /// Customers in question.
    pub fn in_question(&self) -> u64 {
        self.customers.iter().sum()
    }
}
