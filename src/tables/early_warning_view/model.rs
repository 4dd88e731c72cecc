//! The tables of a scorecard: its bins with their points, and its bands.

use super::super::localizer::Localizer;
use super::super::table::{Cell, Format, Table, Value};
use super::backtest::hidden_dates;
use super::{bin_range, hidden_parts, hidden_shares, is_few, least_outcomes};
use crate::early_warning::{Backtest, Band, Bin, Model, Provenance, SampleSize, ScoredFeature};
use crate::i18n::fill;
use crate::statistics::few;

/// The bins of all features with their points. Of a bin with few customers nothing is told, of one with few outcomes not how
/// many.
pub fn scorecard(words: &Localizer<'_>, model: &Model, exceptions: &[String]) -> Table {
    let columns = [
        ("feature", Format::Text),
        ("range", Format::Text),
        ("cases", Format::Count),
        ("outcome_pct", Format::Percent),
        ("coefficient", Format::Decimals(2)),
        ("points", Format::Change),
    ];
    let mut table = words.table("scorecard", columns);
    for feature in &model.features {
        let is_exception = exceptions.contains(&feature.name);
        let hidden = Hidden::of(words, model, feature);
        for (at, bin) in feature.bins.iter().enumerate() {
            let detail = is_exception.then(|| Box::new(Value::from(&words.texts.early_warning.exception)));
            let range = Value::from(bin_range(words, &feature.name, &feature.bins, at));
            let reference = bin.is_reference.then(|| Box::new(Value::from(&words.texts.early_warning.reference)));
            let outcome_pct = 100.0 * bin.outcomes as f64 / bin.rows as f64;
            let is_few = (1..words.min_group().into()).contains(&bin.customers);
            table.push([
                Cell { detail, ..Cell::from(words.feature(&feature.name)) },
                Cell { detail: reference, ..Cell::from(range) },
                Cell::from(bin.rows).hidden_if(hidden.cases[at]),
                Cell::from(outcome_pct).hidden_if(hidden.cases[at] || hidden.outcomes[at]),
                Cell::from(bin.coefficient).hidden_if(is_few),
                Cell::from(i128::from(bin.points)).hidden_if(is_few),
            ]);
        }
    }
    table.masked()
}

/// What of a feature's bins may not be told: how many cases are in them, and how many of these had the outcome.
struct Hidden {
    cases: Vec<bool>,
    outcomes: Vec<bool>,
}

impl Hidden {
    fn of(words: &Localizer<'_>, model: &Model, feature: &ScoredFeature) -> Self {
        let count = |of: &dyn Fn(&Bin) -> u64| feature.bins.iter().map(of).collect::<Vec<u64>>();
        let customers = count(&|bin| bin.customers);
        let cases = hidden_parts(&customers, customers.iter().sum(), words.min_group().into());
        let least = least_outcomes(words, &model.provenance);
        let outcomes = count(&|bin| bin.outcomes);
        let outcomes = hidden_shares(&outcomes, &count(&|bin| bin.rows), model.provenance.fitting_outcomes, least);
        Hidden { cases, outcomes }
    }
}

