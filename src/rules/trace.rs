//! Why a customer has its label: every rule, and every term of its condition, true, false or missing.
//!
//! Terms are parts of the very expressions that [`RuleSet::classify`] evaluates; so a trace says nothing that the label
//! does not.

use polars::prelude::*;

use super::expression::Expression;
use super::terms::{Clause, Term, terms};
use super::{RuleSet, feature_types};
use crate::config::{Classification, Problem};

/// What a condition comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It met a missing value on which it depends; a rule does not take the customer then.
    Missing,
}

impl Truth {
    pub(super) fn all(parts: impl Iterator<Item = Truth>) -> Truth {
        parts.fold(Truth::True, |all, part| match (all, part) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::Missing, _) | (_, Truth::Missing) => Truth::Missing,
            _ => Truth::True,
        })
    }

    pub(super) fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Missing => Truth::Missing,
        }
    }
}

impl From<Option<bool>> for Truth {
    fn from(value: Option<bool>) -> Truth {
        match value {
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::Missing,
        }
    }
}

/// A term and what it comes to for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedTerm<'a> {
    /// The term.
    pub term: &'a Term,
    /// The features that it names, in the order of the catalogue, derived ones last.
    pub features: &'a [String],
    /// What it comes to.
    pub truth: Truth,
}

impl Clause<TracedTerm<'_>> {
    /// What the clause comes to, by SQL's three-valued logic.
    pub fn truth(&self) -> Truth {
        match self {
            Clause::All(parts) => Truth::all(parts.iter().map(Clause::truth)),
            Clause::Any(parts) => Truth::all(parts.iter().map(|part| part.truth().not())).not(),
            Clause::Not(part) => part.truth().not(),
            Clause::Term(term) => term.truth,
        }
    }
}

/// A rule for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleTrace<'a> {
    /// What its condition comes to.
    pub truth: Truth,
    /// Its condition, term by term.
    pub clause: Clause<TracedTerm<'a>>,
}

/// All rules for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace<'a> {
    /// The rules in their order, also those after the one that decided.
    pub rules: Vec<RuleTrace<'a>>,
    /// The rule that decided, or the number of rules where none did.
    pub decided: u16,
}

/// Rules that tell why.
#[derive(Debug, Clone)]
pub struct Tracer {
    pub(super) rules: RuleSet,
    /// The condition of each rule; its terms are places in `terms`.
    pub(super) clauses: Vec<Clause<usize>>,
    pub(super) terms: Vec<CompiledTerm>,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledTerm {
    term: Term,
    pub(super) features: Vec<String>,
    pub(super) expr: Expr,
}

impl Tracer {
    /// Compiles the rules with their terms.
    ///
    /// # Errors
    /// As for [`RuleSet::compile`].
    pub fn compile(classification: &Classification) -> Result<Tracer, Vec<Problem>> {
        let rules = RuleSet::compile(classification)?;
        let mut known: Vec<String> = feature_types(classification.entity).into_iter().map(|(name, _)| name).collect();
        known.extend(rules.derived_features().map(|(name, _)| name.to_owned()));
        let mut compiled = Vec::new();
        let place = &mut |term: &&Expression| {
            compiled.push(CompiledTerm::new(term, &known));
            compiled.len() - 1
        };
        let clauses = rules.rules.iter().map(|rule| terms(&rule.condition).map(place)).collect();
        Ok(Tracer { rules, clauses, terms: compiled })
    }

    /// The rules themselves.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Why each row of a frame (as for [`RuleSet::classify`]) has its label.
    ///
    /// # Errors
    /// A feature is not in the frame, or has another type than the catalogue gives it.
    pub fn trace(&self, features: &DataFrame) -> PolarsResult<Vec<Trace<'_>>> {
        let terms = truths(features, self.terms.iter().map(|term| &term.expr))?;
        let conditions = truths(features, self.rules.rules.iter().map(|rule| &rule.expr))?;
        let decided = self.rules.classify(features)?.rule;
        let of_row = |(row, decided): (usize, u16)| {
            let of_term = &mut |at: &usize| {
                let term = &self.terms[*at];
                TracedTerm { term: &term.term, features: &term.features, truth: terms[*at][row] }
            };
            let rules = self.clauses.iter().zip(&conditions);
            let rules = rules.map(|(clause, truth)| RuleTrace { truth: truth[row], clause: clause.map(of_term) });
            Trace { rules: rules.collect(), decided }
        };
        Ok(decided.into_iter().enumerate().map(of_row).collect())
    }
}

