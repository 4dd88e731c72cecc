//! The frozen model: what `early-warning fit` writes and `run` applies.

use crate::calendar::Day;

/// A scorecard with what it was learned from.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Who has approved it; empty until somebody has.
    pub approved_by: String,
    /// When it was approved.
    pub approved_on: Option<Day>,
    /// What it was fitted on and under.
    pub provenance: Provenance,
    /// The log odds of a customer who is in each feature's reference bin.
    pub intercept: f64,
    /// The features, in the order of the settings.
    pub features: Vec<ScoredFeature>,
    /// The bands, in descending order of score.
    pub bands: Vec<Band>,
}

/// What a model was fitted on, and under which settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// Categories whose customers are in question, by name.
    pub from: Vec<String>,
    /// The category that is warned of.
    pub to: String,
    /// So many dates ahead.
    pub within: u32,
    /// Calendar months from date to date.
    pub every_months: u32,
    /// The penalty of the coefficients.
    pub penalty: f64,
    /// The panel's first date.
    pub first_date: Day,
    /// The panel's last date.
    pub last_date: Day,
    /// The dates whose samples it was fitted on.
    pub fitted_on: Vec<Day>,
    /// The dates whose samples it was calibrated on.
    pub calibrated_on: Vec<Day>,
    /// Rows, so a customer once for each date, of the fitting sample.
    pub fitting_rows: u64,
    /// Those of them with the outcome.
    pub fitting_outcomes: u64,
    /// The samples of all dates that have one, ascending: those that it was fitted or calibrated on, or tested on, or neither.
    pub samples: Vec<SampleSize>,
}

/// How large the sample of a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSize {
    /// The date.
    pub date: Day,
    /// Customers in question whose outcome is known.
    pub rows: u64,
    /// Those of them with the outcome.
    pub outcomes: u64,
    /// Customers who are no longer in the population `within` dates later and have no outcome; they are not in `rows`.
    pub left_out: u64,
}

/// A feature of a scorecard.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredFeature {
    /// Its name.
    pub name: String,
    /// Its bins: the value of its own, the edges ascending, missing; each if it occurs.
    pub bins: Vec<Bin>,
}

/// Values of a feature that count alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// Which values.
    pub range: BinRange,
    /// Rows of the fitting sample with such a value.
    pub rows: u64,
    /// Different customers among them.
    pub customers: u64,
    /// Rows with the outcome.
    pub outcomes: u64,
    /// Added to the log odds; 0 of the reference bin.
    pub coefficient: f64,
    /// `coefficient` · 20 / ln 2, rounded.
    pub points: i32,
    /// Whether the others are held against this bin: the most frequent one.
    pub is_reference: bool,
}

/// Which values are in a bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BinRange {
    /// Exactly this value.
    Only(f64),
    /// Values up to this edge that no bin before has. The last such bin takes values above all edges, too.
    UpTo(f64),
    /// No value.
    Missing,
}

/// Scores that mean the same risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The lowest score in it; the last band takes lower ones, too.
    pub lowest_score: i64,
    /// Rows of the calibration sample.
    pub rows: u64,
    /// Those of them with the outcome.
    pub outcomes: u64,
    /// `outcomes` / `rows`, per cent.
    pub risk_pct: f64,
    /// Wilson's 95 % interval of it, both counts divided by the number of dates.
    pub risk_low_pct: f64,
    /// The same, its upper end.
    pub risk_high_pct: f64,
}
