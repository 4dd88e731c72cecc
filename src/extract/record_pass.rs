//! A block taken apart: the fields of whole records, and the faults of the others; what of them is filtered.

use super::batch::Batch;
use super::decoded::Decoded;
use super::layout::Layout;
use super::records::{Field, Records};
use super::rejects::{BlockReport, Fault, Reason};
use super::typed::ValueParser;
use super::uniform::Fields;
use super::whole_records::{begins_header, is_repeated_header, whole_fault};

impl ValueParser {
    /// The rows that are the header again. It has a fault in nearly all extracts, so that rows with faults are looked
    /// at and no others.
    pub(super) fn repeated_headers(&self, text: &[u8], fields: &impl Fields, layout: &Layout) -> Vec<usize> {
        let mut rows: Vec<usize> = if layout.header_is_malformed {
            self.faults.iter().map(|(row, ..)| *row).collect()
        } else {
            // The first value tells nearly all rows from the header.
            (0..fields.rows()).filter(|row| begins_header(text, fields.field(*row, 0), layout)).collect()
        };
        rows.sort_unstable();
        rows.dedup();
        rows.retain(|row| {
            let row: Vec<Field> = (0..layout.width).map(|column| fields.field(*row, column)).collect();
            is_repeated_header(text, &row, layout)
        });
        rows
    }

    /// Takes the block apart: the fields of whole records, and the faults of the others. `dropped` are the lines and the
    /// bytes of the last record that the block does not have.
    pub(super) fn records(
        &mut self,
        text: &Decoded,
        delimiter: u8,
        dropped: (u64, u64),
        layout: &Layout,
        batch: &mut Batch,
        report: &mut BlockReport,
    ) {
        let (dropped_lines, dropped_bytes) = dropped;
        self.fields.clear();
        let mut records = Records::new(&text.bytes, &self.separators, text.start, text.byte_order_mark);
        let is_filtered =
            |fields: &[Field]| layout.filter.as_ref().is_some_and(|filter| !filter.keeps(&text.bytes, fields));
        loop {
            let before = self.fields.len();
            if text.is_valid
                && let Some(line) = records.plain_record(layout.width, &mut self.fields)
            {
                keep(&mut self.fields, before, (report.records as u32, line), &is_filtered, batch, report);
                report.records += 1;
                continue;
            }
            let Some(record) = records.next_record(&mut self.fields) else { break };
            let number = report.records as u32;
            report.records += 1;
            // The last record of a file may lack its line end.
            let is_ended = text.bytes[..records.position()].ends_with(b"\n");
            let has_lines = records.lines() > record.line + u32::from(is_ended);
            let Some((reason, value)) =
                whole_fault(text, &record, &self.fields[before..], delimiter, has_lines, layout)
            else {
                keep(&mut self.fields, before, (number, record.line), &is_filtered, batch, report);
                continue;
            };
            let is_header =
                reason == Reason::FieldCount && is_repeated_header(&text.bytes, &self.fields[before..], layout);
            self.fields.truncate(before);
            if is_header {
                report.filtered += 1;
                continue;
            }
            report.malformed += 1;
            report.malformed_bytes += (records.position() - record.start) as u64;
            // The line feed at the end of a record, or of the file, begins no line that the record covers.
            let last = match record.unclosed {
                true => dropped_lines == 0 && text.bytes.ends_with(b"\n"),
                false => is_ended,
            };
            let dropped_lines = if record.unclosed { dropped_lines } else { 0 };
            let line_ends = u64::from(records.lines() - record.line) + dropped_lines - u64::from(last);
            let (record, line, column) = (number, record.line, "");
            report.faults.push(Fault { record, line, column, reason, value, line_ends });
        }
        report.malformed_bytes += dropped_bytes;
        report.lines = report.header_lines + u64::from(records.lines()) + dropped_lines;
    }
}

/// Keeps a whole record, whose fields begin at this place, unless it is filtered.
#[inline]
fn keep(
    fields: &mut Vec<Field>,
    before: usize,
    (record, line): (u32, u32),
    is_filtered: &impl Fn(&[Field]) -> bool,
    batch: &mut Batch,
    report: &mut BlockReport,
) {
    if is_filtered(&fields[before..]) {
        fields.truncate(before);
        report.filtered += 1;
    } else {
        batch.record.push(record);
        batch.line.push(line);
    }
}
