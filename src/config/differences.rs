//! What differs between the settings of two runs, as far as it bears on movements.
//!
//! Rules and what they name can be told apart from behaviour, since the old features can be put under the new
//! rules. What makes the features themselves (the catalogue, the window, codes) cannot: the old features do not
//! tell what they would have been.

use std::collections::BTreeSet;

use super::{Benefit, ColumnConfig, ColumnSource, Extract, ExtractConfig, Repeats, RunPlan};
use crate::calendar::{DefaultPeriod, Window};
use crate::rules::{DerivedFeature, RuleSet, TextCondition};
use crate::schema::Entity;

/// Whether the same features may lead to another category: rules, derived features, default category.
pub fn rules_differ(old: &RuleSet, new: &RuleSet) -> bool {
    fn conditions(rules: &RuleSet) -> Vec<(&str, &str)> {
        let whens = rules.rules.iter().map(|rule| rule.when.as_str()).chain([""]);
        whens.zip(rules.outcomes()).map(|(when, (category, _))| (when, category)).collect()
    }
    fn derived(rules: &RuleSet) -> Vec<(&str, &str)> {
        let features = rules.derived_features.iter();
        features.map(|feature| (feature.name.as_str(), feature.expression.as_str())).collect()
    }
    conditions(old) != conditions(new) || derived(old) != derived(new)
}

/// The settings under which customers are labelled and that differ, by name: the rules, what they name, and what makes the
/// features. Derived features that neither a rule nor one of `features` needs do not count.
pub fn label_settings_that_differ(old: &RunPlan, new: &RunPlan, features: &[String]) -> Vec<String> {
    let mut differ = rule_settings_that_differ(&old.customers, &new.customers, features);
    differ.extend(feature_settings_that_differ(old, new, Entity::Customer));
    differ
}

/// The rules and the derived features that differ, by name. Where none of several rules stays as it was, which is what one rule
/// in a configuration without any does, they are not listed.
fn rule_settings_that_differ(old: &RuleSet, new: &RuleSet, features: &[String]) -> Vec<String> {
    let (before, after) = (old.derived_needed(features), new.derived_needed(features));
    let expression = |of: &[&DerivedFeature], name: &str| {
        of.iter().find(|derived| derived.name == name).map(|derived| derived.expression.clone())
    };
    let names: BTreeSet<&str> = before.iter().chain(&after).map(|derived| derived.name.as_str()).collect();
    let derived = names.into_iter().filter(|name| expression(&before, name) != expression(&after, name));
    let mut differ: Vec<String> = derived.map(|name| format!("derived_features.{name}")).collect();
    let rule = |of: &RuleSet, name: &str| {
        let at = of.rules.iter().position(|rule| rule.name == name)?;
        Some((of.rules[at].when.clone(), of.category_name(at as u16).to_owned()))
    };
    let names = |of: &RuleSet| of.rules.iter().map(|rule| rule.name.clone()).collect::<Vec<_>>();
    let (before, after) = (names(old), names(new));
    // Those that both have, in the order of each.
    let both = |of: &[String], other: &[String]| -> Vec<String> {
        of.iter().filter(|name| other.contains(name)).cloned().collect()
    };
    let (kept, in_new_order) = (both(&before, &after), both(&after, &before));
    let stays = |name: &String| rule(old, name) == rule(new, name);
    if !after.is_empty() && kept.len() < before.len() && !kept.iter().any(stays) {
        differ.push("rules (all of them: one of your own replaces all default rules)".to_owned());
    } else {
        let changed = kept.iter().filter(|name| !stays(name));
        differ.extend(changed.map(|name| format!("rules.{name}")));
        let added = after.iter().filter(|name| !kept.contains(name));
        differ.extend(added.map(|name| format!("rules.{name} (added)")));
        let removed = before.iter().filter(|name| !kept.contains(name));
        differ.extend(removed.map(|name| format!("rules.{name} (removed)")));
        differ.extend((kept != in_new_order).then(|| "order of rules".to_owned()));
    }
    if old.category_name(old.default_rule()) != new.category_name(new.default_rule()) {
        differ.push("default_category".to_owned());
    }
    differ
}

