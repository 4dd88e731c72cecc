//! What an analyst should know of a run that went well: cause and remedy, in words.

use std::fmt;

use super::UnpaidBenefits;
use super::extract_warnings::ExtractWarning;
use crate::statistics::{MOST_GROUPS, TooManyGroups};

/// Something to know or to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// There is no register of customers.
    NoRegister,
    /// There are events of employers, and no register of them.
    NoEmployerRegister,
    /// What an extract gives reason to doubt.
    Extract(ExtractWarning),
    /// Rules that cannot take anybody, since no benefit that they need is paid.
    UnreachableRules {
        /// Their names.
        rules: Vec<String>,
        /// How many rules there are.
        of: usize,
        /// The benefits.
        needed: Vec<UnpaidBenefits>,
    },
    /// The memory limit cannot be kept; the least one that can, in bytes.
    MemoryLimit(u64),
    /// A breakdown that is not made.
    TooManyGroups(TooManyGroups),
    /// A run before this one cannot be read.
    PastRun(String),
}

impl Warning {
    /// Whether it is about the results, rather than about the machine that made them.
    pub fn is_of_results(&self) -> bool {
        !matches!(self, Warning::MemoryLimit(_))
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
            Warning::Extract(warning) => warning.fmt(f),
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
