//! A made-up early-warning model with its tests, for the tests of tables and of pages: two features, one of them by
//! exception, three bands, six dates of testing, and a group of which nothing may be told.

use super::made_up_run::Run;
use crate::calendar::Day;
use crate::config::{BandLimits, EarlyWarning};
use crate::early_warning::{
    Applied, AuditedGroup, Backtest, BacktestDate, Band, BandOutcome, Bin, BinRange, CAPACITIES_PCT, CapacityFigures,
    Model, ModelFile, Provenance, SampleSize, ScoredFeature, TestFigures, TestSummary, Tested,
};

/// Everything that the page of a model is made of.
pub(crate) struct MadeUpModel {
    pub(crate) run: Run,
    pub(crate) settings: EarlyWarning,
    pub(crate) model: Model,
    pub(crate) backtest: Backtest,
}

/// Dates ahead.
const WITHIN: u32 = 6;

impl MadeUpModel {
    /// Tested on samples of so many customers, of whom one in fifty slides.
    pub(crate) fn of(customers: u64) -> Self {
        let run = Run::whole();
        let last = Day::from_iso("2025-12-31").unwrap();
        let date = |months: i32| last.plus_days(1).plus_months(-months).plus_days(-1);
        let dates: Vec<BacktestDate> = (0..6).rev().map(|at| tested_on(date(6 + at), customers + at as u64)).collect();
        let together = Tested {
            model: sum(dates.iter().map(|of| &of.tested.model)),
            rules: sum(dates.iter().map(|of| &of.tested.rules)),
            single: sum(dates.iter().map(|of| &of.tested.single)),
        };
        let audit = audit(&together.model);
        let backtest = Backtest {
            tested_customers: together.model.outcomes / 3,
            calibrated_customers: together.model.outcomes / 3,
            together,
            dates,
            single_feature: "contacts".into(),
            audit,
            observed_to_expected: [0.98, 0.91, 1.06],
            failures: Vec::new(),
        };
        let provenance = Provenance {
            from: vec!["regular".into(), "irregular".into()],
            to: "support".into(),
            within: WITHIN,
            every_months: 1,
            penalty: 1.0,
            first_date: date(30),
            last_date: last,
            fitted_on: (12..=30).rev().map(date).collect(),
            calibrated_on: (6..18).rev().map(date).collect(),
            fitting_rows: 19 * customers,
            fitting_outcomes: 19 * customers / 50,
            samples: (6..=30)
                .rev()
                .map(|months| SampleSize {
                    date: date(months),
                    rows: customers,
                    outcomes: customers / 50,
                    left_out: if months == 30 { 3 } else { 40 },
                })
                .collect(),
        };
        let features = vec![contacts(&provenance), age(&provenance)];
        let model = Model {
            approved_by: String::new(),
            approved_on: None,
            provenance,
            intercept: -4.5,
            features,
            bands: bands(customers),
        };
        MadeUpModel { run, settings: settings(), model, backtest }
    }

    /// A run that has applied it, with so many customers by band.
    pub(crate) fn applied(mut self, customers: [u64; 3]) -> Run {
        let file = ModelFile {
            exceptions: self.settings.exceptions,
            band_limits: self.settings.bands,
            tests: TestSummary::of(&self.backtest),
            model: self.model,
            version: String::new(),
            configuration_blake3: String::new(),
            configuration: String::new(),
            inputs: Vec::new(),
        };
        let applied = Applied { file, blake3: String::new(), customers: customers.into() };
        self.run.early_warning = Some(applied);
        self.run
    }
}

fn settings() -> EarlyWarning {
    EarlyWarning {
        from: vec![0, 1],
        to: 2,
        within: WITHIN,
        features: vec!["contacts".into(), "age".into()],
        exceptions: vec!["age".into()],
        penalty: 1.0,
        bands: BandLimits { min_customers: 100, min_outcomes: 20, min_outcomes_pct: 5.0 },
        model: None,
        require_approval: false,
        accept_failed: false,
        max_age_days: None,
    }
}

/// Of those with the outcome so many per cent are found, more the better the `skill`.
fn figures(customers: u64, skill: f64) -> TestFigures {
    let outcomes = customers / 50;
    let of_capacity = |capacity_pct: f64| {
        let share = (capacity_pct / 100.0).powf(1.0 / (1.0 + skill));
        let all = outcomes / u64::from(WITHIN);
        let by_dates = |ahead: u32| ((all as f64 * share * (1.0 - 0.1 * f64::from(ahead - 1))).floor(), all);
        CapacityFigures {
            capacity_pct,
            looked_at: (customers as f64 * capacity_pct / 100.0).ceil() as u64,
            found: (1..=WITHIN).map(|ahead| by_dates(ahead).0).sum(),
            found_by_dates: (1..=WITHIN).map(by_dates).collect(),
        }
    };
    TestFigures {
        rows: customers,
        outcomes,
        auc: 0.5 + 0.17 * skill,
        capacities: CAPACITIES_PCT.into_iter().map(of_capacity).collect(),
        expected: outcomes as f64 * 1.02,
        brier: 0.018,
        brier_skill: 0.06 * skill,
    }
}

