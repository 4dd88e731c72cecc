//! Who and what is counted: the register, observed days, dimensions, the dense customer index, and the status of
//! every event row: orphan, duplicate, future, out of scope or in use.
//!
//! In: typed batches. Out: the [`Population`], updates to an [`Aggregator`], and the accounting of every row.

mod accounting;
mod appearing;
mod damaged;
mod days;
mod disclosure;
mod duplicate_filter;
mod duplicates;
mod entry;
mod events;
mod first_read;
mod hashed_ids;
mod id_pattern;
mod in_use;
mod index;
mod orphans;
mod population;
mod register;
mod registration;
mod selection;

pub use accounting::{ExtractAccount, FileAccount, RowCounts, RowStatus};
pub use appearing::{Appearing, appearing};
pub use damaged::DamagedIds;
pub use disclosure::{DisclosedCodes, MOST_NAMED, OtherCodes};
pub use entry::{ExtractEntry, RowsEntry};
pub use events::{Aggregator, Intake, PARTITION_CUSTOMERS, RowInUse};
pub use index::Ids;
pub use orphans::{IdDifference, Orphans, match_orphans};
pub use population::{Dimension, Members, NO_VALUE, Population};
pub use register::{RegisterReading, read_register};
pub use registration::Spells;
pub use selection::Selection;
