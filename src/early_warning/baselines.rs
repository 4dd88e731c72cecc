//! What a scorecard has to beat (`docs/method.md` section 11, *Baselines*): the rules that are there anyway, and the one
//! feature that tells most by itself.

use super::fitting::Scorecard;
use super::lookup::Lookup;
use super::model::{BinRange, ScoredFeature};
use super::ranking::{Level, Pairs, by_risk};
use super::samples::{DateSample, Samples};

/// The rates of a fitting sample by the deciding rule, and by the bins of the one best feature.
pub(super) struct Baselines {
    rules: Vec<f64>,
    /// The place of the feature; `None` of a scorecard without features.
    pub(super) single: Option<usize>,
    single_rates: Vec<f64>,
    base_rate: f64,
}

impl Baselines {
    /// From the fitting sample of a scorecard.
    pub(super) fn new(samples: &Samples, scorecard: &Scorecard) -> Self {
        let base_rate = scorecard.base_rate();
        let mut rules = vec![(0u64, 0u64); samples.rules];
        for date in &samples.dates[scorecard.fitted_on.clone()] {
            for (rule, until) in date.rules.iter().zip(&date.dates_until) {
                if let Some((rows, outcomes)) = rules.get_mut(usize::from(*rule)) {
                    *rows += 1;
                    *outcomes += u64::from(*until > 0);
                }
            }
        }
        let rate = |(rows, outcomes): (u64, u64)| if rows == 0 { base_rate } else { outcomes as f64 / rows as f64 };
        let single = best(&scorecard.features);
        let bins = single.map_or(&[][..], |feature| &scorecard.features[feature].bins);
        Baselines {
            rules: rules.into_iter().map(rate).collect(),
            single,
            single_rates: bins.iter().map(|bin| rate((bin.rows, bin.outcomes))).collect(),
            base_rate,
        }
    }

    /// A sample by the risk that the deciding rule has, in descending order.
    pub(super) fn by_rule(&self, date: &DateSample, within: u32) -> Vec<Level> {
        let rules = date.rules.iter().map(|rule| usize::from(*rule));
        self.levels(&self.rules, rules, date, within)
    }

    /// A sample by the risk that the bin of the one best feature has, in descending order.
    pub(super) fn by_single(&self, features: &[ScoredFeature], date: &DateSample, within: u32) -> Vec<Level> {
        let mut places = vec![super::lookup::NO_BIN; date.customers.len()];
        if let Some(feature) = self.single {
            let ranges: Vec<BinRange> = features[feature].bins.iter().map(|bin| bin.range).collect();
            Lookup::new(&ranges).fill(&date.columns[feature], 0..places.len(), &mut places);
        }
        self.levels(&self.single_rates, places.into_iter().map(usize::from), date, within)
    }

    /// Rows by the place of their risk; what has none has the base rate.
    fn levels(&self, risks: &[f64], places: impl Iterator<Item = usize>, date: &DateSample, within: u32) -> Vec<Level> {
        let mut counts = vec![vec![0; within as usize + 1]; risks.len() + 1];
        for (place, until) in places.zip(&date.dates_until) {
            counts[place.min(risks.len())][usize::from(*until).min(within as usize)] += 1;
        }
        let risks = risks.iter().copied().chain([self.base_rate]);
        let levels = risks.zip(counts).map(|(risk, until)| Level { risk, until });
        by_risk(levels.filter(|level| level.until.iter().any(|count| *count > 0)).collect())
    }
}

