//! Where every delimiter, line feed and quote of a block is: noted in one vectorised pass.

use wide::u8x16;

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
    const LANES: usize = 16;
    found.clear();
    let (delimiters, line_feeds, quotes) = (u8x16::splat(delimiter), u8x16::splat(b'\n'), u8x16::splat(b'"'));
    let (chunks, tail) = text.as_chunks::<{ 4 * LANES }>();
    let mut base = 0u32;
    for chunk in chunks {
        let (mut any, mut feeds, mut quoting) = (0u64, 0u64, 0u64);
        for lane in 0..4 {
            let mut bytes = [0u8; LANES];
            bytes.copy_from_slice(&chunk[lane * LANES..][..LANES]);
            let bytes = u8x16::new(bytes);
            let (feed, quote) = (bytes.simd_eq(line_feeds), bytes.simd_eq(quotes));
            let hit = bytes.simd_eq(delimiters) | feed | quote;
            any |= u64::from(hit.to_bitmask()) << (lane * LANES);
            feeds |= u64::from(feed.to_bitmask()) << (lane * LANES);
            quoting |= u64::from(quote.to_bitmask()) << (lane * LANES);
        }
        found.extend(Bits(any).map(|bit| {
            let kind = (feeds >> bit & 1) as u32 | ((quoting >> bit & 1) as u32) << 1;
            Separator((base + bit) << 2 | kind)
        }));
        base += chunk.len() as u32;
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
