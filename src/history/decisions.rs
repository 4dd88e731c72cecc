//! Who is in a past run and which rule decided on each: all that movements need of its labels, a batch at a time.

use foldhash::HashMap;
use polars::prelude::StringChunked;

use super::{HistoryError, PastRun};
use crate::rules::RuleSet;
use crate::schema::Entity;

/// What was decided on a customer of a past run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decision {
    /// The number of the rule that decided.
    pub(super) rule: u16,
    /// The number of the rule that other rules give for the same features, where that was asked for.
    pub(super) reclassified: Option<u16>,
}

/// Hands over what was decided on each customer, or employer, of a past run, in the order of their ids.
pub(super) fn for_each_decision(
    run: &PastRun,
    entity: Entity,
    other_rules: Option<&RuleSet>,
    mut take: impl FnMut(&str, Decision) -> Result<(), HistoryError>,
) -> Result<(), HistoryError> {
    let labels = run.labels(entity);
    let decided = [entity.id_column(), "category", "rule"];
    let features = other_rules.map(RuleSet::named_features).unwrap_or_default();
    let features = features.into_iter().map(|feature| feature.feature().name);
    let columns: Vec<&str> = decided.into_iter().chain(features).collect();
    let rule_set = run.plan.rules(entity);
    let numbers: HashMap<(&str, &str), u16> = rule_set.outcomes().zip(0..).collect();
    let damaged = |message: String| HistoryError::Damaged { path: labels.path().to_owned(), message };
    let evaluate = |source| HistoryError::Evaluate { path: labels.path().to_owned(), source };
    let (mut last_id, mut records) = (String::new(), 0);
    labels.scan(&columns, |table| {
        let texts = |name: &str| {
            let column = table.column(name).and_then(|column| column.str());
            column.cloned().map_err(|fault| labels.damaged(fault))
        };
        let ids = texts(entity.id_column())?;
        let rules = rule_numbers(&numbers, &texts("category")?, &texts("rule")?, records).map_err(damaged)?;
        let reclassify = |rules: &RuleSet| rules.label(table.drop_many(decided));
        let reclassified = other_rules.map(reclassify).transpose().map_err(evaluate)?;
        records += rules.len();
        for (row, (id, rule)) in ids.iter().zip(rules).enumerate() {
            let id = id.filter(|id| *id > last_id.as_str());
            let id = id.ok_or_else(|| damaged("its ids are not in order, each once".to_owned()))?;
            last_id.clear();
            last_id.push_str(id);
            take(id, Decision { rule, reclassified: reclassified.as_ref().map(|rules| rules[row]) })?;
        }
        Ok(())
    })
}

/// The rule of every row; an error names the record, of which there are some before these, whose rule and category the
/// configuration in force does not have.
fn rule_numbers(
    numbers: &HashMap<(&str, &str), u16>,
    categories: &StringChunked,
    rules: &StringChunked,
    records_before: usize,
) -> Result<Vec<u16>, String> {
    let unknown = |row| format!("record {row}: category and rule are not those of the run's config.toml");
    let number = |(category, rule): (Option<&str>, Option<&str>)| numbers.get(&(category?, rule?)).copied();
    let rows = categories.iter().zip(rules.iter()).zip(records_before + 1..);
    rows.map(|(outcome, row)| number(outcome).ok_or_else(|| unknown(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::plan_of;

    #[test]
    fn a_rule_counts_only_beside_its_category() {
        let rule_set = plan_of("").customers;
        let known = rule_set.outcomes().zip(0..).collect();
        let numbers = |rows: &[(Option<&str>, Option<&str>)]| {
            let column = |values: Vec<Option<&str>>| values.into_iter().collect::<StringChunked>();
            let (categories, rules) = rows.iter().copied().unzip();
            rule_numbers(&known, &column(categories), &column(rules), 100)
        };
        let first = (Some(rule_set.category_name(0)), Some(rule_set.rule_name(0)));
        let default = (Some("regular"), Some("default"));
        assert_eq!(numbers(&[default, first]).unwrap(), [rule_set.default_rule(), 0]);
        for unknown in
            [(Some("regular"), first.1), (first.0, Some("default")), (None, Some("default")), (first.0, None)]
        {
            let told = numbers(&[default, unknown]).unwrap_err();
            assert!(told.starts_with("record 102: category and rule"), "{told}");
        }
    }
}
