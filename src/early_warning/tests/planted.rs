//! A truth that is known is found again, and where there is none, nothing is.

use rand::seq::SliceRandom;

use super::super::lookup::Lookup;
use super::super::model::BinRange;
use super::super::patterns::Patterns;
use super::super::{AuditGroups, Failure, fit, logistic};
use super::*;

const WITHIN: u32 = 2;

fn fitted(samples: &Samples) -> (super::super::Model, super::super::Backtest) {
    fit(samples, &settings(WITHIN, 1.0), &AuditGroups::default(), 2).unwrap()
}

#[test]
fn coefficients_are_within_three_standard_errors_of_the_truth() {
    let samples = planted(20_000, 8, WITHIN, 7);
    let (model, _) = fitted(&samples);
    let ranges: Vec<Vec<BinRange>> =
        model.features.iter().map(|feature| feature.bins.iter().map(|bin| bin.range).collect()).collect();
    let known = TRUTH.map(|truth| {
        let range = |(place, (value, _)): (usize, &(f64, f64))| match value {
            value if value.is_nan() => BinRange::Missing,
            value if place == 0 => BinRange::Only(*value),
            value => BinRange::UpTo(*value),
        };
        truth.iter().enumerate().map(range).collect::<Vec<_>>()
    });
    assert_eq!(ranges, known);
    let lookups: Vec<Lookup> = ranges.iter().map(|ranges| Lookup::new(ranges)).collect();
    let dates = &samples.dates[..model.provenance.fitted_on.len()];
    let references = vec![vec![true, false, false]; 3];
    let bins = model.features.iter().map(|feature| feature.bins.iter().map(|bin| bin.coefficient).collect());
    let found = logistic::Coefficients { intercept: model.intercept, bins: bins.collect() };
    let errors = logistic::standard_errors(&Patterns::new(&lookups, dates).unwrap(), &references, &found, 1.0);
    let is_near = |found: f64, truth: f64, error: f64| {
        assert!(error > 0.0 && error < 0.1, "{error}");
        assert!((found - truth).abs() < 3.0 * error, "{found} is not {truth} ± {error}");
    };
    is_near(found.intercept, TRUE_INTERCEPT, errors[0]);
    let others = found.bins.iter().zip(TRUTH).flat_map(|(bins, truth)| bins.iter().zip(truth).skip(1));
    others.zip(&errors[1..]).for_each(|((found, (_, truth)), error)| is_near(*found, *truth, *error));
}

#[test]
fn what_it_foresees_is_observed_and_it_passes() {
    let (_, backtest) = fitted(&planted(20_000, 9, WITHIN, 11));
    assert_eq!(backtest.failures, []);
    assert!(backtest.passes());
    let [ratio, low, high] = backtest.observed_to_expected;
    assert!(low < 1.0 && 1.0 < high && (0.95..1.05).contains(&ratio), "{low} {ratio} {high}");
    assert!(backtest.together.model.auc > 0.7 && backtest.together.model.brier_skill > 0.02);
    // Rows are independent here, so a band's outcomes are binomial; its own risk is an estimate, too, hence 4.
    for band in backtest.dates.iter().flat_map(|date| &date.bands) {
        let (rows, risk) = (band.rows as f64, band.risk_pct / 100.0);
        let error = (rows * risk * (1.0 - risk)).sqrt();
        assert!((band.outcomes as f64 - rows * risk).abs() < 4.0 * error, "{band:?}");
    }
}

#[test]
fn of_shuffled_outcomes_nothing_is_learned() {
    let mut samples = planted(20_000, 9, WITHIN, 13);
    let mut random = Pcg64Mcg::seed_from_u64(17);
    samples.dates.iter_mut().for_each(|date| date.dates_until.shuffle(&mut random));
    let (_, backtest) = fitted(&samples);
    let auc = backtest.together.model.auc;
    assert!((auc - 0.5).abs() < 0.01, "{auc}");
    assert!(!backtest.passes());
    assert!(backtest.failures.contains(&Failure::NoBetterThanRules));
    assert!(backtest.failures.contains(&Failure::NoBetterThanSingle));
}

#[test]
fn a_model_that_one_feature_can_do_does_not_pass() {
    let mut samples = planted(20_000, 7, WITHIN, 19);
    samples.features.truncate(1);
    samples.dates.iter_mut().for_each(|date| date.columns.truncate(1));
    let (_, backtest) = fitted(&samples);
    assert_eq!(backtest.single_feature, NAMES[0]);
    assert!(backtest.failures.contains(&Failure::NoBetterThanSingle));
    assert_eq!(backtest.together.model.auc, backtest.together.single.auc);
}

#[test]
fn few_customers_and_risks_that_have_risen_since_are_told() {
    let mut samples = planted(1_500, 7, WITHIN, 23);
    // Of late twice as many slide: every second outcome of earlier dates is taken away.
    for date in &mut samples.dates[..4] {
        date.dates_until.iter_mut().skip(1).step_by(2).for_each(|until| *until = 0);
    }
    let (_, backtest) = fitted(&samples);
    assert!(backtest.observed_to_expected[1] > 1.1, "{:?}", backtest.observed_to_expected);
    assert!(backtest.failures.contains(&Failure::Miscalibrated));
    let mut few = planted(1_500, 7, WITHIN, 31);
    for date in &mut few.dates[4..] {
        date.dates_until.fill(0);
        date.dates_until[..50].fill(1);
    }
    let (_, backtest) = fitted(&few);
    assert_eq!(backtest.tested_customers, 50);
    assert!(backtest.failures.contains(&Failure::FewTested(50)));
    few.dates.iter_mut().for_each(|date| date.dates_until[50..].fill(0));
    let (_, backtest) = fitted(&few);
    assert!(backtest.failures.contains(&Failure::FewCalibrated(backtest.calibrated_customers)));
}
