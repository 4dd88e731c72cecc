//! Parquet files to batches: the mapped columns only, row group by row group.
//!
//! Typed values are taken as they are where the types agree; every other value is written in its canonical text
//! form (METHOD section 2: floats at their shortest, integers as digits, dates as ISO) and read like a CSV value,
//! so that both kinds of file obey the same rules.

use std::fs::File;
use std::io::{self, Cursor};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, TimeUnit};
use polars_buffer::Buffer;
use polars_parquet::arrow::read::schema::{SchemaInferenceOptions, infer_schema_with_options};
use polars_parquet::arrow::read::{
    BasicDecompressor, FileMetadata, Filter, PageReader, column_iter_to_arrays, read_metadata,
};

use super::ExtractError;
use super::batch::{Batch, Value};
use super::cells::{Cell, Cells, Usual};
use super::codes::CodeBooks;
use super::layout::{ColumnReader, From, Layout};
use super::rejects::{BlockReport, Fault, Reason};
use super::schema::ColumnKind;
use super::typed::Typist;
use super::values::trim;

/// Rows decoded at a time: a whole row group of usual size, since a part of one is found only by passing the rest.
const ROWS_DECODED: usize = 1024 * 1024;
/// Rows turned into a batch at a time.
const ROWS_PER_BATCH: usize = 64 * 1024;

/// An open Parquet file.
#[derive(Debug)]
pub struct ParquetFile {
    file: File,
    name: String,
    metadata: FileMetadata,
    schema: ArrowSchema,
}

impl ParquetFile {
    /// Reads the footer.
    pub fn open(mut file: File, name: &str) -> Result<Self, ExtractError> {
        let malformed = |error: polars::error::PolarsError| ExtractError::Parquet {
            file: name.to_owned(),
            message: error.to_string(),
        };
        let metadata = read_metadata(&mut file).map_err(malformed)?;
        // Nanoseconds overflow for the far dates that extracts use as "for ever".
        let options = Some(SchemaInferenceOptions { int96_coerce_to_timeunit: TimeUnit::Microsecond });
        let schema = infer_schema_with_options(&metadata, &options).map_err(malformed)?;
        Ok(ParquetFile { file, name: name.to_owned(), metadata, schema })
    }

    /// The column names, in order.
    pub fn header(&self) -> Vec<String> {
        self.schema.iter_names().map(|name| name.to_string()).collect()
    }

    /// How many row groups it has.
    pub fn row_groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    /// Rows in a row group.
    pub fn rows(&self, group: usize) -> usize {
        self.metadata.row_groups[group].num_rows()
    }

    fn malformed(&self, error: impl std::fmt::Display) -> ExtractError {
        ExtractError::Parquet { file: self.name.clone(), message: error.to_string() }
    }

    /// Decodes one column of some rows of a row group.
    fn column(&self, group: usize, column: usize, rows: Range<usize>) -> Result<Box<dyn Array>, ExtractError> {
        let (name, field) = self.schema.get_at_index(column).ok_or_else(|| self.malformed("column out of range"))?;
        let chunks: Vec<_> = match self.metadata.row_groups[group].columns_under_root_iter(name) {
            Some(chunks) => chunks.collect(),
            None => return Err(self.malformed(format!("row group {group} lacks column `{name}`"))),
        };
        let [chunk] = chunks.as_slice() else {
            return Err(self.malformed(format!("column `{name}` is nested: extracts are flat tables")));
        };
        let range = chunk.byte_range();
        let mut bytes = vec![0; (range.end - range.start) as usize];
        self.file.read_exact_at(&mut bytes, range.start).map_err(|error| self.unreadable(error))?;
        let pages = PageReader::new(Cursor::new(Buffer::from(bytes)), chunk, vec![], usize::MAX);
        let pages = BasicDecompressor::new(pages, vec![]);
        let filter = Some(Filter::new_ranged(rows.start, rows.end));
        // Text is taken as bytes, so that a value of another encoding rejects its row and not the file.
        let mut field = field.clone();
        if matches!(field.dtype, ArrowDataType::Utf8View | ArrowDataType::Utf8 | ArrowDataType::LargeUtf8) {
            field.dtype = ArrowDataType::BinaryView;
        }
        let primitive = &chunk.descriptor().descriptor.primitive_type;
        let (mut arrays, _) = column_iter_to_arrays(vec![pages], vec![primitive], field, filter)
            .map_err(|error| self.malformed(error))?;
        match arrays.len() {
            1 => Ok(arrays.remove(0)),
            _ => polars_arrow::compute::concatenate::concatenate_unchecked(&arrays)
                .map_err(|error| self.malformed(error)),
        }
    }

