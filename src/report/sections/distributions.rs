//! How customers differ: percentiles of the main features by category.

use super::concentration;
use crate::i18n::fill;
use crate::report::charts::{About, Strip, neutral, strips};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Layout, Section};
use crate::schema::Entity;
use crate::schema::features::{At, FEATURES, FeatureType};
use crate::tables::{MAIN_FEATURES, Table, Value, feature_statistics};

/// Features of the configuration that are shown.
const DERIVED: usize = 6;
/// The features that tell most of an employer.
const OF_EMPLOYERS: [At; 4] = [At::employees, At::contacts, At::applications, At::handling_minutes_per_application];
const PERCENTILES: [&str; 5] = ["p10", "p25", "median", "p75", "p90"];

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let (texts, content) = (&localized.texts.distributions, localized.content);
    let statistics = feature_statistics(&localized.words, Entity::Customer, content.figures, content.features).masked();
    let derived = content.features.iter().skip(FEATURES.len()).take(DERIVED);
    let shown = MAIN_FEATURES.iter().map(|at| at.feature().name).chain(derived.map(String::as_str));
    let tables: Vec<Table> = shown.map(|name| of_feature(localized, &statistics, name)).collect();
    let mut blocks = drawn(localized, "distribution", tables, |place| localized.colour(place));
    if matches!(blocks.first(), Some(Block::Figures { .. })) {
        blocks.insert(0, Block::Text { text: texts.lead.clone() });
    }
    blocks.extend(concentration::blocks(localized));
    Section { id: "distributions", title: texts.title.clone(), blocks }
}

/// How the employers of each category differ, with a remark where something of it is masked.
pub(super) fn of_employers(localized: &LocalizedReport<'_>) -> Vec<Block> {
    let features: Vec<String> = Entity::Employer.features().iter().map(|at| at.feature().name.to_owned()).collect();
    let statistics = feature_statistics(&localized.words, Entity::Employer, localized.content.employers, &features);
    let statistics = statistics.masked();
    let tables = OF_EMPLOYERS.map(|at| of_feature(localized, &statistics, at.feature().name));
    drawn(localized, "employers", tables.into(), |_| neutral())
}

/// A chart of each feature, and in words those of which there is nothing to draw.
fn drawn(
    localized: &LocalizedReport<'_>,
    id: &str,
    tables: Vec<Table>,
    colour: impl Fn(usize) -> String + Copy,
) -> Vec<Block> {
    let titles = |tables: Vec<Table>| tables.into_iter().map(|table| table.title).collect::<Vec<_>>();
    // Where nobody has anything, everybody's mean is zero or missing.
    let is_empty = |table: &Table| {
        table.rows.last().is_none_or(|all| matches!(table.cell(all, "mean").value, Value::Missing | Value::Number(0.0)))
    };
    let (empty, tables): (Vec<Table>, Vec<Table>) = tables.into_iter().partition(is_empty);
    let is_masked = |table: &Table| {
        let mut of_categories = table.rows.iter().filter(|row| !row.is_total);
        !of_categories.any(|row| table.cell(row, "median").value.number().is_finite())
    };
    let (masked, tables): (Vec<Table>, Vec<Table>) = tables.into_iter().partition(is_masked);
    let figure = |table: &Table| figure(localized, &format!("{id}-{}", table.name), table, colour);
    let figures: Vec<Figure> = tables.iter().map(figure).collect();
    let mut blocks = Vec::new();
    if !figures.is_empty() {
        blocks.push(Block::Figures { figures });
    }
    blocks.extend(localized.too_few(&titles(masked)));
    blocks.extend(localized.no_data(&titles(empty)));
    blocks
}

/// What the page shows of one feature; the table goes by the feature's name.
fn of_feature(localized: &LocalizedReport<'_>, statistics: &Table, name: &str) -> Table {
    let columns = [["category", "n", "mean"].as_slice(), &PERCENTILES].concat();
    let title = localized.feature(name).label().to_owned();
    Table { name: name.to_owned(), title, ..statistics.filter("feature", name).select(&columns) }
}

fn figure(localized: &LocalizedReport<'_>, id: &str, table: &Table, colour: impl Fn(usize) -> String) -> Figure {
    let texts = &localized.texts.distributions;
    let language = localized.language;
    let strip = |(place, row): (usize, &crate::tables::Row)| {
        let median = table.cell(row, "median").value;
        let detail = match median {
            Value::Masked => localized.cell(table, row, "median"),
            _ => fill(&texts.median_of, &[("median", &language.at_most(median.number(), 1))]),
        };
        Strip {
            label: row.cell(0).value.label().to_owned(),
            detail,
            percentiles: PERCENTILES.map(|column| table.cell(row, column).value.number()),
            colour: colour(place),
        }
    };
    let drawn: Vec<Strip> = table.rows.iter().enumerate().map(strip).collect();
    let description = fill(&texts.description, &[("list", &localized.list(table, "median"))]);
    let about = About { id, title: &table.title, description: &description };
    let feature = At::EVERY.iter().map(|at| at.feature()).find(|feature| feature.name == table.name);
    let whole = feature.is_some_and(|feature| feature.feature_type == FeatureType::Count);
    let svg = strips(&about, &drawn, whole, |value| language.at_most(value, 2));
    Figure {
        exception: String::new(),
        title: table.title.clone(),
        legend: Vec::new(),
        svg,
        table: localized.html(table),
        layout: Layout::Folded,
    }
}
