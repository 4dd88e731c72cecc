//! The audit, held against customers one by one.

use super::super::fitting::Fitter;
use super::super::scores::Scorer;
use super::super::{AUDIT_CAPACITY_PCT, AuditGroups, fit};
use super::*;
use crate::statistics::Grouping;

#[test]
fn groups_share_out_what_is_found_in_all() {
    let samples = planted(12_000, 6, 2, 41);
    let grouping = Grouping {
        name: "region".to_owned(),
        values: vec![Some("north".to_owned()), Some("south".to_owned()), Some("tiny".to_owned()), None],
        of: (0..12_000).map(|customer| if customer < 60 { 2 } else { [0, 0, 1, 3][customer % 4] }).collect(),
    };
    let groups = AuditGroups { dimensions: vec![grouping], age_groups: vec![18, 65] };
    let (_, backtest) = fit(&samples, &settings(2, 1.0), &groups, 2).unwrap();
    let names: Vec<(&str, &str)> =
        backtest.audit.iter().map(|group| (group.dimension.as_str(), group.group.as_str())).collect();
    let ages = ["<18", "18-64", "65+", ""].map(|group| ("age_group", group));
    assert_eq!(names, [&[("region", "north"), ("region", "south"), ("region", "")][..], &ages].concat());

    let model = &backtest.together.model;
    let found = model.capacities.iter().find(|capacity| capacity.capacity_pct == AUDIT_CAPACITY_PCT).unwrap();
    let of_ages = |value: &dyn Fn(&super::super::AuditedGroup) -> f64| {
        backtest.audit.iter().filter(|group| group.dimension == "age_group").map(value).sum::<f64>()
    };
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    close(of_ages(&|group| group.rows as f64), model.rows as f64);
    close(of_ages(&|group| group.outcomes as f64), model.outcomes as f64);
    close(of_ages(&|group| group.found), found.found);
    close(of_ages(&|group| group.false_alarms), found.looked_at as f64 - found.found);
    close(of_ages(&|group| group.expected), model.expected);

    // Without an age are those whose number is divisible by 11; the figures that need no score are counted here.
    let without_age = backtest.audit.last().unwrap();
    let tested = samples.dates[4..].iter().flat_map(|date| date.dates_until.iter().step_by(11));
    assert_eq!(without_age.rows, 2 * 12_000u64.div_ceil(11));
    assert_eq!(without_age.outcomes, tested.filter(|until| **until > 0).count() as u64);
}

#[test]
fn of_equal_scores_at_the_edge_a_group_has_its_expected_share() {
    let samples = planted(6_000, 5, 2, 43);
    let groups = AuditGroups { dimensions: vec![], age_groups: vec![45] };
    let (_, backtest) = fit(&samples, &settings(2, 1.0), &groups, 1).unwrap();
    // The one test, by hand: who looks at 300 in the order of scores, those with equal scores in random order.
    let date = &samples.dates[4];
    let scorecard = Fitter::new(&samples, &settings(2, 1.0)).scorecard(1, 2).unwrap();
    let scores = Scorer::new(&scorecard.features).scores(date);
    let mut descending = scores.clone();
    descending.sort_unstable_by_key(|score| std::cmp::Reverse(*score));
    let edge = descending[299];
    let ahead = scores.iter().filter(|score| **score > edge).count();
    let share = (300 - ahead) as f64 / scores.iter().filter(|score| **score == edge).count() as f64;
    assert!(share > 0.0 && share < 1.0, "there is something to share");
    for group in &backtest.audit {
        let is_in = |row: &usize| match date.ages[*row] {
            u8::MAX => group.group.is_empty(),
            young if young < 45 => group.group == "<45",
            _ => group.group == "45+",
        };
        let (mut found, mut false_alarms, mut expected) = (0.0, 0.0, 0.0);
        for row in (0..scores.len()).filter(is_in) {
            let chance = if scores[row] > edge {
                1.0
            } else if scores[row] == edge {
                share
            } else {
                0.0
            };
            *if date.dates_until[row] > 0 { &mut found } else { &mut false_alarms } += chance;
            let band = scorecard.bands.iter().find(|band| band.lowest_score <= scores[row]);
            expected += band.or(scorecard.bands.last()).unwrap().risk_pct / 100.0;
        }
        for (told, by_hand) in [(group.found, found), (group.false_alarms, false_alarms), (group.expected, expected)] {
            assert!((told - by_hand).abs() < 1e-6, "{group:?}: {told} is not {by_hand}");
        }
    }
    assert_eq!(backtest.audit.len(), 2, "{:?}: too few are without an age", backtest.audit);
}
