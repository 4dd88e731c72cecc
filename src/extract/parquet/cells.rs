//! The values of a decoded Parquet column, one by one, whatever their type.

use std::io::Write;

use chrono::{DateTime, FixedOffset, Offset, TimeZone};
use polars_arrow::array::{
    Array, BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey, FixedSizeBinaryArray, PrimitiveArray,
    Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_arrow::types::NativeType;

use crate::calendar::Day;
use crate::extract::batch::Column;
use crate::extract::rejects::Fault;
use crate::extract::schema::ColumnKind;
use crate::text::{push_double, push_single};

/// One value of a Parquet column.
pub enum Cell<'a> {
    /// Nothing.
    Missing,
    /// Bytes of text.
    Text(&'a [u8]),
    /// A date.
    Day(Day),
    /// A truth value.
    Bool(bool),
    /// Its text form was written to the scratch buffer.
    Formatted,
}

/// A column whose values are what its kind asks for, nearly all of them.
pub enum Usual<'a> {
    /// Dates.
    Days(&'a PrimitiveArray<i32>),
    /// Decimals with two places, from this number of hundredths on.
    Cents(&'a PrimitiveArray<i128>, i128),
    /// Doubles from this one on.
    Doubles(&'a PrimitiveArray<f64>, f64),
    /// Whole numbers that are not negative.
    Wholes(&'a PrimitiveArray<i32>),
    /// Truth values.
    Bools(&'a BooleanArray),
    /// Another type: every value goes the long way.
    None,
}

impl Usual<'_> {
    /// Appends values from this row on; the row that is reached has no value, or one that has to go the long way.
    pub fn append(&self, row: usize, into: &mut Column) -> usize {
        match (self, into) {
            (Usual::Days(days), Column::Date(into)) => append(*days, row, into, |day| {
                let day = Day(day);
                (MIN_DAY..=MAX_DAY).contains(&day).then_some(day)
            }),
            (Usual::Cents(cents, least), Column::Number(into)) => {
                append(*cents, row, into, |value| (*least..HUNDREDTHS_LIMIT).contains(&value).then_some(value as i64))
            }
            (Usual::Doubles(doubles, least), Column::Number(into)) => append(*doubles, row, into, |value| {
                let hundredths = (value * 100.0).round();
                // With at most 15 digits, a decimal that reads as the double is its shortest form.
                let exact = hundredths.abs() < 1e15 && hundredths / 100.0 == value && value >= *least;
                exact.then_some(hundredths as i64)
            }),
            (Usual::Wholes(numbers), Column::Number(into)) => {
                append(*numbers, row, into, |number| (number >= 0).then_some(i64::from(number)))
            }
            (Usual::Bools(bools), Column::Bool(into)) if bools.validity().is_none() => {
                into.extend(bools.values().iter().skip(row).map(Some));
                bools.len()
            }
            _ => row,
        }
    }
}

/// Appends values from a row on while there are any and they are usual, and tells how far it came.
#[inline]
fn append<T: NativeType, V>(
    array: &PrimitiveArray<T>,
    row: usize,
    into: &mut Vec<V>,
    usual: impl Fn(T) -> Option<V>,
) -> usize {
    let values = &array.values()[row..];
    let before = into.len();
    into.reserve(values.len());
    match array.validity() {
        None => into.extend(values.iter().map_while(|value| usual(*value))),
        Some(validity) => {
            let known = (row..).zip(values).map_while(|(row, value)| validity.get_bit(row).then_some(*value));
            into.extend(known.map_while(usual));
        }
    }
    row + into.len() - before
}

/// The values of a decoded column.
pub struct Cells {
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
    /// Of a decoded column; the message says what cannot be read.
    pub fn new(array: Box<dyn Array>) -> Result<Self, String> {
        use ArrowDataType as T;
        let form = match array.dtype() {
            T::Null => Form::Nothing,
            T::Utf8View => Form::Text,
            T::BinaryView => Form::Binary,
            T::FixedSizeBinary(_) => Form::FixedBinary,
            T::Boolean => Form::Bool,
            T::Date32 => Form::Days,
            T::Date64 => Form::DayMilliseconds,
            T::Timestamp(unit, zone) => Form::Timestamp(per_second(*unit), Zone::new(zone.as_deref())?),
            T::Decimal(_, scale) if *scale <= MOST_DIGITS => Form::Decimal(*scale),
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
            T::Dictionary(..) => return Cells::dictionary(array),
            other => {
                return Err(format!("columns of type {other:?} are not read: store text, numbers or dates"));
            }
        };
        Ok(Cells { array, form })
    }

    fn dictionary(array: Box<dyn Array>) -> Result<Self, String> {
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
            return Err(format!("dictionaries of type {:?} are not read", array.dtype()));
        };
        let values = Cells::new(values)?;
        Ok(Cells { array, form: Form::Dictionary(key, Box::new(values)) })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.array.len()
    }

    /// The array by its type, where that is the column's own.
    pub fn usual(&self, kind: ColumnKind) -> Usual<'_> {
        let any = self.array.as_any();
        let found = match (&self.form, kind) {
            (Form::Days, ColumnKind::Date) => any.downcast_ref().map(Usual::Days),
            (Form::Decimal(2), ColumnKind::Amount) => {
                any.downcast_ref().map(|cents| Usual::Cents(cents, 1 - HUNDREDTHS_LIMIT))
            }
            (Form::Decimal(2), ColumnKind::Minutes) => any.downcast_ref().map(|cents| Usual::Cents(cents, 0)),
            (Form::Float(_), ColumnKind::Amount) => {
                any.downcast_ref().map(|doubles| Usual::Doubles(doubles, f64::NEG_INFINITY))
            }
            (Form::Float(_), ColumnKind::Minutes) => any.downcast_ref().map(|doubles| Usual::Doubles(doubles, 0.0)),
            (Form::Bool, ColumnKind::Bool) => any.downcast_ref().map(Usual::Bools),
            (Form::Integer(_), ColumnKind::Integer) => any.downcast_ref().map(Usual::Wholes),
            _ => None,
        };
        found.unwrap_or(Usual::None)
    }

    /// A value's text for the rejects file.
    pub fn excerpt(&self, row: usize) -> String {
        let mut scratch = Vec::new();
        match self.get(row, &mut scratch) {
            Cell::Missing => String::new(),
            Cell::Text(text) => Fault::excerpt(text),
            Cell::Day(day) => day.to_string(),
            Cell::Bool(value) => value.to_string(),
            Cell::Formatted => Fault::excerpt(&scratch),
        }
    }

    /// A value; what is only to be had as text is written to `scratch`.
    pub fn get<'a>(&'a self, row: usize, scratch: &mut Vec<u8>) -> Cell<'a> {
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

/// Amounts have at most 15 digits before the point, and two after it.
const HUNDREDTHS_LIMIT: i128 = 100_000_000_000_000_000;
/// Digits of the widest decimals; a damaged footer may claim more places than there is memory for.
const MOST_DIGITS: usize = 38;
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
    fn new(name: Option<&str>) -> Result<Self, String> {
        let Some(name) = name else { return Ok(Zone::None) };
        if let Ok(zone) = name.parse::<chrono_tz::Tz>() {
            return Ok(Zone::Named(zone));
        }
        name.parse::<FixedOffset>().map(Zone::Fixed).map_err(|_| format!("time zone `{name}` is not known"))
    }

    /// The civil day, from the epoch, of a moment.
    fn local_day(&self, seconds: i64) -> i64 {
        let Some(utc) = DateTime::from_timestamp(seconds, 0).map(|moment| moment.naive_utc()) else {
            return i64::MAX;
        };
        let offset = match self {
            Zone::None => 0,
            Zone::Fixed(offset) => i64::from(offset.local_minus_utc()),
            Zone::Named(zone) => i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()),
        };
        (seconds + offset).div_euclid(86_400)
    }
}
