//! Footers of old writers, which say something wrong that readers have learned to put right.

use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

/// What a chunk of an early parquet-mr may have beyond the length that its footer says: it left out the header of the
/// dictionary's page (PARQUET-816).
const LEFT_OUT_BYTES: i64 = 100;

/// The footer put right, and whether column chunks may be longer than it says.
pub fn repaired(metadata: ParquetMetaData, file_bytes: u64) -> (ParquetMetaData, bool) {
    let has_short_chunks = metadata.file_metadata().created_by().is_some_and(is_early_parquet_mr);
    let chunks = || metadata.row_groups().iter().flat_map(|group| group.columns());
    if !has_short_chunks && !chunks().any(has_no_dictionary) {
        return (metadata, has_short_chunks);
    }
    let mut builder = metadata.into_builder();
    for mut group in builder.take_row_groups() {
        let columns: Vec<ColumnChunkMetaData> = group.columns().to_vec();
        let columns = columns.into_iter().map(|chunk| repaired_chunk(chunk, has_short_chunks, file_bytes));
        let columns = columns.collect::<Result<Vec<_>, _>>();
        if let Ok(repaired) =
            columns.and_then(|columns| group.clone().into_builder().set_column_metadata(columns).build())
        {
            group = repaired;
        }
        builder = builder.add_row_group(group);
    }
    (builder.build(), has_short_chunks)
}

fn repaired_chunk(
    chunk: ColumnChunkMetaData,
    is_short: bool,
    file_bytes: u64,
) -> Result<ColumnChunkMetaData, parquet::errors::ParquetError> {
    let has_no_dictionary = has_no_dictionary(&chunk);
    let start = chunk.dictionary_page_offset().filter(|_| !has_no_dictionary).unwrap_or(chunk.data_page_offset());
    let length = chunk.compressed_size();
    let left = i64::try_from(file_bytes).unwrap_or(i64::MAX).saturating_sub(start.saturating_add(length));
    let more = if is_short { left.clamp(0, LEFT_OUT_BYTES) } else { 0 };
    let mut builder = chunk.into_builder().set_total_compressed_size(length.saturating_add(more));
    if has_no_dictionary {
        builder = builder.set_dictionary_page_offset(None);
    }
    builder.build()
}

/// Whether a dictionary is said to be where none can be: at the beginning of the file, or behind the values.
fn has_no_dictionary(chunk: &ColumnChunkMetaData) -> bool {
    chunk.dictionary_page_offset().is_some_and(|offset| offset == 0 || offset >= chunk.data_page_offset())
}

/// Whether a footer was written by parquet-mr before 1.2.9.
fn is_early_parquet_mr(created_by: &str) -> bool {
    let Some(version) = created_by.strip_prefix("parquet-mr") else { return false };
    let version = version.trim_start().trim_start_matches("version").trim_start();
    let mut numbers = version.split(|character: char| !character.is_ascii_digit()).map(|number| number.parse().ok());
    let mut next = || numbers.next().flatten().unwrap_or(0u32);
    (next(), next(), next()) < (1, 2, 9)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::StringArray;
    use bytes::Bytes;
    use parquet::file::metadata::{FileMetaData, ParquetMetaDataReader, ParquetMetaDataWriter};

    use super::super::tests::{PLAIN, Writing, file, opened, values};
    use super::*;
    use crate::extract::schema::ColumnKind;

    /// A file whose footer was written anew after its chunks were changed.
    fn rewritten(created_by: &str, change: impl Fn(ColumnChunkMetaData) -> ColumnChunkMetaData) -> Vec<u8> {
        let bytes = file(Arc::new(StringArray::from_iter_values((0..200).map(|at| (at % 7).to_string()))), KEYS);
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&Bytes::from(bytes.clone())).unwrap();
        let old = metadata.file_metadata();
        let footer =
            FileMetaData::new(1, old.num_rows(), Some(created_by.to_owned()), None, old.schema_descr_ptr(), None);
        let group = metadata.row_group(0).clone();
        let columns = group.columns().iter().cloned().map(change).collect();
        let group = group.into_builder().set_column_metadata(columns).build().unwrap();
        let metadata = ParquetMetaData::new(footer, vec![group]);
        let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
        let mut rewritten = bytes[..bytes.len() - 8 - length].to_vec();
        // The next column of an old file begins right behind.
        rewritten.extend([0xFF; 20]);
        ParquetMetaDataWriter::new(&mut rewritten, &metadata).finish().unwrap();
        rewritten
    }

    const KEYS: Writing = Writing { dictionary_bytes: Some(1 << 20), ..PLAIN };

    #[test]
    fn a_chunk_that_is_longer_than_its_footer_says_is_read_to_its_last_row() {
        let shorter = |chunk: ColumnChunkMetaData| {
            let length = chunk.compressed_size() - 14;
            chunk.into_builder().set_total_compressed_size(length).build().unwrap()
        };
        let read = |created_by| values(&opened(&rewritten(created_by, shorter)).unwrap(), 0, ColumnKind::Text);
        let expected: Vec<_> = (0..200).map(|at| Some((at % 7).to_string())).collect();
        assert_eq!(read("parquet-mr version 1.2.8").unwrap(), expected);
        assert!(read("parquet-mr version 1.2.9").is_err());
    }

    #[test]
    fn a_dictionary_at_the_beginning_of_the_file_is_none() {
        let misplaced = |chunk: ColumnChunkMetaData| {
            let start = chunk.dictionary_page_offset().unwrap();
            let builder = chunk.into_builder().set_data_page_offset(start);
            builder.set_dictionary_page_offset(Some(0)).build().unwrap()
        };
        let file = opened(&rewritten("an old writer", misplaced)).unwrap();
        let expected: Vec<_> = (0..200).map(|at| Some((at % 7).to_string())).collect();
        assert_eq!(values(&file, 0, ColumnKind::Text).unwrap(), expected);
    }

    #[test]
    fn early_versions_are_told_from_later_ones() {
        for early in ["parquet-mr", "parquet-mr version 1.2.8", "parquet-mr version 1.0.0-t10 (build x)"] {
            assert!(is_early_parquet_mr(early), "{early}");
        }
        for later in
            ["parquet-mr version 1.2.9", "parquet-mr version 1.10.1 (build a89df8f)", "parquet-cpp version 1.0"]
        {
            assert!(!is_early_parquet_mr(later), "{later}");
        }
    }
}
