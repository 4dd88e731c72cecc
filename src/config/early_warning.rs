//! `[early_warning]`: whom a model is about, what it may learn from, and which one runs apply (`docs/method.md` section 11).
//!
//! What somebody is, rather than what happens to them, is no feature: age and what is made of it by named exception only,
//! dimensions never. Models are audited by both.

use super::model::{BandLimits, EarlyWarning};
use super::reader::{Reader, whole_within};
use super::schema::Shape;
use crate::rules::RuleSet;
use crate::schema::features::{At, FeatureType};
use crate::suggestion::help_for;

/// What the table's names are held against.
struct Names<'a> {
    /// Columns of the register that are no features.
    dimensions: &'a [String],
    /// All features, those that cannot be computed among them.
    features: Vec<&'a str>,
    rules: &'a RuleSet,
}

/// Reads the table; `known` are all features of customers.
pub(super) fn read(
    root: &Reader,
    dimensions: &[String],
    known: &[(String, FeatureType)],
    rules: &RuleSet,
) -> EarlyWarning {
    let all = known.iter().map(|(name, _)| name.as_str()).collect();
    let names = Names { dimensions, features: all, rules };
    root.section("early_warning", |table| {
        let to = table.text("to").map(|name| category(table, "to", name, rules));
        let to = to.unwrap_or_else(|| rules.categories.len().saturating_sub(1));
        let from = from(table, to, rules);
        let model = table.has("model").then(|| table.filled_text("model").to_owned());
        if from.is_empty() && (table.has("to") || model.is_some()) {
            let message = "no category is lighter than the one that is warned of, so nobody is in question";
            table.problem("to", message, Some("name the categories in `from`, or a heavier one in `to`".to_owned()));
        }
        let exceptions = exceptions(table, &names);
        EarlyWarning {
            from,
            to,
            within: table.whole("within", 1..=120).unwrap_or_default(),
            features: features(table, &exceptions, &names),
            exceptions,
            penalty: table.amount("penalty").unwrap_or_default(),
            bands: table.section("bands", |bands| BandLimits {
                min_customers: bands.whole("min_customers", 1..=1_000_000_000).unwrap_or_default(),
                min_outcomes: bands.whole("min_outcomes", 1..=1_000_000_000).unwrap_or_default(),
                min_outcomes_pct: bands.per_cent("min_outcomes_pct").unwrap_or_default(),
            }),
            model,
            require_approval: table.flag("require_approval").unwrap_or_default(),
            accept_failed: table.flag("accept_failed").unwrap_or_default(),
            max_age_days: max_age_days(table),
        }
    })
}

/// The place of a category of this name.
fn category(table: &Reader, key: &str, name: &str, rules: &RuleSet) -> usize {
    let names: Vec<&str> = rules.categories.iter().map(|category| category.name.as_str()).collect();
    let place = names.iter().position(|own| *own == name);
    if place.is_none() {
        table.problem(key, format!("there is no category `{name}`"), help_for(name, &names));
    }
    place.unwrap_or_default()
}

/// The places of the categories whose customers are in question, ascending.
fn from(table: &Reader, to: usize, rules: &RuleSet) -> Vec<usize> {
    if !table.has("from") {
        return (0..to).collect();
    }
    let names = table.some_texts("from").unwrap_or_default();
    let mut places: Vec<usize> =
        names.iter().filter(|name| !name.is_empty()).map(|name| category(table, "from", name, rules)).collect();
    let known = |name: &&String| rules.categories.get(to).is_some_and(|category| category.name == **name);
    if let Some(name) = names.iter().find(known) {
        let message = format!("customers in `{name}` are there already: it is the category that is warned of");
        table.problem("from", message, Some(format!("leave `{name}` out, or name another category in `to`")));
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Features that may be used though they say how old somebody is.
fn exceptions(table: &Reader, known: &Names) -> Vec<String> {
    let names = table.texts("exceptions").unwrap_or_default();
    for name in &names {
        if let Some((fault, help)) = known.fault(name, &known.of_age()) {
            table.problem("exceptions", fault, help);
        } else if known.way_to_age(name).is_none() {
            let message = format!("`{name}` needs no exception: it does not say how old somebody is");
            table.problem("exceptions", message, Some("name it in `features` alone".to_owned()));
        }
    }
    names
}

/// The features that a model learns from.
fn features(table: &Reader, exceptions: &[String], known: &Names) -> Vec<String> {
    let names = table.some_texts("features").unwrap_or_default();
    for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        if names[..at].contains(name) {
            table.problem("features", format!("`{name}` is named twice"), None);
        } else if let Some((fault, help)) = known.fault(name, &known.not_of_age()) {
            table.problem("features", fault, help);
        } else if let Some(way) = known.way_to_age(name).filter(|_| !exceptions.contains(name)) {
            let message = format!("{way}: a model may not treat people by their age, and is only audited by it");
            let help = format!(
                "leave it out; or, if it must be, say `exceptions = [\"{name}\"]`, which every page of the model shows"
            );
            table.problem("features", message, Some(help));
        }
    }
    names
}

const AGE: &str = At::age.feature().name;

impl<'a> Names<'a> {
    /// Why a name is none of a feature that could be used at all, and what to do; `allowed` are those that could be.
    fn fault(&self, name: &str, allowed: &[&str]) -> Option<(String, Option<String>)> {
        if self.dimensions.iter().any(|dimension| dimension == name) {
            let message = format!("`{name}` is a dimension: a model is audited by it, and may not learn from it");
            Some((message, Some("leave it out".to_owned())))
        } else if !self.features.contains(&name) {
            Some((format!("there is no feature `{name}`"), help_for(name, allowed)))
        } else {
            None
        }
    }

    /// How a feature says how old somebody is, in words; `None` if it does not.
    fn way_to_age(&self, name: &str) -> Option<String> {
        Some(match self.rules.way_to(name, AGE)?.as_slice() {
            [] => format!("`{name}` is how old somebody is"),
            [_] => format!("`{name}` is made of `{AGE}`"),
            [between @ .., _] => format!("`{name}` is made of `{AGE}`, by way of `{}`", between.join("` and `")),
        })
    }

    fn of_age(&self) -> Vec<&'a str> {
        self.features.iter().copied().filter(|name| self.rules.way_to(name, AGE).is_some()).collect()
    }

    fn not_of_age(&self) -> Vec<&'a str> {
        self.features.iter().copied().filter(|name| self.rules.way_to(name, AGE).is_none()).collect()
    }
}

/// Days, or `false` for never.
fn max_age_days(table: &Reader) -> Option<u32> {
    let expected = Shape::Described("a whole number from 0 to 36500, or false");
    let read = table.read("max_age_days", expected, |item| match item.as_bool() {
        Some(false) => Some(None),
        _ => whole_within(item, &(0..=36_500)).map(Some),
    });
    read.flatten()
}
