//! What there is, declared once: whom the agency serves, and the features of each.

mod entity;
pub mod features;

pub use entity::Entity;
