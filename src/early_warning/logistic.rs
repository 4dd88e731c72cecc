//! Penalised logistic regression by Newton's method (`docs/method.md` section 11, *Fit*).

use nalgebra::{Cholesky, DMatrix, DVector};

use super::derivatives::{Derivatives, Slots, derivatives};
use super::error::Unfit;
use super::patterns::Patterns;

/// Steps after which a fit is given up.
pub(super) const MOST_STEPS: usize = 100;
/// A fit has converged when no coefficient moves by more.
const TOLERANCE: f64 = 1e-10;
/// Halvings of a step after which a fit is given up; a double has no more bits.
const MOST_HALVINGS: usize = 52;
/// Differences of the objective below this, relative to it, are rounding, and no reason to halve a step.
const ROUNDING: f64 = 1e-13;

/// A fit: the log odds of the reference, and a coefficient of each bin, by feature; 0 of reference bins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Coefficients {
    pub(super) intercept: f64,
    pub(super) bins: Vec<Vec<f64>>,
}

/// Fits bins to outcomes. `references` says of each bin of each feature whether it is the feature's reference.
///
/// # Errors
/// There is no such fit, or it is not found.
pub(super) fn fit(patterns: &Patterns, references: &[Vec<bool>], penalty: f64) -> Result<Coefficients, Unfit> {
    let slots = Slots::new(references);
    let (rows, outcomes) = patterns.totals();
    if outcomes == 0 {
        return Err(Unfit::NoOutcomes);
    }
    if outcomes == rows {
        return Err(Unfit::NothingButOutcomes);
    }
    let mut coefficients = vec![0.0; slots.count];
    coefficients[0] = (outcomes as f64 / (rows - outcomes) as f64).ln();
    let mut now = derivatives(patterns, &slots, &coefficients);
    for _ in 0..MOST_STEPS {
        let step = newton_step(&now, &slots, &coefficients, penalty)?;
        if step.iter().all(|by| by.abs() <= TOLERANCE) {
            return Ok(told(&moved(&coefficients, &slots, &step, 1.0), &slots, references));
        }
        let highest = now.objective.value() + penalised(&coefficients, penalty);
        let highest = highest + highest.abs() * ROUNDING;
        // Nearly always the whole step will do, and then its derivatives are those of the next one.
        let halved = (0..MOST_HALVINGS).map(|halvings| {
            let next = moved(&coefficients, &slots, &step, 0.5f64.powi(halvings as i32));
            (derivatives(patterns, &slots, &next), next)
        });
        let lower =
            |(there, next): &(Derivatives, Vec<f64>)| there.objective.value() + penalised(next, penalty) <= highest;
        (now, coefficients) = { halved }.find(lower).ok_or(Unfit::NotConverged)?;
    }
    Err(Unfit::NotConverged)
}

/// The coefficients by feature.
fn told(coefficients: &[f64], slots: &Slots, references: &[Vec<bool>]) -> Coefficients {
    let bins = slots.first.iter().zip(references).map(|(first, bins)| coefficients[*first..][..bins.len()].to_vec());
    Coefficients { intercept: coefficients[0], bins: bins.collect() }
}

/// The coefficients after a share of a step.
fn moved(coefficients: &[f64], slots: &Slots, step: &DVector<f64>, share: f64) -> Vec<f64> {
    let mut next = coefficients.to_vec();
    slots.free.iter().zip(step).for_each(|(slot, by)| next[*slot] -= share * by);
    next
}

/// The penalty of all coefficients but the intercept.
fn penalised(coefficients: &[f64], penalty: f64) -> f64 {
    0.5 * penalty * coefficients[1..].iter().map(|coefficient| coefficient * coefficient).sum::<f64>()
}

/// What Newton's method takes off the free coefficients.
fn newton_step(now: &Derivatives, slots: &Slots, coefficients: &[f64], penalty: f64) -> Result<DVector<f64>, Unfit> {
    let free = &slots.free;
    let of = |slot: usize| if slot == 0 { 0.0 } else { penalty };
    let gradient = DVector::from_iterator(
        free.len(),
        free.iter().map(|slot| now.gradient[*slot].value() + of(*slot) * coefficients[*slot]),
    );
    let step = Cholesky::new(hessian(now, slots, penalty)).ok_or(Unfit::Undetermined)?.solve(&gradient);
    if step.iter().all(|by| by.is_finite()) { Ok(step) } else { Err(Unfit::Undetermined) }
}

/// The second derivatives of the penalised objective by the free coefficients.
fn hessian(now: &Derivatives, slots: &Slots, penalty: f64) -> DMatrix<f64> {
    let free = &slots.free;
    DMatrix::from_fn(free.len(), free.len(), |row, column| {
        let (low, high) = (free[row.min(column)], free[row.max(column)]);
        let penalty = if high == 0 { 0.0 } else { penalty };
        // A bin times itself is itself, as the intercept times it is.
        if row == column { now.hessian[high] + penalty } else { now.hessian[low * slots.count + high] }
    })
}

