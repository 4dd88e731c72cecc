//! The first screen: a card per category, beside reference figures and the last run, and the shares at a glance.

use crate::report::charts::{About, Segment, Stack, stacks};
use crate::report::localized::LocalizedReport;
use crate::report::run_snapshots::{Disclosure, Followed, RunSnapshot};
use crate::report::texts::fill;
use crate::report::view::{Block, Card, Cell, Column, Figure, Layout, Section, Table};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let texts = &localized.texts.overview;
    let config = localized.content.config;
    let now = localized.content.this_run();
    // A run of none of these categories is nothing to compare with.
    let categories = localized.content.categories();
    let last = localized.content.last_run();
    let compared = last.as_ref().filter(|run| run.has_any(categories));
    let cards = (0..categories.len()).map(|at| card(localized, at, &now, compared)).collect();
    let mut blocks = vec![Block::Cards { cards }, Block::Figure { figure: shares(localized, compared) }];
    let referred = config.customers.categories.iter().any(|category| category.reference != Default::default());
    let mut notes = Vec::new();
    if referred && !config.report.reference_source.is_empty() {
        notes.push(fill(&texts.source, &[("source", &config.report.reference_source)]));
    }
    notes.push(match &last {
        Some(RunSnapshot { run, .. }) => {
            let words = if compared.is_some() { &texts.compared } else { &texts.other_categories };
            fill(words, &[("as_of", &localized.day(&run.as_of))])
        }
        None => texts.no_previous.clone(),
    });
    if now.hides_something() || compared.is_some_and(RunSnapshot::hides_something) {
        notes.push(localized.mask_note());
    }
    blocks.push(Block::Note { text: notes.join(" ") });
    Section { id: "overview", title: texts.title.clone(), blocks }
}

/// A main figure of a category: now, as published, and in the last run.
struct MainFigure<'a> {
    label: &'a str,
    followed: Followed,
    reference: Option<f64>,
    /// How it is written.
    write: &'a dyn Fn(f64) -> String,
    places: usize,
    /// What a difference is in; empty where it has no name.
    unit: &'a str,
}

fn card(localized: &LocalizedReport<'_>, at: usize, now: &RunSnapshot, last_run: Option<&RunSnapshot>) -> Card {
    let (texts, language) = (&localized.texts.overview, localized.language);
    let (figures, category) = (&localized.content.categories()[at], &localized.content.config.customers.categories[at]);
    let (share, rate) = (|value| localized.share(value), |value| localized.rate(value));
    let minutes = |value| localized.minutes(value);
    let main = [
        MainFigure {
            label: &texts.share,
            followed: Followed::Share,
            reference: category.reference.share_pct,
            write: &share,
            places: 1,
            unit: &texts.points,
        },
        MainFigure {
            label: &texts.contacts,
            followed: Followed::Contacts,
            reference: category.reference.contacts_per_year,
            write: &rate,
            places: 2,
            unit: "",
        },
        MainFigure {
            label: &texts.minutes,
            followed: Followed::Minutes,
            reference: category.reference.handling_minutes_per_application,
            write: &minutes,
            places: 1,
            unit: "",
        },
    ];
    let has_reference = main.iter().any(|figure| figure.reference.is_some());
    let mut columns = vec![Column::text(&texts.figure), Column::number(&texts.this_run)];
    if has_reference {
        columns.push(Column::number(&texts.reference));
    }
    if last_run.is_some() {
        columns.push(Column::number(&texts.previous_short));
    }
    let mut table = Table::new(language.of(&category.names), columns);
    for figure in &main {
        let told = now.tell(&category.name, figure.followed);
        let previous = last_run.map(|run| run.tell(&category.name, figure.followed));
        let by = previous.map_or(f64::NAN, |previous| told.figure() - previous.figure());
        let detail = change(localized, figure, by);
        let mut cells = vec![Cell { detail, ..Cell::from(figure.label) }, cell(localized, told, figure.write)];
        if has_reference {
            cells.push(Cell::from(figure.reference.map_or(String::new(), |value| {
                language.at_most(value, figure.places)
                    + if figure.unit.is_empty() { "" } else { percent_sign(localized) }
            })));
        }
        cells.extend(previous.map(|previous| cell(localized, previous, figure.write)));
        table.row(cells);
    }
    // A text that the configuration leaves out is the category's name.
    let said = |text| Some(language.of(text)).filter(|text| *text != category.name).unwrap_or_default();
    Card {
        name: language.of(&category.names).to_owned(),
        colour: localized.colour(at),
        share: localized.share(figures.summary.share_pct),
        customers: localized.customers(figures.customers),
        description: said(&category.description).to_owned(),
        service: said(&category.service).to_owned(),
        table,
    }
}

