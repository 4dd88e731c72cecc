//! By group: the categories' shares in each group, the groups that deviate most first, small ones masked.

use crate::config::AGE_GROUP;
use crate::i18n::fill;
use crate::report::charts::{About, Segment, Stack, thin_stacks};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Cell, Column, Figure, Layout, Section, Table};
use crate::report::{MaskedBreakdown, printable};
use crate::statistics::Group;

/// Groups of a breakdown that the page shows.
const SHOWN: usize = 20;

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.breakdowns;
    let breakdowns = &localized.content.breakdowns;
    if breakdowns.iter().all(|masked| masked.breakdown.groups.is_empty()) {
        return None;
    }
    let mut blocks = vec![
        Block::Text { text: texts.lead.clone() },
        Block::Note { text: format!("{} {}", texts.by_deviation, localized.mask_note()) },
    ];
    let shown = breakdowns.iter().enumerate().filter(|(_, masked)| !masked.breakdown.groups.is_empty());
    blocks.extend(shown.map(|(at, masked)| Block::Figure { figure: figure(localized, at, masked) }));
    Some(Section { id: "breakdowns", title: texts.title.clone(), blocks })
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
        let points = group.categories.get(category)?.summary.share_pct - overall;
        let error = (overall * (100.0 - overall) / customers).sqrt();
        Some(Deviation { category, points, beyond: points.abs() - 2.0 * error })
    };
    let shown = shares_of_all.iter().enumerate().filter(|(category, _)| !is_hidden(*category));
    let known = shown.filter_map(of_category).filter(|deviation| deviation.beyond.is_finite());
    // The first of equals, so that the order never depends on anything but the figures.
    known.reduce(|most, other| if other.beyond > most.beyond { other } else { most })
}

fn figure(localized: &LocalizedReport<'_>, at: usize, masked: &MaskedBreakdown<'_>) -> Figure {
    let texts = &localized.texts.breakdowns;
    let breakdown = masked.breakdown;
    let overall: Vec<f64> = localized.content.categories().iter().map(|category| category.summary.share_pct).collect();
    let of_group = |place: usize| {
        deviation(&overall, &breakdown.groups[place], |category| masked.is_hidden(place, Some(category)))
    };
    let mut order: Vec<(usize, Option<Deviation>)> =
        (0..breakdown.groups.len()).map(|place| (place, of_group(place))).collect();
    if breakdown.dimensions != [AGE_GROUP] {
        let beyond = |deviation: &Option<Deviation>| deviation.map_or(f64::NEG_INFINITY, |known| known.beyond);
        order.sort_by(|one, other| beyond(&other.1).total_cmp(&beyond(&one.1)));
    }
    let dimensions: Vec<&str> = breakdown.dimensions.iter().map(|name| localized.dimension(name)).collect();
    let title = dimensions.join(" × ");
    let mut table = empty_table(localized, &title);
    let (minutes_hidden, mut drawn) = (masked.hides_minutes(), Vec::new());
    for (place, deviation) in order.iter().take(SHOWN) {
        table.row(cells(localized, masked, *place, *deviation, minutes_hidden(*place, None)));
        if !masked.is_hidden(*place, None) {
            drawn.push(stack(localized, masked, *place));
        }
    }
    if order.len() > SHOWN {
        let (shown, all) = (localized.count(SHOWN as u64), localized.count(order.len() as u64));
        table.note = fill(&texts.shown, &[("shown", &shown), ("all", &all)]);
    }
    let largest = order.iter().filter_map(|(place, deviation)| Some((*place, (*deviation)?)));
    let largest = largest.reduce(|most, other| if other.1.beyond > most.1.beyond { other } else { most });
    let description = largest.map_or(texts.description_none.clone(), |(place, deviation)| {
        let group = group_name(localized, &breakdown.groups[place]);
        fill(&texts.description, &[("group", &group), ("deviation", &in_words(localized, deviation))])
    });
    let id = format!("breakdown-{}", at + 1);
    let chart_title = fill(&texts.chart, &[("dimension", &title)]);
    let about = About { id: &id, title: &chart_title, description: &description };
    let categories = localized.content.categories().iter().enumerate();
    let legend: Vec<(String, String)> = categories
        .map(|(at, category)| (localized.category(&category.name).to_owned(), localized.colour(at)))
        .collect();
    let svg = thin_stacks(&about, &legend, &drawn);
    Figure { title, svg, table, layout: Layout::Below }
}

