//! Categories and rules of customers and of employers (`docs/method.md` sections 5 and 7).

use super::benefits::text;
use super::reader::Reader;
use crate::rules::{self, Category, DerivedFeature, ReferenceFigures, Rule, RuleSet};
use crate::schema::Entity;
use crate::schema::features::FeatureType;
use crate::suggestion::help_for;

/// Names that outputs use for themselves. Customers' categories stand beside what panels say of them as well.
const RESERVED_CATEGORIES: [&str; 6] = ["all", "default", "entered", "left", "open", "unknown"];
const RESERVED_EMPLOYER_CATEGORIES: [&str; 2] = ["all", "default"];
const RESERVED_RULES: [&str; 1] = ["default"];

/// How an entity is labelled; `known` are all features that its conditions may name, the derived ones too.
pub(super) fn read(
    root: &Reader,
    entity: Entity,
    derived_features: Vec<DerivedFeature>,
    known: &[(String, FeatureType)],
) -> RuleSet {
    let key = |key: &str| format!("{}{key}", entity.key_prefix());
    let categories = categories(root, entity, &key("categories"));
    let default_category = default_category(root, &key("default_category"), &key("categories"), &categories);
    let rules = rules(root, &key("rules"), &key("categories"), &categories, known);
    RuleSet { entity, categories, derived_features, rules, default_category }
}

/// The categories, lightest need first.
fn categories(root: &Reader, entity: Entity, key: &str) -> Vec<Category> {
    let reserved: &[&str] = match entity {
        Entity::Customer => &RESERVED_CATEGORIES,
        Entity::Employer => &RESERVED_EMPLOYER_CATEGORIES,
    };
    let tables = root.tables(key);
    let mut categories: Vec<Category> = Vec::new();
    for table in tables {
        let name = name(&table, "category", reserved, categories.iter().map(|other| other.name.as_str()));
        categories.push(Category {
            names: text(&table, "names", name),
            description: text(&table, "description", name),
            service: text(&table, "service", name),
            // What is published of employers is no figure of a category of theirs.
            reference: if entity == Entity::Customer { reference(&table) } else { ReferenceFigures::default() },
            name: name.to_owned(),
        });
        table.finish();
    }
    if categories.is_empty() {
        root.problem(key, "there must be at least one category", None);
    }
    categories
}

/// The figures to hold a category's against; each may be left out.
fn reference(category: &Reader) -> ReferenceFigures {
    category.section("reference", |table| ReferenceFigures {
        share_pct: table.per_cent("share_pct"),
        contacts_per_year: table.amount("contacts_per_year"),
        handling_minutes_per_application: table.amount("handling_minutes_per_application"),
    })
}

/// The category that takes the rest.
fn default_category(root: &Reader, key: &str, categories_key: &str, categories: &[Category]) -> usize {
    let name = root.required_text(key);
    let position = categories.iter().position(|category| category.name == name);
    if position.is_none() && !name.is_empty() && !categories.is_empty() {
        // The user's categories may lack the defaults' `regular`: then theirs is the place to look at.
        let line = root.line_of(key).or(root.line_of(categories_key));
        root.problems.add(line, root.key(key), unknown(name), allowed(name, categories));
    }
    position.unwrap_or_default()
}

/// The rules in their order; `known` are the features that their conditions may name.
fn rules(
    root: &Reader,
    key: &str,
    categories_key: &str,
    categories: &[Category],
    known: &[(String, FeatureType)],
) -> Vec<Rule> {
    let (mut rules, mut names): (Vec<Rule>, Vec<&str>) = Default::default();
    let mut stranded = Vec::new();
    for table in root.tables(key) {
        let name = name(&table, "rule", &RESERVED_RULES, names.iter().copied());
        names.push(name);
        let wanted = table.required_text("category");
        let category = categories.iter().position(|category| category.name == wanted);
        if category.is_none() && !wanted.is_empty() {
            match table.line {
                Some(_) => table.problem("category", unknown(wanted), allowed(wanted, categories)),
                None => stranded.push(format!("`{name}`")),
            }
        }
        let reason = text(&table, "reason", name);
        let when = table.required_text("when");
        if !when.is_empty() {
            match rules::condition(when, known) {
                Ok(condition) => rules.push(Rule {
                    name: name.to_owned(),
                    category: category.unwrap_or_default(),
                    when: when.to_owned(),
                    condition,
                    reason,
                }),
                Err(faults) => faults.into_iter().for_each(|fault| table.problem("when", fault.message, fault.help)),
            }
        }
        table.finish();
    }
    if rules.len() >= usize::from(u16::MAX) {
        root.problem(key, format!("more than {} rules", u16::MAX - 1), None);
    }
    if !stranded.is_empty() {
        let message = format!("the default rules {} lead to categories that are not among these", stranded.join(", "));
        root.problem(categories_key, message, Some(format!("give [[{key}]] of your own as well")));
    }
    rules
}

/// The name of a category or a rule, checked.
fn name<'a>(table: &Reader<'a>, what: &str, reserved: &[&str], mut others: impl Iterator<Item = &'a str>) -> &'a str {
    let name = table.required_text("name");
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        table.problem("name", format!("`{name}` is no name: letters a to z, digits, `_` and `-` only"), None);
    } else if reserved.contains(&name) {
        table.problem("name", format!("`{name}` has a meaning of its own and cannot name a {what}"), None);
    } else if !name.is_empty() && others.any(|other| other == name) {
        let several = if what == "category" { "categories" } else { "rules" };
        table.problem("name", format!("there are two {several} `{name}`"), None);
    }
    name
}

fn unknown(category: &str) -> String {
    format!("there is no category `{category}`")
}

fn allowed(name: &str, categories: &[Category]) -> Option<String> {
    let names: Vec<_> = categories.iter().map(|category| category.name.as_str()).collect();
    help_for(name, &names)
}
