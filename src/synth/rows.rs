//! The rows of every table of a population: the columns and codes of `docs/method.md` section 2.

use super::catalogue::Benefit;
use super::table::{Column, Id, Kind, Row, Sink};
use crate::calendar::Day;

/// How an application reached the agency (the method's canonical methods).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Paper,
    Oral,
    OnBehalf,
    Online,
    Other,
}

impl Method {
    fn code(self) -> &'static str {
        match self {
            Method::Paper => "paper",
            Method::Oral => "oral",
            Method::OnBehalf => "on_behalf",
            Method::Online => "online",
            Method::Other => "other",
        }
    }
}

/// Who filed an application (the method's canonical filers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filer {
    Customer,
    Employer,
    Partner,
    Other,
}

impl Filer {
    fn code(self) -> &'static str {
        match self {
            Filer::Customer => "customer",
            Filer::Employer => "employer",
            Filer::Partner => "partner",
            Filer::Other => "other",
        }
    }
}

fn direction(outbound: bool) -> Option<&'static str> {
    Some(if outbound { "outbound" } else { "inbound" })
}

/// A row of `customers`.
pub(super) struct Customer {
    pub(super) birth: Day,
    pub(super) registered_from: Option<Day>,
    pub(super) registered_to: Option<Day>,
    pub(super) municipality: &'static str,
    pub(super) language: &'static str,
}

impl Row for Customer {
    const TABLE: &'static str = "customers";
    const COLUMNS: &'static [Column] = &[
        ("customer_id", Kind::Text),
        ("birth_date", Kind::Date),
        ("registered_from", Kind::Date),
        ("registered_to", Kind::Date),
        ("municipality", Kind::Text),
        ("language", Kind::Text),
    ];

    fn put(&self, number: u64, sink: &mut impl Sink) {
        sink.id(Id::customer(number));
        sink.date(Some(self.birth));
        sink.date(self.registered_from);
        sink.date(self.registered_to);
        sink.text(Some(self.municipality));
        sink.text(Some(self.language));
    }
}

/// A row of `contacts`.
pub(super) struct Contact {
    pub(super) customer: u64,
    pub(super) on: Day,
    pub(super) channel: &'static str,
    pub(super) outbound: bool,
    pub(super) reached: Option<bool>,
}

impl Row for Contact {
    const TABLE: &'static str = "contacts";
    const COLUMNS: &'static [Column] = &[
        ("contact_id", Kind::Text),
        ("customer_id", Kind::Text),
        ("contacted_on", Kind::Date),
        ("channel", Kind::Text),
        ("direction", Kind::Text),
        ("reached", Kind::Boolean),
    ];

    fn put(&self, number: u64, sink: &mut impl Sink) {
        sink.id(Id::event(b'K', number));
        sink.id(Id::customer(self.customer));
        sink.date(Some(self.on));
        sink.text(Some(self.channel));
        sink.text(direction(self.outbound));
        sink.boolean(self.reached);
    }
}

/// A row of `applications`.
pub(super) struct Application {
    pub(super) customer: u64,
    pub(super) benefit: Benefit,
    pub(super) on: Day,
    pub(super) method: Method,
    pub(super) centiminutes: Option<i64>,
    pub(super) decision: Option<&'static str>,
    pub(super) automatic: bool,
    pub(super) clarifications: u32,
    pub(super) filed_by: Filer,
}

impl Row for Application {
    const TABLE: &'static str = "applications";
    const COLUMNS: &'static [Column] = &[
        ("application_id", Kind::Text),
        ("customer_id", Kind::Text),
        ("benefit", Kind::Text),
        ("submitted_on", Kind::Date),
        ("method", Kind::Text),
        ("handling_minutes", Kind::Hundredths),
        ("decision", Kind::Text),
        ("automatic", Kind::Boolean),
        ("clarifications", Kind::Integer),
        ("filed_by", Kind::Text),
    ];

    fn put(&self, number: u64, sink: &mut impl Sink) {
        sink.id(Id::event(b'A', number));
        sink.id(Id::customer(self.customer));
        sink.text(Some(self.benefit.profile().code));
        sink.date(Some(self.on));
        sink.text(Some(self.method.code()));
        sink.hundredths(self.centiminutes);
        sink.text(self.decision);
        sink.boolean(Some(self.automatic));
        sink.integer(Some(self.clarifications));
        sink.text(Some(self.filed_by.code()));
    }
}

/// A row of `payments`; recoveries have an amount below zero.
pub(super) struct Payment {
    pub(super) customer: u64,
    pub(super) benefit: Benefit,
    pub(super) start: Day,
    pub(super) end: Option<Day>,
    pub(super) paid_on: Day,
    pub(super) cents: i64,
}

