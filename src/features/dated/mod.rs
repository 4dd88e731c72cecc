//! Events that are kept with their days, to be added up as of many dates.
//!
//! The partition of a run holds sums, which are those of one window. For a panel the events themselves are kept, as
//! small as they go (a usual payment takes 9 bytes, one whose days are of no use 5), and each date makes its partition of
//! them, by the same steps as a run.

mod encoding;
mod packing;
mod sorted;
mod untracked;
mod words;

pub use encoding::EventCodec;
pub use sorted::{InWindow, SortedEvents};
pub use words::{Kept, Word};

use std::io;

use parking_lot::Mutex;

use super::coverage::KernelWindow;
use super::events::{Application, Contact, Event, EventReader, LifeEvent, Payment};
use super::runs::SpillableRuns;
use crate::calendar::{Day, Window};
use crate::extract::batch::Batch;
use crate::intake::{Aggregator, RowInUse};
use crate::spill::{Budget, Spill};
use untracked::UntrackedWord;
use words::{Sorted, Words};

/// What of the events has to be kept: from before the first date's window to the last date.
pub struct KeepContext<'a> {
    /// From the first day of the first window to the last date.
    pub window: &'a Window,
    /// The same as the kernel uses it.
    pub kernel: &'a KernelWindow,
    /// How events become words.
    pub codec: &'a EventCodec,
    /// The dates, ascending.
    pub dates: &'a [Day],
    /// The events of each partition.
    pub partitions: &'a [Mutex<DatedEvents>],
    /// What may be kept in memory; everything without one.
    pub budget: Option<Budget<'a>>,
}

/// Keeps the events of an extract.
pub struct Keep<'a, R> {
    context: &'a KeepContext<'a>,
    reader: R,
}

impl<'a, R: EventReader<Event: Kept>> Keep<'a, R> {
    /// Of what the reader reads.
    pub fn new(context: &'a KeepContext<'a>, reader: R) -> Self {
        Keep { context, reader }
    }
}

impl<R: EventReader<Event: Kept>> Aggregator for Keep<'_, R> {
    type Update = R::Event;

    #[inline(always)]
    fn updates(&self, batch: &Batch, rows: &[RowInUse], each: impl FnMut(RowInUse, R::Event)) {
        self.reader.read(batch, rows, each);
    }

    fn apply(&self, partition: usize, updates: &[R::Event], retract: bool) -> io::Result<()> {
        let KeepContext { window, kernel, codec, dates, partitions, budget } = self.context;
        let mut events = partitions[partition].lock();
        for event in updates {
            events.mark_seen(event, dates, retract);
            if event.matters(window, kernel) {
                event.keep(codec, &mut events, retract);
            }
        }
        match budget {
            Some(budget) => events.spill_beyond(budget.words_bytes / partitions.len().max(1), budget.spill),
            None => Ok(()),
        }
    }
}

/// The events of one partition's customers.
#[derive(Debug, Default)]
pub struct DatedEvents {
    /// Without a register: events in use by customer, and by the first date that is not before them.
    seen: Vec<u32>,
    dates: usize,
    contacts: Words<Contact>,
    applications: Words<Application>,
    payments: Words<Payment>,
    untracked_payments: SpillableRuns<UntrackedWord>,
    life_events: Words<LifeEvent>,
}

impl DatedEvents {
    /// For this many customers and dates; it is noted who is seen when, unless a register tells who there is.
    pub fn new(customers: usize, dates: usize, registered: bool) -> Self {
        DatedEvents { seen: vec![0; if registered { 0 } else { customers * dates }], dates, ..DatedEvents::default() }
    }

    /// Notes without a register that somebody is seen, from the first date on that is not before the event.
    fn mark_seen(&mut self, event: &impl Event, dates: &[Day], retract: bool) {
        if self.seen.is_empty() {
            return;
        }
        let date = dates.partition_point(|date| *date < event.day());
        super::increment(&mut self.seen[usize::from(event.customer()) * self.dates + date], 1, retract);
    }

    /// Moves words to disk that take more than a share of the memory, in bytes.
    fn spill_beyond(&mut self, share: usize, spill: &Spill) -> io::Result<()> {
        self.payments.spill_beyond(share / 8 * 3, spill)?;
        self.untracked_payments.spill_beyond(share / 4, spill)?;
        self.applications.spill_beyond(share / 4, spill)?;
        self.contacts.spill_beyond(share / 16, spill)?;
        self.life_events.spill_beyond(share / 16, spill)
    }

    /// The events by customer, on disk again where some of them were.
    pub fn into_sorted(self, spill: Option<&Spill>) -> io::Result<SortedEvents> {
        let DatedEvents { seen, dates, contacts, applications, payments, untracked_payments, life_events } = self;
        let is_spilled = contacts.is_spilled() || applications.is_spilled() || payments.is_spilled();
        let is_spilled = is_spilled || untracked_payments.is_spilled() || life_events.is_spilled();
        let mut sorted = SortedEvents {
            seen,
            dates,
            contacts: contacts.into_sorted(spill)?,
            applications: applications.into_sorted(spill)?,
            payments: payments.into_sorted(spill)?,
            untracked_payments: Sorted::Memory(untracked_payments.into_sorted(spill, Word::customer)?),
            life_events: life_events.into_sorted(spill)?,
        };
        if let Some(spill) = spill.filter(|_| is_spilled) {
            sorted.move_to_disk(spill)?;
        }
        Ok(sorted)
    }
}
