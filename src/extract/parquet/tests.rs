//! Columns as other programs write them, read page by page, hold what was written; damaged ones are left alone.

use std::io::{Cursor, Write};

use polars_arrow::array::{Array, BinaryViewArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::arrow::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions,
};
use proptest::prelude::*;

use super::ParquetFile;
use super::pages::{Pages, Piece, Unusual};
use super::plain::Plain;
use crate::extract::ExtractError;

/// How a file is written.
#[derive(Debug, Clone, Copy)]
pub struct Writing {
    pub encoding: Encoding,
    pub second_version: bool,
    pub compressed: bool,
    pub page_bytes: usize,
    pub nullable: bool,
}

pub fn writing() -> impl Strategy<Value = Writing> {
    let encoding = prop_oneof![Just(Encoding::Plain), Just(Encoding::RleDictionary)];
    (encoding, any::<bool>(), any::<bool>(), prop_oneof![1usize..60, Just(1 << 20)], any::<bool>()).prop_map(
        |(encoding, second_version, compressed, page_bytes, nullable)| Writing {
            encoding,
            second_version,
            compressed,
            page_bytes,
            nullable,
        },
    )
}

/// A file of one column, in one row group.
fn written(array: Box<dyn Array>, how: Writing) -> ParquetFile {
    opened(&bytes(array, how)).unwrap()
}

pub fn opened(bytes: &[u8]) -> Result<ParquetFile, ExtractError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    ParquetFile::open(file, "file")
}

pub fn bytes(array: Box<dyn Array>, how: Writing) -> Vec<u8> {
    let compression = if how.compressed { CompressionOptions::Zstd(None) } else { CompressionOptions::Uncompressed };
    let version = if how.second_version { Version::V2 } else { Version::V1 };
    let data_page_size = Some(how.page_bytes);
    let options = WriteOptions { statistics: StatisticsOptions::empty(), version, compression, data_page_size };
    let schema: ArrowSchema = [Field::new("column".into(), array.dtype().clone(), how.nullable)].into_iter().collect();
    let rows = array.len();
    let batch = RecordBatchT::new(rows, schema.clone().into(), vec![array]);
    let encodings = vec![vec![how.encoding]];
    let groups = RowGroupIterator::try_new([Ok(batch)].into_iter(), &schema, options, encodings.into()).unwrap();
    let mut writer = FileWriter::try_new(Cursor::new(Vec::new()), schema, options).unwrap();
    for group in groups {
        writer.write(rows as u64, group.unwrap()).unwrap();
    }
    writer.end(None).unwrap();
    writer.into_inner().into_inner()
}

pub fn pages(file: &ParquetFile, damage: &[(usize, u8)]) -> Result<super::PagesWithDictionary, Unusual> {
    let (chunk, field) = file.chunk(0, 0).unwrap();
    let plain = Plain::new(chunk.physical_type(), &field.dtype).unwrap();
    let mut bytes = file.bytes(0, chunk).unwrap();
    for (at, byte) in damage {
        let at = at % bytes.len().max(1);
        bytes[at] ^= byte;
    }
    Pages::new(bytes, chunk, plain)
}

/// The values of an array as text.
fn shown(array: &dyn Array, at: usize) -> Option<String> {
    if array.is_null(at) {
        return None;
    }
    let any = array.as_any();
    Some(if let Some(array) = any.downcast_ref::<BinaryViewArray>() {
        String::from_utf8_lossy(array.value(at)).into_owned()
    } else if let Some(array) = any.downcast_ref::<PrimitiveArray<i32>>() {
        array.value(at).to_string()
    } else if let Some(array) = any.downcast_ref::<PrimitiveArray<i64>>() {
        array.value(at).to_string()
    } else if let Some(array) = any.downcast_ref::<PrimitiveArray<i128>>() {
        array.value(at).to_string()
    } else {
        any.downcast_ref::<PrimitiveArray<f64>>().unwrap().value(at).to_string()
    })
}

