//! Spells of registration, and what they come to in the window.

use std::ops::Range;

use crate::calendar::{Day, Window};
use crate::extract::batch::MISSING_DAY;

/// From when to when somebody is registered; a missing end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Registration {
    /// The first day. A missing one is the earliest possible, and sorts so.
    pub(super) from: Day,
    /// The last day.
    pub(super) to: Day,
}

/// What a customer's registration comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Registered {
    /// Days of the window inside it.
    pub(super) observed_days: i32,
    /// Its last day, as days from the window's first; [`NEVER_ENDED`] where it is not before `as_of`.
    pub(super) ended_after: u16,
    /// Whether it holds `as_of`.
    pub(super) holds_as_of: bool,
}

/// Stands for the end of a registration that holds `as_of`. (The configuration bounds the window to 36,525 days.)
pub(super) const NEVER_ENDED: u16 = u16::MAX;

impl Registered {
    /// All days of these spells together; they come in the order of their first days.
    pub(super) fn by(spells: impl Iterator<Item = Registration>, window: &Window) -> Self {
        let (mut observed_days, mut counted_to, mut last) = (0, window.start.0 - 1, MISSING_DAY);
        let mut holds_as_of = false;
        for Registration { from, to } in spells {
            let to = if to == MISSING_DAY { Day(i32::MAX) } else { to };
            // A reversed spell has no days.
            if to < from {
                continue;
            }
            last = last.max(to);
            holds_as_of |= from <= window.as_of && window.as_of <= to;
            let (first, end) = (from.0.max(counted_to + 1), to.0.min(window.as_of.0));
            if end >= first {
                observed_days += end - first + 1;
                counted_to = end;
            }
        }
        let ended = last < window.as_of && observed_days > 0;
        let ended_after = if ended { (last.0 - window.start.0) as u16 } else { NEVER_ENDED };
        Registered { observed_days, ended_after, holds_as_of }
    }
}

/// The spells of registration of all customers in scope, by number: what they come to can be told of any window.
#[derive(Debug, Default)]
pub struct Spells {
    /// Where the spells of each customer end.
    ends: Vec<u32>,
    spells: Vec<Spell>,
}

/// A spell, with what is said in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    pub(super) registration: Registration,
    pub(super) birth: Day,
    /// Its place in the input.
    pub(super) place: u32,
}

impl Spells {
    /// Adds the next customer's, in the order of their first days.
    pub(super) fn push(&mut self, spells: impl Iterator<Item = Spell>) {
        self.spells.extend(spells);
        self.ends.push(self.spells.len() as u32);
    }

    /// Whether a customer's registration holds a day.
    pub fn hold(&self, customer: usize, day: Day) -> bool {
        let holds = |Registration { from, to }: Registration| from <= day && (to == MISSING_DAY || day <= to);
        self.of(customer).iter().any(|spell| holds(spell.registration))
    }

    /// A customer's spells, in the order of their first days.
    fn of(&self, customer: usize) -> &[Spell] {
        let first = if customer == 0 { 0 } else { self.ends[customer - 1] };
        &self.spells[first as usize..self.ends[customer] as usize]
    }

    /// Of these customers, the days of a window inside the registration, and the birth dates as of its last day.
    pub fn as_of(&self, customers: Range<usize>, window: &Window) -> (Vec<i32>, Vec<Day>) {
        let of_customer = |customer: usize| {
            let own = self.of(customer);
            let registered = Registered::by(own.iter().map(|spell| spell.registration), window);
            let values = spell_with_values(own, window.as_of, |spell| (spell.registration.from, spell.place));
            (registered.observed_days, own[values].birth)
        };
        customers.map(of_customer).unzip()
    }
}

/// Which of a customer's spells has the other values: the one that began last up to a day, the earliest if none did, of
/// several of one day the first in input order. They come in the order of their first days; `began` tells a spell's
/// first day and place.
pub(super) fn spell_with_values<T>(own: &[T], as_of: Day, began: impl Fn(&T) -> (Day, u32)) -> usize {
    let begun = own.partition_point(|spell| began(spell).0 <= as_of);
    let (day, _) = began(&own[begun.saturating_sub(1)]);
    let of_that_day = (0..own.len()).filter(|at| began(&own[*at]).0 == day);
    of_that_day.min_by_key(|at| began(&own[*at]).1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day() -> impl Strategy<Value = Day> {
        // The window of the test is the year up to day 20,000; missing ends are frequent.
        prop_oneof![1 => Just(MISSING_DAY), 4 => (19_600..20_100i32).prop_map(Day)]
    }

    proptest! {
        /// Every day of the window is looked at by itself.
        #[test]
        fn spells_come_to_the_days_that_they_hold(
            mut spells in prop::collection::vec((day(), day()).prop_map(|(from, to)| Registration { from, to }), 0..7),
        ) {
            let window = Window::new(Day(20_000), 12, None, 31, 30);
            spells.sort();
            let holds = |day: i32| {
                let from = |spell: &&Registration| spell.from == MISSING_DAY || spell.from.0 <= day;
                let to = |spell: &&Registration| spell.to == MISSING_DAY || spell.to.0 >= day;
                spells.iter().filter(from).any(|spell| to(&spell))
            };
            let observed_days = (window.start.0..=window.as_of.0).filter(|day| holds(*day)).count();
            // No spell of the test begins after day 20,099.
            let last = (0..=20_100).rev().find(|day| holds(*day));
            let ended_after = match last {
                Some(last) if observed_days > 0 && last < window.as_of.0 => (last - window.start.0) as u16,
                _ => NEVER_ENDED,
            };
            let found = Registered::by(spells.iter().copied(), &window);
            let holds_as_of = holds(window.as_of.0);
            prop_assert_eq!(found, Registered { observed_days: observed_days as i32, ended_after, holds_as_of });
            let mut kept = Spells::default();
            let spell = |registration| Spell { registration, birth: MISSING_DAY, place: 0 };
            kept.push(std::iter::empty());
            kept.push(spells.iter().copied().map(spell));
            for day in 19_590..=20_100 {
                prop_assert_eq!((kept.hold(0, Day(day)), kept.hold(1, Day(day))), (false, holds(day)));
            }
        }
    }
}
