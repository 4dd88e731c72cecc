//! Parquet files to batches: the mapped columns only, row group by row group.
//!
//! Typed values are taken as they are where the types agree; every other value is written in its canonical text
//! form (METHOD section 2: floats at their shortest, integers as digits, dates as ISO) and read like a CSV value,
//! so that both kinds of file obey the same rules.

use std::fs::File;
use std::io::{self, Cursor, Write};
use std::os::unix::fs::FileExt;

use chrono::{DateTime, FixedOffset, TimeZone};
use polars_arrow::array::{
    Array, BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey, FixedSizeBinaryArray, PrimitiveArray,
    Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, TimeUnit};
use polars_arrow::types::NativeType;
use polars_buffer::Buffer;
use polars_parquet::arrow::read::schema::{SchemaInferenceOptions, infer_schema_with_options};
use polars_parquet::arrow::read::{
    BasicDecompressor, FileMetadata, Filter, PageReader, column_iter_to_arrays, read_metadata,
};

use super::ExtractError;
use super::batch::{Batch, Value};
use super::codes::CodeBooks;
use super::layout::{From, Layout};
use super::rejects::{BlockReport, Fault, Reason};
use super::schema::ColumnKind;
use super::typed::{Typist, reversed};
use super::values::trim;
use crate::calendar::Day;
use crate::text::{push_double, push_single};

/// Rows turned into a batch at a time.
const ROWS_PER_BATCH: usize = 64 * 1024;

/// An open Parquet file.
#[derive(Debug)]
pub struct ParquetFile {
    file: File,
    name: String,
    metadata: FileMetadata,
    schema: ArrowSchema,
}

impl ParquetFile {
    /// Reads the footer.
    pub fn open(mut file: File, name: &str) -> Result<Self, ExtractError> {
        let malformed = |error: polars::error::PolarsError| ExtractError::Parquet {
            file: name.to_owned(),
            message: error.to_string(),
        };
        let metadata = read_metadata(&mut file).map_err(malformed)?;
        // Nanoseconds overflow for the far dates that extracts use as "for ever".
        let options = Some(SchemaInferenceOptions { int96_coerce_to_timeunit: TimeUnit::Microsecond });
        let schema = infer_schema_with_options(&metadata, &options).map_err(malformed)?;
        Ok(ParquetFile { file, name: name.to_owned(), metadata, schema })
    }

    /// The column names, in order.
    pub fn header(&self) -> Vec<String> {
        self.schema.iter_names().map(|name| name.to_string()).collect()
    }

    /// How many row groups it has.
    pub fn row_groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    /// Rows in a row group.
    pub fn rows(&self, group: usize) -> usize {
        self.metadata.row_groups[group].num_rows()
    }

    fn malformed(&self, error: impl std::fmt::Display) -> ExtractError {
        ExtractError::Parquet { file: self.name.clone(), message: error.to_string() }
    }

    /// Decodes one column of some rows of a row group.
    fn column(
        &self,
        group: usize,
        column: usize,
        rows: std::ops::Range<usize>,
    ) -> Result<Box<dyn Array>, ExtractError> {
        let (name, field) = self.schema.get_at_index(column).ok_or_else(|| self.malformed("column out of range"))?;
        let chunks: Vec<_> = match self.metadata.row_groups[group].columns_under_root_iter(name) {
            Some(chunks) => chunks.collect(),
            None => return Err(self.malformed(format!("row group {group} lacks column `{name}`"))),
        };
        let [chunk] = chunks.as_slice() else {
            return Err(self.malformed(format!("column `{name}` is nested: extracts are flat tables")));
        };
        let range = chunk.byte_range();
        let mut bytes = vec![0; (range.end - range.start) as usize];
        self.file.read_exact_at(&mut bytes, range.start).map_err(|error| self.unreadable(error))?;
        let pages = PageReader::new(Cursor::new(Buffer::from(bytes)), chunk, vec![], usize::MAX);
        let pages = BasicDecompressor::new(pages, vec![]);
        let filter = Some(Filter::new_ranged(rows.start, rows.end));
        // Text is taken as bytes, so that a value of another encoding rejects its row and not the file.
        let mut field = field.clone();
        if matches!(field.dtype, ArrowDataType::Utf8View | ArrowDataType::Utf8 | ArrowDataType::LargeUtf8) {
            field.dtype = ArrowDataType::BinaryView;
        }
        let primitive = &chunk.descriptor().descriptor.primitive_type;
        let (mut arrays, _) = column_iter_to_arrays(vec![pages], vec![primitive], field, filter)
            .map_err(|error| self.malformed(error))?;
        match arrays.len() {
            1 => Ok(arrays.remove(0)),
            _ => polars_arrow::compute::concatenate::concatenate_unchecked(&arrays)
                .map_err(|error| self.malformed(error)),
        }
    }

