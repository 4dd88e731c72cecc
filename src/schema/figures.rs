//! The figure catalogue: name, unit and computation of every figure of a category.
//!
//! One source for what is computed per category, group and run, for the columns of every table that has figures, and
//! for how they are written. What a figure is called for people is in the files of `i18n`.

use super::Entity;
use super::features::At;

/// What a figure is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A whole number of things.
    Count,
    /// Per cent.
    Percent,
    /// Minutes.
    Minutes,
    /// One thing per another.
    Ratio,
}

/// Sums over the members of a category, from which its figures are computed.
#[derive(Clone, Copy)]
pub struct Members<'a> {
    /// How many there are.
    pub count: u64,
    /// The sum of a feature.
    pub sum: &'a dyn Fn(At) -> f64,
    /// The mean of a feature over those who have it.
    pub mean: &'a dyn Fn(At) -> f64,
}

impl Members<'_> {
    fn ratio(&self, numerator: At, denominator: At) -> f64 {
        ratio((self.sum)(numerator), (self.sum)(denominator))
    }

    fn percent(&self, numerator: At, denominator: At) -> f64 {
        ratio(100.0 * (self.sum)(numerator), (self.sum)(denominator))
    }

    /// A category that has nobody has no share of the active.
    fn share_of_active(&self, all: &Members<'_>) -> f64 {
        if self.count == 0 { f64::NAN } else { ratio(100.0 * (self.sum)(At::active), (all.sum)(At::active)) }
    }
}

/// A ratio; missing (NaN) without a denominator.
pub fn ratio(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 { f64::NAN } else { numerator / denominator }
}

/// From the members of a category, and from everybody; what is missing is NaN.
type Computation = fn(&Members<'_>, &Members<'_>) -> f64;

macro_rules! catalogue {
    ($($figure:ident $name:literal $unit:ident $computation:expr;)*) => {
        /// A figure of a category, so that code names it and the compiler checks it.
        #[allow(non_camel_case_types, missing_docs)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Figure { $($figure),* }
        impl Figure {
            /// Every figure, of whichever entity.
            pub const EVERY: &[Figure] = &[$(Figure::$figure),*];

            /// Its name in files: a column.
            pub const fn name(self) -> &'static str {
                match self { $(Figure::$figure => $name),* }
            }

            /// What it is measured in.
            pub const fn unit(self) -> Unit {
                match self { $(Figure::$figure => Unit::$unit),* }
            }

            fn computation(self) -> Computation {
                match self { $(Figure::$figure => $computation),* }
            }
        }
    };
}

// Of customers (`docs/method.md` section 6), then of employers (section 7).
catalogue! {
    share_pct "share_pct" Percent |m, all| ratio(100.0 * m.count as f64, all.count as f64);
    contacts_per_year "contacts_per_year" Ratio |m, _| m.ratio(At::contacts, At::observed_years);
    handling_minutes_per_application "handling_minutes_per_application" Minutes
        |m, _| (m.mean)(At::handling_minutes_per_application);
    handling_minutes_pooled "handling_minutes_pooled" Minutes
        |m, _| m.ratio(At::handling_minutes, At::handled_applications);
    applications_paper_pct "applications_paper_pct" Percent
        |m, _| m.percent(At::applications_paper, At::applications);
    applications_oral_pct "applications_oral_pct" Percent
        |m, _| m.percent(At::applications_oral, At::applications);
    applications_on_behalf_pct "applications_on_behalf_pct" Percent
        |m, _| m.percent(At::applications_on_behalf, At::applications);
    applications_online_pct "applications_online_pct" Percent
        |m, _| m.percent(At::applications_online, At::applications);
    applications_other_pct "applications_other_pct" Percent
        |m, _| m.percent(At::applications_other, At::applications);
    applications_by_employer_pct "applications_by_employer_pct" Percent
        |m, _| m.percent(At::applications_by_employer, At::applications);
    applications_by_partner_pct "applications_by_partner_pct" Percent
        |m, _| m.percent(At::applications_by_partner, At::applications);
    active "active" Count |m, _| (m.sum)(At::active);
    share_of_active_pct "share_pct" Percent |m, all| m.share_of_active(all);
    contacts_per_application "contacts_per_application" Ratio |m, _| m.ratio(At::contacts, At::applications);
    channels_per_employer "channels_per_employer" Ratio |m, _| m.ratio(At::contact_channels, At::active);
    online_pct "online_pct" Percent |m, _| m.percent(At::applications_online, At::applications);
    clarifications_per_application "clarifications_per_application" Ratio
        |m, _| m.ratio(At::clarifications, At::applications);
    applications_per_active "applications_per_active" Ratio |m, _| m.ratio(At::applications, At::active);
}

