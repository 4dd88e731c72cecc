//! Who and what is counted: the register, observed days, dimensions, the dense customer index, and the standing of
//! every event row: orphan, duplicate, future, out of scope or in use.
//!
//! In: typed batches. Out: the [`Population`], facts to a [`Fold`], and the accounting of every row.

mod accounting;
mod appearing;
mod disclosure;
mod duplicates;
mod events;
mod index;
mod population;
mod shape;
mod sieve;

pub use accounting::{ExtractAccount, FileAccount, RowCounts, Standing};
pub use appearing::appearing;
pub use disclosure::{DisclosedCodes, MOST_NAMED, OtherCodes};
pub use events::{Fold, Intake, PARTITION_CUSTOMERS};
pub use index::Ids;
pub use population::{Dimension, NO_VALUE, Population, read_register};
