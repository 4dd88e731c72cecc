//! What the rows of an extract give reason to doubt, though each of them can be read: in words, with counts and what
//! to do, and never with an id.

use std::fmt;

use crate::calendar::{Day, Window};
use crate::config::{Extract, ExtractConfig, Repeats};
use crate::intake::{DamagedIds, ExtractAccount, IdDifference, Population};
use crate::schema::ColumnName;
use crate::text::nouns;

/// A doubt about the rows of an extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    extract: Extract,
    doubt: Doubt,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Doubt {
    /// Duplicates whose values differ from those of the row that counts.
    DuplicatesDiffer { differ: u64, duplicates: u64, repeats: Repeats },
    /// Payments that begin after the customer's registration has ended.
    AfterRegistration { payments: u64 },
    /// Ids that appear with a `.0` at the end and without.
    PointZero { ids: u64 },
    /// Ids with an exponent.
    Exponent { ids: u64 },
    /// Orphans whose ids have an exponent.
    ExponentOrphans { orphans: u64 },
    /// Orphans that nearly match an id of the register.
    NearOrphans { near: Vec<(IdDifference, u64)>, looked_at: u64, more_ids: bool },
    /// Customers of an age that cannot be.
    Ages { unborn: u64, too_old: u64, as_of: Day },
}

/// What the account of an extract gives reason to doubt.
pub fn of_account(config: &ExtractConfig, account: &ExtractAccount) -> Vec<Finding> {
    let DamagedIds { point_zero, exponent } = account.damaged_ids;
    let orphans = &account.orphans;
    let doubts = [
        (account.duplicates_that_differ > 0).then_some(Doubt::DuplicatesDiffer {
            differ: account.duplicates_that_differ,
            duplicates: account.rows.duplicates,
            repeats: config.repeats,
        }),
        account
            .payments_after_registration
            .filter(|count| *count > 0)
            .map(|payments| Doubt::AfterRegistration { payments }),
        (point_zero > 0).then_some(Doubt::PointZero { ids: point_zero }),
        (exponent > 0).then_some(Doubt::Exponent { ids: exponent }),
        (orphans.exponent > 0).then_some(Doubt::ExponentOrphans { orphans: orphans.exponent }),
        (!orphans.near.is_empty()).then(|| Doubt::NearOrphans {
            near: orphans.near.iter().map(|(difference, rows)| (*difference, *rows)).collect(),
            looked_at: orphans.looked_at(),
            more_ids: orphans.more_ids,
        }),
    ];
    doubts.into_iter().flatten().map(|doubt| Finding { extract: account.extract, doubt }).collect()
}

/// Ages that cannot be, in the population.
pub fn of_ages(population: &Population, window: &Window) -> Option<Finding> {
    let (unborn, too_old) = population.impossible_ages(window);
    let doubt = Doubt::Ages { unborn, too_old, as_of: window.as_of };
    (unborn + too_old > 0).then_some(Finding { extract: Extract::Customers, doubt })
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.extract.name();
        let owner = if self.extract.column(ColumnName::employer_id).is_some() { "employer" } else { "customer" };
        write!(f, "{name}: ")?;
        match &self.doubt {
            Doubt::DuplicatesDiffer { differ, duplicates, repeats: Repeats::Spells } => write!(
                f,
                "{differ} of {duplicates} repeated spells of registration differ in their other values from the first \
                 row of the same spell, which counts; correct the extract"
            ),
            Doubt::DuplicatesDiffer { differ, duplicates, repeats } => {
                let (counts, remedy) = match repeats {
                    Repeats::KeepLast => ("last", "if the first row is the right one, leave out keep = \"last\""),
                    _ => ("first", "if later rows correct earlier ones, set keep = \"last\""),
                };
                write!(
                    f,
                    "{differ} of {duplicates} duplicates differ from the {counts} row of the same id, which counts; {remedy} \
                     in [extracts.{name}]"
                )?;
                f.write_str(match self.extract {
                    Extract::Customers => "; if each row is a spell of registration, set history = true there",
                    Extract::Employers => "",
                    _ => "; if several systems number their rows alike, or the column holds no row ids, go without it",
                })
            }
            Doubt::AfterRegistration { payments } => write!(
                f,
                "{} in use starting after the last day of the customer's registration, counted like all others; check \
                 registered_to in the customers extract",
                counted(*payments, "payment")
            ),
            Doubt::PointZero { ids } => write!(
                f,
                "{} of {owner}s with a `.0` at the end that appear without it as well, and so count as somebody else's: a \
                 program took ids for decimal numbers; export them as text",
                counted(*ids, "id")
            ),
            Doubt::Exponent { ids } => write!(
                f,
                "{} of {owner}s with an exponent, as a spreadsheet writes long numbers (E+13): digits are lost, and several \
                 {owner}s may share an id; export ids as text",
                counted(*ids, "id")
            ),
            Doubt::ExponentOrphans { orphans } => write!(
                f,
                "{} with an exponent in the id of the {owner}, as a spreadsheet writes long numbers (E+13): digits are \
                 lost; export ids as text",
                counted(*orphans, "orphan")
            ),
            Doubt::NearOrphans { near, looked_at, more_ids } => {
                let all: u64 = near.iter().map(|(_, rows)| rows).sum();
                write!(f, "{all} of {looked_at} orphans ")?;
                if *more_ids {
                    f.write_str("that were looked at (there are more) ")?;
                }
                write!(f, "would match an id of the register but for ")?;
                for (at, (difference, rows)) in near.iter().enumerate() {
                    write!(f, "{}{} ({rows})", if at > 0 { ", " } else { "" }, difference_words(*difference))?;
                }
                f.write_str("; correct the extract or the register, so that ids are written alike")
            }
            Doubt::Ages { unborn, too_old, as_of } => write!(
                f,
                "{} of the population born after {as_of}, and {} older than 120 years; check birth_date and its date_formats",
                counted(*unborn, "customer"),
                counted(*too_old, "customer")
            ),
        }
    }
}

/// A count with its noun.
fn counted(count: u64, noun: &str) -> String {
    format!("{count} {}", nouns(count, noun))
}

fn difference_words(difference: IdDifference) -> &'static str {
    match difference {
        IdDifference::Spaces => "no-break spaces or other blanks",
        IdDifference::Case => "capital letters",
        IdDifference::Zeros => "leading zeros",
        IdDifference::PointZero => "a `.0` at the end",
        IdDifference::Several => "several of these",
    }
}
