//! What a model's bins and tests come to in words.

use super::super::localizer::Localizer;
use crate::early_warning::{Backtest, Bin, BinRange, Failure, Provenance};
use crate::i18n::fill;
use crate::schema::features::{At, Feature, FeatureType, ValueRange};

/// Decimals of a bin's edges where these are enough.
const PLACES: usize = 2;
/// Decimals of the edges of other features: so many that no two look alike.
const MORE_PLACES: std::ops::RangeInclusive<usize> = 4..=8;

/// How the numbers of a feature's bins are written.
#[derive(Clone, Copy)]
struct Numbers<'a> {
    words: &'a Localizer<'a>,
    places: usize,
}

impl<'a> Numbers<'a> {
    fn of(words: &'a Localizer<'a>, bins: &[Bin]) -> Self {
        let numbers = bins.iter().filter_map(|bin| match bin.range {
            BinRange::Only(value) | BinRange::UpTo(value) => Some(value),
            BinRange::Missing => None,
        });
        let numbers: Vec<f64> = numbers.collect();
        let is_written = |number: &f64| (scaled(*number, PLACES) - scaled(*number, PLACES).round()).abs() < 1e-6;
        if numbers.iter().all(is_written) {
            return Numbers { words, places: PLACES };
        }
        let differ = |places: &usize| {
            let mut written: Vec<String> =
                numbers.iter().map(|number| Numbers { words, places: *places }.edge(*number)).collect();
            written.sort_unstable();
            written.windows(2).all(|pair| pair[0] != pair[1])
        };
        let places = MORE_PLACES.clone().find(differ).unwrap_or(*MORE_PLACES.end());
        Numbers { words, places }
    }

    fn value(self, value: f64) -> String {
        self.words.language.at_most(value, self.places)
    }

    /// An edge, rounded up: what is in the bin is not above what is written.
    fn edge(self, edge: f64) -> String {
        // What lies above by so little is the error of a product.
        let up = (scaled(edge, self.places) - 1e-6).ceil() / 10_f64.powi(self.places as i32);
        self.value(if edge.abs() < 1e9 { up } else { edge })
    }
}

fn scaled(number: f64, places: usize) -> f64 {
    number * 10_f64.powi(places as i32)
}

/// Which values a bin of a feature has.
pub fn bin_range(words: &Localizer<'_>, feature: &str, bins: &[Bin], at: usize) -> String {
    let texts = &words.texts.early_warning;
    let numbers = Numbers::of(words, bins);
    match bins[at].range {
        BinRange::Missing => texts.range_missing.clone(),
        BinRange::Only(value) => numbers.value(value),
        BinRange::UpTo(edge) => {
            let own = bins.iter().find_map(|bin| match bin.range {
                BinRange::Only(value) => Some(value),
                _ => None,
            });
            let is_edge = |bin: &Bin| matches!(bin.range, BinRange::UpTo(_));
            let before = bins[..at].iter().rev().find_map(|bin| match bin.range {
                BinRange::UpTo(edge) => Some(edge),
                _ => None,
            });
            let last = !bins[at + 1..].iter().any(is_edge);
            // What lies below a zero of its own is nothing, where there are no negative values.
            let after = before.or_else(|| own.filter(|own| *own == 0.0 && !is_any(feature)));
            between(numbers, is_whole(feature), Ends { after, to: (!last).then_some(edge) }, own)
        }
    }
}

/// A feature of the catalogue.
fn known(feature: &str) -> Option<&'static Feature> {
    At::EVERY.iter().map(|at| at.feature()).find(|known| known.name == feature)
}

/// Whether a feature counts something, so that between two of its values there need not be others.
fn is_whole(feature: &str) -> bool {
    known(feature).is_some_and(|feature| feature.feature_type == FeatureType::Count)
}

/// Whether a feature can be negative; who derives features can make any.
fn is_any(feature: &str) -> bool {
    known(feature).is_none_or(|feature| feature.range == ValueRange::Any)
}

/// What values lie above, and what they reach.
#[derive(Clone, Copy)]
struct Ends {
    after: Option<f64>,
    to: Option<f64>,
}

/// Values between two ends, without one that has a bin of its own.
fn between(numbers: Numbers<'_>, is_whole: bool, ends: Ends, own: Option<f64>) -> String {
    let texts = &numbers.words.texts.early_warning;
    let number = |value: f64| numbers.edge(value);
    let is_inside =
        |value: &f64| ends.after.is_none_or(|after| *value > after) && ends.to.is_none_or(|to| *value <= to);
    let mut other = own.filter(is_inside);
    // Counts begin at zero.
    let mut first = is_whole.then(|| ends.after.map_or(0.0, |after| after + 1.0));
    let mut to = ends.to;
    // What lies at an end shortens the range.
    if is_whole && other.is_some() && other == first {
        first = first.map(|first| first + 1.0);
        other = None;
    } else if is_whole && other.is_some() && other == to {
        to = to.map(|to| to - 1.0);
        other = None;
    }
    let range = match (first, ends.after, to) {
        (Some(first), _, Some(to)) if first >= to => number(to),
        (Some(first), _, Some(to)) => fill(&texts.range_from_to, &[("from", &number(first)), ("to", &number(to))]),
        (Some(first), _, None) => fill(&texts.range_from, &[("from", &number(first))]),
        (None, Some(after), Some(to)) => fill(&texts.range_over_to, &[("from", &number(after)), ("to", &number(to))]),
        (None, Some(after), None) => fill(&texts.range_over, &[("from", &number(after))]),
        (None, None, Some(to)) => fill(&texts.range_to, &[("to", &number(to))]),
        (None, None, None) => texts.range_any.clone(),
    };
    match other {
        Some(other) => fill(&texts.range_but, &[("range", &range), ("other", &numbers.value(other))]),
        None => range,
    }
}

/// Observed / expected; missing without anything expected.
pub(super) fn observed_to_expected(observed: f64, expected: f64) -> f64 {
    if expected > 0.0 { observed / expected } else { f64::NAN }
}

/// Why a model does not pass, a sentence for each reason.
pub fn failures(words: &Localizer<'_>, backtest: &Backtest, provenance: &Provenance) -> Vec<String> {
    let texts = &words.texts.early_warning;
    let together = &backtest.together;
    let number = |value: f64, places: usize| words.language.decimals(value, places);
    let category = words.category(crate::schema::Entity::Customer, &provenance.to);
    let auc = |text: &str, baseline: f64| {
        fill(text, &[("model", &number(together.model.auc, 3)), ("baseline", &number(baseline, 3))])
    };
    let customers =
        |text: &str, count: u64| fill(text, &[("customers", &words.customers(count)), ("category", category.label())]);
    let sentence = |failure: &Failure| match *failure {
        Failure::NoBetterThanRules => auc(&texts.no_better_than_rules, together.rules.auc),
        Failure::NoBetterThanSingle => auc(&texts.no_better_than_single, together.single.auc),
        Failure::NoMoreSkillThanRules => {
            let [model, baseline] = [&together.model, &together.rules].map(|figures| number(figures.brier_skill, 3));
            fill(&texts.no_more_skill_than_rules, &[("model", &model), ("baseline", &baseline)])
        }
        Failure::FewTested(count) => customers(&texts.few_tested, count),
        Failure::FewCalibrated(count) => customers(&texts.few_calibrated, count),
        Failure::Miscalibrated => {
            let [ratio, low, high] = backtest.observed_to_expected.map(|value| number(value, 2));
            fill(&texts.miscalibrated, &[("ratio", &ratio), ("low", &low), ("high", &high)])
        }
    };
    backtest.failures.iter().map(sentence).collect()
}
