//! Numbers of a few bits in words, one behind the other, the customer first.

use bytemuck::Pod;

use super::words::Word;
use crate::extract::batch::MISSING_NUMBER;
use crate::features::periods;

/// Bits of a customer of a partition, which are the highest of every compact word.
pub(super) const CUSTOMER_BITS: u32 = u64::BITS - periods::CUSTOMER_AT;

impl Word for u32 {
    fn customer(&self) -> u16 {
        (self >> (u32::BITS - CUSTOMER_BITS)) as u16
    }
}

impl Word for u64 {
    fn customer(&self) -> u16 {
        (self >> (u64::BITS - CUSTOMER_BITS)) as u16
    }
}

impl<const N: usize> Word for [u8; N]
where
    [u8; N]: Pod,
{
    fn customer(&self) -> u16 {
        self.first_chunk().map_or(0, |first| u16::from_be_bytes(*first) >> (u16::BITS - CUSTOMER_BITS))
    }
}

impl<const N: usize> Word for [u32; N]
where
    [u32; N]: Pod,
{
    fn customer(&self) -> u16 {
        self[0] as u16
    }
}

/// Takes numbers with their bits, the first one becoming the highest bits; `None` where one needs more.
pub(super) fn packed<const N: usize>(parts: [(u64, u32); N]) -> Option<u64> {
    parts.iter().try_fold(0, |word, (part, bits)| (part >> bits == 0).then_some(word << bits | part))
}

/// Takes the lowest bits off a word.
pub(super) fn take(word: &mut u64, bits: u32) -> u64 {
    let part = *word & ((1 << bits) - 1);
    *word >>= bits;
    part
}

/// A number that may be missing, which the highest one of so many bits then stands for.
pub(super) fn or_missing(number: i64, bits: u32) -> Option<u64> {
    let missing = (1 << bits) - 1;
    if number == MISSING_NUMBER { Some(missing) } else { u64::try_from(number).ok().filter(|number| *number < missing) }
}

/// The number of such bits.
pub(super) fn number_of(part: u64, bits: u32) -> i64 {
    if part == (1 << bits) - 1 { MISSING_NUMBER } else { part as i64 }
}

/// The upper and the lower half of a number.
pub(super) fn halves(value: i64) -> [u32; 2] {
    [(value >> 32) as u32, value as u32]
}

/// The number of such halves.
pub(super) fn whole([upper, lower]: [u32; 2]) -> i64 {
    (u64::from(upper) << 32 | u64::from(lower)) as i64
}
