//! Ways to apply, per category.

use crate::i18n::fill;
use crate::report::charts::{About, Labelled, stacks};
use crate::report::localized::LocalizedReport;
use crate::report::palette;
use crate::report::view::{Block, Figure, Layout, Section};
use crate::schema::figures::Figure as CategoryFigure;
use crate::tables::{Value, category_summary};

/// The ways as they are shown: the one that most take first.
const METHODS: [CategoryFigure; 5] = [
    CategoryFigure::applications_online_pct,
    CategoryFigure::applications_paper_pct,
    CategoryFigure::applications_oral_pct,
    CategoryFigure::applications_on_behalf_pct,
    CategoryFigure::applications_other_pct,
];
const FILERS: [CategoryFigure; 2] =
    [CategoryFigure::applications_by_employer_pct, CategoryFigure::applications_by_partner_pct];

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let texts = &localized.texts.ways;
    let summary = category_summary(&localized.words, localized.content.figures).masked();
    let methods = METHODS.map(CategoryFigure::name);
    let mut table = summary.select(&[["category"].as_slice(), &methods].concat());
    table.title = texts.chart.clone();
    let description = fill(&texts.description, &[("list", &localized.list(&table, methods[0]))]);
    let about = About { id: "ways-chart", title: &texts.chart, description: &description };
    let colour = |at: usize| palette::method(at).to_owned();
    let legend = localized.legend(&table, &methods, colour);
    let svg = stacks(&about, Labelled::Middle, &localized.stacks(&table, &methods, colour));
    let online: Vec<Value> = table.rows.iter().map(|row| table.cell(row, methods[0]).value).collect();
    let figure = Figure {
        exception: String::new(),
        title: texts.chart.clone(),
        legend,
        svg,
        table: localized.html(&table),
        layout: Layout::of_columns(table.columns.len()),
    };
    let mut blocks = vec![Block::Text { text: texts.lead.clone() }];
    if online.iter().any(|share| share.number().is_finite()) {
        blocks.push(Block::Figure { figure });
    } else if online.contains(&Value::Masked) {
        blocks.extend(localized.too_few(std::slice::from_ref(&texts.title)));
    } else {
        blocks.extend(localized.no_data(std::slice::from_ref(&texts.title)));
    }
    // Many agencies do not note who filed an application.
    let is_filed_by = |figure: &CategoryFigure| summary.numbers(figure.name()).iter().any(|share| *share > 0.0);
    if FILERS.iter().any(is_filed_by) {
        let mut filers = summary.select(&[["category"].as_slice(), &FILERS.map(CategoryFigure::name)].concat());
        filers.title = texts.filers.clone();
        blocks.push(Block::Text { text: texts.filers_lead.clone() });
        blocks.push(Block::Table { table: localized.html(&filers) });
    }
    Section { id: "ways", title: texts.title.clone(), blocks }
}
