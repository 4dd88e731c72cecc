//! What happened, and which of it counts: every event row gets its status and, in use, reaches the aggregator.
//!
//! Rows are used as they stream by, as if no id occurred twice; what repeated ids had added is retracted afterwards
//! (see the `duplicates` module).

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use hashbrown::HashMap;

use parking_lot::Mutex;

use super::accounting::{ExtractAccount, RowCounts, RowStatus};
use super::duplicate_filter::DuplicateFilter;
use super::first_read::FirstRead;
use super::in_use::InUse;
use super::orphans::Orphans;
use super::population::Population;
use crate::calendar::{Day, Window};
use crate::config::Extract;
use crate::extract::batch::{Batch, MISSING_CODE};
use crate::extract::codes::{CodeId, OTHER, OTHER_FILER};
use crate::extract::{ExtractError, Interners, Plan, Progress, RejectsWriter};
use crate::schema::ColumnName;
use crate::spill::Budget;

/// Customers of one partition: neighbours in id order, whose events are added up together.
pub const PARTITION_CUSTOMERS: u32 = 16_384;

/// What features make of events in use.
pub trait Aggregator: Sync {
    /// What one row says, and of which customer of its partition.
    type Update: Copy + Send;
    /// Calls with each of these rows, and its update.
    fn updates(&self, batch: &Batch, rows: &[RowInUse], each: impl FnMut(RowInUse, Self::Update));
    /// Adds updates to customers of a partition, or retracts them.
    fn apply(&self, partition: usize, updates: &[Self::Update], retract: bool) -> io::Result<()>;
}

/// A row in use of a batch, and its customer.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowInUse {
    /// The row.
    pub row: u32,
    /// The customer's number, which is of one in scope.
    pub customer: u32,
}

impl RowInUse {
    /// The customer's partition.
    #[inline]
    pub fn partition(self) -> usize {
        (self.customer / PARTITION_CUSTOMERS) as usize
    }

    /// The customer's number in the partition.
    #[inline]
    pub fn local(self) -> u16 {
        (self.customer % PARTITION_CUSTOMERS) as u16
    }
}

/// Everything that reading an extract of events needs.
pub struct Intake<'a> {
    /// Its files.
    pub plan: &'a Plan<'a>,
    /// Who events are matched with.
    pub population: &'a Population,
    /// The window.
    pub window: &'a Window,
    /// The code books.
    pub books: &'a Interners,
    /// How many benefits the catalogue has: the first so many codes.
    pub known_benefits: CodeId,
    /// Worker threads.
    pub threads: usize,
    /// Who is told how far it is.
    pub progress: Arc<dyn Progress>,
    /// What may be kept in memory; everything without one.
    pub budget: Option<Budget<'a>>,
    /// Whether the places of duplicates are noted.
    pub notes_duplicates: bool,
}

/// Where the columns are that every extract of events has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    pub(super) id: Option<usize>,
    pub(super) owner: usize,
    pub(super) date: usize,
    /// Where the columns of [`CODED`] are.
    pub(super) coded: [Option<usize>; CODED.len()],
    /// Of payments.
    pub(super) period: Option<Period>,
}

/// Where the columns of a payment's period are, and when it is paid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub(super) end: usize,
    pub(super) paid_on: usize,
}

/// The columns whose codes the configuration may not know.
const CODED: [ColumnName; 3] = [ColumnName::method, ColumnName::filed_by, ColumnName::benefit];

/// Something of each column of [`CODED`].
pub(super) type OfCoded<T> = [T; CODED.len()];

impl Columns {
    pub(super) fn of(extract: Extract) -> Self {
        use ColumnName as C;
        let find = |names: &[ColumnName]| names.iter().find_map(|name| extract.column(*name));
        Columns {
            id: find(&[C::contact_id, C::application_id, C::payment_id]),
            owner: find(&[C::customer_id, C::employer_id]).unwrap_or_default(),
            date: find(&[C::contacted_on, C::submitted_on, C::period_start, C::occurred_on]).unwrap_or_default(),
            coded: CODED.map(|name| extract.column(name)),
            period: find(&[C::period_end]).zip(find(&[C::paid_on])).map(|(end, paid_on)| Period { end, paid_on }),
        }
    }

    /// A code as it counts: one that the configuration does not map is `other`, if its column has such.
    pub(super) fn as_counted(&self, at: usize, code: CodeId) -> CodeId {
        let [method, filed_by, _] = self.coded;
        match [(method, OTHER), (filed_by, OTHER_FILER)].iter().find(|(column, _)| *column == Some(at)) {
            Some((_, other)) if is_unknown(code, other + 1) => *other,
            _ => code,
        }
    }
}

/// Counts that change when a row turns out to be a duplicate.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    pub(super) rows: Vec<RowCounts>,
    /// Rows by code that the configuration does not know.
    pub(super) unknown_codes: OfCoded<HashMap<CodeId, u64>>,
    /// By code of the catalogue: whether a row in use names it.
    pub(super) benefits_in_use: Vec<bool>,
    pub(super) newest: Option<Day>,
    /// That of the newest future row.
    pub(super) newest_future: Option<Day>,
    pub(super) in_use: InUse,
    pub(super) duplicates_that_differ: u64,
    /// The places of duplicates, if they are noted.
    pub(super) duplicate_places: Vec<u64>,
    pub(super) orphans: Orphans,
}

