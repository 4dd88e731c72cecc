//! What there is, declared once: whom the agency serves, the extracts with their columns, the features of each, and the
//! figures of their categories.

mod entity;
pub mod extracts;
pub mod features;
pub mod fields;
pub mod figures;

pub use entity::Entity;
pub use extracts::{ColumnName, Extract};
