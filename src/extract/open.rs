//! A file opened: decompressed, decoded where its bytes are no text yet, its columns met with the mapping; and hashed as
//! it is read.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::sync::Arc;

use parking_lot::Mutex;

use super::ExtractError;
use super::blocks::{Block, BlockError, BlockReader, MAX_HEADER_BYTES, has_lone_carriage_return};
use super::compressed::{GzipMembers, ZstdFrames};
use super::decoded::{decoded_text, encoded};
use super::files::InputFile;
use super::first_bytes::{Format, HEAD_BYTES, byte_order, check_head, format, head};
use super::first_lines::{hint, separator_line};
use super::layout::{Layout, Mapping, Naming};
use super::parquet::ParquetFile;
use super::records::Records;
use super::rewriting::{Dialect, RewritingReader};
use super::separators::separators;
use super::utf16::Utf16Reader;
use crate::config::{Encoding, SourceConfig};

/// The most names of a header.
pub const MAX_HEADER_NAMES: usize = 10_000;

/// The hash and length of what has been read of a file so far.
#[derive(Debug, Clone, Default)]
pub struct Digest(Arc<Mutex<(blake3::Hasher, u64)>>);

impl Digest {
    fn add(&self, bytes: &[u8]) {
        let mut state = self.0.lock();
        state.0.update(bytes);
        state.1 += bytes.len() as u64;
    }

    /// The BLAKE3 hash, in hexadecimal, and the bytes hashed.
    pub fn finish(&self) -> (String, u64) {
        let state = self.0.lock();
        (state.0.finalize().to_hex().to_string(), state.1)
    }
}

/// Reads a file and hashes what passes; `read` is told how many bytes came.
pub struct HashingReader {
    file: File,
    digest: Digest,
    progress: Arc<dyn Fn(u64) + Send + Sync>,
}

impl Read for HashingReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(into)?;
        self.digest.add(&into[..length]);
        (self.progress)(length as u64);
        Ok(length)
    }
}

/// An open input file, its header read.
pub struct OpenFile {
    /// How its columns are read.
    pub layout: Arc<Layout>,
    /// Its content.
    pub content: Content,
    /// Hash of the bytes read so far.
    pub digest: Digest,
}

/// What an open file has.
pub enum Content {
    /// Delimited text.
    Text {
        /// The blocks after the first.
        blocks: BlockReader<Box<dyn Read + Send>>,
        /// The first block, with the header.
        first: Option<Block>,
        /// Bytes of the header in the first block.
        header_bytes: usize,
        /// Lines of the header.
        header_lines: u64,
        /// Its encoding.
        encoding: Encoding,
        /// The byte between values.
        delimiter: u8,
    },
    /// Parquet, and a reader over the whole file for its hash.
    Parquet(Arc<ParquetFile>, HashingReader),
}

/// Opens a file, reads its header and meets it with the mapping.
///
/// # Errors
/// The file cannot be read, or is not what it should be; all columns that are missing.
pub fn open(
    file: &InputFile,
    mapping: Mapping<'_>,
    progress: Arc<dyn Fn(u64) + Send + Sync>,
) -> Result<OpenFile, Vec<ExtractError>> {
    let unreadable = |error| vec![ExtractError::Unreadable { file: file.name.clone(), source: error }];
    let mut handle = File::open(&file.path).map_err(unreadable)?;
    let format = format(&mut handle).map_err(unreadable)?;
    let digest = Digest::default();
    let second = handle.try_clone().map_err(unreadable)?;
    let hashing = HashingReader { file: handle, digest: digest.clone(), progress };
    let buffered = |hashing| BufReader::with_capacity(1 << 17, hashing);
    let stream: Box<dyn Read + Send> = match format {
        Format::Parquet => {
            let parquet = ParquetFile::open(second, &file.name, &file.path).map_err(|error| vec![error])?;
            let layout = Layout::new(mapping, &parquet.header(), Naming::Schema, 0, &file.name)?;
            // Both handles share one position; the hash starts at the beginning.
            let mut hashing = hashing;
            hashing.file.rewind().map_err(unreadable)?;
            let content = Content::Parquet(Arc::new(parquet), hashing);
            return Ok(OpenFile { layout: Arc::new(layout), content, digest });
        }
        Format::Plain => Box::new(hashing),
        Format::Gzip => Box::new(GzipMembers::new(buffered(hashing))),
        Format::Zstd => Box::new(ZstdFrames::new(buffered(hashing)).map_err(unreadable)?),
        Format::Other(what, help) => {
            return Err(vec![ExtractError::NotATable { file: file.name.clone(), what, help }]);
        }
    };
    open_text(file, mapping, stream, digest)
}

