//! What reading an extract gives reason to doubt, though it could be read: with counts and what to do, and never with an
//! id.

use crate::calendar::Window;
use crate::config::{Extract, ExtractConfig, Repeats, RunPlan};
use crate::extract::{AbsentColumn, DateOrder};
use crate::i18n::{Message, messages};
use crate::intake::{DamagedIds, DisclosedCodes, ExtractAccount, FileAccount, IdDifference, Orphans, Population};
use crate::schema::ColumnName;

/// Of an optional column that is nowhere.
pub(super) fn of_column(extract: Extract, absent: &AbsentColumn) -> Message {
    let AbsentColumn { column, header, nearest, file } = absent;
    let nearest = nearest.as_ref().map(messages::did_you_mean);
    messages::absent_column(extract.name(), column, header, nearest, file)
}

/// What its files and codes give reason to doubt.
pub(super) fn of_values(account: &ExtractAccount, plan: &RunPlan) -> Vec<Message> {
    let name = account.extract.name();
    let disclosed = |codes| Some(DisclosedCodes::of(codes, plan.breakdowns.min_group)).filter(|it| !it.is_empty());
    let mut found = Vec::from_iter(control_characters(account));
    found.extend(date_orders(account));
    for (column, codes) in [("method", &account.unmapped_methods), ("filed_by", &account.unmapped_filers)] {
        found.extend(disclosed(codes).map(|codes| messages::unmapped_codes(name, column, codes.told())));
    }
    found.extend(disclosed(&account.unknown_benefits).map(|codes| messages::unknown_benefits(name, codes.told())));
    let (faults, listed) = (account.faults(), plan.outputs.max_rejects_per_extract);
    found.extend((faults > listed).then(|| messages::rejects_cut(name, messages::n_faults(faults), listed)));
    found
}

/// What its ids and rows give reason to doubt.
pub(super) fn of_rows(account: &ExtractAccount, config: &ExtractConfig) -> Vec<Message> {
    let name = account.extract.name();
    let of_employers = account.extract.column(ColumnName::employer_id).is_some();
    let ids = |count| if of_employers { messages::n_employer_ids(count) } else { messages::n_customer_ids(count) };
    let of_owner = || if of_employers { messages::of_employer() } else { messages::of_customer() };
    let DamagedIds { point_zero, exponent } = account.damaged_ids;
    let orphans = &account.orphans;
    let late = account.payments_after_registration.unwrap_or_default();
    let found = [
        (account.duplicates_that_differ > 0).then(|| duplicates_differ(account, config.repeats)),
        (late > 0).then(|| messages::after_registration(name, messages::n_payments(late))),
        (point_zero > 0).then(|| messages::ids_with_point_zero(name, ids(point_zero))),
        (exponent > 0).then(|| messages::ids_with_exponent(name, ids(exponent))),
        (orphans.exponent > 0)
            .then(|| messages::orphans_with_exponent(name, messages::n_orphans(orphans.exponent), of_owner())),
        (!orphans.near.is_empty()).then(|| near_orphans(name, orphans)),
    ];
    found.into_iter().flatten().collect()
}

/// Of ages that cannot be, in the population.
pub(super) fn of_ages(population: &Population, window: &Window) -> Option<Message> {
    let (unborn, too_old) = population.impossible_ages(window);
    let [born_later, older] = [unborn, too_old].map(messages::n_customers);
    let name = Extract::Customers.name();
    (unborn + too_old > 0).then(|| messages::impossible_ages(name, born_later, window.as_of, older))
}

/// The first of some files, and how many others there are; nothing without a file.
pub(super) fn in_files<'a>(mut files: impl Iterator<Item = &'a FileAccount>) -> Option<Message> {
    let first = &files.next()?.file.input.name;
    Some(match files.count() {
        0 => messages::in_file(first),
        others => messages::in_files(first, others),
    })
}

/// Files read as Latin-1 have characters U+0080 to U+009F.
fn control_characters(account: &ExtractAccount) -> Option<Message> {
    let count = |file: &FileAccount| file.file.counts.control_characters;
    let files = in_files(account.files.iter().filter(|file| count(file) > 0))?;
    let characters = messages::n_control_characters(account.files.iter().map(count).sum::<u64>());
    Some(messages::control_characters(account.extract.name(), characters, files))
}

/// Dates were read by two formats that swap day and month.
fn date_orders(account: &ExtractAccount) -> impl Iterator<Item = Message> {
    let mut orders = Vec::new();
    let of_files = account.files.iter().flat_map(|file| &file.file.counts.date_orders);
    of_files.for_each(|order| order.add_to(&mut orders));
    let name = account.extract.name();
    orders.into_iter().filter(|order| !order.dates.contains(&0)).map(move |order| {
        let DateOrder { column, formats: [first, second], dates: [by_first, by_second], either } = &order;
        messages::date_order(name, *column, first, *by_first, second, *by_second, *either)
    })
}

/// Duplicates have other values than the row that counts.
fn duplicates_differ(account: &ExtractAccount, repeats: Repeats) -> Message {
    let (name, differ, duplicates) = (account.extract.name(), account.duplicates_that_differ, account.rows.duplicates);
    let or_else = match account.extract {
        Extract::Customers => Some(messages::if_rows_are_spells()),
        Extract::Employers => None,
        _ => Some(messages::if_no_row_ids()),
    };
    match repeats {
        Repeats::Spells => messages::spells_differ(name, differ, duplicates),
        Repeats::KeepFirst => messages::duplicates_differ_from_first(name, differ, duplicates, or_else),
        Repeats::KeepLast => messages::duplicates_differ_from_last(name, differ, duplicates, or_else),
    }
}

/// Orphans nearly match an id of the register.
fn near_orphans(name: &str, orphans: &Orphans) -> Message {
    let differences = orphans.near.iter().map(|(difference, rows)| match difference {
        IdDifference::Spaces => messages::differ_by_blanks(*rows),
        IdDifference::Case => messages::differ_by_case(*rows),
        IdDifference::Zeros => messages::differ_by_zeros(*rows),
        IdDifference::PointZero => messages::differ_by_point_zero(*rows),
        IdDifference::Several => messages::differ_by_several(*rows),
    });
    let more = orphans.more_ids.then(messages::more_orphans);
    let near: u64 = orphans.near.values().sum();
    messages::near_orphans(name, near, orphans.looked_at(), more, differences.collect::<Vec<_>>())
}
