//! The plan of a job: what every later stage reads.
//!
//! Nothing here is open. Nothing is optional that has a default, nothing is text that has a better type, and the last day
//! of the window is a day. How a TOML file becomes this is in the sibling modules; what the settings mean is
//! `docs/method.md` sections 1 to 5.

use std::path::{Path, PathBuf};

use super::source::SourceConfig;
use crate::calendar::{DefaultPeriod, Window};
use crate::i18n::{Language, Text};
use crate::rules::RuleSet;
use crate::schema::{Entity, Extract};

/// What is to be done: a configuration as of a day, complete and checked.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// The configuration file's folder, absolute: relative paths in the file start here.
    pub folder: PathBuf,
    /// The configuration in force as TOML, defaults included and its last day settled (a run writes it as `config.toml`).
    pub in_force: String,
    /// The observation window and the settings of the spell kernel (`docs/method.md` sections 1, 3 and 4).
    pub window: Window,
    /// The configured extracts in `docs/method.md` section 2's order.
    pub extracts: Vec<ExtractConfig>,
    /// Columns of the customers extract that labels carry along.
    pub dimensions: Vec<String>,
    /// By what the figures are broken down, besides each dimension.
    pub breakdowns: Breakdowns,
    /// The benefit catalogue.
    pub benefits: Vec<Benefit>,
    /// How customers are labelled.
    pub customers: RuleSet,
    /// How employers are labelled.
    pub employers: RuleSet,
    /// Whether a population of nobody is acceptable.
    pub may_be_nobody: bool,
    /// How far a run may stray from those before it.
    pub gates: Gates,
    /// How early warning learns, and which model is applied.
    pub early_warning: EarlyWarning,
    /// Where and how results are written.
    pub outputs: Outputs,
    /// What the report and the workbook are like.
    pub report: ReportSettings,
}

impl RunPlan {
    /// How an entity is labelled.
    pub fn rules(&self, entity: Entity) -> &RuleSet {
        match entity {
            Entity::Customer => &self.customers,
            Entity::Employer => &self.employers,
        }
    }

    /// The columns of its register that an entity's labels carry along.
    pub fn dimensions(&self, entity: Entity) -> &[String] {
        match entity {
            Entity::Customer => &self.dimensions,
            Entity::Employer => &[],
        }
    }

    /// The format of an entity's labels; those of employers are always CSV.
    pub fn labels_format(&self, entity: Entity) -> LabelsFormat {
        match entity {
            Entity::Customer => self.outputs.labels,
            Entity::Employer => LabelsFormat::Csv,
        }
    }

    /// Where runs are written: what was asked for, else what is configured.
    pub fn output_root(&self, out: Option<&Path>) -> PathBuf {
        out.map_or_else(|| self.folder.join(&self.outputs.folder), Path::to_owned)
    }
}

/// One extract: its sources in the order given, and its limits.
#[derive(Debug, Clone)]
pub struct ExtractConfig {
    /// Which extract.
    pub extract: Extract,
    /// Where its rows come from, in input order. Never empty.
    pub sources: Vec<SourceConfig>,
    /// Which of several rows with the same id counts.
    pub repeats: Repeats,
    /// What a run refuses of it.
    pub limits: Limits,
    /// What a payment without `period_end` covers; of no use to other extracts.
    pub covers: DefaultPeriod,
}

/// What becomes of rows that share an id (`docs/method.md` section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// The first in input order counts.
    KeepFirst,
    /// The last in input order counts.
    KeepLast,
    /// Of the register of customers: each row is a spell of registration.
    Spells,
}

/// What a run refuses of an extract: beyond a limit it is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Most malformed rows, per cent of the extract's records, and of the bytes of its text files.
    pub max_rejected_pct: f64,
    /// Whether a quote that is never closed is acceptable.
    pub allow_unclosed_quotes: bool,
    /// Most orphans, per cent of the extract's records.
    pub max_orphan_pct: f64,
    /// Most duplicates, per cent of the extract's records.
    pub max_duplicate_pct: f64,
    /// Most rows with an unknown benefit (or an unmapped method), per cent of the accepted rows.
    pub max_unmapped_pct: f64,
    /// Whether an extract without a single record is acceptable.
    pub may_be_empty: bool,
    /// Whether rows in use of which none is dated in the window are acceptable.
    pub may_be_outside_window: bool,
    /// Most days from the newest event up to `as_of` to the last day of the window; no limit when `None`.
    pub max_age_days: Option<u32>,
}

