//! The lengths of delta-coded texts. The library takes memory for as many as a page claims, and cannot be stopped.

use parquet::basic::Encoding;
use parquet::column::page::Page;

/// Whether a page's delta-coded texts have no more lengths than the page has values; other pages have none.
pub fn has_bounded_lengths(page: &Page, optional: bool) -> bool {
    let lists = match page.encoding() {
        // Lengths shared with the text before, and of what is added.
        Encoding::DELTA_BYTE_ARRAY => 2,
        Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
        _ => return true,
    };
    let levels = match page {
        Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
            def_levels_byte_len.checked_add(*rep_levels_byte_len).map(|bytes| bytes as usize)
        }
        Page::DataPage { def_level_encoding, .. } if optional && *def_level_encoding != Encoding::RLE => None,
        Page::DataPage { buf, .. } if optional => {
            buf.first_chunk().map(|length| 4 + u32::from_le_bytes(*length) as usize)
        }
        _ => Some(0),
    };
    let Some(mut rest) = levels.and_then(|levels| page.buffer().get(levels..)) else { return false };
    (0..lists).all(|_| match pass_numbers(rest, page.num_values() as usize) {
        Some(behind) => {
            rest = behind;
            true
        }
        // Without any value the lists may be left out.
        None => rest.is_empty(),
    })
}

/// Passes numbers stored as deltas (DELTA_BINARY_PACKED), and returns what is behind them; `None` where they claim to
/// be more than `most`, or end early.
fn pass_numbers(bytes: &[u8], most: usize) -> Option<&[u8]> {
    let (block, rest) = varint(bytes)?;
    let (parts, rest) = varint(rest)?;
    let (count, rest) = varint(rest)?;
    let (_first, mut rest) = varint(rest)?;
    let part_numbers = block.checked_div(parts).filter(|numbers| *numbers > 0)?;
    let mut left = count.saturating_sub(1);
    if count > most {
        return None;
    }
    while left > 0 {
        let (_least_delta, behind) = varint(rest)?;
        let (widths, behind) = behind.split_at_checked(parts)?;
        let mut packed = 0usize;
        for width in widths {
            if left > 0 {
                packed = packed.checked_add(usize::from(*width).checked_mul(part_numbers)? / 8)?;
                left = left.saturating_sub(part_numbers);
            }
        }
        rest = behind.get(packed..).unwrap_or_default();
    }
    Some(rest)
}

fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = 1 + bytes.iter().take(9).position(|byte| byte & 0x80 == 0)?;
    let (digits, rest) = bytes.split_at(length);
    let value = digits.iter().rev().fold(0u64, |value, byte| value << 7 | u64::from(byte & 0x7F));
    Some((usize::try_from(value).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_passed_to_their_end_if_they_are_not_too_many() {
        // 128 in a block of 4 parts; 34 numbers from 5 on: a part of 8 bits, one of 1 bit, and two that are empty.
        let header = [0x80, 0x01, 4, 34, 10];
        let block = [&[0, 8, 1, 3, 3][..], &[1; 32], &[1; 4]].concat();
        let bytes = [&header[..], &block, &[7, 7]].concat();
        assert_eq!(pass_numbers(&bytes, 34), Some(&[7, 7][..]));
        assert_eq!(pass_numbers(&bytes, 33), None);
        assert_eq!(pass_numbers(&bytes[..7], 34), None);
        assert_eq!(pass_numbers(&[0x80, 0x01, 0, 34, 10], 34), None);
        assert_eq!(pass_numbers(&[0x80, 0x01, 4, 1, 10, 7], 34), Some(&[7][..]));
        assert_eq!(pass_numbers(&[0xFF; 20], 34), None);
    }
}
