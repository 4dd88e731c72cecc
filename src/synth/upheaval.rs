//! The support that follows when life changes (a transition) or has become hard (a hardship).

use super::catalogue::Benefit;
use super::dice::Dice;
use super::life::{Cause, Episode};
use super::person::{Person, Stage};
use super::support::Support;
use super::timeline::{LAST_MONTHS, Timeline};
use crate::calendar::Day;

impl Support {
    /// What a transition brings; the income benefit, if any, so that a hardship that follows may go on with it.
    pub(super) fn transition(
        &mut self,
        cause: Cause,
        episode: &Episode,
        person: &Person,
        timeline: &Timeline,
        dice: &mut Dice,
    ) -> Option<Benefit> {
        let Episode { from, until, .. } = *episode;
        let stage = person.stage_in(from);
        let day_of_month = dice.between(0, 27);
        let day = timeline.first_day(from).plus_days(day_of_month);
        let mut benefit = None;
        match cause {
            Cause::Unemployment => {
                // Some are paid by an unemployment fund instead, and the agency sees nothing.
                benefit = dice.chance(0.85).then_some(Benefit::Unemployment);
                if dice.chance(0.12) {
                    self.grant(Benefit::HousingAllowance, from + 1, until + 2);
                }
                if dice.chance(0.06) {
                    self.grant(Benefit::BasicSocialAssistance, from + 1, from + 2);
                }
            }
            Cause::Sickness if stage == Stage::Pensioner => {
                benefit = dice.chance(0.3).then_some(Benefit::PensionerCareAllowance);
            }
            // Short illness stays within the employer's own period of sick pay.
            Cause::Sickness => benefit = dice.chance(0.82).then_some(Benefit::SicknessAllowance),
            Cause::Rehabilitation => benefit = Some(Benefit::Rehabilitation),
            Cause::Birth => benefit = self.birth(episode, day, dice),
            Cause::Separation => {
                self.events.push((cause, day));
                if stage == Stage::Parent && dice.chance(0.5) {
                    self.grant(Benefit::ChildMaintenanceAllowance, from + 1, from + 1 + LAST_MONTHS);
                }
                if dice.chance(0.2) {
                    self.grant(Benefit::HousingAllowance, from + 1, until + 4);
                }
            }
            Cause::Bereavement => {
                self.events.push((cause, day));
                if dice.chance(0.35) {
                    self.grant(Benefit::SurvivorPension, from + 1, from + 1 + LAST_MONTHS);
                }
            }
            Cause::Conscription => {
                benefit = dice.chance(0.6).then_some(Benefit::ConscriptAllowance);
                if benefit.is_none() && dice.chance(0.7) {
                    self.events.push((cause, day));
                }
            }
        }
        if let Some(benefit) = benefit {
            self.grant(benefit, from, until);
            self.on_days_of_its_own(benefit, day_of_month, dice);
        }
        benefit.filter(|benefit| benefit.profile().income_replacing)
    }

    fn birth(&mut self, episode: &Episode, day: Day, dice: &mut Dice) -> Option<Benefit> {
        self.events.push((Cause::Birth, day));
        // The one parent gets the child benefit and the grant, both take parental leave, some at once.
        if dice.chance(0.55) {
            self.grant_child(episode.from + 1, episode.from + 1 + 17 * 12);
            self.grants.push(day);
            if dice.chance(0.5) {
                self.grant(Benefit::HomeCareAllowance, episode.until, episode.until + dice.between(3, 16) as usize);
                self.on_days_of_its_own(Benefit::HomeCareAllowance, 0, dice);
            }
        }
        dice.chance(0.9).then_some(Benefit::ParentalAllowance)
    }

    /// What a hardship brings: an income, help with the rent, and, off and on, the last resort.
    pub(super) fn hardship(&mut self, episode: &Episode, income: Option<Benefit>, person: &Person, dice: &mut Dice) {
        use Benefit::*;
        let stage = person.stage_in(episode.from);
        // Support comes, and goes, some time after the need does.
        let from = if episode.from == 0 { 0 } else { episode.from + dice.between(0, 2) as usize };
        let until = if episode.until == self.children.len() {
            episode.until
        } else {
            episode.until + dice.between(0, 1) as usize
        };
        let mut likely = |benefit: Benefit, p: f64| {
            if dice.chance(p) {
                self.grant(benefit, from, until);
            }
        };
        let last_resort = match stage {
            Stage::Child => {
                likely(DisabilityAllowance, 0.8);
                0.0
            }
            Stage::Student => {
                likely(HousingAllowance, 0.9);
                likely(StudentAid, 0.7);
                0.75
            }
            Stage::Worker | Stage::Parent => {
                likely(HousingAllowance, 0.85);
                likely(DisabilityAllowance, 0.05);
                if stage == Stage::Parent {
                    likely(ChildMaintenanceAllowance, 0.35);
                }
                0.72
            }
            Stage::Pensioner => {
                likely(PensionHousingAllowance, 0.86);
                likely(GuaranteePension, 0.55);
                likely(PensionerCareAllowance, 0.55);
                0.15
            }
        };
        if matches!(stage, Stage::Worker | Stage::Parent) {
            self.long_term_income(income, from, until, dice);
        }
        if dice.chance(last_resort) {
            self.last_resort(from, until, dice);
        }
    }

    fn long_term_income(&mut self, income: Option<Benefit>, from: usize, until: usize, dice: &mut Dice) {
        use Benefit::*;
        let goes_on = income.filter(|_| dice.chance(0.7));
        let income = goes_on.or_else(|| {
            dice.pick(&[
                (60.0, Some(Unemployment)),
                (10.0, Some(SicknessAllowance)),
                (10.0, Some(Rehabilitation)),
                (10.0, Some(DisabilityPension)),
                (10.0, None),
            ])
        });
        if let Some(income) = income {
            self.grant(income, from, until);
        }
    }

    fn last_resort(&mut self, from: usize, until: usize, dice: &mut Dice) {
        let mut receives = dice.chance(0.7);
        for month in from..until {
            if receives {
                self.grant(Benefit::BasicSocialAssistance, month, month + 1);
            }
            receives = if receives { !dice.chance(0.07) } else { dice.chance(0.20) };
        }
    }
}
