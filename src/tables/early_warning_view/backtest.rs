//! The tables of a model's tests.

use super::super::localizer::Localizer;
use super::super::table::{Cell, Format, Table, Value};
use super::{hidden_parts, hidden_shares, is_few, least_outcomes, observed_to_expected};
use crate::early_warning::{
    AUDIT_CAPACITY_PCT, AuditedGroup, Backtest, BacktestDate, CapacityFigures, Provenance, TestFigures, Tested, wilson,
};
use crate::sanitize::printable;

/// What is found if so many can be looked at; `least` cases with the outcome are not few.
pub fn warning_capacity(words: &Localizer<'_>, tested: &Tested, least: u64) -> Table {
    let columns = [
        ("capacity_pct", Format::Percent),
        ("looked_at", Format::Count),
        ("recall_pct", Format::Percent),
        ("precision_pct", Format::Percent),
        ("lift", Format::Decimals(1)),
        ("rules_recall_pct", Format::Percent),
        ("single_recall_pct", Format::Percent),
    ];
    let mut table = words.table("warning_capacity", columns);
    let model = &tested.model;
    let recall = |of: &TestFigures, at: usize| {
        let found = of.capacities.get(at).map_or(f64::NAN, |of| of.found);
        let all = of.outcomes as f64;
        let is_hidden = is_few(all, least) || is_few(found, least) || is_few(all - found, least);
        (Cell::from(100.0 * found / all).hidden_if(is_hidden), is_hidden)
    };
    for (at, of) in model.capacities.iter().enumerate() {
        let (own, is_hidden) = recall(model, at);
        let precision = of.found / of.looked_at as f64;
        let lift = precision * model.rows as f64 / model.outcomes as f64;
        table.push([
            Cell::from(of.capacity_pct),
            Cell::from(of.looked_at),
            own,
            Cell::from(100.0 * precision).hidden_if(is_hidden),
            Cell::from(lift).hidden_if(is_hidden),
            recall(&tested.rules, at).0,
            recall(&tested.single, at).0,
        ]);
    }
    table.masked()
}

/// How the model did on each date of testing. On a date a customer is one case.
pub fn warning_dates(words: &Localizer<'_>, backtest: &Backtest) -> Table {
    let columns = [
        ("date", Format::Day),
        ("cases", Format::Count),
        ("outcome_pct", Format::Percent),
        ("left_out", Format::Count),
        ("auc", Format::Decimals(3)),
        ("rules_auc", Format::Decimals(3)),
        ("single_auc", Format::Decimals(3)),
        ("observed_to_expected", Format::Decimals(2)),
        ("brier_skill", Format::Decimals(3)),
    ];
    let mut table = words.table("warning_dates", columns);
    let least = u64::from(words.min_group());
    let all_left_out = backtest.dates.iter().map(|of| of.left_out).sum();
    for (of, (is_hidden, hides_left_out)) in backtest.dates.iter().zip(hidden_dates(words, backtest)) {
        let left_out = Cell::from(of.left_out).hidden_if(hides_left_out);
        table.push(figures_of(Cell::from(of.date.to_string()), &of.tested, left_out, is_hidden));
    }
    let together = &backtest.together;
    let name = Cell::from(&words.texts.scorers.together);
    let left_out = Cell::from(all_left_out).hidden_if((1..least).contains(&all_left_out));
    table.push_as(true, figures_of(name, together, left_out, (1..least).contains(&together.model.outcomes)));
    table.masked()
}

/// By date of testing, whether figures of outcomes, and how many are left out, may not be told.
pub(super) fn hidden_dates(words: &Localizer<'_>, backtest: &Backtest) -> Vec<(bool, bool)> {
    let least = u64::from(words.min_group());
    let models = || backtest.dates.iter().map(|of| &of.tested.model);
    let (outcomes, cases): (Vec<u64>, Vec<u64>) = models().map(|of| (of.outcomes, of.rows)).unzip();
    let outcomes = hidden_shares(&outcomes, &cases, backtest.together.model.outcomes, least);
    let left_out: Vec<u64> = backtest.dates.iter().map(|of| of.left_out).collect();
    let left_out = hidden_parts(&left_out, left_out.iter().sum(), least);
    outcomes.into_iter().zip(left_out).collect()
}

