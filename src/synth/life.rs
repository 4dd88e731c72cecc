//! The latent everyday life: which state a customer's life is in, month by month (the model is told in `synth`'s
//! module documentation). No extract shows it; everything in the extracts follows from it, with noise.

use super::dice::Dice;
use super::person::{Person, Stage};
use super::timeline::Timeline;

/// The state of somebody's everyday life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Goes its way.
    Stable,
    /// Something happened, and things are being rearranged.
    Transition(Cause),
    /// Lasting need of several kinds of support.
    Hardship,
}

/// What set a transition off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Unemployment,
    Sickness,
    Rehabilitation,
    Birth,
    Separation,
    Bereavement,
    Conscription,
}

impl State {
    /// The code in `latent_states`.
    pub(super) fn code(self) -> &'static str {
        match self {
            State::Stable => "stable",
            State::Transition(_) => "transition",
            State::Hardship => "hardship",
        }
    }
}

impl Cause {
    /// The code of the life event, in `life_events` and `latent_states`.
    pub(super) fn code(self) -> &'static str {
        match self {
            Cause::Unemployment => "unemployment",
            Cause::Sickness => "sickness",
            Cause::Rehabilitation => "rehabilitation",
            Cause::Birth => "birth",
            Cause::Separation => "separation",
            Cause::Bereavement => "bereavement",
            Cause::Conscription => "conscription",
        }
    }

    /// Probability, each month, that life has settled again.
    fn settles(self) -> f64 {
        match self {
            Cause::Unemployment => 0.20,
            Cause::Sickness => 0.42,
            Cause::Rehabilitation => 0.18,
            Cause::Birth => 0.11,
            Cause::Separation | Cause::Bereavement => 0.22,
            Cause::Conscription => 0.12,
        }
    }
}

/// Monthly transition probabilities of a life stage. Leaving a transition for stability depends on its cause.
#[derive(Debug, Clone, Copy)]
struct Chances {
    stable_to_transition: f64,
    stable_to_hardship: f64,
    transition_to_hardship: f64,
    hardship_to_stable: f64,
}

impl Chances {
    fn of(stage: Stage) -> Self {
        let (stable_to_transition, stable_to_hardship, transition_to_hardship, hardship_to_stable) = match stage {
            Stage::Child => (0.0, 0.0001, 0.0, 0.030),
            Stage::Student => (0.013, 0.0012, 0.020, 0.030),
            Stage::Worker => (0.0185, 0.0011, 0.030, 0.022),
            Stage::Parent => (0.021, 0.0013, 0.030, 0.022),
            Stage::Pensioner => (0.0035, 0.0013, 0.030, 0.014),
        };
        Chances { stable_to_transition, stable_to_hardship, transition_to_hardship, hardship_to_stable }
    }

    /// Those of a person, whose life becomes hard more often, or less.
    fn of_person(mut self, person: &Person) -> Self {
        self.stable_to_transition *= person.strain.sqrt();
        self.stable_to_hardship *= person.strain;
        self
    }

    /// Share of people in hardship once the years have evened out, transitions counted as stable.
    fn lasting_share(&self) -> f64 {
        let way_through_transition = self.transition_to_hardship / (self.transition_to_hardship + 0.25);
        let inflow = self.stable_to_hardship + self.stable_to_transition * way_through_transition;
        inflow / (inflow + self.hardship_to_stable)
    }
}

/// A stretch of months in one state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Episode {
    pub(super) state: State,
    /// First month.
    pub(super) from: usize,
    /// The month after the last.
    pub(super) until: usize,
}

