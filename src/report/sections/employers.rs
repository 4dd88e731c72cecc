//! Employers by size.

use crate::employers::{EmployerFigures, SizeClass};
use crate::i18n::fill;
use crate::report::charts::{About, Bar, bars, neutral};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Layout, Section, Table};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.employers;
    let employers = localized.content.employers;
    let all = employers.iter().find(|figures| figures.size_class.is_none())?;
    let lead =
        fill(&texts.lead, &[("active", &localized.count(all.active)), ("employers", &localized.count(all.employers))]);
    let figures = vec![
        figure(
            localized,
            "employers-contacts",
            &texts.contacts,
            |figures| figures.contacts_per_application,
            |value| localized.rate(value),
        ),
        figure(
            localized,
            "employers-online",
            &texts.online,
            |figures| figures.online_pct,
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

fn table(localized: &LocalizedReport<'_>, employers: &[EmployerFigures]) -> Table {
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
    let mut table = Table::numbers(&texts.table, &texts.size, heads.map(String::as_str));
    for figures in employers {
        let cells = [
            size(localized, figures).to_owned(),
            localized.count(figures.employers),
            localized.count(figures.active),
            localized.share(figures.share_pct),
            localized.rate(figures.contacts_per_application),
            localized.rate(figures.channels_per_employer),
            localized.share(figures.online_pct),
            localized.rate(figures.clarifications_per_application),
            localized.minutes(figures.handling_minutes_pooled),
            localized.rate(figures.applications_per_active),
        ];
        if figures.size_class.is_none() { table.total(cells) } else { table.row(cells) }
    }
    table
}

fn size<'a>(localized: &'a LocalizedReport<'_>, figures: &EmployerFigures) -> &'a str {
    let texts = &localized.texts.employers;
    match figures.size_class {
        Some(SizeClass::Small) => &texts.small,
        Some(SizeClass::Medium) => &texts.medium,
        Some(SizeClass::Large) => &texts.large,
        Some(SizeClass::Unknown) => &texts.unknown,
        None => &texts.all,
    }
}

/// One figure of all sizes as bars.
fn figure(
    localized: &LocalizedReport<'_>,
    id: &str,
    title: &str,
    value: impl Fn(&EmployerFigures) -> f64,
    write: impl Fn(f64) -> String,
) -> Figure {
    let texts = &localized.texts.employers;
    let mut table = Table::numbers(title, &texts.size, [title]);
    let mut drawn = Vec::new();
    for figures in localized.content.employers.iter().filter(|figures| figures.size_class.is_some()) {
        let (label, detail) = (size(localized, figures).to_owned(), write(value(figures)));
        table.row([label.clone(), detail.clone()]);
        drawn.push(Bar { label, value: value(figures), detail, colour: neutral() });
    }
    let list: Vec<String> = drawn.iter().map(|bar| format!("{} {}", bar.label, bar.detail)).collect();
    let description = fill(&texts.description, &[("list", &list.join(", "))]);
    let svg = bars(&About { id, title, description: &description }, &drawn);
    Figure { title: title.to_owned(), svg, table, layout: Layout::Folded }
}
