//! Blocks of text to batches: every record becomes a typed row or a list of its faults.

use hashbrown::HashMap;

use super::ExtractError;
use super::batch::{Batch, Column, MISSING_DAY, Span, Value};
use super::blocks::Block;
use super::codes::{CodeBooks, CodeId};
use super::layout::{ColumnReader, From, Layout, empty_column};
use super::records::{Field, Record, Records, separators, unquote};
use super::rejects::{BlockReport, Fault, Reason};
use super::schema::ColumnKind;
use super::values::trim;
use crate::config::Encoding;

/// Codes already looked up, per column of a layout, so that the shared books are asked once per code and worker.
pub type CodeCache = Vec<HashMap<Vec<u8>, Option<CodeId>>>;

/// Reads blocks into batches; one per worker, its buffers used again and again.
#[derive(Debug, Default)]
pub struct Typist {
    separators: Vec<u32>,
    fields: Vec<Field>,
    value: Vec<u8>,
    /// Values that differ from their bytes in the block; they end up behind the block's text.
    decoded: Vec<u8>,
    cache: CodeCache,
    cached_file: Option<usize>,
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
    pub fn read(
        &mut self,
        task: TextTask<'_>,
        batch: &mut Batch,
        books: &CodeBooks,
    ) -> Result<BlockReport, ExtractError> {
        let TextTask { block, header_bytes, header_lines, file, layout, encoding, delimiter } = task;
        let dropped_lines = block.dropped_lines;
        let mut report = BlockReport { file, header_lines, ..BlockReport::default() };
        let (text, start) = match encoding {
            Encoding::Latin1 if !block.text.is_ascii() => {
                (block.text[header_bytes..].iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes(), 0)
            }
            _ => (block.text, header_bytes),
        };
        self.start(batch, layout, file);
        separators(&text, delimiter, &mut self.separators);
        let positions = std::mem::take(&mut self.separators);
        let mut fields = std::mem::take(&mut self.fields);
        let all_valid = encoding == Encoding::Latin1 || std::str::from_utf8(&text[start..]).is_ok();
        let mut records = Records::new(&text, &positions, start);
        while let Some(record) = records.next_record(&mut fields) {
            let number = report.records as u32;
            report.records += 1;
            let whole = self.whole_fault(&text, &record, &fields, layout, all_valid);
            if let Some((reason, value)) = whole {
                let line_ends = u64::from(records.lines() - record.line) + dropped_lines;
                report.faults.push(Fault { record: number, line: record.line, column: "", reason, value, line_ends });
                report.malformed += 1;
            } else if self.row(&text, (number, record.line), &fields, layout, batch, books, &mut report.faults)? {
                batch.record.push(number);
                batch.line.push(record.line);
            } else {
                report.malformed += 1;
            }
        }
        report.lines = header_lines + u64::from(records.lines()) + dropped_lines;
        (self.separators, self.fields) = (positions, fields);
        self.finish(text, batch, layout, books)?;
        Ok(report)
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
            self.cache = vec![HashMap::new(); layout.columns.len()];
            self.cached_file = Some(file);
        }
    }

    /// Gives the batch its text and fills the columns that no field has.
    pub fn finish(
        &mut self,
        mut text: Vec<u8>,
        batch: &mut Batch,
        layout: &Layout,
        books: &CodeBooks,
    ) -> Result<(), ExtractError> {
        text.extend_from_slice(&self.decoded);
        let rows = batch.record.len();
        for (reader, column) in layout.columns.iter().zip(&mut batch.columns) {
            reader.fill(rows, &mut text, column, books)?;
        }
        batch.text = text;
        Ok(())
    }

    /// The one fault of a record that cannot be taken apart.
    fn whole_fault(
        &self,
        text: &[u8],
        record: &Record,
        fields: &[Field],
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
        (fields.len() != layout.fields)
            .then(|| (Reason::FieldCount, format!("{} instead of {}", fields.len(), layout.fields)))
    }

    /// Reads one record; true when its row is complete, else all its faults are noted and no row is left.
    #[allow(clippy::too_many_arguments)]
    fn row(
        &mut self,
        text: &[u8],
        (record, line): (u32, u32),
        fields: &[Field],
        layout: &Layout,
        batch: &mut Batch,
        books: &CodeBooks,
        faults: &mut Vec<Fault>,
    ) -> Result<bool, ExtractError> {
        let first_fault = faults.len();
        let mut value = std::mem::take(&mut self.value);
        for (at, reader) in layout.columns.iter().enumerate() {
            let From::Field(field) = reader.from else { continue };
            let field = fields[field];
            let raw = &text[field.start as usize..field.end as usize];
            let raw = if field.quoted {
                value.clear();
                unquote(raw, &mut value);
                trim(&value)
            } else {
                trim(raw)
            };
            let base = (!field.quoted).then_some(text);
            match self.value(at, reader, raw, base, text.len(), books)? {
                Ok(value) => batch.columns[at].push(value),
                Err(reason) => {
                    batch.columns[at].push(Value::Missing);
                    let value = Fault::excerpt(raw);
                    faults.push(Fault { record, line, column: reader.name, reason, value, line_ends: 0 });
                }
            }
        }
        self.value = value;
        if let Some(value) = reversed(layout, batch) {
            let (column, reason) = ("period_end", Reason::PeriodReversed);
            faults.push(Fault { record, line, column, reason, value, line_ends: 0 });
        }
        if faults.len() > first_fault {
            let rows = batch.record.len();
            batch.columns.iter_mut().for_each(|column| column.truncate(rows));
            return Ok(false);
        }
        Ok(true)
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
                let known = match self.cache[at].get(raw) {
                    Some(known) => *known,
                    None => {
                        let id = reader.code(set, raw, books)?;
                        self.cache[at].insert(raw.to_vec(), id);
                        id
                    }
                };
                known.map(Value::Code).ok_or(Reason::UnknownCode)
            }
            _ => reader.plain(raw),
        })
    }
}

/// The `period_end` of the row just read, as text, where it is before the row's `period_start`.
pub fn reversed(layout: &Layout, batch: &Batch) -> Option<String> {
    let (start, end) = layout.period?;
    let rows = batch.record.len();
    let day = |at: usize| match (&layout.columns[at].from, &batch.columns[at]) {
        (From::Field(_), Column::Date(days)) => days.get(rows).copied(),
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
