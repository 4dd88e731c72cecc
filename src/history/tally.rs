//! Counting pairs of rules, and what the counts come to by category.

use super::join::Pair;
use super::keys::RuleNames;
use super::movements::{Cause, Ground, Movements, RuleMovement, Side};
use crate::config::{AsOf, Config};

/// Counts of customers by rule.
pub(super) struct Tally<'a> {
    old: Side<'a>,
    new: Side<'a>,
    old_names: &'a RuleNames,
    new_names: &'a RuleNames,
    /// Whether an old rule and a new one lead to different categories.
    changes: Vec<Vec<bool>>,
    both: Vec<Vec<u64>>,
    entered: Vec<u64>,
    left: Vec<u64>,
    /// From the old rule to the new rule of the old features, and from that to the new rule.
    by_rules: Vec<Vec<u64>>,
    by_behaviour: Vec<Vec<u64>>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(old: Side<'a>, new: Side<'a>, old_names: &'a RuleNames, new_names: &'a RuleNames) -> Self {
        let (rows, columns) = (old_names.texts.len(), new_names.texts.len());
        let changes = |(from, _): &(String, String)| new_names.texts.iter().map(|(to, _)| from != to).collect();
        Tally {
            old,
            new,
            changes: old_names.texts.iter().map(changes).collect(),
            both: vec![vec![0; columns]; rows],
            entered: vec![0; columns],
            left: vec![0; rows],
            by_rules: vec![vec![0; columns]; rows],
            by_behaviour: vec![vec![0; columns]; columns],
            old_names,
            new_names,
        }
    }

    /// Counts a customer; true if it belongs among the movements.
    pub(super) fn add(&mut self, pair: Pair<'_>) -> bool {
        match (pair.old, pair.new) {
            (Some((old, under)), Some(new)) => {
                let (old, new) = (usize::from(old), usize::from(new));
                self.both[old][new] += 1;
                if let Some(under) = under.map(usize::from) {
                    self.by_rules[old][under] += 1;
                    self.by_behaviour[under][new] += 1;
                }
                self.changes[old][new]
            }
            (Some((old, _)), None) => {
                self.left[usize::from(old)] += 1;
                true
            }
            (None, Some(new)) => {
                self.entered[usize::from(new)] += 1;
                true
            }
            (None, None) => false,
        }
    }

    pub(super) fn finish(self, ground: Ground) -> Movements {
        let (from, to) = (categories(self.old.config), categories(self.new.config));
        let (old_of, new_of) = (category_of_rules(self.old.config), category_of_rules(self.new.config));
        let by_category = |counts: &[Vec<u64>], rows: &[usize], height: usize| {
            let mut matrix = vec![vec![0; to.len()]; height];
            for (row, counts) in counts.iter().enumerate() {
                for (column, count) in counts.iter().enumerate() {
                    matrix[rows[row]][new_of[column]] += count;
                }
            }
            matrix
        };
        let summed = |counts: &[u64], of: &[usize], length: usize| {
            let mut sums = vec![0; length];
            counts.iter().zip(of).for_each(|(count, category)| sums[*category] += count);
            sums
        };
        Movements {
            old_as_of: as_of(self.old.config),
            new_as_of: as_of(self.new.config),
            matrix: by_category(&self.both, &old_of, from.len()),
            entered: summed(&self.entered, &new_of, to.len()),
            left: summed(&self.left, &old_of, from.len()),
            by_rule: self.by_rule(),
            cause: match ground {
                Ground::SameRules => Cause::Behaviour,
                Ground::FeaturesDiffer(differs) => Cause::CannotTell { differs },
                Ground::RulesDiffer(_) => Cause::Split {
                    by_rules: by_category(&self.by_rules, &old_of, from.len()),
                    by_behaviour: by_category(&self.by_behaviour, &new_of, to.len()),
                },
            },
            from,
            to,
        }
    }

    fn by_rule(&self) -> Vec<RuleMovement> {
        let mut found = Vec::new();
        for (old, counts) in self.both.iter().enumerate() {
            for (new, customers) in counts.iter().enumerate().filter(|(_, customers)| **customers > 0) {
                let ((from, from_rule), (to, to_rule)) = (&self.old_names.texts[old], &self.new_names.texts[new]);
                if self.changes[old][new] {
                    let [from, from_rule, to, to_rule] = [from, from_rule, to, to_rule].map(String::clone);
                    found.push(RuleMovement { from, from_rule, to, to_rule, customers: *customers });
                }
            }
        }
        // Equals stay in the order of the rules.
        found.sort_by_key(|movement| std::cmp::Reverse(movement.customers));
        found
    }
}

fn categories(config: &Config) -> Vec<String> {
    config.customers.categories.iter().map(|category| category.name.clone()).collect()
}

/// The category by rule number, the default's last.
fn category_of_rules(config: &Config) -> Vec<usize> {
    config.customers.outcomes().map(|(category, _)| category).collect()
}

fn as_of(config: &Config) -> String {
    match config.window.as_of {
        AsOf::Day(day) => day.to_string(),
        AsOf::Yesterday | AsOf::LastMonthEnd => String::new(),
    }
}
