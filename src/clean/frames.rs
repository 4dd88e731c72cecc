//! Rows of a batch as a polars table, in the types that a reader of Parquet expects: texts, dates, decimals, truth values.

use hashbrown::HashMap;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, Int32Chunked, Int64Chunked, Int128Chunked, IntoColumn, IntoSeries,
    NewChunkedArray, PolarsResult, StringChunked,
};

use super::{EXCLUSIVE_END, ORIGIN};
use crate::calendar::{Day, DefaultPeriod};
use crate::config::Extract;
use crate::dates::LAST_DAY;
use crate::extract::batch::{Batch, MISSING_CODE, MISSING_DAY, MISSING_NUMBER};
use crate::extract::codes::{CodeId, OTHER, OTHER_FILER, REJECTED};
use crate::extract::column_reader::empty_column;
use crate::extract::{CodeSet, ColumnKind, DIRECTIONS, FILERS, Interners, METHODS, Plan};
use crate::schema::ColumnName;

/// Digits of a decimal, two of them behind the point: what 64 bits hold.
const DECIMAL_DIGITS: usize = 18;

/// The columns of an extract that its file gets.
pub struct CleanColumns<'a> {
    /// Name and kind, and the place in a batch.
    columns: Vec<(String, ColumnKind, usize)>,
    /// Of payments, where their period is.
    period: Option<(usize, usize)>,
    covers: DefaultPeriod,
    /// Whether a source has ends of periods that are no part of them.
    pub has_exclusive_ends: bool,
    books: &'a Interners,
}

/// The codes of a worker by column and number, so that the books are asked once for each.
pub type CodeTexts = HashMap<(usize, CodeId), String>;

impl<'a> CleanColumns<'a> {
    /// Those that some source has. Payments always have the end of their period, which is then never missing.
    pub fn new(plan: &Plan<'_>, dimensions: &[String], books: &'a Interners) -> Self {
        let extract = plan.config.extract;
        let canonical = extract.columns().iter().map(|schema| (schema.name.to_owned(), schema.kind));
        let own: &[String] = if extract == Extract::Customers { dimensions } else { &[] };
        let all = canonical.chain(own.iter().map(|name| (name.clone(), ColumnKind::Text)));
        let is_read = |name: &str| plan.columns.iter().any(|found| found.column == name && found.read_from.is_some());
        let period = extract.column(ColumnName::period_start).zip(extract.column(ColumnName::period_end));
        let columns = all.enumerate().map(|(at, (name, kind))| (name, kind, at));
        let columns = columns.filter(|(name, _, at)| is_read(name) || period.is_some_and(|(_, end)| end == *at));
        let mut configured = plan.config.sources.iter().flat_map(|source| &source.columns);
        CleanColumns {
            columns: columns.collect(),
            period,
            covers: plan.config.covers,
            has_exclusive_ends: configured.any(|column| column.exclusive),
            books,
        }
    }

    /// A table without rows.
    pub fn empty(&self, with_origin: bool) -> PolarsResult<DataFrame> {
        let columns = self.columns.iter().map(|(_, kind, at)| (*at, empty_column(*kind))).collect::<HashMap<_, _>>();
        let width = self.columns.iter().map(|(_, _, at)| at + 1).max().unwrap_or_default();
        let column = |at| columns.get(&at).cloned().unwrap_or_else(|| empty_column(ColumnKind::Text));
        let batch = Batch { columns: (0..width).map(column).collect(), ..Batch::default() };
        let mut frame = self.frame(&batch, &[], &mut CodeTexts::default())?;
        if with_origin {
            frame.hstack_mut(&origin("", std::iter::empty()))?;
        }
        Ok(frame)
    }

