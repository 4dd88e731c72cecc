//! From the values of a Parquet column, however they come, to the typed column of a batch.

use std::ops::Range;

use polars_arrow::array::Array;

use super::cells::{Cell, Cells, Usual};
use super::pages::{Pages, Piece};
use super::{ParquetTask, ROWS_DECODED};
use crate::extract::ExtractError;
use crate::extract::batch::{Batch, Column, Span, Value};
use crate::extract::codes::Interners;
use crate::extract::layout::{ColumnReader, empty_column};
use crate::extract::rejects::{Fault, Reason};
use crate::extract::schema::ColumnKind;
use crate::extract::typed::ValueParser;
use crate::extract::values::trim;

/// Where a column's values come from.
pub struct Source {
    /// The column's place in the file.
    field: usize,
    from: Origin,
}

enum Origin {
    Pages(Box<Pages>, Option<Dictionary>),
    /// Decoded by the library: rows of the row group from this one on.
    Decoded(usize, Box<dyn Array>),
}

/// A dictionary's values, typed: what is said of a distinct value once is said of all its rows.
struct Dictionary {
    cells: Cells,
    /// The typed values, and behind them the missing one.
    values: Column,
    states: Vec<State>,
    /// How many values have not been read yet.
    unread: usize,
    faulty: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Unread,
    Good,
    Faulty(Reason),
}

/// What a read value is, or why it is none.
type Read = Result<Value, Reason>;

impl ValueParser {
    /// Opens a column of a row group.
    pub(super) fn source(
        &mut self,
        task: &ParquetTask<'_>,
        at: usize,
        field: usize,
        books: &Interners,
    ) -> Result<Source, ExtractError> {
        let Ok((pages, dictionary)) = task.source.pages(task.group, field)? else {
            return Source::decoded(task, field, 0);
        };
        let reader = &task.layout.columns[at];
        let dictionary = match dictionary {
            Some(values) => Some(self.dictionary(task, at, reader, values, books)?),
            None => None,
        };
        Ok(Source { field, from: Origin::Pages(Box::new(pages), dictionary) })
    }

    fn dictionary(
        &mut self,
        task: &ParquetTask<'_>,
        at: usize,
        reader: &ColumnReader,
        values: Box<dyn Array>,
        books: &Interners,
    ) -> Result<Dictionary, ExtractError> {
        let unread = values.len() + 1;
        let cells = Cells::new(values).map_err(|message| task.source.malformed(message))?;
        let mut values = empty_column(reader.kind);
        values.resize(unread, Value::Missing);
        let states = vec![State::Unread; unread];
        let mut dictionary = Dictionary { cells, values, states, unread, faulty: false };
        // Codes are read when a row has them: one that no row has is not to be known by its number.
        if !matches!(reader.kind, ColumnKind::Code(_)) {
            for place in 0..unread {
                self.entry(at, reader, &mut dictionary, place, books)?;
            }
        }
        Ok(dictionary)
    }

    /// Reads a dictionary's value.
    fn entry(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        dictionary: &mut Dictionary,
        place: usize,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let read = match place + 1 == dictionary.states.len() {
            true => self.value(at, reader, b"", None, 0, books)?,
            false => self.cell(at, reader, &dictionary.cells, place, books)?,
        };
        dictionary.unread -= 1;
        dictionary.states[place] = match read {
            Ok(_) => State::Good,
            Err(reason) => State::Faulty(reason),
        };
        dictionary.faulty |= read.is_err();
        dictionary.values.set(place, read.unwrap_or(Value::Missing));
        Ok(())
    }

    /// Appends the column's values of these rows to the batch.
    pub(super) fn rows(
        &mut self,
        task: &ParquetTask<'_>,
        at: usize,
        column: &mut Source,
        rows: Range<usize>,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let reader = &task.layout.columns[at];
        let mut next = rows.start;
        while next < rows.end {
            let first = next - rows.start;
            match &mut column.from {
                Origin::Pages(pages, dictionary) => match (pages.next_piece(rows.end - next), dictionary) {
                    (Ok(Piece::Keys(keys)), Some(dictionary)) => {
                        next += keys.len();
                        self.keys(at, reader, keys, dictionary, first, batch, books)?;
                    }
                    (Ok(Piece::Texts(bytes, spans)), _) => {
                        next += spans.len();
                        self.texts(at, reader, bytes, spans, first, batch, books)?;
                    }
                    (Ok(Piece::Numbers(array)), _) => {
                        next += array.len();
                        let cells = Cells::new(array).map_err(|message| task.source.malformed(message))?;
                        self.cells(at, reader, &cells, first, batch, books)?;
                    }
                    _ => *column = Source::decoded(task, column.field, next)?,
                },
                Origin::Decoded(start, array) if next < *start + array.len() => {
                    let most = (*start + array.len()).min(rows.end);
                    let part = array.sliced(next - *start, most - next);
                    next = most;
                    let cells = Cells::new(part).map_err(|message| task.source.malformed(message))?;
                    self.cells(at, reader, &cells, first, batch, books)?;
                }
                Origin::Decoded(..) => *column = Source::decoded(task, column.field, next)?,
            }
        }
        Ok(())
    }

    /// Appends values of a dictionary.
    #[allow(clippy::too_many_arguments)]
    fn keys(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        keys: &[u32],
        dictionary: &mut Dictionary,
        first: usize,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        if dictionary.unread > 0 {
            for key in keys {
                if dictionary.states[*key as usize] == State::Unread {
                    self.entry(at, reader, dictionary, *key as usize, books)?;
                }
            }
        }
        batch.columns[at].extend_from(&dictionary.values, keys);
        if dictionary.faulty {
            for (row, key) in keys.iter().enumerate() {
                if let State::Faulty(reason) = dictionary.states[*key as usize] {
                    let missing = *key as usize + 1 == dictionary.states.len();
                    let excerpt = || if missing { String::new() } else { dictionary.cells.excerpt(*key as usize) };
                    self.note(first + row, at, reader, reason, excerpt, batch);
                }
            }
        }
        Ok(())
    }

