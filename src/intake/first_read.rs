//! The first read of an extract of events, in which every row is used as if no id occurred twice: batch by batch rows are
//! matched with customers and sorted out, and the updates of those in use are buffered by partition.

use parking_lot::Mutex;

use super::accounting::RowStatus;
use super::duplicate_filter::{DuplicateFilter, NO_NUMBER};
use super::events::{Aggregator, Columns, Intake, PARTITION_CUSTOMERS, RowInUse, Tallies, is_unknown, spilled};
use super::id_pattern::IdPatternReader;
use crate::extract::batch::{Batch, MISSING_DAY, Span};
use crate::extract::{ExtractError, Worker};

/// Updates buffered per partition before they are applied.
const BUFFERED_UPDATES: usize = 256;

/// Uses every accepted row as if no id occurred twice.
pub(super) struct FirstRead<'a, 'b, F: Aggregator> {
    intake: &'a Intake<'a>,
    columns: Columns,
    aggregator: &'a F,
    duplicate_filter: &'a Mutex<DuplicateFilter<'b>>,
    total: &'a Mutex<Tallies>,
    tallies: Tallies,
    buffered: Vec<Vec<F::Update>>,
    /// Of the batch at hand: the customer of each row, or [`ORPHAN`].
    customers: Vec<u32>,
    /// Of the batch at hand: the rows in use.
    rows_in_use: Vec<RowInUse>,
    /// Of the batch at hand: the ids of rows that are no orphans, and their numbers.
    ids: Vec<Span>,
    id_numbers: Vec<u64>,
}

/// Stands for the customer of an orphan.
const ORPHAN: u32 = u32::MAX;

impl<'a, 'b, F: Aggregator> FirstRead<'a, 'b, F> {
    pub(super) fn new(
        intake: &'a Intake<'a>,
        columns: Columns,
        aggregator: &'a F,
        duplicate_filter: &'a Mutex<DuplicateFilter<'b>>,
        total: &'a Mutex<Tallies>,
    ) -> Self {
        let partitions = intake.population.len().div_ceil(PARTITION_CUSTOMERS as usize);
        FirstRead {
            intake,
            columns,
            aggregator,
            duplicate_filter,
            total,
            tallies: Tallies { benefits_in_use: vec![false; intake.known_benefits as usize], ..Tallies::default() },
            buffered: (0..partitions).map(|_| Vec::with_capacity(BUFFERED_UPDATES)).collect(),
            customers: Vec::new(),
            rows_in_use: Vec::new(),
            ids: Vec::new(),
            id_numbers: Vec::new(),
        }
    }

    /// Buffers the updates of the batch, and applies those of partitions that have enough.
    fn buffer(&mut self, batch: &Batch) -> Result<(), ExtractError> {
        let (aggregator, buffered) = (self.aggregator, self.buffered.as_mut_slice());
        let mut applied = Ok(());
        aggregator.updates(batch, &self.rows_in_use, |row, update| {
            let partition = row.partition();
            let buffered = &mut buffered[partition];
            buffered.push(update);
            if buffered.len() >= BUFFERED_UPDATES {
                if applied.is_ok() {
                    applied = aggregator.apply(partition, buffered, false);
                }
                buffered.clear();
            }
        });
        applied.map_err(spilled)
    }

    /// Looks up every row's customer. All at once, so that the look-ups' waits for memory overlap.
    fn look_up(&mut self, batch: &Batch) {
        let population = self.intake.population;
        let owners = batch.texts(self.columns.owner);
        self.customers.clear();
        population.find_all(owners.iter().map(|owner| batch.bytes(*owner)), ORPHAN, &mut self.customers);
    }

    /// Counts the codes that the configuration does not know.
    fn count_unknown_codes(&mut self, batch: &Batch) {
        let firsts = self.intake.first_unknown();
        for ((at, first), counts) in self.columns.coded.iter().zip(firsts).zip(&mut self.tallies.unknown_codes) {
            let codes = at.map_or(&[][..], |at| batch.codes(at));
            // Hardly a batch has any, which one pass over whole numbers tells.
            if codes.iter().fold(false, |any, code| any | is_unknown(*code, first)) {
                let owned = codes.iter().zip(&self.customers).filter(|(_, owner)| **owner != ORPHAN);
                let unknown = owned.filter(|(code, _)| is_unknown(**code, first));
                unknown.for_each(|(code, _)| *counts.entry(*code).or_default() += 1);
            }
        }
    }

