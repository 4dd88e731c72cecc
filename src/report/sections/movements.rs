//! Who moved since the last run: the matrix, the rules, and what moved them.

use crate::history::{Cause, Movements};
use crate::i18n::fill;
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Cell, Column, Section, Table};
use crate::rules::DEFAULT_RULE;

/// Changes by rule that the page shows.
const SHOWN: usize = 15;

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.movements;
    let movements = localized.content.movements?;
    let stayed = unmoved(&movements.from, &movements.to, &movements.matrix);
    let both: u64 = movements.matrix.iter().flatten().sum();
    let lead = fill(
        &texts.lead,
        &[
            ("old", &localized.day(&movements.old_as_of)),
            ("stayed", &localized.customers(stayed)),
            ("changed", &localized.count(both - stayed)),
            ("entered", &localized.count(movements.entered.iter().sum())),
            ("left", &localized.count(movements.left.iter().sum())),
        ],
    );
    let mut blocks = vec![Block::Text { text: lead }, Block::Table { table: whole_matrix(localized, movements) }];
    blocks.push(Block::Heading { text: texts.cause.clone() });
    blocks.extend(cause(localized, movements));
    if !movements.by_rule.is_empty() {
        blocks.push(Block::Table { table: by_rule(localized, movements) });
    }
    Some(Section { id: "movements", title: texts.title.clone(), blocks })
}

/// Customers whose category, by its name, is the same.
fn unmoved(from: &[String], to: &[String], matrix: &[Vec<u64>]) -> u64 {
    let same = |(row, old): (usize, &String)| {
        let column = to.iter().position(|new| new == old)?;
        matrix.get(row)?.get(column).copied()
    };
    from.iter().enumerate().filter_map(same).sum()
}

/// From × to, with those who left and those who came.
fn whole_matrix(localized: &LocalizedReport<'_>, movements: &Movements) -> Table {
    let texts = &localized.texts.movements;
    let mut table = matrix(localized, &texts.matrix, &movements.from, &movements.to, &movements.matrix);
    table.columns.push(Column::number(&texts.left));
    for (row, left) in table.rows.iter_mut().zip(&movements.left) {
        row.cells.push(Cell::from(localized.count(*left)));
    }
    let entered = movements.entered.iter().map(|entered| localized.count(*entered));
    table.total([texts.entered.clone()].into_iter().chain(entered).chain([String::new()]));
    table
}

/// Counts with per cent of the row, shaded by it.
fn matrix(
    localized: &LocalizedReport<'_>,
    caption: &str,
    from: &[String],
    to: &[String],
    counts: &[Vec<u64>],
) -> Table {
    let names = to.iter().map(|name| localized.category(name));
    let mut table = Table::numbers(caption, &localized.texts.movements.then, names);
    for (name, row) in from.iter().zip(counts) {
        let sum: u64 = row.iter().sum();
        let cell = |count: &u64| {
            let share = 100.0 * *count as f64 / sum as f64;
            let heat = if share > 0.0 { 1 + (share / 20.0).min(4.99) as u8 } else { 0 };
            Cell { detail: localized.share(share), heat, ..Cell::from(localized.count(*count)) }
        };
        table.row([Cell::from(localized.category(name))].into_iter().chain(row.iter().map(cell)));
    }
    table
}

/// What moved them, in words, and where it can be told apart, in numbers.
fn cause(localized: &LocalizedReport<'_>, movements: &Movements) -> Vec<Block> {
    let texts = &localized.texts.movements;
    match &movements.cause {
        Cause::Behaviour => vec![Block::Text { text: texts.behaviour.clone() }],
        Cause::CannotTell { differs } => {
            vec![Block::Text { text: fill(&texts.cannot_tell, &[("differs", &differs.join(", "))]) }]
        }
        Cause::Split { by_rules, by_behaviour } => {
            let (from, to) = (&movements.from, &movements.to);
            let moved =
                |from: &[String], counts: &[Vec<u64>]| counts.iter().flatten().sum::<u64>() - unmoved(from, to, counts);
            let rules = localized.customers(moved(from, by_rules));
            let behaviour = localized.count(moved(to, by_behaviour));
            vec![
                Block::Text { text: fill(&texts.split, &[("rules", &rules), ("behaviour", &behaviour)]) },
                Block::Folded { table: matrix(localized, &texts.split_rules, from, to, by_rules) },
                Block::Folded { table: matrix(localized, &texts.split_behaviour, to, to, by_behaviour) },
            ]
        }
    }
}

fn by_rule(localized: &LocalizedReport<'_>, movements: &Movements) -> Table {
    let texts = &localized.texts.movements;
    let columns = vec![
        Column::text(&texts.from),
        Column::text(&texts.from_rule),
        Column::text(&texts.to),
        Column::text(&texts.to_rule),
        Column::number(&texts.customers),
    ];
    let mut table = Table::new(&texts.by_rule, columns);
    let rule =
        |name: &str| if name == DEFAULT_RULE { Cell::from(texts.default_rule.as_str()) } else { Cell::code(name) };
    for movement in movements.by_rule.iter().take(SHOWN) {
        table.row([
            Cell::from(localized.category(&movement.from)),
            rule(&movement.from_rule),
            Cell::from(localized.category(&movement.to)),
            rule(&movement.to_rule),
            Cell::from(localized.count(movement.customers)),
        ]);
    }
    let all = movements.by_rule.len();
    if all > SHOWN {
        let values = [("shown", localized.count(SHOWN as u64)), ("all", localized.count(all as u64))];
        table.note = fill(&texts.more, &[(values[0].0, &values[0].1), (values[1].0, &values[1].1)]);
    }
    table
}
