//! The breakdowns of a run: by which dimensions they are made, and of whom.

use super::Job;
use crate::config::Extract;
use crate::i18n::{Message, messages};
use crate::intake::Population;
use crate::statistics::{Accumulator, Breakdown, Grouping, MOST_GROUPS, TooManyGroups};

impl Job<'_> {
    /// Whether there is anything to break the figures down by.
    pub(super) fn has_breakdowns(&self) -> bool {
        !self.plan.dimensions.is_empty() || !self.plan.breakdowns.pairs.is_empty() || self.by_age()
    }

    /// Whether there is a breakdown by age: some source of the register has birth dates.
    fn by_age(&self) -> bool {
        let births = |plan: &crate::extract::Plan<'_>| {
            plan.columns.iter().any(|column| column.column == "birth_date" && column.read_from.is_some())
        };
        !self.plan.breakdowns.age_groups.is_empty() && self.input(Extract::Customers).is_some_and(births)
    }

    /// The breakdowns by each dimension, by age, and by the configured pairs; and what is to be said of those that
    /// have too many groups.
    pub(super) fn breakdowns(&self, gathered: Accumulator, population: &Population) -> (Vec<Breakdown>, Vec<Message>) {
        let settings = &self.plan.breakdowns;
        let mut too_many = Vec::new();
        let mut groupings = Vec::new();
        for dimension in &population.dimensions {
            match Grouping::by_dimension(dimension) {
                Ok(grouping) => groupings.push(grouping),
                Err(groups) => too_many.push(TooManyGroups { dimensions: vec![dimension.name.clone()], groups }),
            }
        }
        let ages = Grouping::by_age(&population.births, &settings.age_groups, &self.plan.window);
        let named = |name: &String| groupings.iter().chain([&ages]).find(|grouping| grouping.name == *name);
        let single = groupings.iter().chain(self.by_age().then_some(&ages));
        // A pair with a dimension of too many values is left out with it.
        let pairs = settings.pairs.iter().filter_map(|[one, other]| Some(vec![named(one)?, named(other)?]));
        let by: Vec<Vec<&Grouping>> = single.map(|grouping| vec![grouping]).chain(pairs).collect();
        let (breakdowns, more) = gathered.breakdowns(&by, &ages);
        too_many.extend(more);
        (breakdowns, too_many.iter().map(message).collect())
    }
}

fn message(TooManyGroups { dimensions, groups }: &TooManyGroups) -> Message {
    match &dimensions[..] {
        [first, second] => messages::too_many_pairs(first, second, *groups, MOST_GROUPS),
        alone => messages::too_many_groups(alone.concat().as_str(), *groups, MOST_GROUPS),
    }
}
