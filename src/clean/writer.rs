//! The file of an extract, written in input order while workers read side by side: each waits for its turn, so that no more
//! is held than a row group and a batch per worker, and the bytes are the same whatever the threads.

use std::io;

use parking_lot::{Condvar, Mutex, MutexGuard};
use polars::prelude::{DataFrame, PolarsError, PolarsResult};
use polars_io::parquet::write::{BatchedWriter, ParquetWriter};

use super::frames::{CleanColumns, CodeTexts, origin};
use crate::extract::batch::Batch;
use crate::extract::{ExtractError, Worker};
use crate::intake::Selection;
use crate::outputs::SharedOutput;

/// Rows of a row group.
const ROW_GROUP: usize = 131_072;

/// A Parquet file that is being written.
pub struct CleanWriter {
    state: Mutex<State>,
    /// Something has changed that a waiting worker may wait for.
    turn: Condvar,
}

struct State {
    writer: BatchedWriter<SharedOutput>,
    /// Rows that do not fill a row group yet.
    pending: DataFrame,
    rows: u64,
    /// The task whose turn it is.
    sequence: u64,
    /// Its file, and the records of that file before it.
    file: usize,
    records: u64,
    /// A worker has failed, and its turn will not end.
    failed: bool,
}

fn failed(error: &PolarsError) -> ExtractError {
    ExtractError::RowsInUse { source: io::Error::other(error.to_string()) }
}

impl CleanWriter {
    /// Onto a file, `empty` being a table without rows.
    pub fn new(file: SharedOutput, empty: DataFrame) -> PolarsResult<Self> {
        let writer = ParquetWriter::new(file).batched(empty.schema())?;
        let state = State { writer, pending: empty, rows: 0, sequence: 0, file: 0, records: 0, failed: false };
        Ok(CleanWriter { state: Mutex::new(state), turn: Condvar::new() })
    }

    /// Waits until all tasks before this one are done.
    fn wait(&self, sequence: u64) -> Result<MutexGuard<'_, State>, ExtractError> {
        let mut state = self.state.lock();
        while state.sequence != sequence {
            if state.failed {
                // The failure itself was told before.
                return Err(ExtractError::RowsInUse { source: io::ErrorKind::Interrupted.into() });
            }
            self.turn.wait(&mut state);
        }
        Ok(state)
    }

    /// Ends the file. Returns its rows.
    pub fn finish(self) -> Result<u64, ExtractError> {
        let mut state = self.state.into_inner();
        state.write(1).and_then(|()| state.writer.finish().map(|_| ())).map_err(|error| failed(&error))?;
        Ok(state.rows)
    }
}

impl State {
    /// Writes row groups of what is pending as long as it has `least` rows.
    fn write(&mut self, least: usize) -> PolarsResult<()> {
        while self.pending.height() >= least {
            let (mut group, rest) = self.pending.split_at(ROW_GROUP.min(self.pending.height()) as i64);
            // In one piece, wherever batches began and ended.
            group.rechunk_mut();
            self.writer.write_batch(&group)?;
            self.pending = rest;
        }
        Ok(())
    }

    fn append(&mut self, frame: DataFrame) -> PolarsResult<()> {
        self.rows += frame.height() as u64;
        self.pending.vstack_mut_owned(frame)?;
        self.write(ROW_GROUP)
    }

    /// The records of a file before the task whose turn it is.
    fn records_before(&mut self, file: usize) -> u64 {
        if file != self.file {
            (self.file, self.records) = (file, 0);
        }
        self.records
    }
}

/// A worker that writes the rows in use.
pub struct CleanRows<'a> {
    writer: &'a CleanWriter,
    columns: &'a CleanColumns<'a>,
    selection: Selection<'a>,
    /// The names of the extract's files, if it is told where rows came from.
    files: Option<&'a [String]>,
    texts: CodeTexts,
    is_done: bool,
}

impl<'a> CleanRows<'a> {
    /// Onto a writer; `files` are the names of the extract's files, if it is told where rows came from.
    pub fn new(
        writer: &'a CleanWriter,
        columns: &'a CleanColumns<'a>,
        selection: Selection<'a>,
        files: Option<&'a [String]>,
    ) -> Self {
        CleanRows { writer, columns, selection, files, texts: CodeTexts::default(), is_done: false }
    }
}

impl Worker for CleanRows<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        let rows = self.selection.rows(batch);
        let mut frame = self.columns.frame(batch, &rows, &mut self.texts).map_err(|error| failed(&error))?;
        let mut state = self.writer.wait(batch.sequence)?;
        let before = state.records_before(batch.file);
        if let Some(files) = self.files {
            let records = rows.iter().map(|row| before + u64::from(batch.record[*row as usize]) + 1);
            frame.hstack_mut(&origin(&files[batch.file], records)).map_err(|error| failed(&error))?;
        }
        if rows.is_empty() { Ok(()) } else { state.append(frame).map_err(|error| failed(&error)) }
    }

    fn end_of_task(&mut self, sequence: u64, file: usize, records: u64) -> Result<(), ExtractError> {
        let mut state = self.writer.wait(sequence)?;
        state.records = state.records_before(file) + records;
        state.sequence += 1;
        drop(state);
        self.writer.turn.notify_all();
        Ok(())
    }

    fn finish(mut self) -> Result<(), ExtractError> {
        self.is_done = true;
        Ok(())
    }
}

impl Drop for CleanRows<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.writer.state.lock().failed = true;
            self.writer.turn.notify_all();
        }
    }
}
