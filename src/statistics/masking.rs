//! Which figures of breakdowns are shown to nobody, since so few customers are behind them.
//!
//! A group, or a category in a group, of fewer customers than a minimum can tell of persons. Masking it alone does
//! not help where a total is shown: it is what the others lack of the total. So in each *line*, which is what a
//! shown total adds up, at least two are masked, and together they are as many as the minimum: the next smallest are
//! masked with the small ones. This is complementary cell suppression (Hundepool et al., Statistical Disclosure
//! Control, 2012, chapter 4), of lines one at a time. Breakdowns are masked together, since one's groups are the
//! totals of another: where a total is masked, all that adds up to it is masked too.

use std::collections::{BTreeMap, BTreeSet};

use super::{Breakdown, Group, GroupFigures};

/// What is masked of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// By group, then by category in the configured order, then of all: whether it is masked.
    pub hidden: Vec<Vec<bool>>,
}

impl Mask {
    /// What is to be masked of one feature: this mask, and where fewer than `min_group` customers have the feature.
    pub fn of_feature(&self, breakdown: &Breakdown, feature: usize, min_group: u32) -> Self {
        let n = |at: &GroupFigures| at.features.get(feature).map_or(0, |middle| middle.n);
        let mut masking = Masking::new(std::slice::from_ref(breakdown), n, min_group);
        for (cell, _) in self.hidden.iter().flatten().enumerate().filter(|(_, hidden)| **hidden) {
            masking.hide(cell);
        }
        masking.settle();
        Mask { hidden: masking.hidden_of(breakdown, 0) }
    }
}

/// What is to be masked of breakdowns that are shown together, for groups of fewer than `min_group` customers.
pub fn masks(breakdowns: &[Breakdown], min_group: u32) -> Vec<Mask> {
    let mut masking = Masking::new(breakdowns, |at| at.customers, min_group);
    masking.settle();
    let mask = |(breakdown, first)| Mask { hidden: masking.hidden_of(breakdown, first) };
    breakdowns.iter().zip(first_cells(breakdowns)).map(mask).collect()
}

/// What is to be masked of the figures per category, then of all, that so many customers have each.
pub fn few(counts: &[u64], min_group: u32) -> Vec<bool> {
    let mut masking = Masking { min_group: min_group.into(), ..Masking::default() };
    masking.cells(counts.to_vec());
    if let Some(all) = counts.len().checked_sub(1) {
        masking.line(Some(all), (0..all).collect());
    }
    masking.settle();
    masking.hidden
}

/// A total, and the cells that add up to it.
struct Line {
    /// The total's cell; `None` for one that is always shown.
    total: Option<usize>,
    parts: Vec<usize>,
    /// How many of the parts are hidden, and their customers.
    hidden: usize,
    hidden_customers: u64,
}

/// Cells, which are categories in groups of all breakdowns, and the lines that they stand in.
#[derive(Default)]
struct Masking {
    min_group: u64,
    counts: Vec<u64>,
    hidden: Vec<bool>,
    lines: Vec<Line>,
    /// By cell: the lines that it is a part of, and those that it is the total of.
    part_of: Vec<Vec<usize>>,
    total_of: Vec<Vec<usize>>,
    /// Lines to look at (again), the first of them first.
    unsettled: BTreeSet<usize>,
}

impl Masking {
    fn new(breakdowns: &[Breakdown], count: impl Fn(&GroupFigures) -> u64, min_group: u32) -> Self {
        let mut masking = Masking { min_group: min_group.into(), ..Masking::default() };
        let groups = || breakdowns.iter().flat_map(|breakdown| &breakdown.groups);
        masking.cells(groups().flat_map(|group| group.categories.iter().map(&count)).collect());
        let first_cells: Vec<usize> = first_cells(breakdowns).collect();
        let mut order: Vec<usize> = (0..breakdowns.len()).collect();
        order.sort_by_key(|at| breakdowns[*at].dimensions.len());
        // The totals of pairs are the groups of single dimensions, by dimension and value.
        let mut margins = BTreeMap::new();
        for at in order {
            let (breakdown, first) = (&breakdowns[at], first_cells[at]);
            masking.add(breakdown, first, &margins);
            if let [_] = breakdown.dimensions[..] {
                let cells = (first..).step_by(width(breakdown).max(1));
                margins.extend(breakdown.groups.iter().flat_map(|group| values(breakdown, group)).zip(cells));
            }
        }
        masking
    }

