//! The samples of a panel (`docs/method.md` section 11): what is known of customers on a date, taken as the panel labels
//! them; what becomes of them, from the sequences of their labels.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use rayon::prelude::*;

use crate::calendar::Day;
use crate::config::{EarlyWarning, RunPlan};
use crate::early_warning::{DateSample, SampleColumn, SampledPanel, Samples};
use crate::features::FeatureColumn;
use crate::panel::{LabelledPartition, PanelLabels, PanelPlan};
use crate::schema::Entity;
use crate::schema::features::At;
use crate::statistics::{ABSENT, Sequences};

/// Takes what samples need of every date while it is there.
pub(super) struct Sampler<'a> {
    settings: &'a EarlyWarning,
    /// The panel's dates.
    dates: &'a [Day],
    /// By category, whether its customers are in question.
    is_from: Vec<bool>,
    /// The places of the features.
    features: Vec<usize>,
    age: Option<usize>,
    /// What was taken, by date and partition.
    parts: Mutex<BTreeMap<(usize, usize), Part>>,
}

/// The customers of a partition who are in question on a date.
struct Part {
    customers: Vec<u32>,
    rules: Vec<u16>,
    ages: Vec<u8>,
    columns: Vec<SampleColumn>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(plan: &'a RunPlan, dates: &'a [Day]) -> Self {
        let settings = &plan.early_warning;
        let names = plan.customers.feature_names();
        let place = |feature: &String| names.iter().position(|name| name == feature);
        Sampler {
            settings,
            dates,
            is_from: (0..plan.customers.categories.len()).map(|category| settings.from.contains(&category)).collect(),
            // The configuration has seen to it that they are there.
            features: settings.features.iter().filter_map(place).collect(),
            age: Entity::Customer.position(At::age),
            parts: Mutex::default(),
        }
    }

    /// How many dates have so many after them that an outcome can be told.
    fn sampled(&self) -> usize {
        self.dates.len().saturating_sub(self.settings.within as usize)
    }

    /// Takes what is needed of a partition.
    pub(super) fn take(&self, labelled: &LabelledPartition<'_>) {
        if labelled.date >= self.sampled() {
            return;
        }
        let LabelledPartition { population, table, rules, categories, .. } = *labelled;
        let date = self.dates[labelled.date];
        let is_in_question =
            |row: &usize| self.is_from[categories[*row]] && population.is_registered_on(table.customers[*row], date);
        let rows: Vec<usize> = (0..table.len()).filter(is_in_question).collect();
        let ages = self.age.map(|age| &table.columns[age]);
        let part = Part {
            customers: rows.iter().map(|row| table.customers[*row]).collect(),
            rules: rows.iter().map(|row| rules[*row]).collect(),
            ages: rows.iter().map(|row| age(ages, *row)).collect(),
            columns: self.features.iter().map(|feature| column(&table.columns[*feature], &rows)).collect(),
        };
        self.parts.lock().insert((labelled.date, labelled.partition), part);
    }

    /// The samples of all dates that have an outcome. The columns of a date are joined side by side, dates one after the
    /// other: so what was taken and what is made of it are hardly ever there both.
    pub(super) fn samples(self, panel: &PanelPlan, labels: &PanelLabels) -> Samples {
        let sampled = self.sampled();
        let Sampler { settings, dates, parts, .. } = self;
        let mut parts = parts.into_inner().into_iter().peekable();
        let mut of_date = |date: usize| {
            let own = std::iter::from_fn(|| parts.next_if(|((at, _), _)| *at == date));
            date_sample(own.map(|(_, part)| part).collect(), date, settings, &labels.sequences)
        };
        let rules = &panel.plan.customers;
        let names = rules.category_names();
        Samples {
            features: settings.features.clone(),
            panel: SampledPanel {
                from: settings.from.iter().map(|category| names[*category].clone()).collect(),
                to: names[settings.to].clone(),
                every_months: panel.span.every_months,
                dates: dates.to_vec(),
            },
            within: settings.within,
            population: labels.population.len() as u32,
            rules: rules.outcomes().count(),
            dates: (0..sampled.min(dates.len())).map(&mut of_date).collect(),
        }
    }
}

fn column(values: &FeatureColumn, rows: &[usize]) -> SampleColumn {
    let mut column = SampleColumn::default();
    column.extend_from(values, rows);
    column
}

/// An age as samples have it; one that cannot be is the nearest that they can have.
fn age(ages: Option<&FeatureColumn>, row: usize) -> u8 {
    let age = ages.and_then(|ages| ages.double(row));
    age.map_or(u8::MAX, |age| age.clamp(0.0, f64::from(u8::MAX - 1)) as u8)
}

/// What becomes of a customer after a date.
enum Outcome {
    /// The category that is warned of, after so many dates.
    After(u8),
    /// Not that category, on any of the dates.
    None,
    /// Nobody knows: no longer in the population when the time is over.
    Unknown,
}

