//! Where files become typed batches: paths, compression, dialects, column and code mapping, rejects.
//!
//! A [`Plan`] holds what was found out before any work: every file exists and has its columns. [`Plan::read`]
//! then reads an extract with all workers: one at a time takes the next block off the file (reading, hashing and
//! decompression are in order by nature), then types it beside the others and hands the batch to its [`Worker`].
//! In: configured paths. Out: typed batches, and per file what was counted and rejected.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

pub mod batch;
pub(crate) mod blocks;
mod byte_masks;
pub mod codes;
pub(crate) mod column_reader;
mod combined;
pub(crate) mod compressed;
mod decoded;
mod error;
mod fast_path;
mod fault_samples;
mod feed;
pub(crate) mod files;
mod first_bytes;
mod first_lines;
pub(crate) mod ids;
mod intern_cache;
mod layout;
pub(crate) mod numbers;
mod open;
mod parquet;
mod record_pass;
pub(crate) mod records;
mod rejects;
mod reversed;
pub(crate) mod rewriting;
mod row_filter;
pub(crate) mod sample;
pub(crate) mod separators;
mod surplus;
mod typed;
mod uniform;
mod utf16;
pub(crate) mod values;
mod walk;
mod whole_records;

pub use crate::dates::{DateFormat, DateOrder};
pub use crate::schema::extracts as schema;
pub use batch::Batch;
pub use codes::Interners;
pub use error::ExtractError;
pub use fault_samples::{FaultKind, FaultSamples, FaultValues};
pub use files::InputFile;
pub use rejects::{Fault, REJECTS, Reason, RejectsWriter};
pub use schema::{CodeSet, ColumnKind, ColumnSchema, DIRECTIONS, FILERS, METHODS};

use crate::config::{ColumnConfig, ColumnSource, Extract, ExtractConfig, RunPlan};
use crate::suggestion::nearest;
use column_reader::From;
use feed::{Feed, Task};
use layout::Mapping;
use rejects::{BlockReport, ReorderBuffer};
use typed::{TextTask, ValueParser};

/// What was counted of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Records read.
    pub records: u64,
    /// Records that are filtered: the header again, and rows for which `where` is not true.
    pub filtered: u64,
    /// Rows rejected as malformed.
    pub malformed: u64,
    /// Bytes of text, decompressed; 0 of a file that is not text.
    pub text_bytes: u64,
    /// Bytes of text of the malformed records.
    pub malformed_bytes: u64,
    /// Characters U+0080 to U+009F in text read as Latin-1.
    pub control_characters: u64,
    /// How the formats of dates that swap day and month were used.
    pub date_orders: Vec<DateOrder>,
    /// Rows rejected as orphans.
    pub orphans: u64,
    /// Faults by reason (a row may have several).
    pub reasons: BTreeMap<Reason, u64>,
}

/// One file after it was read.
#[derive(Debug, Clone)]
pub struct FileRead {
    /// The file.
    pub input: InputFile,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub blake3: String,
    /// What was counted of it.
    pub counts: FileCounts,
}

/// An extract whose files are found and whose headers are checked.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Its configuration.
    pub config: &'a ExtractConfig,
    /// Its files, in input order.
    pub files: Vec<InputFile>,
    /// Optional columns that the configuration names and no file of their source has.
    pub absent: Vec<AbsentColumn>,
    /// Where each column of each source is read from.
    pub columns: Vec<ColumnFound>,
    dimensions: &'a [String],
}

/// An optional column that is configured, but in no file of its source: its values are all missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentColumn {
    /// The canonical name.
    pub column: String,
    /// The header name that was looked for.
    pub header: String,
    /// The nearest header name that is there.
    pub nearest: Option<String>,
    /// The source's first file.
    pub file: String,
}

/// Where a canonical column of a source is read from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ColumnFound {
    /// The source's first file.
    pub file: String,
    /// The canonical name.
    pub column: String,
    /// The header name, or the constant; `None` where all values are missing.
    pub read_from: Option<String>,
    /// Whether it is a constant.
    pub constant: bool,
}

/// Uses batches; each worker thread has one of its own.
pub trait Worker: Send {
    /// Uses the rows of a batch, appending the indexes of those that are orphans, in order.
    fn take(&mut self, batch: &Batch, orphans: &mut Vec<u32>) -> Result<(), ExtractError>;
    /// Told that all batches of a task have been used, of which there may be none: its sequence number, the index of its file
    /// and the records that it had.
    fn end_of_task(&mut self, _sequence: u64, _file: usize, _records: u64) -> Result<(), ExtractError> {
        Ok(())
    }
    /// Hands over what is still held back.
    fn finish(self) -> Result<(), ExtractError>;
}