    /// Takes the cells, of which the small ones are hidden.
    fn cells(&mut self, counts: Vec<u64>) {
        self.hidden = counts.iter().map(|count| (1..self.min_group).contains(count)).collect();
        self.part_of = vec![Vec::new(); counts.len()];
        self.total_of = vec![Vec::new(); counts.len()];
        self.counts = counts;
    }

    /// Adds the lines of a breakdown: whole groups first, since what hides a group hides its categories.
    fn add(&mut self, breakdown: &Breakdown, first: usize, margins: &BTreeMap<Value<'_>, usize>) {
        let width = width(breakdown);
        let Some(all) = width.checked_sub(1) else { return };
        let across = across(breakdown);
        let category_line = |masking: &mut Self, category: usize| {
            for (of, groups) in &across {
                let margin = of.as_ref().and_then(|of| margins.get(of)).map(|group| group + category);
                masking.line(margin, groups.iter().map(|group| first + group * width + category).collect());
            }
        };
        category_line(self, all);
        for group in 0..breakdown.groups.len() {
            let cell = first + group * width;
            self.line(Some(cell + all), (cell..cell + all).collect());
        }
        (0..all).for_each(|category| category_line(self, category));
    }

    fn line(&mut self, total: Option<usize>, parts: Vec<usize>) {
        let at = self.lines.len();
        parts.iter().for_each(|part| self.part_of[*part].push(at));
        total.iter().for_each(|total| self.total_of[*total].push(at));
        let hidden: Vec<u64> = parts.iter().filter(|part| self.hidden[**part]).map(|part| self.counts[*part]).collect();
        self.lines.push(Line { total, parts, hidden: hidden.len(), hidden_customers: hidden.iter().sum() });
        self.unsettled.insert(at);
    }

    fn hide(&mut self, cell: usize) {
        if std::mem::replace(&mut self.hidden[cell], true) {
            return;
        }
        for at in &self.part_of[cell] {
            self.lines[*at].hidden += 1;
            self.lines[*at].hidden_customers += self.counts[cell];
        }
        self.unsettled.extend(self.part_of[cell].iter().chain(&self.total_of[cell]));
    }

    /// Hides more until no line tells of too few.
    fn settle(&mut self) {
        while let Some(at) = self.unsettled.pop_first() {
            if self.is_total_hidden(at) {
                let parts = self.lines[at].parts.clone();
                parts.into_iter().for_each(|part| self.hide(part));
            } else if self.tells(at) {
                // Where all parts are hidden and still too few, their total tells of them.
                let next = self.next(at).or(self.lines[at].total);
                next.into_iter().for_each(|cell| self.hide(cell));
            }
        }
    }

    fn is_total_hidden(&self, line: usize) -> bool {
        self.lines[line].total.is_some_and(|total| self.hidden[total])
    }

    /// Whether what is hidden in a line is one cell, or too few customers: the others' lack of the total tells it.
    fn tells(&self, line: usize) -> bool {
        let Line { hidden, hidden_customers, .. } = self.lines[line];
        !self.is_total_hidden(line) && hidden > 0 && (hidden == 1 || hidden_customers < self.min_group)
    }

    /// What to hide next in a line: the smallest that has somebody, but rather one that protects two lines at once,
    /// and one that is not a total by itself, which would have to be hidden too.
    fn next(&self, line: usize) -> Option<usize> {
        let protects_two = |cell: usize| self.part_of[cell].iter().any(|other| *other != line && self.tells(*other));
        let is_total = |cell: usize| {
            let mut lines = self.part_of[cell].iter().map(|at| &self.lines[*at]);
            lines.any(|line| line.parts.len() == 1 && line.total.is_some())
        };
        let shown = self.lines[line].parts.iter().copied().filter(|cell| !self.hidden[*cell]);
        shown.min_by_key(|cell| {
            let count = self.counts[*cell];
            (count == 0, is_total(*cell), !protects_two(*cell), count)
        })
    }

    /// By group and category of the breakdown whose cells begin there.
    fn hidden_of(&self, breakdown: &Breakdown, first: usize) -> Vec<Vec<bool>> {
        let width = width(breakdown);
        let group = |at: usize| self.hidden[first + at * width..][..width].to_vec();
        (0..breakdown.groups.len()).map(group).collect()
    }
}

