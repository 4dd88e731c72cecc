//! Fields of a Parquet file as texts: where a condition looks at them, several make one value, or one turns a sign.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, PrimitiveArray};

use super::array_values::{ArrayValues, RawValue};
use super::projection::ProjectedColumn;
use super::{From, ParquetTask};
use crate::extract::ExtractError;
use crate::extract::batch::Batch;
use crate::extract::combined::turn_signs;
use crate::extract::rejects::{Fault, Reason};
use crate::extract::typed::ValueParser;
use crate::extract::values::trim;

/// The values of a field.
pub(super) enum FieldTexts<'a> {
    /// Those of an array, by the keys of a dictionary where it has one.
    Array(ArrayValues, Option<&'a PrimitiveArray<UInt32Type>>),
    /// The same for all rows.
    Partition(&'a str),
}

impl<'a> FieldTexts<'a> {
    pub(super) fn of(array: &'a ArrayRef) -> Result<Self, String> {
        Ok(match array.as_dictionary_opt::<UInt32Type>() {
            Some(dictionary) => {
                FieldTexts::Array(ArrayValues::new(dictionary.values().clone())?, Some(dictionary.keys()))
            }
            None => FieldTexts::Array(ArrayValues::new(array.clone())?, None),
        })
    }

    /// A row's trimmed text, empty where it is missing; `None` for one that is not UTF-8.
    pub(super) fn text(&self, row: usize) -> Option<Vec<u8>> {
        let (values, keys) = match self {
            FieldTexts::Partition(text) => return Some(trim(text.as_bytes()).to_vec()),
            FieldTexts::Array(values, keys) => (values, keys),
        };
        let place = match keys {
            Some(keys) if keys.is_null(row) => return Some(Vec::new()),
            Some(keys) => keys.value(row) as usize,
            None => row,
        };
        // The library does not check the keys of an empty dictionary.
        if place >= values.len() {
            return None;
        }
        let mut scratch = Vec::new();
        match values.get(place, &mut scratch) {
            RawValue::Missing => Some(Vec::new()),
            RawValue::Text(text) => std::str::from_utf8(text).is_ok().then(|| trim(text).to_vec()),
            RawValue::Day(day) => Some(day.to_string().into_bytes()),
            RawValue::Bool(value) => Some(value.to_string().into_bytes()),
            RawValue::Formatted => Some(scratch),
        }
    }
}

impl ValueParser {
    /// Reads the values that are made of several fields, turns the signs of amounts, and tells which rows are filtered, in
    /// order. What of it is not UTF-8 rejects its row.
    pub(super) fn combine_fields(
        &mut self,
        task: &ParquetTask<'_>,
        projection: &[ProjectedColumn],
        arrays: &[ArrayRef],
        batch: &mut Batch,
    ) -> Result<Vec<usize>, ExtractError> {
        let layout = task.layout;
        if layout.looked_at().next().is_none() {
            return Ok(Vec::new());
        }
        let mut fields: Vec<(usize, FieldTexts<'_>)> = Vec::new();
        for field in layout.looked_at() {
            let texts = match task.source.partition(field) {
                Some(text) => FieldTexts::Partition(text),
                None => {
                    let place = projection.iter().position(|column| column.field == field);
                    let Some(array) = place.and_then(|place| arrays.get(place)) else { continue };
                    FieldTexts::of(array).map_err(|message| task.malformed_field(field, &message))?
                }
            };
            fields.push((field, texts));
        }
        let texts = |wanted: &[usize], row: usize| -> Option<Vec<Vec<u8>>> {
            let of = |wanted: &usize| fields.iter().find(|(field, _)| field == wanted)?.1.text(row);
            wanted.iter().map(of).collect()
        };
        let mut undecodable = Vec::new();
        for (at, reader) in layout.columns.iter().enumerate() {
            let From::Joined(columns, _) = &reader.from else { continue };
            for row in 0..batch.record.len() {
                let parts = texts(columns, row);
                undecodable.extend(parts.is_none().then_some(row));
                self.joined_value(at, reader, &parts.unwrap_or_else(|| vec![vec![]]), row, 0, batch);
            }
        }
        if let Some(sign) = &layout.sign {
            let values: Vec<Option<Vec<Vec<u8>>>> =
                (0..batch.record.len()).map(|row| texts(&[sign.field], row)).collect();
            undecodable.extend(values.iter().enumerate().filter(|(_, value)| value.is_none()).map(|(row, _)| row));
            let turns = |value: Option<Vec<Vec<u8>>>| value.is_some_and(|value| sign.turns(&value.concat()));
            turn_signs(sign, values.into_iter().map(turns), batch);
        }
        let mut filtered = Vec::new();
        if let Some(filter) = &layout.filter {
            for row in 0..batch.record.len() {
                match texts(filter.fields(), row) {
                    None => undecodable.push(row),
                    Some(values) => {
                        let values = values.iter().map(|value| Some(value.as_slice()));
                        filtered.extend((!filter.keeps_values(values)).then_some(row));
                    }
                }
            }
        }
        for row in undecodable {
            let (record, reason) = (batch.record[row], Reason::InvalidEncoding);
            let fault = Fault { record, line: 0, column: "", reason, value: String::new(), line_ends: 0 };
            self.faults.push((row, 0, fault));
        }
        // A row that cannot be taken apart is malformed, whatever the condition says.
        let broken = |row: &usize| {
            self.faults.iter().any(|(other, _, fault)| other == row && fault.reason == Reason::InvalidEncoding)
        };
        let any_broken = self.faults.iter().any(|(.., fault)| fault.reason == Reason::InvalidEncoding);
        filtered.retain(|row| !any_broken || !broken(row));
        Ok(filtered)
    }
}
