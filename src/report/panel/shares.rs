//! Shares over time, each category by itself.

use super::LocalizedPanel;
use crate::i18n::fill;
use crate::report::charts::{About, Line, dashes, lines, neutral};
use crate::report::view::{Block, Figure, Key, Layout, Section};
use crate::schema::Entity;
use crate::schema::figures::Figure as CategoryFigure;
use crate::tables::{self, ROW, Table};

pub(super) fn section(localized: &LocalizedPanel<'_>) -> Section {
    let (texts, content) = (&localized.texts.panel, localized.content);
    let shares = tables::shares(&localized.words, content.dates, content.figures).masked();
    let table = shares.pivot("date", "category", CategoryFigure::share_pct.name(), None);
    let figures = (0..localized.plan.customers.categories.len()).map(|at| figure(localized, &table, at)).collect();
    let dates = localized.count(content.dates.len() as u64);
    let lead = fill(&texts.shares_lead, &[("dates", &dates)]);
    let whole = Table { title: shares.title.clone(), ..table };
    let whole = Block::Folded { table: localized.html(&whole) };
    // The section that the page begins with.
    Section {
        id: "overview",
        title: texts.shares.clone(),
        blocks: vec![Block::Text { text: lead }, Block::Figures { figures }, whole],
    }
}

/// A category's share, with the published one where that is asked for.
fn figure(localized: &LocalizedPanel<'_>, table: &Table, at: usize) -> Figure {
    let category = &localized.plan.customers.categories[at];
    let title = localized.category(Entity::Customer, &category.name).label().to_owned();
    let own = Line::new(table.numbers(&category.name), localized.colour(at));
    let percent = |value: f64| localized.language.percent(value, 1);
    let key = |name: &str, line: &Line, place| Key {
        name: name.to_owned(),
        colour: line.colour.clone(),
        dashes: dashes(place),
    };
    let source = &localized.plan.report.reference;
    let reference = category.reference.share_pct.filter(|_| !source.is_empty());
    let published = reference.map(|share| Line::new(vec![share; own.values.len()], neutral()));
    let mut legend = Vec::new();
    if let Some(published) = &published {
        legend = vec![key(&localized.texts.panel.share, &own, 0), key(source, published, 1)];
    }
    let ends =
        [own.values.first(), own.values.last()].map(|value| value.map_or(String::new(), |value| percent(*value)));
    let days: Vec<(f64, String)> =
        localized.content.dates.iter().map(|day| (f64::from(day.0), localized.language.short_day(*day))).collect();
    let day = |day: Option<&(f64, String)>| day.map_or(String::new(), |(_, text)| text.clone());
    let description = fill(
        &localized.texts.panel.shares_description,
        &[("from", &ends[0]), ("first", &day(days.first())), ("to", &ends[1]), ("last", &day(days.last()))],
    );
    let id = format!("shares-{at}");
    let about = About { id: &id, title: &title, description: &description };
    let drawn: Vec<Line> = std::iter::once(own).chain(published).collect();
    let svg = lines(&about, &days, &drawn, |value| localized.language.at_most(value, 1));
    let table = Table { title: title.clone(), ..table.select(&[ROW, &category.name]) };
    Figure { title, legend, svg, table: localized.html(&table), layout: Layout::Folded }
}
