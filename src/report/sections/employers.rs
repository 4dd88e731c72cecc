//! Employers by category.

use crate::report::charts::{About, Bar, bars, neutral};
use crate::report::localized::LocalizedReport;
use crate::report::texts::fill;
use crate::report::view::{Block, Figure, Layout, Section, Table};
use crate::statistics::{ALL, CategoryFigures, EmployerSummary};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.employers;
    let employers = localized.content.employers;
    let all = employers.iter().find(|figures| figures.name == ALL)?;
    let lead = fill(
        &texts.lead,
        &[("active", &localized.count(all.summary.active)), ("employers", &localized.count(all.customers))],
    );
    let figures = vec![
        figure(
            localized,
            "employers-contacts",
            &texts.contacts,
            |summary| summary.contacts_per_application,
            |value| localized.rate(value),
        ),
        figure(
            localized,
            "employers-online",
            &texts.online,
            |summary| summary.online_pct,
            |value| localized.share(value),
        ),
    ];
    let blocks = vec![
        Block::Text { text: lead },
        Block::Table { table: table(localized, employers) },
        Block::Figures { figures },
    ];
    Some(Section { id: "employers", title: texts.title.clone(), blocks })
}

fn table(localized: &LocalizedReport<'_>, employers: &[CategoryFigures<EmployerSummary>]) -> Table {
    let texts = &localized.texts.employers;
    let heads = [
        &texts.employers,
        &texts.active,
        &texts.share,
        &texts.contacts,
        &texts.channels,
        &texts.online,
        &texts.clarifications,
        &texts.minutes,
        &texts.applications,
    ];
    let mut table = Table::numbers(&texts.table, &texts.category, heads.map(String::as_str));
    for figures in employers {
        let summary = &figures.summary;
        let cells = [
            category(localized, &figures.name).to_owned(),
            localized.count(figures.customers),
            localized.count(summary.active),
            localized.share(summary.share_pct),
            localized.rate(summary.contacts_per_application),
            localized.rate(summary.channels_per_employer),
            localized.share(summary.online_pct),
            localized.rate(summary.clarifications_per_application),
            localized.minutes(summary.handling_minutes_pooled),
            localized.rate(summary.applications_per_active),
        ];
        if figures.name == ALL { table.total(cells) } else { table.row(cells) }
    }
    table
}

/// A category's name for people.
fn category<'a>(localized: &'a LocalizedReport<'_>, name: &'a str) -> &'a str {
    if name == ALL {
        return &localized.texts.employers.all;
    }
    let known = localized.content.config.employers.categories.iter().find(|category| category.name == name);
    known.map_or(name, |category| localized.language.of(&category.names))
}

/// One figure of all categories as bars.
fn figure(
    localized: &LocalizedReport<'_>,
    id: &str,
    title: &str,
    value: impl Fn(&EmployerSummary) -> f64,
    write: impl Fn(f64) -> String,
) -> Figure {
    let texts = &localized.texts.employers;
    let mut table = Table::numbers(title, &texts.category, [title]);
    let mut drawn = Vec::new();
    for figures in localized.content.employers.iter().filter(|figures| figures.name != ALL) {
        let value = value(&figures.summary);
        let (label, detail) = (category(localized, &figures.name).to_owned(), write(value));
        table.row([label.clone(), detail.clone()]);
        drawn.push(Bar { label, value, detail, colour: neutral() });
    }
    let list: Vec<String> = drawn.iter().map(|bar| format!("{} {}", bar.label, bar.detail)).collect();
    let description = fill(&texts.description, &[("list", &list.join(", "))]);
    let svg = bars(&About { id, title, description: &description }, &drawn);
    Figure { title: title.to_owned(), svg, table, layout: Layout::Folded }
}
