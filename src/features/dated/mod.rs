//! Events that are kept with their days, to be added up as of many dates.
//!
//! The partition of a run holds sums, which are those of one window. For a panel the events themselves are kept, as
//! small as they go (a usual payment takes 10 bytes), and each date makes its partition of them, by the same steps as a
//! run.

mod words;

use std::borrow::Cow;
use std::io;

use bytemuck::Pod;
use parking_lot::Mutex;

use super::coverage::KernelWindow;
use super::events::{Event, EventReader, WindowContext};
use super::partition::Partition;
use super::periods;
use super::runs::SpillableRuns;
use crate::calendar::{Day, Window};
use crate::extract::batch::Batch;
use crate::intake::{Aggregator, RowInUse};
use crate::spill::{Budget, Segment, Spill};
use words::{
    ApplicationWord, ContactWord, LifeEventWord, PaymentWord, WidePaymentWord, application_of, contact_of,
    customer_of_payment, life_event_of, payment_of, wide_payment_of,
};

/// What of the events has to be kept: from before the first date's window to the last date.
pub struct KeepContext<'a> {
    /// From the first day of the first window to the last date.
    pub window: &'a Window,
    /// The same as the kernel uses it. Days are kept as offsets from its origin.
    pub kernel: &'a KernelWindow,
    /// The dates, ascending.
    pub dates: &'a [Day],
    /// The events of each partition.
    pub partitions: &'a [Mutex<DatedEvents>],
    /// What may be kept in memory; everything without one.
    pub budget: Option<Budget<'a>>,
}

impl KeepContext<'_> {
    /// The day that days are offsets from.
    pub fn origin(&self) -> i32 {
        periods::base(self.kernel)
    }
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

    fn updates(&self, batch: &Batch, rows: &[RowInUse], updates: &mut Vec<R::Event>) {
        updates.reserve(rows.len());
        self.reader.read(batch, rows, |event| updates.push(event));
    }

    fn apply(&self, partition: usize, updates: &[R::Event], retract: bool) -> io::Result<()> {
        let KeepContext { window, kernel, dates, partitions, budget } = self.context;
        let mut events = partitions[partition].lock();
        for event in updates {
            events.mark_seen(event, dates, retract);
            if event.matters(window, kernel) {
                event.keep(self.context.origin(), &mut events, retract);
            }
        }
        match budget {
            Some(budget) => events.spill_beyond(budget.words_bytes / partitions.len().max(1), budget.spill),
            None => Ok(()),
        }
    }
}

/// An event that can be kept as a word, of which the customer comes first.
pub trait Kept: Event {
    /// Whether it can matter to any of the dates.
    fn matters(&self, window: &Window, _: &KernelWindow) -> bool {
        self.is_in(window)
    }
    /// Keeps it, or takes it back. Days become offsets from the origin.
    fn keep(&self, origin: i32, events: &mut DatedEvents, retract: bool);
}

/// The events of one partition's customers.
#[derive(Debug, Default)]
pub struct DatedEvents {
    /// Without a register: events in use by customer, and by the first date that is not before them.
    seen: Vec<u32>,
    dates: usize,
    contacts: SpillableRuns<ContactWord>,
    applications: SpillableRuns<ApplicationWord>,
    payments: SpillableRuns<PaymentWord>,
    wide_payments: SpillableRuns<WidePaymentWord>,
    life_events: SpillableRuns<LifeEventWord>,
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
        self.payments.spill_beyond(share / 2, spill)?;
        self.wide_payments.spill_beyond(share / 8, spill)?;
        self.applications.spill_beyond(share / 4, spill)?;
        self.contacts.spill_beyond(share / 16, spill)?;
        self.life_events.spill_beyond(share / 16, spill)
    }

    /// The events by customer, on disk again where some of them were.
    pub fn into_sorted(self, spill: Option<&Spill>) -> io::Result<SortedEvents> {
        let is_spilled = [self.payments.is_spilled(), self.wide_payments.is_spilled(), self.applications.is_spilled()];
        let is_spilled = is_spilled.contains(&true) || self.contacts.is_spilled() || self.life_events.is_spilled();
        let mut sorted = SortedEvents {
            seen: self.seen,
            dates: self.dates,
            contacts: SortedWords::Memory(self.contacts.into_sorted(spill, |word| word[0])?),
            applications: SortedWords::Memory(self.applications.into_sorted(spill, |word| (word[0] >> 16) as u16)?),
            payments: SortedWords::Memory(self.payments.into_sorted(spill, customer_of_payment)?),
            wide_payments: SortedWords::Memory(self.wide_payments.into_sorted(spill, |word| word[0] as u16)?),
            life_events: SortedWords::Memory(self.life_events.into_sorted(spill, |word| word[0])?),
        };
        if let Some(spill) = spill.filter(|_| is_spilled) {
            sorted.move_to_disk(spill)?;
        }
        Ok(sorted)
    }
}

