//! Rows that repeat an id: found in a second read, and taken back.
//!
//! The first read uses every row, and the sieve nominates the ids that may have been met before. Where there are
//! any, a second read looks at the rows of exactly these ids: their bytes tell which ids are the same, their place
//! in the input which row counts, and what the others had added is taken back.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;

use super::accounting::Standing;
use super::events::{Columns, Fold, Intake, OfCoded, PARTITION_CUSTOMERS, Tallies, lock, spilled};
use super::sieve::hash;
use crate::extract::batch::Batch;
use crate::extract::codes::CodeId;
use crate::extract::{ExtractError, FileRead, Unwatched, Worker};

/// Nominated ids that one second read settles, so that its memory is bounded.
const IDS_PER_READ: usize = 4_000_000;
/// About what the earliest row of a nominated id takes.
const CANDIDATE_BYTES: usize = 160;

impl Intake<'_> {
    /// Reads the extract again for the rows of nominated ids, some at a time, and takes back what the duplicates
    /// among them added. All rows of one id have one hash, and so meet in one read.
    pub(super) fn take_back_duplicates<F: Fold>(
        &self,
        nominated: &[u64],
        columns: Columns,
        fold: &F,
        tallies: &mut Tallies,
        first: &[FileRead],
    ) -> Result<(), ExtractError> {
        let ids_per_read = self.budget.map_or(IDS_PER_READ, |budget| (budget.ids_bytes / CANDIDATE_BYTES).max(1));
        for nominated in nominated.chunks(ids_per_read.min(IDS_PER_READ)) {
            let second = Second { first_rows: Mutex::default(), tallies: Mutex::new(std::mem::take(tallies)) };
            let worker = || SecondRead { intake: self, columns, fold, nominated, second: &second };
            let again = self.plan.read(self.threads, self.books, Arc::new(Unwatched), None, worker)?;
            *tallies = second.tallies.into_inner().unwrap_or_else(PoisonError::into_inner);
            if let Some((file, _)) = again.iter().zip(first).find(|(again, first)| again.blake3 != first.blake3) {
                return Err(ExtractError::Changed { file: file.input.name.clone() });
            }
        }
        Ok(())
    }
}

/// A row whose id may occur twice.
struct Candidate<T> {
    place: u64,
    file: usize,
    customer: u32,
    standing: Standing,
    unknown_codes: OfCoded<Option<CodeId>>,
    fact: Option<T>,
}

/// What the workers of a second read share.
struct Second<T> {
    /// By id, the earliest of its rows met so far: so memory follows ids, however many rows one has.
    first_rows: Mutex<HashMap<Box<[u8]>, Candidate<T>>>,
    tallies: Mutex<Tallies>,
}

/// Finds the rows of nominated ids; of two rows of one id the later takes back what it had added.
struct SecondRead<'a, F: Fold> {
    intake: &'a Intake<'a>,
    columns: Columns,
    fold: &'a F,
    nominated: &'a [u64],
    second: &'a Second<F::Fact>,
}

impl<F: Fold> SecondRead<'_, F> {
    fn take_back(&self, row: &Candidate<F::Fact>) -> io::Result<()> {
        let mut tallies = lock(&self.second.tallies);
        let counts = tallies.row(row.file);
        *counts.of(row.standing) -= 1;
        *counts.of(Standing::Duplicate) += 1;
        for (code, counts) in row.unknown_codes.iter().zip(&mut tallies.unknown_codes) {
            if let Some(count) = code.and_then(|code| counts.get_mut(&code)) {
                *count -= 1;
            }
        }
        drop(tallies);
        let Some(fact) = row.fact else { return Ok(()) };
        let (partition, local) = (row.customer / PARTITION_CUSTOMERS, (row.customer % PARTITION_CUSTOMERS) as u16);
        self.fold.apply(partition as usize, &[(local, fact)], true)
    }
}

impl<F: Fold> Worker for SecondRead<'_, F> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        let Some(ids) = self.columns.id.map(|at| batch.texts(at)) else { return Ok(()) };
        for (row, id) in ids.iter().enumerate().filter(|(_, id)| id.length > 0) {
            let id = batch.bytes(*id);
            if self.nominated.binary_search(&hash(id)).is_err() {
                continue;
            }
            let Some((customer, standing)) = self.intake.standing(batch, row, self.columns) else { continue };
            let mut later = Candidate {
                place: batch.place(row),
                file: batch.file,
                customer,
                standing,
                unknown_codes: self.intake.unknown_codes(batch, row, self.columns),
                fact: if standing == Standing::InUse { self.fold.fact(batch, row) } else { None },
            };
            {
                let mut first_rows = lock(&self.second.first_rows);
                match first_rows.get_mut(id) {
                    None => {
                        first_rows.insert(id.into(), later);
                        continue;
                    }
                    Some(first) if later.place < first.place => std::mem::swap(first, &mut later),
                    Some(_) => {}
                }
            }
            self.take_back(&later).map_err(spilled)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}
