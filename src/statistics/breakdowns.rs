//! Breakdowns: the figures of METHOD section 6 by the values of a dimension, or of a pair of them.

use super::Summary;

/// The figures by one dimension, or by a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// One dimension or two, by their names; `age_group` is one.
    pub dimensions: Vec<String>,
    /// The groups, in the order of their values (age groups by age), missing values last.
    pub groups: Vec<Group>,
}

/// The customers who share the values of a breakdown's dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// A value per dimension; `None` where it is missing.
    pub values: Vec<Option<String>>,
    /// Per category in the configured order, then of all. Shares are of the group's customers.
    pub categories: Vec<GroupFigures>,
}

/// The figures of one category, or of all, in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFigures {
    /// Customers.
    pub customers: u64,
    /// The summary figures; what is missing is NaN.
    pub summary: Summary,
    /// Of each feature, derived ones last.
    pub features: Vec<Middle>,
}

/// Where the middle of a feature is. What is missing is NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Middle {
    /// Customers who have the feature.
    pub n: u64,
    /// Mean.
    pub mean: f64,
    /// Median (type 7, as all quantiles).
    pub median: f64,
}