    fn unreadable(&self, source: io::Error) -> ExtractError {
        ExtractError::Unreadable { file: self.name.clone(), source }
    }
}

/// A row group to read.
pub struct ParquetTask<'a> {
    /// The open file.
    pub source: &'a ParquetFile,
    /// Which row group.
    pub group: usize,
    /// Its file among the extract's files.
    pub file: usize,
    /// The file's columns.
    pub layout: &'a Layout,
}

impl Typist {
    /// Reads a row group, handing each batch to `used`, which may add faults to the report.
    pub fn read_row_group(
        &mut self,
        task: &ParquetTask<'_>,
        batch: &mut Batch,
        books: &CodeBooks,
        used: &mut dyn FnMut(&Batch, &mut BlockReport) -> Result<(), ExtractError>,
    ) -> Result<BlockReport, ExtractError> {
        let ParquetTask { source, group, file, layout } = task;
        let rows = source.rows(*group);
        let mut report = BlockReport { file: *file, records: rows as u64, ..BlockReport::default() };
        for decoded in ranges(0..rows, ROWS_DECODED) {
            let mut arrays = Vec::new();
            for reader in &layout.columns {
                arrays.push(match reader.from {
                    From::Field(field) => Some(source.column(*group, field, decoded.clone())?),
                    _ => None,
                });
            }
            for rows in ranges(decoded.clone(), ROWS_PER_BATCH) {
                self.start(batch, layout, *file);
                batch.record.extend(rows.start as u32..rows.end as u32);
                batch.line.resize(rows.len(), 0);
                for (at, (reader, array)) in layout.columns.iter().zip(&arrays).enumerate() {
                    if let Some(array) = array {
                        if array.len() != decoded.len() {
                            return Err(source.malformed("a column has fewer rows than its row group says"));
                        }
                        let part = array.sliced(rows.start - decoded.start, rows.len());
                        let cells = Cells::new(part).map_err(|message| source.malformed(message))?;
                        self.cells(at, reader, &cells, batch, books)?;
                    }
                }
                self.reversed_periods(layout, batch);
                self.keep_undecodable_alone();
                self.reject_faulty(batch, &mut report);
                self.finish(Vec::new(), batch, layout, books)?;
                used(batch, &mut report)?;
            }
        }
        Ok(report)
    }

    /// Reads one column of a batch's rows.
    fn cells(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        cells: &Cells,
        batch: &mut Batch,
        books: &CodeBooks,
    ) -> Result<(), ExtractError> {
        let mut scratch = Vec::new();
        let plain = !reader.has_markers();
        let usual = if plain { cells.usual(reader.kind) } else { Usual::None };
        let column = &mut batch.columns[at];
        for row in 0..batch.record.len() {
            // The usual types first; what is not of them goes the long way, which alone knows faults.
            if let Some(value) = usual.value(row) {
                column.push(value);
                continue;
            }
            if let Some(Ok(value)) =
                usual.text(row).map(|text| self.value(at, reader, trim(text), None, 0, books)).transpose()?
            {
                column.push(value);
                continue;
            }
            scratch.clear();
            let read = match cells.get(row, &mut scratch) {
                Cell::Missing => self.value(at, reader, b"", None, 0, books)?,
                Cell::Day(day) if reader.kind == ColumnKind::Date => {
                    let marked = !plain && reader.is_missing(day.to_string().as_bytes());
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
            };
            column.push(read.unwrap_or(Value::Missing));
            if let Err(reason) = read {
                let whole = reason == Reason::InvalidEncoding;
                let (column, value) = if whole { ("", String::new()) } else { (reader.name, cells.excerpt(row)) };
                let fault = Fault { record: batch.record[row], line: 0, column, reason, value, line_ends: 0 };
                self.faults.push((row, at, fault));
            }
        }
        Ok(())
    }

    /// Of a row with a value that cannot be decoded, that is the one fault.
    fn keep_undecodable_alone(&mut self) {
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

/// A range in pieces of at most this length.
fn ranges(whole: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let end = whole.end;
    whole.step_by(most).map(move |start| start..end.min(start + most))
}

fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Amount | ColumnKind::Minutes | ColumnKind::Integer)
}
