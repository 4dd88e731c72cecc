//! One output file: created with the right mode, hashed while it is written.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;

use super::FolderError;
use crate::render::write_csv;
use crate::schema::fields::Field;
use crate::tables::{Column, Table};

/// What a file tells: of persons, then only its owner may read it, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Rows of customers or employers.
    Rows,
    /// Figures of groups so small that they can tell of persons.
    SmallGroups,
    /// Figures and settings.
    Aggregates,
}

/// A finished output file, as the manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Written {
    /// Its name in the run folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub blake3: String,
    /// Its columns; none where it is no table.
    #[serde(skip)]
    pub fields: Vec<Field>,
}

/// A file of the run folder that is being written.
pub struct OutputFile {
    name: String,
    path: PathBuf,
    fields: Vec<Field>,
    writer: BufWriter<Hashing>,
}

/// A stream into an output file that several owners may hold (the rejects' writer and the folder).
#[derive(Clone)]
pub struct SharedOutput(Arc<Mutex<OutputFile>>);

struct Hashing {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write(bytes)?;
        self.hasher.update(&bytes[..length]);
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A finished file that is on its way to disk.
pub struct Syncing {
    path: PathBuf,
    thread: JoinHandle<io::Result<()>>,
}

impl Syncing {
    /// Begins to bring a file to disk, beside what follows: at publication there is then little left to wait for.
    pub fn begin(folder: &Path, written: &Written) -> Result<Self, FolderError> {
        let path = folder.join(&written.file);
        let file = File::open(&path).map_err(|source| FolderError::Write { path: path.clone(), source })?;
        Ok(Syncing { path, thread: std::thread::spawn(move || file.sync_data()) })
    }

    /// Waits until it is there. (The system tells of a failure only once, so it must be asked for here.)
    pub fn finish(self) -> Result<(), FolderError> {
        let synced = self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        synced.map_err(|source| FolderError::Write { path: self.path, source })
    }
}

impl OutputFile {
    /// Creates the file in a folder.
    pub fn create(folder: &Path, name: &str, contents: Contents) -> Result<Self, FolderError> {
        let path = folder.join(name);
        let mode = if contents == Contents::Aggregates { 0o644 } else { 0o600 };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(mode);
        let file = options.open(&path).map_err(|source| FolderError::Write { path: path.clone(), source })?;
        let hashing = Hashing { file, hasher: blake3::Hasher::new(), bytes: 0 };
        let writer = BufWriter::with_capacity(1 << 16, hashing);
        Ok(OutputFile { name: name.to_owned(), path, fields: Vec::new(), writer })
    }

    /// With these columns, in whose order its rows are written.
    #[must_use]
    pub fn with_fields(self, fields: Vec<Field>) -> Self {
        OutputFile { fields, ..self }
    }

    /// Writes a file with a table, whose rows are told apart by the columns of `key`.
    pub fn write_table(folder: &Path, table: &Table, contents: Contents, key: &[&str]) -> Result<Written, FolderError> {
        let field = |column: &Column| Field { is_key: key.contains(&column.name.as_str()), ..Field::from(column) };
        let fields = table.columns.iter().map(field).collect();
        let mut file = OutputFile::create(folder, &format!("{}.csv", table.name), contents)?.with_fields(fields);
        let path = file.path.clone();
        write_csv(table, &mut file).map_err(|source| FolderError::Write { path, source })?;
        file.finish()
    }

    /// Appends bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FolderError> {
        self.writer.write_all(bytes).map_err(|source| FolderError::Write { path: self.path.clone(), source })
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<Written, FolderError> {
        self.writer.flush().map_err(|source| FolderError::Write { path: self.path.clone(), source })?;
        let hashing = self.writer.get_ref();
        let blake3 = hashing.hasher.finalize().to_hex().to_string();
        Ok(Written { file: self.name, bytes: hashing.bytes, blake3, fields: self.fields })
    }

    /// Makes a stream of it that others can hold.
    pub fn shared(self) -> SharedOutput {
        SharedOutput(Arc::new(Mutex::new(self)))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl SharedOutput {
    /// Ends the file, once nobody else holds the stream.
    pub fn finish(self) -> Option<Result<Written, FolderError>> {
        let file = Arc::into_inner(self.0)?;
        Some(file.into_inner().finish())
    }
}

impl Write for SharedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.0.lock();
        io::Write::write(&mut *file, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut file = self.0.lock();
        io::Write::flush(&mut *file)
    }
}
