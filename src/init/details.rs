//! What else a table tells of how its columns are read: signs of their own, units, ends that are not covered, sums among
//! its rows, spells of registration.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::columns::{Fit, Mapping, Origin, is_owner};
use super::dates;
use super::ids::RegisterIds;
use super::tables::{Column, Table};
use super::vocabulary::Vocabulary;
use crate::calendar::Day;
use crate::config::{IdFormat, SignColumn, Unit};
use crate::extract::numbers::NumberReader;
use crate::schema::Extract;
use crate::schema::extracts::ColumnName;

/// More is a long time to handle an application.
pub const LONG_MINUTES: i64 = 300;

/// What is said of a table besides its columns.
#[derive(Debug, Default)]
pub struct Details {
    /// What becomes of its customers' or employers' ids.
    pub owner: IdFormat,
    /// What is put before its rows' ids, since another system has the same ones.
    pub id_prefix: String,
    /// The column that turns the sign of amounts.
    pub sign: Option<SignColumn>,
    /// What minutes are given in.
    pub unit: Unit,
    /// Whether they are taken for minutes by no word of their name, and half of them are longer than work takes.
    pub unit_is_doubtful: bool,
    /// Whether the day before a period's end is its last.
    pub exclusive: bool,
    /// Whether the column's name says so.
    pub exclusive_by_name: bool,
    /// Which rows are none: a condition.
    pub filter: Option<String>,
    /// Whether payments cover a month each.
    pub covers_month: bool,
    /// Payments with a column for the end of their period and no end in it.
    pub without_end: usize,
    /// Whether a row is a spell of registration.
    pub history: bool,
}

/// The column that a canonical one is read from.
pub fn source<'t>(table: &'t Table, fit: &Fit, name: ColumnName) -> Option<&'t Column> {
    let mapping = fit.mappings.iter().find(|mapping| mapping.column == Some(name))?;
    mapping.at().map(|at| &table.columns[at])
}

/// Looks for all of it; owners' ids may be found to be made of several columns.
pub fn find(table: &Table, fit: &mut Fit, registers: &[RegisterIds; 2], words: &Vocabulary) -> Details {
    let mut details = Details::default();
    if !fit.extract.is_register() {
        details.owner = owner(table, fit, registers);
    }
    if let Some(amount) = source(table, fit, ColumnName::amount) {
        details.sign = sign(table, amount, fit, words);
    }
    if let Some(minutes) = source(table, fit, ColumnName::handling_minutes) {
        details.unit = unit(table, minutes, words);
        let is_named = Vocabulary::has_word(&words.values.minutes, &minutes.name);
        details.unit_is_doubtful = details.unit == Unit::Minutes && !is_named && are_long(minutes);
    }
    if let (Some(start), Some(end)) =
        (source(table, fit, ColumnName::period_start), source(table, fit, ColumnName::period_end))
    {
        details.exclusive_by_name = Vocabulary::has_word(&words.values.exclusive, &end.name);
        details.exclusive = details.exclusive_by_name || ends_are_starts(start, end);
        let owner = source(table, fit, ColumnName::customer_id);
        let is_row = |row: usize| owner.is_none_or(|owner| !owner.values[row].is_empty());
        let is_open = |(row, value): &(usize, &String)| {
            is_row(*row) && (value.is_empty() || end.profile.missing.contains_key(*value))
        };
        details.without_end = end.values.iter().enumerate().filter(is_open).count();
    }
    if fit.extract == Extract::Payments {
        let has_end = source(table, fit, ColumnName::period_end).is_some_and(|end| end.profile.filled > 0);
        let are_months = source(table, fit, ColumnName::period_start).is_some_and(begins_months);
        details.covers_month = !has_end && are_months;
    }
    details.filter = sums(table, fit, words);
    details.history = fit.extract == Extract::Customers && has_spells(table, fit);
    details
}

/// What makes the owners' ids those of the register: a form of their own, or a second column.
fn owner(table: &Table, fit: &mut Fit, registers: &[RegisterIds; 2]) -> IdFormat {
    let Some(mapping) = fit.mappings.iter_mut().find(|mapping| is_owner(mapping.column)) else {
        return IdFormat::default();
    };
    let register = &registers[usize::from(mapping.column == Some(ColumnName::employer_id))];
    let column = mapping.at().map(|at| &table.columns[at]);
    if !register.is_known() || column.is_some_and(|column| register.has(column)) {
        return IdFormat::default();
    }
    if let Some(form) = column.and_then(|column| register.form(column)) {
        return form;
    }
    if let Some(joined) = register.joined(table) {
        (mapping.from, mapping.score, mapping.second) = (joined.clone(), 1.0, None);
        // What was taken for something else is a part of the id.
        let is_part = |own: &Mapping| matches!(&joined, Origin::Joined(parts, _) if own.at().is_some_and(|at| parts.contains(&at)));
        fit.mappings.retain(|own| !is_part(own));
    }
    IdFormat::default()
}

