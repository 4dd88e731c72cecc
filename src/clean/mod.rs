//! The rows in use as files of their own: canonical columns, codes and types, an extract a file, for questions that an analyst
//! asks elsewhere, on exactly the rows that the labels stand on.
//!
//! In: a last read of an extract, when it is known which rows are in use. Out: a Parquet file in input order, and the text of a
//! configuration that runs on these files and gives the same labels. [`crate::job::Job::clean`] joins the two.

mod frames;
mod settings;
mod writer;

pub use frames::CleanColumns;
pub(crate) use frames::canonical;
pub use settings::{CleanFile, settings};
pub use writer::{CleanRows, CleanWriter};

/// What the ends of periods that are no part of them are called, where a source has such: a period of no day has no last one.
pub const EXCLUSIVE_END: &str = "period_end_exclusive";
/// The columns that tell where a row came from.
pub const ORIGIN: [&str; 2] = ["file", "record"];
