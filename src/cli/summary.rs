//! What the commands print: short tables for people, JSON for programs.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Row, Table};

use super::movements;
use crate::calendar::Window;
use crate::config::RunPlan;
use crate::extract::ColumnFound;
use crate::i18n::Language;
use crate::job::Report;
use crate::outputs::{ExtractEntry, Manifest};
use crate::sanitize::shown;
use crate::statistics::{ALL, CategoryFigures, EmployerSummary};
use crate::text::nouns;

/// The summary of a run.
pub fn table(report: &Report, plan: &RunPlan) -> String {
    let mut table = plain(["category", "customers", "share %", "contacts a year", "minutes per application"]);
    for category in &report.results.figures {
        let figures = &category.summary;
        table.add_row([
            title(category, plan),
            thousands(category.customers),
            decimals(figures.share_pct, 1),
            decimals(figures.contacts_per_year, 2),
            decimals(figures.handling_minutes_per_application, 1),
        ]);
    }
    let employers = employers(&report.results.employers);
    let window = &report.manifest.window;
    let state = match (report.held, report.manifest.broken_limits.is_empty()) {
        (false, _) => "written",
        (true, false) => "held (a limit is broken; the last good run stays in place)",
        (true, true) => "held (a gate is broken; the last good run stays in place)",
    };
    let moved = report.results.movements.as_ref().map(|moved| format!("{}\n\n", movements::brief(moved)));
    format!(
        "Everyday life of customers, {} to {}\n\n{}\n{employers}\n{}{state}: {}\n",
        window.start,
        window.as_of,
        trimmed(&table),
        moved.unwrap_or_default(),
        report.folder.display()
    )
}

/// The categories that have employers, and all of them; nothing where no extract is about employers.
fn employers(figures: &[CategoryFigures<EmployerSummary>]) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let mut table = plain(["employers", "in all", "active", "share %", "contacts per application", "online %"]);
    for category in figures.iter().filter(|category| category.name == ALL || category.customers > 0) {
        let summary = &category.summary;
        table.add_row([
            category.name.clone(),
            thousands(category.customers),
            thousands(summary.active),
            decimals(summary.share_pct, 1),
            decimals(summary.contacts_per_application, 2),
            decimals(summary.online_pct, 1),
        ]);
    }
    format!("\n{}\n", trimmed(&table))
}

/// A category's name for people beside the one that files use.
fn title(category: &CategoryFigures, plan: &RunPlan) -> String {
    let known = plan.customers.categories.iter().find(|known| known.name == category.name);
    known.map_or(category.name.clone(), |known| format!("{} ({})", shown(Language::En.of(&known.names)), known.name))
}

/// The summary of a run as JSON; what is missing is null.
pub fn json(report: &Report) -> serde_json::Value {
    let categories: Vec<serde_json::Value> = report
        .results
        .figures
        .iter()
        .map(|category| {
            let mut entry = serde_json::json!({ "category": category.name, "customers": category.customers });
            for (name, value) in crate::statistics::Summary::columns().into_iter().zip(category.summary.values()) {
                // JSON has no NaN: serde_json writes it as null, which is what missing is.
                entry[name] = value.into();
            }
            entry
        })
        .collect();
    let employers: Vec<serde_json::Value> = report
        .results
        .employers
        .iter()
        .map(|category| {
            let (employers, active) = (category.customers, category.summary.active);
            let mut entry = serde_json::json!({ "category": category.name, "employers": employers, "active": active });
            for (name, value) in EmployerSummary::RATIOS.into_iter().zip(category.summary.ratios()) {
                entry[name] = value.into();
            }
            entry
        })
        .collect();
    serde_json::json!({
        "as_of": report.manifest.window.as_of,
        "window_start": report.manifest.window.start,
        // A path need not be text, which JSON is.
        "folder": report.folder.to_string_lossy(),
        "held": report.held,
        "broken_limits": report.manifest.broken_limits,
        "broken_gates": report.manifest.broken_gates,
        "accepted_changes": report.manifest.accepted_changes,
        "movements": report.manifest.movements,
        "categories": categories,
        "employers": employers,
        "extracts": report.manifest.extracts,
        "warnings": report.manifest.warnings,
    })
}

