//! Which group every customer belongs to, by one dimension: what breakdowns are made by.

use rayon::prelude::*;

use crate::calendar::{Day, Window};
use crate::config::AGE_GROUP;
use crate::extract::batch::MISSING_DAY;
use crate::intake::{Dimension, NO_VALUE};

/// Most groups of one breakdown: a dimension of more values names places or persons, and not groups.
pub const MOST_GROUPS: usize = 5_000;

/// The customers by the values of one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// The dimension's name.
    pub name: String,
    /// The values in their order, the missing one last.
    pub values: Vec<Option<String>>,
    /// By customer number, the place of the value.
    pub of: Vec<u16>,
}

impl Grouping {
    /// By a dimension of the register, in bytewise order of its values.
    ///
    /// # Errors
    /// How many values there are, if they are more than [`MOST_GROUPS`].
    pub fn by_dimension(dimension: &Dimension) -> Result<Self, usize> {
        let count = dimension.values.len();
        if count > MOST_GROUPS {
            return Err(count);
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_unstable_by(|a, b| dimension.values[*a].cmp(&dimension.values[*b]));
        let mut rank = vec![count as u16; count];
        for (place, value) in order.iter().enumerate() {
            rank[*value] = place as u16;
        }
        let of = |place: &u32| if *place == NO_VALUE { count as u16 } else { rank[*place as usize] };
        Ok(Grouping {
            name: dimension.name.clone(),
            values: order.iter().map(|value| Some(dimension.values[*value].clone())).chain([None]).collect(),
            of: dimension.places.par_iter().map(of).collect(),
        })
    }

    /// By age on the last day of the window; `bounds` are the first ages of the groups, ascending.
    pub fn by_age(births: &[Day], bounds: &[u32], window: &Window) -> Self {
        let bounds: Vec<u32> = bounds.iter().copied().take(MOST_GROUPS).collect();
        let values = age_group_names(&bounds);
        let missing = values.len() as u16;
        let of = |birth: &Day| {
            if *birth == MISSING_DAY {
                return missing;
            }
            let age = window.age(*birth);
            bounds.partition_point(|bound| i64::from(*bound) <= age) as u16
        };
        Grouping {
            name: AGE_GROUP.to_owned(),
            values: values.into_iter().map(Some).chain([None]).collect(),
            of: births.par_iter().map(of).collect(),
        }
    }
}

/// The names of age groups by their first ages: `<18`, `18-64`, `65+` of 18 and 65.
pub fn age_group_names(bounds: &[u32]) -> Vec<String> {
    let below = bounds.first().map(|first| format!("<{first}"));
    let between = bounds.windows(2).map(|step| match (step[0], step[1] - 1) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}-{last}"),
    });
    below.into_iter().chain(between).chain(bounds.last().map(|last| format!("{last}+"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    #[test]
    fn ages_fall_into_the_group_whose_first_age_they_have_reached() {
        let window = Window::new(day("2025-12-31"), 12, None, 31, 30);
        let births = [day("2007-12-31"), day("2008-01-01"), day("1960-05-05"), MISSING_DAY, day("2026-02-02")];
        let grouping = Grouping::by_age(&births, &[18, 19, 65], &window);
        let names: Vec<&str> = grouping.values.iter().map(|value| value.as_deref().unwrap_or("")).collect();
        assert_eq!(names, ["<18", "18", "19-64", "65+", ""]);
        assert_eq!(grouping.of, [1, 0, 3, 4, 0]);
    }

    #[test]
    fn values_are_in_bytewise_order_and_the_missing_one_is_last() {
        let values = ["b", "å", "a"].map(str::to_owned).to_vec();
        let dimension = Dimension { name: "d".to_owned(), values, places: vec![0, NO_VALUE, 2, 1, 0] };
        let grouping = Grouping::by_dimension(&dimension).unwrap();
        assert_eq!(grouping.values, [Some("a".to_owned()), Some("b".to_owned()), Some("å".to_owned()), None]);
        assert_eq!(grouping.of, [1, 3, 0, 2, 1]);
    }

    #[test]
    fn a_dimension_of_ids_is_no_grouping() {
        let values: Vec<String> = (0..=MOST_GROUPS).map(|value| value.to_string()).collect();
        let dimension = Dimension { name: "d".to_owned(), values, places: vec![] };
        assert_eq!(Grouping::by_dimension(&dimension), Err(MOST_GROUPS + 1));
    }
}
