//! Ways to apply, per category.

use crate::extract::METHODS;
use crate::i18n::fill;
use crate::report::charts::{About, Segment, Stack, stacks};
use crate::report::localized::LocalizedReport;
use crate::report::palette;
use crate::report::view::{Block, Cell, Figure, Layout, Section, Table};
use crate::statistics::Summary;

/// The ways as they are shown: the one that most take first.
const ORDER: [usize; METHODS.len()] = [3, 0, 1, 2, 4];

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let texts = &localized.texts.ways;
    let names = [&texts.paper, &texts.oral, &texts.on_behalf, &texts.online, &texts.other].map(String::as_str);
    let mut table = Table::numbers(&texts.chart, &texts.category, ORDER.map(|at| names[at]));
    let (mut drawn, mut listed) = (Vec::new(), Vec::new());
    let hides_figures = localized.content.hides_figures();
    for (category, is_hidden) in localized.content.figures.iter().zip(&hides_figures) {
        let name = localized.row_name(&category.name);
        let shares = category.summary.applications_pct;
        let share = |at: usize| Cell::or_masked(localized.share(shares[at]), *is_hidden);
        listed.push(format!("{name} {}", share(ORDER[0]).text));
        let cells = [Cell::from(name)].into_iter().chain(ORDER.map(share));
        if category.name == crate::statistics::ALL {
            table.total(cells)
        } else {
            table.row(cells)
        }
        let segment = |at: usize| Segment {
            share_pct: shares[at],
            label: localized.share(shares[at]),
            colour: palette::method(at).to_owned(),
        };
        let segments = if *is_hidden { vec![Segment::hidden(100.0)] } else { ORDER.map(segment).into() };
        drawn.push(Stack { label: name.to_owned(), detail: String::new(), segments });
    }
    let description = fill(&texts.description, &[("list", &listed.join(", "))]);
    let about = About { id: "ways-chart", title: &texts.chart, description: &description };
    let legend = ORDER.map(|at| (names[at].to_owned(), palette::method(at).to_owned()));
    let svg = stacks(&about, &legend, &drawn);
    let figure = Figure {
        title: texts.chart.clone(),
        svg,
        table,
        layout: Layout::of_categories(localized.content.categories().len()),
    };
    let mut blocks = vec![Block::Text { text: texts.lead.clone() }, Block::Figure { figure }];
    // Many agencies do not note who filed an application.
    let filed_by_others = |summary: &Summary| summary.filed_pct().iter().any(|share| *share > 0.0);
    if localized.content.figures.iter().any(|category| filed_by_others(&category.summary)) {
        blocks.push(Block::Text { text: texts.filers_lead.clone() });
        blocks.push(Block::Table { table: filers(localized, &hides_figures) });
    }
    if hides_figures.contains(&true) {
        blocks.push(Block::Note { text: localized.mask_note() });
    }
    Section { id: "ways", title: texts.title.clone(), blocks }
}

/// The applications that others than the customer filed, per category.
fn filers(localized: &LocalizedReport<'_>, hides_figures: &[bool]) -> Table {
    let texts = &localized.texts.ways;
    let mut table = Table::numbers(&texts.filers, &texts.category, [texts.employer.as_str(), texts.partner.as_str()]);
    for (category, is_hidden) in localized.content.figures.iter().zip(hides_figures) {
        let shares = category.summary.filed_pct().map(|share| Cell::or_masked(localized.share(share), *is_hidden));
        let cells = [Cell::from(localized.row_name(&category.name))].into_iter().chain(shares);
        if category.name == crate::statistics::ALL { table.total(cells) } else { table.row(cells) }
    }
    table
}
