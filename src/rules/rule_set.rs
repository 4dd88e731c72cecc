//! The categories of an entity and the rules that lead to them (`docs/method.md` sections 5 and 7), as configured.

use super::Expression;
use super::feature_types;
use crate::i18n::{Language, Text};
use crate::schema::Entity;
use crate::schema::features::{At, FeatureType};
use crate::schema::fields::Field;

/// The name of the rule that customers have whom no rule took.
pub const DEFAULT_RULE: &str = "default";

/// How an entity is labelled.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// Who is labelled.
    pub entity: Entity,
    /// The categories, from lightest to heaviest need.
    pub categories: Vec<Category>,
    /// Features the configuration adds, in order; a later one may use an earlier one.
    pub derived_features: Vec<DerivedFeature>,
    /// The rules, first match wins.
    pub rules: Vec<Rule>,
    /// Index into `categories` of the category that takes everybody whom no rule took.
    pub default_category: usize,
}

/// A category of everyday life.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Its canonical name.
    pub name: String,
    /// Its name for people.
    pub names: Text,
    /// What such an everyday life is like.
    pub description: Text,
    /// The service that it calls for.
    pub service: Text,
    /// Figures to hold the run's against.
    pub reference: ReferenceFigures,
}

/// Figures of a category from elsewhere, published ones for instance, for the report to show beside a run's.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReferenceFigures {
    /// Per cent of customers.
    pub share_pct: Option<f64>,
    /// Contacts a year.
    pub contacts_per_year: Option<f64>,
    /// Minutes of handling per application.
    pub handling_minutes_per_application: Option<f64>,
}

/// A rule: customers for whom `when` is true belong to `category`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, unique; labels carry it.
    pub name: String,
    /// Index into the categories.
    pub category: usize,
    /// A SQL boolean expression over features, as it was written.
    pub when: String,
    /// The same, parsed.
    pub condition: Expression,
    /// Why it leads to the category, in words for people.
    pub reason: Text,
}

/// A feature the configuration adds.
#[derive(Debug, Clone)]
pub struct DerivedFeature {
    /// Its name, unique among all features.
    pub name: String,
    /// A SQL expression over the features before it, as it was written.
    pub expression: String,
    /// The same, parsed.
    pub parsed: Expression,
    /// A count if all in the expression is, else a ratio.
    pub feature_type: FeatureType,
    /// Its unit, for documentation; may be empty.
    pub unit: String,
    /// What it means; may be empty.
    pub meaning: Text,
}

/// A column of its values; without a meaning in words it means its expression.
impl From<&DerivedFeature> for Field {
    fn from(feature: &DerivedFeature) -> Self {
        let meaning = Language::En.of(&feature.meaning);
        let meaning = if meaning.is_empty() { feature.expression.as_str() } else { meaning };
        Field {
            name: feature.name.clone().into(),
            unit: feature.unit.clone().into(),
            meaning: meaning.to_owned().into(),
            ..Field::new("", feature.feature_type.into(), "")
        }
    }
}

impl RuleSet {
    /// Category and name of every rule in order, by which labels number them; the default's come last.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..=self.default_rule()).map(|rule| (self.category_name(rule), self.rule_name(rule)))
    }

    /// The names of the categories, in order.
    pub fn category_names(&self) -> Vec<String> {
        self.categories.iter().map(|category| category.name.clone()).collect()
    }

    /// Name and type of all features in the order of outputs, derived ones last.
    pub fn features(&self) -> Vec<(String, FeatureType)> {
        let derived = self.derived_features.iter().map(|feature| (feature.name.clone(), feature.feature_type));
        feature_types(self.entity).into_iter().chain(derived).collect()
    }

    /// The names of all features, in that order.
    pub fn feature_names(&self) -> Vec<String> {
        self.features().into_iter().map(|(name, _)| name).collect()
    }

    /// The features of the catalogue that any rule or derived feature names, in their order; at least one, so that a frame
    /// of them has rows.
    pub fn named_features(&self) -> Vec<At> {
        let names: Vec<&str> = self.expressions().flat_map(|(_, expression)| expression.features()).collect();
        let features = self.entity.features();
        let named: Vec<At> = features.iter().copied().filter(|at| names.contains(&at.feature().name)).collect();
        if named.is_empty() { features[..1].to_vec() } else { named }
    }

    /// The features of the catalogue that a rule depends on, in their order, those behind derived features among them.
    pub fn features_of(&self, rule: usize) -> Vec<At> {
        let mut names: Vec<&str> = self.rules.get(rule).map(|rule| rule.condition.features()).unwrap_or_default();
        // A derived feature names only those before it.
        for derived in self.derived_features.iter().rev() {
            if names.contains(&derived.name.as_str()) {
                names.extend(derived.parsed.features());
            }
        }
        let features = self.entity.features().iter().copied();
        features.filter(|at| names.contains(&at.feature().name)).collect()
    }

    /// The derived features that a rule or one of these features depends on, in their order.
    pub fn derived_needed(&self, features: &[String]) -> Vec<&DerivedFeature> {
        let mut names: Vec<&str> = features.iter().map(String::as_str).collect();
        names.extend(self.rules.iter().flat_map(|rule| rule.condition.features()));
        let mut needed = Vec::new();
        // One names only those before it.
        for derived in self.derived_features.iter().rev() {
            if names.contains(&derived.name.as_str()) {
                needed.push(derived);
                names.extend(derived.parsed.features());
            }
        }
        needed.reverse();
        needed
    }

    /// How a feature comes to depend on one of the catalogue: the features that the way leads over, that one last; empty where they are the same, `None` where it does not depend on it.
    pub fn way_to<'a>(&'a self, name: &str, of_catalogue: &'a str) -> Option<Vec<&'a str>> {
        if name == of_catalogue {
            return Some(Vec::new());
        }
        // A derived feature names only those before it, so the way ends.
        let derived = self.derived_features.iter().find(|derived| derived.name == name)?;
        derived.parsed.features().into_iter().find_map(|named| {
            let way = self.way_to(named, of_catalogue)?;
            Some([named].into_iter().chain(way).collect())
        })
    }

    /// The numbers that stand beside a feature, in conditions and derived features that depend on it, ascending: where
    /// a change of the feature is likely to change the label.
    pub fn numbers_beside(&self, feature: &str) -> Vec<f64> {
        let mut dependent = vec![feature];
        let mut numbers = Vec::new();
        for (name, expression) in self.expressions() {
            if expression.features().iter().any(|named| dependent.contains(named)) {
                dependent.extend(name);
                numbers.extend(expression.numbers());
            }
        }
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        numbers
    }

    /// The derived features, by name, then the conditions.
    fn expressions(&self) -> impl Iterator<Item = (Option<&str>, &Expression)> {
        let derived = self.derived_features.iter().map(|feature| (Some(feature.name.as_str()), &feature.parsed));
        derived.chain(self.rules.iter().map(|rule| (None, &rule.condition)))
    }

    /// The number of the default rule: that of all others.
    pub fn default_rule(&self) -> u16 {
        self.rules.len() as u16
    }

    /// The name of a rule, by its number.
    pub fn rule_name(&self, rule: u16) -> &str {
        self.rules.get(usize::from(rule)).map_or(DEFAULT_RULE, |rule| &rule.name)
    }

    /// The category that a rule leads to: an index into the categories.
    pub fn category_of(&self, rule: u16) -> usize {
        self.rules.get(usize::from(rule)).map_or(self.default_category, |rule| rule.category)
    }

    /// The name of that category.
    pub fn category_name(&self, rule: u16) -> &str {
        &self.categories[self.category_of(rule)].name
    }
}
