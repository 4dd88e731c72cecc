//! The aggregators that add up events by customer or employer, the coverage and spell kernel, and the features.
//!
//! In: updates of events in use, partition by partition. Out: a [`FeatureTable`] per partition, one row per customer.

mod aggregators;
mod coverage;
mod dated;
mod events;
mod partition;
mod periods;
mod runs;
mod table;
mod values;

pub use aggregators::{AggregationContext, Tally};
pub use coverage::{BenefitTraits, CoverageFeatures, Covered, Kernel, KernelWindow};
pub use dated::{DatedEvents, EventCodec, InWindow, Keep, KeepContext, Kept, SortedEvents};
pub use events::{Applications, Contacts, Event, EventReader, LifeEvents, Payments, WindowContext};
pub use partition::{Partition, increment};
pub use runs::SpillableRuns;
pub use table::{FeatureColumn, FeatureTable, features, hundredths};
