//! An open Parquet file: its footer, checked against the file, and its row groups as Arrow batches.

use std::fs::File;
use std::io;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::Length;
use parquet::schema::types::TypePtr;

use super::old_writers;
use super::pages::{PageError, RowGroupPages, SharedFile};
use super::partitions::{self, Partition};
use super::projection::{ProjectedColumn, arrow_fields};
use super::{BYTES_PER_BATCH, ROWS_PER_BATCH};
use crate::extract::ExtractError;
use crate::panics::caught;

/// An open Parquet file.
#[derive(Debug)]
pub struct ParquetFile {
    file: SharedFile,
    name: String,
    metadata: ParquetMetaData,
    /// What the folders above it say, under names that no column has.
    partitions: Vec<Partition>,
    /// Whether column chunks may be longer than the footer says.
    has_short_chunks: bool,
}

impl ParquetFile {
    /// Reads the footer of a file that lies at this path.
    pub fn open(file: File, name: &str, path: &Path) -> Result<Self, ExtractError> {
        let file =
            SharedFile::new(file).map_err(|source| ExtractError::Unreadable { file: name.to_owned(), source })?;
        let read =
            || ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Skip).parse_and_finish(&file);
        let metadata = caught_error(read, "it makes no sense").map_err(|error| match error {
            ParquetError::General(text) | ParquetError::EOF(text) => {
                ParquetError::General(format!("its footer cannot be read: {text}"))
            }
            other => other,
        });
        let metadata = metadata.map_err(|error| extract_error(&error, name))?;
        let (metadata, has_short_chunks) = old_writers::repaired(metadata, file.len());
        check_footer(&metadata, file.len()).map_err(|error| extract_error(&error, name))?;
        let mut partitions = partitions::of(path);
        let mut file = ParquetFile { file, name: name.to_owned(), metadata, partitions: vec![], has_short_chunks };
        partitions.retain(|partition| file.schema_fields().iter().all(|field| field.name() != partition.name));
        file.partitions = partitions;
        Ok(file)
    }

    /// The names of its columns, in order, then those of folders above it.
    pub fn header(&self) -> Vec<String> {
        let own = self.schema_fields().iter().map(|field| field.name().to_owned());
        own.chain(self.partitions.iter().map(|partition| partition.name.clone())).collect()
    }

    /// How many columns it has itself.
    pub fn fields(&self) -> usize {
        self.schema_fields().len()
    }

    /// The value that a folder says for the field at this place, if that is no column of its own.
    pub(super) fn partition(&self, field: usize) -> Option<&str> {
        let at = field.checked_sub(self.fields())?;
        self.partitions.get(at).map(|partition| partition.value.as_str())
    }

    /// How many row groups it has.
    pub fn row_groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// Rows in a row group.
    pub fn rows(&self, group: usize) -> usize {
        self.metadata.row_group(group).num_rows() as usize
    }

    fn schema_fields(&self) -> &[TypePtr] {
        self.metadata.file_metadata().schema_descr().root_schema().get_fields()
    }

    /// An error of this file.
    pub(super) fn malformed(&self, message: String) -> ExtractError {
        ExtractError::Parquet { file: self.name.clone(), message }
    }

    /// Opens some columns of a row group.
    pub(super) fn read(&self, group: usize, columns: &[ProjectedColumn]) -> Result<RowGroupReader<'_>, ExtractError> {
        let mut leaves = Vec::new();
        for column in columns {
            leaves.push(self.leaf(group, column.field).map_err(|error| extract_error(&error, &self.name))?);
        }
        let error = PageError::default();
        let open = || {
            let levels = arrow_fields(&self.metadata, group, columns, &leaves)?;
            let pages = RowGroupPages {
                file: &self.file,
                metadata: &self.metadata,
                group,
                columns: &leaves,
                has_short_chunks: self.has_short_chunks,
                error: error.clone(),
            };
            let rows = self.rows_per_batch(group, &leaves);
            ParquetRecordBatchReader::try_new_with_row_groups(&levels, &pages, rows, None)
        };
        let reader = caught_error(open, MAKES_NO_SENSE).map_err(|error| extract_error(&error, &self.name))?;
        Ok(RowGroupReader { file: self, reader, rows_left: self.rows(group), error })
    }

    /// A top-level column's place among those that have values.
    fn leaf(&self, group: usize, field: usize) -> Result<usize, ParquetError> {
        let descriptor = self.metadata.file_metadata().schema_descr();
        let name = self.schema_fields()[field].name();
        // A nested column may have the same last name, or a dot in a name look like its path.
        let is_it = |column: &usize| {
            descriptor.get_column_root_idx(*column) == field && descriptor.column(*column).path().parts() == [name]
        };
        let leaf = (0..descriptor.num_columns()).find(is_it);
        let Some(leaf) = leaf.filter(|leaf| descriptor.column(*leaf).max_rep_level() == 0) else {
            return Err(ParquetError::NYI(format!("column `{name}` is nested: extracts are flat tables")));
        };
        let (values, rows) = (self.chunk(group, leaf).num_values(), self.rows(group));
        if usize::try_from(values) != Ok(rows) {
            let differ = format!("row group {group} has {rows} rows, but {values} values in column `{name}`");
            return Err(ParquetError::General(differ));
        }
        Ok(leaf)
    }

    pub(super) fn chunk(&self, group: usize, leaf: usize) -> &ColumnChunkMetaData {
        self.metadata.row_group(group).column(leaf)
    }

    /// Fewer than usual where rows are long.
    fn rows_per_batch(&self, group: usize, leaves: &[usize]) -> usize {
        let bytes = |leaf: &usize| u64::try_from(self.chunk(group, *leaf).uncompressed_size()).unwrap_or_default();
        let bytes = leaves.iter().map(bytes).fold(0, u64::saturating_add);
        let row_bytes = bytes / self.rows(group).max(1) as u64;
        (BYTES_PER_BATCH as u64 / row_bytes.max(1)).clamp(1, ROWS_PER_BATCH as u64) as usize
    }
}

