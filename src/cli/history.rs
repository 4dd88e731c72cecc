//! `vardag history`: shares and main figures over all good runs of a folder.

use super::summary::{decimals, plain, thousands, trimmed};
use super::{HistoryArguments, output};
use crate::exit_code::ExitCode;
use crate::history::{self, CategoryPoint, HistoryEntry, HistoryError};
use crate::statistics::ALL;
use crate::text::{double, push_csv};

/// Prints the runs of a folder; those that cannot be read are said and left out.
pub fn history(arguments: &HistoryArguments) -> anyhow::Result<ExitCode> {
    let series = history::series(&arguments.runs, None)?;
    series.faults.iter().for_each(|(_, fault)| output::say(&format!("warning: left out: {fault}")));
    if series.entries.is_empty() {
        return Err(HistoryError::NoRuns { root: arguments.runs.clone() }.into());
    }
    match (arguments.json, arguments.csv) {
        (true, _) => output::print_json(&series.entries)?,
        (false, true) => output::print(&csv(&series.entries))?,
        (false, false) => output::print(&tables(&series.entries))?,
    }
    Ok(ExitCode::Success)
}

/// A figure of a category: its name in files, what it is called on the terminal, its decimals there, its value.
struct Figure {
    column: &'static str,
    title: &'static str,
    places: usize,
    value: fn(&CategoryPoint) -> f64,
}

const FIGURES: [Figure; 4] = [
    Figure {
        column: "share_pct",
        title: "Share, per cent of the customers",
        places: 1,
        value: |point| point.share_pct,
    },
    Figure { column: "contacts_per_year", title: "Contacts a year", places: 2, value: |point| point.contacts_per_year },
    Figure {
        column: "handling_minutes_per_application",
        title: "Minutes per application",
        places: 1,
        value: |point| point.handling_minutes_per_application,
    },
    Figure {
        column: "handling_minutes_pooled",
        title: "Minutes per application, pooled",
        places: 1,
        value: |point| point.handling_minutes_pooled,
    },
];

fn tables(entries: &[HistoryEntry]) -> String {
    let names = categories(entries);
    let header = std::iter::once("last day").chain(names.iter().map(String::as_str));
    let customers = |entry: &HistoryEntry, name: &str| {
        entry.category(name).map_or("–".to_owned(), |point| thousands(point.customers))
    };
    let mut text = format!("Customers\n\n{}\n", table(entries, header.clone().collect(), &names, customers));
    for figure in FIGURES {
        let value = |entry: &HistoryEntry, name: &str| {
            decimals(entry.category(name).map_or(f64::NAN, figure.value), figure.places)
        };
        // Everybody's share is the whole.
        let shown = if figure.column == "share_pct" { &names[..names.len() - 1] } else { &names[..] };
        let header = header.clone().take(shown.len() + 1).collect();
        text.push_str(&format!("\n{}\n\n{}\n", figure.title, table(entries, header, shown, value)));
    }
    let extracts = extracts(entries);
    let header = std::iter::once("last day").chain(extracts.iter().map(String::as_str)).collect();
    let records = |entry: &HistoryEntry, name: &str| {
        let found = entry.volumes.iter().find(|(own, _)| own == name);
        found.map_or("–".to_owned(), |(_, records)| thousands(*records))
    };
    text.push_str(&format!("\nRecords by extract\n\n{}\n", table(entries, header, &extracts, records)));
    text
}

/// A row per run, a column per name.
fn table(
    entries: &[HistoryEntry],
    header: Vec<&str>,
    names: &[String],
    value: impl Fn(&HistoryEntry, &str) -> String,
) -> String {
    let mut table = plain(header);
    for entry in entries {
        let values = names.iter().map(|name| value(entry, name));
        table.add_row(std::iter::once(entry.as_of.clone()).chain(values).collect::<Vec<_>>());
    }
    trimmed(&table)
}

/// All categories that a run has or had: the last run's in their order, older ones, then all.
fn categories(entries: &[HistoryEntry]) -> Vec<String> {
    let names = entries.iter().rev().flat_map(|entry| &entry.categories).map(|point| &point.category);
    let mut found = distinct(names.filter(|name| *name != ALL));
    found.push(ALL.to_owned());
    found
}

fn extracts(entries: &[HistoryEntry]) -> Vec<String> {
    distinct(entries.iter().rev().flat_map(|entry| &entry.volumes).map(|(extract, _)| extract))
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.contains(name) {
            found.push(name.clone());
        }
    }
    found
}

/// Long and tidy: a row per run, category or extract, and figure.
fn csv(entries: &[HistoryEntry]) -> String {
    let mut text = b"as_of,kind,name,figure,value\n".to_vec();
    let mut push = |as_of: &str, kind: &str, name: &str, figure: &str, value: &str| {
        for (at, cell) in [as_of, kind, name, figure, value].into_iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            push_csv(cell, &mut text);
        }
        text.push(b'\n');
    };
    for entry in entries {
        for point in &entry.categories {
            push(&entry.as_of, "category", &point.category, "customers", &point.customers.to_string());
            for figure in &FIGURES {
                push(&entry.as_of, "category", &point.category, figure.column, &double((figure.value)(point)));
            }
        }
        for (extract, records) in &entry.volumes {
            push(&entry.as_of, "extract", extract, "records", &records.to_string());
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}
