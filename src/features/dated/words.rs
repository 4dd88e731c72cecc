//! Events as plain words of a few bytes: compact ones, which nearly all events fit, and wide ones for the others.

use std::borrow::Cow;
use std::io;

use bytemuck::Pod;

use super::DatedEvents;
use super::encoding::EventCodec;
use crate::calendar::Window;
use crate::features::coverage::KernelWindow;
use crate::features::events::Event;
use crate::features::runs::SpillableRuns;
use crate::spill::{Segment, Spill};

/// An event that can be kept as a word.
pub trait Kept: Event {
    /// What it nearly always fits.
    type Compact: Word;
    /// What it always fits.
    type Wide: Word;
    /// Whether it can matter to any of the dates.
    fn matters(&self, window: &Window, _: &KernelWindow) -> bool {
        self.is_in(window)
    }
    /// As a compact word, if it fits.
    fn compact(&self, codec: &EventCodec) -> Option<Self::Compact>;
    /// The event of a compact word.
    fn of_compact(word: Self::Compact, codec: &EventCodec) -> Self;
    /// As a wide word.
    fn wide(&self) -> Self::Wide;
    /// The event of a wide word.
    fn of_wide(word: Self::Wide) -> Self;
    /// The words of its kind.
    fn words(events: &mut DatedEvents) -> &mut Words<Self>;
    /// Keeps it, or takes it back.
    #[inline]
    fn keep(&self, codec: &EventCodec, events: &mut DatedEvents, retract: bool) {
        Self::words(events).push(self, codec, retract);
    }
}

/// A plain value that is in the order of the customers first of all.
pub trait Word: Ord + Pod {
    /// The customer's number in the partition.
    fn customer(&self) -> u16;
}

/// Events of a kind as words.
#[derive(Debug)]
pub struct Words<E: Kept> {
    compact: SpillableRuns<E::Compact>,
    wide: SpillableRuns<E::Wide>,
}

impl<E: Kept> Default for Words<E> {
    fn default() -> Self {
        Words { compact: SpillableRuns::default(), wide: SpillableRuns::default() }
    }
}

impl<E: Kept> Words<E> {
    /// Adds an event, or takes it back.
    #[inline]
    pub(super) fn push(&mut self, event: &E, codec: &EventCodec, retract: bool) {
        match event.compact(codec) {
            Some(word) => self.compact.push(word, retract),
            None => self.wide.push(event.wide(), retract),
        }
    }

    pub(super) fn spill_beyond(&mut self, share: usize, spill: &Spill) -> io::Result<()> {
        self.compact.spill_beyond(share / 4 * 3, spill)?;
        self.wide.spill_beyond(share / 4, spill)
    }

    pub(super) fn is_spilled(&self) -> bool {
        self.compact.is_spilled() || self.wide.is_spilled()
    }

    pub(super) fn into_sorted(self, spill: Option<&Spill>) -> io::Result<SortedWords<E>> {
        Ok(SortedWords {
            compact: Sorted::Memory(self.compact.into_sorted(spill, Word::customer)?),
            wide: Sorted::Memory(self.wide.into_sorted(spill, Word::customer)?),
        })
    }
}

/// Events of a kind as words, sorted by customer.
#[derive(Debug)]
pub(super) struct SortedWords<E: Kept> {
    pub(super) compact: Sorted<E::Compact>,
    pub(super) wide: Sorted<E::Wide>,
}

impl<E: Kept> SortedWords<E> {
    pub(super) fn move_to_disk(&mut self, spill: &Spill) -> io::Result<()> {
        self.compact.move_to_disk(spill)?;
        self.wide.move_to_disk(spill)
    }
}

/// Sorted words, where there is room for them.
#[derive(Debug)]
pub(super) enum Sorted<T> {
    Memory(Vec<T>),
    Disk(Segment),
}

impl<T: Pod> Sorted<T> {
    pub(super) fn move_to_disk(&mut self, spill: &Spill) -> io::Result<()> {
        if let Sorted::Memory(words) = self {
            *self = Sorted::Disk(spill.append(bytemuck::cast_slice(words))?);
        }
        Ok(())
    }

    pub(super) fn words(&self, spill: Option<&Spill>) -> io::Result<Cow<'_, [T]>> {
        match (self, spill) {
            (Sorted::Memory(words), _) => Ok(Cow::Borrowed(words)),
            (Sorted::Disk(segment), Some(spill)) => {
                let mut words = Vec::new();
                spill.read(*segment, &mut words)?;
                Ok(Cow::Owned(words))
            }
            (Sorted::Disk(_), None) => Err(io::Error::other("words on disk without a disk")),
        }
    }
}
