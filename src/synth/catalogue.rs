//! The benefits that made-up customers receive, with the flags that `docs/method.md` section 4 gives a benefit and what the
//! model needs to know about each: amounts, how it is applied for, paid and handled.

/// A benefit of the made-up agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Benefit {
    MedicalCare,
    Medicine,
    Travel,
    MaternityGrant,
    Child,
    ChildMaintenanceAllowance,
    ParentalAllowance,
    HomeCareAllowance,
    StudentAid,
    HousingAllowance,
    PensionHousingAllowance,
    Unemployment,
    SicknessAllowance,
    Rehabilitation,
    DisabilityAllowance,
    DisabilityPension,
    OldAgePension,
    GuaranteePension,
    SurvivorPension,
    PensionerCareAllowance,
    ConscriptAllowance,
    BasicSocialAssistance,
}

/// When a month of a benefit is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PaidOn {
    /// On a fixed day of the month itself.
    DayOfMonth(i32),
    /// On any of the month's first twenty days.
    InMonth,
    /// Some days after the period, which is known only then.
    Afterwards,
}

/// What the model knows about a benefit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Profile {
    /// The code in the extracts.
    pub(super) code: &'static str,
    /// `docs/method.md` section 4: counts as support that overlaps, starts and ends.
    pub(super) countable: bool,
    /// `docs/method.md` section 4: the support of last resort.
    pub(super) last_resort: bool,
    /// `docs/method.md` section 4: replaces income.
    pub(super) income_replacing: bool,
    /// `docs/method.md` section 4: the life event that a new spell tells of.
    pub(super) life_event: Option<&'static str>,
    /// Mean payment, euros: of a whole month, or of one reimbursement.
    pub(super) euros: f64,
    /// When it is paid.
    pub(super) paid: PaidOn,
    /// Applications a month while it runs, the first one aside: renewals, certificates, changes.
    pub(super) renewals: f64,
    /// Mean active handling time of an application in a stable life, minutes.
    pub(super) minutes: f64,
}

const PLAIN: Profile = Profile {
    code: "",
    countable: true,
    last_resort: false,
    income_replacing: false,
    life_event: None,
    euros: 0.0,
    paid: PaidOn::Afterwards,
    renewals: 0.0,
    minutes: 24.0,
};

impl Benefit {
    /// Every benefit, in the order of the enum, so that a benefit is its own index.
    pub(super) const ALL: [Benefit; 22] = [
        Benefit::MedicalCare,
        Benefit::Medicine,
        Benefit::Travel,
        Benefit::MaternityGrant,
        Benefit::Child,
        Benefit::ChildMaintenanceAllowance,
        Benefit::ParentalAllowance,
        Benefit::HomeCareAllowance,
        Benefit::StudentAid,
        Benefit::HousingAllowance,
        Benefit::PensionHousingAllowance,
        Benefit::Unemployment,
        Benefit::SicknessAllowance,
        Benefit::Rehabilitation,
        Benefit::DisabilityAllowance,
        Benefit::DisabilityPension,
        Benefit::OldAgePension,
        Benefit::GuaranteePension,
        Benefit::SurvivorPension,
        Benefit::PensionerCareAllowance,
        Benefit::ConscriptAllowance,
        Benefit::BasicSocialAssistance,
    ];

    /// How many benefits there are.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// What the model knows about this benefit.
    #[inline]
    pub(super) fn profile(self) -> &'static Profile {
        &PROFILES[self as usize]
    }
}