/// The categories and all of them.
fn width(breakdown: &Breakdown) -> usize {
    breakdown.groups.first().map_or(0, |group| group.categories.len())
}

/// Where the cells of each breakdown begin.
fn first_cells(breakdowns: &[Breakdown]) -> impl Iterator<Item = usize> {
    breakdowns.iter().scan(0, |next, breakdown| {
        let first = *next;
        *next += breakdown.groups.len() * width(breakdown);
        Some(first)
    })
}

/// A dimension and a value of it, which may be missing.
type Value<'a> = (&'a str, Option<&'a str>);

fn values<'a>(breakdown: &'a Breakdown, group: &'a Group) -> impl Iterator<Item = Value<'a>> {
    let dimensions = breakdown.dimensions.iter().map(String::as_str);
    dimensions.zip(group.values.iter().map(Option::as_deref))
}

/// The groups by the totals that they add up to: that of everybody, or of a pair those of each value of a dimension.
fn across(breakdown: &Breakdown) -> Vec<(Option<Value<'_>>, Vec<usize>)> {
    if breakdown.dimensions.len() < 2 {
        return vec![(None, (0..breakdown.groups.len()).collect())];
    }
    let mut lines = BTreeMap::new();
    for (place, group) in breakdown.groups.iter().enumerate() {
        values(breakdown, group).for_each(|value| lines.entry(value).or_insert_with(Vec::new).push(place));
    }
    lines.into_iter().map(|(value, groups)| (Some(value), groups)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::MeanMedian;
    use super::*;
    use crate::schema::Entity;
    use crate::schema::figures::FigureValues;
    use proptest::prelude::*;

    fn figures(customers: u64) -> GroupFigures {
        let figures = FigureValues::new(Entity::Customer, |_| f64::NAN);
        let middle = MeanMedian { n: customers / 2, mean: f64::NAN, median: f64::NAN };
        GroupFigures { customers, figures, features: vec![middle] }
    }

    /// A breakdown of these customers by category, of groups of these values.
    fn breakdown(groups: &[(&[&str], &[u64])]) -> Breakdown {
        let group = |(values, counts): &(&[&str], &[u64])| Group {
            values: values.iter().map(|value| Some((*value).to_owned())).collect(),
            categories: counts.iter().copied().chain([counts.iter().sum()]).map(figures).collect(),
        };
        let dimensions = groups[0].0.iter().enumerate().map(|(at, _)| format!("dimension {at}")).collect();
        Breakdown { dimensions, groups: groups.iter().map(group).collect() }
    }

    fn mask(breakdown: &Breakdown, min_group: u32) -> Mask {
        masks(std::slice::from_ref(breakdown), min_group).remove(0)
    }

    fn shown(breakdown: &Breakdown, mask: &Mask) -> Vec<String> {
        let cell = |(figures, hidden): (&GroupFigures, &bool)| {
            if *hidden { "[c]".to_owned() } else { figures.customers.to_string() }
        };
        let groups = breakdown.groups.iter().zip(&mask.hidden);
        groups
            .map(|(group, hidden)| group.categories.iter().zip(hidden).map(cell).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn a_small_group_takes_the_next_smallest_with_it() {
        let breakdown =
            breakdown(&[(&["a"], &[900, 100]), (&["b"], &[5, 2]), (&["c"], &[30, 20]), (&["d"], &[80, 90])]);
        assert_eq!(
            shown(&breakdown, &mask(&breakdown, 10)),
            ["900 100 1000", "[c] [c] [c]", "[c] [c] [c]", "80 90 170"]
        );
        // The categories' lines too: 35 and 22 are too few, so a third is masked of each, and both are of one group.
        assert_eq!(
            shown(&breakdown, &mask(&breakdown, 40)),
            ["900 100 1000", "[c] [c] [c]", "[c] [c] [c]", "[c] [c] 170"]
        );
    }

    #[test]
    fn two_that_are_too_few_together_take_a_third_with_them() {
        // 1,002 in all, of whom 1,000 are shown: two masked groups would be of one customer each.
        let breakdown = breakdown(&[(&["a"], &[1]), (&["b"], &[1]), (&["c"], &[400]), (&["d"], &[600])]);
        assert_eq!(shown(&breakdown, &mask(&breakdown, 10)), ["[c] [c]", "[c] [c]", "[c] [c]", "600 600"]);
    }

    #[test]
    fn a_group_that_is_masked_is_masked_in_pairs_too() {
        let municipalities = breakdown(&[(&["A"], &[900]), (&["B"], &[5]), (&["C"], &[30])]);
        let pairs = breakdown(&[
            (&["A", "fi"], &[500]),
            (&["A", "sv"], &[400]),
            (&["B", "fi"], &[3]),
            (&["B", "sv"], &[2]),
            (&["C", "fi"], &[14]),
            (&["C", "sv"], &[16]),
        ]);
        // The pair stands first: what is a total does not depend on the order.
        let masks = masks(&[pairs.clone(), municipalities.clone()], 10);
        assert_eq!(shown(&municipalities, &masks[1]), ["900 900", "[c] [c]", "[c] [c]"]);
        let of_pairs = shown(&pairs, &masks[0]);
        assert_eq!(of_pairs, ["500 500", "400 400", "[c] [c]", "[c] [c]", "[c] [c]", "[c] [c]"]);
    }

    #[test]
    fn a_total_that_tells_of_a_masked_part_is_masked_too() {
        // All of X speak fi and all who speak sv live in A, so a total tells of either; and A·fi is 35 less X·fi.
        let municipalities = breakdown(&[(&["A"], &[25]), (&["X"], &[30]), (&["Y"], &[700])]);
        let pairs = breakdown(&[(&["A", "fi"], &[5]), (&["A", "sv"], &[20]), (&["X", "fi"], &[30])]);
        let masks = masks(&[municipalities.clone(), pairs.clone()], 10);
        assert_eq!(shown(&pairs, &masks[1]), ["[c] [c]", "[c] [c]", "[c] [c]"]);
        assert_eq!(shown(&municipalities, &masks[0]), ["[c] [c]", "[c] [c]", "700 700"]);
    }

    #[test]
    fn few_of_a_category_take_the_next_smallest_with_them() {
        assert_eq!(few(&[900, 100, 3, 1003], 10), [false, true, true, false]);
        assert_eq!(few(&[900, 100, 0, 1000], 10), [false; 4]);
        assert_eq!(few(&[4, 2, 0, 6], 10), [true; 4]);
    }

    #[test]
    fn a_small_category_takes_another_of_its_group_and_one_of_its_category_with_it() {
        let breakdown = breakdown(&[(&["a"], &[900, 100, 3]), (&["b"], &[500, 200, 20]), (&["c"], &[300, 90, 40])]);
        assert_eq!(shown(&breakdown, &mask(&breakdown, 10)), ["900 [c] [c] 1003", "500 200 20 720", "300 [c] [c] 430"]);
    }

    #[test]
    fn a_pair_is_masked_along_both_dimensions() {
        let breakdown = breakdown(&[
            (&["young", "east"], &[4]),
            (&["young", "north"], &[30]),
            (&["young", "west"], &[40]),
            (&["old", "east"], &[70]),
            (&["old", "north"], &[60]),
            (&["old", "west"], &[50]),
        ]);
        let shown = shown(&breakdown, &mask(&breakdown, 10));
        assert_eq!(shown, ["[c] [c]", "[c] [c]", "40 40", "[c] [c]", "[c] [c]", "50 50"]);
    }

    #[test]
    fn a_feature_that_few_have_is_masked_too() {
        let breakdown = breakdown(&[(&["a"], &[900, 18]), (&["b"], &[500, 40])]);
        let mask = mask(&breakdown, 10);
        assert_eq!(mask.hidden, [[false; 3]; 2]);
        // Nine have the feature in the second category of a; the rest follows from the totals.
        let of_feature = mask.of_feature(&breakdown, 0, 10);
        assert_eq!(of_feature.hidden, [[true, true, false], [true, true, false]]);
    }

    /// A pair's groups: for each combination of values the customers by category.
    fn pairs() -> impl Strategy<Value = Breakdown> {
        let count = || prop_oneof![Just(0u64), 1..12u64, 10..200u64];
        prop::collection::vec(prop::collection::vec(count(), 3), 16).prop_map(|cells| {
            let names: Vec<[String; 2]> = (0..16).map(|at| [format!("r{}", at / 4), format!("c{}", at % 4)]).collect();
            let names: Vec<[&str; 2]> = names.iter().map(|[one, other]| [one.as_str(), other.as_str()]).collect();
            let some = names.iter().zip(&cells).filter(|(_, counts)| counts.iter().sum::<u64>() > 0);
            let groups: Vec<(&[&str], &[u64])> =
                some.map(|(names, counts)| (names.as_slice(), counts.as_slice())).collect();
            if groups.is_empty() { breakdown(&[(&["r0", "c0"], &[1, 1, 1])]) } else { breakdown(&groups) }
        })
    }

    /// The customers of a pair by one of its dimensions.
    fn by_one(pair: &Breakdown, dimension: usize) -> Breakdown {
        let mut groups: BTreeMap<Option<String>, Vec<u64>> = BTreeMap::new();
        for group in &pair.groups {
            let counts = group.categories.iter().map(|figures| figures.customers);
            let sums = groups.entry(group.values[dimension].clone()).or_insert_with(|| vec![0; group.categories.len()]);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        let group = |(value, counts): (Option<String>, Vec<u64>)| Group {
            values: vec![value],
            categories: counts.into_iter().map(figures).collect(),
        };
        let dimensions = vec![pair.dimensions[dimension].clone()];
        Breakdown { dimensions, groups: groups.into_iter().map(group).collect() }
    }

    /// Holds that of the parts of a shown total none are masked, or at least two who are many enough together.
    fn assert_protected(parts: &[(u64, bool)]) -> Result<(), TestCaseError> {
        let masked: Vec<u64> = parts.iter().filter(|(_, hidden)| *hidden).map(|(count, _)| *count).collect();
        prop_assert!(masked.is_empty() || masked.len() > 1 && masked.iter().sum::<u64>() >= 10, "{:?}", parts);
        Ok(())
    }

    proptest! {
        #[test]
        fn nothing_masked_follows_from_what_is_shown_by_one_subtraction(pair in pairs()) {
            let breakdowns = [by_one(&pair, 0), by_one(&pair, 1), pair];
            let masks = masks(&breakdowns, 10);
            let cell = |at: usize, group: usize, category: usize| {
                (breakdowns[at].groups[group].categories[category].customers, masks[at].hidden[group][category])
            };
            for (at, breakdown) in breakdowns.iter().enumerate() {
                for group in 0..breakdown.groups.len() {
                    let categories: Vec<(u64, bool)> = (0..4).map(|category| cell(at, group, category)).collect();
                    prop_assert!(categories.iter().all(|(count, hidden)| *hidden || !(1..10).contains(count)));
                    match categories[3] {
                        (_, true) => prop_assert!(categories.iter().all(|(_, hidden)| *hidden)),
                        (_, false) => assert_protected(&categories[..3])?,
                    }
                }
            }
            for category in 0..4 {
                for (at, single) in breakdowns[..2].iter().enumerate() {
                    // All in a category are shown, however few; then each of its cells is masked.
                    let groups: Vec<_> = (0..single.groups.len()).map(|group| cell(at, group, category)).collect();
                    if !groups.iter().all(|(_, hidden)| *hidden) {
                        assert_protected(&groups)?;
                    }
                    for (place, group) in single.groups.iter().enumerate() {
                        let pairs = breakdowns[2].groups.iter().enumerate();
                        let pairs = pairs.filter(|(_, pair)| pair.values[at] == group.values[0]);
                        let parts: Vec<_> = pairs.map(|(pair, _)| cell(2, pair, category)).collect();
                        match cell(at, place, category) {
                            (_, true) => prop_assert!(parts.iter().all(|(_, hidden)| *hidden)),
                            (_, false) => assert_protected(&parts)?,
                        }
                    }
                }
            }
        }

        #[test]
        fn nothing_is_masked_where_all_are_many(
            counts in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0u64), 10..200u64], 3), 1..9),
        ) {
            let groups: Vec<(&[&str], &[u64])> = counts.iter().map(|counts| (&["a"][..], counts.as_slice())).collect();
            let breakdown = breakdown(&groups);
            prop_assert!(mask(&breakdown, 10).hidden.iter().flatten().all(|hidden| !hidden));
        }
    }
}
