//! The pages of a row group as the Arrow reader takes them. What each page claims is checked before it is decoded: the
//! library would take any memory that a page claims to need, and does not compare pages with the row group's rows.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Result as IoResult};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Type;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::delta::has_bounded_lengths;
use super::file::message;

/// Room for a page's header; a longer one is read on.
const HEADER_BYTES: usize = 256;
/// Pages up to this size are taken as they are; a larger one must be within what the footer says of its column.
const USUAL_PAGE_BYTES: u64 = 64 << 20;
/// The largest page: one is held in memory whole, however little it takes in the file.
const MAX_PAGE_BYTES: u64 = 256 << 20;

/// A file that many workers read at once, each at positions of its own.
#[derive(Debug, Clone)]
pub struct SharedFile {
    file: Arc<File>,
    bytes: u64,
}

impl SharedFile {
    /// Of an open file.
    pub fn new(file: File) -> IoResult<Self> {
        let bytes = file.metadata()?.len();
        Ok(SharedFile { file: Arc::new(file), bytes })
    }
}

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<PositionedReader>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let reader = PositionedReader { file: self.file.clone(), position: start };
        Ok(BufReader::with_capacity(HEADER_BYTES, reader))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.bytes) {
            return Err(ParquetError::EOF("a part of it lies beyond its end".to_owned()));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// Reads a shared file from a position on.
pub struct PositionedReader {
    file: Arc<File>,
    position: u64,
}

impl Read for PositionedReader {
    fn read(&mut self, into: &mut [u8]) -> IoResult<usize> {
        let length = self.file.read_at(into, self.position)?;
        self.position += length as u64;
        Ok(length)
    }
}

/// The file as the pages of one column are read: a read begins at a page's header.
struct PageSource {
    file: SharedFile,
    /// The most bytes that a page may claim to have when it is decompressed.
    largest_page: u64,
}

impl Length for PageSource {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl ChunkReader for PageSource {
    type T = BufReader<PositionedReader>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut reader = self.file.get_read(start)?;
        let bytes = uncompressed_bytes(reader.fill_buf()?);
        let bytes = bytes.ok_or_else(|| ParquetError::General("a page has no header".to_owned()))?;
        if bytes > self.largest_page {
            return Err(ParquetError::General("a page claims more than it can hold".to_owned()));
        }
        if bytes > MAX_PAGE_BYTES {
            let (size, most) = (bytes >> 20, MAX_PAGE_BYTES >> 20);
            return Err(ParquetError::NYI(format!("a page has {size} MiB, more than {most} MiB: write smaller pages")));
        }
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.file.get_bytes(start, length)
    }
}

/// The decompressed size that a page's header claims. A header begins with two 32-bit numbers, the kind and this size,
/// each a byte 0x15 and a zigzag varint (Thrift's compact protocol); the library does not show it before decompression.
fn uncompressed_bytes(header: &[u8]) -> Option<u64> {
    fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
        let bytes = bytes.strip_prefix(&[0x15])?;
        let length = 1 + bytes.iter().take(5).position(|byte| byte & 0x80 == 0)?;
        let (digits, rest) = bytes.split_at(length);
        let coded = digits.iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7F));
        // An odd one is negative.
        (coded % 2 == 0).then_some((coded / 2, rest))
    }
    let (_, rest) = number(header)?;
    number(rest).map(|(bytes, _)| bytes)
}

/// The first error of a page: the Arrow reader would pass on no more than its text.
pub type PageError = Arc<OnceLock<ParquetError>>;

/// Some columns of a row group.
pub struct RowGroupPages<'a> {
    /// The file.
    pub file: &'a SharedFile,
    /// What its footer says.
    pub metadata: &'a ParquetMetaData,
    /// Which row group.
    pub group: usize,
    /// The places of the columns among the file's.
    pub columns: &'a [usize],
    /// Whether chunks may be longer than the footer says, so that what is behind the last page is none.
    pub has_short_chunks: bool,
    /// Where the first error goes.
    pub error: PageError,
}

impl RowGroupPages<'_> {
    fn row_group(&self) -> &RowGroupMetaData {
        self.metadata.row_group(self.group)
    }
}

impl RowGroups for RowGroupPages<'_> {
    fn num_rows(&self) -> usize {
        self.row_group().num_rows() as usize
    }

    fn column_chunks(&self, column: usize) -> Result<Box<dyn PageIterator>> {
        let chunk = self.row_group().column(self.columns[column]);
        let mut pages = CheckedPages::new(self.file, chunk, self.num_rows(), self.error.clone())?;
        pages.ends_with_rows = self.has_short_chunks;
        Ok(Box::new(OneChunk(Some(Box::new(pages)))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.row_group()))
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}

