//! The files of an extract: found, opened, told apart by their first bytes, hashed as they are read.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use parking_lot::Mutex;

use super::ExtractError;
use super::blocks::{BlockError, BlockReader, MAX_HEADER_BYTES, has_lone_carriage_return};
use super::layout::{Layout, Mapping};
use super::parquet::ParquetFile;
use super::records::{Records, separators};
use super::walk;
use crate::config::{Encoding, ExtractConfig, SourceConfig};

/// The most names of a header.
pub const MAX_HEADER_NAMES: usize = 10_000;

/// One input file, found and checked but not yet read.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path relative to the configuration's folder, as outputs name it.
    pub name: String,
    /// Index of its source among the extract's.
    pub source: usize,
    /// Its size on disk, in bytes.
    pub bytes: u64,
    /// When it was last modified, seconds since 1970.
    pub modified_s: u64,
    /// Which file it is, however it is named: device and inode.
    identity: (u64, u64),
    /// The same moment as the file system has it, in seconds and nanoseconds.
    modified: (i64, i64),
    /// Whether it is text, whose records start on lines.
    pub is_text: bool,
    /// Empty fields that all its records have behind those of the header.
    pub surplus_fields: usize,
}

impl InputFile {
    /// Whether the file is still the one that was found, and nobody has written to it.
    pub(super) fn is_as_found(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|now| {
            let (identity, modified) = ((now.dev(), now.ino()), (now.mtime(), now.mtime_nsec()));
            (identity, now.len(), modified) == (self.identity, self.bytes, self.modified)
        })
    }
}

/// Finds an extract's files in input order: sources and paths in the order given, a glob's matches bytewise.
///
/// # Errors
/// A path that does not exist, is a folder or is named twice in a source, a glob that matches nothing.
pub fn find(config: &ExtractConfig, folder: &Path) -> Result<Vec<InputFile>, Vec<ExtractError>> {
    let mut files: Vec<InputFile> = Vec::new();
    let mut errors = Vec::new();
    for (source, source_config) in config.sources.iter().enumerate() {
        for pattern in &source_config.files {
            match expand(pattern, folder).and_then(|paths| {
                paths.into_iter().map(|path| input_file(path, folder, source)).collect::<Result<Vec<_>, _>>()
            }) {
                Ok(found) => {
                    for file in found {
                        let same = |known: &InputFile| known.source == source && known.identity == file.identity;
                        if files.iter().any(same) {
                            errors.push(ExtractError::NamedTwice { file: file.name });
                        } else {
                            files.push(file);
                        }
                    }
                }
                Err(error) => errors.push(error),
            }
        }
    }
    if errors.is_empty() { Ok(files) } else { Err(errors) }
}

fn expand(pattern: &str, folder: &Path) -> Result<Vec<PathBuf>, ExtractError> {
    let literal = folder.join(pattern);
    if literal.exists() || !pattern.contains(['*', '?', '[']) {
        return Ok(vec![literal]);
    }
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
    let bad = |message: String| ExtractError::BadGlob { pattern: pattern.to_owned(), message };
    // The folder's own name is no pattern, whatever characters it has.
    let base = if Path::new(pattern).is_absolute() {
        pattern.to_owned()
    } else {
        format!("{}/{pattern}", glob::Pattern::escape(&folder.to_string_lossy()))
    };
    let mut found = match base.split_once("**") {
        Some((above, _)) => walk::matches(above, &base, options).map_err(bad)?,
        None => glob::glob_with(&base, options)
            .map_err(|error| bad(error.to_string()))?
            .map(|path| path.map_err(|error| bad(error.to_string())))
            .collect::<Result<Vec<PathBuf>, _>>()?,
    };
    found.retain(|path| !path.is_dir());
    if found.is_empty() {
        return Err(ExtractError::NoMatch { pattern: pattern.to_owned(), folder: folder.to_path_buf() });
    }
    found.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    Ok(found)
}

fn input_file(path: PathBuf, folder: &Path, source: usize) -> Result<InputFile, ExtractError> {
    let name = relative(&path, folder);
    let unreadable = |error| ExtractError::Unreadable { file: name.clone(), source: error };
    let metadata = match std::fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ExtractError::NotFound { file: name, path });
        }
        other => other.map_err(unreadable)?,
    };
    if metadata.is_dir() {
        return Err(ExtractError::IsFolder { file: name });
    }
    if !metadata.is_file() {
        return Err(ExtractError::NotAFile { file: name });
    }
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let is_text = format(&mut File::open(&path).map_err(unreadable)?).map_err(unreadable)? != Format::Parquet;
    Ok(InputFile {
        bytes: metadata.len(),
        identity: (metadata.dev(), metadata.ino()),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        modified_s: modified.map_or(0, |time| time.as_secs()),
        path,
        name,
        source,
        is_text,
        surplus_fields: 0,
    })
}

