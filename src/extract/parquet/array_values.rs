//! The values of a decoded Parquet column: whole arrays where the type is the column's own, else one by one, whatever
//! their type.

use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, FixedOffset, Offset, TimeZone};

use crate::calendar::Day;
use crate::dates::{FIRST_DAY, LAST_DAY};
use crate::extract::batch::{Column, MISSING_DAY, MISSING_NUMBER};
use crate::extract::rejects::Fault;
use crate::extract::schema::ColumnKind;
use crate::text::{push_double, push_single};

/// One value of a Parquet column, before it is read as its column's kind.
pub enum RawValue<'a> {
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

/// An array whose values are nearly all what its column's kind asks for: the fast path.
pub enum TypedArray<'a> {
    /// Dates.
    Days(&'a PrimitiveArray<Date32Type>),
    /// Decimals with two places, from this number of hundredths on.
    Hundredths(&'a PrimitiveArray<Decimal64Type>, i64),
    /// The same with more than 18 digits.
    WideHundredths(&'a PrimitiveArray<Decimal128Type>, i64),
    /// Doubles from this one on.
    Doubles(&'a PrimitiveArray<Float64Type>, f64),
    /// Whole numbers that are not negative.
    Integers(&'a PrimitiveArray<Int32Type>),
    /// Truth values.
    Bools(&'a BooleanArray),
    /// Another type: values are read one by one.
    Other,
}

impl TypedArray<'_> {
    /// Appends values from this row on, and returns the row whose value has to be read by itself, or the array's end.
    /// Missing values are appended only where `optional`.
    pub fn append(&self, row: usize, into: &mut Column, optional: bool) -> usize {
        match (self, into) {
            (TypedArray::Days(days), Column::Date(into)) => append(days, row, into, (MISSING_DAY, optional), |day| {
                let day = Day(day);
                (FIRST_DAY..=LAST_DAY).contains(&day).then_some(day)
            }),
            (TypedArray::Hundredths(numbers, least), Column::Number(into)) => {
                let range = *least..HUNDREDTHS_LIMIT;
                let convert = |number| range.contains(&number).then_some(number);
                append(numbers, row, into, (MISSING_NUMBER, optional), convert)
            }
            (TypedArray::WideHundredths(numbers, least), Column::Number(into)) => {
                let range = i128::from(*least)..i128::from(HUNDREDTHS_LIMIT);
                let convert = |number| range.contains(&number).then_some(number as i64);
                append(numbers, row, into, (MISSING_NUMBER, optional), convert)
            }
            (TypedArray::Doubles(doubles, least), Column::Number(into)) => {
                append(doubles, row, into, (MISSING_NUMBER, optional), |value| {
                    let hundredths = (value * 100.0).round();
                    // With at most 15 digits, a decimal that reads as the double is its shortest form.
                    let exact = hundredths.abs() < 1e15 && hundredths / 100.0 == value && value >= *least;
                    exact.then_some(hundredths as i64)
                })
            }
            (TypedArray::Integers(numbers), Column::Number(into)) => {
                let convert = |number| (number >= 0).then_some(i64::from(number));
                append(numbers, row, into, (MISSING_NUMBER, optional), convert)
            }
            (TypedArray::Bools(bools), Column::Bool(into)) if optional || bools.null_count() == 0 => {
                into.extend(bools.iter().skip(row));
                bools.len()
            }
            _ => row,
        }
    }
}

/// Appends values from a row on up to one that `convert` refuses or that is missing and may not be, and returns its row.
#[inline]
fn append<T: ArrowPrimitiveType, V: Copy>(
    array: &PrimitiveArray<T>,
    row: usize,
    into: &mut Vec<V>,
    (missing, optional): (V, bool),
    convert: impl Fn(T::Native) -> Option<V>,
) -> usize {
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
    let mut values = &array.values()[row..];
    if let Some(nulls) = nulls
        && !optional
    {
        let valid = nulls.iter().skip(row).take_while(|valid| *valid).count();
        values = &values[..valid];
    }
    let before = into.len();
    let appended = append_while(into, missing, values.iter(), |value| convert(*value));
    if let Some(nulls) = nulls
        && optional
    {
        // The array has any value where one is missing.
        let missing_rows = !&nulls.inner().slice(row, appended);
        missing_rows.set_indices().for_each(|at| into[before + at] = missing);
    }
    row + appended
}

/// Appends values up to one that `convert` refuses, and returns how many they are. A stretch at a time is filled with
/// `filler` and then overwritten, which is faster than to push and costs little where many values are refused.
#[inline]
pub fn append_while<T, V: Copy>(
    into: &mut Vec<V>,
    filler: V,
    mut values: impl ExactSizeIterator<Item = T>,
    convert: impl Fn(T) -> Option<V>,
) -> usize {
    const STRETCH: usize = 256;
    let before = into.len();
    while values.len() > 0 {
        let start = into.len();
        into.resize(start + values.len().min(STRETCH), filler);
        let refused = into[start..].iter_mut().zip(values.by_ref()).position(|(slot, value)| match convert(value) {
            Some(value) => {
                *slot = value;
                false
            }
            None => true,
        });
        if let Some(refused) = refused {
            into.truncate(start + refused);
            break;
        }
    }
    into.len() - before
}

/// The values of a decoded column.
pub struct ArrayValues {
    array: ArrayRef,
    form: Form,
}

/// How a value is taken from the array.
enum Form {
    Nothing,
    Binary,
    FixedBinary,
    Bool,
    Days,
    /// Milliseconds since the epoch that stand for days.
    DayMilliseconds,
    Timestamp(fn(&dyn Array, usize) -> i128, i64, Zone),
    Decimal(fn(&dyn Array, usize) -> i128, usize),
    Integer(fn(&dyn Array, usize) -> i128),
    Float(fn(&dyn Array, usize, &mut Vec<u8>)),
}

/// The time zone of a timestamp column.
enum Zone {
    None,
    Fixed(FixedOffset),
    Named(chrono_tz::Tz),
}

impl ArrayValues {
    /// Of a decoded column; the message says what cannot be read.
    pub fn new(array: ArrayRef) -> Result<Self, String> {
        use DataType as T;
        let places = |places: i8| usize::try_from(places).ok().filter(|places| *places <= MOST_DIGITS);
        let form = match array.data_type() {
            T::Null => Some(Form::Nothing),
            T::Binary => Some(Form::Binary),
            T::FixedSizeBinary(_) => Some(Form::FixedBinary),
            T::Boolean => Some(Form::Bool),
            T::Date32 => Some(Form::Days),
            T::Date64 => Some(Form::DayMilliseconds),
            T::Timestamp(unit, zone) => {
                let (get, per_second): (fn(&dyn Array, usize) -> i128, _) = match unit {
                    TimeUnit::Second => (integer::<TimestampSecondType>, 1),
                    TimeUnit::Millisecond => (integer::<TimestampMillisecondType>, 1_000),
                    TimeUnit::Microsecond => (integer::<TimestampMicrosecondType>, 1_000_000),
                    TimeUnit::Nanosecond => (integer::<TimestampNanosecondType>, 1_000_000_000),
                };
                Some(Form::Timestamp(get, per_second, Zone::new(zone.as_deref())?))
            }
            T::Decimal32(_, scale) => places(*scale).map(|places| Form::Decimal(integer::<Decimal32Type>, places)),
            T::Decimal64(_, scale) => places(*scale).map(|places| Form::Decimal(integer::<Decimal64Type>, places)),
            T::Decimal128(_, scale) => places(*scale).map(|places| Form::Decimal(integer::<Decimal128Type>, places)),
            T::Int8 => Some(Form::Integer(integer::<Int8Type>)),
            T::Int16 => Some(Form::Integer(integer::<Int16Type>)),
            T::Int32 => Some(Form::Integer(integer::<Int32Type>)),
            T::Int64 => Some(Form::Integer(integer::<Int64Type>)),
            T::UInt8 => Some(Form::Integer(integer::<UInt8Type>)),
            T::UInt16 => Some(Form::Integer(integer::<UInt16Type>)),
            T::UInt32 => Some(Form::Integer(integer::<UInt32Type>)),
            T::UInt64 => Some(Form::Integer(integer::<UInt64Type>)),
            T::Float32 => Some(Form::Float(single)),
            T::Float64 => Some(Form::Float(double)),
            _ => None,
        };
        let form =
            form.ok_or_else(|| format!("type {} is not read: store text, numbers or dates", array.data_type()))?;
        Ok(ArrayValues { array, form })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.array.len()
    }

    /// The array by its type, where that is the column's own.
    pub fn typed(&self, kind: ColumnKind) -> TypedArray<'_> {
        let array = &self.array;
        let found = match (&self.form, kind) {
            (Form::Days, ColumnKind::Date) => array.as_primitive_opt().map(TypedArray::Days),
            (Form::Decimal(_, 2), ColumnKind::Amount) => hundredths(array, 1 - HUNDREDTHS_LIMIT),
            (Form::Decimal(_, 2), ColumnKind::Minutes) => hundredths(array, 0),
            (Form::Float(_), ColumnKind::Amount) => {
                array.as_primitive_opt().map(|doubles| TypedArray::Doubles(doubles, f64::NEG_INFINITY))
            }
            (Form::Float(_), ColumnKind::Minutes) => {
                array.as_primitive_opt().map(|doubles| TypedArray::Doubles(doubles, 0.0))
            }
            (Form::Bool, ColumnKind::Bool) => array.as_boolean_opt().map(TypedArray::Bools),
            (Form::Integer(_), ColumnKind::Integer) => array.as_primitive_opt().map(TypedArray::Integers),
            _ => None,
        };
        found.unwrap_or(TypedArray::Other)
    }

    /// A value's text for the rejects file.
    pub fn excerpt(&self, row: usize) -> String {
        let mut scratch = Vec::new();
        match self.get(row, &mut scratch) {
            RawValue::Missing => String::new(),
            RawValue::Text(text) => Fault::excerpt(text),
            RawValue::Day(day) => day.to_string(),
            RawValue::Bool(value) => value.to_string(),
            RawValue::Formatted => Fault::excerpt(&scratch),
        }
    }

    /// A value; what is only to be had as text is written to `scratch`.
    pub fn get<'a>(&'a self, row: usize, scratch: &mut Vec<u8>) -> RawValue<'a> {
        if self.array.is_null(row) {
            return RawValue::Missing;
        }
        let array = &self.array;
        let day = |days: i64| match i32::try_from(days).ok().map(Day).filter(|day| (FIRST_DAY..=LAST_DAY).contains(day))
        {
            Some(day) => Ok(day),
            None => Err(days),
        };
        let found = match &self.form {
            Form::Nothing => Some(RawValue::Missing),
            Form::Binary => array.as_binary_opt::<i32>().map(|array| RawValue::Text(array.value(row))),
            Form::FixedBinary => array.as_fixed_size_binary_opt().map(|array| RawValue::Text(array.value(row))),
            Form::Bool => array.as_boolean_opt().map(|array| RawValue::Bool(array.value(row))),
            Form::Days => Some(day_value(day(integer::<Date32Type>(array, row) as i64), scratch)),
            Form::DayMilliseconds => {
                Some(day_value(day((integer::<Date64Type>(array, row) as i64).div_euclid(86_400_000)), scratch))
            }
            Form::Timestamp(get, per_second, zone) => {
                let seconds = (get(array, row) as i64).div_euclid(*per_second);
                Some(day_value(day(zone.local_day(seconds)), scratch))
            }
            Form::Decimal(get, scale) => {
                push_decimal(get(array, row), *scale, scratch);
                Some(RawValue::Formatted)
            }
            Form::Integer(get) => {
                // Writing to a vector cannot fail.
                let _ = write!(scratch, "{}", get(array, row));
                Some(RawValue::Formatted)
            }
            Form::Float(write) => {
                write(array, row, scratch);
                Some(if scratch == b"NaN" { RawValue::Missing } else { RawValue::Formatted })
            }
        };
        found.unwrap_or(RawValue::Missing)
    }
}

/// Amounts have at most 15 digits before the point, and two after it.
const HUNDREDTHS_LIMIT: i64 = 100_000_000_000_000_000;
/// Digits of the widest decimals; a damaged footer may claim more places than there is memory for.
const MOST_DIGITS: usize = 38;

/// Decimals with two places, from this number of hundredths on.
fn hundredths(array: &ArrayRef, least: i64) -> Option<TypedArray<'_>> {
    let narrow = array.as_primitive_opt().map(|numbers| TypedArray::Hundredths(numbers, least));
    narrow.or_else(|| array.as_primitive_opt().map(|numbers| TypedArray::WideHundredths(numbers, least)))
}

/// A day; one outside the years 1 to 9999 is written as what no date format reads.
fn day_value<'a>(day: Result<Day, i64>, scratch: &mut Vec<u8>) -> RawValue<'a> {
    match day {
        Ok(day) => RawValue::Day(day),
        Err(days) => {
            let _ = write!(scratch, "{days} days from 1970-01-01");
            RawValue::Formatted
        }
    }
}

fn integer<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> i128
where
    T::Native: Into<i128>,
{
    array.as_primitive_opt::<T>().map_or(0, |array| array.value(row).into())
}

fn double(array: &dyn Array, row: usize, text: &mut Vec<u8>) {
    let Some(array) = array.as_primitive_opt::<Float64Type>() else { return };
    match array.value(row) {
        value if value.is_finite() => push_double(value, text),
        other => text.extend_from_slice(other.to_string().as_bytes()),
    }
}

fn single(array: &dyn Array, row: usize, text: &mut Vec<u8>) {
    let Some(array) = array.as_primitive_opt::<Float32Type>() else { return };
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
