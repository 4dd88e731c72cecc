//! Which row ids may occur twice, found while rows stream by.
//!
//! Holding a hundred million id strings would cost gigabytes. The sieve keeps one bit for an id of a dense
//! numbering, where the bit is exact, and 64 bits of hash for any other, where equal hashes only *nominate*: a
//! second read compares the bytes of the nominated ids, and their place in the input says which one counts.

use std::io;
use std::sync::{Mutex, PoisonError};

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
    /// Hashes of the other ids, by share.
    shares: Vec<Share>,
    hashes_held: usize,
    /// Hashes of ids whose bit was set already.
    nominated: HashSet<u64>,
    budget: Option<Budget<'a>>,
}

/// Hashes with the same highest bits: equal ones meet in one share, and shares are settled side by side.
#[derive(Debug, Default)]
struct Share {
    held: Vec<u64>,
    spilled: Vec<Segment>,
}

/// How many of a hash's highest bits tell its share.
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
        Sieve { budget, shares: (0..1 << SHARE_BITS).map(|_| Share::default()).collect(), ..Sieve::default() }
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
        let hash = hash(id);
        self.shares[(hash >> (64 - SHARE_BITS)) as usize].held.push(hash);
        self.hashes_held += 1;
    }

    /// Moves hashes to disk where they take more than half of the budget.
    pub fn keep_to_budget(&mut self) -> io::Result<()> {
        let Some(budget) = self.budget else { return Ok(()) };
        if self.hashes_held * size_of::<u64>() <= budget.ids_bytes / 2 {
            return Ok(());
        }
        for share in self.shares.iter_mut().filter(|share| !share.held.is_empty()) {
            share.spilled.push(budget.spill.append(bytemuck::cast_slice(&share.held))?);
            share.held.clear();
        }
        self.hashes_held = 0;
        Ok(())
    }

    /// The hashes of all ids that may occur more than once, in order; shares are settled by this many threads.
    pub fn nominated(self, threads: usize) -> io::Result<Vec<u64>> {
        let Sieve { numberings, shares, nominated, budget, .. } = self;
        drop(numberings);
        let nominated = Mutex::new(nominated.into_iter().collect::<Vec<u64>>());
        let rest = Mutex::new(shares);
        let settle = || -> io::Result<()> {
            loop {
                let next = rest.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let Some(Share { mut held, spilled }) = next else { return Ok(()) };
                if let Some(budget) = budget {
                    spilled.into_iter().try_for_each(|segment| budget.spill.read(segment, &mut held))?;
                }
                held.sort_unstable();
                let repeated = held.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
                nominated.lock().unwrap_or_else(PoisonError::into_inner).extend(repeated);
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (1..threads).map(|_| scope.spawn(settle)).collect();
            let own = settle();
            let panicked = |panic| std::panic::resume_unwind(panic);
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(panicked)).fold(own, Result::and)
        })?;
        let mut nominated = nominated.into_inner().unwrap_or_else(PoisonError::into_inner);
        nominated.sort_unstable();
        nominated.dedup();
        Ok(nominated)
    }
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
            let nominated: BTreeSet<u64> = sieve.nominated(2).unwrap().into_iter().collect();
            // With so few ids an accidental hash collision would itself be a fault.
            prop_assert_eq!(nominated, repeated);
        }
    }
}
