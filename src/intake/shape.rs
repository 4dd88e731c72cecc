//! Ids that are a short prefix and digits, such as `C0000000042`, as numbers.
//!
//! Most registers number their rows. Such ids are told apart exactly by (prefix, count of digits, number), which
//! makes a table of numbers do the work of a table of strings.

use crate::extract::values::eight_digits;

/// What ids of one numbering have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The prefix, at most seven bytes, its length in the lowest byte.
    prefix: u64,
    digits: u8,
}

const MAX_PREFIX: usize = 7;
const MAX_DIGITS: usize = 15;

/// An id's shape and number; `None` for an id that is not of this kind.
#[inline]
pub fn numbered(id: &[u8]) -> Option<(Shape, u64)> {
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
    Some((Shape { prefix: packed | prefix.len() as u64, digits: digits as u8 }, value))
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
        fn different_ids_differ(a in "[A-C0-2]{0,6}[0-9]{1,4}", b in "[A-C0-2]{0,6}[0-9]{1,4}") {
            let (x, y) = (numbered(a.as_bytes()), numbered(b.as_bytes()));
            if let (Some(x), Some(y)) = (x, y) {
                prop_assert_eq!(x == y, a == b);
            }
        }
    }
}
