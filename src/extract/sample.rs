//! A look at a file of which nothing is known yet: what it is, its first bytes and its last, and records by any
//! dialect. For whoever has to find the dialect out; the parsers are those that read the extracts.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use super::ExtractError;
use super::blocks::BYTE_ORDER_MARK;
use super::compressed::{GzipMembers, ZstdFrames};
use super::decoded::{decoded_text, encoded};
use super::first_bytes::{ByteOrder, Format, HEAD_BYTES, byte_order, check_head, format, head};
use super::parquet::ParquetFile;
use super::records::{Field, Records};
use super::rewriting::{Dialect, RewritingReader};
use super::separators::separators;
use super::utf16::Utf16Reader;
use crate::config::Encoding;
use crate::regular;

pub use super::first_lines::separator_line;

/// Bytes looked at from a file's beginning, decompressed: some thousand records.
const FIRST_BYTES: usize = 1 << 20;
/// Bytes looked at from its end.
const LAST_BYTES: usize = 1 << 18;
/// How far a compressed file is read to come near its end.
const MOST_DECOMPRESSED: u64 = 64 << 20;
/// Rows looked at from the first and the last row group of a Parquet file.
const PARQUET_ROWS: usize = 4000;

/// What was seen of a file.
#[derive(Debug)]
pub enum Sample {
    /// A text, maybe compressed.
    Text(TextSample),
    /// The columns of a Parquet file.
    Parquet(Vec<SampleColumn>),
}

/// The name of a column and some of its values; `None` where it cannot be a column of an extract.
pub type SampleColumn = (String, Option<Vec<String>>);

/// Pieces of a text file.
#[derive(Debug)]
pub struct TextSample {
    /// Its beginning; in UTF-8 if the file is UTF-16.
    pub first: Vec<u8>,
    /// Whole lines from its end, if there is more than the beginning.
    pub last: Vec<u8>,
    /// Whether the beginning is all of it.
    pub is_whole: bool,
    /// Whether it is written in UTF-16.
    pub is_utf16: bool,
    /// How it is compressed.
    pub compression: Option<&'static str>,
}

/// How records are taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleDialect {
    /// The byte between values.
    pub delimiter: u8,
    /// The encoding of the text.
    pub encoding: Encoding,
    /// What a comment line begins with.
    pub comment: Option<String>,
    /// What makes the next character ordinary, inside quotes.
    pub escape: Option<u8>,
}

/// One record of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRecord {
    /// Lines before it.
    pub line: u32,
    /// Its trimmed values.
    pub values: Vec<String>,
}

/// Looks at a file; its name is for messages.
///
/// # Errors
/// It cannot be read, is empty, or is no table.
pub fn sample(path: &Path, name: &str) -> Result<Sample, ExtractError> {
    let unreadable = |source| ExtractError::Unreadable { file: name.to_owned(), source };
    let mut file = regular::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ExtractError::NotFound { file: name.to_owned(), path: path.to_owned() },
        io::ErrorKind::IsADirectory => ExtractError::IsFolder { file: name.to_owned() },
        io::ErrorKind::InvalidInput => ExtractError::NotAFile { file: name.to_owned() },
        _ => unreadable(error),
    })?;
    let found = format(&mut file).map_err(unreadable)?;
    let buffered = |file| BufReader::with_capacity(1 << 17, file);
    let mut sample = match found {
        Format::Parquet => return Ok(Sample::Parquet(ParquetFile::open(file, name, path)?.sample(PARQUET_ROWS)?)),
        Format::Other(what, help) => return Err(ExtractError::NotATable { file: name.to_owned(), what, help }),
        Format::Plain => plain(file),
        Format::Gzip => streamed(GzipMembers::new(buffered(file)), "gzip"),
        Format::Zstd => ZstdFrames::new(buffered(file)).and_then(|stream| streamed(stream, "zstd")),
    }
    .map_err(unreadable)?;
    if sample.first.iter().all(u8::is_ascii_whitespace) {
        return Err(ExtractError::Empty { file: name.to_owned() });
    }
    let beginning = &sample.first[..sample.first.len().min(HEAD_BYTES)];
    match check_head(beginning, Encoding::Utf8, name) {
        Ok(()) => {}
        Err(ExtractError::Utf16 { .. }) => {
            let order = byte_order(beginning);
            sample.first = utf8(&sample.first, order).map_err(unreadable)?;
            sample.last = utf8(&sample.last, order).map_err(unreadable)?;
            sample.is_utf16 = true;
        }
        Err(other) => return Err(other),
    }
    sample.last = whole_lines(std::mem::take(&mut sample.last));
    Ok(Sample::Text(sample))
}

