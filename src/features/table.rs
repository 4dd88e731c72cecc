//! Features: one row per customer of a partition, one column per entry of the catalogue.

use std::io;
use std::sync::{Mutex, PoisonError};

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, PolarsResult, Series};

use super::aggregators::AggregationContext;
use super::catalogue::{At, FEATURES, FeatureType};
use super::coverage::{CoverageFeatures, Kernel};
use super::partition::{Group, Partition, Sum};
use crate::extract::batch::MISSING_DAY;
use crate::intake::{PARTITION_CUSTOMERS, Population};

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

/// Features of customers that are neighbours in id order.
#[derive(Debug, Clone)]
pub struct FeatureTable {
    /// The customers' numbers in the population, ascending.
    pub customers: Vec<u32>,
    /// One column per entry of the catalogue, in its order.
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

    /// The columns of these positions in the catalogue as a polars table.
    pub fn to_polars(&self, positions: &[usize]) -> PolarsResult<DataFrame> {
        let column = |at: &usize| self.columns[*at].to_polars(FEATURES[*at].name);
        DataFrame::new(self.len(), positions.iter().map(column).collect())
    }
}

/// One customer's values, gathered before they are written column by column.
struct Row<'a> {
    partition: &'a Partition,
    customer: u16,
    channels: u32,
    benefits_applied: u32,
    coverage: CoverageFeatures,
    life_events: u32,
    observed_days: i32,
    observed_years: f64,
    age: Option<i64>,
}

/// Takes a partition and makes its features (METHOD section 4).
pub fn features(at: usize, population: &Population, context: &AggregationContext<'_>) -> io::Result<FeatureTable> {
    let spill = context.budget.map(|budget| budget.spill);
    let mut partition = take(&context.partitions[at]);
    let channels = std::mem::take(&mut partition.channels).into_sorted(spill, |word| word[0])?;
    let benefits_applied = std::mem::take(&mut partition.benefits_applied).into_sorted(spill, |word| word[0])?;
    let periods = std::mem::take(&mut partition.periods).into_sorted(spill)?;
    let events = std::mem::take(&mut partition.events).into_sorted(spill, |word| word[0])?;
    let (mut channels, mut benefits_applied) = (Group::new(&channels), Group::new(&benefits_applied));
    let (mut covered_days, mut events) = (periods.by_customer(context.kernel), Group::new(&events));
    let first = at as u32 * PARTITION_CUSTOMERS;
    let mut kernel = Kernel::default();
    let mut days = Vec::new();
    let mut table = FeatureTable { customers: Vec::new(), columns: empty_columns(partition.payments.len()) };
    for local in 0..partition.payments.len() {
        let customer = local as u16;
        let own_channels = distinct(channels.next(|word| word[0] == customer));
        let own_benefits = distinct(benefits_applied.next(|word| word[0] == customer));
        let covered = covered_days.next(customer);
        days.clear();
        days.extend(events.next(|word| word[0] == customer).iter().map(|[_, event, day]| (*event, *day)));
        if !population.registered && partition.seen[local] == 0 {
            continue;
        }
        let of_days = kernel.features(covered, |benefit| context.traits(benefit), context.kernel, &mut days);
        days.sort_unstable();
        days.dedup();
        let number = first + local as u32;
        let observed_days = population.observed_days[number as usize];
        let birth = population.births[number as usize];
        table.customers.push(number);
        let row = Row {
            partition: &partition,
            customer,
            channels: own_channels,
            benefits_applied: own_benefits,
            coverage: of_days,
            life_events: days.len() as u32,
            observed_days,
            observed_years: context.window.observed_years(observed_days),
            age: (birth != MISSING_DAY).then(|| context.window.age(birth)),
        };
        row.push(&mut table.columns);
    }
    Ok(table)
}

fn take(partition: &Mutex<Partition>) -> Partition {
    std::mem::take(&mut *partition.lock().unwrap_or_else(PoisonError::into_inner))
}