/// Lives a person's months; the episodes, in order, cover the whole timeline.
pub(super) fn live(person: &Person, timeline: &Timeline, dice: &mut Dice) -> Vec<Episode> {
    let months = timeline.months();
    let mut chances = Chances::of(person.stage_in(0)).of_person(person);
    let hard_already = dice.chance(chances.lasting_share());
    let mut state = if hard_already { State::Hardship } else { State::Stable };
    let mut episodes = Vec::with_capacity(4);
    let mut from = 0;
    for month in 1..months {
        if person.past.iter().any(|(_, until)| *until == month) {
            chances = Chances::of(person.stage_in(month)).of_person(person);
        }
        let who = Who { stage: person.stage_in(month), age: person.age - years_before(timeline, month) };
        let next = step(state, &chances, who, dice);
        if next != state {
            episodes.push(Episode { state, from, until: month });
            (state, from) = (next, month);
        }
    }
    episodes.push(Episode { state, from, until: months });
    episodes
}

/// Whole years that a month lies before the last months.
fn years_before(timeline: &Timeline, month: usize) -> i32 {
    (timeline.last_months().saturating_sub(month) / 12) as i32
}

/// Who somebody is in a month, as far as it matters to what happens.
#[derive(Debug, Clone, Copy)]
struct Who {
    stage: Stage,
    age: i32,
}

fn step(state: State, chances: &Chances, who: Who, dice: &mut Dice) -> State {
    let draw = dice.unit();
    match state {
        State::Stable if draw < chances.stable_to_hardship => State::Hardship,
        State::Stable if draw < chances.stable_to_hardship + chances.stable_to_transition => {
            State::Transition(cause(who, dice))
        }
        State::Transition(_) if draw < chances.transition_to_hardship => State::Hardship,
        State::Transition(cause) if draw < chances.transition_to_hardship + cause.settles() => State::Stable,
        State::Hardship if draw < chances.hardship_to_stable => State::Stable,
        unchanged => unchanged,
    }
}

fn cause(who: Who, dice: &mut Dice) -> Cause {
    use Cause::*;
    let conscripts = if who.age < 27 { 14.0 } else { 0.0 };
    let births = if (20..43).contains(&who.age) { 1.0 } else { 0.0 };
    match who.stage {
        Stage::Child => Sickness,
        Stage::Student => dice.pick(&[
            (34.0, Unemployment),
            (30.0, Sickness),
            (6.0, Rehabilitation),
            (births * 9.0, Birth),
            (5.0, Separation),
            (2.0, Bereavement),
            (conscripts, Conscription),
        ]),
        Stage::Worker => dice.pick(&[
            (38.0, Unemployment),
            (33.0, Sickness),
            (5.0, Rehabilitation),
            (births * 10.0, Birth),
            (6.0, Separation),
            (5.0, Bereavement),
            (conscripts, Conscription),
        ]),
        Stage::Parent => dice.pick(&[
            (22.0, Unemployment),
            (28.0, Sickness),
            (4.0, Rehabilitation),
            (births * 30.0, Birth),
            (11.0, Separation),
            (4.0, Bereavement),
        ]),
        Stage::Pensioner => dice.pick(&[(20.0, Sickness), (80.0, Bereavement)]),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::dice::Realm;
    use super::super::timeline::Timeline;
    use super::*;

    #[test]
    fn lives_cover_the_timeline_and_stay_in_balance() {
        for extract_months in [14, 60] {
            let timeline = Timeline::new(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(), extract_months);
            let mut dice = Dice::new(6, Realm::Customers, 0);
            let (mut hard_first, mut hard_last, people) = (0u32, 0u32, 40_000);
            for _ in 0..people {
                let person = Person::draw(&mut dice, &timeline);
                let episodes = live(&person, &timeline, &mut dice);
                let last = &episodes[episodes.len() - 1];
                assert_eq!((episodes[0].from, last.until), (0, timeline.months()));
                let follows = |pair: &[Episode]| pair[0].until == pair[1].from && pair[0].state != pair[1].state;
                assert!(episodes.windows(2).all(follows));
                hard_first += u32::from(episodes[0].state == State::Hardship);
                hard_last += u32::from(last.state == State::Hardship);
            }
            let (first, last) = (f64::from(hard_first) / f64::from(people), f64::from(hard_last) / f64::from(people));
            assert!((first - last).abs() < 0.015, "hardship drifts from {first} to {last}");
        }
    }
}
