//! Blocks of text to batches: every record becomes a typed row or a list of its faults.

use hashbrown::HashMap;

use super::ExtractError;
use super::batch::{Batch, Span, Value};
use super::blocks::Block;
use super::codes::{CodeCache, Interners};
use super::column_reader::{ColumnReader, From, empty_column};
use super::decoded::{Decoded, control_characters};
use super::fast_path::FastPath;
use super::layout::Layout;
use super::records::Field;
use super::rejects::{BlockReport, Fault, Reason};
use super::reversed::exclude_ends;
use super::schema::ColumnKind;
use super::separators::{Separator, separators};
use super::uniform::{Fields, Listed, UniformBlock};
use crate::config::Encoding;
use crate::dates::{DateOrder, Months};

/// Rows whose columns are read one after the other: few, so that their text stays in a core's first cache meanwhile.
const STRETCH_ROWS: usize = 256;

/// Reads blocks into batches; one per worker, its buffers used again and again.
#[derive(Debug, Default)]
pub struct ValueParser {
    /// Room for the places of separators, of blocks whose records are all alike and of others.
    bounds: Vec<u32>,
    pub(super) separators: Vec<Separator>,
    /// The fields of all records that have as many as the header, record after record.
    pub(super) fields: Vec<Field>,
    value: Vec<u8>,
    /// Values that differ from their bytes in the block; they end up behind the block's text.
    decoded: Vec<u8>,
    months: Months,
    caches: Vec<CodeCache>,
    /// Rows of a column whose values are not in a usual form, and where they are.
    slow_path: Vec<(u32, Field)>,
    cached_file: Option<usize>,
    /// By column and pair of formats that swap day and month: dates read by the first, by the second, and by either.
    date_orders: HashMap<(usize, usize), [u64; 3]>,
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

impl ValueParser {
    /// Reads a block: its accepted rows into `batch`, everything else into the report.
    ///
    /// Column by column: what a column holds is decided once per block, not once per value.
    pub fn read(
        &mut self,
        task: TextTask<'_>,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<BlockReport, ExtractError> {
        let TextTask { block, header_bytes, header_lines, file, layout, encoding, delimiter } = task;
        let mut report = BlockReport { file, header_lines, ..BlockReport::default() };
        if encoding == Encoding::Latin1 {
            report.control_characters = control_characters(&block.text);
        }
        let text = Decoded::new(block.text, header_bytes, encoding);
        report.text_bytes = text.bytes.len() as u64 + block.dropped_bytes;
        self.start(batch, layout, file);
        let mut bounds = std::mem::take(&mut self.bounds);
        // Rows are filtered one by one, while they are assembled.
        let alike = match text.is_valid && !text.has_marks() && layout.filter.is_none() {
            true => UniformBlock::of(&text.bytes, text.start, delimiter, layout.width, &mut bounds),
            false => None,
        };
        if let Some(fields) = alike {
            let rows = fields.rows() as u32;
            batch.record.extend(0..rows);
            batch.line.extend(0..rows);
            report.records = u64::from(rows);
            report.lines = header_lines + u64::from(rows) + block.dropped_lines;
            self.typed_rows(&text.bytes, &fields, layout, batch, books, &mut report)?;
        } else {
            separators(&text.bytes, delimiter, &mut self.separators);
            self.records(&text, delimiter, (block.dropped_lines, block.dropped_bytes), layout, batch, &mut report);
            let fields = std::mem::take(&mut self.fields);
            let listed = Listed { fields: &fields, width: layout.width };
            self.typed_rows(&text.bytes, &listed, layout, batch, books, &mut report)?;
            self.fields = fields;
        }
        self.bounds = bounds;
        self.report_date_orders(layout, &mut report);
        self.finish(text.bytes, batch, layout, books)?;
        Ok(report)
    }

    /// Reads all whole records, and takes those out of the batch that have faults or are the header again.
    fn typed_rows(
        &mut self,
        text: &[u8],
        fields: &impl Fields,
        layout: &Layout,
        batch: &mut Batch,
        books: &Interners,
        report: &mut BlockReport,
    ) -> Result<(), ExtractError> {
        self.columns(text, fields, layout, batch, books)?;
        self.combined_values(text, fields, layout, batch);
        self.reversed_periods(layout, batch);
        exclude_ends(layout, batch);
        let headers = self.repeated_headers(text, fields, layout);
        self.faults.retain(|(row, ..)| headers.binary_search(row).is_err());
        self.faults.sort_by_key(|(row, column, _)| (*row, *column));
        for of_row in self.faults.chunk_by(|(a, ..), (b, ..)| a == b) {
            report.malformed_bytes += row_bytes(fields, of_row[0].0, layout.width);
        }
        self.take_out(&headers, batch, report);
        Ok(())
    }

