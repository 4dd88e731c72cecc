//! How a model treats groups of customers in its tests (`docs/method.md` section 11, *Audit*). No model sees the groups.

use rayon::prelude::*;

use super::backtest::AuditedGroup;
use super::model::Band;
use super::ranking::{AUDIT_CAPACITY_PCT, Level, edge};
use super::samples::DateSample;
use super::scoring::band_of;
use crate::config::AGE_GROUP;
use crate::statistics::{Grouping, age_group_names};

/// A group with fewer outcomes is not told of: its figures would be chance.
const FEWEST_OUTCOMES: u64 = 100;

/// Which groups customers belong to.
#[derive(Debug, Clone, Default)]
pub struct AuditGroups {
    /// By customer number, the value of each dimension.
    pub dimensions: Vec<Grouping>,
    /// The first age of each age group, ascending; no audit by age when empty. Ages are those of a sample's date.
    pub age_groups: Vec<u32>,
}

/// Gathers the figures of all groups, date by date.
pub(super) struct Audit<'a> {
    groups: &'a AuditGroups,
    /// By dimension, ages last.
    figures: Vec<Vec<AuditedGroup>>,
}

/// Where scores of a date stand: ahead of the edge of the capacity, on it, behind it.
const STANDINGS: usize = 3;

impl<'a> Audit<'a> {
    /// Of nothing yet.
    pub(super) fn new(groups: &'a AuditGroups) -> Self {
        let group = |dimension: &str, group: Option<String>| AuditedGroup {
            dimension: dimension.to_owned(),
            group: group.unwrap_or_default(),
            rows: 0,
            outcomes: 0,
            found: 0.0,
            false_alarms: 0.0,
            expected: 0.0,
        };
        let of_dimension = |grouping: &Grouping| {
            grouping.values.iter().map(|value| group(&grouping.name, value.clone())).collect::<Vec<AuditedGroup>>()
        };
        let mut figures: Vec<Vec<AuditedGroup>> = groups.dimensions.iter().map(of_dimension).collect();
        if !groups.age_groups.is_empty() {
            let names = age_group_names(&groups.age_groups).into_iter().map(Some).chain([None]);
            figures.push(names.map(|name| group(AGE_GROUP, name)).collect());
        }
        Audit { groups, figures }
    }

    /// Adds a date: the scores of its rows, in `levels` in descending order, whose scores are `ranked`.
    pub(super) fn add(&mut self, date: &DateSample, scores: &[i64], ranked: &[i64], levels: &[Level], bands: &[Band]) {
        let (place, share) = edge(levels, AUDIT_CAPACITY_PCT);
        let edge = ranked.get(place).copied().unwrap_or(i64::MIN);
        // A row's band, standing and outcome as one number, so that a group's figures are whole numbers until the end.
        let class = |(score, until): (&i64, &u8)| {
            let standing = if *score > edge { 0 } else { 1 + usize::from(*score < edge) };
            (band_of(bands, *score) * STANDINGS + standing) * 2 + usize::from(*until > 0)
        };
        let classes: Vec<usize> = scores.iter().zip(&date.dates_until).map(class).collect();
        let groups = self.groups;
        self.figures.par_iter_mut().enumerate().for_each(|(at, figures)| {
            let stride = bands.len() * STANDINGS * 2;
            let mut counts = vec![0u64; figures.len() * stride];
            let missing = figures.len().saturating_sub(1);
            for (row, class) in classes.iter().enumerate() {
                let group = match groups.dimensions.get(at) {
                    Some(grouping) => grouping.of.get(date.customers[row] as usize).map_or(missing, |of| (*of).into()),
                    None if date.ages[row] == u8::MAX => missing,
                    None => groups.age_groups.partition_point(|first| *first <= date.ages[row].into()),
                };
                counts[group.min(missing) * stride + class] += 1;
            }
            let counts = counts.chunks(stride.max(1));
            figures.iter_mut().zip(counts).for_each(|(figures, counts)| add(figures, counts, share, bands));
        });
    }

    /// The groups with enough outcomes.
    pub(super) fn figures(self) -> Vec<AuditedGroup> {
        self.figures.into_iter().flatten().filter(|group| group.outcomes >= FEWEST_OUTCOMES).collect()
    }
}

/// Adds a date's counts of a group, by band, standing and outcome.
fn add(figures: &mut AuditedGroup, counts: &[u64], share: f64, bands: &[Band]) {
    let mut looked_at = [[0u64; 2]; STANDINGS];
    for (band, counts) in bands.iter().zip(counts.chunks(STANDINGS * 2)) {
        let rows: u64 = counts.iter().sum();
        figures.rows += rows;
        figures.outcomes += counts.iter().skip(1).step_by(2).sum::<u64>();
        figures.expected += rows as f64 * band.risk_pct / 100.0;
        for (at, count) in counts.iter().enumerate() {
            looked_at[at / 2][at % 2] += count;
        }
    }
    let [ahead, on_edge, _] = looked_at;
    figures.false_alarms += ahead[0] as f64 + share * on_edge[0] as f64;
    figures.found += ahead[1] as f64 + share * on_edge[1] as f64;
}
