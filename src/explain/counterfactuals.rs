//! What would have led elsewhere: for each other category the smallest change of one feature.
//!
//! Features are taken as independent inputs: one of the catalogue is changed, all others of the catalogue stay, and
//! what the configuration derives from them follows. (So `contacts` may change while `contacts_per_year` stays, as
//! one customer's would not; its formulas are not run backwards.)
//!
//! Conditions can be any expression, so no threshold is solved for. The rules themselves are evaluated: first at
//! the grid of each feature's [`SearchGrid`], then, between two neighbours that lead to different categories, by halving
//! down to one step. Every change that is proposed has therefore been tried.

use polars::prelude::*;

use super::search_grid::SearchGrid;
use crate::rules::RuleSet;
use crate::schema::features::At;

/// A change of one feature that leads to another category.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counterfactual {
    /// The category that it leads to.
    pub category: usize,
    /// The rule that decides then.
    pub rule: u16,
    /// The feature's place in the catalogue.
    pub feature: At,
    /// Its value now.
    pub from: f64,
    /// The nearest value that leads there.
    pub to: f64,
    /// The change in standard deviations of the feature over all customers.
    pub distance_sd: f64,
}

/// The search for one feature's change in one direction, for one row and one category.
struct Search {
    row: usize,
    category: usize,
    /// The last step known not to lead there.
    outside: i64,
    /// The nearest step known to lead there, and the rule that decides at it.
    inside: i64,
    rule: u16,
}

/// For each row of a frame with the features that rules name, and each category: the smallest change of one feature that
/// leads there; `None` for the row's own category and for one that no such change leads to.
///
/// Of changes that are as small, the first in the order of the catalogue counts, and the one downwards.
///
/// # Errors
/// A feature is not in the frame, or has another type than the catalogue gives it.
pub fn counterfactuals(
    rules: &RuleSet,
    grids: &[SearchGrid],
    features: &DataFrame,
) -> PolarsResult<Vec<Vec<Option<Counterfactual>>>> {
    let names = rules.named_features().into_iter().map(|at| at.feature().name);
    let base = features.select(names)?;
    // As many rows at a time as can be tried at every step of a grid in reasonable memory.
    let longest = grids.iter().map(|grid| grid.marks.len()).max().unwrap_or_default();
    let chunk = (ROWS_TRIED / longest.max(1)).max(1);
    let mut found = Vec::with_capacity(base.height());
    for first in (0..base.height()).step_by(chunk) {
        found.extend(of_chunk(rules, grids, &base.slice(first as i64, chunk))?);
    }
    Ok(found)
}

/// Rows that are tried at once.
const ROWS_TRIED: usize = 500_000;

fn of_chunk(rules: &RuleSet, grids: &[SearchGrid], base: &DataFrame) -> PolarsResult<Vec<Vec<Option<Counterfactual>>>> {
    let own: Vec<usize> = rules.label(base.clone())?.into_iter().map(|rule| rules.category_of(rule)).collect();
    let mut best = vec![vec![None; rules.categories.len()]; base.height()];
    for grid in grids.iter().filter(|grid| base.column(grid.feature.feature().name).is_ok()) {
        let trials = Trials { rules, grid, base };
        let current = trials.current()?;
        let mut searches = trials.coarse(&current, &own)?;
        trials.refine(&mut searches)?;
        for search in searches {
            let Some(from) = current[search.row] else { continue };
            let to = grid.value(search.inside);
            let distance_sd = (to - from).abs() / grid.sd;
            let kept: &mut Option<Counterfactual> = &mut best[search.row][search.category];
            if kept.is_none_or(|kept| distance_sd < kept.distance_sd) {
                let (category, rule, feature) = (search.category, search.rule, grid.feature);
                *kept = Some(Counterfactual { category, rule, feature, from, to, distance_sd });
            }
        }
    }
    Ok(best)
}

/// The rows of a frame under rules, with one feature at other values.
struct Trials<'a> {
    rules: &'a RuleSet,
    grid: &'a SearchGrid,
    base: &'a DataFrame,
}

