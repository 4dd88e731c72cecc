//! Movements as text and as JSON, for every command that finds some.

use super::summary::{counted, decimals, plain, texts, thousands, trimmed};
use crate::history::{Cause, Movements};

/// Rows of the table by rule; the rest is in the JSON.
const RULES_SHOWN: usize = 15;

/// Everything, as tables.
pub fn text(movements: &Movements) -> String {
    let mut text = format!(
        "Movements from {} to {}\n\nCustomers, from (rows) to (columns)\n\n{}\n\nPer cent of the customers in both runs, by row\n\n{}\n",
        movements.old_as_of,
        movements.new_as_of,
        counts(movements),
        shares(movements)
    );
    if !movements.by_rule.is_empty() {
        text.push_str(&format!("\nBy the rules that decided\n\n{}\n", by_rule(movements)));
    }
    text.push_str(&format!("\n{}\n", cause(movements)));
    text
}

/// A few lines, for a run that was compared with the one before it.
pub fn brief(movements: &Movements) -> String {
    let sum = |counts: &[u64]| thousands(counts.iter().sum());
    let mut text = format!(
        "Since {}: {} changed category, {} entered, {} left",
        movements.old_as_of,
        thousands(movements.moved()),
        sum(&movements.entered),
        sum(&movements.left)
    );
    match &movements.cause {
        Cause::Behaviour => {}
        Cause::Split { by_rules, .. } => text.push_str(&format!(
            "; the rules differ, and by them alone {} would have changed",
            thousands(off_diagonal(by_rules, &movements.from, &movements.to))
        )),
        Cause::CannotTell { differs } => text.push_str(&format!(
            "; settings differ ({}), so that lives and settings cannot be told apart",
            differs.join(", ")
        )),
    }
    text
}

/// Everything, as JSON.
pub fn json(movements: &Movements) -> anyhow::Result<serde_json::Value> {
    let mut value = serde_json::to_value(movements)?;
    value["in_both"] = movements.in_both().into();
    value["moved"] = movements.moved().into();
    Ok(value)
}

fn counts(movements: &Movements) -> String {
    let header = std::iter::once("").chain(movements.to.iter().map(String::as_str)).chain(["left", "all"]);
    let mut table = plain(header.collect::<Vec<_>>());
    for ((from, counts), left) in movements.from.iter().zip(&movements.matrix).zip(&movements.left) {
        let all = counts.iter().sum::<u64>() + left;
        let cells = counts.iter().chain([left, &all]).map(|count| thousands(*count));
        table.add_row(std::iter::once(from.clone()).chain(cells).collect::<Vec<_>>());
    }
    let sum = |counts: &[u64]| counts.iter().sum::<u64>();
    let entered = movements.entered.iter().map(|count| thousands(*count));
    let row = std::iter::once("entered".to_owned()).chain(entered);
    table.add_row(row.chain([String::new(), thousands(sum(&movements.entered))]).collect::<Vec<_>>());
    let now = |to: usize| movements.entered[to] + movements.matrix.iter().map(|counts| counts[to]).sum::<u64>();
    let everybody = (0..movements.to.len()).map(|to| thousands(now(to)));
    let left = sum(&movements.left);
    let seen = movements.in_both() + left + sum(&movements.entered);
    let row = std::iter::once("all".to_owned()).chain(everybody).chain([left, seen].map(thousands));
    table.add_row(row.collect::<Vec<_>>());
    trimmed(&table)
}

pub(super) fn shares(movements: &Movements) -> String {
    let header = std::iter::once("").chain(movements.to.iter().map(String::as_str));
    let mut table = plain(header.collect::<Vec<_>>());
    for (from, counts) in movements.from.iter().zip(&movements.matrix) {
        let all = counts.iter().sum::<u64>();
        // Nobody of nobody is missing, not zero.
        let share = |count: &u64| decimals(if all == 0 { f64::NAN } else { 100.0 * *count as f64 / all as f64 }, 1);
        table.add_row(std::iter::once(from.clone()).chain(counts.iter().map(share)).collect::<Vec<_>>());
    }
    trimmed(&table)
}

pub(super) fn by_rule(movements: &Movements) -> String {
    let mut table = texts(["from", "by rule", "to", "by rule", "customers"]);
    if let Some(column) = table.column_mut(4) {
        column.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    for movement in movements.by_rule.iter().take(RULES_SHOWN) {
        table.add_row([
            &movement.from,
            &movement.from_rule,
            &movement.to,
            &movement.to_rule,
            &thousands(movement.customers),
        ]);
    }
    match movements.by_rule.len().saturating_sub(RULES_SHOWN) {
        0 => trimmed(&table),
        more => format!("{}\n … and {} more, which --json names", trimmed(&table), counted(more as u64, "pair")),
    }
}

fn cause(movements: &Movements) -> String {
    match &movements.cause {
        Cause::Behaviour if movements.moved() == 0 => "Nobody in both runs changed category.".to_owned(),
        Cause::Behaviour => "Rules and settings are the same in both runs: what moved is customers' lives.".to_owned(),
        Cause::CannotTell { differs } => format!(
            "What moved by customers' lives cannot be told apart from what moved by settings, since these differ:\n  {}\n\
             To tell, run the old day again under the new settings and compare with that.",
            differs.join("\n  ")
        ),
        Cause::Split { by_rules, by_behaviour } => format!(
            "The rules differ. Of the customers in both runs, {} would have changed category by the rules alone (their \
             old features under the new rules); from there, {} moved by what they did.\n\nCustomers in both runs\n\n{}",
            thousands(off_diagonal(by_rules, &movements.from, &movements.to)),
            thousands(off_diagonal(by_behaviour, &movements.to, &movements.to)),
            split(movements, by_rules, by_behaviour)
        ),
    }
}

/// What each category had, gained or lost by either cause, and has.
fn split(movements: &Movements, by_rules: &[Vec<u64>], by_behaviour: &[Vec<u64>]) -> String {
    let mut table = plain(["category", "before", "by rules", "by behaviour", "after"]);
    let gone = movements.from.iter().filter(|name| !movements.to.contains(name));
    for name in movements.to.iter().chain(gone) {
        let row = movements.from.iter().position(|own| own == name);
        let column = movements.to.iter().position(|own| own == name);
        let sum =
            |matrix: &[Vec<u64>]| column.map_or(0, |column| matrix.iter().map(|counts| counts[column]).sum::<u64>());
        let before: u64 = row.map_or(0, |row| movements.matrix[row].iter().sum());
        let (between, after) = (sum(by_rules), sum(by_behaviour));
        let [before_text, after_text] = [before, after].map(thousands);
        table.add_row([name.clone(), before_text, signed(before, between), signed(between, after), after_text]);
    }
    trimmed(&table)
}

/// The way from one count to another, with its sign.
pub(super) fn signed(from: u64, to: u64) -> String {
    match to.cmp(&from) {
        std::cmp::Ordering::Less => format!("−{}", thousands(from - to)),
        std::cmp::Ordering::Equal => "0".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", thousands(to - from)),
    }
}

/// Customers whose category has another name after a step.
fn off_diagonal(matrix: &[Vec<u64>], from: &[String], to: &[String]) -> u64 {
    let changed = |(row, counts): (usize, &Vec<u64>)| -> u64 {
        counts.iter().zip(to).filter(|(_, to)| **to != from[row]).map(|(count, _)| count).sum()
    };
    matrix.iter().enumerate().map(changed).sum()
}
