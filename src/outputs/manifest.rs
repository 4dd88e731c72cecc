//! `manifest.json`: what went into a run and what came out, so that it can be checked and repeated.
//!
//! Everything but the start, the timings and the peak memory is the same whenever the same inputs are run under
//! the same configuration.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Written;
use crate::calendar::Window;
use crate::early_warning::AppliedEntry;
use crate::history::Movements;
use crate::intake::ExtractEntry;
use crate::statistics::CategoryFigures;

/// The manifest of a run.
#[derive(Debug, Serialize)]
pub struct Manifest {
    /// Always `vardag`.
    pub program: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// The commit that it was built from; null where that is not known.
    pub commit: Option<&'static str>,
    /// Whether a limit or a gate was broken.
    pub held: bool,
    /// The broken limits, in words.
    pub broken_limits: Vec<String>,
    /// The broken gates, in words.
    pub broken_gates: Vec<String>,
    /// Gates that were broken, in words, in a run that was told to accept changes.
    pub accepted_changes: Vec<String>,
    /// The window.
    pub window: WindowEntry,
    /// BLAKE3 hash of `config.toml`.
    pub configuration_blake3: String,
    /// Customers in the population.
    pub population: u64,
    /// Customers by category.
    pub categories: BTreeMap<String, u64>,
    /// Employers by category and in all; empty where no extract is about employers.
    pub employers: BTreeMap<String, u64>,
    /// The extracts with their files and rows, in `docs/method.md` section 2's order.
    pub extracts: Vec<ExtractEntry>,
    /// Which customers moved since the last good run of an earlier day.
    pub movements: Option<Movements>,
    /// Which employers did; null too where one of the runs has none.
    pub employer_movements: Option<Movements>,
    /// The model of early warning that was applied; not there without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_warning: Option<AppliedEntry>,
    /// What an analyst should know, in words.
    pub warnings: Vec<String>,
    /// The other files of the run folder.
    pub outputs: Vec<Written>,
    /// When the run began, UTC.
    pub started: String,
    /// Seconds by stage.
    pub timings_s: BTreeMap<&'static str, f64>,
    /// The most memory that was resident, bytes.
    pub peak_memory_bytes: Option<u64>,
}

/// The window of a run.
#[derive(Debug, Serialize)]
pub struct WindowEntry {
    /// First day.
    pub start: String,
    /// Last day.
    pub as_of: String,
    /// Length in months.
    pub months: u32,
    /// First day that payments cover.
    pub history_from: String,
    /// Days that a spell bridges.
    pub spell_gap_days: i32,
    /// Fewest days counted as observed.
    pub min_observed_days: i32,
}

impl WindowEntry {
    /// Of a window.
    pub fn new(window: &Window) -> Self {
        WindowEntry {
            start: window.start.to_string(),
            as_of: window.as_of.to_string(),
            months: window.months,
            history_from: window.history_from.to_string(),
            spell_gap_days: window.spell_gap_days,
            min_observed_days: window.min_observed_days,
        }
    }
}

/// Customers, or employers, by category, from the figures.
pub fn by_category(figures: &[CategoryFigures]) -> BTreeMap<String, u64> {
    figures.iter().map(|category| (category.name.clone(), category.customers)).collect()
}

/// The most memory that this process has had resident, in bytes; `None` where the system does not tell.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}
