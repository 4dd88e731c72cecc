//! Rules: SQL conditions over features, compiled once; a customer gets the category of the first that is true.
//!
//! The configuration calls [`check_condition`] and [`check_derived`] to report bad expressions among its other
//! problems; they know features and SQL, nothing of files. From a checked configuration, [`RuleSet::compile`]
//! makes what the stages after this one use, on frames of any number of rows and from any thread.
//!
//! Missing is not true (`docs/method.md` section 5): SQL's three-valued logic applies inside a condition, and in the end
//! only a condition that is true takes a customer.

mod arithmetic;
mod expression;
mod parse;
mod reach;
mod terms;
#[cfg(test)]
mod tests;
mod trace;
mod words;

use polars::prelude::*;

use expression::Expression;
pub use parse::ConditionProblem;
pub use terms::{Clause, Comparator, Comparison, Piece, Term};
pub use trace::{RuleTrace, Trace, TracedTerm, Tracer, Truth};

use crate::config::{Classification, Problem};
use crate::schema::Entity;
use crate::schema::features::{At, FeatureType};

/// The name of the rule that customers have whom no rule took.
pub const DEFAULT_RULE: &str = "default";

/// Checks a rule's condition against the features that it may name.
///
/// # Errors
/// Every unknown feature, or what else is wrong with it.
pub fn check_condition(sql: &str, features: &[(String, FeatureType)]) -> Result<(), Vec<ConditionProblem>> {
    parse::condition(sql, features).map(|_| ())
}

/// Checks a derived feature's expression and tells its type: a count if all in it is, else a ratio.
///
/// # Errors
/// Every unknown feature, or what else is wrong with it.
pub fn check_derived(sql: &str, features: &[(String, FeatureType)]) -> Result<FeatureType, Vec<ConditionProblem>> {
    parse::derived(sql, features).map(|(_, feature_type)| feature_type)
}

/// The features of an entity's catalogue, as expressions know them.
pub fn feature_types(entity: Entity) -> Vec<(String, FeatureType)> {
    entity.features().iter().map(|at| (at.feature().name.to_owned(), at.feature().feature_type)).collect()
}

/// The rules and derived features of a configuration, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct RuleSet {
    entity: Entity,
    rules: Vec<CompiledRule>,
    default_category: usize,
    derived: Vec<CompiledFeature>,
}

/// A rule with its condition as it is parsed, and as it is evaluated.
#[derive(Debug, Clone)]
struct CompiledRule {
    name: String,
    category: usize,
    condition: Expression,
    expr: Expr,
}

/// A derived feature, likewise.
#[derive(Debug, Clone)]
struct CompiledFeature {
    name: String,
    feature_type: FeatureType,
    expression: Expression,
    expr: Expr,
}

/// Which rule took each row of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Per row: the index of the first rule whose condition is true, or the number of rules where none is.
    pub rule: Vec<u16>,
}

