//! Everything that a report and a workbook show: figures of groups, and the settings that made them.

use crate::calendar::Window;
use crate::config::Config;
use crate::employers::EmployerFigures;
use crate::features::catalogue::At;
use crate::history::{CategoryPoint, HistoryEntry, Movements};
use crate::outputs::ExtractEntry;
use crate::statistics::{Breakdown, CategoryFigures, Mask};

/// What a run came to, for people to look at.
pub struct Content<'a> {
    /// The configuration: categories, rules, reference figures.
    pub config: &'a Config,
    /// The window.
    pub window: &'a Window,
    /// Whether there is a register of customers.
    pub registered: bool,
    /// The features' names, derived ones last.
    pub features: &'a [String],
    /// The figures per category in the configured order, then of all.
    pub figures: &'a [CategoryFigures],
    /// The breakdowns, with what of them must not be shown.
    pub breakdowns: Vec<MaskedBreakdown<'a>>,
    /// The figures of employers by size class, then of all; empty where there are none.
    pub employers: &'a [EmployerFigures],
    /// What became of the customers of the last run.
    pub movements: Option<&'a Movements>,
    /// The good runs before this one, oldest first.
    pub history: &'a [HistoryEntry],
    /// The extracts with what became of their rows.
    pub extracts: &'a [ExtractEntry],
    /// What an analyst should know, in words.
    pub warnings: &'a [String],
    /// Why the run is held, in words; empty where it is not.
    pub held_because: &'a [String],
}

/// A breakdown, and what of it would tell too much about too few.
pub struct MaskedBreakdown<'a> {
    /// The figures.
    pub breakdown: &'a Breakdown,
    /// What is hidden of them.
    mask: Mask,
    min_group: u32,
}

impl<'a> MaskedBreakdown<'a> {
    /// With what must be hidden where groups of fewer than `min_group` customers are not shown.
    pub fn new(breakdown: &'a Breakdown, min_group: u32) -> Self {
        MaskedBreakdown { breakdown, mask: Mask::new(breakdown, min_group), min_group }
    }

    /// Whether a group's figures of a category, or of all customers (`None`), must be hidden.
    pub fn is_hidden(&self, group: usize, category: Option<usize>) -> bool {
        is_hidden(&self.mask, group, category)
    }

    /// Whether the mean and the median of a feature must be hidden: of many customers few may have it.
    pub fn hides_feature(&self, feature: usize) -> impl Fn(usize, Option<usize>) -> bool + use<> {
        let mask = self.mask.of_feature(self.breakdown, feature, self.min_group);
        move |group, category| is_hidden(&mask, group, category)
    }

    /// Whether the handling minutes per application must be hidden.
    pub fn hides_minutes(&self) -> impl Fn(usize, Option<usize>) -> bool + use<> {
        self.hides_feature(At::handling_minutes_per_application as usize)
    }
}

/// What hides the whole group hides all in it.
fn is_hidden(mask: &Mask, group: usize, category: Option<usize>) -> bool {
    let Some(hidden) = mask.hidden.get(group) else { return true };
    let whole = hidden.last().copied().unwrap_or(true);
    whole || category.is_some_and(|category| hidden.get(category).copied().unwrap_or(true))
}

impl Content<'_> {
    /// The figures per category, without those of all.
    pub fn categories(&self) -> &[CategoryFigures] {
        &self.figures[..self.figures.len().saturating_sub(1)]
    }

    /// The figures of all customers.
    pub fn all(&self) -> Option<&CategoryFigures> {
        self.figures.last()
    }

    /// The good run before this one.
    pub fn last_run(&self) -> Option<&HistoryEntry> {
        self.history.last()
    }

    /// Every good run, this one last.
    pub fn series(&self) -> Vec<HistoryEntry> {
        let point = |category: &CategoryFigures| CategoryPoint {
            category: category.name.clone(),
            customers: category.customers,
            share_pct: category.summary.share_pct,
            contacts_per_year: category.summary.contacts_per_year,
            handling_minutes_per_application: category.summary.handling_minutes_per_application,
            handling_minutes_pooled: category.summary.handling_minutes_pooled,
        };
        let now = HistoryEntry {
            as_of: self.window.as_of.to_string(),
            months: self.window.months,
            population: self.all().map_or(0, |all| all.customers),
            categories: self.figures.iter().map(point).collect(),
            volumes: self.extracts.iter().map(|own| (own.extract.to_owned(), own.rows.records)).collect(),
        };
        self.history.iter().cloned().chain([now]).collect()
    }
}