/// How large the sample of each date is, and what it was used for. What the tests do not tell of a date is not told here; where
/// few of any other date are behind a figure, that is told of no such date, since totals of them can be worked out.
pub fn warning_samples(words: &Localizer<'_>, provenance: &Provenance, backtest: &Backtest) -> Table {
    let columns = [
        ("date", Format::Day),
        ("cases", Format::Count),
        ("outcome_pct", Format::Percent),
        ("left_out", Format::Count),
        ("used_for", Format::Text),
    ];
    let mut table = words.table("warning_samples", columns);
    let texts = &words.texts.early_warning;
    let tested = hidden_dates(words, backtest);
    let place = |of: &SampleSize| backtest.dates.iter().position(|tested| tested.date == of.date);
    let least = u64::from(words.min_group());
    let any_few = |count: fn(&SampleSize) -> u64| {
        provenance.samples.iter().any(|of| place(of).is_none() && is_few(count(of) as f64, least))
    };
    let others = (any_few(|of| of.outcomes), any_few(|of| of.left_out));
    for of in &provenance.samples {
        let place = place(of);
        let (outcomes, left_out) = place.map_or(others, |place| tested[place]);
        let uses = [
            (provenance.fitted_on.contains(&of.date), &texts.use_fitting),
            (provenance.calibrated_on.contains(&of.date), &texts.use_calibrating),
            (place.is_some(), &texts.use_testing),
        ];
        let uses = uses.into_iter().filter(|(is_used, _)| *is_used).map(|(_, name)| name.as_str());
        table.push([
            Cell::from(of.date.to_string()),
            Cell::from(of.rows),
            Cell::from(100.0 * of.outcomes as f64 / of.rows as f64).hidden_if(outcomes),
            Cell::from(of.left_out).hidden_if(left_out),
            Cell::from(uses.collect::<Vec<_>>().join(", ")),
        ]);
    }
    table.masked()
}

/// The bands: how many cases of the calibration are in each, and their risk. How many had the outcome is not told, since the
/// risk is.
pub fn warning_bands(words: &Localizer<'_>, bands: &[Band]) -> Table {
    let columns = [("band", Format::Text), ("cases_pct", Format::Percent)];
    let mut table = words.table("warning_bands", columns.into_iter().chain(RISK));
    let all: u64 = bands.iter().map(|band| band.rows).sum();
    for (at, band) in bands.iter().enumerate() {
        let share = 100.0 * band.rows as f64 / all as f64;
        table.push([band_name(words, bands, at), Cell::from(share)].into_iter().chain(risk(band)));
    }
    table
}

/// How many customers of a run are in each band.
pub fn warning_now(words: &Localizer<'_>, bands: &[Band], customers: &[u64]) -> Table {
    let columns = [("band", Format::Text), ("customers", Format::Count), ("customers_pct", Format::Percent)];
    let mut table = words.table("warning_now", columns.into_iter().chain(RISK));
    let all: u64 = customers.iter().sum();
    let counts: Vec<u64> = customers.iter().copied().chain([all]).collect();
    let hidden = few(&counts, words.min_group());
    for (at, band) in bands.iter().enumerate() {
        let count = customers.get(at).copied().unwrap_or_default();
        let is_hidden = hidden.get(at).copied().unwrap_or_default() && count > 0;
        let share = 100.0 * count as f64 / all as f64;
        let own = [Cell::from(count), Cell::from(share)].map(|cell| cell.hidden_if(is_hidden));
        table.push(std::iter::once(band_name(words, bands, at)).chain(own).chain(risk(band)));
    }
    table
}

const RISK: [(&str, Format); 3] =
    [("risk_pct", Format::Percent), ("risk_low_pct", Format::Percent), ("risk_high_pct", Format::Percent)];

fn risk(band: &Band) -> [Cell; 3] {
    [band.risk_pct, band.risk_low_pct, band.risk_high_pct].map(Cell::from)
}

/// The scores of a band: the first one has no highest, the last one no lowest.
fn band_name(words: &Localizer<'_>, bands: &[Band], at: usize) -> Cell {
    let texts = &words.texts.early_warning;
    let number = |score: i64| words.language.at_most(score as f64, 0);
    let lowest = number(bands[at].lowest_score);
    let highest = at.checked_sub(1).map(|above| number(bands[above].lowest_score.saturating_sub(1)));
    let is_last = at + 1 == bands.len();
    let text = match highest {
        None if is_last => texts.band_any.clone(),
        None => fill(&texts.band_from, &[("from", &lowest)]),
        Some(highest) if is_last => fill(&texts.band_to, &[("to", &highest)]),
        Some(highest) if highest == lowest => lowest,
        Some(highest) => fill(&texts.band_from_to, &[("from", &lowest), ("to", &highest)]),
    };
    Cell::from(Value::named(&bands[at].lowest_score.to_string(), &text))
}