/// The settings that make the features of an entity and that differ, by name.
pub fn feature_settings_that_differ(old: &RunPlan, new: &RunPlan, entity: Entity) -> Vec<String> {
    let mut differ = Vec::new();
    let mut note = |differs: bool, name: String| {
        if differs {
            differ.push(name);
        }
    };
    let (before, after) = (&old.window, &new.window);
    note(before.months != after.months, "window.months".to_owned());
    // Employers have neither payments nor a time of registration.
    if entity == Entity::Customer {
        note(before.spell_gap_days != after.spell_gap_days, "window.spell_gap_days".to_owned());
        note(before.min_observed_days != after.min_observed_days, "window.min_observed_days".to_owned());
        // The same first day reaches less far back before an older window; that is part of the settings being the same.
        let history_days = |window: &Window| window.start.0 - window.history_from.0;
        let other_history = before.history_from != after.history_from && history_days(before) != history_days(after);
        let differs = other_history && unknown_starts_days(before) != unknown_starts_days(after);
        note(differs, "window.history_from".to_owned());
        let codes: BTreeSet<&str> =
            old.benefits.iter().chain(&new.benefits).map(|benefit| benefit.code.as_str()).collect();
        for code in codes {
            note(benefit(old, code) != benefit(new, code), format!("benefits.{code}"));
        }
    }
    for extract in std::iter::once(entity.register()).chain(entity.events().iter().copied()) {
        let (before, after) = (rows(old, extract), rows(new, extract));
        // Of an extract that only one run has the columns tell.
        if let (Some(before), Some(after)) = (before, after) {
            note(before.0 != after.0, format!("extracts.{}.covers", extract.name()));
            note(before.1 != after.1, format!("extracts.{}.keep", extract.name()));
            note(before.2 != after.2, format!("extracts.{}.where", extract.name()));
        }
        let (before, after) = (columns(old, extract), columns(new, extract));
        let names: BTreeSet<&str> = before.iter().chain(&after).map(|column| column.0.as_str()).collect();
        for name in names {
            let of = |columns: &BTreeSet<Reading>| -> Vec<Reading> {
                columns.iter().filter(|column| column.0 == name).cloned().collect()
            };
            note(of(&before) != of(&after), format!("extracts.{}.columns.{name}", extract.name()));
        }
    }
    differ
}

/// Days at the beginning of the window on which no spell is known to start (`docs/method.md` section 4: a spell starts in
/// the window if it starts after `history_from` and the gap). A first day of the history that lies further back
/// than the gap changes nothing.
fn unknown_starts_days(window: &Window) -> i32 {
    (window.history_from.0 + window.spell_gap_days - window.start.0 + 1).max(0)
}

/// All of a benefit but its names.
fn benefit<'a>(plan: &'a RunPlan, code: &str) -> Option<(bool, bool, bool, Option<&'a str>)> {
    let traits = |own: &'a Benefit| (own.countable, own.last_resort, own.income_replacing, own.life_event.as_deref());
    plan.benefits.iter().find(|own| own.code == code).map(traits)
}

/// Which rows of an extract count, and for what: what a payment without an end covers, which of repeated rows counts, and
/// the conditions of the sources. `None` if the run has no such extract.
fn rows(plan: &RunPlan, extract: Extract) -> Option<(DefaultPeriod, Repeats, Vec<Option<&TextCondition>>)> {
    let own = plan.extracts.iter().find(|own| own.extract == extract)?;
    Some((own.covers, own.repeats, own.sources.iter().map(|source| source.filter.as_ref()).collect()))
}

/// How a column's values come about: name, constant, codes. Where a file has it and how it writes values is not
/// part of it: an extract in another dialect says the same.
type Reading = (String, Option<String>, Option<Vec<(String, String)>>);

/// How the columns of an extract's sources come about; sources that agree count once.
fn columns(plan: &RunPlan, extract: Extract) -> BTreeSet<Reading> {
    let own = |own: &&ExtractConfig| own.extract == extract;
    let sources = plan.extracts.iter().filter(own).flat_map(|own| &own.sources);
    let reading = |column: &ColumnConfig| {
        let constant = match &column.from {
            ColumnSource::Constant(value) => Some(value.clone()),
            ColumnSource::Header(_) | ColumnSource::Joined { .. } => None,
        };
        let codes = column.codes.as_ref();
        let codes = codes.map(|codes| codes.iter().map(|(code, meaning)| (code.clone(), meaning.clone())).collect());
        (column.name.clone(), constant, codes)
    };
    let is_dimension = |name: &str| plan.dimensions.iter().any(|dimension| dimension == name);
    sources.flat_map(|source| &source.columns).map(reading).filter(|column| !is_dimension(&column.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::plan_of;

    /// What differs between the default rules, or rules of these names, and others.
    fn differ(old: &str, new: &str) -> Vec<String> {
        let plan = |names: &str| {
            let rule = |name: char| format!("{{ name = \"{name}\", category = \"support\", when = \"contacts > 1\" }}");
            let rules: Vec<String> = names.chars().map(rule).collect();
            plan_of(&if names == "default" { String::new() } else { format!("rules = [{}]\n", rules.join(", ")) })
        };
        label_settings_that_differ(&plan(old), &plan(new), &[])
    }

    #[test]
    fn only_rules_that_differ_are_named() {
        assert_eq!(differ("abc", "abc"), [""; 0]);
        assert_eq!(differ("abc", "axbc"), ["rules.x (added)"]);
        assert_eq!(differ("abc", "ac"), ["rules.b (removed)"]);
        assert_eq!(differ("abc", "acb"), ["order of rules"]);
        assert_eq!(differ("abc", "xca"), ["rules.x (added)", "rules.b (removed)", "order of rules"]);
        assert_eq!(differ("default", "a"), ["rules (all of them: one of your own replaces all default rules)"]);
        assert_eq!(differ("ab", ""), ["rules.a (removed)", "rules.b (removed)"]);
    }

    #[test]
    fn a_rule_that_says_something_else_is_changed() {
        let plan =
            |when: &str| plan_of(&format!("rules = [{{ name = \"a\", category = \"support\", when = \"{when}\" }}]\n"));
        let differ = label_settings_that_differ(&plan("contacts > 1"), &plan("contacts > 2"), &[]);
        assert_eq!(differ, ["rules.a"]);
    }
}
