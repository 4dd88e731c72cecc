//! A dictionary's values, typed: what is found out about a distinct value once holds for all its rows.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, PrimitiveArray};

use super::array_values::ArrayValues;
use super::{ParquetTask, damaged};
use crate::extract::ExtractError;
use crate::extract::batch::{Batch, Column, Value};
use crate::extract::codes::Interners;
use crate::extract::column_reader::{ColumnReader, empty_column};
use crate::extract::rejects::Reason;
use crate::extract::schema::ColumnKind;
use crate::extract::typed::ValueParser;

/// The typed values of a column's dictionary.
pub struct Dictionary {
    array: ArrayRef,
    values: ArrayValues,
    /// The typed values, and behind them the missing one.
    typed: Column,
    states: Vec<State>,
    /// How many values have not been read yet.
    unread: usize,
    faulty: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Unread,
    Valid,
    Faulty(Reason),
}

impl ValueParser {
    /// Reads a column's dictionary, unless it is the one of the batch before.
    pub(super) fn update_dictionary(
        &mut self,
        task: &ParquetTask<'_>,
        at: usize,
        array: &ArrayRef,
        known: &mut Option<Dictionary>,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let Some(array) = array.as_dictionary_opt::<UInt32Type>().map(DictionaryArray::values) else { return Ok(()) };
        if known.as_ref().is_some_and(|known| Arc::ptr_eq(&known.array, array)) {
            return Ok(());
        }
        let reader = &task.layout.columns[at];
        let unread = array.len() + 1;
        let values = ArrayValues::new(array.clone()).map_err(|message| task.malformed(at, &message))?;
        let mut typed = empty_column(reader.kind);
        typed.resize(unread, Value::Missing);
        let states = vec![State::Unread; unread];
        let mut dictionary = Dictionary { array: array.clone(), values, typed, states, unread, faulty: false };
        // Codes are read when a row has them: one that no row has must not be interned.
        if !matches!(reader.kind, ColumnKind::Code(_)) {
            for place in 0..unread {
                self.dictionary_value(at, reader, &mut dictionary, place, books)?;
            }
        }
        *known = Some(dictionary);
        Ok(())
    }

    /// Reads a value of a dictionary.
    fn dictionary_value(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        dictionary: &mut Dictionary,
        place: usize,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let read = match place == dictionary.array.len() {
            true => self.value(at, reader, b"", None, 0, books)?,
            false => self.array_value(at, reader, &dictionary.values, place, books)?,
        };
        dictionary.unread -= 1;
        dictionary.states[place] = match read {
            Ok(_) => State::Valid,
            Err(reason) => State::Faulty(reason),
        };
        dictionary.faulty |= read.is_err();
        dictionary.typed.set(place, read.unwrap_or(Value::Missing));
        Ok(())
    }

    /// Appends the values that keys of a dictionary stand for.
    pub(super) fn append_keys(
        &mut self,
        task: &ParquetTask<'_>,
        at: usize,
        keys: &PrimitiveArray<UInt32Type>,
        dictionary: &mut Dictionary,
        batch: &mut Batch,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let reader = &task.layout.columns[at];
        let missing = dictionary.array.len() as u32;
        let with_missing: Vec<u32>;
        let keys: &[u32] = match keys.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => keys.values(),
            Some(nulls) => {
                let keys = nulls.iter().zip(keys.values());
                with_missing = keys.map(|(is_valid, key)| if is_valid { *key } else { missing }).collect();
                &with_missing
            }
        };
        // The library does not check the keys of an empty dictionary.
        if keys.iter().fold(0, |most, key| most.max(*key)) > missing {
            return Err(task.malformed(at, &damaged("a value is not in its dictionary")));
        }
        if dictionary.unread > 0 {
            for key in keys {
                if dictionary.states[*key as usize] == State::Unread {
                    self.dictionary_value(at, reader, dictionary, *key as usize, books)?;
                }
            }
        }
        batch.columns[at].extend_from(&dictionary.typed, keys);
        if dictionary.faulty {
            self.report_faulty_keys(at, reader, keys, dictionary, batch);
        }
        Ok(())
    }

    fn report_faulty_keys(
        &mut self,
        at: usize,
        reader: &ColumnReader,
        keys: &[u32],
        dictionary: &Dictionary,
        batch: &Batch,
    ) {
        for (row, key) in keys.iter().enumerate() {
            let key = *key as usize;
            if let State::Faulty(reason) = dictionary.states[key] {
                let is_missing = key == dictionary.array.len();
                let excerpt = || if is_missing { String::new() } else { dictionary.values.excerpt(key) };
                self.report_fault(row, at, reader, reason, excerpt, batch);
            }
        }
    }
}
