//! Which groups differ from all customers by more than their ages explain.

use super::content::{Content, MaskedBreakdown};
use super::groups::group_name;
use super::localizer::Localizer;
use super::table::{Cell, Format, Table};
use crate::config::AGE_GROUP;
use crate::schema::Entity;
use crate::statistics::Adjusted;

/// Decimals of a ratio. No more are told, also where a cell could hold more: together with the number of customers they
/// would tell how many are expected, and so how many are of which age.
const DECIMALS: u8 = 2;

/// A row per group of a dimension and category whose interval does not hold 1, the groups with the highest ratio of the
/// heaviest category first; `None` where ages or dimensions are not known. What is masked is left out.
pub fn age_adjusted(words: &Localizer<'_>, content: &Content<'_>) -> Option<Table> {
    let breakdowns = &content.breakdowns;
    let is_by_age = |masked: &MaskedBreakdown<'_>| masked.breakdown.dimensions == [AGE_GROUP];
    let is_adjusted = |masked: &&MaskedBreakdown<'_>| masked.adjusted(0).is_some();
    if !breakdowns.iter().any(is_by_age) || !breakdowns.iter().any(|masked| is_adjusted(&masked)) {
        return None;
    }
    let ratio = Format::Decimals(DECIMALS);
    let mut table = words.table(
        "age_adjusted",
        [
            ("dimension", Format::Text),
            ("group", Format::Text),
            ("category", Format::Text),
            ("customers", Format::Count),
            ("ratio", ratio),
            ("ratio_low", ratio),
            ("ratio_high", ratio),
        ],
    );
    let groups = breakdowns.iter().flat_map(|masked| (0..masked.breakdown.groups.len()).map(move |at| (masked, at)));
    let mut groups: Vec<(f64, Vec<Vec<Cell>>)> =
        groups.map(|(masked, at)| (heaviest_ratio(masked, at), rows(words, content, masked, at))).collect();
    groups.sort_by(|one, other| other.0.total_cmp(&one.0));
    groups.into_iter().flat_map(|(_, rows)| rows).for_each(|row| table.push(row));
    Some(table)
}

/// What of a group may be told, by category.
fn shown<'a>(masked: &'a MaskedBreakdown<'_>, group: usize) -> impl Iterator<Item = (usize, &'a Adjusted)> {
    let categories = masked.adjusted(group).into_iter().flat_map(|adjusted| adjusted.categories.iter().enumerate());
    categories.filter(move |(category, _)| !masked.hides_adjusted(group, *category, DECIMALS))
}

/// The heaviest category's ratio; below all others where it may not be told.
fn heaviest_ratio(masked: &MaskedBreakdown<'_>, group: usize) -> f64 {
    let heaviest = masked.adjusted(group).map_or(0, |adjusted| adjusted.categories.len()).checked_sub(1);
    let ratio = shown(masked, group).find(|(category, _)| Some(*category) == heaviest).map(|(_, of)| of.ratio);
    ratio.filter(|ratio| ratio.is_finite()).unwrap_or(f64::NEG_INFINITY)
}

/// The rows of a group: of each category in which it differs.
fn rows(words: &Localizer<'_>, content: &Content<'_>, masked: &MaskedBreakdown<'_>, at: usize) -> Vec<Vec<Cell>> {
    let group = &masked.breakdown.groups[at];
    let dimension = masked.breakdown.dimensions.concat();
    let scale = 10f64.powi(DECIMALS.into());
    let row = |(category, of): (usize, &Adjusted)| {
        let name = content.categories().get(category).map_or("", |category| &category.name);
        let customers = group.categories.get(category).map_or(0, |figures| figures.customers);
        let ratios = [of.ratio, of.ratio_low, of.ratio_high].map(|ratio| (ratio * scale).round() / scale);
        let head = [
            Cell::from(words.dimension(&dimension)),
            Cell::from(group_name(words, group)),
            Cell::from(words.category(Entity::Customer, name)),
            Cell::from(customers),
        ];
        head.into_iter().chain(ratios.map(Cell::from)).collect()
    };
    shown(masked, at).filter(|(_, of)| of.differs()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tables::made_up_run::{Run, adjusted};

    /// The made-up run, with so few customers in the smallest age group of a municipality.
    fn with_few_of_an_age(fewest: u64) -> Run {
        let mut run = Run::whole();
        let groups = run.breakdowns[1].groups.iter_mut();
        groups.filter_map(|group| group.age_adjusted.as_mut()).for_each(|of| of.fewest_of_an_age = fewest);
        run
    }

    fn told(run: &Run) -> Vec<String> {
        let content = run.content();
        let words = Localizer::new(content.plan, Language::En).unwrap();
        let table = age_adjusted(&words, &content).unwrap();
        let row = |row: &crate::tables::Row| {
            let [group, category] = [1, 2].map(|at| row.cell(at).value.label().to_owned());
            format!("{group} {category} {}", row.cell(4).value.number())
        };
        table.rows.iter().map(row).collect()
    }

    #[test]
    fn groups_that_differ_are_told_the_heaviest_first_and_small_ones_never() {
        // Kökar and Sottunga are masked, and the others' intervals hold 1.
        let support = "Raseborg <&> Everyday life that requires support 2.9";
        assert_eq!(told(&Run::whole()), ["Raseborg <&> Regular everyday life 0.76", support]);
    }

    #[test]
    fn what_would_tell_how_few_are_of_an_age_is_left_out() {
        // 290, 2.9 times as many as expected, tell that 100 are expected, to within less than ten customers.
        assert!(told(&with_few_of_an_age(3)).is_empty());
        // 24 million, 0.8 times as many as expected, tell no such thing of 30 million.
        let mut run = with_few_of_an_age(3);
        let group = &mut run.breakdowns[1].groups[4];
        group.age_adjusted.as_mut().unwrap().categories[0] = adjusted(24_000_000, 30_000_000, 1.0);
        assert_eq!(told(&run), ["Åbo Regular everyday life 0.8"]);
    }

    #[test]
    fn without_ages_nothing_is_said() {
        let mut run = Run::whole();
        run.breakdowns.remove(0);
        let words = Localizer::new(&run.plan, Language::En).unwrap();
        assert_eq!(age_adjusted(&words, &run.content()), None);
    }
}
