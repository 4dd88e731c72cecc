//! Writing a population: blocks are drawn and encoded in parallel, a group of them at a time, and written in order
//! while the next group is drawn, so that memory stays bounded and the bytes do not depend on the threads.

use std::path::Path;

use rayon::prelude::*;

use super::customers::CustomerRows;
use super::dice::{Dice, Realm};
use super::employers::EmployerRows;
use super::rows::{
    Application, Contact, Customer, Employer, EmployerApplication, EmployerContact, LatentState, LifeEvent, Payment,
};
use super::table::Row;
use super::timeline::{EXTRACT_MONTHS, Timeline};
use super::{SynthError, TableSummary};

/// Customers, or employers, that one seeded block holds.
const BLOCK: u64 = 2048;
/// Blocks of extracts of [`EXTRACT_MONTHS`] that are in memory at once, twice over: drawn while the group before is
/// written. Of longer extracts fewer are, so that they take no more memory.
const GROUP: usize = 16;
/// The fewest blocks at once, so that threads have something to do.
const SMALLEST_GROUP: usize = 4;
/// Ids that a block's rows of one table may use; ten digits hold twenty thousand blocks.
const IDS: u64 = 500_000;
/// The most customers whose rows find ids.
pub(super) const MOST_CUSTOMERS: u64 = BLOCK * (9_999_999_999 / IDS);

/// A file format of the extracts: how rows become parts of files, and parts files.
pub(super) trait FileFormat {
    /// The rows of one table in one block, ready to be written.
    type Part: Send;
    /// A table's file, open for writing.
    type Table: Send;
    /// The ending of file names.
    const ENDING: &'static str;

    /// Encodes rows, the first of which has the number `first`.
    fn encode<R: Row>(rows: &[R], first: u64, timeline: &Timeline) -> Self::Part;
    /// Creates a table's file.
    fn create<R: Row>(path: &Path) -> Result<Self::Table, SynthError>;
    /// Appends one table's parts of a group of blocks, in their order.
    fn append(table: &mut Self::Table, parts: Vec<Self::Part>, path: &Path) -> Result<(), SynthError>;
    /// Completes the file.
    fn finish(table: Self::Table, path: &Path) -> Result<(), SynthError>;
}

/// How blocks become files: the same for every table of a population.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    pub(super) folder: &'a Path,
    pub(super) seed: u64,
    pub(super) timeline: &'a Timeline,
}

impl Plan<'_> {
    /// Writes the tables of `customers` customers; `progress` hears how many are written.
    pub(super) fn customers<F: FileFormat>(
        &self,
        customers: u64,
        progress: &dyn Fn(u64),
    ) -> Result<Vec<TableSummary>, SynthError> {
        let files = vec![
            self.create::<F, Customer>()?,
            self.create::<F, Contact>()?,
            self.create::<F, Application>()?,
            self.create::<F, Payment>()?,
            self.create::<F, LifeEvent>()?,
            self.create::<F, LatentState>()?,
        ];
        let draw = |block: u64| {
            let mut dice = Dice::new(self.seed, Realm::Customers, block);
            let mut filers = Dice::new(self.seed, Realm::Filers, block);
            let mut rows = CustomerRows::default();
            for number in numbers(block, customers) {
                rows.add(number, self.timeline, &mut dice, &mut filers);
            }
            rows.order();
            vec![
                self.encode(&rows.customers, block * BLOCK + 1),
                self.encode(&rows.contacts, block * IDS + 1),
                self.encode(&rows.applications, block * IDS + 1),
                self.encode(&rows.payments, block * IDS + 1),
                self.encode(&rows.life_events, block * IDS + 1),
                self.encode(&rows.latent_states, block * IDS + 1),
            ]
        };
        write_blocks(files, customers, self.group(), &draw, progress)
    }

    /// Writes the tables of `employers` employers.
    pub(super) fn employers<F: FileFormat>(&self, employers: u64) -> Result<Vec<TableSummary>, SynthError> {
        let files = vec![
            self.create::<F, Employer>()?,
            self.create::<F, EmployerContact>()?,
            self.create::<F, EmployerApplication>()?,
        ];
        let draw = |block: u64| {
            let mut dice = Dice::new(self.seed, Realm::Employers, block);
            let mut rows = EmployerRows::default();
            for number in numbers(block, employers) {
                rows.add(number, self.timeline, &mut dice);
            }
            rows.order();
            vec![
                self.encode(&rows.employers, block * BLOCK + 1),
                self.encode(&rows.contacts, block * IDS + 1),
                self.encode(&rows.applications, block * IDS + 1),
            ]
        };
        write_blocks(files, employers, self.group(), &draw, &|_| {})
    }

    /// Blocks in memory at once.
    fn group(&self) -> u64 {
        (GROUP * EXTRACT_MONTHS / self.timeline.extract_months()).max(SMALLEST_GROUP) as u64
    }

    fn encode<F: FileFormat, R: Row>(&self, rows: &[R], first: u64) -> Part<F> {
        Part { rows: rows.len() as u64, encoded: F::encode(rows, first, self.timeline) }
    }

    fn create<F: FileFormat, R: Row>(&self) -> Result<TableFile<F>, SynthError> {
        let path = self.folder.join(R::TABLE).with_extension(F::ENDING);
        let table = F::create::<R>(&path)?;
        Ok(TableFile { summary: TableSummary { table: R::TABLE, path, rows: 0 }, table })
    }
}

