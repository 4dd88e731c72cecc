//! Small words that say what events add to the customers of a partition: appended, retracted, and in the end sorted.
//!
//! They are most of what a run holds. So they are in pages of their own, which go back to the system when a partition is
//! done: what is freed into the heap of the thread that has read would be of no use to what the others make of it.

use std::alloc::{Layout, handle_alloc_error};
use std::io;

use bytemuck::Pod;
use memmap2::MmapMut;

use crate::spill::{Segment, Spill};

/// Bytes that are asked of the system at a time. Only those that are written to take memory.
const CHUNK_BYTES: usize = 1 << 20;
/// Words that are gathered before they go to a chunk.
const TAIL_WORDS: usize = 256;

/// Words in pages of their own.
#[derive(Debug)]
struct PagedWords<T> {
    /// Each is full but the last.
    chunks: Vec<MmapMut>,
    /// Words in the chunks.
    stored: usize,
    /// The last ones, so that appending one is appending to a list.
    tail: Vec<T>,
}

impl<T> Default for PagedWords<T> {
    fn default() -> Self {
        PagedWords { chunks: Vec::new(), stored: 0, tail: Vec::new() }
    }
}

impl<T: Pod> PagedWords<T> {
    const PER_CHUNK: usize = CHUNK_BYTES / size_of::<T>();

    #[inline]
    fn push(&mut self, word: T) {
        if self.tail.len() == self.tail.capacity() {
            self.store_tail();
        }
        self.tail.push(word);
    }

    #[inline(never)]
    fn store_tail(&mut self) {
        self.tail.reserve_exact(TAIL_WORDS - self.tail.len());
        let mut rest = self.tail.as_slice();
        while !rest.is_empty() {
            let at = self.stored % Self::PER_CHUNK;
            if at == 0 {
                self.chunks.push(new_chunk());
            }
            let Some(chunk) = self.chunks.last_mut() else { break };
            let (now, later) = rest.split_at(rest.len().min(Self::PER_CHUNK - at));
            let bytes = &mut chunk[at * size_of::<T>()..][..size_of_val(now)];
            bytes.copy_from_slice(bytemuck::cast_slice(now));
            self.stored += now.len();
            rest = later;
        }
        self.tail.clear();
    }

    fn len(&self) -> usize {
        self.stored + self.tail.len()
    }

    /// The words in their order, piece by piece.
    fn pieces(&self) -> impl Iterator<Item = &[T]> {
        let words = |at: usize| (self.stored - at * Self::PER_CHUNK).min(Self::PER_CHUNK);
        let chunks = self.chunks.iter().enumerate();
        let chunks = chunks.map(move |(at, chunk)| bytemuck::cast_slice(&chunk[..words(at) * size_of::<T>()]));
        chunks.chain(std::iter::once(self.tail.as_slice()))
    }
}

/// Memory that nobody has used. Without any the program ends, as it does wherever else memory is asked for.
fn new_chunk() -> MmapMut {
    let layout = Layout::new::<[u8; CHUNK_BYTES]>();
    MmapMut::map_anon(CHUNK_BYTES).unwrap_or_else(|_| handle_alloc_error(layout))
}

/// Words that are added and retracted, and in the end sorted. What is over a share of the memory goes to disk.
#[derive(Debug)]
pub struct SpillableRuns<T> {
    added: PagedWords<T>,
    spilled: Vec<Segment>,
    retracted: Vec<T>,
}

impl<T> Default for SpillableRuns<T> {
    fn default() -> Self {
        SpillableRuns { added: PagedWords::default(), spilled: Vec::new(), retracted: Vec::new() }
    }
}

impl<T: Ord + Pod> SpillableRuns<T> {
    /// Adds a word, or retracts one that was added.
    #[inline]
    pub fn push(&mut self, word: T, retract: bool) {
        if retract { self.retracted.push(word) } else { self.added.push(word) }
    }

    /// What the words in memory take, in bytes.
    pub fn bytes(&self) -> usize {
        self.added.len() * size_of::<T>()
    }

    /// Whether some of the words are on disk.
    pub fn is_spilled(&self) -> bool {
        !self.spilled.is_empty()
    }

