//! Figures per size class and of all employers.

use super::tally::EmployerCounts;
use crate::features::hundredths;
use crate::statistics::ratio;

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

    /// By the number of employees.
    pub fn of(employees: Option<i64>) -> Self {
        match employees {
            None => SizeClass::Unknown,
            Some(..20) => SizeClass::Small,
            Some(20..=1_000) => SizeClass::Medium,
            Some(_) => SizeClass::Large,
        }
    }

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

impl EmployerFigures {
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

    /// Those figures, in the order of [`EmployerFigures::RATIOS`].
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

    /// The name of the class in outputs, or `all`.
    pub fn name(&self) -> &'static str {
        self.size_class.map_or(crate::statistics::ALL, SizeClass::name)
    }
}

/// What the figures of a class are made of.
#[derive(Debug, Clone, Copy, Default)]
struct Total {
    employers: u64,
    active: u64,
    contacts: u64,
    channels: u64,
    applications: u64,
    online: u64,
    handled: u64,
    minutes: i128,
    clarifications: i128,
}

impl Total {
    fn add(&mut self, counts: &EmployerCounts) {
        self.employers += 1;
        self.active += u64::from(counts.is_active());
        self.contacts += u64::from(counts.contacts);
        self.channels += u64::from(counts.channels);
        self.applications += u64::from(counts.applications);
        self.online += u64::from(counts.online);
        self.handled += u64::from(counts.handled);
        self.minutes += counts.minutes;
        self.clarifications += counts.clarifications;
    }

    fn figures(&self, size_class: Option<SizeClass>, all_active: u64) -> EmployerFigures {
        let (active, applications) = (self.active as f64, self.applications as f64);
        // Nobody can have a share in a class that has nobody.
        let share_pct = if self.employers == 0 { f64::NAN } else { ratio(100.0 * active, all_active as f64) };
        EmployerFigures {
            size_class,
            employers: self.employers,
            active: self.active,
            share_pct,
            contacts_per_application: ratio(self.contacts as f64, applications),
            channels_per_employer: ratio(self.channels as f64, active),
            online_pct: ratio(100.0 * self.online as f64, applications),
            clarifications_per_application: ratio(self.clarifications as f64, applications),
            handling_minutes_pooled: ratio(hundredths(self.minutes), self.handled as f64),
            applications_per_active: ratio(applications, active),
        }
    }
}

/// Sums up employers by size class.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    classes: [Total; SizeClass::ALL.len()],
    all: Total,
}

impl Totals {
    /// Adds an employer.
    pub fn add(&mut self, counts: &EmployerCounts) {
        self.classes[counts.size_class as usize].add(counts);
        self.all.add(counts);
    }

    /// The figures of every class in the order of the outputs, then of all.
    pub fn figures(&self) -> Vec<EmployerFigures> {
        let classes = SizeClass::ALL.into_iter().zip(&self.classes).map(|(class, total)| (Some(class), total));
        classes.chain([(None, &self.all)]).map(|(class, total)| total.figures(class, self.all.active)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn employer(size_class: SizeClass) -> EmployerCounts {
        EmployerCounts {
            number: 0,
            size_class,
            contacts: 0,
            channels: 0,
            applications: 0,
            online: 0,
            handled: 0,
            minutes: 0,
            clarifications: 0,
        }
    }

    #[test]
    fn classes_begin_and_end_where_they_say() {
        let class = |employees: i64| SizeClass::of(Some(employees));
        assert_eq!([0, 19].map(class), [SizeClass::Small; 2]);
        assert_eq!([20, 1_000].map(class), [SizeClass::Medium; 2]);
        assert_eq!([1_001, 999_999_999_999_999].map(class), [SizeClass::Large; 2]);
        assert_eq!(SizeClass::of(None), SizeClass::Unknown);
    }

    #[test]
    fn a_class_is_summed_up_before_it_is_divided() {
        let small = employer(SizeClass::Small);
        let mut totals = Totals::default();
        totals.add(&EmployerCounts { contacts: 6, channels: 3, applications: 1, ..small });
        totals.add(&EmployerCounts {
            applications: 3,
            online: 3,
            handled: 2,
            minutes: 1_001,
            clarifications: 2,
            ..small
        });
        totals.add(&small);
        totals.add(&EmployerCounts { contacts: 1, channels: 1, ..employer(SizeClass::Large) });
        let figures = totals.figures();
        let expected = EmployerFigures {
            size_class: Some(SizeClass::Small),
            employers: 3,
            active: 2,
            share_pct: 200.0 / 3.0,
            contacts_per_application: 1.5,
            channels_per_employer: 1.5,
            online_pct: 75.0,
            clarifications_per_application: 0.5,
            handling_minutes_pooled: 5.005,
            applications_per_active: 2.0,
        };
        assert_eq!(figures[0], expected);
        let names: Vec<&str> = figures.iter().map(EmployerFigures::name).collect();
        assert_eq!(names, ["small", "medium", "large", "unknown", "all"]);
        assert_eq!((figures[4].employers, figures[4].active, figures[4].share_pct), (4, 3, 100.0));
    }

    #[test]
    fn what_has_no_denominator_is_missing() {
        let mut totals = Totals::default();
        totals.add(&employer(SizeClass::Small));
        totals.add(&EmployerCounts { contacts: 1, channels: 1, ..employer(SizeClass::Large) });
        let figures = totals.figures();
        let [small, medium, large] = [&figures[0], &figures[1], &figures[2]];
        // A class without active employers has no share of them; one without any employer has none to speak of.
        assert_eq!(small.share_pct, 0.0);
        assert!(medium.ratios().iter().all(|ratio| ratio.is_nan()));
        assert!(small.ratios()[1..].iter().all(|ratio| ratio.is_nan()));
        assert_eq!((large.share_pct, large.channels_per_employer, large.applications_per_active), (100.0, 1.0, 0.0));
        assert!(large.contacts_per_application.is_nan());
    }
}
