//! The rows behind the figures of a rule: one customer's events in use, read once more from the extracts of a run.
//!
//! In: a run, the folder of its configuration, an id. Out: the events, and which of them each figure counts. Nothing is told
//! unless the files are those that the run read: nobody may be shown events that did not make the label.

mod reading;

pub use reading::{EventsError, events};

use crate::calendar::{Day, Window};
use crate::config::{Benefit, Extract, RunPlan};
use crate::schema::ColumnName;
use crate::schema::features::At;

/// A row in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its extract.
    pub extract: Extract,
    /// Its file, as the manifest names it.
    pub file: String,
    /// Its record in the file, from 1.
    pub record: u64,
    /// The values that it has, in the order of its columns.
    pub values: Vec<(ColumnName, EventValue)>,
}

/// A value of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventValue {
    /// An id, or what a code means.
    Text(String),
    /// A date.
    Day(Day),
    /// An amount, or minutes.
    Hundredths(i64),
    /// A whole number.
    Whole(i64),
    /// True or false.
    Bool(bool),
}

impl Event {
    fn value(&self, column: ColumnName) -> Option<&EventValue> {
        self.values.iter().find(|(own, _)| *own == column).map(|(_, value)| value)
    }

    /// A text, unless it is missing.
    pub fn text(&self, column: ColumnName) -> Option<&str> {
        match self.value(column)? {
            EventValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A day, unless it is missing.
    pub fn day(&self, column: ColumnName) -> Option<Day> {
        match self.value(column)? {
            EventValue::Day(day) => Some(*day),
            _ => None,
        }
    }

    /// A number, in hundredths or whole, unless it is missing.
    pub fn number(&self, column: ColumnName) -> Option<i64> {
        match self.value(column)? {
            EventValue::Hundredths(number) | EventValue::Whole(number) => Some(*number),
            _ => None,
        }
    }

    fn is(&self, column: ColumnName, value: bool) -> bool {
        self.value(column) == Some(&EventValue::Bool(value))
    }

    /// The first day of what it tells.
    pub fn first_day(&self) -> Option<Day> {
        use ColumnName::{contacted_on, occurred_on, period_start, submitted_on};
        [contacted_on, submitted_on, period_start, occurred_on].into_iter().find_map(|column| self.day(column))
    }
}

/// The extracts whose events a feature counts.
pub fn extracts_of(feature: At) -> &'static [Extract] {
    use Extract::{Applications, Contacts, EmployerApplications, EmployerContacts, LifeEvents, Payments};
    match feature {
        At::contacts | At::contacts_per_year | At::contact_channels | At::contacts_recent => {
            &[Contacts, EmployerContacts]
        }
        At::outbound_contacts | At::outbound_unreached => &[Contacts],
        At::applications
        | At::applications_paper
        | At::applications_oral
        | At::applications_on_behalf
        | At::applications_online
        | At::applications_other
        | At::applications_by_employer
        | At::applications_by_partner
        | At::benefits_applied
        | At::handled_applications
        | At::handling_minutes
        | At::handling_minutes_per_application
        | At::clarifications
        | At::automatic_decisions
        | At::rejected_applications => &[Applications, EmployerApplications],
        At::payments
        | At::paid_eur
        | At::benefits_paid
        | At::benefit_days
        | At::concurrent_days
        | At::max_concurrent_benefits
        | At::benefit_starts
        | At::benefit_ends
        | At::last_resort_months
        | At::last_resort_streak
        | At::income_months => &[Payments],
        At::life_events => &[Payments, LifeEvents],
        At::contacts_per_application | At::active => &[Contacts, Applications, EmployerContacts, EmployerApplications],
        At::observed_days | At::observed_years | At::age | At::employees => &[],
    }
}

/// Whether a feature counts an event (`docs/method.md` sections 4 and 7), or an event can be part of a spell that it counts.
pub fn counts(feature: At, event: &Event, plan: &RunPlan) -> bool {
    use ColumnName as C;
    if !extracts_of(feature).contains(&event.extract) {
        return false;
    }
    let window = &plan.window;
    let in_window = event.first_day().is_some_and(|day| window.contains(day));
    let inbound = event.text(C::direction) != Some("outbound");
    let method = |method: &str| in_window && event.text(C::method) == Some(method);
    let is_contact = event.text(C::channel).is_some();
    match feature {
        At::contacts | At::contacts_per_year | At::contact_channels => in_window && inbound,
        At::contacts_recent => in_window && inbound && event.first_day().is_some_and(|day| day >= window.recent_start),
        At::outbound_contacts => in_window && !inbound,
        At::outbound_unreached => in_window && !inbound && event.is(C::reached, false),
        At::applications | At::benefits_applied => in_window,
        At::applications_paper => method("paper"),
        At::applications_oral => method("oral"),
        At::applications_on_behalf => method("on_behalf"),
        At::applications_online => method("online"),
        At::applications_other => method("other"),
        At::applications_by_employer => in_window && event.text(C::filed_by) == Some("employer"),
        At::applications_by_partner => in_window && event.text(C::filed_by) == Some("partner"),
        At::handled_applications | At::handling_minutes | At::handling_minutes_per_application => {
            in_window && event.number(C::handling_minutes).is_some()
        }
        At::clarifications => in_window && event.number(C::clarifications).is_some_and(|count| count > 0),
        At::automatic_decisions => in_window && event.is(C::automatic, true),
        At::rejected_applications => in_window && event.text(C::decision) == Some("rejected"),
        At::contacts_per_application | At::active => in_window && (!is_contact || inbound),
        At::life_events if event.extract == Extract::LifeEvents => in_window,
        _ => counts_payment(feature, event, plan),
    }
}

/// The same of payments: by when they were paid, or by the days and benefits that they cover.
fn counts_payment(feature: At, event: &Event, plan: &RunPlan) -> bool {
    use ColumnName as C;
    let window = &plan.window;
    let start = event.day(C::period_start);
    let paid_in_window = event.day(C::paid_on).or(start).is_some_and(|day| window.contains(day));
    let code = event.text(C::benefit);
    // A benefit that the catalogue lacks is a countable one and nothing else.
    let benefit = plan.benefits.iter().find(|benefit| Some(benefit.code.as_str()) == code);
    let has = |of: fn(&Benefit) -> bool| benefit.is_some_and(of);
    let countable = benefit.is_none_or(|benefit| benefit.countable);
    let from = match feature {
        // A spell that ends or begins in the window may lie before it for the greater part.
        At::benefit_starts | At::benefit_ends | At::life_events => window.start.plus_days(-window.spell_gap_days - 1),
        _ => window.start,
    };
    let covers = covers(event, plan, from, window);
    match feature {
        At::payments => paid_in_window && event.number(C::amount).is_some_and(|cents| cents > 0),
        At::paid_eur => paid_in_window,
        At::last_resort_months | At::last_resort_streak => covers && has(|benefit| benefit.last_resort),
        At::income_months => covers && has(|benefit| benefit.last_resort || benefit.income_replacing),
        At::life_events => covers && has(|benefit| benefit.life_event.is_some()),
        At::benefits_paid
        | At::benefit_days
        | At::concurrent_days
        | At::max_concurrent_benefits
        | At::benefit_starts
        | At::benefit_ends => covers && countable,
        _ => false,
    }
}

/// Whether a payment's period has a day from this one to the end of the window.
fn covers(event: &Event, plan: &RunPlan, from: Day, window: &Window) -> bool {
    let Some(start) = event.day(ColumnName::period_start) else { return false };
    let payments = plan.extracts.iter().find(|config| config.extract == event.extract);
    let last = event.day(ColumnName::period_end).or(payments.map(|config| config.covers.last_day(start)));
    last.is_some_and(|last| start <= last && start <= window.as_of && last >= from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_of_events_says_which() {
        for feature in At::EVERY {
            let of_register = [At::observed_days, At::observed_years, At::age, At::employees].contains(feature);
            assert_eq!(extracts_of(*feature).is_empty(), of_register, "{feature:?}");
        }
    }
}
