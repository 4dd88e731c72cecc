//! Shares and figures per category and overall (`docs/method.md` sections 6 and 7).
//!
//! In: labelled feature tables, in any order. Out: one [`CategoryFigures`] per category in the configured order,
//! then `all`.

mod age_adjustment;
mod breakdowns;
mod cells;
mod concentration;
mod distribution;
mod grouping;
mod masking;
mod sequences;
mod sparse;

pub use age_adjustment::{Adjusted, AgeAdjusted};
pub use breakdowns::{Breakdown, Group, GroupFigures, MeanMedian, TooManyGroups};
pub use concentration::Concentration;
pub use distribution::{Distribution, FeatureFigures, Neumaier, PROBABILITIES, Total};
pub use grouping::{Grouping, MOST_GROUPS, age_group_names};
pub use masking::{Mask, MovesMask, few, few_moves, masks};
pub use sequences::{
    ABSENT, Duration, Durations, Mobility, Neighbour, PanelFigures, Sequences, Since, Spell, Transitions, spells,
};

use rayon::prelude::*;

use self::sparse::{SparseColumn, SparseTable};
use crate::features::{FeatureColumn, FeatureTable};
use crate::schema::Entity;
use crate::schema::features::At;
use crate::schema::figures::{FigureValues, Members};

/// The name of the row over all categories.
pub const ALL: &str = "all";

/// Gathers the features of customers by category.
#[derive(Debug, Clone)]
pub struct Accumulator {
    customers: Vec<u64>,
    /// By category, then by feature; made when the first table shows which features there are. Whole numbers are
    /// counted at once, the values of other features stay in the tables.
    distributions: Vec<Vec<Distribution>>,
    tables: Vec<SparseTable>,
    purpose: Purpose,
}

/// What is gathered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The figures of categories and features.
    Figures,
    /// Breakdowns besides: then the tables keep all features.
    Breakdowns,
    /// The figures of categories alone.
    Summaries,
}

/// The figures of one category, or of all.
#[derive(Debug, Clone)]
pub struct CategoryFigures {
    /// The category's name, or `all`.
    pub name: String,
    /// Customers, or employers, in it.
    pub customers: u64,
    /// The figures of its entity.
    pub figures: FigureValues,
    /// The figures of each feature, derived ones last.
    pub features: Vec<FeatureFigures>,
}

impl CategoryFigures {
    /// From the figures of its features; `all` is everybody: how many they are, and the figures of their features.
    fn new(
        entity: Entity,
        name: &str,
        customers: u64,
        features: Vec<FeatureFigures>,
        all: (u64, &[FeatureFigures]),
    ) -> Self {
        let of =
            |features: &[FeatureFigures], feature| entity.position(feature).and_then(|at| features.get(at)).copied();
        let sum = |features: &[FeatureFigures], at| of(features, at).map_or(f64::NAN, |figures| figures.sum.double());
        let mean = |features: &[FeatureFigures], at| of(features, at).map_or(f64::NAN, |figures| figures.mean);
        let own = Members { count: customers, sum: &|at: At| sum(&features, at), mean: &|at: At| mean(&features, at) };
        let everybody = Members { count: all.0, sum: &|at: At| sum(all.1, at), mean: &|at: At| mean(all.1, at) };
        let figures = FigureValues::compute(entity, &own, &everybody);
        CategoryFigures { name: name.to_owned(), customers, figures, features }
    }
}

impl Accumulator {
    /// For this many categories.
    pub fn new(categories: usize, purpose: Purpose) -> Self {
        let distributions = vec![Vec::new(); categories];
        Accumulator { customers: vec![0; categories], distributions, tables: Vec::new(), purpose }
    }

    /// Adds the customers of a table, each in its category.
    pub fn add(&mut self, table: FeatureTable, categories: &[usize]) {
        for category in categories {
            self.customers[*category] += 1;
        }
        self.shape(&table.columns);
        let entity = table.entity;
        let stays = |at: usize| match self.purpose {
            Purpose::Breakdowns => true,
            Purpose::Figures => concentration::needs(entity, at),
            Purpose::Summaries => false,
        };
        let mut table = SparseTable::new(self.needed_of(table), categories);
        for (at, column) in table.columns.iter_mut().enumerate().filter(|(_, column)| column.is_whole()) {
            let mut distributions: Vec<_> = self.distributions.iter_mut().map(|of| &mut of[at]).collect();
            column.add_to(&mut distributions, &table.categories);
            if !stays(at) {
                *column = SparseColumn::default();
            }
        }
        self.tables.push(table);
    }