impl Trials<'_> {
    /// The feature's values, row by row.
    fn current(&self) -> PolarsResult<Vec<Option<f64>>> {
        Ok(self.base.column(self.grid.feature.feature().name)?.cast(&DataType::Float64)?.f64()?.iter().collect())
    }

    /// The rules of these rows, with the feature at these steps instead.
    fn tried(&self, rows: Vec<IdxSize>, steps: &[i64]) -> PolarsResult<Vec<u16>> {
        let name: PlSmallStr = self.grid.feature.feature().name.into();
        let changed = if self.grid.is_count() {
            Column::new(name, steps)
        } else {
            Column::new(name, steps.iter().map(|step| self.grid.value(*step)).collect::<Vec<f64>>())
        };
        let mut frame = self.base.take(&IdxCa::from_vec("row".into(), rows))?;
        frame.with_column(changed)?;
        self.rules.label(frame)
    }

    /// Tries the grid: for each row, direction and category the nearest step of the grid that leads there.
    fn coarse(&self, current: &[Option<f64>], own: &[usize]) -> PolarsResult<Vec<Search>> {
        let (grid, marks) = (self.grid, &self.grid.marks);
        let height = self.base.height();
        let rows = (0..height as IdxSize).flat_map(|row| std::iter::repeat_n(row, marks.len())).collect();
        let found = self.tried(rows, &marks.repeat(height))?;
        let mut searches = Vec::new();
        for (row, value) in current.iter().enumerate() {
            let Some(value) = value else { continue };
            let labels = &found[row * marks.len()..][..marks.len()];
            let (below, above) = grid.around(*value);
            // Downwards from the value, then upwards; the value itself is outside every other category.
            let split = marks.partition_point(|step| grid.value(*step) < *value);
            let mut walk = |start: i64, steps: &mut dyn Iterator<Item = usize>| {
                let mut met = vec![false; self.rules.categories.len()];
                met[own[row]] = true;
                let mut outside = start;
                for at in steps {
                    let (step, rule) = (marks[at], labels[at]);
                    let category = self.rules.category_of(rule);
                    if !std::mem::replace(&mut met[category], true) {
                        searches.push(Search { row, category, outside, inside: step, rule });
                    }
                    outside = step;
                }
            };
            walk(above, &mut (0..split).rev());
            walk(below, &mut (split..marks.len()));
        }
        Ok(searches)
    }

    /// Halves the way between outside and inside until one step is left.
    fn refine(&self, searches: &mut [Search]) -> PolarsResult<()> {
        loop {
            let is_open = |search: &&mut Search| search.inside.abs_diff(search.outside) > 1;
            let mut open: Vec<&mut Search> = searches.iter_mut().filter(is_open).collect();
            if open.is_empty() {
                return Ok(());
            }
            let middle = |search: &&mut Search| search.outside + (search.inside - search.outside) / 2;
            let rows = open.iter().map(|search| search.row as IdxSize).collect();
            let steps: Vec<i64> = open.iter().map(middle).collect();
            let found = self.tried(rows, &steps)?;
            for ((search, step), rule) in open.iter_mut().zip(steps).zip(found) {
                if self.rules.category_of(rule) == search.category {
                    (search.inside, search.rule) = (step, rule);
                } else {
                    search.outside = step;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunPlan;
    use crate::config::tests::plan_of;
    use crate::explain::FeatureScale;

    /// The change of one customer that leads to `support` by a rule: feature, value, standard deviations. Every feature
    /// scales from 0 to 1,000 with a standard deviation of 2.
    fn change(when: &str, customer: &[(&str, Option<f64>)]) -> Option<(&'static str, f64, f64)> {
        let text = format!(
            "[[derived_features]]\nname = \"each\"\nexpression = \"paid_eur / payments\"\n\
             [[rules]]\nname = \"r\"\ncategory = \"support\"\nwhen = \"{when}\"\n"
        );
        let RunPlan { customers: rules, window, .. } = plan_of(&text);
        let scale = FeatureScale { sd: 2.0, min: 0.0, max: 1_000.0 };
        let grids: Vec<SearchGrid> =
            rules.named_features().into_iter().filter_map(|at| SearchGrid::new(at, scale, &rules, &window)).collect();
        let column = |at: At| {
            let feature = at.feature();
            let value = customer.iter().find(|(name, _)| *name == feature.name).map_or(Some(0.0), |(_, value)| *value);
            let dtype = if grids.iter().any(|grid| grid.feature == at && grid.is_count()) {
                DataType::Int64
            } else {
                DataType::Float64
            };
            Column::new(feature.name.into(), [value]).cast(&dtype).unwrap()
        };
        let frame = DataFrame::new(1, rules.named_features().into_iter().map(column).collect()).unwrap();
        let found = counterfactuals(&rules, &grids, &frame).unwrap();
        let thousandths = |distance: f64| (distance * 1_000.0).round() / 1_000.0;
        found[0][2].map(|change| (change.feature.feature().name, change.to, thousandths(change.distance_sd)))
    }

    #[test]
    fn the_smallest_change_is_found_through_arithmetic() {
        let customer = [("paid_eur", Some(100.0)), ("payments", Some(3.0))];
        assert_eq!(change("each > 50", &customer), Some(("payments", 1.0, 1.0)));
        assert_eq!(change("each > 50 AND payments = 3", &customer), Some(("paid_eur", 150.01, 25.005)));
        assert_eq!(change("each * each > 1155.56 AND payments = 3", &customer), Some(("paid_eur", 101.99, 0.995)));
    }

    #[test]
    fn of_changes_as_small_the_one_downwards_and_the_first_feature_count() {
        assert_eq!(change("contacts <> 5", &[("contacts", Some(5.0))]), Some(("contacts", 4.0, 0.5)));
        let both = [("contacts", Some(3.0)), ("applications", Some(3.0))];
        assert_eq!(change("applications > 4 OR contacts > 4", &both), Some(("contacts", 5.0, 1.0)));
        assert_eq!(change("applications > 3 OR contacts > 4", &both), Some(("applications", 4.0, 0.5)));
    }

    #[test]
    fn what_cannot_be_is_not_proposed_and_what_is_missing_stays_so() {
        assert_eq!(change("last_resort_months > 12 OR contacts < 0", &[]), None);
        assert_eq!(change("age > 70", &[("age", None)]), None);
        assert_eq!(change("contacts >= 1 AND applications >= 1", &[]), None);
        // A single value among a thousand.
        assert_eq!(change("contacts IN (777)", &[]), Some(("contacts", 777.0, 388.5)));
    }
}
