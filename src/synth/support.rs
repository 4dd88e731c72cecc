//! From everyday life to support: which benefits a customer receives in which months, and which life events the
//! agency hears of.

use super::catalogue::Benefit;
use super::dice::Dice;
use super::life::{Cause, Episode, State};
use super::person::{Months, Person, months};
use super::timeline::Timeline;
use crate::calendar::Day;

/// What follows from a customer's life.
pub(super) struct Support {
    /// The months of each benefit.
    months: [Months; Benefit::COUNT],
    /// How many days into its first month a spell of the benefit begins.
    late_start: [u8; Benefit::COUNT],
    /// How many days before the end of its last month a spell of the benefit ends.
    early_end: [u8; Benefit::COUNT],
    /// Children for whom child benefit is paid, by month.
    pub(super) children: Vec<u8>,
    /// Life events that the agency hears of from elsewhere than the payments.
    pub(super) events: Vec<(Cause, Day)>,
    /// Days of birth of children whose mother this customer is.
    pub(super) grants: Vec<Day>,
}

/// A stretch of months of one benefit, as months and as days.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) from: usize,
    pub(super) until: usize,
    pub(super) first_day: Day,
    pub(super) last_day: Day,
}

impl Support {
    /// Draws what follows from a life.
    pub(super) fn draw(person: &Person, episodes: &[Episode], timeline: &Timeline, dice: &mut Dice) -> Self {
        let mut support = Support {
            months: [0; Benefit::COUNT],
            late_start: [0; Benefit::COUNT],
            early_end: [0; Benefit::COUNT],
            children: vec![0; timeline.months()],
            events: Vec::new(),
            grants: Vec::new(),
        };
        for &until in &person.children_until {
            support.grant_child(until.saturating_sub(17 * 12), until);
        }
        support.ordinary(person, timeline, dice);
        let mut income = None;
        for episode in episodes {
            match episode.state {
                State::Stable => income = None,
                State::Transition(cause) => {
                    income = support.transition(cause, episode, person, timeline, dice);
                }
                State::Hardship => support.hardship(episode, income.take(), person, dice),
            }
        }
        for benefit in &mut support.months {
            *benefit &= person.present;
        }
        support
    }

    /// Months of a benefit.
    #[inline]
    pub(super) fn months(&self, benefit: Benefit) -> Months {
        self.months[benefit as usize]
    }

    /// How many countable benefits run in a month.
    pub(super) fn concurrent(&self, month: usize) -> u32 {
        self.months.iter().map(|benefit| (benefit >> month & 1) as u32).sum()
    }

    /// The unbroken stretches of a benefit, in order.
    pub(super) fn runs<'a>(&'a self, benefit: Benefit, timeline: &'a Timeline) -> impl Iterator<Item = Run> + 'a {
        let mut left = self.months(benefit);
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let from = left.trailing_zeros() as usize;
            let until = from + (left >> from).trailing_ones() as usize;
            left &= !months(from, until);
            // A spell that reaches an end of the timeline is under way there.
            let late = if from == 0 { 0 } else { self.late_start[benefit as usize] };
            let early = if until == timeline.months() { 0 } else { self.early_end[benefit as usize] };
            let first_day = timeline.first_day(from).plus_days(i32::from(late));
            let last_day = timeline.last_day(until - 1).plus_days(-i32::from(early)).max(first_day);
            Some(Run { from, until, first_day, last_day })
        })
    }

    /// Adds months of a benefit.
    pub(super) fn grant(&mut self, benefit: Benefit, from: usize, until: usize) {
        let end = self.children.len();
        self.months[benefit as usize] |= months(from.min(end), until.min(end));
    }

    /// Adds months of child benefit for one more child.
    pub(super) fn grant_child(&mut self, from: usize, until: usize) {
        self.grant(Benefit::Child, from, until);
        let end = self.children.len();
        for children in &mut self.children[from.min(end)..until.min(end)] {
            *children += 1;
        }
    }

    /// Takes months of a benefit away.
    pub(super) fn withhold(&mut self, benefit: Benefit, from: usize, until: usize) {
        self.months[benefit as usize] &= !months(from, until);
    }

    /// Makes spells of a benefit begin and end on days of their own.
    pub(super) fn on_days_of_its_own(&mut self, benefit: Benefit, late_start: i32, dice: &mut Dice) {
        self.late_start[benefit as usize] = late_start as u8;
        self.early_end[benefit as usize] = dice.between(0, 27) as u8;
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::dice::Realm;
    use super::super::life;
    use super::*;

    #[test]
    fn runs_are_the_months_told_as_stretches() {
        let timeline = Timeline::new(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(), 60);
        let mut dice = Dice::new(8, Realm::Customers, 0);
        for _ in 0..3_000 {
            let person = Person::draw(&mut dice, &timeline);
            let episodes = life::live(&person, &timeline, &mut dice);
            let support = Support::draw(&person, &episodes, &timeline, &mut dice);
            for benefit in Benefit::ALL {
                let mut seen = 0;
                for run in support.runs(benefit, &timeline) {
                    assert!(run.from < run.until && run.first_day <= run.last_day);
                    assert_eq!(timeline.month_of(run.first_day), run.from);
                    assert_eq!(timeline.month_of(run.last_day), run.until - 1);
                    seen |= months(run.from, run.until);
                }
                assert_eq!(seen, support.months(benefit));
                assert_eq!(seen & !person.present, 0);
            }
        }
    }
}