    /// A table without the values that nobody will ask for.
    fn needed_of(&self, mut table: FeatureTable) -> FeatureTable {
        if self.purpose == Purpose::Summaries {
            let needed = summary_features(table.entity);
            for (_, column) in table.columns.iter_mut().enumerate().filter(|(at, _)| !needed.contains(at)) {
                *column = FeatureColumn::Ratios(Vec::new());
            }
        }
        table
    }

    fn shape(&mut self, columns: &[FeatureColumn]) {
        for distributions in &mut self.distributions {
            if distributions.is_empty() {
                distributions.extend(columns.iter().map(Distribution::like));
            }
        }
    }

    /// Adds what another has accumulated.
    pub fn merge(&mut self, mut other: Accumulator) {
        for (category, customers) in other.customers.into_iter().enumerate() {
            self.customers[category] += customers;
        }
        for (own, others) in self.distributions.iter_mut().zip(other.distributions) {
            if own.is_empty() {
                *own = others;
            } else {
                own.iter_mut().zip(&others).for_each(|(own, other)| own.merge(other));
            }
        }
        self.tables.append(&mut other.tables);
    }

    /// The figures per category in their order, then of all; `empty` is a table without rows, for the case that there
    /// is nobody at all.
    pub fn figures(&self, names: &[String], empty: &FeatureTable) -> Vec<CategoryFigures> {
        self.figures_of(names, empty, |_| true)
    }

    fn figures_of(
        &self,
        names: &[String],
        empty: &FeatureTable,
        is_needed: impl Fn(usize) -> bool + Sync,
    ) -> Vec<CategoryFigures> {
        let columns = &empty.columns;
        let population: u64 = self.customers.iter().sum();
        // One feature is one task: some take much longer than others.
        let by_feature: Vec<Vec<FeatureFigures>> = (0..columns.len())
            .into_par_iter()
            .with_max_len(1)
            .map(|feature| {
                let mut categories = match is_needed(feature) {
                    true => self.of_feature(feature, &columns[feature]),
                    false => vec![Distribution::like(&columns[feature]); self.customers.len()],
                };
                // Summed up one by one the categories are sorted, and all of them are sorted runs.
                let mut figures: Vec<FeatureFigures> = categories.iter_mut().map(Distribution::figures).collect();
                let mut all = categories.pop().unwrap_or_else(|| Distribution::like(&columns[feature]));
                categories.drain(..).for_each(|category| all.merge(&category));
                figures.push(all.figures());
                figures
            })
            .collect();
        let names = names.iter().map(String::as_str).chain([ALL]);
        let customers = self.customers.iter().copied().chain([population]);
        let features = |at: usize| by_feature.iter().map(|of_feature| of_feature[at]).collect::<Vec<FeatureFigures>>();
        let of_all = features(self.customers.len());
        let category = |(at, (name, customers)): (usize, (&str, u64))| {
            CategoryFigures::new(empty.entity, name, customers, features(at), (population, &of_all))
        };
        names.zip(customers).enumerate().map(category).collect()
    }

    /// The figures per category in their order, then of all, without those of features.
    pub fn summaries(&self, names: &[String], empty: &FeatureTable) -> Vec<CategoryFigures> {
        let needed = summary_features(empty.entity);
        let figures = self.figures_of(names, empty, |feature| needed.contains(&feature));
        figures.into_iter().map(|of| CategoryFigures { features: Vec::new(), ..of }).collect()
    }

    /// The distributions of one feature by category.
    fn of_feature(&self, feature: usize, like: &FeatureColumn) -> Vec<Distribution> {
        let own = |distributions: &Vec<Distribution>| distributions.get(feature).cloned();
        let mut distributions: Vec<Distribution> =
            self.distributions.iter().map(|of| own(of).unwrap_or_else(|| Distribution::like(like))).collect();
        if !matches!(like, FeatureColumn::Counts(_) | FeatureColumn::MaybeCounts(_)) {
            for table in &self.tables {
                table.columns[feature].add_to(&mut distributions.iter_mut().collect::<Vec<_>>(), &table.categories);
            }
        }
        distributions
    }

    /// How much of some totals falls to the customers with the most.
    pub fn concentration(&self) -> Vec<Concentration> {
        let mut tables: Vec<&SparseTable> = self.tables.iter().collect();
        tables.sort_unstable_by_key(|table| table.customers.first().copied());
        concentration::of_tables(&tables, self.customers.len())
    }