/// The name of the dimension that is made of ages; no column can have it.
pub const AGE_GROUP: &str = "age_group";

/// By what the figures are broken down, besides each dimension (`docs/method.md` section 6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breakdowns {
    /// The first age of each age group, ascending; no breakdown by age when empty.
    pub age_groups: Vec<u32>,
    /// Pairs of dimensions, by name.
    pub pairs: Vec<[String; 2]>,
    /// Fewest customers of a group that the report and the workbook show.
    pub min_group: u32,
}

/// How far a run may stray from the good runs before it; `None` is no gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gates {
    /// Most that a category's share may change since the last good run, per cent of the share.
    pub max_share_change_pct: Option<f64>,
    /// Changes of a share by fewer percentage points of the population are let pass.
    pub min_share_change_points: f64,
    /// Most that the population may change since the last good run, per cent.
    pub max_population_change_pct: Option<f64>,
    /// Most that an extract's records may differ from their median over the last good runs, per cent of it.
    pub max_volume_change_pct: Option<f64>,
    /// How many good runs that median is over.
    pub volume_runs: u32,
    /// Changes of a count that are within so many standard deviations of chance are let pass.
    pub min_change_sd: f64,
}

impl Gates {
    /// Whether there is any gate, and so a run before that is needed.
    pub fn any(&self) -> bool {
        self.max_share_change_pct.or(self.max_population_change_pct).or(self.max_volume_change_pct).is_some()
    }
}

/// A benefit of the catalogue (`docs/method.md` section 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benefit {
    /// Its canonical code.
    pub code: String,
    /// Whether it counts among concurrent benefits.
    pub countable: bool,
    /// Whether it is last-resort assistance.
    pub last_resort: bool,
    /// Whether it replaces income from work.
    pub income_replacing: bool,
    /// The life event that a spell's start means.
    pub life_event: Option<String>,
    /// Its name.
    pub names: Text,
}

/// Where and how results are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// The folder that holds the run folders, as written, relative to the configuration's folder.
    pub folder: String,
    /// The format of `labels`.
    pub labels: LabelsFormat,
    /// How many runs to keep besides those held; all when `None`.
    pub keep: Option<u32>,
    /// Most faults of an extract that `rejects.csv` lists.
    pub max_rejects_per_extract: u64,
    /// Whether text that a spreadsheet would take for a formula is guarded by an apostrophe.
    pub spreadsheet_safe: bool,
}

/// What the report and the workbook are like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSettings {
    /// A report is written in each of these; none where there is none.
    pub languages: Vec<Language>,
    /// Whether the workbook is written.
    pub workbook: bool,
    /// The agency's name in the heading; may be empty.
    pub agency: String,
    /// What heads the categories' reference figures; they are not shown where it is empty.
    pub reference: String,
}

/// The format of the labels table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelsFormat {
    /// `labels.csv`.
    Csv,
    /// `labels.parquet`.
    Parquet,
}

impl LabelsFormat {
    /// What the names of such files end in.
    pub fn extension(self) -> &'static str {
        match self {
            LabelsFormat::Csv => "csv",
            LabelsFormat::Parquet => "parquet",
        }
    }
}

/// How early warning learns and is applied (`docs/method.md` section 11).
#[derive(Debug, Clone, PartialEq)]
pub struct EarlyWarning {
    /// The categories whose customers are in question, by their places, ascending.
    pub from: Vec<usize>,
    /// The place of the category that is warned of.
    pub to: usize,
    /// Dates of a panel ahead in which the outcome counts.
    pub within: u32,
    /// The features, by name.
    pub features: Vec<String>,
    /// Features that are otherwise only audited, and may be used by exception; those of them in `features` are shown as such.
    pub exceptions: Vec<String>,
    /// The penalty of the coefficients.
    pub penalty: f64,
    /// When a band is closed.
    pub bands: BandLimits,
    /// The model that runs apply, as written, relative to the configuration's folder.
    pub model: Option<String>,
    /// Whether runs apply only an approved model.
    pub require_approval: bool,
    /// Whether runs apply a model that has not passed its tests.
    pub accept_failed: bool,
    /// Days since its panel's last date after which runs warn that a model is old; `None` is never.
    pub max_age_days: Option<u32>,
}

/// When a band of scores is closed: when it has at least all of these.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandLimits {
    /// Rows of the calibration sample.
    pub min_customers: u32,
    /// Rows with the outcome.
    pub min_outcomes: u32,
    /// Per cent of all rows with the outcome.
    pub min_outcomes_pct: f64,
}
