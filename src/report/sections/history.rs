//! Over time: the main figures of all good runs.

use crate::calendar::Day;
use crate::report::charts::{About, Line, lines};
use crate::report::edition::Edition;
use crate::report::moments::{Followed, Moment, Told};
use crate::report::texts::fill;
use crate::report::view::{Block, Cell, Figure, Layout, Section, Table};

pub(super) fn section(edition: &Edition<'_>) -> Option<Section> {
    let texts = &edition.texts.history;
    let moments = edition.content.moments();
    if moments.len() < 2 {
        return None;
    }
    let figures = vec![
        figure(edition, "history-share", &texts.share, &moments, 1, Followed::Share),
        figure(edition, "history-contacts", &texts.contacts, &moments, 2, Followed::Contacts),
        figure(edition, "history-minutes", &texts.minutes, &moments, 1, Followed::Minutes),
    ];
    // A run that is held is no good one.
    let (lead, good) = if edition.content.held_because.is_empty() {
        (&texts.lead, moments.len())
    } else {
        (&texts.lead_held, moments.len() - 1)
    };
    let mut blocks = vec![Block::Text { text: fill(lead, &[("runs", &edition.count(good as u64))]) }];
    if moments.iter().any(Moment::hides_something) {
        blocks.push(Block::Note { text: edition.mask_note() });
    }
    blocks.push(Block::Figures { figures });
    Some(Section { id: "history", title: texts.title.clone(), blocks })
}

fn figure(
    edition: &Edition<'_>,
    id: &str,
    title: &str,
    moments: &[Moment],
    places: usize,
    followed: Followed,
) -> Figure {
    let texts = &edition.texts.history;
    let categories = edition.content.categories();
    let names: Vec<&str> = categories.iter().map(|category| edition.category(&category.name)).collect();
    // The lines are of today's categories; the table has those of earlier runs too.
    let listed: Vec<&str> =
        categories.iter().map(|category| category.name.as_str()).chain(edition.content.former_categories()).collect();
    let mut table = Table::numbers(title, &texts.run, listed.iter().map(|name| edition.category(name)));
    for moment in moments {
        let told = listed.iter().map(|name| moment.tell(name, followed));
        let cells =
            told.map(|told| Cell::or_masked(edition.language.decimals(told.figure(), places), told == Told::Hidden));
        table.row([Cell::from(edition.day(&moment.run.as_of))].into_iter().chain(cells));
    }
    let line = |(at, category): (usize, &crate::statistics::CategoryFigures)| Line {
        label: names[at].to_owned(),
        values: moments.iter().map(|moment| moment.tell(&category.name, followed).figure()).collect(),
        colour: edition.colour(at),
    };
    let drawn: Vec<Line> = categories.iter().enumerate().map(line).collect();
    let day = |Moment { run, .. }: &Moment| {
        let day = Day::from_iso(&run.as_of).map_or(0.0, |day| f64::from(day.0));
        (day, edition.day(&run.as_of))
    };
    let days: Vec<(f64, String)> = moments.iter().map(day).collect();
    let last = |line: &Line| {
        let value = line.values.last().copied().unwrap_or(f64::NAN);
        format!("{} {}", line.label, edition.language.decimals(value, places))
    };
    let list: Vec<String> = drawn.iter().map(last).collect();
    let (first, newest) = (days.first(), days.last());
    let day = |day: Option<&(f64, String)>| day.map_or(String::new(), |(_, day)| day.clone());
    let description =
        fill(&texts.description, &[("first", &day(first)), ("last", &day(newest)), ("list", &list.join(", "))]);
    let svg = lines(&About { id, title, description: &description }, &days, &drawn, |value| {
        edition.language.at_most(value, places)
    });
    Figure { title: title.to_owned(), svg, table, layout: Layout::Folded }
}
