//! The summary figures of a category, computed from the sums of its members' features.

use super::{FeatureFigures, ratio};
use crate::extract::METHODS;
use crate::schema::Entity;
use crate::schema::features::At;

/// Those in a category, or all: how many they are, and the figures of their features.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    /// What they are.
    pub entity: Entity,
    /// How many.
    pub customers: u64,
    /// The figures of each feature of the entity, derived ones last.
    pub features: &'a [FeatureFigures],
}

impl Members<'_> {
    fn feature(&self, at: At) -> Option<&FeatureFigures> {
        self.features.get(self.entity.position(at)?)
    }

    /// The sum of a feature.
    fn sum(&self, at: At) -> f64 {
        self.feature(at).map_or(f64::NAN, |figures| figures.sum.double())
    }

    fn mean(&self, at: At) -> f64 {
        self.feature(at).map_or(f64::NAN, |figures| figures.mean)
    }

    /// The sum of one feature by that of another; missing without a denominator.
    fn ratio(&self, numerator: At, denominator: At) -> f64 {
        ratio(self.sum(numerator), self.sum(denominator))
    }
}

/// Summary figures of an entity.
pub trait Summarize {
    /// Those of a category, `all` being everybody.
    fn summarize(members: Members<'_>, all: Members<'_>) -> Self;
}

/// The summary figures of a category of customers (`docs/method.md` section 6).
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Per cent of the population.
    pub share_pct: f64,
    /// Σ contacts / Σ observed years.
    pub contacts_per_year: f64,
    /// Mean over customers who have it, minutes.
    pub handling_minutes_per_application: f64,
    /// Σ minutes / Σ handled applications, minutes.
    pub handling_minutes_pooled: f64,
    /// Per cent of applications by canonical method.
    pub applications_pct: [f64; METHODS.len()],
    /// Per cent of applications that an employer filed.
    pub applications_by_employer_pct: f64,
    /// Per cent of applications that another authority or an association filed.
    pub applications_by_partner_pct: f64,
}

impl Summary {
    /// The names of the summary's columns.
    pub fn columns() -> Vec<String> {
        let mut names: Vec<String> =
            ["share_pct", "contacts_per_year", "handling_minutes_per_application", "handling_minutes_pooled"]
                .map(str::to_owned)
                .into();
        names.extend(METHODS.iter().map(|method| format!("applications_{method}_pct")));
        names.extend(["applications_by_employer_pct", "applications_by_partner_pct"].map(str::to_owned));
        names
    }

    /// The values, in the order of [`Summary::columns`].
    pub fn values(&self) -> Vec<f64> {
        let mut values = vec![
            self.share_pct,
            self.contacts_per_year,
            self.handling_minutes_per_application,
            self.handling_minutes_pooled,
        ];
        values.extend(self.applications_pct);
        values.extend(self.filed_pct());
        values
    }

    /// Per cent of applications that an employer filed, and that a partner did.
    pub fn filed_pct(&self) -> [f64; 2] {
        [self.applications_by_employer_pct, self.applications_by_partner_pct]
    }
}

impl Summary {
    /// Of so many of the population, from the sums and means of their features.
    pub(super) fn new(customers: u64, population: u64, sum: impl Fn(At) -> f64, mean: impl Fn(At) -> f64) -> Self {
        let of_applications = |at| ratio(100.0 * sum(at), sum(At::applications));
        let methods = [
            At::applications_paper,
            At::applications_oral,
            At::applications_on_behalf,
            At::applications_online,
            At::applications_other,
        ];
        Summary {
            share_pct: ratio(100.0 * customers as f64, population as f64),
            contacts_per_year: ratio(sum(At::contacts), sum(At::observed_years)),
            handling_minutes_per_application: mean(At::handling_minutes_per_application),
            handling_minutes_pooled: ratio(sum(At::handling_minutes), sum(At::handled_applications)),
            applications_pct: methods.map(of_applications),
            applications_by_employer_pct: of_applications(At::applications_by_employer),
            applications_by_partner_pct: of_applications(At::applications_by_partner),
        }
    }
}

impl Summarize for Summary {
    fn summarize(members: Members<'_>, all: Members<'_>) -> Self {
        Summary::new(members.customers, all.customers, |at| members.sum(at), |at| members.mean(at))
    }
}

/// The summary figures of a category of employers (`docs/method.md` section 7).
#[derive(Debug, Clone, PartialEq)]
pub struct EmployerSummary {
    /// Those with an inbound contact or an application in the window.
    pub active: u64,
    /// Per cent of all active employers.
    pub share_pct: f64,
    /// Σ inbound contacts / Σ applications.
    pub contacts_per_application: f64,
    /// Mean distinct inbound channels over active employers.
    pub channels_per_employer: f64,
    /// Per cent of applications that were made online.
    pub online_pct: f64,
    /// Σ clarifications / Σ applications.
    pub clarifications_per_application: f64,
    /// Σ minutes / Σ handled applications, minutes.
    pub handling_minutes_pooled: f64,
    /// Σ applications / active employers.
    pub applications_per_active: f64,
}

