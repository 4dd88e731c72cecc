//! Made-up employers: most never in touch; of those who are, small ones ask several times, through several
//! channels, about one matter, and large ones file a great deal online (`docs/method.md` section 8).

use super::catalogue::Benefit;
use super::dice::Dice;
use super::rows::{Employer, EmployerApplication, EmployerContact, Method};
use super::timeline::{EXTRACT_MONTHS, LEAD_MONTHS, Timeline};
use crate::calendar::Day;

/// How employers of one size behave.
struct Habits {
    /// Share of all employers.
    share: f64,
    /// Fewest and most employees.
    employees: (f64, f64),
    /// Probability of having any matter with the agency within the extracts' months.
    active: f64,
    /// Mean number of applications of an active employer, the first one aside.
    applications: f64,
    /// Mean number of inbound contacts about one application.
    contacts: f64,
    /// Mean number of clarifications that an application needs.
    clarifications: f64,
    /// Share of applications made online.
    online: f64,
    /// Mean handling time of an application, minutes.
    minutes: f64,
    /// Weights of the channels: phone, online message, e-mail, letter, office.
    channels: [f64; 5],
}

const SMALL: Habits = Habits {
    share: 0.80,
    employees: (1.0, 20.0),
    active: 0.094,
    applications: 0.7,
    contacts: 2.3,
    clarifications: 0.55,
    online: 0.58,
    minutes: 34.0,
    channels: [44.0, 20.0, 22.0, 9.0, 5.0],
};

const MEDIUM: Habits = Habits {
    share: 0.194,
    employees: (20.0, 1001.0),
    active: 0.070,
    applications: 4.0,
    contacts: 0.55,
    clarifications: 0.30,
    online: 0.84,
    minutes: 24.0,
    channels: [36.0, 38.0, 22.0, 3.0, 1.0],
};

const LARGE: Habits = Habits {
    share: 0.006,
    employees: (1001.0, 30_000.0),
    active: 0.50,
    applications: 55.0,
    contacts: 0.06,
    clarifications: 0.12,
    online: 0.975,
    minutes: 16.0,
    channels: [25.0, 55.0, 20.0, 0.0, 0.0],
};

const CHANNELS: [&str; 5] = ["phone", "online_message", "email", "letter", "office"];

/// Share of employers whose size is not known.
const SIZE_UNKNOWN: f64 = 0.01;

/// A block of employers and what they did.
#[derive(Default)]
pub(super) struct EmployerRows {
    pub(super) employers: Vec<Employer>,
    pub(super) contacts: Vec<EmployerContact>,
    pub(super) applications: Vec<EmployerApplication>,
}

impl EmployerRows {
    /// Draws the employer of a number and adds its rows.
    pub(super) fn add(&mut self, number: u64, timeline: &Timeline, dice: &mut Dice) {
        let habits = dice.pick(&[(SMALL.share, &SMALL), (MEDIUM.share, &MEDIUM), (LARGE.share, &LARGE)]);
        let (fewest, most) = habits.employees;
        // Employers get rarer with size: uniform in the logarithm.
        let employees = (fewest * (most / fewest).powf(dice.unit())) as u32;
        let known = !dice.chance(SIZE_UNKNOWN);
        self.employers.push(Employer { employees: known.then_some(employees) });
        // What an employer is like in fourteen months, it may be or not be in the fourteen before them.
        for stretch in timeline.stretches(LEAD_MONTHS, EXTRACT_MONTHS) {
            let part = stretch.len() as f64 / EXTRACT_MONTHS as f64;
            if !dice.chance(habits.active * part) {
                continue;
            }
            let mut others = 0;
            let usual = habits.applications * part * dice.frailty(1.5);
            dice.arrivals(&[usual], |_, _, _| others += 1);
            for _ in 0..=others {
                let month = dice.between(stretch.start as i32, stretch.end as i32 - 1) as usize;
                let day = timeline.working_day(timeline.day_in(month, dice.unit()));
                self.apply(number, day, habits, timeline, dice);
            }
        }
    }

    /// Brings the rows into the order of their dates.
    pub(super) fn order(&mut self) {
        self.contacts.sort_by_key(|contact| contact.on);
        self.applications.sort_by_key(|application| application.on);
    }

    fn apply(&mut self, number: u64, day: Day, habits: &Habits, timeline: &Timeline, dice: &mut Dice) {
        if day > timeline.as_of() {
            return;
        }
        let method = if dice.chance(habits.online) {
            Method::Online
        } else {
            dice.pick(&[(72.0, Method::Paper), (18.0, Method::Oral), (10.0, Method::Other)])
        };
        let mut clarifications = 0;
        dice.arrivals(&[habits.clarifications], |_, _, _| clarifications += 1);
        let minutes = dice.log_normal(habits.minutes, 0.5);
        self.applications.push(EmployerApplication {
            employer: number,
            benefit: dice.pick(&[
                (62.0, Benefit::SicknessAllowance),
                (26.0, Benefit::ParentalAllowance),
                (12.0, Benefit::Rehabilitation),
            ]),
            on: day,
            method,
            centiminutes: (!dice.chance(0.03)).then_some((minutes * 10.0).round() as i64 * 10),
            clarifications,
        });
        let channels: [_; 5] = std::array::from_fn(|index| (habits.channels[index], CHANNELS[index]));
        dice.arrivals(&[habits.contacts], |dice, _, fraction| {
            let on = timeline.working_day(day.plus_days((fraction * 60.0) as i32 - 10));
            if (timeline.history_from()..=timeline.as_of()).contains(&on) {
                let (channel, outbound) = (dice.pick(&channels), dice.chance(0.1));
                self.contacts.push(EmployerContact { employer: number, on, channel, outbound });
            }
        });
    }
}
