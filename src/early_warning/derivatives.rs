//! What each step of a fit needs: the objective and its derivatives, over all patterns.
//!
//! Sums run over patterns in pieces of one size, and the pieces are added in their order: nothing depends on how many
//! threads there are. Where features say almost the same, only the penalty holds their coefficients apart, and a rounding
//! error of the gradient is an error of theirs. So the gradient and the objective are summed with the error carried along.

use rayon::prelude::*;

use super::patterns::Patterns;
use crate::statistics::Neumaier;

/// Patterns that are summed up together.
const PIECE: usize = 1 << 14;

/// The bins of all features behind one another, after the intercept.
pub(super) struct Slots {
    /// The slot of each feature's first bin.
    pub(super) first: Vec<usize>,
    /// All slots.
    pub(super) count: usize,
    /// The slots that have a coefficient: the intercept, and all bins but references.
    pub(super) free: Vec<usize>,
}

impl Slots {
    /// By which bins of each feature are references.
    pub(super) fn new(references: &[Vec<bool>]) -> Self {
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

/// The objective without its penalty, and its derivatives by all slots.
pub(super) struct Derivatives {
    pub(super) objective: Neumaier,
    pub(super) gradient: Vec<Neumaier>,
    /// Row by row; above the diagonal, and the first row, where the diagonal is, too: a bin times itself is itself.
    pub(super) hessian: Vec<f64>,
}

impl Derivatives {
    fn new(slots: usize) -> Self {
        let gradient = vec![Neumaier::default(); slots];
        Derivatives { objective: Neumaier::default(), gradient, hessian: vec![0.0; slots * slots] }
    }

    fn add(&mut self, other: &Derivatives) {
        self.objective.merge(&other.objective);
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(sum, other)| sum.merge(other));
        self.hessian.iter_mut().zip(&other.hessian).for_each(|(sum, other)| *sum += other);
    }
}

/// The patterns in pieces: their bins, and their counts.
fn pieces(patterns: &Patterns) -> impl IndexedParallelIterator<Item = (&[u8], &[(u32, u32)])> {
    let bins = move |at: usize| &patterns.bins[at * PIECE * patterns.features..];
    patterns.counts.par_chunks(PIECE).enumerate().map(move |(at, counts)| (bins(at), counts))
}

/// The derivatives at these coefficients, which are by slot.
pub(super) fn derivatives(patterns: &Patterns, slots: &Slots, coefficients: &[f64]) -> Derivatives {
    let of_piece = |(bins, counts): (&[u8], &[(u32, u32)])| {
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
    residual: Neumaier,
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
            residual: Neumaier::default(),
            weight: 0.0,
            weights: vec![0.0; slots.count - tail],
        }
    }

    /// Adds a pattern with so many rows and outcomes.
    #[inline]
    fn add(&mut self, bins: &[u8], (rows, outcomes): (u32, u32)) {
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
        let (others, outcomes) = (f64::from(rows - outcomes), f64::from(outcomes));
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
            sums.gradient[0].merge(residual);
            sums.hessian[0] += *weight;
            sums.hessian[self.tail..self.slots.count]
                .iter_mut()
                .zip(&*weights)
                .for_each(|(sum, weight)| *sum += weight);
            for (at, place) in places[..self.head].iter().enumerate() {
                sums.gradient[*place].merge(residual);
                sums.hessian[*place] += *weight;
                let row = &mut sums.hessian[place * self.slots.count..][..self.slots.count];
                places[at + 1..self.head].iter().for_each(|other| row[*other] += *weight);
                row[self.tail..].iter_mut().zip(&*weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
        (*residual, *weight) = (Neumaier::default(), 0.0);
        weights.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every second pattern of six features with up to seven bins each.
    fn many() -> (Patterns, Slots, Vec<f64>) {
        let bins = [7u8, 5, 6, 1, 7, 4];
        let count = bins.iter().map(|bins| usize::from(*bins)).product::<usize>() / 2 * 2;
        let mut patterns = Patterns { features: bins.len(), bins: vec![], counts: vec![] };
        for number in (0..count).step_by(2) {
            let mut rest = number;
            let places = bins.iter().rev().map(|bins| {
                let place = rest % usize::from(*bins);
                rest /= usize::from(*bins);
                place as u8
            });
            let mut places: Vec<u8> = places.collect();
            places.reverse();
            patterns.bins.extend(places);
            let rows = (number * 7919 % 13 + 1) as u32;
            patterns.counts.push((rows, (number * 104_729 % 17) as u32 * rows / 16));
        }
        let references = bins.map(|bins| (0..bins).map(|bin| bin == 0).collect());
        let slots = Slots::new(&references);
        let coefficients = (0..slots.count).map(|slot| (slot * 37 % 11) as f64 / 7.0 - 0.9).collect();
        (patterns, slots, coefficients)
    }

    #[test]
    fn runs_of_patterns_add_up_to_what_the_definition_says() {
        let (patterns, slots, coefficients) = many();
        let (mut objective, mut gradient) = (0.0, vec![0.0; slots.count]);
        let mut hessian = vec![0.0; slots.count * slots.count];
        for (bins, (rows, outcomes)) in patterns.bins.chunks(patterns.features).zip(&patterns.counts) {
            let of_bins = slots.first.iter().zip(bins).map(|(first, bin)| first + usize::from(*bin));
            let places: Vec<usize> = [0].into_iter().chain(of_bins).collect();
            let log_odds: f64 = places.iter().map(|place| coefficients[*place]).sum();
            let risk = 1.0 / (1.0 + (-log_odds).exp());
            let (rows, outcomes) = (f64::from(*rows), f64::from(*outcomes));
            objective -= outcomes * risk.ln() + (rows - outcomes) * (1.0 - risk).ln();
            for a in &places {
                gradient[*a] += rows * risk - outcomes;
                places.iter().for_each(|b| hessian[a * slots.count + b] += rows * risk * (1.0 - risk));
            }
        }
        let found = derivatives(&patterns, &slots, &coefficients);
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
        close(found.objective.value(), objective);
        found.gradient.iter().zip(gradient).for_each(|(found, expected)| close(found.value(), expected));
        for row in 0..slots.count {
            close(found.hessian[row], hessian[row * slots.count + row]);
            (row + 1..slots.count).for_each(|column| {
                let at = row * slots.count + column;
                close(found.hessian[at], hessian[at]);
            });
        }
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let (few, slots, coefficients) = many();
        let times = 3 * PIECE / few.counts.len() + 1;
        let patterns =
            Patterns { features: few.features, bins: few.bins.repeat(times), counts: few.counts.repeat(times) };
        let told = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| derivatives(&patterns, &slots, &coefficients));
            let gradient = found.gradient.iter().map(|sum| sum.value().to_bits()).collect::<Vec<_>>();
            (found.objective.value().to_bits(), gradient, found.hessian)
        };
        assert!(patterns.counts.len() > 3 * PIECE);
        assert_eq!(told(1), told(4));
    }

    #[test]
    fn sums_carry_their_error() {
        let mut sum = Neumaier::default();
        [1e16, 1.0, -1e16, 1.0].into_iter().for_each(|value| sum.add(value));
        assert_eq!(sum.value(), 2.0);
    }
}
