//! By group: the categories' shares in each group, the groups that deviate most, small ones masked.

use crate::i18n::fill;
use crate::report::charts::{About, thin_stacks};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Layout, Section};
use crate::schema::figures::Figure as CategoryFigure;
use crate::tables::{MaskedBreakdown, age_adjusted, group_shares, share_column};

/// Groups of a breakdown, and rows of those that differ, that the page shows.
const SHOWN: usize = 20;

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.breakdowns;
    let breakdowns = &localized.content.breakdowns;
    if breakdowns.iter().all(|masked| masked.breakdown.groups.is_empty()) {
        return None;
    }
    let heaviest = localized.content.plan.customers.categories.last();
    let heaviest = heaviest.map_or("", |category| localized.language.of(&category.names));
    let order = fill(&texts.order, &[("category", heaviest), ("most", &localized.count(SHOWN as u64))]);
    let shown = breakdowns.iter().enumerate().filter(|(_, masked)| !masked.breakdown.groups.is_empty());
    let mut blocks: Vec<Block> = shown.map(|(at, masked)| block(localized, at, masked)).collect();
    if blocks.iter().any(|block| matches!(block, Block::Figure { .. })) {
        blocks.splice(0..0, [Block::Text { text: texts.lead.clone() }, Block::Note { text: order }]);
    }
    blocks.extend(by_more_than_age(localized));
    Some(Section { id: "breakdowns", title: texts.title.clone(), blocks })
}

/// The groups that differ by more than their ages explain; nothing where ages are not known.
fn by_more_than_age(localized: &LocalizedReport<'_>) -> Vec<Block> {
    let texts = &localized.texts.breakdowns;
    let Some(mut table) = age_adjusted(&localized.words, localized.content) else { return Vec::new() };
    if table.rows.is_empty() {
        return vec![Block::Text { text: texts.age_adjusted_none.clone() }];
    }
    let (shown, all) = (localized.count(SHOWN as u64), localized.count(table.rows.len() as u64));
    if table.rows.len() > SHOWN {
        table.note = fill(&texts.age_adjusted_shown, &[("shown", &shown), ("all", &all)]);
        table.rows.truncate(SHOWN);
    }
    vec![Block::Text { text: texts.age_adjusted.clone() }, Block::Table { table: localized.html(&table) }]
}

fn block(localized: &LocalizedReport<'_>, at: usize, masked: &MaskedBreakdown<'_>) -> Block {
    let texts = &localized.texts.breakdowns;
    let dimensions = masked.breakdown.dimensions.iter().map(|name| localized.dimension(name));
    let title = dimensions.collect::<Vec<_>>().join(" × ");
    let (table, description) = group_shares(&localized.words, localized.content, masked, SHOWN);
    // Of no group can anything be told.
    let Some(description) = description else {
        return Block::Note { text: fill(&texts.none, &[("dimension", &title)]) };
    };
    let table = table.masked();
    let categories = localized.content.categories();
    let columns: Vec<String> = categories.iter().map(|category| share_column(&category.name)).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let colour = |at| localized.colour(at);
    let mut stacks = localized.stacks(&table, &columns, colour);
    for (stack, row) in stacks.iter_mut().zip(&table.rows) {
        stack.detail = localized.cell(&table, row, "customers");
    }
    let id = format!("breakdown-{}", at + 1);
    let about = About { id: &id, title: &table.title, description: &description };
    let heading = |at: usize| table.columns[at].heading.as_str();
    // Where the heaviest category of all customers begins.
    let compared = categories.last().map(|heaviest| 100.0 - heaviest.figures.get(CategoryFigure::share_pct));
    let svg = thin_stacks(&about, [heading(0), heading(1)], &stacks, compared);
    let legend = localized.legend(&table, &columns, colour);
    Block::Figure {
        figure: Figure {
            exception: String::new(),
            title,
            legend,
            svg,
            table: localized.html(&table),
            layout: Layout::Below,
        },
    }
}
