//! In which formats the dates of a column are written, by the program's own reading of dates.

use crate::calendar::Day;
use crate::dates::DateFormat;

/// How a format may be taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nothing else is written like it.
    Nothing,
    /// Other numbers are, too: the column's name must be one of a date.
    Name,
}

/// The formats that are tried, of two that read the same dates the likelier first.
const FORMATS: [(&str, Needs); 46] = [
    ("%Y-%m-%d", Needs::Nothing),
    ("%d.%m.%Y", Needs::Nothing),
    ("%d/%m/%Y", Needs::Nothing),
    ("%m/%d/%Y", Needs::Nothing),
    ("%d-%m-%Y", Needs::Nothing),
    ("%m-%d-%Y", Needs::Nothing),
    ("%Y/%m/%d", Needs::Nothing),
    ("%Y.%m.%d", Needs::Nothing),
    ("%Y%m%d", Needs::Nothing),
    ("%d.%m.%y", Needs::Nothing),
    ("%d/%m/%y", Needs::Nothing),
    ("%m/%d/%y", Needs::Nothing),
    ("%d-%m-%y", Needs::Nothing),
    ("%y-%m-%d", Needs::Nothing),
    ("%d %b %Y", Needs::Nothing),
    ("%d. %b %Y", Needs::Nothing),
    ("%d-%b-%Y", Needs::Nothing),
    ("%d-%b-%y", Needs::Nothing),
    ("%d/%b/%Y", Needs::Nothing),
    ("%d.%b.%Y", Needs::Nothing),
    ("%d%b%Y", Needs::Nothing),
    ("%d%b%y", Needs::Nothing),
    ("%b %d, %Y", Needs::Nothing),
    ("%b %d %Y", Needs::Nothing),
    ("%Y-%b-%d", Needs::Nothing),
    ("%d.%m.%Y %H.%M.%S", Needs::Nothing),
    ("%d.%m.%Y %H.%M", Needs::Nothing),
    ("%d.%m.%Y klo %H.%M", Needs::Nothing),
    ("%Y-%m-%d %H.%M.%S", Needs::Nothing),
    ("%Y-%m-%d-%H.%M.%S", Needs::Nothing),
    ("%Y%m%d%H%M%S", Needs::Nothing),
    ("%H:%M:%S %d.%m.%Y", Needs::Nothing),
    ("%Y-%m", Needs::Nothing),
    ("%Y/%m", Needs::Nothing),
    ("%m/%Y", Needs::Nothing),
    ("%m.%Y", Needs::Nothing),
    ("%b %Y", Needs::Nothing),
    ("%b-%y", Needs::Nothing),
    ("%Y %b", Needs::Nothing),
    ("epoch_ms", Needs::Nothing),
    ("%Y%m", Needs::Name),
    ("%y%m%d", Needs::Name),
    ("%d%m%y", Needs::Name),
    ("epoch", Needs::Name),
    ("excel", Needs::Name),
    ("%Y", Needs::Name),
];

/// The years that dates of extracts are in.
const FIRST_YEAR: u32 = 1850;
const LAST_YEAR: u32 = 2110;
/// Years whose last day stands for an end that is open.
const OPEN_YEARS: [u32; 2] = [2999, 9999];
/// Years that counted seconds are in, since other numbers come to some date, too.
const FIRST_COUNTED_YEAR: u32 = 1995;
const LAST_COUNTED_YEAR: u32 = 2045;
/// A column is one of dates if so many of its values are, per cent.
const LEAST_PCT: usize = 80;
/// A further format has to be that of so many per cent, or of so many rows: others are faults.
const LEAST_FURTHER_PCT: usize = 2;
const LEAST_FURTHER_ROWS: usize = 50;
/// A column's formats at most.
const MOST_FORMATS: usize = 4;

/// The dates of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// The formats and how many rows each is for, most first.
    pub formats: Vec<(&'static str, usize)>,
    /// Whether day and month could be the other way about in all of them, as far as was seen.
    pub either: bool,
    /// A value that shows which of day and month comes first.
    pub proof: Option<String>,
}

impl Dates {
    /// Readers of the formats.
    pub fn readers(&self) -> Vec<DateFormat> {
        self.formats.iter().filter_map(|(notation, _)| DateFormat::new(notation).ok()).collect()
    }

