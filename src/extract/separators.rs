//! Where every delimiter, line feed and quote of a block is: noted in one vectorised pass.

use super::byte_masks::{ByteMasks, CHUNK, MaskScan, scan};

/// Where a delimiter, line feed or quote is, and which: the position times four, plus the kind. (Blocks are well
/// under the gigabyte that this reaches.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separator(u32);

pub(super) const DELIMITER: u32 = 0;
pub(super) const LINE_FEED: u32 = 1;
pub(super) const QUOTE: u32 = 2;

impl Separator {
    #[inline]
    pub(super) fn position(self) -> usize {
        (self.0 >> 2) as usize
    }

    #[inline]
    pub(super) fn kind(self) -> u32 {
        self.0 & 3
    }
}

/// Notes every delimiter, line feed and quote.
pub fn separators(text: &[u8], delimiter: u8, found: &mut Vec<Separator>) {
    found.clear();
    scan(delimiter, NoteSeparators { text, delimiter, found });
}

struct NoteSeparators<'a> {
    text: &'a [u8],
    delimiter: u8,
    found: &'a mut Vec<Separator>,
}

impl MaskScan for NoteSeparators<'_> {
    type Output = ();

    #[inline(always)]
    fn scan(self, masks: impl Fn(&[u8; CHUNK]) -> ByteMasks, _: impl Fn(u64, u32, &mut [u32; CHUNK])) {
        let NoteSeparators { text, delimiter, found } = self;
        let (chunks, tail) = text.as_chunks::<CHUNK>();
        let mut base = 0u32;
        for chunk in chunks {
            let ByteMasks { delimiters, line_feeds, quotes } = masks(chunk);
            found.extend(Bits(delimiters | line_feeds | quotes).map(|bit| {
                let kind = (line_feeds >> bit & 1) as u32 | ((quotes >> bit & 1) as u32) << 1;
                Separator((base + bit) << 2 | kind)
            }));
            base += CHUNK as u32;
        }
        for (at, byte) in tail.iter().enumerate() {
            let kind = match *byte {
                b'\n' => LINE_FEED,
                b'"' => QUOTE,
                byte if byte == delimiter => DELIMITER,
                _ => continue,
            };
            found.push(Separator((base + at as u32) << 2 | kind));
        }
    }
}

/// The set bits of a mask, lowest first.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.0.count_ones() as usize;
        (count, Some(count))
    }
}