/// The numbers, from one, of a block's customers or employers.
fn numbers(block: u64, population: u64) -> impl Iterator<Item = u64> {
    block * BLOCK + 1..=((block + 1) * BLOCK).min(population)
}

/// One table of one block.
struct Part<F: FileFormat> {
    rows: u64,
    encoded: F::Part,
}

/// One table's file and what it holds so far.
struct TableFile<F: FileFormat> {
    summary: TableSummary,
    table: F::Table,
}

impl<F: FileFormat> TableFile<F> {
    fn append(&mut self, parts: Vec<Part<F>>) -> Result<(), SynthError> {
        self.summary.rows += parts.iter().map(|part| part.rows).sum::<u64>();
        let encoded = parts.into_iter().map(|part| part.encoded).collect();
        F::append(&mut self.table, encoded, &self.summary.path)
    }

    fn finish(self) -> Result<TableSummary, SynthError> {
        F::finish(self.table, &self.summary.path)?;
        Ok(self.summary)
    }
}

/// Draws all blocks, so many at once, and writes them: `draw` gives a block's parts in the order of `files`.
fn write_blocks<F: FileFormat>(
    mut files: Vec<TableFile<F>>,
    population: u64,
    at_once: u64,
    draw: &(dyn Fn(u64) -> Vec<Part<F>> + Sync),
    progress: &dyn Fn(u64),
) -> Result<Vec<TableSummary>, SynthError> {
    let blocks = population.div_ceil(BLOCK);
    let mut drawn: Vec<Vec<Part<F>>> = Vec::new();
    for first in (0..blocks + at_once).step_by(at_once as usize) {
        let group = first..(first + at_once).min(blocks);
        let before = std::mem::take(&mut drawn);
        let (written, next) =
            rayon::join(|| write_group(&mut files, before), || group.into_par_iter().map(draw).collect::<Vec<_>>());
        written?;
        progress((first * BLOCK).min(population));
        drawn = next;
    }
    files.into_iter().map(TableFile::finish).collect()
}

/// Writes a group of blocks, table by table.
fn write_group<F: FileFormat>(files: &mut [TableFile<F>], blocks: Vec<Vec<Part<F>>>) -> Result<(), SynthError> {
    let mut blocks: Vec<_> = blocks.into_iter().map(Vec::into_iter).collect();
    for file in files {
        file.append(blocks.iter_mut().filter_map(Iterator::next).collect())?;
    }
    Ok(())
}