fn percent_sign(localized: &LocalizedReport<'_>) -> &'static str {
    localized.language.pick(["\u{a0}%", "\u{a0}%", "%"])
}

/// A figure of a run, as far as it may be told.
fn cell(localized: &LocalizedReport<'_>, told: Disclosure, write: &dyn Fn(f64) -> String) -> Cell {
    let detail =
        if told == Disclosure::NoCategory { localized.texts.overview.new_category.clone() } else { String::new() };
    Cell { detail, ..Cell::or_masked(write(told.figure()), told == Disclosure::Hidden) }
}

/// What has become of a figure since the last run, as an arrow and in words; nothing where that is not known.
fn change(localized: &LocalizedReport<'_>, figure: &MainFigure<'_>, by: f64) -> String {
    let texts = &localized.texts.overview;
    if !by.is_finite() {
        return String::new();
    }
    let written = localized.language.decimals(by.abs(), figure.places);
    if !written.contains(|digit: char| ('1'..='9').contains(&digit)) {
        return texts.same.clone();
    }
    let by_words = if figure.unit.is_empty() { written } else { fill(figure.unit, &[("by", &written)]) };
    fill(if by > 0.0 { &texts.higher } else { &texts.lower }, &[("by", &by_words)])
}

/// The shares of the categories as one bar each: now, as published, and in the last run.
fn shares(localized: &LocalizedReport<'_>, last_run: Option<&RunSnapshot>) -> Figure {
    let texts = &localized.texts.overview;
    let categories = localized.content.categories();
    let references: Option<Vec<f64>> =
        localized.content.config.customers.categories.iter().map(|category| category.reference.share_pct).collect();
    let told = |share: &f64| Disclosure::Figure(*share);
    let now = categories.iter().map(|category| Disclosure::Figure(category.summary.share_pct)).collect();
    let mut bars = vec![(texts.this_run.clone(), now)];
    bars.extend(references.map(|shares| (texts.reference.clone(), shares.iter().map(told).collect())));
    bars.extend(last_run.map(|last| {
        let shares: Vec<Disclosure> =
            categories.iter().map(|category| last.tell(&category.name, Followed::Share)).collect();
        (fill(&texts.previous, &[("as_of", &localized.day(&last.run.as_of))]), shares)
    }));
    let names: Vec<&str> = categories.iter().map(|category| localized.category(&category.name)).collect();
    let mut table = Table::numbers(&texts.chart, "", names.iter().copied());
    let mut drawn = Vec::new();
    for (label, shares) in bars {
        let cells = shares.iter().map(|told| cell(localized, *told, &|share| localized.share(share)));
        table.row([Cell::from(label.as_str())].into_iter().chain(cells));
        let segment = |(at, told): (usize, &Disclosure)| Segment {
            share_pct: told.figure(),
            label: localized.share(told.figure()),
            colour: localized.colour(at),
        };
        let segments = shares.iter().enumerate().map(segment).collect();
        drawn.push(Stack { label, detail: String::new(), segments });
    }
    let listed: Vec<String> = categories
        .iter()
        .zip(&names)
        .map(|(category, name)| format!("{name} {}", localized.share(category.summary.share_pct)))
        .collect();
    let about = About { id: "shares", title: &texts.chart, description: &listed.join(", ") };
    let legend: Vec<(String, String)> =
        names.iter().enumerate().map(|(at, name)| ((*name).to_owned(), localized.colour(at))).collect();
    let svg = stacks(&about, &legend, &drawn);
    Figure { title: texts.chart.clone(), svg, table, layout: Layout::of_categories(categories.len()) }
}
