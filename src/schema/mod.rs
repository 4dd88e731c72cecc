//! What there is, declared once: whom the agency serves, the extracts with their columns, and the features of each.

mod entity;
pub mod extracts;
pub mod features;

pub use entity::Entity;
pub use extracts::{ColumnName, Extract};
