//! Which row ids may occur twice, found while rows stream by.
//!
//! Holding a hundred million id strings would cost gigabytes. The duplicate filter keeps one bit for an id of a dense
//! numbering, where the bit is exact, and 64 bits of hash for any other, where equal hashes only *nominate*: a
//! second read compares the bytes of the nominated ids, and their place in the input says which one counts.

use std::hash::{BuildHasher, Hasher};
use std::io;

use hashbrown::HashSet;

use parking_lot::Mutex;

use super::id_pattern::{IdPattern, numbered};
use crate::spill::{Budget, Segment};

const PAGE_BITS: u64 = 8192;
/// Pages of one chunk of a numbering.
const CHUNK_PAGES: u64 = 1024;
/// Numbers beyond this many chunks go by hash: 2³³ numbers, a gigabit of bits.
const MAX_CHUNKS: u64 = 1024;
/// Pages and chunks pay while they take, on average, at most this many bytes for an id.
const BYTES_PER_ID: usize = 4;
/// Bytes that may be taken before the average counts.
const FREE_BYTES: usize = 256 * 1024;
/// Numberings that are told apart; ids of further ones go by hash.
const MAX_SHAPES: usize = 64;

/// Stands for an id without a number.
pub const NO_NUMBER: u64 = u64::MAX;

type Page = Box<[u64; (PAGE_BITS / 64) as usize]>;

/// Something that is made when it first pays. What is once refused stays refused, so that an id always goes the
/// same way.
#[derive(Debug)]
enum Made<T> {
    Untried,
    Refused,
    Here(T),
}

type Chunk = Vec<Made<Page>>;

/// Collects ids and nominates those that may occur more than once.
#[derive(Debug, Default)]
pub struct DuplicateFilter<'a> {
    /// The chunks of each numbering.
    numberings: Vec<(IdPattern, Vec<Made<Chunk>>)>,
    ids: usize,
    /// Bytes of pages and chunks.
    bytes: usize,
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

/// What is here already, or is made now if with it no more than `most` bytes are taken.
#[inline]
fn made<'m, T>(
    place: &'m mut Made<T>,
    takes: usize,
    bytes: &mut usize,
    most: usize,
    make: impl FnOnce() -> T,
) -> Option<&'m mut T> {
    if let Made::Untried = place {
        *place = if *bytes + takes <= most {
            *bytes += takes;
            Made::Here(make())
        } else {
            Made::Refused
        };
    }
    if let Made::Here(made) = place { Some(made) } else { None }
}

/// The hash that nominations go by.
#[inline]
pub fn hash(id: &[u8]) -> u64 {
    let mut hasher = hasher();
    hasher.write(id);
    hasher.finish()
}

/// Any good hash will do, but it must be the same in every read, so it has no random seed.
#[inline]
pub fn hasher() -> impl Hasher {
    foldhash::quality::FixedState::with_seed(0x7661_7264_6167).build_hasher()
}

impl<'a> DuplicateFilter<'a> {
    /// An empty one; without a budget everything stays in memory.
    pub fn new(budget: Option<Budget<'a>>) -> Self {
        DuplicateFilter {
            budget,
            shares: (0..1 << SHARE_BITS).map(|_| Share::default()).collect(),
            ..DuplicateFilter::default()
        }
    }

