//! The groups that a model's tests are audited by. No model sees them.

use crate::statistics::Grouping;

/// Which groups customers belong to.
#[derive(Debug, Clone, Default)]
pub struct AuditGroups {
    /// By customer number, the value of each dimension.
    pub dimensions: Vec<Grouping>,
    /// The first age of each age group, ascending; no audit by age when empty. Ages are those of a sample's date.
    pub age_groups: Vec<u32>,
}
