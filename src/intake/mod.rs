//! Who and what is counted: the register, observed days, dimensions, the dense customer index, and the standing of
//! every event row: orphan, duplicate, future, out of scope or in use.
//!
//! In: typed batches. Out: the [`Population`], facts to a [`Fold`], and the accounting of every row.

mod accounting;
mod appearing;
mod damaged;
mod days;
mod disclosure;
mod duplicates;
mod events;
mod in_use;
mod index;
mod orphans;
mod population;
mod register;
mod registration;
mod shape;
mod sieve;

pub use accounting::{ExtractAccount, FileAccount, RowCounts, Standing};
pub use appearing::{Appearing, appearing};
pub use damaged::DamagedIds;
pub use disclosure::{DisclosedCodes, MOST_NAMED, OtherCodes};
pub use events::{Fold, Intake, PARTITION_CUSTOMERS, RowInUse};
pub use index::Ids;
pub use orphans::{Blemish, Orphans, match_orphans};
pub use population::{Dimension, NO_VALUE, Population};
pub use register::read_register;
