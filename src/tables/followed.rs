//! The tables of what became of those whom a model flagged.

use super::localizer::Localizer;
use super::table::{Cell, Format, Table, Value};
use crate::early_warning::{Followed, FollowedCount, Model};

/// The columns of counts, behind those that say of whom.
const COUNTS: [(&str, Format); 8] = [
    ("customers", Format::Count),
    ("expected", Format::Decimals(1)),
    ("outcomes", Format::Count),
    ("observed_to_expected", Format::Decimals(2)),
    ("expected_pct", Format::Percent),
    ("observed_pct", Format::Percent),
    ("observed_low_pct", Format::Percent),
    ("observed_high_pct", Format::Percent),
];

/// Observed against expected by band, of those who can be followed to the last date ahead; then of all bands together.
pub fn followed_bands(words: &Localizer<'_>, model: &Model, followed: &Followed) -> Table {
    let mut table = words.table("followed_bands", [("lowest_score", Format::Change)].into_iter().chain(COUNTS));
    let known = followed.months_known.last().copied().unwrap_or_default();
    for (band, counts) in model.bands.iter().zip(&followed.bands) {
        if let Some(count) = counts.last() {
            push(&mut table, false, [Cell::from(i128::from(band.lowest_score))], count, known);
        }
    }
    if let Some(count) = followed.together.last() {
        push(&mut table, true, [Cell::default()], count, known);
    }
    table
}

/// The same by the months since the run, of the runs that can be followed so far.
pub fn followed_months(words: &Localizer<'_>, model: &Model, followed: &Followed) -> Table {
    let head = [("lowest_score", Format::Change), ("months", Format::Count), ("runs", Format::Count)];
    let mut table = words.table("followed_months", head.into_iter().chain(COUNTS));
    let bands = model.bands.iter().zip(&followed.bands);
    let of_bands = bands.map(|(band, counts)| (Cell::from(i128::from(band.lowest_score)), counts, false));
    for (band, counts, is_total) in of_bands.chain([(Cell::default(), &followed.together, true)]) {
        for (since, count) in counts.iter().enumerate() {
            let known = followed.months_known[since];
            let months = (since as u64 + 1) * u64::from(model.provenance.every_months);
            let head = [band.clone(), Cell::from(months), Cell::from(known)];
            push(&mut table, is_total, head, count, known);
        }
    }
    table
}

/// By run, whom it flagged, as far as they can be followed.
pub fn followed_runs(words: &Localizer<'_>, model: &Model, followed: &Followed) -> Table {
    let columns = [
        ("date", Format::Day),
        ("flagged", Format::Count),
        ("months", Format::Count),
        ("customers", Format::Count),
        ("left_out", Format::Count),
        ("expected", Format::Decimals(1)),
        ("outcomes", Format::Count),
        ("observed_to_expected", Format::Decimals(2)),
    ];
    let mut table = words.table("followed_runs", columns);
    for month in &followed.months {
        table.push([
            Cell::from(Value::from(month.day.to_string())),
            Cell::from(month.flagged),
            Cell::from(month.dates_known as u64 * u64::from(model.provenance.every_months)),
            Cell::from(month.count.customers),
            Cell::from(month.left_out),
            Cell::from(month.count.expected),
            Cell::from(month.count.outcomes),
            Cell::from(month.count.observed_to_expected()),
        ]);
    }
    table
}

fn push<const N: usize>(table: &mut Table, is_total: bool, head: [Cell; N], count: &FollowedCount, months: u64) {
    let [observed, low, high] = count.observed_pct(months);
    let cells = [
        Cell::from(count.customers),
        Cell::from(count.expected),
        Cell::from(count.outcomes),
        Cell::from(count.observed_to_expected()),
        Cell::from(count.expected_pct()),
        Cell::from(observed),
        Cell::from(low),
        Cell::from(high),
    ];
    table.push_as(is_total, head.into_iter().chain(cells));
}
