//! Ranges in words, and what of a model may not be told.

use super::*;
use crate::early_warning::{Bin, BinRange, Failure};
use crate::i18n::Language;
use crate::tables::made_up_model::MadeUpModel;
use crate::tables::{Table, Value};

fn ranges(feature: &str, ranges: &[BinRange], language: Language) -> Vec<String> {
    let bin = |range: &BinRange| Bin {
        range: *range,
        rows: 0,
        customers: 0,
        outcomes: 0,
        coefficient: 0.0,
        points: 0,
        is_reference: false,
    };
    let bins: Vec<Bin> = ranges.iter().map(bin).collect();
    let words = Localizer::new(None, language).unwrap();
    (0..bins.len()).map(|at| bin_range(&words, feature, &bins, at)).collect()
}

#[test]
fn ranges_of_counts_are_whole_and_without_the_value_that_is_by_itself() {
    use BinRange::{Missing, Only, UpTo};
    let of = |bins: &[BinRange]| ranges("contacts", bins, Language::En).join("; ");
    assert_eq!(of(&[Only(0.0), UpTo(1.0), UpTo(4.0), UpTo(31.0), Missing]), "0; 1; 2 to 4; 5 or more; no value");
    assert_eq!(of(&[UpTo(1.0), UpTo(4.0), UpTo(9.0)]), "0 to 1; 2 to 4; 5 or more");
    assert_eq!(of(&[Only(12.0), UpTo(5.0), UpTo(12.0), UpTo(20.0)]), "12; 0 to 5; 6 to 11; 13 or more");
    assert_eq!(of(&[Only(3.0), UpTo(5.0), UpTo(9.0)]), "3; 0 to 5, but 3; 6 or more");
    assert_eq!(of(&[Only(0.0), UpTo(8.0)]), "0; 1 or more");
    assert_eq!(of(&[UpTo(8.0)]), "0 or more");
}

#[test]
fn ranges_of_other_numbers_have_ends_between_which_anything_lies() {
    use BinRange::{Missing, Only, UpTo};
    let bins = [Only(0.0), UpTo(20.7), UpTo(35.11), UpTo(99.0), Missing];
    let of = |feature, language| ranges(feature, &bins, language).join("; ");
    assert_eq!(of("handling_minutes", Language::En), "0; over 0 to 20.7; over 20.7 to 35.11; over 35.11; no value");
    assert_eq!(of("handling_minutes", Language::Sv).split("; ").nth(2), Some("över 20,7 till 35,11"));
    // Recoveries can exceed payments, and what people derive can be anything.
    assert_eq!(of("paid_eur", Language::En).split("; ").nth(1), Some("up to 20.7, but 0"));
    assert_eq!(of("of_their_own", Language::En).split("; ").nth(1), Some("up to 20.7, but 0"));
    assert_eq!(ranges("paid_eur", &[UpTo(5.0)], Language::Fi), ["kaikki arvot"]);
    // No edge is written so that a value of it seems to be in the next bin, nor like another.
    let of = |bins: &[BinRange]| ranges("of_their_own", bins, Language::En).join("; ");
    let third = 1.0 / 3.0;
    assert_eq!(of(&[UpTo(third), UpTo(0.5), UpTo(1.0)]), "up to 0.3334; over 0.3334 to 0.5; over 0.5");
    assert_eq!(of(&[UpTo(0.29), UpTo(0.58), UpTo(1.0)]), "up to 0.29; over 0.29 to 0.58; over 0.58");
    assert_eq!(of(&[UpTo(third), UpTo(0.33334), UpTo(1.0)]), "up to 0.333334; over 0.333334 to 0.33334; over 0.33334");
    assert_eq!(
        of(&[Only(third), UpTo(1e12), UpTo(1e13)]),
        "0.3333; up to 1,000,000,000,000, but 0.3333; over 1,000,000,000,000"
    );
}

/// By row, whether a column may be told.
fn told(table: &Table, column: &str) -> Vec<bool> {
    table.rows.iter().map(|row| table.cell(row, column).value != Value::Masked).collect()
}

#[test]
fn of_a_bin_of_few_customers_nothing_is_told_and_its_size_cannot_be_worked_out() {
    let made_up = MadeUpModel::of(20_000);
    let words = Localizer::new(&made_up.run.plan, Language::En).unwrap();
    let table = scorecard(&words, &made_up.model, &made_up.settings.exceptions);
    let age = table.filter("feature", "age");
    assert_eq!(age.rows.len(), 4);
    // Three customers have no age; the next smallest bin hides how many.
    assert_eq!(told(&age, "points"), [true, true, true, false]);
    assert_eq!(told(&age, "cases"), [true, false, true, false]);
    assert_eq!(told(&age, "outcome_pct"), [true, false, true, false]);
    assert!(told(&table.filter("feature", "contacts"), "outcome_pct").iter().all(|told| *told));
    assert!(age.rows[0].cell(0).detail.is_some_and(|detail| detail.label() == "by exception"));
}