/// A row of [`warning_dates`].
fn figures_of(day: Cell, tested: &Tested, left_out: Cell, is_hidden: bool) -> [Cell; 9] {
    let model = &tested.model;
    let own = |value: f64| Cell::from(value).hidden_if(is_hidden);
    [
        day,
        Cell::from(model.rows),
        own(100.0 * model.outcomes as f64 / model.rows as f64),
        left_out,
        own(model.auc),
        own(tested.rules.auc),
        own(tested.single.auc),
        own(observed_to_expected(model.outcomes as f64, model.expected)),
        own(model.brier_skill),
    ]
}

/// How much is found at the capacity of the audit by the number of months until the outcome; dates are `every_months` apart.
pub fn warning_ahead(words: &Localizer<'_>, tested: &Tested, provenance: &Provenance) -> Table {
    let columns = [
        ("months_ahead", Format::Count),
        ("outcomes_pct", Format::Percent),
        ("recall_pct", Format::Percent),
        ("rules_recall_pct", Format::Percent),
        ("single_recall_pct", Format::Percent),
    ];
    let mut table = words.table("warning_ahead", columns);
    let at = |of: &TestFigures| {
        let found = of.capacities.iter().find(|of| of.capacity_pct == AUDIT_CAPACITY_PCT);
        found.map_or(Vec::new(), |of: &CapacityFigures| of.found_by_dates.clone())
    };
    let [model, rules, single] = [&tested.model, &tested.rules, &tested.single].map(at);
    // Cases with the same number of dates to go are of different slides.
    let least = u64::from(words.min_group());
    let counts: Vec<u64> = model.iter().map(|(_, all)| *all).collect();
    let hidden = hidden_parts(&counts, counts.iter().sum(), least);
    let all: u64 = counts.iter().sum();
    for (dates, (count, is_hidden)) in (1u64..).zip(counts.iter().zip(hidden)) {
        let recall = |of: &[(f64, u64)]| {
            let (found, of_all) = of.get(dates as usize - 1).copied().unwrap_or((f64::NAN, 0));
            let is_few = is_few(found, least) || is_few(of_all as f64 - found, least);
            Cell::from(100.0 * found / of_all as f64).hidden_if(is_hidden || is_few)
        };
        table.push([
            Cell::from(dates * u64::from(provenance.every_months)),
            Cell::from(100.0 * *count as f64 / all as f64).hidden_if(is_hidden),
            recall(&model),
            recall(&rules),
            recall(&single),
        ]);
    }
    table.masked()
}

/// Groups of bands of like risk that have about as many expected outcomes each.
const GROUPS: f64 = 8.0;

/// The risk that bands of like risk foresaw, over all dates of testing, and how many had the outcome. The interval is Wilson's,
/// both counts divided by the number of dates, as that of bands.
pub fn warning_calibration(words: &Localizer<'_>, dates: &[BacktestDate], provenance: &Provenance) -> Table {
    let columns = [
        ("expected_pct", Format::Percent),
        ("cases", Format::Count),
        ("observed_pct", Format::Percent),
        ("observed_low_pct", Format::Percent),
        ("observed_high_pct", Format::Percent),
        ("observed_to_expected", Format::Decimals(2)),
    ];
    let mut table = words.table("warning_calibration", columns);
    let groups = of_like_risk(dates);
    let least = least_outcomes(words, provenance);
    let (outcomes, cases): (Vec<u64>, Vec<u64>) = groups.iter().map(|of| (of.outcomes, of.rows)).unzip();
    let hidden = hidden_shares(&outcomes, &cases, outcomes.iter().sum(), least);
    for (of, is_hidden) in groups.iter().zip(hidden) {
        let (rows, observed) = (of.rows as f64, of.outcomes as f64);
        let of_dates = dates.len() as f64;
        let [low, high] = wilson(observed / of_dates, rows / of_dates);
        let ratio = observed_to_expected(observed, of.expected);
        let own = [100.0 * observed / rows, 100.0 * low, 100.0 * high, ratio];
        let own = own.map(|value| Cell::from(value).hidden_if(is_hidden));
        table.push([Cell::from(100.0 * of.expected / rows), Cell::from(of.rows)].into_iter().chain(own));
    }
    table.masked()
}

/// Cases of bands of like risk.
#[derive(Default)]
struct LikeRisk {
    rows: u64,
    outcomes: u64,
    expected: f64,
}

