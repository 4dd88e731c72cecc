//! Where every row went: the counts that must add up (`docs/method.md` section 9).

use std::collections::{BTreeMap, BTreeSet};

use super::damaged::DamagedIds;
use super::days::DayCounts;
use super::orphans::Orphans;
use crate::calendar::Day;
use crate::extract::{ExtractError, FileRead, Reason};

/// What became of the rows of a file or an extract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Records read.
    pub records: u64,
    /// Records that are filtered.
    pub filtered: u64,
    /// Rows rejected as malformed.
    pub malformed: u64,
    /// Rows rejected as orphans.
    pub orphans: u64,
    /// Rows that repeat an id.
    pub duplicates: u64,
    /// Rows dated after `as_of`.
    pub future: u64,
    /// Rows of customers out of scope (or such customers themselves).
    pub out_of_scope: u64,
    /// Rows in use.
    pub in_use: u64,
}

impl RowCounts {
    /// Rejected rows, orphans included.
    pub fn rejected(&self) -> u64 {
        self.malformed + self.orphans
    }

    /// Rows neither rejected nor duplicates.
    pub fn accepted(&self) -> u64 {
        self.future + self.out_of_scope + self.in_use
    }

    /// Whether every record went somewhere, and only once.
    pub fn adds_up(&self) -> bool {
        self.records
            == self.filtered + self.rejected() + self.duplicates + self.future + self.out_of_scope + self.in_use
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &RowCounts) {
        self.records += other.records;
        self.filtered += other.filtered;
        self.malformed += other.malformed;
        self.orphans += other.orphans;
        self.duplicates += other.duplicates;
        self.future += other.future;
        self.out_of_scope += other.out_of_scope;
        self.in_use += other.in_use;
    }

    /// The count of a status.
    pub fn of(&mut self, standing: RowStatus) -> &mut u64 {
        match standing {
            RowStatus::Duplicate => &mut self.duplicates,
            RowStatus::Future => &mut self.future,
            RowStatus::OutOfScope => &mut self.out_of_scope,
            RowStatus::InUse => &mut self.in_use,
        }
    }
}

/// What an accepted row, or a duplicate, is to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStatus {
    /// It repeats the id of an earlier row.
    Duplicate,
    /// It is dated after `as_of`.
    Future,
    /// Its customer is out of scope.
    OutOfScope,
    /// It is used.
    InUse,
}

/// One file with what became of its rows.
#[derive(Debug, Clone)]
pub struct FileAccount {
    /// The file, its hash and its rejects.
    pub file: FileRead,
    /// Its rows.
    pub rows: RowCounts,
}

/// An extract with what became of its rows.
#[derive(Debug, Clone)]
pub struct ExtractAccount {
    /// Which extract.
    pub extract: crate::config::Extract,
    /// Its files, in input order.
    pub files: Vec<FileAccount>,
    /// All its rows.
    pub rows: RowCounts,
    /// Faults by reason (a row may have several).
    pub reasons: BTreeMap<Reason, u64>,
    /// Bytes of its text files, decompressed.
    pub text_bytes: u64,
    /// Bytes of malformed records of text files.
    pub malformed_bytes: u64,
    /// The date of its newest event up to `as_of`, where it has dates.
    pub newest: Option<Day>,
    /// Of an extract of events: the rows in use that are dated in the window, a payment by its period or when it is paid.
    pub in_window: u64,
    /// Of an extract of events: the oldest and the newest date of the rows in use.
    pub dates_in_use: Option<(Day, Day)>,
    /// Of an extract of events: the rows in use by day.
    pub days_in_use: DayCounts,
    /// Of an extract of events: the date of its newest row, which may be after `as_of`.
    pub newest_row: Option<Day>,
    /// Duplicates whose values differ from those of the row that counts.
    pub duplicates_that_differ: u64,
    /// The places of the duplicates in ascending order, if they are to be noted.
    pub duplicate_places: Vec<u64>,
    /// Payments in use whose period begins after the last day of the customer's registration; of payments with a
    /// register only.
    pub payments_after_registration: Option<u64>,
    /// Ids of customers (or employers) that look damaged: of a register, or without one, of events.
    pub damaged_ids: DamagedIds,
    /// With a register: the orphans that it nearly has.
    pub orphans: Orphans,
    /// Method codes that the configuration does not map, over rows neither rejected nor duplicates.
    pub unmapped_methods: BTreeMap<String, u64>,
    /// Filer codes that the configuration does not map, over the same rows.
    pub unmapped_filers: BTreeMap<String, u64>,
    /// Benefits that the catalogue lacks, over the same rows.
    pub unknown_benefits: BTreeMap<String, u64>,
    /// Benefits of the catalogue that rows in use name; duplicates of these count as well.
    pub benefits_in_use: BTreeSet<String>,
}

impl ExtractAccount {
    /// Faults of all reasons.
    pub fn faults(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// Of an extract of events: the same as of an earlier day, as far as limits ask for it. `in_window` are the rows in
    /// the window of that day.
    pub fn as_of(&self, day: Day, in_window: u64) -> Self {
        let mut account = self.clone();
        let (in_use, newest) = self.days_in_use.up_to(day);
        account.rows.future += account.rows.in_use - in_use;
        account.rows.in_use = in_use;
        ExtractAccount { in_window, newest, ..account }
    }

    /// Puts the reader's counts (records, rejects) and the intake's (all else) together.
    ///
    /// # Errors
    /// A file whose rows do not add up: a row was lost or counted twice, which no run may keep to itself.
    pub fn new(
        extract: crate::config::Extract,
        files: Vec<FileRead>,
        mut used: Vec<RowCounts>,
    ) -> Result<Self, ExtractError> {
        used.resize(files.len(), RowCounts::default());
        let mut account = ExtractAccount {
            extract,
            files: Vec::new(),
            rows: RowCounts::default(),
            reasons: BTreeMap::new(),
            text_bytes: 0,
            malformed_bytes: 0,
            newest: None,
            in_window: 0,
            dates_in_use: None,
            days_in_use: DayCounts::default(),
            newest_row: None,
            duplicates_that_differ: 0,
            duplicate_places: Vec::new(),
            payments_after_registration: None,
            damaged_ids: DamagedIds::default(),
            orphans: Orphans::default(),
            unmapped_methods: BTreeMap::new(),
            unmapped_filers: BTreeMap::new(),
            unknown_benefits: BTreeMap::new(),
            benefits_in_use: BTreeSet::new(),
        };
        for (file, mut rows) in files.into_iter().zip(used) {
            rows.records = file.counts.records;
            rows.filtered = file.counts.filtered;
            rows.malformed = file.counts.malformed;
            rows.orphans = file.counts.orphans;
            if !rows.adds_up() {
                return Err(ExtractError::DoesNotAddUp { file: file.input.name });
            }
            account.rows.add(&rows);
            account.text_bytes += file.counts.text_bytes;
            account.malformed_bytes += file.counts.malformed_bytes;
            for (reason, count) in &file.counts.reasons {
                *account.reasons.entry(*reason).or_default() += count;
            }
            account.files.push(FileAccount { file, rows });
        }
        Ok(account)
    }
}
