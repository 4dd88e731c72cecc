//! Shares and figures per category and overall (`docs/method.md` sections 6 and 7).
//!
//! In: labelled feature tables, in any order. Out: one [`CategoryFigures`] per category in the configured order,
//! then `all`.

mod breakdowns;
mod cells;
mod distribution;
mod grouping;
mod masking;
mod sparse;
mod summary;

pub use breakdowns::{Breakdown, Group, GroupFigures, MeanMedian, TooManyGroups};
pub use distribution::{Distribution, FeatureFigures, PROBABILITIES, Total};
pub use grouping::{Grouping, MOST_GROUPS};
pub use masking::{Mask, few, masks};
pub use summary::{EmployerSummary, Members, Summarize, Summary};

use rayon::prelude::*;

use self::sparse::{SparseColumn, SparseTable};
use crate::features::{FeatureColumn, FeatureTable};

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
    /// Whether breakdowns are wanted: then the tables keep all features.
    breakdowns: bool,
}

/// The figures of one category, or of all; `S` is the summary of its entity.
#[derive(Debug, Clone)]
pub struct CategoryFigures<S = Summary> {
    /// The category's name, or `all`.
    pub name: String,
    /// Customers, or employers, in it.
    pub customers: u64,
    /// The summary figures; what is missing is NaN.
    pub summary: S,
    /// The figures of each feature, derived ones last.
    pub features: Vec<FeatureFigures>,
}

/// A ratio; missing without a denominator.
pub(crate) fn ratio(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 { f64::NAN } else { numerator / denominator }
}

impl Accumulator {
    /// For this many categories, and for breakdowns if they are wanted.
    pub fn new(categories: usize, breakdowns: bool) -> Self {
        let distributions = vec![Vec::new(); categories];
        Accumulator { customers: vec![0; categories], distributions, tables: Vec::new(), breakdowns }
    }

    /// Adds the customers of a table, each in its category.
    pub fn add(&mut self, table: FeatureTable, categories: &[usize]) {
        for category in categories {
            self.customers[*category] += 1;
        }
        self.shape(&table.columns);
        let mut table = SparseTable::new(table, categories);
        for (at, column) in table.columns.iter_mut().enumerate().filter(|(_, column)| column.is_whole()) {
            let mut distributions: Vec<_> = self.distributions.iter_mut().map(|of| &mut of[at]).collect();
            column.add_to(&mut distributions, &table.categories);
            if !self.breakdowns {
                *column = SparseColumn::default();
            }
        }
        self.tables.push(table);
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
    pub fn figures<S: Summarize>(&self, names: &[String], empty: &FeatureTable) -> Vec<CategoryFigures<S>> {
        let columns = &empty.columns;
        let population: u64 = self.customers.iter().sum();
        // One feature is one task: some take much longer than others.
        let by_feature: Vec<Vec<FeatureFigures>> = (0..columns.len())
            .into_par_iter()
            .with_max_len(1)
            .map(|feature| {
                let mut categories = self.of_feature(feature, &columns[feature]);
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
        let all = Members { entity: empty.entity, customers: population, features: &of_all };
        let category = |(at, (name, customers)): (usize, (&str, u64))| {
            let features = features(at);
            let summary = S::summarize(Members { customers, features: &features, ..all }, all);
            CategoryFigures { name: name.to_owned(), customers, summary, features }
        };
        names.zip(customers).enumerate().map(category).collect()
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

    /// The breakdowns by each of these lists of one or two dimensions, in their order; and those that would have too
    /// many groups. Nothing is known for them unless they were wanted from the beginning.
    pub fn breakdowns(self, by: &[Vec<&Grouping>]) -> (Vec<Breakdown>, Vec<TooManyGroups>) {
        let tables = if self.breakdowns { self.tables } else { Vec::new() };
        breakdowns::of_tables(tables, by, self.customers.len())
    }
}
