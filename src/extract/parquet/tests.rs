//! Columns as other programs write them hold what was written, whatever their encoding, compression and pages.

use std::io::{Read, Write};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{
    Array, ArrayRef, Date32Array, Decimal64Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, StructArray,
};
use arrow_schema::{DataType, Field, Fields, Schema};
use flate2::{Compression as GzipEffort, GzBuilder};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::data_type::{ByteArrayType, FixedLenByteArrayType};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::ParquetFile;
use super::array_values::{ArrayValues, RawValue};
use super::projection::ProjectedColumn;
use crate::extract::ExtractError;
use crate::extract::batch::{Column, MISSING_NUMBER};
use crate::extract::schema::ColumnKind;

/// How a file is written.
#[derive(Debug, Clone, Copy)]
pub struct Writing {
    /// A dictionary, which ends at this size; values after it are plain.
    pub dictionary_bytes: Option<usize>,
    /// Deltas instead of plain values.
    pub delta: bool,
    pub second_version: bool,
    pub compression: Compression,
    pub page_rows: usize,
    pub optional: bool,
}

/// Plain values in pages of a few.
pub const PLAIN: Writing = Writing {
    dictionary_bytes: None,
    delta: false,
    second_version: false,
    compression: Compression::UNCOMPRESSED,
    page_rows: 50,
    optional: false,
};

pub fn writing() -> impl Strategy<Value = Writing> {
    let dictionary_bytes = prop_oneof![Just(None), Just(Some(40)), Just(Some(1 << 20))];
    let compression = prop_oneof![
        Just(Compression::UNCOMPRESSED),
        Just(Compression::ZSTD(ZstdLevel::default())),
        Just(Compression::GZIP(GzipLevel::default())),
        Just(Compression::SNAPPY),
        Just(Compression::LZ4_RAW),
        Just(Compression::BROTLI(Default::default())),
    ];
    let page_rows = prop_oneof![1usize..60, Just(1 << 20)];
    (dictionary_bytes, any::<bool>(), any::<bool>(), compression, page_rows, any::<bool>()).prop_map(
        |(dictionary_bytes, delta, second_version, compression, page_rows, optional)| Writing {
            dictionary_bytes,
            delta,
            second_version,
            compression,
            page_rows,
            optional,
        },
    )
}