/// The one chunk that a row group has of a column.
struct OneChunk(Option<Box<dyn PageReader>>);

impl Iterator for OneChunk {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for OneChunk {}

/// The pages of a column, which must have the row group's rows, no more and no fewer.
struct CheckedPages {
    pages: SerializedPageReader<PageSource>,
    column: String,
    /// Rows of the row group.
    rows: usize,
    /// Rows of the pages read so far.
    rows_read: usize,
    /// The fewest bytes of a value in a dictionary.
    value_bytes: usize,
    /// Whether values may be missing.
    optional: bool,
    /// Whether there is nothing behind the page with the last row.
    ends_with_rows: bool,
    error: PageError,
}

impl CheckedPages {
    fn new(file: &SharedFile, chunk: &ColumnChunkMetaData, rows: usize, error: PageError) -> Result<Self> {
        let largest_page = u64::try_from(chunk.uncompressed_size()).unwrap_or(0).max(USUAL_PAGE_BYTES);
        let source = PageSource { file: file.clone(), largest_page };
        let pages = SerializedPageReader::new(Arc::new(source), chunk, rows, None)?;
        let value_bytes = match chunk.column_type() {
            Type::BOOLEAN => 1,
            Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
            Type::INT64 | Type::DOUBLE => 8,
            Type::INT96 => 12,
            Type::FIXED_LEN_BYTE_ARRAY => usize::try_from(chunk.column_descr().type_length()).unwrap_or(0).max(1),
        };
        let column = chunk.column_descr().name().to_owned();
        let optional = chunk.column_descr().max_def_level() > 0;
        Ok(CheckedPages { pages, column, rows, rows_read: 0, value_bytes, optional, ends_with_rows: false, error })
    }

    fn checked_page(&mut self) -> Result<Option<Page>> {
        if self.ends_with_rows && self.rows_read == self.rows {
            return Ok(None);
        }
        let page = self.pages.get_next_page()?;
        let values = page.as_ref().map_or(0, |page| page.num_values() as usize);
        match &page {
            Some(Page::DictionaryPage { buf, .. }) if values > buf.len() / self.value_bytes => {
                return Err(ParquetError::General("a dictionary has fewer values than it claims".to_owned()));
            }
            Some(Page::DictionaryPage { .. }) => {}
            Some(page) if !has_bounded_lengths(page, self.optional) => {
                return Err(ParquetError::General("a page claims more values than it can hold".to_owned()));
            }
            Some(_) => self.rows_read += values,
            None => {}
        }
        let (read, rows) = (self.rows_read, self.rows);
        if read > rows || page.is_none() && read < rows {
            return Err(ParquetError::General(format!("its pages hold {read} rows, its row group {rows}")));
        }
        Ok(page)
    }
}

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.checked_page().map_err(|error| {
            let named = |text| format!("column `{}`: {text}", self.column);
            let error = match error {
                ParquetError::External(cause) if cause.is::<std::io::Error>() => ParquetError::External(cause),
                ParquetError::NYI(text) => ParquetError::NYI(named(text)),
                other => ParquetError::General(named(message(&other))),
            };
            let text = message(&error);
            // Errors after the first follow from it.
            let _ = self.error.set(error);
            ParquetError::General(text)
        })
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Err(ParquetError::NYI("pages are read in order".to_owned()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Err(ParquetError::NYI("pages are read in order".to_owned()))
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        // Columns are flat: each value is a record's.
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_largest_size_whatever_its_column_has() {
        let mut file = tempfile::tempfile().unwrap();
        let header = [0x15, 0x00, 0x15, 0x80, 0x80, 0x80, 0xC0, 0x02];
        std::io::Write::write_all(&mut file, &header).unwrap();
        let source = PageSource { file: SharedFile::new(file).unwrap(), largest_page: u64::MAX };
        let error = source.get_read(0).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "NYI: a page has 320 MiB, more than 256 MiB: write smaller pages");
    }

    #[test]
    fn the_claimed_size_is_the_second_number_of_a_header() {
        assert_eq!(uncompressed_bytes(&[0x15, 0x00, 0x15, 0x80, 0x02, 0x15, 0x10]), Some(128));
        assert_eq!(uncompressed_bytes(&[0x15, 0x04, 0x15, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F]), Some((1 << 31) - 1));
        // Negative, too long, cut off, another type.
        assert_eq!(uncompressed_bytes(&[0x15, 0x00, 0x15, 0x01]), None);
        assert_eq!(uncompressed_bytes(&[0x15, 0x00, 0x15, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), None);
        assert_eq!(uncompressed_bytes(&[0x15, 0x00, 0x15, 0x80]), None);
        assert_eq!(uncompressed_bytes(&[0x15, 0x00, 0x16, 0x10]), None);
    }
}
