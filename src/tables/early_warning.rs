//! The tables of a model's backtest for its owner: its figures by date, what each capacity finds, calibration by band, the
//! audit by group. What others may see of them is in `early_warning_view`.

use super::localizer::Localizer;
use super::table::{Cell, Column, Format, Table, Value};
use crate::calendar::Day;
use crate::early_warning::{
    AUDIT_CAPACITY_PCT, AuditedGroup, Backtest, BacktestDate, CapacityFigures, TestFigures, Tested,
};
use crate::sanitize::printable;
use crate::text::guarded;

/// The capacities, in per cent, that the figures by date are told for.
pub const MAIN_CAPACITIES: [f64; 4] = [1.0, 2.0, 5.0, 10.0];

/// Who ranks the same sample: the model, and what it must be better than.
fn scorers<'a>(words: &Localizer<'_>, tested: &'a Tested) -> [(Value, &'a TestFigures); 3] {
    let texts = &words.texts.scorers;
    [
        (Value::named("model", &texts.model), &tested.model),
        (Value::named("rules", &texts.rules), &tested.rules),
        (Value::named("single", &texts.single), &tested.single),
    ]
}

/// The figures of one capacity; NaN where there is nothing to divide by.
#[derive(Debug, Clone, Copy)]
struct Found {
    precision_pct: f64,
    recall_pct: f64,
    lift: f64,
}

impl Found {
    fn of(figures: &TestFigures, capacity: &CapacityFigures) -> Self {
        let precision_pct = pct(capacity.found, capacity.looked_at);
        let recall_pct = pct(capacity.found, figures.outcomes);
        Found { precision_pct, recall_pct, lift: precision_pct / pct(figures.outcomes as f64, figures.rows) }
    }
}

/// Per cent; NaN of nothing.
fn pct(part: f64, all: u64) -> f64 {
    100.0 * part / all as f64
}

/// Every test figure by date and scorer, then over all dates together.
pub fn backtest(words: &Localizer<'_>, backtest: &Backtest) -> Table {
    let figures: [(&str, Format); 6] = [
        ("customers", Format::Count),
        ("outcomes", Format::Count),
        ("left_out", Format::Count),
        ("base_pct", Format::Percent),
        ("auc", Format::Decimals(3)),
        ("expected", Format::Decimals(1)),
    ];
    let head = [("date", Format::Text), ("scorer", Format::Text), ("feature", Format::Text)];
    let of_fit = [
        ("fitted_from", Format::Day),
        ("fitted_to", Format::Day),
        ("calibrated_from", Format::Day),
        ("calibrated_to", Format::Day),
    ];
    let last = [
        ("observed_to_expected", Format::Decimals(2)),
        ("brier", Format::Decimals(5)),
        ("brier_skill", Format::Decimals(3)),
    ];
    let mut table = words.table("backtest", head.into_iter().chain(of_fit).chain(figures).chain(last));
    table.columns.extend(capacity_columns(words, backtest));
    for date in &backtest.dates {
        let day = Value::from(date.date.to_string());
        let tested = TestedRows { when: &day, date: Some(date), tested: &date.tested, left_out: date.left_out };
        tested.push(words, &mut table, &date.single_feature);
    }
    let together = Value::named("together", &words.texts.scorers.together);
    let left_out = backtest.dates.iter().map(|date| date.left_out).sum();
    let tested = TestedRows { when: &together, date: None, tested: &backtest.together, left_out };
    tested.push(words, &mut table, &backtest.single_feature);
    table
}

/// The columns of the main capacities, then recall by the number of dates until the outcome.
fn capacity_columns(words: &Localizer<'_>, backtest: &Backtest) -> Vec<Column> {
    let of = |text: &str, name: String, number: String, format: Format| {
        let mut column = words.column("backtest", text, format);
        column.heading = crate::i18n::fill(&column.heading, &[("number", &number)]);
        Column { name, ..column }
    };
    let mut columns = Vec::new();
    for capacity in MAIN_CAPACITIES {
        let number = words.language.at_most(capacity, 1);
        columns.push(of("precision_at", format!("precision_at_{capacity}_pct"), number.clone(), Format::Percent));
        columns.push(of("recall_at", format!("recall_at_{capacity}_pct"), number.clone(), Format::Percent));
        columns.push(of("lift_at", format!("lift_at_{capacity}"), number, Format::Decimals(1)));
    }
    for after in 1..=dates_ahead(backtest) {
        let name = format!("recall_at_{AUDIT_CAPACITY_PCT}_after_{after}_pct");
        columns.push(of("recall_after", name, words.count(after as u64), Format::Percent));
    }
    columns
}

/// How many dates ahead the outcome counts.
fn dates_ahead(backtest: &Backtest) -> usize {
    let capacity = at(&backtest.together.model, AUDIT_CAPACITY_PCT);
    capacity.map_or(0, |capacity| capacity.found_by_dates.len())
}

/// The figures of a capacity.
fn at(figures: &TestFigures, capacity_pct: f64) -> Option<&CapacityFigures> {
    figures.capacities.iter().find(|capacity| capacity.capacity_pct == capacity_pct)
}

/// What a test came to: a row per scorer.
struct TestedRows<'a> {
    when: &'a Value,
    /// None of all dates together.
    date: Option<&'a BacktestDate>,
    tested: &'a Tested,
    left_out: u64,
}

