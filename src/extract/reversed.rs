//! Where periods end: rows whose period ends before it starts, and ends that are no part of it.

use super::batch::{Batch, Column, MISSING_DAY, Value};
use super::column_reader::From;
use super::layout::Layout;
use super::rejects::{Fault, Reason};
use super::typed::ValueParser;
use crate::calendar::Day;

impl ValueParser {
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
}

/// Ends that are no part of their period become the day before them. A period may then end before it starts: it covers
/// nothing.
pub(super) fn exclude_ends(layout: &Layout, batch: &mut Batch) {
    let exclusive = layout.columns.iter().zip(&mut batch.columns).filter(|(reader, _)| reader.exclusive);
    for (_, column) in exclusive {
        if let Column::Date(days) = column {
            days.iter_mut().filter(|day| **day != MISSING_DAY).for_each(|day| *day = day.plus_days(-1));
        }
    }
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
