//! Values as Parquet stores them plainly: their bytes one after the other, texts with their length before them.

use polars_arrow::array::{Array, BinaryViewArray, PrimitiveArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::ArrowDataType;
use polars_parquet::arrow::read::PhysicalType;

use crate::extract::batch::Span;

/// What is stored plainly and read here; everything else is left to the library.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// Texts.
    Texts,
    /// Numbers of this type.
    Numbers(Number, ArrowDataType),
}

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Whole, four bytes.
    Int,
    /// Whole, eight bytes.
    Long,
    /// Exact decimals as their smallest unit in four bytes.
    IntDecimal,
    /// Exact decimals as their smallest unit in eight bytes.
    LongDecimal,
    /// Doubles.
    Double,
}

impl Plain {
    /// Of a column's stored and read type.
    pub fn new(stored: PhysicalType, read: &ArrowDataType) -> Option<Self> {
        use ArrowDataType as T;
        let number = match (stored, read) {
            (PhysicalType::ByteArray, read) if is_text(read) => return Some(Plain::Texts),
            (PhysicalType::ByteArray, T::Dictionary(_, values, _)) if is_text(values) => return Some(Plain::Texts),
            (PhysicalType::Int32, T::Int32 | T::Date32) => Number::Int,
            (PhysicalType::Int64, T::Int64) => Number::Long,
            (PhysicalType::Int32, T::Decimal(..)) => Number::IntDecimal,
            (PhysicalType::Int64, T::Decimal(..)) => Number::LongDecimal,
            (PhysicalType::Double, T::Float64) => Number::Double,
            _ => return None,
        };
        Some(Plain::Numbers(number, read.clone()))
    }
}

fn is_text(read: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    matches!(read, T::Utf8View | T::Utf8 | T::LargeUtf8 | T::BinaryView | T::Binary | T::LargeBinary)
}

impl Number {
    /// Bytes of one.
    pub fn width(self) -> usize {
        match self {
            Number::Int | Number::IntDecimal => 4,
            Number::Long | Number::LongDecimal | Number::Double => 8,
        }
    }

    /// The array of these values; `present` tells the rows that have one, if some have none.
    pub fn array(self, bytes: &[u8], dtype: &ArrowDataType, present: Option<&[u32]>) -> Box<dyn Array> {
        let int = |bytes: &[u8; 4]| i32::from_le_bytes(*bytes);
        let long = |bytes: &[u8; 8]| i64::from_le_bytes(*bytes);
        let validity = present.map(|present| present.iter().map(|level| *level != 0).collect::<Bitmap>());
        match self {
            Number::Int => PrimitiveArray::new(dtype.clone(), spread(bytes, present, int).into(), validity).boxed(),
            Number::Long => PrimitiveArray::new(dtype.clone(), spread(bytes, present, long).into(), validity).boxed(),
            Number::IntDecimal => {
                let values = spread(bytes, present, |bytes| i128::from(int(bytes)));
                PrimitiveArray::new(dtype.clone(), values.into(), validity).boxed()
            }
            Number::LongDecimal => {
                let values = spread(bytes, present, |bytes| i128::from(long(bytes)));
                PrimitiveArray::new(dtype.clone(), values.into(), validity).boxed()
            }
            Number::Double => {
                let values = spread(bytes, present, |bytes: &[u8; 8]| f64::from_le_bytes(*bytes));
                PrimitiveArray::new(dtype.clone(), values.into(), validity).boxed()
            }
        }
    }
}

/// The values by row, those of rows that have none being zero.
fn spread<T: Default, const N: usize>(bytes: &[u8], present: Option<&[u32]>, read: impl Fn(&[u8; N]) -> T) -> Vec<T> {
    let mut values = bytes.as_chunks::<N>().0.iter().map(read);
    match present {
        None => values.collect(),
        Some(levels) => {
            let value = |level: &u32| if *level != 0 { values.next() } else { None };
            levels.iter().map(value).map(Option::unwrap_or_default).collect()
        }
    }
}

/// Notes where the next so many texts are, as told from `at`; where they end, or `None` if the bytes end before.
pub fn texts(bytes: &[u8], at: usize, count: usize, spans: &mut Vec<Span>) -> Option<usize> {
    let mut next = at;
    // A page may claim more values than it has bytes for.
    spans.reserve(count.min(bytes.len() / 4 + 1));
    for _ in 0..count {
        let length = u32::from_le_bytes(*bytes.get(next..)?.first_chunk()?);
        let start = next + 4;
        next = start.checked_add(length as usize).filter(|end| *end <= bytes.len())?;
        spans.push(Span { start: (start - at) as u32, length });
    }
    Some(next)
}

/// The array of the values of a dictionary; `None` where the bytes do not hold as many.
pub fn dictionary(plain: &Plain, bytes: &[u8], count: usize) -> Option<Box<dyn Array>> {
    match plain {
        Plain::Texts => {
            let mut spans = Vec::new();
            texts(bytes, 0, count, &mut spans)?;
            let text = |span: &Span| &bytes[span.start as usize..][..span.length as usize];
            Some(BinaryViewArray::from_slice_values(spans.iter().map(text).collect::<Vec<_>>()).boxed())
        }
        Plain::Numbers(number, dtype) => {
            let bytes = bytes.get(..count.checked_mul(number.width())?)?;
            Some(number.array(bytes, dtype, None))
        }
    }
}
