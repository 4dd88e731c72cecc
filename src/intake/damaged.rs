//! Ids that look as if a spreadsheet or a script had taken them for numbers: `123.0`, `7,17E+13`.

use hashbrown::HashSet;

use super::duplicate_filter::hash;
use super::index::Ids;
use super::population::Population;

/// How many ids of customers (or employers) of an extract look damaged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DamagedIds {
    /// Ids with a `.0` at the end that appear without it too.
    pub point_zero: u64,
    /// Ids with an exponent.
    pub exponent: u64,
}

impl DamagedIds {
    /// Of the ids of a register.
    pub(super) fn of_register(population: &Population) -> Self {
        let ids = || (0..population.ids().len()).map(|at| population.ids().get(at));
        DamagedIds {
            point_zero: ids().filter_map(without_point_zero).filter(|id| population.find(id).is_some()).count() as u64,
            exponent: ids().filter(|id| has_exponent(id)).count() as u64,
        }
    }
}

/// The ids of an extract that may be damaged, as hashes.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    /// Ids that ended in `.0`, without it.
    without_point_zero: HashSet<u64>,
    with_exponent: HashSet<u64>,
}

impl Suspects {
    /// Looks at an id.
    pub(super) fn look_at(&mut self, id: &[u8]) {
        if let Some(id) = without_point_zero(id) {
            self.without_point_zero.insert(hash(id));
        } else if has_exponent(id) {
            self.with_exponent.insert(hash(id));
        }
    }

    /// Adds another's.
    pub(super) fn merge(&mut self, other: Suspects) {
        self.without_point_zero.extend(other.without_point_zero);
        self.with_exponent.extend(other.with_exponent);
    }

    /// Those that are damaged, by all the distinct ids of all extracts.
    pub(super) fn damaged(&self, all: &Ids) -> DamagedIds {
        let met = |at: &usize| self.without_point_zero.contains(&hash(all.get(*at)));
        let none = self.without_point_zero.is_empty();
        DamagedIds {
            point_zero: if none { 0 } else { (0..all.len()).filter(met).count() as u64 },
            exponent: self.with_exponent.len() as u64,
        }
    }
}

/// An id without the `.0` at its end; `None` where it has none.
pub(super) fn without_point_zero(id: &[u8]) -> Option<&[u8]> {
    id.strip_suffix(b".0").filter(|id| !id.is_empty())
}

/// Whether an id is a number with an exponent, as spreadsheets write large ones: `7,17E+13`.
pub(super) fn has_exponent(id: &[u8]) -> bool {
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let Some(plus) = id.iter().rposition(|byte| *byte == b'+') else { return false };
    let [mantissa @ .., b'E' | b'e'] = &id[..plus] else { return false };
    let mut parts = mantissa.splitn(2, |byte| matches!(byte, b'.' | b','));
    digits(&id[plus + 1..]) && parts.all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_an_exponent_are_told_from_other_ids() {
        for id in ["7,17E+13", "7.17E+13", "7E+13", "1.5e+9"] {
            assert!(has_exponent(id.as_bytes()), "{id}");
        }
        for id in ["", "+", "E+1", "7E13", "7,E+13", ",7E+13", "7E+", "7E+1x", "C7E+13", "1.2.3E+4", "46+7"] {
            assert!(!has_exponent(id.as_bytes()), "{id}");
        }
        assert_eq!(without_point_zero(b"12.0"), Some(&b"12"[..]));
        assert_eq!((without_point_zero(b".0"), without_point_zero(b"120")), (None, None));
    }
}
