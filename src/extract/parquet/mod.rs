//! Parquet files to batches: the mapped columns only, row group by row group.
//!
//! A row group's columns are read side by side, a batch of rows at a time: `pages` takes the usual ones apart, the
//! library all others. Typed values are taken as they are where the types agree; every other value is written in its
//! canonical text form (METHOD section 2: floats at their shortest, integers as digits, dates as ISO) and read like a
//! CSV value, so that both kinds of file obey the same rules.

mod cells;
mod claims;
mod columns;
#[cfg(test)]
mod damaged;
mod hybrid;
mod pages;
mod plain;
#[cfg(test)]
mod tests;
mod thrift;

use std::fs::File;
use std::io::{self, Cursor};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_buffer::Buffer;
use polars_parquet::arrow::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, Filter, PageReader, column_iter_to_arrays,
};

use self::pages::{Pages, Unusual};
use self::plain::Plain;
use super::ExtractError;
use super::batch::Batch;
use super::codes::Interners;
use super::layout::{From, Layout};
use super::rejects::BlockReport;
use super::typed::ValueParser;
use crate::panics::caught;

/// Rows that the library decodes at a time: a whole row group of usual size, since a part of one is found only by
/// passing the rest.
const ROWS_DECODED: usize = 1024 * 1024;
/// Rows turned into a batch at a time: few enough for all their columns to stay near the core.
const ROWS_PER_BATCH: usize = 16 * 1024;
/// About the most bytes of a batch, which has fewer rows where they are long.
const BYTES_PER_BATCH: usize = 8 << 20;

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
    pub fn open(file: File, name: &str) -> Result<Self, ExtractError> {
        let malformed = |message| ExtractError::Parquet { file: name.to_owned(), message };
        let unreadable = |source| ExtractError::Unreadable { file: name.to_owned(), source };
        let bytes = file.metadata().map_err(unreadable)?.len();
        let footer = claims::footer(&file, bytes).map_err(unreadable)?;
        let footer = footer.ok_or_else(|| malformed(claims::damaged("it has no footer at its end")))?;
        let (metadata, schema) = claims::metadata(footer, bytes).map_err(malformed)?;
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

    fn unreadable(&self, source: io::Error) -> ExtractError {
        ExtractError::Unreadable { file: self.name.clone(), source }
    }

    /// A column's part in a row group, and its type.
    fn chunk(&self, group: usize, column: usize) -> Result<(&ColumnChunkMetadata, &Field), ExtractError> {
        let (name, field) = self.schema.get_at_index(column).ok_or_else(|| self.malformed("column out of range"))?;
        let Some(mut chunks) = self.metadata.row_groups[group].columns_under_root_iter(name) else {
            return Err(self.malformed(format!("row group {group} lacks column `{name}`")));
        };
        let chunk = match (chunks.next(), chunks.next()) {
            (Some(chunk), None) if chunk.descriptor().descriptor.max_rep_level == 0 => chunk,
            _ => return Err(self.malformed(format!("column `{name}` is nested: extracts are flat tables"))),
        };
        let (values, rows) = (chunk.num_values(), self.rows(group));
        if usize::try_from(values) != Ok(rows) {
            let differ = format!("row group {group} has {rows} rows, but {values} values in column `{name}`");
            return Err(self.malformed(claims::damaged(differ)));
        }
        Ok((chunk, field))
    }

    /// The bytes of a column of a row group, whose pages hold as many rows.
    fn bytes(&self, group: usize, chunk: &ColumnChunkMetadata) -> Result<Vec<u8>, ExtractError> {
        let range = chunk.byte_range();
        let mut bytes = vec![0; (range.end - range.start) as usize];
        self.file.read_exact_at(&mut bytes, range.start).map_err(|error| self.unreadable(error))?;
        claims::pages(&bytes, chunk, self.rows(group)).map_err(|message| self.malformed(message))?;
        Ok(bytes)
    }

    /// The bytes of a row group's mapped columns, decompressed.
    fn bytes_of_mapped(&self, group: usize, layout: &Layout) -> Result<usize, ExtractError> {
        let mut bytes = 0usize;
        for reader in &layout.columns {
            if let From::Field(field) = reader.from {
                let (chunk, _) = self.chunk(group, field)?;
                bytes = bytes.saturating_add(usize::try_from(chunk.uncompressed_size()).unwrap_or_default());
            }
        }
        Ok(bytes)
    }

    /// The pages of a column of a row group, with the values of its dictionary.
    fn pages(&self, group: usize, column: usize) -> Result<Result<PagesWithDictionary, Unusual>, ExtractError> {
        let (chunk, field) = self.chunk(group, column)?;
        let Some(plain) = Plain::new(chunk.physical_type(), &field.dtype) else { return Ok(Err(Unusual)) };
        Ok(Pages::new(self.bytes(group, chunk)?, chunk, plain))
    }

    /// Decodes one column of some rows of a row group with the library.
    fn column(&self, group: usize, column: usize, rows: Range<usize>) -> Result<Box<dyn Array>, ExtractError> {
        let (chunk, field) = self.chunk(group, column)?;
        let pages = PageReader::new(Cursor::new(Buffer::from(self.bytes(group, chunk)?)), chunk, vec![], usize::MAX);
        let pages = BasicDecompressor::new(pages, vec![]);
        let filter = Some(Filter::new_ranged(rows.start, rows.end));
        // Text is taken as bytes, so that a value of another encoding rejects its row and not the file.
        let mut field = field.clone();
        if matches!(field.dtype, ArrowDataType::Utf8View | ArrowDataType::Utf8 | ArrowDataType::LargeUtf8) {
            field.dtype = ArrowDataType::BinaryView;
        }
        let primitive = &chunk.descriptor().descriptor.primitive_type;
        // A damaged page can make the library panic, which is no reason for us to.
        let decoded = caught(|| column_iter_to_arrays(vec![pages], vec![primitive], field, filter))
            .ok_or_else(|| self.malformed(claims::damaged("a page of it makes no sense")))?;
        let (mut arrays, _) = decoded.map_err(|error| self.malformed(error))?;
        let array = match arrays.len() {
            1 => arrays.remove(0),
            _ => polars_arrow::compute::concatenate::concatenate_unchecked(&arrays)
                .map_err(|error| self.malformed(error))?,
        };
        match array.len() == rows.len() {
            true => Ok(array),
            false => Err(self.malformed(claims::damaged("a column has fewer rows than its row group says"))),
        }
    }
}