/// The path as outputs name it: relative to the configuration's folder where it lies below it.
fn relative(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Plain,
    Gzip,
    Zstd,
    Parquet,
}

/// Tells a file's format by its first bytes, whatever its name.
fn format(file: &mut File) -> io::Result<Format> {
    let mut magic = [0u8; 4];
    let mut length = 0;
    while length < magic.len() {
        match file.read(&mut magic[length..])? {
            0 => break,
            more => length += more,
        }
    }
    file.rewind()?;
    Ok(match magic[..length] {
        [0x1F, 0x8B, ..] => Format::Gzip,
        // A zstd frame, or a skippable one before it.
        [0x28, 0xB5, 0x2F, 0xFD] | [0x50..=0x5F, 0x2A, 0x4D, 0x18] => Format::Zstd,
        [b'P', b'A', b'R', b'1'] => Format::Parquet,
        _ => Format::Plain,
    })
}

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
        first: Option<super::blocks::Block>,
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
pub fn open(
    file: &InputFile,
    mapping: Mapping<'_>,
    progress: Arc<dyn Fn(u64) + Send + Sync>,
) -> Result<OpenFile, ExtractError> {
    let unreadable = |error| ExtractError::Unreadable { file: file.name.clone(), source: error };
    let mut handle = File::open(&file.path).map_err(unreadable)?;
    let format = format(&mut handle).map_err(unreadable)?;
    let digest = Digest::default();
    let second = handle.try_clone().map_err(unreadable)?;
    let hashing = HashingReader { file: handle, digest: digest.clone(), progress };
    let stream: Box<dyn Read + Send> = match format {
        Format::Parquet => {
            let parquet = ParquetFile::open(second, &file.name)?;
            let layout = Layout::new(mapping, &parquet.header(), 0, &file.name)?;
            // Both handles share one position; the hash starts at the beginning.
            let mut hashing = hashing;
            hashing.file.rewind().map_err(unreadable)?;
            let content = Content::Parquet(Arc::new(parquet), hashing);
            return Ok(OpenFile { layout: Arc::new(layout), content, digest });
        }
        Format::Plain => Box::new(hashing),
        Format::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(1 << 17, hashing))),
        Format::Zstd => Box::new(zstd::Decoder::new(hashing).map_err(unreadable)?),
    };
    let source = mapping.source;
    let mut blocks = BlockReader::new(stream, source.delimiter);
    let first = blocks.next_block(Vec::new()).map_err(|error| block_error(file, error))?;
    let Some(first) = first else {
        return Err(ExtractError::Empty { file: file.name.clone() });
    };
    if first.text.starts_with(b"\xFF\xFE") || first.text.starts_with(b"\xFE\xFF") {
        return Err(ExtractError::Utf16 { file: file.name.clone() });
    }
    let (header, header_bytes, header_lines) = header(&first.text, source, file)?;
    let layout = Layout::new(mapping, &header, file.surplus_fields, &file.name)?;
    let content = Content::Text {
        blocks,
        first: Some(first),
        header_bytes,
        header_lines,
        encoding: source.encoding,
        delimiter: source.delimiter,
    };
    Ok(OpenFile { layout: Arc::new(layout), content, digest })
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

/// The header's names, its bytes and its lines.
fn header(text: &[u8], source: &SourceConfig, file: &InputFile) -> Result<(Vec<String>, usize, u64), ExtractError> {
    let mut positions = Vec::new();
    separators(text, source.delimiter, &mut positions);
    let mut records = Records::new(text, &positions, 0, b"");
    let mut fields = Vec::new();
    let file = || file.name.clone();
    let record = records.next_record(&mut fields).ok_or_else(|| ExtractError::BadHeader { file: file() })?;
    // The line feed behind it may belong to a carriage return at its end.
    let line = &text[record.start..text.len().min(records.position())];
    if has_lone_carriage_return(line) {
        return Err(ExtractError::CarriageReturns { file: file() });
    }
    if line.len() > MAX_HEADER_BYTES || fields.len() > MAX_HEADER_NAMES {
        return Err(ExtractError::HeaderTooLong { file: file() });
    }
    if record.unclosed {
        return Err(ExtractError::BadHeader { file: file() });
    }
    let name = |field: &super::records::Field| {
        let mut value = Vec::new();
        let value = field.value(text, &mut value);
        match source.encoding {
            Encoding::Utf8 => String::from_utf8_lossy(value).into_owned(),
            Encoding::Latin1 => value.iter().map(|byte| char::from(*byte)).collect(),
        }
    };
    Ok((fields.iter().map(name).collect(), records.position(), u64::from(records.lines())))
}