/// Opens a text: takes what it begins with off the stream, in the form in which records are read.
fn open_text(
    file: &InputFile,
    mapping: Mapping<'_>,
    mut stream: Box<dyn Read + Send>,
    digest: Digest,
) -> Result<OpenFile, Vec<ExtractError>> {
    let one = |error| vec![error];
    let source = mapping.source;
    let unreadable = |error| vec![ExtractError::Unreadable { file: file.name.clone(), source: error }];
    let beginning = head(&mut stream, HEAD_BYTES).map_err(unreadable)?;
    check_head(&beginning, source.encoding, &file.name).map_err(one)?;
    let order = byte_order(&beginning);
    let mut stream: Box<dyn Read + Send> = Box::new(Cursor::new(beginning).chain(stream));
    let mut encoding = source.encoding;
    if encoding == Encoding::Utf16 {
        stream = Box::new(Utf16Reader::new(stream, order));
        encoding = Encoding::Utf8;
    }
    let dialect = Dialect {
        delimiter: source.delimiter,
        skip_lines: source.skip_lines,
        comment: source.comment.as_ref().and_then(|text| encoded(text, encoding)),
        escape: source.escape,
    };
    if dialect.has_to_be_rewritten() {
        stream = Box::new(RewritingReader::new(stream, dialect));
    }
    let mut blocks = BlockReader::new(stream, source.delimiter);
    let first = blocks.next_block(Vec::new()).map_err(|error| one(block_error(file, error)))?;
    let name = || file.name.clone();
    let Some(first) = first else {
        return Err(one(match source.skip_lines {
            0 => ExtractError::Empty { file: name() },
            lines => ExtractError::AllSkipped { file: name(), lines },
        }));
    };
    if let Some(line) = separator_line(&first.text) {
        let other = line.chars().nth(4).filter(|delimiter| *delimiter != char::from(source.delimiter));
        let (skip_lines, delimiter) = (source.skip_lines + 1, other);
        return Err(one(ExtractError::SeparatorLine { file: name(), line, skip_lines, delimiter }));
    }
    let header = header(&first.text, source, encoding, file).map_err(one)?;
    let layout = Layout::new(mapping, &header.names, header.naming, file.surplus_fields, &file.name);
    let layout = layout.map_err(|errors| with_hint(errors, &first.text, source, encoding))?;
    let content = Content::Text {
        blocks,
        first: Some(first),
        header_bytes: header.bytes,
        header_lines: header.lines + u64::from(source.skip_lines),
        encoding,
        delimiter: source.delimiter,
    };
    Ok(OpenFile { layout: Arc::new(layout), content, digest })
}

/// Where columns are missing, what of the file's first lines and its dialect explains that, if anything does.
fn with_hint(errors: Vec<ExtractError>, text: &[u8], source: &SourceConfig, encoding: Encoding) -> Vec<ExtractError> {
    let explained = |error| match error {
        ExtractError::MissingColumns { file, others, missing, present } => {
            let present = hint(text, source, encoding).unwrap_or(present);
            ExtractError::MissingColumns { file, others, missing, present }
        }
        other => other,
    };
    errors.into_iter().map(explained).collect()
}

/// A block error with its file.
pub fn block_error(file: &InputFile, error: BlockError) -> ExtractError {
    let file = file.name.clone();
    match error {
        BlockError::Io(source) => ExtractError::Unreadable { file, source },
        BlockError::HeaderTooLong { carriage_return: true } => ExtractError::CarriageReturns { file },
        BlockError::HeaderTooLong { carriage_return: false } => ExtractError::HeaderTooLong { file },
        BlockError::RecordTooLong { byte } => ExtractError::RecordTooLong { file, byte },
    }
}

/// The names of a text's columns, and what of it they take.
struct Header {
    names: Vec<String>,
    naming: Naming,
    bytes: usize,
    lines: u64,
}

/// The names in the first record or, without a header, the numbers of its values.
fn header(text: &[u8], source: &SourceConfig, encoding: Encoding, file: &InputFile) -> Result<Header, ExtractError> {
    let mut positions = Vec::new();
    separators(text, source.delimiter, &mut positions);
    let mut records = Records::new(text, &positions, 0, b"");
    let mut fields = Vec::new();
    let file = || file.name.clone();
    let record = records.next_record(&mut fields).ok_or_else(|| ExtractError::BadHeader { file: file() })?;
    // The line feed behind it may belong to a carriage return at its end.
    let line = &text[record.start..text.len().min(records.position())];
    // Without a header, a file with carriage returns for line ends is one single record.
    let may_be_all = source.has_header || line.len() == text.len();
    if may_be_all && has_lone_carriage_return(line) {
        return Err(ExtractError::CarriageReturns { file: file() });
    }
    if line.len() > MAX_HEADER_BYTES || fields.len() > MAX_HEADER_NAMES {
        return Err(ExtractError::HeaderTooLong { file: file() });
    }
    if record.unclosed {
        return Err(ExtractError::BadHeader { file: file() });
    }
    if !source.has_header {
        let names = (1..=fields.len()).map(|number| number.to_string()).collect();
        return Ok(Header { names, naming: Naming::Numbers, bytes: 0, lines: 0 });
    }
    let name = |field: &super::records::Field| decoded_text(field.value(text, &mut Vec::new()), encoding);
    let names = fields.iter().map(name).collect();
    let (bytes, lines) = (records.position(), u64::from(records.lines()));
    Ok(Header { names, naming: Naming::Header, bytes, lines })
}
