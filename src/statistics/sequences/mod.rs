//! Sequences of categories, date by date, and what they come to (`docs/method.md` section 10): transitions, durations,
//! mobility.
//!
//! In: which category each customer has on each date. Out: [`PanelFigures`]. All of it follows from the sequences alone.

mod counts;
mod durations;
mod mobility;
mod transitions;

pub use durations::{Duration, Durations};
pub use mobility::Mobility;
pub use transitions::Transitions;

use crate::calendar::Day;

use counts::Counts;

/// How many dates apart customers are compared.
const HORIZONS: [usize; 3] = [1, 3, 12];

/// Stands for the category of who is not in the population.
pub const ABSENT: u16 = u16::MAX;

/// The categories of the customers of a panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequences {
    /// The dates, ascending.
    pub dates: Vec<Day>,
    /// By date and customer number the place of the category, [`ABSENT`] without one.
    pub categories: Vec<Vec<u16>>,
}

/// Consecutive dates on which a customer has the same category, as many as there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// The place of the category.
    pub category: u16,
    /// The place of its first date.
    pub first: usize,
    /// The place of its last date.
    pub last: usize,
    /// What was before.
    pub before: Neighbour,
    /// What comes after.
    pub after: Neighbour,
}

/// What there is before or after a spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbour {
    /// The panel does not reach there.
    Unknown,
    /// The customer is not in the population.
    Absent,
    /// Another category, by its place.
    Category(u16),
}

impl Sequences {
    /// How many customers there are, those included who are in the population on no date.
    pub fn len(&self) -> usize {
        self.categories.first().map_or(0, Vec::len)
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A customer's categories, date by date.
    pub fn of(&self, customer: usize) -> impl Iterator<Item = u16> + '_ {
        self.categories.iter().map(move |of_date| of_date[customer])
    }

    /// The place of the date a year before the last one: of the latest that is so long before, or else of the first.
    pub fn a_year_before(&self) -> usize {
        let Some(last) = self.dates.last() else { return 0 };
        let year_before = last.plus_months(-12).max(self.dates[0]);
        // The last days of months differ in length.
        let is_before = |date: &&Day| date.plus_days(-3) <= year_before;
        self.dates.iter().filter(is_before).count().saturating_sub(1)
    }

    /// Whether a customer is in the population on any date.
    pub fn is_in_panel(&self, customer: usize) -> bool {
        self.of(customer).any(|category| category != ABSENT)
    }
}

/// The spells of a customer's categories.
pub fn spells(sequence: &[u16]) -> impl Iterator<Item = Spell> + '_ {
    let mut next = 0;
    std::iter::from_fn(move || {
        while *sequence.get(next)? == ABSENT {
            next += 1;
        }
        let (first, category) = (next, sequence[next]);
        next += sequence[first..].iter().take_while(|other| **other == category).count();
        let neighbour = |at: Option<&u16>| match at {
            None => Neighbour::Unknown,
            Some(&ABSENT) => Neighbour::Absent,
            Some(category) => Neighbour::Category(*category),
        };
        let before = neighbour(first.checked_sub(1).map(|at| &sequence[at]));
        Some(Spell { category, first, last: next - 1, before, after: neighbour(sequence.get(next)) })
    })
}

/// What became of the customers from a year before to the last date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The place of the earlier date.
    pub first: usize,
    /// Customers by the one and the other category, row by row; behind the categories those who are not in the population.
    pub customers: Vec<u64>,
    /// By category those who had it on every date.
    pub unbroken: Vec<u64>,
}

/// What the sequences come to.
#[derive(Debug, Clone)]
pub struct PanelFigures {
    /// Customers in the panel.
    pub customers: u64,
    /// Who moved where, by horizon.
    pub transitions: Vec<Transitions>,
    /// How long spells last, by category.
    pub durations: Vec<Durations>,
    /// How mobile customers are, by horizon.
    pub mobility: Vec<Mobility>,
    /// What became of them in the last year.
    pub since: Since,
}

impl PanelFigures {
    /// Of these sequences; `categories` is how many there are.
    pub fn of(sequences: &Sequences, categories: usize) -> Self {
        let counts = Counts::of(sequences, categories);
        let transitions = counts.moves;
        let mobility = transitions.iter().zip(&counts.unbroken).map(|(moves, own)| Mobility::of(moves, own)).collect();
        let durations = counts.spells.iter().map(Durations::of).collect();
        PanelFigures { customers: counts.customers, transitions, durations, mobility, since: counts.since }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_tell_what_was_before_and_what_comes_after() {
        const A: u16 = ABSENT;
        let found: Vec<Spell> = spells(&[A, 0, 0, 1, A, 1]).collect();
        let spell = |category, first, last, before, after| Spell { category, first, last, before, after };
        use Neighbour::*;
        assert_eq!(
            found,
            [spell(0, 1, 2, Absent, Category(1)), spell(1, 3, 3, Category(0), Absent), spell(1, 5, 5, Absent, Unknown),]
        );
        assert_eq!(spells(&[A, A]).count(), 0);
        assert_eq!(spells(&[2, 2]).collect::<Vec<_>>(), [spell(2, 0, 1, Unknown, Unknown)]);
    }
}
