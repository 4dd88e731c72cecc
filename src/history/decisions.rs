//! Who is in a past run and which rule decided on each: all that movements need of its labels.

use std::collections::HashMap;

use polars::prelude::{DataFrame, StringChunked};

use super::{HistoryError, PastRun};
use crate::config::Config;
use crate::rules::RuleSet;
use crate::schema::features::FEATURES;

/// The categories and rules of a run, by rule number; the default comes last.
#[derive(Debug)]
pub(super) struct Outcomes {
    names: Vec<(String, String)>,
    numbers: HashMap<String, u16>,
}

impl Outcomes {
    pub(super) fn of(config: &Config) -> Self {
        let name =
            |(category, rule): (usize, &str)| (config.customers.categories[category].name.clone(), rule.to_owned());
        let names: Vec<(String, String)> = config.customers.outcomes().map(name).collect();
        let numbers = names.iter().enumerate().map(|(number, (_, rule))| (rule.clone(), number as u16)).collect();
        Outcomes { names, numbers }
    }

    /// The category and the rule of a number; empty texts for none.
    pub(super) fn name(&self, number: Option<u16>) -> (&str, &str) {
        number.map_or(("", ""), |number| {
            let (category, rule) = &self.names[usize::from(number)];
            (category, rule)
        })
    }

    /// The number of a rule, if it leads to this category.
    fn number(&self, category: &str, rule: &str) -> Option<u16> {
        self.numbers.get(rule).copied().filter(|number| self.names[usize::from(*number)].0 == category)
    }
}

/// The customers of a past run in the order of their ids, and the rules that decided on them.
#[derive(Debug)]
pub(super) struct Decisions {
    ids: StringChunked,
    /// By customer the number of the rule; the default's is the number of rules.
    rules: Vec<u16>,
    /// By customer the number of the rule that other rules give for the same features; empty unless asked for.
    reclassified: Vec<u16>,
}

const COLUMNS: [&str; 3] = ["customer_id", "category", "rule"];

impl Decisions {
    /// Reads the labels of a run; its features, too, where they are to be put under other rules.
    pub(super) fn read(run: &PastRun, other_rules: Option<&RuleSet>) -> Result<Self, HistoryError> {
        let labels = run.labels();
        let features = other_rules.map(RuleSet::named_features).unwrap_or_default();
        let features = features.into_iter().map(|feature| FEATURES[feature].name);
        let table = labels.read(&COLUMNS.into_iter().chain(features).collect::<Vec<_>>())?;
        let texts = |name: &str| {
            let column = table.column(name).and_then(|column| column.str());
            column.cloned().map_err(|fault| labels.damaged(fault))
        };
        let ids = texts("customer_id")?;
        let damaged = |message: String| HistoryError::Damaged { path: labels.path().to_owned(), message };
        if ids.null_count() > 0 || !ids.iter().is_sorted_by(|id, next| id < next) {
            return Err(damaged("its ids are not in order, each once".to_owned()));
        }
        let rules = rule_numbers(&Outcomes::of(run.config()), &texts("category")?, &texts("rule")?).map_err(damaged)?;
        let reclassify = |rules| reclassified(table.drop_many(COLUMNS), rules);
        let evaluate = |source| HistoryError::Evaluate { path: labels.path().to_owned(), source };
        let reclassified = other_rules.map(reclassify).transpose().map_err(evaluate)?.unwrap_or_default();
        Ok(Decisions { ids, rules, reclassified })
    }

    /// Each customer with the rule that decided.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], u16)> {
        self.ids.iter().flatten().map(str::as_bytes).zip(self.rules.iter().copied())
    }

    /// Each customer with the rule that decided and, where that was asked for, the rule that other rules give.
    pub(super) fn iter_reclassified(&self) -> impl Iterator<Item = (&[u8], (u16, Option<u16>))> {
        let reclassified = (0..self.rules.len()).map(|row| self.reclassified.get(row).copied());
        self.iter().zip(reclassified).map(|((id, rule), reclassified)| (id, (rule, reclassified)))
    }
}

/// The rule of every row; the record of one whose rule or category the configuration in force does not have.
fn rule_numbers(outcomes: &Outcomes, categories: &StringChunked, rules: &StringChunked) -> Result<Vec<u16>, String> {
    let unknown = |row| format!("record {row}: category and rule are not those of the run's config.toml");
    let number = |(category, rule): (Option<&str>, Option<&str>)| outcomes.number(category?, rule?);
    let rows = categories.iter().zip(rules.iter()).zip(1..);
    rows.map(|(outcome, row)| number(outcome).ok_or_else(|| unknown(row))).collect()
}

/// The rule of every row of a table of features.
fn reclassified(features: DataFrame, rules: &RuleSet) -> polars::prelude::PolarsResult<Vec<u16>> {
    Ok(rules.classify(&rules.derive(features)?)?.rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_counts_only_beside_its_category() {
        let text = "[extracts]\ncontacts.files = \"c\"\napplications.files = \"a\"\npayments.files = \"p\"";
        let outcomes = Outcomes::of(&crate::config::from_text(text, std::path::Path::new("/")).unwrap());
        let numbers = |rows: &[(Option<&str>, Option<&str>)]| {
            let column = |values: Vec<Option<&str>>| values.into_iter().collect::<StringChunked>();
            let (categories, rules) = rows.iter().copied().unzip();
            rule_numbers(&outcomes, &column(categories), &column(rules))
        };
        let first = outcomes.names[0].clone();
        let first = (Some(first.0.as_str()), Some(first.1.as_str()));
        let default = (Some("regular"), Some("default"));
        assert_eq!(numbers(&[default, first]).unwrap(), [outcomes.names.len() as u16 - 1, 0]);
        for unknown in
            [(Some("regular"), first.1), (first.0, Some("default")), (None, Some("default")), (first.0, None)]
        {
            let told = numbers(&[default, unknown]).unwrap_err();
            assert!(told.starts_with("record 2: category and rule"), "{told}");
        }
    }
}
