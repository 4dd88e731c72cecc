//! A labels file in parts: blocks of CSV that end where a row ends, or some row groups of Parquet.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;
use polars_io::SerReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};

use super::columns::{Column, Fault, Kind, csv_header, csv_table, unguard};
use super::{HistoryError, LabelsFile};
use crate::config::LabelsFormat;
use crate::extract::blocks::{BlockError, BlockReader};

/// Blocks of CSV in a part: some 20,000 rows.
const BLOCKS: usize = 8;
/// Rows in a part of Parquet: as many as four partitions of a run, which are its row groups.
const PARQUET_ROWS: usize = 4 * 16_384;

/// The rest of a labels file.
pub(super) struct Parts {
    header: Vec<String>,
    source: Source,
    path: PathBuf,
}

enum Source {
    Csv { blocks: Box<BlockReader<File>>, at: u64, first: Option<Vec<u8>> },
    Parquet { metadata: FileMetadataRef, row: usize },
}

/// A part of a labels file.
pub(super) enum Part {
    /// Whole rows of CSV, and where in the file they begin.
    Csv {
        /// The rows.
        blocks: Vec<Vec<u8>>,
        /// The place of the first byte.
        at: u64,
    },
    /// Rows of Parquet.
    Parquet {
        /// The first of them.
        row: usize,
        /// How many.
        rows: usize,
    },
}

impl Part {
    /// Whether the row that begins with these bytes may be in it; false only where it is not.
    pub(super) fn may_hold(&self, beginning: &[u8]) -> bool {
        match self {
            Part::Csv { blocks, .. } => {
                let finder = memchr::memmem::Finder::new(beginning);
                blocks.iter().any(|block| finder.find(block).is_some())
            }
            Part::Parquet { .. } => true,
        }
    }
}

impl Parts {
    /// Opens the file and reads its header.
    pub(super) fn open(labels: &LabelsFile) -> Result<Self, HistoryError> {
        let path = labels.path().to_owned();
        let file = open(&path)?;
        match labels.format() {
            LabelsFormat::Csv => Self::csv(file, path),
            LabelsFormat::Parquet => Self::parquet(file, path),
        }
    }

    fn csv(file: File, path: PathBuf) -> Result<Self, HistoryError> {
        let mut blocks = Box::new(BlockReader::new(file, b','));
        let block = blocks.next_block(Vec::new()).map_err(|fault| block_fault(&path, fault))?;
        let text = block.map(|block| block.text).unwrap_or_default();
        let (header, length) = csv_header(&text).ok_or_else(|| HistoryError::Damaged {
            path: path.clone(),
            message: "it does not begin with a line of column names".to_owned(),
        })?;
        let source = Source::Csv { blocks, at: length as u64, first: Some(text[length..].to_vec()) };
        Ok(Parts { header, source, path })
    }

    fn parquet(file: File, path: PathBuf) -> Result<Self, HistoryError> {
        let mut reader = ParquetReader::new(file);
        let fault = |fault: polars::prelude::PolarsError| HistoryError::Damaged {
            path: path.clone(),
            message: fault.to_string(),
        };
        let metadata = reader.get_metadata().map_err(fault)?.clone();
        let header = reader.schema().map_err(fault)?.iter_names().map(|name| name.to_string()).collect();
        Ok(Parts { header, source: Source::Parquet { metadata, row: 0 }, path })
    }

    /// The columns' names, in order.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The next part; `None` at the end.
    pub(super) fn next_part(&mut self) -> Result<Option<Part>, HistoryError> {
        match &mut self.source {
            Source::Csv { blocks, at, first } => {
                let begin = *at;
                let mut taken: Vec<Vec<u8>> = first.take().into_iter().filter(|text| !text.is_empty()).collect();
                while taken.len() < BLOCKS {
                    let block = blocks.next_block(Vec::new()).map_err(|fault| block_fault(&self.path, fault))?;
                    let Some(block) = block else { break };
                    taken.push(block.text);
                }
                *at += taken.iter().map(|block| block.len() as u64).sum::<u64>();
                Ok((!taken.is_empty()).then_some(Part::Csv { blocks: taken, at: begin }))
            }
            Source::Parquet { metadata, row } => {
                let rows = metadata.num_rows.saturating_sub(*row).min(PARQUET_ROWS);
                let part = Part::Parquet { row: *row, rows };
                *row += rows;
                Ok((rows > 0).then_some(part))
            }
        }
    }

