//! Which of 64 bytes matter to the reader, by the widest instructions that the processor has.
//!
//! Finding delimiters and line feeds touches every byte of every extract. The program is built for any processor, so
//! what this one has is looked up when it runs.

use wide::u8x16;

/// Bytes that are looked at together.
pub const CHUNK: usize = 64;

/// A bit for each of 64 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByteMasks {
    pub delimiters: u64,
    pub line_feeds: u64,
    pub quotes: u64,
}

/// What is done with the masks of a text.
pub trait MaskScan {
    /// What comes of it.
    type Output;
    /// Does it. Must be `#[inline(always)]`, so that it is compiled once for each kind of processor.
    fn scan(self, masks: impl Fn(&[u8; CHUNK]) -> ByteMasks) -> Self::Output;
}

/// Does it with the widest instructions.
pub fn scan<S: MaskScan>(delimiter: u8, scan: S) -> S::Output {
    #[cfg(target_arch = "x86_64")]
    let scan = match x86::scan(delimiter, scan) {
        Ok(output) => return output,
        Err(scan) => scan,
    };
    portable(delimiter, scan)
}

fn portable<S: MaskScan>(delimiter: u8, scan: S) -> S::Output {
    const LANES: usize = 16;
    let [delimiters, line_feeds, quotes] = [delimiter, b'\n', b'"'].map(u8x16::splat);
    scan.scan(|chunk| {
        let mut masks = ByteMasks::default();
        for (at, lane) in chunk.as_chunks::<LANES>().0.iter().enumerate() {
            let (bytes, at) = (u8x16::new(*lane), at * LANES);
            masks.delimiters |= u64::from(bytes.simd_eq(delimiters).to_bitmask()) << at;
            masks.line_feeds |= u64::from(bytes.simd_eq(line_feeds).to_bitmask()) << at;
            masks.quotes |= u64::from(bytes.simd_eq(quotes).to_bitmask()) << at;
        }
        masks
    })
}

/// The only `unsafe` code of the program. What it relies on: a function is called only if the processor has its
/// instructions, and exactly the 64 bytes of a chunk are loaded, for which no alignment is asked.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use std::arch::x86_64::*;

    use super::{ByteMasks, CHUNK, MaskScan};

    /// Scans with AVX-512 or AVX2, or gives the scan back where the processor has neither.
    pub fn scan<S: MaskScan>(delimiter: u8, scan: S) -> Result<S::Output, S> {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && has_bits() {
            // SAFETY: the processor has all that is asked for.
            return Ok(unsafe { avx512(delimiter, scan) });
        }
        if is_x86_feature_detected!("avx2") && has_bits() {
            // SAFETY: the processor has all that is asked for.
            return Ok(unsafe { avx2(delimiter, scan) });
        }
        Err(scan)
    }

    /// Whether bits are counted and found in one instruction each.
    pub fn has_bits() -> bool {
        is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx2,bmi1,popcnt")]
    pub fn avx2<S: MaskScan>(delimiter: u8, scan: S) -> S::Output {
        let [delimiters, line_feeds, quotes] = [delimiter, b'\n', b'"'].map(|byte| _mm256_set1_epi8(byte as i8));
        scan.scan(|chunk: &[u8; CHUNK]| {
            let half: *const __m256i = chunk.as_ptr().cast();
            // SAFETY: a chunk has twice 32 bytes.
            let (low, high) = unsafe { (_mm256_loadu_si256(half), _mm256_loadu_si256(half.add(1))) };
            let mask = |byte| {
                let bits = |half| _mm256_movemask_epi8(_mm256_cmpeq_epi8(half, byte)) as u32;
                u64::from(bits(low)) | u64::from(bits(high)) << 32
            };
            ByteMasks { delimiters: mask(delimiters), line_feeds: mask(line_feeds), quotes: mask(quotes) }
        })
    }

    #[target_feature(enable = "avx512f,avx512bw,bmi1,popcnt")]
    pub fn avx512<S: MaskScan>(delimiter: u8, scan: S) -> S::Output {
        let [delimiters, line_feeds, quotes] = [delimiter, b'\n', b'"'].map(|byte| _mm512_set1_epi8(byte as i8));
        scan.scan(|chunk: &[u8; CHUNK]| {
            // SAFETY: a chunk has 64 bytes.
            let bytes = unsafe { _mm512_loadu_si512(chunk.as_ptr().cast()) };
            let mask = |byte| _mm512_cmpeq_epi8_mask(bytes, byte);
            ByteMasks { delimiters: mask(delimiters), line_feeds: mask(line_feeds), quotes: mask(quotes) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The masks of all whole chunks.
    struct Collect<'a>(&'a [u8]);

    impl MaskScan for Collect<'_> {
        type Output = Vec<ByteMasks>;

        #[inline(always)]
        fn scan(self, masks: impl Fn(&[u8; CHUNK]) -> ByteMasks) -> Vec<ByteMasks> {
            self.0.as_chunks().0.iter().map(masks).collect()
        }
    }

    proptest! {
        #[test]
        fn masks_are_those_of_each_byte(
            text in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'"'), Just(b';'), any::<u8>()], 0..400),
            delimiter in prop_oneof![Just(b';'), Just(b'\t'), any::<u8>()],
        ) {
            let mask = |chunk: &[u8; CHUNK], is: &dyn Fn(u8) -> bool| {
                (0..CHUNK).filter(|at| is(chunk[*at])).fold(0, |mask, at| mask | 1 << at)
            };
            let expected: Vec<ByteMasks> = text.as_chunks().0.iter().map(|chunk| ByteMasks {
                delimiters: mask(chunk, &|byte| byte == delimiter),
                line_feeds: mask(chunk, &|byte| byte == b'\n'),
                quotes: mask(chunk, &|byte| byte == b'"'),
            }).collect();
            prop_assert_eq!(&portable(delimiter, Collect(&text)), &expected);
            prop_assert_eq!(&scan(delimiter, Collect(&text)), &expected);
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") && x86::has_bits() {
                // SAFETY: the processor has all that is asked for.
                #[allow(unsafe_code)]
                let found = unsafe { x86::avx2(delimiter, Collect(&text)) };
                prop_assert_eq!(&found, &expected);
            }
        }
    }
}