    /// Reads all whole records, a stretch of rows at a time and in it column by column.
    fn columns(
        &mut self,
        text: &[u8],
        fields: &impl Fields,
        layout: &Layout,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let mut slow_path = std::mem::take(&mut self.slow_path);
        for first in (0..fields.rows()).step_by(STRETCH_ROWS) {
            let rows = first..fields.rows().min(first + STRETCH_ROWS);
            for (at, reader) in layout.columns.iter().enumerate() {
                let From::Field(field) = reader.from else { continue };
                slow_path.clear();
                let usual = FastPath { text, fields, field, reader, known: &self.caches[at].usual };
                usual.read(rows.clone(), &mut self.months, &mut batch.columns[at], &mut slow_path);
                for (row, field) in &slow_path {
                    self.rare_value(text, *field, *row as usize, at, reader, batch, books)?;
                }
            }
        }
        self.slow_path = slow_path;
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
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let mut value = std::mem::take(&mut self.value);
        let raw = field.value(text, &mut value);
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

    /// Takes the rows with faults, and those that are filtered, out of the batch; the faults go to the report, by record
    /// and column.
    pub(super) fn take_out(&mut self, filtered: &[usize], batch: &mut Batch, report: &mut BlockReport) {
        report.filtered += filtered.len() as u64;
        if self.faults.is_empty() && filtered.is_empty() {
            return;
        }
        self.faults.sort_by_key(|(row, column, _)| (*row, *column));
        let mut rows: Vec<usize> = self.faults.iter().map(|(row, _, _)| *row).collect();
        rows.dedup();
        report.malformed += rows.len() as u64;
        rows.extend_from_slice(filtered);
        rows.sort_unstable();
        batch.remove(&rows);
        report.faults.extend(self.faults.drain(..).map(|(_, _, fault)| fault));
        report.faults.sort_by_key(|fault| fault.record);
    }

    /// Tells how formats of dates that swap day and month were used.
    pub(super) fn report_date_orders(&mut self, layout: &Layout, report: &mut BlockReport) {
        for ((at, pair), [first, second, either]) in self.date_orders.drain() {
            let reader = &layout.columns[at];
            let (column, formats) = (reader.name, reader.notations(pair));
            let order = DateOrder { column, formats, dates: [first, second], either };
            order.add_to(&mut report.date_orders);
        }
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

    /// Bytes of what was decoded.
    pub(super) fn decoded_bytes(&self) -> usize {
        self.decoded.len()
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
        books: &Interners,
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
        books: &Interners,
    ) -> Result<Result<Value, Reason>, ExtractError> {
        if reader.is_missing(raw) {
            return Ok(if reader.required { Err(Reason::MissingValue) } else { Ok(Value::Missing) });
        }
        Ok(match reader.kind {
            ColumnKind::Text => match (reader.id(), base) {
                (Some(_), _) => self.changed_id(reader, raw, text_length),
                (None, Some(base)) => Ok(Value::Text(Span { start: offset(base, raw), length: raw.len() as u32 })),
                (None, None) => {
                    let start = self.decode(raw) + text_length as u32;
                    Ok(Value::Text(Span { start, length: raw.len() as u32 }))
                }
            },
            ColumnKind::Code(set) => {
                let code = self.caches[at].get(raw, || reader.code(set, raw, books))?;
                code.map(Value::Code).ok_or(Reason::UnknownCode)
            }
            ColumnKind::Date => {
                for (pair, place, either) in reader.date_orders(raw) {
                    let counts = self.date_orders.entry((at, pair)).or_default();
                    counts[place] += 1;
                    counts[2] += u64::from(either);
                }
                reader.plain(raw)
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

/// The bytes of a row of the batch, its line end included.
fn row_bytes(fields: &impl Fields, row: usize, width: usize) -> u64 {
    let [first, last] = [0, width - 1].map(|column| fields.field(row, column).range());
    (last.end.saturating_sub(first.start) + 1) as u64
}

/// Where a part of a slice starts in it.
fn offset(whole: &[u8], part: &[u8]) -> u32 {
    (part.as_ptr() as usize - whole.as_ptr() as usize) as u32
}