fn empty_columns(rows: usize) -> Vec<FeatureColumn> {
    let column = |at: usize| match FEATURES[at].feature_type {
        FeatureType::Count if at == At::age as usize => FeatureColumn::MaybeCounts(Vec::with_capacity(rows)),
        FeatureType::Count => FeatureColumn::Counts(Vec::with_capacity(rows)),
        FeatureType::Hundredths => FeatureColumn::Hundredths(Vec::with_capacity(rows)),
        FeatureType::Ratio => FeatureColumn::Ratios(Vec::with_capacity(rows)),
    };
    (0..FEATURES.len()).map(column).collect()
}

impl Row<'_> {
    fn push(&self, columns: &mut [FeatureColumn]) {
        let local = usize::from(self.customer);
        let contacts = self.partition.contacts[local];
        let applications = self.partition.applications[local];
        let minutes = self.partition.sum(self.customer, Sum::Minutes);
        let clarifications = self.partition.sum(self.customer, Sum::Clarifications);
        let [paper, oral, on_behalf, online, other] = applications.by_method;
        let handled = applications.handled;
        let per_application = if handled == 0 { f64::NAN } else { hundredths(minutes) / f64::from(handled) };
        let coverage = self.coverage;
        let mut count = |at: At, value: u32| set_count(&mut columns[at as usize], i64::from(value));
        count(At::contacts, contacts.inbound);
        count(At::contact_channels, self.channels);
        count(At::contacts_recent, contacts.recent);
        count(At::outbound_contacts, contacts.outbound);
        count(At::outbound_unreached, contacts.unreached);
        count(At::applications, applications.by_method.iter().sum());
        count(At::applications_paper, paper);
        count(At::applications_oral, oral);
        count(At::applications_on_behalf, on_behalf);
        count(At::applications_online, online);
        count(At::applications_other, other);
        count(At::applications_by_employer, applications.by_employer);
        count(At::applications_by_partner, applications.by_partner);
        count(At::benefits_applied, self.benefits_applied);
        count(At::handled_applications, handled);
        count(At::automatic_decisions, applications.automatic);
        count(At::rejected_applications, applications.rejected);
        count(At::payments, self.partition.payments[local].payments);
        count(At::benefits_paid, coverage.benefits_paid);
        count(At::benefit_days, coverage.benefit_days);
        count(At::concurrent_days, coverage.concurrent_days);
        count(At::max_concurrent_benefits, coverage.max_concurrent_benefits);
        count(At::benefit_starts, coverage.benefit_starts);
        count(At::benefit_ends, coverage.benefit_ends);
        count(At::last_resort_months, coverage.last_resort_months);
        count(At::last_resort_streak, coverage.last_resort_streak);
        count(At::income_months, coverage.income_months);
        count(At::life_events, self.life_events);
        count(At::observed_days, self.observed_days.max(0) as u32);
        set_count(&mut columns[At::clarifications as usize], i64::try_from(clarifications).unwrap_or(i64::MAX));
        let mut ratio = |at: At, value: f64| {
            if let FeatureColumn::Ratios(values) = &mut columns[at as usize] {
                values.push(value);
            }
        };
        ratio(At::contacts_per_year, f64::from(contacts.inbound) / self.observed_years);
        ratio(At::handling_minutes_per_application, per_application);
        ratio(At::observed_years, self.observed_years);
        let mut exact = |at: At, value: i128| {
            if let FeatureColumn::Hundredths(values) = &mut columns[at as usize] {
                values.push(value);
            }
        };
        exact(At::handling_minutes, minutes);
        exact(At::paid_eur, self.partition.sum(self.customer, Sum::Cents));
        if let FeatureColumn::MaybeCounts(values) = &mut columns[At::age as usize] {
            values.push(self.age);
        }
    }
}

fn set_count(column: &mut FeatureColumn, value: i64) {
    if let FeatureColumn::Counts(values) = column {
        values.push(value);
    }
}

/// Distinct words among sorted ones.
fn distinct<T: PartialEq>(words: &[T]) -> u32 {
    words.chunk_by(|a, b| a == b).count() as u32
}
