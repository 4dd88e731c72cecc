//! The support that comes with a life stage, without anything having happened.

use std::ops::Range;

use super::catalogue::Benefit;
use super::dice::Dice;
use super::person::{Person, Stage};
use super::support::Support;
use super::timeline::{LAST_MONTHS, Timeline};

impl Support {
    /// What a life stage brings without anything having happened.
    pub(super) fn ordinary(&mut self, person: &Person, timeline: &Timeline, dice: &mut Dice) {
        let end = timeline.months();
        let since = person.stage_since();
        match person.stage {
            Stage::Child => {
                if dice.chance(0.015) {
                    self.grant(Benefit::DisabilityAllowance, 0, end);
                }
            }
            Stage::Student => self.studies(since..end, timeline, dice),
            Stage::Worker | Stage::Parent => {
                let low_wage = if person.stage == Stage::Parent { 0.03 } else { 0.015 };
                if dice.chance(low_wage) {
                    self.grant(Benefit::HousingAllowance, since, end);
                }
                if person.stage == Stage::Parent && dice.chance(0.07) {
                    self.grant(Benefit::ChildMaintenanceAllowance, since, end);
                }
                for stretch in timeline.stretches(since, LAST_MONTHS) {
                    if dice.chance(0.018 * stretch.len() as f64 / LAST_MONTHS as f64) {
                        self.brief_sick_leave(stretch, dice);
                    }
                }
            }
            Stage::Pensioner => self.pensions(person, timeline, dice),
        }
        let mut from = 0;
        for (stage, until) in &person.past {
            if *stage == Stage::Student {
                self.studies(from..*until, timeline, dice);
            }
            from = *until;
        }
    }

    /// A few weeks of sickness allowance that change nothing in somebody's life: the rules cannot tell.
    fn brief_sick_leave(&mut self, stretch: Range<usize>, dice: &mut Dice) {
        let (first, last) = (stretch.start as i32 + 1, stretch.end as i32 - 2);
        let month = dice.between(first, last.max(first)) as usize;
        self.grant(Benefit::SicknessAllowance, month, month + 1);
        let late_start = dice.between(0, 9);
        self.on_days_of_its_own(Benefit::SicknessAllowance, late_start, dice);
    }

    /// Student aid in months of studies, for a fifth of its recipients not in summer; some begin or finish within the last
    /// months.
    fn studies(&mut self, studies: Range<usize>, timeline: &Timeline, dice: &mut Dice) {
        if !dice.chance(0.80) {
            return;
        }
        let Range { start: mut from, end: mut until } = studies;
        let last_months = timeline.last_months().max(from) + 1..until;
        let nth = |month_of_year: u32, nth: i32| {
            let mut months = last_months.clone().filter(|month| timeline.month_of_year(*month) == month_of_year);
            months.nth(nth as usize)
        };
        if dice.chance(0.35) {
            from = nth(9, dice.between(0, 2)).unwrap_or(from);
        } else if dice.chance(0.35) {
            until = nth(6, dice.between(0, 2)).unwrap_or(until);
        }
        self.grant(Benefit::StudentAid, from, until);
        if dice.chance(0.20) {
            for month in (from..until).filter(|&month| (6..=8).contains(&timeline.month_of_year(month))) {
                self.withhold(Benefit::StudentAid, month, month + 1);
            }
        }
        if dice.chance(0.22) {
            self.grant(Benefit::HousingAllowance, from, until);
        }
    }

    fn pensions(&mut self, person: &Person, timeline: &Timeline, dice: &mut Dice) {
        let (since, end) = (person.stage_since(), timeline.months());
        let by_age = person.age >= 65;
        let from = if by_age { person.month_of_age(65, timeline) } else { 0 };
        let (pension, housing, guarantee) = if by_age {
            let pension = dice.chance(0.94);
            if pension {
                self.grant(Benefit::OldAgePension, from, end);
            }
            (pension, 0.05, 0.03)
        } else {
            self.grant(Benefit::DisabilityPension, since, end);
            if dice.chance(0.08) {
                self.grant(Benefit::DisabilityAllowance, since, end);
            }
            (true, 0.12, 0.06)
        };
        if pension && dice.chance(housing) {
            self.grant(Benefit::PensionHousingAllowance, from, end);
        }
        if pension && dice.chance(guarantee) {
            self.grant(Benefit::GuaranteePension, from, end);
        }
        if by_age && dice.chance(0.03) {
            self.grant(Benefit::SurvivorPension, since, end);
        }
        let needs_care = match person.age {
            ..65 => 0.04,
            65..75 => 0.02,
            75..85 => 0.09,
            _ => 0.30,
        };
        if dice.chance(needs_care) {
            // Need of care comes at some time; for most it came before the timeline does.
            let from = if dice.chance(0.6) { since } else { dice.between(since as i32, end as i32 - 1) as usize };
            self.grant(Benefit::PensionerCareAllowance, from, end);
        }
    }
}
