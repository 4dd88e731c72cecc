//! `vardag try`: what other rules would give on a run that is done.

use super::compare::{open, with_rows};
use super::summary::{decimals, plain, thousands, trimmed};
use super::{TryArguments, movements, output};
use crate::config;
use crate::exit_code::ExitCode;
use crate::history::{Movements, Trial, trial};

/// Tries the rules and prints what they would give.
pub fn try_rules(arguments: &TryArguments) -> anyhow::Result<ExitCode> {
    let run = open(&arguments.run)?;
    // The run's day is what the rules are tried on, whatever day the configuration would be run for.
    let plan = config::load(&arguments.config, |_| run.plan.window.as_of)?;
    let tried = with_rows(arguments.movements.as_deref(), |rows| trial(&run, &plan, rows))?;
    if !tried.not_tried.is_empty() {
        output::say(&format!(
            "warning: these settings differ too, and take a full run; the features tried here are those of the run: {}",
            tried.not_tried.join(", ")
        ));
    }
    if arguments.json {
        output::print_json(&json(&tried))?;
    } else {
        output::print(&text(&tried.movements))?;
    }
    Ok(ExitCode::Success)
}

/// A category before and after; a category that only one side has is empty on the other.
struct Change<'a> {
    category: &'a str,
    before: u64,
    after: u64,
}

fn changes(movements: &Movements) -> Vec<Change<'_>> {
    let before = |name: &str| {
        let row = movements.from.iter().position(|own| own == name);
        row.map_or(0, |row| movements.matrix[row].iter().sum())
    };
    let after = |name: &str| {
        let column = movements.to.iter().position(|own| own == name);
        column.map_or(0, |column| movements.matrix.iter().map(|counts| counts[column]).sum())
    };
    let gone = movements.from.iter().filter(|name| !movements.to.contains(name));
    let all = movements.to.iter().chain(gone);
    all.map(|name| Change { category: name, before: before(name), after: after(name) }).collect()
}

/// Per cent of a population; missing where there is nobody.
fn share_pct(customers: u64, population: u64) -> f64 {
    if population == 0 { f64::NAN } else { 100.0 * customers as f64 / population as f64 }
}

fn text(found: &Movements) -> String {
    let population = found.in_both();
    let mut table = plain(["category", "customers", "share %", "tried", "share %", "change"].map(str::to_owned));
    for Change { category, before, after } in changes(found) {
        table.add_row([
            category.to_owned(),
            thousands(before),
            decimals(share_pct(before, population), 1),
            thousands(after),
            decimals(share_pct(after, population), 1),
            movements::signed(before, after),
        ]);
    }
    let mut text = format!(
        "Other rules on the run of {}: {} of {} customers would change category. Nothing is published.\n\n{}\n",
        found.old_as_of,
        thousands(found.moved()),
        thousands(population),
        trimmed(&table)
    );
    if found.moved() > 0 {
        text.push_str(&format!(
            "\nCustomers, from (rows) to (columns)\n\n{}\n\nPer cent, by row\n\n{}\n\nBy the rules that decide\n\n{}\n",
            matrix(found),
            movements::shares(found),
            movements::by_rule(found)
        ));
    }
    text
}

fn matrix(movements: &Movements) -> String {
    let header = std::iter::once("").chain(movements.to.iter().map(String::as_str));
    let mut table = plain(header.map(str::to_owned).collect::<Vec<_>>());
    for (from, counts) in movements.from.iter().zip(&movements.matrix) {
        let cells = counts.iter().map(|count| thousands(*count));
        table.add_row(std::iter::once(from.clone()).chain(cells).collect::<Vec<_>>());
    }
    trimmed(&table)
}

fn json(tried: &Trial) -> serde_json::Value {
    let movements = &tried.movements;
    let population = movements.in_both();
    let categories = changes(movements).into_iter().map(|change| {
        serde_json::json!({
            "category": change.category,
            "customers": change.before,
            // JSON has no NaN: serde_json writes it as null, which is what missing is.
            "share_pct": share_pct(change.before, population),
            "tried_customers": change.after,
            "tried_share_pct": share_pct(change.after, population),
        })
    });
    serde_json::json!({
        "as_of": movements.old_as_of,
        "customers": population,
        "moved": movements.moved(),
        "categories": categories.collect::<Vec<_>>(),
        "from": movements.from,
        "to": movements.to,
        "matrix": movements.matrix,
        "by_rule": movements.by_rule,
        "not_tried": tried.not_tried,
    })
}