/// The events of one partition's customers, sorted by customer.
#[derive(Debug)]
pub struct SortedEvents {
    seen: Vec<u32>,
    dates: usize,
    contacts: SortedWords<ContactWord>,
    applications: SortedWords<ApplicationWord>,
    payments: SortedWords<PaymentWord>,
    wide_payments: SortedWords<WidePaymentWord>,
    life_events: SortedWords<LifeEventWord>,
}

/// Sorted words, where there is room for them.
#[derive(Debug)]
enum SortedWords<T> {
    Memory(Vec<T>),
    Disk(Segment),
}

impl<T: Pod> SortedWords<T> {
    fn move_to_disk(&mut self, spill: &Spill) -> io::Result<()> {
        if let SortedWords::Memory(words) = self {
            *self = SortedWords::Disk(spill.append(bytemuck::cast_slice(words))?);
        }
        Ok(())
    }

    fn words(&self, spill: Option<&Spill>) -> io::Result<Cow<'_, [T]>> {
        match (self, spill) {
            (SortedWords::Memory(words), _) => Ok(Cow::Borrowed(words)),
            (SortedWords::Disk(segment), Some(spill)) => {
                let mut words = Vec::new();
                spill.read(*segment, &mut words)?;
                Ok(Cow::Owned(words))
            }
            (SortedWords::Disk(_), None) => Err(io::Error::other("words on disk without a disk")),
        }
    }
}

/// Events of a date that are dated in its window: of contacts, applications, payments and life events.
pub type InWindow = [u64; 4];

impl SortedEvents {
    fn move_to_disk(&mut self, spill: &Spill) -> io::Result<()> {
        self.contacts.move_to_disk(spill)?;
        self.applications.move_to_disk(spill)?;
        self.payments.move_to_disk(spill)?;
        self.wide_payments.move_to_disk(spill)?;
        self.life_events.move_to_disk(spill)
    }

    /// What the events add up to as of a date, which is the last day of the context's window; `observed_days` are those
    /// of the customers on that date. Also counts the events in the window of customers in the population.
    pub fn as_of(
        &self,
        date: usize,
        origin: i32,
        context: &WindowContext<'_>,
        observed_days: &[i32],
        spill: Option<&Spill>,
    ) -> io::Result<(Partition, InWindow)> {
        let mut partition = Partition::new(observed_days.len(), self.seen.is_empty());
        for (seen, by_date) in partition.seen.iter_mut().zip(self.seen.chunks(self.dates)) {
            *seen = by_date[..=date].iter().sum();
        }
        let mut add = DateTally { partition: &mut partition, context, observed_days };
        let contacts = add.all(self.contacts.words(spill)?.iter().map(|word| contact_of(*word, origin)));
        let applications = add.all(self.applications.words(spill)?.iter().map(|word| application_of(*word, origin)));
        let payments = add.all(self.payments.words(spill)?.iter().map(|word| payment_of(*word, origin)))
            + add.all(self.wide_payments.words(spill)?.iter().map(|word| wide_payment_of(*word)));
        let life_events = add.all(self.life_events.words(spill)?.iter().map(|word| life_event_of(*word, origin)));
        Ok((partition, [contacts, applications, payments, life_events]))
    }
}

/// Adds events up as of a date.
struct DateTally<'a> {
    partition: &'a mut Partition,
    context: &'a WindowContext<'a>,
    observed_days: &'a [i32],
}

impl DateTally<'_> {
    /// Adds those that are not in the future; how many are in the window.
    #[inline]
    fn all<E: Event>(&mut self, events: impl Iterator<Item = E>) -> u64 {
        let window = self.context.window;
        let mut in_window = 0;
        for event in events.filter(|event| event.day() <= window.as_of) {
            let in_population = self.observed_days[usize::from(event.customer())] > 0;
            in_window += u64::from(in_population & event.is_in(window));
            E::apply(event.update(self.context), self.partition, self.context, false);
        }
        in_window
    }
}
