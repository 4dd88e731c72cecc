//! Runs against each other: who moved between categories, and whether a run strays too far from those before it.

mod movements;

pub use movements::{Cause, Movements, RuleMovement};
