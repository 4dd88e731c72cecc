//! The text of a block in UTF-8, whatever its file is written in.

use encoding_rs::WINDOWS_1252;
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
    /// From a block's bytes; a header's are passed over. (UTF-16 has become UTF-8 before there were blocks.)
    pub(super) fn new(bytes: Vec<u8>, header_bytes: usize, encoding: Encoding) -> Self {
        let is_ascii = bytes[header_bytes..].is_ascii();
        let (start, is_valid, byte_order_mark) = (header_bytes, true, BYTE_ORDER_MARK);
        match encoding {
            _ if is_ascii => Decoded { bytes, start, is_valid, is_ascii, byte_order_mark },
            Encoding::Utf8 | Encoding::Utf16 => {
                let is_valid = std::str::from_utf8(&bytes[start..]).is_ok();
                Decoded { bytes, start, is_valid, is_ascii, byte_order_mark }
            }
            Encoding::Latin1 | Encoding::Windows1252 => {
                let bytes = decoded_text(&bytes[start..], encoding).into_bytes();
                Decoded { bytes, start: 0, is_valid, is_ascii, byte_order_mark: "\u{EF}\u{BB}\u{BF}".as_bytes() }
            }
        }
    }

    /// Whether there is a byte order mark in it.
    pub(super) fn has_marks(&self) -> bool {
        !self.is_ascii && memmem::find(&self.bytes[self.start..], self.byte_order_mark).is_some()
    }
}

/// A piece of a file as text; what is invalid is replaced.
pub(super) fn decoded_text(bytes: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Utf8 | Encoding::Utf16 => String::from_utf8_lossy(bytes).into_owned(),
        Encoding::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        // As browsers read it: its five bytes without a character are control characters.
        Encoding::Windows1252 => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// A text as the bytes of a file; `None` where the encoding lacks one of its characters.
pub(super) fn encoded(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Utf8 | Encoding::Utf16 => Some(text.as_bytes().to_vec()),
        Encoding::Latin1 => text.chars().map(|character| u8::try_from(character).ok()).collect(),
        Encoding::Windows1252 => {
            let (bytes, _, has_unknown) = WINDOWS_1252.encode(text);
            (!has_unknown).then(|| bytes.into_owned())
        }
    }
}

/// How many bytes of text read as Latin-1 stand for characters nobody writes, U+0080 to U+009F.
pub(super) fn control_characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| matches!(byte, 0x80..=0x9F)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_1252_is_latin_1_but_for_its_upper_controls() {
        let all: Vec<u8> = (0..=255).collect();
        let (windows, latin) = (decoded_text(&all, Encoding::Windows1252), decoded_text(&all, Encoding::Latin1));
        for (byte, (windows, latin)) in windows.chars().zip(latin.chars()).enumerate() {
            let has_no_character = matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D);
            assert_eq!(windows == latin, !(0x80..=0x9F).contains(&byte) || has_no_character, "{byte:#x}");
        }
        assert_eq!(decoded_text(b"L\x92Aquila \x96 \x80", Encoding::Windows1252), "L’Aquila – €");
    }

    #[test]
    fn a_text_is_encoded_as_the_file_is() {
        assert_eq!(encoded("§ €", Encoding::Windows1252), Some(b"\xA7 \x80".to_vec()));
        assert_eq!(encoded("§", Encoding::Latin1), Some(b"\xA7".to_vec()));
        assert_eq!(encoded("€", Encoding::Latin1), None);
        assert_eq!(encoded("§", Encoding::Utf8), Some("§".as_bytes().to_vec()));
    }
}