/// A column of debit and credit beside amounts without signs; what is rarer is taken back.
fn sign(table: &Table, amount: &Column, fit: &Fit, words: &Vocabulary) -> Option<SignColumn> {
    let has_signs = amount.profile.values.keys().any(|value| value.contains(['-', '(', '\u{2212}']));
    let is_free = |at: usize| !fit.mappings.iter().any(|mapping| mapping.at() == Some(at));
    if has_signs {
        return None;
    }
    let columns = table.columns.iter().enumerate().filter(|(at, column)| is_free(*at) && column.is_usable);
    for (_, column) in columns {
        let values = &column.profile.values;
        let is_pair = |pair: &&[String; 2]| {
            values.len() == 2 && pair.iter().all(|side| values.keys().any(|value| value.eq_ignore_ascii_case(side)))
        };
        // A column all of one sign tells nothing.
        if words.values.signs.iter().any(|pair| is_pair(&pair)) {
            let rarer = values.iter().min_by_key(|(_, rows)| **rows)?;
            return Some(SignColumn { column: column.name.clone(), negative: vec![rarer.0.clone()] });
        }
    }
    None
}

fn unit(table: &Table, minutes: &Column, words: &Vocabulary) -> Unit {
    let is_called =
        |units: &[String]| Vocabulary::has_word(units, &minutes.name) || Vocabulary::has_word(units, table.file_name());
    if minutes.profile.numbers.as_ref().is_some_and(|numbers| numbers.are_clock) {
        Unit::Clock
    } else if is_called(&words.values.seconds) {
        Unit::Seconds
    } else if is_called(&words.values.hours) {
        Unit::Hours
    } else {
        Unit::Minutes
    }
}

/// Whether half of the numbers are above `LONG_MINUTES`.
fn are_long(minutes: &Column) -> bool {
    let Some(numbers) = &minutes.profile.numbers else { return false };
    let reader = NumberReader::new(&numbers.format, Unit::Minutes);
    let is_long = |value: &str| reader.amount(value.as_bytes()).is_ok_and(|hundredths| hundredths > 100 * LONG_MINUTES);
    let rows = minutes.profile.values.iter().filter(|(value, _)| is_long(value)).map(|(_, rows)| rows);
    rows.sum::<usize>() * 2 > minutes.profile.filled
}

/// The days of a column, row by row.
pub fn days(column: &Column) -> Vec<Option<Day>> {
    let readers = column.profile.dates.as_ref().map(dates::Dates::readers).unwrap_or_default();
    column.values.iter().map(|value| dates::read(&readers, value)).collect()
}

fn is_first_of_month(day: Day) -> bool {
    day.date().day() == 1
}

/// Whether nearly all days are firsts of months.
pub fn begins_months(column: &Column) -> bool {
    let days: Vec<Day> = days(column).into_iter().flatten().collect();
    let firsts = days.iter().filter(|day| is_first_of_month(**day)).count();
    !days.is_empty() && firsts * 10 >= days.len() * 9
}

/// Whether periods end on the day on which the next one begins: on firsts of months, as they begin.
fn ends_are_starts(start: &Column, end: &Column) -> bool {
    let has_days = end.profile.dates.as_ref().is_some_and(|dates| !dates.are_months());
    let pairs: Vec<(Day, Day)> = days(start)
        .into_iter()
        .zip(days(end))
        .filter_map(|(start, end)| start.zip(end))
        .filter(|(a, b)| a < b)
        .collect();
    let firsts = pairs.iter().filter(|(start, end)| is_first_of_month(*start) && is_first_of_month(*end)).count();
    has_days && !pairs.is_empty() && firsts * 10 >= pairs.len() * 8
}

/// A condition that leaves out rows which sum up others: in the column of the owner's ids their first word, or nothing.
fn sums(table: &Table, fit: &Fit, words: &Vocabulary) -> Option<String> {
    table.form.as_ref()?;
    let owner = fit.mappings.iter().find(|mapping| is_owner(mapping.column))?.at()?;
    let column = &table.columns[owner];
    let begins = |value: &String| words.values.totals.iter().find(|total| value.starts_with(total.as_str()));
    let quoted = format!("\"{}\"", column.name.replace('"', "\"\""));
    let mut totals: Vec<&String> = column.profile.values.keys().filter_map(begins).collect();
    totals.dedup();
    if !totals.is_empty() {
        let conditions: Vec<String> = totals.iter().map(|total| format!("{quoted} NOT LIKE '{total}%'")).collect();
        return Some(conditions.join(" AND "));
    }
    let without_owner: Vec<usize> = (0..table.rows()).filter(|row| column.values[*row].is_empty()).collect();
    let is_sum = |row: &usize| table.columns.iter().any(|column| begins(&column.values[*row]).is_some());
    (!without_owner.is_empty() && without_owner.iter().all(is_sum)).then(|| format!("{quoted} IS NOT NULL"))
}

/// Whether customers have several rows each of which is a spell, none overlapping another.
fn has_spells(table: &Table, fit: &Fit) -> bool {
    let Some((ids, from)) =
        source(table, fit, ColumnName::customer_id).zip(source(table, fit, ColumnName::registered_from))
    else {
        return false;
    };
    let to = source(table, fit, ColumnName::registered_to).map(days);
    let mut spells: BTreeMap<&str, Vec<(Day, Day)>> = BTreeMap::new();
    for (row, (id, first)) in ids.values.iter().zip(days(from)).enumerate() {
        let last = to.as_ref().and_then(|to| to[row]).unwrap_or(Day(i32::MAX));
        if !id.is_empty() {
            spells.entry(id).or_default().push((first.unwrap_or(Day(i32::MIN)), last));
        }
    }
    let (mut apart, mut several) = (0, 0);
    for own in spells.values_mut().filter(|own| own.len() > 1) {
        own.sort();
        several += 1;
        apart += usize::from(own.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }
    several > 0 && apart * 10 >= several * 7
}
