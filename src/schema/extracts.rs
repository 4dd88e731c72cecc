//! The extracts and their columns: `docs/method.md` section 2's table, once, for the reader, the checks and the documentation.

/// The extracts, in `docs/method.md` section 2's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extract {
    /// The register of person customers.
    Customers,
    /// Contacts between customers and the agency.
    Contacts,
    /// Applications for benefits.
    Applications,
    /// Benefit payments and recoveries.
    Payments,
    /// Life events reported from elsewhere.
    LifeEvents,
    /// The register of employers.
    Employers,
    /// Contacts with employers.
    EmployerContacts,
    /// Employers' applications.
    EmployerApplications,
}

/// What a column holds, and so how its text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// An id or a dimension: text, compared byte by byte.
    Text,
    /// A code of an open or closed set, after the configured mapping.
    Code(CodeSet),
    /// A civil date.
    Date,
    /// An exact decimal in hundredths, of either sign.
    Amount,
    /// An exact decimal in hundredths, not negative.
    Minutes,
    /// A whole number, not negative.
    Integer,
    /// True or false.
    Bool,
}

/// Which codes a code column draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeSet {
    /// Contact channels (open).
    Channel,
    /// Benefits (open; the catalogue knows the usual ones).
    Benefit,
    /// Ways to apply (closed; an unmapped one counts as `other`).
    Method,
    /// Decisions (open; `rejected` has a meaning).
    Decision,
    /// Kinds of life events (open).
    Event,
    /// Contact directions (closed; an unmapped one rejects the row).
    Direction,
    /// Who filed an application (closed; an unmapped one counts as `other`).
    Filer,
}

impl CodeSet {
    /// The canonical values of a closed set; empty for an open one.
    pub fn canonical(self) -> &'static [&'static str] {
        match self {
            CodeSet::Method => METHODS,
            CodeSet::Direction => DIRECTIONS,
            CodeSet::Filer => FILERS,
            _ => &[],
        }
    }
}

/// Canonical ways to apply, in the order of the features that count them.
pub const METHODS: &[&str] = &["paper", "oral", "on_behalf", "online", "other"];
/// Canonical contact directions.
pub const DIRECTIONS: &[&str] = &["inbound", "outbound"];
/// Who files applications.
pub const FILERS: &[&str] = &["customer", "employer", "partner", "other"];

macro_rules! column_names {
    ($($name:ident)*) => {
        /// A column of some extract, so that code names it and the compiler checks it.
        #[allow(non_camel_case_types, missing_docs)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ColumnName { $($name),* }

        impl ColumnName {
            /// Its canonical name.
            pub const fn as_str(self) -> &'static str {
                match self { $(ColumnName::$name => stringify!($name)),* }
            }
        }
    };
}

column_names! {
    contact_id application_id payment_id customer_id employer_id birth_date registered_from registered_to
    contacted_on channel direction reached benefit submitted_on method handling_minutes
    decision automatic clarifications filed_by period_start period_end paid_on amount
    event occurred_on employees
}

/// A column of an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSchema {
    /// Which column.
    pub column: ColumnName,
    /// Its canonical name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// False for the `?` of `docs/method.md`: the column, or a value in it, may be missing.
    pub required: bool,
}

const fn must(column: ColumnName, kind: ColumnKind) -> ColumnSchema {
    ColumnSchema { column, name: column.as_str(), kind, required: true }
}

const fn may(column: ColumnName, kind: ColumnKind) -> ColumnSchema {
    ColumnSchema { column, name: column.as_str(), kind, required: false }
}

use CodeSet::{Benefit, Channel, Decision, Direction, Event, Filer, Method};
use ColumnKind::{Amount, Bool, Code, Date, Integer, Minutes, Text};
use ColumnName::*;

const CUSTOMERS: &[ColumnSchema] =
    &[must(customer_id, Text), may(birth_date, Date), may(registered_from, Date), may(registered_to, Date)];
const CONTACTS: &[ColumnSchema] = &[
    may(contact_id, Text),
    must(customer_id, Text),
    must(contacted_on, Date),
    must(channel, Code(Channel)),
    may(direction, Code(Direction)),
    may(reached, Bool),
];
const APPLICATIONS: &[ColumnSchema] = &[
    may(application_id, Text),
    must(customer_id, Text),
    must(benefit, Code(Benefit)),
    must(submitted_on, Date),
    must(method, Code(Method)),
    may(handling_minutes, Minutes),
    may(decision, Code(Decision)),
    may(automatic, Bool),
    may(clarifications, Integer),
    may(filed_by, Code(Filer)),
];
const PAYMENTS: &[ColumnSchema] = &[
    may(payment_id, Text),
    must(customer_id, Text),
    must(benefit, Code(Benefit)),
    must(period_start, Date),
    may(period_end, Date),
    may(paid_on, Date),
    must(amount, Amount),
];
const LIFE_EVENTS: &[ColumnSchema] = &[must(customer_id, Text), must(event, Code(Event)), must(occurred_on, Date)];
const EMPLOYERS: &[ColumnSchema] = &[must(employer_id, Text), may(employees, Integer)];
const EMPLOYER_CONTACTS: &[ColumnSchema] = &[
    may(contact_id, Text),
    must(employer_id, Text),
    must(contacted_on, Date),
    must(channel, Code(Channel)),
    may(direction, Code(Direction)),
];
const EMPLOYER_APPLICATIONS: &[ColumnSchema] = &[
    may(application_id, Text),
    must(employer_id, Text),
    must(benefit, Code(Benefit)),
    must(submitted_on, Date),
    must(method, Code(Method)),
    may(handling_minutes, Minutes),
    may(clarifications, Integer),
];

impl Extract {
    /// All extracts, in `docs/method.md` section 2's order.
    pub const ALL: [Extract; 8] = [
        Extract::Customers,
        Extract::Contacts,
        Extract::Applications,
        Extract::Payments,
        Extract::LifeEvents,
        Extract::Employers,
        Extract::EmployerContacts,
        Extract::EmployerApplications,
    ];

    /// Its name in the configuration and in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Extract::Customers => "customers",
            Extract::Contacts => "contacts",
            Extract::Applications => "applications",
            Extract::Payments => "payments",
            Extract::LifeEvents => "life_events",
            Extract::Employers => "employers",
            Extract::EmployerContacts => "employer_contacts",
            Extract::EmployerApplications => "employer_applications",
        }
    }

    /// Its columns in `docs/method.md` section 2's order (dimensions of the customers extract come after these).
    pub fn columns(self) -> &'static [ColumnSchema] {
        match self {
            Extract::Customers => CUSTOMERS,
            Extract::Contacts => CONTACTS,
            Extract::Applications => APPLICATIONS,
            Extract::Payments => PAYMENTS,
            Extract::LifeEvents => LIFE_EVENTS,
            Extract::Employers => EMPLOYERS,
            Extract::EmployerContacts => EMPLOYER_CONTACTS,
            Extract::EmployerApplications => EMPLOYER_APPLICATIONS,
        }
    }

    /// The position of a column, if the extract has it.
    pub fn column(self, column: ColumnName) -> Option<usize> {
        self.columns().iter().position(|schema| schema.column == column)
    }

    /// Whether the method needs it (no `?`).
    pub fn required(self) -> bool {
        matches!(self, Extract::Contacts | Extract::Applications | Extract::Payments)
    }

    /// Whether it lists who is counted, rather than what happened.
    pub fn is_register(self) -> bool {
        matches!(self, Extract::Customers | Extract::Employers)
    }
}
