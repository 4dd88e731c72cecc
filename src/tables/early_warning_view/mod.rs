//! The tables of an early-warning model's page and of a run's section on it: shares rather than counts, ranges in words, and
//! nothing that tells of few customers.
//!
//! A case is a customer on a date. One slide into the category that is warned of counts on each date up to `within` before
//! it, so of the cases with the outcome at least as many times the least group must be behind a figure.

mod backtest;
mod model;
#[cfg(test)]
mod tests;
mod words;

pub use backtest::{warning_ahead, warning_audit, warning_calibration, warning_capacity, warning_dates};
pub use model::{scorecard, warning_bands, warning_now, warning_samples};
use words::observed_to_expected;
pub use words::{bin_range, failures};

use super::localizer::Localizer;
use crate::early_warning::Provenance;
use crate::statistics::few;

/// The least number of cases with the outcome that may be told of.
pub fn least_outcomes(words: &Localizer<'_>, provenance: &Provenance) -> u64 {
    u64::from(words.min_group()) * u64::from(provenance.within.max(1))
}

/// Whether so many are few, but some.
fn is_few(count: f64, least: u64) -> bool {
    let count = count.round();
    count >= 1.0 && count < least as f64
}

/// Shares are told with one decimal of a per cent: they leave so much of a count open to either side, for each case.
const ROUNDED_BY: f64 = 0.0005;

/// Which shares of parts with so many cases may not be told, since few of them have the outcome. That what the parts lack of the
/// total is few matters only where rounding does not leave it open.
fn hidden_shares(outcomes: &[u64], cases: &[u64], total: u64, least: u64) -> Vec<bool> {
    let left_open = ROUNDED_BY * cases.iter().sum::<u64>() as f64;
    if left_open >= least as f64 {
        return outcomes.iter().map(|count| (1..least).contains(count)).collect();
    }
    hidden_parts(outcomes, total, least)
}

/// Which of these counts may not be told, where what they lack of a total could be worked out from it.
fn hidden_parts(counts: &[u64], total: u64, least: u64) -> Vec<bool> {
    let rest = total.saturating_sub(counts.iter().sum());
    let all: Vec<u64> = counts.iter().copied().chain([rest, total]).collect();
    let mut hidden = few(&all, u32::try_from(least).unwrap_or(u32::MAX));
    let whole = hidden.last() == Some(&true) && total > 0;
    hidden.truncate(counts.len());
    hidden.into_iter().zip(counts).map(|(hidden, count)| whole || hidden && *count > 0).collect()
}
