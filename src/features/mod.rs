//! The feature catalogue, the folds that gather events by customer, and the coverage and spell kernel.
//!
//! In: facts of events in use, partition by partition. Out: a [`FeatureTable`] per partition, one row per customer.

pub mod catalogue;
mod coverage;
mod folds;
mod partition;
mod periods;
mod table;
pub mod wording;

pub use coverage::{BenefitTraits, CoverageFeatures, Covered, Kernel, KernelWindow};
pub use folds::{Applications, Contacts, Ground, LifeEvents, Payments};
pub use partition::{Partition, Words, step};
pub use table::{FeatureColumn, FeatureTable, features, hundredths};
