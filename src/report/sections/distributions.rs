//! How customers differ: percentiles of the main features by category.

use crate::i18n::fill;
use crate::report::charts::{About, Strip, neutral, strips};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Layout, Section};
use crate::schema::Entity;
use crate::schema::features::{At, FEATURES, FeatureType};
use crate::tables::{MAIN_FEATURES, Table, Value, concentration, feature_statistics};

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
    let mut blocks = vec![Block::Text { text: texts.lead.clone() }];
    if tables.iter().any(Table::hides_something) {
        blocks.push(Block::Note { text: localized.mask_note() });
    }
    let figure = |table: &Table| {
        figure(localized, &format!("distribution-{}", table.name), table, |place| localized.colour(place))
    };
    blocks.push(Block::Figures { figures: tables.iter().map(figure).collect() });
    if !content.concentration.is_empty() {
        let table = concentration(&localized.words, content.concentration, &content.plan.customers.category_names());
        blocks.push(Block::Table { table: localized.html(&table.masked()) });
    }
    Section { id: "distributions", title: texts.title.clone(), blocks }
}

/// How the employers of each category differ, with a remark where something of it is masked.
pub(super) fn of_employers(localized: &LocalizedReport<'_>) -> Vec<Block> {
    let features: Vec<String> = Entity::Employer.features().iter().map(|at| at.feature().name.to_owned()).collect();
    let statistics = feature_statistics(&localized.words, Entity::Employer, localized.content.employers, &features);
    let statistics = statistics.masked();
    let tables = OF_EMPLOYERS.map(|at| of_feature(localized, &statistics, at.feature().name));
    let figure = |table: &Table| figure(localized, &format!("employers-{}", table.name), table, |_| neutral());
    let masked = tables.iter().any(Table::hides_something).then(|| Block::Note { text: localized.mask_note() });
    masked.into_iter().chain([Block::Figures { figures: tables.iter().map(figure).collect() }]).collect()
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
    Figure { title: table.title.clone(), svg, table: localized.html(table), layout: Layout::Folded }
}