    fn unreadable(&self, source: io::Error) -> ExtractError {
        ExtractError::Unreadable { file: self.name.clone(), source }
    }
}

/// A row group to read.
pub struct ParquetTask<'a> {
    /// The open file.
    pub source: &'a ParquetFile,
    /// Which row group.
    pub group: usize,
    /// Its file among the extract's files.
    pub file: usize,
    /// The file's columns.
    pub layout: &'a Layout,
}

impl Typist {
    /// Reads a row group, handing each batch to `used`, which may add faults to the report.
    pub fn read_row_group(
        &mut self,
        task: &ParquetTask<'_>,
        batch: &mut Batch,
        books: &CodeBooks,
        used: &mut dyn FnMut(&Batch, &mut BlockReport) -> Result<(), ExtractError>,
    ) -> Result<BlockReport, ExtractError> {
        let ParquetTask { source, group, file, layout } = task;
        let rows = source.rows(*group);
        let mut report = BlockReport { file: *file, records: rows as u64, ..BlockReport::default() };
        let mut from = 0;
        while from < rows {
            let upto = rows.min(from + ROWS_PER_BATCH);
            let mut cells = Vec::new();
            for reader in &layout.columns {
                cells.push(match reader.from {
                    From::Field(field) => Some(Cells::new(source.column(*group, field, from..upto)?, source)?),
                    _ => None,
                });
            }
            self.start(batch, layout, *file);
            for row in 0..upto - from {
                self.cells_row(&cells, row, (from + row) as u32, layout, batch, books, &mut report)?;
            }
            self.finish(Vec::new(), batch, layout, books)?;
            used(batch, &mut report)?;
            from = upto;
        }
        Ok(report)
    }

    #[allow(clippy::too_many_arguments)]
    fn cells_row(
        &mut self,
        cells: &[Option<Cells>],
        row: usize,
        record: u32,
        layout: &Layout,
        batch: &mut Batch,
        books: &CodeBooks,
        report: &mut BlockReport,
    ) -> Result<(), ExtractError> {
        let fault = |column, reason, value| Fault { record, line: 0, column, reason, value, line_ends: 0 };
        let first_fault = report.faults.len();
        let mut undecodable = false;
        let mut scratch = Vec::new();
        for (at, (reader, cells)) in layout.columns.iter().zip(cells).enumerate() {
            let Some(cells) = cells else { continue };
            scratch.clear();
            let read = match cells.get(row, &mut scratch) {
                Cell::Missing => self.value(at, reader, b"", None, 0, books)?,
                Cell::Day(day) if reader.kind == ColumnKind::Date && !reader.has_markers() => Ok(Value::Day(day)),
                Cell::Day(day) if reader.kind == ColumnKind::Date => {
                    let marked = reader.is_missing(day.to_string().as_bytes());
                    if marked { self.value(at, reader, b"", None, 0, books)? } else { Ok(Value::Day(day)) }
                }
                Cell::Bool(value) if reader.kind == ColumnKind::Bool => Ok(Value::Bool(value)),
                Cell::Day(day) => self.value(at, reader, day.to_string().as_bytes(), None, 0, books)?,
                Cell::Bool(value) => self.value(at, reader, value.to_string().as_bytes(), None, 0, books)?,
                Cell::Text(text) if std::str::from_utf8(text).is_err() => {
                    undecodable = true;
                    Ok(Value::Missing)
                }
                Cell::Text(text) => self.value(at, reader, trim(text), None, 0, books)?,
                Cell::Formatted if is_number(reader.kind) && reader.is_missing_number(&scratch) => {
                    self.value(at, reader, b"", None, 0, books)?
                }
                Cell::Formatted if is_number(reader.kind) => reader.plain_with(&scratch, b'.'),
                Cell::Formatted => self.value(at, reader, &scratch, None, 0, books)?,
            };
            match read {
                Ok(value) => batch.columns[at].push(value),
                Err(reason) => {
                    batch.columns[at].push(Value::Missing);
                    report.faults.push(fault(reader.name, reason, cells.excerpt(row)));
                }
            }
        }
        if undecodable {
            report.faults.truncate(first_fault);
            report.faults.push(fault("", Reason::InvalidEncoding, String::new()));
        } else if let Some(value) = reversed(layout, batch, batch.record.len()) {
            report.faults.push(fault("period_end", Reason::PeriodReversed, value));
        }
        if report.faults.len() > first_fault {
            let rows = batch.record.len();
            batch.columns.iter_mut().for_each(|column| column.truncate(rows));
            report.malformed += 1;
        } else {
            batch.record.push(record);
            batch.line.push(0);
        }
        Ok(())
    }
}

fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Amount | ColumnKind::Minutes | ColumnKind::Integer)
}

/// One value of a Parquet column.
enum Cell<'a> {
    Missing,
    Text(&'a [u8]),
    Day(Day),
    Bool(bool),
    /// Its text form was written to the scratch buffer.
    Formatted,
}

/// The values of a decoded column.
struct Cells {
    array: Box<dyn Array>,
    form: Form,
}

/// How the values of an array become cells.
enum Form {
    Nothing,
    Text,
    Binary,
    FixedBinary,
    Bool,
    Days,
    /// Milliseconds since the epoch that stand for days.
    DayMilliseconds,
    Timestamp(i64, Zone),
    Decimal(usize),
    Integer(fn(&dyn Array, usize) -> i128),
    Float(fn(&dyn Array, usize, &mut Vec<u8>)),
    Dictionary(KeyAt, Box<Cells>),
}

/// The place of a row's value in a dictionary.
type KeyAt = fn(&dyn Array, usize) -> usize;

/// The time zone of a timestamp column.
enum Zone {
    None,
    Fixed(FixedOffset),
    Named(chrono_tz::Tz),
}

impl Cells {
    fn new(array: Box<dyn Array>, source: &ParquetFile) -> Result<Self, ExtractError> {
        use ArrowDataType as T;
        let form = match array.dtype() {
            T::Null => Form::Nothing,
            T::Utf8View => Form::Text,
            T::BinaryView => Form::Binary,
            T::FixedSizeBinary(_) => Form::FixedBinary,
            T::Boolean => Form::Bool,
            T::Date32 => Form::Days,
            T::Date64 => Form::DayMilliseconds,
            T::Timestamp(unit, zone) => Form::Timestamp(per_second(*unit), Zone::new(zone.as_deref(), source)?),
            T::Decimal(_, scale) => Form::Decimal(*scale),
            T::Int8 => Form::Integer(integer::<i8>),
            T::Int16 => Form::Integer(integer::<i16>),
            T::Int32 => Form::Integer(integer::<i32>),
            T::Int64 => Form::Integer(integer::<i64>),
            T::Int128 => Form::Integer(integer::<i128>),
            T::UInt8 => Form::Integer(integer::<u8>),
            T::UInt16 => Form::Integer(integer::<u16>),
            T::UInt32 => Form::Integer(integer::<u32>),
            T::UInt64 => Form::Integer(integer::<u64>),
            T::Float32 => Form::Float(single),
            T::Float64 => Form::Float(double),
            T::Dictionary(..) => return Cells::dictionary(array, source),
            other => {
                return Err(
                    source.malformed(format!("columns of type {other:?} are not read: store text, numbers or dates"))
                );
            }
        };
        Ok(Cells { array, form })
    }

    fn dictionary(array: Box<dyn Array>, source: &ParquetFile) -> Result<Self, ExtractError> {
        fn of<K: DictionaryKey>(array: &dyn Array) -> Option<(Box<dyn Array>, KeyAt)> {
            fn key<K: DictionaryKey>(array: &dyn Array, row: usize) -> usize {
                array.as_any().downcast_ref::<DictionaryArray<K>>().map_or(0, |array| array.key_value(row))
            }
            let array = array.as_any().downcast_ref::<DictionaryArray<K>>()?;
            Some((array.values().clone(), key::<K>))
        }
        let found = of::<u32>(&*array)
            .or_else(|| of::<u8>(&*array))
            .or_else(|| of::<u16>(&*array))
            .or_else(|| of::<u64>(&*array))
            .or_else(|| of::<i8>(&*array))
            .or_else(|| of::<i16>(&*array))
            .or_else(|| of::<i32>(&*array))
            .or_else(|| of::<i64>(&*array));
        let Some((values, key)) = found else {
            return Err(source.malformed(format!("dictionary of type {:?} is not read", array.dtype())));
        };
        let values = Cells::new(values, source)?;
        Ok(Cells { array, form: Form::Dictionary(key, Box::new(values)) })
    }

    /// A value's text for the rejects file.
    fn excerpt(&self, row: usize) -> String {
        let mut scratch = Vec::new();
        match self.get(row, &mut scratch) {
            Cell::Missing => String::new(),
            Cell::Text(text) => Fault::excerpt(text),
            Cell::Day(day) => day.to_string(),
            Cell::Bool(value) => value.to_string(),
            Cell::Formatted => Fault::excerpt(&scratch),
        }
    }