    /// These rows of a batch; where they came from is left to the writer, who knows their records.
    pub fn frame(&self, batch: &Batch, rows: &[u32], texts: &mut CodeTexts) -> PolarsResult<DataFrame> {
        let mut columns: Vec<Column> = Vec::with_capacity(self.columns.len() + 1);
        for (name, kind, at) in &self.columns {
            columns.push(match kind {
                ColumnKind::Text => text_column(name, batch, *at, rows),
                ColumnKind::Code(set) => self.code_column(name, *set, batch, *at, rows, texts),
                ColumnKind::Date => date_column(name, rows.iter().map(|row| self.day(batch, *at, *row as usize))),
                ColumnKind::Amount | ColumnKind::Minutes => {
                    let value = |row: &u32| number(batch, *at, *row).map(i128::from);
                    let hundredths = Int128Chunked::from_iter_options(name.as_str().into(), rows.iter().map(value));
                    hundredths.into_decimal_unchecked(DECIMAL_DIGITS, 2).into_series().into_column()
                }
                ColumnKind::Integer => {
                    let values = rows.iter().map(|row| number(batch, *at, *row));
                    Int64Chunked::from_iter_options(name.as_str().into(), values).into_series().into_column()
                }
                ColumnKind::Bool => {
                    let values = rows.iter().map(|row| batch.bools(*at)[*row as usize]);
                    BooleanChunked::from_iter_options(name.as_str().into(), values).into_series().into_column()
                }
            });
        }
        if let (true, Some((_, end))) = (self.has_exclusive_ends, self.period) {
            let next = |row: &u32| Day(self.day(batch, end, *row as usize).0.saturating_add(1).min(LAST_DAY.0));
            columns.push(date_column(EXCLUSIVE_END, rows.iter().map(next)));
        }
        DataFrame::new(rows.len(), columns)
    }

    /// A day of a row; the end of a period that has none is what the payment covers.
    fn day(&self, batch: &Batch, at: usize, row: usize) -> Day {
        let day = batch.days(at)[row];
        match self.period {
            Some((start, end)) if at == end && day == MISSING_DAY => self.covers.last_day(batch.days(start)[row]),
            _ => day,
        }
    }

    fn code_column(
        &self,
        name: &str,
        set: CodeSet,
        batch: &Batch,
        at: usize,
        rows: &[u32],
        texts: &mut CodeTexts,
    ) -> Column {
        let codes = || rows.iter().map(|row| batch.codes(at)[*row as usize]);
        for code in codes().filter(|code| *code != MISSING_CODE) {
            texts.entry((at, code)).or_insert_with(|| canonical(set, code, self.books));
        }
        let text = |code| texts.get(&(at, code)).map(String::as_str);
        StringChunked::from_iter_options(name.into(), codes().map(text)).into_series().into_column()
    }
}

/// The columns of where rows came from: their file, and their records in it, from 1.
pub fn origin(file: &str, records: impl ExactSizeIterator<Item = u64>) -> [Column; 2] {
    let [file_name, record_name] = ORIGIN;
    let files = StringChunked::from_iter_values(file_name.into(), std::iter::repeat_n(file, records.len()));
    let records = Int64Chunked::from_iter_values(record_name.into(), records.map(|record| record as i64));
    [files.into_series().into_column(), records.into_series().into_column()]
}

fn number(batch: &Batch, at: usize, row: u32) -> Option<i64> {
    Some(batch.numbers(at)[row as usize]).filter(|number| *number != MISSING_NUMBER)
}

fn text_column(name: &str, batch: &Batch, at: usize, rows: &[u32]) -> Column {
    let text = |row: &u32| {
        let span = batch.texts(at)[*row as usize];
        // Rows whose text is not of its encoding are rejected.
        std::str::from_utf8(batch.bytes(span)).ok().filter(|text| !text.is_empty())
    };
    StringChunked::from_iter_options(name.into(), rows.iter().map(text)).into_series().into_column()
}

fn date_column(name: &str, days: impl Iterator<Item = Day>) -> Column {
    let days = days.map(|day| Some(day.0).filter(|_| day != MISSING_DAY));
    Int32Chunked::from_iter_options(name.into(), days).into_date().into_series().into_column()
}

/// What a code means. Of decisions only rejections are known.
pub(crate) fn canonical(set: CodeSet, code: CodeId, books: &Interners) -> String {
    let closed =
        |texts: &[&str], other: CodeId| texts.get(code.min(other) as usize).copied().unwrap_or_default().to_owned();
    match set {
        CodeSet::Channel => books.channels.text(code),
        CodeSet::Benefit => books.benefits.text(code),
        CodeSet::Event => books.events.text(code),
        CodeSet::Method => closed(METHODS, OTHER),
        CodeSet::Filer => closed(FILERS, OTHER_FILER),
        CodeSet::Direction => closed(DIRECTIONS, CodeId::MAX),
        CodeSet::Decision if code == REJECTED => "rejected".to_owned(),
        CodeSet::Decision => "not_rejected".to_owned(),
    }
}
