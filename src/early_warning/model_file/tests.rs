//! A model written, read, approved, and tampered with.

use std::path::Path;

use super::*;
use crate::config::tests::plan_of;
use crate::config::{from_text, of_features};
use crate::early_warning::{Band, Bin, BinRange, CapacityFigures, Provenance, SampleSize, ScoredFeature, TestFigures};

/// A model of two features, made up.
pub(crate) fn made_up() -> ModelFile {
    ModelFile {
        model: Model {
            approved_by: String::new(),
            approved_on: None,
            provenance: provenance(),
            intercept: -3.9,
            features: features(),
            bands: vec![band(20, 10.0), band(-3, 0.1)],
        },
        exceptions: Vec::new(),
        band_limits: BandLimits { min_customers: 100, min_outcomes: 20, min_outcomes_pct: 5.0 },
        tests: TestSummary {
            dates: vec![TestedDate {
                date: day("2024-08-31"),
                rows: 30_000,
                outcomes: 900,
                expected: 888.125,
                auc: [0.81, 0.7, f64::NAN],
            }],
            together: Tested { model: figures(0.81), rules: figures(0.7), single: figures(0.75) },
            single_feature: "contacts".to_owned(),
            tested_customers: 900,
            calibrated_customers: 700,
            observed_to_expected: [1.01, 0.95, 1.07],
            failures: Vec::new(),
        },
        version: "0.1.0".to_owned(),
        configuration_blake3: "ab".repeat(32),
        configuration: of_features(&plan_of("[window]\nmonths = 6\n").in_force),
        inputs: vec![ModelInput {
            extract: "contacts".to_owned(),
            file: "data/\"c\".csv".to_owned(),
            blake3: "cd".repeat(32),
        }],
    }
}

fn day(text: &str) -> Day {
    Day::from_iso(text).unwrap()
}

fn provenance() -> Provenance {
    Provenance {
        from: vec!["regular".to_owned(), "irregular".to_owned()],
        to: "support".to_owned(),
        within: 6,
        every_months: 1,
        penalty: 1.0,
        first_date: day("2023-01-31"),
        last_date: day("2025-06-30"),
        fitted_on: vec![day("2023-01-31")],
        calibrated_on: vec![day("2024-01-31"), day("2024-02-29")],
        fitting_rows: 18_900,
        fitting_outcomes: 230,
        samples: vec![
            SampleSize { date: day("2023-01-31"), rows: 18_900, outcomes: 230, left_out: 12 },
            SampleSize { date: day("2024-08-31"), rows: 30_000, outcomes: 900, left_out: 0 },
        ],
    }
}

/// Values that are hard to write.
fn features() -> Vec<ScoredFeature> {
    let bin = |range, customers, outcomes, coefficient: f64, is_reference| Bin {
        range,
        rows: customers * 3,
        customers,
        outcomes,
        coefficient,
        points: crate::early_warning::points(coefficient),
        is_reference,
    };
    let contacts = vec![
        bin(BinRange::Only(0.0), 5_000, 90, 0.0, true),
        bin(BinRange::UpTo(2.0), 900, 60, 0.1 + 0.2, false),
        bin(BinRange::UpTo(1e300), 400, 80, 1.0 / 3.0, false),
    ];
    let minutes =
        vec![bin(BinRange::UpTo(-12.5), 3_000, 90, 0.0, true), bin(BinRange::Missing, 400, 80, -5e-324, false)];
    let feature = |name: &str, bins| ScoredFeature { name: name.to_owned(), bins };
    vec![feature("contacts", contacts), feature("handling_minutes", minutes)]
}

fn band(lowest_score: i64, risk_pct: f64) -> Band {
    Band {
        lowest_score,
        rows: 300,
        outcomes: 30,
        risk_pct,
        risk_low_pct: risk_pct / 3.0,
        risk_high_pct: risk_pct * 1.1,
    }
}

fn figures(auc: f64) -> TestFigures {
    TestFigures {
        rows: 30_000,
        outcomes: 900,
        auc,
        capacities: vec![CapacityFigures {
            capacity_pct: 0.5,
            looked_at: 150,
            found: 41.0 / 3.0,
            found_by_dates: vec![(10.5, 20), (3.0, 100)],
        }],
        expected: 888.125,
        brier: 0.0271,
        brier_skill: -0.1,
    }
}

fn read(text: &str) -> Result<ModelFile, String> {
    ModelFile::of_text(text, Path::new("model.toml")).map_err(|fault| fault.to_string())
}

