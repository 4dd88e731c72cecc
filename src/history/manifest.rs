//! `manifest.json` read back: the parts that comparisons need, whichever version wrote it.
//!
//! Keys that are not here are passed over, and keys that an older version did not write have a default, so that a
//! history of years stays readable.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a past run says of itself.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PastManifest {
    /// Always `vardag`.
    pub program: String,
    /// The version that made the run.
    #[serde(default)]
    pub version: String,
    /// Whether the run is held.
    #[serde(default)]
    pub held: bool,
    /// The broken limits, in words.
    #[serde(default)]
    pub broken_limits: Vec<String>,
    /// The broken gates, in words.
    #[serde(default)]
    pub broken_gates: Vec<String>,
    /// The window.
    pub window: PastWindow,
    /// Customers in the population.
    pub population: u64,
    /// Customers by category, `all` included.
    pub categories: BTreeMap<String, u64>,
    /// The extracts, in METHOD section 2's order.
    #[serde(default)]
    pub extracts: Vec<PastExtract>,
    /// The other files of the run folder.
    #[serde(default)]
    pub outputs: Vec<PastOutput>,
}

/// The window of a past run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PastWindow {
    /// First day, ISO.
    pub start: String,
    /// Last day, ISO.
    pub as_of: String,
    /// Length in months.
    pub months: u32,
    /// First day that payments cover, ISO.
    #[serde(default)]
    pub history_from: String,
    /// Days that a spell bridges.
    #[serde(default)]
    pub spell_gap_days: i32,
    /// Fewest days counted as observed.
    #[serde(default)]
    pub min_observed_days: i32,
}

/// An extract of a past run.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PastExtract {
    /// Its name.
    pub extract: String,
    /// Its rows.
    pub rows: PastRows,
}

/// The rows of an extract of a past run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct PastRows {
    /// Records read.
    pub records: u64,
}

/// A file of a past run.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PastOutput {
    /// Its name.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub blake3: String,
}

impl PastManifest {
    /// Records of an extract; `None` where the run did not read it.
    pub fn records(&self, extract: &str) -> Option<u64> {
        self.extracts.iter().find(|entry| entry.extract == extract).map(|entry| entry.rows.records)
    }

    /// Customers of a category.
    pub fn customers(&self, category: &str) -> u64 {
        self.categories.get(category).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_other_versions_are_no_obstacle() {
        let older = r#"{"program": "vardag", "window": {"start": "2025-01-01", "as_of": "2025-12-31", "months": 12},
            "population": 3, "categories": {"all": 3, "regular": 3}, "invented_later": [1, 2]}"#;
        let manifest: PastManifest = serde_json::from_str(older).unwrap();
        assert_eq!((manifest.held, manifest.customers("regular"), manifest.customers("support")), (false, 3, 0));
        assert_eq!(manifest.records("contacts"), None);
    }

    #[test]
    fn what_a_run_must_say_is_asked_for() {
        assert!(serde_json::from_str::<PastManifest>(r#"{"program": "vardag"}"#).is_err());
    }
}
