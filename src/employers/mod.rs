//! Employers: the same job for companies and associations, by size (METHOD section 7).

/// A size class, by the number of employees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeClass {
    /// Fewer than 20.
    Small,
    /// 20 to 1,000.
    Medium,
    /// More than 1,000.
    Large,
    /// Not known.
    Unknown,
}

impl SizeClass {
    /// All of them, in the order of the outputs.
    pub const ALL: [SizeClass; 4] = [SizeClass::Small, SizeClass::Medium, SizeClass::Large, SizeClass::Unknown];

    /// Its name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            SizeClass::Small => "small",
            SizeClass::Medium => "medium",
            SizeClass::Large => "large",
            SizeClass::Unknown => "unknown",
        }
    }
}

/// The figures of a size class, or of all employers. What is missing is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct EmployerFigures {
    /// The class; all of them when `None`.
    pub size_class: Option<SizeClass>,
    /// Employers in it.
    pub employers: u64,
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
