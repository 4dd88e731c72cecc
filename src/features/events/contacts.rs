//! Contacts.

use super::{Event, EventReader, WindowContext, column};
use crate::calendar::Day;
use crate::config::Extract;
use crate::extract::batch::Batch;
use crate::extract::codes::OUTBOUND;
use crate::features::partition::{Counter, Partition};
use crate::intake::RowInUse;
use crate::schema::ColumnName;

/// Contacts: inbound ones by channel, outbound ones by whether they reached the customer.
pub struct Contacts {
    contacted_on: usize,
    channel: usize,
    direction: usize,
    /// Of customers.
    reached: Option<usize>,
}

/// A contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    pub(in crate::features) customer: u16,
    pub(in crate::features) day: Day,
    pub(in crate::features) direction: Direction,
}

/// Who was in touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The customer.
    Inbound {
        /// Through this channel.
        channel: u16,
    },
    /// The agency.
    Outbound {
        /// In vain.
        unreached: bool,
    },
}

/// What a contact adds.
#[derive(Debug, Clone, Copy)]
pub enum ContactUpdate {
    /// Nothing but that the customer exists.
    Seen,
    /// An inbound contact.
    Inbound {
        /// Through this channel.
        channel: u16,
        /// Within the last 90 days of the window.
        recent: bool,
    },
    /// An outbound contact.
    Outbound {
        /// In vain.
        unreached: bool,
    },
}

impl Contacts {
    /// Of this extract, which is the contacts of its entity.
    pub fn new(extract: Extract) -> Self {
        let at = |name| column(extract, name);
        Contacts {
            contacted_on: at(ColumnName::contacted_on),
            channel: at(ColumnName::channel),
            direction: at(ColumnName::direction),
            reached: extract.column(ColumnName::reached),
        }
    }
}

impl EventReader for Contacts {
    type Event = Contact;

    #[inline(always)]
    fn read(&self, batch: &Batch, rows: &[RowInUse], mut each: impl FnMut(RowInUse, Contact)) {
        let (days, directions) = (batch.days(self.contacted_on), batch.codes(self.direction));
        let (channels, reached) = (batch.codes(self.channel), self.reached.map(|at| batch.bools(at)));
        for of in rows {
            let row = of.row as usize;
            let direction = if directions[row] == OUTBOUND {
                Direction::Outbound { unreached: reached.is_some_and(|reached| reached[row] == Some(false)) }
            } else {
                Direction::Inbound { channel: channels[row] as u16 }
            };
            each(*of, Contact { customer: of.local(), day: days[row], direction });
        }
    }
}

impl Event for Contact {
    type Update = (u16, ContactUpdate);

    fn customer(&self) -> u16 {
        self.customer
    }

    fn day(&self) -> Day {
        self.day
    }

    #[inline(always)]
    fn update(&self, context: &WindowContext<'_>) -> Self::Update {
        let window = context.window;
        let update = match self.direction {
            _ if !window.contains(self.day) => ContactUpdate::Seen,
            Direction::Outbound { unreached } => ContactUpdate::Outbound { unreached },
            Direction::Inbound { channel } => {
                ContactUpdate::Inbound { channel, recent: self.day >= window.recent_start }
            }
        };
        (self.customer, update)
    }

    #[inline(always)]
    fn apply((customer, update): Self::Update, partition: &mut Partition, _: &WindowContext<'_>, retract: bool) {
        partition.mark_seen(customer, retract);
        let mut count = |counter, by: bool| partition.count(customer, counter, i64::from(by), retract);
        match update {
            ContactUpdate::Seen => {}
            ContactUpdate::Outbound { unreached } => {
                count(Counter::Outbound, true);
                count(Counter::Unreached, unreached);
            }
            ContactUpdate::Inbound { channel, recent } => {
                count(Counter::Inbound, true);
                count(Counter::Recent, recent);
                partition.channels.push([customer, channel], retract);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Entity;

    #[test]
    fn the_columns_are_the_schema_s() {
        for entity in [Entity::Customer, Entity::Employer] {
            let contacts = Contacts::new(entity.events()[0]);
            assert!([contacts.contacted_on, contacts.channel, contacts.direction].iter().all(|at| *at < 10));
            assert_eq!(contacts.reached.is_some(), entity == Entity::Customer);
        }
    }
}
