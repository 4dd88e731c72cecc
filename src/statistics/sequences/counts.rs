//! One pass over the customers: everything that the figures of a panel are made of.

use rayon::prelude::*;

use super::{ABSENT, HORIZONS, Neighbour, Sequences, Since, Transitions, spells};

/// Spells of one category whose beginning is seen, by their length.
#[derive(Debug, Clone)]
pub(super) struct SpellCounts {
    /// By length less one: spells that ended, by what came after: a category, or the absence.
    pub(super) ended: Vec<Vec<u64>>,
    /// By length less one: spells that were still open on the panel's last date.
    pub(super) open: Vec<u64>,
}

/// What was counted.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    /// Customers in the panel.
    pub(super) customers: u64,
    /// By horizon.
    pub(super) moves: Vec<Transitions>,
    /// By horizon and category: customers with the category on two dates and on every date between.
    pub(super) unbroken: Vec<Vec<u64>>,
    /// By category.
    pub(super) spells: Vec<SpellCounts>,
    /// From a year before to the last date.
    pub(super) since: Since,
}

/// Customers counted by one task.
const CUSTOMERS_PER_TASK: usize = 16_384;

impl Counts {
    pub(super) fn of(sequences: &Sequences, categories: usize) -> Self {
        let dates = sequences.dates.len();
        let tasks = sequences.len().div_ceil(CUSTOMERS_PER_TASK);
        let nobody = || Counts::nobody(dates, sequences.a_year_before(), categories);
        let count = |task: usize| {
            let mut counts = nobody();
            let mut sequence = Vec::with_capacity(dates);
            let first = task * CUSTOMERS_PER_TASK;
            for customer in first..sequences.len().min(first + CUSTOMERS_PER_TASK) {
                sequence.clear();
                sequence.extend(sequences.of(customer));
                counts.add(&sequence);
            }
            counts
        };
        (0..tasks).into_par_iter().map(count).reduce(nobody, Counts::merged)
    }

    fn nobody(dates: usize, a_year_before: usize, categories: usize) -> Self {
        let horizons = || HORIZONS.iter().filter(|horizon| **horizon < dates);
        let spells = SpellCounts { ended: vec![vec![0; categories + 1]; dates], open: vec![0; dates] };
        Counts {
            customers: 0,
            moves: horizons().map(|horizon| Transitions::new(*horizon, dates, categories)).collect(),
            unbroken: horizons().map(|_| vec![0; categories]).collect(),
            spells: vec![spells; categories],
            since: Since {
                first: a_year_before,
                customers: vec![0; (categories + 1) * (categories + 1)],
                unbroken: vec![0; categories],
            },
        }
    }

    fn add(&mut self, sequence: &[u16]) {
        if sequence.iter().all(|category| *category == ABSENT) {
            return;
        }
        self.customers += 1;
        let absent = self.spells.len();
        let state = |category: u16| if category == ABSENT { absent } else { usize::from(category) };
        let (first, last) = (sequence[self.since.first], sequence[sequence.len() - 1]);
        self.since.customers[state(first) * (absent + 1) + state(last)] += 1;
        for moves in &mut self.moves {
            let states = moves.states();
            let later = sequence[moves.horizon..].iter();
            for (pair, (from, to)) in moves.pairs.iter_mut().zip(sequence.iter().zip(later)) {
                pair[state(*from) * states + state(*to)] += 1;
            }
        }
        for spell in spells(sequence) {
            let (category, dates) = (usize::from(spell.category), spell.last - spell.first + 1);
            for (moves, unbroken) in self.moves.iter().zip(&mut self.unbroken) {
                unbroken[category] += dates.saturating_sub(moves.horizon) as u64;
            }
            if spell.first <= self.since.first && spell.last + 1 == sequence.len() {
                self.since.unbroken[category] += 1;
            }
            let counts = &mut self.spells[category];
            match (spell.before, spell.after) {
                (Neighbour::Unknown, _) => {}
                (_, Neighbour::Unknown) => counts.open[dates - 1] += 1,
                (_, Neighbour::Absent) => *counts.ended[dates - 1].last_mut().unwrap_or(&mut 0) += 1,
                (_, Neighbour::Category(next)) => counts.ended[dates - 1][usize::from(next)] += 1,
            }
        }
    }

    fn merged(mut self, other: Counts) -> Self {
        let add = |own: &mut Vec<u64>, other: &Vec<u64>| own.iter_mut().zip(other).for_each(|(own, more)| *own += more);
        self.customers += other.customers;
        for (own, other) in self.moves.iter_mut().zip(&other.moves) {
            own.pairs.iter_mut().zip(&other.pairs).for_each(|(own, other)| add(own, other));
        }
        self.unbroken.iter_mut().zip(&other.unbroken).for_each(|(own, other)| add(own, other));
        for (own, other) in self.spells.iter_mut().zip(&other.spells) {
            own.ended.iter_mut().zip(&other.ended).for_each(|(own, other)| add(own, other));
            add(&mut own.open, &other.open);
        }
        add(&mut self.since.customers, &other.since.customers);
        add(&mut self.since.unbroken, &other.since.unbroken);
        self
    }
}
