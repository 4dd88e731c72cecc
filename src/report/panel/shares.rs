//! Shares over time, each category by itself.

use super::LocalizedPanel;
use crate::i18n::fill;
use crate::report::charts::{About, Line, dashes, first_middle_last, lines, neutral};
use crate::report::view::{Block, Figure, Key, Layout, Section};
use crate::schema::figures::Figure as CategoryFigure;
use crate::tables::{self, ROW, Table};

pub(super) fn section(localized: &LocalizedPanel<'_>) -> Section {
    let (texts, content) = (&localized.texts.panel, localized.content);
    let shares = tables::shares(&localized.words, content.dates, content.figures).masked();
    let table = shares.pivot("date", "category", CategoryFigure::share_pct.name(), None);
    let has_some = |at: &usize| {
        let name = &localized.plan.customers.categories[*at].name;
        table.numbers(name).iter().any(|share| share.is_finite())
    };
    let (shown, hidden): (Vec<usize>, Vec<usize>) = (0..localized.plan.customers.categories.len()).partition(has_some);
    let figures: Vec<Figure> = shown.into_iter().map(|at| figure(localized, &table, at)).collect();
    let dates = localized.count(content.dates.len() as u64);
    let apart = if localized.every() == 1 { &texts.month_apart } else { &texts.months_apart };
    let apart = fill(apart, &[("count", &localized.count(localized.every()))]);
    let lead = fill(&texts.shares_lead, &[("dates", &dates), ("apart", &apart)]);
    let mut blocks = vec![Block::Text { text: lead }];
    if !figures.is_empty() {
        blocks.push(Block::Figures { figures });
        let names = localized.plan.customers.category_names();
        let columns: Vec<&str> = std::iter::once(ROW).chain(names.iter().map(String::as_str)).collect();
        let whole = Table { title: texts.shares_table.clone(), ..table.select(&columns) };
        blocks.push(Block::Folded { table: localized.html(&whole) });
    }
    blocks.extend(localized.too_few(&hidden.into_iter().map(|at| localized.category_name(at)).collect::<Vec<_>>()));
    // The section that the page begins with.
    Section { id: "overview", title: texts.shares.clone(), blocks }
}

/// A category's share, with the published one where that is asked for.
fn figure(localized: &LocalizedPanel<'_>, table: &Table, at: usize) -> Figure {
    let category = &localized.plan.customers.categories[at];
    let title = localized.category_name(at);
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
    let mut days: Vec<(f64, String)> =
        localized.content.dates.iter().map(|day| (f64::from(day.0), localized.language.short_day(*day))).collect();
    let day = |day: Option<&(f64, String)>| day.map_or(String::new(), |(_, text)| text.clone());
    let description = fill(
        &localized.texts.panel.shares_description,
        &[("from", &ends[0]), ("first", &day(days.first())), ("to", &ends[1]), ("last", &day(days.last()))],
    );
    let id = format!("shares-{at}");
    let about = About { id: &id, title: &title, description: &description };
    let drawn: Vec<Line> = std::iter::once(own).chain(published).collect();
    first_middle_last(&mut days);
    let sign = localized.language.percent_sign();
    let svg = lines(&about, &days, &drawn, |value| format!("{}{sign}", localized.language.at_most(value, 1)));
    let table = Table { title: title.clone(), ..table.select(&[ROW, &category.name]) };
    Figure { exception: String::new(), title, legend, svg, table: localized.html(&table), layout: Layout::Folded }
}