fn plain(mut file: File) -> io::Result<TextSample> {
    let first = head(&mut file, FIRST_BYTES)?;
    let bytes = file.metadata()?.len();
    let mut last = Vec::new();
    if bytes > first.len() as u64 {
        let from = bytes.saturating_sub(LAST_BYTES as u64).max(first.len() as u64);
        // Of UTF-16 no character is cut.
        file.seek(SeekFrom::Start(from & !1))?;
        last = head(&mut file, LAST_BYTES)?;
    }
    Ok(TextSample { is_whole: bytes <= first.len() as u64, first, last, is_utf16: false, compression: None })
}

fn streamed(mut stream: impl Read, compression: &'static str) -> io::Result<TextSample> {
    let first = head(&mut stream, FIRST_BYTES)?;
    let (mut last, mut read) = (Vec::new(), 0);
    while read < MOST_DECOMPRESSED {
        let piece = head(&mut stream, LAST_BYTES)?;
        if piece.is_empty() {
            break;
        }
        read += piece.len() as u64;
        // Pieces are of an even length, so that no character of UTF-16 is cut.
        let kept = last.len().min(LAST_BYTES.saturating_sub(piece.len())) & !1;
        last.drain(..last.len() - kept);
        last.extend_from_slice(&piece);
    }
    Ok(TextSample { is_whole: last.is_empty(), first, last, is_utf16: false, compression: Some(compression) })
}

fn utf8(text: &[u8], order: ByteOrder) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    Utf16Reader::new(Cursor::new(text), order).read_to_end(&mut decoded)?;
    Ok(decoded)
}

/// From behind the first line end, since the first line is cut somewhere.
fn whole_lines(mut text: Vec<u8>) -> Vec<u8> {
    let end = memchr::memchr(b'\n', &text).map_or(text.len(), |at| at + 1);
    text.drain(..end);
    text
}

/// The records of a text by a dialect; the last one only if the text is whole. It ends where a quote is never closed.
pub fn records(text: &[u8], dialect: &SampleDialect, is_whole: bool, most: usize) -> Vec<SampleRecord> {
    let rewriting = Dialect {
        delimiter: dialect.delimiter,
        skip_lines: 0,
        comment: dialect.comment.as_ref().and_then(|text| encoded(text, dialect.encoding)),
        escape: dialect.escape,
    };
    let mut rewritten = Vec::new();
    let text = match rewriting.has_to_be_rewritten() {
        true if RewritingReader::new(Cursor::new(text), rewriting).read_to_end(&mut rewritten).is_ok() => &rewritten,
        _ => text,
    };
    let mut positions = Vec::new();
    separators(text, dialect.delimiter, &mut positions);
    let mut walk = Records::new(text, &positions, 0, BYTE_ORDER_MARK);
    let (mut found, mut fields) = (Vec::new(), Vec::new());
    while found.len() < most {
        fields.clear();
        let Some(record) = walk.next_record(&mut fields) else { break };
        if record.unclosed || record.end == text.len() && !is_whole {
            break;
        }
        let value = |field: &Field| decoded_text(field.value(text, &mut Vec::new()), dialect.encoding);
        found.push(SampleRecord { line: record.line, values: fields.iter().map(value).collect() });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(delimiter: u8) -> SampleDialect {
        SampleDialect { delimiter, encoding: Encoding::Utf8, comment: None, escape: None }
    }

    #[test]
    fn the_beginning_and_the_end_of_a_long_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let text: String = (0..300_000).map(|row| format!("{row};x\n")).collect();
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let gzip = |text: &[u8]| {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            io::Write::write_all(&mut writer, text).unwrap();
            writer.finish().unwrap()
        };
        for bytes in [text.clone().into_bytes(), utf16.clone(), gzip(text.as_bytes()), gzip(&utf16)] {
            std::fs::write(&path, &bytes).unwrap();
            let Ok(Sample::Text(sample)) = sample(&path, "a.csv") else { panic!() };
            assert!(!sample.is_whole);
            let first = records(&sample.first, &dialect(b';'), sample.is_whole, 1_000_000);
            assert_eq!((first[0].values[0].as_str(), first[1].line), ("0", 1));
            assert!(first.iter().all(|record| record.values.len() == 2));
            let last = records(&sample.last, &dialect(b';'), true, 1_000_000);
            assert_eq!(last.last().unwrap().values, ["299999", "x"]);
            assert!(last.iter().all(|record| record.values.len() == 2));
            // However long the file is.
            assert!(sample.first.len() <= FIRST_BYTES && sample.last.len() <= LAST_BYTES);
        }
    }

    #[test]
    fn what_is_no_table_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for (text, said) in [(&b"%PDF-1.7"[..], "PDF"), (b"", "empty"), (b"<html>", "HTML")] {
            let path = folder.path().join("a.csv");
            std::fs::write(&path, text).unwrap();
            assert!(sample(&path, "a.csv").unwrap_err().to_string().contains(said));
        }
        assert!(sample(&folder.path().join("b.csv"), "b.csv").unwrap_err().to_string().contains("no such file"));
    }
}