    /// What makes tables of parts, on any thread.
    pub(super) fn taker(&self) -> Taker {
        let metadata = match &self.source {
            Source::Csv { .. } => None,
            Source::Parquet { metadata, .. } => Some(metadata.clone()),
        };
        Taker { path: self.path.clone(), width: self.header.len(), metadata }
    }
}

/// Makes tables of parts.
pub(super) struct Taker {
    path: PathBuf,
    width: usize,
    metadata: Option<FileMetadataRef>,
}

impl Taker {
    /// A fault of the part that begins at this byte of the file, by its line.
    pub(super) fn located(&self, begin: u64, fault: Fault) -> HistoryError {
        match line_at(&self.path, begin + fault.at) {
            Ok(line) => HistoryError::Row { path: self.path.clone(), line, what: fault.what },
            Err(unreadable) => unreadable,
        }
    }

    /// The part's rows as a table of these columns.
    pub(super) fn table(&self, part: &Part, columns: &[Column]) -> Result<DataFrame, HistoryError> {
        match part {
            Part::Csv { blocks, at } => {
                csv_table(blocks, self.width, columns).map_err(|fault| match line_at(&self.path, at + fault.at) {
                    Ok(line) => HistoryError::Row { path: self.path.clone(), line, what: fault.what },
                    Err(unreadable) => unreadable,
                })
            }
            Part::Parquet { row, rows } => self.parquet(*row, *rows, columns),
        }
    }

    fn parquet(&self, row: usize, rows: usize, columns: &[Column]) -> Result<DataFrame, HistoryError> {
        let damaged = |fault: polars::prelude::PolarsError| HistoryError::Damaged {
            path: self.path.clone(),
            message: fault.to_string(),
        };
        let mut reader = ParquetReader::new(open(&self.path)?)
            .read_parallel(ParallelStrategy::None)
            .with_slice(Some((row, rows)))
            .with_projection(Some(places(columns)));
        if let Some(metadata) = &self.metadata {
            reader.set_metadata(metadata.clone());
        }
        let mut table = reader.finish().map_err(damaged)?;
        table.rechunk_mut();
        for column in columns {
            let fits = table.column(&column.name).map_err(damaged)?.dtype() == &column.kind.data_type();
            if !fits {
                let message = format!("column {:?} is of another type than the run writes", column.name);
                return Err(HistoryError::Damaged { path: self.path.clone(), message });
            }
        }
        for column in columns.iter().filter(|column| column.kind == Kind::Guarded) {
            table.apply(&column.name, unguard).map_err(damaged)?;
        }
        table.select(columns.iter().map(|column| column.name.as_str())).map_err(damaged)
    }
}

/// The places of columns in the file, ascending, as the reader wants them.
fn places(columns: &[Column]) -> Vec<usize> {
    let mut places: Vec<usize> = columns.iter().map(|column| column.place).collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn open(path: &Path) -> Result<File, HistoryError> {
    File::open(path).map_err(|source| HistoryError::Unreadable { path: path.to_owned(), source })
}

fn block_fault(path: &Path, fault: BlockError) -> HistoryError {
    match fault {
        BlockError::Io(source) => HistoryError::Unreadable { path: path.to_owned(), source },
        BlockError::HeaderTooLong { .. } | BlockError::RecordTooLong { .. } => {
            HistoryError::Damaged { path: path.to_owned(), message: "a row is too long to be one".to_owned() }
        }
    }
}

/// The line, from 1, that this byte of a file is on: told only when something is wrong there.
fn line_at(path: &Path, byte: u64) -> Result<u64, HistoryError> {
    let mut rest = open(path)?.take(byte);
    let (mut buffer, mut line) = (vec![0; 1 << 16], 1);
    loop {
        let unreadable = |source| HistoryError::Unreadable { path: path.to_owned(), source };
        match rest.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(line),
            length => line += memchr::memchr_iter(b'\n', &buffer[..length]).count() as u64,
        }
    }
}
