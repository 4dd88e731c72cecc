//! What an analyst should know of a run that went well: cause and remedy, in words.

use std::fmt;

use super::findings::Finding;
use crate::config::Extract;
use crate::extract::{AbsentColumn, DateOrder, FileRead};
use crate::intake::ExtractAccount;
use crate::statistics::{MOST_GROUPS, TooManyGroups};

/// Codes that one message names.
const CODES_NAMED: usize = 8;

/// Something to know or to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// There is no register of customers.
    NoRegister,
    /// There are events of employers, and no register of them.
    NoEmployerRegister,
    /// Method codes that the configuration does not map.
    UnmappedMethods(Extract, Vec<(String, u64)>),
    /// Benefits that the catalogue lacks.
    UnknownBenefits(Extract, Vec<(String, u64)>),
    /// What the rows of an extract give reason to doubt.
    Finding(Finding),
    /// Nobody is counted.
    NobodyInScope,
    /// The memory limit cannot be kept; the least one that can, in bytes.
    MemoryLimit(u64),
    /// A breakdown that is not made.
    TooManyGroups(TooManyGroups),
    /// A run before this one cannot be read.
    PastRun(String),
    /// An optional column that the configuration names is nowhere.
    AbsentColumn(Extract, AbsentColumn),
    /// A file read as Latin-1 has characters U+0080 to U+009F: how many, in the first such file and in all.
    ControlCharacters(Extract, FilesWith),
    /// Dates were read by two formats that swap day and month.
    DateOrder(Extract, DateOrder),
}

impl Warning {
    /// Whether it is about the results, rather than about the machine that made them.
    pub fn is_of_results(&self) -> bool {
        !matches!(self, Warning::MemoryLimit(_))
    }

    /// What the accounting of an extract gives reason to say.
    pub fn of_extract(account: &ExtractAccount) -> Vec<Warning> {
        let listed = |codes: &std::collections::BTreeMap<String, u64>| {
            let mut codes: Vec<_> = codes.iter().map(|(code, count)| (code.clone(), *count)).collect();
            // The most frequent first; the map has put equals in bytewise order.
            codes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            codes
        };
        let methods = listed(&account.unmapped_methods);
        let benefits = listed(&account.unknown_benefits);
        let mut warnings = Vec::new();
        let controls = account.files.iter().filter(|file| file.file.counts.control_characters > 0);
        if let Some(files) = FilesWith::of(controls.map(|file| (&file.file, file.file.counts.control_characters))) {
            warnings.push(Warning::ControlCharacters(account.extract, files));
        }
        let mut orders = Vec::new();
        let of_files = account.files.iter().flat_map(|file| &file.file.counts.date_orders);
        of_files.for_each(|order| order.add_to(&mut orders));
        let both = orders.into_iter().filter(|order| !order.dates.contains(&0));
        warnings.extend(both.map(|order| Warning::DateOrder(account.extract, order)));
        if !methods.is_empty() {
            warnings.push(Warning::UnmappedMethods(account.extract, methods));
        }
        if !benefits.is_empty() {
            warnings.push(Warning::UnknownBenefits(account.extract, benefits));
        }
        warnings
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::NoRegister => f.write_str(
                "there is no customers extract: customers without any event are missing, so averages are per active \
                 customer; configure [extracts.customers] to count everybody",
            ),
            Warning::NoEmployerRegister => f.write_str(
                "there is no employers extract: employers without any event are missing, and all others are of unknown \
                 size; configure [extracts.employers] to count everybody by size",
            ),
            Warning::Finding(finding) => write!(f, "{finding}"),
            Warning::NobodyInScope => f.write_str(
                "no customer is in scope: check [window] and the registration dates of the customers extract",
            ),
            Warning::MemoryLimit(least) => write!(
                f,
                "so many customers need more memory than --memory-limit allows; the least that can be kept is {} MiB",
                least.div_ceil(1 << 20)
            ),
            Warning::TooManyGroups(TooManyGroups { dimensions, groups }) => write!(
                f,
                "breakdowns: {} has {groups} groups, which is too many (at most {MOST_GROUPS}, and 65536 with their \
                 categories), so that the figures are not broken down by it{}; give the customers a coarser value",
                dimensions.join(" by "),
                if dimensions.len() == 1 { " or by its pairs" } else { "" }
            ),
            Warning::PastRun(fault) => write!(f, "a run before this one is left out of comparisons: {fault}"),
            Warning::AbsentColumn(extract, absent) => {
                let AbsentColumn { column, header, nearest, file } = absent;
                let near = nearest.as_ref().map(|name| format!(" (did you mean {name:?}?)")).unwrap_or_default();
                write!(
                    f,
                    "{}: {column} is read from {header:?}, which no file of its source has{near}, so all its values are \
                     missing (first file: {file}); correct the name, or write {column} = false to go without",
                    extract.name()
                )
            }
            Warning::ControlCharacters(extract, files) => write!(
                f,
                "{}: {} U+0080 to U+009F in {files}, which nobody writes: the text was probably written as windows-1252, \
                 where these are quotation marks, dashes and the euro; have it written as UTF-8",
                extract.name(),
                if files.count == 1 {
                    "1 control character".to_owned()
                } else {
                    format!("{} control characters", files.count)
                },
            ),
            Warning::DateOrder(extract, order) => {
                let DateOrder { column, formats: [first, second], dates: [by_first, by_second], either } = order;
                write!(
                    f,
                    "{}: {column} has dates of two formats that swap day and month: {first} read {by_first}, {second} \
                     read {by_second}, and {either} could be either; give each source the one format that it uses",
                    extract.name()
                )
            }
            Warning::UnmappedMethods(extract, codes) => write!(
                f,
                "{}: method codes that are not mapped count as other: {}; map them in [extracts.{}.codes.method]",
                extract.name(),
                Codes(codes),
                extract.name()
            ),
            Warning::UnknownBenefits(extract, codes) => write!(
                f,
                "{}: benefits that the catalogue lacks count as ordinary ones: {}; map them in \
                 [extracts.{}.codes.benefit] or add them to [benefits]",
                extract.name(),
                Codes(codes),
                extract.name()
            ),
        }
    }
}

/// Files in which something was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesWith {
    /// The first of them.
    file: String,
    /// How many others there are.
    others: usize,
    /// What was counted in all of them.
    count: u64,
}

impl FilesWith {
    /// Of files and the counts in them; none where there is no file.
    fn of<'a>(files: impl Iterator<Item = (&'a FileRead, u64)>) -> Option<Self> {
        let found: Vec<_> = files.collect();
        let (first, _) = found.first()?;
        let count = found.iter().map(|(_, count)| count).sum();
        Some(FilesWith { file: first.input.name.clone(), others: found.len() - 1, count })
    }
}

impl fmt::Display for FilesWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match self.others {
            0 => Ok(()),
            1 => f.write_str(" and 1 other file"),
            others => write!(f, " and {others} other files"),
        }
    }
}

struct Codes<'a>(&'a [(String, u64)]);

impl fmt::Display for Codes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (code, count)) in self.0.iter().take(CODES_NAMED).enumerate() {
            let rows = if *count == 1 { "row" } else { "rows" };
            write!(f, "{}{code:?} ({count} {rows})", if at > 0 { ", " } else { "" })?;
        }
        match self.0.len().saturating_sub(CODES_NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} more (all are in manifest.json)"),
        }
    }
}
