//! Memory on disk: what a run cannot hold under its memory limit goes to a file without a name.
//!
//! The file is unlinked as soon as it is made, so that nothing of it stays, whatever happens to the run.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use parking_lot::Mutex;

/// A piece of a [`Spill`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    offset: u64,
    bytes: usize,
}

/// A file without a name that grows at its end and is read anywhere.
#[derive(Debug)]
pub struct Spill {
    file: File,
    end: Mutex<u64>,
}

impl Spill {
    /// In a folder with room, readable by nobody else.
    pub fn create(folder: &Path) -> io::Result<Self> {
        Ok(Spill { file: tempfile::tempfile_in(folder)?, end: Mutex::new(0) })
    }

    /// Appends bytes.
    pub fn append(&self, bytes: &[u8]) -> io::Result<Segment> {
        let offset = {
            let mut end = self.end.lock();
            let offset = *end;
            *end += bytes.len() as u64;
            offset
        };
        self.file.write_all_at(bytes, offset)?;
        Ok(Segment { offset, bytes: bytes.len() })
    }

    /// Reads a piece back, as values of a plain type, behind those already there.
    pub fn read<T: bytemuck::Pod>(&self, segment: Segment, values: &mut Vec<T>) -> io::Result<()> {
        let before = values.len();
        values.resize(before + segment.bytes / size_of::<T>(), T::zeroed());
        self.file.read_exact_at(bytemuck::cast_slice_mut(&mut values[before..]), segment.offset)
    }
}

/// What a run may keep in memory of that which grows with its input.
#[derive(Debug, Clone, Copy)]
pub struct Budget<'a> {
    /// Where the rest goes.
    pub spill: &'a Spill,
    /// Bytes for covered days and the like, over all customers.
    pub words_bytes: usize,
    /// Bytes for the ids of rows, to tell duplicates by.
    pub ids_bytes: usize,
}

/// Bytes that reading and writing need however small the extracts are.
const FIXED_BYTES: u64 = 96 << 20;
/// Bytes per customer of the register, the tallies and the figures.
const BYTES_PER_CUSTOMER: u64 = 160;
/// The least that is worth dividing.
const LEAST_BYTES: u64 = 16 << 20;

impl<'a> Budget<'a> {
    /// Divides a limit, in bytes, for this many customers. The second value is the least limit that can be kept,
    /// where the limit is below it.
    pub fn of(limit: u64, customers: u64, spill: &'a Spill) -> (Self, Option<u64>) {
        let needed = FIXED_BYTES + BYTES_PER_CUSTOMER * customers;
        let rest = limit.saturating_sub(needed).max(LEAST_BYTES);
        let budget = Budget { spill, words_bytes: (rest / 2) as usize, ids_bytes: (rest / 4) as usize };
        (budget, (limit < needed + LEAST_BYTES).then_some(needed + LEAST_BYTES))
    }
}
