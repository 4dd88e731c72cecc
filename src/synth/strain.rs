//! How a latent state shows: the figures behind the applications and contacts that follow from it.

use super::life::{Episode, State};
use super::timeline::{LEAD_MONTHS, Timeline};

/// How a latent state shows in applications and contacts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strain {
    /// Inbound contacts a month that no application sets off.
    pub(super) contacts: f64,
    /// Probability that an application sets off an inbound contact.
    pub(super) asks: f64,
    /// Applications a month for something that is not granted or not paid monthly.
    pub(super) extra_applications: f64,
    /// Factor on handling minutes.
    pub(super) minutes: f64,
    /// Mean number of clarifications that an application needs.
    pub(super) clarifications: f64,
    /// Probability that an application is rejected.
    pub(super) rejected: f64,
    /// Weights of applying on paper, orally, on behalf of somebody, online, in another way.
    pub(super) methods: [f64; 5],
    /// Weights of getting in touch by phone, at an office, by online message, by chat, by letter.
    pub(super) channels: [f64; 5],
    /// Outbound contacts for each inbound one.
    pub(super) outbound: f64,
}

const STABLE: Strain = Strain {
    contacts: 0.0245,
    asks: 0.05,
    extra_applications: 0.13,
    minutes: 1.0,
    clarifications: 0.12,
    rejected: 0.08,
    methods: [13.0, 2.0, 4.0, 77.0, 4.0],
    channels: [46.0, 8.0, 31.0, 13.0, 2.0],
    outbound: 0.05,
};

const TRANSITION: Strain = Strain {
    contacts: 0.053,
    asks: 0.09,
    extra_applications: 0.25,
    minutes: 0.95,
    clarifications: 0.28,
    rejected: 0.13,
    methods: [11.0, 4.0, 4.0, 77.0, 4.0],
    channels: [48.0, 9.0, 28.0, 13.0, 2.0],
    outbound: 0.07,
};

const HARDSHIP: Strain = Strain {
    contacts: 0.362,
    asks: 0.20,
    extra_applications: 0.30,
    minutes: 1.50,
    clarifications: 0.50,
    rejected: 0.20,
    methods: [24.0, 12.0, 9.0, 48.0, 7.0],
    channels: [58.0, 17.0, 16.0, 5.0, 4.0],
    outbound: 0.09,
};

impl State {
    pub(super) fn strain(self) -> &'static Strain {
        match self {
            State::Stable => &STABLE,
            State::Transition(_) => &TRANSITION,
            State::Hardship => &HARDSHIP,
        }
    }
}

/// How strained the customer's life is in each month of the extracts.
pub(super) fn strains_by_month(episodes: &[Episode], timeline: &Timeline) -> Vec<&'static Strain> {
    let mut strains = vec![&STABLE; timeline.extract_months()];
    for episode in episodes {
        for month in episode.from.max(LEAD_MONTHS)..episode.until {
            strains[month - LEAD_MONTHS] = episode.state.strain();
        }
    }
    strains
}
