//! The first screen: a card per category, beside reference figures and the last run, and the shares at a glance.

use crate::i18n::fill;
use crate::report::charts::{About, Labelled, stacks};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Card, Figure, Layout, Section};
use crate::schema::figures::{Figure as CategoryFigure, Unit};
use crate::tables::{Cell, Column, Format, Row, Table, Value, category_summary, main_figures};

/// What the figures of this run are compared with, where it is there.
const COMPARED: [&str; 2] = ["reference", "last_run"];

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let (texts, content) = (&localized.texts.overview, localized.content);
    let figures = main_figures(&localized.words, content).masked();
    let has = |column: &str| figures.numbers(column).iter().any(|number| number.is_finite());
    let cards = (0..content.categories().len()).map(|at| card(localized, at, &figures)).collect();
    let mut blocks = vec![Block::Cards { cards }, Block::Figure { figure: shares(localized, &figures) }];
    let mut notes = Vec::new();
    let source = &localized.content.plan.report.reference;
    if has("reference") {
        notes.push(fill(&texts.source, &[("source", source)]));
    }
    notes.push(match content.history.last() {
        Some(run) => {
            // A run of none of these categories is nothing to compare with.
            let words = if content.is_comparable(run) { &texts.compared } else { &texts.other_categories };
            fill(words, &[("as_of", &localized.day(&run.as_of))])
        }
        None => texts.no_previous.clone(),
    });
    blocks.push(Block::Note { text: notes.join(" ") });
    Section { id: "overview", title: texts.title.clone(), blocks }
}

fn card(localized: &LocalizedReport<'_>, at: usize, figures: &Table) -> Card {
    let language = localized.language;
    let (of, category) = (&localized.content.categories()[at], &localized.content.plan.customers.categories[at]);
    let mut table = figures.filter("category", &category.name);
    table.title = language.of(&category.names).to_owned();
    for place in 0..table.rows.len() {
        let change = change(localized, &table, &table.rows[place]);
        let figure = table.columns.iter().position(|column| column.name == "figure");
        if let Some(cell) = figure.and_then(|at| table.rows[place].cells.get_mut(at)) {
            cell.detail = (!change.is_empty()).then(|| Box::new(Value::from(change)));
        }
    }
    // A text that the configuration leaves out is the category's name.
    let said = |text| Some(language.of(text)).filter(|text| *text != category.name).unwrap_or_default();
    Card {
        name: language.of(&category.names).to_owned(),
        colour: localized.colour(at),
        share: language.percent(of.figures.get(CategoryFigure::share_pct), 1),
        customers: localized.customers(of.customers),
        description: said(&category.description).to_owned(),
        service: said(&category.service).to_owned(),
        table: localized.html(&table.select(&["figure", "this_run", "reference", "last_run"]).without_empty(&COMPARED)),
    }
}

/// What has become of a figure since the last run, as an arrow and in words; nothing where that is not known. The
/// difference is that of the figures as they are shown.
fn change(localized: &LocalizedReport<'_>, table: &Table, row: &Row) -> String {
    let texts = &localized.texts.overview;
    let name = table.cell(row, "figure").value;
    let figure = CategoryFigure::EVERY.iter().find(|figure| figure.name() == name.key());
    let unit = figure.map_or(Unit::Ratio, |figure| figure.unit());
    let places = if unit == Unit::Ratio { 2 } else { 1 };
    let scale = 10f64.powi(places);
    let [now, before] = ["this_run", "last_run"].map(|run| (table.cell(row, run).value.number() * scale).round());
    let by = (now - before) / scale;
    if !by.is_finite() {
        return String::new();
    }
    if by == 0.0 {
        return texts.same.clone();
    }
    let written = localized.language.decimals(by.abs(), places as usize);
    let by_words = if unit == Unit::Percent { fill(&texts.points, &[("by", &written)]) } else { written };
    fill(if by > 0.0 { &texts.higher } else { &texts.lower }, &[("by", &by_words)])
}

/// The main figures of every category and of all customers, with the shares that this run's are compared with.
fn categories(localized: &LocalizedReport<'_>, runs: &Table, last_run: Option<&str>) -> Table {
    let main = ["contacts_per_year", "handling_minutes_per_application"];
    let summary = category_summary(&localized.words, localized.content.figures).masked();
    let mut table = summary.select(&[["category", "customers", "share_pct"].as_slice(), &main].concat());
    for compared in COMPARED {
        let Some(column) = runs.columns.iter().find(|column| column.name == compared) else { continue };
        let whose = last_run.filter(|_| compared == "last_run").unwrap_or(&column.heading);
        let heading = fill(&localized.texts.overview.share_of, &[("whose", whose)]);
        let at = table.columns.len() - main.len();
        table.columns.insert(at, Column { heading, format: Format::Percent, ..column.clone() });
        for row in &mut table.rows {
            let own = runs.rows.iter().find(|own| own.cell(0).value.key() == row.cell(0).value.key());
            row.cells.insert(at, own.map_or(Cell::default(), |own| runs.cell(own, compared)));
        }
    }
    Table { title: localized.texts.overview.categories.clone(), ..table }
}

/// The shares of the categories as one bar each: now, as published, and in the last run.
fn shares(localized: &LocalizedReport<'_>, figures: &Table) -> Figure {
    let texts = &localized.texts.overview;
    let runs = figures.filter("figure", CategoryFigure::share_pct.name());
    let runs = runs.select(&["category", "this_run", "reference", "last_run"]).without_empty(&COMPARED);
    let listed = localized.list(&runs, "this_run");
    let mut drawn = runs.transposed();
    let last_run = localized.content.history.last().map(|run| localized.day(&run.as_of));
    for row in drawn.rows.iter_mut().filter(|row| row.cells[0].value.key() == "last_run") {
        let label = fill(&texts.previous, &[("as_of", last_run.as_deref().unwrap_or_default())]);
        row.cells[0].value = Value::named("last_run", &label);
    }
    let columns: Vec<&str> = drawn.columns.iter().skip(1).map(|column| column.name.as_str()).collect();
    let colour = |at| localized.colour(at);
    let about = About { id: "shares", title: &texts.chart, description: &listed };
    let legend = localized.legend(&drawn, &columns, colour);
    let svg = stacks(&about, Labelled::Middle, &localized.stacks(&drawn, &columns, colour));
    let table = categories(localized, &runs, last_run.as_deref());
    let layout = Layout::of_columns(table.columns.len());
    Figure { exception: String::new(), title: texts.chart.clone(), legend, svg, table: localized.html(&table), layout }
}
