//! The values that a feature could have instead: those that the run's customers have, and those that rules name.

use crate::calendar::Window;
use crate::rules::RuleSet;
use crate::schema::features::{At, FeatureType, ValueRange};

/// What a run says of one feature over all its customers, from `feature_statistics.csv`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeatureScale {
    /// The standard deviation; NaN where there is none.
    pub sd: f64,
    /// The least value; NaN where nobody has one.
    pub min: f64,
    /// The greatest value; NaN where nobody has one.
    pub max: f64,
}

/// The values that one feature is tried at: whole *steps*, of 1 for counts and of a hundredth for all else.
#[derive(Debug, Clone)]
pub struct SearchGrid {
    /// The feature.
    pub feature: At,
    /// The standard deviation over all customers, in which changes are measured.
    pub sd: f64,
    /// The values that are looked at first, in steps, ascending; between two of them that lead to different
    /// categories the place of the change is then searched.
    pub marks: Vec<i64>,
}

/// A grid of so many values is looked at value by value: all counts but a few extreme ones.
const FEW: i64 = 2_000;
/// From a larger one so many values are taken, evenly apart.
const SAMPLES: i64 = 256;
/// Beyond it doubles no longer tell hundredths apart.
const MOST_STEPS: f64 = 1e13;

impl SearchGrid {
    /// The grid of a feature; `None` if all customers are alike in it, so that no change can be measured.
    pub fn new(feature: At, scale: FeatureScale, rules: &RuleSet, window: &Window) -> Option<SearchGrid> {
        if !(scale.sd.is_finite() && scale.sd > 0.0) {
            return None;
        }
        let mut grid = SearchGrid { feature, sd: scale.sd, marks: Vec::new() };
        let (least, most) = possible(feature.feature().range, window);
        let numbers = rules.numbers_beside(feature.feature().name);
        // One step beyond what is named or seen: `> 4` asks for more than 4.
        let named = numbers.iter().flat_map(|number| {
            let step = grid.steps(*number);
            [step - 1, step, step + 1]
        });
        let seen = [scale.min, scale.max].map(|end| grid.steps(end));
        let mut marks: Vec<i64> = named.chain(seen).collect();
        let (least, most) = (grid.steps(least), grid.steps(most));
        // Zero is where most features begin, whether anybody is there or not.
        marks.push(0);
        marks.retain(|step| (least..=most).contains(step));
        let (Some(first), Some(last)) = (marks.iter().min().copied(), marks.iter().max().copied()) else {
            return Some(grid);
        };
        match last - first {
            length if length <= FEW => marks.extend(first..=last),
            length => marks.extend((0..SAMPLES).map(|sample| first + length / SAMPLES * sample)),
        }
        marks.sort_unstable();
        marks.dedup();
        grid.marks = marks;
        Some(grid)
    }

    /// Whether its values are whole numbers.
    pub fn is_count(&self) -> bool {
        self.feature.feature().feature_type == FeatureType::Count
    }

    fn steps_per_unit(&self) -> f64 {
        if self.is_count() { 1.0 } else { 100.0 }
    }

    /// The step that is nearest to a value.
    fn steps(&self, value: f64) -> i64 {
        (value * self.steps_per_unit()).clamp(-MOST_STEPS, MOST_STEPS).round() as i64
    }

    /// The value at a step.
    pub fn value(&self, step: i64) -> f64 {
        step as f64 / self.steps_per_unit()
    }

    /// The last step below a value or at it, and the first above it or at it.
    pub fn around(&self, value: f64) -> (i64, i64) {
        let nearest = self.steps(value);
        let at = self.value(nearest);
        match at.total_cmp(&value) {
            std::cmp::Ordering::Less => (nearest, nearest + 1),
            std::cmp::Ordering::Equal => (nearest, nearest),
            std::cmp::Ordering::Greater => (nearest - 1, nearest),
        }
    }
}

/// The least and the greatest value that a feature can have.
fn possible(range: ValueRange, window: &Window) -> (f64, f64) {
    let days = f64::from(window.as_of.0 - window.start.0 + 1);
    match range {
        ValueRange::NonNegative => (0.0, f64::INFINITY),
        ValueRange::Any => (f64::NEG_INFINITY, f64::INFINITY),
        ValueRange::DaysOfWindow => (0.0, days),
        ValueRange::MonthsOfWindow => (0.0, f64::from(window.months)),
        ValueRange::ObservedYears => {
            (f64::from(window.min_observed_days.max(1)) / days * f64::from(window.months) / 12.0, f64::INFINITY)
        }
        ValueRange::Age => (0.0, 120.0),
        ValueRange::Flag => (0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::plan_of;

    fn grid(feature: At, scale: FeatureScale, rule: &str) -> Option<SearchGrid> {
        let plan = plan_of(&format!("[[rules]]\nname = \"r\"\ncategory = \"support\"\nwhen = \"{rule}\"\n"));
        SearchGrid::new(feature, scale, &plan.customers, &plan.window)
    }

    #[test]
    fn few_values_are_all_tried_and_none_that_cannot_be() {
        let scale = FeatureScale { sd: 1.0, min: 2.0, max: 5.0 };
        let months = grid(At::last_resort_months, scale, "last_resort_months > 11").unwrap();
        assert_eq!(months.marks, (0..=12).collect::<Vec<_>>());
    }

    #[test]
    fn of_many_values_some_are_tried_and_all_that_rules_name() {
        let scale = FeatureScale { sd: 1.0, min: -3.5, max: 90_000.0 };
        let euros = grid(At::paid_eur, scale, "paid_eur > 1234.56 AND contacts > 7").unwrap();
        for step in [-350, 0, 123_455, 123_456, 123_457, 9_000_000] {
            assert!(euros.marks.contains(&step), "{step}");
        }
        assert!(euros.marks.len() < 300 && euros.marks.is_sorted());
    }

    #[test]
    fn where_all_are_alike_no_change_can_be_measured() {
        for sd in [0.0, f64::NAN] {
            assert!(grid(At::contacts, FeatureScale { sd, min: 1.0, max: 1.0 }, "contacts > 3").is_none());
        }
    }

    #[test]
    fn steps_around_a_value() {
        let scale = FeatureScale { sd: 1.0, min: 0.0, max: 1.0 };
        let years = grid(At::contacts_per_year, scale, "contacts_per_year > 3").unwrap();
        assert_eq!(years.around(0.29), (29, 29));
        assert_eq!(years.around(3.008), (300, 301));
        assert_eq!(years.around(-0.001), (-1, 0));
        assert_eq!(years.value(29), 0.29);
    }
}
