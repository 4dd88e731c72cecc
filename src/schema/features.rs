//! The feature catalogue: name, type, unit and meaning of every feature of customers and employers.
//!
//! One source for the code that computes and writes features, for the checks of rules, and for the data dictionary.
//! Which features an entity has, and in which order, is in [`Entity::features`].

use super::Entity;

/// How a feature is held, written and shown to rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureType {
    /// A whole number; signed 64-bit in rules.
    Count,
    /// Hundredths of its unit, held exactly; a double in rules; written with two decimals; never missing.
    Hundredths,
    /// A double; may be missing.
    Ratio,
}

/// What a feature can be at all, from its least to its greatest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueRange {
    /// Zero and above.
    NonNegative,
    /// Any number: recoveries can exceed payments.
    Any,
    /// Zero to the days of the window.
    DaysOfWindow,
    /// Zero to the months of the window.
    MonthsOfWindow,
    /// The years of the fewest days that count as observed, and above.
    ObservedYears,
    /// Zero to 120: no customer is older.
    Age,
    /// Zero or one.
    Flag,
}

/// One feature of a customer or an employer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Its name in rules and outputs.
    pub name: &'static str,
    /// How it is held.
    pub feature_type: FeatureType,
    /// The unit of its values.
    pub unit: &'static str,
    /// What it means (`docs/method.md` section 4).
    pub meaning: &'static str,
    /// Whether a count may be missing. (Hundredths never are, ratios are without a denominator.)
    pub nullable: bool,
    /// The values that it can have.
    pub range: ValueRange,
}

macro_rules! catalogue {
    ($($name:ident $kind:ident $($nullable:ident)? $unit:literal $meaning:literal $([$range:ident])?)*) => {
        const ALL: &[Feature] = &[$(Feature {
            name: stringify!($name), feature_type: FeatureType::$kind, unit: $unit, meaning: $meaning,
            nullable: catalogue!(@nullable $($nullable)?), range: catalogue!(@range $($range)?),
        }),*];
        /// A feature, so that code names it and the compiler checks it. Of a customer also its position in [`FEATURES`].
        #[allow(non_camel_case_types, missing_docs)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(usize)]
        pub enum At { $($name),* }
        impl At {
            /// Every feature, of whichever entity.
            pub const EVERY: &[At] = &[$(At::$name),*];
        }
    };
    (@range) => { ValueRange::NonNegative };
    (@range $range:ident) => { ValueRange::$range };
    (@nullable) => { false };
    (@nullable nullable) => { true };
}

