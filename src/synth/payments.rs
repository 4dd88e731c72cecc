//! From support to payments: a row for each month of a benefit, reimbursements one by one, and the irregularities
//! of real payment runs (split months, late payments, recoveries).

use super::catalogue::{Benefit, PaidOn};
use super::dice::Dice;
use super::person::Person;
use super::rows::Payment;
use super::support::{Run, Support};
use super::timeline::{LEAD_MONTHS, Timeline};
use crate::calendar::Day;

/// Share of a benefit's months that are paid in two parts.
const SPLIT: f64 = 0.012;
/// Share of monthly payments that come late.
const LATE: f64 = 0.01;
/// Share of monthly payments of which something is recovered later.
const RECOVERED: f64 = 0.004;

/// One customer's payments, on their way into the block's.
pub(super) struct Payer<'a> {
    pub(super) customer: u64,
    /// The last day for which anything is paid: that of the registration, or of the extracts.
    pub(super) last_day: Day,
    pub(super) timeline: &'a Timeline,
    pub(super) rows: &'a mut Vec<Payment>,
}

impl Payer<'_> {
    /// Pays everything the customer gets.
    pub(super) fn pay(&mut self, person: &Person, support: &Support, dice: &mut Dice) {
        // Rents, former wages and children's ages differ between people, less so for one person.
        let level = dice.log_normal(1.0, 0.3);
        for benefit in Benefit::ALL {
            if support.months(benefit) >> LEAD_MONTHS == 0 {
                continue;
            }
            for run in support.runs(benefit, self.timeline).filter(|run| run.until > LEAD_MONTHS) {
                self.pay_run(benefit, &run, level, support, dice);
            }
        }
        for &day in &support.grants {
            if day >= self.timeline.history_from() && person.is_present(day) {
                self.push(Benefit::MaternityGrant, day, Some(day), day.plus_days(dice.between(5, 30)), 17_000);
            }
        }
        self.reimburse(person, dice);
    }

    fn pay_run(&mut self, benefit: Benefit, run: &Run, level: f64, support: &Support, dice: &mut Dice) {
        for month in run.from.max(LEAD_MONTHS)..run.until {
            let first = self.timeline.first_day(month).max(run.first_day);
            let last = self.timeline.last_day(month).min(run.last_day);
            let whole = f64::from(last.0 - first.0 + 1) / 30.4;
            if benefit == Benefit::Child {
                for child in 0..support.children[month] {
                    let cents = (10_800.0 * (1.0 + 0.12 * f64::from(child))) as i64;
                    self.pay_period(benefit, (first, last), month, cents, dice);
                }
                continue;
            }
            let euros = benefit.profile().euros * level * whole.min(1.0);
            let cents = (euros * 100.0) as i64 + 1;
            if dice.chance(SPLIT) && last > first {
                let until = Day(dice.between(first.0, last.0 - 1));
                self.pay_period(benefit, (first, until), month, cents / 2 + 1, dice);
                self.pay_period(benefit, (until.plus_days(1), last), month, cents / 2 + 1, dice);
            } else {
                self.pay_period(benefit, (first, last), month, cents, dice);
            }
        }
    }

    fn pay_period(&mut self, benefit: Benefit, period: (Day, Day), month: usize, cents: i64, dice: &mut Dice) {
        let (first, last) = period;
        let due = match benefit.profile().paid {
            PaidOn::DayOfMonth(day) => self.timeline.first_day(month).plus_days(day - 1).max(first),
            PaidOn::InMonth => self.timeline.first_day(month).plus_days(dice.between(0, 19)).max(first),
            PaidOn::Afterwards => last.plus_days(dice.between(3, 12)),
        };
        let irregular = dice.unit();
        let paid_on = if irregular < LATE { due.plus_days(dice.between(10, 70)) } else { due };
        if irregular > 1.0 - RECOVERED {
            let recovered = paid_on.plus_days(dice.between(15, 120));
            self.push(benefit, first, Some(last), recovered, -(cents / i64::from(dice.between(1, 5))).max(1));
        }
        self.push(benefit, first, Some(last), paid_on, cents);
    }

    /// Medicines, doctors' fees and trips: paid once each, as often in a hard life as in an easy one.
    fn reimburse(&mut self, person: &Person, dice: &mut Dice) {
        let mut rates = vec![0.0; self.timeline.extract_months()];
        for (month, rate) in rates.iter_mut().enumerate() {
            if person.present >> (month + LEAD_MONTHS) & 1 == 1 {
                *rate = person.reimbursements;
            }
        }
        dice.arrivals(&rates, |dice, month, fraction| {
            let day = self.timeline.working_day(self.timeline.day_in(month + LEAD_MONTHS, fraction));
            if !person.is_present(day) {
                return;
            }
            // Of a medicine the pharmacy's day is all there is: it has no period, and the extract no end.
            let (benefit, end, days, sigma) = match dice.unit() {
                ..0.70 => (Benefit::Medicine, None, dice.between(0, 2), 0.9),
                ..0.90 => (Benefit::MedicalCare, Some(day), dice.between(3, 20), 0.6),
                _ => (Benefit::Travel, Some(day), dice.between(5, 30), 0.7),
            };
            let cents = (dice.log_normal(benefit.profile().euros, sigma) * 100.0) as i64 + 1;
            self.push(benefit, day, end, day.plus_days(days), cents);
        });
    }

    /// Adds the payment, unless nothing is paid for its period any more, or it is not yet made on the extracts' last day.
    fn push(&mut self, benefit: Benefit, start: Day, end: Option<Day>, paid_on: Day, cents: i64) {
        let paid_on = self.timeline.working_day(paid_on);
        if paid_on <= self.timeline.as_of() && start <= self.last_day {
            self.rows.push(Payment { customer: self.customer, benefit, start, end, paid_on, cents });
        }
    }
}
