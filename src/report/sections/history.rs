//! Over time: the main figures of all good runs.

use crate::calendar::Day;
use crate::history::{CategoryPoint, HistoryEntry};
use crate::report::charts::{About, Line, lines};
use crate::report::edition::Edition;
use crate::report::texts::fill;
use crate::report::view::{Block, Figure, Layout, Section, Table};

pub(super) fn section(edition: &Edition<'_>) -> Option<Section> {
    let texts = &edition.texts.history;
    let series = edition.content.series();
    if series.len() < 2 {
        return None;
    }
    let figures = vec![
        figure(edition, "history-share", &texts.share, &series, 1, |category| category.share_pct),
        figure(edition, "history-contacts", &texts.contacts, &series, 2, |category| category.contacts_per_year),
        figure(edition, "history-minutes", &texts.minutes, &series, 1, |category| {
            category.handling_minutes_per_application
        }),
    ];
    let lead = fill(&texts.lead, &[("runs", &edition.count(series.len() as u64))]);
    let blocks = vec![Block::Text { text: lead }, Block::Figures { figures }];
    Some(Section { id: "history", title: texts.title.clone(), blocks })
}

fn figure(
    edition: &Edition<'_>,
    id: &str,
    title: &str,
    series: &[HistoryEntry],
    places: usize,
    value: impl Fn(&CategoryPoint) -> f64,
) -> Figure {
    let texts = &edition.texts.history;
    let categories = edition.content.categories();
    let names: Vec<&str> = categories.iter().map(|category| edition.category(&category.name)).collect();
    let mut table = Table::numbers(title, &texts.run, names.iter().copied());
    let value_of = |run: &HistoryEntry, name: &str| run.category(name).map_or(f64::NAN, &value);
    for run in series {
        let values = categories.iter().map(|category| edition.language.decimals(value_of(run, &category.name), places));
        table.row([edition.day(&run.as_of)].into_iter().chain(values));
    }
    let line = |(at, category): (usize, &crate::statistics::CategoryFigures)| Line {
        label: names[at].to_owned(),
        values: series.iter().map(|run| value_of(run, &category.name)).collect(),
        colour: edition.colour(at),
    };
    let drawn: Vec<Line> = categories.iter().enumerate().map(line).collect();
    let days = |run: &HistoryEntry| {
        let day = Day::from_iso(&run.as_of).map_or(0.0, |day| f64::from(day.0));
        (day, edition.day(&run.as_of))
    };
    let moments: Vec<(f64, String)> = series.iter().map(days).collect();
    let last = |line: &Line| {
        let value = line.values.last().copied().unwrap_or(f64::NAN);
        format!("{} {}", line.label, edition.language.decimals(value, places))
    };
    let list: Vec<String> = drawn.iter().map(last).collect();
    let (first, newest) = (moments.first(), moments.last());
    let day = |moment: Option<&(f64, String)>| moment.map_or(String::new(), |(_, day)| day.clone());
    let description =
        fill(&texts.description, &[("first", &day(first)), ("last", &day(newest)), ("list", &list.join(", "))]);
    let svg = lines(&About { id, title, description: &description }, &moments, &drawn, |value| {
        edition.language.at_most(value, places)
    });
    Figure { title: title.to_owned(), svg, table, layout: Layout::Folded }
}