/// The batches of a row group.
pub struct RowGroupReader<'a> {
    file: &'a ParquetFile,
    reader: ParquetRecordBatchReader,
    rows_left: usize,
    error: PageError,
}

impl RowGroupReader<'_> {
    /// The next rows; `None` after the last.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, ExtractError> {
        let next = || self.reader.next().transpose().map_err(from_arrow);
        let batch = caught_error(next, MAKES_NO_SENSE);
        let batch = batch.map_err(|error| extract_error(self.error.get().unwrap_or(&error), &self.file.name))?;
        let rows = batch.as_ref().map_or(0, RecordBatch::num_rows);
        let left = self.rows_left.checked_sub(rows).filter(|left| batch.is_some() || *left == 0);
        self.rows_left = left.ok_or_else(|| self.file.malformed(damaged("a row group has other rows than it says")))?;
        Ok(batch)
    }
}

const MAKES_NO_SENSE: &str = "a page of it makes no sense";

/// What the library makes of a file. Damage can make it panic, which is no reason for us to.
fn caught_error<T>(read: impl FnOnce() -> Result<T, ParquetError>, panicked: &str) -> Result<T, ParquetError> {
    caught(read).unwrap_or_else(|| Err(ParquetError::General(panicked.to_owned())))
}

/// The library's own error, which the batch reader passes on as a text.
fn from_arrow(error: ArrowError) -> ParquetError {
    let text = match error {
        ArrowError::ParquetError(text) => text,
        other => other.to_string(),
    };
    match (text.strip_prefix("NYI: "), text.strip_prefix("Parquet error: ")) {
        (Some(missing), _) => ParquetError::NYI(missing.to_owned()),
        (None, general) => ParquetError::General(general.unwrap_or(&text).to_owned()),
    }
}

/// The error of a file. What the library has not implemented is no damage.
fn extract_error(error: &ParquetError, name: &str) -> ExtractError {
    let file = name.to_owned();
    match error {
        ParquetError::NYI(text) => ExtractError::Parquet { file, message: text.clone() },
        ParquetError::External(cause) if let Some(cause) = cause.downcast_ref::<io::Error>() => {
            ExtractError::Unreadable { file, source: io::Error::new(cause.kind(), cause.to_string()) }
        }
        other => ExtractError::Parquet { file, message: damaged(message(other)) },
    }
}

/// What an error of the library says, without its kind.
pub fn message(error: &ParquetError) -> String {
    match error {
        ParquetError::General(text) | ParquetError::EOF(text) | ParquetError::ArrowError(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A message: what is wrong, and what to do.
pub fn damaged(what: impl std::fmt::Display) -> String {
    format!("{what}; it was damaged or cut short: write or copy it again")
}

/// Counts that do not add up, and columns that cannot be in a file of so many bytes.
fn check_footer(metadata: &ParquetMetaData, file_bytes: u64) -> Result<(), ParquetError> {
    let rows = metadata.file_metadata().num_rows();
    let mut rows_left = rows;
    for (at, group) in metadata.row_groups().iter().enumerate() {
        if rows < 0 || group.num_rows() < 0 {
            return Err(ParquetError::General("its footer makes no sense".to_owned()));
        }
        if u32::try_from(group.num_rows()).is_err() {
            let rows = group.num_rows();
            return Err(ParquetError::NYI(format!(
                "row group {at} has {rows} rows: write groups of at most 4 billion"
            )));
        }
        rows_left -= group.num_rows();
        for chunk in group.columns() {
            check_chunk(chunk, at, file_bytes)?;
        }
    }
    match rows_left {
        0 => Ok(()),
        _ => Err(ParquetError::General(format!("its row groups do not add up to its {rows} rows"))),
    }
}

fn check_chunk(chunk: &ColumnChunkMetaData, group: usize, file_bytes: u64) -> Result<(), ParquetError> {
    let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
    let numbers = [start, chunk.data_page_offset(), chunk.compressed_size(), chunk.uncompressed_size()];
    if numbers.iter().any(|number| *number < 0) {
        return Err(ParquetError::General("its footer makes no sense".to_owned()));
    }
    match start.checked_add(chunk.compressed_size()).is_some_and(|end| end.cast_unsigned() <= file_bytes) {
        true => Ok(()),
        false => {
            let column = chunk.column_path().string();
            Err(ParquetError::General(format!("column `{column}` of row group {group} lies beyond its end")))
        }
    }
}
