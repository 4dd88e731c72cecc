//! A run's names and numbers in the words of a language: of categories, features, dimensions, columns.

use super::table::{Cell, Column, Format, Table, Value};
use crate::calendar::Day;
use crate::config::RunPlan;
use crate::i18n::{Language, Text, Texts, TextsError, fill};
use crate::schema::Entity;
use crate::schema::features::{At, FEATURES};
use crate::schema::figures::Figure;
use crate::statistics::ALL;

/// The words of a language for the names of a configuration.
#[derive(Clone, Copy)]
pub struct Localizer<'a> {
    /// The configuration; without one, categories go by their names in files.
    plan: Option<&'a RunPlan>,
    /// The language.
    pub language: Language,
    /// Its texts.
    pub(crate) texts: &'static Texts,
}

impl<'a> Localizer<'a> {
    /// For the names of a configuration.
    ///
    /// # Errors
    /// The texts of the language cannot be read, which a test rules out.
    pub fn new(plan: impl Into<Option<&'a RunPlan>>, language: Language) -> Result<Self, TextsError> {
        Ok(Localizer { plan: plan.into(), language, texts: Texts::of(language)? })
    }

    /// Of fewer customers than this nothing is told but to the owner.
    pub fn min_group(&self) -> u32 {
        self.plan.map_or(0, |plan| plan.breakdowns.min_group)
    }

    /// A table of these columns, still without rows.
    pub fn table<'c>(&self, name: &str, columns: impl IntoIterator<Item = (&'c str, Format)>) -> Table {
        let columns = columns.into_iter().map(|(column, format)| self.column(name, column, format)).collect();
        let title = self.texts.tables.get(name).cloned().unwrap_or_default();
        Table { name: name.to_owned(), title, columns, rows: Vec::new(), note: String::new() }
    }

    /// A column of a table; what it is called there, or else everywhere.
    pub fn column(&self, table: &str, name: &str, format: Format) -> Column {
        let texts = &self.texts.columns;
        let text = texts.get(&format!("{table}.{name}")).or_else(|| texts.get(name));
        let (heading, meaning) = text.cloned().unwrap_or_else(|| (name.to_owned(), String::new()));
        Column { name: name.to_owned(), heading, meaning, format }
    }

    /// What a figure is called.
    pub fn figure(&self, figure: Figure) -> Value {
        let column = self.column("", figure.name(), Format::of(figure));
        Value::named(&column.name, &column.heading)
    }

    /// A category's name for people, or the one that files use where the configuration does not know it; `all` is
    /// everybody.
    pub fn category(&self, entity: Entity, name: &str) -> Value {
        let texts = &self.texts.page;
        let classification = self.plan.map(|plan| match entity {
            Entity::Customer => &plan.customers,
            Entity::Employer => &plan.employers,
        });
        let known = classification.and_then(|of| of.categories.iter().find(|category| category.name == name));
        let label = match (entity, known) {
            (_, Some(category)) => self.language.of(&category.names),
            (Entity::Customer, None) if name == ALL => &texts.all,
            (Entity::Employer, None) if name == ALL => &texts.all_employers,
            _ => name,
        };
        Value::named(name, label)
    }

    /// A feature's name with its unit.
    pub fn feature(&self, name: &str) -> Value {
        let derived = self.plan.into_iter().flat_map(|plan| &plan.customers.derived_features);
        let derived = derived.into_iter().find(|feature| feature.name == name);
        let label = match derived {
            Some(feature) => self.of(&feature.meaning, name),
            None => {
                let (label, unit) = (self.texts.feature(name), self.texts.unit(name));
                // What an age is in goes without saying.
                let said = unit.is_empty() || name == FEATURES[At::age as usize].name;
                if said { label.to_owned() } else { format!("{label}, {unit}") }
            }
        };
        Value::named(name, &label)
    }

    /// What a text of the configuration says, or a name where it says nothing.
    fn of(&self, text: &Text, name: &str) -> String {
        let text = self.language.of(text);
        if text.is_empty() { name.to_owned() } else { text.to_owned() }
    }

    /// An extract's name.
    pub fn extract(&self, name: &str) -> Value {
        let label = self.texts.extracts.get(name).map_or(name, String::as_str);
        Value::named(name, label)
    }

    /// A dimension's name; the configuration has only the column's.
    pub fn dimension(&self, name: &str) -> String {
        self.texts.dimensions.get(name).map_or(name, String::as_str).to_owned()
    }

    /// A rule's name.
    pub fn rule(&self, name: &str) -> Cell {
        let is_default = name == crate::rules::DEFAULT_RULE;
        let label = if is_default { &self.texts.movements.default_rule } else { name };
        Cell::from(Value::named(name, label))
    }

    /// A day, ISO, in figures.
    pub fn day(&self, iso: &str) -> String {
        Day::from_iso(iso).map_or_else(|| iso.to_owned(), |day| self.language.short_day(day))
    }

    /// A count.
    pub fn count(&self, value: u64) -> String {
        self.language.whole(value)
    }

    /// So many customers, in words.
    pub fn customers(&self, count: u64) -> String {
        let texts = &self.texts.page;
        if count == 1 { texts.customer.clone() } else { fill(&texts.customers, &[("customers", &self.count(count))]) }
    }

    /// What a mask means.
    pub fn mask_note(&self) -> String {
        let least = self.count(self.min_group().into());
        fill(&self.texts.breakdowns.masked, &[("least", &least)])
    }
}