impl Figure {
    /// Of the members of a category (or all) among everybody.
    pub fn of(self, members: &Members<'_>, all: &Members<'_>) -> f64 {
        self.computation()(members, all)
    }

    /// The feature that a member must have to count for the figure; `None` if every member counts.
    pub const fn of_members_with(self) -> Option<At> {
        match self {
            Figure::handling_minutes_per_application | Figure::handling_minutes_pooled => {
                Some(At::handling_minutes_per_application)
            }
            _ => None,
        }
    }
}

impl Entity {
    /// The figures of its categories in the order of all outputs, after the number of members.
    pub const fn figures(self) -> &'static [Figure] {
        match self {
            Entity::Customer => Figure::EVERY.split_at(Figure::active as usize).0,
            Entity::Employer => &[
                Figure::active,
                Figure::share_of_active_pct,
                Figure::contacts_per_application,
                Figure::channels_per_employer,
                Figure::online_pct,
                Figure::clarifications_per_application,
                Figure::handling_minutes_pooled,
                Figure::applications_per_active,
            ],
        }
    }
}

/// The figures of a category of an entity; what is missing is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureValues {
    entity: Entity,
    /// In the order of [`Entity::figures`].
    values: Vec<f64>,
}

impl FigureValues {
    /// Each figure as `value` has it.
    pub fn new(entity: Entity, value: impl FnMut(Figure) -> f64) -> Self {
        FigureValues { entity, values: entity.figures().iter().copied().map(value).collect() }
    }

    /// Computed from the members of a category (or all) among everybody.
    pub fn compute(entity: Entity, members: &Members<'_>, all: &Members<'_>) -> Self {
        FigureValues::new(entity, |figure| figure.of(members, all))
    }

    /// The features that an entity's figures are made of: those that are asked for when figures are computed.
    pub fn features(entity: Entity) -> Vec<At> {
        let asked = std::cell::RefCell::new(Vec::new());
        let note = |at: At| {
            asked.borrow_mut().push(at);
            1.0
        };
        let members = Members { count: 1, sum: &note, mean: &note };
        FigureValues::compute(entity, &members, &members);
        let mut asked = asked.into_inner();
        asked.sort_unstable();
        asked.dedup();
        asked
    }

    /// One of them; missing where the entity does not have it.
    pub fn get(&self, figure: Figure) -> f64 {
        self.iter().find(|(own, _)| *own == figure).map_or(f64::NAN, |(_, value)| value)
    }

    /// All of them, in the order of outputs.
    pub fn iter(&self) -> impl Iterator<Item = (Figure, f64)> + '_ {
        self.entity.figures().iter().copied().zip(self.values.iter().copied())
    }
}

/// By the figures' names; what is missing is null, since JSON has no NaN.
impl serde::Serialize for FigureValues {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(figure, value)| (figure.name(), value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_an_entity_have_names_of_their_own() {
        for entity in [Entity::Customer, Entity::Employer] {
            let names: std::collections::BTreeSet<_> = entity.figures().iter().map(|figure| figure.name()).collect();
            assert_eq!(names.len(), entity.figures().len());
        }
        assert_eq!(Entity::Customer.figures().len(), 11);
        let values = FigureValues::new(Entity::Customer, |figure| if figure == Figure::share_pct { 1.0 } else { 0.0 });
        assert_eq!((values.get(Figure::share_pct), values.get(Figure::contacts_per_year)), (1.0, 0.0));
        assert!(values.get(Figure::active).is_nan(), "not a figure of customers");
    }
}
