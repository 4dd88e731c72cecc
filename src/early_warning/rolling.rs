//! The one way to a model: tested over and over on dates after everything that it was learned from, then fitted on the
//! newest dates that have outcomes (`docs/method.md` section 11, *Backtest*).

use super::audit::{Audit, AuditGroups};
use super::backtest::{Backtest, BacktestDate, BandOutcome, Tested};
use super::baselines::Baselines;
use super::error::{FitError, Unfit};
use super::fitting::{Fitter, Scorecard, calibration_dates};
use super::model::{Model, Provenance, SampleSize};
use super::passing;
use super::ranking::{Level, Sums};
use super::samples::{DateSample, SampledPanel, Samples};
use super::scores::{ScoreCounts, Scorer};
use crate::calendar::Day;
use crate::config::EarlyWarning;

/// Fits a model on a panel's samples, and tests it. `groups` are who its tests are audited by. Results are the same for any
/// number of threads.
///
/// # Errors
/// The panel has too few dates, or its samples give no model.
pub fn fit(
    samples: &Samples,
    settings: &EarlyWarning,
    groups: &AuditGroups,
    threads: usize,
) -> Result<(Model, Backtest), FitError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.install(|| fit_in_pool(samples, settings, groups))
}

fn fit_in_pool(
    samples: &Samples,
    settings: &EarlyWarning,
    groups: &AuditGroups,
) -> Result<(Model, Backtest), FitError> {
    let within = samples.within as usize;
    let count = samples.dates.len();
    let Some(last) = count.checked_sub(1).filter(|last| *last >= 2 * within) else {
        return Err(too_few(samples));
    };
    let mut fitter = Fitter::new(samples, settings);
    let mut tests = Tests::new(samples, groups);
    for at in 2 * within..count {
        // Of the samples up to t0 − 2H; calibration takes those up to t0 − H, whose outcomes are known on t0.
        match fitter.scorecard(at - 2 * within + 1, at - within) {
            Ok(scorecard) => tests.add(at, &scorecard),
            // On this date there would have been no model.
            Err(Unfit::NoOutcomes | Unfit::NothingButOutcomes | Unfit::Uncalibrated) => {}
            Err(reason) => return Err(of_sample(samples, at - 2 * within, reason)),
        }
    }
    // The panel's last date is `within` dates after the last one that has a sample.
    let newest = last - within;
    let scorecard = fitter.scorecard(newest + 1, last).map_err(|reason| of_sample(samples, newest, reason))?;
    let backtest = tests.backtest().ok_or(FitError::Untested { last: samples.dates[last].date })?;
    Ok((model(samples, settings, scorecard), backtest))
}

fn too_few(samples: &Samples) -> FitError {
    let SampledPanel { every_months, dates, .. } = &samples.panel;
    let to = dates.last().copied().unwrap_or(Day(0));
    let date = |steps: i32| to.plus_months(-steps.saturating_mul(*every_months as i32));
    FitError::too_few_dates(dates.len(), samples.within, date)
}

fn of_sample(samples: &Samples, last: usize, reason: Unfit) -> FitError {
    FitError::Sample { first: samples.dates[0].date, last: samples.dates[last].date, reason }
}

fn days(dates: &[DateSample]) -> Vec<Day> {
    dates.iter().map(|date| date.date).collect()
}

fn size(sample: &DateSample) -> SampleSize {
    SampleSize {
        date: sample.date,
        rows: sample.customers.len() as u64,
        outcomes: sample.dates_until.iter().filter(|until| **until > 0).count() as u64,
        left_out: sample.left_out,
    }
}

fn model(samples: &Samples, settings: &EarlyWarning, scorecard: Scorecard) -> Model {
    let panel = &samples.panel;
    let end = |day: Option<&Day>| day.copied().unwrap_or(samples.dates[0].date);
    Model {
        approved_by: String::new(),
        approved_on: None,
        provenance: Provenance {
            from: panel.from.clone(),
            to: panel.to.clone(),
            within: samples.within,
            every_months: panel.every_months,
            penalty: settings.penalty,
            first_date: end(panel.dates.first()),
            last_date: end(panel.dates.last()),
            fitted_on: days(&samples.dates[scorecard.fitted_on]),
            calibrated_on: days(&samples.dates[scorecard.calibrated_on]),
            fitting_rows: scorecard.rows,
            fitting_outcomes: scorecard.outcomes,
            samples: samples.dates.iter().map(size).collect(),
        },
        intercept: scorecard.intercept,
        features: scorecard.features,
        bands: scorecard.bands,
    }
}

/// The tests so far.
struct Tests<'a> {
    samples: &'a Samples,
    dates: Vec<BacktestDate>,
    /// Of the model, of `rules` and of `single`.
    together: Option<[Sums; 3]>,
    audit: Audit<'a>,
    /// By customer, whether they had the outcome in a test.
    tested: Vec<bool>,
    /// The place of the last date of testing.
    last: usize,
}

