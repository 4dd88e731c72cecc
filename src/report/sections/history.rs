//! Over time: the main figures of every good run of the folder, and of this one.

use crate::calendar::Day;
use crate::i18n::fill;
use crate::report::charts::{About, Line, dashes, lines};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Key, Layout, Section};
use crate::schema::figures::Figure as CategoryFigure;
use crate::tables::{FOLLOWED, Format, ROW, Table, runs_over_time};

/// How many of the figures that are followed the page draws.
const SHOWN: usize = 3;

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.history;
    let past = localized.content.history.len();
    if past == 0 {
        return None;
    }
    let runs = runs_over_time(&localized.words, localized.content).masked();
    let has_some = |shown: &CategoryFigure| runs.numbers(shown.name()).iter().any(|value| value.is_finite());
    let (shown, empty): (Vec<_>, Vec<_>) = FOLLOWED[..SHOWN].iter().copied().partition(has_some);
    let figures = shown.into_iter().map(|shown| figure(localized, &runs, shown)).collect();
    // A run that is held is no good one.
    let held = !localized.content.held_because.is_empty();
    let (lead, good) = if held { (&texts.lead_held, past) } else { (&texts.lead, past + 1) };
    let mut blocks = vec![Block::Text { text: fill(lead, &[("runs", &localized.count(good as u64))]) }];
    blocks.push(Block::Figures { figures });
    let label = |figure: CategoryFigure| localized.figure(figure).label().to_owned();
    blocks.extend(localized.no_data(&empty.into_iter().map(label).collect::<Vec<_>>()));
    Some(Section { id: "history", title: texts.title.clone(), blocks })
}

/// A figure by run and category: today's categories in their order, then former ones.
fn by_run(localized: &LocalizedReport<'_>, runs: &Table, figure: CategoryFigure) -> Table {
    let table = runs.pivot("as_of", "category", figure.name(), None);
    let of_today = localized.content.categories().iter().map(|category| category.name.as_str());
    let mut order: Vec<&str> = std::iter::once(ROW).chain(of_today).collect();
    let former = table.columns.iter().map(|column| column.name.as_str());
    let former: Vec<&str> = former.filter(|name| !order.contains(name) && *name != crate::statistics::ALL).collect();
    order.extend(former);
    table.select(&order)
}

fn figure(localized: &LocalizedReport<'_>, runs: &Table, figure: CategoryFigure) -> Figure {
    let title = localized.figure(figure).label().to_owned();
    let table = Table { title: title.clone(), ..by_run(localized, runs, figure) };
    // The lines are of today's categories; the table has those of earlier runs too.
    let categories = localized.content.categories().iter().enumerate();
    let line = |(at, category): (usize, &crate::statistics::CategoryFigures)| {
        let name = localized.category(crate::schema::Entity::Customer, &category.name).label().to_owned();
        let line = Line::new(table.numbers(&category.name), localized.colour(at));
        (Key { name, colour: line.colour.clone(), dashes: dashes(at) }, line)
    };
    let (legend, drawn): (Vec<Key>, Vec<Line>) = categories.map(line).unzip();
    let day = |iso: &str| (Day::from_iso(iso).map_or(0.0, |day| f64::from(day.0)), localized.day(iso));
    let days: Vec<(f64, String)> = table.rows.iter().map(|row| day(row.cell(0).value.key())).collect();
    let places = match Format::of(figure) {
        Format::Decimals(places) => places.into(),
        _ => 1,
    };
    let last = |(key, line): (&Key, &Line)| {
        let value = line.values.last().copied().unwrap_or(f64::NAN);
        format!("{} {}", key.name, localized.language.decimals(value, places))
    };
    let list: Vec<String> = legend.iter().zip(&drawn).map(last).collect();
    let at = |day: Option<&(f64, String)>| day.map_or(String::new(), |(_, day)| day.clone());
    let description = fill(
        &localized.texts.history.description,
        &[("first", &at(days.first())), ("last", &at(days.last())), ("list", &list.join(", "))],
    );
    let id = format!("history-{}", figure.name());
    let about = About { id: &id, title: &title, description: &description };
    // Runs are at any distance from each other, so that only these do not touch.
    let ends = [0, days.len().saturating_sub(1)];
    let shown = days.iter().enumerate();
    let shown = shown.map(|(at, (day, text))| (*day, if ends.contains(&at) { text.clone() } else { String::new() }));
    let svg = lines(&about, &shown.collect::<Vec<_>>(), &drawn, |value| localized.language.at_most(value, places));
    Figure { exception: String::new(), title, legend, svg, table: localized.html(&table), layout: Layout::Folded }
}