impl CompiledTerm {
    fn new(term: &Expression, known: &[String]) -> Self {
        let names = term.features();
        let features = known.iter().filter(|name| names.contains(&name.as_str())).cloned().collect();
        CompiledTerm { term: Term::new(term), features, expr: term.to_condition() }
    }
}

/// What each expression comes to in each row.
pub(super) fn truths<'a>(
    features: &DataFrame,
    expressions: impl Iterator<Item = &'a Expr>,
) -> PolarsResult<Vec<Vec<Truth>>> {
    // Beside the features, as in `classify`: an expression without any still has a value for every row.
    let name = |at: usize| format!("truth {at}");
    let named: Vec<Expr> = expressions.enumerate().map(|(at, expr)| expr.clone().alias(name(at))).collect();
    let count = named.len();
    let evaluated = features.clone().lazy().with_columns(named).collect()?;
    (0..count).map(|at| Ok(evaluated.column(&name(at))?.bool()?.iter().map(Truth::from).collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use proptest::prelude::*;

    fn tracer(when: &str) -> Tracer {
        let text = format!(
            "[[derived_features]]\nname = \"double\"\nexpression = \"contacts * 2\"\n\
             [[rules]]\nname = \"r\"\ncategory = \"support\"\nwhen = '{when}'\n[extracts.contacts]\nfiles = \"c\"\n\
             [extracts.applications]\nfiles = \"a\"\n[extracts.payments]\nfiles = \"p\"\n"
        );
        Tracer::compile(&config::from_text(&text, std::path::Path::new("/")).unwrap().customers).unwrap()
    }

    /// Customers with every combination of some ages (one missing) and contacts.
    fn customers(tracer: &Tracer) -> DataFrame {
        let (mut ages, mut contacts) = (Vec::new(), Vec::new());
        for age in [None, Some(10_i64), Some(20)] {
            for contact in 0..4_i64 {
                ages.push(age);
                contacts.push(contact);
            }
        }
        let columns = vec![Column::new("age".into(), ages), Column::new("contacts".into(), contacts)];
        tracer.rules().derive(DataFrame::new(12, columns).unwrap()).unwrap()
    }

    fn any_condition() -> impl Strategy<Value = String> {
        let term = prop::sample::select(vec![
            "age > 15",
            "age IS NULL",
            "contacts >= 2",
            "double BETWEEN 2 AND 4",
            "contacts IN (1, 3)",
            "age + contacts < 12",
            "CASE WHEN contacts > 1 OR age > 15 THEN double ELSE NULL END > 3",
            "TRUE",
            "NULL",
        ]);
        let joined = term.prop_map(str::to_owned).prop_recursive(4, 12, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} AND {right}")),
                (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} OR {right}")),
                inner.clone().prop_map(|inner| format!("NOT {inner}")),
                inner.prop_map(|inner| format!("({inner})")),
            ]
        });
        joined.prop_filter("a condition must be more than NULL", |sql| {
            crate::rules::check_condition(sql, &catalogue_with_double()).is_ok()
        })
    }

    fn catalogue_with_double() -> Vec<(String, crate::schema::features::FeatureType)> {
        let double = ("double".to_owned(), crate::schema::features::FeatureType::Count);
        feature_types(crate::schema::Entity::Customer).into_iter().chain([double]).collect()
    }

    proptest! {
        /// However a condition is joined: what its terms come to, put together, is what the whole comes to.
        #[test]
        fn terms_put_together_are_the_condition(when in any_condition()) {
            let tracer = tracer(&when);
            for trace in tracer.trace(&customers(&tracer)).unwrap() {
                let rule = &trace.rules[0];
                prop_assert_eq!(rule.clause.truth(), rule.truth, "{}", when);
                prop_assert_eq!(trace.decided == 0, rule.truth == Truth::True);
            }
        }
    }

    #[test]
    fn terms_know_their_features() {
        let tracer = tracer("contacts + double > 3 AND NOT (age > 15)");
        let customers = customers(&tracer);
        let traces = tracer.trace(&customers).unwrap();
        let Clause::All(parts) = &traces[3].rules[0].clause else { panic!("{traces:?}") };
        let [Clause::Term(sum), Clause::Not(not)] = parts.as_slice() else { panic!("{parts:?}") };
        assert_eq!((sum.features, sum.truth), (["contacts".to_owned(), "double".to_owned()].as_slice(), Truth::True));
        // A customer of unknown age: neither older than 15 nor not.
        assert_eq!((not.truth(), traces[3].rules[0].truth), (Truth::Missing, Truth::Missing));
    }
}
