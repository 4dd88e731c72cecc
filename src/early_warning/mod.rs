//! Early warning (`docs/method.md` section 11): a scorecard of who is likely to slide into a heavier category, learned from
//! a panel, tested on dates later than those it was learned from, frozen in a file that people read and approve.
//!
//! In: [`Samples`], who was in question on each date of a panel, and what became of them. Out: a [`Model`] and its
//! [`Backtest`], by [`fit`]. A model says of a customer: [`Model::score`], [`Model::band`], [`Model::reasons`].

mod applicable;
mod applied;
mod audit;
mod backtest;
mod bands;
mod baselines;
mod bins;
mod columns;
mod derivatives;
mod distribution;
mod error;
mod fitting;
mod followed;
mod logistic;
mod lookup;
mod model;
mod model_file;
mod passing;
mod patterns;
mod ranking;
mod rolling;
mod samples;
mod scores;
mod scoring;
#[cfg(test)]
mod tests;

pub use applicable::{Applicable, ModelRefused, Warning};
pub use applied::{Applied, AppliedEntry};
pub use audit::AuditGroups;
pub use backtest::{AuditedGroup, Backtest, BacktestDate, BandOutcome, CapacityFigures, Failure, TestFigures, Tested};
pub(crate) use bands::wilson;
pub use error::{FitError, Unfit, dates_needed};
pub use followed::{Followed, FollowedCount, FollowedMonth, Month, NO_BAND, Standing, follow};
pub use model::{Band, Bin, BinRange, Model, Provenance, SampleSize, ScoredFeature};
pub use model_file::{ModelFile, ModelFileError, ModelInput, TestSummary, TestedDate};
pub use ranking::{AUDIT_CAPACITY_PCT, CAPACITIES_PCT};
pub use rolling::fit;
pub use samples::{DateSample, SampleColumn, SampledPanel, Samples};
pub use scoring::{MOST_REASONS, Reason, points};

/// The model's file as it was applied, in the run folder.
pub const MODEL: &str = "model.toml";
