//! Runs against each other: who moved between categories, and whether a run strays too far from those before it.
//!
//! A [`PastRun`] is a run folder opened for reading; everything else here is told from one or several of them.

mod decisions;
mod error;
mod flagged;
mod folders;
mod gates;
mod labels;
mod manifest;
mod movements;
mod panel;
mod run;
mod series;
mod transitions;
mod trial;

pub use error::HistoryError;
pub use flagged::{FlaggedMonths, PassedOver, flagged_months};
pub use gates::{CurrentRun, broken_gates};
pub use labels::LabelsFile;
pub use manifest::{PastManifest, PastOutput};
pub use movements::{Cause, Movements, NewRun, RuleMovement, compare, fields as movement_fields, movements};
pub use panel::PastPanel;
pub use run::{FoundCustomer, PastRun};
pub use series::{CategoryPoint, HistoryEntry, Series, series};
pub use trial::{Trial, trial};
