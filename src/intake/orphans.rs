//! Orphans that would match the register but for how their id is written.
//!
//! Workers note the ids of orphans as they meet them, but no more than [`MOST_IDS`] different ones of an extract, and
//! which these are does not depend on the order. In the end one pass over the register finds what they nearly match.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::accounting::ExtractAccount;
use super::damaged::{has_exponent, without_point_zero};
use super::duplicate_filter::hash;
use super::population::Population;

/// Different ids of one extract that are looked at.
const MOST_IDS: usize = 10_000;
/// Longer ids are not looked at.
const MOST_BYTES: usize = 64;

/// The orphans of an extract, and what they would match but for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orphans {
    /// By the hash of their id: those with the lowest hashes, so that whoever comes first, they are the same.
    ids: BTreeMap<u64, Orphan>,
    /// Whether there are more ids than are looked at.
    pub more_ids: bool,
    /// Orphans with a number with an exponent for an id.
    pub exponent: u64,
    /// How many orphans nearly match, by [`IdDifference`].
    pub near: BTreeMap<IdDifference, u64>,
}

/// The orphans of one id.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Orphan {
    id: Box<[u8]>,
    rows: u64,
    difference: Option<IdDifference>,
}

/// What keeps an id from matching one of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdDifference {
    /// No-break spaces, other white space or invisible characters.
    Spaces,
    /// Capital and small letters.
    Case,
    /// Leading zeros.
    Zeros,
    /// A `.0` at the end.
    PointZero,
    /// Several of these.
    Several,
}

impl IdDifference {
    const SINGLE: [IdDifference; 4] =
        [IdDifference::Spaces, IdDifference::Case, IdDifference::Zeros, IdDifference::PointZero];

    /// An id without it.
    fn removed(self, id: &str) -> String {
        match self {
            IdDifference::Spaces => id.chars().filter(|character| !is_blank(*character)).collect(),
            IdDifference::Case => id.to_lowercase(),
            IdDifference::Zeros => id.trim_start_matches('0').to_owned(),
            IdDifference::PointZero => id.strip_suffix(".0").filter(|id| !id.is_empty()).unwrap_or(id).to_owned(),
            IdDifference::Several => {
                IdDifference::SINGLE.iter().fold(id.to_owned(), |id, difference| difference.removed(&id))
            }
        }
    }

    /// What keeps two different ids apart that are the same without all blemishes.
    fn between(a: &[u8], b: &[u8]) -> Self {
        let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
        let alone = |difference: &IdDifference| difference.removed(&a) == difference.removed(&b);
        IdDifference::SINGLE.into_iter().find(alone).unwrap_or(IdDifference::Several)
    }
}