catalogue! {
    contacts Count "contacts" "inbound contacts in the window"
    contacts_per_year Ratio "contacts a year" "contacts / observed_years"
    contact_channels Count "channels" "distinct channels among the inbound contacts in the window"
    contacts_recent Count "contacts" "inbound contacts in the last 90 days of the window (as_of included; of a shorter window, all of it)"
    outbound_contacts Count "contacts" "outbound contacts in the window"
    outbound_unreached Count "contacts" "outbound contacts in the window that did not reach the customer (reached = false)"
    applications Count "applications" "applications submitted in the window"
    applications_paper Count "applications" "applications submitted on a paper form"
    applications_oral Count "applications" "applications made orally"
    applications_on_behalf Count "applications" "applications made by somebody else on the customer's behalf"
    applications_online Count "applications" "applications submitted online"
    applications_other Count "applications" "applications submitted in other ways, unmapped methods included"
    applications_by_employer Count "applications" "applications filed by an employer"
    applications_by_partner Count "applications" "applications filed by another authority, a social worker or an association"
    benefits_applied Count "benefits" "distinct benefits among the applications in the window"
    handled_applications Count "applications" "applications in the window with handling minutes"
    handling_minutes Hundredths "minutes" "sum of the handling minutes of the applications in the window"
    handling_minutes_per_application Ratio "minutes per application" "handling_minutes / handled_applications; missing without handled applications"
    clarifications Count "requests" "requests for clarification, summed over the applications in the window"
    automatic_decisions Count "applications" "applications in the window decided automatically"
    rejected_applications Count "applications" "applications in the window whose decision is rejected"
    payments Count "payments" "payments with paid_on in the window and an amount above zero"
    paid_eur Hundredths "euros" "sum of the amounts with paid_on in the window, recoveries included" [Any]
    benefits_paid Count "benefits" "distinct countable benefits with a covered day in the window"
    benefit_days Count "days" "days of the window covered by at least one countable benefit" [DaysOfWindow]
    concurrent_days Count "days" "days of the window covered by at least two countable benefits" [DaysOfWindow]
    max_concurrent_benefits Count "benefits" "the most countable benefits on one day of the window"
    benefit_starts Count "spells" "spells of countable benefits that start in the window"
    benefit_ends Count "spells" "spells of countable benefits that end in the window"
    last_resort_months Count "month slices" "month slices with a day covered by a last-resort benefit" [MonthsOfWindow]
    last_resort_streak Count "month slices" "the longest run of consecutive month slices with a last-resort benefit" [MonthsOfWindow]
    income_months Count "month slices" "month slices with a day covered by an income-replacing or last-resort benefit" [MonthsOfWindow]
    life_events Count "events" "distinct (event kind, date) pairs in the window: reported events, and spell starts of benefits that name a life event"
    observed_days Count "days" "days of the window inside the registration" [DaysOfWindow]
    observed_years Ratio "years" "max(observed_days, min_observed_days) / days in the window × window_months / 12" [ObservedYears]
    age Count nullable "years" "completed years on as_of; missing without a birth date" [Age]
    employees Count nullable "employees" "number of employees; missing where the register has none"
    contacts_per_application Ratio "contacts per application" "contacts / applications; missing without applications"
    active Count "0 or 1" "1 with an inbound contact or an application in the window, else 0" [Flag]
}

/// How many features a customer has: those from the first to `age`.
const OF_CUSTOMERS: usize = At::age as usize + 1;

/// Every feature of a customer, in `docs/method.md` section 4's order: the order of all outputs.
pub const FEATURES: &[Feature] = ALL.split_at(OF_CUSTOMERS).0;

impl At {
    /// The customers' feature of this name.
    pub fn of_customers(name: &str) -> Option<At> {
        Entity::Customer.features().iter().copied().find(|at| at.feature().name == name)
    }

    /// What it is.
    pub const fn feature(self) -> &'static Feature {
        &ALL[self as usize]
    }
}

impl Entity {
    /// Its features in the order of all outputs: `docs/method.md` section 4's of customers, section 7's of employers.
    pub const fn features(self) -> &'static [At] {
        match self {
            Entity::Customer => At::EVERY.split_at(OF_CUSTOMERS).0,
            Entity::Employer => &[
                At::employees,
                At::contacts,
                At::contact_channels,
                At::applications,
                At::applications_paper,
                At::applications_oral,
                At::applications_on_behalf,
                At::applications_online,
                At::applications_other,
                At::benefits_applied,
                At::handled_applications,
                At::handling_minutes,
                At::handling_minutes_per_application,
                At::clarifications,
                At::contacts_per_application,
                At::active,
            ],
        }
    }

    /// The position of a feature among its own.
    pub fn position(self, feature: At) -> Option<usize> {
        self.features().iter().position(|at| *at == feature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_positions_agree() {
        for (at, feature) in FEATURES.iter().enumerate() {
            assert_eq!(At::of_customers(feature.name).map(|found| found as usize), Some(at), "{}", feature.name);
        }
        assert_eq!(FEATURES[At::age as usize].name, "age");
        assert_eq!(FEATURES.len(), 36);
        assert!(Entity::Customer.features().iter().map(|at| at.feature()).eq(FEATURES));
    }
}
