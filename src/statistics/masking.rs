//! Which figures of a breakdown are shown to nobody, since so few customers are behind them.
//!
//! A group, or a category in a group, of fewer customers than a minimum can tell of persons. Masking it alone does
//! not help where a total is shown: it is what the others lack of the total. So in each *line*, which is what a
//! shown total adds up, nothing stays masked alone: the next smallest is masked with it. This is complementary cell
//! suppression (Hundepool et al., Statistical Disclosure Control, 2012, chapter 4), of lines one at a time.

use super::{Breakdown, GroupFigures};

/// What is masked of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// By group, then by category in the configured order, then of all: whether it is masked.
    pub hidden: Vec<Vec<bool>>,
}

impl Mask {
    /// What is to be masked of a breakdown, for groups of fewer than `min_group` customers.
    pub fn new(breakdown: &Breakdown, min_group: u32) -> Self {
        let customers = |at: &GroupFigures| at.customers;
        Masking::new(breakdown, customers, min_group).mask(None)
    }

    /// What is to be masked of one feature: this mask, and where fewer than `min_group` customers have the feature.
    pub fn of_feature(&self, breakdown: &Breakdown, feature: usize, min_group: u32) -> Self {
        let n = |at: &GroupFigures| at.features.get(feature).map_or(0, |middle| middle.n);
        Masking::new(breakdown, n, min_group).mask(Some(self))
    }
}

struct Masking {
    /// By group, then by category, then of all.
    counts: Vec<Vec<u64>>,
    /// The groups that a shown total adds up: all of a dimension, and of a pair those that share a value.
    lines: Vec<Vec<usize>>,
    min_group: u64,
    hidden: Vec<Vec<bool>>,
}

impl Masking {
    fn new(breakdown: &Breakdown, count: impl Fn(&GroupFigures) -> u64, min_group: u32) -> Self {
        let counts: Vec<Vec<u64>> =
            breakdown.groups.iter().map(|group| group.categories.iter().map(&count).collect()).collect();
        let hidden = counts.iter().map(|group| vec![false; group.len()]).collect();
        Masking { counts, lines: lines(breakdown), min_group: min_group.into(), hidden }
    }

    fn mask(mut self, masked: Option<&Mask>) -> Mask {
        if let Some(masked) = masked {
            self.hidden.clone_from(&masked.hidden);
        }
        self.mask_groups();
        self.mask_categories();
        Mask { hidden: self.hidden }
    }

    /// Whole groups that are small, and those that protect them.
    fn mask_groups(&mut self) {
        let totals: Vec<u64> = self.counts.iter().map(|counts| counts.last().copied().unwrap_or(0)).collect();
        let is_hidden = |(hidden, total): (&Vec<bool>, &u64)| {
            hidden.last().copied().unwrap_or(false) || (1..self.min_group).contains(total)
        };
        let mut hidden: Vec<bool> = self.hidden.iter().zip(&totals).map(is_hidden).collect();
        protect(&self.lines, &totals, &mut hidden);
        let groups = self.hidden.iter_mut().zip(hidden).filter(|(_, hidden)| *hidden);
        groups.for_each(|(group, _)| group.fill(true));
    }

    /// Categories of few customers in groups that are shown, and those that protect them.
    fn mask_categories(&mut self) {
        let width = self.counts.first().map_or(0, Vec::len);
        let categories = width.saturating_sub(1);
        let counts = self.counts.concat();
        let mut hidden = self.hidden.concat();
        for (count, hidden) in counts.iter().zip(&mut hidden) {
            *hidden |= (1..self.min_group).contains(count);
        }
        // The categories of a group, whose total is the group's; and one category in the groups of a line.
        let within = (0..self.counts.len()).map(|group| (group * width..group * width + categories).collect());
        let across = self.lines.iter().flat_map(|line| {
            (0..categories).map(move |category| line.iter().map(|group| group * width + category).collect())
        });
        let lines: Vec<Vec<usize>> = within.chain(across).collect();
        protect(&lines, &counts, &mut hidden);
        self.hidden = hidden.chunks(width.max(1)).map(<[bool]>::to_vec).collect();
    }
}

