//! The method in plain words, with the rules in force.

use crate::report::localized::LocalizedReport;
use crate::report::texts::fill;
use crate::report::view::{Block, Cell, Column, Section, Table};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let (texts, content) = (&localized.texts.method, localized.content);
    let window = content.window;
    let text = if content.registered { &texts.window } else { &texts.window_unregistered };
    let months = localized.count(u64::from(window.months));
    let (start, end) = (localized.language.day(window.start), localized.language.day(window.as_of));
    let default = content.config.customers.categories.get(content.config.customers.default_category);
    let default = default.map_or("", |category| localized.language.of(&category.names));
    let overview = &localized.texts.overview;
    let terms = [
        (&overview.share, &texts.share_means),
        (&overview.contacts, &texts.contacts_means),
        (&overview.minutes, &texts.minutes_means),
        (&localized.texts.ways.title, &texts.ways_means),
    ];
    let terms = terms.map(|(term, meaning)| (term.clone(), meaning.clone())).into();
    let gap = localized.count(window.spell_gap_days.unsigned_abs().into());
    let blocks = vec![
        Block::Text { text: fill(text, &[("months", &months), ("start", &start), ("end", &end)]) },
        Block::Heading { text: texts.rules.clone() },
        Block::Text { text: fill(&texts.rules_lead, &[("category", default)]) },
        Block::Table { table: rules(localized) },
        Block::Heading { text: texts.figures.clone() },
        Block::Terms { terms },
        Block::Text { text: fill(&texts.spells, &[("gap", &gap)]) },
        Block::Folded { table: benefits(localized) },
        Block::Text { text: texts.settings.clone() },
    ];
    Section { id: "method", title: texts.title.clone(), blocks }
}

fn rules(localized: &LocalizedReport<'_>) -> Table {
    let texts = &localized.texts.method;
    let heads = [&texts.reason, &texts.leads_to, &texts.rule, &texts.condition];
    let mut table = Table::new(&texts.rules_table, heads.map(|head| Column::text(head)).into());
    let config = localized.content.config;
    for (at, rule) in config.customers.rules.iter().enumerate() {
        let category = config.customers.categories.get(rule.category);
        table.row([
            Cell::from(format!("{}. {}", at + 1, localized.language.of(&rule.reason))),
            Cell::from(category.map_or("", |category| localized.language.of(&category.names))),
            Cell::code(&rule.name),
            Cell::code(&rule.when),
        ]);
    }
    table
}

fn benefits(localized: &LocalizedReport<'_>) -> Table {
    let texts = &localized.texts.method;
    let heads = [&texts.benefit, &texts.countable, &texts.last_resort, &texts.income, &texts.event];
    let mut table = Table::new(&texts.benefits, heads.map(|head| Column::text(head)).into());
    let said = |flag: bool| Cell::from(if flag { texts.yes.as_str() } else { texts.no.as_str() });
    for benefit in &localized.content.config.benefits {
        table.row([
            Cell::from(localized.language.of(&benefit.names)),
            said(benefit.countable),
            said(benefit.last_resort),
            said(benefit.income_replacing),
            benefit.life_event.as_deref().map_or(said(false), Cell::code),
        ]);
    }
    table
}
