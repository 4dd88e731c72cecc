//! Features: one row per customer (or employer) of a partition, one column per feature.

use std::io;

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, PolarsResult, Series};

use super::coverage::Kernel;
use super::events::WindowContext;
use super::partition::Partition;
use super::runs::Group;
use super::values::{self, Row};
use crate::extract::batch::{MISSING_DAY, MISSING_NUMBER};
use crate::intake::Members;
use crate::schema::Entity;
use crate::schema::features::{At, FeatureType};
use crate::spill::Spill;

/// The values of one feature.
#[derive(Debug, Clone, PartialEq)]
pub enum FeatureColumn {
    /// Whole numbers.
    Counts(Vec<i64>),
    /// Whole numbers that may be missing.
    MaybeCounts(Vec<Option<i64>>),
    /// Exact hundredths.
    Hundredths(Vec<i128>),
    /// Doubles; NaN is missing.
    Ratios(Vec<f64>),
}

impl FeatureColumn {
    /// A value as a double; `None` where it is missing.
    #[inline]
    pub fn double(&self, row: usize) -> Option<f64> {
        match self {
            FeatureColumn::Counts(values) => Some(values[row] as f64),
            FeatureColumn::MaybeCounts(values) => values[row].map(|value| value as f64),
            FeatureColumn::Hundredths(values) => Some(hundredths(values[row])),
            FeatureColumn::Ratios(values) => Some(values[row]).filter(|value| !value.is_nan()),
        }
    }

    /// As a polars column of the type that rules see: counts as Int64, all else as Float64.
    pub fn to_polars(&self, name: &str) -> Column {
        let name = name.into();
        let series = match self {
            FeatureColumn::Counts(values) => Series::new(name, values),
            FeatureColumn::MaybeCounts(values) => Series::new(name, values),
            FeatureColumn::Hundredths(values) => {
                Series::new(name, values.iter().map(|value| hundredths(*value)).collect::<Vec<f64>>())
            }
            FeatureColumn::Ratios(values) => {
                let present = values.iter().map(|value| Some(*value).filter(|value| !value.is_nan()));
                Series::new(name, present.collect::<Vec<Option<f64>>>())
            }
        };
        series.into_column()
    }
}

/// Hundredths as the nearest double.
pub fn hundredths(value: i128) -> f64 {
    const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
    if let Ok(small) = i64::try_from(value)
        && u128::from(small.unsigned_abs()) <= EXACT
    {
        // (From 64 bits this is one instruction, from 128 a call.)
        return small as f64 / 100.0;
    }
    // Rounding to a double and dividing would round twice; reading decimal text rounds once.
    let mut text = Vec::new();
    crate::text::push_hundredths(value, &mut text);
    std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok()).unwrap_or(value as f64 / 100.0)
}

/// Features of customers (or employers) that are neighbours in id order.
#[derive(Debug, Clone)]
pub struct FeatureTable {
    /// Whose features.
    pub entity: Entity,
    /// The customers' numbers in the population, ascending.
    pub customers: Vec<u32>,
    /// One column per feature of the entity, in their order.
    pub columns: Vec<FeatureColumn>,
}

impl FeatureTable {
    /// Rows.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether there is no customer.
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// Without rows, for its columns.
    pub fn empty(entity: Entity) -> Self {
        FeatureTable { entity, customers: Vec::new(), columns: empty_columns(entity, 0) }
    }

    /// The columns of these features, those of them that the entity has, as a polars table.
    pub fn to_polars(&self, features: &[At]) -> PolarsResult<DataFrame> {
        let column = |at: &At| Some(self.columns[self.entity.position(*at)?].to_polars(at.feature().name));
        DataFrame::new(self.len(), features.iter().filter_map(column).collect())
    }
}

/// Rows that are collected before their values are appended column by column.
const ROWS_PER_APPEND: usize = 256;

/// The features of a partition's members (`docs/method.md` sections 4 and 7), from what their events add up to.
pub fn features(
    members: &Members<'_>,
    mut partition: Partition,
    context: &WindowContext<'_>,
    spill: Option<&Spill>,
) -> io::Result<FeatureTable> {
    let channels = std::mem::take(&mut partition.channels).into_sorted(spill, |word| word[0])?;
    let benefits_applied = std::mem::take(&mut partition.benefits_applied).into_sorted(spill, |word| word[0])?;
    let periods = std::mem::take(&mut partition.periods).into_sorted(spill)?;
    let events = std::mem::take(&mut partition.events).into_sorted(spill, |word| word[0])?;
    let (mut channels, mut benefits_applied) = (Group::new(&channels), Group::new(&benefits_applied));
    let (mut covered_days, mut events) = (periods.by_customer(context.kernel), Group::new(&events));
    let mut kernel = Kernel::default();
    let mut days = Vec::new();
    let count = partition.customers();
    let (entity, columns) = (context.entity, empty_columns(context.entity, count));
    let mut table = FeatureTable { entity, customers: Vec::new(), columns };
    let mut rows = Vec::with_capacity(ROWS_PER_APPEND);
    for local in 0..count {
        let customer = local as u16;
        let own_channels = distinct(channels.next(|word| word[0] == customer));
        let own_benefits = distinct(benefits_applied.next(|word| word[0] == customer));
        let covered = covered_days.next(customer);
        days.clear();
        days.extend(events.next(|word| word[0] == customer).iter().map(|[_, event, day]| (*event, *day)));
        let observed_days = members.observed_days[local];
        if observed_days <= 0 || !members.registered && partition.seen[local] == 0 {
            continue;
        }
        let coverage = kernel.features(covered, |benefit| context.traits(benefit), context.kernel, &mut days);
        days.sort_unstable();
        days.dedup();
        let birth = members.births[local];
        let employees = members.employees.get(local).copied();
        table.customers.push(members.first + local as u32);
        rows.push(Row {
            totals: partition.totals(customer),
            channels: own_channels,
            benefits_applied: own_benefits,
            coverage,
            life_events: days.len() as u32,
            observed_days,
            observed_years: context.window.observed_years(observed_days),
            age: (birth != MISSING_DAY).then(|| context.window.age(birth)),
            employees: employees.filter(|employees| *employees != MISSING_NUMBER),
        });
        if rows.len() == ROWS_PER_APPEND {
            append(&mut rows, &mut table);
        }
    }
    append(&mut rows, &mut table);
    Ok(table)
}

fn append(rows: &mut Vec<Row>, table: &mut FeatureTable) {
    for (feature, column) in table.entity.features().iter().zip(&mut table.columns) {
        values::append(*feature, rows, column);
    }
    rows.clear();
}

fn empty_columns(entity: Entity, rows: usize) -> Vec<FeatureColumn> {
    let column = |at: &At| match at.feature().feature_type {
        FeatureType::Count if at.feature().nullable => FeatureColumn::MaybeCounts(Vec::with_capacity(rows)),
        FeatureType::Count => FeatureColumn::Counts(Vec::with_capacity(rows)),
        FeatureType::Hundredths => FeatureColumn::Hundredths(Vec::with_capacity(rows)),
        FeatureType::Ratio => FeatureColumn::Ratios(Vec::with_capacity(rows)),
    };
    entity.features().iter().map(column).collect()
}

/// Distinct words among sorted ones.
fn distinct<T: PartialEq>(words: &[T]) -> u32 {
    words.chunk_by(|a, b| a == b).count() as u32
}
