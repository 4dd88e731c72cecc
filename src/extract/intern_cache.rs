//! Short texts met before, and their numbers: codes and truth values, which come again and again.
//!
//! A text of up to 32 bytes is compared as two words, its first sixteen bytes and its last sixteen, so that
//! finding it takes neither a loop nor a call.

use std::ops::Range;

use wide::u8x16;

const WORD: usize = 16;
const SLOTS_LOG2: u32 = 9;

/// The first bytes of a word, by how many.
static FIRST_BYTES: [[u8; WORD]; WORD + 1] = {
    let mut masks = [[0; WORD]; WORD + 1];
    let mut bytes = 1;
    while bytes <= WORD {
        masks[bytes] = masks[bytes - 1];
        masks[bytes][bytes - 1] = u8::MAX;
        bytes += 1;
    }
    masks
};

/// A text as words.
#[derive(Debug, Clone, Copy, Default)]
struct Key {
    /// The first bytes, those beyond the text being zero.
    head: u8x16,
    /// The last bytes; the first ones again of a text that has no more.
    tail: u8x16,
    length: usize,
}

impl Key {
    /// Of a text in a larger one; `None` for one that is empty, too long, or too near the end to be read in one go.
    #[inline(always)]
    fn within(text: &[u8], range: Range<usize>) -> Option<Self> {
        let length = range.len();
        if length == 0 || length > 2 * WORD {
            return None;
        }
        // The same steps for all lengths, which can hardly be predicted.
        let (mask, beyond) = (u8x16::new(FIRST_BYTES[length.min(WORD)]), length.saturating_sub(WORD));
        let word = |start: usize| Some(u8x16::new(*text.get(start..start + WORD)?.as_array()?) & mask);
        Some(Key { head: word(range.start)?, tail: word(range.start + beyond)?, length })
    }

    #[inline(always)]
    fn slot(&self) -> usize {
        let [[first, second], [last, _]] = [self.head, self.tail].map(bytemuck::cast::<u8x16, [u64; 2]>);
        let mixed = first ^ second ^ last.rotate_left(32) ^ self.length as u64;
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS_LOG2)) as usize
    }

    #[inline(always)]
    fn is(&self, other: &Key) -> bool {
        let same = self.head.simd_eq(other.head) & self.tail.simd_eq(other.tail);
        (same.to_bitmask() == u32::from(u16::MAX)) & (self.length == other.length)
    }
}

/// A small table of texts; what does not fit in is forgotten.
#[derive(Debug, Clone)]
pub struct InternCache {
    slots: Box<[(Key, u32); 1 << SLOTS_LOG2]>,
}

impl Default for InternCache {
    fn default() -> Self {
        // No text has the empty key.
        InternCache { slots: Box::new([(Key::default(), 0); 1 << SLOTS_LOG2]) }
    }
}

impl InternCache {
    /// The number of a text that lies in a larger one, if it is known.
    #[inline(always)]
    pub fn find(&self, text: &[u8], range: Range<usize>) -> Option<u32> {
        let key = Key::within(text, range)?;
        let at = key.slot();
        // A text has two places, so that two usual ones do not drive each other out.
        let (first, number) = &self.slots[at];
        if first.is(&key) {
            return Some(*number);
        }
        let (second, number) = &self.slots[at ^ 1];
        second.is(&key).then_some(*number)
    }

    /// Remembers a text's number.
    pub fn remember(&mut self, text: &[u8], number: u32) {
        let mut padded = [0; 3 * WORD];
        let Some(place) = padded.get_mut(..text.len()) else { return };
        place.copy_from_slice(text);
        let Some(key) = Key::within(&padded, 0..text.len()) else { return };
        let at = key.slot();
        let (other, _) = &self.slots[at];
        if other.length > 0 && !other.is(&key) {
            self.slots[at ^ 1] = self.slots[at];
        }
        self.slots[at] = (key, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn a_known_text_has_its_own_number(
            texts in proptest::collection::vec("[ab\\x00]{0,3}|[ab]{14,18}|[ab]{30,34}", 1..40),
            others in proptest::collection::vec("[ab\\x00]{0,3}|[ab]{14,18}|[ab]{30,34}", 1..40),
        ) {
            let (mut known, mut all) = (InternCache::default(), HashMap::new());
            for (number, text) in texts.iter().enumerate() {
                known.remember(text.as_bytes(), number as u32);
                all.insert(text, number as u32);
                let within = format!("b{text}{}", "a".repeat(16));
                let found = known.find(within.as_bytes(), 1..1 + text.len());
                prop_assert_eq!(found, (1..=32).contains(&text.len()).then_some(number as u32));
            }
            for text in texts.iter().chain(&others) {
                for after in ["", "a", "bbbbbbbbbbbbbbbbbb"] {
                    let within = format!("{text}{after}");
                    let found = known.find(within.as_bytes(), 0..text.len());
                    prop_assert!(found.is_none() || found == all.get(text).copied());
                }
            }
        }
    }
}