    /// Counts what becomes of the rows, and lists those in use.
    fn sort_out(&mut self, batch: &Batch, orphans: &mut Vec<u32>) {
        let (as_of, people) = (self.intake.window.as_of, self.intake.population.len() as u32);
        let days = batch.days(self.columns.date);
        let (mut future, mut known, mut in_use) = (0, 0, 0);
        let mut newest = MISSING_DAY;
        self.rows_in_use.resize(days.len(), RowInUse::default());
        let rows_in_use = self.rows_in_use.as_mut_slice();
        for ((row, day), customer) in (0..).zip(days).zip(&self.customers) {
            if *customer == ORPHAN {
                orphans.push(row);
                self.tallies.orphans.note(batch.bytes(batch.texts(self.columns.owner)[row as usize]));
                continue;
            }
            // Without further branches: whether a row is in use can hardly be predicted.
            let is_future = *day > as_of;
            known += 1;
            future += u64::from(is_future);
            newest = newest.max(if is_future { MISSING_DAY } else { *day });
            rows_in_use[in_use] = RowInUse { row, customer: *customer };
            in_use += usize::from(!is_future & (*customer < people));
        }
        self.rows_in_use.truncate(in_use);
        let counts = self.tallies.row(batch.file);
        *counts.of(RowStatus::Future) += future;
        *counts.of(RowStatus::InUse) += in_use as u64;
        *counts.of(RowStatus::OutOfScope) += known - future - in_use as u64;
        self.tallies.newest = self.tallies.newest.max(Some(newest).filter(|day| *day != MISSING_DAY));
        if future > 0 {
            let owned = days.iter().zip(&self.customers).filter(|(_, customer)| **customer != ORPHAN);
            self.tallies.newest_future = self.tallies.newest_future.max(owned.map(|(day, _)| *day).max());
        }
    }

    /// Notes which of the catalogue's benefits rows in use name.
    fn note_benefits(&mut self, batch: &Batch) {
        let [_, _, benefit] = self.columns.coded;
        let Some(benefits) = benefit.map(|at| batch.codes(at)) else { return };
        let noted = &mut self.tallies.benefits_in_use;
        for row in &self.rows_in_use {
            if let Some(noted) = noted.get_mut(benefits[row.row as usize] as usize) {
                *noted = true;
            }
        }
    }

    /// Hands the ids of rows that are no orphans to the duplicate filter; their numbers are read before it is locked.
    fn filter_ids(&mut self, batch: &Batch) -> Result<(), ExtractError> {
        let Some(ids) = self.columns.id.map(|at| batch.texts(at)) else { return Ok(()) };
        let is_left_out = |(id, owner): &(&Span, &u32)| (id.length == 0) | (**owner == ORPHAN);
        // Hardly a batch has an orphan, or a row without an id.
        let ids = match ids.iter().zip(&self.customers).fold(false, |any, row| any | is_left_out(&row)) {
            false => ids,
            true => {
                self.ids.clear();
                let counted = ids.iter().zip(&self.customers).filter(|row| !is_left_out(row));
                self.ids.extend(counted.map(|(id, _)| *id));
                &self.ids
            }
        };
        let Some(first) = ids.first().map(|id| batch.bytes(*id)) else { return Ok(()) };
        // Those of a batch are near each other, so that most begin as its first does.
        let pattern = IdPatternReader::like(first);
        self.id_numbers.clear();
        match &pattern {
            None => self.id_numbers.resize(ids.len(), NO_NUMBER),
            Some(pattern) => {
                let number = |id: &Span| pattern.number(batch.bytes(*id)).unwrap_or(NO_NUMBER);
                self.id_numbers.extend(ids.iter().map(number));
            }
        }
        let pattern = pattern.map(|reader| reader.pattern);
        let mut duplicate_filter = self.duplicate_filter.lock();
        duplicate_filter.insert(pattern, &self.id_numbers, |at| batch.bytes(ids[at]));
        duplicate_filter.keep_to_budget().map_err(spilled)
    }
}

impl<F: Aggregator> Worker for FirstRead<'_, '_, F> {
    fn take(&mut self, batch: &Batch, orphans: &mut Vec<u32>) -> Result<(), ExtractError> {
        self.look_up(batch);
        self.sort_out(batch, orphans);
        let dating = self.intake.dating(batch, self.columns);
        self.tallies.in_use.add(self.rows_in_use.iter().map(|row| dating.of(*row)));
        self.buffer(batch)?;
        self.count_unknown_codes(batch);
        self.note_benefits(batch);
        self.filter_ids(batch)
    }

    fn finish(self) -> Result<(), ExtractError> {
        for (partition, buffered) in self.buffered.iter().enumerate() {
            self.aggregator.apply(partition, buffered, false).map_err(spilled)?;
        }
        self.total.lock().add(self.tallies);
        Ok(())
    }
}
