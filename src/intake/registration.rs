//! Spells of registration, and what they come to in the window.

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
}

/// Stands for the end of a registration that holds `as_of`. (The configuration bounds the window to 36,525 days.)
pub(super) const NEVER_ENDED: u16 = u16::MAX;

impl Registered {
    /// All days of these spells together; they come in the order of their first days.
    pub(super) fn by(spells: impl Iterator<Item = Registration>, window: &Window) -> Self {
        let (mut observed_days, mut counted_to, mut last) = (0, window.start.0 - 1, MISSING_DAY);
        for Registration { from, to } in spells {
            let to = if to == MISSING_DAY { Day(i32::MAX) } else { to };
            // A reversed spell has no days.
            if to < from {
                continue;
            }
            last = last.max(to);
            let (first, end) = (from.0.max(counted_to + 1), to.0.min(window.as_of.0));
            if end >= first {
                observed_days += end - first + 1;
                counted_to = end;
            }
        }
        let ended = last < window.as_of && observed_days > 0;
        Registered { observed_days, ended_after: if ended { (last.0 - window.start.0) as u16 } else { NEVER_ENDED } }
    }
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
            spells.sort();
            let found = Registered::by(spells.iter().copied(), &window);
            prop_assert_eq!(found, Registered { observed_days: observed_days as i32, ended_after });
        }
    }
}
