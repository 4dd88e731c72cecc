//! Adds events up as they are read, as of the window of a run.

use std::io;

use parking_lot::Mutex;

use super::events::{Event, EventReader, WindowContext};
use super::partition::Partition;
use crate::extract::batch::Batch;
use crate::intake::{Aggregator, RowInUse};
use crate::spill::Budget;

/// What the aggregators of all extracts share: the window and the partitions that updates go to.
pub struct AggregationContext<'a> {
    /// The window and the catalogue.
    pub window: WindowContext<'a>,
    /// The partitions, in the order of customers.
    pub partitions: &'a [Mutex<Partition>],
    /// What may be kept in memory; everything without one.
    pub budget: Option<Budget<'a>>,
}

/// Adds up the events of an extract.
pub struct Tally<'a, R> {
    context: &'a AggregationContext<'a>,
    reader: R,
}

impl<'a, R: EventReader> Tally<'a, R> {
    /// Of what the reader reads.
    pub fn new(context: &'a AggregationContext<'a>, reader: R) -> Self {
        Tally { context, reader }
    }
}

impl<R: EventReader> Aggregator for Tally<'_, R> {
    type Update = <R::Event as Event>::Update;

    #[inline(always)]
    fn updates(&self, batch: &Batch, rows: &[RowInUse], mut each: impl FnMut(RowInUse, Self::Update)) {
        self.reader.read(batch, rows, |row, event| each(row, event.update(&self.context.window)));
    }

    fn apply(&self, partition: usize, updates: &[Self::Update], retract: bool) -> io::Result<()> {
        let AggregationContext { window, partitions, budget } = self.context;
        let mut partition = partitions[partition].lock();
        for update in updates {
            R::Event::apply(*update, &mut partition, window, retract);
        }
        match budget {
            Some(budget) => partition.spill_beyond(budget.words_bytes / partitions.len().max(1), budget.spill),
            None => Ok(()),
        }
    }
}
