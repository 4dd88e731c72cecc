//! What an analyst should know of a run that went well: cause and remedy, in words.

use std::fmt;

use super::UnpaidBenefits;
use super::findings::Finding;
use crate::config::{Extract, RunPlan};
use crate::extract::{AbsentColumn, DateOrder, FileRead};
use crate::intake::{DisclosedCodes, ExtractAccount};
use crate::sanitize::shown;
use crate::statistics::{MOST_GROUPS, TooManyGroups};

/// Something to know or to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// There is no register of customers.
    NoRegister,
    /// There are events of employers, and no register of them.
    NoEmployerRegister,
    /// Rules that cannot take anybody, since no benefit that they need is paid.
    UnreachableRules {
        /// Their names.
        rules: Vec<String>,
        /// How many rules there are.
        of: usize,
        /// The benefits.
        needed: Vec<UnpaidBenefits>,
    },
    /// Codes of a column (`method`, `filed_by`) that the configuration does not map.
    UnmappedCodes(Extract, &'static str, DisclosedCodes),
    /// Benefits that the catalogue lacks.
    UnknownBenefits(Extract, DisclosedCodes),
    /// Faults that `rejects.csv` does not list any more: how many there are, and how many are listed.
    RejectsCut(Extract, u64, u64),
    /// What the rows of an extract give reason to doubt.
    Finding(Finding),
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
    pub fn of_extract(account: &ExtractAccount, plan: &RunPlan) -> Vec<Warning> {
        let extract = account.extract;
        let mut warnings = Vec::new();
        let controls = account.files.iter().filter(|file| file.file.counts.control_characters > 0);
        if let Some(files) = FilesWith::of(controls.map(|file| (&file.file, file.file.counts.control_characters))) {
            warnings.push(Warning::ControlCharacters(extract, files));
        }
        let mut orders = Vec::new();
        let of_files = account.files.iter().flat_map(|file| &file.file.counts.date_orders);
        of_files.for_each(|order| order.add_to(&mut orders));
        let both = orders.into_iter().filter(|order| !order.dates.contains(&0));
        warnings.extend(both.map(|order| Warning::DateOrder(extract, order)));
        let disclosed = |codes| Some(DisclosedCodes::of(codes, plan.breakdowns.min_group)).filter(|it| !it.is_empty());
        for (column, codes) in [("method", &account.unmapped_methods), ("filed_by", &account.unmapped_filers)] {
            warnings.extend(disclosed(codes).map(|codes| Warning::UnmappedCodes(extract, column, codes)));
        }
        warnings.extend(disclosed(&account.unknown_benefits).map(|codes| Warning::UnknownBenefits(extract, codes)));
        let (faults, most) = (account.faults(), plan.outputs.max_rejects_per_extract);
        warnings.extend((faults > most).then_some(Warning::RejectsCut(extract, faults, most)));
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
            Warning::UnreachableRules { rules, of, needed } => {
                let kind = |UnpaidBenefits { kind, codes }: &UnpaidBenefits| match &codes[..] {
                    [] => format!("{kind} (the catalogue has none)"),
                    codes => format!("{kind} ({})", some_of(codes)),
                };
                let kinds: Vec<String> = needed.iter().map(kind).collect();
                write!(
                    f,
                    "{} of {of} rules cannot take anybody, since no payment in use is of a benefit that they need: {}. \
                     Missing are benefits that are {}; are their codes mapped in [extracts.payments.codes.benefit]?",
                    rules.len(),
                    some_of(rules),
                    kinds.join(", or ")
                )
            }
            Warning::RejectsCut(extract, faults, listed) => write!(
                f,
                "{}: rejected rows have {faults} faults, of which the rejects list the first {listed}; set \
                 outputs.max_rejects_per_extract to have more",
                extract.name()
            ),
            Warning::PastRun(fault) => write!(f, "a run before this one is left out of comparisons: {fault}"),
            Warning::AbsentColumn(extract, absent) => {
                let AbsentColumn { column, header, nearest, file } = absent;
                let near =
                    nearest.as_ref().map(|name| format!(" (did you mean \"{}\"?)", shown(name))).unwrap_or_default();
                let (header, file) = (shown(header), shown(file));
                write!(
                    f,
                    "{}: {column} is read from \"{header}\", which no file of its source has{near}, so all its values are \
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
            Warning::UnmappedCodes(extract, column, codes) => write!(
                f,
                "{}: {column} codes that are not mapped count as other: {}; map them in [extracts.{}.codes.{column}]",
                extract.name(),
                codes,
                extract.name()
            ),
            Warning::UnknownBenefits(extract, codes) => write!(
                f,
                "{}: benefits that the catalogue lacks count as ordinary ones: {}; map them in \
                 [extracts.{}.codes.benefit] or add them to [benefits]",
                extract.name(),
                codes,
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
        f.write_str(&shown(&self.file))?;
        match self.others {
            0 => Ok(()),
            1 => f.write_str(" and 1 other file"),
            others => write!(f, " and {others} other files"),
        }
    }
}

/// The first names of a list, and how many more there are.
fn some_of(names: &[String]) -> String {
    const NAMED: usize = 8;
    match names.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}