fn tested_on(date: Day, customers: u64) -> BacktestDate {
    let outcomes = customers / 50;
    let band = |lowest_score: i64, risk_pct: f64, of: u64, with: u64| BandOutcome {
        lowest_score,
        risk_pct,
        rows: customers * of / 100,
        outcomes: outcomes * with / 100,
    };
    BacktestDate {
        date,
        fitted_on: vec![date.plus_months(-12)],
        calibrated_on: vec![date.plus_months(-6)],
        left_out: 40,
        single_feature: "contacts".into(),
        tested: Tested {
            model: figures(customers, 2.0),
            rules: figures(customers, 1.2),
            single: figures(customers, 1.0),
        },
        bands: vec![band(60, 22.0, 4, 45), band(20, 4.0, 16, 33), band(-30, 0.5, 80, 22)],
    }
}

fn sum<'a>(of: impl Iterator<Item = &'a TestFigures>) -> TestFigures {
    of.cloned()
        .reduce(|mut sum, of| {
            sum.rows += of.rows;
            sum.outcomes += of.outcomes;
            sum.expected += of.expected;
            for (sum, of) in sum.capacities.iter_mut().zip(of.capacities) {
                sum.looked_at += of.looked_at;
                sum.found += of.found;
                for (sum, of) in sum.found_by_dates.iter_mut().zip(of.found_by_dates) {
                    *sum = (sum.0 + of.0, sum.1 + of.1);
                }
            }
            sum
        })
        .unwrap()
}

/// All but a few speak Swedish or Finnish; the few are not audited, but could be worked out from the others.
fn audit(all: &TestFigures) -> Vec<AuditedGroup> {
    let group = |dimension: &str, group: &str, per_thousand: u64, ratio: f64| {
        let part = |of: u64| of * per_thousand / 1000;
        AuditedGroup {
            dimension: dimension.into(),
            group: group.into(),
            rows: part(all.rows),
            outcomes: part(all.outcomes),
            found: 0.4 * part(all.outcomes) as f64 * ratio,
            false_alarms: 0.04 * part(all.rows) as f64,
            expected: part(all.outcomes) as f64 / ratio,
        }
    };
    vec![
        group("age_group", "18-24", 300, 1.1),
        group("age_group", "25-34", 700, 0.95),
        group("language", "fi <&>", 290, 1.0),
        group("language", "sv", 700, 1.0),
        group("language", "", 5, 1.3),
    ]
}

fn contacts(of: &Provenance) -> ScoredFeature {
    let bin = |range, per_cent: u64, with: u64, coefficient: f64| Bin {
        range,
        rows: of.fitting_rows * per_cent / 100,
        customers: of.fitting_rows * per_cent / 1000,
        outcomes: of.fitting_outcomes * with / 100,
        coefficient,
        points: (coefficient * 20.0 / std::f64::consts::LN_2).round() as i32,
        is_reference: coefficient == 0.0,
    };
    let bins = vec![
        bin(BinRange::Only(0.0), 60, 20, 0.0),
        bin(BinRange::UpTo(2.0), 20, 20, 0.75),
        bin(BinRange::UpTo(7.0), 15, 25, 1.4),
        bin(BinRange::UpTo(31.0), 5, 35, 2.6),
    ];
    ScoredFeature { name: "contacts".into(), bins }
}

/// The age of so few is missing that nothing may be told of them.
fn age(of: &Provenance) -> ScoredFeature {
    let bin = |range, rows: u64, customers: u64, outcomes: u64, coefficient: f64, points: i32| Bin {
        range,
        rows,
        customers,
        outcomes,
        coefficient,
        points,
        is_reference: points == 0,
    };
    let (rows, outcomes) = (of.fitting_rows / 2, of.fitting_outcomes / 2);
    let bins = vec![
        bin(BinRange::UpTo(34.0), rows - 7, rows / 10, outcomes - 2, 0.0, 0),
        bin(BinRange::UpTo(64.0), rows / 2, rows / 20, outcomes / 2, -0.5, -14),
        bin(BinRange::UpTo(99.0), rows - rows / 2, rows / 20, outcomes - outcomes / 2, -1.1, -32),
        bin(BinRange::Missing, 7, 3, 2, 4.9, 141),
    ];
    ScoredFeature { name: "age".into(), bins }
}

fn bands(customers: u64) -> Vec<Band> {
    let band = |lowest_score: i64, per_cent: u64, risk_pct: f64, half: f64| Band {
        lowest_score,
        rows: customers * 12 * per_cent / 100,
        outcomes: customers * 12 * per_cent / 100 * risk_pct as u64 / 100,
        risk_pct,
        risk_low_pct: risk_pct - half,
        risk_high_pct: risk_pct + half,
    };
    vec![band(58, 5, 24.0, 3.0), band(15, 15, 4.1, 0.8), band(-32, 80, 0.5, 0.1)]
}
