//! The rows in use, once it is known which rows are duplicates: for whoever reads an extract again.

use super::events::Columns;
use super::population::Population;
use crate::calendar::Window;
use crate::config::Extract;
use crate::extract::batch::Batch;

/// Tells the rows in use of an extract from all others.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    population: &'a Population,
    window: &'a Window,
    columns: Columns,
    is_register: bool,
    /// The places of duplicates, in ascending order.
    duplicates: &'a [u64],
}

impl<'a> Selection<'a> {
    /// Of an extract whose rows are of this population, `duplicates` being the places that its account noted.
    pub fn new(extract: Extract, population: &'a Population, window: &'a Window, duplicates: &'a [u64]) -> Self {
        Selection { population, window, columns: Columns::of(extract), is_register: extract.is_register(), duplicates }
    }

    /// The customer's (or employer's) number of a row in use; `None` of any other row.
    pub fn owner(&self, batch: &Batch, row: usize) -> Option<u32> {
        let owner = self.population.find(batch.bytes(batch.texts(self.columns.owner)[row]))?;
        let in_scope = (owner as usize) < self.population.len();
        let is_future = !self.is_register && batch.days(self.columns.date)[row] > self.window.as_of;
        let is_used = in_scope && !is_future && self.duplicates.binary_search(&batch.place(row)).is_err();
        is_used.then_some(owner)
    }

    /// The rows in use of a batch.
    pub fn rows(&self, batch: &Batch) -> Vec<u32> {
        (0..batch.rows() as u32).filter(|row| self.owner(batch, *row as usize).is_some()).collect()
    }
}
