//! Small numbers as Parquet packs them, runs of one value between values of so many bits: dictionary keys and
//! definition levels. Taken a batch of rows at a time, so that a page's keys are never all in memory.

/// Where the reading of a sequence of small numbers is. The bytes stay with the page.
#[derive(Debug, Clone)]
pub struct Hybrid {
    at: usize,
    end: usize,
    bits: usize,
    run: Run,
    /// Values left in the run.
    left: usize,
}

#[derive(Debug, Clone, Copy)]
enum Run {
    Repeated(u32),
    /// From this bit of the page on.
    Packed(usize),
}

impl Hybrid {
    /// Values of so many bits in these bytes of a page; `None` where values cannot be as wide, or the page is shorter.
    pub fn new(page: &[u8], at: usize, end: usize, bits: u8) -> Option<Self> {
        let fits = at <= end && end <= page.len() && bits <= 32;
        fits.then_some(Hybrid { at, end, bits: bits.into(), run: Run::Repeated(0), left: 0 })
    }

    /// Appends the next values; `None` where the bytes end before them.
    pub fn read(&mut self, page: &[u8], mut count: usize, into: &mut Vec<u32>) -> Option<()> {
        while count > 0 {
            self.begin_run(page, count)?;
            let take = count.min(self.left);
            match &mut self.run {
                Run::Repeated(value) => into.resize(into.len() + take, *value),
                Run::Packed(bit) => {
                    unpack(&page[..self.end], *bit, self.bits, take, into);
                    *bit += take * self.bits;
                }
            }
            self.left -= take;
            count -= take;
        }
        Some(())
    }

    /// Passes so many values if all of them are known to be this one; else does nothing.
    pub fn pass(&mut self, page: &[u8], count: usize, value: u32) -> bool {
        let mut ahead = self.clone();
        let repeated = ahead.begin_run(page, count).is_some()
            && ahead.left >= count
            && matches!(ahead.run, Run::Repeated(found) if found == value);
        if repeated {
            ahead.left -= count;
            *self = ahead;
        }
        repeated
    }

    /// Reads the header of the next run, unless one is under way.
    fn begin_run(&mut self, page: &[u8], wanted: usize) -> Option<()> {
        if self.bits == 0 && self.left == 0 {
            (self.run, self.left) = (Run::Repeated(0), wanted);
        }
        while self.left == 0 {
            let header = self.varint(page)?;
            let length = header >> 1;
            if header & 1 == 1 {
                let bytes = length.checked_mul(self.bits)?;
                // The last run may be cut off after its last value.
                let bytes = bytes.min(self.end - self.at);
                (self.run, self.left) = (Run::Packed(self.at * 8), bytes * 8 / self.bits);
                self.at += bytes;
                if bytes == 0 {
                    return None;
                }
            } else {
                let bytes = self.bits.div_ceil(8);
                let value = page[..self.end].get(self.at..self.at + bytes)?;
                let value = value.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
                (self.run, self.left) = (Run::Repeated(value), length);
                self.at += bytes;
            }
        }
        Some(())
    }

    fn varint(&mut self, page: &[u8]) -> Option<usize> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = *page[..self.end].get(self.at)?;
            self.at += 1;
            value |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// Appends values of so many bits each, the lowest first, which are all within the bytes.
fn unpack(bytes: &[u8], first: usize, bits: usize, count: usize, into: &mut Vec<u32>) {
    let mask = (1u64 << bits) - 1;
    let value = |at: usize| {
        let bit = first + at * bits;
        let rest = &bytes[bit / 8..];
        let word = match rest.first_chunk::<8>() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        (word >> (bit % 8) & mask) as u32
    };
    into.extend((0..count).map(value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleDecoder, encode};
    use proptest::prelude::*;

    /// The values as the library's own reader has them, all at once.
    fn by_library(bytes: &[u8], bits: u8, count: usize) -> Vec<u32> {
        let mut values = Vec::new();
        for chunk in HybridRleDecoder::new(bytes, bits.into(), count).into_chunk_iter() {
            match chunk.unwrap() {
                polars_parquet::parquet::encoding::hybrid_rle::HybridRleChunk::Rle(value, length) => {
                    values.resize(values.len() + length, value);
                }
                polars_parquet::parquet::encoding::hybrid_rle::HybridRleChunk::Bitpacked(packed) => {
                    packed.collect_into(&mut values);
                }
            }
        }
        values
    }

    proptest! {
        #[test]
        fn reads_in_steps_what_the_library_reads_at_once(
            runs in proptest::collection::vec((any::<u32>(), 1usize..40), 0..30),
            bits in 1u8..=32,
            steps in proptest::collection::vec(1usize..50, 1..8),
        ) {
            let mask = u32::MAX >> (32 - bits);
            let values: Vec<u32> = runs
                .iter()
                .flat_map(|(value, length)| std::iter::repeat_n(value & mask, *length))
                .collect();
            let mut bytes = b"before".to_vec();
            encode::<u32, _, _>(&mut bytes, values.iter().copied(), bits.into()).unwrap();
            prop_assert_eq!(&by_library(&bytes[6..], bits, values.len()), &values);
            let mut hybrid = Hybrid::new(&bytes, 6, bytes.len(), bits).unwrap();
            let (mut read, mut steps) = (Vec::new(), steps.iter().cycle());
            while read.len() < values.len() {
                let step = (*steps.next().unwrap()).min(values.len() - read.len());
                if hybrid.pass(&bytes, step, values[read.len()]) {
                    read.resize(read.len() + step, values[read.len()]);
                } else {
                    prop_assert!(hybrid.read(&bytes, step, &mut read).is_some());
                }
            }
            prop_assert_eq!(read, values);
        }

        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..60),
            bits in 0u8..=33,
            count in 0usize..5_000,
        ) {
            let Some(mut hybrid) = Hybrid::new(&bytes, 0, bytes.len(), bits) else { return Ok(()) };
            let mut values = Vec::new();
            if hybrid.read(&bytes, count, &mut values).is_some() {
                prop_assert_eq!(values.len(), count);
            }
        }
    }
}
