//! The configuration: one TOML file, laid over the embedded defaults, checked as a whole before any data is read.
//!
//! The way: text → laid over `defaults.toml` (`file`) → read and checked table by table (`reader`) → [`Config`]. All problems come together in one [`ConfigError`], each with its line.
//!
//! Conditions and derived features are SQL, which is the rules stage's to understand: this stage calls its
//! `check_condition` and `check_derived`, which know nothing of files, so that a bad condition is reported with
//! everything else; the rules stage in turn compiles from a finished [`Config`].

mod benefits;
mod breakdowns;
mod classification;
mod columns;
mod extracts;
mod file;
mod gates;
mod layer;
mod limits;
mod model;
mod problem;
mod reader;
mod report;
mod schema;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

pub use crate::schema::Extract;
pub use model::*;
pub use problem::{ConfigError, Problem, help_for, nearest};
pub use schema::json_schema;

use crate::calendar::Day;
use crate::regular;
use crate::rules::feature_types;
use crate::schema::Entity;
use file::ConfigFile;
use problem::Problems;
use reader::{Reader, as_day};
use schema::Shape;

/// Every default, once, with comments.
pub const DEFAULTS: &str = include_str!("defaults.toml");

/// What `vardag init` writes: a file to begin with, which runs once its paths are set.
pub const STARTER: &str = include_str!("starter.toml");

/// Reads and checks a configuration file; relative paths in it start at its folder.
///
/// # Errors
/// The file cannot be read, is no TOML, or has problems: all of them, in the order of its lines.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let unreadable = |cause| ConfigError::Unreadable { path: path.to_owned(), cause };
    let text = regular::read_to_string(path).map_err(unreadable)?;
    let absolute = std::path::absolute(path).map_err(unreadable)?;
    let folder = absolute.parent().map_or_else(|| PathBuf::from("/"), Path::to_owned);
    let file = ConfigFile::parse(&text).map_err(|fault| ConfigError::Syntax {
        path: path.to_owned(),
        fault: fault.to_string().trim_end().to_owned(),
    })?;
    resolve(&file, &text, &folder).map_err(|problems| ConfigError::Problems { path: path.to_owned(), problems })
}

/// Checks a configuration's text, as if it stood in a file in `folder`.
///
/// # Errors
/// All problems in the order of the lines, or the one fault of syntax.
pub fn from_text(text: &str, folder: &Path) -> Result<Config, Vec<Problem>> {
    let file = ConfigFile::parse(text).map_err(|fault| {
        let line = fault.span().map(|place| Problems::of(text).line(&place));
        vec![Problem { line, key: String::new(), message: fault.message().to_owned(), help: None }]
    })?;
    resolve(&file, text, folder)
}

impl Config {
    /// Where runs are written: what was asked for, else what is configured.
    pub fn output_root(&self, out: Option<&Path>) -> PathBuf {
        out.map_or_else(|| self.folder.join(&self.outputs.folder), Path::to_owned)
    }

    /// Fixes the last day of the window, in what is in force as well: so a saved configuration says which day it
    /// was, whenever it is read again.
    pub fn fix_as_of(&mut self, day: Day) {
        self.window.as_of = AsOf::Day(day);
        // What is in force was written by this module, so it parses.
        let mut in_force: DocumentMut = self.in_force.parse().unwrap_or_default();
        in_force["window"]["as_of"] = toml_edit::value(day.to_string());
        self.in_force = in_force.to_string();
    }
}

/// Reads a file, whose text this is.
fn resolve(file: &ConfigFile<'_>, text: &str, folder: &Path) -> Result<Config, Vec<Problem>> {
    let problems = Problems::of(text);
    let config = read(file, folder, &problems);
    if problems.is_empty() { Ok(config) } else { Err(problems.into_sorted()) }
}

/// Reads the whole; what comes of a file with problems is of no use.
fn read(file: &ConfigFile<'_>, folder: &Path, problems: &Problems) -> Config {
    let root = Reader::of_file(file, problems);
    // The file has seen to it; here only its type is checked.
    let _ = root.flag("default_benefits");
    let dimensions = columns::dimensions(&root);
    let (derived_features, known) = columns::derived_features(&root, &dimensions);
    let limits = limits::read(&root);
    let config = Config {
        folder: folder.to_owned(),
        in_force: file.to_toml(),
        window: window(&root),
        extracts: extracts::read(&root, &dimensions, limits.extracts),
        breakdowns: breakdowns::read(&root, &dimensions),
        benefits: benefits::read(&root),
        customers: classification::read(&root, Entity::Customer, derived_features, &known),
        employers: classification::read(&root, Entity::Employer, Vec::new(), &feature_types(Entity::Employer)),
        dimensions,
        may_be_nobody: limits.may_be_nobody,
        gates: gates::read(&root),
        outputs: outputs(&root),
        report: report::read(&root),
    };
    root.finish();
    config
}

fn window(root: &Reader) -> WindowSettings {
    let placeholder = WindowSettings {
        as_of: AsOf::Yesterday,
        months: 0,
        history_from: None,
        spell_gap_days: 0,
        min_observed_days: 0,
    };
    let Some(table) = root.table("window") else { return placeholder };
    let settings = WindowSettings {
        as_of: as_of(&table).unwrap_or(placeholder.as_of),
        months: table.whole("months", 1..=1200).unwrap_or_default(),
        history_from: table.day("history_from"),
        spell_gap_days: table.whole("spell_gap_days", 0..=3660).unwrap_or_default(),
        min_observed_days: table.whole("min_observed_days", 0..=36_500).unwrap_or_default(),
    };
    table.finish();
    settings
}

fn as_of(table: &Reader) -> Option<AsOf> {
    let expected = "a date such as 2025-12-31, \"yesterday\" or \"last-month-end\"";
    table.read("as_of", Shape::Described(expected), |item| match item.as_str() {
        Some("yesterday") => Some(AsOf::Yesterday),
        Some("last-month-end") => Some(AsOf::LastMonthEnd),
        _ => as_day(item).map(AsOf::Day),
    })
}

fn outputs(root: &Reader) -> Outputs {
    let placeholder = Outputs {
        folder: String::new(),
        labels: LabelsFormat::Csv,
        keep: None,
        max_rejects_per_extract: 0,
        spreadsheet_safe: false,
    };
    let Some(table) = root.table("outputs") else { return placeholder };
    let outputs = Outputs {
        folder: table.required_text("folder").to_owned(),
        labels: table
            .choice("labels", &[("csv", LabelsFormat::Csv), ("parquet", LabelsFormat::Parquet)])
            .unwrap_or(placeholder.labels),
        keep: table.whole("keep", 1..=1_000_000),
        max_rejects_per_extract: table.whole("max_rejects_per_extract", 0..=u32::MAX).unwrap_or_default().into(),
        spreadsheet_safe: table.flag("spreadsheet_safe").unwrap_or_default(),
    };
    table.finish();
    outputs
}
