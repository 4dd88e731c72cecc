//! Two labels files side by side: both are in the order of the ids, so one walk over each finds who is in both.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::mpsc::Receiver;

use super::HistoryError;
use super::keys::Keys;

/// A customer of either run or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    /// The id.
    pub(super) id: &'a [u8],
    /// Of the old run: the rule that decided, and the new run's rule for the same features where that was asked for.
    pub(super) old: Option<(u16, Option<u16>)>,
    /// Of the new run: the rule that decided.
    pub(super) new: Option<u16>,
}

/// Rows as they come, in batches.
pub(super) struct Rows<'a> {
    path: &'a Path,
    batches: Receiver<Result<Keys, HistoryError>>,
    batch: Keys,
    row: usize,
}

impl<'a> Rows<'a> {
    /// Over the batches of a file.
    pub(super) fn new(path: &'a Path, batches: Receiver<Result<Keys, HistoryError>>) -> Self {
        Rows { path, batches, batch: Keys::default(), row: 0 }
    }

    /// Makes sure that the current row is there; false at the end.
    fn ready(&mut self) -> Result<bool, HistoryError> {
        while self.row >= self.batch.len() {
            let Ok(batch) = self.batches.recv() else { return Ok(false) };
            let batch = batch?;
            let last = self.batch.len().checked_sub(1).map(|last| self.batch.id(last));
            let follows = last.is_none_or(|last| batch.len() == 0 || last < batch.id(0));
            if !follows || !batch.ascending() {
                let message = "its ids are not in order, each once".to_owned();
                return Err(HistoryError::Damaged { path: self.path.to_owned(), message });
            }
            self.batch = batch;
            self.row = 0;
        }
        Ok(true)
    }

    fn id(&self) -> &[u8] {
        self.batch.id(self.row)
    }

    fn rule(&self) -> u16 {
        self.batch.rules[self.row]
    }

    fn under(&self) -> Option<u16> {
        self.batch.under.get(self.row).copied()
    }
}

/// Hands over every customer of the two, in the order of the ids.
pub(super) fn join(
    mut old: Rows<'_>,
    mut new: Rows<'_>,
    mut take: impl FnMut(Pair<'_>) -> Result<(), HistoryError>,
) -> Result<(), HistoryError> {
    loop {
        let order = match (old.ready()?, new.ready()?) {
            (false, false) => return Ok(()),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (true, true) => old.id().cmp(new.id()),
        };
        let of_old = order.is_le().then(|| (old.rule(), old.under()));
        let of_new = order.is_ge().then(|| new.rule());
        take(Pair { id: if order.is_le() { old.id() } else { new.id() }, old: of_old, new: of_new })?;
        old.row += usize::from(order.is_le());
        new.row += usize::from(order.is_ge());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::sync::mpsc;

    fn rows(people: &BTreeMap<String, u16>, batch: usize) -> Rows<'static> {
        let (send, batches) = mpsc::sync_channel(people.len() + 1);
        let people: Vec<_> = people.iter().collect();
        for people in people.chunks(batch) {
            let mut keys = Keys::default();
            people.iter().for_each(|(id, rule)| keys.push(id.as_bytes(), **rule));
            send.send(Ok(keys)).unwrap();
        }
        Rows::new(Path::new("labels.csv"), batches)
    }

    proptest! {
        #[test]
        fn everybody_of_either_run_comes_once_and_in_order(
            old in proptest::collection::btree_map("[ab]{1,4}", 0u16..3, 0..12),
            new in proptest::collection::btree_map("[ab]{1,4}", 0u16..3, 0..12),
            sizes in (1usize..4, 1usize..4),
        ) {
            let mut found = Vec::new();
            join(rows(&old, sizes.0), rows(&new, sizes.1), |pair| {
                found.push((String::from_utf8(pair.id.to_vec()).unwrap(), pair.old.map(|(rule, _)| rule), pair.new));
                Ok(())
            }).unwrap();
            let mut everybody: Vec<_> = old.keys().chain(new.keys()).cloned().collect();
            everybody.sort();
            everybody.dedup();
            let expected: Vec<_> =
                everybody.into_iter().map(|id| (id.clone(), old.get(&id).copied(), new.get(&id).copied())).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_file_out_of_order_is_refused() {
        let (send, batches) = mpsc::sync_channel(2);
        for id in ["b", "a"] {
            let mut keys = Keys::default();
            keys.push(id.as_bytes(), 0);
            send.send(Ok(keys)).unwrap();
        }
        drop(send);
        let out_of_order = Rows::new(Path::new("labels.csv"), batches);
        let found = join(out_of_order, rows(&BTreeMap::new(), 1), |_| Ok(()));
        assert!(matches!(found, Err(HistoryError::Damaged { .. })));
    }
}