#[test]
fn what_is_written_is_read_to_the_bit() {
    for failures in [vec![], vec![Failure::NoBetterThanRules, Failure::FewTested(12), Failure::Miscalibrated]] {
        let mut file = made_up();
        file.tests.failures = failures;
        file.exceptions = vec!["age".to_owned()];
        let text = file.to_toml();
        let again = read(&text).unwrap();
        // NaN is not equal to itself; as text all is.
        assert_eq!(format!("{again:?}"), format!("{file:?}"), "{text}");
        assert_eq!(again.to_toml(), text);
        let bits = |file: &ModelFile| {
            file.model.features[0].bins.iter().map(|bin| bin.coefficient.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(bits(&again), bits(&file));
    }
}

#[test]
fn a_reviewer_may_approve_and_comment() {
    let text = made_up().to_toml();
    for day in ["\"2026-02-01\"", "2026-02-01"] {
        let approved = text
            .replace("approved_by = \"\"", "approved_by = \"A. Analyst\"")
            .replace("approved_on = \"\"", &format!("approved_on = {day}"))
            .replace("[scorecard]", "# I asked why.\n[scorecard]")
            .replace('\n', "\r\n");
        let model = read(&approved).unwrap().model;
        assert_eq!((model.approved_by.as_str(), model.approved_on), ("A. Analyst", Day::from_iso("2026-02-01")));
    }
}

#[test]
fn whatever_else_is_changed_is_refused() {
    let text = made_up().to_toml();
    let numbers = [
        ("points = 9", "points = 8"),
        ("up_to = 2.0", "up_to = 3.0"),
        ("lowest_score = 20", "lowest_score = 10"),
        ("left_out = 12", "left_out = 11"),
        ("used_for = [\"testing\"]", "used_for = [\"fitting\"]"),
        ("passes = true", "passes = false"),
        ("to = \"support\"", "to = \"irregular\""),
        ("months = 6", "months = 7"),
        ("file = 'data/\"c\".csv'", "file = \"d.csv\""),
    ];
    for (from, to) in numbers {
        assert!(text.contains(from), "{from}: {text}");
        let said = read(&text.replacen(from, to, 1)).unwrap_err();
        let line = text.lines().position(|line| line.starts_with("seal")).unwrap() + 1;
        assert!(said.starts_with(&format!("model.toml:{line}: the model was changed after it was fitted")), "{said}");
    }
}

#[test]
fn every_fault_has_its_line_and_what_to_do() {
    let text = made_up().to_toml();
    let line_of = |part: &str| text.lines().position(|line| line.contains(part)).unwrap() + 1;
    for (from, to, line, message) in [
        ("[scorecard]", "[scorecard", line_of("[scorecard]"), "expected `]`"),
        ("intercept = ", "intercpt = ", line_of("intercept = "), "unknown field `intercpt`"),
        ("within = 6", "within = \"6\"", line_of("within = 6"), "invalid type"),
        ("approved_by = \"\"", "approved_by = \"A\"", line_of("approved_by = "), "an approval has both"),
        ("approved_on = \"\"", "approved_on = \"soon\"", line_of("approved_on = "), "`approved_on` is no day"),
    ] {
        let said = read(&text.replacen(from, to, 1)).unwrap_err();
        assert!(said.starts_with(&format!("model.toml:{line}: ")) && said.contains(message), "{line}: {said}");
        assert!(said.contains("fit the model again"), "{said}");
    }
    assert!(read("").unwrap_err().contains("missing field"));
}

#[test]
fn the_settings_that_it_carries_are_those_that_matter() {
    let plan = plan_of(
        "dimensions = [\"municipality\"]\n\
         rules = [{ name = \"r\", category = \"support\", when = \"contacts > 1\", reason = { en = \"why\" } }]\n[window]\nas_of = 2025-12-31\nmonths = 6\n[outputs]\nkeep = 3\n\
         [[derived_features]]\nname = \"per_application\"\nexpression = \"contacts / applications\"\nmeaning.en = \"x\"\n\
         [extracts.customers]\nfiles = \"k.csv\"\ncolumns.municipality = \"Kommun\"\n",
    );
    let text = of_features(&plan.in_force);
    let again = from_text(&text, Path::new("/"), |_| plan.window.as_of).unwrap();
    assert_eq!(crate::config::label_settings_that_differ(&plan, &again, &[]), [""; 0]);
    assert_eq!((again.benefits.len(), again.window.months), (22, 6));
    for left_out in ["keep", "Regelbunden", "reason", "as_of", "meaning", "[limits]", "[gates]", "max_age_days"] {
        assert!(!text.contains(left_out), "{left_out}: {text}");
    }
}
