//! The tables of a panel's page: lengths in months, shares in per cent, and nothing that tells of few customers.

use super::localizer::Localizer;
use super::panel::{durations, mobility};
use super::table::{Cell, Format, Row, Table, Value};
use crate::i18n::fill;
use crate::schema::Entity;
use crate::statistics::{Durations, Mobility, MovesMask, Since, Transitions, few_moves};

/// Of those who had a category a year before the last date: who has it on the last date, and who had it on every date between.
pub fn stayed_since(words: &Localizer<'_>, names: &[String], since: &Since) -> Table {
    let columns = [
        ("category", Format::Text),
        ("customers", Format::Count),
        ("stayed_pct", Format::Percent),
        ("unbroken_pct", Format::Percent),
    ];
    let mut table = words.table("stayed_since", columns);
    let stays = Stays { counts: &since.customers, unbroken: &since.unbroken };
    let least = u64::from(words.min_group());
    let mask = few_moves(&since.customers, stays.states(), least);
    for (at, name) in names.iter().enumerate() {
        let row = at * stays.states();
        let all: u64 = since.customers[row..][..stays.states()].iter().sum();
        let pct = |count: u64| 100.0 * count as f64 / all as f64;
        let hides_stayed = mask.from[at] || mask.moves[row + at];
        table.push([
            Cell::from(words.category(Entity::Customer, name)),
            Cell::from(all).hidden_if(mask.from[at]),
            Cell::from(pct(stays.stayed(at))).hidden_if(hides_stayed),
            Cell::from(pct(since.unbroken[at])).hidden_if(hides_stayed || stays.hides_unbroken(at, least)),
        ]);
    }
    table.masked()
}

/// How mobile customers are, a column for each number of months between two dates; dates are `every` months apart.
pub fn mobility_by_months(
    words: &Localizer<'_>,
    names: &[String],
    of_horizons: &[Mobility],
    transitions: &[Transitions],
    every: u64,
) -> Table {
    let texts = &words.texts.panel;
    let mut table = mobility(words, names, of_horizons);
    for (row, (of, moves)) in table.rows.iter_mut().zip(of_horizons.iter().zip(transitions)) {
        let months = of.horizon as u64 * every;
        let text = if months == 1 { &texts.month_apart } else { &texts.months_apart };
        let hidden = hidden_mobility(words, of, moves);
        for (cell, is_hidden) in row.cells.iter_mut().zip(hidden) {
            cell.is_hidden = is_hidden;
        }
        row.cells[0] = Cell::from(Value::named(&months.to_string(), &fill(text, &[("count", &words.count(months))])));
    }
    table.masked().transposed()
}

/// Which figures of a horizon tell of few, in the order of the columns. A customer is counted once a pair of dates, so a
/// category must have as many times the least group.
fn hidden_mobility(words: &Localizer<'_>, of: &Mobility, moves: &Transitions) -> Vec<bool> {
    let least = u64::from(words.min_group());
    let counts = moves.total();
    let mask = few_moves(&counts, moves.states(), least);
    let count = |(at, pct): (usize, &f64)| {
        let all: u64 = counts[at * moves.states()..][..moves.categories].iter().sum();
        if pct.is_finite() { (pct / 100.0 * all as f64).round() as u64 } else { 0 }
    };
    let unbroken: Vec<u64> = of.unbroken_by_category_pct.iter().enumerate().map(count).collect();
    let stays = Stays { counts: &counts, unbroken: &unbroken };
    let is_few = |customers: u64| (1..least * of.from_pairs).contains(&customers);
    let of_category =
        |at: usize| stays.hidden_in_both(at, &mask, least).map(|hidden| hidden || is_few(stays.in_both(at)));
    let (stayed, unbroken): (Vec<bool>, Vec<bool>) =
        (0..moves.categories).map(of_category).map(|[stayed, unbroken]| (stayed, unbroken)).unzip();
    let all = is_few(of.customers) || mask.to[moves.categories];
    let head = [false, false, all, all || mask.stayed, all || stayed.contains(&true)];
    head.into_iter().chain(stayed).chain(unbroken).collect()
}

/// Who stayed, of customers by category on two dates.
struct Stays<'a> {
    /// Row by row, behind the categories those who are not in the population.
    counts: &'a [u64],
    /// By category those who had it on every date.
    unbroken: &'a [u64],
}

impl Stays<'_> {
    fn states(&self) -> usize {
        self.unbroken.len() + 1
    }

    fn stayed(&self, at: usize) -> u64 {
        self.counts[at * self.states() + at]
    }

    /// Those of a category who are in the population on both dates.
    fn in_both(&self, at: usize) -> u64 {
        self.counts[at * self.states()..][..self.unbroken.len()].iter().sum()
    }

    /// Whether so few stayed without a break, or with one, that it may not be told.
    fn hides_unbroken(&self, at: usize, least: u64) -> bool {
        let broken = self.stayed(at).saturating_sub(self.unbroken[at]);
        [self.unbroken[at], broken].iter().any(|customers| (1..least).contains(customers))
    }

    /// Whether it may not be told what share stayed of those in the population on both dates, since that tells who left, and
    /// what share did so without a break.
    fn hidden_in_both(&self, at: usize, mask: &MovesMask, least: u64) -> [bool; 2] {
        let row = at * self.states();
        let stayed = mask.from[at] || mask.moves[row + at] || mask.moves[row + self.unbroken.len()];
        [stayed, stayed || self.hides_unbroken(at, least)]
    }
}

/// How long categories last, and what comes after; dates are `every` months apart.
pub fn durations_in_months(words: &Localizer<'_>, names: &[String], of: &[Durations], every: u64) -> Table {
    let texts = &words.texts.panel;
    let mut table = durations(words, names, of).masked();
    table.title = texts.durations_table.clone();
    for (at, column) in table.columns.iter_mut().enumerate().skip(1) {
        let told: &dyn Fn(f64) -> Cell = match column.name.as_str() {
            "at_risk" | "ended" => continue,
            "dates" => {
                column.heading = texts.months_heading.clone();
                &|dates| Cell::from(dates as u64 * every)
            }
            _ => {
                column.format = Format::Percent;
                &|share| Cell::from(100.0 * share)
            }
        };
        let cells = table.rows.iter_mut().map(|row| &mut row.cells[at]);
        cells.filter(|cell| cell.value.number().is_finite()).for_each(|cell| *cell = told(cell.value.number()));
    }
    table
}

/// What spells of each category have ended in, as far as they can be told.
pub fn ended_in(words: &Localizer<'_>, names: &[String], of_categories: &[Durations], every: u64) -> Table {
    let whole = durations_in_months(words, names, of_categories, every);
    let least = u64::from(words.min_group());
    let mut rows = whole.rows.iter();
    let mut last = Vec::new();
    for of in of_categories {
        let own: Vec<&Row> = rows.by_ref().take(of.by_dates.len()).collect();
        let told = of.by_dates.iter().take_while(|of| of.at_risk >= least).count();
        last.extend(told.checked_sub(1).map(|at| own[at].clone()));
    }
    let kept = whole.columns.iter().map(|column| column.name.as_str());
    let kept: Vec<&str> = kept.filter(|name| !["at_risk", "ended", "survival_se"].contains(name)).collect();
    Table { title: words.texts.panel.after_chart.clone(), rows: last, ..whole.clone() }.select(&kept)
}
