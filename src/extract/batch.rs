//! A batch: the accepted rows of a block, typed, column by column.

use super::codes::CodeId;
use crate::calendar::Day;

/// A piece of a batch's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Length in bytes; a missing text has none.
    pub length: u32,
}

/// A missing text. (An empty value is missing too, so no text of length zero is anything else.)
pub const MISSING_SPAN: Span = Span { start: 0, length: 0 };
/// A missing code.
pub const MISSING_CODE: CodeId = CodeId::MAX;
/// A missing date.
pub const MISSING_DAY: Day = Day(i32::MIN);
/// A missing number.
pub const MISSING_NUMBER: i64 = i64::MIN;

/// One typed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Missing,
    /// Text.
    Text(Span),
    /// A code.
    Code(CodeId),
    /// A date.
    Day(Day),
    /// Hundredths, or a whole number.
    Number(i64),
    /// True or false.
    Bool(bool),
}

/// A typed column; missing values are the constants of this module.
#[derive(Debug, Clone)]
pub enum Column {
    /// Ids and dimensions.
    Text(Vec<Span>),
    /// Codes by number.
    Code(Vec<CodeId>),
    /// Dates.
    Date(Vec<Day>),
    /// Amounts and minutes in hundredths, whole numbers.
    Number(Vec<i64>),
    /// Truth values.
    Bool(Vec<Option<bool>>),
}

impl Column {
    /// Appends a value; one of another type than the column's is a missing one.
    #[inline]
    pub fn push(&mut self, value: Value) {
        match self {
            Column::Text(values) => values.push(text_of(value)),
            Column::Code(values) => values.push(code_of(value)),
            Column::Date(values) => values.push(day_of(value)),
            Column::Number(values) => values.push(number_of(value)),
            Column::Bool(values) => values.push(bool_of(value)),
        }
    }

    /// Sets a row's value, as [`Column::push`] would append it.
    #[inline]
    pub fn set(&mut self, row: usize, value: Value) {
        match self {
            Column::Text(values) => values[row] = text_of(value),
            Column::Code(values) => values[row] = code_of(value),
            Column::Date(values) => values[row] = day_of(value),
            Column::Number(values) => values[row] = number_of(value),
            Column::Bool(values) => values[row] = bool_of(value),
        }
    }

    /// Makes the column this long, with the same value in every new row.
    pub fn resize(&mut self, rows: usize, value: Value) {
        match self {
            Column::Text(values) => values.resize(rows, text_of(value)),
            Column::Code(values) => values.resize(rows, code_of(value)),
            Column::Date(values) => values.resize(rows, day_of(value)),
            Column::Number(values) => values.resize(rows, number_of(value)),
            Column::Bool(values) => values.resize(rows, bool_of(value)),
        }
    }

    /// Appends the values at these places of a column of the same type.
    pub fn extend_from(&mut self, from: &Column, places: &[u32]) {
        fn extend<T: Copy>(values: &mut Vec<T>, from: &[T], places: &[u32]) {
            values.extend(places.iter().map(|place| from[*place as usize]));
        }
        match (self, from) {
            (Column::Text(values), Column::Text(from)) => extend(values, from, places),
            (Column::Code(values), Column::Code(from)) => extend(values, from, places),
            (Column::Date(values), Column::Date(from)) => extend(values, from, places),
            (Column::Number(values), Column::Number(from)) => extend(values, from, places),
            (Column::Bool(values), Column::Bool(from)) => extend(values, from, places),
            (other, _) => places.iter().for_each(|_| other.push(Value::Missing)),
        }
    }

    /// Forgets the rows from this one on.
    pub fn truncate(&mut self, rows: usize) {
        match self {
            Column::Text(values) => values.truncate(rows),
            Column::Code(values) => values.truncate(rows),
            Column::Date(values) => values.truncate(rows),
            Column::Number(values) => values.truncate(rows),
            Column::Bool(values) => values.truncate(rows),
        }
    }
}

fn text_of(value: Value) -> Span {
    if let Value::Text(span) = value { span } else { MISSING_SPAN }
}

fn code_of(value: Value) -> CodeId {
    if let Value::Code(code) = value { code } else { MISSING_CODE }
}

fn day_of(value: Value) -> Day {
    if let Value::Day(day) = value { day } else { MISSING_DAY }
}

fn number_of(value: Value) -> i64 {
    if let Value::Number(number) = value { number } else { MISSING_NUMBER }
}

fn bool_of(value: Value) -> Option<bool> {
    if let Value::Bool(value) = value { Some(value) } else { None }
}

/// The accepted rows of one block, typed.
#[derive(Debug, Default)]
pub struct Batch {
    /// Which block of the extract: 0, 1, 2 … in input order.
    pub sequence: u64,
    /// Index of its file among the extract's files.
    pub file: usize,
    /// The bytes that text spans point into.
    pub text: Vec<u8>,
    /// One column per canonical column, in the extract's order, the dimensions last.
    pub columns: Vec<Column>,
    /// Per row, the records of the block before it.
    pub record: Vec<u32>,
    /// Per row, the lines of the block before it.
    pub line: Vec<u32>,
}

impl Batch {
    /// Accepted rows.
    pub fn rows(&self) -> usize {
        self.record.len()
    }

    /// The bytes of a span.
    #[inline]
    pub fn bytes(&self, span: Span) -> &[u8] {
        &self.text[span.start as usize..][..span.length as usize]
    }

    /// A text column; empty when the column is of another type.
    pub fn texts(&self, column: usize) -> &[Span] {
        if let Column::Text(values) = &self.columns[column] { values } else { &[] }
    }

    /// A code column.
    pub fn codes(&self, column: usize) -> &[CodeId] {
        if let Column::Code(values) = &self.columns[column] { values } else { &[] }
    }

    /// A date column.
    pub fn days(&self, column: usize) -> &[Day] {
        if let Column::Date(values) = &self.columns[column] { values } else { &[] }
    }

    /// A number column.
    pub fn numbers(&self, column: usize) -> &[i64] {
        if let Column::Number(values) = &self.columns[column] { values } else { &[] }
    }

    /// A bool column.
    pub fn bools(&self, column: usize) -> &[Option<bool>] {
        if let Column::Bool(values) = &self.columns[column] { values } else { &[] }
    }

    /// Takes rows out, given in ascending order.
    pub fn remove(&mut self, rows: &[usize]) {
        fn without<T: Copy>(values: &mut Vec<T>, rows: &[usize]) {
            let (mut at, mut next) = (0, rows.iter().peekable());
            values.retain(|_| {
                at += 1;
                next.next_if_eq(&&(at - 1)).is_none()
            });
        }
        without(&mut self.record, rows);
        without(&mut self.line, rows);
        for column in &mut self.columns {
            match column {
                Column::Text(values) => without(values, rows),
                Column::Code(values) => without(values, rows),
                Column::Date(values) => without(values, rows),
                Column::Number(values) => without(values, rows),
                Column::Bool(values) => without(values, rows),
            }
        }
    }

    /// A row's place in the input order of its extract.
    pub fn place(&self, row: usize) -> u64 {
        place(self.sequence, self.record[row])
    }
}

/// The place of a record of a block in the input order of its extract.
#[inline]
pub fn place(sequence: u64, record: u32) -> u64 {
    (sequence << 32) | u64::from(record)
}
