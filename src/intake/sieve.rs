//! Which row ids may occur twice, found while rows stream by.
//!
//! Holding a hundred million id strings would cost gigabytes. The sieve keeps one bit for an id of a dense
//! numbering, where the bit is exact, and 64 bits of hash for any other, where equal hashes only *nominate*: a
//! second read compares the bytes of the nominated ids, and their place in the input says which one counts.

use std::io;

use hashbrown::{HashMap, HashSet};

use super::shape::{Shape, numbered};
use crate::spill::{Budget, Segment};

const PAGE_BITS: u64 = 8192;
/// Numbers beyond this many pages go by hash: 2³³ numbers, a gigabit of bits.
const MAX_PAGES: u64 = 1 << 20;
/// A page pays while it serves, on average, at least one id in this many of its bytes.
const BYTES_PER_ID: u64 = 4;
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
pub struct Sieve<'a> {
    numberings: HashMap<Shape, Pages>,
    ids: u64,
    pages: u64,
    hashes: Vec<u64>,
    /// Hashes that went to disk, by their highest bits.
    spilled: Vec<Vec<Segment>>,
    /// Hashes of ids whose bit was set already.
    nominated: HashSet<u64>,
    budget: Option<Budget<'a>>,
}

/// Hashes on disk are shared out by this many of their highest bits.
const SHARE_BITS: u32 = 6;

/// The hash that nominations go by.
#[inline]
pub fn hash(id: &[u8]) -> u64 {
    // Any good hash will do, but it must be the same in both reads, so it has no random seed.
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::quality::FixedState::with_seed(0x7661_7264_6167).build_hasher();
    hasher.write(id);
    hasher.finish()
}

impl<'a> Sieve<'a> {
    /// An empty one; without a budget everything stays in memory.
    pub fn new(budget: Option<Budget<'a>>) -> Self {
        Sieve { budget, spilled: vec![Vec::new(); 1 << SHARE_BITS], ..Sieve::default() }
    }

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
            let room = self.budget.is_none_or(|budget| self.pages * (PAGE_BITS / 8) < budget.ids_bytes as u64 / 2);
            let worth = room && self.pages < FREE_PAGES + self.ids * BYTES_PER_ID / (PAGE_BITS / 8);
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

    /// Moves hashes to disk where they take more than half of the budget.
    pub fn keep_to_budget(&mut self) -> io::Result<()> {
        let Some(budget) = self.budget else { return Ok(()) };
        if size_of_val(self.hashes.as_slice()) <= budget.ids_bytes / 2 {
            return Ok(());
        }
        self.hashes.sort_unstable();
        for share in self.hashes.chunk_by(|a, b| share_of(*a) == share_of(*b)) {
            self.spilled[share_of(share[0])].push(budget.spill.append(bytemuck::cast_slice(share))?);
        }
        self.hashes.clear();
        Ok(())
    }

    /// The hashes of all ids that may occur more than once, in order.
    pub fn nominated(mut self) -> io::Result<Vec<u64>> {
        self.numberings.clear();
        self.hashes.sort_unstable();
        let mut nominated: Vec<u64> = self.nominated.into_iter().collect();
        if let Some(budget) = self.budget {
            // One share of the hashes at a time: those on disk with those still in memory.
            for (share, segments) in self.spilled.iter().enumerate() {
                let from = self.hashes.partition_point(|hash| share_of(*hash) < share);
                let upto = self.hashes.partition_point(|hash| share_of(*hash) <= share);
                let mut hashes = self.hashes[from..upto].to_vec();
                segments.iter().try_for_each(|segment| budget.spill.read(*segment, &mut hashes))?;
                hashes.sort_unstable();
                nominated.extend(repeated(&hashes));
            }
        } else {
            nominated.extend(repeated(&self.hashes));
        }
        nominated.sort_unstable();
        nominated.dedup();
        Ok(nominated)
    }
}

fn share_of(hash: u64) -> usize {
    (hash >> (64 - SHARE_BITS)) as usize
}

/// The values that a sorted slice has more than once.
fn repeated(sorted: &[u64]) -> impl Iterator<Item = u64> + '_ {
    sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::Spill;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn every_repeated_id_is_nominated(ids in proptest::collection::vec("([AB][0-9]{1,6}|[0-9]{12}|[a-z]{1,2})", 0..300), limited: bool) {
            let spill = Spill::create(&std::env::temp_dir()).unwrap();
            let budget = limited.then_some(Budget { spill: &spill, words_bytes: 0, ids_bytes: 256 });
            let mut sieve = Sieve::new(budget);
            let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
            for id in &ids {
                sieve.insert(id.as_bytes());
                sieve.keep_to_budget().unwrap();
                *seen.entry(id).or_default() += 1;
            }
            let repeated: BTreeSet<u64> =
                seen.iter().filter(|(_, count)| **count > 1).map(|(id, _)| hash(id.as_bytes())).collect();
            let nominated: BTreeSet<u64> = sieve.nominated().unwrap().into_iter().collect();
            // With so few ids an accidental hash collision would itself be a fault.
            prop_assert_eq!(nominated, repeated);
        }
    }
}
