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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::early_warning::Provenance;

    fn feature(bins: &[(BinRange, i32)]) -> ScoredFeature {
        let bin = |(range, points): &(BinRange, i32)| Bin {
            range: *range,
            rows: 1,
            customers: 1,
            outcomes: 0,
            coefficient: 0.0,
            points: *points,
            is_reference: false,
        };
        ScoredFeature { name: "feature".to_owned(), bins: bins.iter().map(bin).collect() }
    }

    fn model(features: Vec<ScoredFeature>, lowest: &[i64]) -> Model {
        let band = |lowest_score: &i64| Band {
            lowest_score: *lowest_score,
            rows: 100,
            outcomes: 10,
            risk_pct: 10.0,
            risk_low_pct: 5.0,
            risk_high_pct: 15.0,
        };
        Model {
            approved_by: String::new(),
            approved_on: None,
            provenance: Provenance {
                from: vec![],
                to: String::new(),
                within: 6,
                every_months: 1,
                penalty: 1.0,
                first_date: Day(0),
                last_date: Day(0),
                fitted_on: vec![],
                calibrated_on: vec![],
                fitting_rows: 0,
                fitting_outcomes: 0,
                samples: vec![],
            },
            intercept: 0.0,
            features,
            bands: lowest.iter().map(band).collect(),
        }
    }

    #[test]
    fn twenty_points_double_the_odds_and_halves_go_away_from_zero() {
        assert_eq!([points(2f64.ln()), points(-(2f64.ln())), points(0.0)], [20, -20, 0]);
        let one = std::f64::consts::LN_2 / 20.0;
        assert_eq!([points(0.49 * one), points(0.51 * one), points(-0.51 * one)], [0, 1, -1]);
        // The coefficient whose points are 0.5 in doubles, too.
        let half = std::f64::consts::LN_2 / 40.0;
        assert_eq!(half * 20.0 / std::f64::consts::LN_2, 0.5);
        assert_eq!([points(half), points(-half)], [1, -1]);
    }

    #[test]
    fn a_value_is_looked_for_among_its_own_bin_the_edges_and_missing() {
        use BinRange::{Missing, Only, UpTo};
        let all = feature(&[(Only(5.0), 1), (UpTo(3.0), 2), (UpTo(9.0), 3), (Missing, 4)]);
        let found = [Some(5.0), Some(3.0), Some(3.5), Some(5.5), Some(99.0), Some(-1.0), None, Some(f64::NAN)];
        let places = [0, 1, 2, 2, 2, 1, 3, 3].map(Some);
        assert_eq!(found.map(|value| all.bin_of(value)), places);
        let never_missing = feature(&[(Only(0.0), 7), (UpTo(2.0), 8)]);
        assert_eq!(never_missing.bin_of(None), None);
        assert_eq!(never_missing.points_of(None), 0);
        let always_one = feature(&[(Only(0.0), 7)]);
        assert_eq!([always_one.bin_of(Some(0.0)), always_one.bin_of(Some(1.0))], [Some(0), None]);
    }

    #[test]
    fn lower_scores_than_all_belong_to_the_lowest_band() {
        let model = model(vec![], &[40, 10, -5]);
        let band = |score| model.band(score).map(|band| band.lowest_score);
        assert_eq!([41, 40, 39, 10, -5, -6].map(band), [40, 40, 10, 10, -5, -5].map(Some));
        assert_eq!(super::tests::model(vec![], &[]).band(3), None);
    }

    #[test]
    fn reasons_are_the_features_with_most_points_above_0_and_of_equals_the_first() {
        let yes = |points| feature(&[(BinRange::Only(0.0), 0), (BinRange::UpTo(1.0), points)]);
        let model = model([5, 9, -3, 5, 5].map(yes).to_vec(), &[]);
        let reasons = |values: [f64; 5]| {
            model.reasons(&values.map(Some)).iter().map(|reason| (reason.feature, reason.points)).collect::<Vec<_>>()
        };
        assert_eq!(reasons([1.0; 5]), [(1, 9), (0, 5), (3, 5)]);
        assert_eq!(reasons([0.0, 0.0, 1.0, 0.0, 1.0]), [(4, 5)]);
        assert_eq!(reasons([0.0; 5]), []);
        assert_eq!(model.score(&[Some(1.0); 5]), 21);
        assert_eq!(model.score(&[Some(1.0), None, Some(1.0), Some(0.0), Some(0.0)]), 2);
    }
}
