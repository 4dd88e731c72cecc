//! What an analyst should know of a run that went well: cause and remedy, in words.

use std::fmt;

use super::UnpaidBenefits;
use crate::config::{Config, Extract};
use crate::extract::AbsentColumn;
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
    /// Method codes that the configuration does not map.
    UnmappedMethods(Extract, DisclosedCodes),
    /// Benefits that the catalogue lacks.
    UnknownBenefits(Extract, DisclosedCodes),
    /// Faults that `rejects.csv` does not list any more: how many there are, and how many are listed.
    RejectsCut(Extract, u64, u64),
    /// The memory limit cannot be kept; the least one that can, in bytes.
    MemoryLimit(u64),
    /// A breakdown that is not made.
    TooManyGroups(TooManyGroups),
    /// A run before this one cannot be read.
    PastRun(String),
    /// An optional column that the configuration names is nowhere.
    AbsentColumn(Extract, AbsentColumn),
}

impl Warning {
    /// Whether it is about the results, rather than about the machine that made them.
    pub fn is_of_results(&self) -> bool {
        !matches!(self, Warning::MemoryLimit(_))
    }

    /// What the accounting of an extract gives reason to say.
    pub fn of_extract(account: &ExtractAccount, config: &Config) -> Vec<Warning> {
        let extract = account.extract;
        let disclosed =
            |codes| Some(DisclosedCodes::of(codes, config.breakdowns.min_group)).filter(|it| !it.is_empty());
        let (faults, most) = (account.faults(), config.outputs.max_rejects_per_extract);
        let warnings = [
            disclosed(&account.unmapped_methods).map(|codes| Warning::UnmappedMethods(extract, codes)),
            disclosed(&account.unknown_benefits).map(|codes| Warning::UnknownBenefits(extract, codes)),
            (faults > most).then_some(Warning::RejectsCut(extract, faults, most)),
        ];
        warnings.into_iter().flatten().collect()
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
            Warning::UnmappedMethods(extract, codes) => write!(
                f,
                "{}: method codes that are not mapped count as other: {}; map them in [extracts.{}.codes.method]",
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

/// The first names of a list, and how many more there are.
fn some_of(names: &[String]) -> String {
    const NAMED: usize = 8;
    match names.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}
