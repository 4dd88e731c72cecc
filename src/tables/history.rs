//! Figures over time: every good run of the folder, and the one at hand.

use super::content::{CategoryMask, Content};
use super::localizer::Localizer;
use super::table::{Cell, Format, Table, Value};
use crate::history::HistoryEntry;
use crate::schema::Entity;
use crate::schema::figures::{Figure, FigureValues};
use crate::statistics::few;

/// The figures that are followed over time.
pub const FOLLOWED: [Figure; 4] = [
    Figure::share_pct,
    Figure::contacts_per_year,
    Figure::handling_minutes_per_application,
    Figure::handling_minutes_pooled,
];

/// Not by the name `history`, which Excel keeps for itself.
const NAME: &str = "over_time";

/// Every good run of the folder, then this one, which may be held.
pub fn runs_over_time(words: &Localizer<'_>, content: &Content<'_>) -> Table {
    let mut table = empty(words);
    content.history.iter().for_each(|run| push_past(words, &mut table, run));
    push_this(words, &mut table, content);
    table
}

/// This run alone.
pub fn this_run(words: &Localizer<'_>, content: &Content<'_>) -> Table {
    let mut table = empty(words);
    push_this(words, &mut table, content);
    table
}

/// The runs of a folder, whatever else there is.
pub fn of_entries(words: &Localizer<'_>, entries: &[HistoryEntry]) -> Table {
    let mut table = empty(words);
    entries.iter().for_each(|run| push_past(words, &mut table, run));
    table
}

/// The records of every extract in every run.
pub fn records_over_time(words: &Localizer<'_>, entries: &[HistoryEntry]) -> Table {
    let columns = [("as_of", Format::Day), ("extract", Format::Text), ("records", Format::Count)];
    let mut table = words.table("records_over_time", columns);
    for run in entries {
        for (extract, records) in &run.volumes {
            table.push([Cell::from(&run.as_of), Cell::from(words.extract(extract)), Cell::from(*records)]);
        }
    }
    table
}

fn empty(words: &Localizer<'_>) -> Table {
    let columns = [("as_of", Format::Day), ("category", Format::Text), ("customers", Format::Count)];
    words.table(NAME, columns.into_iter().chain(FOLLOWED.map(|figure| (figure.name(), Format::of(figure)))))
}

/// A run of which no more is known than what it wrote; all customers come last in it.
fn push_past(words: &Localizer<'_>, table: &mut Table, run: &HistoryEntry) {
    let counts: Vec<u64> = run.categories.iter().map(|point| point.customers).collect();
    let hidden = few(&counts, words.min_group());
    for (point, is_hidden) in run.categories.iter().zip(hidden) {
        push(words, table, &run.as_of, &point.category, point.customers, &point.figures, |figure| {
            // The number of customers is told of every category, however small.
            is_hidden && point.customers > 0 && figure != Figure::share_pct
        });
    }
}

fn push_this(words: &Localizer<'_>, table: &mut Table, content: &Content<'_>) {
    let mask = CategoryMask { figures: content.figures, min_group: words.min_group() };
    let hidden = FOLLOWED.map(|figure| (figure, mask.hides_figure(figure)));
    let as_of = content.plan.window.as_of.to_string();
    for (at, category) in content.figures.iter().enumerate() {
        push(words, table, &as_of, &category.name, category.customers, &category.figures, |figure| {
            hidden.iter().any(|(own, hidden)| *own == figure && hidden[at])
        });
    }
}

fn push(
    words: &Localizer<'_>,
    table: &mut Table,
    as_of: &str,
    category: &str,
    customers: u64,
    figures: &FigureValues,
    is_hidden: impl Fn(Figure) -> bool,
) {
    let head = [Value::from(as_of), words.category(Entity::Customer, category), Value::from(customers)];
    let figures = FOLLOWED.map(|figure| Cell::from(figures.get(figure)).hidden_if(is_hidden(figure)));
    table.push(head.map(Cell::from).into_iter().chain(figures));
}
