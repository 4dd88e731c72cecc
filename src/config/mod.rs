//! The configuration: one TOML file, laid over the embedded defaults, checked as a whole before any data is read.
//!
//! The way: text → laid over `defaults.toml` (`file`) → read and checked table by table (`reader`) → [`RunPlan`], in which
//! nothing is open. All problems come together in one [`ConfigError`], each with its line.
//!
//! Conditions and derived features are SQL, which is the rules stage's to parse; date formats are the reading stage's.

mod benefits;
mod breakdowns;
mod column_table;
mod columns;
mod dialect;
mod differences;
mod early_warning;
mod extracts;
mod file;
mod gates;
mod layer;
mod limits;
mod model;
mod of_features;
mod problem;
mod reader;
mod report;
mod rules;
mod schema;
mod source;
#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};

pub use crate::schema::Extract;
pub use differences::{feature_settings_that_differ, label_settings_that_differ, rules_differ};
pub use model::*;
pub use of_features::{below_heading, of_features, table_text};
pub use problem::{ConfigError, Problem};
pub use reader::as_day;
pub use schema::json_schema;
pub use source::*;

use crate::calendar::{AsOf, Day, Window};
use crate::regular;
use crate::rules::feature_types;
use crate::schema::Entity;
use file::ConfigFile;
use problem::Problems;
use reader::Reader;
use schema::Shape;

/// Every default, once, with comments.
pub const DEFAULTS: &str = include_str!("defaults.toml");

/// What `vardag init` writes: a file to begin with, which runs once its paths are set.
pub const STARTER: &str = include_str!("starter.toml");

/// Reads and checks a configuration file; relative paths in it start at its folder. `settle` tells the last day of the
/// window from what is configured.
///
/// # Errors
/// The file cannot be read, is no TOML, or has problems: all of them, in the order of its lines.
pub fn load(path: &Path, settle: impl Fn(AsOf) -> Day) -> Result<RunPlan, ConfigError> {
    read_file(path, |file, text, folder| plan(file, text, folder, settle))
}

/// The configuration in force of a file, defaults included, as TOML.
///
/// # Errors
/// As [`load`].
pub fn in_force(path: &Path) -> Result<String, ConfigError> {
    let any_day = |as_of: AsOf| as_of.day(Day(0));
    read_file(path, |file, text, folder| plan(file, text, folder, any_day).map(|_| file.to_toml(None)))
}

fn read_file<T>(
    path: &Path,
    read: impl FnOnce(&ConfigFile<'_>, &str, &Path) -> Result<T, Vec<Problem>>,
) -> Result<T, ConfigError> {
    let unreadable = |cause| ConfigError::Unreadable { path: path.to_owned(), cause };
    let text = regular::read_to_string(path).map_err(unreadable)?;
    let absolute = std::path::absolute(path).map_err(unreadable)?;
    let folder = absolute.parent().map_or_else(|| PathBuf::from("/"), Path::to_owned);
    let file = ConfigFile::parse(&text).map_err(|fault| ConfigError::Syntax {
        path: path.to_owned(),
        fault: fault.to_string().trim_end().to_owned(),
    })?;
    read(&file, &text, &folder).map_err(|problems| ConfigError::Problems { path: path.to_owned(), problems })
}

/// Checks a configuration's text, as if it stood in a file in `folder`; see [`load`].
///
/// # Errors
/// All problems in the order of the lines, or the one fault of syntax.
pub fn from_text(text: &str, folder: &Path, settle: impl Fn(AsOf) -> Day) -> Result<RunPlan, Vec<Problem>> {
    let file = ConfigFile::parse(text).map_err(|fault| {
        let line = fault.span().map(|place| Problems::of(text).line(&place));
        vec![Problem { line, key: String::new(), message: fault.message().to_owned(), help: None }]
    })?;
    plan(&file, text, folder, settle)
}

/// The plan of a file, whose text this is.
fn plan(
    file: &ConfigFile<'_>,
    text: &str,
    folder: &Path,
    settle: impl Fn(AsOf) -> Day,
) -> Result<RunPlan, Vec<Problem>> {
    let problems = Problems::of(text);
    let plan = read(file, folder, settle, &problems);
    if problems.is_empty() { Ok(plan) } else { Err(problems.into_sorted()) }
}

/// Reads the whole; what comes of a file with problems is of no use.
fn read(file: &ConfigFile<'_>, folder: &Path, settle: impl Fn(AsOf) -> Day, problems: &Problems) -> RunPlan {
    let root = Reader::of_file(file, problems);
    // The file has seen to it; here only its type is checked.
    let _ = root.flag("default_benefits");
    let dimensions = columns::dimensions(&root);
    let (derived_features, known) = columns::derived_features(&root, &dimensions);
    let (limits, may_be_nobody) = limits::read(&root);
    let window = window(&root, settle);
    let customers = rules::read(&root, Entity::Customer, derived_features, &known);
    let plan = RunPlan {
        folder: folder.to_owned(),
        in_force: file.to_toml(Some(window.as_of)),
        extracts: extracts::read(&root, window.as_of, &dimensions, &limits),
        window,
        breakdowns: breakdowns::read(&root, &dimensions),
        benefits: benefits::read(&root),
        early_warning: early_warning::read(&root, &dimensions, &known, &customers),
        customers,
        employers: rules::read(&root, Entity::Employer, Vec::new(), &feature_types(Entity::Employer)),
        dimensions,
        may_be_nobody,
        gates: gates::read(&root),
        outputs: outputs(&root),
        report: report::read(&root),
    };
    root.finish();
    plan
}

fn window(root: &Reader, settle: impl Fn(AsOf) -> Day) -> Window {
    root.section("window", |table| {
        let as_of = as_of(table).unwrap_or(AsOf::Yesterday);
        let months = table.whole("months", 1..=1200).unwrap_or_default();
        let history_from = table.day("history_from");
        let spell_gap_days = table.whole("spell_gap_days", 0..=3660).unwrap_or_default();
        let min_observed_days = table.whole("min_observed_days", 0..=36_500).unwrap_or_default();
        Window::new(settle(as_of), months, history_from, spell_gap_days, min_observed_days)
    })
}

fn as_of(table: &Reader) -> Option<AsOf> {
    let expected = "a date such as 2025-12-31, \"yesterday\" or \"last-month-end\"";
    table.read("as_of", Shape::Described(expected), |item| match item.as_str() {
        Some(text) => AsOf::parse(text),
        None => as_day(item).map(AsOf::Day),
    })
}

fn outputs(root: &Reader) -> Outputs {
    let formats = [("csv", LabelsFormat::Csv), ("parquet", LabelsFormat::Parquet)];
    root.section("outputs", |table| Outputs {
        folder: table.filled_text("folder").to_owned(),
        labels: table.choice("labels", &formats).unwrap_or(LabelsFormat::Csv),
        keep: table.whole("keep", 1..=1_000_000),
        max_rejects_per_extract: table.whole("max_rejects_per_extract", 0..=u32::MAX).unwrap_or_default().into(),
        spreadsheet_safe: table.flag("spreadsheet_safe").unwrap_or_default(),
    })
}