#[test]
fn a_slide_counts_on_several_dates_so_that_more_outcomes_are_few() {
    let made_up = MadeUpModel::of(30_000);
    let words = Localizer::new(&made_up.run.plan, Language::En).unwrap();
    assert_eq!(least_outcomes(&words, &made_up.model.provenance), 60);
    // 18 of 900 cases without a language: few, though more than ten.
    let audit = warning_audit(&words, &made_up.backtest, &made_up.model.provenance);
    let language = audit.filter("dimension", "language");
    // Rounding leaves open 90 cases, and so what the others lack of all.
    assert_eq!(told(&language, "recall_pct"), [true, true, false]);
    // With fewer customers it does not.
    let fewer = MadeUpModel::of(20_000);
    let audit = warning_audit(&words, &fewer.backtest, &fewer.model.provenance);
    assert_eq!(told(&audit.filter("dimension", "language"), "recall_pct"), [false, true, false]);
}

#[test]
fn of_the_samples_of_dates_nothing_is_told_that_is_of_few() {
    let mut made_up = MadeUpModel::of(20_000);
    let words = Localizer::new(&made_up.run.plan, Language::En).unwrap();
    let table = warning_samples(&words, &made_up.model.provenance, &made_up.backtest);
    let uses = |at: usize| table.cell(&table.rows[at], "used_for").value.label().to_owned();
    assert_eq!(
        [0, 13, 18, 24].map(uses),
        ["fitting", "fitting, calibrating", "fitting, calibrating", "calibrating, testing"]
    );
    assert!(told(&table, "outcome_pct").iter().all(|told| *told));
    // On the first date three are left out; of the other dates that are not tested on nothing is told either.
    let tested = made_up.backtest.dates.len();
    let left_out = told(&table, "left_out");
    assert_eq!(left_out.iter().filter(|told| **told).count(), tested);
    assert!(left_out[table.rows.len() - tested..].iter().all(|told| *told));
    // What the tests do not tell is not told here.
    made_up.backtest.dates[2].left_out = 4;
    let of_tests = told(&warning_dates(&words, &made_up.backtest), "left_out");
    let table = warning_samples(&words, &made_up.model.provenance, &made_up.backtest);
    assert_eq!(told(&table, "left_out")[table.rows.len() - tested..], of_tests[..tested]);
    assert!(!of_tests[2]);
}

#[test]
fn bands_of_like_risk_are_gathered_over_all_dates() {
    let mut made_up = MadeUpModel::of(20_000);
    let words = Localizer::new(None, Language::En).unwrap();
    let calibration = |made_up: &MadeUpModel| {
        let table = warning_calibration(&words, &made_up.backtest.dates, &made_up.model.provenance);
        (table.numbers("expected_pct"), table.numbers("cases"), table.numbers("observed_to_expected"))
    };
    let (expected, cases, ratios) = calibration(&made_up);
    let near = |one: &[f64], other: &[f64]| one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-9);
    assert!(expected.len() == 3 && near(&expected, &[22.0, 4.0, 0.5]), "{expected:?}");
    let all: u64 = made_up.backtest.dates.iter().flat_map(|of| &of.bands).map(|band| band.rows).sum();
    assert_eq!(cases.iter().sum::<f64>(), all as f64);
    // 180 of 800 where 176 were expected.
    assert!((ratios[0] - 180.0 / 176.0).abs() < 1e-3, "{ratios:?}");
    // A band that nearly nobody is in joins the next one.
    made_up.backtest.dates[0].bands[0].risk_pct = 30.0;
    made_up.backtest.dates[0].bands[0].rows = 1;
    let (expected, ..) = calibration(&made_up);
    assert!(expected.len() == 3 && expected[0] > 22.0 && expected[0] < 22.1, "{expected:?}");
}

#[test]
fn every_failure_is_a_sentence_with_its_figures() {
    let mut made_up = MadeUpModel::of(20_000);
    made_up.backtest.failures = vec![
        Failure::NoBetterThanRules,
        Failure::NoBetterThanSingle,
        Failure::NoMoreSkillThanRules,
        Failure::FewTested(99),
        Failure::FewCalibrated(1),
        Failure::Miscalibrated,
    ];
    for (language, figures) in [
        (Language::En, ["0.840", "0.670", "0.072", "99 customers", "1 customer ", "0.91 to 1.06"]),
        (Language::Sv, ["0,840", "0,670", "0,072", "99 kunder", "1 kund ", "0,91 till 1,06"]),
        (Language::Fi, ["0,840", "0,670", "0,072", "99 asiakasta", "1 asiakas;", "0,91–1,06"]),
    ] {
        let words = Localizer::new(&made_up.run.plan, language).unwrap();
        let said = failures(&words, &made_up.backtest, &made_up.model.provenance);
        assert_eq!(said.len(), 6);
        for (sentence, figure) in said.iter().zip(figures) {
            assert!(sentence.replace('\u{a0}', " ").contains(figure), "{sentence}: {figure}");
        }
    }
}
