//! Parquet files for the program to read, column by column from arrow arrays.

use std::io::Cursor;

use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::arrow::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions,
};

/// A column: name and values.
pub type Column = (&'static str, Box<dyn Array>);

/// Text.
pub fn text(name: &'static str, values: &[Option<&str>]) -> Column {
    (name, Utf8ViewArray::from_slice(values).boxed())
}

/// Text through a dictionary.
pub fn dictionary(name: &'static str, words: &[&str], places: &[Option<u32>]) -> Column {
    let words = Utf8ViewArray::from_slice(words.iter().map(|word| Some(*word)).collect::<Vec<_>>());
    let keys = PrimitiveArray::<u32>::from(places);
    (name, DictionaryArray::try_from_keys(keys, words.boxed(), false).expect("a dictionary").boxed())
}

/// Days since 1970.
pub fn dates(name: &'static str, values: &[Option<i32>]) -> Column {
    (name, PrimitiveArray::<i32>::from(values).to(ArrowDataType::Date32).boxed())
}

/// Whole numbers, or what they stand for under a type.
pub fn integers(name: &'static str, dtype: ArrowDataType, values: &[Option<i64>]) -> Column {
    (name, PrimitiveArray::<i64>::from(values).to(dtype).boxed())
}

/// Exact decimals of so many places.
pub fn decimals(name: &'static str, places: usize, values: &[Option<i128>]) -> Column {
    (name, PrimitiveArray::<i128>::from(values).to(ArrowDataType::Decimal(18, places)).boxed())
}

/// Doubles.
pub fn floats(name: &'static str, values: &[Option<f64>]) -> Column {
    (name, PrimitiveArray::<f64>::from(values).boxed())
}

/// The bytes of a file with these columns, in one row group.
pub fn file(columns: Vec<Column>) -> Vec<u8> {
    let options = WriteOptions {
        statistics: StatisticsOptions::empty(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(None),
        data_page_size: None,
    };
    let field = |(name, array): &Column| Field::new((*name).into(), array.dtype().clone(), true);
    let schema: ArrowSchema = columns.iter().map(field).collect();
    let encoding = |(_, array): &Column| match array.dtype() {
        ArrowDataType::Dictionary(..) => vec![Encoding::RleDictionary],
        _ => vec![Encoding::Plain],
    };
    let encodings: Vec<Vec<Encoding>> = columns.iter().map(encoding).collect();
    let arrays: Vec<Box<dyn Array>> = columns.into_iter().map(|(_, array)| array).collect();
    let rows = arrays[0].len();
    let batch = RecordBatchT::new(rows, schema.clone().into(), arrays);
    let groups = RowGroupIterator::try_new([Ok(batch)].into_iter(), &schema, options, encodings.into());
    let mut writer = FileWriter::try_new(Cursor::new(Vec::new()), schema, options).expect("a Parquet schema");
    for group in groups.expect("a Parquet schema") {
        writer.write(rows as u64, group.expect("a row group")).expect("a written row group");
    }
    writer.end(None).expect("a footer");
    writer.into_inner().into_inner()
}
