//! Why a customer has its label: every rule, and every term of its condition, true, false or missing.
//!
//! Terms are parts of the very expressions that [`RuleSet::classify`] evaluates; so a trace says nothing that the label
//! does not.

use polars::prelude::*;

use super::expression::Expression;
use super::terms::{Clause, Term, terms};
use super::{RuleSet, evaluate};

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

/// All rules for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace<'a> {
    /// The conditions of the rules in their order, term by term, also of those after the one that decided.
    pub rules: Vec<Clause<TracedTerm<'a>>>,
    /// The rule that decided, or the number of rules where none did.
    pub decided: u16,
}

/// Rules that tell why.
#[derive(Debug)]
pub struct Tracer<'a> {
    pub(super) rules: &'a RuleSet,
    /// The condition of each rule; its terms are places in `terms`.
    pub(super) clauses: Vec<Clause<usize>>,
    pub(super) terms: Vec<NamedTerm<'a>>,
}

/// A term, and the features that it names in the order of the catalogue, derived ones last.
#[derive(Debug)]
pub(super) struct NamedTerm<'a> {
    term: Term,
    pub(super) features: Vec<String>,
    expression: &'a Expression,
}

impl<'a> Tracer<'a> {
    /// Takes the conditions of the rules apart.
    pub fn new(rules: &'a RuleSet) -> Self {
        let names = rules.feature_names();
        let mut named = Vec::new();
        let place = &mut |expression: &&'a Expression| {
            let own = expression.features();
            let features = names.iter().filter(|name| own.contains(&name.as_str())).cloned().collect();
            named.push(NamedTerm { term: Term::new(expression), features, expression });
            named.len() - 1
        };
        let clauses = rules.rules.iter().map(|rule| terms(&rule.condition).map(place)).collect();
        Tracer { rules, clauses, terms: named }
    }

    /// The rules themselves.
    pub fn rules(&self) -> &'a RuleSet {
        self.rules
    }

    /// Why each row of a frame (as for [`RuleSet::classify`]) has its label.
    ///
    /// # Errors
    /// A feature is not in the frame, or has another type than the catalogue gives it.
    pub fn trace(&self, features: &DataFrame) -> PolarsResult<Vec<Trace<'_>>> {
        let terms = self.term_truths(features)?;
        let decided = self.rules.classify(features)?;
        let of_row = |(row, decided): (usize, u16)| {
            let of_term = &mut |at: &usize| {
                let named = &self.terms[*at];
                TracedTerm { term: &named.term, features: &named.features, truth: terms[*at][row] }
            };
            Trace { rules: self.clauses.iter().map(|clause| clause.map(of_term)).collect(), decided }
        };
        Ok(decided.into_iter().enumerate().map(of_row).collect())
    }

    /// What each term comes to in each row.
    pub(super) fn term_truths(&self, features: &DataFrame) -> PolarsResult<Vec<Vec<Truth>>> {
        let values = evaluate(features, self.terms.iter().map(|named| named.expression.to_condition()))?;
        values.iter().map(|column| Ok(column.bool()?.iter().map(Truth::from).collect())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{ages_and_contacts, rule_set};
    use proptest::prelude::*;

    fn rules(when: &str) -> RuleSet {
        let text = format!(
            "[[derived_features]]\nname = \"double\"\nexpression = \"contacts * 2\"\n\
             [[rules]]\nname = \"r\"\ncategory = \"support\"\nwhen = '{when}'\n"
        );
        rule_set(&text)
    }

    fn customers(rules: &RuleSet) -> DataFrame {
        rules.derive(ages_and_contacts()).unwrap()
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
        let features = rules("TRUE").features();
        joined.prop_filter("a condition must be more than NULL", move |sql| {
            crate::rules::condition(sql, &features).is_ok()
        })
    }

    proptest! {
        /// However a condition is joined: what its terms come to, put together, is what the whole comes to.
        #[test]
        fn terms_put_together_are_the_condition(when in any_condition()) {
            let rules = rules(&when);
            let customers = customers(&rules);
            let whole = evaluate(&customers, [rules.rules[0].condition.to_polars()].into_iter()).unwrap();
            let tracer = Tracer::new(&rules);
            for (trace, whole) in tracer.trace(&customers).unwrap().into_iter().zip(whole[0].bool().unwrap().iter()) {
                prop_assert_eq!(trace.rules[0].truth(), Truth::from(whole), "{}", when);
                prop_assert_eq!(trace.decided == 0, whole == Some(true));
            }
        }
    }

    #[test]
    fn terms_know_their_features() {
        let rules = rules("contacts + double > 3 AND NOT (age > 15)");
        let customers = customers(&rules);
        let tracer = Tracer::new(&rules);
        let traces = tracer.trace(&customers).unwrap();
        let Clause::All(parts) = &traces[3].rules[0] else { panic!("{traces:?}") };
        let [Clause::Term(sum), Clause::Not(not)] = parts.as_slice() else { panic!("{parts:?}") };
        assert_eq!((sum.features, sum.truth), (["contacts".to_owned(), "double".to_owned()].as_slice(), Truth::True));
        // A customer of unknown age: neither older than 15 nor not.
        assert_eq!((not.truth(), traces[3].rules[0].truth()), (Truth::Missing, Truth::Missing));
    }
}
