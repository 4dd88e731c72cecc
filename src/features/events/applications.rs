//! Applications.

use super::{Event, EventReader, WindowContext, column};
use crate::calendar::Day;
use crate::config::Extract;
use crate::extract::batch::{Batch, MISSING_NUMBER};
use crate::extract::codes::{CodeId, EMPLOYER, OTHER, PARTNER, REJECTED};
use crate::features::partition::{Counter, Partition, Sum};
use crate::intake::RowInUse;
use crate::schema::ColumnName;

/// Applications: by method and benefit, with their handling.
pub struct Applications {
    benefit: usize,
    submitted_on: usize,
    method: usize,
    handling_minutes: usize,
    clarifications: usize,
    /// Of customers.
    decision: Option<usize>,
    automatic: Option<usize>,
    filed_by: Option<usize>,
}

/// An application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application {
    pub(in crate::features) customer: u16,
    pub(in crate::features) day: Day,
    pub(in crate::features) filed: Filed,
}

/// What an application says but for its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filed {
    pub(in crate::features) benefit: u16,
    pub(in crate::features) method: u8,
    pub(in crate::features) by_employer: bool,
    pub(in crate::features) by_partner: bool,
    pub(in crate::features) automatic: bool,
    pub(in crate::features) rejected: bool,
    pub(in crate::features) minutes: i64,
    pub(in crate::features) clarifications: i64,
}

impl Applications {
    /// Of this extract, which is the applications of its entity.
    pub fn new(extract: Extract) -> Self {
        let at = |name| column(extract, name);
        Applications {
            benefit: at(ColumnName::benefit),
            submitted_on: at(ColumnName::submitted_on),
            method: at(ColumnName::method),
            handling_minutes: at(ColumnName::handling_minutes),
            clarifications: at(ColumnName::clarifications),
            decision: extract.column(ColumnName::decision),
            automatic: extract.column(ColumnName::automatic),
            filed_by: extract.column(ColumnName::filed_by),
        }
    }
}

impl EventReader for Applications {
    type Event = Application;

    #[inline(always)]
    fn read(&self, batch: &Batch, rows: &[RowInUse], mut each: impl FnMut(RowInUse, Application)) {
        let (days, benefits, methods) =
            (batch.days(self.submitted_on), batch.codes(self.benefit), batch.codes(self.method));
        let codes = |at: Option<usize>| at.map(|at| batch.codes(at));
        let (filed_by, decisions) = (codes(self.filed_by), codes(self.decision));
        let automatic = self.automatic.map(|at| batch.bools(at));
        let (minutes, clarifications) = (batch.numbers(self.handling_minutes), batch.numbers(self.clarifications));
        for of in rows {
            let row = of.row as usize;
            let is = |codes: Option<&[CodeId]>, code| codes.is_some_and(|codes| codes[row] == code);
            let filed = Filed {
                benefit: benefits[row] as u16,
                method: methods[row].min(OTHER) as u8,
                by_employer: is(filed_by, EMPLOYER),
                by_partner: is(filed_by, PARTNER),
                automatic: automatic.is_some_and(|automatic| automatic[row] == Some(true)),
                rejected: is(decisions, REJECTED),
                minutes: minutes[row],
                clarifications: clarifications[row],
            };
            each(*of, Application { customer: of.local(), day: days[row], filed });
        }
    }
}

impl Event for Application {
    /// What is filed in the window.
    type Update = (u16, Option<Filed>);

    fn customer(&self) -> u16 {
        self.customer
    }

    fn day(&self) -> Day {
        self.day
    }

    #[inline(always)]
    fn update(&self, context: &WindowContext<'_>) -> Self::Update {
        (self.customer, context.window.contains(self.day).then_some(self.filed))
    }

    #[inline(always)]
    fn apply((customer, filed): Self::Update, partition: &mut Partition, _: &WindowContext<'_>, retract: bool) {
        partition.mark_seen(customer, retract);
        let Some(filed) = filed else { return };
        let handled = filed.minutes != MISSING_NUMBER;
        let mut count = |counter, by: i64| partition.count(customer, counter, by, retract);
        count(Counter::OF_METHODS[usize::from(filed.method)], 1);
        count(Counter::ByEmployer, filed.by_employer.into());
        count(Counter::ByPartner, filed.by_partner.into());
        count(Counter::Automatic, filed.automatic.into());
        count(Counter::Rejected, filed.rejected.into());
        count(Counter::Handled, handled.into());
        if filed.clarifications != MISSING_NUMBER {
            count(Counter::Clarifications, filed.clarifications);
        }
        if handled {
            partition.add(customer, Sum::Minutes, filed.minutes, retract);
        }
        partition.benefits_applied.push([customer, filed.benefit], retract);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Entity;

    #[test]
    fn the_columns_are_the_schema_s() {
        for entity in [Entity::Customer, Entity::Employer] {
            let own = Applications::new(entity.events()[1]);
            let all = [own.benefit, own.submitted_on, own.method, own.handling_minutes, own.clarifications];
            assert!(all.iter().all(|at| *at < 10));
            let of_customers = [own.decision, own.automatic, own.filed_by];
            assert!(of_customers.iter().all(|at| at.is_some() == (entity == Entity::Customer)));
        }
    }
}
