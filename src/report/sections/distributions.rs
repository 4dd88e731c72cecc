//! How customers differ: percentiles of the main features by category.

use crate::i18n::fill;
use crate::report::charts::{About, Strip, strips};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Layout, Section};
use crate::schema::features::{FEATURES, FeatureType};
use crate::tables::{MAIN_FEATURES, Table, Value, feature_statistics};

/// Features of the configuration that are shown.
const DERIVED: usize = 6;
const PERCENTILES: [&str; 5] = ["p10", "p25", "median", "p75", "p90"];

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let texts = &localized.texts.distributions;
    let statistics =
        feature_statistics(&localized.words, localized.content.figures, localized.content.features).masked();
    let derived = localized.content.features.iter().skip(FEATURES.len()).take(DERIVED);
    let shown = MAIN_FEATURES.iter().map(|at| at.feature().name).chain(derived.map(String::as_str));
    let tables: Vec<Table> = shown.map(|name| of_feature(localized, &statistics, name)).collect();
    let mut blocks = vec![Block::Text { text: texts.lead.clone() }];
    if tables.iter().any(Table::hides_something) {
        blocks.push(Block::Note { text: localized.mask_note() });
    }
    blocks.push(Block::Figures { figures: tables.iter().map(|table| figure(localized, table)).collect() });
    Section { id: "distributions", title: texts.title.clone(), blocks }
}

/// What the page shows of one feature; the table goes by the feature's name.
fn of_feature(localized: &LocalizedReport<'_>, statistics: &Table, name: &str) -> Table {
    let columns = [["category", "n", "mean"].as_slice(), &PERCENTILES].concat();
    let title = localized.feature(name).label().to_owned();
    Table { name: name.to_owned(), title, ..statistics.filter("feature", name).select(&columns) }
}

fn figure(localized: &LocalizedReport<'_>, table: &Table) -> Figure {
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
            colour: localized.colour(place),
        }
    };
    let drawn: Vec<Strip> = table.rows.iter().enumerate().map(strip).collect();
    let description = fill(&texts.description, &[("list", &localized.list(table, "median"))]);
    let id = format!("distribution-{}", table.name);
    let about = About { id: &id, title: &table.title, description: &description };
    let is_count = |feature: &&crate::schema::features::Feature| feature.feature_type == FeatureType::Count;
    let whole = FEATURES.iter().find(|feature| feature.name == table.name).is_some_and(|feature| is_count(&feature));
    let svg = strips(&about, &drawn, whole, |value| language.at_most(value, 2));
    Figure { title: table.title.clone(), svg, table: localized.html(table), layout: Layout::Folded }
}
