//! Ids to dense numbers: the customer index that later stages use instead of strings.
//!
//! Numbers follow the bytewise order of ids, so that what is computed number by number comes out in the order
//! that outputs have. Ids of one numbering are looked up in a plain table, the others in a hash table (`hashed_ids.rs`); both
//! compare whole ids.

use super::hashed_ids::HashedIds;
use super::id_pattern::IdPatternReader;

/// Ids one behind the other.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    bytes: Vec<u8>,
    count: usize,
    /// Bytes of each id, while all have the same.
    length: usize,
    /// Where each ends, once they differ in length.
    ends: Vec<u64>,
}

impl Ids {
    /// With room for so many bytes of ids.
    pub fn with_capacity(bytes: usize) -> Self {
        Ids { bytes: Vec::with_capacity(bytes), ..Ids::default() }
    }

    /// The bytes of all of them.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Appends an id.
    pub fn push(&mut self, id: &[u8]) {
        if self.count == 0 {
            self.length = id.len();
        } else if self.ends.is_empty() && id.len() != self.length {
            self.ends = (1..=self.count).map(|at| (at * self.length) as u64).collect();
        }
        self.bytes.extend_from_slice(id);
        self.count += 1;
        if !self.ends.is_empty() {
            self.ends.push(self.bytes.len() as u64);
        }
    }

    /// Appends all of these.
    pub fn append(&mut self, others: &Ids) {
        let have_length = self.ends.is_empty() && others.ends.is_empty();
        if have_length && self.count > 0 && self.length == others.length {
            self.bytes.extend_from_slice(&others.bytes);
            self.count += others.count;
        } else {
            (0..others.len()).for_each(|at| self.push(others.get(at)));
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The id at a place.
    #[inline]
    pub fn get(&self, at: usize) -> &[u8] {
        if self.ends.is_empty() {
            return &self.bytes[at * self.length..(at + 1) * self.length];
        }
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start as usize..self.ends[at] as usize]
    }

    /// The places in the bytewise order of ids, equal ones in their order.
    pub fn sorted(&self) -> Vec<u32> {
        // Most registers come in order.
        if (1..self.len()).all(|at| self.get(at - 1) <= self.get(at)) {
            return (0..self.len() as u32).collect();
        }
        let key = |at: u32| {
            let id = self.get(at as usize);
            let mut first = [0u8; 16];
            let length = id.len().min(16);
            first[..length].copy_from_slice(&id[..length]);
            u128::from_be_bytes(first)
        };
        let mut keyed: Vec<(u128, u32)> = (0..self.len() as u32).map(|at| (key(at), at)).collect();
        keyed.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| self.get(a.1 as usize).cmp(self.get(b.1 as usize))).then(a.1.cmp(&b.1))
        });
        keyed.into_iter().map(|(_, at)| at).collect()
    }
}

/// Finds the number of an id.
#[derive(Debug)]
pub struct Index {
    ids: Ids,
    numbering: Option<Numbering>,
    others: HashedIds,
}

/// A table over the numbers of ids that have one pattern.
#[derive(Debug)]
struct Numbering {
    reader: IdPatternReader,
    first: u64,
    places: Vec<u32>,
}

const NOWHERE: u32 = u32::MAX;
/// The table may have this many places per id: beyond, the numbering is too sparse to pay.
const MAX_PLACES_PER_ID: u64 = 8;

impl Index {
    /// Over distinct ids; an id's number is its place.
    pub fn new(ids: Ids) -> Self {
        let numbering = Numbering::of(&ids);
        let is_other =
            |at: &u32| numbering.as_ref().is_none_or(|numbering| numbering.place(ids.get(*at as usize)).is_none());
        let others: Vec<u32> = (0..ids.len() as u32).filter(is_other).collect();
        let others = HashedIds::new(&ids, &others);
        Index { ids, numbering, others }
    }

    /// The number of an id.
    #[inline]
    pub fn find(&self, id: &[u8]) -> Option<u32> {
        match self.numbering.as_ref().and_then(|numbering| numbering.place(id)) {
            Some(place) => (place != NOWHERE).then_some(place),
            None => self.others.find(&self.ids, id),
        }
    }

    /// Appends the number of each id, `missing` for one that is not there. Many at a time, so that the look-ups' waits for
    /// memory overlap.
    pub fn find_all<'t>(&self, ids: impl Iterator<Item = &'t [u8]> + Clone, missing: u32, numbers: &mut Vec<u32>) {
        let Some(numbering) = &self.numbering else {
            return self.others.find_all(&self.ids, ids, missing, numbers);
        };
        numbers.extend(ids.map(|id| match numbering.place(id) {
            Some(NOWHERE) => missing,
            Some(place) => place,
            None => self.others.find(&self.ids, id).unwrap_or(missing),
        }));
    }

    /// The ids, by number.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }
}

