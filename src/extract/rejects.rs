//! Rejected rows: why, where, and how their places become known.
//!
//! Blocks are read side by side, so a block knows its faults only relative to its own first record. The
//! [`ReorderBuffer`] takes the blocks' reports in file order, adds up records and lines, and writes each fault with its
//! true place: `rejects.csv` comes out in order without anything being sorted or kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::fault_samples::{FaultKind, FaultSamples};
use super::{FileCounts, InputFile};
use crate::config::{Extract, Outputs};
use crate::dates::DateOrder;
use crate::schema::fields::{Field, FieldType};

/// Why a row is rejected (`docs/method.md` section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The record has more or fewer fields than the header.
    FieldCount,
    /// A quoted value holds lines that look like rows.
    SwallowedRows,
    /// A quoted value is never closed.
    UnclosedQuote,
    /// Bytes that are not of the extract's encoding.
    InvalidEncoding,
    /// A required value is missing.
    MissingValue,
    /// Not a date of an accepted format.
    MalformedDate,
    /// Not a number.
    MalformedNumber,
    /// Not an accepted spelling of true or false.
    MalformedBool,
    /// A negative number where none can be.
    NegativeValue,
    /// A code of a closed set that the configuration does not map.
    UnknownCode,
    /// `period_end` before `period_start`.
    PeriodReversed,
    /// An id that is not in the register.
    Orphan,
}

impl Reason {
    /// All reasons, in the method's order.
    pub const ALL: [Reason; 12] = [
        Reason::FieldCount,
        Reason::SwallowedRows,
        Reason::UnclosedQuote,
        Reason::InvalidEncoding,
        Reason::MissingValue,
        Reason::MalformedDate,
        Reason::MalformedNumber,
        Reason::MalformedBool,
        Reason::NegativeValue,
        Reason::UnknownCode,
        Reason::PeriodReversed,
        Reason::Orphan,
    ];

    /// Its name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Reason::FieldCount => "field_count",
            Reason::SwallowedRows => "swallowed_rows",
            Reason::UnclosedQuote => "unclosed_quote",
            Reason::InvalidEncoding => "invalid_encoding",
            Reason::MissingValue => "missing_value",
            Reason::MalformedDate => "malformed_date",
            Reason::MalformedNumber => "malformed_number",
            Reason::MalformedBool => "malformed_bool",
            Reason::NegativeValue => "negative_value",
            Reason::UnknownCode => "unknown_code",
            Reason::PeriodReversed => "period_reversed",
            Reason::Orphan => "orphan",
        }
    }
}

/// One fault of one record, placed relative to its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Records of the block before it.
    pub record: u32,
    /// Lines of the block before it.
    pub line: u32,
    /// The canonical column; empty for a fault of the whole record.
    pub column: &'static str,
    /// What is wrong.
    pub reason: Reason,
    /// The value as it was read, or what is known of the record.
    pub value: String,
    /// Line ends inside the record (a stray quote covers many).
    pub line_ends: u64,
}

/// The most of a value that is kept: enough to recognise it, too little for a stray file to fill the disk.
const MAX_VALUE_CHARS: usize = 200;

impl Fault {
    /// The start of a value's text, for [`Fault::value`].
    pub fn excerpt(value: &[u8]) -> String {
        let start = &value[..value.len().min(4 * MAX_VALUE_CHARS)];
        let mut text: String = String::from_utf8_lossy(start).chars().take(MAX_VALUE_CHARS).collect();
        if text.len() < value.len() {
            text.push('…');
        }
        text
    }
}

/// What a block says of itself once it has been used.
#[derive(Debug, Default)]
pub struct BlockReport {
    /// Index of its file among the extract's files.
    pub file: usize,
    /// Records in it.
    pub records: u64,
    /// Physical lines in it, those of a header before it included.
    pub lines: u64,
    /// Lines before its first record that belong to the header.
    pub header_lines: u64,
    /// Bytes of its text, decompressed; 0 of a file that is not text.
    pub text_bytes: u64,
    /// Its faults, by record.
    pub faults: Vec<Fault>,
    /// Records that are filtered.
    pub filtered: u64,
    /// Rows rejected as malformed.
    pub malformed: u64,
    /// Bytes of text of the malformed records.
    pub malformed_bytes: u64,
    /// Characters U+0080 to U+009F in text read as Latin-1.
    pub control_characters: u64,
    /// How the formats of dates that swap day and month were used.
    pub date_orders: Vec<DateOrder>,
    /// Rows rejected as orphans.
    pub orphans: u64,
}

/// Takes block reports in any order and acts on them in file order.
pub struct ReorderBuffer<'a> {
    waiting: BTreeMap<u64, BlockReport>,
    next: u64,
    file: usize,
    records: u64,
    lines: u64,
    extract: Extract,
    files: &'a [InputFile],
    writer: Option<&'a mut RejectsWriter>,
    /// Counts per file, in order.
    pub counts: Vec<FileCounts>,
}