    /// The breakdowns by each of these lists of one or two dimensions, in their order, single ones adjusted for `ages`;
    /// and those that would have too many groups. Nothing is known for them unless they were wanted from the beginning.
    pub fn breakdowns(self, by: &[Vec<&Grouping>], ages: &Grouping) -> (Vec<Breakdown>, Vec<TooManyGroups>) {
        let tables = if self.purpose == Purpose::Breakdowns { self.tables } else { Vec::new() };
        breakdowns::of_tables(tables, by, ages, self.customers.len())
    }
}

/// The places of the features that an entity's figures are made of.
fn summary_features(entity: Entity) -> Vec<usize> {
    FigureValues::features(entity).into_iter().filter_map(|at| entity.position(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::figures::Figure;

    /// The figures of employers in two categories, `small` and `large`, from the features that summaries are made of.
    fn figures(employers: &[(usize, [i64; 6])]) -> Vec<CategoryFigures> {
        const SET: [At; 6] = [
            At::contacts,
            At::contact_channels,
            At::applications,
            At::applications_online,
            At::clarifications,
            At::active,
        ];
        let empty = FeatureTable::empty(Entity::Employer);
        let mut table = empty.clone();
        for (at, column) in Entity::Employer.features().iter().zip(&mut table.columns) {
            let of = SET.iter().position(|set| set == at);
            let values = employers.iter().map(|(_, values)| of.map_or(0, |of| values[of]));
            match column {
                FeatureColumn::Counts(counts) => counts.extend(values),
                FeatureColumn::MaybeCounts(counts) => counts.extend(values.map(Some)),
                FeatureColumn::Hundredths(exact) => exact.extend(values.map(i128::from)),
                FeatureColumn::Ratios(ratios) => ratios.extend(values.map(|_| f64::NAN)),
            }
        }
        table.customers = (0..employers.len() as u32).collect();
        let mut accumulator = Accumulator::new(2, Purpose::Figures);
        accumulator.add(table, &employers.iter().map(|(category, _)| *category).collect::<Vec<_>>());
        accumulator.figures(&["small", "large"].map(str::to_owned), &empty)
    }

    #[test]
    fn a_category_of_employers_is_summed_up_before_it_is_divided() {
        let found = figures(&[
            (0, [6, 3, 1, 0, 0, 1]),
            (0, [0, 0, 3, 3, 2, 1]),
            (0, [0, 0, 0, 0, 0, 0]),
            (1, [1, 1, 0, 0, 0, 1]),
        ]);
        let small = |figure| found[0].figures.get(figure);
        assert_eq!((found[0].customers, small(Figure::active)), (3, 2.0));
        assert_eq!(small(Figure::share_of_active_pct), 200.0 / 3.0);
        assert_eq!((small(Figure::contacts_per_application), small(Figure::channels_per_employer)), (1.5, 1.5));
        assert_eq!((small(Figure::online_pct), small(Figure::clarifications_per_application)), (75.0, 0.5));
        assert_eq!(small(Figure::applications_per_active), 2.0);
        let all = &found[2];
        assert_eq!((all.name.as_str(), all.customers), ("all", 4));
        assert_eq!(all.figures.get(Figure::share_of_active_pct), 100.0);
    }

    #[test]
    fn what_has_no_denominator_is_missing() {
        let only_inactive = &figures(&[(0, [0; 6]), (1, [1, 1, 0, 0, 0, 1])])[..2];
        let [small, large] = [&only_inactive[0].figures, &only_inactive[1].figures];
        // A category without active employers has no share of them; one without any employer has none to speak of.
        assert_eq!(small.get(Figure::share_of_active_pct), 0.0);
        assert!(small.iter().skip(2).all(|(_, ratio)| ratio.is_nan()));
        assert_eq!(large.get(Figure::share_of_active_pct), 100.0);
        assert_eq!((large.get(Figure::channels_per_employer), large.get(Figure::applications_per_active)), (1.0, 0.0));
        assert!(large.get(Figure::contacts_per_application).is_nan());
        let nobody = figures(&[(1, [0; 6])]);
        assert!(nobody[0].figures.iter().skip(1).all(|(_, ratio)| ratio.is_nan()));
        assert!(nobody[1].figures.get(Figure::share_of_active_pct).is_nan(), "nobody is active");
    }
}