    /// Moves the words to disk where they take more than a share, in bytes.
    pub fn spill_beyond(&mut self, share: usize, spill: &Spill) -> io::Result<()> {
        if self.bytes() > share {
            for words in std::mem::take(&mut self.added).pieces().filter(|words| !words.is_empty()) {
                self.spilled.push(spill.append(bytemuck::cast_slice(words))?);
            }
        }
        Ok(())
    }

    /// What remains, sorted; `customer` tells whose a word is, which words are in the order of first of all.
    pub fn into_sorted(self, spill: Option<&Spill>, customer: impl Fn(&T) -> u16) -> io::Result<Vec<T>> {
        let SpillableRuns { added, spilled, retracted } = self;
        let mut from_disk = Vec::new();
        if let Some(spill) = spill {
            spilled.into_iter().try_for_each(|segment| spill.read(segment, &mut from_disk))?;
        }
        let pieces: Vec<&[T]> = added.pieces().chain(std::iter::once(from_disk.as_slice())).collect();
        // Those of a panel's dates come in order.
        let sorted = match pieces.iter().copied().flatten().is_sorted() {
            true => pieces.concat(),
            false => sorted_by_customer(&pieces, customer),
        };
        Ok(without(sorted, retracted))
    }
}

/// Sorted words without those that were retracted.
fn without<T: Ord + Pod>(mut added: Vec<T>, mut retracted: Vec<T>) -> Vec<T> {
    if !retracted.is_empty() {
        retracted.sort_unstable();
        let mut gone = retracted.into_iter().peekable();
        added.retain(|word| gone.next_if_eq(word).is_none());
        added.shrink_to_fit();
    }
    added
}

/// Sorts words of which most customers have a few: each word goes to its customer's place, then those of each customer
/// are sorted.
fn sorted_by_customer<T: Ord + Pod>(pieces: &[&[T]], customer: impl Fn(&T) -> u16) -> Vec<T> {
    let words = || pieces.iter().copied().flatten();
    let Some(most) = words().map(&customer).max() else { return Vec::new() };
    // Where the next word of each customer goes.
    let mut next = vec![0u32; usize::from(most) + 2];
    words().for_each(|word| next[usize::from(customer(word)) + 1] += 1);
    for at in 1..next.len() {
        next[at] += next[at - 1];
    }
    let mut sorted = vec![T::zeroed(); pieces.iter().map(|words| words.len()).sum()];
    words().for_each(|word| {
        let place = &mut next[usize::from(customer(word))];
        sorted[*place as usize] = *word;
        *place += 1;
    });
    sorted.chunk_by_mut(|a, b| customer(a) == customer(b)).for_each(<[T]>::sort_unstable);
    sorted
}

/// Walks over sorted words, customer by customer.
#[derive(Debug)]
pub struct Group<'a, T> {
    rest: &'a [T],
}

impl<'a, T> Group<'a, T> {
    /// From the first customer on.
    pub fn new(words: &'a [T]) -> Self {
        Group { rest: words }
    }

    /// The words at the front that belong to the customer.
    pub fn next(&mut self, of_customer: impl Fn(&T) -> bool) -> &'a [T] {
        let length = self.rest.iter().take_while(|word| of_customer(word)).count();
        let (own, rest) = self.rest.split_at(length);
        self.rest = rest;
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_taken_back_was_never_there() {
        let mut words = SpillableRuns::default();
        for word in [3u32, 1, 3, 2] {
            words.push(word, false);
        }
        words.push(3, true);
        assert_eq!(words.into_sorted(None, |word| *word as u16).unwrap(), [1, 2, 3]);
    }

    #[test]
    fn what_went_to_disk_comes_back() {
        let spill = Spill::create(&std::env::temp_dir()).unwrap();
        let mut words = SpillableRuns::default();
        for word in (0..100u32).rev() {
            words.push([word as u16, 7], false);
            words.spill_beyond(40, &spill).unwrap();
        }
        words.push([5, 7], true);
        let expected: Vec<[u16; 2]> = (0..100).filter(|word| *word != 5).map(|word| [word, 7]).collect();
        assert_eq!(words.into_sorted(Some(&spill), |word| word[0]).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn words_come_in_their_order(mut words in proptest::collection::vec([0u16..9, 0u16..4], 0..100)) {
            let sorted = sorted_by_customer(&[&words[..words.len() / 3], &words[words.len() / 3..]], |word| word[0]);
            words.sort();
            prop_assert_eq!(sorted, words);
        }
    }
}
