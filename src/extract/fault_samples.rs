//! What faults are like: of each kind how many there are and some of their values, for whoever has to tell what the values
//! are meant to be. Values come in input order, so the same ones are kept whatever the threads.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::rejects::Reason;
use crate::config::Extract;

/// Distinct values of a kind that are kept; each is at most as long as `rejects.csv` has it.
const MOST_VALUES: usize = 1_000;

/// Faults of one column of a source, for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultKind {
    /// The extract.
    pub extract: Extract,
    /// The index of the source among the extract's.
    pub source: usize,
    /// The canonical column; empty for faults of whole records.
    pub column: &'static str,
    /// What is wrong.
    pub reason: Reason,
}

/// The faults of a kind.
#[derive(Debug, Clone, Default)]
pub struct FaultValues {
    /// How many there are.
    pub faults: u64,
    /// The first distinct values, with their faults.
    pub values: Vec<(String, u64)>,
    places: HashMap<String, usize>,
}

/// The faults of a job by their kinds.
#[derive(Debug, Clone, Default)]
pub struct FaultSamples(pub BTreeMap<FaultKind, FaultValues>);

impl FaultSamples {
    /// Adds a fault.
    pub(super) fn add(&mut self, kind: FaultKind, value: &str) {
        let own = self.0.entry(kind).or_default();
        own.faults += 1;
        if let Some(at) = own.places.get(value) {
            own.values[*at].1 += 1;
        } else if own.values.len() < MOST_VALUES {
            own.places.insert(value.to_owned(), own.values.len());
            own.values.push((value.to_owned(), 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_few_and_faults_are_all_counted() {
        let kind =
            FaultKind { extract: Extract::Payments, source: 0, column: "amount", reason: Reason::MalformedNumber };
        let mut samples = FaultSamples::default();
        (0..2 * MOST_VALUES).for_each(|at| samples.add(kind, &format!("€ {at}")));
        samples.add(kind, "€ 1");
        let of_kind = &samples.0[&kind];
        assert_eq!((of_kind.faults, of_kind.values.len()), (2 * MOST_VALUES as u64 + 1, MOST_VALUES));
        assert_eq!(of_kind.values[..2], [("€ 0".to_owned(), 1), ("€ 1".to_owned(), 2)]);
    }
}
