//! Breakdowns: the figures of `docs/method.md` section 6 by the values of a dimension, or of a pair of them.
//!
//! When all labelled tables are there, each breakdown gives every customer the number of a *cell*, which is a group and
//! a category; then the features are summed up by cell, each by itself (`cells`).

use rayon::prelude::*;

use super::age_adjustment::{AgeAdjusted, CrossCounts, adjusted};
use super::cells::{Cells, Figures, by_cell};
use super::grouping::{Grouping, MOST_GROUPS};
use super::sparse::SparseTable;
use crate::schema::Entity;
use crate::schema::features::At;
use crate::schema::figures::{FigureValues, Members};

/// The figures by one dimension, or by a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// One dimension or two, by their names; `age_group` is one.
    pub dimensions: Vec<String>,
    /// The groups, in the order of their values (age groups by age), missing values last.
    pub groups: Vec<Group>,
}

/// The customers who share the values of a breakdown's dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// A value per dimension; `None` where it is missing.
    pub values: Vec<Option<String>>,
    /// Per category in the configured order, then of all. Shares are of the group's customers.
    pub categories: Vec<GroupFigures>,
    /// Held against everybody, age by age; `None` of pairs and of age groups themselves.
    pub age_adjusted: Option<AgeAdjusted>,
}

/// The figures of one category, or of all, in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFigures {
    /// Customers.
    pub customers: u64,
    /// The figures; shares are of the group's customers.
    pub figures: FigureValues,
    /// Of each feature, derived ones last.
    pub features: Vec<MeanMedian>,
}

/// Where the middle of a feature is. What is missing is NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanMedian {
    /// Customers who have the feature.
    pub n: u64,
    /// Mean.
    pub mean: f64,
    /// Median (type 7, as all quantiles).
    pub median: f64,
}

/// A breakdown that is not made, since it would have too many groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooManyGroups {
    /// Its dimensions.
    pub dimensions: Vec<String>,
    /// How many groups it would have.
    pub groups: usize,
}

/// The breakdowns by each of these lists of one or two dimensions, in their order, for so many categories, single ones
/// adjusted for age; and those that would have too many groups.
pub(super) fn of_tables(
    mut tables: Vec<SparseTable>,
    by: &[Vec<&Grouping>],
    ages: &Grouping,
    categories: usize,
) -> (Vec<Breakdown>, Vec<TooManyGroups>) {
    // Doubles are summed in the order of the customers.
    tables.sort_unstable_by_key(|table| table.customers.first().copied());
    let cells: Vec<Result<Cells, TooManyGroups>> =
        by.par_iter().map(|groupings| cells(&tables, groupings, categories)).collect();
    let (cells, too_many): (Vec<_>, Vec<_>) = cells.into_iter().partition(Result::is_ok);
    let cells: Vec<Cells> = cells.into_iter().flatten().collect();
    let features = tables.first().map_or(0, |table| table.columns.len());
    // By feature, breakdown and cell. One feature is one task: some take much longer than others.
    let figures: Vec<Vec<Vec<Figures>>> = (0..features)
        .into_par_iter()
        .with_max_len(1)
        .map(|feature| cells.iter().map(|cells| by_cell(&tables, feature, cells)).collect())
        .collect();
    let by_age = AgeCounts::new(&tables, ages, categories);
    let of = |(at, cells): (usize, &Cells)| {
        let of_feature: Vec<&[Figures]> = figures.iter().map(|breakdowns| breakdowns[at].as_slice()).collect();
        breakdown(cells, &of_feature, &by_age)
    };
    let too_many = too_many.into_iter().filter_map(Result::err).collect();
    (cells.iter().enumerate().map(of).collect(), too_many)
}

/// Everybody's age group, and how many customers each has in each category.
struct AgeCounts {
    name: String,
    groups: usize,
    /// By customer, in the order of the tables.
    of: Vec<u16>,
    customers: CrossCounts,
}

impl AgeCounts {
    fn new(tables: &[SparseTable], ages: &Grouping, categories: usize) -> Self {
        let customers = tables.iter().flat_map(|table| &table.customers);
        let of: Vec<u16> = customers.map(|customer| ages.of[*customer as usize]).collect();
        let own_categories = tables.iter().flat_map(|table| &table.categories);
        let pairs = of.iter().zip(own_categories).map(|(age, category)| (usize::from(*age), usize::from(*category)));
        let customers = CrossCounts::new(ages.values.len(), categories, pairs);
        AgeCounts { name: ages.name.clone(), groups: ages.values.len(), of, customers }
    }