/// All values, so many rows at a time.
pub fn read(
    (mut pages, dictionary): super::PagesWithDictionary,
    rows: usize,
    steps: &[usize],
) -> Result<Vec<Option<String>>, Unusual> {
    let (mut values, mut steps) = (Vec::new(), steps.iter().cycle());
    while values.len() < rows {
        let before = values.len();
        let most = (*steps.next().unwrap()).min(rows - before);
        match (pages.next_piece(most)?, &dictionary) {
            (Piece::Keys(keys), Some(dictionary)) => values.extend(keys.iter().map(|key| {
                let key = *key as usize;
                (key < dictionary.len()).then(|| shown(&**dictionary, key).unwrap())
            })),
            (Piece::Keys(_), None) => panic!("keys without a dictionary"),
            (Piece::Texts(bytes, spans), _) => values.extend(spans.iter().map(|span| {
                let text = &bytes[span.start as usize..][..span.length as usize];
                (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
            })),
            (Piece::Numbers(array), _) => values.extend((0..array.len()).map(|at| shown(&*array, at))),
        }
        assert!(values.len() > before && values.len() <= before + most);
    }
    Ok(values)
}

/// Some values, none missing where the column cannot have missing ones.
fn known<T: Clone + Default>(values: &[Option<T>], how: Writing) -> Vec<Option<T>> {
    values
        .iter()
        .map(|value| if how.nullable { value.clone() } else { Some(value.clone().unwrap_or_default()) })
        .collect()
}

fn expected<T: ToString>(values: &[Option<T>]) -> Vec<Option<String>> {
    values.iter().map(|value| value.as_ref().map(T::to_string)).collect()
}

proptest! {
    #[test]
    fn texts_are_read_as_written(
        values in proptest::collection::vec(proptest::option::of("[a-dåé]{1,3}|[a-z]{1,30}"), 1..300),
        how in writing(),
        steps in proptest::collection::vec(1usize..90, 1..5),
    ) {
        let values: Vec<Option<String>> =
            values.into_iter().map(|value| if how.nullable { value } else { value.or(Some("x".to_owned())) }).collect();
        let file = written(Utf8ViewArray::from_slice(&values).boxed(), how);
        let found = read(pages(&file, &[]).unwrap(), values.len(), &steps).unwrap();
        prop_assert_eq!(found, values);
    }

    #[test]
    fn numbers_are_read_as_written(
        values in proptest::collection::vec(proptest::option::of(prop_oneof![-5i32..5, any::<i32>()]), 1..300),
        how in writing(),
        steps in proptest::collection::vec(1usize..90, 1..5),
    ) {
        let days = known(&values, how);
        let longs: Vec<Option<i64>> = days.iter().map(|day| day.map(|day| i64::from(day) << 20)).collect();
        let cents: Vec<Option<i128>> = days.iter().map(|day| day.map(i128::from)).collect();
        let doubles: Vec<Option<f64>> = days.iter().map(|day| day.map(|day| f64::from(day) / 8.0)).collect();
        let decimals = |digits| PrimitiveArray::<i128>::from(&cents).to(ArrowDataType::Decimal(digits, 2)).boxed();
        for (array, expected) in [
            (PrimitiveArray::<i32>::from(&days).to(ArrowDataType::Date32).boxed(), expected(&days)),
            (PrimitiveArray::<i64>::from(&longs).boxed(), expected(&longs)),
            (decimals(9), expected(&days)),
            (decimals(18), expected(&days)),
            (PrimitiveArray::<f64>::from(&doubles).boxed(), expected(&doubles)),
        ] {
            let file = written(array, how);
            let found = read(pages(&file, &[]).unwrap(), values.len(), &steps).unwrap();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn damaged_pages_are_refused_or_read_but_never_panic(
        values in proptest::collection::vec(proptest::option::of("[a-d]{0,3}"), 1..60),
        how in writing(),
        damage in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..6),
    ) {
        let values = known(&values, how);
        let file = written(Utf8ViewArray::from_slice(&values).boxed(), Writing { compressed: false, ..how });
        if let Ok(pages) = pages(&file, &damage) {
            let _ = read(pages, values.len(), &[7, 30]);
        }
    }
}
