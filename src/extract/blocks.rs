//! A text file as blocks that end where a record ends, so that blocks can be read side by side.
//!
//! Only quotes make the end of a record hard to see: a line feed inside a quoted value ends nothing. A quote
//! opens a quoted value exactly where it is a value's first byte, which the bytes before it tell, so following
//! the quotes alone is enough; a block without any is cut at its last line feed.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

/// Bytes asked of the file at a time: large enough to share out, small enough to stay in a core's cache.
pub const BLOCK_BYTES: usize = 512 * 1024;
/// The longest record.
pub const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;
/// The longest header.
pub const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// The byte order mark of UTF-8, which joined files also have before records in their middle.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Ctrl-Z, with which some old systems end a text file.
const END_OF_TEXT_FILE: u8 = 0x1A;

/// Whole records of one file, in file order.
#[derive(Debug, Default)]
pub struct Block {
    /// The records' bytes; the last may lack its line end.
    pub text: Vec<u8>,
    /// Line feeds of an unclosed quoted value that are not in `text` (see [`BlockReader::next_block`]).
    pub dropped_lines: u64,
    /// All bytes of that value that are not in `text`.
    pub dropped_bytes: u64,
}

/// Why a block could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// The file could not be read on.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The first record, the header, is too long to be one. Whether it has a carriage return that ends no line.
    #[error("the header is too long")]
    HeaderTooLong {
        /// A carriage return without a line feed behind it.
        carriage_return: bool,
    },
    /// A record is too long to be one; it starts at this byte of the (decompressed) file.
    #[error("a record is too long")]
    RecordTooLong {
        /// From 0.
        byte: u64,
    },
}

/// Where the scan for record ends stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Quoted,
}

/// Cuts a stream of bytes into [`Block`]s.
pub struct BlockReader<R> {
    source: R,
    delimiter: u8,
    /// Bytes asked of the source at a time.
    block_bytes: usize,
    /// Read but not yet handed out: the beginning of a record.
    carry: Vec<u8>,
    /// Bytes handed out.
    handed_out: u64,
    started: bool,
    ended: bool,
}

impl<R: Read> BlockReader<R> {
    /// Over a stream of (decompressed) bytes. A UTF-8 byte order mark at its start is skipped.
    pub fn new(source: R, delimiter: u8) -> Self {
        let block_bytes = BLOCK_BYTES;
        BlockReader { source, delimiter, block_bytes, carry: Vec::new(), handed_out: 0, started: false, ended: false }
    }

    /// With blocks of another size.
    #[cfg(test)]
    pub fn of_bytes(self, block_bytes: usize) -> Self {
        BlockReader { block_bytes, ..self }
    }

    /// The next whole records, in a buffer that is reused; `None` at the end.
    ///
    /// An unclosed quote makes the rest of the file one record. So that such a file cannot fill the memory, of
    /// a record beyond 16 MiB only the beginning is kept while the search for its closing quote goes on.
    ///
    /// # Errors
    /// The file cannot be read on; a record that does end is longer than 16 MiB, or the header than 1 MiB.
    pub fn next_block(&mut self, mut buffer: Vec<u8>) -> Result<Option<Block>, BlockError> {
        if self.ended {
            return Ok(None);
        }
        // What is left in the buffer is written over: emptied, it would be filled with zeros first.
        let mut filled = self.carry.len();
        buffer.resize(buffer.len().max(filled), 0);
        buffer[..filled].copy_from_slice(&self.carry);
        let mut scan = Scan::new();
        let is_first = !self.started;
        loop {
            let more = self.fill(&mut buffer, &mut filled)?;
            if !self.started {
                self.started = true;
                if buffer[..filled].starts_with(BYTE_ORDER_MARK) {
                    buffer.drain(..BYTE_ORDER_MARK.len());
                    filled -= BYTE_ORDER_MARK.len();
                }
            }
            let text = &buffer[..filled];
            scan.advance(text, self.delimiter, !more);
            if is_first && scan.record_end == 0 && filled > MAX_HEADER_BYTES {
                self.ended = true;
                return Err(BlockError::HeaderTooLong { carriage_return: has_lone_carriage_return(text) });
            }
            if more && scan.record_end > 0 {
                self.carry.clear();
                self.carry.extend_from_slice(&text[scan.record_end..]);
                buffer.truncate(scan.record_end);
                self.handed_out += buffer.len() as u64;
                return Ok(Some(Block { text: buffer, ..Block::default() }));
            }
            if !more {
                self.ended = true;
                buffer.truncate(filled);
                if scan.state == State::Outside {
                    drop_end_mark(&mut buffer);
                }
                return Ok((!buffer.is_empty()).then(|| Block { text: buffer, ..Block::default() }));
            }
            if filled > MAX_RECORD_BYTES {
                self.ended = true;
                buffer.truncate(filled);
                return self.drop_rest(buffer, scan).map(Some);
            }
        }
    }

