//! Rules: SQL conditions over features, parsed once; a customer gets the category of the first that is true.
//!
//! While the configuration is read, [`condition`] and [`derived`] parse and check each expression, so that a bad one is
//! reported with all other problems; they know features and SQL, nothing of files. What comes of it is a [`RuleSet`], which
//! labels tables of any number of rows, from any thread.
//!
//! Missing is not true (`docs/method.md` section 5): SQL's three-valued logic applies inside a condition, and in the end
//! only a condition that is true takes a customer.

mod arithmetic;
mod expression;
mod parse;
mod reach;
mod rule_set;
mod terms;
#[cfg(test)]
mod tests;
mod texts;
mod trace;
mod words;

use polars::prelude::*;

pub use expression::{Expression, Operator};
pub use parse::{ConditionProblem, condition, derived};
pub use rule_set::{Category, DEFAULT_RULE, DerivedFeature, ReferenceFigures, Rule, RuleSet};
pub use terms::{Clause, Comparator, Comparison, Piece, Term};
pub use texts::TextCondition;
pub use trace::{Trace, TracedTerm, Tracer, Truth};

use crate::schema::Entity;
use crate::schema::features::FeatureType;

/// The features of an entity's catalogue, as expressions know them.
pub fn feature_types(entity: Entity) -> Vec<(String, FeatureType)> {
    entity.features().iter().map(|at| (at.feature().name.to_owned(), at.feature().feature_type)).collect()
}

impl RuleSet {
    /// Adds the derived features to a frame of the catalogue's, in order: counts as Int64, all else as Float64.
    ///
    /// # Errors
    /// A feature is not in the frame, or has another type than the catalogue gives it.
    pub fn derive(&self, features: DataFrame) -> PolarsResult<DataFrame> {
        // One at a time, since a later one may use an earlier one.
        self.derived_features.iter().try_fold(features, |frame, feature| {
            frame.lazy().with_column(feature.parsed.to_polars().alias(feature.name.as_str())).collect()
        })
    }

    /// The rule of every row of a frame that holds the catalogue's and the derived features (counts as Int64,
    /// all else as Float64): the index of the first one whose condition is true, or the number of rules where none is.
    ///
    /// # Errors
    /// A feature is not in the frame, or has another type than the catalogue gives it.
    pub fn classify(&self, features: &DataFrame) -> PolarsResult<Vec<u16>> {
        let conditions = evaluate(features, self.rules.iter().map(|rule| rule.condition.to_polars()))?;
        let mut decided = vec![self.default_rule(); features.height()];
        // The last rule first, so that the first one that is true is what remains.
        for (at, condition) in conditions.iter().enumerate().rev() {
            for (rule, is_true) in decided.iter_mut().zip(condition.bool()?.iter()) {
                if is_true == Some(true) {
                    *rule = at as u16;
                }
            }
        }
        Ok(decided)
    }

    /// The rule of every row of a frame that holds the catalogue's features alone.
    ///
    /// # Errors
    /// As [`RuleSet::classify`].
    pub fn label(&self, features: DataFrame) -> PolarsResult<Vec<u16>> {
        self.classify(&self.derive(features)?)
    }
}

/// The values of expressions in each row of a frame.
fn evaluate(features: &DataFrame, expressions: impl Iterator<Item = Expr>) -> PolarsResult<Vec<Column>> {
    // Beside the features, so that an expression without any still has a value for every row; no feature has a space in
    // its name.
    let named: Vec<Expr> = expressions.enumerate().map(|(at, expr)| expr.alias(format!("value {at}"))).collect();
    let count = named.len();
    let evaluated = features.clone().lazy().with_columns(named).collect()?;
    (0..count).map(|at| evaluated.column(&format!("value {at}")).cloned()).collect()
}
