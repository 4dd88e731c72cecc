//! What a Parquet file claims of itself, held against what it has, before memory is taken for it or a row is counted.
//!
//! The library believes footers and page headers: damaged ones would have it panic, take all memory or stop before the
//! last row.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use polars::error::PolarsResult;
use polars_arrow::datatypes::{ArrowSchema, TimeUnit};
use polars_buffer::Buffer;
use polars_parquet::arrow::read::schema::{SchemaInferenceOptions, infer_schema_with_options};
use polars_parquet::arrow::read::{ColumnChunkMetadata, FileMetadata};
use polars_parquet::parquet::PARQUET_MAGIC;
use polars_parquet::parquet::read::deserialize_metadata;

use super::thrift::{self, ELEMENT};
use crate::panics::caught;

/// Pages up to this size are taken as they are; a larger one must be within what the footer says of its column.
const USUAL_PAGE_BYTES: i64 = 64 << 20;
/// The largest page: one is held in memory whole, however little it takes in the file.
const MAX_PAGE_BYTES: u64 = 256 << 20;

/// A message: what is wrong, and what to do.
pub fn damaged(what: impl std::fmt::Display) -> String {
    format!("{what}; it was damaged or cut short: write or copy it again")
}

/// The footer of a file of so many bytes; nothing where it has none.
pub fn footer(file: &File, file_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let mut last = [0; 8];
    let Some(end) = file_bytes.checked_sub(last.len() as u64) else { return Ok(None) };
    file.read_exact_at(&mut last, end)?;
    let [length @ .., _, _, _, _] = last;
    let length = u32::from_le_bytes(length);
    match end.checked_sub(length.into()) {
        Some(start) if last.ends_with(&PARQUET_MAGIC) => {
            let mut footer = vec![0; length as usize];
            file.read_exact_at(&mut footer, start)?;
            Ok(Some(footer))
        }
        _ => Ok(None),
    }
}

/// What the footer of a file of so many bytes says; the message says what is wrong with it.
pub fn metadata(footer: Vec<u8>, file_bytes: u64) -> Result<(FileMetadata, ArrowSchema), String> {
    let mut negative = false;
    let passed = thrift::pass(&footer, &mut |path, number| negative |= number < 0 && never_negative(path));
    if passed.is_none() || negative {
        return Err(damaged("its footer makes no sense"));
    }
    // Nanoseconds overflow for the far dates that extracts use as "for ever".
    let options = Some(SchemaInferenceOptions { int96_coerce_to_timeunit: TimeUnit::Microsecond });
    let read = || -> PolarsResult<_> {
        let metadata = deserialize_metadata(Buffer::from(footer))?;
        let schema = infer_schema_with_options(&metadata, &options)?;
        Ok((metadata, schema))
    };
    // The library panics at some fields of another type than theirs.
    let read = caught(read).ok_or_else(|| damaged("its footer makes no sense"))?;
    let (metadata, schema) = read.map_err(|error| error.to_string())?;
    check(&metadata, file_bytes)?;
    Ok((metadata, schema))
}

/// Whether a number of the footer counts rows or values, or places bytes.
fn never_negative(path: &[i16]) -> bool {
    matches!(path, [3] | [4, ELEMENT, 3] | [4, ELEMENT, 1, ELEMENT, 3, 5 | 7 | 9 | 11])
}

fn check(metadata: &FileMetadata, file_bytes: u64) -> Result<(), String> {
    let groups = &metadata.row_groups;
    let rows = groups.iter().try_fold(0usize, |rows, group| rows.checked_add(group.num_rows()));
    if rows != Some(metadata.num_rows) {
        return Err(damaged(format!("its row groups do not add up to its {} rows", metadata.num_rows)));
    }
    for (at, group) in groups.iter().enumerate() {
        if u32::try_from(group.num_rows()).is_err() {
            return Err(format!("row group {at} has {} rows: write groups of at most 4 billion", group.num_rows()));
        }
        if let Some(chunk) = group.parquet_columns().iter().find(|chunk| chunk.byte_range().end > file_bytes) {
            return Err(damaged(format!("column `{}` of row group {at} lies beyond its end", name(chunk))));
        }
    }
    Ok(())
}

/// Whether the pages of a column of a row group hold these rows and no more, none claims more than it can hold, and
/// all are as they were written, as far as checksums tell.
pub fn pages(bytes: &[u8], chunk: &ColumnChunkMetadata, rows: usize) -> Result<(), String> {
    let largest = chunk.uncompressed_size().max(USUAL_PAGE_BYTES).cast_unsigned();
    let (mut rest, mut values) = (bytes, 0);
    // To the end of the bytes and not of the rows, so that pages left over are seen.
    while let Some((page, behind)) = PageHeader::read(rest) {
        // A value of a dictionary has a byte at least.
        if page.unpacked > largest || page.entries > page.unpacked {
            return Err(damaged(format!("a page of column `{}` claims more than it can hold", name(chunk))));
        }
        if page.unpacked > MAX_PAGE_BYTES {
            let most = MAX_PAGE_BYTES >> 20;
            return Err(format!(
                "a page of column `{}` has {} MiB, more than {most} MiB: write smaller pages",
                name(chunk),
                page.unpacked >> 20
            ));
        }
        if page.checksum.is_some_and(|checksum| checksum != crc32fast::hash(page.stored)) {
            return Err(damaged(format!(
                "the checksum of a page of column `{}` does not match its bytes",
                name(chunk)
            )));
        }
        values += page.rows;
        rest = behind;
    }
    match values == rows as u64 {
        true => Ok(()),
        false => Err(damaged(format!("the pages of column `{}` hold {values} of {rows} rows", name(chunk)))),
    }
}

/// What the header of a page claims.
struct PageHeader<'a> {
    /// The bytes of the page as they are in the file.
    stored: &'a [u8],
    /// Their CRC-32, where the writer noted it.
    checksum: Option<u32>,
    /// Bytes once it is decompressed.
    unpacked: u64,
    /// Rows of a page of data, none of another.
    rows: u64,
    /// Values of a dictionary, none of another.
    entries: u64,
}

impl<'a> PageHeader<'a> {
    /// The header that these bytes begin with, and the bytes behind its page.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (mut kind, mut unpacked, mut packed, mut checksum) = (None, None, None, None);
        let (mut first_version, mut entries, mut second_version) = (None, None, None);
        let rest = thrift::pass(bytes, &mut |path, number| {
            let found = match path {
                [1] => &mut kind,
                [2] => &mut unpacked,
                [3] => &mut packed,
                [4] => {
                    checksum = i32::try_from(number).ok().map(i32::cast_unsigned);
                    return;
                }
                [5, 1] => &mut first_version,
                [7, 1] => &mut entries,
                [8, 1] => &mut second_version,
                _ => return,
            };
            *found = i32::try_from(number).ok().and_then(|number| u64::try_from(number).ok());
        })?;
        let (stored, rest) = rest.split_at_checked(usize::try_from(packed?).ok()?)?;
        let (rows, entries) = match kind? {
            0 => (first_version?, 0),
            2 => (0, entries?),
            3 => (second_version?, 0),
            _ => (0, 0),
        };
        Some((PageHeader { stored, checksum, unpacked: unpacked?, rows, entries }, rest))
    }
}

fn name(chunk: &ColumnChunkMetadata) -> &str {
    chunk.descriptor().path_in_schema.first().map_or("", |name| name.as_str())
}
