//! Rules that can take nobody: conditions that cannot be true while some features are 0 for everybody.
//!
//! Of a condition's terms, those that name no other feature are known; all others may be true, false or missing. What
//! these come to, put together, is never less than what the condition can come to, so that no rule is named wrongly.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::terms::Clause;
use super::trace::{Tracer, Truth};
use crate::schema::features::{At, FeatureType};

/// What a clause can come to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Possible(Vec<Truth>);

impl Possible {
    fn anything() -> Self {
        Possible(vec![Truth::True, Truth::False, Truth::Missing])
    }

    fn not(self) -> Self {
        Possible(self.0.into_iter().map(Truth::not).collect())
    }

    fn and(self, other: Possible) -> Self {
        let mut both = Vec::new();
        for one in &self.0 {
            for other in &other.0 {
                let truth = Truth::all([*one, *other].into_iter());
                if !both.contains(&truth) {
                    both.push(truth);
                }
            }
        }
        Possible(both)
    }
}

fn possible(clause: &Clause<usize>, of: &impl Fn(usize) -> Possible) -> Possible {
    let nothing = || Possible(vec![Truth::True]);
    match clause {
        Clause::All(parts) => parts.iter().map(|part| possible(part, of)).fold(nothing(), Possible::and),
        Clause::Any(parts) => parts.iter().map(|part| possible(part, of).not()).fold(nothing(), Possible::and).not(),
        Clause::Not(part) => possible(part, of).not(),
        Clause::Term(term) => of(*term),
    }
}

impl Tracer<'_> {
    /// The rules, by number, that can take nobody because these features are 0 for everybody.
    ///
    /// # Errors
    /// The rules cannot be evaluated.
    pub fn unreachable(&self, zero: &[&str]) -> PolarsResult<Vec<usize>> {
        // A rule that is false come what may is not the features' fault.
        let always = self.never_true(&[])?;
        Ok(self.never_true(zero)?.into_iter().filter(|rule| !always.contains(rule)).collect())
    }

    fn never_true(&self, zero: &[&str]) -> PolarsResult<Vec<usize>> {
        let mut known: BTreeSet<&str> = zero.iter().copied().collect();
        for feature in &self.rules.derived_features {
            if feature.parsed.features().iter().all(|name| known.contains(name)) {
                known.insert(&feature.name);
            }
        }
        // One customer without anything; terms that name other features than these are not looked at.
        let column = |at: &At| match at.feature().feature_type {
            FeatureType::Count => Column::new(at.feature().name.into(), [0_i64]),
            _ => Column::new(at.feature().name.into(), [0.0_f64]),
        };
        let features = self.rules.entity.features();
        let nothing = self.rules.derive(DataFrame::new(1, features.iter().map(column).collect())?)?;
        let values = self.term_truths(&nothing)?;
        let of = |at: usize| {
            let is_known = self.terms[at].features.iter().all(|feature| known.contains(feature.as_str()));
            if is_known { Possible(vec![values[at][0]]) } else { Possible::anything() }
        };
        let never = |clause: &Clause<usize>| !possible(clause, &of).0.contains(&Truth::True);
        Ok(self.clauses.iter().enumerate().filter(|(_, clause)| never(clause)).map(|(at, _)| at).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;
    use crate::rules::tests::{ages_and_contacts, rule_set};
    use proptest::prelude::*;

    fn rules(conditions: &[&str]) -> RuleSet {
        let rule = |(at, when): (usize, &&str)| {
            format!("[[rules]]\nname = \"r{at}\"\ncategory = \"support\"\nwhen = '{when}'\n")
        };
        let rules: String = conditions.iter().enumerate().map(rule).collect();
        let derived = "[[derived_features]]\nname = \"half\"\nexpression = \"last_resort_months / 2\"\n\
                       [[derived_features]]\nname = \"mixed\"\nexpression = \"half + contacts\"\n";
        rule_set(&format!("{derived}{rules}"))
    }

    #[test]
    fn rules_are_named_that_no_other_feature_can_save() {
        let cases = [
            ("last_resort_months >= 6", true),
            ("half > 0", true),
            ("last_resort_months >= 3 AND (contacts_per_year >= 3 OR clarifications >= 2)", true),
            ("last_resort_months >= 3 OR contacts >= 3", false),
            ("last_resort_months + contacts >= 3", false),
            ("mixed >= 3", false),
            ("last_resort_months = 0", false),
            ("NOT last_resort_months = 0", true),
            ("NOT (last_resort_months = 0 AND contacts > 1)", false),
            ("contacts / last_resort_months > 1", false),
            ("1 / last_resort_months > 1", true),
            ("CASE WHEN last_resort_months > 1 THEN 1 ELSE 0 END = 1", true),
            ("contacts >= 3", false),
            // False come what may.
            ("FALSE", false),
            ("FALSE AND last_resort_months >= 6", false),
        ];
        let conditions: Vec<&str> = cases.iter().map(|(when, _)| *when).collect();
        let expected: Vec<usize> = (0..cases.len()).filter(|at| cases[*at].1).collect();
        let rules = rules(&conditions);
        let tracer = Tracer::new(&rules);
        assert_eq!(tracer.unreachable(&["last_resort_months"]).unwrap(), expected);
        assert!(tracer.unreachable(&[]).unwrap().is_empty());
    }

    proptest! {
        /// A rule that is named takes nobody, whatever the other features are.
        #[test]
        fn a_rule_that_is_named_takes_nobody(
            terms in proptest::collection::vec(prop::sample::select(vec![
                "last_resort_months > 0", "contacts > 1", "age IS NULL", "age > 15", "half < 1", "contacts + half > 1",
            ]), 3),
            joins in proptest::collection::vec(prop::sample::select(vec!["AND", "OR", "AND NOT", "OR NOT"]), 2),
        ) {
            let when = format!("{} {} ({} {} {})", terms[0], joins[0], terms[1], joins[1], terms[2]);
            let rules = rules(&[&when]);
            let named = Tracer::new(&rules).unreachable(&["last_resort_months"]).unwrap();
            let takes = rules.label(ages_and_contacts()).unwrap().contains(&0);
            prop_assert!(!(takes && named == [0]), "{}", when);
        }
    }
}
