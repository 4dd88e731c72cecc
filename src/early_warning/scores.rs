//! The scores of whole samples, and how many rows have which.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::lookup::{BLOCK, Lookup, NO_BIN, blocks};
use super::model::ScoredFeature;
use super::samples::DateSample;

/// Features as whole columns are scored by them.
pub(super) struct Scorer {
    features: Vec<(Lookup, [i64; 256])>,
}

impl Scorer {
    /// By the points of these features, which are those of the samples.
    pub(super) fn new(features: &[ScoredFeature]) -> Self {
        let of_feature = |feature: &ScoredFeature| {
            let ranges: Vec<_> = feature.bins.iter().map(|bin| bin.range).collect();
            let points = |place: usize| feature.bins.get(place).map_or(0, |bin| bin.points.into());
            (Lookup::new(&ranges), std::array::from_fn(points))
        };
        Scorer { features: features.iter().map(of_feature).collect() }
    }

    /// The score of each row.
    pub(super) fn scores(&self, date: &DateSample) -> Vec<i64> {
        let mut scores = vec![0; date.customers.len()];
        let mut places = [NO_BIN; BLOCK];
        for rows in blocks(scores.len()) {
            let scores = &mut scores[rows.clone()];
            let places = &mut places[..rows.len()];
            for ((lookup, points), column) in self.features.iter().zip(&date.columns) {
                lookup.fill(column, rows.clone(), places);
                scores.iter_mut().zip(&*places).for_each(|(score, place)| *score += points[usize::from(*place)]);
            }
        }
        scores
    }

    /// How many rows of these samples have which score.
    pub(super) fn count(&self, dates: &[DateSample], within: u32) -> ScoreCounts {
        let of_date = |date: &DateSample| ScoreCounts::new(&self.scores(date), date, within);
        let mut all = ScoreCounts::empty(within);
        dates.par_iter().map(of_date).collect::<Vec<_>>().iter().for_each(|counts| all.add(counts));
        all
    }
}

/// Rows by score and by the number of dates until their outcome.
pub(super) struct ScoreCounts {
    /// Numbers of dates until the outcome, 0 (none) included.
    stride: usize,
    places: HashMap<i64, usize>,
    counts: Vec<u64>,
}

impl ScoreCounts {
    fn empty(within: u32) -> Self {
        ScoreCounts { stride: within as usize + 1, places: HashMap::new(), counts: Vec::new() }
    }

    /// Of rows with these scores.
    pub(super) fn new(scores: &[i64], date: &DateSample, within: u32) -> Self {
        let mut counts = ScoreCounts::empty(within);
        for (score, until) in scores.iter().zip(&date.dates_until) {
            let until = usize::from(*until).min(counts.stride - 1);
            counts.of(*score)[until] += 1;
        }
        counts
    }

    fn of(&mut self, score: i64) -> &mut [u64] {
        let place = *self.places.entry(score).or_insert_with(|| {
            self.counts.resize(self.counts.len() + self.stride, 0);
            self.counts.len() - self.stride
        });
        &mut self.counts[place..][..self.stride]
    }

    fn add(&mut self, other: &ScoreCounts) {
        for (score, place) in &other.places {
            let others = &other.counts[*place..][..other.stride];
            self.of(*score).iter_mut().zip(others).for_each(|(sum, count)| *sum += count);
        }
    }

    /// Scores in descending order, and their rows by the number of dates until the outcome.
    pub(super) fn descending(&self) -> Vec<(i64, &[u64])> {
        let mut scores: Vec<_> =
            self.places.iter().map(|(score, place)| (*score, &self.counts[*place..][..self.stride])).collect();
        scores.sort_unstable_by_key(|(score, _)| std::cmp::Reverse(*score));
        scores
    }
}