    /// Reads on for one block size, behind what is filled; false at the end of the file. As many bytes each time, so that
    /// they are hashed in the large steps in which BLAKE3 is fastest.
    fn fill(&mut self, buffer: &mut Vec<u8>, filled: &mut usize) -> io::Result<bool> {
        let end = *filled + self.block_bytes;
        buffer.resize(buffer.len().max(end), 0);
        while *filled < end {
            match self.source.read(&mut buffer[*filled..end]) {
                Ok(0) => break,
                Ok(length) => *filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(*filled == end)
    }

    /// Follows an over-long quoted value to the end of the file without keeping it.
    fn drop_rest(&mut self, mut kept: Vec<u8>, scan: Scan) -> Result<Block, BlockError> {
        // A quote whose meaning the next byte tells is looked at again with it.
        let mut rest = kept.split_off(scan.at);
        let (mut dropped_lines, mut dropped_bytes, mut last) = (0u64, 0u64, None);
        let mut scan = Scan { at: 0, record_end: 0, closed: scan.state == State::Outside, ..scan };
        loop {
            let mut filled = rest.len();
            let more = self.fill(&mut rest, &mut filled)?;
            rest.truncate(filled);
            scan.advance(&rest, self.delimiter, !more);
            if scan.closed {
                return Err(BlockError::RecordTooLong { byte: self.handed_out });
            }
            dropped_lines += memchr::memchr_iter(b'\n', &rest[..scan.at]).count() as u64;
            dropped_bytes += scan.at as u64;
            last = rest.last().copied().or(last);
            if !more {
                // A line feed at the very end of the file begins no further line.
                let dropped_lines = dropped_lines - u64::from(last == Some(b'\n'));
                return Ok(Block { text: kept, dropped_lines, dropped_bytes });
            }
            rest.drain(..scan.at);
            scan.at = 0;
        }
    }
}

/// Whether a carriage return ends no line, since no line feed follows it.
pub fn has_lone_carriage_return(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', text).any(|at| text.get(at + 1) != Some(&b'\n'))
}

/// Drops a last line that is only Ctrl-Z.
fn drop_end_mark(text: &mut Vec<u8>) {
    let line = text.strip_suffix(b"\r\n").or_else(|| text.strip_suffix(b"\n")).unwrap_or(text);
    if let Some(before) = line.strip_suffix(&[END_OF_TEXT_FILE])
        && (before.is_empty() || before.ends_with(b"\n"))
    {
        text.truncate(before.len());
    }
}

/// The search for the last record end of what was read so far.
struct Scan {
    state: State,
    /// Scanned up to here.
    at: usize,
    /// Just after the last line feed outside quotes; 0 when none was seen.
    record_end: usize,
    /// Whether a quoted value was closed.
    closed: bool,
}

impl Scan {
    fn new() -> Self {
        Scan { state: State::Outside, at: 0, record_end: 0, closed: false }
    }

    /// Scans on to the end of `text`; at the end of the file its last byte is known to be the last.
    fn advance(&mut self, text: &[u8], delimiter: u8, end_of_file: bool) {
        while self.at < text.len() {
            match self.state {
                State::Outside => {
                    let quote = memchr(b'"', &text[self.at..]).map(|at| self.at + at);
                    let upto = quote.unwrap_or(text.len());
                    if let Some(line_feed) = memrchr(b'\n', &text[self.at..upto]) {
                        self.record_end = self.at + line_feed + 1;
                    }
                    let Some(quote) = quote else {
                        self.at = text.len();
                        return;
                    };
                    self.at = quote + 1;
                    if opens(&text[..quote], delimiter) {
                        self.state = State::Quoted;
                    }
                }
                State::Quoted => {
                    let Some(quote) = memchr(b'"', &text[self.at..]).map(|at| self.at + at) else {
                        self.at = text.len();
                        return;
                    };
                    match text.get(quote + 1) {
                        Some(b'"') => self.at = quote + 2,
                        None if !end_of_file => {
                            // Whether this quote closes is told by a byte that is still to come.
                            self.at = quote;
                            return;
                        }
                        _ => {
                            self.at = quote + 1;
                            self.state = State::Outside;
                            self.closed = true;
                        }
                    }
                }
            }
        }
    }
}

/// Whether a quote behind these bytes, the first of which starts a record, opens a quoted value.
fn opens(before: &[u8], delimiter: u8) -> bool {
    let starts_record = |before: &[u8]| before.last().is_none_or(|byte| *byte == b'\n');
    starts_record(before)
        || before.ends_with(&[delimiter])
        || before.strip_suffix(BYTE_ORDER_MARK).is_some_and(starts_record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out a few bytes at a time, as a decompressor may.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = into.len().min(3).min(self.0.len());
            into[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn blocks(text: &[u8]) -> Vec<Vec<u8>> {
        let mut reader = BlockReader::new(Trickle(text), b',');
        let mut found = Vec::new();
        while let Some(block) = reader.next_block(Vec::new()).unwrap() {
            found.push(block.text);
        }
        found
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_nothing_else() {
        assert_eq!(blocks(b"\xEF\xBB\xBFa,b\n1,2\n"), vec![b"a,b\n1,2\n".to_vec()]);
        assert!(blocks(b"").is_empty());
    }

    #[test]
    fn a_last_line_of_ctrl_z_is_dropped_and_nothing_else() {
        for text in ["a\n\x1A", "a\n\x1A\n", "a\n\x1A\r\n"] {
            assert_eq!(blocks(text.as_bytes()), vec![b"a\n".to_vec()], "{text:?}");
        }
        for text in ["a\x1A", "a\n\x1A\nb\n", "\"a\n\x1A", "a\n\x1A\x1A"] {
            assert_eq!(blocks(text.as_bytes()).concat(), text.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn a_quote_behind_a_byte_order_mark_opens_a_value() {
        let record = b"\xEF\xBB\xBF\"two\nlines\",b\n";
        let text = record.repeat(3 * BLOCK_BYTES / record.len());
        let found = blocks(&text);
        assert!(found.len() > 2 && found.iter().all(|block| block.ends_with(b"lines\",b\n")));
    }

    #[test]
    fn headers_and_records_have_a_longest_length() {
        let error = |text: &[u8]| {
            let mut reader = BlockReader::new(text, b',');
            loop {
                match reader.next_block(Vec::new()) {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(error) => return Some(error),
                }
            }
        };
        let commas = vec![b','; MAX_HEADER_BYTES + BLOCK_BYTES];
        assert!(matches!(error(&commas), Some(BlockError::HeaderTooLong { carriage_return: false })));
        let lines = b"1,2\r".repeat(MAX_HEADER_BYTES);
        assert!(matches!(error(&lines), Some(BlockError::HeaderTooLong { carriage_return: true })));
        let record = [b"a,b\n1,2\n".to_vec(), vec![b','; MAX_RECORD_BYTES + BLOCK_BYTES], b"\n".to_vec()].concat();
        assert!(matches!(error(&record), Some(BlockError::RecordTooLong { byte: 8 })));
    }

    #[test]
    fn the_end_of_a_block_is_the_end_of_a_record() {
        let record = b"x,\"two\nlines, \"\"quoted\"\"\"\n";
        let text = record.repeat(3 * BLOCK_BYTES / record.len());
        let found = blocks(&text);
        assert!(found.len() > 2);
        for block in &found {
            assert!(block.ends_with(b"\"\n") && block.starts_with(b"x,"));
        }
        assert_eq!(found.concat(), text);
    }

    #[test]
    fn an_unclosed_quote_beyond_the_limit_is_dropped_but_counted() {
        let mut text = b"a\nb\n\"".to_vec();
        text.extend(b"line\n".repeat(MAX_RECORD_BYTES / 5 + BLOCK_BYTES));
        let lines = memchr::memchr_iter(b'\n', &text).count() as u64;
        let mut reader = BlockReader::new(text.as_slice(), b',');
        let (mut kept_lines, mut dropped, mut bytes) = (0, 0, 0);
        while let Some(block) = reader.next_block(Vec::new()).unwrap() {
            kept_lines += memchr::memchr_iter(b'\n', &block.text).count() as u64;
            dropped += block.dropped_lines;
            bytes += block.text.len() as u64 + block.dropped_bytes;
        }
        assert!(dropped > 0);
        assert_eq!(bytes, text.len() as u64);
        // The last line feed ends the file, and begins no line.
        assert_eq!(kept_lines + dropped, lines - 1);
    }

    proptest! {
        #[test]
        fn scanning_in_pieces_finds_what_scanning_at_once_finds(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![&b"\""[..], b",", b"\n", b"a", BYTE_ORDER_MARK]), 0..60),
            cut in 0usize..60,
        ) {
            let text = pieces.concat();
            let mut whole = Scan::new();
            whole.advance(&text, b',', true);
            let mut pieces = Scan::new();
            pieces.advance(&text[..cut.min(text.len())], b',', false);
            pieces.advance(&text, b',', true);
            prop_assert_eq!((whole.state, whole.record_end), (pieces.state, pieces.record_end));
        }
    }
}