/// The bands of all dates together, from the highest risk on, those of the same risk in the same group.
fn of_like_risk(dates: &[BacktestDate]) -> Vec<LikeRisk> {
    let mut bands: Vec<_> = dates.iter().flat_map(|of| &of.bands).filter(|band| band.rows > 0).collect();
    bands.sort_by(|one, other| other.risk_pct.total_cmp(&one.risk_pct));
    let expected = |rows: u64, risk_pct: f64| rows as f64 * risk_pct / 100.0;
    let all: f64 = bands.iter().map(|band| expected(band.rows, band.risk_pct)).sum();
    let mut groups = vec![LikeRisk::default()];
    let mut last_risk = f64::NAN;
    for band in bands {
        let is_full = groups.last().is_some_and(|of| of.expected >= all / GROUPS);
        if is_full && band.risk_pct != last_risk {
            groups.push(LikeRisk::default());
        }
        last_risk = band.risk_pct;
        if let Some(of) = groups.last_mut() {
            of.rows += band.rows;
            of.outcomes += band.outcomes;
            of.expected += expected(band.rows, band.risk_pct);
        }
    }
    groups.retain(|of| of.rows > 0);
    groups
}

/// How the model treats groups, each dimension by itself, and all customers behind them. Of a group nothing is told where few
/// have the outcome, or where that could be worked out from the others.
pub fn warning_audit(words: &Localizer<'_>, backtest: &Backtest, provenance: &Provenance) -> Table {
    let columns = [
        ("dimension", Format::Text),
        ("group", Format::Text),
        ("cases_pct", Format::Percent),
        ("outcome_pct", Format::Percent),
        ("recall_pct", Format::Percent),
        ("false_alarm_pct", Format::Percent),
        ("observed_to_expected", Format::Decimals(2)),
    ];
    let mut table = words.table("warning_audit", columns);
    let least = least_outcomes(words, provenance);
    let together = &backtest.together.model;
    for (place, first) in backtest.audit.iter().enumerate() {
        let is_first = place == 0 || backtest.audit[place - 1].dimension != first.dimension;
        if !is_first {
            continue;
        }
        let groups: Vec<&AuditedGroup> =
            backtest.audit[place..].iter().take_while(|of| of.dimension == first.dimension).collect();
        let (outcomes, cases): (Vec<u64>, Vec<u64>) = groups.iter().map(|of| (of.outcomes, of.rows)).unzip();
        let hidden = hidden_shares(&outcomes, &cases, together.outcomes, least);
        for (group, is_hidden) in groups.into_iter().zip(hidden) {
            push_group(words, &mut table, group, together.rows, is_hidden);
        }
    }
    let all = together.capacities.iter().find(|of| of.capacity_pct == AUDIT_CAPACITY_PCT);
    let found = all.map_or(f64::NAN, |of| of.found);
    let all = AuditedGroup {
        dimension: String::new(),
        group: String::new(),
        rows: together.rows,
        outcomes: together.outcomes,
        found,
        false_alarms: all.map_or(f64::NAN, |of| of.looked_at as f64) - found,
        expected: together.expected,
    };
    push_group(words, &mut table, &all, together.rows, is_few(all.outcomes as f64, least));
    table.masked()
}

fn push_group(words: &Localizer<'_>, table: &mut Table, of: &AuditedGroup, cases: u64, is_hidden: bool) {
    let is_all = of.dimension.is_empty();
    let name = match (is_all, of.group.is_empty()) {
        (true, _) => words.texts.early_warning.audit_all.clone(),
        (false, true) => words.texts.breakdowns.missing.clone(),
        (false, false) => printable(&of.group),
    };
    let (rows, outcomes) = (of.rows as f64, of.outcomes as f64);
    let own = [
        100.0 * outcomes / rows,
        100.0 * of.found / outcomes,
        100.0 * of.false_alarms / (rows - outcomes),
        observed_to_expected(outcomes, of.expected),
    ];
    let own = own.map(|value| Cell::from(value).hidden_if(is_hidden));
    let head = [
        Cell::from(Value::named(&of.dimension, &words.dimension(&of.dimension))),
        Cell::from(name),
        Cell::from(100.0 * rows / cases as f64),
    ];
    table.push_as(is_all, head.into_iter().chain(own));
}