    /// Takes ids of which the numbers were read beforehand, [`NO_NUMBER`] standing for one that is not of this pattern.
    pub fn insert<'t>(&mut self, pattern: Option<IdPattern>, numbers: &[u64], id: impl Fn(usize) -> &'t [u8]) {
        let mut again = Vec::new();
        let mut first = 0;
        // Most ids come in their order, so that a page is looked up once for many of them.
        for run in numbers.chunk_by(|a, b| a / PAGE_BITS == b / PAGE_BITS) {
            let at = run[0] / PAGE_BITS;
            self.ids += run.len();
            match pattern.filter(|_| run[0] != NO_NUMBER).and_then(|pattern| self.page(pattern, at)) {
                Some(page) => {
                    for (at, number) in run.iter().enumerate() {
                        let bit = number % PAGE_BITS;
                        let word = &mut page[(bit / 64) as usize];
                        let mask = 1 << (bit % 64);
                        if *word & mask != 0 {
                            again.push(first + at);
                        }
                        *word |= mask;
                    }
                    self.nominated.extend(again.drain(..).map(|at| hash(id(at))));
                }
                None => (first..first + run.len()).for_each(|at| self.insert_other(id(at))),
            }
            first += run.len();
        }
    }

    /// Takes an id that is not of the pattern of its batch, or whose page was refused.
    fn insert_other(&mut self, id: &[u8]) {
        let page = numbered(id).and_then(|(pattern, number)| Some((self.page(pattern, number / PAGE_BITS)?, number)));
        let hash = hash(id);
        if let Some((page, number)) = page {
            let bit = number % PAGE_BITS;
            let (word, mask) = (&mut page[(bit / 64) as usize], 1 << (bit % 64));
            let seen = *word & mask != 0;
            *word |= mask;
            if seen {
                self.nominated.insert(hash);
            }
            return;
        }
        self.shares[(hash >> (64 - SHARE_BITS)) as usize].held.push(hash);
        self.hashes_held += 1;
    }

    /// A page of a numbering; `None` where its ids go by hash.
    #[inline]
    fn page(&mut self, pattern: IdPattern, at: u64) -> Option<&mut Page> {
        if at / CHUNK_PAGES >= MAX_CHUNKS {
            return None;
        }
        let known = self.numberings.iter().position(|(known, _)| *known == pattern);
        let numbering = match known {
            Some(numbering) => numbering,
            None if self.numberings.len() < MAX_SHAPES => {
                let chunks = (0..MAX_CHUNKS).map(|_| Made::Untried).collect();
                self.numberings.push((pattern, chunks));
                self.numberings.len() - 1
            }
            None => return None,
        };
        let most =
            self.budget.map_or(usize::MAX, |budget| budget.ids_bytes / 2).min(FREE_BYTES + self.ids * BYTES_PER_ID);
        let chunk = &mut self.numberings[numbering].1[(at / CHUNK_PAGES) as usize];
        let untried = || (0..CHUNK_PAGES).map(|_| Made::Untried).collect();
        let chunk = made(chunk, CHUNK_PAGES as usize * size_of::<Made<Page>>(), &mut self.bytes, most, untried)?;
        let page = &mut chunk[(at % CHUNK_PAGES) as usize];
        made(page, PAGE_BITS as usize / 8, &mut self.bytes, most, || Box::new([0; (PAGE_BITS / 64) as usize]))
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
        let DuplicateFilter { numberings, shares, nominated, budget, .. } = self;
        drop(numberings);
        let nominated = Mutex::new(nominated.into_iter().collect::<Vec<u64>>());
        let rest = Mutex::new(shares);
        let settle = || -> io::Result<()> {
            loop {
                let next = rest.lock().pop();
                let Some(Share { mut held, spilled }) = next else { return Ok(()) };
                if let Some(budget) = budget {
                    spilled.into_iter().try_for_each(|segment| budget.spill.read(segment, &mut held))?;
                }
                held.sort_unstable();
                let repeated = held.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
                nominated.lock().extend(repeated);
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (1..threads).map(|_| scope.spawn(settle)).collect();
            let own = settle();
            let panicked = |panic| std::panic::resume_unwind(panic);
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(panicked)).fold(own, Result::and)
        })?;
        let mut nominated = nominated.into_inner();
        nominated.sort_unstable();
        nominated.dedup();
        Ok(nominated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::id_pattern::IdPatternReader;
    use crate::spill::Spill;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn every_repeated_id_is_nominated(ids in proptest::collection::vec("([AB][0-9]{1,6}|[0-9]{12}|[a-z]{1,2})", 0..300), limited: bool, batch in 1usize..9) {
            let spill = Spill::create(&std::env::temp_dir()).unwrap();
            let budget = limited.then_some(Budget { spill: &spill, words_bytes: 0, ids_bytes: 256 });
            let mut duplicate_filter = DuplicateFilter::new(budget);
            let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
            for batch in ids.chunks(batch) {
                let reader = IdPatternReader::like(batch[0].as_bytes());
                let number = |id: &String| reader.as_ref().and_then(|reader| reader.number(id.as_bytes()));
                let numbers: Vec<u64> = batch.iter().map(|id| number(id).unwrap_or(NO_NUMBER)).collect();
                duplicate_filter.insert(reader.as_ref().map(|reader| reader.pattern), &numbers, |at| batch[at].as_bytes());
                duplicate_filter.keep_to_budget().unwrap();
                batch.iter().for_each(|id| *seen.entry(id).or_default() += 1);
            }
            let repeated: BTreeSet<u64> =
                seen.iter().filter(|(_, count)| **count > 1).map(|(id, _)| hash(id.as_bytes())).collect();
            let nominated: BTreeSet<u64> = duplicate_filter.nominated(2).unwrap().into_iter().collect();
            // With so few ids an accidental hash collision would itself be a fault.
            prop_assert_eq!(nominated, repeated);
        }
    }
}
