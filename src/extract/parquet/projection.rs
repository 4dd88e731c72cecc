//! Which columns of a Parquet file are read, and as which Arrow types.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, TimeUnit};

use parquet::arrow::{
    FieldLevels, ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema,
    parquet_to_arrow_schema_by_columns,
};
use parquet::basic::{ConvertedType, Encoding, LogicalType, Type as Physical};
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use crate::extract::schema::ColumnKind;

/// A field that is read.
pub struct ProjectedColumn {
    /// The place in the layout of the column that it is; none of one that is looked at besides.
    pub at: Option<usize>,
    /// Its place among the file's top-level columns.
    pub field: usize,
    /// What it holds.
    pub kind: ColumnKind,
}

/// The fields of a batch: the projected columns alone, so that no other column has to be understood.
pub fn arrow_fields(
    metadata: &ParquetMetaData,
    group: usize,
    columns: &[ProjectedColumn],
    leaves: &[usize],
) -> Result<FieldLevels> {
    let (mut stored, mut read) = (Vec::new(), Vec::new());
    for (column, leaf) in columns.iter().zip(leaves) {
        let chunk = metadata.row_group(group).column(*leaf);
        let field = chunk.column_descr().self_type_ptr();
        if is_text(&field) {
            stored.push(without_annotation(&field)?);
            read.push(Field::new(field.name(), text_type(column.kind, chunk), field.is_optional()));
        } else {
            read.push(Field::new(field.name(), value_type(metadata, &field, *leaf)?, field.is_optional()));
            stored.push(field);
        }
    }
    parquet_to_arrow_field_levels(&schema(stored)?, ProjectionMask::all(), Some(&Fields::from(read)))
}

fn schema(fields: Vec<TypePtr>) -> Result<SchemaDescriptor> {
    let root = Type::group_type_builder("root").with_fields(fields).build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}

fn is_text(field: &Type) -> bool {
    let info = field.get_basic_info();
    let is_decimal = info.converted_type() == ConvertedType::DECIMAL
        || matches!(info.logical_type_ref(), Some(LogicalType::Decimal { .. }));
    field.get_physical_type() == Physical::BYTE_ARRAY && !is_decimal
}

/// Text as mere bytes, so that a value of another encoding rejects its row and not the file.
fn without_annotation(field: &Type) -> Result<TypePtr> {
    let builder = Type::primitive_type_builder(field.name(), Physical::BYTE_ARRAY);
    Ok(Arc::new(builder.with_repetition(field.get_basic_info().repetition()).build()?))
}

/// Codes are few, and so are texts if all pages have keys of a dictionary: these are typed once each.
fn text_type(kind: ColumnKind, chunk: &ColumnChunkMetaData) -> DataType {
    let is_key = |encoding| matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
    let has_only_keys = || match chunk.page_encoding_stats_mask() {
        Some(mask) => mask.encodings().all(is_key),
        None => chunk.dictionary_page_offset().is_some(),
    };
    match matches!(kind, ColumnKind::Code(_)) || has_only_keys() {
        true => DataType::Dictionary(DataType::UInt32.into(), DataType::Binary.into()),
        false => DataType::Binary,
    }
}

/// The type of values that are not text.
fn value_type(metadata: &ParquetMetaData, field: &TypePtr, leaf: usize) -> Result<DataType> {
    let stored = parquet_to_arrow_schema(&schema(vec![field.clone()])?, None)?;
    let stored = stored.fields().first().map_or(DataType::Null, |field| field.data_type().clone());
    let physical = field.get_physical_type();
    Ok(match stored {
        // Nanoseconds overflow for the far dates that extracts use as "for ever".
        DataType::Timestamp(_, zone) if physical == Physical::INT96 => DataType::Timestamp(TimeUnit::Microsecond, zone),
        DataType::Decimal128(digits, places) if digits <= 18 && physical != Physical::BYTE_ARRAY => {
            DataType::Decimal64(digits, places)
        }
        DataType::Timestamp(..) | DataType::Int64 | DataType::Date32 => {
            noted_type(metadata, leaf).filter(is_time).unwrap_or(stored)
        }
        other => other,
    })
}

fn is_time(noted: &DataType) -> bool {
    matches!(noted, DataType::Timestamp(..) | DataType::Date64)
}

/// The Arrow type that the writer noted: time zones, seconds and milliseconds of days are nowhere else.
fn noted_type(metadata: &ParquetMetaData, leaf: usize) -> Option<DataType> {
    let file = metadata.file_metadata();
    let mask = ProjectionMask::leaves(file.schema_descr(), [leaf]);
    let noted = parquet_to_arrow_schema_by_columns(file.schema_descr(), mask, file.key_value_metadata()).ok()?;
    noted.fields().first().map(|field| field.data_type().clone())
}