/// A file of one column, in one row group.
pub fn file(array: ArrayRef, how: Writing) -> Vec<u8> {
    let delta = match array.data_type() {
        DataType::Utf8 | DataType::Binary => Encoding::DELTA_BYTE_ARRAY,
        DataType::Float64 | DataType::Decimal128(..) => Encoding::PLAIN,
        _ => Encoding::DELTA_BINARY_PACKED,
    };
    let version = if how.second_version { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(how.dictionary_bytes.is_some())
        .set_dictionary_page_size_limit(how.dictionary_bytes.unwrap_or(1))
        .set_encoding(if how.delta { delta } else { Encoding::PLAIN })
        .set_writer_version(version)
        .set_compression(how.compression)
        .set_data_page_size_limit(1 << 30)
        .set_data_page_row_count_limit(how.page_rows)
        .set_write_batch_size(how.page_rows.min(1024))
        .set_statistics_enabled(EnabledStatistics::None);
    let schema = Arc::new(Schema::new(vec![Field::new("column", array.data_type().clone(), how.optional)]));
    let batch = RecordBatch::try_new(schema, vec![array]).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

pub fn opened(bytes: &[u8]) -> Result<ParquetFile, ExtractError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    ParquetFile::open(file, "file", std::path::Path::new("file"))
}

/// The values of a column, read as the program reads them.
pub fn values(file: &ParquetFile, field: usize, kind: ColumnKind) -> Result<Vec<Option<String>>, ExtractError> {
    let mut values = Vec::new();
    for group in 0..file.row_groups() {
        let mut reader = file.read(group, &[ProjectedColumn { at: Some(0), field, kind }])?;
        while let Some(batch) = reader.next_batch()? {
            let array = batch.column(0);
            match array.as_dictionary_opt::<UInt32Type>() {
                Some(array) => {
                    let distinct = ArrayValues::new(array.values().clone()).unwrap();
                    let keys = array.keys().iter();
                    values.extend(keys.map(|key| key.and_then(|key| shown(&distinct, key as usize))));
                }
                None => {
                    let array = ArrayValues::new(array.clone()).map_err(|message| file.malformed(message))?;
                    values.extend((0..array.len()).map(|row| shown(&array, row)));
                }
            }
        }
    }
    Ok(values)
}

fn shown(values: &ArrayValues, row: usize) -> Option<String> {
    let mut scratch = Vec::new();
    match values.get(row, &mut scratch) {
        RawValue::Missing => None,
        _ => Some(values.excerpt(row)),
    }
}

/// Some values, none missing where the column cannot have missing ones.
fn known<T: Clone + Default>(values: &[Option<T>], how: Writing) -> Vec<Option<T>> {
    let known = |value: &Option<T>| if how.optional { value.clone() } else { Some(value.clone().unwrap_or_default()) };
    values.iter().map(known).collect()
}

fn expected<T: ToString>(values: &[Option<T>]) -> Vec<Option<String>> {
    values.iter().map(|value| value.as_ref().map(T::to_string)).collect()
}

proptest! {
    #[test]
    fn texts_are_read_as_written(
        texts in proptest::collection::vec(proptest::option::of("[a-dåé]{1,3}|[a-z]{1,30}"), 1..300),
        how in writing(),
        as_codes in any::<bool>(),
    ) {
        let texts = known(&texts, how);
        let file = opened(&file(Arc::new(StringArray::from(texts.clone())), how)).unwrap();
        let kind = if as_codes { ColumnKind::Code(crate::extract::schema::CodeSet::Channel) } else { ColumnKind::Text };
        prop_assert_eq!(values(&file, 0, kind).unwrap(), texts);
    }

    #[test]
    fn numbers_are_read_as_written(
        numbers in proptest::collection::vec(proptest::option::of(prop_oneof![-5i32..5, any::<i32>()]), 1..300),
        how in writing(),
    ) {
        let numbers = known(&numbers, how);
        let longs: Vec<Option<i64>> = numbers.iter().map(|number| number.map(|number| i64::from(number) << 20)).collect();
        let days: Vec<Option<i32>> = numbers.iter().map(|number| number.map(|number| number % 700_000)).collect();
        let doubles: Vec<Option<f64>> = numbers.iter().map(|number| number.map(|number| f64::from(number) / 8.0)).collect();
        let decimals = |digits| {
            let units = Decimal128Array::from_iter(numbers.iter().map(|number| number.map(i128::from)));
            Arc::new(units.with_precision_and_scale(digits, 0).unwrap())
        };
        let shown_days = days.iter().map(|day| day.map(|day| crate::calendar::Day(day).to_string())).collect();
        let arrays: [(ArrayRef, Vec<Option<String>>); 6] = [
            (Arc::new(Int32Array::from(numbers.clone())), expected(&numbers)),
            (Arc::new(Int64Array::from(longs.clone())), expected(&longs)),
            (Arc::new(Date32Array::from(days)), shown_days),
            (decimals(10), expected(&numbers)),
            (decimals(30), expected(&numbers)),
            (Arc::new(Float64Array::from(doubles.clone())), expected(&doubles)),
        ];
        for (array, expected) in arrays {
            let file = opened(&file(array, how)).unwrap();
            prop_assert_eq!(values(&file, 0, ColumnKind::Amount).unwrap(), expected);
        }
    }
}

proptest! {
    #[test]
    fn arrays_are_appended_up_to_the_first_value_that_has_to_be_read_by_itself(
        values in proptest::collection::vec(proptest::option::weighted(0.9, prop_oneof![300 => 0i64..500, 1 => -9i64..0]), 1..700),
        start in 0usize..700,
        optional in any::<bool>(),
    ) {
        let start = start.min(values.len());
        let wide = Decimal128Array::from_iter(values.iter().map(|value| value.map(i128::from)));
        let arrays: [ArrayRef; 2] = [
            Arc::new(Decimal64Array::from(values.clone()).with_precision_and_scale(18, 2).unwrap()),
            Arc::new(wide.with_precision_and_scale(38, 2).unwrap()),
        ];
        let alone = |value: &Option<i64>| value.map_or(!optional, |value| value < 0);
        let end = values[start..].iter().position(alone).map_or(values.len(), |at| start + at);
        let expected: Vec<i64> = values[start..end].iter().map(|value| value.unwrap_or(MISSING_NUMBER)).collect();
        for array in arrays {
            let mut column = Column::Number(vec![7]);
            let reached = ArrayValues::new(array).unwrap().typed(ColumnKind::Minutes).append(start, &mut column, optional);
            let Column::Number(numbers) = column else { unreachable!() };
            prop_assert_eq!((reached, &numbers[1..]), (end, &expected[..]));
        }
    }
}

#[test]
fn decimals_keep_their_places_and_have_a_bounded_number_of_them() {
    let of = |places| Arc::new(Decimal128Array::from(vec![1]).with_precision_and_scale(38, places).unwrap());
    assert!(ArrayValues::new(of(38)).is_ok_and(|values| values.excerpt(0) == format!("0.{:0>38}", 1)));
    assert!(ArrayValues::new(of(-2)).is_err());
}

#[test]
fn a_nested_column_is_not_taken_for_a_top_level_one() {
    let ids = |prefix: &str| Arc::new(StringArray::from(vec![format!("{prefix}1"), format!("{prefix}2")])) as ArrayRef;
    let inner = Fields::from(vec![Field::new("customer_id", DataType::Utf8, false)]);
    let person = Arc::new(StructArray::new(inner, vec![ids("nested ")], None)) as ArrayRef;
    let columns = [("person", person), ("person.customer_id", ids("dotted ")), ("customer_id", ids("top "))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let file = opened(&writer.into_inner().unwrap()).unwrap();
    assert_eq!(file.header(), ["person", "person.customer_id", "customer_id"]);
    let error = values(&file, 0, ColumnKind::Text).unwrap_err().to_string();
    assert!(error.contains("column `person` is nested: extracts are flat tables"), "{error}");
    for (field, prefix) in [(1, "dotted "), (2, "top ")] {
        let found = values(&file, field, ColumnKind::Text).unwrap();
        assert_eq!(found, [Some(format!("{prefix}1")), Some(format!("{prefix}2"))]);
    }
}

#[test]
fn a_column_of_an_unknown_logical_type_hinders_no_other() {
    let schema = "message m {
        required fixed_len_byte_array(16) token (UUID);
        required byte_array customer_id (UTF8);
    }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut tokens = group.next_column().unwrap().unwrap();
    tokens.typed::<FixedLenByteArrayType>().write_batch(&[vec![7; 16].into()], None, None).unwrap();
    tokens.close().unwrap();
    let mut ids = group.next_column().unwrap().unwrap();
    ids.typed::<ByteArrayType>().write_batch(&["A".into()], None, None).unwrap();
    ids.close().unwrap();
    group.close().unwrap();
    let mut bytes = writer.into_inner().unwrap();
    // The type is a union of empty structs: number 14 becomes number 40, in two bytes.
    let at = bytes.windows(3).position(|bytes| bytes == [0xEC, 0, 0]).unwrap();
    bytes.splice(at..at + 1, [0x0C, 40 << 1]);
    let end = bytes.len() - 8;
    let length = u32::from_le_bytes(*bytes[end..].first_chunk().unwrap()) + 1;
    bytes[end..end + 4].copy_from_slice(&length.to_le_bytes());
    let file = opened(&bytes).unwrap();
    assert_eq!(file.header(), ["token", "customer_id"]);
    assert_eq!(values(&file, 1, ColumnKind::Text).unwrap(), [Some("A".to_owned())]);
}

#[test]
fn a_gzip_page_of_several_members_is_read_to_its_end() {
    let texts: Vec<String> = (0..500).map(|number| format!("customer {}", number % 7)).collect();
    let stored = Compression::GZIP(GzipLevel::try_new(0).unwrap());
    let how = Writing { compression: stored, page_rows: 1 << 20, ..PLAIN };
    let mut bytes = file(Arc::new(StringArray::from(texts.clone())), how);
    // The page, without compression in one member, becomes two members, the first with padding to the same length.
    let start = bytes.windows(3).position(|bytes| bytes == [0x1F, 0x8B, 8]).unwrap();
    let mut member = flate2::bufread::GzDecoder::new(&bytes[start..]);
    let mut page = Vec::new();
    member.read_to_end(&mut page).unwrap();
    let end = bytes.len() - member.into_inner().len();
    let (first, second) = page.split_at(page.len() / 3);
    let member = |text: &[u8], padding: usize| {
        let builder = if padding > 0 { GzBuilder::new().extra(vec![0; padding]) } else { GzBuilder::new() };
        let mut writer = builder.write(Vec::new(), GzipEffort::best());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    };
    let missing = end - start - member(first, 0).len() - member(second, 0).len();
    let members = [member(first, missing - 2), member(second, 0)].concat();
    bytes.splice(start..end, members);
    let file = opened(&bytes).unwrap();
    assert_eq!(values(&file, 0, ColumnKind::Text).unwrap(), expected(&texts.into_iter().map(Some).collect::<Vec<_>>()));
}
