//! Who has which category on two dates.

/// The customers by category on two dates so many dates apart, for every such pair of dates.
///
/// Categories come in their order, and behind them those who are not in the population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transitions {
    /// How many dates lie from the first to the second.
    pub horizon: usize,
    /// How many categories there are.
    pub categories: usize,
    /// By the place of the first date: customers by the one and the other category, row by row.
    pub pairs: Vec<Vec<u64>>,
}

impl Transitions {
    /// Without anybody.
    pub(super) fn new(horizon: usize, dates: usize, categories: usize) -> Self {
        let states = categories + 1;
        Transitions { horizon, categories, pairs: vec![vec![0; states * states]; dates - horizon] }
    }

    /// How many places a row has: the categories and the absence.
    pub fn states(&self) -> usize {
        self.categories + 1
    }

    /// All pairs of dates together.
    pub fn total(&self) -> Vec<u64> {
        let mut total = vec![0; self.states() * self.states()];
        for pair in &self.pairs {
            total.iter_mut().zip(pair).for_each(|(total, customers)| *total += customers);
        }
        total
    }

    /// Of customers by one and other category: from, to, customers, and these as per cent of all with this `from`
    /// (NaN of those who enter, and where nobody has it), in the order of the table. Nobody is absent twice.
    pub fn rows<'a>(&self, customers: &'a [u64]) -> impl Iterator<Item = (usize, usize, u64, f64)> + 'a {
        let states = self.states();
        let cells = (0..states).flat_map(move |from| (0..states).map(move |to| (from, to)));
        cells.filter(move |(from, to)| (*from, *to) != (states - 1, states - 1)).map(move |(from, to)| {
            let row = &customers[from * states..(from + 1) * states];
            let all: u64 = row.iter().sum();
            let pct = if from == states - 1 { f64::NAN } else { 100.0 * row[to] as f64 / all as f64 };
            (from, to, row[to], pct)
        })
    }
}
