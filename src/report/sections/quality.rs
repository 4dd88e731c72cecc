//! Quality of the data: where every row went, why rows were rejected, and codes that nobody knows.

use crate::i18n::fill;
use crate::intake::MOST_NAMED;
use crate::outputs::{ExtractEntry, RowsEntry};
use crate::report::localized::LocalizedReport;
use crate::report::printable;
use crate::report::view::{Block, Cell, Column, Section, Table};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let texts = &localized.texts.quality;
    let mut blocks = vec![Block::Text { text: texts.lead.clone() }, Block::Table { table: rows(localized) }];
    let reasons = reasons(localized);
    blocks.push(if reasons.rows.is_empty() {
        Block::Text { text: texts.no_faults.clone() }
    } else {
        Block::Table { table: reasons }
    });
    let codes = codes(localized);
    blocks.push(if codes.rows.is_empty() {
        Block::Text { text: texts.no_codes.clone() }
    } else {
        Block::Table { table: codes }
    });
    if !localized.content.warnings.is_empty() {
        blocks.push(Block::Heading { text: texts.warnings.clone() });
        blocks.push(Block::Messages { messages: localized.content.warnings.to_vec() });
    }
    Section { id: "quality", title: texts.title.clone(), blocks }
}

/// An extract's name for people.
fn name<'a>(localized: &'a LocalizedReport<'_>, extract: &'a ExtractEntry) -> &'a str {
    localized.texts.extracts.get(extract.extract).map_or(extract.extract, String::as_str)
}

fn rows(localized: &LocalizedReport<'_>) -> Table {
    let texts = &localized.texts.quality;
    let heads = [
        &texts.records,
        &texts.filtered,
        &texts.malformed,
        &texts.orphans,
        &texts.duplicates,
        &texts.future,
        &texts.out_of_scope,
        &texts.in_use,
        &texts.newest,
    ];
    let mut table = Table::numbers(&texts.rows, &texts.extract, heads.map(String::as_str));
    for extract in localized.content.extracts {
        let rows = &extract.rows;
        let malformed = rows.rejected - rows.orphans;
        let RowsEntry { records, filtered, orphans, duplicates, future, out_of_scope, in_use, .. } = *rows;
        let counts = [records, filtered, malformed, orphans, duplicates, future, out_of_scope, in_use];
        let newest = extract.newest_event.as_deref().map_or(String::new(), |day| localized.day(day));
        let counts = counts.map(|count| localized.count(count));
        table.row([name(localized, extract).to_owned()].into_iter().chain(counts).chain([newest]));
    }
    table
}

fn reasons(localized: &LocalizedReport<'_>) -> Table {
    let texts = &localized.texts.quality;
    let columns = vec![Column::text(&texts.extract), Column::text(&texts.reason), Column::number(&texts.faults)];
    let mut table = Table::new(&texts.reasons, columns);
    for extract in localized.content.extracts {
        for (reason, faults) in &extract.faults {
            let words = localized.texts.reasons.get(*reason).map_or(*reason, String::as_str);
            table.row([name(localized, extract).to_owned(), words.to_owned(), localized.count(*faults)]);
        }
    }
    table
}

fn codes(localized: &LocalizedReport<'_>) -> Table {
    let texts = &localized.texts.quality;
    let columns = vec![
        Column::text(&texts.extract),
        Column::text(&texts.column),
        Column::text(&texts.code),
        Column::number(&texts.code_rows),
    ];
    let mut table = Table::new(&texts.codes, columns);
    let mut unnamed = false;
    for extract in localized.content.extracts {
        for (column, named, other) in extract.unknown_codes() {
            let column = match column {
                "method" => &texts.method_column,
                "filed_by" => &texts.filer_column,
                _ => &texts.benefit_column,
            };
            let mut row = |code: Cell, rows: u64| {
                table.row([
                    Cell::from(name(localized, extract)),
                    Cell::from(column.as_str()),
                    code,
                    Cell::from(localized.count(rows)),
                ]);
            };
            let mut named: Vec<_> = named.iter().collect();
            // The most frequent first; the sort keeps the bytewise order of equals.
            named.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
            named.into_iter().for_each(|(code, rows)| row(Cell::code(&printable(code)), *rows));
            if other.codes > 0 {
                unnamed = true;
                row(Cell::from(fill(&texts.other_codes, &[("codes", &localized.count(other.codes))])), other.rows);
            }
        }
    }
    if unnamed {
        let min = localized.count(u64::from(localized.content.config.breakdowns.min_group));
        table.note = fill(&texts.unnamed_codes, &[("min", &min), ("most", &localized.count(MOST_NAMED as u64))]);
    }
    table
}
