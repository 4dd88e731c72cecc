//! The feature catalogue: name, type, unit and meaning of every feature, in METHOD section 4's order.
//!
//! One source for the code that writes features, for the checks of rules, and for the data dictionary.

/// How a feature is held, written and shown to rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureType {
    /// A whole number; signed 64-bit in rules; never missing except `age`.
    Count,
    /// Hundredths of its unit, held exactly; a double in rules; written with two decimals; never missing.
    Hundredths,
    /// A double; may be missing.
    Ratio,
}

/// One feature of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Its name in rules and outputs.
    pub name: &'static str,
    /// How it is held.
    pub feature_type: FeatureType,
    /// The unit of its values.
    pub unit: &'static str,
    /// What it means (METHOD section 4).
    pub meaning: &'static str,
}

macro_rules! catalogue {
    ($($name:ident $kind:ident $unit:literal $meaning:literal)*) => {
        /// Every feature, in METHOD section 4's order: the order of all outputs.
        pub const FEATURES: &[Feature] = &[$(Feature {
            name: stringify!($name), feature_type: FeatureType::$kind, unit: $unit, meaning: $meaning,
        }),*];
        /// Positions in [`FEATURES`], so that code names a feature and the compiler checks it.
        #[allow(non_camel_case_types, missing_docs)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum At { $($name),* }
    };
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
    paid_eur Hundredths "euros" "sum of the amounts with paid_on in the window, recoveries included"
    benefits_paid Count "benefits" "distinct countable benefits with a covered day in the window"
    benefit_days Count "days" "days of the window covered by at least one countable benefit"
    concurrent_days Count "days" "days of the window covered by at least two countable benefits"
    max_concurrent_benefits Count "benefits" "the most countable benefits on one day of the window"
    benefit_starts Count "spells" "spells of countable benefits that start in the window"
    benefit_ends Count "spells" "spells of countable benefits that end in the window"
    last_resort_months Count "month slices" "month slices with a day covered by a last-resort benefit"
    last_resort_streak Count "month slices" "the longest run of consecutive month slices with a last-resort benefit"
    income_months Count "month slices" "month slices with a day covered by an income-replacing or last-resort benefit"
    life_events Count "events" "distinct (event kind, date) pairs in the window: reported events, and spell starts of benefits that name a life event"
    observed_days Count "days" "days of the window inside the registration"
    observed_years Ratio "years" "max(observed_days, min_observed_days) / days in the window × window_months / 12"
    age Count "years" "completed years on as_of; missing without a birth date"
}

/// The position of the feature of this name.
pub fn position(name: &str) -> Option<usize> {
    FEATURES.iter().position(|feature| feature.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_positions_agree() {
        for (at, feature) in FEATURES.iter().enumerate() {
            assert_eq!(position(feature.name), Some(at), "{}", feature.name);
        }
        assert_eq!(FEATURES[At::age as usize].name, "age");
        assert_eq!(FEATURES.len(), 36);
    }
}
