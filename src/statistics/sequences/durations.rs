//! How long spells last: Kaplan and Meier's estimate of survival, its error after Greenwood, and what spells end in.
//!
//! E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958); cumulative
//! incidences after Aalen and Johansen. Spells whose beginning is not seen are left out, since their length is not known.

use super::counts::SpellCounts;

/// How long spells of a category last.
#[derive(Debug, Clone, PartialEq)]
pub struct Durations {
    /// One for each number of dates, from 1, while somebody is at risk.
    pub by_dates: Vec<Duration>,
}

/// What happens to spells after so many dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Duration {
    /// Spells that are this long at least, and seen to go on or to end.
    pub at_risk: u64,
    /// Those of them that end.
    pub ended: u64,
    /// The share of spells that last longer.
    pub survival: f64,
    /// Its standard error; NaN where nobody at risk stays.
    pub survival_se: f64,
    /// The share that has ended so far, by what came after: each category in their order, then the absence.
    pub ended_in: Vec<f64>,
}

impl Durations {
    pub(super) fn of(counts: &SpellCounts) -> Self {
        let ended: Vec<u64> = counts.ended.iter().map(|of_length| of_length.iter().sum()).collect();
        // Spells at least this long, the open ones of this length left out.
        let mut longer = 0;
        let mut at_risk = vec![0; ended.len()];
        for length in (0..ended.len()).rev() {
            at_risk[length] = longer + ended[length];
            longer += ended[length] + counts.open[length];
        }
        let (mut survival, mut variance) = (1.0, 0.0);
        let mut ended_in = vec![0.0; counts.ended.first().map_or(0, Vec::len)];
        let mut by_dates = Vec::new();
        for (length, at_risk) in at_risk.into_iter().enumerate().take_while(|(_, at_risk)| *at_risk > 0) {
            let (n, e) = (at_risk as f64, ended[length] as f64);
            for (share, ended) in ended_in.iter_mut().zip(&counts.ended[length]) {
                *share += survival * *ended as f64 / n;
            }
            survival *= 1.0 - e / n;
            // Without a term where nobody stays: it is not a number from there on.
            variance += if n > e { e / (n * (n - e)) } else { f64::NAN };
            let survival_se = survival * f64::sqrt(variance);
            by_dates.push(Duration {
                at_risk,
                ended: ended[length],
                survival,
                survival_se,
                ended_in: ended_in.clone(),
            });
        }
        Durations { by_dates }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survival_is_kaplan_and_meier_s() {
        // Ten spells: 2 end after 1 date (one in each of two other states), 1 is open; 3 end after 2; 4 are open after 3.
        let counts = SpellCounts { ended: vec![vec![0, 1, 1], vec![0, 3, 0], vec![0, 0, 0]], open: vec![1, 0, 4] };
        let found = Durations::of(&counts).by_dates;
        assert_eq!(found.iter().map(|of| (of.at_risk, of.ended)).collect::<Vec<_>>(), [(9, 2), (7, 3)]);
        let [first, second] = [&found[0], &found[1]];
        assert!((first.survival - 7.0 / 9.0).abs() < 1e-15);
        assert!((second.survival - 7.0 / 9.0 * 4.0 / 7.0).abs() < 1e-15);
        let se = second.survival * (2.0 / (9.0 * 7.0) + 3.0 / (7.0 * 4.0_f64)).sqrt();
        assert!((second.survival_se - se).abs() < 1e-15);
        for of in &found {
            assert!((of.survival + of.ended_in.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        }
        assert!((second.ended_in[1] - (1.0 / 9.0 + 7.0 / 9.0 * 3.0 / 7.0)).abs() < 1e-15);
    }

    #[test]
    fn where_nobody_stays_the_error_is_missing() {
        let counts = SpellCounts { ended: vec![vec![0, 1], vec![0, 2]], open: vec![0, 0] };
        let found = Durations::of(&counts).by_dates;
        assert!(found[0].survival_se.is_finite() && found[1].survival_se.is_nan());
        assert_eq!(found[1].survival, 0.0);
    }
}
