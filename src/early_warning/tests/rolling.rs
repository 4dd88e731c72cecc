//! Which dates a model is fitted, calibrated and tested on, and that nothing else has a say in it.

use super::super::{AuditGroups, FitError, Unfit, fit};
use super::*;

const WITHIN: u32 = 2;

fn fitted(samples: &Samples, threads: usize) -> (super::super::Model, super::super::Backtest) {
    fit(samples, &settings(WITHIN, 1.0), &AuditGroups::default(), threads).unwrap()
}

#[test]
fn nothing_that_a_test_rests_on_lies_after_it() {
    let samples = planted(3_000, 20, WITHIN, 1);
    let (model, backtest) = fitted(&samples, 1);
    let dates: Vec<Day> = backtest.dates.iter().map(|date| date.date).collect();
    assert_eq!(dates, (5..=20).map(month).collect::<Vec<_>>());
    for (at, date) in backtest.dates.iter().enumerate() {
        assert_eq!(date.fitted_on, (1..=at + 1).map(month).collect::<Vec<_>>());
        assert_eq!(date.calibrated_on, ((at + 3).saturating_sub(11).max(1)..=at + 3).map(month).collect::<Vec<_>>());
        assert!(date.calibrated_on.last().unwrap().plus_months(WITHIN as i32) <= date.date);
    }
    let provenance = &model.provenance;
    assert_eq!((provenance.first_date, provenance.last_date), (month(1), month(22)));
    assert_eq!(provenance.fitted_on, (1..=18).map(month).collect::<Vec<_>>());
    assert_eq!(provenance.calibrated_on, (9..=20).map(month).collect::<Vec<_>>());
    assert_eq!(provenance.fitting_rows, 18 * 3_000);
}

#[test]
fn later_dates_change_no_earlier_test() {
    let whole = planted(3_000, 8, WITHIN, 2);
    let mut shorter = whole.clone();
    shorter.dates.truncate(6);
    let (_, of_whole) = fitted(&whole, 2);
    let (_, of_shorter) = fitted(&shorter, 2);
    assert_eq!(of_shorter.dates, of_whole.dates[..2]);
}

#[test]
fn threads_change_nothing() {
    let samples = planted(6_000, 7, WITHIN, 3);
    let told = |threads| format!("{:?}", fitted(&samples, threads));
    let one = told(1);
    assert_eq!(one, told(2));
    assert_eq!(one, told(5));
}

#[test]
fn scores_of_columns_are_those_of_single_customers() {
    let samples = planted(2_000, 5, WITHIN, 4);
    let (model, _) = fitted(&samples, 1);
    let date = &samples.dates[4];
    let scores = super::super::scores::Scorer::new(&model.features).scores(date);
    for (row, score) in scores.iter().enumerate() {
        let values: Vec<Option<f64>> = date.columns.iter().map(|column| column.value(row)).collect();
        assert_eq!(model.score(&values), *score);
    }
}

#[test]
fn too_few_dates_say_how_many_it_takes_and_from_when() {
    let samples = planted(200, 4, WITHIN, 5);
    let error = fit(&samples, &settings(WITHIN, 1.0), &AuditGroups::default(), 1).unwrap_err();
    let FitError::TooFewDates { have, needed, from, to, .. } = error else { panic!("{error}") };
    assert_eq!((have, needed, from, to), (6, 7, month(0), month(6)));
    // With as many as it asks for there is one date of testing.
    let (_, backtest) = fitted(&planted(3_000, 5, WITHIN, 5), 1);
    assert_eq!(backtest.dates.len(), 1);
}

#[test]
fn dates_on_which_nobody_had_slid_yet_are_not_tested() {
    let mut samples = planted(3_000, 7, WITHIN, 6);
    samples.dates[0].dates_until.fill(0);
    let (_, backtest) = fitted(&samples, 1);
    assert_eq!(backtest.dates.iter().map(|date| date.date).collect::<Vec<_>>(), [month(6), month(7)]);
    samples.dates.iter_mut().for_each(|date| date.dates_until.fill(0));
    let error = fit(&samples, &settings(WITHIN, 1.0), &AuditGroups::default(), 1).unwrap_err();
    assert!(matches!(error, FitError::Sample { reason: Unfit::NoOutcomes, .. }), "{error}");
    assert!(error.to_string().contains("2021-01-01 to 2021-05-01"), "{error}");
}

#[test]
fn samples_without_customers_are_no_tests() {
    let mut samples = planted(3_000, 6, WITHIN, 8);
    let date = &mut samples.dates[5];
    *date = DateSample { columns: vec![SampleColumn::default(); 3], ..date.clone() };
    (date.customers, date.rules, date.ages, date.dates_until) = (vec![], vec![], vec![], vec![]);
    let (_, backtest) = fitted(&samples, 1);
    assert_eq!(backtest.dates.len(), 1);
}
