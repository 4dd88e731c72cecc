//! Employers: the same job for companies and associations, by size (METHOD section 7).
//!
//! In: contacts and applications in use, through folds like those of customers. Out: the counts of every employer,
//! and [`EmployerFigures`] per size class, then of all.

mod figures;
mod folds;
mod tally;

pub use figures::{EmployerFigures, SizeClass, Totals};
pub use folds::{Applications, Contacts};
pub use tally::{EmployerCounts, Employers};
