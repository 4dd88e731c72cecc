//! `manifest.json` of a panel: what went into it and what came out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::PanelPlan;
use crate::intake::ExtractEntry;
use crate::outputs::Written;

/// The manifest of a panel.
#[derive(Debug, Serialize)]
pub struct PanelManifest {
    /// Always `vardag`.
    pub program: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// Whether a limit was broken on any date.
    pub held: bool,
    /// The broken limits, in words.
    pub broken_limits: Vec<String>,
    /// The dates and their windows.
    pub panel: PanelEntry,
    /// BLAKE3 hash of `config.toml`.
    pub configuration_blake3: String,
    /// Customers with a label on at least one date.
    pub customers: u64,
    /// The extracts with their files and rows, over all windows together.
    pub extracts: Vec<ExtractEntry>,
    /// What an analyst should know, in words.
    pub warnings: Vec<String>,
    /// The other files of the folder.
    pub outputs: Vec<Written>,
    /// When it began, UTC.
    pub started: String,
    /// Seconds by stage.
    pub timings_s: BTreeMap<&'static str, f64>,
    /// The most memory that was resident, bytes.
    pub peak_memory_bytes: Option<u64>,
}

/// The dates of a panel.
#[derive(Debug, Clone, Serialize)]
pub struct PanelEntry {
    /// The day that it goes from, as asked for.
    pub from: String,
    /// Its last date.
    pub to: String,
    /// Calendar months from date to date.
    pub every_months: u32,
    /// Length of each window in months.
    pub window_months: u32,
    /// The dates.
    pub dates: Vec<String>,
}

impl PanelEntry {
    /// Of a panel.
    pub fn new(panel: &PanelPlan) -> Self {
        PanelEntry {
            from: panel.span.from.to_string(),
            to: panel.span.to.to_string(),
            every_months: panel.span.every_months,
            window_months: panel.plan.window.months,
            dates: panel.dates().iter().map(ToString::to_string).collect(),
        }
    }
}
