//! What reading an extract gives reason to doubt, though it could be read: in words, with counts and what to do, and
//! never with an id.

use std::fmt;

use crate::calendar::{Day, Window};
use crate::config::{Extract, ExtractConfig, Repeats, RunPlan};
use crate::extract::{AbsentColumn, DateOrder, FileRead};
use crate::intake::{DamagedIds, DisclosedCodes, ExtractAccount, IdDifference, Population};
use crate::sanitize::shown;
use crate::schema::ColumnName;
use crate::text::nouns;

/// Something to know of an extract, or to mend in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractWarning {
    extract: Extract,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// An optional column that the configuration names is nowhere.
    AbsentColumn(AbsentColumn),
    /// Files read as Latin-1 have characters U+0080 to U+009F.
    ControlCharacters(FilesWith),
    /// Dates were read by two formats that swap day and month.
    DateOrder(DateOrder),
    /// Codes of a column (`method`, `filed_by`) that the configuration does not map.
    UnmappedCodes(&'static str, DisclosedCodes),
    /// Benefits that the catalogue lacks.
    UnknownBenefits(DisclosedCodes),
    /// Faults that `rejects.csv` does not list any more.
    RejectsCut { faults: u64, listed: u64 },
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

impl ExtractWarning {
    /// Of an optional column that is nowhere.
    pub(super) fn of_column(extract: Extract, absent: AbsentColumn) -> Self {
        ExtractWarning { extract, kind: Kind::AbsentColumn(absent) }
    }

    /// What its files and codes give reason to doubt.
    pub(super) fn of_values(account: &ExtractAccount, plan: &RunPlan) -> Vec<Self> {
        let mut kinds = Vec::new();
        let controls = account.files.iter().filter(|file| file.file.counts.control_characters > 0);
        let controls = FilesWith::of(controls.map(|file| (&file.file, file.file.counts.control_characters)));
        kinds.extend(controls.map(Kind::ControlCharacters));
        let mut orders = Vec::new();
        let of_files = account.files.iter().flat_map(|file| &file.file.counts.date_orders);
        of_files.for_each(|order| order.add_to(&mut orders));
        kinds.extend(orders.into_iter().filter(|order| !order.dates.contains(&0)).map(Kind::DateOrder));
        let disclosed = |codes| Some(DisclosedCodes::of(codes, plan.breakdowns.min_group)).filter(|it| !it.is_empty());
        for (column, codes) in [("method", &account.unmapped_methods), ("filed_by", &account.unmapped_filers)] {
            kinds.extend(disclosed(codes).map(|codes| Kind::UnmappedCodes(column, codes)));
        }
        kinds.extend(disclosed(&account.unknown_benefits).map(Kind::UnknownBenefits));
        let (faults, listed) = (account.faults(), plan.outputs.max_rejects_per_extract);
        kinds.extend((faults > listed).then_some(Kind::RejectsCut { faults, listed }));
        kinds.into_iter().map(|kind| ExtractWarning { extract: account.extract, kind }).collect()
    }

    /// What its ids and rows give reason to doubt.
    pub(super) fn of_rows(account: &ExtractAccount, config: &ExtractConfig) -> Vec<Self> {
        let DamagedIds { point_zero, exponent } = account.damaged_ids;
        let orphans = &account.orphans;
        let kinds = [
            (account.duplicates_that_differ > 0).then_some(Kind::DuplicatesDiffer {
                differ: account.duplicates_that_differ,
                duplicates: account.rows.duplicates,
                repeats: config.repeats,
            }),
            account
                .payments_after_registration
                .filter(|count| *count > 0)
                .map(|payments| Kind::AfterRegistration { payments }),
            (point_zero > 0).then_some(Kind::PointZero { ids: point_zero }),
            (exponent > 0).then_some(Kind::Exponent { ids: exponent }),
            (orphans.exponent > 0).then_some(Kind::ExponentOrphans { orphans: orphans.exponent }),
            (!orphans.near.is_empty()).then(|| Kind::NearOrphans {
                near: orphans.near.iter().map(|(difference, rows)| (*difference, *rows)).collect(),
                looked_at: orphans.looked_at(),
                more_ids: orphans.more_ids,
            }),
        ];
        kinds.into_iter().flatten().map(|kind| ExtractWarning { extract: account.extract, kind }).collect()
    }

    /// Of ages that cannot be, in the population.
    pub(super) fn of_ages(population: &Population, window: &Window) -> Option<Self> {
        let (unborn, too_old) = population.impossible_ages(window);
        let kind = Kind::Ages { unborn, too_old, as_of: window.as_of };
        (unborn + too_old > 0).then_some(ExtractWarning { extract: Extract::Customers, kind })
    }
}

impl fmt::Display for ExtractWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.extract.name();
        let owner = if self.extract.column(ColumnName::employer_id).is_some() { "employer" } else { "customer" };
        write!(f, "{name}: ")?;
        match &self.kind {
            Kind::AbsentColumn(absent) => absent_column(absent, f),
            Kind::ControlCharacters(files) => write!(
                f,
                "{} U+0080 to U+009F in {files}, which nobody writes: the text was probably written as windows-1252, \
                 where these are quotation marks, dashes and the euro; set `encoding = \"windows-1252\"`",
                counted(files.count, "control character"),
            ),
            Kind::DateOrder(order) => date_order(order, f),
            Kind::UnmappedCodes(column, codes) => write!(
                f,
                "{column} codes that are not mapped count as other: {codes}; map them in [extracts.{name}.codes.{column}]"
            ),
            Kind::UnknownBenefits(codes) => write!(
                f,
                "benefits that the catalogue lacks count as ordinary ones: {codes}; map them in \
                 [extracts.{name}.codes.benefit] or add them to [benefits]"
            ),
            Kind::RejectsCut { faults, listed } => write!(
                f,
                "rejected rows have {faults} faults, of which the rejects list the first {listed}; set \
                 outputs.max_rejects_per_extract to have more"
            ),
            Kind::DuplicatesDiffer { differ, duplicates, repeats } => {
                duplicates_differ(self.extract, *differ, *duplicates, *repeats, f)
            }
            Kind::AfterRegistration { payments } => write!(
                f,
                "{} in use starting after the last day of the customer's registration, counted like all others; check \
                 registered_to in the customers extract",
                counted(*payments, "payment")
            ),
            Kind::PointZero { ids } => write!(
                f,
                "{} of {owner}s with a `.0` at the end that appear without it as well, and so count as somebody else's: a \
                 program took ids for decimal numbers; export them as text",
                counted(*ids, "id")
            ),
            Kind::Exponent { ids } => write!(
                f,
                "{} of {owner}s with an exponent, {SPREADSHEET}, and several {owner}s may share an id; export ids as text",
                counted(*ids, "id")
            ),
            Kind::ExponentOrphans { orphans } => {
                let orphans = counted(*orphans, "orphan");
                write!(f, "{orphans} with an exponent in the id of the {owner}, {SPREADSHEET}; export ids as text")
            }
            Kind::NearOrphans { near, looked_at, more_ids } => near_orphans(near, *looked_at, *more_ids, f),
            Kind::Ages { unborn, too_old, as_of } => write!(
                f,
                "{} of the population born after {as_of}, and {} older than 120 years; check birth_date and its date_formats",
                counted(*unborn, "customer"),
                counted(*too_old, "customer")
            ),
        }
    }
}

