//! Rows that repeat an id: found in a second read, and retracted.
//!
//! The first read uses every row, and the duplicate filter nominates the ids that may have been met before. Where there are
//! any, a second read looks at the rows of exactly these ids: their bytes tell which ids are the same, their place
//! in the input which row counts, and what the others had added is retracted. Duplicates whose values differ from
//! those of the row that counts are counted, by a hash of the values.

use std::hash::Hasher;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashMap;

use parking_lot::Mutex;

use super::accounting::RowStatus;
use super::duplicate_filter::{hash, hasher};
use super::events::{Aggregator, Columns, Intake, OfCoded, PARTITION_CUSTOMERS, RowInUse, Tallies, spilled};
use super::in_use::Dated;
use crate::config::Repeats;
use crate::extract::batch::{Batch, Column};
use crate::extract::codes::CodeId;
use crate::extract::{ExtractError, FileRead, Unwatched, Worker};

/// Nominated ids that one second read settles, so that its memory is bounded.
const IDS_PER_READ: usize = 4_000_000;
/// About what the counted row of a nominated id takes.
const CANDIDATE_BYTES: usize = 240;
/// Different rows of one id that are told apart in the second read; the rare id with more needs a third.
const VARIANTS: usize = 16;

impl Intake<'_> {
    /// Reads the extract again for the rows of nominated ids, some at a time, and retracts what the duplicates
    /// among them added. All rows of one id have one hash, and so meet in one read.
    pub(super) fn retract_duplicates<F: Aggregator>(
        &self,
        nominated: &[u64],
        columns: Columns,
        aggregator: &F,
        tallies: &mut Tallies,
        first: &[FileRead],
    ) -> Result<(), ExtractError> {
        let ids_per_read = self.budget.map_or(IDS_PER_READ, |budget| (budget.ids_bytes / CANDIDATE_BYTES).max(1));
        for nominated in nominated.chunks(ids_per_read.min(IDS_PER_READ)) {
            let second = Second { repeated: Mutex::default(), tallies: Mutex::new(std::mem::take(tallies)) };
            self.read_again(first, || SecondRead { intake: self, columns, aggregator, nominated, second: &second })?;
            *tallies = second.tallies.into_inner();
            let repeated = second.repeated.into_inner();
            tallies.duplicates_that_differ += repeated.values().filter_map(Repeated::differing).sum::<u64>();
            let mut many: HashMap<Box<[u8]>, u64> = repeated
                .into_iter()
                .filter(|(_, repeated)| repeated.differing().is_none())
                .map(|(id, repeated)| (id, repeated.counted.values))
                .collect();
            if !many.is_empty() {
                many.shrink_to_fit();
                let differing = AtomicU64::new(0);
                self.read_again(first, || ThirdRead { intake: self, columns, counted: &many, differing: &differing })?;
                tallies.duplicates_that_differ += differing.into_inner();
            }
        }
        Ok(())
    }

    /// Reads the extract once more; its files must be those of the first read.
    fn read_again<W: Worker>(&self, first: &[FileRead], worker: impl Fn() -> W + Sync) -> Result<(), ExtractError> {
        let again = self.plan.read(self.threads, self.books, Arc::new(Unwatched), None, worker)?;
        match again.iter().zip(first).find(|(again, first)| again.blake3 != first.blake3) {
            Some((file, _)) => Err(ExtractError::Changed { file: file.input.name.clone() }),
            None => Ok(()),
        }
    }
}

impl Columns {
    /// A hash of a row's values but for its id. A code that counts as `other` is `other`.
    fn hash_of_values(&self, batch: &Batch, row: usize) -> u64 {
        let mut hasher = hasher();
        for (at, column) in batch.columns.iter().enumerate().filter(|(at, _)| Some(*at) != self.id) {
            match column {
                Column::Text(values) => {
                    hasher.write_u32(values[row].length);
                    hasher.write(batch.bytes(values[row]));
                }
                Column::Code(values) => hasher.write_u32(self.as_counted(at, values[row])),
                Column::Date(values) => hasher.write_i32(values[row].0),
                Column::Number(values) => hasher.write_i64(values[row]),
                Column::Bool(values) => hasher.write_u8(values[row].map_or(2, u8::from)),
            }
        }
        hasher.finish()
    }
}

/// A row whose id may occur twice.
struct Candidate<T> {
    place: u64,
    file: usize,
    customer: u32,
    standing: RowStatus,
    unknown_codes: OfCoded<Option<CodeId>>,
    update: Option<T>,
    /// Of a row in use.
    dated: Option<Dated>,
    /// The hash of its values.
    values: u64,
}

