//! Tests of the whole of early warning, on samples that are made for them.

mod auditing;
mod independent;
mod planted;
mod rolling;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::samples::{DateSample, SampleColumn, SampledPanel, Samples};
use crate::calendar::Day;
use crate::config::{BandLimits, EarlyWarning};

/// Settings as they are unless set, looking so many dates ahead.
fn settings(within: u32, penalty: f64) -> EarlyWarning {
    EarlyWarning {
        from: vec![0],
        to: 1,
        within,
        features: Vec::new(),
        exceptions: Vec::new(),
        penalty,
        bands: BandLimits { min_customers: 100, min_outcomes: 20, min_outcomes_pct: 5.0 },
        model: None,
        require_approval: false,
        accept_failed: false,
        max_age_days: None,
    }
}

/// Samples of these dates.
fn samples(features: &[&str], within: u32, population: u32, rules: usize, dates: Vec<DateSample>) -> Samples {
    let last = month(dates.len() + within as usize);
    Samples {
        features: features.iter().map(|name| (*name).to_owned()).collect(),
        panel: SampledPanel {
            from: vec!["regular".to_owned()],
            to: "irregular".to_owned(),
            every_months: 1,
            dates: (1..).map(month).take_while(|day| *day <= last).collect(),
        },
        within,
        population,
        rules,
        dates,
    }
}

/// The first day of the month so many months after December 2020.
fn month(number: usize) -> Day {
    Day::from_ymd(2020, 12, 1).unwrap().plus_months(number as i32)
}

fn column(values: impl IntoIterator<Item = Option<f64>>) -> SampleColumn {
    let mut column = SampleColumn::default();
    column.extend(values.into_iter());
    column
}

/// What the planted truth adds to the log odds by the value of each feature. The first value of each is its most frequent
/// one, and a bin of its own; the others are a bin each.
const TRUTH: [&[(f64, f64)]; 3] = [
    &[(0.0, 0.0), (1.0, 0.7), (2.0, 1.6)],
    &[(10.0, 0.0), (12.5, -0.8), (20.25, 0.9)],
    // (Missing.)
    &[(3.0, 0.0), (300.0, 0.5), (f64::NAN, 1.1)],
];
/// The log odds of who has the most frequent value of each.
const TRUE_INTERCEPT: f64 = -3.2;
/// The names of these features.
const NAMES: [&str; 3] = ["steps", "hundredths", "gaps"];

/// So many customers on so many dates, whose outcomes follow [`TRUTH`]. Rules know the first feature's highest value.
fn planted(customers: u32, dates: usize, within: u32, seed: u64) -> Samples {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let date = |number: usize| {
        let mut values = [const { Vec::new() }; 3];
        let (mut dates_until, mut rules) = (Vec::new(), Vec::new());
        for _ in 0..customers {
            let mut log_odds = TRUE_INTERCEPT;
            for (values, truth) in values.iter_mut().zip(TRUTH) {
                let place = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2][random.random_range(0..10)];
                let (value, effect) = truth[place];
                log_odds += effect;
                values.push(Some(value));
            }
            let slides = random.random_bool(1.0 / (1.0 + f64::exp(-log_odds)));
            dates_until.push(if slides { random.random_range(1..=within as u8) } else { 0 });
            rules.push(u16::from(values[0].last() == Some(&Some(2.0))));
        }
        DateSample {
            date: month(number + 1),
            customers: (0..customers).collect(),
            rules,
            ages: (0..customers)
                .map(|customer| if customer % 11 == 0 { u8::MAX } else { (customer % 90) as u8 })
                .collect(),
            dates_until,
            columns: values.map(column).into(),
            left_out: 0,
        }
    };
    samples(&NAMES, within, customers, 3, (0..dates).map(date).collect())
}
