//! Blocks of text to batches: every record becomes a typed row or a list of its faults.

use super::ExtractError;
use super::alike::{Alike, Fields, Listed};
use super::batch::{Batch, Column, MISSING_DAY, Span, Value};
use super::blocks::Block;
use super::codes::{CodeBooks, CodeCache};
use super::dates::Months;
use super::layout::{ColumnReader, From, Layout, empty_column};
use super::records::{Field, Record, Records, Separator, separators, unquote};
use super::rejects::{BlockReport, Fault, Reason};
use super::schema::ColumnKind;
use super::usual::UsualColumn;
use super::values::trim;
use crate::calendar::Day;
use crate::config::Encoding;

/// Rows whose columns are read one after the other: few, so that their text stays in a core's first cache meanwhile.
const STRETCH_ROWS: usize = 256;

/// Reads blocks into batches; one per worker, its buffers used again and again.
#[derive(Debug, Default)]
pub struct Typist {
    /// Room for the places of separators, of blocks whose records are all alike and of others.
    bounds: Vec<u32>,
    separators: Vec<Separator>,
    /// The fields of all records that have as many as the header, record after record.
    fields: Vec<Field>,
    value: Vec<u8>,
    /// Values that differ from their bytes in the block; they end up behind the block's text.
    decoded: Vec<u8>,
    months: Months,
    caches: Vec<CodeCache>,
    /// Rows of a column whose values are not in a usual form, and where they are.
    rare: Vec<(u32, Field)>,
    cached_file: Option<usize>,
    /// Faults of values: row, column and fault.
    pub(super) faults: Vec<(usize, usize, Fault)>,
}

/// A block of text and what is needed to read it.
pub struct TextTask<'a> {
    /// The block.
    pub block: Block,
    /// Bytes of a header at its start.
    pub header_bytes: usize,
    /// Lines of that header.
    pub header_lines: u64,
    /// Its file among the extract's files.
    pub file: usize,
    /// The file's columns.
    pub layout: &'a Layout,
    /// The file's encoding.
    pub encoding: Encoding,
    /// The byte between values.
    pub delimiter: u8,
}

impl Typist {
    /// Reads a block: its accepted rows into `batch`, everything else into the report.
    ///
    /// Column by column: what a column holds is decided once per block, not once per value.
    pub fn read(
        &mut self,
        task: TextTask<'_>,
        batch: &mut Batch,
        books: &CodeBooks,
    ) -> Result<BlockReport, ExtractError> {
        let TextTask { block, header_bytes, header_lines, file, layout, encoding, delimiter } = task;
        let mut report = BlockReport { file, header_lines, ..BlockReport::default() };
        let (text, start) = match encoding {
            Encoding::Latin1 if !block.text.is_ascii() => {
                (block.text[header_bytes..].iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes(), 0)
            }
            _ => (block.text, header_bytes),
        };
        self.start(batch, layout, file);
        let all_valid =
            encoding == Encoding::Latin1 || text[start..].is_ascii() || std::str::from_utf8(&text[start..]).is_ok();
        let mut bounds = std::mem::take(&mut self.bounds);
        let alike = if all_valid { Alike::of(&text, start, delimiter, layout.fields, &mut bounds) } else { None };
        if let Some(fields) = alike {
            let rows = fields.rows() as u32;
            batch.record.extend(0..rows);
            batch.line.extend(0..rows);
            report.records = u64::from(rows);
            report.lines = header_lines + u64::from(rows) + block.dropped_lines;
            self.columns(&text, &fields, layout, batch, books)?;
        } else {
            separators(&text, delimiter, &mut self.separators);
            self.records(&text, start, all_valid, block.dropped_lines, layout, batch, &mut report);
            let fields = std::mem::take(&mut self.fields);
            self.columns(&text, &Listed { fields: &fields, width: layout.fields }, layout, batch, books)?;
            self.fields = fields;
        }
        self.bounds = bounds;
        self.reversed_periods(layout, batch);
        self.reject_faulty(batch, &mut report);
        self.finish(text, batch, layout, books)?;
        Ok(report)
    }

