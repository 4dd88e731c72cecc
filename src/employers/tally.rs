//! What contacts and applications add up to, employer by employer.
//!
//! Employers are numbered like customers and kept in partitions of the same size. Sums are wide enough for anything
//! that can be read: employers are few, so that saving bytes as customers' partitions do would not pay.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::SizeClass;
use crate::extract::batch::MISSING_NUMBER;
use crate::features::SpillableRuns;
use crate::intake::{PARTITION_CUSTOMERS, Population};
use crate::spill::{Budget, Spill};

/// The employers' part of the memory for words is one in so many; the customers' words are still there.
const WORDS_SHARE: usize = 8;

/// Events of one employer in the window.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Events in use of whatever day and direction: without a register, who has none is not counted.
    pub(super) seen: u32,
    /// Inbound contacts.
    pub(super) contacts: u32,
    /// Applications.
    pub(super) applications: u32,
    /// Those made online.
    pub(super) online: u32,
    /// Those with handling minutes.
    pub(super) handled: u32,
    /// Handling minutes, in hundredths.
    pub(super) minutes: i128,
    /// Requests for clarification.
    pub(super) clarifications: i128,
}

/// The tallies of neighbours in id order.
#[derive(Debug)]
pub(super) struct Partition {
    /// By employer.
    pub(super) tallies: Vec<Tally>,
    /// Channels of inbound contacts: employer and channel.
    pub(super) channels: SpillableRuns<[u16; 2]>,
}

/// The employers, and what their events add up to.
#[derive(Debug)]
pub struct Employers {
    /// Who they are.
    pub population: Population,
    partitions: Vec<Mutex<Partition>>,
}

/// The counts of one employer, from events in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmployerCounts {
    /// Its number among the employers.
    pub number: u32,
    /// Its size class.
    pub size_class: SizeClass,
    /// Inbound contacts.
    pub contacts: u32,
    /// Distinct channels among them.
    pub channels: u32,
    /// Applications.
    pub applications: u32,
    /// Those made online.
    pub online: u32,
    /// Those with handling minutes.
    pub handled: u32,
    /// Handling minutes, in hundredths.
    pub minutes: i128,
    /// Requests for clarification.
    pub clarifications: i128,
}

impl EmployerCounts {
    /// Whether it was in touch in the window.
    pub fn is_active(&self) -> bool {
        self.contacts > 0 || self.applications > 0
    }
}

impl Employers {
    /// Of these, with no events yet.
    pub fn new(population: Population) -> Self {
        let size = PARTITION_CUSTOMERS as usize;
        let empty = |at: usize| Partition {
            tallies: vec![Tally::default(); size.min(population.len() - at * size)],
            channels: SpillableRuns::default(),
        };
        let partitions = (0..population.len().div_ceil(size)).map(|at| Mutex::new(empty(at))).collect();
        Employers { population, partitions }
    }

    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        self.partitions.len()
    }

    pub(super) fn partition(&self, at: usize) -> MutexGuard<'_, Partition> {
        self.partitions[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves what a partition holds over its share of the memory to disk.
    pub(super) fn keep_to_budget(&self, partition: &mut Partition, budget: Option<Budget<'_>>) -> io::Result<()> {
        let Some(budget) = budget else { return Ok(()) };
        let share = budget.words_bytes / WORDS_SHARE / self.partitions.len().max(1);
        partition.channels.spill_beyond(share, budget.spill)
    }

    /// The counts of a partition's employers in the order of their ids. Its channels are used up.
    pub fn counts(&self, at: usize, spill: Option<&Spill>) -> io::Result<Vec<EmployerCounts>> {
        let mut partition = self.partition(at);
        let mut words = std::mem::take(&mut partition.channels).into_sorted(spill, |word| word[0])?;
        words.dedup();
        let mut channels = vec![0u32; partition.tallies.len()];
        words.iter().for_each(|[employer, _]| channels[usize::from(*employer)] += 1);
        let first = at as u32 * PARTITION_CUSTOMERS;
        let counted = |tally: &Tally| self.population.registered || tally.seen > 0;
        let rows = partition.tallies.iter().enumerate().filter(|(_, tally)| counted(tally));
        Ok(rows.map(|(local, tally)| self.row(first + local as u32, tally, channels[local])).collect())
    }

    fn row(&self, number: u32, tally: &Tally, channels: u32) -> EmployerCounts {
        let employees = self.population.employees.get(number as usize).copied();
        EmployerCounts {
            number,
            size_class: SizeClass::of(employees.filter(|employees| *employees != MISSING_NUMBER)),
            contacts: tally.contacts,
            channels,
            applications: tally.applications,
            online: tally.online,
            handled: tally.handled,
            minutes: tally.minutes,
            clarifications: tally.clarifications,
        }
    }
}