impl Numbering {
    /// The numbering of the first numbered id, if its table would not be too sparse.
    fn of(ids: &Ids) -> Option<Self> {
        let reader = (0..ids.len()).find_map(|at| IdPatternReader::like(ids.get(at)))?;
        let numbers = |at: usize| reader.number(ids.get(at));
        let (mut least, mut most, mut count) = (u64::MAX, 0, 0u64);
        for number in (0..ids.len()).filter_map(numbers) {
            (least, most, count) = (least.min(number), most.max(number), count + 1);
        }
        if (most - least) / MAX_PLACES_PER_ID >= count {
            return None;
        }
        let mut places = vec![NOWHERE; (most - least + 1) as usize];
        for at in 0..ids.len() {
            if let Some(number) = numbers(at) {
                places[(number - least) as usize] = at as u32;
            }
        }
        Some(Numbering { reader, first: least, places })
    }

    /// The place of an id of this pattern, `NOWHERE` where it has none; `None` for an id of another pattern.
    #[inline(always)]
    fn place(&self, id: &[u8]) -> Option<u32> {
        let at = self.reader.number(id)?.wrapping_sub(self.first);
        Some(usize::try_from(at).ok().and_then(|at| self.places.get(at).copied()).unwrap_or(NOWHERE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        /// Few ids, so that many lists come in order.
        #[test]
        fn sorts_by_bytes_and_keeps_equal_ids_in_their_order(
            texts in proptest::collection::vec("[ab\u{0}]{0,2}|a{15,17}[ab]", 0..6),
        ) {
            let mut ids = Ids::default();
            texts.iter().for_each(|text| ids.push(text.as_bytes()));
            let mut expected: Vec<u32> = (0..texts.len() as u32).collect();
            expected.sort_by_key(|at| texts[*at as usize].as_bytes());
            prop_assert_eq!(ids.sorted(), expected);
        }

        #[test]
        fn appended_ids_are_those_that_are_pushed(
            parts in proptest::collection::vec(proptest::collection::vec("[ab]{2}|[ab]{0,3}", 0..4), 0..5),
        ) {
            let (mut appended, mut pushed) = (Ids::default(), Ids::default());
            for texts in &parts {
                let mut part = Ids::default();
                texts.iter().for_each(|text| part.push(text.as_bytes()));
                appended.append(&part);
                texts.iter().for_each(|text| pushed.push(text.as_bytes()));
            }
            let all = |ids: &Ids| (0..ids.len()).map(|at| ids.get(at).to_vec()).collect::<Vec<_>>();
            prop_assert_eq!(all(&appended), all(&pushed));
        }

        #[test]
        fn finds_what_is_there_and_nothing_else(
            ids in prop_oneof![
                proptest::collection::btree_set("([A-B]?[0-9]{1,3}|[a-z\u{0}]{1,20})", 0..60),
                proptest::collection::btree_set("[a-c]{4}", 0..60),
            ],
            others in proptest::collection::vec("([A-B]?[0-9]{1,3}|[a-z]{1,20}|[a-c]{4})", 0..60),
        ) {
            let mut shuffled: Vec<&String> = ids.iter().collect();
            shuffled.reverse();
            let mut unsorted = Ids::default();
            shuffled.iter().for_each(|id| unsorted.push(id.as_bytes()));
            let mut sorted = Ids::default();
            for at in unsorted.sorted() {
                sorted.push(unsorted.get(at as usize));
            }
            let index = Index::new(sorted);
            let by_bytes: BTreeSet<&[u8]> = ids.iter().map(|id| id.as_bytes()).collect();
            for (at, id) in by_bytes.iter().enumerate() {
                prop_assert_eq!(index.find(id), Some(at as u32));
            }
            for other in &others {
                prop_assert_eq!(index.find(other.as_bytes()).is_some(), ids.contains(other));
            }
            let all = ids.iter().chain(&others).map(|id| id.as_bytes());
            let mut numbers = Vec::new();
            index.find_all(all.clone(), NOWHERE, &mut numbers);
            let expected: Vec<u32> = all.map(|id| index.find(id).unwrap_or(NOWHERE)).collect();
            prop_assert_eq!(numbers, expected);
        }
    }
}
