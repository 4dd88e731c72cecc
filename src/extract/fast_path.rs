//! Values in their usual forms, a whole column at a time.
//!
//! Nearly all values of an extract are a plain ISO date, an amount with two decimals, a code met before, an id without
//! blanks around it, or nothing. Each kind has one tight loop that reads these; the rows it cannot read take the *slow path*,
//! and go the long way, which alone knows every form and every fault.

use std::ops::Range;

use super::batch::{Column, MISSING_CODE, MISSING_DAY, MISSING_NUMBER, MISSING_SPAN, Span, Value};
use super::column_reader::ColumnReader;
use super::intern_cache::InternCache;
use super::records::Field;
use super::schema::ColumnKind;
use super::uniform::Fields;
use super::values::usual_amount;
use crate::dates::Months;

/// A column of a block: which field it is, and how it is read.
pub struct FastPath<'a, F> {
    /// The block.
    pub text: &'a [u8],
    /// The fields of its records.
    pub fields: &'a F,
    /// Which field of a record.
    pub field: usize,
    /// How its values are read.
    pub reader: &'a ColumnReader,
    /// The codes, or truth values, met before.
    pub known: &'a InternCache,
}

impl<F: Fields> FastPath<'_, F> {
    /// Appends the next rows to a column. Those that are still to be read are missing there, and added to `slow_path`.
    ///
    /// Not inlined, so that its loops are what the compiler looks at.
    #[inline(never)]
    pub fn read(
        &self,
        rows: Range<usize>,
        months: &mut Months,
        column: &mut Column,
        slow_path: &mut Vec<(u32, Field)>,
    ) {
        // Markers of a missing value could look like anything, so with them every value goes the long way.
        if self.reader.has_no_fast_path() {
            return self.leave(rows, column, slow_path);
        }
        let (text, known) = (self.text, self.known);
        let separator = self.reader.decimal_separator();
        match (column, self.reader.kind) {
            (Column::Text(spans), _) => self.each(rows, MISSING_SPAN, spans, slow_path, move |range| span(text, range)),
            (Column::Date(days), _) if self.reader.reads_iso_first() => {
                self.each(rows, MISSING_DAY, days, slow_path, move |range| months.read(text.get(range)?.as_array()?));
            }
            (Column::Number(numbers), ColumnKind::Amount | ColumnKind::Minutes) => {
                self.each(rows, MISSING_NUMBER, numbers, slow_path, move |range| {
                    let window = text.get(range.end.checked_sub(8)?..range.end)?.as_array()?;
                    usual_amount(*window, range.len(), separator)
                });
            }
            (Column::Number(numbers), _) => {
                self.each(rows, MISSING_NUMBER, numbers, slow_path, move |range| match text.get(range)? {
                    [digit @ b'0'..=b'9'] => Some(i64::from(digit - b'0')),
                    _ => None,
                });
            }
            (Column::Code(codes), _) => {
                self.each(rows, MISSING_CODE, codes, slow_path, move |range| known.find(text, range));
            }
            (Column::Bool(bools), _) => {
                self.each(rows, None, bools, slow_path, move |range| Some(Some(known.find(text, range)? != 0)));
            }
            (column, _) => self.leave(rows, column, slow_path),
        }
    }

    /// Leaves every row to the long way.
    fn leave(&self, rows: Range<usize>, column: &mut Column, slow_path: &mut Vec<(u32, Field)>) {
        column.resize(rows.end, Value::Missing);
        slow_path.extend((rows.start as u32..).zip(self.fields.column(rows, self.field)));
    }

    /// Appends what a loop over the rows reads. All that it uses is moved into it: what is behind a reference would be
    /// fetched again for every row.
    #[inline(always)]
    fn each<T: Copy>(
        &self,
        rows: Range<usize>,
        missing: T,
        values: &mut Vec<T>,
        slow_path: &mut Vec<(u32, Field)>,
        mut usual: impl FnMut(Range<usize>) -> Option<T>,
    ) {
        let may_lack = !self.reader.required;
        let fields = self.fields.column(rows.clone(), self.field);
        values.extend(rows.zip(fields).map(move |(row, field)| {
            if !F::MAY_BE_QUOTED || !field.quoted() {
                if let Some(value) = usual(field.range()) {
                    return value;
                }
                if may_lack && field.range().is_empty() {
                    return missing;
                }
            }
            slow_path.push((row as u32, field));
            missing
        }));
    }
}

/// A text without blanks around it.
#[inline(always)]
fn span(text: &[u8], range: Range<usize>) -> Option<Span> {
    let [first, last] = [*text.get(range.start)?, *text.get(range.end.wrapping_sub(1))?];
    let is_solid = (range.end > range.start) & (first > b' ') & (last > b' ');
    is_solid.then_some(Span { start: range.start as u32, length: range.len() as u32 })
}
