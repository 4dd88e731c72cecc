//! How much of a total falls to the customers with the most, and in which categories they are.

use super::localizer::Localizer;
use super::table::{Cell, Column, Format, Table};
use crate::schema::Entity;
use crate::statistics::{Concentration, few};

/// A row per feature and top share. Which of few customers are in which category is for the owner only, and so is what a
/// handful have of a total.
pub fn concentration(words: &Localizer<'_>, found: &[Concentration], categories: &[String]) -> Table {
    let columns = [
        ("feature", Format::Text),
        ("top_pct", Format::Count),
        ("customers", Format::Count),
        ("share_pct", Format::Percent),
    ];
    let mut table = words.table("concentration", columns);
    table.columns.extend(categories.iter().map(|name| Column {
        name: name.clone(),
        heading: words.category(Entity::Customer, name).label().to_owned(),
        ..words.column("concentration", "in_category", Format::Count)
    }));
    for row in found {
        let counts: Vec<u64> = row.by_category.iter().copied().chain([row.customers]).collect();
        let hidden = few(&counts, words.min_group());
        let few_in_all = hidden.last().copied().unwrap_or(true);
        let head = [
            Cell::from(words.feature(row.feature.feature().name)),
            Cell::from(row.top_pct),
            Cell::from(row.customers),
            Cell::from(row.share_pct).hidden_if(few_in_all),
        ];
        let counts = row.by_category.iter().zip(hidden);
        table.push(head.into_iter().chain(counts.map(|(count, hidden)| Cell::from(*count).hidden_if(hidden))));
    }
    table
}
