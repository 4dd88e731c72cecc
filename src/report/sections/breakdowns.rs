//! By group: the categories' shares in each group, the groups that deviate most first, small ones masked.

use crate::i18n::fill;
use crate::report::charts::{About, thin_stacks};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Layout, Section};
use crate::tables::{MaskedBreakdown, Value, age_adjusted, group_shares, share_column};

/// Groups of a breakdown, and rows of those that differ, that the page shows.
const SHOWN: usize = 20;

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.breakdowns;
    let breakdowns = &localized.content.breakdowns;
    if breakdowns.iter().all(|masked| masked.breakdown.groups.is_empty()) {
        return None;
    }
    let mut blocks = vec![
        Block::Text { text: texts.lead.clone() },
        Block::Note { text: format!("{} {}", texts.by_deviation, localized.mask_note()) },
    ];
    let shown = breakdowns.iter().enumerate().filter(|(_, masked)| !masked.breakdown.groups.is_empty());
    blocks.extend(shown.map(|(at, masked)| Block::Figure { figure: figure(localized, at, masked) }));
    if let Some(mut table) = age_adjusted(&localized.words, localized.content) {
        let text = if table.rows.is_empty() { &texts.age_adjusted_none } else { &texts.age_adjusted };
        blocks.push(Block::Text { text: text.clone() });
        let (shown, all) = (localized.count(SHOWN as u64), localized.count(table.rows.len() as u64));
        if table.rows.len() > SHOWN {
            table.note = fill(&texts.age_adjusted_shown, &[("shown", &shown), ("all", &all)]);
            table.rows.truncate(SHOWN);
        }
        blocks.extend((!table.rows.is_empty()).then(|| Block::Table { table: localized.html(&table) }));
    }
    Some(Section { id: "breakdowns", title: texts.title.clone(), blocks })
}

fn figure(localized: &LocalizedReport<'_>, at: usize, masked: &MaskedBreakdown<'_>) -> Figure {
    let (table, description) = group_shares(&localized.words, localized.content, masked, SHOWN);
    let table = table.masked();
    let description = description.unwrap_or_else(|| localized.texts.breakdowns.description_none.clone());
    let columns = localized.content.categories().iter().map(|category| share_column(&category.name));
    let columns: Vec<String> = columns.collect();
    let categories: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut drawn = table.clone();
    drawn.rows.retain(|row| table.cell(row, "customers").value != Value::Masked);
    let colour = |at| localized.colour(at);
    let mut stacks = localized.stacks(&drawn, &categories, colour);
    for (stack, row) in stacks.iter_mut().zip(&drawn.rows) {
        stack.detail = localized.cell(&drawn, row, "customers");
    }
    let id = format!("breakdown-{}", at + 1);
    let about = About { id: &id, title: &table.title, description: &description };
    let svg = thin_stacks(&about, &LocalizedReport::legend(&table, &categories, colour), &stacks);
    let dimensions = masked.breakdown.dimensions.iter().map(|name| localized.dimension(name));
    let title = dimensions.collect::<Vec<_>>().join(" × ");
    Figure { title, svg, table: localized.html(&table), layout: Layout::Below }
}
