//! Life events.

use super::{Event, EventReader, WindowContext, column};
use crate::calendar::Day;
use crate::config::Extract;
use crate::extract::batch::Batch;
use crate::features::partition::Partition;
use crate::intake::RowInUse;
use crate::schema::ColumnName;

/// Life events that are reported, rather than told by the start of a spell.
pub struct LifeEvents {
    event: usize,
    occurred_on: usize,
}

/// A life event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeEvent {
    pub(in crate::features) customer: u16,
    pub(in crate::features) day: Day,
    pub(in crate::features) event: u16,
}

impl Default for LifeEvents {
    fn default() -> Self {
        let at = |name| column(Extract::LifeEvents, name);
        LifeEvents { event: at(ColumnName::event), occurred_on: at(ColumnName::occurred_on) }
    }
}

impl EventReader for LifeEvents {
    type Event = LifeEvent;

    #[inline(always)]
    fn read(&self, batch: &Batch, rows: &[RowInUse], mut each: impl FnMut(RowInUse, LifeEvent)) {
        let (days, events) = (batch.days(self.occurred_on), batch.codes(self.event));
        for of in rows {
            let row = of.row as usize;
            each(*of, LifeEvent { customer: of.local(), day: days[row], event: events[row] as u16 });
        }
    }
}

impl Event for LifeEvent {
    /// Event and day, in the window.
    type Update = (u16, Option<(u16, u16)>);

    fn customer(&self) -> u16 {
        self.customer
    }

    fn day(&self) -> Day {
        self.day
    }

    #[inline(always)]
    fn update(&self, context: &WindowContext<'_>) -> Self::Update {
        let offset = self.day.0.wrapping_sub(context.kernel.floor) as u16;
        (self.customer, self.is_in(context.window).then_some((self.event, offset)))
    }

    #[inline(always)]
    fn apply((customer, update): Self::Update, partition: &mut Partition, _: &WindowContext<'_>, retract: bool) {
        partition.mark_seen(customer, retract);
        if let Some((event, day)) = update {
            partition.events.push([customer, event, day], retract);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_the_schema_s() {
        let own = LifeEvents::default();
        assert!([own.event, own.occurred_on].iter().all(|at| *at < 10));
    }
}