    /// Takes the block apart: the fields of whole records, and the faults of the others.
    #[allow(clippy::too_many_arguments)]
    fn records(
        &mut self,
        text: &[u8],
        start: usize,
        all_valid: bool,
        dropped_lines: u64,
        layout: &Layout,
        batch: &mut Batch,
        report: &mut BlockReport,
    ) {
        self.fields.clear();
        let mut records = Records::new(text, &self.separators, start);
        loop {
            if all_valid && let Some(line) = records.plain_record(layout.fields, &mut self.fields) {
                batch.record.push(report.records as u32);
                batch.line.push(line);
                report.records += 1;
                continue;
            }
            let before = self.fields.len();
            let Some(record) = records.next_record(&mut self.fields) else { break };
            let number = report.records as u32;
            report.records += 1;
            let fields = self.fields.len() - before;
            match whole_fault(text, &record, fields, layout, all_valid) {
                None => {
                    batch.record.push(number);
                    batch.line.push(record.line);
                }
                Some((reason, value)) => {
                    self.fields.truncate(before);
                    report.malformed += 1;
                    // A line feed at the very end of the file begins no line that an unclosed quote covers.
                    let last = u64::from(record.unclosed && dropped_lines == 0 && text.ends_with(b"\n"));
                    let line_ends = u64::from(records.lines() - record.line) + dropped_lines - last;
                    let (record, line, column) = (number, record.line, "");
                    report.faults.push(Fault { record, line, column, reason, value, line_ends });
                }
            }
        }
        report.lines = report.header_lines + u64::from(records.lines()) + dropped_lines;
    }

    /// Reads all whole records, a stretch of rows at a time and in it column by column.
    fn columns(
        &mut self,
        text: &[u8],
        fields: &impl Fields,
        layout: &Layout,
        batch: &mut Batch,
        books: &CodeBooks,
    ) -> Result<(), ExtractError> {
        let mut rare = std::mem::take(&mut self.rare);
        for first in (0..fields.rows()).step_by(STRETCH_ROWS) {
            let rows = first..fields.rows().min(first + STRETCH_ROWS);
            for (at, reader) in layout.columns.iter().enumerate() {
                let From::Field(field) = reader.from else { continue };
                rare.clear();
                let usual = UsualColumn { text, fields, field, reader, known: &self.caches[at].usual };
                usual.read(rows.clone(), &mut self.months, &mut batch.columns[at], &mut rare);
                for (row, field) in &rare {
                    self.rare_value(text, *field, *row as usize, at, reader, batch, books)?;
                }
            }
        }
        self.rare = rare;
        Ok(())
    }

    /// Reads one value the long way, into its row, and notes its fault if it has one.
    #[allow(clippy::too_many_arguments)]
    fn rare_value(
        &mut self,
        text: &[u8],
        field: Field,
        row: usize,
        at: usize,
        reader: &ColumnReader,
        batch: &mut Batch,
        books: &CodeBooks,
    ) -> Result<(), ExtractError> {
        let mut value = std::mem::take(&mut self.value);
        let raw = if field.quoted() {
            value.clear();
            unquote(&text[field.range()], &mut value);
            trim(&value)
        } else {
            trim(&text[field.range()])
        };
        let base = (!field.quoted()).then_some(text);
        let read = self.value(at, reader, raw, base, text.len(), books)?;
        batch.columns[at].set(row, read.unwrap_or(Value::Missing));
        if let Err(reason) = read {
            let (record, line, value) = (batch.record[row], batch.line[row], Fault::excerpt(raw));
            self.faults.push((row, at, Fault { record, line, column: reader.name, reason, value, line_ends: 0 }));
        }
        self.value = value;
        Ok(())
    }

    /// Notes the rows whose `period_end` is before their `period_start`.
    pub(super) fn reversed_periods(&mut self, layout: &Layout, batch: &Batch) {
        let rows = batch.record.len();
        if layout.period.is_none_or(|(_, end)| matches!(layout.columns[end].from, From::Absent)) {
            return;
        }
        // Nearly all periods of a block are in order, which its days tell, where both are in the file.
        if let Some((start, end)) = layout.period
            && let (Column::Date(starts), Column::Date(ends)) = (&batch.columns[start], &batch.columns[end])
            && (starts.len(), ends.len()) == (rows, rows)
        {
            let reversed = |(start, end): (&Day, &Day)| (end < start) & (*end != MISSING_DAY);
            if !starts.iter().zip(ends).fold(false, |any, days| any | reversed(days)) {
                return;
            }
        }
        for row in 0..rows {
            if let Some(value) = reversed(layout, batch, row) {
                let (record, line) = (batch.record[row], batch.line[row]);
                let (column, reason) = ("period_end", Reason::PeriodReversed);
                let fault = Fault { record, line, column, reason, value, line_ends: 0 };
                self.faults.push((row, usize::MAX, fault));
            }
        }
    }

    /// Takes the rows with faults out of the batch; the faults go to the report, by record and column.
    pub(super) fn reject_faulty(&mut self, batch: &mut Batch, report: &mut BlockReport) {
        if self.faults.is_empty() {
            return;
        }
        self.faults.sort_by_key(|(row, column, _)| (*row, *column));
        let mut faulty: Vec<usize> = self.faults.iter().map(|(row, _, _)| *row).collect();
        faulty.dedup();
        report.malformed += faulty.len() as u64;
        batch.remove(&faulty);
        report.faults.extend(self.faults.drain(..).map(|(_, _, fault)| fault));
        report.faults.sort_by_key(|fault| fault.record);
    }

