//! Everything that a report and a workbook show: figures of groups, and the settings that made them.

use crate::calendar::Window;
use crate::config::Config;
use crate::employers::EmployerFigures;
use crate::history::Movements;
use crate::outputs::ExtractEntry;
use crate::statistics::{Breakdown, CategoryFigures};

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
    /// Fewest customers of a group that is shown.
    pub min_group: u64,
    /// The figures of employers by size class, then of all; empty where there are none.
    pub employers: &'a [EmployerFigures],
    /// What became of the customers of the last run.
    pub movements: Option<&'a Movements>,
    /// The good runs before this one, oldest first.
    pub history: Vec<PastFigures>,
    /// The extracts with what became of their rows.
    pub extracts: &'a [ExtractEntry],
    /// What an analyst should know, in words.
    pub warnings: &'a [String],
    /// Why the run is held; empty where it is not.
    pub broken_limits: &'a [String],
}

/// A breakdown, and what of it would tell too much about too few.
pub struct MaskedBreakdown<'a> {
    /// The figures.
    pub breakdown: &'a Breakdown,
    /// Per group and per category, `all` last: whether it must be shown as `[c]`.
    pub hidden: Vec<Vec<bool>>,
}

impl MaskedBreakdown<'_> {
    /// Whether a group's figures of a category must be hidden; those of all customers of a group hide all else.
    pub fn is_hidden(&self, group: usize, category: usize) -> bool {
        let Some(hidden) = self.hidden.get(group) else { return true };
        hidden.last().copied().unwrap_or(true) || hidden.get(category).copied().unwrap_or(true)
    }
}

/// The main figures of an earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct PastFigures {
    /// The last day of its window, ISO.
    pub as_of: String,
    /// Its categories, then `all`.
    pub categories: Vec<PastCategory>,
}

/// The main figures of a category in an earlier run. What is missing is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct PastCategory {
    /// Its name.
    pub name: String,
    /// Per cent of the population.
    pub share_pct: f64,
    /// Contacts a year.
    pub contacts_per_year: f64,
    /// Minutes of handling per application.
    pub handling_minutes_per_application: f64,
}

impl PastFigures {
    /// The figures of a category, if that run had it.
    pub fn of(&self, category: &str) -> Option<&PastCategory> {
        self.categories.iter().find(|known| known.name == category)
    }
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
    pub fn last_run(&self) -> Option<&PastFigures> {
        self.history.last()
    }

    /// Every good run, this one last.
    pub fn series(&self) -> Vec<PastFigures> {
        let figures = |category: &CategoryFigures| PastCategory {
            name: category.name.clone(),
            share_pct: category.summary.share_pct,
            contacts_per_year: category.summary.contacts_per_year,
            handling_minutes_per_application: category.summary.handling_minutes_per_application,
        };
        let now = PastFigures {
            as_of: self.window.as_of.to_string(),
            categories: self.figures.iter().map(figures).collect(),
        };
        self.history.iter().cloned().chain([now]).collect()
    }
}
