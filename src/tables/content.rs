//! What the tables of a run are made of: figures of groups, what of them is hidden, and the settings that made them.

use crate::config::RunPlan;
use crate::early_warning::Applied;
use crate::history::{HistoryEntry, Movements};
use crate::i18n::Message;
use crate::intake::ExtractEntry;
use crate::schema::figures::Figure;
use crate::statistics::{ALL, AgeAdjusted, Breakdown, CategoryFigures, Concentration, Mask, few, masks};

/// What a run came to, for people to look at.
pub struct Content<'a> {
    /// The plan: window, categories, rules, reference figures.
    pub plan: &'a RunPlan,
    /// Whether there is a register of customers.
    pub registered: bool,
    /// The features' names, derived ones last.
    pub features: &'a [String],
    /// The figures per category in the configured order, then of all.
    pub figures: &'a [CategoryFigures],
    /// How much of some totals falls to few.
    pub concentration: &'a [Concentration],
    /// The breakdowns, with what of them must not be shown.
    pub breakdowns: Vec<MaskedBreakdown<'a>>,
    /// The figures of employers by category, then of all; empty where there are none.
    pub employers: &'a [CategoryFigures],
    /// What became of the customers of the last run.
    pub movements: Option<&'a Movements>,
    /// What became of its employers.
    pub employer_movements: Option<&'a Movements>,
    /// The good runs before this one, oldest first.
    pub history: &'a [HistoryEntry],
    /// The model of early warning that was applied, and whom it is about.
    pub early_warning: Option<&'a Applied>,
    /// The extracts with what became of their rows.
    pub extracts: &'a [ExtractEntry],
    /// What an analyst should know.
    pub warnings: &'a [Message],
    /// Why the run is held; empty where it is not.
    pub held_because: &'a [Message],
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

    /// A group adjusted for age; `None` of pairs and of age groups themselves.
    pub fn adjusted(&self, group: usize) -> Option<&'a AgeAdjusted> {
        self.breakdown.groups.get(group)?.age_adjusted.as_ref()
    }

    /// Whether the age-adjusted ratios of a category, told with so many decimals, must be hidden. How many customers are
    /// expected follows from the ages of the group. So where few are of an age, what is told must leave open at least
    /// `min_group` of the expected.
    pub fn hides_adjusted(&self, group: usize, category: usize, decimals: u8) -> bool {
        let Some(adjusted) = self.adjusted(group) else { return true };
        let Some(of) = adjusted.categories.get(category) else { return true };
        let rounded_by = 0.5 * 0.1f64.powi(decimals.into());
        let left_open = of.expected * rounded_by / of.ratio_high;
        let leaves_enough_open = left_open >= f64::from(self.min_group);
        let few_of_an_age = adjusted.fewest_of_an_age < self.min_group.into();
        self.is_hidden(group, Some(category)) || few_of_an_age && !leaves_enough_open
    }

    /// Whether a figure must be hidden.
    pub fn hides_figure(&self, figure: Figure) -> impl Fn(usize, Option<usize>) -> bool + use<> {
        let mask = match figure.of_members_with() {
            Some(feature) => self.mask.of_feature(self.breakdown, feature as usize, self.min_group),
            None => self.mask.clone(),
        };
        move |group, category| is_hidden(&mask, group, category)
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

    /// Whether a run has one of these categories, so that it can be compared with.
    pub fn is_comparable(&self, run: &HistoryEntry) -> bool {
        self.figures.iter().any(|category| category.name != ALL && run.category(&category.name).is_some())
    }
}

/// Which of the figures per category, then of all, are of so few customers that only the owner may see them.
pub struct CategoryMask<'a> {
    /// The figures.
    pub figures: &'a [CategoryFigures],
    /// Fewer customers than this are few.
    pub min_group: u32,
}

impl CategoryMask<'_> {
    /// Whether so few customers have a feature.
    pub fn hides_feature(&self, feature: usize) -> Vec<bool> {
        let own = self.hides(|figures| figures.features.get(feature).map_or(0, |figures| figures.n));
        own.into_iter().zip(self.hides(|figures| figures.customers)).map(|(own, whole)| own || whole).collect()
    }

    /// Whether a figure must be hidden. The number of customers is told of every category, however small, and so is
    /// its share.
    pub fn hides_figure(&self, figure: Figure) -> Vec<bool> {
        match figure.of_members_with() {
            _ if figure == Figure::share_pct => vec![false; self.figures.len()],
            Some(feature) => self.hides_feature(feature as usize),
            None => self.hides(|figures| figures.customers),
        }
    }

    fn hides(&self, count: impl Fn(&CategoryFigures) -> u64) -> Vec<bool> {
        let counts: Vec<u64> = self.figures.iter().map(count).collect();
        // That a category has nobody is told, so there is nothing to hide of it.
        let hidden = few(&counts, self.min_group).into_iter().zip(self.figures);
        hidden.map(|(hidden, figures)| hidden && figures.customers > 0).collect()
    }
}
