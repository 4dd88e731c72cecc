//! The tables of a panel: shares by date, who moved where, how long categories last, how mobile customers are.

use super::categories::category_summary;
use super::localizer::Localizer;
use super::table::{Cell, Format, Row, Table, Value};
use crate::calendar::Day;
use crate::schema::Entity;
use crate::statistics::{CategoryFigures, Durations, Mobility, Neighbour, Since, Transitions, few_moves, spells};

/// The name in files of who was not in the population on the date before.
pub const ENTERED: &str = "entered";
/// The name in files of who is not in the population on the date after.
pub const LEFT: &str = "left";

/// The figures of every category on every date.
pub fn shares(words: &Localizer<'_>, dates: &[Day], figures: &[Vec<CategoryFigures>]) -> Table {
    let summaries: Vec<Table> = figures.iter().map(|of_date| category_summary(words, of_date)).collect();
    let date = words.column("shares", "date", Format::Day);
    let columns = summaries.first().into_iter().flat_map(|table| table.columns.iter().cloned());
    let mut table = Table { columns: std::iter::once(date).chain(columns).collect(), ..words.table("shares", []) };
    for (date, summary) in dates.iter().zip(summaries) {
        for Row { cells, is_total } in summary.rows {
            table.push_as(is_total, std::iter::once(Cell::from(date.to_string())).chain(cells));
        }
    }
    table
}

/// Who moved where, for every pair of dates.
pub fn transitions(words: &Localizer<'_>, names: &[String], dates: &[Day], of_horizons: &[Transitions]) -> Table {
    let columns = [
        ("horizon", Format::Count),
        ("from_date", Format::Day),
        ("to_date", Format::Day),
        ("from", Format::Text),
        ("to", Format::Text),
        ("customers", Format::Count),
        ("pct", Format::Percent),
    ];
    let mut table = words.table("transitions", columns);
    for transitions in of_horizons {
        for (at, pair) in transitions.pairs.iter().enumerate() {
            let days = [dates[at], dates[at + transitions.horizon]].map(|day| Cell::from(day.to_string()));
            let head = std::iter::once(Cell::from(transitions.horizon as u64)).chain(days).collect::<Vec<_>>();
            push_moves(words, &mut table, names, transitions, pair, &head);
        }
    }
    table
}

/// The same over all pairs of dates together.
pub fn transition_rates(words: &Localizer<'_>, names: &[String], of_horizons: &[Transitions]) -> Table {
    let columns = [
        ("horizon", Format::Count),
        ("from", Format::Text),
        ("to", Format::Text),
        ("customers", Format::Count),
        ("pct", Format::Percent),
    ];
    let mut table = words.table("transition_rates", columns);
    for transitions in of_horizons {
        let head = [Cell::from(transitions.horizon as u64)];
        push_moves(words, &mut table, names, transitions, &transitions.total(), &head);
    }
    table
}

fn push_moves(
    words: &Localizer<'_>,
    table: &mut Table,
    names: &[String],
    transitions: &Transitions,
    customers: &[u64],
    head: &[Cell],
) {
    let hidden = few_moves(customers, transitions.states(), words.min_group().into()).moves;
    for (from, to, customers, pct) in transitions.rows(customers) {
        let is_hidden = hidden[from * transitions.states() + to];
        let cells = [state(words, names, from, ENTERED), state(words, names, to, LEFT)];
        let numbers = [Cell::from(customers), Cell::from(pct)].map(|cell| cell.hidden_if(is_hidden));
        table.push(head.iter().cloned().chain(cells).chain(numbers));
    }
}

/// Who was where a year before the last date, and is where now.
pub fn moves_since(words: &Localizer<'_>, names: &[String], since: &Since) -> Table {
    let columns =
        [("from", Format::Text), ("to", Format::Text), ("customers", Format::Count), ("pct", Format::Percent)];
    let mut table = words.table("moves_since", columns);
    let transitions = Transitions { horizon: 0, categories: names.len(), pairs: Vec::new() };
    push_moves(words, &mut table, names, &transitions, &since.customers, &[]);
    table
}

/// A category by its place, or the absence behind the last one.
fn state(words: &Localizer<'_>, names: &[String], at: usize, absence: &str) -> Cell {
    match names.get(at) {
        Some(name) => Cell::from(words.category(Entity::Customer, name)),
        None => {
            let texts = &words.texts.panel;
            Cell::from(Value::named(absence, if absence == ENTERED { &texts.entered } else { &texts.left }))
        }
    }
}

