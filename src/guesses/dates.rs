//! Which date formats values have.

use super::{Guess, Sample, rows_of, toml_list};
use crate::calendar::Day;
use crate::dates::DateFormat;

/// Formats that occur, and what they are called. Of formats that read equally many values the first is taken, so numbers,
/// which read most, are last.
const FORMATS: [(&str, &str); 33] = [
    ("%Y-%m-%d", "year-month-day"),
    ("%d.%m.%Y", "day.month.year"),
    ("%d/%m/%Y", "day/month/year"),
    ("%m/%d/%Y", "month/day/year"),
    ("%d-%m-%Y", "day-month-year"),
    ("%m-%d-%Y", "month-day-year"),
    ("%d %m %Y", "day month year"),
    ("%Y/%m/%d", "year/month/day"),
    ("%Y.%m.%d", "year.month.day"),
    ("%Y %m %d", "year month day"),
    ("%Y%m%d", "year, month and day without separators"),
    ("%d%m%Y", "day, month and year without separators"),
    ("%d.%m.%y", "day.month.year in two digits"),
    ("%d/%m/%y", "day/month/year in two digits"),
    ("%m/%d/%y", "month/day/year in two digits"),
    ("%d-%m-%y", "day-month-year in two digits"),
    ("%y-%m-%d", "year in two digits-month-day"),
    ("%y%m%d", "year in two digits, month and day without separators"),
    ("%d %B %Y", "day, the month's name, year"),
    ("%d. %B %Y", "day., the month's name, year"),
    ("%d-%b-%Y", "day-the month's name-year"),
    ("%d-%b-%y", "day-the month's name-year in two digits"),
    ("%B %d, %Y", "the month's name, day, year"),
    ("%B %d %Y", "the month's name, day, year"),
    ("%Y-%m", "a month: year-month"),
    ("%Y%m", "a month: year and month without separators"),
    ("%m/%Y", "a month: month/year"),
    ("%m.%Y", "a month: month.year"),
    ("%B %Y", "a month: its name and year"),
    ("%Y", "a year"),
    ("epoch", "seconds since 1970"),
    ("epoch_ms", "milliseconds since 1970"),
    ("excel", "a spreadsheet's day numbers"),
];
/// Most formats of one guess.
const MOST_FORMATS: usize = 4;
/// A number of seconds or days before this is no date that anybody means.
const EARLIEST_YEAR: &str = "1900-01-01";
/// Nobody counted seconds before computers kept records.
const EARLIEST_SECONDS: &str = "1980-01-01";

/// The formats that read these values, beside those that are known already. Dates after `latest` are none that
/// anybody means.
pub fn date_formats(values: &[Sample], known: &[DateFormat], decimal_separator: u8, latest: Day) -> Option<Guess> {
    let earliest = |text| Day::from_iso(text).unwrap_or(Day(i32::MIN));
    let (years, seconds) = (earliest(EARLIEST_YEAR), earliest(EARLIEST_SECONDS));
    let formats: Vec<(DateFormat, &str)> =
        FORMATS.iter().filter_map(|(notation, means)| Some((DateFormat::new(notation).ok()?, *means))).collect();
    let reads = |format: &DateFormat, text: &str| {
        let first = if format.notation().starts_with("epoch") { seconds } else { years };
        format.read_with(text.as_bytes(), decimal_separator).is_some_and(|day| (first..=latest).contains(&day))
    };
    let mut left: Vec<&Sample> = values.iter().collect();
    let mut found: Vec<(&DateFormat, String)> = Vec::new();
    while found.len() < MOST_FORMATS {
        let counted =
            |(format, _): &&(DateFormat, &str)| rows_of(left.iter().copied().filter(|(text, _)| reads(format, text)));
        // Of equals the first.
        let Some(best) = formats.iter().rev().max_by_key(counted).filter(|best| counted(best) > 0) else { break };
        let (rows, (format, means)) = (counted(&best), best);
        let swapped =
            formats.iter().find(|other| other.0.swaps(format) && other.0 != *format && counted(other) == rows);
        let or = swapped.map(|(other, means)| format!(", or {means}, {:?}: no value tells which", other.notation()));
        found.push((format, format!("{means} ({rows}){}", or.unwrap_or_default())));
        left.retain(|(text, _)| !reads(format, text));
    }
    if found.is_empty() {
        return None;
    }
    // Two formats that swap day and month would read the same values one way here and another way there.
    let kept = known.iter().filter(|known| !found.iter().any(|(format, _)| format.swaps(known)));
    let notations = kept.map(DateFormat::notation).chain(found.iter().map(|(format, _)| format.notation()));
    Some(Guess {
        rows: rows_of(values) - rows_of(left),
        means: found.iter().map(|(_, means)| means.as_str()).collect::<Vec<_>>().join("; "),
        setting: format!("date_formats = {}", toml_list(notations)),
    })
}
