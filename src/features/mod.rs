//! The feature catalogue, the aggregators that gather events by customer, and the coverage and spell kernel.
//!
//! In: updates of events in use, partition by partition. Out: a [`FeatureTable`] per partition, one row per customer.

mod aggregators;
pub mod catalogue;
mod coverage;
mod partition;
mod periods;
mod table;

pub use aggregators::{AggregationContext, Applications, Contacts, LifeEvents, Payments};
pub use coverage::{BenefitTraits, CoverageFeatures, Covered, Kernel, KernelWindow};
pub use partition::{Partition, SpillableRuns, increment};
pub use table::{FeatureColumn, FeatureTable, features, hundredths};
