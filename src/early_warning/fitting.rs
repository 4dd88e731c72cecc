//! A scorecard from samples: fitted on some dates, calibrated on others.

use std::ops::Range;

use rayon::prelude::*;

use super::bands::{ScoreRows, bands};
use super::bins::bins;
use super::distribution::Distribution;
use super::error::Unfit;
use super::logistic;
use super::lookup::Lookup;
use super::model::{Band, BinRange, ScoredFeature};
use super::patterns::Patterns;
use super::samples::Samples;
use super::scores::Scorer;
use super::scoring::points;
use crate::config::EarlyWarning;

/// Most dates of a calibration sample.
const CALIBRATION_DATES: usize = 12;

/// The dates of a calibration sample, by their places: those up to this one.
pub(super) fn calibration_dates(last: usize) -> Range<usize> {
    (last + 1).saturating_sub(CALIBRATION_DATES)..last + 1
}

/// A scorecard without what it was learned from.
pub(super) struct Scorecard {
    pub(super) intercept: f64,
    pub(super) features: Vec<ScoredFeature>,
    /// At least one.
    pub(super) bands: Vec<Band>,
    /// The dates of the fitting sample, by their places.
    pub(super) fitted_on: Range<usize>,
    /// The dates of the calibration sample.
    pub(super) calibrated_on: Range<usize>,
    /// Rows of the fitting sample.
    pub(super) rows: u64,
    /// Those of them with the outcome.
    pub(super) outcomes: u64,
}

impl Scorecard {
    /// The share of the fitting sample with the outcome.
    pub(super) fn base_rate(&self) -> f64 {
        self.outcomes as f64 / self.rows as f64
    }
}

/// Fits scorecards on more and more dates of a panel, so that values are counted but once.
pub(super) struct Fitter<'a> {
    samples: &'a Samples,
    settings: &'a EarlyWarning,
    /// The first so many dates are counted.
    counted: usize,
    /// The values of each feature on these dates.
    distributions: Vec<Distribution>,
}

impl<'a> Fitter<'a> {
    /// For the samples of a panel.
    pub(super) fn new(samples: &'a Samples, settings: &'a EarlyWarning) -> Self {
        let distributions = vec![Distribution::default(); samples.features.len()];
        Fitter { samples, settings, counted: 0, distributions }
    }

    /// Counts the values of the first so many dates, of which there are never fewer than before.
    fn count(&mut self, dates: usize) {
        let new = &self.samples.dates[self.counted..dates];
        self.counted = dates;
        self.distributions.par_iter_mut().enumerate().for_each(|(feature, distribution)| {
            new.iter().for_each(|date| distribution.add(Distribution::of(&date.columns[feature])));
        });
    }

    /// Fits on the first so many dates, which are not fewer than the last time, and calibrates on the dates up to one.
    ///
    /// # Errors
    /// The fitting sample gives no scorecard.
    pub(super) fn scorecard(&mut self, dates: usize, calibrated_on: usize) -> Result<Scorecard, Unfit> {
        self.count(dates);
        let Samples { within, population, .. } = *self.samples;
        let fitted_on = &self.samples.dates[..dates];
        let of_feature = |(feature, distribution): (usize, &Distribution)| ScoredFeature {
            name: self.samples.features[feature].clone(),
            bins: bins(distribution, fitted_on, feature, population),
        };
        let mut features: Vec<ScoredFeature> = self.distributions.par_iter().enumerate().map(of_feature).collect();
        let ranges = |feature: &ScoredFeature| feature.bins.iter().map(|bin| bin.range).collect::<Vec<BinRange>>();
        let lookups: Vec<Lookup> = features.iter().map(|feature| Lookup::new(&ranges(feature))).collect();
        let references = |feature: &ScoredFeature| feature.bins.iter().map(|bin| bin.is_reference).collect();
        let references: Vec<Vec<bool>> = features.iter().map(references).collect();
        let patterns = Patterns::new(&lookups, fitted_on)?;
        let fitted = logistic::fit(&patterns, &references, self.settings.penalty)?;
        for (feature, coefficients) in features.iter_mut().zip(&fitted.bins) {
            for (bin, coefficient) in feature.bins.iter_mut().zip(coefficients) {
                bin.coefficient = *coefficient;
                bin.points = points(*coefficient);
            }
        }
        let (rows, outcomes) = patterns.totals();
        drop(patterns);
        let calibrated_on = calibration_dates(calibrated_on);
        let counts = Scorer::new(&features).count(&self.samples.dates[calibrated_on.clone()], within);
        let scores: Vec<ScoreRows> = counts
            .descending()
            .into_iter()
            .map(|(score, until)| ScoreRows { score, rows: until.iter().sum(), outcomes: until[1..].iter().sum() })
            .collect();
        let bands = bands(&scores, &self.settings.bands, calibrated_on.len());
        if bands.is_empty() {
            return Err(Unfit::Uncalibrated);
        }
        Ok(Scorecard {
            intercept: fitted.intercept,
            features,
            bands,
            fitted_on: 0..dates,
            calibrated_on,
            rows,
            outcomes,
        })
    }
}