impl<'a> ReorderBuffer<'a> {
    /// For the files of one extract; nothing is written without a writer.
    pub fn new(extract: Extract, files: &'a [InputFile], writer: Option<&'a mut RejectsWriter>) -> Self {
        let counts = vec![FileCounts::default(); files.len()];
        ReorderBuffer {
            waiting: BTreeMap::new(),
            next: 0,
            file: 0,
            records: 0,
            lines: 0,
            extract,
            files,
            writer,
            counts,
        }
    }

    /// Takes the report of the block with this sequence number (0, 1, 2 … over all files of the extract).
    pub fn report(&mut self, sequence: u64, report: BlockReport) -> io::Result<()> {
        self.waiting.insert(sequence, report);
        while let Some(report) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.settle(report)?;
        }
        Ok(())
    }

    fn settle(&mut self, report: BlockReport) -> io::Result<()> {
        if report.file != self.file {
            (self.file, self.records, self.lines) = (report.file, 0, 0);
        }
        let counts = &mut self.counts[report.file];
        counts.records += report.records;
        counts.filtered += report.filtered;
        counts.malformed += report.malformed;
        counts.text_bytes += report.text_bytes;
        counts.malformed_bytes += report.malformed_bytes;
        counts.control_characters += report.control_characters;
        counts.orphans += report.orphans;
        report.date_orders.iter().for_each(|order| order.add_to(&mut counts.date_orders));
        for fault in &report.faults {
            *counts.reasons.entry(fault.reason).or_default() += 1;
        }
        if let Some(writer) = self.writer.as_deref_mut() {
            let file = &self.files[report.file];
            for fault in &report.faults {
                let record = self.records + u64::from(fault.record) + 1;
                let line = file.is_text.then(|| self.lines + report.header_lines + u64::from(fault.line) + 1);
                writer.write(self.extract, file, record, line, fault)?;
            }
        }
        self.records += report.records;
        self.lines += report.lines;
        Ok(())
    }
}

/// The columns of `rejects.csv`.
pub const REJECTS: [Field; 7] = [
    Field::text("extract", "the extract's name"),
    Field::text("file", "relative to the configuration's folder"),
    Field::new("record", FieldType::Integer, "from 1, after the header"),
    Field::new("line", FieldType::Integer, "the physical line on which the record starts; missing of Parquet"),
    Field::text("column", "the canonical column; missing for a fault of the whole record"),
    Field::text("reason", "what is wrong"),
    Field::text("value", "the value as it was read, or what is known of the record"),
];

/// Writes `rejects.csv` (`docs/method.md` section 9).
pub struct RejectsWriter {
    csv: csv::Writer<Box<dyn Write + Send>>,
    /// Most faults of an extract that are written.
    most: u64,
    /// Faults written, by extract.
    written: BTreeMap<Extract, u64>,
    spreadsheet_safe: bool,
    /// What they are like, if that is asked for.
    samples: Option<FaultSamples>,
}

impl RejectsWriter {
    /// Onto a stream; writes the header at once.
    pub fn new(stream: Box<dyn Write + Send>, settings: &Outputs) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(stream);
        csv.write_record(REJECTS.each_ref().map(|field| &*field.name))?;
        let Outputs { max_rejects_per_extract: most, spreadsheet_safe, .. } = *settings;
        Ok(RejectsWriter { csv, most, written: BTreeMap::new(), spreadsheet_safe, samples: None })
    }

    /// Gathers what faults are like besides.
    #[must_use]
    pub fn sampling(self) -> Self {
        RejectsWriter { samples: Some(FaultSamples::default()), ..self }
    }

    fn write(
        &mut self,
        extract: Extract,
        file: &InputFile,
        record: u64,
        line: Option<u64>,
        fault: &Fault,
    ) -> io::Result<()> {
        let value = match (fault.reason, line) {
            (Reason::UnclosedQuote | Reason::SwallowedRows, Some(first)) => {
                Cow::Owned(format!("lines {first} to {}", first + fault.line_ends))
            }
            _ => Cow::Borrowed(fault.value.as_str()),
        };
        if let Some(samples) = &mut self.samples {
            let kind = FaultKind { extract, source: file.source, column: fault.column, reason: fault.reason };
            samples.add(kind, &value);
        }
        let written = self.written.entry(extract).or_default();
        if *written >= self.most {
            return Ok(());
        }
        *written += 1;
        let record = record.to_string();
        let value = crate::text::guarded(&value, self.spreadsheet_safe);
        let line = line.map(|line| line.to_string()).unwrap_or_default();
        let file = crate::text::guarded(&file.name, self.spreadsheet_safe);
        let row = [extract.name(), &*file, &record, &line, fault.column, fault.reason.name(), &*value];
        self.csv.write_record(row)?;
        Ok(())
    }

    /// Writes out what is buffered. Returns what faults are like; nothing unless that was asked for.
    pub fn finish(mut self) -> io::Result<FaultSamples> {
        self.csv.flush()?;
        Ok(self.samples.unwrap_or_default())
    }
}