    fn get<'a>(&'a self, row: usize, scratch: &mut Vec<u8>) -> Cell<'a> {
        if self.array.is_null(row) {
            return Cell::Missing;
        }
        let any = self.array.as_any();
        let day = |days: i64| match i32::try_from(days).ok().map(Day).filter(|day| (MIN_DAY..=MAX_DAY).contains(day)) {
            Some(day) => Ok(day),
            None => Err(days),
        };
        let found = match &self.form {
            Form::Nothing => Some(Cell::Missing),
            Form::Text => any.downcast_ref::<Utf8ViewArray>().map(|array| Cell::Text(array.value(row).as_bytes())),
            Form::Binary => any.downcast_ref::<BinaryViewArray>().map(|array| Cell::Text(array.value(row))),
            Form::FixedBinary => any.downcast_ref::<FixedSizeBinaryArray>().map(|array| Cell::Text(array.value(row))),
            Form::Bool => any.downcast_ref::<BooleanArray>().map(|array| Cell::Bool(array.value(row))),
            Form::Dictionary(key, values) => Some(values.get(key(&*self.array, row), scratch)),
            Form::Days => Some(day_cell(day(integer::<i32>(&*self.array, row) as i64), scratch)),
            Form::DayMilliseconds => {
                Some(day_cell(day((integer::<i64>(&*self.array, row) as i64).div_euclid(86_400_000)), scratch))
            }
            Form::Timestamp(per_second, zone) => {
                let seconds = (integer::<i64>(&*self.array, row) as i64).div_euclid(*per_second);
                Some(day_cell(day(zone.local_day(seconds)), scratch))
            }
            Form::Decimal(scale) => {
                push_decimal(integer::<i128>(&*self.array, row), *scale, scratch);
                Some(Cell::Formatted)
            }
            Form::Integer(get) => {
                // Writing to a vector cannot fail.
                let _ = write!(scratch, "{}", get(&*self.array, row));
                Some(Cell::Formatted)
            }
            Form::Float(write) => {
                write(&*self.array, row, scratch);
                Some(if scratch == b"NaN" { Cell::Missing } else { Cell::Formatted })
            }
        };
        found.unwrap_or(Cell::Missing)
    }
}

const MIN_DAY: Day = Day(-719_162);
const MAX_DAY: Day = Day(2_932_896);

/// A day; one outside the years 1 to 9999 is written as what no date format reads.
fn day_cell<'a>(day: Result<Day, i64>, scratch: &mut Vec<u8>) -> Cell<'a> {
    match day {
        Ok(day) => Cell::Day(day),
        Err(days) => {
            let _ = write!(scratch, "{days} days from 1970-01-01");
            Cell::Formatted
        }
    }
}

fn integer<T: NativeType + TryInto<i128>>(array: &dyn Array, row: usize) -> i128 {
    let value = array.as_any().downcast_ref::<PrimitiveArray<T>>().map(|array| array.value(row));
    value.and_then(|value| value.try_into().ok()).unwrap_or_default()
}

fn double(array: &dyn Array, row: usize, text: &mut Vec<u8>) {
    let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<f64>>() else { return };
    match array.value(row) {
        value if value.is_finite() => push_double(value, text),
        other => text.extend_from_slice(other.to_string().as_bytes()),
    }
}

fn single(array: &dyn Array, row: usize, text: &mut Vec<u8>) {
    let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<f32>>() else { return };
    match array.value(row) {
        value if value.is_finite() => push_single(value, text),
        other => text.extend_from_slice(other.to_string().as_bytes()),
    }
}

fn push_decimal(value: i128, scale: usize, text: &mut Vec<u8>) {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let (sign, point) = (if value < 0 { "-" } else { "" }, if scale > 0 { "." } else { "" });
    let _ = write!(text, "{sign}{whole}{point}{fraction}");
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

impl Zone {
    fn new(name: Option<&str>, source: &ParquetFile) -> Result<Self, ExtractError> {
        let Some(name) = name else { return Ok(Zone::None) };
        if let Ok(zone) = name.parse::<chrono_tz::Tz>() {
            return Ok(Zone::Named(zone));
        }
        name.parse::<FixedOffset>()
            .map(Zone::Fixed)
            .map_err(|_| source.malformed(format!("time zone `{name}` is not known")))
    }

    /// The civil day, from the epoch, of a moment.
    fn local_day(&self, seconds: i64) -> i64 {
        let Some(utc) = DateTime::from_timestamp(seconds, 0).map(|moment| moment.naive_utc()) else {
            return i64::MAX;
        };
        let offset = match self {
            Zone::None => 0,
            Zone::Fixed(offset) => i64::from(offset.local_minus_utc()),
            Zone::Named(zone) => {
                use chrono::Offset;
                i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
            }
        };
        (seconds + offset).div_euclid(86_400)
    }
}
