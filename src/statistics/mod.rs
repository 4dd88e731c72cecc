//! Shares and figures per category and overall (METHOD section 6).
//!
//! In: labelled feature tables, in any order. Out: one [`CategoryFigures`] per category in the configured order,
//! then `all`.

mod breakdowns;
mod cells;
mod distribution;
mod grouping;
mod masking;
mod sparse;

pub use breakdowns::{Breakdown, Group, GroupFigures, MeanMedian, TooManyGroups};
pub use distribution::{Distribution, FeatureFigures, PROBABILITIES, Total};
pub use grouping::{Grouping, MOST_GROUPS};
pub use masking::{Mask, few, masks};

use rayon::prelude::*;

use self::sparse::{SparseColumn, SparseTable};
use crate::extract::METHODS;
use crate::features::catalogue::At;
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

/// The figures of one category, or of all.
#[derive(Debug, Clone)]
pub struct CategoryFigures {
    /// The category's name, or `all`.
    pub name: String,
    /// Customers in it.
    pub customers: u64,
    /// METHOD section 6's summary figures, in its order; what is missing is NaN.
    pub summary: Summary,
    /// The figures of each feature, derived ones last.
    pub features: Vec<FeatureFigures>,
}

/// The summary figures of a category.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Per cent of the population.
    pub share_pct: f64,
    /// Σ contacts / Σ observed years.
    pub contacts_per_year: f64,
    /// Mean over customers who have it, minutes.
    pub handling_minutes_per_application: f64,
    /// Σ minutes / Σ handled applications, minutes.
    pub handling_minutes_pooled: f64,
    /// Per cent of applications by canonical method.
    pub applications_pct: [f64; METHODS.len()],
    /// Per cent of applications that an employer filed.
    pub applications_by_employer_pct: f64,
    /// Per cent of applications that another authority or an association filed.
    pub applications_by_partner_pct: f64,
}

impl Summary {
    /// The names of the summary's columns.
    pub fn columns() -> Vec<String> {
        let mut names: Vec<String> =
            ["share_pct", "contacts_per_year", "handling_minutes_per_application", "handling_minutes_pooled"]
                .map(str::to_owned)
                .into();
        names.extend(METHODS.iter().map(|method| format!("applications_{method}_pct")));
        names.extend(["applications_by_employer_pct", "applications_by_partner_pct"].map(str::to_owned));
        names
    }

    /// The values, in the order of [`Summary::columns`].
    pub fn values(&self) -> Vec<f64> {
        let mut values = vec![
            self.share_pct,
            self.contacts_per_year,
            self.handling_minutes_per_application,
            self.handling_minutes_pooled,
        ];
        values.extend(self.applications_pct);
        values.extend(self.filed_pct());
        values
    }

    /// Per cent of applications that an employer filed, and that a partner did.
    pub fn filed_pct(&self) -> [f64; 2] {
        [self.applications_by_employer_pct, self.applications_by_partner_pct]
    }

    /// Of so many of the population, from the sums and means of their features.
    fn new(customers: u64, population: u64, sum: impl Fn(At) -> f64, mean: impl Fn(At) -> f64) -> Self {
        let of_applications = |at| ratio(100.0 * sum(at), sum(At::applications));
        let methods = [
            At::applications_paper,
            At::applications_oral,
            At::applications_on_behalf,
            At::applications_online,
            At::applications_other,
        ];
        Summary {
            share_pct: ratio(100.0 * customers as f64, population as f64),
            contacts_per_year: ratio(sum(At::contacts), sum(At::observed_years)),
            handling_minutes_per_application: mean(At::handling_minutes_per_application),
            handling_minutes_pooled: ratio(sum(At::handling_minutes), sum(At::handled_applications)),
            applications_pct: methods.map(of_applications),
            applications_by_employer_pct: of_applications(At::applications_by_employer),
            applications_by_partner_pct: of_applications(At::applications_by_partner),
        }
    }
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

    /// The figures per category in their order, then of all; `columns` are those of an empty table, for the case
    /// that there is no customer at all.
    pub fn figures(&self, names: &[String], columns: &[FeatureColumn]) -> Vec<CategoryFigures> {
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
        names
            .zip(customers)
            .enumerate()
            .map(|(at, (name, customers))| {
                let features: Vec<FeatureFigures> = by_feature.iter().map(|of_feature| of_feature[at]).collect();
                let of = |at: At| features.get(at as usize);
                let summary = Summary::new(
                    customers,
                    population,
                    |at| of(at).map_or(f64::NAN, |figures| figures.sum.double()),
                    |at| of(at).map_or(f64::NAN, |figures| figures.mean),
                );
                CategoryFigures { name: name.to_owned(), customers, summary, features }
            })
            .collect()
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
