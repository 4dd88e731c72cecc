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
    /// Does it: `masks` makes the masks of a chunk, `places` writes the places of a mask's bits, as [`write_places`] does. Must
    /// be `#[inline(always)]`, so that it is compiled once for each kind of processor.
    fn scan(
        self,
        masks: impl Fn(&[u8; CHUNK]) -> ByteMasks,
        places: impl Fn(u64, u32, &mut [u32; CHUNK]),
    ) -> Self::Output;
}

/// Writes the places of a mask's bits, counted from `base` and ascending. What stands behind them is written over.
#[inline(always)]
fn write_places(mut bits: u64, base: u32, into: &mut [u32; CHUNK]) {
    const USUAL_BITS: usize = 8;
    let surplus = (bits.count_ones() as usize).saturating_sub(USUAL_BITS);
    // Always the same number of writes, since a guess at the count would often be wrong.
    let (usual, more) = into.split_at_mut(USUAL_BITS);
    let mut write = |place: &mut u32| {
        *place = base.wrapping_add(bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
    };
    usual.iter_mut().for_each(&mut write);
    more.iter_mut().take(surplus).for_each(write);
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
    let masks = |chunk: &[u8; CHUNK]| {
        let mut masks = ByteMasks::default();
        for (at, lane) in chunk.as_chunks::<LANES>().0.iter().enumerate() {
            let (bytes, at) = (u8x16::new(*lane), at * LANES);
            masks.delimiters |= u64::from(bytes.simd_eq(delimiters).to_bitmask()) << at;
            masks.line_feeds |= u64::from(bytes.simd_eq(line_feeds).to_bitmask()) << at;
            masks.quotes |= u64::from(bytes.simd_eq(quotes).to_bitmask()) << at;
        }
        masks
    };
    scan.scan(masks, write_places)
}

/// The only `unsafe` code of the program. What it relies on: a function is called only if the processor has its
/// instructions; and exactly the 64 bytes of a chunk are loaded, exactly the first 64 bytes of the places are stored, for
/// which no alignment is asked.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use std::arch::x86_64::*;

    use super::{ByteMasks, CHUNK, MaskScan, write_places};

    /// Scans with AVX-512 or AVX2, or gives the scan back where the processor has neither.
    pub fn scan<S: MaskScan>(delimiter: u8, scan: S) -> Result<S::Output, S> {
        if has_avx512() {
            // SAFETY: the processor has all that is asked for.
            return Ok(unsafe { avx512(delimiter, scan) });
        }
        if is_x86_feature_detected!("avx2") && has_bits() {
            // SAFETY: the processor has all that is asked for.
            return Ok(unsafe { avx2(delimiter, scan) });
        }
        Err(scan)
    }

    /// Whether 64 bytes are compared, and the places of bits written, in a few instructions.
    pub fn has_avx512() -> bool {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi2")
            && has_bits()
    }

    /// Whether bits are counted and found in one instruction each.
    pub fn has_bits() -> bool {
        is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx2,bmi1,popcnt")]
    pub fn avx2<S: MaskScan>(delimiter: u8, scan: S) -> S::Output {
        let [delimiters, line_feeds, quotes] = [delimiter, b'\n', b'"'].map(|byte| _mm256_set1_epi8(byte as i8));
        let masks = |chunk: &[u8; CHUNK]| {
            let half: *const __m256i = chunk.as_ptr().cast();
            // SAFETY: a chunk has twice 32 bytes.
            let (low, high) = unsafe { (_mm256_loadu_si256(half), _mm256_loadu_si256(half.add(1))) };
            let mask = |byte| {
                let bits = |half| _mm256_movemask_epi8(_mm256_cmpeq_epi8(half, byte)) as u32;
                u64::from(bits(low)) | u64::from(bits(high)) << 32
            };
            ByteMasks { delimiters: mask(delimiters), line_feeds: mask(line_feeds), quotes: mask(quotes) }
        };
        scan.scan(masks, write_places)
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi1,popcnt")]
    pub fn avx512<S: MaskScan>(delimiter: u8, scan: S) -> S::Output {
        let [delimiters, line_feeds, quotes] = [delimiter, b'\n', b'"'].map(|byte| _mm512_set1_epi8(byte as i8));
        let masks = |chunk: &[u8; CHUNK]| {
            // SAFETY: a chunk has 64 bytes.
            let bytes = unsafe { _mm512_loadu_si512(chunk.as_ptr().cast()) };
            let mask = |byte| _mm512_cmpeq_epi8_mask(bytes, byte);
            ByteMasks { delimiters: mask(delimiters), line_feeds: mask(line_feeds), quotes: mask(quotes) }
        };
        let numbers = std::array::from_fn::<u8, CHUNK, _>(|at| at as u8);
        // SAFETY: these are 64 bytes.
        let numbers = unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) };
        let places = |bits: u64, base: u32, into: &mut [u32; CHUNK]| {
            if bits.count_ones() > 16 {
                return write_places(bits, base, into);
            }
            // Of the numbers 0 to 63 those of set bits, as 32 bits each.
            let set = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(_mm512_maskz_compress_epi8(bits, numbers)));
            let places = _mm512_add_epi32(set, _mm512_set1_epi32(base.cast_signed()));
            // SAFETY: the first 16 places have 64 bytes.
            unsafe { _mm512_storeu_si512(into.as_mut_ptr().cast(), places) };
        };
        scan.scan(masks, places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The masks of all whole chunks, and the places of their delimiters, counted from 7.
    struct Collect<'a>(&'a [u8]);

    impl MaskScan for Collect<'_> {
        type Output = Vec<(ByteMasks, Vec<u32>)>;

        #[inline(always)]
        fn scan(
            self,
            masks: impl Fn(&[u8; CHUNK]) -> ByteMasks,
            places: impl Fn(u64, u32, &mut [u32; CHUNK]),
        ) -> Vec<(ByteMasks, Vec<u32>)> {
            let of_chunk = |chunk: &[u8; CHUNK]| {
                let (masks, mut into) = (masks(chunk), [0; CHUNK]);
                places(masks.delimiters, 7, &mut into);
                (masks, into[..masks.delimiters.count_ones() as usize].to_vec())
            };
            self.0.as_chunks().0.iter().map(of_chunk).collect()
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
            let expected: Vec<_> = text.as_chunks().0.iter().map(|chunk| {
                let masks = ByteMasks {
                    delimiters: mask(chunk, &|byte| byte == delimiter),
                    line_feeds: mask(chunk, &|byte| byte == b'\n'),
                    quotes: mask(chunk, &|byte| byte == b'"'),
                };
                (masks, (0..CHUNK).filter(|at| chunk[*at] == delimiter).map(|at| at as u32 + 7).collect())
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
