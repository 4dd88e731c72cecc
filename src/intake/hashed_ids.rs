//! Numbers of ids that are no numbering, such as pseudonyms, by their hash.
//!
//! Looking such an id up waits for memory twice: for its slot, and for the bytes of the id that is there. Millions of
//! them are looked up, so that many are made ready together and their waits overlap, for which the slots must be our own:
//! each has the number of an id and half of its hash. A slot that is taken is passed over (linear probing).

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use super::index::Ids;

/// Ids that are looked up together.
const TOGETHER: usize = 32;

/// Half a hash, and the number of the id plus one; 0 where the slot is free.
type Slot = (u32, u32);

/// The numbers of some ids.
#[derive(Debug)]
pub(super) struct HashedIds {
    /// Their count is a power of two, and a quarter of them or more are free; none where there is no id.
    slots: Vec<Slot>,
    hasher: DefaultHashBuilder,
}

impl HashedIds {
    /// Of the ids with these numbers.
    pub(super) fn new(ids: &Ids, numbers: &[u32]) -> Self {
        let (hasher, count) = (DefaultHashBuilder::default(), numbers.len());
        let slots = if count == 0 { 0 } else { (count + count / 3 + 1).next_power_of_two() };
        let mut own = HashedIds { slots: vec![(0, 0); slots], hasher };
        for number in numbers {
            let hash = own.hasher.hash_one(ids.get(*number as usize));
            let mut at = own.place(hash);
            while own.slots[at].1 != 0 {
                at = (at + 1) & (own.slots.len() - 1);
            }
            own.slots[at] = (half(hash), *number + 1);
        }
        own
    }

    #[inline]
    fn place(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    /// The number of an id among `ids`, which are those that the numbers were made of.
    #[inline]
    pub(super) fn find(&self, ids: &Ids, id: &[u8]) -> Option<u32> {
        if self.slots.is_empty() { None } else { self.find_hashed(ids, id, self.hasher.hash_one(id)) }
    }

    #[inline]
    fn find_hashed(&self, ids: &Ids, id: &[u8], hash: u64) -> Option<u32> {
        let mut at = self.place(hash);
        loop {
            let (other, number) = self.slots[at];
            let number = number.checked_sub(1)?;
            if other == half(hash) && ids.get(number as usize) == id {
                return Some(number);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Appends the number of each id, `missing` for one that is not there.
    pub(super) fn find_all<'t>(
        &self,
        ids: &Ids,
        mut wanted: impl Iterator<Item = &'t [u8]>,
        missing: u32,
        numbers: &mut Vec<u32>,
    ) {
        if self.slots.is_empty() {
            return numbers.extend(wanted.map(|_| missing));
        }
        let mut together: Vec<(&[u8], u64)> = Vec::with_capacity(TOGETHER);
        loop {
            together.clear();
            together.extend(wanted.by_ref().take(TOGETHER).map(|id| (id, self.hasher.hash_one(id))));
            if together.is_empty() {
                return;
            }
            // Reads nothing that is used: only so that the slots, then the ids, are on their way before each is waited for.
            let mut slots = [(0, 0); TOGETHER];
            slots.iter_mut().zip(&together).for_each(|(slot, (_, hash))| *slot = self.slots[self.place(*hash)]);
            let first_bytes = slots.iter().filter_map(|(_, number)| ids.get(number.checked_sub(1)? as usize).first());
            std::hint::black_box(first_bytes.fold(0u8, |all, byte| all ^ byte));
            numbers.extend(together.iter().map(|(id, hash)| self.find_hashed(ids, id, *hash).unwrap_or(missing)));
        }
    }
}

/// The half of a hash that its place does not depend on.
#[inline]
fn half(hash: u64) -> u32 {
    (hash >> 32) as u32
}
