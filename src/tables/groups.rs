//! The figures by group: of every group and category for a workbook, and the groups that deviate most for a page.

use super::MAIN_FEATURES;
use super::content::{CategoryMask, Content, MaskedBreakdown};
use super::localizer::Localizer;
use super::table::{Cell, Column, Format, Row, Table};
use crate::config::AGE_GROUP;
use crate::i18n::fill;
use crate::sanitize::printable;
use crate::schema::Entity;
use crate::schema::features::FEATURES;
use crate::schema::figures::Figure;
use crate::statistics::Group;

/// Every figure of every group and category; by one dimension also mean and median of the main features.
pub fn by_dimension(words: &Localizer<'_>, content: &Content<'_>, masked: &MaskedBreakdown<'_>) -> Table {
    let breakdown = masked.breakdown;
    let figures = Entity::Customer.figures();
    let columns = [("category", Format::Text), ("customers", Format::Count)].into_iter();
    let columns = columns.chain(figures.iter().map(|figure| (figure.name(), Format::of(*figure))));
    let mut table = words.table("by_dimension", columns);
    table.name = format!("by {}", breakdown.dimensions.join(" x "));
    let dimension = |name: &String| Column { heading: words.dimension(name), ..words.column("", name, Format::Text) };
    table.columns.splice(0..0, breakdown.dimensions.iter().map(dimension));
    let main = || MAIN_FEATURES.iter().map(|at| *at as usize).chain(FEATURES.len()..content.features.len());
    // A pair has thousands of groups, of which few are large enough for more than the figures.
    let shown: Vec<usize> = if breakdown.dimensions.len() > 1 { Vec::new() } else { main().collect() };
    for name in shown.iter().filter_map(|at| content.features.get(*at)) {
        for statistic in ["mean", "median"] {
            let column = words.column("by_dimension", statistic, Format::UpTo(2));
            let heading = format!("{}: {}", words.feature(name).label(), column.heading);
            table.columns.push(Column { name: format!("{name}_{statistic}"), heading, ..column });
        }
    }
    let hides: Vec<_> = shown.iter().map(|at| masked.hides_feature(*at)).collect();
    let hides_figure: Vec<_> = figures.iter().map(|figure| masked.hides_figure(*figure)).collect();
    let all = content.categories().len();
    for (place, group) in breakdown.groups.iter().enumerate() {
        for ((at, of), category) in group.categories.iter().enumerate().zip(content.figures) {
            let column = (at < all).then_some(at);
            let is_hidden = masked.is_hidden(place, column);
            let values = group.values.iter().map(|value| Cell::from(printable(value.as_deref().unwrap_or(""))));
            let head = [
                Cell::from(words.category(Entity::Customer, &category.name)),
                Cell::from(of.customers).hidden_if(is_hidden),
            ];
            let figures = of.figures.iter().zip(&hides_figure);
            let figures = figures.map(|((_, value), hides)| Cell::from(value).hidden_if(hides(place, column)));
            let features = shown.iter().zip(&hides).flat_map(|(at, hides)| {
                let middle = of.features.get(*at);
                let values = middle.map_or([f64::NAN; 2], |middle| [middle.mean, middle.median]);
                values.map(|value| Cell::from(value).hidden_if(is_hidden || hides(place, column)))
            });
            table.push(values.chain(head).chain(figures).chain(features));
        }
    }
    table
}

/// The column of a category's share in [`group_shares`]: a category may be called like another column.
pub fn share_column(category: &str) -> String {
    format!("share of {category}")
}

/// How a group differs from all customers.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Deviation {
    /// The category whose share deviates most.
    category: usize,
    /// In percentage points.
    points: f64,
    /// What remains of it beyond twice its standard error, in percentage points.
    beyond: f64,
}

/// The largest deviation of a group's shares from those of all, of those that may be shown.
fn deviation(shares_of_all: &[f64], group: &Group, is_hidden: impl Fn(usize) -> bool) -> Option<Deviation> {
    let customers = group.categories.last()?.customers as f64;
    let of_category = |(category, overall): (usize, &f64)| {
        let points = group.categories.get(category)?.figures.get(Figure::share_pct) - overall;
        let error = (overall * (100.0 - overall) / customers).sqrt();
        Some(Deviation { category, points, beyond: points.abs() - 2.0 * error })
    };
    let shown = shares_of_all.iter().enumerate().filter(|(category, _)| !is_hidden(*category));
    let known = shown.filter_map(of_category).filter(|deviation| deviation.beyond.is_finite());
    // The first of equals, so that the order never depends on anything but the figures.
    known.reduce(|most, other| if other.beyond > most.beyond { other } else { most })
}

