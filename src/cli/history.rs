//! `vardag history`: shares and main figures over all good runs of a folder.

use super::summary::{titled, words};
use super::{HistoryArguments, output};
use crate::exit_code::ExitCode;
use crate::history::{self, HistoryEntry, HistoryError};
use crate::render;
use crate::schema::figures::Figure;
use crate::statistics::ALL;
use crate::tables::{self, Cell, FOLLOWED, Format, Localizer, ROW, Table, Value};

/// Prints the runs of a folder; those that cannot be read are said and left out.
pub fn history(arguments: &HistoryArguments) -> anyhow::Result<ExitCode> {
    let series = history::series(&arguments.runs, None)?;
    series.faults.iter().for_each(|(_, fault)| output::say(&format!("warning: left out: {fault}")));
    if series.entries.is_empty() {
        return Err(HistoryError::NoRuns { root: arguments.runs.clone() }.into());
    }
    let words = words(None)?;
    match (arguments.json, arguments.csv) {
        (true, _) => output::print_json(&series.entries)?,
        (false, true) => {
            let mut csv = Vec::new();
            render::write_csv(&figures_over_time(&words, &series.entries), &mut csv)?;
            output::print(&String::from_utf8_lossy(&csv))?;
        }
        (false, false) => output::print(&by_run(&words, &series.entries))?,
    }
    Ok(ExitCode::Success)
}

/// A table per figure: a row per run, a column per category or extract.
fn by_run(words: &Localizer<'_>, entries: &[HistoryEntry]) -> String {
    let runs = tables::of_entries(words, entries).keyed();
    let latest_first = latest_first(entries);
    let figures = std::iter::once("customers").chain(FOLLOWED.iter().map(|figure| figure.name()));
    let of_figure = |name: &str| {
        let mut table = runs.pivot("as_of", "category", name, None).select(&latest_first);
        let column = runs.columns.iter().find(|column| column.name == name);
        table.title = column.map_or(String::new(), |column| column.heading.clone());
        // Everybody's share is the whole.
        if name == Figure::share_pct.name() {
            table.columns.pop();
        }
        titled(&table)
    };
    let records = tables::records_over_time(words, entries).keyed();
    let records = titled(&records.pivot("as_of", "extract", "records", None));
    figures.map(of_figure).chain([records]).collect::<Vec<_>>().join("\n")
}

/// The first column, then all categories that a run has or had: the last run's in their order, older ones, then all.
fn latest_first(entries: &[HistoryEntry]) -> Vec<&str> {
    let mut names = vec![ROW];
    for point in entries.iter().rev().flat_map(|entry| &entry.categories) {
        if point.category != ALL && !names.contains(&point.category.as_str()) {
            names.push(&point.category);
        }
    }
    names.push(ALL);
    names
}

/// Long and tidy: a row per run, category or extract, and figure.
fn figures_over_time(words: &Localizer<'_>, entries: &[HistoryEntry]) -> Table {
    let columns = ["as_of", "kind", "name", "figure"].map(|name| (name, Format::Text));
    let mut table = words.table("figures_over_time", columns.into_iter().chain([("value", Format::UpTo(2))]));
    for entry in entries {
        let mut push = |kind: &str, name: &str, figure: &str, value: Value| {
            let names = [entry.as_of.as_str(), kind, name, figure].map(Value::from);
            table.push(names.into_iter().chain([value]).map(Cell::from));
        };
        for point in &entry.categories {
            push("category", &point.category, "customers", point.customers.into());
            for figure in FOLLOWED {
                push("category", &point.category, figure.name(), point.figures.get(figure).into());
            }
        }
        for (extract, records) in &entry.volumes {
            push("extract", extract, "records", (*records).into());
        }
    }
    table
}