    /// The groups of one dimension, but age itself, each adjusted for age.
    fn adjusted(&self, cells: &Cells) -> Option<Vec<AgeAdjusted>> {
        if cells.dimensions.len() != 1 || cells.dimensions[0] == self.name {
            return None;
        }
        let groups = cells.each().map(|cell| usize::from(cell) / cells.categories);
        let pairs = groups.zip(self.of.iter().map(|age| usize::from(*age)));
        let by_group = CrossCounts::new(cells.groups.len(), self.groups, pairs);
        let of_group = |(group, own): (usize, &[u64])| adjusted(&self.customers, &by_group, group, own);
        Some(cells.customers.chunks(cells.categories).enumerate().map(of_group).collect())
    }
}

/// Numbers the groups that have a customer, in the order of their values, and puts everybody into a cell.
fn cells(tables: &[SparseTable], by: &[&Grouping], categories: usize) -> Result<Cells, TooManyGroups> {
    let values: usize = by.iter().map(|grouping| grouping.values.len()).product();
    // A number for every combination of values, in their order, whether there is such a customer or not.
    let combination = |customer: u32| {
        by.iter()
            .fold(0, |number, grouping| number * grouping.values.len() + usize::from(grouping.of[customer as usize]))
    };
    let customers = || tables.iter().flat_map(|table| &table.customers).copied();
    let mut occurs = vec![false; values];
    customers().for_each(|customer| occurs[combination(customer)] = true);
    let groups: Vec<usize> = (0..values).filter(|combination| occurs[*combination]).collect();
    // Cells are numbered in 16 bits.
    if groups.len() > MOST_GROUPS || groups.len() * categories > 1 << 16 {
        let dimensions = by.iter().map(|grouping| grouping.name.clone()).collect();
        return Err(TooManyGroups { dimensions, groups: groups.len() });
    }
    let mut number = vec![0u16; values];
    groups.iter().enumerate().for_each(|(place, combination)| number[*combination] = place as u16);
    let own_categories = tables.iter().flat_map(|table| &table.categories);
    let cell = |(customer, category): (u32, &u16)| {
        (usize::from(number[combination(customer)]) * categories + usize::from(*category)) as u16
    };
    let of: Vec<u16> = customers().zip(own_categories).map(cell).collect();
    let named = |combination: &usize| {
        let mut rest = *combination;
        let mut values: Vec<Option<String>> = Vec::with_capacity(by.len());
        for grouping in by.iter().rev() {
            values.push(grouping.values[rest % grouping.values.len()].clone());
            rest /= grouping.values.len();
        }
        values.reverse();
        values
    };
    Ok(Cells::new(
        by.iter().map(|grouping| grouping.name.clone()).collect(),
        groups.iter().map(named).collect(),
        categories,
        of,
    ))
}

/// Puts the figures of a breakdown together; `figures` are by feature and cell, those of all categories after the
/// categories' own.
fn breakdown(cells: &Cells, figures: &[&[Figures]], by_age: &AgeCounts) -> Breakdown {
    let columns = cells.categories + 1;
    let adjusted = by_age.adjusted(cells);
    let group = |(group, values): (usize, &Vec<Option<String>>)| {
        let own = group * cells.categories..(group + 1) * cells.categories;
        let all: u64 = cells.customers[own.clone()].iter().sum();
        let of_category = |column: usize| {
            let features: Vec<&Figures> = figures.iter().map(|cells| &cells[group * columns + column]).collect();
            let members = Members {
                count: if column < cells.categories { cells.customers[own.start + column] } else { all },
                sum: &|feature: At| features.get(feature as usize).map_or(f64::NAN, |figures| figures.sum),
                mean: &|feature: At| features.get(feature as usize).map_or(f64::NAN, |figures| figures.middle.mean),
            };
            GroupFigures {
                customers: members.count,
                figures: FigureValues::compute(Entity::Customer, &members, &Members { count: all, ..members }),
                features: features.iter().map(|figures| figures.middle).collect(),
            }
        };
        Group {
            values: values.clone(),
            categories: (0..columns).map(of_category).collect(),
            age_adjusted: adjusted.as_ref().map(|groups| groups[group].clone()),
        }
    };
    Breakdown { dimensions: cells.dimensions.clone(), groups: cells.groups.iter().enumerate().map(group).collect() }
}
