//! The report in one language: its content, and how numbers and names are written there.

use super::Content;
use super::palette;
use crate::calendar::Day;
use crate::i18n::{Language, Texts, fill};
use crate::schema::features::{At, FEATURES};
use crate::statistics::ALL;

/// A content in a language.
pub(super) struct LocalizedReport<'a> {
    pub(super) content: &'a Content<'a>,
    pub(super) language: Language,
    pub(super) texts: &'a Texts,
}

impl<'a> LocalizedReport<'a> {
    /// A category's name for people, or the one that files use where the configuration does not know it.
    pub(super) fn category(&self, name: &'a str) -> &'a str {
        let known = self.content.config.customers.categories.iter().find(|category| category.name == name);
        known.map_or(name, |category| self.language.of(&category.names))
    }

    /// The same; of all customers too.
    pub(super) fn row_name(&'a self, name: &'a str) -> &'a str {
        if name == ALL { &self.texts.page.all } else { self.category(name) }
    }

    /// The colour of a category by its place, that of all customers after the last.
    pub(super) fn colour(&self, at: usize) -> String {
        let of = self.content.config.customers.categories.len();
        if at < of { palette::category(at, of) } else { palette::NEUTRAL.to_owned() }
    }

    /// A feature's name with its unit.
    pub(super) fn feature(&self, name: &str) -> String {
        let derived = self.content.config.customers.derived_features.iter().find(|feature| feature.name == name);
        if let Some(feature) = derived {
            let meaning = self.language.of(&feature.meaning);
            return if meaning.is_empty() { name.to_owned() } else { meaning.to_owned() };
        }
        let (label, unit) = (self.texts.feature(name), self.texts.unit(name));
        // What an age is in goes without saying.
        if unit.is_empty() || name == FEATURES[At::age as usize].name {
            label.to_owned()
        } else {
            format!("{label}, {unit}")
        }
    }

    /// A dimension's name; the configuration has only the column's.
    pub(super) fn dimension(&'a self, name: &'a str) -> &'a str {
        self.texts.dimensions.get(name).map_or(name, String::as_str)
    }

    /// A day, ISO, in figures.
    pub(super) fn day(&self, iso: &str) -> String {
        Day::from_iso(iso).map_or_else(|| iso.to_owned(), |day| self.language.short_day(day))
    }

    /// A share.
    pub(super) fn share(&self, per_cent: f64) -> String {
        self.language.percent(per_cent, 1)
    }

    /// Contacts a year.
    pub(super) fn rate(&self, value: f64) -> String {
        self.language.decimals(value, 2)
    }

    /// Minutes.
    pub(super) fn minutes(&self, value: f64) -> String {
        self.language.decimals(value, 1)
    }

    /// So many customers, in words.
    pub(super) fn customers(&self, count: u64) -> String {
        let texts = &self.texts.page;
        if count == 1 { texts.customer.clone() } else { fill(&texts.customers, &[("customers", &self.count(count))]) }
    }

    /// What a mask means.
    pub(super) fn mask_note(&self) -> String {
        let least = self.count(self.content.config.breakdowns.min_group.into());
        fill(&self.texts.breakdowns.masked, &[("least", &least)])
    }

    /// A count.
    pub(super) fn count(&self, value: u64) -> String {
        self.language.whole(value)
    }

    /// A difference with its sign.
    pub(super) fn difference(&self, value: f64, places: usize) -> String {
        let text = self.language.decimals(value, places);
        let positive = value > 0.0 && text.contains(|digit: char| ('1'..='9').contains(&digit));
        if positive { format!("+{text}") } else { text }
    }
}