impl Row for Payment {
    const TABLE: &'static str = "payments";
    const COLUMNS: &'static [Column] = &[
        ("payment_id", Kind::Text),
        ("customer_id", Kind::Text),
        ("benefit", Kind::Text),
        ("period_start", Kind::Date),
        ("period_end", Kind::Date),
        ("paid_on", Kind::Date),
        ("amount", Kind::Hundredths),
    ];

    fn put(&self, number: u64, sink: &mut impl Sink) {
        sink.id(Id::event(b'P', number));
        sink.id(Id::customer(self.customer));
        sink.text(Some(self.benefit.profile().code));
        sink.date(Some(self.start));
        sink.date(self.end);
        sink.date(Some(self.paid_on));
        sink.hundredths(Some(self.cents));
    }
}

/// A row of `life_events`.
pub(super) struct LifeEvent {
    pub(super) customer: u64,
    pub(super) event: &'static str,
    pub(super) on: Day,
}

impl Row for LifeEvent {
    const TABLE: &'static str = "life_events";
    const COLUMNS: &'static [Column] =
        &[("customer_id", Kind::Text), ("event", Kind::Text), ("occurred_on", Kind::Date)];

    fn put(&self, _number: u64, sink: &mut impl Sink) {
        sink.id(Id::customer(self.customer));
        sink.text(Some(self.event));
        sink.date(Some(self.on));
    }
}

/// A row of `latent_states`: one stretch of a customer's everyday life, which no extract of a real agency has.
pub(super) struct LatentState {
    pub(super) customer: u64,
    pub(super) stage: &'static str,
    pub(super) state: &'static str,
    pub(super) cause: Option<&'static str>,
    pub(super) from: Day,
    pub(super) to: Day,
}

impl Row for LatentState {
    const TABLE: &'static str = "latent_states";
    const COLUMNS: &'static [Column] = &[
        ("customer_id", Kind::Text),
        ("stage", Kind::Text),
        ("state", Kind::Text),
        ("cause", Kind::Text),
        ("state_from", Kind::Date),
        ("state_to", Kind::Date),
    ];

    fn put(&self, _number: u64, sink: &mut impl Sink) {
        sink.id(Id::customer(self.customer));
        sink.text(Some(self.stage));
        sink.text(Some(self.state));
        sink.text(self.cause);
        sink.date(Some(self.from));
        sink.date(Some(self.to));
    }
}

/// A row of `employers`.
pub(super) struct Employer {
    pub(super) employees: Option<u32>,
}

impl Row for Employer {
    const TABLE: &'static str = "employers";
    const COLUMNS: &'static [Column] = &[("employer_id", Kind::Text), ("employees", Kind::Integer)];

    fn put(&self, number: u64, sink: &mut impl Sink) {
        sink.id(Id::employer(number));
        sink.integer(self.employees);
    }
}

/// A row of `employer_contacts`.
pub(super) struct EmployerContact {
    pub(super) employer: u64,
    pub(super) on: Day,
    pub(super) channel: &'static str,
    pub(super) outbound: bool,
}

impl Row for EmployerContact {
    const TABLE: &'static str = "employer_contacts";
    const COLUMNS: &'static [Column] = &[
        ("contact_id", Kind::Text),
        ("employer_id", Kind::Text),
        ("contacted_on", Kind::Date),
        ("channel", Kind::Text),
        ("direction", Kind::Text),
    ];

    fn put(&self, number: u64, sink: &mut impl Sink) {
        sink.id(Id::event(b'K', number));
        sink.id(Id::employer(self.employer));
        sink.date(Some(self.on));
        sink.text(Some(self.channel));
        sink.text(direction(self.outbound));
    }
}

/// A row of `employer_applications`.
pub(super) struct EmployerApplication {
    pub(super) employer: u64,
    pub(super) benefit: Benefit,
    pub(super) on: Day,
    pub(super) method: Method,
    pub(super) centiminutes: Option<i64>,
    pub(super) clarifications: u32,
}

impl Row for EmployerApplication {
    const TABLE: &'static str = "employer_applications";
    const COLUMNS: &'static [Column] = &[
        ("application_id", Kind::Text),
        ("employer_id", Kind::Text),
        ("benefit", Kind::Text),
        ("submitted_on", Kind::Date),
        ("method", Kind::Text),
        ("handling_minutes", Kind::Hundredths),
        ("clarifications", Kind::Integer),
    ];

    fn put(&self, number: u64, sink: &mut impl Sink) {
        sink.id(Id::event(b'A', number));
        sink.id(Id::employer(self.employer));
        sink.text(Some(self.benefit.profile().code));
        sink.date(Some(self.on));
        sink.text(Some(self.method.code()));
        sink.hundredths(self.centiminutes);
        sink.integer(Some(self.clarifications));
    }
}
