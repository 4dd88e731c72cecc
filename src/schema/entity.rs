//! Whom the agency serves. Both kinds go through the same stages; what differs is declared here and beside
//! [`Entity::features`].

use super::Extract;

/// A kind of customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    /// Persons (`docs/method.md` sections 3 to 6).
    Customer,
    /// Companies and associations (`docs/method.md` section 7).
    Employer,
}

impl Entity {
    /// Of whom an extract tells.
    pub fn of(extract: Extract) -> Self {
        match extract {
            Extract::Customers
            | Extract::Contacts
            | Extract::Applications
            | Extract::Payments
            | Extract::LifeEvents => Entity::Customer,
            Extract::Employers | Extract::EmployerContacts | Extract::EmployerApplications => Entity::Employer,
        }
    }

    /// What one is called in messages.
    pub const fn singular(self) -> &'static str {
        match self {
            Entity::Customer => "customer",
            Entity::Employer => "employer",
        }
    }

    /// Its name in the plural, as messages and outputs have it.
    pub const fn plural(self) -> &'static str {
        match self {
            Entity::Customer => "customers",
            Entity::Employer => "employers",
        }
    }

    /// The column of its ids.
    pub const fn id_column(self) -> &'static str {
        match self {
            Entity::Customer => "customer_id",
            Entity::Employer => "employer_id",
        }
    }

    /// What the file of its labels is called, without an extension.
    pub const fn labels(self) -> &'static str {
        match self {
            Entity::Customer => "labels",
            Entity::Employer => "employer_labels",
        }
    }

    /// What stands before the configuration's keys of its categories and rules.
    pub const fn key_prefix(self) -> &'static str {
        match self {
            Entity::Customer => "",
            Entity::Employer => "employer_",
        }
    }

    /// The extract that lists all of them.
    pub const fn register(self) -> Extract {
        match self {
            Entity::Customer => Extract::Customers,
            Entity::Employer => Extract::Employers,
        }
    }

    /// The extracts of what happened to them, in input order.
    pub const fn events(self) -> &'static [Extract] {
        match self {
            Entity::Customer => &[Extract::Contacts, Extract::Applications, Extract::Payments, Extract::LifeEvents],
            Entity::Employer => &[Extract::EmployerContacts, Extract::EmployerApplications],
        }
    }
}