/// All customers, then the groups of a breakdown that deviate most, at most so many, with the shares of their categories: in
/// the order of the share of the last category, the heaviest, age groups by age. And what the largest deviation is, in
/// words, if one can be told. Groups of which nothing may be told are counted in the note.
pub fn group_shares(
    words: &Localizer<'_>,
    content: &Content<'_>,
    masked: &MaskedBreakdown<'_>,
    most: usize,
) -> (Table, Option<String>) {
    let breakdown = masked.breakdown;
    let overall: Vec<f64> =
        content.categories().iter().map(|category| category.figures.get(Figure::share_pct)).collect();
    let of_group = |place: usize| {
        deviation(&overall, &breakdown.groups[place], |category| masked.is_hidden(place, Some(category)))
    };
    let told = (0..breakdown.groups.len()).filter_map(|place| Some((place, of_group(place)?)));
    let mut order: Vec<(usize, Deviation)> = told.collect();
    // The sort keeps the order of equals, which is that of the groups' names.
    order.sort_by(|one, other| other.1.beyond.total_cmp(&one.1.beyond));
    let mut shown: Vec<(usize, Deviation)> = order.iter().copied().take(most).collect();
    if breakdown.dimensions == [AGE_GROUP] {
        shown.sort_by_key(|(place, _)| *place);
    } else {
        let heaviest = |place: usize| heaviest_share(masked, place);
        shown.sort_by(|one, other| heaviest(other.0).total_cmp(&heaviest(one.0)));
    }
    let mut table = empty_group_shares(words, content, breakdown.dimensions.iter().map(|name| words.dimension(name)));
    let hides_minutes = masked.hides_figure(Figure::handling_minutes_per_application);
    table.rows.extend(all_customers(words, content));
    for (place, deviation) in &shown {
        table.push(group_cells(words, content, masked, *place, *deviation, hides_minutes(*place, None)));
    }
    table.note = note(words, [shown.len(), order.len(), breakdown.groups.len()]);
    let largest = order.iter().copied();
    let largest = largest.reduce(|most, other| if other.1.beyond > most.1.beyond { other } else { most });
    let described = largest.map(|(place, deviation)| {
        let group = group_name(words, &breakdown.groups[place]);
        let deviation = in_words(words, content, deviation);
        fill(&words.texts.breakdowns.description, &[("group", &group), ("deviation", &deviation)])
    });
    (table, described)
}

/// The share of the heaviest category in a group; below any other where it may not be told.
fn heaviest_share(masked: &MaskedBreakdown<'_>, place: usize) -> f64 {
    let categories = masked.breakdown.groups[place].categories.as_slice();
    let heaviest = categories.len().checked_sub(2).filter(|category| !masked.is_hidden(place, Some(*category)));
    heaviest.map_or(f64::NEG_INFINITY, |category| categories[category].figures.get(Figure::share_pct))
}

/// Everybody, for the groups to be compared with.
fn all_customers(words: &Localizer<'_>, content: &Content<'_>) -> Option<Row> {
    let all = content.all()?;
    let hidden = CategoryMask { figures: content.figures, min_group: words.min_group() };
    let figure = |figure: Figure| {
        let is_hidden = hidden.hides_figure(figure).last().copied().unwrap_or(true);
        Cell::from(all.figures.get(figure)).hidden_if(is_hidden)
    };
    let head = [Cell::from(words.category(Entity::Customer, &all.name)), Cell::from(all.customers)];
    let shares = content.categories().iter().map(|category| Cell::from(category.figures.get(Figure::share_pct)));
    let figures = [Figure::contacts_per_year, Figure::handling_minutes_per_application].map(figure);
    let cells = head.into_iter().chain(shares).chain([Cell::default()]).chain(figures);
    Some(Row { cells: cells.collect(), is_total: true })
}

/// Which of the groups are shown, where some are not.
fn note(words: &Localizer<'_>, [shown, told, all]: [usize; 3]) -> String {
    let texts = &words.texts.breakdowns;
    let count = |count: usize| words.count(count as u64);
    let cut = fill(&texts.shown, &[("shown", &count(shown)), ("all", &count(told))]);
    let hidden = fill(&texts.left_out, &[("groups", &count(all - told))]);
    let sentences = [(told > shown, cut), (all > told, hidden)];
    sentences.into_iter().filter_map(|(applies, text)| applies.then_some(text)).collect::<Vec<_>>().join(" ")
}

