//! Ids that are a short prefix and digits, such as `C0000000042`, as numbers.
//!
//! Most registers number their rows. Such ids are told apart exactly by (prefix, count of digits, number), which
//! makes a table of numbers do the work of a table of strings.

use crate::extract::values::eight_digits;

/// What ids of one numbering have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct IdPattern {
    /// The prefix, at most seven bytes, its length in the lowest byte.
    prefix: u64,
    digits: u8,
}

const MAX_PREFIX: usize = 7;
const MAX_DIGITS: usize = 15;

/// Reads the numbers of ids of one pattern.
///
/// Ids of eight to sixteen bytes with at least eight digits are read as two whole numbers, their first eight bytes and
/// their last eight, without a loop.
#[derive(Debug, Clone, Default)]
pub struct IdPatternReader {
    /// The pattern.
    pub pattern: IdPattern,
    /// The length of ids that are read in one go; 0 where none is.
    length: usize,
    prefix: u64,
    prefix_bytes: u64,
    /// How far the first eight bytes move up, so that their digits are the highest bytes; and these bytes.
    shift: u32,
    digit_bytes: u64,
    /// What stands before the last eight digits in most ids, as in the sample, these bytes, and what they add to the number.
    usual: u64,
    usual_bytes: u64,
    usual_upper: u64,
}

impl IdPatternReader {
    /// For ids like this one, if it is numbered.
    pub fn like(id: &[u8]) -> Option<Self> {
        let (pattern, number) = numbered(id)?;
        // Digits beyond the last eight.
        let Some(upper) = usize::from(pattern.digits).checked_sub(8).filter(|_| id.len() <= 16) else {
            return Some(IdPatternReader { pattern, ..IdPatternReader::default() });
        };
        let prefix = id.len() - usize::from(pattern.digits);
        let lowest = |bytes: usize| u64::MAX.checked_shr(64 - 8 * bytes as u32).unwrap_or(0);
        let first = id.first_chunk::<8>().map_or(0, |first| u64::from_le_bytes(*first));
        Some(IdPatternReader {
            pattern,
            length: id.len(),
            prefix: first & lowest(prefix),
            prefix_bytes: lowest(prefix),
            shift: if upper == 0 { 0 } else { 64 - 8 * (prefix + upper) as u32 },
            digit_bytes: !lowest(8 - upper),
            usual: first & lowest(prefix + upper),
            usual_bytes: lowest(prefix + upper),
            usual_upper: number - number % 100_000_000,
        })
    }

    /// The number of an id of this pattern; `None` for any other.
    #[inline(always)]
    pub fn number(&self, id: &[u8]) -> Option<u64> {
        const ZEROS: u64 = 0x3030_3030_3030_3030;
        if id.len() != self.length {
            return self.other_number(id);
        }
        let (first, last) = (u64::from_le_bytes(*id.first_chunk()?), u64::from_le_bytes(*id.last_chunk()?));
        if first & self.usual_bytes == self.usual {
            return Some(self.usual_upper + eight_digits(last)?);
        }
        let upper = (first << self.shift) & self.digit_bytes | ZEROS & !self.digit_bytes;
        if first & self.prefix_bytes != self.prefix {
            return None;
        }
        Some(eight_digits(upper)? * 100_000_000 + eight_digits(last)?)
    }

    /// The number of an id of another length than those read in one go. Apart, so that the usual case is small.
    #[inline(never)]
    fn other_number(&self, id: &[u8]) -> Option<u64> {
        numbered(id).filter(|(pattern, _)| *pattern == self.pattern).map(|(_, number)| number)
    }
}

/// An id's pattern and number; `None` for an id that is not of this kind.
#[inline]
pub fn numbered(id: &[u8]) -> Option<(IdPattern, u64)> {
    // Most numbers have eight digits or more: the last eight are read at once, the others one by one.
    let last = id.last_chunk::<8>().and_then(|last| eight_digits(u64::from_le_bytes(*last)));
    let (mut value, mut digits, mut power) = last.map_or((0, 0, 1), |value| (value, 8, 100_000_000));
    for byte in id[..id.len() - digits].iter().rev().take_while(|byte| byte.is_ascii_digit()) {
        if digits == MAX_DIGITS {
            return None;
        }
        value += u64::from(byte - b'0') * power;
        (digits, power) = (digits + 1, power * 10);
    }
    let prefix = &id[..id.len() - digits];
    if digits == 0 || prefix.len() > MAX_PREFIX {
        return None;
    }
    let packed = prefix.iter().fold(0u64, |packed, byte| (packed | u64::from(*byte)) << 8);
    Some((IdPattern { prefix: packed | prefix.len() as u64, digits: digits as u8 }, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leading_zeros_and_prefixes_tell_ids_apart() {
        assert_ne!(numbered(b"007"), numbered(b"07"));
        assert_ne!(numbered(b"C1"), numbered(b"D1"));
        assert_ne!(numbered(b"\x001"), numbered(b"1"));
        assert_eq!(numbered(b"C0000000042").unwrap().1, 42);
        for other in ["", "C", "1x", "1234567890123456", "longprefix1"] {
            assert_eq!(numbered(other.as_bytes()), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_whole(prefix in "[a-z]{0,3}", number in "[0-9]{1,15}") {
            let (_, value) = numbered(format!("{prefix}{number}").as_bytes()).unwrap();
            prop_assert_eq!(value, number.parse::<u64>().unwrap());
        }

        #[test]
        fn a_reader_reads_the_ids_of_its_shape(
            prefix in "[a-z]{0,8}", number in "[0-9]{1,15}", same in "[0-9]{1,15}", other in "[a-z0-9]{0,18}",
        ) {
            let like = format!("{prefix}{number}");
            let Some(reader) = IdPatternReader::like(like.as_bytes()) else { return Ok(()) };
            let same = format!("{prefix}{:0>1$}", &same[same.len().saturating_sub(number.len())..], number.len());
            let mut nearly = same.clone().into_bytes();
            let at = other.len() % nearly.len();
            nearly[at] = nearly[at].wrapping_add(number.len() as u8);
            for id in [like.as_bytes(), same.as_bytes(), other.as_bytes(), &nearly] {
                let expected = numbered(id).filter(|(pattern, _)| *pattern == reader.pattern).map(|(_, number)| number);
                prop_assert_eq!(reader.number(id), expected);
            }
            prop_assert!(reader.number(same.as_bytes()).is_some());
        }

        #[test]
        fn different_ids_differ(a in "[A-C0-2]{0,6}[0-9]{1,4}", b in "[A-C0-2]{0,6}[0-9]{1,4}") {
            let (x, y) = (numbered(a.as_bytes()), numbered(b.as_bytes()));
            if let (Some(x), Some(y)) = (x, y) {
                prop_assert_eq!(x == y, a == b);
            }
        }
    }
}