impl TestedRows<'_> {
    fn push(&self, words: &Localizer<'_>, table: &mut Table, single_feature: &str) {
        let TestedRows { when, date, tested, left_out } = *self;
        for (place, (scorer, figures)) in scorers(words, tested).into_iter().enumerate() {
            let feature = if place == 2 { Cell::from(words.feature(single_feature)) } else { Cell::default() };
            let days = |days: Option<&[Day]>| {
                let [first, last] = [days.and_then(<[_]>::first), days.and_then(<[_]>::last)];
                [first, last].map(|day| day.map_or(Cell::default(), |day| Cell::from(day.to_string())))
            };
            let fitted = days(date.map(|date| date.fitted_on.as_slice()));
            // The baselines are not calibrated.
            let calibrated = days(date.filter(|_| place == 0).map(|date| date.calibrated_on.as_slice()));
            let head = [Cell::from(when.clone()), Cell::from(scorer), feature];
            let cells = head.into_iter().chain(fitted).chain(calibrated).chain(figure_cells(figures, left_out));
            table.push_as(date.is_none(), cells);
        }
    }
}

/// The figures of a row of the backtest.
fn figure_cells(figures: &TestFigures, left_out: u64) -> Vec<Cell> {
    let mut cells = vec![
        Cell::from(figures.rows),
        Cell::from(figures.outcomes),
        Cell::from(left_out),
        Cell::from(pct(figures.outcomes as f64, figures.rows)),
        Cell::from(figures.auc),
        Cell::from(figures.expected),
        Cell::from(figures.outcomes as f64 / figures.expected),
        Cell::from(figures.brier),
        Cell::from(figures.brier_skill),
    ];
    for capacity in MAIN_CAPACITIES {
        let found = at(figures, capacity).map(|capacity| Found::of(figures, capacity));
        let of = |value: fn(&Found) -> f64| Cell::from(found.as_ref().map_or(f64::NAN, value));
        cells.extend([of(|found| found.precision_pct), of(|found| found.recall_pct), of(|found| found.lift)]);
    }
    let by_dates = at(figures, AUDIT_CAPACITY_PCT).map_or(&[][..], |capacity| &capacity.found_by_dates);
    cells.extend(by_dates.iter().map(|(found, all)| Cell::from(pct(*found, *all))));
    cells
}

/// What is found at each capacity, over all dates together.
pub fn capacity(words: &Localizer<'_>, tested: &Tested) -> Table {
    let columns = [
        ("scorer", Format::Text),
        ("capacity_pct", Format::UpTo(1)),
        ("looked_at", Format::Count),
        ("found", Format::UpTo(1)),
        ("precision_pct", Format::Percent),
        ("recall_pct", Format::Percent),
        ("lift", Format::Decimals(1)),
    ];
    let mut table = words.table("capacity", columns);
    for (scorer, figures) in scorers(words, tested) {
        for capacity in &figures.capacities {
            let found = Found::of(figures, capacity);
            let values = [capacity.found, found.precision_pct, found.recall_pct, found.lift];
            let values = values.map(Cell::from);
            let head = [Cell::from(scorer.clone()), Cell::from(capacity.capacity_pct), Cell::from(capacity.looked_at)];
            table.push(head.into_iter().chain(values));
        }
    }
    table
}

/// What each band of each date foresaw, and what came.
pub fn calibration(words: &Localizer<'_>, backtest: &Backtest) -> Table {
    let columns = [
        ("date", Format::Day),
        ("band", Format::Count),
        ("lowest_score", Format::Change),
        ("risk_pct", Format::Percent),
        ("customers", Format::Count),
        ("expected", Format::Decimals(1)),
        ("outcomes", Format::Count),
        ("observed_pct", Format::Percent),
    ];
    let mut table = words.table("calibration", columns);
    for date in &backtest.dates {
        for (band, outcome) in (1u64..).zip(&date.bands) {
            let expected = outcome.rows as f64 * outcome.risk_pct / 100.0;
            table.push([
                Cell::from(date.date.to_string()),
                Cell::from(band),
                Cell::from(i128::from(outcome.lowest_score)),
                Cell::from(outcome.risk_pct),
                Cell::from(outcome.rows),
                Cell::from(expected),
                Cell::from(outcome.outcomes),
                Cell::from(pct(outcome.outcomes as f64, outcome.rows)),
            ]);
        }
    }
    table
}

/// How the model treats groups of customers, over all dates together.
pub fn audit(words: &Localizer<'_>, groups: &[AuditedGroup], spreadsheet_safe: bool) -> Table {
    let columns = [
        ("dimension", Format::Text),
        ("group", Format::Text),
        ("customers", Format::Count),
        ("outcomes", Format::Count),
        ("recall_pct", Format::Percent),
        ("false_positive_rate_pct", Format::Percent),
        ("expected", Format::Decimals(1)),
        ("observed_to_expected", Format::Decimals(2)),
    ];
    let mut table = words.table("audit", columns);
    for group in groups {
        let label = match group.group.as_str() {
            "" => words.texts.breakdowns.missing.clone(),
            name => printable(name),
        };
        table.push([
            Cell::from(Value::named(&group.dimension, &words.dimension(&group.dimension))),
            Cell::from(Value::named(&guarded(&group.group, spreadsheet_safe), &label)),
            Cell::from(group.rows),
            Cell::from(group.outcomes),
            Cell::from(pct(group.found, group.outcomes)),
            Cell::from(pct(group.false_alarms, group.rows - group.outcomes)),
            Cell::from(group.expected),
            Cell::from(group.outcomes as f64 / group.expected),
        ]);
    }
    table
}
