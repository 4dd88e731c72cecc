//! What a scorecard says of a customer: bins, points, score, band and reasons (`docs/method.md` section 11).

use super::model::{Band, Bin, BinRange, Model, ScoredFeature};

/// So many points double the odds.
const POINTS_TO_DOUBLE: f64 = 20.0;
/// Most reasons that are given.
pub const MOST_REASONS: usize = 3;

/// A coefficient in points: halves are rounded away from zero.
pub fn points(coefficient: f64) -> i32 {
    (coefficient * POINTS_TO_DOUBLE / std::f64::consts::LN_2).round() as i32
}

/// A feature that raises a customer's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// The place of the feature in the model.
    pub feature: usize,
    /// The place of the customer's bin in the feature.
    pub bin: usize,
    /// The points of that bin, above 0.
    pub points: i32,
}

impl ScoredFeature {
    /// The bin of a value. `None`: it is missing, and was never missing in the fitting sample, or all values of the
    /// fitting sample were another one; either counts 0 points.
    pub fn bin_of(&self, value: Option<f64>) -> Option<usize> {
        bin_of(self.bins.iter().map(|bin| bin.range), value)
    }

    /// The points of a value.
    fn points_of(&self, value: Option<f64>) -> i64 {
        self.bin_of(value).map_or(0, |bin| self.bins[bin].points.into())
    }
}

/// The place of the first range that has a value; the last range of edges has values above all edges, too.
pub(super) fn bin_of(ranges: impl Iterator<Item = BinRange>, value: Option<f64>) -> Option<usize> {
    let value = value.filter(|value| !value.is_nan());
    let mut last = None;
    for (place, range) in ranges.enumerate() {
        match (range, value) {
            (BinRange::Only(only), Some(value)) if value == only => return Some(place),
            (BinRange::UpTo(edge), Some(value)) if value <= edge => return Some(place),
            (BinRange::UpTo(_), Some(_)) => last = Some(place),
            (BinRange::Missing, None) => return Some(place),
            _ => {}
        }
    }
    last
}

impl Model {
    /// The score of a customer with these values of the features, in their order.
    pub fn score(&self, values: &[Option<f64>]) -> i64 {
        self.features.iter().zip(values).map(|(feature, value)| feature.points_of(*value)).sum()
    }

    /// The band of a score; `None` only of a model without bands.
    pub fn band(&self, score: i64) -> Option<&Band> {
        self.bands.get(band_of(&self.bands, score))
    }

    /// The place of the band of a score.
    pub fn band_place(&self, score: i64) -> usize {
        band_of(&self.bands, score)
    }

    /// How many of these scores are in each band, in the order of bands.
    pub fn by_band(&self, scores: impl Iterator<Item = i64>) -> Vec<u64> {
        let mut counts = vec![0; self.bands.len()];
        for score in scores {
            if let Some(count) = counts.get_mut(band_of(&self.bands, score)) {
                *count += 1;
            }
        }
        counts
    }

    /// The features that give a customer most points above 0, at most [`MOST_REASONS`]; of equals the first.
    pub fn reasons(&self, values: &[Option<f64>]) -> Vec<Reason> {
        let reason = |(feature, value): (usize, &Option<f64>)| {
            let bin = self.features[feature].bin_of(*value)?;
            let Bin { points, .. } = self.features[feature].bins[bin];
            (points > 0).then_some(Reason { feature, bin, points })
        };
        let mut reasons: Vec<Reason> = values.iter().take(self.features.len()).enumerate().filter_map(reason).collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.points));
        reasons.truncate(MOST_REASONS);
        reasons
    }
}

/// The place of a score's band. `bands` are in descending order of score.
pub(super) fn band_of(bands: &[Band], score: i64) -> usize {
    bands.partition_point(|band| band.lowest_score > score).min(bands.len().saturating_sub(1))
}
