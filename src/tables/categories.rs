//! The figures of each category: the summaries of customers and of employers, the statistics of every feature.

use super::content::{CategoryMask, Content};
use super::localizer::Localizer;
use super::table::{Cell, Format, Table, Value};
use crate::schema::Entity;
use crate::schema::figures::Figure;
use crate::statistics::{ALL, CategoryFigures, Total};

/// The number of members and the figures of every category, then of all.
pub fn category_summary(words: &Localizer<'_>, figures: &[CategoryFigures]) -> Table {
    let mask = CategoryMask { figures, min_group: words.min_group() };
    let hidden: Vec<Vec<bool>> = Entity::Customer.figures().iter().map(|figure| mask.hides_figure(*figure)).collect();
    summary(words, "category_summary", Entity::Customer, figures, |category, figure| hidden[figure][category])
}

/// The same of employers, of whom nothing is hidden.
pub fn employer_summary(words: &Localizer<'_>, figures: &[CategoryFigures]) -> Table {
    summary(words, "employer_summary", Entity::Employer, figures, |_, _| false)
}

fn summary(
    words: &Localizer<'_>,
    name: &str,
    entity: Entity,
    figures: &[CategoryFigures],
    is_hidden: impl Fn(usize, usize) -> bool,
) -> Table {
    let columns = [("category", Format::Text), (entity.plural(), Format::Count)];
    let of_figures = entity.figures().iter().map(|figure| (figure.name(), Format::of(*figure)));
    let mut table = words.table(name, columns.into_iter().chain(of_figures));
    for (at, category) in figures.iter().enumerate() {
        let head = [Cell::from(words.category(entity, &category.name)), Cell::from(category.customers)];
        let values = category.figures.iter().enumerate();
        let cells = values.map(|(at_figure, (figure, value))| {
            Cell { format: None, ..Cell::of(figure, value) }.hidden_if(is_hidden(at, at_figure))
        });
        table.push_as(category.name == ALL, head.into_iter().chain(cells));
    }
    table
}

/// Number, sum, mean, deviation and quantiles of every feature in every category, then in all.
pub fn feature_statistics(
    words: &Localizer<'_>,
    entity: Entity,
    figures: &[CategoryFigures],
    features: &[String],
) -> Table {
    const NUMBERS: [&str; 10] = ["sum", "mean", "sd", "min", "p10", "p25", "median", "p75", "p90", "max"];
    let columns = [("category", Format::Text), ("feature", Format::Text), ("n", Format::Count)];
    let numbers = NUMBERS.map(|name| (name, Format::UpTo(2)));
    let mut table = words.table("feature_statistics", columns.into_iter().chain(numbers));
    let mask = CategoryMask { figures, min_group: words.min_group() };
    let hidden: Vec<Vec<bool>> = (0..features.len()).map(|at| mask.hides_feature(at)).collect();
    for (place, category) in figures.iter().enumerate() {
        for ((name, figures), hidden) in features.iter().zip(&category.features).zip(&hidden) {
            let sum = match figures.sum {
                Total::Whole(sum) => Value::from(sum),
                Total::Hundredths(sum) => Value::Hundredths(Box::new(sum)),
                Total::Real(sum) => Value::from(sum),
            };
            let [min, percentiles @ .., max] = figures.quantiles;
            // The smallest and largest values are values of the feature, and exact like one.
            let exact = |value: Option<i128>| value.map(|value| Value::Hundredths(Box::new(value)));
            let [min, max] = [
                exact(figures.extremes.map(|(least, _)| least)).unwrap_or(Value::from(min)),
                exact(figures.extremes.map(|(_, most)| most)).unwrap_or(Value::from(max)),
            ];
            let numbers = [Value::from(figures.n), sum, Value::from(figures.mean), Value::from(figures.sd), min];
            let numbers = numbers.into_iter().chain(percentiles.map(Value::from)).chain([max]);
            let head = [words.category(entity, &category.name), words.feature(name)].map(Cell::from);
            let numbers = numbers.map(|number| Cell::from(number).hidden_if(hidden[place]));
            table.push_as(category.name == ALL, head.into_iter().chain(numbers));
        }
    }
    table
}

/// The figures that a category is known by: now, in the last run, and published ones if the configuration asks for them.
pub fn main_figures(words: &Localizer<'_>, content: &Content<'_>) -> Table {
    const MAIN: [Figure; 3] = [Figure::share_pct, Figure::contacts_per_year, Figure::handling_minutes_per_application];
    let columns = ["category", "figure"].map(|name| (name, Format::Text));
    let runs = ["this_run", "reference", "last_run"].map(|name| (name, Format::Decimals(2)));
    let mut table = words.table("main_figures", columns.into_iter().chain(runs));
    let asked = &content.plan.report.reference;
    table.columns.iter_mut().filter(|column| column.name == "reference" && !asked.is_empty()).for_each(|column| {
        column.heading.clone_from(asked);
    });
    let now = super::this_run(words, content);
    let last = content.history.last().filter(|run| content.is_comparable(run));
    let last = last.map(|run| super::history::of_entries(words, std::slice::from_ref(run)));
    let is_new = Cell { detail: Some(Box::new(Value::from(&words.texts.overview.new_category))), ..Cell::default() };
    for category in &content.plan.customers.categories {
        for figure in MAIN {
            let value = |run: &Table| {
                let row = run.rows.iter().find(|row| run.cell(row, "category").value.key() == category.name)?;
                Some(Cell { format: Some(Format::of(figure)), ..run.cell(row, figure.name()) })
            };
            let reference = match figure {
                Figure::share_pct => category.reference.share_pct,
                Figure::contacts_per_year => category.reference.contacts_per_year,
                _ => category.reference.handling_minutes_per_application,
            };
            let reference = reference.filter(|_| !asked.is_empty()).unwrap_or(f64::NAN);
            let reference = Cell::of(figure, reference);
            let head = [words.category(Entity::Customer, &category.name), words.figure(figure)].map(Cell::from);
            let last = match &last {
                Some(run) => value(run).unwrap_or_else(|| Cell { format: Some(Format::of(figure)), ..is_new.clone() }),
                None => Cell::default(),
            };
            table.push(head.into_iter().chain([value(&now).unwrap_or_default(), reference, last]));
        }
    }
    table
}
