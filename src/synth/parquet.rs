//! Parquet: text, 32-bit dates, booleans, 32-bit integers, and money and minutes as exact decimals of two places.
//! A group of blocks becomes one row group of each table, so that row groups are large enough to compress well.

use std::path::Path;

use fs_err::File;
use polars::prelude::*;
use polars_io::parquet::write::{BatchedWriter, ParquetWriter};

use super::SynthError;
use super::table::{Column as TableColumn, Id, Kind, Row, Sink};
use super::timeline::Timeline;
use super::writer::FileFormat;
use crate::calendar::Day;

/// Digits of a decimal; up to eighteen are kept as 64-bit integers in the file.
const PRECISION: usize = 18;
/// Digits of a decimal after the point.
const SCALE: usize = 2;

/// Extracts as Parquet files.
pub(super) struct Parquet;

impl FileFormat for Parquet {
    type Part = PolarsResult<DataFrame>;
    type Table = BatchedWriter<File>;
    const ENDING: &'static str = "parquet";

    fn encode<R: Row>(rows: &[R], first: u64, _timeline: &Timeline) -> PolarsResult<DataFrame> {
        let mut columns = Columns::new(R::COLUMNS, rows.len());
        for (number, row) in (first..).zip(rows) {
            row.put(number, &mut columns);
        }
        columns.into_frame()
    }

    fn create<R: Row>(path: &Path) -> Result<BatchedWriter<File>, SynthError> {
        let file = File::create(path).map_err(|cause| SynthError::io(path, cause))?;
        let empty = Columns::new(R::COLUMNS, 0).into_frame();
        empty
            .and_then(|frame| ParquetWriter::new(file).batched(frame.schema()))
            .map_err(|cause| SynthError::parquet(path, cause))
    }

    fn append(
        table: &mut BatchedWriter<File>,
        parts: Vec<PolarsResult<DataFrame>>,
        path: &Path,
    ) -> Result<(), SynthError> {
        let group = parts.into_iter().reduce(|all, part| {
            let mut all = all?;
            all.vstack_mut_owned(part?)?;
            Ok(all)
        });
        let Some(group) = group else { return Ok(()) };
        group
            .and_then(|mut group| {
                // The writer makes a row group of each chunk.
                group.rechunk_mut();
                table.write_batch(&group)
            })
            .map_err(|cause| SynthError::parquet(path, cause))
    }

    fn finish(table: BatchedWriter<File>, path: &Path) -> Result<(), SynthError> {
        table.finish().map(drop).map_err(|cause| SynthError::parquet(path, cause))
    }
}

/// A table's columns while rows put their values, one column after the other.
struct Columns {
    columns: Vec<(&'static str, Values)>,
    next: usize,
}

enum Values {
    Text(StringChunkedBuilder),
    Date(PrimitiveChunkedBuilder<Int32Type>),
    Hundredths(PrimitiveChunkedBuilder<Int128Type>),
    Integer(PrimitiveChunkedBuilder<Int32Type>),
    Boolean(BooleanChunkedBuilder),
}

impl Columns {
    fn new(columns: &[TableColumn], rows: usize) -> Self {
        let columns = columns.iter().map(|&(name, kind)| {
            let title = PlSmallStr::from_static(name);
            let values = match kind {
                Kind::Text => Values::Text(StringChunkedBuilder::new(title, rows)),
                Kind::Date => Values::Date(PrimitiveChunkedBuilder::new(title, rows)),
                Kind::Hundredths => Values::Hundredths(PrimitiveChunkedBuilder::new(title, rows)),
                Kind::Integer => Values::Integer(PrimitiveChunkedBuilder::new(title, rows)),
                Kind::Boolean => Values::Boolean(BooleanChunkedBuilder::new(title, rows)),
            };
            (name, values)
        });
        Columns { columns: columns.collect(), next: 0 }
    }

    /// The column that the next value belongs to.
    #[inline]
    fn next(&mut self) -> &mut Values {
        let at = self.next;
        self.next = (at + 1) % self.columns.len();
        &mut self.columns[at].1
    }

    /// Ends for a value of another kind than its column's: a mistake in a `Row`, which every test of it meets.
    fn mismatch(&self) -> ! {
        let at = (self.next + self.columns.len() - 1) % self.columns.len();
        panic!("a row put a value of the wrong kind into column `{}`", self.columns[at].0)
    }

    fn into_frame(self) -> PolarsResult<DataFrame> {
        let columns = self.columns.into_iter().map(|(_, values)| {
            let series = match values {
                Values::Text(values) => values.finish().into_series(),
                Values::Date(values) => values.finish().into_date().into_series(),
                Values::Hundredths(values) => values.finish().into_decimal(PRECISION, SCALE)?.into_series(),
                Values::Integer(values) => values.finish().into_series(),
                Values::Boolean(values) => values.finish().into_series(),
            };
            Ok(series.into_column())
        });
        DataFrame::new_infer_height(columns.collect::<PolarsResult<_>>()?)
    }
}

impl Sink for Columns {
    #[inline]
    fn id(&mut self, id: Id) {
        let text = id.text();
        match self.next() {
            Values::Text(values) => values.append_option(std::str::from_utf8(&text).ok()),
            _ => self.mismatch(),
        }
    }

    #[inline]
    fn text(&mut self, text: Option<&'static str>) {
        match self.next() {
            Values::Text(values) => values.append_option(text),
            _ => self.mismatch(),
        }
    }

    #[inline]
    fn date(&mut self, day: Option<Day>) {
        match self.next() {
            Values::Date(values) => values.append_option(day.map(|day| day.0)),
            _ => self.mismatch(),
        }
    }

    #[inline]
    fn hundredths(&mut self, hundredths: Option<i64>) {
        match self.next() {
            Values::Hundredths(values) => values.append_option(hundredths.map(i128::from)),
            _ => self.mismatch(),
        }
    }

    #[inline]
    fn integer(&mut self, number: Option<u32>) {
        match self.next() {
            Values::Integer(values) => values.append_option(number.map(|number| number as i32)),
            _ => self.mismatch(),
        }
    }

    #[inline]
    fn boolean(&mut self, value: Option<bool>) {
        match self.next() {
            Values::Boolean(values) => values.append_option(value),
            _ => self.mismatch(),
        }
    }
}
