//! How much of a total falls to few customers (`docs/method.md` section 6, *Concentration*).

use rayon::prelude::*;

use super::sparse::{SparseTable, Value};
use crate::intake::PARTITION_CUSTOMERS;
use crate::schema::Entity;
use crate::schema::features::At;

/// The features whose totals are looked at.
const FEATURES: [At; 4] = [At::contacts, At::handling_minutes, At::clarifications, At::paid_eur];
/// The top shares of the population, per cent.
const TOP_PCT: [u64; 3] = [1, 5, 10];

/// What the customers with the most of a feature have of its total.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// The feature.
    pub feature: At,
    /// Per cent of the population that is looked at.
    pub top_pct: u64,
    /// As many customers, rounded up.
    pub customers: u64,
    /// Per cent of the total; missing (NaN) where that is 0.
    pub share_pct: f64,
    /// How many of them are in each category, in the configured order.
    pub by_category: Vec<u64>,
}

/// A customer with more than nothing of a feature.
#[derive(Clone, Copy)]
struct Holder {
    /// Whole numbers or hundredths.
    value: i128,
    customer: u32,
    category: u16,
}

impl Holder {
    /// Those with the most first, of equals the lower id.
    fn order(&self, other: &Holder) -> std::cmp::Ordering {
        (other.value, self.customer).cmp(&(self.value, other.customer))
    }
}

fn keep_first(holders: &mut Vec<Holder>, most: usize) {
    if most < holders.len() {
        holders.select_nth_unstable_by(most, Holder::order);
        holders.truncate(most);
    }
}

/// Whether the values of an entity's feature are needed, by its position.
pub(super) fn needs(entity: Entity, at: usize) -> bool {
    entity == Entity::Customer && entity.features().get(at).is_some_and(|feature| FEATURES.contains(feature))
}

/// Of each of [`FEATURES`], for each top share. `tables` are in the order of the customers.
pub(super) fn of_tables(tables: &[&SparseTable], categories: usize) -> Vec<Concentration> {
    let of_feature =
        |feature: &At| Entity::Customer.position(*feature).map(|at| concentration(tables, *feature, at, categories));
    FEATURES.par_iter().filter_map(of_feature).flatten().collect()
}

fn concentration(tables: &[&SparseTable], feature: At, at: usize, categories: usize) -> Vec<Concentration> {
    let population: u64 = tables.iter().map(|table| table.customers.len() as u64).sum();
    let counts = TOP_PCT.map(|pct| (population * pct).div_ceil(100));
    let most = counts[TOP_PCT.len() - 1] as usize;
    let room = (most + most / 2 + PARTITION_CUSTOMERS as usize).min(population as usize);
    let (mut holders, mut total) = (Vec::with_capacity(room), 0i128);
    for table in tables {
        table.columns[at].each(|row, value| {
            let value = match value {
                Value::Whole(value) => value.into(),
                Value::Hundredths(value) => value,
                // None of the features is a ratio.
                Value::Real(_) => 0,
            };
            // Recoveries count as nothing, in the total too.
            if value > 0 {
                total += value;
                holders.push(Holder { value, customer: table.customers[row], category: table.categories[row] });
            }
        });
        // Half as many more than can be asked for are kept before the last of them go.
        if holders.len() > most + most / 2 {
            keep_first(&mut holders, most);
        }
    }
    keep_first(&mut holders, most);
    holders.sort_unstable_by(Holder::order);
    let mut others = without(tables, &holders);
    let (mut taken, mut sum, mut by_category) = (0, 0i128, vec![0; categories]);
    let mut top = |(top_pct, customers): (u64, u64)| {
        while taken < customers {
            let holder = holders.get(taken as usize).copied();
            let category = holder.map_or_else(|| others.next().unwrap_or_default(), |holder| holder.category);
            sum += holder.map_or(0, |holder| holder.value);
            by_category[usize::from(category)] += 1;
            taken += 1;
        }
        let share_pct = if total == 0 { f64::NAN } else { 100.0 * sum as f64 / total as f64 };
        Concentration { feature, top_pct, customers, share_pct, by_category: by_category.clone() }
    };
    TOP_PCT.into_iter().zip(counts).map(&mut top).collect()
}

