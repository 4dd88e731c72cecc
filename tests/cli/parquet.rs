//! Parquet files for the program to read, column by column from Arrow arrays.

use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{
    Array, ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    UInt32Array, make_array,
};
use arrow_schema::DataType;
use parquet::arrow::ArrowWriter;

/// A column: name and values.
pub type Column = (&'static str, ArrayRef);

/// Text.
pub fn text(name: &'static str, values: &[Option<&str>]) -> Column {
    (name, Arc::new(StringArray::from(values.to_vec())))
}

/// Text through a dictionary.
pub fn dictionary(name: &'static str, words: &[&str], places: &[Option<u32>]) -> Column {
    let (words, keys) = (StringArray::from(words.to_vec()), UInt32Array::from(places.to_vec()));
    (name, Arc::new(DictionaryArray::<UInt32Type>::try_new(keys, Arc::new(words)).expect("a dictionary")))
}

/// Days since 1970.
pub fn dates(name: &'static str, values: &[Option<i32>]) -> Column {
    (name, Arc::new(Date32Array::from(values.to_vec())))
}

/// Whole numbers, or what they stand for under a type.
pub fn integers(name: &'static str, dtype: DataType, values: &[Option<i64>]) -> Column {
    let data = Int64Array::from(values.to_vec()).into_data().into_builder().data_type(dtype);
    (name, make_array(data.build().expect("a type of eight bytes")))
}

/// Exact decimals of so many places.
pub fn decimals(name: &'static str, places: i8, values: &[Option<i128>]) -> Column {
    let decimals = Decimal128Array::from(values.to_vec()).with_precision_and_scale(18, places);
    (name, Arc::new(decimals.expect("a precision")))
}

/// Doubles.
pub fn floats(name: &'static str, values: &[Option<f64>]) -> Column {
    (name, Arc::new(Float64Array::from(values.to_vec())))
}

/// The bytes of a file with these columns, in one row group.
pub fn file(columns: Vec<Column>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
    let batch = batch.expect("columns of the same length");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a Parquet schema");
    writer.write(&batch).expect("a row group");
    writer.into_inner().expect("a footer")
}
