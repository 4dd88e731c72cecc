//! Movements: what became of the customers of one run in a later one.

/// Who moved between two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Movements {
    /// The last day of the older run's window, ISO.
    pub old_as_of: String,
    /// The last day of the newer run's window, ISO.
    pub new_as_of: String,
    /// The older run's categories, from lightest to heaviest need.
    pub from: Vec<String>,
    /// The newer run's categories, from lightest to heaviest need.
    pub to: Vec<String>,
    /// Customers in both runs: a row per `from`, a column per `to`.
    pub matrix: Vec<Vec<u64>>,
    /// Customers only in the newer run, by `to`.
    pub entered: Vec<u64>,
    /// Customers only in the older run, by `from`.
    pub left: Vec<u64>,
    /// Customers whose category changed, by the rules that decided, most first.
    pub by_rule: Vec<RuleMovement>,
    /// What moved them, as far as it can be told.
    pub cause: Cause,
}

/// Customers whose category changed, by the rules that decided then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMovement {
    /// Category in the older run.
    pub from: String,
    /// The rule that decided then.
    pub from_rule: String,
    /// Category in the newer run.
    pub to: String,
    /// The rule that decided now.
    pub to_rule: String,
    /// Customers.
    pub customers: u64,
}

/// What moved customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The rules are the same: their lives, not ours.
    Behaviour,
    /// The rules differ. Of the customers in both runs whose category changed: those whose old features lead
    /// elsewhere under the new rules, and what remains between there and the new category.
    Split {
        /// From the old category to the one of the old features under the new rules (`from` × `to`).
        by_rules: Vec<Vec<u64>>,
        /// From there to the new category (`to` × `to`).
        by_behaviour: Vec<Vec<u64>>,
    },
    /// Something else differs too, in words: the benefit catalogue, the window, the meaning of features.
    CannotTell {
        /// What differs, as the names of settings.
        differs: Vec<String>,
    },
}