impl<'a> Tests<'a> {
    fn new(samples: &'a Samples, groups: &'a AuditGroups) -> Self {
        let tested = vec![false; samples.population as usize];
        Tests { samples, dates: Vec::new(), together: None, audit: Audit::new(groups), tested, last: 0 }
    }

    /// Tests a scorecard on the sample of a date, by its place. Without anybody in the sample there is nothing to test.
    fn add(&mut self, at: usize, scorecard: &Scorecard) {
        let (date, within) = (&self.samples.dates[at], self.samples.within);
        if date.customers.is_empty() {
            return;
        }
        let scores = Scorer::new(&scorecard.features).scores(date);
        let counts = ScoreCounts::new(&scores, date, within);
        let descending = counts.descending();
        let bands = band_outcomes(&descending, scorecard);
        let (ranked, levels): (Vec<i64>, Vec<Level>) = levels(&descending, scorecard).into_iter().unzip();
        let baselines = Baselines::new(self.samples, scorecard);
        let by_single = baselines.by_single(&scorecard.features, date, within);
        let sums = [&levels, &baselines.by_rule(date, within), &by_single];
        let sums = sums.map(|levels| Sums::new(levels, scorecard.base_rate()));
        self.audit.add(date, &scores, &ranked, &levels, &scorecard.bands);
        for (customer, until) in date.customers.iter().zip(&date.dates_until) {
            self.tested[*customer as usize] |= *until > 0;
        }
        let single = baselines.single.map(|feature| self.samples.features[feature].clone());
        self.dates.push(BacktestDate {
            date: date.date,
            fitted_on: days(&self.samples.dates[scorecard.fitted_on.clone()]),
            calibrated_on: days(&self.samples.dates[scorecard.calibrated_on.clone()]),
            left_out: date.left_out,
            single_feature: single.unwrap_or_default(),
            tested: tested(&sums),
            bands,
        });
        match &mut self.together {
            Some(all) => all.iter_mut().zip(&sums).for_each(|(all, sums)| all.add(sums)),
            None => self.together = Some(sums),
        }
        self.last = at;
    }

    /// What they came to; `None` if there were none.
    fn backtest(self) -> Option<Backtest> {
        let together = tested(&self.together?);
        let calibrated = calibration_dates(self.last - self.samples.within as usize);
        let tested_customers = self.tested.iter().filter(|tested| **tested).count() as u64;
        let calibrated_customers = with_outcomes(&self.samples.dates[calibrated], self.samples.population);
        let observed_to_expected =
            passing::observed_to_expected(&together.model, tested_customers, calibrated_customers);
        let failures = passing::failures(&together, tested_customers, calibrated_customers, observed_to_expected);
        Some(Backtest {
            single_feature: self.dates.last()?.single_feature.clone(),
            dates: self.dates,
            together,
            audit: self.audit.figures(),
            tested_customers,
            calibrated_customers,
            observed_to_expected,
            failures,
        })
    }
}

fn tested([model, rules, single]: &[Sums; 3]) -> Tested {
    Tested { model: model.figures(), rules: rules.figures(), single: single.figures() }
}

/// Scores in descending order, with the risk of their bands.
fn levels(descending: &[(i64, &[u64])], scorecard: &Scorecard) -> Vec<(i64, Level)> {
    let risk = |score: i64| scorecard.bands[super::scoring::band_of(&scorecard.bands, score)].risk_pct / 100.0;
    descending.iter().map(|(score, until)| (*score, Level { risk: risk(*score), until: until.to_vec() })).collect()
}

/// What each band foresaw.
fn band_outcomes(descending: &[(i64, &[u64])], scorecard: &Scorecard) -> Vec<BandOutcome> {
    let outcome = |band: &super::model::Band| BandOutcome {
        lowest_score: band.lowest_score,
        risk_pct: band.risk_pct,
        rows: 0,
        outcomes: 0,
    };
    let mut outcomes: Vec<BandOutcome> = scorecard.bands.iter().map(outcome).collect();
    for (score, until) in descending {
        let band = &mut outcomes[super::scoring::band_of(&scorecard.bands, *score)];
        band.rows += until.iter().sum::<u64>();
        band.outcomes += until[1..].iter().sum::<u64>();
    }
    outcomes
}

/// Different customers with the outcome in these samples.
fn with_outcomes(dates: &[DateSample], population: u32) -> u64 {
    let mut seen = vec![false; population as usize];
    for (customer, until) in dates.iter().flat_map(|date| date.customers.iter().zip(&date.dates_until)) {
        seen[*customer as usize] |= *until > 0;
    }
    seen.iter().filter(|seen| **seen).count() as u64
}
