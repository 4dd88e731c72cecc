//! UTF-16 as UTF-8, while it is read.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

use super::first_bytes::ByteOrder;

/// Bytes read at a time.
const INPUT_BYTES: usize = 64 * 1024;
/// Room for them in UTF-8, which takes three bytes at most for two.
const OUTPUT_BYTES: usize = 2 * INPUT_BYTES;
/// What stands for something that is no character: no byte of UTF-8, so that its record is rejected.
const NO_CHARACTER: u8 = 0xFF;

/// The text of a stream in UTF-16.
pub struct Utf16Reader<R> {
    stream: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// What of the input is decoded.
    decoded: usize,
    output: Vec<u8>,
    /// What of the output is handed out.
    handed_out: usize,
    ended: bool,
}

impl<R: Read> Utf16Reader<R> {
    /// Of a stream; a byte order mark stays in it, as a character.
    pub fn new(stream: R, order: ByteOrder) -> Self {
        let encoding = if order == ByteOrder::Big { UTF_16BE } else { UTF_16LE };
        let decoder = encoding.new_decoder_without_bom_handling();
        Utf16Reader { stream, decoder, input: vec![], decoded: 0, output: vec![], handed_out: 0, ended: false }
    }

    /// Decodes what was read, or reads on.
    fn advance(&mut self) -> io::Result<()> {
        let mut last = false;
        if self.decoded == self.input.len() {
            self.decoded = 0;
            self.input.resize(INPUT_BYTES, 0);
            let read = self.stream.read(&mut self.input);
            self.input.truncate(read.as_ref().map_or(0, |more| *more));
            last = read? == 0;
        }
        self.output.resize(OUTPUT_BYTES, 0);
        let room = &mut self.output[..OUTPUT_BYTES - 1];
        let (result, read, mut written) =
            self.decoder.decode_to_utf8_without_replacement(&self.input[self.decoded..], room, last);
        self.decoded += read;
        if matches!(result, DecoderResult::Malformed(..)) {
            self.output[written] = NO_CHARACTER;
            written += 1;
        }
        self.ended = last && result == DecoderResult::InputEmpty;
        self.output.truncate(written);
        self.handed_out = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.handed_out == self.output.len() && !self.ended {
            self.advance()?;
        }
        let left = &self.output[self.handed_out..];
        let length = left.len().min(into.len());
        into[..length].copy_from_slice(&left[..length]);
        self.handed_out += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], order: ByteOrder) -> Vec<u8> {
        let mut text = Vec::new();
        Utf16Reader::new(bytes, order).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn what_is_no_character_stays_where_it_is() {
        let units = [0x61, 0xD83D, 0x62, 0xDE00, 0x63, 0xD83D, 0xDE00, 0xFEFF];
        let bytes: Vec<u8> = units.iter().flat_map(|unit: &u16| unit.to_be_bytes()).collect();
        assert_eq!(read(&bytes, ByteOrder::Big), b"a\xFFb\xFFc\xF0\x9F\x98\x80\xEF\xBB\xBF");
        // Half a character at the end, and half a pair.
        assert_eq!(read(b"a\0b", ByteOrder::Little), b"a\xFF");
        assert_eq!(read(b"a\0\x3D\xD8", ByteOrder::Little), b"a\xFF");
        assert_eq!(read(b"", ByteOrder::Little), b"");
    }

    proptest! {
        #[test]
        fn text_comes_back(text in ".{0,60}", times in 1usize..3000, big: bool) {
            let text = text.repeat(times);
            let units = text.encode_utf16();
            let bytes: Vec<u8> = match big {
                true => units.flat_map(u16::to_be_bytes).collect(),
                false => units.flat_map(u16::to_le_bytes).collect(),
            };
            let order = if big { ByteOrder::Big } else { ByteOrder::Little };
            prop_assert_eq!(read(&bytes, order), text.into_bytes());
        }
    }
}