/// Told how many bytes of an extract's files have been read, and how many records.
pub trait Progress: Send + Sync {
    /// Bytes read from disk since the last call.
    fn bytes(&self, extract: Extract, bytes: u64);
    /// Records used since the last call.
    fn records(&self, extract: Extract, records: u64);
}

/// Progress that nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn bytes(&self, _: Extract, _: u64) {}
    fn records(&self, _: Extract, _: u64) {}
}

impl<'a> Plan<'a> {
    /// Finds the files of an extract and checks their headers.
    ///
    /// # Errors
    /// Everything that is wrong, file by file.
    pub fn new(run: &'a RunPlan, extract: &'a ExtractConfig) -> Result<Self, Vec<ExtractError>> {
        let (files, mut errors) = files::find(extract, &run.folder);
        let dimensions: &[String] = if extract.extract == Extract::Customers { &run.dimensions } else { &[] };
        let mut plan = Plan { config: extract, files, absent: vec![], columns: vec![], dimensions };
        match plan.check_headers() {
            Ok((absent, columns)) if errors.is_empty() => Ok(Plan { absent, columns, ..plan }),
            checked => {
                errors.extend(checked.err().into_iter().flatten());
                Err(errors)
            }
        }
    }

    /// Opens every file; an optional column that the configuration names should be in one file of its source.
    fn check_headers(&mut self) -> Result<(Vec<AbsentColumn>, Vec<ColumnFound>), Vec<ExtractError>> {
        let mut errors = Vec::new();
        let mut opened = Vec::new();
        for at in 0..self.files.len() {
            let file = &self.files[at];
            let layout = self.open(file, Arc::new(|_| ())).and_then(|open| {
                let layout = open.layout.clone();
                Ok((layout, surplus::fields(file, open).map_err(|error| vec![error])?))
            });
            match layout {
                Err(found) => found.into_iter().for_each(|error| error.add_to(&mut errors)),
                Ok((layout, surplus_fields)) => {
                    self.files[at].surplus_fields = surplus_fields;
                    opened.push(layout);
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut layouts: BTreeMap<usize, Vec<(&InputFile, Arc<layout::Layout>)>> = BTreeMap::new();
        for (file, layout) in self.files.iter().zip(opened) {
            layouts.entry(file.source).or_default().push((file, layout));
        }
        let names: Vec<&str> = self.config.extract.columns().iter().map(|column| column.name).collect();
        let names: Vec<&str> = names.into_iter().chain(self.dimensions.iter().map(String::as_str)).collect();
        let (mut absent, mut found) = (Vec::new(), Vec::new());
        for (source, of_source) in layouts {
            found.extend(names.iter().enumerate().map(|(at, name)| column_found(name, at, &of_source)));
            let named = |column: &&ColumnConfig| column.explicit || self.dimensions.contains(&column.name);
            for column in self.config.sources[source].columns.iter().filter(named) {
                let Some(at) = names.iter().position(|name| *name == column.name) else { continue };
                let lacking = |(_, layout): &(&InputFile, Arc<layout::Layout>)| {
                    layout.columns.get(at).is_none_or(|column| matches!(column.from, From::Absent))
                };
                let wanted = match &column.from {
                    ColumnSource::Header(name) => std::slice::from_ref(name),
                    ColumnSource::Joined { columns, .. } => columns,
                    ColumnSource::Constant(_) => continue,
                };
                let (file, layout) = &of_source[0];
                let header = wanted.iter().find(|name| !layout.header.contains(name)).or(wanted.first());
                if let (true, Some(header)) = (of_source.iter().all(lacking), header) {
                    absent.push(AbsentColumn {
                        column: column.name.clone(),
                        header: header.clone(),
                        nearest: nearest(header, layout.header.iter().map(String::as_str)).map(str::to_owned),
                        file: file.name.clone(),
                    });
                }
            }
        }
        Ok((absent, found))
    }

    fn open(
        &self,
        file: &InputFile,
        progress: Arc<dyn Fn(u64) + Send + Sync>,
    ) -> Result<open::OpenFile, Vec<ExtractError>> {
        let source = &self.config.sources[file.source];
        let mapping = Mapping { extract: self.config.extract, source, dimensions: self.dimensions };
        open::open(file, mapping, progress)
    }

    /// Bytes of all files on disk.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Reads the whole extract with this many workers, faults going to the writer if there is one.
    ///
    /// Which worker gets which batch differs from run to run; batches carry their place in the input.
    pub fn read<W: Worker>(
        &self,
        threads: usize,
        books: &Interners,
        progress: Arc<dyn Progress>,
        rejects: Option<&mut RejectsWriter>,
        worker: impl Fn() -> W + Sync,
    ) -> Result<Vec<FileRead>, ExtractError> {
        let reports = Mutex::new(ReorderBuffer::new(self.config.extract, &self.files, rejects));
        let feed = Mutex::new(Feed::new(self, progress.clone()));
        let failure: Mutex<Option<ExtractError>> = Mutex::new(None);
        let run = || {
            let mut reading = Reading { typist: ValueParser::default(), batch: Batch::default(), buffer: Vec::new() };
            let mut worker = worker();
            let mut work = || -> Result<(), ExtractError> {
                loop {
                    let next = feed.lock().next_task(std::mem::take(&mut reading.buffer));
                    let Some((sequence, task)) = next? else { return Ok(()) };
                    if failure.lock().is_some() {
                        return Ok(());
                    }
                    let Some(report) = reading.task(task, sequence, books, &mut worker)? else { continue };
                    worker.end_of_task(sequence, report.file, report.records)?;
                    progress.records(self.config.extract, report.records);
                    reports.lock().report(sequence, report).map_err(|source| ExtractError::Rejects { source })?;
                }
            };
            let result = work().and_then(|()| worker.finish());
            if let Err(error) = result {
                failure.lock().get_or_insert(error);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(run);
            }
            run();
        });
        if let Some(error) = failure.into_inner() {
            return Err(error);
        }
        let counts = reports.into_inner().counts;
        let digests = feed.into_inner().digests;
        let files = self.files.iter().zip(counts).zip(digests);
        Ok(files.map(|((input, counts), blake3)| FileRead { input: input.clone(), blake3, counts }).collect())
    }
}

/// Where the column at a place is read from, by the first file of its source that has it.
fn column_found(name: &str, at: usize, files: &[(&InputFile, Arc<layout::Layout>)]) -> ColumnFound {
    let from = |(file, layout): &(&InputFile, Arc<layout::Layout>)| match &layout.columns.get(at)?.from {
        From::Field(field) => Some((file.name.clone(), layout.header[*field].clone(), false)),
        From::Joined(fields, _) => {
            let names: Vec<&str> = fields.iter().map(|field| layout.header[*field].as_str()).collect();
            Some((file.name.clone(), names.join(" + "), false))
        }
        From::Constant(text) => Some((file.name.clone(), text.clone(), true)),
        From::Absent => None,
    };
    let column = name.to_owned();
    match files.iter().find_map(from) {
        Some((file, read_from, constant)) => ColumnFound { file, column, read_from: Some(read_from), constant },
        None => ColumnFound { file: files[0].0.name.clone(), column, read_from: None, constant: false },
    }
}

/// One worker's reading tools.
struct Reading {
    typist: ValueParser,
    batch: Batch,
    buffer: Vec<u8>,
}

impl Reading {
    /// Does a task; a task without rows has no report.
    fn task<W: Worker>(
        &mut self,
        task: Task,
        sequence: u64,
        books: &Interners,
        worker: &mut W,
    ) -> Result<Option<BlockReport>, ExtractError> {
        self.batch.sequence = sequence;
        match task {
            Task::Text { block, header_bytes, header_lines, file, layout, encoding, delimiter } => {
                let layout = &*layout;
                let task = TextTask { block, header_bytes, header_lines, file, layout, encoding, delimiter };
                let mut report = self.typist.read(task, &mut self.batch, books)?;
                use_batch(&self.batch, &mut report, layout, worker)?;
                self.buffer = std::mem::take(&mut self.batch.text);
                Ok(Some(report))
            }
            Task::RowGroup { source, group, file, layout } => {
                let task = parquet::ParquetTask { source: &source, group, file, layout: &layout };
                let mut used = |batch: &Batch, report: &mut BlockReport| use_batch(batch, report, &layout, worker);
                self.typist.read_row_group(&task, &mut self.batch, books, &mut used).map(Some)
            }
        }
    }
}

/// Hands a batch to the worker and notes its orphans among the faults, in record order.
fn use_batch<W: Worker>(
    batch: &Batch,
    report: &mut BlockReport,
    layout: &layout::Layout,
    worker: &mut W,
) -> Result<(), ExtractError> {
    let mut orphans = Vec::new();
    worker.take(batch, &mut orphans)?;
    if orphans.is_empty() {
        return Ok(());
    }
    let owner = layout.columns.iter().position(|column| column.name == "customer_id" || column.name == "employer_id");
    let owner = owner.unwrap_or_default();
    report.orphans += orphans.len() as u64;
    for row in orphans {
        let row = row as usize;
        report.faults.push(Fault {
            record: batch.record[row],
            line: batch.line[row],
            column: layout.columns[owner].name,
            reason: Reason::Orphan,
            value: Fault::excerpt(batch.bytes(batch.texts(owner)[row])),
            line_ends: 0,
        });
    }
    report.faults.sort_by_key(|fault| fault.record);
    Ok(())
}