impl EmployerSummary {
    /// The names of the figures that are not counts, as outputs have them.
    pub const RATIOS: [&str; 7] = [
        "share_pct",
        "contacts_per_application",
        "channels_per_employer",
        "online_pct",
        "clarifications_per_application",
        "handling_minutes_pooled",
        "applications_per_active",
    ];

    /// Those figures, in the order of [`EmployerSummary::RATIOS`].
    pub fn ratios(&self) -> [f64; 7] {
        [
            self.share_pct,
            self.contacts_per_application,
            self.channels_per_employer,
            self.online_pct,
            self.clarifications_per_application,
            self.handling_minutes_pooled,
            self.applications_per_active,
        ]
    }
}

impl Summarize for EmployerSummary {
    fn summarize(members: Members<'_>, all: Members<'_>) -> Self {
        // A category that has nobody has no share; inactive employers have no channels.
        let share_pct = match members.customers {
            0 => f64::NAN,
            _ => ratio(100.0 * members.sum(At::active), all.sum(At::active)),
        };
        EmployerSummary {
            active: members.sum(At::active) as u64,
            share_pct,
            contacts_per_application: members.ratio(At::contacts, At::applications),
            channels_per_employer: members.ratio(At::contact_channels, At::active),
            online_pct: ratio(100.0 * members.sum(At::applications_online), members.sum(At::applications)),
            clarifications_per_application: members.ratio(At::clarifications, At::applications),
            handling_minutes_pooled: members.ratio(At::handling_minutes, At::handled_applications),
            applications_per_active: members.ratio(At::applications, At::active),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{FeatureColumn, FeatureTable};
    use crate::statistics::{Accumulator, CategoryFigures};

    /// The figures of employers in two categories, `small` and `large`, from the features that summaries are made of.
    fn figures(employers: &[(usize, [i64; 6])]) -> Vec<CategoryFigures<EmployerSummary>> {
        const SET: [At; 6] = [
            At::contacts,
            At::contact_channels,
            At::applications,
            At::applications_online,
            At::clarifications,
            At::active,
        ];
        let empty = FeatureTable::empty(Entity::Employer);
        let mut table = empty.clone();
        for (at, column) in Entity::Employer.features().iter().zip(&mut table.columns) {
            let of = SET.iter().position(|set| set == at);
            let values = employers.iter().map(|(_, values)| of.map_or(0, |of| values[of]));
            match column {
                FeatureColumn::Counts(counts) => counts.extend(values),
                FeatureColumn::MaybeCounts(counts) => counts.extend(values.map(Some)),
                FeatureColumn::Hundredths(exact) => exact.extend(values.map(i128::from)),
                FeatureColumn::Ratios(ratios) => ratios.extend(values.map(|_| f64::NAN)),
            }
        }
        table.customers = (0..employers.len() as u32).collect();
        let mut accumulator = Accumulator::new(2, false);
        accumulator.add(table, &employers.iter().map(|(category, _)| *category).collect::<Vec<_>>());
        accumulator.figures(&["small", "large"].map(str::to_owned), &empty)
    }

    #[test]
    fn a_category_of_employers_is_summed_up_before_it_is_divided() {
        let found = figures(&[
            (0, [6, 3, 1, 0, 0, 1]),
            (0, [0, 0, 3, 3, 2, 1]),
            (0, [0, 0, 0, 0, 0, 0]),
            (1, [1, 1, 0, 0, 0, 1]),
        ]);
        let small = &found[0].summary;
        assert_eq!((found[0].customers, small.active, small.share_pct), (3, 2, 200.0 / 3.0));
        assert_eq!((small.contacts_per_application, small.channels_per_employer), (1.5, 1.5));
        assert_eq!((small.online_pct, small.clarifications_per_application), (75.0, 0.5));
        assert_eq!(small.applications_per_active, 2.0);
        let all = &found[2];
        assert_eq!((all.name.as_str(), all.customers, all.summary.share_pct), ("all", 4, 100.0));
    }

    #[test]
    fn what_has_no_denominator_is_missing() {
        let only_inactive = &figures(&[(0, [0; 6]), (1, [1, 1, 0, 0, 0, 1])])[..2];
        let [small, large] = [&only_inactive[0].summary, &only_inactive[1].summary];
        // A category without active employers has no share of them; one without any employer has none to speak of.
        assert_eq!(small.share_pct, 0.0);
        assert!(small.ratios()[1..].iter().all(|ratio| ratio.is_nan()));
        assert_eq!((large.share_pct, large.channels_per_employer, large.applications_per_active), (100.0, 1.0, 0.0));
        assert!(large.contacts_per_application.is_nan());
        let nobody = figures(&[(1, [0; 6])]);
        assert!(nobody[0].summary.ratios().iter().all(|ratio| ratio.is_nan()));
        assert!(nobody[1].summary.share_pct.is_nan(), "nobody is active");
    }
}