/// The standard errors of the intercept and of the coefficients that are no references', in their order.
#[cfg(test)]
pub(super) fn standard_errors(
    patterns: &Patterns,
    references: &[Vec<bool>],
    found: &Coefficients,
    penalty: f64,
) -> Vec<f64> {
    let slots = Slots::new(references);
    let coefficients = [vec![found.intercept], found.bins.concat()].concat();
    let hessian = hessian(&derivatives(patterns, &slots, &coefficients), &slots, penalty);
    Cholesky::new(hessian).unwrap().inverse().diagonal().iter().map(|variance| variance.sqrt()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(features: usize, of: &[(&[u8], u32, u32)]) -> Patterns {
        Patterns {
            features,
            bins: of.iter().flat_map(|pattern| pattern.0).copied().collect(),
            counts: of.iter().map(|pattern| (pattern.1, pattern.2)).collect(),
        }
    }

    #[test]
    fn without_a_penalty_a_saturated_fit_is_the_log_odds() {
        let fitted = fit(&patterns(1, &[(&[0], 100, 20), (&[1], 50, 25)]), &[vec![true, false]], 0.0).unwrap();
        assert!((fitted.intercept - 0.25f64.ln()).abs() < 1e-9);
        assert!((fitted.bins[0][1] + 0.25f64.ln()).abs() < 1e-9);
        assert_eq!(fitted.bins[0][0], 0.0);
    }

    #[test]
    fn without_features_it_is_the_log_odds_of_all() {
        let fitted = fit(&patterns(0, &[(&[], 100, 20)]), &[], 1.0).unwrap();
        assert_eq!((fitted.intercept, fitted.bins.len()), (0.25f64.ln(), 0));
    }

    #[test]
    fn bins_that_tell_the_outcome_settle_with_a_penalty_only() {
        let certain = patterns(1, &[(&[0], 1_000, 20), (&[1], 50, 50)]);
        let fitted = fit(&certain, &[vec![true, false]], 1.0).unwrap();
        // At the minimum the residuals of the bin's rows are the penalty: 50 (1 − p) = β.
        let coefficient = fitted.bins[0][1];
        let risk = 1.0 / (1.0 + (-fitted.intercept - coefficient).exp());
        assert!((50.0 * (1.0 - risk) - coefficient).abs() < 1e-7);
        assert_eq!(fit(&certain, &[vec![true, false]], 0.0), Err(Unfit::NotConverged));
    }

    #[test]
    fn features_that_say_the_same_share_the_effect() {
        let twins = patterns(2, &[(&[0, 0], 90_000_000, 1_000_003), (&[1, 1], 3_000_001, 500_007)]);
        let references = [vec![true, false], vec![true, false]];
        let fitted = fit(&twins, &references, 1.0).unwrap();
        assert!((fitted.bins[0][1] - fitted.bins[1][1]).abs() < 1e-9);
        assert_eq!(fit(&twins, &references, 0.0), Err(Unfit::Undetermined));
    }

    #[test]
    fn a_feature_that_is_the_sum_of_another_settles_however_many_rows_there_are() {
        // The second feature says whether the first is in its second or third bin: only the penalty holds the three apart,
        // and rounding errors of gradients of millions of rows would be a thousand times those of coefficients.
        let of = [
            (&[0, 0, 0][..], 190_000_007, 5_000_003),
            (&[0, 0, 1], 40_000_003, 4_000_037),
            (&[1, 1, 0], 13_000_027, 3_000_017),
            (&[1, 1, 1], 9_000_011, 3_000_029),
            (&[2, 1, 0], 7_000_003, 2_500_009),
            (&[2, 1, 1], 5_000_011, 3_000_019),
        ];
        let references = [vec![true, false, false], vec![true, false], vec![true, false]];
        let fitted = fit(&patterns(3, &of), &references, 1e-3).unwrap();
        // Where the penalty is least, the shared part is what the two bins have in common.
        let [first, second] = [fitted.bins[0][1], fitted.bins[0][2]];
        assert!((fitted.bins[1][1] - first - second).abs() < 1e-6, "{fitted:?}");
    }

    #[test]
    fn a_sample_has_outcomes_and_others() {
        let references = [vec![true, false]];
        assert_eq!(fit(&patterns(1, &[(&[0], 9, 0)]), &references, 1.0), Err(Unfit::NoOutcomes));
        assert_eq!(fit(&patterns(1, &[(&[0], 9, 9)]), &references, 1.0), Err(Unfit::NothingButOutcomes));
        assert_eq!(fit(&patterns(1, &[]), &references, 1.0), Err(Unfit::NoOutcomes));
    }
}