static PROFILES: [Profile; Benefit::COUNT] = [
    Profile { code: "medical_care", countable: false, euros: 31.0, minutes: 23.5, ..PLAIN },
    Profile { code: "medicine", countable: false, euros: 22.0, minutes: 21.0, ..PLAIN },
    Profile { code: "travel", countable: false, euros: 41.0, minutes: 26.0, ..PLAIN },
    Profile { code: "maternity_grant", countable: false, euros: 170.0, minutes: 13.5, ..PLAIN },
    Profile {
        code: "child_benefit",
        euros: 108.0,
        paid: PaidOn::DayOfMonth(26),
        renewals: 0.004,
        minutes: 16.5,
        ..PLAIN
    },
    Profile {
        code: "child_maintenance_allowance",
        life_event: Some("separation"),
        euros: 196.0,
        paid: PaidOn::DayOfMonth(10),
        renewals: 0.03,
        minutes: 28.0,
        ..PLAIN
    },
    Profile {
        code: "parental_allowance",
        income_replacing: true,
        life_event: Some("birth"),
        euros: 1480.0,
        renewals: 0.10,
        minutes: 23.5,
        ..PLAIN
    },
    Profile { code: "home_care_allowance", euros: 430.0, renewals: 0.06, minutes: 19.0, ..PLAIN },
    Profile {
        code: "student_aid",
        income_replacing: true,
        euros: 285.0,
        paid: PaidOn::DayOfMonth(4),
        renewals: 0.07,
        minutes: 20.0,
        ..PLAIN
    },
    Profile {
        code: "housing_allowance",
        euros: 298.0,
        paid: PaidOn::DayOfMonth(3),
        renewals: 0.10,
        minutes: 27.0,
        ..PLAIN
    },
    Profile {
        code: "pension_housing_allowance",
        euros: 262.0,
        paid: PaidOn::DayOfMonth(4),
        renewals: 0.05,
        minutes: 27.0,
        ..PLAIN
    },
    Profile {
        code: "unemployment",
        income_replacing: true,
        life_event: Some("unemployment"),
        euros: 790.0,
        renewals: 0.12,
        minutes: 21.5,
        ..PLAIN
    },
    Profile {
        code: "sickness_allowance",
        income_replacing: true,
        life_event: Some("sickness"),
        euros: 1120.0,
        renewals: 0.25,
        minutes: 21.0,
        ..PLAIN
    },
    Profile {
        code: "rehabilitation",
        income_replacing: true,
        life_event: Some("sickness"),
        euros: 980.0,
        renewals: 0.12,
        minutes: 31.0,
        ..PLAIN
    },
    Profile {
        code: "disability_allowance",
        euros: 185.0,
        paid: PaidOn::DayOfMonth(7),
        renewals: 0.04,
        minutes: 38.0,
        ..PLAIN
    },
    Profile {
        code: "disability_pension",
        income_replacing: true,
        euros: 720.0,
        paid: PaidOn::DayOfMonth(7),
        renewals: 0.02,
        minutes: 50.0,
        ..PLAIN
    },
    Profile {
        code: "old_age_pension",
        income_replacing: true,
        euros: 545.0,
        paid: PaidOn::DayOfMonth(7),
        renewals: 0.004,
        minutes: 31.0,
        ..PLAIN
    },
    Profile {
        code: "guarantee_pension",
        income_replacing: true,
        euros: 210.0,
        paid: PaidOn::DayOfMonth(7),
        renewals: 0.03,
        minutes: 25.5,
        ..PLAIN
    },
    Profile {
        code: "survivor_pension",
        life_event: Some("bereavement"),
        euros: 340.0,
        paid: PaidOn::DayOfMonth(7),
        renewals: 0.01,
        minutes: 30.0,
        ..PLAIN
    },
    Profile {
        code: "pensioner_care_allowance",
        euros: 155.0,
        paid: PaidOn::DayOfMonth(7),
        renewals: 0.03,
        minutes: 32.5,
        ..PLAIN
    },
    Profile {
        code: "conscript_allowance",
        life_event: Some("conscription"),
        euros: 370.0,
        renewals: 0.03,
        minutes: 18.0,
        ..PLAIN
    },
    Profile {
        code: "basic_social_assistance",
        last_resort: true,
        euros: 415.0,
        paid: PaidOn::InMonth,
        renewals: 0.55,
        minutes: 25.5,
        ..PLAIN
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benefit_is_its_own_index_and_codes_are_unique() {
        for (index, benefit) in Benefit::ALL.into_iter().enumerate() {
            assert_eq!(benefit as usize, index);
            assert!(!benefit.profile().code.is_empty());
        }
        let mut codes: Vec<_> = Benefit::ALL.iter().map(|benefit| benefit.profile().code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Benefit::COUNT);
    }

    #[test]
    fn reimbursements_and_grants_alone_do_not_count() {
        let uncounted: Vec<_> =
            Benefit::ALL.into_iter().filter(|benefit| !benefit.profile().countable).map(|b| b.profile().code).collect();
        assert_eq!(uncounted, ["medical_care", "medicine", "travel", "maternity_grant"]);
    }
}
