//! The text of a block in UTF-8, whatever its file is written in.

use memchr::memmem;

use super::blocks::BYTE_ORDER_MARK;
use crate::config::Encoding;

/// A block's text in UTF-8, as far as it is valid.
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// Where the records start.
    pub(super) start: usize,
    /// Whether all of it is valid.
    pub(super) is_valid: bool,
    is_ascii: bool,
    /// The byte order mark of UTF-8 as the encoding has it.
    pub(super) byte_order_mark: &'static [u8],
}

impl Decoded {
    /// From a block's bytes; a header's are passed over.
    pub(super) fn new(bytes: Vec<u8>, header_bytes: usize, encoding: Encoding) -> Self {
        let is_ascii = bytes[header_bytes..].is_ascii();
        let (start, is_valid, byte_order_mark) = (header_bytes, true, BYTE_ORDER_MARK);
        match encoding {
            _ if is_ascii => Decoded { bytes, start, is_valid, is_ascii, byte_order_mark },
            Encoding::Utf8 => {
                let is_valid = std::str::from_utf8(&bytes[start..]).is_ok();
                Decoded { bytes, start, is_valid, is_ascii, byte_order_mark }
            }
            Encoding::Latin1 => {
                let bytes = bytes[start..].iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes();
                Decoded { bytes, start: 0, is_valid, is_ascii, byte_order_mark: "\u{EF}\u{BB}\u{BF}".as_bytes() }
            }
        }
    }

    /// Whether there is a byte order mark in it.
    pub(super) fn has_marks(&self) -> bool {
        !self.is_ascii && memmem::find(&self.bytes[self.start..], self.byte_order_mark).is_some()
    }
}

/// How many bytes of text read as Latin-1 stand for characters nobody writes, U+0080 to U+009F.
pub(super) fn control_characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| matches!(byte, 0x80..=0x9F)).count() as u64
}
