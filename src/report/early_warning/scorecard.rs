//! How a score comes about: what it was learned from, the points of each feature's bins, and the bands of scores.

use super::LocalizedModel;
use crate::early_warning::{Model, ScoredFeature};
use crate::i18n::fill;
use crate::report::charts::{About, Bar, Strip, neutral, signed_bars, strips};
use crate::report::view::{Block, Figure, Layout, Section};
use crate::tables::{self, Localizer, Row, Table};

/// The dates that it was learned from and tested on.
pub(super) fn learned_from(localized: &LocalizedModel<'_>) -> Section {
    let (texts, content) = (&localized.texts.early_warning, localized.content);
    let table = tables::warning_samples(&localized.words, &content.model.provenance, content.backtest);
    let blocks =
        vec![Block::Text { text: texts.samples_lead.clone() }, Block::Folded { table: localized.html(&table) }];
    Section { id: "samples", title: texts.samples.clone(), blocks }
}

pub(super) fn section(localized: &LocalizedModel<'_>) -> Section {
    let (texts, content) = (&localized.texts.early_warning, localized.content);
    let table = tables::scorecard(&localized.words, content.model, &content.settings.exceptions);
    let points = table.numbers("points");
    let known = || points.iter().copied().filter(|points| points.is_finite());
    let ends = [known().fold(0.0, f64::min), known().fold(0.0, f64::max)];
    let exceptions = exceptions(&localized.words, content.model, &content.settings.exceptions);
    let mut blocks = vec![Block::Text { text: texts.scorecard_lead.clone() }];
    blocks.push(match exceptions {
        Some(text) => Block::Strong { text },
        None => Block::Text { text: texts.no_exceptions.clone() },
    });
    let figures = content.model.features.iter().enumerate();
    blocks.push(Block::Figures { figures: figures.map(|(at, of)| figure(localized, at, of, &table, ends)).collect() });
    blocks.push(Block::Folded { table: localized.html(&table) });
    Section { id: "scorecard", title: texts.scorecard.clone(), blocks }
}

/// The features that are used by exception, in words; nothing without any.
pub(in crate::report) fn exceptions(words: &Localizer<'_>, model: &Model, exceptions: &[String]) -> Option<String> {
    let used = model.features.iter().filter(|feature| exceptions.contains(&feature.name));
    let names: Vec<String> = used.map(|feature| words.feature(&feature.name).label().to_owned()).collect();
    let text = &words.texts.early_warning.exceptions;
    (!names.is_empty()).then(|| fill(text, &[("features", &names.join("; "))]))
}

/// The points of a feature's bins, on the scale of all features.
fn figure(
    localized: &LocalizedModel<'_>,
    at: usize,
    feature: &ScoredFeature,
    scorecard: &Table,
    [least, most]: [f64; 2],
) -> Figure {
    let texts = &localized.texts.early_warning;
    let title = localized.feature(&feature.name).label().to_owned();
    let is_exception = localized.content.settings.exceptions.contains(&feature.name);
    let table = scorecard.filter("feature", &feature.name);
    let table = table.select(&["range", "cases", "outcome_pct", "coefficient", "points"]);
    let table = Table { title: title.clone(), ..table };
    let bar = |row: &Row| Bar {
        label: row.cell(0).value.label().to_owned(),
        value: table.cell(row, "points").value.number(),
        detail: localized.cell(&table, row, "points"),
        colour: localized.colour(localized.content.settings.to),
    };
    let bars: Vec<Bar> = table.rows.iter().map(bar).collect();
    let item = |bar: &Bar| fill(&texts.points_item, &[("range", &bar.label), ("points", &bar.detail)]);
    let description = bars.iter().map(item).collect::<Vec<_>>().join("; ");
    let id = format!("points-{}", at + 1);
    let svg = signed_bars(&About { id: &id, title: &title, description: &description }, &bars, least, most);
    let exception = if is_exception { texts.exception.clone() } else { String::new() };
    Figure { exception, title, legend: Vec::new(), svg, table: localized.html(&table), layout: Layout::Folded }
}

/// The bands, and the risk of each.
pub(super) fn bands(localized: &LocalizedModel<'_>) -> Section {
    let (texts, model) = (&localized.texts.early_warning, localized.content.model);
    let table = tables::warning_bands(&localized.words, &model.bands);
    let calibrated = &model.provenance.calibrated_on;
    let dates = localized.count(calibrated.len() as u64);
    let last = calibrated.last().map_or(String::new(), |last| localized.language.short_day(*last));
    // Fitting ends `within` dates before calibration does, and calibration goes back further than that.
    let fitted = calibrated.iter().filter(|date| model.provenance.fitted_on.contains(date)).count() as u64;
    let fitted = match fitted {
        0 => texts.bands_fitted_none.clone(),
        fitted => fill(&texts.bands_fitted_too, &[("dates", &localized.count(fitted))]),
    };
    let lead = fill(&texts.bands_lead, &[("dates", &dates), ("last", &last), ("fitted", &fitted)]);
    let strip = |row: &Row| {
        let [risk, low, high] =
            ["risk_pct", "risk_low_pct", "risk_high_pct"].map(|column| table.cell(row, column).value.number());
        Strip {
            label: row.cell(0).value.label().to_owned(),
            detail: localized.cell(&table, row, "risk_pct"),
            percentiles: [low, low, risk, high, high],
            colour: neutral(),
        }
    };
    let drawn: Vec<Strip> = table.rows.iter().map(strip).collect();
    let description = localized.list(&table, "risk_pct");
    let about = About { id: "bands-chart", title: &texts.bands_chart, description: &description };
    let svg = strips(&about, &drawn, false, |value| localized.language.at_most(value, 1));
    let title = texts.bands_chart.clone();
    let layout = Layout::Below;
    let figure =
        Figure { exception: String::new(), title, legend: Vec::new(), svg, table: localized.html(&table), layout };
    let blocks = vec![Block::Text { text: lead }, Block::Figure { figure }];
    Section { id: "bands", title: texts.bands.clone(), blocks }
}
