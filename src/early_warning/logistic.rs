//! Penalised logistic regression by Newton's method (`docs/method.md` section 11, *Fit*).
//!
//! Sums run over patterns in pieces of one size, and the pieces are added in their order: nothing depends on how many
//! threads there are. Where features say almost the same, only the penalty holds their coefficients apart, and a rounding
//! error of the gradient is an error of theirs. So the gradient and the objective are summed with the error carried along.

use nalgebra::{Cholesky, DMatrix, DVector};
use rayon::prelude::*;

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
/// Patterns that are summed up together.
const PIECE: usize = 1 << 14;

/// A fit: the log odds of the reference, and a coefficient of each bin, by feature; 0 of reference bins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Coefficients {
    pub(super) intercept: f64,
    pub(super) bins: Vec<Vec<f64>>,
}

/// The bins of all features behind one another, after the intercept.
struct Slots {
    /// The slot of each feature's first bin.
    first: Vec<usize>,
    /// All slots.
    count: usize,
    /// The slots that have a coefficient: the intercept, and all bins but references.
    free: Vec<usize>,
}

impl Slots {
    fn new(references: &[Vec<bool>]) -> Self {
        let mut slots = Slots { first: Vec::new(), count: 1, free: vec![0] };
        for of_feature in references {
            slots.first.push(slots.count);
            for is_reference in of_feature {
                slots.free.extend((!is_reference).then_some(slots.count));
                slots.count += 1;
            }
        }
        slots
    }
}

/// A sum that carries its rounding error along (Neumaier).
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    sum: f64,
    error: f64,
}

impl Sum {
    #[inline]
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.error += if self.sum.abs() >= value.abs() { self.sum - sum + value } else { value - sum + self.sum };
        self.sum = sum;
    }

    fn add_sum(&mut self, other: Sum) {
        self.add(other.sum);
        self.error += other.error;
    }

    fn value(self) -> f64 {
        self.sum + self.error
    }
}

/// The objective without its penalty, and its derivatives by all slots.
struct Derivatives {
    objective: Sum,
    gradient: Vec<Sum>,
    /// Row by row; above the diagonal, and the first row, where the diagonal is, too: a bin times itself is itself.
    hessian: Vec<f64>,
}

impl Derivatives {
    fn new(slots: usize) -> Self {
        let gradient = vec![Sum::default(); slots];
        Derivatives { objective: Sum::default(), gradient, hessian: vec![0.0; slots * slots] }
    }

    fn add(&mut self, other: &Derivatives) {
        self.objective.add_sum(other.objective);
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(sum, other)| sum.add_sum(*other));
        self.hessian.iter_mut().zip(&other.hessian).for_each(|(sum, other)| *sum += other);
    }
}

/// Fits bins to outcomes. `references` says of each bin of each feature whether it is the feature's reference.
///
/// # Errors
/// There is no such fit, or it is not found.
pub(super) fn fit(patterns: &Patterns, references: &[Vec<bool>], penalty: f64) -> Result<Coefficients, Unfit> {
    let slots = Slots::new(references);
    let (rows, outcomes) = patterns.counts.iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
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

/// The patterns in pieces: their bins, and their counts.
fn pieces(patterns: &Patterns) -> impl IndexedParallelIterator<Item = (&[u8], &[(u64, u64)])> {
    let bins = move |at: usize| &patterns.bins[at * PIECE * patterns.features..];
    patterns.counts.par_chunks(PIECE).enumerate().map(move |(at, counts)| (bins(at), counts))
}

fn derivatives(patterns: &Patterns, slots: &Slots, coefficients: &[f64]) -> Derivatives {
    let of_piece = |(bins, counts): (&[u8], &[(u64, u64)])| {
        let mut piece = Piece::new(slots, coefficients);
        for (at, count) in counts.iter().enumerate() {
            piece.add(&bins[at * patterns.features..][..patterns.features], *count);
        }
        piece.end_run();
        piece.sums
    };
    let mut all = Derivatives::new(slots.count);
    pieces(patterns).map(of_piece).collect::<Vec<Derivatives>>().iter().for_each(|sums| all.add(sums));
    all
}

/// Sums up a piece of the patterns. They are in ascending order, so the bins of the first features, the head, stay the same
/// for runs of patterns: of those only the sums of a run are added, which saves most of the work.
struct Piece<'a> {
    sums: Derivatives,
    slots: &'a Slots,
    coefficients: &'a [f64],
    /// How many features the head has.
    head: usize,
    /// The first slot behind the head's.
    tail: usize,
    /// The slots of the last pattern's bins.
    places: Vec<usize>,
    /// The log odds of the head, the intercept included.
    head_log_odds: f64,
    /// Of the patterns since the head changed: residuals, weights, and weights by slot of the tail.
    residual: Sum,
    weight: f64,
    weights: Vec<f64>,
}