/// A column per category between those of the whole group.
fn empty_group_shares(words: &Localizer<'_>, content: &Content<'_>, dimensions: impl Iterator<Item = String>) -> Table {
    let dimension = dimensions.collect::<Vec<_>>().join(" × ");
    let columns = [
        ("group", Format::Text),
        ("customers", Format::Count),
        ("deviation", Format::Text),
        (Figure::contacts_per_year.name(), Format::of(Figure::contacts_per_year)),
        (Figure::handling_minutes_per_application.name(), Format::of(Figure::handling_minutes_per_application)),
    ];
    let mut table = words.table("group_shares", columns);
    let share = |name: &str| Column {
        heading: words.category(Entity::Customer, name).label().to_owned(),
        ..words.column("group_shares", &share_column(name), Format::Percent)
    };
    table.columns.splice(2..2, content.categories().iter().map(|category| share(&category.name)));
    table.title = fill(&table.title, &[("dimension", &dimension)]);
    table
}

fn group_cells(
    words: &Localizer<'_>,
    content: &Content<'_>,
    masked: &MaskedBreakdown<'_>,
    place: usize,
    deviation: Deviation,
    hides_minutes: bool,
) -> Vec<Cell> {
    let group = &masked.breakdown.groups[place];
    let all = content.categories().len();
    let is_hidden = masked.is_hidden(place, None);
    let mut cells = vec![Cell::from(group_name(words, group))];
    let Some(whole) = group.categories.get(all) else { return cells };
    cells.push(Cell::from(whole.customers).hidden_if(is_hidden));
    for (category, of) in group.categories.iter().take(all).enumerate() {
        let share = Cell::from(of.figures.get(Figure::share_pct));
        cells.push(share.hidden_if(masked.is_hidden(place, Some(category))));
    }
    cells.push(Cell::from(in_words(words, content, deviation)));
    cells.push(Cell::from(whole.figures.get(Figure::contacts_per_year)).hidden_if(is_hidden));
    let minutes = whole.figures.get(Figure::handling_minutes_per_application);
    cells.push(Cell::from(minutes).hidden_if(hides_minutes));
    cells
}

pub(super) fn group_name(words: &Localizer<'_>, group: &Group) -> String {
    let missing = || words.texts.breakdowns.missing.clone();
    let values: Vec<String> =
        group.values.iter().map(|value| value.as_deref().map_or_else(missing, printable)).collect();
    values.join(" · ")
}

fn in_words(words: &Localizer<'_>, content: &Content<'_>, deviation: Deviation) -> String {
    let Some(category) = content.categories().get(deviation.category) else { return String::new() };
    if deviation.beyond <= 0.0 {
        return words.texts.breakdowns.by_chance.clone();
    }
    let (points, category) =
        (words.language.difference(deviation.points, 1), words.category(Entity::Customer, &category.name));
    fill(&words.texts.breakdowns.deviates, &[("points", &points), ("category", category.label())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::figures::FigureValues;
    use crate::statistics::GroupFigures;

    fn group(customers: &[u64]) -> Group {
        let all: u64 = customers.iter().sum();
        let share = |customers: u64| 100.0 * customers as f64 / all as f64;
        let figures = |customers: u64| GroupFigures {
            customers,
            figures: FigureValues::new(Entity::Customer, |figure| match figure {
                Figure::share_pct => share(customers),
                _ => f64::NAN,
            }),
            features: Vec::new(),
        };
        let categories = customers.iter().copied().chain([all]).map(figures).collect();
        Group { values: vec![None], categories, age_adjusted: None }
    }

    #[test]
    fn a_small_group_does_not_deviate_by_chance() {
        let overall = [80.0, 20.0];
        let small = deviation(&overall, &group(&[7, 3]), |_| false).unwrap();
        let large = deviation(&overall, &group(&[75_000, 25_000]), |_| false).unwrap();
        assert_eq!((small.points.abs().round(), large.points.abs().round()), (10.0, 5.0));
        assert!(small.beyond < 0.0 && large.beyond > 4.0, "{small:?} {large:?}");
    }

    #[test]
    fn what_is_masked_does_not_count() {
        let overall = [80.0, 10.0, 10.0];
        let group = group(&[800, 0, 200]);
        assert_eq!(deviation(&overall, &group, |_| false).map(|known| known.category), Some(1));
        assert_eq!(deviation(&overall, &group, |category| category == 1).map(|known| known.category), Some(2));
        assert_eq!(deviation(&overall, &group, |_| true), None);
    }
}
