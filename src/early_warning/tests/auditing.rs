//! The audit, held against customers one by one.

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
