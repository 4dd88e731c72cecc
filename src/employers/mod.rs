//! Employers: the same job for companies and associations, by size (METHOD section 7).
//!
//! In: contacts and applications in use, through aggregators like those of customers. Out: the counts of every employer,
//! and [`EmployerFigures`] per size class, then of all.

mod aggregators;
mod figures;
mod tally;

pub use aggregators::{Applications, Contacts};
pub use figures::{EmployerFigures, SizeClass, Totals};
pub use tally::{EmployerCounts, Employers};
