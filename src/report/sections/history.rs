//! Over time: the main figures of all good runs.

use crate::calendar::Day;
use crate::i18n::fill;
use crate::report::charts::{About, Line, lines};
use crate::report::localized::LocalizedReport;
use crate::report::run_snapshots::{Disclosure, Followed, RunSnapshot};
use crate::report::view::{Block, Cell, Figure, Layout, Section, Table};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.history;
    let snapshots = localized.content.snapshots();
    if snapshots.len() < 2 {
        return None;
    }
    let figures = vec![
        figure(localized, "history-share", &texts.share, &snapshots, 1, Followed::Share),
        figure(localized, "history-contacts", &texts.contacts, &snapshots, 2, Followed::Contacts),
        figure(localized, "history-minutes", &texts.minutes, &snapshots, 1, Followed::Minutes),
    ];
    // A run that is held is no good one.
    let (lead, good) = if localized.content.held_because.is_empty() {
        (&texts.lead, snapshots.len())
    } else {
        (&texts.lead_held, snapshots.len() - 1)
    };
    let mut blocks = vec![Block::Text { text: fill(lead, &[("runs", &localized.count(good as u64))]) }];
    if snapshots.iter().any(RunSnapshot::hides_something) {
        blocks.push(Block::Note { text: localized.mask_note() });
    }
    blocks.push(Block::Figures { figures });
    Some(Section { id: "history", title: texts.title.clone(), blocks })
}

fn figure(
    localized: &LocalizedReport<'_>,
    id: &str,
    title: &str,
    snapshots: &[RunSnapshot],
    places: usize,
    followed: Followed,
) -> Figure {
    let texts = &localized.texts.history;
    let categories = localized.content.categories();
    let names: Vec<&str> = categories.iter().map(|category| localized.category(&category.name)).collect();
    // The lines are of today's categories; the table has those of earlier runs too.
    let listed: Vec<&str> =
        categories.iter().map(|category| category.name.as_str()).chain(localized.content.former_categories()).collect();
    let mut table = Table::numbers(title, &texts.run, listed.iter().map(|name| localized.category(name)));
    for moment in snapshots {
        let told = listed.iter().map(|name| moment.tell(name, followed));
        let cells = told.map(|told| {
            Cell::or_masked(localized.language.decimals(told.figure(), places), told == Disclosure::Hidden)
        });
        table.row([Cell::from(localized.day(&moment.run.as_of))].into_iter().chain(cells));
    }
    let line = |(at, category): (usize, &crate::statistics::CategoryFigures)| Line {
        label: names[at].to_owned(),
        values: snapshots.iter().map(|moment| moment.tell(&category.name, followed).figure()).collect(),
        colour: localized.colour(at),
    };
    let drawn: Vec<Line> = categories.iter().enumerate().map(line).collect();
    let day = |RunSnapshot { run, .. }: &RunSnapshot| {
        let day = Day::from_iso(&run.as_of).map_or(0.0, |day| f64::from(day.0));
        (day, localized.day(&run.as_of))
    };
    let days: Vec<(f64, String)> = snapshots.iter().map(day).collect();
    let last = |line: &Line| {
        let value = line.values.last().copied().unwrap_or(f64::NAN);
        format!("{} {}", line.label, localized.language.decimals(value, places))
    };
    let list: Vec<String> = drawn.iter().map(last).collect();
    let (first, newest) = (days.first(), days.last());
    let day = |day: Option<&(f64, String)>| day.map_or(String::new(), |(_, day)| day.clone());
    let description =
        fill(&texts.description, &[("first", &day(first)), ("last", &day(newest)), ("list", &list.join(", "))]);
    let svg = lines(&About { id, title, description: &description }, &days, &drawn, |value| {
        localized.language.at_most(value, places)
    });
    Figure { title: title.to_owned(), svg, table, layout: Layout::Folded }
}