fn is_blank(character: char) -> bool {
    // Zero-width spaces and joiners, the soft hyphen and byte order marks cannot be seen, but are no white space.
    character.is_whitespace() || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Puts an id without all blemishes into `key`. Nearly all are ASCII, for which this is one pass.
fn write_key(id: &[u8], key: &mut Vec<u8>) {
    key.clear();
    if !id.is_ascii() {
        key.extend_from_slice(IdDifference::Several.removed(&String::from_utf8_lossy(id)).as_bytes());
        return;
    }
    let visible = id.iter().filter(|byte| !is_blank(char::from(**byte)));
    key.extend(visible.map(u8::to_ascii_lowercase));
    let zeros = key.iter().take_while(|byte| **byte == b'0').count();
    key.drain(..zeros);
    key.truncate(without_point_zero(key).unwrap_or(key).len());
}

impl Orphans {
    /// Notes an orphan.
    pub(super) fn note(&mut self, id: &[u8]) {
        self.exponent += u64::from(has_exponent(id));
        if id.len() <= MOST_BYTES {
            self.add(hash(id), 1, || id.into());
        }
    }

    fn add(&mut self, hash: u64, rows: u64, id: impl FnOnce() -> Box<[u8]>) {
        if let Some(known) = self.ids.get_mut(&hash) {
            known.rows += rows;
            return;
        }
        if self.ids.len() == MOST_IDS {
            self.more_ids = true;
            // An id that goes never comes back: from now on the highest hash only falls.
            match self.ids.last_entry() {
                Some(last) if *last.key() > hash => last.remove(),
                _ => return,
            };
        }
        self.ids.insert(hash, Orphan { id: id(), rows, difference: None });
    }

    /// Adds those of another worker.
    pub(super) fn merge(&mut self, other: Orphans) {
        self.exponent += other.exponent;
        self.more_ids |= other.more_ids;
        other.ids.into_iter().for_each(|(hash, orphan)| self.add(hash, orphan.rows, || orphan.id));
    }

    /// The orphans that were looked at.
    pub fn looked_at(&self) -> u64 {
        self.ids.values().map(|orphan| orphan.rows).sum()
    }
}

/// Finds what the orphans of some extracts would match but for.
pub fn match_orphans(population: &Population, accounts: &mut [ExtractAccount], threads: usize) {
    let mut orphans: Vec<&mut Orphan> =
        accounts.iter_mut().flat_map(|account| account.orphans.ids.values_mut()).collect();
    let mut by_key: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
    let mut key = Vec::new();
    for (at, orphan) in orphans.iter().enumerate() {
        write_key(&orphan.id, &mut key);
        if !key.is_empty() {
            by_key.entry_ref(&key).or_default().push(at);
        }
    }
    if by_key.is_empty() {
        return;
    }
    let found = |ids: std::ops::Range<usize>| {
        let (mut key, mut found) = (Vec::new(), Vec::new());
        for id in ids.map(|at| population.ids().get(at)) {
            write_key(id, &mut key);
            for at in by_key.get(&key).into_iter().flatten() {
                found.push((*at, IdDifference::between(&orphans[*at].id, id)));
            }
        }
        found
    };
    let share = population.ids().len().div_ceil(threads.max(1)).max(1);
    let found: Vec<(usize, IdDifference)> = std::thread::scope(|scope| {
        let shares =
            (0..population.ids().len()).step_by(share).map(|from| from..population.ids().len().min(from + share));
        let workers: Vec<_> = shares.map(|ids| scope.spawn(|| found(ids))).collect();
        let panicked = |panic| std::panic::resume_unwind(panic);
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(panicked)).collect()
    });
    for (at, difference) in found {
        let least = orphans[at].difference.map_or(difference, |known| known.min(difference));
        orphans[at].difference = Some(least);
    }
    for Orphans { ids, near, .. } in accounts.iter_mut().map(|account| &mut account.orphans) {
        for orphan in ids.values() {
            if let Some(difference) = orphan.difference {
                *near.entry(difference).or_default() += orphan.rows;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_keeps_ids_apart_is_named() {
        for (a, b, difference) in [
            ("12 3", "123", IdDifference::Spaces),
            ("\u{a0}å1", "å1", IdDifference::Spaces),
            ("c1", "C1", IdDifference::Case),
            ("007", "7", IdDifference::Zeros),
            ("7.0", "7", IdDifference::PointZero),
            ("0c7.0", "C7", IdDifference::Several),
        ] {
            assert_eq!(IdDifference::between(a.as_bytes(), b.as_bytes()), difference, "{a} {b}");
            let key = |id: &str| {
                let mut key = Vec::new();
                write_key(id.as_bytes(), &mut key);
                key
            };
            assert_eq!(key(a), key(b), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn the_key_of_ascii_is_that_of_any_text(id in "[ 0a-cA-C.\t]{0,6}(\\.0)?") {
            let mut key = Vec::new();
            write_key(id.as_bytes(), &mut key);
            prop_assert_eq!(String::from_utf8(key).unwrap(), IdDifference::Several.removed(&id));
        }
    }

    /// Which ids are looked at, and how often they came, does not depend on the order or on who met them.
    #[test]
    fn the_same_orphans_are_looked_at_in_any_order() {
        let rows = 3 * MOST_IDS;
        let id = |at: usize| (at % (2 * MOST_IDS)).to_string();
        let mut ordered = Orphans::default();
        (0..rows).for_each(|at| ordered.note(id(at).as_bytes()));
        let (mut left, mut right) = (Orphans::default(), Orphans::default());
        for at in 0..rows {
            let worker = if at % 3 == 0 { &mut left } else { &mut right };
            // 7,919 is prime, so that every row comes once.
            worker.note(id(at * 7_919 % rows).as_bytes());
        }
        left.merge(right);
        assert!(left.more_ids && left.ids.len() == MOST_IDS);
        assert_eq!(left, ordered);
    }
}