impl Tallies {
    pub(super) fn row(&mut self, file: usize) -> &mut RowCounts {
        if self.rows.len() <= file {
            self.rows.resize(file + 1, RowCounts::default());
        }
        &mut self.rows[file]
    }

    pub(super) fn add(&mut self, other: Tallies) {
        for (file, rows) in other.rows.iter().enumerate() {
            self.row(file).add(rows);
        }
        for (own, others) in self.unknown_codes.iter_mut().zip(other.unknown_codes) {
            others.into_iter().for_each(|(code, count)| *own.entry(code).or_default() += count);
        }
        self.benefits_in_use.resize(self.benefits_in_use.len().max(other.benefits_in_use.len()), false);
        self.benefits_in_use.iter_mut().zip(other.benefits_in_use).for_each(|(own, other)| *own |= other);
        self.newest = self.newest.max(other.newest);
        self.newest_future = self.newest_future.max(other.newest_future);
        self.orphans.merge(other.orphans);
        self.in_use.merge(&other.in_use);
    }
}

impl Intake<'_> {
    /// Reads an extract of events through an aggregator, with the accounting.
    pub fn read<F: Aggregator>(
        &self,
        aggregator: &F,
        rejects: &mut RejectsWriter,
    ) -> Result<ExtractAccount, ExtractError> {
        let columns = Columns::of(self.plan.config.extract);
        let duplicate_filter = Mutex::new(DuplicateFilter::new(self.budget));
        let tallies = Mutex::new(Tallies::default());
        let worker = || FirstRead::new(self, columns, aggregator, &duplicate_filter, &tallies);
        let files = self.plan.read(self.threads, self.books, self.progress.clone(), Some(rejects), worker)?;
        let mut tallies = tallies.into_inner();
        let nominated = duplicate_filter.into_inner().nominated(self.threads).map_err(spilled)?;
        self.retract_duplicates(&nominated, columns, aggregator, &mut tallies, &files)?;
        let mut account = ExtractAccount::new(self.plan.config.extract, files, tallies.rows)?;
        account.newest = tallies.newest;
        let [methods, filers, benefits] = tallies.unknown_codes;
        account.unmapped_methods = named(methods, |code| self.books.unmapped_methods.text(code - OTHER - 1));
        account.unmapped_filers = named(filers, |code| self.books.unmapped_filers.text(code - OTHER_FILER - 1));
        account.unknown_benefits = named(benefits, |code| self.books.benefits.text(code));
        account.in_window = tallies.in_use.in_window;
        account.newest_row = tallies.newest_future.or(tallies.newest);
        account.dates_in_use = tallies.in_use.days.oldest_and_newest();
        account.days_in_use = tallies.in_use.days;
        account.orphans = tallies.orphans;
        account.duplicates_that_differ = tallies.duplicates_that_differ;
        account.duplicate_places = tallies.duplicate_places;
        account.duplicate_places.sort_unstable();
        if columns.period.is_some() && self.population.registered {
            account.payments_after_registration = Some(tallies.in_use.after_registration);
        }
        let in_use = (0..).zip(tallies.benefits_in_use).filter(|(_, is_in_use)| *is_in_use);
        account.benefits_in_use = in_use.map(|(code, _)| self.books.benefits.text(code)).collect();
        Ok(account)
    }

    /// The customer's number, and the status of a row that is no duplicate; `None` for an orphan.
    #[inline]
    pub(super) fn standing(&self, batch: &Batch, row: usize, columns: Columns) -> Option<(u32, RowStatus)> {
        let customer = self.population.find(batch.bytes(batch.texts(columns.owner)[row]))?;
        Some((customer, self.status_of(customer, batch.days(columns.date)[row])))
    }

    /// The status of a customer's row of a day.
    #[inline]
    fn status_of(&self, customer: u32, day: Day) -> RowStatus {
        if day > self.window.as_of {
            RowStatus::Future
        } else if (customer as usize) < self.population.len() {
            RowStatus::InUse
        } else {
            RowStatus::OutOfScope
        }
    }

    /// By column of [`CODED`], the first code that the configuration does not know; all later ones are such too.
    pub(super) fn first_unknown(&self) -> OfCoded<CodeId> {
        [OTHER + 1, OTHER_FILER + 1, self.known_benefits]
    }

    /// The codes of a row that the configuration does not know.
    pub(super) fn unknown_codes(&self, batch: &Batch, row: usize, columns: Columns) -> OfCoded<Option<CodeId>> {
        let mut codes = columns.coded.map(|at| at.map(|at| batch.codes(at)[row]));
        for (code, first) in codes.iter_mut().zip(self.first_unknown()) {
            *code = code.filter(|code| is_unknown(*code, first));
        }
        codes
    }
}

/// Whether a code is one that the configuration does not know, rather than a known one or a missing one.
#[inline]
pub(super) fn is_unknown(code: CodeId, first_unknown: CodeId) -> bool {
    (code >= first_unknown) & (code != MISSING_CODE)
}

/// The codes that any row has, by their text.
fn named(counts: HashMap<CodeId, u64>, text: impl Fn(CodeId) -> String) -> BTreeMap<String, u64> {
    counts.into_iter().filter(|(_, rows)| *rows > 0).map(|(code, rows)| (text(code), rows)).collect()
}

pub(super) fn spilled(source: io::Error) -> ExtractError {
    ExtractError::Spill { source }
}