/// How long categories last, and what comes after.
pub fn durations(words: &Localizer<'_>, names: &[String], of_categories: &[Durations]) -> Table {
    let columns = [
        ("category", Format::Text),
        ("dates", Format::Count),
        ("at_risk", Format::Count),
        ("ended", Format::Count),
        ("survival", Format::Decimals(3)),
        ("survival_se", Format::Decimals(3)),
    ];
    let mut table = words.table("durations", columns);
    let ends = names.iter().map(String::as_str).chain([LEFT]).enumerate();
    table.columns.extend(ends.map(|(at, name)| {
        let mut column = words.column("durations", "to", Format::Decimals(3));
        column.heading = format!("{}: {}", column.heading, state(words, names, at, LEFT).value.label());
        super::Column { name: format!("to_{name}"), ..column }
    }));
    for (category, (name, durations)) in names.iter().zip(of_categories).enumerate() {
        for (dates, of) in (1u64..).zip(&durations.by_dates) {
            let is_hidden = of.at_risk < words.min_group().into();
            let head = [Cell::from(words.category(Entity::Customer, name)), Cell::from(dates)];
            let counts = [of.at_risk, of.ended].map(Cell::from);
            let ended_in = of.ended_in.iter().enumerate();
            let ended_in = ended_in.map(|(to, share)| if to == category { f64::NAN } else { *share });
            let shares = [of.survival, of.survival_se].into_iter().chain(ended_in).map(Cell::from);
            let numbers = counts.into_iter().chain(shares).map(|cell| cell.hidden_if(is_hidden));
            table.push(head.into_iter().chain(numbers));
        }
    }
    table
}

/// How mobile customers are.
pub fn mobility(words: &Localizer<'_>, names: &[String], of_horizons: &[Mobility]) -> Table {
    let columns = [
        ("horizon", Format::Count),
        ("from_pairs", Format::Count),
        ("customers", Format::Count),
        ("stayed_pct", Format::Percent),
        ("shorrocks", Format::Decimals(3)),
    ];
    let mut table = words.table("mobility", columns);
    for kind in ["stayed", "unbroken"] {
        table.columns.extend(names.iter().map(|name| {
            let mut column = words.column("mobility", kind, Format::Percent);
            column.heading = format!("{}: {}", words.category(Entity::Customer, name).label(), column.heading);
            super::Column { name: format!("{kind}_{name}_pct"), ..column }
        }));
    }
    for of in of_horizons {
        let head = [Cell::from(of.horizon as u64), Cell::from(of.from_pairs), Cell::from(of.customers)];
        let shares = [of.stayed_pct, of.shorrocks];
        let shares = shares.iter().chain(&of.stayed_by_category_pct).chain(&of.unbroken_by_category_pct);
        table.push(head.into_iter().chain(shares.map(|share| Cell::from(*share))));
    }
    table
}

/// One customer's categories, spell by spell; the last one says what there is now.
pub fn sequence(words: &Localizer<'_>, names: &[String], dates: &[Day], sequence: &[u16]) -> Table {
    let columns = [
        ("category", Format::Text),
        ("first", Format::Day),
        ("last", Format::Day),
        ("dates", Format::Count),
        ("began", Format::Text),
        ("ended", Format::Text),
    ];
    let mut table = words.table("sequence", columns);
    let texts = &words.texts.panel;
    for spell in spells(sequence) {
        let neighbour = |neighbour, unknown: (&str, &str), absence| match neighbour {
            Neighbour::Unknown => Cell::from(Value::named(unknown.0, unknown.1)),
            Neighbour::Absent => state(words, names, names.len(), absence),
            Neighbour::Category(at) => state(words, names, at.into(), absence),
        };
        let days = [spell.first, spell.last].map(|at| Cell::from(dates[at].to_string()));
        let [first, last] = days;
        table.push([
            state(words, names, spell.category.into(), LEFT),
            first,
            last,
            Cell::from((spell.last - spell.first + 1) as u64),
            neighbour(spell.before, ("unknown", &texts.unknown), ENTERED),
            neighbour(spell.after, ("open", &texts.open), LEFT),
        ]);
    }
    table.note = texts.look_back.clone();
    table
}