/// The rows of one id met so far: so memory follows ids, however many rows one has.
struct Repeated<T> {
    /// The row that counts of them.
    counted: Candidate<T>,
    /// How many rows have which values, at most [`VARIANTS`] and one.
    variants: Vec<(u64, u64)>,
}

impl<T> Repeated<T> {
    fn count(&mut self, values: u64) {
        if let Some((_, rows)) = self.variants.iter_mut().find(|(known, _)| *known == values) {
            *rows += 1;
        } else if self.variants.len() <= VARIANTS {
            self.variants.push((values, 1));
        }
    }

    /// The rows with other values than the row that counts; `None` where there are too many different ones.
    fn differing(&self) -> Option<u64> {
        let others = self.variants.iter().filter(|(values, _)| *values != self.counted.values);
        (self.variants.len() <= VARIANTS).then(|| others.map(|(_, rows)| rows).sum())
    }
}

/// What the workers of a second read share.
struct Second<T> {
    repeated: Mutex<HashMap<Box<[u8]>, Repeated<T>>>,
    tallies: Mutex<Tallies>,
}

/// Finds the rows of nominated ids; of two rows of one id the one that does not count retracts what it had added.
struct SecondRead<'a, F: Aggregator> {
    intake: &'a Intake<'a>,
    columns: Columns,
    aggregator: &'a F,
    nominated: &'a [u64],
    second: &'a Second<F::Update>,
}

impl<F: Aggregator> SecondRead<'_, F> {
    fn retract(&self, row: &Candidate<F::Update>) -> io::Result<()> {
        let mut tallies = self.second.tallies.lock();
        let counts = tallies.row(row.file);
        *counts.of(row.standing) -= 1;
        *counts.of(RowStatus::Duplicate) += 1;
        if self.intake.notes_duplicates {
            tallies.duplicate_places.push(row.place);
        }
        for (code, counts) in row.unknown_codes.iter().zip(&mut tallies.unknown_codes) {
            if let Some(count) = code.and_then(|code| counts.get_mut(&code)) {
                *count -= 1;
            }
        }
        if let Some(dated) = row.dated {
            tallies.in_use.retract(dated);
        }
        drop(tallies);
        let Some(update) = row.update else { return Ok(()) };
        self.aggregator.apply((row.customer / PARTITION_CUSTOMERS) as usize, &[update], true)
    }
}

impl<F: Aggregator> Worker for SecondRead<'_, F> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        let Some(ids) = self.columns.id.map(|at| batch.texts(at)) else { return Ok(()) };
        let dating = self.intake.dating(batch, self.columns);
        let keeps_last = self.intake.plan.config.repeats == Repeats::KeepLast;
        for (row, id) in ids.iter().enumerate().filter(|(_, id)| id.length > 0) {
            let id = batch.bytes(*id);
            if self.nominated.binary_search(&hash(id)).is_err() {
                continue;
            }
            let Some((customer, standing)) = self.intake.standing(batch, row, self.columns) else { continue };
            let in_use = (standing == RowStatus::InUse).then_some(RowInUse { row: row as u32, customer });
            let mut update = None;
            self.aggregator.updates(batch, in_use.as_slice(), |_, of_row| update = Some(of_row));
            let mut other = Candidate {
                place: batch.place(row),
                file: batch.file,
                customer,
                standing,
                unknown_codes: self.intake.unknown_codes(batch, row, self.columns),
                update,
                dated: in_use.map(|row| dating.of(row)),
                values: self.columns.hash_of_values(batch, row),
            };
            {
                let mut repeated = self.second.repeated.lock();
                let Some(known) = repeated.get_mut(id) else {
                    let variants = vec![(other.values, 1)];
                    repeated.insert(id.into(), Repeated { counted: other, variants });
                    continue;
                };
                known.count(other.values);
                if (other.place < known.counted.place) != keeps_last {
                    std::mem::swap(&mut known.counted, &mut other);
                }
            }
            self.retract(&other).map_err(spilled)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}

/// Counts the rows of ids with very many different ones that differ from the row that counts.
struct ThirdRead<'a> {
    intake: &'a Intake<'a>,
    columns: Columns,
    /// By id, the hash of the values of the row that counts.
    counted: &'a HashMap<Box<[u8]>, u64>,
    differing: &'a AtomicU64,
}

impl Worker for ThirdRead<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        let Some(ids) = self.columns.id.map(|at| batch.texts(at)) else { return Ok(()) };
        let differs = |row: usize| {
            let counted = self.counted.get(batch.bytes(ids[row]));
            counted.is_some_and(|values| self.columns.hash_of_values(batch, row) != *values)
                && self.intake.standing(batch, row, self.columns).is_some()
        };
        let differing = (0..ids.len()).filter(|row| differs(*row)).count();
        self.differing.fetch_add(differing as u64, Ordering::Relaxed);
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}
