//! From everyday life and support to applications, how long they take to handle, and contacts: all three follow
//! from the latent state, so that somebody in hardship is in touch more often and takes more time, label or not.

use super::catalogue::Benefit;
use super::dice::Dice;
use super::life::Episode;
use super::person::{Person, Stage};
use super::rows::{Application, Contact, Filer, Method};
use super::strain::{Strain, strains_by_month};
use super::support::Support;
use super::timeline::{LEAD_MONTHS, Timeline};
use crate::calendar::Day;

/// One customer's applications and contacts, on their way into the block's.
pub(super) struct Desk<'a> {
    pub(super) customer: u64,
    pub(super) person: &'a Person,
    pub(super) timeline: &'a Timeline,
    pub(super) applications: &'a mut Vec<Application>,
    pub(super) contacts: &'a mut Vec<Contact>,
    /// Chance of its own for who files, so that nothing else depends on it.
    pub(super) filers: &'a mut Dice,
}

impl Desk<'_> {
    /// Everything that the customer asks of the agency.
    pub(super) fn serve(&mut self, episodes: &[Episode], support: &Support, dice: &mut Dice) {
        let strains = strains_by_month(episodes, self.timeline);
        self.first_applications(&strains, support, dice);
        self.renewals(&strains, support, dice);
        self.other_applications(&strains, dice);
        self.background_contacts(&strains, support, dice);
    }

    /// Each spell of a benefit begins with an application, some time before its first payment.
    fn first_applications(&mut self, strains: &[&'static Strain], support: &Support, dice: &mut Dice) {
        for benefit in Benefit::ALL {
            if support.months(benefit) == 0 {
                continue;
            }
            for run in support.runs(benefit, self.timeline).filter(|run| run.from > 0) {
                let day = run.first_day.plus_days(dice.between(-20, 25));
                self.apply(benefit, day, strains, dice);
            }
        }
    }

    fn renewals(&mut self, strains: &[&'static Strain], support: &Support, dice: &mut Dice) {
        for benefit in Benefit::ALL {
            let mut running = support.months(benefit) >> LEAD_MONTHS;
            if running == 0 {
                continue;
            }
            let rate = |_| {
                let rate = benefit.profile().renewals * (running & 1) as f64;
                running >>= 1;
                rate
            };
            let rates: Vec<f64> = strains.iter().map(rate).collect();
            dice.arrivals(&rates, |dice, month, fraction| {
                let day = self.timeline.day_in(month + LEAD_MONTHS, fraction);
                self.apply(benefit, day, strains, dice);
            });
        }
    }

    /// Reimbursements that the pharmacy or the doctor did not settle at once, and claims that come to nothing.
    fn other_applications(&mut self, strains: &[&'static Strain], dice: &mut Dice) {
        let by_age = match self.person.age {
            ..17 => 0.5,
            17..65 => 0.9,
            _ => 1.3,
        };
        let rates: Vec<f64> = strains.iter().map(|strain| strain.extra_applications * by_age).collect();
        dice.arrivals(&rates, |dice, month, fraction| {
            let benefit = match self.person.stage_in(month + LEAD_MONTHS) {
                _ if dice.chance(0.80) => {
                    dice.pick(&[(0.4, Benefit::MedicalCare), (0.3, Benefit::Medicine), (0.3, Benefit::Travel)])
                }
                Stage::Child => Benefit::DisabilityAllowance,
                Stage::Student => Benefit::HousingAllowance,
                Stage::Worker => Benefit::Rehabilitation,
                Stage::Parent => Benefit::HousingAllowance,
                Stage::Pensioner => Benefit::PensionerCareAllowance,
            };
            let day = self.timeline.day_in(month + LEAD_MONTHS, fraction);
            self.apply(benefit, day, strains, dice);
        });
    }

    /// Contacts that come with the state of a life, more of them the more benefits run side by side.
    fn background_contacts(&mut self, strains: &[&'static Strain], support: &Support, dice: &mut Dice) {
        let talkative = self.person.talkative;
        let rate = |(month, strain): (usize, &&Strain)| {
            let beyond_the_first = support.concurrent(month + LEAD_MONTHS).saturating_sub(1);
            strain.contacts * (1.0 + 0.15 * f64::from(beyond_the_first)) * talkative
        };
        let rates: Vec<f64> = strains.iter().enumerate().map(rate).collect();
        dice.arrivals(&rates, |dice, month, fraction| {
            let day = self.timeline.day_in(month + LEAD_MONTHS, fraction);
            self.contact(day, strains[month], dice);
        });
    }

    fn apply(&mut self, benefit: Benefit, day: Day, strains: &[&'static Strain], dice: &mut Dice) {
        let (first, last) = (self.timeline.history_from(), self.timeline.as_of());
        if day < first || day > last || !self.person.is_present(day) {
            return;
        }
        let strain = strains[self.timeline.month_of(day) - LEAD_MONTHS];
        let method = self.method(strain, dice);
        let automatic = method == Method::Online && benefit.profile().minutes < 28.0 && dice.chance(0.15);
        let pending = last.0 - day.0 < dice.between(3, 40);
        let clarifications = if automatic { 0 } else { count(strain.clarifications, dice) };
        self.applications.push(Application {
            customer: self.customer,
            benefit,
            on: day,
            method,
            // No officer handles an automatic decision, of a pending one the time is not known, and sometimes
            // nobody wrote it down.
            centiminutes: (!automatic && !pending && !dice.chance(0.02))
                .then(|| minutes(benefit, method, strain, clarifications, dice)),
            decision: (!pending).then(|| decision(strain, dice)),
            automatic,
            clarifications,
            filed_by: filer(benefit, method, self.filers),
        });
        if dice.chance(strain.asks * self.person.talkative.min(2.5)) {
            self.contact(day.plus_days(dice.between(0, 35)), strain, dice);
        }
        for _ in 0..clarifications {
            if dice.chance(0.06) {
                self.call_back(day.plus_days(dice.between(3, 25)), dice);
            }
        }
    }

    fn method(&self, strain: &Strain, dice: &mut Dice) -> Method {
        let [paper, oral, on_behalf, online, other] = strain.methods;
        // Children's matters are their guardians'; the oldest use paper and have somebody apply for them.
        let (paper, on_behalf, online) = match self.person.age {
            ..15 => (paper, on_behalf * 4.0, online),
            15..65 => (paper * 0.7, on_behalf * 0.6, online),
            65..80 => (paper * 1.6, on_behalf, online * 0.7),
            _ => (paper * 2.2, on_behalf * 3.5, online * 0.35),
        };
        dice.pick(&[
            (paper, Method::Paper),
            (oral, Method::Oral),
            (on_behalf, Method::OnBehalf),
            (online, Method::Online),
            (other, Method::Other),
        ])
    }

    /// An inbound contact, and perhaps the agency's own next one.
    fn contact(&mut self, day: Day, strain: &Strain, dice: &mut Dice) {
        let [phone, office, online_message, chat, letter] = strain.channels;
        let at_a_screen = if self.person.age < 65 { 1.0 } else { 0.3 };
        let channel = dice.pick(&[
            (phone, "phone"),
            (office, "office"),
            (online_message * at_a_screen, "online_message"),
            (chat * at_a_screen, "chat"),
            (letter, "letter"),
        ]);
        let day = self.timeline.working_day(day);
        self.push(Contact { customer: self.customer, on: day, channel, outbound: false, reached: None });
        if dice.chance(strain.outbound) {
            self.call_back(day.plus_days(dice.between(1, 14)), dice);
        }
    }

    fn call_back(&mut self, day: Day, dice: &mut Dice) {
        let channel = dice.pick(&[(80.0, "phone"), (12.0, "online_message"), (8.0, "letter")]);
        let reached = Some(channel != "phone" || dice.chance(0.68));
        let on = self.timeline.working_day(day);
        self.push(Contact { customer: self.customer, on, channel, outbound: true, reached });
    }

    fn push(&mut self, contact: Contact) {
        if contact.on <= self.timeline.as_of() && self.person.is_present(contact.on) {
            self.contacts.push(contact);
        }
    }
}

/// A Poisson number of the mean given.
fn count(mean: f64, dice: &mut Dice) -> u32 {
    let mut number = 0;
    dice.arrivals(&[mean], |_, _, _| number += 1);
    number
}

/// Employers file for those whose wages they go on paying, social workers for people in hardship.
fn filer(benefit: Benefit, method: Method, dice: &mut Dice) -> Filer {
    let (employer, partner) = match benefit {
        Benefit::SicknessAllowance => (0.35, 0.01),
        Benefit::ParentalAllowance => (0.12, 0.0),
        Benefit::Rehabilitation => (0.02, 0.05),
        Benefit::BasicSocialAssistance => (0.0, 0.12),
        Benefit::DisabilityAllowance | Benefit::PensionerCareAllowance => (0.0, 0.05),
        _ => (0.0, 0.005),
    };
    let other = if method == Method::OnBehalf { 0.3 } else { 0.003 };
    let customer = 1.0 - employer - partner - other;
    dice.pick(&[
        (customer, Filer::Customer),
        (employer, Filer::Employer),
        (partner, Filer::Partner),
        (other, Filer::Other),
    ])
}

fn minutes(benefit: Benefit, method: Method, strain: &Strain, clarifications: u32, dice: &mut Dice) -> i64 {
    let by_method = match method {
        Method::Online => 0.95,
        Method::Paper | Method::Other => 1.08,
        Method::Oral | Method::OnBehalf => 1.15,
    };
    let mean = benefit.profile().minutes * strain.minutes * by_method + 2.5 * f64::from(clarifications);
    // Officers note tenths of a minute.
    (dice.log_normal(mean, 0.55) * 10.0).round() as i64 * 10
}

fn decision(strain: &Strain, dice: &mut Dice) -> &'static str {
    match dice.unit() {
        draw if draw < strain.rejected => "rejected",
        draw if draw < strain.rejected + 0.03 => "lapsed",
        _ => "approved",
    }
}
