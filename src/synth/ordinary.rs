//! The support that comes with a life stage, without anything having happened.

use super::catalogue::Benefit;
use super::dice::Dice;
use super::person::{Person, Stage};
use super::support::Support;
use super::timeline::{MONTHS, Timeline};

impl Support {
    /// What a life stage brings without anything having happened.
    pub(super) fn ordinary(&mut self, person: &Person, timeline: &Timeline, dice: &mut Dice) {
        match person.stage {
            Stage::Child => {
                if dice.chance(0.015) {
                    self.grant(Benefit::DisabilityAllowance, 0, MONTHS);
                }
            }
            Stage::Student => self.studies(timeline, dice),
            Stage::Worker | Stage::Parent => {
                let low_wage = if person.stage == Stage::Parent { 0.03 } else { 0.015 };
                if dice.chance(low_wage) {
                    self.grant(Benefit::HousingAllowance, 0, MONTHS);
                }
                if person.stage == Stage::Parent && dice.chance(0.07) {
                    self.grant(Benefit::ChildMaintenanceAllowance, 0, MONTHS);
                }
                if dice.chance(0.018) {
                    self.brief_sick_leave(dice);
                }
            }
            Stage::Pensioner => self.pensions(person, timeline, dice),
        }
    }

    /// A few weeks of sickness allowance that change nothing in somebody's life: the rules cannot tell.
    fn brief_sick_leave(&mut self, dice: &mut Dice) {
        let month = dice.between(1, MONTHS as i32 - 2) as usize;
        self.grant(Benefit::SicknessAllowance, month, month + 1);
        let late_start = dice.between(0, 9);
        self.on_days_of_its_own(Benefit::SicknessAllowance, late_start, dice);
    }

    /// Student aid, for a fifth of its recipients not in summer; some begin or finish within the timeline.
    fn studies(&mut self, timeline: &Timeline, dice: &mut Dice) {
        if !dice.chance(0.80) {
            return;
        }
        let (mut from, mut until) = (0, MONTHS);
        if dice.chance(0.35) {
            from = (1..MONTHS)
                .filter(|&month| timeline.month_of_year(month) == 9)
                .nth(dice.between(0, 2) as usize)
                .unwrap_or(0);
        } else if dice.chance(0.35) {
            until = (1..MONTHS)
                .filter(|&month| timeline.month_of_year(month) == 6)
                .nth(dice.between(0, 2) as usize)
                .unwrap_or(MONTHS);
        }
        self.grant(Benefit::StudentAid, from, until);
        if dice.chance(0.20) {
            for month in (0..MONTHS).filter(|&month| (6..=8).contains(&timeline.month_of_year(month))) {
                self.withhold(Benefit::StudentAid, month, month + 1);
            }
        }
        if dice.chance(0.22) {
            self.grant(Benefit::HousingAllowance, from, until);
        }
    }

    fn pensions(&mut self, person: &Person, timeline: &Timeline, dice: &mut Dice) {
        let by_age = person.age >= 65;
        let from = if by_age { person.month_of_age(65, timeline) } else { 0 };
        let (pension, housing, guarantee) = if by_age {
            let pension = dice.chance(0.94);
            if pension {
                self.grant(Benefit::OldAgePension, from, MONTHS);
            }
            (pension, 0.05, 0.03)
        } else {
            self.grant(Benefit::DisabilityPension, 0, MONTHS);
            if dice.chance(0.08) {
                self.grant(Benefit::DisabilityAllowance, 0, MONTHS);
            }
            (true, 0.12, 0.06)
        };
        if pension && dice.chance(housing) {
            self.grant(Benefit::PensionHousingAllowance, from, MONTHS);
        }
        if pension && dice.chance(guarantee) {
            self.grant(Benefit::GuaranteePension, from, MONTHS);
        }
        if by_age && dice.chance(0.03) {
            self.grant(Benefit::SurvivorPension, 0, MONTHS);
        }
        let needs_care = match person.age {
            ..65 => 0.04,
            65..75 => 0.02,
            75..85 => 0.09,
            _ => 0.30,
        };
        if dice.chance(needs_care) {
            // Need of care comes at some time; for most it came before the timeline does.
            let since = if dice.chance(0.6) { 0 } else { dice.between(0, MONTHS as i32 - 1) as usize };
            self.grant(Benefit::PensionerCareAllowance, since, MONTHS);
        }
    }
}
