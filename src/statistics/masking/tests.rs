//! What is masked, on small breakdowns and on any.

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
        age_adjusted: None,
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
    groups.map(|(group, hidden)| group.categories.iter().zip(hidden).map(cell).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_small_group_takes_the_next_smallest_with_it() {
    let breakdown = breakdown(&[(&["a"], &[900, 100]), (&["b"], &[5, 2]), (&["c"], &[30, 20]), (&["d"], &[80, 90])]);
    assert_eq!(shown(&breakdown, &mask(&breakdown, 10)), ["900 100 1000", "[c] [c] [c]", "[c] [c] [c]", "80 90 170"]);
    // The categories' lines too: 35 and 22 are too few, so a third is masked of each, and both are of one group.
    assert_eq!(shown(&breakdown, &mask(&breakdown, 40)), ["900 100 1000", "[c] [c] [c]", "[c] [c] [c]", "[c] [c] 170"]);
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

/// Two categories and the absence, row by row; `c` for what is masked.
fn moves(counts: &[u64], states: usize) -> Vec<String> {
    let mask = few_moves(counts, states, 10);
    let cell = |(count, hidden): (&u64, &bool)| if *hidden { "c".to_owned() } else { count.to_string() };
    let cells: Vec<String> = counts.iter().zip(&mask.moves).map(cell).collect();
    cells.chunks(states).map(|row| row.join(" ")).collect()
}

#[test]
fn few_newcomers_take_moves_with_them_but_not_those_who_stayed() {
    let counts = [13_245, 1_590, 271, 181, 1_563, 440, 219, 58, 280, 132, 1_478, 24, 238, 12, 4, 0];
    assert_eq!(moves(&counts, 4), ["13245 1590 271 181", "c 440 c 58", "280 132 1478 24", "c 12 c 0"]);
    let mask = few_moves(&counts, 4, 10);
    assert!(!mask.stayed && mask.from == [false; 4] && mask.to == [false; 4]);
    // Who is absent on both days counts for nothing.
    let with_absent: Vec<u64> = counts[..15].iter().copied().chain([7]).collect();
    assert_eq!(few_moves(&with_absent, 4, 10), mask);
    assert!(!few_moves(&[500, 20, 0, 30, 700, 0, 0, 0, 0], 3, 10).moves.contains(&true));
}

#[test]
fn few_who_came_hide_how_many_left_too_since_the_populations_are_known() {
    let mask = few_moves(&[500, 40, 30, 50, 400, 20, 3, 2, 0], 3, 10);
    assert!(mask.from[2] && mask.to[2], "{mask:?}");
    assert!([2, 5, 6, 7].iter().all(|cell| mask.moves[*cell]), "{mask:?}");
}

proptest! {
    #[test]
    fn no_move_of_few_follows_from_a_total(
        counts in prop::collection::vec(prop_oneof![Just(0u64), 1..12u64, 10..200u64], 9),
    ) {
        let counts: Vec<u64> = counts[..8].iter().copied().chain([0]).collect();
        let mask = few_moves(&counts, 3, 10);
        let rows = (0..3).map(|at| ([0, 1, 2].map(|other| at * 3 + other).to_vec(), mask.from[at]));
        let columns = (0..3).map(|at| ([0, 1, 2].map(|other| other * 3 + at).to_vec(), mask.to[at]));
        for (parts, total_hidden) in rows.chain(columns).chain([(vec![0, 4], mask.stayed)]) {
            let hidden: Vec<u64> = parts.iter().filter(|cell| mask.moves[**cell]).map(|cell| counts[*cell]).collect();
            prop_assert!(parts.iter().all(|cell| mask.moves[*cell] || !(1..10).contains(&counts[*cell])));
            let is_safe = total_hidden || hidden.is_empty() || (hidden.len() > 1 && hidden.iter().sum::<u64>() >= 10);
            prop_assert!(is_safe, "{:?} {:?}", counts, mask);
            prop_assert!(!total_hidden || hidden.len() == parts.len());
        }
    }
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
        age_adjusted: None,
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
