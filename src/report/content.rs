//! Everything that a report and a workbook show: figures of groups, what of them is hidden, and the settings that made
//! them.

use crate::calendar::Window;
use crate::config::RunPlan;
use crate::history::{HistoryEntry, Movements};
use crate::outputs::ExtractEntry;
use crate::schema::features::At;
use crate::statistics::{Breakdown, CategoryFigures, EmployerSummary, Mask, few, masks};

/// What a run came to, for people to look at.
pub struct Content<'a> {
    /// The configuration: categories, rules, reference figures.
    pub config: &'a RunPlan,
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
    /// The figures of employers by category, then of all; empty where there are none.
    pub employers: &'a [CategoryFigures<EmployerSummary>],
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
    /// With what must be hidden where groups of fewer than `min_group` customers are not shown. They are masked
    /// together, since one tells of another.
    pub fn all(breakdowns: &'a [Breakdown], min_group: u32) -> Vec<Self> {
        let masked = |(breakdown, mask)| MaskedBreakdown { breakdown, mask, min_group };
        breakdowns.iter().zip(masks(breakdowns, min_group)).map(masked).collect()
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

    /// Of each category, then of all, whether so few customers have a feature that its figures must be hidden.
    pub fn hides_feature(&self, feature: usize) -> Vec<bool> {
        let n = |figures: &CategoryFigures| figures.features.get(feature).map_or(0, |figures| figures.n);
        self.hides(n).into_iter().zip(self.hides_figures()).map(|(own, figures)| own || figures).collect()
    }

    /// Of each category, then of all, whether so few customers are in it that only their number may be told.
    pub fn hides_figures(&self) -> Vec<bool> {
        self.hides(|figures| figures.customers)
    }

    fn hides(&self, count: impl Fn(&CategoryFigures) -> u64) -> Vec<bool> {
        let counts: Vec<u64> = self.figures.iter().map(count).collect();
        few(&counts, self.config.breakdowns.min_group)
    }
}
