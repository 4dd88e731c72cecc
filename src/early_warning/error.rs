//! Why there is no model, and what to do about it.

use crate::calendar::Day;
use crate::exit_code::ExitCode;

/// Why a panel gives no model.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// There is no date that a model could be tested on.
    #[error(
        "the panel has {have} dates, and looking {within} dates ahead takes {needed}, so that a model is tested on a later date \
         than any it was learned from. Begin with --from {from} or earlier (with --to {to}), or lower [early_warning] within"
    )]
    TooFewDates {
        /// Dates of the panel.
        have: usize,
        /// Dates ahead in which the outcome counts.
        within: u32,
        /// Dates that it would have to have.
        needed: usize,
        /// The first of them.
        from: Day,
        /// The panel's last date.
        to: Day,
    },
    /// A sample cannot be learned from.
    #[error("no model can be fitted on the customers in question from {first} to {last}: {reason}")]
    Sample {
        /// Its first date.
        first: Day,
        /// Its last date.
        last: Day,
        /// Why not.
        reason: Unfit,
    },
    /// On no date could a model be tested.
    #[error(
        "no model could be tested: up to {last} there is no date long enough before which both customers who slid and others \
         had been seen. Begin earlier with --from, or choose a nearer category as [early_warning] to"
    )]
    Untested {
        /// The last date that has a sample.
        last: Day,
    },
    /// The system refuses threads.
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Why a sample cannot be learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nobody slid.
    #[error(
        "nobody reached the category that is warned of; choose other categories as [early_warning] from and to, look further \
         ahead with within, or begin earlier with --from"
    )]
    NoOutcomes,
    /// Everybody slid.
    #[error(
        "everybody reached the category that is warned of, so nothing tells who does; choose other categories as \
         [early_warning] from and to, or a smaller within"
    )]
    NothingButOutcomes,
    /// Nobody is in the calibration sample.
    #[error(
        "nobody was in question on the dates that it would be calibrated on, which follow; choose more categories as \
         [early_warning] from, or end earlier with --to"
    )]
    Uncalibrated,
    /// The coefficients run away.
    #[error(
        "the coefficients do not settle within {MOST_STEPS} steps: some bins tell the outcome for certain. Raise \
         [early_warning] penalty, or leave out features that say almost the same as the outcome",
        MOST_STEPS = super::logistic::MOST_STEPS
    )]
    NotConverged,
    /// Several sets of coefficients would do as well.
    #[error(
        "features say the same as others, so their coefficients are not determined. Raise [early_warning] penalty, or \
         leave out some features"
    )]
    Undetermined,
    /// More features than patterns of bins have room for.
    #[error(
        "a scorecard has at most {MOST_FEATURES} features; leave out some of [early_warning] features",
        MOST_FEATURES = super::patterns::MOST_FEATURES
    )]
    TooManyFeatures,
}

/// How many dates a panel must have, so that a model can be tested: on one whose outcomes are known, with `within` dates
/// after it, calibrated on the one that is as long before it, and fitted on those up to as long before that.
pub fn dates_needed(within: u32) -> usize {
    3 * within as usize + 1
}

impl FitError {
    /// Of a panel with this many dates; `date` tells the one so many steps before the last one.
    pub fn too_few_dates(have: usize, within: u32, date: impl Fn(i32) -> Day) -> Self {
        let needed = dates_needed(within);
        let first = date(i32::try_from(needed - 1).unwrap_or(i32::MAX));
        FitError::TooFewDates { have, within, needed, from: first, to: date(0) }
    }

    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            FitError::TooFewDates { .. } | FitError::Sample { reason: Unfit::TooManyFeatures, .. } => ExitCode::Usage,
            FitError::Sample { .. } | FitError::Untested { .. } => ExitCode::Data,
            FitError::Threads(_) => ExitCode::Failure,
        }
    }
}