/// Hides more cells until no line has exactly one hidden: the smallest that has somebody, but rather one that protects
/// two lines at once. What is alone in its line stays so: its total is masked for the same reason.
fn protect(lines: &[Vec<usize>], counts: &[u64], hidden: &mut [bool]) {
    let mut lines_of = vec![Vec::new(); counts.len()];
    for (at, line) in lines.iter().enumerate() {
        line.iter().for_each(|cell| lines_of[*cell].push(at));
    }
    let mut hidden_in: Vec<usize> =
        lines.iter().map(|line| line.iter().filter(|cell| hidden[**cell]).count()).collect();
    let mut stable = false;
    while !stable {
        stable = true;
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.len() > 1) {
            if hidden_in[at] != 1 {
                continue;
            }
            let protects_two = |cell: usize| lines_of[cell].iter().any(|line| *line != at && hidden_in[*line] == 1);
            let shown = line.iter().copied().filter(|cell| !hidden[*cell]);
            let next = shown.min_by_key(|cell| (counts[*cell] == 0, !protects_two(*cell), counts[*cell]));
            if let Some(next) = next {
                hidden[next] = true;
                lines_of[next].iter().for_each(|line| hidden_in[*line] += 1);
                stable = false;
            }
        }
    }
}

/// The groups by the totals that other breakdowns show: that of everybody, or of a pair those of each dimension.
fn lines(breakdown: &Breakdown) -> Vec<Vec<usize>> {
    if breakdown.dimensions.len() < 2 {
        return vec![(0..breakdown.groups.len()).collect()];
    }
    let mut lines = std::collections::BTreeMap::new();
    for (group, figures) in breakdown.groups.iter().enumerate() {
        for (dimension, value) in figures.values.iter().enumerate() {
            lines.entry((dimension, value)).or_insert_with(Vec::new).push(group);
        }
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Group, Middle, Summary};
    use super::*;
    use proptest::prelude::*;

    fn figures(customers: u64) -> GroupFigures {
        let summary = Summary {
            share_pct: f64::NAN,
            contacts_per_year: f64::NAN,
            handling_minutes_per_application: f64::NAN,
            handling_minutes_pooled: f64::NAN,
            applications_pct: [f64::NAN; 5],
        };
        let middle = Middle { n: customers / 2, mean: f64::NAN, median: f64::NAN };
        GroupFigures { customers, summary, features: vec![middle] }
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
            shown(&breakdown, &Mask::new(&breakdown, 10)),
            ["900 100 1000", "[c] [c] [c]", "[c] [c] [c]", "80 90 170"]
        );
        // Two small ones protect each other.
        assert_eq!(
            shown(&breakdown, &Mask::new(&breakdown, 51)),
            ["900 100 1000", "[c] [c] [c]", "[c] [c] [c]", "80 90 170"]
        );
    }

    #[test]
    fn a_small_category_takes_another_of_its_group_and_one_of_its_category_with_it() {
        let breakdown = breakdown(&[(&["a"], &[900, 100, 3]), (&["b"], &[500, 200, 20]), (&["c"], &[300, 90, 40])]);
        let mask = Mask::new(&breakdown, 10);
        assert_eq!(shown(&breakdown, &mask), ["900 [c] [c] 1003", "500 200 20 720", "300 [c] [c] 430"]);
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
        let shown = shown(&breakdown, &Mask::new(&breakdown, 10));
        assert_eq!(shown, ["[c] [c]", "[c] [c]", "40 40", "[c] [c]", "[c] [c]", "50 50"]);
    }

    #[test]
    fn a_feature_that_few_have_is_masked_too() {
        let breakdown = breakdown(&[(&["a"], &[900, 18]), (&["b"], &[500, 40])]);
        let mask = Mask::new(&breakdown, 10);
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

    proptest! {
        #[test]
        fn nothing_masked_follows_from_what_is_shown_by_one_subtraction(pair in pairs(), single in any::<bool>()) {
            let mut breakdown = pair;
            if single {
                breakdown.dimensions.pop();
            }
            let mask = Mask::new(&breakdown, 10);
            for (group, hidden) in breakdown.groups.iter().zip(&mask.hidden) {
                for (figures, hidden) in group.categories.iter().zip(hidden) {
                    prop_assert!(*hidden || !(1..10).contains(&figures.customers));
                }
                // The categories and their total: none, or at least two of them, are masked.
                prop_assert_ne!(hidden.iter().filter(|hidden| **hidden).count(), 1);
            }
            for line in lines(&breakdown).iter().filter(|line| line.len() > 1) {
                for category in 0..4 {
                    let masked = line.iter().filter(|group| mask.hidden[**group][category]).count();
                    prop_assert_ne!(masked, 1);
                }
            }
        }

        #[test]
        fn nothing_is_masked_where_all_are_many(
            counts in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0u64), 10..200u64], 3), 1..9),
        ) {
            let groups: Vec<(&[&str], &[u64])> = counts.iter().map(|counts| (&["a"][..], counts.as_slice())).collect();
            let breakdown = breakdown(&groups);
            prop_assert!(Mask::new(&breakdown, 10).hidden.iter().flatten().all(|hidden| !hidden));
        }
    }
}