fn empty_table(localized: &LocalizedReport<'_>, title: &str) -> Table {
    let texts = &localized.texts.breakdowns;
    let mut columns = vec![Column::text(&texts.group), Column::number(&texts.customers)];
    let categories = localized.content.categories().iter();
    columns.extend(categories.map(|category| Column::number(localized.category(&category.name))));
    columns.push(Column::text(&texts.deviation));
    columns.push(Column::number(&texts.contacts));
    columns.push(Column::number(&texts.minutes));
    Table::new(&fill(&texts.chart, &[("dimension", title)]), columns)
}

fn cells(
    localized: &LocalizedReport<'_>,
    masked: &MaskedBreakdown<'_>,
    place: usize,
    deviation: Option<Deviation>,
    minutes_hidden: bool,
) -> Vec<Cell> {
    let group = &masked.breakdown.groups[place];
    let all = localized.content.categories().len();
    let hidden = masked.is_hidden(place, None);
    let mut cells = vec![Cell::from(group_name(localized, group))];
    let Some(whole) = group.categories.get(all) else { return cells };
    cells.push(Cell::or_masked(localized.count(whole.customers), hidden));
    for category in 0..all {
        let share = group.categories.get(category).map_or(f64::NAN, |figures| figures.summary.share_pct);
        cells.push(Cell::or_masked(localized.share(share), masked.is_hidden(place, Some(category))));
    }
    cells.push(Cell::from(deviation.map_or(String::new(), |deviation| in_words(localized, deviation))));
    cells.push(Cell::or_masked(localized.rate(whole.summary.contacts_per_year), hidden));
    let minutes = localized.minutes(whole.summary.handling_minutes_per_application);
    cells.push(Cell::or_masked(minutes, minutes_hidden));
    cells
}

/// A group as a bar; what is masked in it is one grey part.
fn stack(localized: &LocalizedReport<'_>, masked: &MaskedBreakdown<'_>, place: usize) -> Stack {
    let group = &masked.breakdown.groups[place];
    let all = localized.content.categories().len();
    let mut segments = Vec::new();
    let mut rest = 100.0;
    for (category, figures) in group.categories.iter().take(all).enumerate() {
        if !masked.is_hidden(place, Some(category)) {
            let share_pct = figures.summary.share_pct;
            rest -= share_pct;
            segments.push(Segment { share_pct, label: localized.share(share_pct), colour: localized.colour(category) });
        }
    }
    if (0..all).any(|category| masked.is_hidden(place, Some(category))) {
        segments.push(Segment::hidden(rest));
    }
    let customers = group.categories.get(all).map_or(0, |figures| figures.customers);
    Stack { label: group_name(localized, group), detail: localized.count(customers), segments }
}

fn group_name(localized: &LocalizedReport<'_>, group: &Group) -> String {
    let missing = || localized.texts.breakdowns.missing.clone();
    let values: Vec<String> =
        group.values.iter().map(|value| value.as_deref().map_or_else(missing, printable)).collect();
    values.join(" · ")
}

fn in_words(localized: &LocalizedReport<'_>, deviation: Deviation) -> String {
    let name = localized.content.categories().get(deviation.category).map_or("", |category| &category.name);
    if deviation.beyond <= 0.0 {
        return localized.texts.breakdowns.by_chance.clone();
    }
    let points = localized.difference(deviation.points, 1);
    fill(&localized.texts.breakdowns.deviates, &[("points", &points), ("category", localized.category(name))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{GroupFigures, Summary};

    fn group(customers: &[u64]) -> Group {
        let all: u64 = customers.iter().sum();
        let figures = |customers: u64| GroupFigures {
            customers,
            summary: Summary {
                share_pct: 100.0 * customers as f64 / all as f64,
                contacts_per_year: f64::NAN,
                handling_minutes_per_application: f64::NAN,
                handling_minutes_pooled: f64::NAN,
                applications_pct: [f64::NAN; 5],
                applications_by_employer_pct: f64::NAN,
                applications_by_partner_pct: f64::NAN,
            },
            features: Vec::new(),
        };
        let categories = customers.iter().copied().chain([all]).map(figures).collect();
        Group { values: vec![None], categories }
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
