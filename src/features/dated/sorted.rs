//! The events of a partition by customer, and what they add up to as of a date.

use std::io;

use super::encoding::EventCodec;
use super::untracked::UntrackedWord;
use super::words::{Kept, Sorted, SortedWords};
use crate::features::events::{Application, Contact, Event, LifeEvent, Payment, WindowContext};
use crate::features::partition::Partition;
use crate::spill::Spill;

/// The events of one partition's customers, sorted by customer.
#[derive(Debug)]
pub struct SortedEvents {
    pub(super) seen: Vec<u32>,
    pub(super) dates: usize,
    pub(super) contacts: SortedWords<Contact>,
    pub(super) applications: SortedWords<Application>,
    pub(super) payments: SortedWords<Payment>,
    pub(super) untracked_payments: Sorted<UntrackedWord>,
    pub(super) life_events: SortedWords<LifeEvent>,
}

/// Events of a date that are dated in its window: of contacts, applications, payments and life events.
pub type InWindow = [u64; 4];

impl SortedEvents {
    pub(super) fn move_to_disk(&mut self, spill: &Spill) -> io::Result<()> {
        self.contacts.move_to_disk(spill)?;
        self.applications.move_to_disk(spill)?;
        self.payments.move_to_disk(spill)?;
        self.untracked_payments.move_to_disk(spill)?;
        self.life_events.move_to_disk(spill)
    }

    /// What the events add up to as of a date, which is the last day of the context's window; `observed_days` are those
    /// of the customers on that date. Also counts the events in the window of customers in the population.
    pub fn as_of(
        &self,
        date: usize,
        codec: &EventCodec,
        context: &WindowContext<'_>,
        observed_days: &[i32],
        spill: Option<&Spill>,
    ) -> io::Result<(Partition, InWindow)> {
        let mut partition = Partition::new(observed_days.len(), self.seen.is_empty());
        for (seen, by_date) in partition.seen.iter_mut().zip(self.seen.chunks(self.dates)) {
            *seen = by_date[..=date].iter().sum();
        }
        let mut tally = DateTally { partition: &mut partition, context, observed_days, codec, spill };
        let in_window = [
            tally.add(&self.contacts)?,
            tally.add(&self.applications)?,
            tally.add(&self.payments)? + tally.add_untracked(&self.untracked_payments)?,
            tally.add(&self.life_events)?,
        ];
        Ok((partition, in_window))
    }
}

/// Adds events up as of a date.
struct DateTally<'a> {
    partition: &'a mut Partition,
    context: &'a WindowContext<'a>,
    observed_days: &'a [i32],
    codec: &'a EventCodec,
    spill: Option<&'a Spill>,
}

impl DateTally<'_> {
    /// Adds the events of a kind that are not in the future; how many are in the window.
    fn add<E: Kept>(&mut self, words: &SortedWords<E>) -> io::Result<u64> {
        let codec = self.codec;
        let compact = words.compact.words(self.spill)?;
        let in_window = self.add_all(compact.iter().map(|word| E::of_compact(*word, codec)));
        let wide = words.wide.words(self.spill)?;
        Ok(in_window + self.add_all(wide.iter().map(|word| E::of_wide(*word))))
    }

    fn add_untracked(&mut self, words: &Sorted<UntrackedWord>) -> io::Result<u64> {
        let Some(untracked) = &self.codec.untracked else { return Ok(0) };
        let words = words.words(self.spill)?;
        Ok(self.add_all(words.iter().map(|word| untracked.payment(*word))))
    }

    #[inline]
    fn add_all<E: Event>(&mut self, events: impl Iterator<Item = E>) -> u64 {
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
