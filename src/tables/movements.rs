//! Who moved between two runs: by category, by rule, and by what moved them.

use super::localizer::Localizer;
use super::table::{Cell, Format, Table, Value};
use crate::history::{Cause, Movements};
use crate::schema::Entity;

/// Customers by category then and now; a row for those who entered and who left, too. With per cent of the row.
pub fn movements(words: &Localizer<'_>, found: &Movements) -> Table {
    let columns = [("from", Format::Text), ("to", Format::Text), counted(found), ("row_pct", Format::Percent)];
    let mut table = words.table(&name(found, ""), columns);
    push_matrix(words, &mut table, found.entity, None, (&found.from, &found.to, &found.matrix));
    let texts = &words.texts.movements;
    let entered = match found.entity {
        Entity::Customer => &texts.entered,
        Entity::Employer => &words.texts.employers.entered,
    };
    for (from, customers) in found.from.iter().zip(&found.left) {
        let nowhere = Value::named("", &texts.left);
        table.push([Cell::from(words.category(found.entity, from)), Cell::from(nowhere), Cell::from(*customers)]);
    }
    for (to, customers) in found.to.iter().zip(&found.entered) {
        let nowhere = Value::named("", entered);
        let cells = [Cell::from(nowhere), Cell::from(words.category(found.entity, to)), Cell::from(*customers)];
        table.push_as(true, cells);
    }
    table
}

/// The name of a table about movements of an entity.
fn name(found: &Movements, kind: &str) -> String {
    format!("{}movements{kind}", found.entity.key_prefix())
}

/// The column of those who are counted.
fn counted(found: &Movements) -> (&'static str, Format) {
    (found.entity.plural(), Format::Count)
}

/// What the rules moved and what life moved, where it can be told apart.
pub fn movements_split(words: &Localizer<'_>, found: &Movements) -> Option<Table> {
    let Cause::Split { by_rules, by_behaviour } = &found.cause else { return None };
    let columns = ["cause", "from", "to"].map(|name| (name, Format::Text));
    let numbers = [counted(found), ("row_pct", Format::Percent)];
    let mut table = words.table(&name(found, "_split"), columns.into_iter().chain(numbers));
    push_matrix(words, &mut table, found.entity, Some("rules"), (&found.from, &found.to, by_rules));
    push_matrix(words, &mut table, found.entity, Some("behaviour"), (&found.to, &found.to, by_behaviour));
    Some(table)
}

fn push_matrix(
    words: &Localizer<'_>,
    table: &mut Table,
    entity: Entity,
    cause: Option<&str>,
    (from, to, counts): (&[String], &[String], &[Vec<u64>]),
) {
    for (from, row) in from.iter().zip(counts) {
        let sum: u64 = row.iter().sum();
        for (to, customers) in to.iter().zip(row) {
            let names = [from, to].map(|name| Cell::from(words.category(entity, name)));
            // Nobody of nobody is missing, not zero.
            let share = Cell::from(100.0 * *customers as f64 / sum as f64);
            table.push(cause.map(Cell::from).into_iter().chain(names).chain([Cell::from(*customers), share]));
        }
    }
}

/// Changes of category by the rules that decided, most first.
pub fn movements_by_rule(words: &Localizer<'_>, found: &Movements) -> Table {
    let columns = ["from", "from_rule", "to", "to_rule"].map(|name| (name, Format::Text));
    let columns = columns.map(|(name, format)| (name, if name.ends_with("rule") { Format::Code } else { format }));
    let mut table = words.table(&name(found, "_by_rule"), columns.into_iter().chain([counted(found)]));
    for movement in &found.by_rule {
        table.push([
            Cell::from(words.category(found.entity, &movement.from)),
            words.rule(&movement.from_rule),
            Cell::from(words.category(found.entity, &movement.to)),
            words.rule(&movement.to_rule),
            Cell::from(movement.customers),
        ]);
    }
    table
}

/// What other rules would make of the categories of those in both runs.
pub fn changes(words: &Localizer<'_>, found: &Movements) -> Table {
    let share = |name| (name, Format::Percent);
    let columns = [
        ("category", Format::Text),
        ("customers", Format::Count),
        share("share_pct"),
        ("tried_customers", Format::Count),
        share("tried_share_pct"),
        ("change", Format::Change),
    ];
    let mut table = words.table("changes", columns);
    let population = found.in_both();
    let share = |customers: u64| Cell::from(100.0 * customers as f64 / population as f64);
    let gone = found.from.iter().filter(|name| !found.to.contains(name));
    for name in found.to.iter().chain(gone) {
        let row = found.from.iter().position(|own| own == name);
        let column = found.to.iter().position(|own| own == name);
        // A category that only one side has is empty on the other.
        let before: u64 = row.map_or(0, |row| found.matrix[row].iter().sum());
        let after: u64 = column.map_or(0, |column| found.matrix.iter().map(|counts| counts[column]).sum());
        table.push([
            Cell::from(words.category(found.entity, name)),
            Cell::from(before),
            share(before),
            Cell::from(after),
            share(after),
            Cell::from(Value::from(i128::from(after) - i128::from(before))),
        ]);
    }
    table
}