const SPREADSHEET: &str = "as a spreadsheet writes long numbers (E+13): digits are lost";

fn absent_column(absent: &AbsentColumn, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let AbsentColumn { column, header, nearest, file } = absent;
    let near = nearest.as_ref().map(|name| format!(" (did you mean \"{}\"?)", shown(name))).unwrap_or_default();
    let (header, file) = (shown(header), shown(file));
    write!(
        f,
        "{column} is read from \"{header}\", which no file of its source has{near}, so all its values are missing (first \
         file: {file}); correct the name, or write {column} = false to go without"
    )
}

fn date_order(order: &DateOrder, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let DateOrder { column, formats: [first, second], dates: [by_first, by_second], either } = order;
    write!(
        f,
        "{column} has dates of two formats that swap day and month: {first} read {by_first}, {second} read {by_second}, and \
         {either} could be either; give each source the one format that it uses"
    )
}

fn duplicates_differ(
    extract: Extract,
    differ: u64,
    duplicates: u64,
    repeats: Repeats,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let (counts, remedy) = match repeats {
        Repeats::KeepFirst => ("first", "if later rows correct earlier ones, set keep = \"last\""),
        Repeats::KeepLast => ("last", "if the first row is the right one, leave out keep = \"last\""),
        Repeats::Spells => {
            return write!(
                f,
                "{differ} of {duplicates} repeated spells of registration differ in their other values from the first row \
                 of the same spell, which counts; correct the extract"
            );
        }
    };
    write!(
        f,
        "{differ} of {duplicates} duplicates differ from the {counts} row of the same id, which counts; {remedy} in \
         [extracts.{}]",
        extract.name()
    )?;
    f.write_str(match extract {
        Extract::Customers => "; if each row is a spell of registration, set history = true there",
        Extract::Employers => "",
        _ => "; if several systems number their rows alike, or the column holds no row ids, go without it",
    })
}

fn near_orphans(
    near: &[(IdDifference, u64)],
    looked_at: u64,
    more_ids: bool,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let all: u64 = near.iter().map(|(_, rows)| rows).sum();
    let more = if more_ids { "that were looked at (there are more) " } else { "" };
    let differences = near.iter().map(|(difference, rows)| format!("{} ({rows})", difference_words(*difference)));
    write!(
        f,
        "{all} of {looked_at} orphans {more}would match an id of the register but for {}; correct the extract or the \
         register, so that ids are written alike",
        differences.collect::<Vec<_>>().join(", ")
    )
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
