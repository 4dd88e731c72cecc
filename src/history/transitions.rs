//! Two runs joined by customer, and what the customers come to by category and rule.

use std::collections::BTreeMap;
use std::iter::Peekable;

use foldhash::HashMap;

use super::HistoryError;
use super::decisions::Decision;
use super::movements::{Cause, Comparability, Movements, RuleMovement};
use crate::config::RunPlan;
use crate::rules::RuleSet;
use crate::schema::Entity;

/// The rules that decided on one customer, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Transition {
    /// In the old run, if the customer is in it.
    pub(super) old: Option<u16>,
    /// The new run's rule for the old run's features, where that was asked for.
    pub(super) reclassified: Option<u16>,
    /// In the new run, if the customer is in it.
    pub(super) new: Option<u16>,
}

impl Transition {
    fn entered(rule: u16) -> Self {
        Transition { old: None, reclassified: None, new: Some(rule) }
    }
}

/// Ids in their order, each with the number of the rule that decided.
type Decided<'a> = Box<dyn Iterator<Item = (&'a [u8], u16)> + 'a>;

/// Joins two runs: hands over every customer of either once, in bytewise order of the ids.
pub(super) struct Merge<'a, F> {
    new: Peekable<Decided<'a>>,
    take: F,
}

impl<'a, F: FnMut(&[u8], Transition) -> Result<(), HistoryError>> Merge<'a, F> {
    /// With the new run's customers, in order.
    pub(super) fn new(new: Decided<'a>, take: F) -> Self {
        Merge { new: new.peekable(), take }
    }

    /// The next customer of the old run.
    pub(super) fn old_customer(&mut self, id: &[u8], decision: Decision) -> Result<(), HistoryError> {
        while let Some((entered, rule)) = self.new.next_if(|(new, _)| *new < id) {
            (self.take)(entered, Transition::entered(rule))?;
        }
        let new = self.new.next_if(|(new, _)| *new == id).map(|(_, rule)| rule);
        (self.take)(id, Transition { old: Some(decision.rule), reclassified: decision.reclassified, new })
    }

    /// After the old run's last customer.
    pub(super) fn finish(mut self) -> Result<(), HistoryError> {
        self.new.try_for_each(|(entered, rule)| (self.take)(entered, Transition::entered(rule)))
    }
}

/// How many customers made each transition.
pub(super) struct Transitions<'a> {
    entity: Entity,
    old: &'a RunPlan,
    new: &'a RunPlan,
    counts: HashMap<Transition, u64>,
}

impl<'a> Transitions<'a> {
    pub(super) fn new(entity: Entity, old: &'a RunPlan, new: &'a RunPlan) -> Self {
        Transitions { entity, old, new, counts: HashMap::default() }
    }

    pub(super) fn count(&mut self, transition: Transition) {
        *self.counts.entry(transition).or_default() += 1;
    }

    /// From which category to which, and by which rules, where the category changed; empty texts of a run that the
    /// customer is not in.
    pub(super) fn change(&self, transition: Transition) -> Option<[&'a str; 4]> {
        fn outcome(rules: &RuleSet, rule: Option<u16>) -> (&str, &str) {
            rule.map_or(("", ""), |rule| (rules.category_name(rule), rules.rule_name(rule)))
        }
        let (from, from_rule) = outcome(self.old.rules(self.entity), transition.old);
        let (to, to_rule) = outcome(self.new.rules(self.entity), transition.new);
        (from != to).then_some([from, to, from_rule, to_rule])
    }

    /// The customers summed up by category.
    pub(super) fn movements(self, comparability: Comparability) -> Movements {
        let (old_rules, new_rules) = (self.old.rules(self.entity), self.new.rules(self.entity));
        let (from, to) = (old_rules.category_names(), new_rules.category_names());
        let (old_category, new_category) = (|rule| old_rules.category_of(rule), |rule| new_rules.category_of(rule));
        let mut matrix = vec![vec![0; to.len()]; from.len()];
        let (mut by_rules, mut by_behaviour) = (matrix.clone(), vec![vec![0; to.len()]; to.len()]);
        let (mut entered, mut left) = (vec![0; to.len()], vec![0; from.len()]);
        for (transition, customers) in &self.counts {
            match (transition.old, transition.new) {
                (Some(old), Some(new)) => {
                    let (old, new) = (old_category(old), new_category(new));
                    matrix[old][new] += customers;
                    if let Some(between) = transition.reclassified.map(new_category) {
                        by_rules[old][between] += customers;
                        by_behaviour[between][new] += customers;
                    }
                }
                (Some(old), None) => left[old_category(old)] += customers,
                (None, Some(new)) => entered[new_category(new)] += customers,
                (None, None) => {}
            }
        }
        Movements {
            entity: self.entity,
            old_as_of: self.old.window.as_of.to_string(),
            new_as_of: self.new.window.as_of.to_string(),
            matrix,
            entered,
            left,
            by_rule: self.by_rule(),
            cause: match comparability {
                Comparability::SameRules => Cause::Behaviour,
                Comparability::FeaturesDiffer(differs) => Cause::CannotTell { differs },
                Comparability::RulesDiffer => Cause::Split { by_rules, by_behaviour },
            },
            from,
            to,
        }
    }

    fn by_rule(&self) -> Vec<RuleMovement> {
        let mut counts: BTreeMap<(u16, u16), u64> = BTreeMap::new();
        for (transition, customers) in &self.counts {
            if let (Some(old), Some(new)) = (transition.old, transition.new) {
                *counts.entry((old, new)).or_default() += customers;
            }
        }
        let movement = |((old, new), customers)| {
            let transition = Transition { old: Some(old), reclassified: None, new: Some(new) };
            let [from, to, from_rule, to_rule] = self.change(transition)?.map(str::to_owned);
            Some(RuleMovement { from, from_rule, to, to_rule, customers })
        };
        let mut movements: Vec<RuleMovement> = counts.into_iter().filter_map(movement).collect();
        // Equals stay in the order of the rules.
        movements.sort_by_key(|movement| std::cmp::Reverse(movement.customers));
        movements
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn everybody_of_either_run_comes_once_and_in_order(
            old in proptest::collection::btree_map("[ab]{1,4}", 0u16..3, 0..12),
            new in proptest::collection::btree_map("[ab]{1,4}", 0u16..3, 0..12),
        ) {
            let mut found = Vec::new();
            let new_rows = new.iter().map(|(id, rule)| (id.as_bytes(), *rule));
            let mut merge = Merge::new(Box::new(new_rows), |id, transition| {
                found.push((id.to_vec(), transition));
                Ok(())
            });
            for (id, rule) in &old {
                merge.old_customer(id.as_bytes(), Decision { rule: *rule, reclassified: Some(rule + 1) }).unwrap();
            }
            merge.finish().unwrap();
            let mut everybody: Vec<_> = old.keys().chain(new.keys()).collect();
            everybody.sort();
            everybody.dedup();
            let transition = |id: &String| {
                let old = old.get(id).copied();
                Transition { old, reclassified: old.map(|rule| rule + 1), new: new.get(id).copied() }
            };
            let expected: Vec<_> = everybody.into_iter().map(|id| (id.clone().into_bytes(), transition(id))).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