/// The categories of all customers but these, in the order of the customers: with nothing of a feature all are equal.
fn without<'a>(tables: &'a [&SparseTable], holders: &[Holder]) -> impl Iterator<Item = u16> + use<'a> {
    let mut known: Vec<u32> = holders.iter().map(|holder| holder.customer).collect();
    known.sort_unstable();
    let everybody = tables.iter().flat_map(|table| table.customers.iter().zip(&table.categories));
    everybody.filter(move |(customer, _)| known.binary_search(customer).is_err()).map(|(_, category)| *category)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{FeatureColumn, FeatureTable};
    use proptest::prelude::*;

    /// Customers in two categories with these euros, in tables of three.
    fn tables(cents: &[i128]) -> Vec<SparseTable> {
        let table = |(at, cents): (usize, &[i128])| {
            let mut table = FeatureTable::empty(Entity::Customer);
            for (feature, column) in Entity::Customer.features().iter().zip(&mut table.columns) {
                match column {
                    FeatureColumn::Counts(counts) => counts.extend(cents.iter().map(|_| 0)),
                    FeatureColumn::MaybeCounts(counts) => counts.extend(cents.iter().map(|_| None)),
                    FeatureColumn::Hundredths(exact) if *feature == At::paid_eur => exact.extend(cents),
                    FeatureColumn::Hundredths(exact) => exact.extend(cents.iter().map(|_| 0)),
                    FeatureColumn::Ratios(ratios) => ratios.extend(cents.iter().map(|_| f64::NAN)),
                }
            }
            table.customers = (0..cents.len() as u32).map(|row| 3 * at as u32 + row).collect();
            let categories: Vec<usize> = table.customers.iter().map(|customer| *customer as usize % 2).collect();
            SparseTable::new(table, &categories)
        };
        cents.chunks(3).enumerate().map(table).collect()
    }

    fn euros(cents: &[i128]) -> Vec<Concentration> {
        of_tables(&tables(cents).iter().collect::<Vec<_>>(), 2)
            .into_iter()
            .filter(|found| found.feature == At::paid_eur)
            .collect()
    }

    #[test]
    fn ties_go_to_the_lower_id_and_those_who_have_nothing_fill_up() {
        let mut cents = vec![0; 30];
        (cents[7], cents[12]) = (500, 500);
        let found = euros(&cents);
        let told = |at: usize| (found[at].customers, found[at].share_pct, found[at].by_category.clone());
        assert_eq!(told(0), (1, 50.0, vec![0, 1]));
        assert_eq!(told(1), (2, 100.0, vec![1, 1]));
        assert_eq!(told(2), (3, 100.0, vec![2, 1]), "customer 0 is the third");
        assert!(euros(&[0; 4])[0].share_pct.is_nan());
    }

    proptest! {
        #[test]
        fn it_is_what_sorting_everybody_gives(cents in proptest::collection::vec(-5i128..20, 1..80)) {
            let mut everybody: Vec<(i128, usize)> = cents.iter().copied().enumerate().map(|(at, value)| (value, at)).collect();
            everybody.sort_by_key(|(value, at)| (std::cmp::Reverse((*value).max(0)), *at));
            let total: i128 = cents.iter().map(|value| (*value).max(0)).sum();
            for found in euros(&cents) {
                let top = &everybody[..found.customers as usize];
                prop_assert_eq!(found.customers, (cents.len() as u64 * found.top_pct).div_ceil(100));
                let sum: i128 = top.iter().map(|(value, _)| (*value).max(0)).sum();
                prop_assert!(total == 0 && found.share_pct.is_nan() || found.share_pct == 100.0 * sum as f64 / total as f64);
                let odd = top.iter().filter(|(_, at)| at % 2 == 1).count() as u64;
                prop_assert_eq!(&found.by_category, &vec![found.customers - odd, odd]);
            }
        }
    }
}