    /// Empties the batch and gives it the layout's columns.
    pub fn start(&mut self, batch: &mut Batch, layout: &Layout, file: usize) {
        batch.file = file;
        batch.record.clear();
        batch.line.clear();
        if batch.columns.len() != layout.columns.len() {
            batch.columns = layout.columns.iter().map(|column| empty_column(column.kind)).collect();
        }
        batch.columns.iter_mut().for_each(|column| column.truncate(0));
        self.decoded.clear();
        if self.cached_file != Some(file) {
            // Another file may belong to another source, whose codes map otherwise.
            self.caches = layout.columns.iter().map(|_| CodeCache::default()).collect();
            self.cached_file = Some(file);
        }
    }

    /// Adds text to what was decoded, and tells where it is.
    pub(super) fn decode(&mut self, text: &[u8]) -> u32 {
        let start = self.decoded.len() as u32;
        self.decoded.extend_from_slice(text);
        start
    }

    /// Takes out what was decoded, to be a batch's text.
    pub(super) fn take_decoded(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.decoded)
    }

    /// Begins with text that was decoded before.
    pub(super) fn put_decoded(&mut self, text: Vec<u8>) {
        self.decoded = text;
    }

    /// Gives the batch its text and fills the columns that no field has.
    pub fn finish(
        &mut self,
        mut text: Vec<u8>,
        batch: &mut Batch,
        layout: &Layout,
        books: &CodeBooks,
    ) -> Result<(), ExtractError> {
        if u32::try_from(text.len() + self.decoded.len()).is_err() {
            return Err(ExtractError::TooMuchText);
        }
        text.extend_from_slice(&self.decoded);
        let rows = batch.record.len();
        for (reader, column) in layout.columns.iter().zip(&mut batch.columns) {
            reader.fill(rows, &mut text, column, books)?;
        }
        batch.text = text;
        Ok(())
    }

    /// Reads one trimmed value. `base` is the block that `raw` lies in, unless its bytes were decoded.
    #[inline]
    pub fn value(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        raw: &[u8],
        base: Option<&[u8]>,
        text_length: usize,
        books: &CodeBooks,
    ) -> Result<Result<Value, Reason>, ExtractError> {
        if reader.is_missing(raw) {
            return Ok(if reader.required { Err(Reason::MissingValue) } else { Ok(Value::Missing) });
        }
        Ok(match reader.kind {
            ColumnKind::Text => Ok(Value::Text(match base {
                Some(base) => Span { start: offset(base, raw), length: raw.len() as u32 },
                None => {
                    let start = (text_length + self.decoded.len()) as u32;
                    self.decoded.extend_from_slice(raw);
                    Span { start, length: raw.len() as u32 }
                }
            })),
            ColumnKind::Code(set) => {
                let code = self.caches[at].get(raw, || reader.code(set, raw, books))?;
                code.map(Value::Code).ok_or(Reason::UnknownCode)
            }
            ColumnKind::Bool => {
                let read = reader.plain(raw);
                if let Ok(Value::Bool(value)) = read {
                    self.caches[at].usual.remember(raw, u32::from(value));
                }
                read
            }
            _ => reader.plain(raw),
        })
    }
}

/// The one fault of a record that cannot be taken apart.
fn whole_fault(
    text: &[u8],
    record: &Record,
    fields: usize,
    layout: &Layout,
    all_valid: bool,
) -> Option<(Reason, String)> {
    if record.unclosed {
        return Some((Reason::UnclosedQuote, String::new()));
    }
    if !all_valid && let Err(error) = std::str::from_utf8(&text[record.start..record.end]) {
        let at = error.valid_up_to();
        return Some((Reason::InvalidEncoding, format!("byte {:#04X}", text[record.start + at])));
    }
    (fields != layout.fields).then(|| (Reason::FieldCount, format!("{fields} instead of {}", layout.fields)))
}

/// A row's `period_end`, as text, where it is before the row's `period_start`.
#[inline]
fn reversed(layout: &Layout, batch: &Batch, row: usize) -> Option<String> {
    let (start, end) = layout.period?;
    let day = |at: usize| match (&layout.columns[at].from, &batch.columns[at]) {
        (From::Field(_), Column::Date(days)) => days.get(row).copied(),
        (From::Constant(text), _) => match layout.columns[at].plain(text.as_bytes()) {
            Ok(Value::Day(day)) => Some(day),
            _ => None,
        },
        _ => None,
    };
    let (start, end) = (day(start)?, day(end)?);
    (start != MISSING_DAY && end != MISSING_DAY && end < start).then(|| end.to_string())
}

/// Where a part of a slice starts in it.
fn offset(whole: &[u8], part: &[u8]) -> u32 {
    (part.as_ptr() as usize - whole.as_ptr() as usize) as u32
}
