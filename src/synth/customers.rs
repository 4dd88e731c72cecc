//! A block of customers: who they are, how they live, and every row that follows from it.

use super::dice::Dice;
use super::life::{self, Episode, State};
use super::payments::Payer;
use super::person::Person;
use super::requests::Desk;
use super::rows::{Application, Contact, Customer, LatentState, LifeEvent, Payment};
use super::support::Support;
use super::timeline::{LEAD_MONTHS, Timeline};

/// The rows of a block of customers.
#[derive(Default)]
pub(super) struct CustomerRows {
    pub(super) customers: Vec<Customer>,
    pub(super) contacts: Vec<Contact>,
    pub(super) applications: Vec<Application>,
    pub(super) payments: Vec<Payment>,
    pub(super) life_events: Vec<LifeEvent>,
    pub(super) latent_states: Vec<LatentState>,
}

impl CustomerRows {
    /// Draws the customer of a number and adds all rows about them.
    pub(super) fn add(&mut self, number: u64, timeline: &Timeline, dice: &mut Dice, filers: &mut Dice) {
        let person = Person::draw(dice, timeline);
        let episodes = life::live(&person, timeline, dice);
        let support = Support::draw(&person, &episodes, timeline, dice);
        let last_day = person.registered_to.unwrap_or(timeline.as_of()).min(timeline.as_of());
        let mut payer = Payer { customer: number, last_day, timeline, rows: &mut self.payments };
        payer.pay(&person, &support, dice);
        let mut desk = Desk {
            customer: number,
            person: &person,
            timeline,
            applications: &mut self.applications,
            contacts: &mut self.contacts,
            filers,
        };
        desk.serve(&episodes, &support, dice);
        let extract_days = timeline.history_from()..=timeline.as_of();
        for &(cause, on) in &support.events {
            if extract_days.contains(&on) && person.is_present(on) {
                self.life_events.push(LifeEvent { customer: number, event: cause.code(), on });
            }
        }
        self.reveal(number, &person, &episodes, timeline);
        self.customers.push(person.row());
    }

    /// Brings the rows of events into the order of their dates, as an agency's systems write them.
    pub(super) fn order(&mut self) {
        self.contacts.sort_by_key(|contact| contact.on);
        self.applications.sort_by_key(|application| application.on);
        // A payment run pays one benefit to everybody.
        self.payments.sort_by_key(|payment| (payment.paid_on, payment.benefit as u8));
        self.life_events.sort_by_key(|event| event.on);
    }

    /// Writes down the states of the extracts' months, as far as the customer was registered then.
    fn reveal(&mut self, number: u64, person: &Person, episodes: &[Episode], timeline: &Timeline) {
        let arrived = person.registered_from.unwrap_or(timeline.history_from()).max(timeline.history_from());
        let left = person.registered_to.unwrap_or(timeline.as_of()).min(timeline.as_of());
        for episode in episodes.iter().filter(|episode| episode.until > LEAD_MONTHS) {
            let from = timeline.first_day(episode.from).max(arrived);
            let to = timeline.last_day(episode.until - 1).min(left);
            if from <= to {
                let cause = match episode.state {
                    State::Transition(cause) => Some(cause.code()),
                    State::Stable | State::Hardship => None,
                };
                let stage = person.stage_in(episode.until - 1);
                let (stage, state) = (stage.code(), episode.state.code());
                self.latent_states.push(LatentState { customer: number, stage, state, cause, from, to });
            }
        }
    }
}