fn outcome(customer: u32, date: usize, settings: &EarlyWarning, sequences: &Sequences) -> Outcome {
    let within = settings.within as usize;
    let category = |after: usize| sequences.categories[date + after][customer as usize];
    match (1..=within).find(|after| usize::from(category(*after)) == settings.to) {
        Some(after) => Outcome::After(after as u8),
        None if category(within) == ABSENT => Outcome::Unknown,
        None => Outcome::None,
    }
}

/// The sample of a date, from its partitions in their order.
fn date_sample(parts: Vec<Part>, date: usize, settings: &EarlyWarning, sequences: &Sequences) -> DateSample {
    let (mut kept, mut dates_until, mut left_out) = (Vec::with_capacity(parts.len()), Vec::new(), 0);
    for part in &parts {
        let of_part = part.customers.iter().map(|customer| match outcome(*customer, date, settings, sequences) {
            Outcome::After(after) => Some(after),
            Outcome::None => Some(0),
            Outcome::Unknown => None,
        });
        let of_part: Vec<Option<u8>> = of_part.collect();
        left_out += of_part.iter().filter(|until| until.is_none()).count() as u64;
        kept.push(of_part.iter().map(Option::is_some).collect::<Vec<bool>>());
        dates_until.extend(of_part.into_iter().flatten());
    }
    let (mut customers, mut rules, mut ages) = (Vec::new(), Vec::new(), Vec::new());
    let mut columns: Vec<Vec<SampleColumn>> =
        settings.features.iter().map(|_| Vec::with_capacity(parts.len())).collect();
    for (part, kept) in parts.into_iter().zip(&kept) {
        let rows = || (0..kept.len()).filter(|row| kept[*row]);
        customers.extend(rows().map(|row| part.customers[row]));
        rules.extend(rows().map(|row| part.rules[row]));
        ages.extend(rows().map(|row| part.ages[row]));
        columns.iter_mut().zip(part.columns).for_each(|(of_feature, column)| of_feature.push(column));
    }
    let columns = columns.into_par_iter().map(|of_feature| joined(&of_feature, &kept)).collect();
    DateSample { date: sequences.dates[date], customers, rules, ages, dates_until, columns, left_out }
}

/// The columns of a feature in the partitions as one, with those rows of each that are kept.
fn joined(columns: &[SampleColumn], kept: &[Vec<bool>]) -> SampleColumn {
    let rows = columns.iter().zip(kept).flat_map(|(column, kept)| {
        let rows = (0..kept.len()).filter(|row| kept[*row]);
        rows.map(|row| column.value(row))
    });
    let mut joined = SampleColumn::default();
    // At once, so that it takes no more memory than its values.
    joined.extend(rows);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::plan_of;

    /// Categories of a customer on four dates, two of which are within reach of the first.
    fn sample(sequences: &[[u16; 4]], parts: Vec<Part>) -> DateSample {
        let plan = plan_of("[early_warning]\nwithin = 2\nfeatures = [\"contacts\"]");
        let sequences = Sequences {
            dates: (0..4).map(Day).collect(),
            categories: (0..4).map(|date| sequences.iter().map(|of| of[date]).collect()).collect(),
        };
        date_sample(parts, 1, &plan.early_warning, &sequences)
    }

    fn part(customers: &[u32]) -> Part {
        let contacts = FeatureColumn::Counts(customers.iter().map(|customer| i64::from(*customer) * 200).collect());
        let rows: Vec<usize> = (0..customers.len()).collect();
        Part {
            customers: customers.to_vec(),
            rules: customers.iter().map(|customer| *customer as u16 + 7).collect(),
            ages: customers.iter().map(|customer| *customer as u8 + 30).collect(),
            columns: vec![column(&contacts, &rows)],
        }
    }

    #[test]
    fn what_becomes_of_customers_is_told_by_the_dates_that_follow() {
        const TO: u16 = 2;
        let found = sample(
            &[
                [TO, 0, TO, 0],     // the next date counts, the one before does not
                [0, 0, 0, 0],       // nothing comes
                [0, 0, 1, ABSENT],  // gone when the time is over: nobody knows
                [0, 1, ABSENT, TO], // gone and back in the category
                [0, 0, ABSENT, 1],  // gone and back in another one
                [0, 0, TO, ABSENT], // what has come has come
            ],
            vec![part(&[0, 1]), part(&[2]), part(&[3, 4, 5])],
        );
        assert_eq!((found.date, found.left_out), (Day(1), 1));
        assert_eq!(found.customers, [0, 1, 3, 4, 5]);
        assert_eq!(found.dates_until, [1, 0, 2, 0, 1]);
        assert_eq!((found.rules, found.ages), (vec![7, 8, 10, 11, 12], vec![30, 31, 33, 34, 35]));
        assert_eq!(found.columns, [SampleColumn::Words(vec![0, 200, 600, 800, 1000])]);
    }

    #[test]
    fn ages_that_cannot_be_are_the_nearest_that_can() {
        let ages = FeatureColumn::MaybeCounts(vec![Some(-3), Some(41), Some(300), None]);
        let found: Vec<u8> = (0..4).map(|row| age(Some(&ages), row)).collect();
        assert_eq!(found, [0, 41, 254, u8::MAX]);
        assert_eq!(age(None, 0), u8::MAX);
    }
}
