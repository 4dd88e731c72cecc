//! Whether the risk holds, and whether the model does from date to date.

use super::{Chart, LocalizedModel, percent};
use crate::i18n::{Language, fill};
use crate::report::charts::{Line, dashes, first_middle_last, neutral};
use crate::report::view::{Block, Figure, Key, Layout, Section};
use crate::tables::{Table, warning_calibration, warning_dates};

/// Labels on an axis are at least so far apart, in per cent of it.
const APART: f64 = 14.0;

pub(super) fn calibration(localized: &LocalizedModel<'_>) -> Section {
    let texts = &localized.texts.early_warning;
    let backtest = localized.content.backtest;
    let mut blocks = vec![Block::Text { text: texts.calibration_lead.clone() }];
    let [ratio, low, high] = backtest.observed_to_expected.map(|ratio| localized.language.decimals(100.0 * ratio, 0));
    let provenance = &localized.content.model.provenance;
    let table = warning_calibration(&localized.words, &backtest.dates, provenance);
    if table.numbers("observed_pct").iter().any(|share| share.is_finite()) {
        let all = fill(&texts.calibration_all, &[("ratio", &ratio), ("low", &low), ("high", &high)]);
        blocks.push(Block::Text { text: all });
        blocks.push(Block::Figure { figure: foreseen(localized, &table) });
    } else {
        blocks.push(Block::Note { text: texts.few_outcomes.clone() });
    }
    Section { id: "calibration", title: texts.calibration.clone(), blocks }
}

/// What was foreseen across, what became of it upwards.
fn foreseen(localized: &LocalizedModel<'_>, table: &Table) -> Figure {
    let texts = &localized.texts.early_warning;
    // Lines go from low risks to high ones.
    let rising = |column: &str| table.numbers(column).into_iter().rev().collect::<Vec<f64>>();
    let [expected, observed, low, high] =
        ["expected_pct", "observed_pct", "observed_low_pct", "observed_high_pct"].map(rising);
    let [own, neutral] = [localized.colour(localized.content.settings.to), neutral()];
    let between = low.into_iter().zip(high).collect();
    let key = |name: &str, colour: &str, place| Key { name: name.into(), colour: colour.into(), dashes: dashes(place) };
    let legend = vec![key(&texts.slid, &own, 0), key(&texts.as_foreseen, &neutral, 1)];
    let pct = |value: f64| localized.language.percent(value, 1);
    let item = |(expected, observed): (&f64, &f64)| {
        fill(&texts.calibration_item, &[("expected", &pct(*expected)), ("observed", &pct(*observed))])
    };
    let description = expected.iter().zip(&observed).map(item).collect::<Vec<_>>().join("; ");
    let drawn = [Line { between, ..Line::new(observed, own) }, Line::new(expected.clone(), neutral)];
    let chart = Chart {
        id: "calibration",
        title: &texts.calibration_chart,
        description,
        number: percent,
        layout: Layout::Below,
    };
    localized.line_chart(&chart, &labelled(localized.language, &expected), legend, &drawn, table)
}

/// Risks with their labels, as far as these do not touch; the last one has its own.
fn labelled(language: Language, risks: &[f64]) -> Vec<(f64, String)> {
    let (first, last) = (risks.first().copied().unwrap_or_default(), risks.last().copied().unwrap_or_default());
    let place = |risk: f64| 100.0 * (risk - first) / (last - first).max(f64::MIN_POSITIVE);
    let mut free = 0.0;
    let mut label = |(at, risk): (usize, &f64)| {
        let is_last = at + 1 == risks.len();
        let fits = place(*risk) >= free && place(*risk) <= 100.0 - APART;
        if fits {
            free = place(*risk) + APART;
        }
        (*risk, if fits || is_last { percent(language, *risk) } else { String::new() })
    };
    risks.iter().enumerate().map(&mut label).collect()
}

pub(super) fn stability(localized: &LocalizedModel<'_>) -> Section {
    let texts = &localized.texts.early_warning;
    let mut blocks = vec![Block::Text { text: texts.stability_lead.clone() }];
    let whole = warning_dates(&localized.words, localized.content.backtest);
    let mut by_date = whole.clone();
    by_date.rows.pop();
    let figures: Vec<Figure> = [auc(localized, &by_date), ratio(localized, &by_date)].into_iter().flatten().collect();
    if figures.is_empty() {
        blocks.push(Block::Note { text: texts.few_outcomes.clone() });
    } else {
        blocks.push(Block::Figures { figures });
    }
    blocks.push(Block::Table { table: localized.html(&whole) });
    Section { id: "stability", title: texts.stability.clone(), blocks }
}

fn auc(localized: &LocalizedModel<'_>, table: &Table) -> Option<Figure> {
    let columns = ["auc", "rules_auc", "single_auc"];
    let texts = &localized.texts.early_warning;
    let table = Table { title: texts.auc_chart.clone(), ..table.select(&["date", columns[0], columns[1], columns[2]]) };
    let chart = by_date(localized, "auc", &texts.auc_chart, &table.numbers(columns[0]))?;
    Some(localized.three_lines(&chart, &days(localized), &table, columns))
}

fn ratio(localized: &LocalizedModel<'_>, table: &Table) -> Option<Figure> {
    let column = "observed_to_expected";
    let texts = &localized.texts.early_warning;
    let table = Table { title: texts.ratio_chart.clone(), ..table.select(&["date", column]) };
    let ratios = table.numbers(column);
    let chart = by_date(localized, "ratio", &texts.ratio_chart, &ratios)?;
    let [own, neutral] = [localized.colour(localized.content.settings.to), neutral()];
    let key = |name: &str, colour: &str, place| Key { name: name.into(), colour: colour.into(), dashes: dashes(place) };
    let legend = vec![key(&localized.texts.scorers.model, &own, 0), key(&texts.as_expected, &neutral, 1)];
    let expected = vec![1.0; ratios.len()];
    let drawn = [Line::new(ratios, own), Line::new(expected, neutral)];
    Some(localized.line_chart(&chart, &days(localized), legend, &drawn, &table))
}

/// A chart by date of testing; nothing where none of its values may be told.
fn by_date<'a>(localized: &LocalizedModel<'_>, id: &'a str, title: &'a str, values: &[f64]) -> Option<Chart<'a>> {
    let dates = &localized.content.backtest.dates;
    let mut known = dates.iter().zip(values).filter(|(_, value)| value.is_finite());
    let first = known.next()?;
    let last = known.next_back().unwrap_or(first);
    let day = |(of, _): (&crate::early_warning::BacktestDate, &f64)| localized.language.short_day(of.date);
    let [from, to] = [first, last].map(|(_, value)| two_decimals(localized.language, *value));
    let (first, last) = (day(first), day(last));
    let values = [("from", from.as_str()), ("first", &first), ("to", &to), ("last", &last)];
    let description = fill(&localized.texts.panel.shares_description, &values);
    Some(Chart { id, title, description, number: two_decimals, layout: Layout::Folded })
}

fn two_decimals(language: Language, value: f64) -> String {
    language.decimals(value, 2)
}

fn days(localized: &LocalizedModel<'_>) -> Vec<(f64, String)> {
    let dates = localized.content.backtest.dates.iter();
    let mut days: Vec<(f64, String)> =
        dates.map(|of| (f64::from(of.date.0), localized.language.short_day(of.date))).collect();
    first_middle_last(&mut days);
    days
}