impl RuleSet {
    /// Compiles the rules and derived features.
    ///
    /// # Errors
    /// What is wrong with them; nothing, if the configuration came from [`crate::config`].
    pub fn compile(classification: &Classification) -> Result<RuleSet, Vec<Problem>> {
        let entity = classification.entity;
        let mut features = feature_types(entity);
        let mut problems = Vec::new();
        let mut derived = Vec::new();
        for feature in &classification.derived_features {
            match parse::derived(&feature.expression, &features) {
                Ok((expression, feature_type)) => {
                    let (name, expr) = (feature.name.clone(), expression.to_polars());
                    features.push((name.clone(), feature_type));
                    derived.push(CompiledFeature { name, feature_type, expression, expr });
                }
                Err(faults) => problems.extend(at_key(format!("derived_features.{}.expression", feature.name), faults)),
            }
        }
        let mut rules = Vec::new();
        for rule in &classification.rules {
            match parse::condition(&rule.when, &features) {
                Ok(condition) => {
                    let (name, category, expr) = (rule.name.clone(), rule.category, condition.to_polars());
                    rules.push(CompiledRule { name, category, condition, expr });
                }
                Err(faults) => problems.extend(at_key(rule_key(entity, &rule.name), faults)),
            }
        }
        if rules.len() >= usize::from(u16::MAX) {
            let message = format!("more than {} rules", u16::MAX - 1);
            problems.push(Problem { line: None, key: "rules".to_owned(), message, help: None });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(RuleSet { entity, rules, default_category: classification.default_category, derived })
    }

    /// Name and type of each derived feature, in order.
    pub fn derived_features(&self) -> impl ExactSizeIterator<Item = (&str, FeatureType)> {
        self.derived.iter().map(|feature| (feature.name.as_str(), feature.feature_type))
    }

    /// The features of the entity that any rule or derived feature names, in their order; at least one, so that a frame
    /// of them has rows.
    pub fn named_features(&self) -> Vec<At> {
        let conditions = self.rules.iter().map(|rule| &rule.condition);
        let expressions = conditions.chain(self.derived.iter().map(|feature| &feature.expression));
        let names: Vec<&str> = expressions.flat_map(Expression::features).collect();
        let features = self.entity.features();
        let named: Vec<At> = features.iter().copied().filter(|at| names.contains(&at.feature().name)).collect();
        if named.is_empty() { features[..1].to_vec() } else { named }
    }

    /// The numbers that stand beside a feature, in conditions and derived features that depend on it, ascending: where
    /// a change of the feature is likely to change the label.
    pub fn numbers_beside(&self, feature: &str) -> Vec<f64> {
        let mut dependent = vec![feature];
        let mut numbers = Vec::new();
        let derived = self.derived.iter().map(|feature| (Some(feature.name.as_str()), &feature.expression));
        let conditions = self.rules.iter().map(|rule| (None, &rule.condition));
        for (name, expression) in derived.chain(conditions) {
            if expression.features().iter().any(|named| dependent.contains(named)) {
                dependent.extend(name);
                numbers.extend(expression.numbers());
            }
        }
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        numbers
    }

    /// How many rules there are, the default not counted: its index.
    pub fn default_rule(&self) -> u16 {
        self.rules.len() as u16
    }

    /// The name of a rule that [`Labels`] names.
    pub fn rule_name(&self, rule: u16) -> &str {
        self.rules.get(usize::from(rule)).map_or(DEFAULT_RULE, |rule| &rule.name)
    }

    /// The category that a rule leads to: an index into the configuration's categories.
    pub fn category_of(&self, rule: u16) -> usize {
        self.rules.get(usize::from(rule)).map_or(self.default_category, |rule| rule.category)
    }

    /// Adds the derived features to a frame of the catalogue's, in order: counts as Int64, all else as Float64.
    ///
    /// # Errors
    /// A feature is not in the frame, or has another type than the catalogue gives it.
    pub fn derive(&self, features: DataFrame) -> PolarsResult<DataFrame> {
        // One at a time, since a later one may use an earlier one.
        self.derived.iter().try_fold(features, |frame, feature| {
            frame.lazy().with_column(feature.expr.clone().alias(feature.name.as_str())).collect()
        })
    }

    /// The rule of every row of a frame that holds the catalogue's and the derived features (counts as Int64,
    /// all else as Float64).
    ///
    /// # Errors
    /// A feature is not in the frame, or has another type than the catalogue gives it.
    pub fn classify(&self, features: &DataFrame) -> PolarsResult<Labels> {
        // Beside the features, so that a condition without any still has a value for every row; no feature has
        // a space in its name.
        let named = |(at, rule): (usize, &CompiledRule)| rule.expr.clone().alias(condition_name(at));
        let conditions: Vec<_> = self.rules.iter().enumerate().map(named).collect();
        let evaluated = features.clone().lazy().with_columns(conditions).collect()?;
        let mut rule = vec![self.default_rule(); features.height()];
        // The last rule first, so that the first one that is true is what remains.
        for at in (0..self.rules.len()).rev() {
            let is_true = evaluated.column(&condition_name(at))?.bool()?;
            for (label, is_true) in rule.iter_mut().zip(is_true.iter()) {
                if is_true == Some(true) {
                    *label = at as u16;
                }
            }
        }
        Ok(Labels { rule })
    }
}

/// The configuration's key of a rule's condition.
fn rule_key(entity: Entity, rule: &str) -> String {
    format!("{}rules.{rule}.when", entity.key_prefix())
}

fn condition_name(at: usize) -> String {
    format!("condition {at}")
}

fn at_key(key: String, faults: Vec<ConditionProblem>) -> impl Iterator<Item = Problem> {
    faults.into_iter().map(move |fault| Problem {
        line: None,
        key: key.clone(),
        message: fault.message,
        help: fault.help,
    })
}