/// What was found out by reading: columns, rows, faults and codes.
pub fn checked(
    columns: &[(&'static str, &ColumnFound)],
    extracts: &[ExtractEntry],
    window: &Window,
    customers: u64,
) -> String {
    let mut text = format!(
        "Window {} to {}, {} in scope\n\nColumns\n\n{}\n\nRows\n\n{}\n",
        window.start,
        window.as_of,
        counted(customers, "customer"),
        columns_table(columns),
        rows_table(extracts)
    );
    for (title, table) in [
        ("Faults of rejected rows (a row may have several)", faults_table(extracts)),
        ("Codes without a mapping", codes_table(extracts)),
    ] {
        if table.row_count() > 0 {
            text.push_str(&format!("\n{title}\n\n{}\n", trimmed(&table)));
        }
    }
    text
}

fn columns_table(columns: &[(&'static str, &ColumnFound)]) -> String {
    let mut table = texts(["extract", "column", "read from", "file"]);
    for (extract, found) in columns {
        let from = match (&found.read_from, found.constant) {
            (None, _) => "–".to_owned(),
            (Some(text), true) => format!("always \"{}\"", shown(text)),
            (Some(text), false) => shown(text),
        };
        table.add_row([(*extract).to_owned(), found.column.clone(), from, shown(&found.file)]);
    }
    trimmed(&table)
}

fn rows_table(extracts: &[ExtractEntry]) -> String {
    let mut table = plain([
        "extract",
        "records",
        "filtered",
        "malformed",
        "orphans",
        "duplicates",
        "future",
        "out of scope",
        "in use",
        "newest event",
    ]);
    for extract in extracts {
        let counts = &extract.rows;
        table.add_row([
            extract.extract.to_owned(),
            thousands(counts.records),
            thousands(counts.filtered),
            thousands(counts.rejected - counts.orphans),
            thousands(counts.orphans),
            thousands(counts.duplicates),
            thousands(counts.future),
            thousands(counts.out_of_scope),
            thousands(counts.in_use),
            extract.newest_event.clone().unwrap_or_default(),
        ]);
    }
    trimmed(&table)
}

fn faults_table(extracts: &[ExtractEntry]) -> Table {
    let mut table = texts(["extract", "reason", "faults"]);
    for extract in extracts {
        for (reason, count) in &extract.faults {
            table.add_row([extract.extract.to_owned(), (*reason).to_owned(), thousands(*count)]);
        }
    }
    table
}

fn codes_table(extracts: &[ExtractEntry]) -> Table {
    let mut table = texts(["extract", "column", "code", "rows"]);
    for extract in extracts {
        for (column, named, other) in extract.unknown_codes() {
            let mut row = |code: String, rows: u64| {
                table.add_row([extract.extract.to_owned(), column.to_owned(), code, thousands(rows)]);
            };
            named.iter().for_each(|(code, rows)| row(format!("\"{}\"", shown(code)), *rows));
            if other.codes > 0 {
                row(format!("{}, not named", counted(other.codes, "other code")), other.rows);
            }
        }
    }
    table
}

/// The time of each stage and the peak memory.
pub fn timings(manifest: &Manifest) -> String {
    let mut table = plain(["stage", "seconds"]);
    for (stage, seconds) in &manifest.timings_s {
        table.add_row([(*stage).to_owned(), format!("{seconds:.3}")]);
    }
    let peak = manifest
        .peak_memory_bytes
        .map_or(String::new(), |bytes| format!("\npeak memory {:.2} GiB", bytes as f64 / f64::from(1 << 30)));
    format!("{}{peak}", trimmed(&table))
}

/// A table of texts, without lines.
pub(super) fn texts(header: impl Into<Row>) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(header);
    table
}

/// A table without lines; every column but the first is of numbers.
pub(super) fn plain(header: impl Into<Row>) -> Table {
    let mut table = texts(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

pub(super) fn trimmed(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A count of things, in words.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{} {}", thousands(count), nouns(count, what))
}

/// A count, as all numbers on the terminal in English.
pub(super) fn thousands(count: u64) -> String {
    Language::En.whole(count)
}

/// A figure with some decimals; a dash where it is missing.
pub(super) fn decimals(value: f64, places: usize) -> String {
    Language::En.decimals(value, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(decimals(f64::NAN, 1), "–");
        assert_eq!(decimals(39.04, 1), "39.0");
    }
}
