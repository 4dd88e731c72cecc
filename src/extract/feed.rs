//! What is to be read next: the blocks and row groups of an extract's files, in input order.

use std::io::{self, BufReader};
use std::sync::Arc;

use super::blocks::Block;
use super::files::InputFile;
use super::layout::Layout;
use super::open::{Content, Digest, OpenFile, block_error};
use super::parquet::ParquetFile;
use super::{ExtractError, Plan, Progress};
use crate::config::Encoding;

/// A piece of a file for one worker.
pub enum Task {
    /// A block of text.
    Text {
        /// The block.
        block: Block,
        /// Bytes of a header at its start.
        header_bytes: usize,
        /// Lines of that header.
        header_lines: u64,
        /// Its file among the extract's files.
        file: usize,
        /// The file's columns.
        layout: Arc<Layout>,
        /// The file's encoding.
        encoding: Encoding,
        /// The byte between values.
        delimiter: u8,
    },
    /// A row group of a Parquet file.
    RowGroup {
        /// The open file.
        source: Arc<ParquetFile>,
        /// Which row group.
        group: usize,
        /// Its file among the extract's files.
        file: usize,
        /// The file's columns.
        layout: Arc<Layout>,
    },
}

/// Hands out an extract's tasks; workers take turns.
pub struct Feed<'a> {
    plan: &'a Plan<'a>,
    progress: Arc<dyn Progress>,
    file: usize,
    open: Option<OpenFile>,
    group: usize,
    sequence: u64,
    /// BLAKE3 hashes of the files read to their end, in order.
    pub digests: Vec<String>,
}

impl<'a> Feed<'a> {
    /// From the first file on.
    pub fn new(plan: &'a Plan<'a>, progress: Arc<dyn Progress>) -> Self {
        Feed { plan, progress, file: 0, open: None, group: 0, sequence: 0, digests: Vec::new() }
    }

    /// The next task with its sequence number; its text goes into `buffer`. `None` at the end.
    pub fn next_task(&mut self, mut buffer: Vec<u8>) -> Result<Option<(u64, Task)>, ExtractError> {
        while let Some(input) = self.plan.files.get(self.file) {
            let open = match self.open.take() {
                Some(open) => self.open.insert(open),
                None => {
                    let (progress, extract) = (self.progress.clone(), self.plan.config.extract);
                    let told: Arc<dyn Fn(u64) + Send + Sync> = Arc::new(move |bytes| progress.bytes(extract, bytes));
                    self.group = 0;
                    self.open.insert(self.plan.open(input, told).map_err(first_error)?)
                }
            };
            let layout = open.layout.clone();
            let task = match &mut open.content {
                Content::Text { blocks, first, header_bytes, header_lines, encoding, delimiter } => {
                    let was_first = first.is_some();
                    let block = match first.take() {
                        Some(block) => Some(block),
                        None => blocks.next_block(std::mem::take(&mut buffer)).map_err(|e| block_error(input, e))?,
                    };
                    block.map(|block| Task::Text {
                        block,
                        header_bytes: if was_first { *header_bytes } else { 0 },
                        header_lines: if was_first { *header_lines } else { 0 },
                        file: self.file,
                        layout,
                        encoding: *encoding,
                        delimiter: *delimiter,
                    })
                }
                Content::Parquet(source, _) if self.group < source.row_groups() => {
                    self.group += 1;
                    let (source, group) = (source.clone(), self.group - 1);
                    Some(Task::RowGroup { source, group, file: self.file, layout })
                }
                Content::Parquet(_, whole) => {
                    // Hashing goes fastest in large pieces.
                    let copied = io::copy(&mut BufReader::with_capacity(1 << 18, whole), &mut io::sink());
                    copied.map_err(|source| ExtractError::Unreadable { file: input.name.clone(), source })?;
                    None
                }
            };
            if let Some(task) = task {
                self.sequence += 1;
                return Ok(Some((self.sequence - 1, task)));
            }
            let digest = open.digest.clone();
            self.open = None;
            self.file += 1;
            self.close(&digest, input)?;
        }
        Ok(None)
    }

    /// A file that grew, shrank, was written to or replaced under the reading was not complete.
    fn close(&mut self, digest: &Digest, input: &InputFile) -> Result<(), ExtractError> {
        let (hash, bytes) = digest.finish();
        if bytes != input.bytes || !input.is_as_found() {
            return Err(ExtractError::Changed { file: input.name.clone() });
        }
        self.digests.push(hash);
        Ok(())
    }
}

/// A file was opened before, so that what is wrong now is that it changed: one error tells that.
fn first_error(mut errors: Vec<ExtractError>) -> ExtractError {
    errors.swap_remove(0)
}
