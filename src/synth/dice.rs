//! Chance, seeded per block, so that a population is the same whatever the number of threads.

use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1, Gamma, StandardNormal};
use rand_pcg::Pcg64Mcg;

/// What a block of random numbers is for: uses of one block number must not share theirs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Realm {
    /// Person customers.
    Customers = 1,
    /// Employers.
    Employers = 2,
    /// Who filed the customers' applications.
    Filers = 3,
}

/// One block's source of chance.
pub(super) struct Dice(Pcg64Mcg);

impl Dice {
    /// The dice of one block: the same for the same three arguments, unrelated for any others.
    pub(super) fn new(seed: u64, realm: Realm, block: u64) -> Self {
        let mixed = scramble(scramble(seed).wrapping_add(scramble(block.wrapping_mul(4) + realm as u64)));
        Dice(Pcg64Mcg::seed_from_u64(mixed))
    }

    /// Uniform in [0, 1).
    #[inline]
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with probability `p`.
    #[inline]
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A whole number from `low` to `high`, both included.
    #[inline]
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        let choices = (high - low + 1) as u64;
        // Scaling 32 bits favours some values by less than one part in a million: nothing here notices.
        low + ((u64::from(self.0.next_u32()) * choices) >> 32) as i32
    }

    /// One of `choices`, each with the weight it comes with; the weights need not add up to one.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[(f64, T)]) -> T {
        let total: f64 = choices.iter().map(|&(weight, _)| weight).sum();
        let mut left = self.unit() * total;
        for &(weight, choice) in &choices[..choices.len() - 1] {
            left -= weight;
            if left < 0.0 {
                return choice;
            }
        }
        choices[choices.len() - 1].1
    }

    /// The waiting time to the next arrival of a Poisson process of rate one.
    #[inline]
    pub(super) fn wait(&mut self) -> f64 {
        Exp1.sample(&mut self.0)
    }

    /// Gamma distributed with mean one: how much more or less than the average a person does of something.
    pub(super) fn frailty(&mut self, shape: f64) -> f64 {
        Gamma::new(shape, 1.0 / shape).map_or(1.0, |gamma| gamma.sample(&mut self.0))
    }

    /// Log-normal with the mean given; `sigma` is the standard deviation of the logarithm.
    #[inline]
    pub(super) fn log_normal(&mut self, mean: f64, sigma: f64) -> f64 {
        let normal: f64 = StandardNormal.sample(&mut self.0);
        mean * (sigma * normal - sigma * sigma / 2.0).exp()
    }

    /// Arrivals of a Poisson process whose rate changes by step: calls `arrive` with the step's index and how far
    /// into the step (0 to 1) each arrival falls, in order.
    pub(super) fn arrivals(&mut self, rates: &[f64], mut arrive: impl FnMut(&mut Self, usize, f64)) {
        let mut ahead = self.wait();
        for (step, &rate) in rates.iter().enumerate() {
            let mut done = 0.0;
            while ahead < rate - done {
                done += ahead;
                arrive(self, step, done / rate);
                ahead = self.wait();
            }
            ahead -= rate - done;
        }
    }
}

/// SplitMix64's finaliser: neighbouring numbers become unrelated ones.
fn scramble(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_realms_differ_and_repeat() {
        let first = |seed, realm, block| Dice::new(seed, realm, block).unit();
        assert_eq!(first(1, Realm::Customers, 7), first(1, Realm::Customers, 7));
        assert_ne!(first(1, Realm::Customers, 7), first(1, Realm::Customers, 8));
        assert_ne!(first(1, Realm::Customers, 7), first(1, Realm::Employers, 7));
        assert_ne!(first(1, Realm::Customers, 7), first(2, Realm::Customers, 7));
    }

    #[test]
    fn arrivals_keep_their_rates() {
        let mut dice = Dice::new(3, Realm::Customers, 0);
        let mut counts = [0u32; 3];
        for _ in 0..20_000 {
            dice.arrivals(&[0.5, 0.0, 2.0], |_, step, fraction| {
                assert!((0.0..1.0).contains(&fraction));
                counts[step] += 1;
            });
        }
        assert!((9_500..10_500).contains(&counts[0]), "{counts:?}");
        assert_eq!(counts[1], 0);
        assert!((39_000..41_000).contains(&counts[2]), "{counts:?}");
    }

    #[test]
    fn means_are_as_asked() {
        let mut dice = Dice::new(4, Realm::Customers, 0);
        let n = 50_000;
        let frailty = (0..n).map(|_| dice.frailty(0.8)).sum::<f64>() / f64::from(n);
        let minutes = (0..n).map(|_| dice.log_normal(26.0, 0.5)).sum::<f64>() / f64::from(n);
        assert!((frailty - 1.0).abs() < 0.03, "{frailty}");
        assert!((minutes - 26.0).abs() < 0.5, "{minutes}");
    }
}
