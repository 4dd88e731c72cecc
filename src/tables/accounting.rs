//! What became of the rows of every extract, why rows were rejected, which codes nobody knows, where columns were found,
//! and what took how long.

use super::localizer::Localizer;
use super::table::{Cell, Format, Table, Value};
use crate::extract::ColumnFound;
use crate::guesses::FaultEntry;
use crate::i18n::fill;
use crate::intake::{ExtractEntry, MOST_NAMED, RowsEntry};
use crate::sanitize::printable;

/// Where every row went: `records` are the sum of all other counts.
pub fn accounting(words: &Localizer<'_>, extracts: &[ExtractEntry]) -> Table {
    const COUNTS: [&str; 8] =
        ["records", "filtered", "malformed", "orphans", "duplicates", "future", "out_of_scope", "in_use"];
    let columns = [("extract", Format::Text)].into_iter().chain(COUNTS.map(|name| (name, Format::Count)));
    let mut table = words.table("accounting", columns.chain([("newest_event", Format::Day)]));
    for extract in extracts {
        let RowsEntry { records, filtered, rejected, orphans, duplicates, future, out_of_scope, in_use } = extract.rows;
        let counts = [records, filtered, rejected - orphans, orphans, duplicates, future, out_of_scope, in_use];
        let newest = Value::from(extract.newest_event.as_deref().unwrap_or_default());
        let cells = [words.extract(extract.extract)].into_iter().chain(counts.map(Value::from)).chain([newest]);
        table.push(cells);
    }
    table
}

/// Faults of rejected rows; a row may have several.
pub fn rejects_by_reason(words: &Localizer<'_>, extracts: &[ExtractEntry]) -> Table {
    let columns = [("extract", Format::Text), ("reason", Format::Text), ("faults", Format::Count)];
    let mut table = words.table("rejects_by_reason", columns);
    for extract in extracts {
        for (reason, faults) in &extract.faults {
            let label = words.texts.reasons.get(*reason).map_or(*reason, String::as_str);
            table.push([words.extract(extract.extract), Value::named(reason, label), Value::from(*faults)]);
        }
    }
    table
}

/// Codes that the configuration does not know, the most frequent of a column first.
pub fn unknown_codes(words: &Localizer<'_>, extracts: &[ExtractEntry]) -> Table {
    let texts = &words.texts.quality;
    let columns =
        [("extract", Format::Text), ("column", Format::Text), ("code", Format::Code), ("rows", Format::Count)];
    let mut table = words.table("unknown_codes", columns);
    let mut some_unnamed = false;
    for extract in extracts {
        for (column, named, other) in extract.unknown_codes() {
            let label = match column {
                "method" => &texts.method_column,
                "filed_by" => &texts.filer_column,
                _ => &texts.benefit_column,
            };
            let mut push = |code: Cell, rows: u64| {
                let of = [words.extract(extract.extract), Value::named(column, label)].map(Cell::from);
                table.push(of.into_iter().chain([code, Cell::from(rows)]));
            };
            let mut named: Vec<_> = named.iter().collect();
            // The sort keeps the bytewise order of equals.
            named.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
            named.into_iter().for_each(|(code, rows)| push(Cell::from(printable(code)), *rows));
            if other.codes > 0 {
                some_unnamed = true;
                let text = fill(&texts.other_codes, &[("codes", &words.count(other.codes))]);
                push(Cell { format: Some(Format::Text), ..Cell::from(text) }, other.rows);
            }
        }
    }
    if some_unnamed {
        let min = words.count(u64::from(words.min_group()));
        table.note = fill(&texts.unnamed_codes, &[("min", &min), ("most", &words.count(MOST_NAMED as u64))]);
    }
    table
}

/// Where each column of the configuration was found.
pub fn columns_found(words: &Localizer<'_>, columns: &[(&'static str, &ColumnFound)]) -> Table {
    let names = ["extract", "column", "read_from", "file"].map(|name| (name, Format::Text));
    let mut table = words.table("columns_found", names);
    for (extract, found) in columns {
        let from = match (&found.read_from, found.constant) {
            (None, _) => "–".to_owned(),
            (Some(text), true) => format!("\"{text}\""),
            (Some(text), false) => text.clone(),
        };
        table.push([words.extract(extract), Value::from(&found.column), Value::from(from), Value::from(&found.file)]);
    }
    table
}

/// The seconds of each stage.
pub fn timings(words: &Localizer<'_>, timings_s: &[(&'static str, f64)]) -> Table {
    let mut table = words.table("timings", [("stage", Format::Text), ("seconds", Format::Decimals(3))]);
    timings_s.iter().for_each(|(stage, seconds)| table.push([Value::from(*stage), Value::from(*seconds)]));
    table
}

/// When the rows in use are dated, and how many rows repeat an id.
pub fn dates_in_use(words: &Localizer<'_>, extracts: &[ExtractEntry]) -> Table {
    let columns = [
        ("extract", Format::Text),
        ("oldest", Format::Day),
        ("newest", Format::Day),
        ("in_use", Format::Count),
        ("in_window", Format::Count),
        ("duplicates", Format::Count),
        ("duplicates_that_differ", Format::Count),
    ];
    let mut table = words.table("dates_in_use", columns);
    for extract in extracts {
        let day = |day: &Option<String>| day.as_deref().map_or(Value::Missing, Value::from);
        table.push([
            words.extract(extract.extract),
            day(&extract.oldest_in_use),
            day(&extract.newest_in_use),
            Value::from(extract.rows.in_use),
            extract.in_window.map_or(Value::Missing, Value::from),
            Value::from(extract.rows.duplicates),
            Value::from(extract.duplicates_that_differ),
        ]);
    }
    table
}

/// Faults of rejected rows by source, column and reason, each with some values as they are to be shown.
pub fn faults<'f>(words: &Localizer<'_>, faults: impl Iterator<Item = (&'f FaultEntry, String)>) -> Table {
    let columns = [
        ("extract", Format::Text),
        ("source", Format::Text),
        ("column", Format::Text),
        ("reason", Format::Text),
        ("faults", Format::Count),
        ("samples", Format::Text),
    ];
    let mut table = words.table("faults", columns);
    for (entry, samples) in faults {
        let label = words.texts.reasons.get(entry.reason).map_or(entry.reason, String::as_str);
        let column = if entry.column.is_empty() { Value::Missing } else { Value::from(entry.column) };
        table.push([
            words.extract(entry.extract),
            Value::from(entry.source.as_str()),
            column,
            Value::named(entry.reason, label),
            Value::from(entry.faults),
            if samples.is_empty() { Value::Missing } else { Value::from(samples) },
        ]);
    }
    table.without_empty(&["samples"])
}
