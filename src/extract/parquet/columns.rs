//! From the decoded values of a Parquet column to the typed column of a batch.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, BinaryArray};

use super::ParquetTask;
use super::array_values::{ArrayValues, RawValue, TypedArray, append_while};
use super::dictionary::Dictionary;
use crate::extract::ExtractError;
use crate::extract::batch::{Batch, Column, MISSING_SPAN, Span, Value};
use crate::extract::codes::Interners;
use crate::extract::column_reader::{ColumnReader, From};
use crate::extract::rejects::{Fault, Reason};
use crate::extract::schema::ColumnKind;
use crate::extract::typed::ValueParser;
use crate::extract::values::trim;

impl ParquetTask<'_> {
    /// An error of a column.
    pub(super) fn malformed(&self, at: usize, message: &str) -> ExtractError {
        let field = if let From::Field(field) = self.layout.columns[at].from { Some(field) } else { None };
        self.malformed_field(field.unwrap_or(usize::MAX), message)
    }

    /// An error of a field.
    pub(super) fn malformed_field(&self, field: usize, message: &str) -> ExtractError {
        let header = self.layout.header.get(field).map_or("", String::as_str);
        self.source.malformed(format!("column `{header}`: {message}"))
    }
}

impl ValueParser {
    /// Appends a column's values to the batch.
    pub(super) fn append_array(
        &mut self,
        task: &ParquetTask<'_>,
        at: usize,
        array: &ArrayRef,
        dictionary: &mut Option<Dictionary>,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        if let (Some(array), Some(dictionary)) = (array.as_dictionary_opt::<UInt32Type>(), dictionary) {
            return self.append_keys(task, at, array.keys(), dictionary, batch, books);
        }
        let reader = &task.layout.columns[at];
        if let Some(texts) = array.as_binary_opt::<i32>() {
            return self.append_texts(at, reader, texts, batch, books);
        }
        let values = ArrayValues::new(array.clone()).map_err(|message| task.malformed(at, &message))?;
        self.append_values(at, reader, &values, batch, books)
    }

    /// Appends texts, most of which need no reading but to be known as text.
    fn append_texts(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        texts: &BinaryArray,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let ends = texts.value_offsets();
        let (first, last) = (ends[0], ends[texts.len()]);
        let bytes = &texts.value_data()[first as usize..last as usize];
        // A missing text has no length.
        let span = |ends: &[i32]| Span { start: (ends[0] - first) as u32, length: (ends[1] - ends[0]) as u32 };
        let text = |span: Span| &bytes[span.start as usize..][..span.length as usize];
        let ascii = bytes.is_ascii();
        // Ids are many and long: they are copied together.
        let copied = match reader.kind == ColumnKind::Text && ascii && !reader.has_no_fast_path() {
            true => Some(self.decode(bytes)),
            false => None,
        };
        let mut next = 0;
        loop {
            let row = match (copied, &mut batch.columns[at]) {
                (Some(start), Column::Text(into)) => {
                    let spans = ends[next..].windows(2).map(span);
                    next + append_while(into, MISSING_SPAN, spans, |span| {
                        let copy = Span { start: start + span.start, length: span.length };
                        is_trimmed(text(span)).then_some(copy)
                    })
                }
                _ => next,
            };
            if row == texts.len() {
                return Ok(());
            }
            next = row + 1;
            let raw = text(span(&ends[row..]));
            let read = match ascii || std::str::from_utf8(raw).is_ok() {
                true => self.value(at, reader, trim(raw), None, 0, books)?,
                false => Err(Reason::InvalidEncoding),
            };
            batch.columns[at].push(read.unwrap_or(Value::Missing));
            if let Err(reason) = read {
                self.report_fault(row, at, reader, reason, || Fault::excerpt(raw), batch);
            }
        }
    }

    /// Appends the values of an array.
    fn append_values(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        values: &ArrayValues,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let typed = if reader.has_no_fast_path() { TypedArray::Other } else { values.typed(reader.kind) };
        let mut next = 0;
        loop {
            // The fast path first; where it stops, the slow path reads a value, and alone knows faults.
            let row = typed.append(next, &mut batch.columns[at], !reader.required);
            if row == values.len() {
                return Ok(());
            }
            next = row + 1;
            let read = self.array_value(at, reader, values, row, books)?;
            batch.columns[at].push(read.unwrap_or(Value::Missing));
            if let Err(reason) = read {
                self.report_fault(row, at, reader, reason, || values.excerpt(row), batch);
            }
        }
    }

    /// Reads a value of any type: what it is, or why it is none.
    pub(super) fn array_value(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        values: &ArrayValues,
        row: usize,
        books: &Interners,
    ) -> Result<Result<Value, Reason>, ExtractError> {
        let mut scratch = Vec::new();
        Ok(match values.get(row, &mut scratch) {
            RawValue::Missing => self.value(at, reader, b"", None, 0, books)?,
            RawValue::Day(day) if reader.kind == ColumnKind::Date => {
                let marked = reader.has_markers() && reader.is_missing(day.to_string().as_bytes());
                if marked { self.value(at, reader, b"", None, 0, books)? } else { Ok(Value::Day(day)) }
            }
            RawValue::Bool(value) if reader.kind == ColumnKind::Bool => Ok(Value::Bool(value)),
            RawValue::Day(day) => self.value(at, reader, day.to_string().as_bytes(), None, 0, books)?,
            RawValue::Bool(value) => self.value(at, reader, value.to_string().as_bytes(), None, 0, books)?,
            RawValue::Text(text) if std::str::from_utf8(text).is_err() => Err(Reason::InvalidEncoding),
            RawValue::Text(text) => self.value(at, reader, trim(text), None, 0, books)?,
            RawValue::Formatted if is_number(reader.kind) && reader.is_missing_number(&scratch) => {
                self.value(at, reader, b"", None, 0, books)?
            }
            RawValue::Formatted if is_number(reader.kind) => reader.typed_number(&scratch),
            // A day number with a fraction, which does not have the source's decimal separator.
            RawValue::Formatted if reader.kind == ColumnKind::Date && scratch.contains(&b'.') => {
                if reader.is_missing_number(&scratch) {
                    self.value(at, reader, b"", None, 0, books)?
                } else {
                    reader.typed_number(&scratch)
                }
            }
            RawValue::Formatted => self.value(at, reader, &scratch, None, 0, books)?,
        })
    }

    /// Adds a fault; of a row that cannot be decoded neither column nor value are named.
    pub(super) fn report_fault(
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

/// Whether a text surely has nothing to trim.
#[inline]
fn is_trimmed(text: &[u8]) -> bool {
    matches!((text.first(), text.last()), (Some(first), Some(last)) if *first > b' ' && *last > b' ')
}

fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Amount | ColumnKind::Minutes | ColumnKind::Integer)
}