impl<'a> Piece<'a> {
    fn new(slots: &'a Slots, coefficients: &'a [f64]) -> Self {
        let head = slots.first.len() / 2;
        let tail = slots.first.get(head).copied().unwrap_or(slots.count);
        Piece {
            sums: Derivatives::new(slots.count),
            slots,
            coefficients,
            head,
            tail,
            // No slot is that of a pattern before the first.
            places: vec![usize::MAX; slots.first.len()],
            head_log_odds: coefficients[0],
            residual: Sum::default(),
            weight: 0.0,
            weights: vec![0.0; slots.count - tail],
        }
    }

    /// Adds a pattern with so many rows and outcomes.
    #[inline]
    fn add(&mut self, bins: &[u8], (rows, outcomes): (u64, u64)) {
        let place = |(first, bin): (&usize, &u8)| first + usize::from(*bin);
        let new_head = self.slots.first.iter().zip(&bins[..self.head]).map(place);
        if new_head.clone().ne(self.places[..self.head].iter().copied()) {
            self.end_run();
            self.places.iter_mut().zip(new_head).for_each(|(place, new)| *place = new);
            let of_head = self.places[..self.head].iter().map(|place| self.coefficients[*place]);
            self.head_log_odds = of_head.fold(self.coefficients[0], |sum, coefficient| sum + coefficient);
        }
        let new_tail = self.slots.first.iter().zip(bins).skip(self.head).map(place);
        self.places[self.head..].iter_mut().zip(new_tail).for_each(|(place, new)| *place = new);
        let tail = &self.places[self.head..];
        let log_odds = tail.iter().fold(self.head_log_odds, |sum, place| sum + self.coefficients[*place]);
        let (others, outcomes) = ((rows - outcomes) as f64, outcomes as f64);
        let small = (-log_odds.abs()).exp();
        let (likelier, less_likely) = (1.0 / (1.0 + small), small / (1.0 + small));
        let (risk, spared) = if log_odds > 0.0 { (likelier, less_likely) } else { (less_likely, likelier) };
        // Not rows · risk − outcomes: where a bin tells the outcome for certain, that would be 0 from some step on, as if
        // the coefficients had settled.
        let residual = others * risk - outcomes * spared;
        let weight = (others + outcomes) * risk * spared;
        // −ln p is −ln(1 − p) less the log odds.
        self.sums.objective.add((others + outcomes) * (log_odds.max(0.0) + small.ln_1p()) - outcomes * log_odds);
        self.residual.add(residual);
        self.weight += weight;
        for (at, place) in tail.iter().enumerate() {
            self.sums.gradient[*place].add(residual);
            self.weights[place - self.tail] += weight;
            let row = &mut self.sums.hessian[place * self.slots.count..][..self.slots.count];
            tail[at + 1..].iter().for_each(|other| row[*other] += weight);
        }
    }

    /// Adds what patterns with the same head have in common.
    fn end_run(&mut self) {
        let Piece { sums, places, residual, weight, weights, .. } = self;
        // (Before the first pattern, there is nothing to add.)
        if *weight > 0.0 || residual.value() != 0.0 {
            sums.gradient[0].add_sum(*residual);
            sums.hessian[0] += *weight;
            sums.hessian[self.tail..self.slots.count]
                .iter_mut()
                .zip(&*weights)
                .for_each(|(sum, weight)| *sum += weight);
            for (at, place) in places[..self.head].iter().enumerate() {
                sums.gradient[*place].add_sum(*residual);
                sums.hessian[*place] += *weight;
                let row = &mut sums.hessian[place * self.slots.count..][..self.slots.count];
                places[at + 1..self.head].iter().for_each(|other| row[*other] += *weight);
                row[self.tail..].iter_mut().zip(&*weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
        (*residual, *weight) = (Sum::default(), 0.0);
        weights.fill(0.0);
    }
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

    fn patterns(features: usize, of: &[(&[u8], u64, u64)]) -> Patterns {
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
    fn a_sample_has_outcomes_and_others() {
        let references = [vec![true, false]];
        assert_eq!(fit(&patterns(1, &[(&[0], 9, 0)]), &references, 1.0), Err(Unfit::NoOutcomes));
        assert_eq!(fit(&patterns(1, &[(&[0], 9, 9)]), &references, 1.0), Err(Unfit::NothingButOutcomes));
        assert_eq!(fit(&patterns(1, &[]), &references, 1.0), Err(Unfit::NoOutcomes));
    }

    #[test]
    fn sums_carry_their_error() {
        let mut sum = Sum::default();
        [1e16, 1.0, -1e16, 1.0].into_iter().for_each(|value| sum.add(value));
        assert_eq!(sum.value(), 2.0);
    }
}
