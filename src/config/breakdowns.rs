//! By what the figures are broken down: age groups, pairs of dimensions, and when a group is small.

use toml_edit::Value;

use super::model::{AGE_GROUP, Breakdowns};
use super::reader::{Reader, list};
use super::schema::Shape;
use crate::suggestion::help_for;

/// Nobody is older, so that no group needs a higher first age.
const OLDEST: u32 = 200;

/// The `[breakdowns]` table.
pub(super) fn read(root: &Reader, dimensions: &[String]) -> Breakdowns {
    root.section("breakdowns", |table| {
        let age_groups = age_groups(table);
        Breakdowns {
            pairs: pairs(table, dimensions, !age_groups.is_empty()),
            age_groups,
            min_group: table.whole("min_group", 1..=1_000_000).unwrap_or_default(),
        }
    })
}

fn age_groups(table: &Reader) -> Vec<u32> {
    let expected = "a list of ages from 0 to 200, such as [0, 18, 65]";
    let bounds = table.read("age_groups", Shape::Described(expected), |item| {
        list(item, |age| u32::try_from(age.as_integer()?).ok().filter(|age| *age <= OLDEST))
    });
    let bounds = bounds.unwrap_or_default();
    if let Some(step) = bounds.windows(2).find(|step| step[0] >= step[1]) {
        table.problem("age_groups", format!("the ages must rise, and {} does not follow {}", step[1], step[0]), None);
    }
    bounds
}

fn pairs(table: &Reader, dimensions: &[String], ages: bool) -> Vec<[String; 2]> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let pair = |value: &Value| {
        let names = value.as_array()?;
        (names.len() == 2).then_some(())?;
        Some([text(names.get(0)?)?, text(names.get(1)?)?])
    };
    let expected = "a list of pairs of dimensions, such as [[\"age_group\", \"municipality\"]]";
    let pairs = table.read("pairs", Shape::Described(expected), |item| list(item, pair));
    let pairs = pairs.unwrap_or_default();
    let known: Vec<&str> = dimensions.iter().map(String::as_str).chain(ages.then_some(AGE_GROUP)).collect();
    for (at, [one, other]) in pairs.iter().enumerate() {
        for name in [one, other].into_iter().filter(|name| !known.contains(&name.as_str())) {
            if name == AGE_GROUP {
                table.problem("pairs", format!("there is no `{AGE_GROUP}`, since age_groups is empty"), None);
            } else {
                table.problem("pairs", format!("there is no dimension `{name}`"), help_for(name, &known));
            }
        }
        let same = |[a, b]: &&[String; 2]| (a, b) == (one, other) || (a, b) == (other, one);
        if one == other {
            table.problem("pairs", format!("`{one}` is paired with itself"), None);
        } else if pairs[..at].iter().any(|earlier| same(&earlier)) {
            table.problem("pairs", format!("`{one}` and `{other}` are paired twice"), None);
        }
    }
    pairs
}