    /// Appends texts, most of which need no reading but to be known as text.
    #[allow(clippy::too_many_arguments)]
    fn texts(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        bytes: &[u8],
        spans: &[Span],
        first: usize,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let text = |span: &Span| &bytes[span.start as usize..][..span.length as usize];
        let ascii = bytes.is_ascii();
        // Ids are many and long: they are copied together, with the lengths between them.
        let copied = match reader.kind == ColumnKind::Text && ascii && !reader.has_markers() {
            true => Some(self.decode(bytes)),
            false => None,
        };
        let mut next = 0;
        loop {
            let row = match (copied, &mut batch.columns[at]) {
                (Some(start), Column::Text(texts)) => {
                    let before = texts.len();
                    texts.extend(spans[next..].iter().map_while(|span| {
                        let usual = span.length > 0 && trim(text(span)).len() == span.length as usize;
                        usual.then_some(Span { start: start + span.start, length: span.length })
                    }));
                    next + texts.len() - before
                }
                _ => next,
            };
            let Some(raw) = spans.get(row).map(text) else { return Ok(()) };
            next = row + 1;
            let read = match ascii || std::str::from_utf8(raw).is_ok() {
                true => self.value(at, reader, trim(raw), None, 0, books)?,
                false => Err(Reason::InvalidEncoding),
            };
            batch.columns[at].push(read.unwrap_or(Value::Missing));
            if let Err(reason) = read {
                self.note(first + row, at, reader, reason, || Fault::excerpt(raw), batch);
            }
        }
    }

    /// Appends the values of an array.
    fn cells(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        cells: &Cells,
        first: usize,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let usual = if reader.has_markers() { Usual::None } else { cells.usual(reader.kind) };
        let mut next = 0;
        loop {
            // The usual types first; what is not of them goes the long way, which alone knows faults.
            let row = usual.append(next, &mut batch.columns[at]);
            if row == cells.len() {
                return Ok(());
            }
            next = row + 1;
            let read = self.cell(at, reader, cells, row, books)?;
            batch.columns[at].push(read.unwrap_or(Value::Missing));
            if let Err(reason) = read {
                self.note(first + row, at, reader, reason, || cells.excerpt(row), batch);
            }
        }
    }

    /// Reads a value of any type, the long way.
    fn cell(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        cells: &Cells,
        row: usize,
        books: &Interners,
    ) -> Result<Read, ExtractError> {
        let mut scratch = Vec::new();
        Ok(match cells.get(row, &mut scratch) {
            Cell::Missing => self.value(at, reader, b"", None, 0, books)?,
            Cell::Day(day) if reader.kind == ColumnKind::Date => {
                let marked = reader.has_markers() && reader.is_missing(day.to_string().as_bytes());
                if marked { self.value(at, reader, b"", None, 0, books)? } else { Ok(Value::Day(day)) }
            }
            Cell::Bool(value) if reader.kind == ColumnKind::Bool => Ok(Value::Bool(value)),
            Cell::Day(day) => self.value(at, reader, day.to_string().as_bytes(), None, 0, books)?,
            Cell::Bool(value) => self.value(at, reader, value.to_string().as_bytes(), None, 0, books)?,
            Cell::Text(text) if std::str::from_utf8(text).is_err() => Err(Reason::InvalidEncoding),
            Cell::Text(text) => self.value(at, reader, trim(text), None, 0, books)?,
            Cell::Formatted if is_number(reader.kind) && reader.is_missing_number(&scratch) => {
                self.value(at, reader, b"", None, 0, books)?
            }
            Cell::Formatted if is_number(reader.kind) => reader.plain_with(&scratch, b'.'),
            Cell::Formatted => self.value(at, reader, &scratch, None, 0, books)?,
        })
    }

    /// Notes a fault; of a row that cannot be decoded neither column nor value are told.
    fn note(
        &mut self,
        row: usize,
        at: usize,
        reader: &ColumnReader,
        reason: Reason,
        excerpt: impl FnOnce() -> String,
        batch: &Batch,
    ) {
        let whole = reason == Reason::InvalidEncoding;
        let (column, value) = if whole { ("", String::new()) } else { (reader.name, excerpt()) };
        self.faults.push((row, at, Fault { record: batch.record[row], line: 0, column, reason, value, line_ends: 0 }));
    }

    /// Of a row with a value that cannot be decoded, that is the one fault.
    pub(super) fn keep_undecodable_alone(&mut self) {
        let undecodable = |fault: &Fault| fault.reason == Reason::InvalidEncoding;
        self.faults.sort_by_key(|(row, column, fault)| (*row, !undecodable(fault), *column));
        let mut alone = None;
        self.faults.retain(|(row, _, fault)| {
            let keep = alone != Some(*row);
            if undecodable(fault) {
                alone = Some(*row);
            }
            keep
        });
    }
}

impl Source {
    /// The column from a row on, decoded by the library.
    fn decoded(task: &ParquetTask<'_>, field: usize, row: usize) -> Result<Self, ExtractError> {
        let rows = task.source.rows(task.group);
        let array = task.source.column(task.group, field, row..rows.min(row + ROWS_DECODED))?;
        Ok(Source { field, from: Origin::Decoded(row, array) })
    }
}

fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Amount | ColumnKind::Minutes | ColumnKind::Integer)
}
