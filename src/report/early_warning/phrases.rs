//! What a model is about, in phrases that its page and the report of a run share.

use crate::early_warning::{AUDIT_CAPACITY_PCT, Provenance, TestFigures};
use crate::i18n::fill;
use crate::report::view::Block;
use crate::schema::Entity;
use crate::tables::{Localizer, MAIN_CAPACITIES, Row, Table, least_outcomes};

/// The words for a model.
#[derive(Clone, Copy)]
pub(in crate::report) struct Phrases<'a> {
    pub(in crate::report) words: &'a Localizer<'a>,
    pub(in crate::report) provenance: &'a Provenance,
}

impl Phrases<'_> {
    fn quoted(&self, category: &str) -> String {
        let name = self.words.category(Entity::Customer, category);
        fill(&self.words.texts.early_warning.quoted, &[("category", name.label())])
    }

    /// The categories whose customers are in question.
    pub(in crate::report) fn from(&self) -> String {
        let mut names: Vec<String> = self.provenance.from.iter().map(|name| self.quoted(name)).collect();
        let last = names.pop().unwrap_or_default();
        if names.is_empty() {
            return last;
        }
        fill(&self.words.texts.headline.both, &[("others", &names.join(", ")), ("last", &last)])
    }

    /// The category that is warned of.
    pub(in crate::report) fn to(&self) -> String {
        self.quoted(&self.provenance.to)
    }

    /// The time in which the outcome counts.
    pub(in crate::report) fn within(&self) -> String {
        let months = u64::from(self.provenance.within) * u64::from(self.provenance.every_months);
        let texts = &self.words.texts.panel;
        let text = if months == 1 { &texts.month } else { &texts.months };
        fill(text, &[("count", &self.words.count(months))])
    }

    /// How often there is a list.
    fn often(&self) -> String {
        let texts = &self.words.texts.early_warning;
        match self.provenance.every_months {
            1 => texts.each_month.clone(),
            months => fill(&texts.every_months, &[("count", &self.words.count(months.into()))]),
        }
    }

    /// A share as it is told in a sentence.
    pub(in crate::report) fn share(&self, pct: f64) -> String {
        self.words.language.percent(pct, if pct < 9.5 { 1 } else { 0 })
    }

    /// A capacity as it is told.
    pub(in crate::report) fn capacity(&self, pct: f64) -> String {
        format!("{}{}", self.words.language.at_most(pct, 1), self.words.language.percent_sign())
    }

    /// A sentence for each capacity that may be told of: how many are found, and how many of those called slide.
    pub(in crate::report) fn list(&self, capacities: &Table) -> Option<Block> {
        let said = |row: &&Row| MAIN_CAPACITIES.contains(&capacities.cell(row, "capacity_pct").value.number());
        let sentence = |row: &Row| {
            let [capacity, recall, precision] =
                ["capacity_pct", "recall_pct", "precision_pct"].map(|name| capacities.cell(row, name).value.number());
            let places = if precision < 1.5 { 1 } else { 0 };
            let values = [
                ("capacity", self.capacity(capacity)),
                ("often", self.often()),
                ("recall", self.share(recall)),
                ("precision", self.words.language.at_most(precision, places)),
            ];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let text = &self.words.texts.early_warning.capacity_sentence;
            recall.is_finite().then(|| fill(text, &values))
        };
        let items: Vec<String> = capacities.rows.iter().filter(said).filter_map(sentence).collect();
        (!items.is_empty()).then_some(Block::List { items })
    }

    /// Whether the tests leave room for what windows explain: that less is found the further ahead the outcome is.
    pub(in crate::report) fn falls(&self, tested: &TestFigures) -> bool {
        let at = tested.capacities.iter().find(|of| of.capacity_pct == AUDIT_CAPACITY_PCT);
        let shares = at.map_or(&[][..], |of| &of.found_by_dates).iter().map(|(found, all)| found / *all as f64);
        let shares: Vec<f64> = shares.filter(|share| share.is_finite()).collect();
        match shares[..] {
            [first, .., last] => first > last,
            // Nothing is known to the contrary.
            _ => true,
        }
    }

    /// The date next before the outcome.
    pub(in crate::report) fn ahead(&self) -> &str {
        let texts = &self.words.texts.early_warning;
        if self.provenance.every_months == 1 { &texts.month_ahead } else { &texts.first_date_ahead }
    }

    /// What a mask means where one slide counts on several dates.
    pub(in crate::report) fn mask_note(&self) -> String {
        let note = self.words.mask_note();
        if self.provenance.within < 2 {
            return note;
        }
        let least = self.words.count(least_outcomes(self.words, self.provenance));
        let within = self.words.count(self.provenance.within.into());
        let values = [("least", least.as_str()), ("within", &within)];
        format!("{note} {}", fill(&self.words.texts.early_warning.masked_slides, &values))
    }

    /// Who has approved a model, if somebody has.
    pub(in crate::report) fn approval(&self, by: &str, on: Option<crate::calendar::Day>) -> Option<String> {
        let day = self.words.language.short_day(on.filter(|_| !by.is_empty())?);
        Some(fill(&self.words.texts.early_warning.approved, &[("who", by), ("day", &day)]))
    }
}