/// The feature whose bins' rates have the best AUC in the fitting sample; of equals the first.
fn best(features: &[ScoredFeature]) -> Option<usize> {
    let auc = |feature: &ScoredFeature| {
        let levels = feature.bins.iter().map(|bin| Level {
            risk: bin.outcomes as f64 / bin.rows as f64,
            until: vec![bin.rows - bin.outcomes, bin.outcomes],
        });
        let levels = by_risk(levels.collect());
        Pairs::new(levels.iter().map(|level| (level.until.iter().sum(), level.until[1]))).auc()
    };
    let mut best: Option<(usize, f64)> = None;
    for (place, feature) in features.iter().enumerate() {
        let auc = auc(feature);
        if best.is_none_or(|(_, most)| auc > most) {
            best = Some((place, auc));
        }
    }
    best.map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::super::model::Bin;
    use super::super::samples::{SampleColumn, SampledPanel};
    use super::*;
    use crate::calendar::Day;

    fn feature(name: &str, bins: &[(BinRange, u64, u64)]) -> ScoredFeature {
        let bin = |(range, rows, outcomes): &(BinRange, u64, u64)| Bin {
            range: *range,
            rows: *rows,
            customers: *rows,
            outcomes: *outcomes,
            coefficient: 0.0,
            points: 0,
            is_reference: false,
        };
        ScoredFeature { name: name.to_owned(), bins: bins.iter().map(bin).collect() }
    }

    fn date(rows: &[(u16, Option<f64>, u8)]) -> DateSample {
        let mut values = SampleColumn::default();
        values.extend(rows.iter().map(|row| row.1));
        DateSample {
            date: Day(0),
            customers: (0..rows.len() as u32).collect(),
            rules: rows.iter().map(|row| row.0).collect(),
            ages: vec![0; rows.len()],
            dates_until: rows.iter().map(|row| row.2).collect(),
            columns: vec![values],
            left_out: 0,
        }
    }

    #[test]
    fn risks_are_the_rates_of_the_fitting_sample_and_what_it_lacks_has_the_base_rate() {
        use BinRange::{Only, UpTo};
        let fitting =
            date(&[(0, Some(0.0), 0), (0, Some(0.0), 1), (2, Some(0.0), 2), (2, Some(1.0), 2), (0, Some(1.0), 0)]);
        let panel = SampledPanel { from: vec![], to: String::new(), every_months: 1, dates: vec![] };
        let features = vec!["one".to_owned()];
        let samples = Samples { features, panel, within: 2, population: 9, rules: 3, dates: vec![fitting] };
        let scorecard = Scorecard {
            intercept: 0.0,
            features: vec![feature("one", &[(Only(0.0), 4, 1), (UpTo(1.0), 2, 1)])],
            bands: vec![],
            fitted_on: 0..1,
            calibrated_on: 0..1,
            rows: 5,
            outcomes: 3,
        };
        let baselines = Baselines::new(&samples, &scorecard);
        let test = date(&[(0, Some(0.0), 0), (1, Some(7.0), 1), (2, None, 2), (9, Some(1.0), 0)]);
        let told = |levels: Vec<Level>| levels.into_iter().map(|level| (level.risk, level.until)).collect::<Vec<_>>();
        let by_rule = told(baselines.by_rule(&test, 2));
        assert_eq!(by_rule, [(1.0, vec![0, 0, 1]), (0.6, vec![1, 1, 0]), (1.0 / 3.0, vec![1, 0, 0])]);
        let by_single = told(baselines.by_single(&scorecard.features, &test, 2));
        assert_eq!(by_single, [(0.6, vec![0, 0, 1]), (0.5, vec![1, 1, 0]), (0.25, vec![1, 0, 0])]);
    }

    #[test]
    fn the_best_feature_is_that_with_the_best_auc_and_of_equals_the_first() {
        use BinRange::{Only, UpTo};
        // Which way a feature points is of no account: bins are ranked by their rates.
        let weak = feature("weak", &[(Only(0.0), 50, 20), (UpTo(1.0), 50, 30)]);
        let falling = feature("falling", &[(Only(0.0), 50, 40), (UpTo(1.0), 50, 10)]);
        let rising = feature("rising", &[(Only(0.0), 50, 10), (UpTo(1.0), 50, 40)]);
        assert_eq!(best(&[weak.clone(), falling.clone(), rising]), Some(1));
        assert_eq!(best(&[falling, weak]), Some(0));
        assert_eq!(best(&[]), None);
    }
}
