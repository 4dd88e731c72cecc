//! How customers differ: percentiles of the main features by category.

use crate::i18n::fill;
use crate::report::charts::{About, Strip, strips};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Cell, Figure, Layout, Section, Table};
use crate::schema::features::{At, FEATURES, FeatureType};
use crate::statistics::{ALL, FeatureFigures};

/// The features that tell most of an everyday life; those of the configuration join them.
pub(in crate::report) const MAIN: [At; 10] = [
    At::contacts_per_year,
    At::applications,
    At::handling_minutes_per_application,
    At::clarifications,
    At::benefit_days,
    At::max_concurrent_benefits,
    At::income_months,
    At::last_resort_months,
    At::life_events,
    At::age,
];
/// Features of the configuration that are shown.
const DERIVED: usize = 6;

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let texts = &localized.texts.distributions;
    let derived = (FEATURES.len()..localized.content.features.len()).take(DERIVED);
    let shown = MAIN.iter().map(|at| *at as usize).chain(derived);
    let shown: Vec<usize> = shown.collect();
    let figures = shown.iter().map(|at| figure(localized, *at)).collect();
    let mut blocks = vec![Block::Text { text: texts.lead.clone() }];
    if shown.iter().any(|at| localized.content.hides_feature(*at).contains(&true)) {
        blocks.push(Block::Note { text: localized.mask_note() });
    }
    blocks.push(Block::Figures { figures });
    Section { id: "distributions", title: texts.title.clone(), blocks }
}

fn figure(localized: &LocalizedReport<'_>, at: usize) -> Figure {
    let texts = &localized.texts.distributions;
    let name = localized.content.features.get(at).map_or("", String::as_str);
    let title = localized.feature(name);
    let heads = [&texts.customers, &texts.mean, &texts.p10, &texts.p25, &texts.median, &texts.p75, &texts.p90]
        .map(String::as_str);
    let mut table = Table::numbers(&title, &texts.category, heads);
    let (mut drawn, mut listed) = (Vec::new(), Vec::new());
    let hidden = localized.content.hides_feature(at);
    for ((place, category), is_hidden) in localized.content.figures.iter().enumerate().zip(hidden) {
        let Some(figures) = category.features.get(at) else { continue };
        let label = localized.row_name(&category.name).to_owned();
        let numbers = [localized.count(figures.n)].into_iter();
        let numbers = numbers.chain(values(figures).map(|value| localized.language.at_most(value, 2)));
        let numbers = numbers.map(|number| Cell::or_masked(number, is_hidden));
        let cells = [Cell::from(label.as_str())].into_iter().chain(numbers);
        if category.name == ALL {
            table.total(cells)
        } else {
            table.row(cells)
        }
        let [_, p10, p25, median, p75, p90] = if is_hidden { [f64::NAN; 6] } else { values(figures) };
        let written = Cell::or_masked(localized.language.at_most(median, 1), is_hidden).text;
        listed.push(format!("{label} {written}"));
        drawn.push(Strip {
            label,
            detail: if is_hidden { written } else { fill(&texts.median_of, &[("median", &written)]) },
            percentiles: [p10, p25, median, p75, p90],
            colour: localized.colour(place),
        });
    }
    let description = fill(&texts.description, &[("list", &listed.join(", "))]);
    let id = format!("distribution-{name}");
    let about = About { id: &id, title: &title, description: &description };
    let whole = FEATURES.get(at).is_some_and(|feature| feature.feature_type == FeatureType::Count);
    let svg = strips(&about, &drawn, whole, |value| localized.language.at_most(value, 2));
    Figure { title, svg, table, layout: Layout::Folded }
}

/// Mean, 10th, 25th, 50th, 75th and 90th percentile.
fn values(figures: &FeatureFigures) -> [f64; 6] {
    let [_, p10, p25, median, p75, p90, _] = figures.quantiles;
    [figures.mean, p10, p25, median, p75, p90]
}
