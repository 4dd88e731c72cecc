//! Early warning (`docs/method.md` section 11): a scorecard of who is likely to slide into a heavier category, learned from
//! a panel, tested on dates later than those it was learned from, frozen in a file that people read and approve.
//!
//! In: [`Samples`], who was in question on each date of a panel, and what became of them. Out: a [`Model`] and its
//! [`Backtest`].

mod applicable;
mod applied;
mod backtest;
mod columns;
mod groups;
mod model;
mod model_file;
mod samples;
mod scoring;

pub use applicable::{Applicable, ModelRefused, Warning};
pub use applied::{Applied, AppliedEntry};
pub use backtest::{AuditedGroup, Backtest, BacktestDate, BandOutcome, CapacityFigures, Failure, TestFigures, Tested};
pub use groups::AuditGroups;
pub use model::{Band, Bin, BinRange, Model, Provenance, ScoredFeature};
pub use model_file::{ModelFile, ModelFileError, ModelInput, TestSummary, TestedDate};
pub use samples::{DateSample, SampleColumn, SampledPanel, Samples};
pub use scoring::{MOST_REASONS, Reason, points};
