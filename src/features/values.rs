//! How each feature is computed from what a customer's (or an employer's) events add up to.
//!
//! One line a feature, for whichever entity has it; the compiler asks for the line of a new one. Column by column, so
//! that each line is one tight loop.

use super::coverage::CoverageFeatures;
use super::partition::{Counter, Sum, Totals};
use super::table::{FeatureColumn, hundredths};
use crate::schema::features::At;

/// What the events of one customer or employer add up to.
pub(super) struct Row {
    pub(super) totals: Totals,
    /// Distinct channels of inbound contacts.
    pub(super) channels: u32,
    /// Distinct benefits applied for.
    pub(super) benefits_applied: u32,
    pub(super) coverage: CoverageFeatures,
    pub(super) life_events: u32,
    pub(super) observed_days: i32,
    pub(super) observed_years: f64,
    pub(super) age: Option<i64>,
    pub(super) employees: Option<i64>,
}

impl Row {
    fn count(&self, counter: Counter) -> i64 {
        self.totals.count(counter)
    }

    fn applications(&self) -> i64 {
        Counter::OF_METHODS.iter().map(|counter| self.count(*counter)).sum()
    }
}

/// Appends a feature's values for some rows (`docs/method.md` sections 4 and 7).
pub(super) fn append(feature: At, rows: &[Row], column: &mut FeatureColumn) {
    let mut values = Values { rows, column };
    match feature {
        At::contacts => values.counts(|row| row.count(Counter::Inbound)),
        At::contacts_per_year => values.ratios(|row| row.count(Counter::Inbound) as f64 / row.observed_years),
        At::contact_channels => values.counts(|row| row.channels),
        At::contacts_recent => values.counts(|row| row.count(Counter::Recent)),
        At::outbound_contacts => values.counts(|row| row.count(Counter::Outbound)),
        At::outbound_unreached => values.counts(|row| row.count(Counter::Unreached)),
        At::applications => values.counts(Row::applications),
        At::applications_paper => values.counts(|row| row.count(Counter::Paper)),
        At::applications_oral => values.counts(|row| row.count(Counter::Oral)),
        At::applications_on_behalf => values.counts(|row| row.count(Counter::OnBehalf)),
        At::applications_online => values.counts(|row| row.count(Counter::Online)),
        At::applications_other => values.counts(|row| row.count(Counter::OtherMethod)),
        At::applications_by_employer => values.counts(|row| row.count(Counter::ByEmployer)),
        At::applications_by_partner => values.counts(|row| row.count(Counter::ByPartner)),
        At::benefits_applied => values.counts(|row| row.benefits_applied),
        At::handled_applications => values.counts(|row| row.count(Counter::Handled)),
        At::handling_minutes => values.hundredths(|row| row.totals.sum(Sum::Minutes)),
        At::handling_minutes_per_application => {
            values.ratios(|row| ratio(hundredths(row.totals.sum(Sum::Minutes)), row.count(Counter::Handled)));
        }
        At::clarifications => values.counts(|row| row.count(Counter::Clarifications)),
        At::automatic_decisions => values.counts(|row| row.count(Counter::Automatic)),
        At::rejected_applications => values.counts(|row| row.count(Counter::Rejected)),
        At::payments => values.counts(|row| row.count(Counter::Payments)),
        At::paid_eur => values.hundredths(|row| row.totals.sum(Sum::Cents)),
        At::benefits_paid => values.counts(|row| row.coverage.benefits_paid),
        At::benefit_days => values.counts(|row| row.coverage.benefit_days),
        At::concurrent_days => values.counts(|row| row.coverage.concurrent_days),
        At::max_concurrent_benefits => values.counts(|row| row.coverage.max_concurrent_benefits),
        At::benefit_starts => values.counts(|row| row.coverage.benefit_starts),
        At::benefit_ends => values.counts(|row| row.coverage.benefit_ends),
        At::last_resort_months => values.counts(|row| row.coverage.last_resort_months),
        At::last_resort_streak => values.counts(|row| row.coverage.last_resort_streak),
        At::income_months => values.counts(|row| row.coverage.income_months),
        At::life_events => values.counts(|row| row.life_events),
        At::observed_days => values.counts(|row| row.observed_days.max(0)),
        At::observed_years => values.ratios(|row| row.observed_years),
        At::age => values.nullable_counts(|row| row.age),
        At::employees => values.nullable_counts(|row| row.employees),
        At::contacts_per_application => {
            values.ratios(|row| ratio(row.count(Counter::Inbound) as f64, row.applications()));
        }
        At::active => values.counts(|row| u32::from(row.count(Counter::Inbound) > 0 || row.applications() > 0)),
    }
}

/// A ratio; missing (NaN) without a denominator.
fn ratio(numerator: f64, denominator: i64) -> f64 {
    if denominator == 0 { f64::NAN } else { numerator / denominator as f64 }
}

/// Rows, and the column that their values go to. (A column of another type than the catalogue says takes none.)
struct Values<'a> {
    rows: &'a [Row],
    column: &'a mut FeatureColumn,
}

impl Values<'_> {
    fn counts<T: Into<i64>>(&mut self, value: impl Fn(&Row) -> T) {
        if let FeatureColumn::Counts(values) = self.column {
            values.extend(self.rows.iter().map(|row| value(row).into()));
        }
    }

    fn nullable_counts(&mut self, value: impl Fn(&Row) -> Option<i64>) {
        if let FeatureColumn::MaybeCounts(values) = self.column {
            values.extend(self.rows.iter().map(value));
        }
    }

    fn hundredths(&mut self, value: impl Fn(&Row) -> i128) {
        if let FeatureColumn::Hundredths(values) = self.column {
            values.extend(self.rows.iter().map(value));
        }
    }

    fn ratios(&mut self, value: impl Fn(&Row) -> f64) {
        if let FeatureColumn::Ratios(values) = self.column {
            values.extend(self.rows.iter().map(value));
        }
    }
}