    /// Whether its dates have no days.
    pub fn are_months(&self) -> bool {
        self.formats.iter().all(|(notation, _)| !notation.contains("%d") && notation.contains('%'))
    }
}

/// Reads a value by the first format that takes it.
pub fn read(readers: &[DateFormat], value: &str) -> Option<Day> {
    readers.iter().find_map(|reader| reader.read(value.as_bytes()))
}

/// Whether a single value is a date in a form that nothing else has.
pub fn looks_like_one(value: &str) -> bool {
    has_digits(value)
        && FORMATS.iter().filter(|(_, needs)| *needs == Needs::Nothing).any(|(notation, _)| plausible(notation, value))
}

fn has_digits(value: &str) -> bool {
    value.len() <= 40 && value.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a format reads a value, and what comes out may be meant.
fn plausible(notation: &str, value: &str) -> bool {
    DateFormat::new(notation).is_ok_and(|format| reads(&format, notation, value))
}

fn reads(format: &DateFormat, notation: &str, value: &str) -> bool {
    let (first, last) = match notation.contains('%') {
        true => (FIRST_YEAR, LAST_YEAR),
        false => (FIRST_COUNTED_YEAR, LAST_COUNTED_YEAR),
    };
    let bounds = Day::from_ymd(first, 1, 1).zip(Day::from_ymd(last, 12, 31));
    let is_open = |day: Day| OPEN_YEARS.iter().any(|year| Day::from_ymd(*year, 12, 31) == Some(day));
    let day = format.read(value.as_bytes());
    day.zip(bounds).is_some_and(|(day, (first, last))| first <= day && day <= last || is_open(day))
}

/// The formats of values with their counts, if they are dates; `named` tells that the column's name is one of a date.
/// `month_first` is what other columns of the file show.
pub fn detect(values: &[(&str, usize)], named: bool, month_first: Option<bool>) -> Option<Dates> {
    let mut left: Vec<(&str, usize)> = values.iter().copied().filter(|(value, _)| has_digits(value)).collect();
    let all: usize = values.iter().map(|(_, rows)| rows).sum();
    let tried: Vec<(&'static str, DateFormat)> = FORMATS
        .iter()
        .filter(|(_, needs)| named || *needs == Needs::Nothing)
        .filter_map(|(notation, _)| Some((*notation, DateFormat::new(notation).ok()?)))
        .filter(|(notation, format)| left.iter().take(300).any(|(value, _)| reads(format, notation, value)))
        .collect();
    let (mut formats, mut either, mut proof) = (Vec::new(), false, None);
    while formats.len() < MOST_FORMATS && !left.is_empty() {
        let rows_of = |(notation, format): &(&'static str, DateFormat)| {
            left.iter().filter(|(value, _)| reads(format, notation, value)).map(|(_, rows)| rows).sum::<usize>()
        };
        let counted: Vec<(usize, &(&'static str, DateFormat))> = tried.iter().map(|one| (rows_of(one), one)).collect();
        // Of equal ones the first, unless another column shows that the month comes first.
        let most = counted.iter().map(|(rows, _)| *rows).max().filter(|rows| *rows > 0);
        let is_enough = |rows: usize| rows * 100 >= all * LEAST_FURTHER_PCT || rows >= LEAST_FURTHER_ROWS;
        let Some(most) = most.filter(|rows| formats.is_empty() || is_enough(*rows)) else { break };
        let equal: Vec<&(&'static str, DateFormat)> =
            counted.iter().filter(|(rows, _)| *rows == most).map(|(_, one)| *one).collect();
        let swapped = equal.iter().skip(1).find(|one| one.1.swaps(&equal[0].1)).copied();
        let chosen = match swapped {
            Some(swapped) if month_first == Some(true) && swapped.0.starts_with("%m") => swapped,
            _ => equal[0],
        };
        if formats.is_empty() {
            either = swapped.is_some() && month_first.is_none();
            let other = other_order(&chosen.1).filter(|_| swapped.is_none());
            proof = other.and_then(|(notation, other)| {
                let shows = |value: &&str| reads(&chosen.1, chosen.0, value) && !reads(&other, notation, value);
                left.iter().map(|(value, _)| *value).find(shows).map(str::to_owned)
            });
        }
        formats.push((chosen.0, most));
        // What counts seconds or days reads any number.
        if !chosen.0.contains('%') {
            break;
        }
        left.retain(|(value, _)| !reads(&chosen.1, chosen.0, value));
    }
    let read: usize = formats.iter().map(|(_, rows)| rows).sum();
    (read > 0 && read * 100 >= all * LEAST_PCT).then_some(Dates { formats, either, proof })
}

/// The format in which day and month have each other's places.
fn other_order(format: &DateFormat) -> Option<(&'static str, DateFormat)> {
    let all = FORMATS.iter().filter_map(|(notation, _)| Some((*notation, DateFormat::new(notation).ok()?)));
    all.into_iter().find(|(_, other)| other.notation() != format.notation() && other.swaps(format))
}

/// Whether dates show that the month comes first (`%m/%d`), or the day.
pub fn month_first(dates: &Dates) -> Option<bool> {
    let (first, _) = dates.formats.first()?;
    dates.proof.as_ref().map(|_| first.starts_with("%m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(values: &[&str], named: bool) -> Vec<&'static str> {
        let values: Vec<(&str, usize)> = values.iter().map(|value| (*value, 1)).collect();
        detect(&values, named, None).map_or(vec![], |dates| dates.formats.iter().map(|(format, _)| *format).collect())
    }

    #[test]
    fn formats_are_found() {
        for (values, named, expected) in [
            (&["2025-01-31", "2025-02-28 10:15"][..], false, &["%Y-%m-%d"][..]),
            (&["01.02.2025", "31.12.2024 23:59"], false, &["%d.%m.%Y"]),
            (&["01/25/2025", "02/03/2025"], false, &["%m/%d/%Y"]),
            (&["25/01/2025", "01/25/2025", "13/02/2025"], false, &["%d/%m/%Y", "%m/%d/%Y"]),
            (&["03/02/2025 02:41:17PM", "12/31/2024 11:59 pm"], false, &["%m/%d/%Y"]),
            (&["3 maj 2025", "7 OCT 2025", "14. maaliskuu 2025"], false, &["%d %b %Y", "%d. %b %Y"]),
            (&["1767225599999", "1735689600000"], false, &["epoch_ms"]),
            (&["1735689600", "1735689599"], true, &["epoch"]),
            (&["1735689600", "1735689599"], false, &[]),
            (&["45667", "45657"], true, &["excel"]),
            (&["2025-02", "2025-03"], false, &["%Y-%m"]),
            (&["202502", "202503"], true, &["%Y%m"]),
            (&["202502", "202503"], false, &[]),
            (&["2025-01-31", "9999-12-31", "9999-12-31"], false, &["%Y-%m-%d"]),
            (&["2025-01-31", "9998-12-31", "9998-12-31"], false, &[]),
            (&["2/2025", "12/2025"], false, &["%m/%Y"]),
            (&["01.05.80", "29.02.68"], false, &["%d.%m.%y"]),
            (&["20250301", "20251231"], false, &["%Y%m%d"]),
            (&["K1", "K2", "2025-01-01"], false, &[]),
            (&["94.88", "12.5", "3.2025"], false, &[]),
            (&[], true, &[]),
        ] {
            assert_eq!(formats(values, named), expected, "{values:?}");
        }
    }

    #[test]
    fn day_and_month_are_told_apart_or_not() {
        let values = [("01/02/2025", 3), ("03/04/2025", 1)];
        let found = detect(&values, false, None).unwrap();
        assert!(found.either && found.proof.is_none());
        assert_eq!(detect(&values, false, Some(true)).unwrap().formats[0].0, "%m/%d/%Y");
        let found = detect(&[("01/02/2025", 3), ("31/12/2025", 1)], false, None).unwrap();
        assert_eq!((found.either, found.proof.as_deref()), (false, Some("31/12/2025")));
        assert_eq!(month_first(&found), Some(false));
        let found = detect(&[("1/28/2025", 3), ("12/28/2025", 1)], false, None).unwrap();
        assert_eq!(month_first(&found), Some(true));
    }
}
