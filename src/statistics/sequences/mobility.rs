//! How mobile customers are between two dates.
//!
//! A. F. Shorrocks, "The measurement of mobility", Econometrica 46 (1978).

use super::Transitions;

/// Customers with a category on two dates so many dates apart, over all such pairs of dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Mobility {
    /// How many dates lie from the first to the second.
    pub horizon: usize,
    /// The pairs of dates.
    pub from_pairs: u64,
    /// The customers, once for each pair.
    pub customers: u64,
    /// Per cent with the same category on both dates.
    pub stayed_pct: f64,
    /// Shorrocks' index: 0 where all stay, 1 where the category before says nothing; NaN below two categories.
    pub shorrocks: f64,
    /// By category: per cent of its customers who have it on the second date too.
    pub stayed_by_category_pct: Vec<f64>,
    /// By category: per cent of its customers who have it on every date up to the second.
    pub unbroken_by_category_pct: Vec<f64>,
}

impl Mobility {
    /// `unbroken` are the customers by category who have it on every date.
    pub(super) fn of(transitions: &Transitions, unbroken: &[u64]) -> Self {
        let (states, categories) = (transitions.states(), transitions.categories);
        let total = transitions.total();
        let row = |category: usize| &total[category * states..category * states + categories];
        let of_category: Vec<u64> = (0..categories).map(|category| row(category).iter().sum()).collect();
        let stayed: Vec<u64> = (0..categories).map(|category| row(category)[category]).collect();
        let pct = |part: u64, all: u64| 100.0 * part as f64 / all as f64;
        let by_category =
            |part: &[u64]| part.iter().zip(&of_category).map(|(part, all)| pct(*part, *all)).collect::<Vec<f64>>();
        let customers = of_category.iter().sum();
        // The rows of categories that nobody had are left out.
        let staying = stayed.iter().zip(&of_category).filter(|(_, all)| **all > 0);
        let (rows, trace) =
            staying.fold((0.0, 0.0), |(rows, trace), (stayed, all)| (rows + 1.0, trace + *stayed as f64 / *all as f64));
        Mobility {
            horizon: transitions.horizon,
            from_pairs: transitions.pairs.len() as u64,
            customers,
            stayed_pct: pct(stayed.iter().sum(), customers),
            shorrocks: if rows < 2.0 { f64::NAN } else { (rows - trace) / (rows - 1.0) },
            stayed_by_category_pct: by_category(&stayed),
            unbroken_by_category_pct: by_category(unbroken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stays_who_moves_and_who_was_never_there() {
        // Two categories used of three: 3 stay and 1 moves; 1 stays and 1 moves; one enters, one leaves.
        let pairs = vec![vec![3, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]];
        let found = Mobility::of(&Transitions { horizon: 1, categories: 3, pairs }, &[2, 1, 0]);
        assert_eq!((found.from_pairs, found.customers), (1, 6));
        assert_eq!(found.stayed_pct, 100.0 * 4.0 / 6.0);
        assert_eq!(found.shorrocks, (2.0 - (0.75 + 0.5)) / 1.0);
        assert_eq!(found.stayed_by_category_pct[..2], [75.0, 50.0]);
        assert!(found.stayed_by_category_pct[2].is_nan());
        assert_eq!(found.unbroken_by_category_pct[..2], [50.0, 50.0]);
    }
}
