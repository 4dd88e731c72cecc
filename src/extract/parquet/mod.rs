//! Parquet files to batches: the mapped columns only, row group by row group.
//!
//! The Arrow reader of the `parquet` crate decodes some thousand rows at a time; texts come as bytes, codes and repeated
//! texts by dictionary. Values whose type is that of their column are taken as they are. Every other value is written
//! in its canonical text form (floats at their shortest, integers as digits, dates as ISO) and read like a CSV value, so
//! that both kinds of file obey the same rules.

mod array_values;
mod columns;
#[cfg(test)]
mod damaged;
mod delta;
mod dictionary;
mod field_texts;
mod file;
mod old_writers;
mod pages;
mod partitions;
mod projection;
mod samples;
#[cfg(test)]
mod tests;

pub use self::file::ParquetFile;

use self::dictionary::Dictionary;
use self::file::damaged;
use self::projection::ProjectedColumn;
use super::ExtractError;
use super::batch::Batch;
use super::codes::Interners;
use super::column_reader::{ColumnReader, From};
use super::layout::Layout;
use super::rejects::BlockReport;
use super::reversed::exclude_ends;
use super::schema::ColumnKind;
use super::typed::ValueParser;

/// Rows turned into a batch at a time: few enough for all their columns to stay near the core.
const ROWS_PER_BATCH: usize = 16 * 1024;
/// About the most bytes of a batch, which has fewer rows where they are long.
const BYTES_PER_BATCH: usize = 8 << 20;

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
        let mut report = BlockReport { file, records: source.rows(group) as u64, ..BlockReport::default() };
        let projection = projected(source, layout);
        let mut dictionaries: Vec<Option<Dictionary>> = projection.iter().map(|_| None).collect();
        let mut reader = source.read(group, &projection)?;
        // The texts of dictionaries stay at the start of every batch's text.
        let (mut dictionary_bytes, mut first) = (0, 0);
        while let Some(arrays) = reader.next_batch()? {
            let rows = arrays.num_rows();
            let mut text = std::mem::take(&mut batch.text);
            text.truncate(dictionary_bytes);
            self.start(batch, layout, file);
            self.put_decoded(text);
            batch.record.extend(first as u32..(first + rows) as u32);
            batch.line.resize(rows, 0);
            first += rows;
            // The fields that no column is read from alone come last.
            let columns =
                || projection.iter().zip(arrays.columns()).map_while(|(field, array)| Some((field.at?, array)));
            for ((at, array), dictionary) in columns().zip(&mut dictionaries) {
                self.update_dictionary(task, at, array, dictionary, books)?;
            }
            dictionary_bytes = self.decoded_bytes();
            for ((at, array), dictionary) in columns().zip(&mut dictionaries) {
                self.append_array(task, at, array, dictionary, batch, books)?;
            }
            self.append_partitions(task, batch, books)?;
            let filtered = self.combine_fields(task, &projection, arrays.columns(), batch)?;
            self.reversed_periods(layout, batch);
            exclude_ends(layout, batch);
            self.keep_undecodable_alone();
            self.faults.retain(|(row, ..)| filtered.binary_search(row).is_err());
            self.take_out(&filtered, batch, &mut report);
            let text = self.take_decoded();
            self.finish(text, batch, layout, books)?;
            used(batch, &mut report)?;
        }
        self.report_date_orders(layout, &mut report);
        Ok(report)
    }
}

/// The fields of the file that are read: those of the layout's columns, then those that are looked at besides.
fn projected(source: &ParquetFile, layout: &Layout) -> Vec<ProjectedColumn> {
    let column = |(at, reader): (usize, &ColumnReader)| match reader.from {
        From::Field(field) if field < source.fields() => {
            Some(ProjectedColumn { at: Some(at), field, kind: reader.kind })
        }
        _ => None,
    };
    let mut projection: Vec<ProjectedColumn> = layout.columns.iter().enumerate().filter_map(column).collect();
    for field in layout.looked_at().filter(|field| *field < source.fields()) {
        if !projection.iter().any(|known| known.field == field) {
            projection.push(ProjectedColumn { at: None, field, kind: ColumnKind::Text });
        }
    }
    projection
}
