//! `manifest.json` read back: the parts that comparisons need, whichever version wrote it.
//!
//! Keys that are not here are passed over, and keys that an older version did not write have a default, so that a
//! history of years stays readable.

use serde::Deserialize;

/// What a past run says of itself.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PastManifest {
    /// Always `vardag`.
    pub program: String,
    /// Whether the run is held.
    #[serde(default)]
    pub held: bool,
    /// The window.
    pub window: PastWindow,
    /// Customers in the population.
    pub population: u64,
    /// The extracts, in `docs/method.md` section 2's order.
    #[serde(default)]
    pub extracts: Vec<PastExtract>,
    /// The model of early warning that it applied.
    #[serde(default)]
    pub early_warning: Option<PastModel>,
    /// The other files of the run folder.
    #[serde(default)]
    pub outputs: Vec<PastOutput>,
}

/// The model that a past run applied.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PastModel {
    /// The BLAKE3 hash of its file, in hexadecimal.
    pub blake3: String,
}

impl PastManifest {
    /// Whether there are labels of employers.
    pub fn has_employers(&self) -> bool {
        self.outputs.iter().any(|output| output.file == "employer_labels.csv")
    }
}

/// The window of a past run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PastWindow {
    /// Last day, ISO.
    pub as_of: String,
    /// Length in months.
    pub months: u32,
}

/// An extract of a past run.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PastExtract {
    /// Its name.
    pub extract: String,
    /// Its rows.
    pub rows: PastRows,
    /// Its files, in input order.
    #[serde(default)]
    pub files: Vec<PastOutput>,
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
    /// Its BLAKE3 hash, in hexadecimal.
    #[serde(default)]
    pub blake3: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_other_versions_are_no_obstacle() {
        let older = r#"{"program": "vardag", "window": {"start": "2025-01-01", "as_of": "2025-12-31", "months": 12},
            "population": 3, "categories": {"all": 3, "regular": 3}, "invented_later": [1, 2]}"#;
        let manifest: PastManifest = serde_json::from_str(older).unwrap();
        assert_eq!((manifest.held, manifest.population, manifest.window.months), (false, 3, 12));
        assert!(manifest.extracts.is_empty() && manifest.outputs.is_empty());
    }

    #[test]
    fn what_a_run_must_say_is_asked_for() {
        assert!(serde_json::from_str::<PastManifest>(r#"{"program": "vardag"}"#).is_err());
    }
}
