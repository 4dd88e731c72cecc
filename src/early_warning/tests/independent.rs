//! Held against independent fits of the same sample.
//!
//! The figures come from `tests/independent_fit.py`, which makes the sample, its bins and the fit by itself: coefficients
//! from statsmodels 0.15 (GLM; without a penalty) and scikit-learn 1.9 (`LogisticRegression`, newton-cholesky), which agree
//! with scipy's minimum of the objective to 5e-10; the AUC of the scores from scikit-learn.

use super::super::fitting::{Fitter, Scorecard};
use super::super::ranking::Pairs;
use super::super::scores::Scorer;
use super::*;

const ROWS: u32 = 3000;

/// The sample of the script.
fn sample() -> Samples {
    let mut state = 12_345u32;
    let mut draw = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state / 65_536
    };
    let mut values = [const { Vec::new() }; 3];
    let mut dates_until = Vec::new();
    for _ in 0..ROWS {
        let count = f64::from((draw() % 12).saturating_sub(5));
        let minutes = f64::from(draw() % 30_000) / 100.0;
        let ratio = f64::from(draw() % 1000) / 7.0;
        let missing = draw() % 10 == 0;
        let mut risk = 0.05 + 0.05 * count + if minutes > 200.0 { 0.2 } else { 0.0 };
        risk += if missing { 0.15 } else { 0.0 };
        values[0].push(Some(count));
        values[1].push(Some(minutes));
        values[2].push((!missing).then_some(ratio));
        dates_until.push(u8::from(f64::from(draw() % 1000) < risk * 1000.0));
    }
    let date = DateSample {
        date: month(1),
        customers: (0..ROWS).collect(),
        rules: vec![0; ROWS as usize],
        ages: vec![40; ROWS as usize],
        dates_until,
        columns: values.map(column).into(),
        left_out: 0,
    };
    samples(&["count", "minutes", "ratio"], 1, ROWS, 1, vec![date])
}

fn fitted(samples: &Samples, penalty: f64) -> Scorecard {
    Fitter::new(samples, &settings(1, penalty)).scorecard(1, 0).unwrap()
}

fn auc(samples: &Samples, scorecard: &Scorecard) -> f64 {
    let counts = Scorer::new(&scorecard.features).count(&samples.dates, 1);
    Pairs::new(counts.descending().into_iter().map(|(_, until)| (until.iter().sum(), until[1]))).auc()
}

/// Coefficients by bin, and the AUC of the scores.
fn agrees(penalty: f64, intercept: f64, coefficients: [&[f64]; 3], auc_of_scores: f64) {
    let samples = sample();
    let scorecard = fitted(&samples, penalty);
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-8, "{a} is not {b}");
    close(scorecard.intercept, intercept);
    for (feature, expected) in scorecard.features.iter().zip(coefficients) {
        assert_eq!(feature.bins.len(), expected.len());
        feature.bins.iter().zip(expected).for_each(|(bin, expected)| close(bin.coefficient, *expected));
    }
    assert!((auc(&samples, &scorecard) - auc_of_scores).abs() < 1e-12);
}

#[test]
fn the_sample_falls_into_the_same_bins() {
    let scorecard = fitted(&sample(), 1.0);
    let counts = |feature: usize| {
        let bins = &scorecard.features[feature].bins;
        (bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), bins.iter().map(|bin| bin.outcomes).collect::<Vec<_>>())
    };
    assert_eq!(counts(0), (vec![1502, 514, 264, 243, 237, 240], vec![198, 112, 73, 85, 84, 111]));
    assert_eq!(counts(1), (vec![600; 5], vec![100, 90, 94, 167, 212]));
    assert_eq!(counts(2), (vec![534, 534, 536, 532, 533, 331], vec![120, 100, 118, 95, 105, 125]));
    assert_eq!((scorecard.rows, scorecard.outcomes), (3000, 663));
}

#[test]
fn without_a_penalty_it_is_the_maximum_likelihood() {
    let coefficients = [
        &[0.0, 0.6779213572, 1.0117418405, 1.3849224033, 1.4946654456, 1.9063252714][..],
        &[0.0, -0.0847586271, -0.0580514963, 0.7676008284, 1.20711921],
        &[-0.0001827544, -0.2577996602, 0.0, -0.3605810901, -0.1948383175, 0.8312326976],
    ];
    agrees(0.0, -2.365548460803904, coefficients, 0.7435920024834923);
}

#[test]
fn a_penalty_of_1() {
    let coefficients = [
        &[0.0, 0.6300228425, 0.9506527844, 1.315960503, 1.4214149064, 1.8272991176][..],
        &[0.0, -0.1064361636, -0.0798560642, 0.7308857627, 1.1617930425],
        &[-0.0001536571, -0.251995578, 0.0, -0.3508421099, -0.18983397, 0.81168324],
    ];
    agrees(1.0, -2.297156819694041, coefficients, 0.7437368943825186);
}

#[test]
fn a_penalty_of_50() {
    let coefficients = [
        &[0.0, 0.1004827382, 0.2364796436, 0.4154582726, 0.4458322349, 0.6892362741][..],
        &[0.0, -0.2200515163, -0.1996417749, 0.2961522089, 0.573500784],
        &[0.0016338081, -0.1446879919, 0.0, -0.1832693314, -0.1040194477, 0.4441276241],
    ];
    agrees(50.0, -1.5307516799234218, coefficients, 0.7302145110043623);
}