type PagesWithDictionary = (Pages, Option<Box<dyn Array>>);

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

impl ValueParser {
    /// Reads a row group, handing each batch to `used`, which may add faults to the report.
    pub fn read_row_group(
        &mut self,
        task: &ParquetTask<'_>,
        batch: &mut Batch,
        books: &Interners,
        used: &mut dyn FnMut(&Batch, &mut BlockReport) -> Result<(), ExtractError>,
    ) -> Result<BlockReport, ExtractError> {
        let ParquetTask { source, group, file, layout } = *task;
        let rows = source.rows(group);
        let mut report = BlockReport { file, records: rows as u64, ..BlockReport::default() };
        self.start(batch, layout, file);
        let mut sources = Vec::new();
        for (at, reader) in layout.columns.iter().enumerate() {
            sources.push(match reader.from {
                From::Field(field) => Some(self.source(task, at, field, books)?),
                _ => None,
            });
        }
        // The texts of dictionaries stay at the start of every batch's text.
        let texts = self.take_decoded();
        batch.text.clear();
        batch.text.extend_from_slice(&texts);
        let row_bytes = source.bytes_of_mapped(group, layout)? / rows.max(1);
        let rows_per_batch = (BYTES_PER_BATCH / row_bytes.max(1)).clamp(1, ROWS_PER_BATCH);
        for rows in ranges(0..rows, rows_per_batch) {
            let mut text = std::mem::take(&mut batch.text);
            text.truncate(texts.len());
            self.start(batch, layout, file);
            self.put_decoded(text);
            batch.record.extend(rows.start as u32..rows.end as u32);
            batch.line.resize(rows.len(), 0);
            for (at, column) in sources.iter_mut().enumerate() {
                if let Some(column) = column {
                    self.rows(task, at, column, rows.clone(), batch, books)?;
                }
            }
            self.reversed_periods(layout, batch);
            self.keep_undecodable_alone();
            self.take_out(&[], batch, &mut report);
            let text = self.take_decoded();
            self.finish(text, batch, layout, books)?;
            used(batch, &mut report)?;
        }
        self.report_date_orders(layout, &mut report);
        Ok(report)
    }
}

/// A range in pieces of at most this length.
fn ranges(whole: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let end = whole.end;
    whole.step_by(most).map(move |start| start..end.min(start + most))
}
