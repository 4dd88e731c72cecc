//! Employers by category.

use super::distributions::of_employers;
use super::movements::{by_rule, matrix};
use crate::history::Movements;
use crate::i18n::fill;
use crate::report::charts::{About, Bar, bars, neutral};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Layout, Section};
use crate::schema::figures::Figure as CategoryFigure;
use crate::tables::{Table, employer_summary};

/// The figures that are drawn.
const DRAWN: [CategoryFigure; 2] = [CategoryFigure::contacts_per_application, CategoryFigure::online_pct];

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.employers;
    let all = localized.content.employers.last()?;
    let active = all.figures.get(CategoryFigure::active) as u64;
    let counts = [("active", localized.count(active)), ("employers", localized.count(all.customers))];
    let lead = fill(&texts.lead, &counts.each_ref().map(|(name, count)| (*name, count.as_str())));
    let table = employer_summary(&localized.words, localized.content.employers);
    let mut drawn = table.clone();
    drawn.rows.retain(|row| !row.is_total);
    let has_some = |shown: &CategoryFigure| table.numbers(shown.name()).iter().any(|value| value.is_finite());
    let (shown, empty): (Vec<_>, Vec<_>) = DRAWN.into_iter().partition(has_some);
    let figures = shown.into_iter().map(|shown| figure(localized, &drawn, shown)).collect();
    let mut blocks =
        vec![Block::Text { text: lead }, Block::Table { table: localized.html(&table) }, Block::Figures { figures }];
    let label = |figure: CategoryFigure| localized.figure(figure).label().to_owned();
    blocks.extend(localized.no_data(&empty.into_iter().map(label).collect::<Vec<_>>()));
    blocks.push(Block::Heading { text: texts.distributions.clone() });
    blocks.extend(of_employers(localized));
    if let Some(found) = localized.content.employer_movements {
        blocks.extend(moved(localized, found));
    }
    Some(Section { id: "employers", title: texts.title.clone(), blocks })
}

/// Who moved since the last run.
fn moved(localized: &LocalizedReport<'_>, found: &Movements) -> Vec<Block> {
    let texts = &localized.texts.employers;
    let count = |counts: &[u64]| localized.count(counts.iter().sum());
    let values = [
        ("old", localized.day(&found.old_as_of)),
        ("changed", localized.count(found.changed(&found.from, &found.matrix))),
        ("entered", count(&found.entered)),
        ("left", count(&found.left)),
    ];
    let lead = fill(&texts.moved, &values.each_ref().map(|(name, text)| (*name, text.as_str())));
    let heading = localized.texts.movements.title.clone();
    let matrix = matrix(localized, found, &texts.matrix);
    let mut blocks = vec![Block::Heading { text: heading }, Block::Text { text: lead }, matrix];
    if !found.by_rule.is_empty() {
        blocks.push(Block::Folded { table: localized.html(&by_rule(localized, found)) });
    }
    blocks
}

/// One figure of all categories as bars.
fn figure(localized: &LocalizedReport<'_>, table: &Table, figure: CategoryFigure) -> Figure {
    let name = figure.name();
    let title = localized.figure(figure).label().to_owned();
    let bar = |row: &crate::tables::Row| Bar {
        label: row.cell(0).value.label().to_owned(),
        value: table.cell(row, name).value.number(),
        detail: localized.cell(table, row, name),
        colour: neutral(),
    };
    let drawn: Vec<Bar> = table.rows.iter().map(bar).collect();
    let list = localized.list(table, name);
    let description = fill(&localized.texts.employers.description, &[("list", &list)]);
    let svg = bars(&About { id: &format!("employers-{name}"), title: &title, description: &description }, &drawn);
    let table = Table { title: title.clone(), ..table.select(&["category", name]) };
    Figure {
        exception: String::new(),
        title,
        legend: Vec::new(),
        svg,
        table: localized.html(&table),
        layout: Layout::Folded,
    }
}
