//! Values that are made of more than one value of the file: ids and dimensions of several columns, amounts whose sign is
//! in another one; and ids that are brought into another form.

use super::batch::{Batch, Column, MISSING_NUMBER, Span, Value};
use super::column_reader::{ColumnReader, From};
use super::layout::{Layout, SignReader};
use super::rejects::{Fault, Reason};
use super::typed::ValueParser;
use super::uniform::Fields;

impl ValueParser {
    /// Reads the values of several columns that make one, and turns the signs of amounts.
    pub(super) fn combined_values(&mut self, text: &[u8], fields: &impl Fields, layout: &Layout, batch: &mut Batch) {
        let (mut parts, mut unquoted) = (Vec::new(), Vec::new());
        for (at, reader) in layout.columns.iter().enumerate() {
            let From::Joined(columns, _) = &reader.from else { continue };
            for row in 0..fields.rows() {
                parts.clear();
                let own = columns.iter().map(|column| fields.field(row, *column));
                parts.extend(own.map(|field| field.value(text, &mut unquoted).to_vec()));
                self.joined_value(at, reader, &parts, row, text.len(), batch);
            }
        }
        if let Some(sign) = &layout.sign {
            let values = (0..fields.rows()).map(|row| fields.field(row, sign.field));
            let turned = values.map(|field| sign.turns(field.value(text, &mut unquoted)));
            turn_signs(sign, turned, batch);
        }
    }

    /// Appends a value that is made of several: missing if one of them is.
    pub(super) fn joined_value(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        parts: &[Vec<u8>],
        row: usize,
        text_length: usize,
        batch: &mut Batch,
    ) {
        let From::Joined(_, join) = &reader.from else { return };
        let joined = parts.join(join.as_slice());
        let read = match parts.iter().any(|part| reader.is_missing(part)) {
            true if reader.required => Err(Reason::MissingValue),
            true => Ok(Value::Missing),
            false if reader.id().is_some() => self.changed_id(reader, &joined, text_length),
            false => {
                let start = self.decode(&joined) + text_length as u32;
                Ok(Value::Text(Span { start, length: joined.len() as u32 }))
            }
        };
        batch.columns[at].push(read.unwrap_or(Value::Missing));
        if let Err(reason) = read {
            let (record, line, value) = (batch.record[row], batch.line[row], Fault::excerpt(&joined));
            self.faults.push((row, at, Fault { record, line, column: reader.name, reason, value, line_ends: 0 }));
        }
    }

    /// An id in the form that it is brought into; nothing left of it is a missing one.
    pub(super) fn changed_id(
        &mut self,
        reader: &ColumnReader,
        raw: &[u8],
        text_length: usize,
    ) -> Result<Value, Reason> {
        let mut changed = Vec::new();
        match reader.id().is_some_and(|id| id.append(raw, &mut changed)) {
            true => {
                let start = self.decode(&changed) + text_length as u32;
                Ok(Value::Text(Span { start, length: changed.len() as u32 }))
            }
            false if reader.required => Err(Reason::MissingValue),
            false => Ok(Value::Missing),
        }
    }
}

impl SignReader {
    /// Whether a trimmed value of its column turns the sign.
    pub(super) fn turns(&self, value: &[u8]) -> bool {
        self.negative.iter().any(|negative| negative == value)
    }
}

/// Turns the signs of the amounts of these rows.
pub(super) fn turn_signs(sign: &SignReader, turned: impl Iterator<Item = bool>, batch: &mut Batch) {
    if let Column::Number(amounts) = &mut batch.columns[sign.amount] {
        for (amount, _) in amounts.iter_mut().zip(turned).filter(|(amount, turns)| *turns && **amount != MISSING_NUMBER)
        {
            *amount = -*amount;
        }
    }
}
