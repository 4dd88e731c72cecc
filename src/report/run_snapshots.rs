//! The course of time: the good runs of the folder and this one, with what of their figures must be hidden.

use super::Content;
use crate::history::{CategoryPoint, HistoryEntry};
use crate::schema::features::At;
use crate::statistics::{CategoryFigures, few};

/// A run among others.
pub(super) struct RunSnapshot {
    pub(super) run: HistoryEntry,
    /// By the run's categories: whether only the number of customers may be told, and whether their minutes may not.
    hides_figures: Vec<bool>,
    hides_minutes: Vec<bool>,
}

/// A figure that may have to be hidden, of a category that a run may not have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Disclosure {
    /// There is no such category in the run.
    NoCategory,
    /// Too few customers.
    Hidden,
    /// The figure; NaN where it is missing.
    Figure(f64),
}

/// The figures that are followed over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Followed {
    Share,
    Contacts,
    Minutes,
    PooledMinutes,
}

impl Followed {
    /// All of them, in the order of tables.
    pub(super) const ALL: [Followed; 4] =
        [Followed::Share, Followed::Contacts, Followed::Minutes, Followed::PooledMinutes];
}

impl RunSnapshot {
    /// A run of which no more is known than what it wrote; all customers come last in it.
    fn past(run: HistoryEntry, min_group: u32) -> Self {
        let counts: Vec<u64> = run.categories.iter().map(|point| point.customers).collect();
        let hides_figures = few(&counts, min_group);
        RunSnapshot { run, hides_minutes: hides_figures.clone(), hides_figures }
    }

    /// Whether the run has one of these categories.
    pub(super) fn has_any(&self, categories: &[CategoryFigures]) -> bool {
        categories.iter().any(|category| self.run.category(&category.name).is_some())
    }

    /// Whether a figure of it is hidden.
    pub(super) fn hides_something(&self) -> bool {
        self.hides_figures.iter().chain(&self.hides_minutes).any(|hidden| *hidden)
    }

    /// A figure of a category.
    pub(super) fn tell(&self, category: &str, followed: Followed) -> Disclosure {
        let Some(at) = self.run.categories.iter().position(|point| point.category == category) else {
            return Disclosure::NoCategory;
        };
        let point = &self.run.categories[at];
        let hidden = |hidden: &[bool], figure| if hidden[at] { Disclosure::Hidden } else { Disclosure::Figure(figure) };
        match followed {
            // The number of customers is told of every category, however small.
            Followed::Share => Disclosure::Figure(point.share_pct),
            Followed::Contacts => hidden(&self.hides_figures, point.contacts_per_year),
            Followed::Minutes => hidden(&self.hides_minutes, point.handling_minutes_per_application),
            Followed::PooledMinutes => hidden(&self.hides_minutes, point.handling_minutes_pooled),
        }
    }
}

impl Disclosure {
    /// The figure; NaN where there is none to show.
    pub(super) fn figure(self) -> f64 {
        match self {
            Disclosure::Figure(figure) => figure,
            Disclosure::NoCategory | Disclosure::Hidden => f64::NAN,
        }
    }
}

impl Content<'_> {
    /// The good run before this one.
    pub(super) fn last_run(&self) -> Option<RunSnapshot> {
        self.history.last().map(|run| RunSnapshot::past(run.clone(), self.config.breakdowns.min_group))
    }

    /// This run.
    pub(super) fn this_run(&self) -> RunSnapshot {
        let point = |category: &CategoryFigures| CategoryPoint {
            category: category.name.clone(),
            customers: category.customers,
            share_pct: category.summary.share_pct,
            contacts_per_year: category.summary.contacts_per_year,
            handling_minutes_per_application: category.summary.handling_minutes_per_application,
            handling_minutes_pooled: category.summary.handling_minutes_pooled,
        };
        let run = HistoryEntry {
            as_of: self.window.as_of.to_string(),
            months: self.window.months,
            population: self.all().map_or(0, |all| all.customers),
            categories: self.figures.iter().map(point).collect(),
            volumes: self.extracts.iter().map(|own| (own.extract.to_owned(), own.rows.records)).collect(),
        };
        let hides_minutes = self.hides_feature(At::handling_minutes_per_application as usize);
        RunSnapshot { run, hides_figures: self.hides_figures(), hides_minutes }
    }

    /// The categories that earlier runs had and this one has not, in the order in which they first were there.
    pub(super) fn former_categories(&self) -> Vec<&str> {
        let mut former: Vec<&str> = Vec::new();
        for point in self.history.iter().flat_map(|run| &run.categories) {
            let name = point.category.as_str();
            if !former.contains(&name) && !self.figures.iter().any(|category| category.name == name) {
                former.push(name);
            }
        }
        former
    }

    /// Every good run, then this one, which may be held.
    pub(super) fn snapshots(&self) -> Vec<RunSnapshot> {
        let past = |run: &HistoryEntry| RunSnapshot::past(run.clone(), self.config.breakdowns.min_group);
        self.history.iter().map(past).chain([self.this_run()]).collect()
    }
}
