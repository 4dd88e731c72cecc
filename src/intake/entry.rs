//! The account of an extract as the manifest, JSON and tables have it: what may be told of its rows, files and codes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{DisclosedCodes, ExtractAccount, OtherCodes, RowCounts};
use crate::calendar::utc;
use crate::config::RunPlan;

/// What became of rows; `records` is the sum of all else.
#[derive(Debug, Clone, Serialize)]
pub struct RowsEntry {
    /// Records read.
    pub records: u64,
    /// Filtered: the header again.
    pub filtered: u64,
    /// Rejected, orphans included.
    pub rejected: u64,
    /// Rejected as orphans.
    pub orphans: u64,
    /// Duplicates.
    pub duplicates: u64,
    /// Dated after `as_of`.
    pub future: u64,
    /// Of customers out of scope.
    pub out_of_scope: u64,
    /// In use.
    pub in_use: u64,
}

impl From<&RowCounts> for RowsEntry {
    fn from(rows: &RowCounts) -> Self {
        RowsEntry {
            records: rows.records,
            filtered: rows.filtered,
            rejected: rows.rejected(),
            orphans: rows.orphans,
            duplicates: rows.duplicates,
            future: rows.future,
            out_of_scope: rows.out_of_scope,
            in_use: rows.in_use,
        }
    }
}

/// An extract.
#[derive(Debug, Clone, Serialize)]
pub struct ExtractEntry {
    /// Its name.
    pub extract: &'static str,
    /// Its rows.
    pub rows: RowsEntry,
    /// Faults by reason; a rejected row may have several.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many of them `rejects.csv` lists.
    pub faults_listed: u64,
    /// The date of its newest event up to `as_of`.
    pub newest_event: Option<String>,
    /// Rows in use that are dated in the window; null of a register.
    pub in_window: Option<u64>,
    /// The oldest date of the rows in use.
    pub oldest_in_use: Option<String>,
    /// The newest date of the rows in use.
    pub newest_in_use: Option<String>,
    /// Duplicates whose values differ from those of the row that counts.
    pub duplicates_that_differ: u64,
    /// Payments in use that begin after the customer's registration; null of other extracts, and without a register.
    pub payments_after_registration: Option<u64>,
    /// Method codes that the configuration does not map, with their rows; those that may be named.
    pub unmapped_methods: BTreeMap<String, u64>,
    /// All others.
    pub unmapped_methods_other: OtherCodes,
    /// Filer codes that the configuration does not map, with their rows; those that may be named.
    pub unmapped_filers: BTreeMap<String, u64>,
    /// All others.
    pub unmapped_filers_other: OtherCodes,
    /// Benefits that the catalogue lacks, with their rows; those that may be named.
    pub unknown_benefits: BTreeMap<String, u64>,
    /// All others.
    pub unknown_benefits_other: OtherCodes,
    /// Its files, in input order.
    pub files: Vec<FileEntry>,
}

/// An input file.
#[derive(Debug, Clone, Serialize)]
pub struct FileEntry {
    /// Its path relative to the configuration's folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last modified, UTC.
    pub modified: String,
    /// BLAKE3 hash of its bytes, in hexadecimal.
    pub blake3: String,
    /// Its rows.
    pub rows: RowsEntry,
}

impl ExtractEntry {
    /// What may be told of an extract under these settings.
    pub fn of(account: &ExtractAccount, plan: &RunPlan) -> Self {
        let files = account.files.iter().map(|file| FileEntry {
            file: file.file.input.name.clone(),
            bytes: file.file.input.bytes,
            modified: utc(file.file.input.modified_s),
            blake3: file.file.blake3.clone(),
            rows: RowsEntry::from(&file.rows),
        });
        let min_group = plan.breakdowns.min_group;
        let methods = DisclosedCodes::of(&account.unmapped_methods, min_group);
        let filers = DisclosedCodes::of(&account.unmapped_filers, min_group);
        let benefits = DisclosedCodes::of(&account.unknown_benefits, min_group);
        ExtractEntry {
            extract: account.extract.name(),
            rows: RowsEntry::from(&account.rows),
            faults: account.reasons.iter().map(|(reason, count)| (reason.name(), *count)).collect(),
            faults_listed: account.faults().min(plan.outputs.max_rejects_per_extract),
            newest_event: account.newest.map(|day| day.to_string()),
            in_window: (!account.extract.is_register()).then_some(account.in_window),
            oldest_in_use: account.dates_in_use.map(|(oldest, _)| oldest.to_string()),
            newest_in_use: account.dates_in_use.map(|(_, newest)| newest.to_string()),
            duplicates_that_differ: account.duplicates_that_differ,
            payments_after_registration: account.payments_after_registration,
            unmapped_methods: methods.named,
            unmapped_methods_other: methods.other,
            unmapped_filers: filers.named,
            unmapped_filers_other: filers.other,
            unknown_benefits: benefits.named,
            unknown_benefits_other: benefits.other,
            files: files.collect(),
        }
    }

    /// The codes that the configuration does not know: column, those that are named, all others.
    pub fn unknown_codes(&self) -> [(&'static str, &BTreeMap<String, u64>, OtherCodes); 3] {
        [
            ("method", &self.unmapped_methods, self.unmapped_methods_other),
            ("filed_by", &self.unmapped_filers, self.unmapped_filers_other),
            ("benefit", &self.unknown_benefits, self.unknown_benefits_other),
        ]
    }
}
