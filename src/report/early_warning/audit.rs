//! Whether the model treats groups alike.

use super::LocalizedModel;
use crate::early_warning::AUDIT_CAPACITY_PCT;
use crate::i18n::fill;
use crate::report::charts::{About, Bar, bars, neutral};
use crate::report::view::{Block, Figure, Layout, Section};
use crate::tables::{Row, Table, warning_audit};

/// Groups of a dimension that are drawn.
const SHOWN: usize = 20;

pub(super) fn section(localized: &LocalizedModel<'_>) -> Section {
    let (texts, content) = (&localized.texts.early_warning, localized.content);
    let capacity = localized.phrases().capacity(AUDIT_CAPACITY_PCT);
    let mut blocks = vec![Block::Text { text: fill(&texts.audit_lead, &[("capacity", &capacity)]) }];
    let table = warning_audit(&localized.words, content.backtest, &content.model.provenance);
    let mut dimensions: Vec<&str> = content.backtest.audit.iter().map(|of| of.dimension.as_str()).collect();
    dimensions.dedup();
    if dimensions.is_empty() {
        blocks.push(Block::Note { text: texts.audit_none.clone() });
    }
    for (at, dimension) in dimensions.into_iter().enumerate() {
        blocks.push(Block::Heading { text: localized.dimension(dimension) });
        blocks.extend(of_dimension(localized, at, dimension, &table));
    }
    Section { id: "audit", title: texts.audit.clone(), blocks }
}

/// The groups of a dimension below all customers: two charts and the table of both.
fn of_dimension(localized: &LocalizedModel<'_>, at: usize, dimension: &str, whole: &Table) -> Vec<Block> {
    let texts = &localized.texts.early_warning;
    let mut table = whole.filter("dimension", dimension);
    table.rows.extend(whole.rows.iter().filter(|row| row.is_total).cloned());
    let table =
        table.select(&["group", "cases_pct", "outcome_pct", "recall_pct", "false_alarm_pct", "observed_to_expected"]);
    let table = Table { title: format!("{}: {}", localized.dimension(dimension), table.title), ..table };
    let groups = table.rows.len().saturating_sub(1);
    let shown = Table { rows: largest(&table), ..table.clone() };
    let charts = [("recall_pct", &texts.recall_chart), ("observed_to_expected", &texts.group_ratio_chart)];
    let figure = |(column, title): (&str, &String)| {
        let id = format!("audit-{}-{column}", at + 1);
        chart(localized, &id, title, &shown, column)
    };
    let figures: Vec<Figure> = charts.into_iter().filter_map(figure).collect();
    let mut blocks = Vec::new();
    if figures.is_empty() {
        blocks.extend(localized.too_few(&[localized.dimension(dimension)]));
    } else {
        blocks.push(Block::Figures { figures });
    }
    if groups > SHOWN {
        let values = [SHOWN, groups].map(|count| localized.count(count as u64));
        let text = fill(&texts.audit_shown, &[("shown", &values[0]), ("all", &values[1])]);
        blocks.extend([Block::Note { text }, Block::Folded { table: localized.html(&table) }]);
    } else {
        blocks.push(Block::Table { table: localized.html(&table) });
    }
    blocks
}

/// The rows of the largest groups in their order, then that of all.
fn largest(table: &Table) -> Vec<Row> {
    let sizes = table.numbers("cases_pct");
    let mut order: Vec<usize> = (0..table.rows.len()).collect();
    // The sort is stable: of equals the first.
    order.sort_by(|one, other| sizes[*other].total_cmp(&sizes[*one]));
    // All of them are the largest.
    order.truncate(SHOWN + 1);
    order.sort_unstable();
    order.into_iter().map(|at| table.rows[at].clone()).collect()
}

/// A column as bars; nothing where none of it may be told of a group.
fn chart(localized: &LocalizedModel<'_>, id: &str, title: &str, table: &Table, column: &str) -> Option<Figure> {
    let own = Table { title: title.to_owned(), ..table.select(&["group", column]) };
    let bar = |row: &Row| Bar {
        label: row.cell(0).value.label().to_owned(),
        value: own.cell(row, column).value.number(),
        detail: localized.cell(&own, row, column),
        colour: if row.is_total { neutral() } else { localized.colour(localized.content.settings.to) },
    };
    let drawn: Vec<Bar> = own.rows.iter().map(bar).collect();
    let is_told = drawn.iter().zip(&own.rows).any(|(bar, row)| !row.is_total && bar.value.is_finite());
    let description = localized.list(&own, column);
    let svg = bars(&About { id, title, description: &description }, &drawn);
    let (title, table) = (title.to_owned(), localized.html(&own));
    let figure = Figure { exception: String::new(), title, legend: Vec::new(), svg, table, layout: Layout::Folded };
    is_told.then_some(figure)
}
