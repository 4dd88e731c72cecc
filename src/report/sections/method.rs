//! The method in plain words, with the rules in force.

use crate::i18n::fill;
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Section};
use crate::schema::figures::Figure;
use crate::tables::{Cell, Table, benefits, rules};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let (texts, content) = (&localized.texts.method, localized.content);
    let window = &content.plan.window;
    let text = if content.registered { &texts.window } else { &texts.window_unregistered };
    let months = localized.count(u64::from(window.months));
    let (start, end) = (localized.language.day(window.start), localized.language.day(window.as_of));
    let default = content.plan.customers.categories.get(content.plan.customers.default_category);
    let default = default.map_or("", |category| localized.language.of(&category.names));
    let figure = |figure| localized.figure(figure).label().to_owned();
    let terms = vec![
        (figure(Figure::share_pct), texts.share_means.clone()),
        (figure(Figure::contacts_per_year), texts.contacts_means.clone()),
        (figure(Figure::handling_minutes_per_application), texts.minutes_means.clone()),
        (localized.texts.ways.title.clone(), texts.ways_means.clone()),
    ];
    let gap = localized.count(window.spell_gap_days.unsigned_abs().into());
    let blocks = vec![
        Block::Text { text: fill(text, &[("months", &months), ("start", &start), ("end", &end)]) },
        Block::Heading { text: texts.rules.clone() },
        Block::Text { text: fill(&texts.rules_lead, &[("category", default)]) },
        Block::Table { table: localized.html(&rules_in_force(localized)) },
        Block::Heading { text: texts.figures.clone() },
        Block::Terms { terms },
        Block::Text { text: fill(&texts.spells, &[("gap", &gap)]) },
        Block::Folded { table: localized.html(&benefits(&localized.words, localized.content.plan)) },
        Block::Text { text: texts.settings.clone() },
    ];
    Section { id: "method", title: texts.title.clone(), blocks }
}

/// The rules, numbered, with their reasons in the language of the page.
fn rules_in_force(localized: &LocalizedReport<'_>) -> Table {
    let why = format!("why_{}", localized.language.code());
    let mut table = rules(&localized.words, localized.content.plan).select(&[&why, "category", "rule", "when"]);
    // Who is left is said in words above.
    table.rows.pop();
    for (order, row) in (1..).zip(&mut table.rows) {
        row.cells[0] = Cell::from(format!("{order}. {}", row.cells[0].value.label()));
    }
    table
}
