//! Which row ids may occur twice, found while rows stream by.
//!
//! Holding a hundred million id strings would cost gigabytes. The sieve keeps one bit for an id of a dense
//! numbering, where the bit is exact, and 64 bits of hash for any other, where equal hashes only *nominate*: a
//! second read compares the bytes of the nominated ids, and their place in the input says which one counts.

use hashbrown::{HashMap, HashSet};

use super::shape::{Shape, numbered};

const PAGE_BITS: u64 = 8192;
/// Numbers beyond this many pages go by hash: 2³³ numbers, a gigabit of bits.
const MAX_PAGES: u64 = 1 << 20;
/// A page pays while it serves, on average, at least one id in this many of its bytes.
const BYTES_PER_ID: u64 = 16;
/// Pages that may be taken before the average counts.
const FREE_PAGES: u64 = 64;

/// Numberings that are told apart; ids of further ones go by hash.
const MAX_SHAPES: usize = 64;

type Page = Box<[u64; (PAGE_BITS / 64) as usize]>;

/// The pages of one numbering; a page once refused stays refused, so that an id always goes the same way.
#[derive(Debug, Default)]
struct Pages {
    pages: Vec<Option<Option<Page>>>,
}

/// Collects ids and nominates those that may occur more than once.
#[derive(Debug, Default)]
pub struct Sieve {
    numberings: HashMap<Shape, Pages>,
    ids: u64,
    pages: u64,
    hashes: Vec<u64>,
    /// Hashes of ids whose bit was set already.
    nominated: HashSet<u64>,
}

/// The hash that nominations go by.
#[inline]
pub fn hash(id: &[u8]) -> u64 {
    // Any good hash will do, but it must be the same in both reads, so it has no random seed.
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::quality::FixedState::with_seed(0x7661_7264_6167).build_hasher();
    hasher.write(id);
    hasher.finish()
}

impl Sieve {
    /// Takes one id.
    #[inline]
    pub fn insert(&mut self, id: &[u8]) {
        self.ids += 1;
        if let Some((shape, number)) = numbered(id)
            && number / PAGE_BITS < MAX_PAGES
            && (self.numberings.len() < MAX_SHAPES || self.numberings.contains_key(&shape))
        {
            let pages = self.numberings.entry(shape).or_default();
            let at = (number / PAGE_BITS) as usize;
            if at >= pages.pages.len() {
                pages.pages.resize_with(at + 1, || None);
            }
            let worth = self.pages < FREE_PAGES + self.ids * BYTES_PER_ID / (PAGE_BITS / 8);
            let page = pages.pages[at].get_or_insert_with(|| {
                worth.then(|| {
                    self.pages += 1;
                    Box::new([0; (PAGE_BITS / 64) as usize])
                })
            });
            if let Some(page) = page {
                let bit = number % PAGE_BITS;
                let word = &mut page[(bit / 64) as usize];
                let mask = 1 << (bit % 64);
                if *word & mask != 0 {
                    self.nominated.insert(hash(id));
                }
                *word |= mask;
                return;
            }
        }
        self.hashes.push(hash(id));
    }

    /// The hashes of all ids that may occur more than once, in order.
    pub fn nominated(mut self) -> Vec<u64> {
        self.numberings.clear();
        self.hashes.sort_unstable();
        let twice = self.hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        self.nominated.extend(twice);
        let mut nominated: Vec<u64> = self.nominated.into_iter().collect();
        nominated.sort_unstable();
        nominated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn every_repeated_id_is_nominated(ids in proptest::collection::vec("([AB][0-9]{1,6}|[0-9]{12}|[a-z]{1,2})", 0..300)) {
            let mut sieve = Sieve::default();
            let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
            for id in &ids {
                sieve.insert(id.as_bytes());
                *seen.entry(id).or_default() += 1;
            }
            let repeated: BTreeSet<u64> =
                seen.iter().filter(|(_, count)| **count > 1).map(|(id, _)| hash(id.as_bytes())).collect();
            let nominated: BTreeSet<u64> = sieve.nominated().into_iter().collect();
            // With so few ids an accidental hash collision would itself be a fault.
            prop_assert_eq!(nominated, repeated);
        }
    }
}
