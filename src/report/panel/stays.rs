//! Who stays where they are: since a year ago, and over all pairs of dates.

use super::LocalizedPanel;
use super::moves::Moves;
use crate::i18n::fill;
use crate::report::view::{Block, Section};
use crate::tables::{self, Row, Table};

pub(super) fn section(localized: &LocalizedPanel<'_>) -> Section {
    let (texts, panel) = (&localized.texts.panel, localized.content.panel);
    let names = localized.plan.customers.category_names();
    let [first, last] = Moves::new(localized).days(localized);
    let since = tables::stayed_since(&localized.words, &names, &panel.since);
    let mut blocks: Vec<Block> =
        sentences(localized, &since, [&first, &last]).into_iter().map(|text| Block::Text { text }).collect();
    let title = fill(&texts.stayed_since, &[("first", &first), ("last", &last)]);
    blocks.push(Block::Table { table: localized.html(&Table { title, ..since }) });
    blocks.push(Block::Heading { text: texts.mobility_heading.clone() });
    blocks.push(Block::Text { text: texts.mobility_lead.clone() });
    let table =
        tables::mobility_by_months(&localized.words, &names, &panel.mobility, &panel.transitions, localized.every());
    blocks.push(Block::Table { table: localized.html(&table) });
    Section { id: "mobility", title: texts.mobility.clone(), blocks }
}

/// A sentence for each category that may be told of: how many have it again on the last date, and how many without a break.
fn sentences(localized: &LocalizedPanel<'_>, since: &Table, [first, last]: [&str; 2]) -> Vec<String> {
    let texts = &localized.texts.panel;
    let sentence = |row: &Row| {
        let [stayed, unbroken] = ["stayed_pct", "unbroken_pct"].map(|column| since.cell(row, column).value.number());
        let pct = |pct: f64| localized.language.percent(pct, 0);
        let text = if unbroken.is_finite() { &texts.stays } else { &texts.stays_only };
        let values = [
            ("category", row.cell(0).value.label().to_owned()),
            ("first", first.to_owned()),
            ("last", last.to_owned()),
            ("stayed", pct(stayed)),
            ("unbroken", pct(unbroken)),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        stayed.is_finite().then(|| fill(text, &values))
    };
    since.rows.iter().filter_map(sentence).collect()
}
