//! Who a made-up customer is: age, life stage, children, registration, and the lasting traits that make one
//! person's everyday life harder, or their telephone busier, than another's.

use super::dice::Dice;
use super::places::{self, Municipality};
use super::rows::Customer;
use super::timeline::{EXTRACT_MONTHS, LEAD_MONTHS, Timeline};
use crate::calendar::Day;

/// Where in life a customer is; it decides what can happen to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Child,
    Student,
    Worker,
    Parent,
    /// By age, or before that by disability.
    Pensioner,
}

impl Stage {
    /// The code in `latent_states`.
    pub(super) fn code(self) -> &'static str {
        match self {
            Stage::Child => "child",
            Stage::Student => "student",
            Stage::Worker => "worker",
            Stage::Parent => "parent",
            Stage::Pensioner => "pensioner",
        }
    }
}

/// A set of the timeline's months, one bit each.
pub(super) type Months = u128;

/// The months from `from` up to, but not including, `until`.
pub(super) fn months(from: usize, until: usize) -> Months {
    if from >= until { 0 } else { ((1 << (until - from)) - 1) << from }
}

/// One customer, before anything happens to them.
pub(super) struct Person {
    pub(super) birth: Day,
    /// Completed years on `as_of`, give or take a birthday.
    pub(super) age: i32,
    /// The life stage in the last months.
    pub(super) stage: Stage,
    /// The stages before that one, each with the month after its last.
    pub(super) past: Vec<(Stage, usize)>,
    pub(super) municipality: &'static Municipality,
    pub(super) language: &'static str,
    pub(super) registered_from: Option<Day>,
    pub(super) registered_to: Option<Day>,
    /// Months with at least one registered day.
    pub(super) present: Months,
    /// For each child under 17 in the last months: the month in which it turns 17.
    pub(super) children_until: Vec<usize>,
    /// Factor on how often life becomes hard.
    pub(super) strain: f64,
    /// Factor on how often the person gets in touch, mean one.
    pub(super) talkative: f64,
    /// Reimbursed purchases, visits and trips a month.
    pub(super) reimbursements: f64,
}

/// Age groups of five years and their share of the population, per cent (Finland's, smoothed).
const AGES: [(f64, i32); 20] = [
    (4.1, 0),
    (4.9, 5),
    (5.5, 10),
    (5.7, 15),
    (5.6, 20),
    (6.1, 25),
    (6.5, 30),
    (6.6, 35),
    (6.6, 40),
    (6.1, 45),
    (5.6, 50),
    (6.5, 55),
    (6.5, 60),
    (6.1, 65),
    (5.9, 70),
    (5.6, 75),
    (3.5, 80),
    (1.9, 85),
    (0.8, 90),
    (0.2, 95),
];

const DAYS_A_YEAR: f64 = 365.25;

impl Person {
    /// Draws a person.
    pub(super) fn draw(dice: &mut Dice, timeline: &Timeline) -> Self {
        let years = f64::from(dice.pick(&AGES)) + 5.0 * dice.unit();
        let age = years as i32;
        let birth = timeline.as_of().plus_days(-((years * DAYS_A_YEAR) as i32));
        let stage = stage(dice, age);
        let municipality = places::municipality(dice);
        let (registered_from, newcomer) = arrival(dice, timeline, birth, age);
        let language = places::language(dice, municipality, newcomer);
        let registered_to = departure(dice, timeline, age, registered_from);
        let first = registered_from.map_or(0, |day| timeline.month_of(day));
        let last = registered_to.map_or(timeline.months() - 1, |day| timeline.month_of(day));
        let gone = registered_to.is_some_and(|day| day < timeline.first_day(0));
        let language_strain = if matches!(language, "other" | "en") { 1.5 } else { 1.0 };
        let past = past_stages(dice, timeline, birth, age, stage);
        Person {
            birth,
            age,
            stage,
            past,
            municipality,
            language,
            registered_from,
            registered_to,
            present: if gone { 0 } else { months(first, last + 1) },
            children_until: if stage == Stage::Parent { children(dice, age, timeline) } else { Vec::new() },
            strain: municipality.strain * language_strain,
            talkative: dice.frailty(1.1),
            reimbursements: reimbursements_a_month(age) * dice.frailty(0.9),
        }
    }

    /// Whether the person is registered on a day.
    pub(super) fn is_present(&self, day: Day) -> bool {
        self.registered_from.is_none_or(|from| from <= day) && self.registered_to.is_none_or(|to| day <= to)
    }

    /// The month in which the person reaches an age, if the timeline has it; 0 if before.
    pub(super) fn month_of_age(&self, years: i32, timeline: &Timeline) -> usize {
        month_of_age(self.birth, years, timeline)
    }

    /// The life stage in a month.
    pub(super) fn stage_in(&self, month: usize) -> Stage {
        self.past.iter().find(|(_, until)| month < *until).map_or(self.stage, |(stage, _)| *stage)
    }

    /// The first month of the stage that the person ends in.
    pub(super) fn stage_since(&self) -> usize {
        self.past.last().map_or(0, |(_, until)| *until)
    }

    /// The row of `customers`.
    pub(super) fn row(&self) -> Customer {
        Customer {
            birth: self.birth,
            registered_from: self.registered_from,
            registered_to: self.registered_to,
            municipality: self.municipality.name,
            language: self.language,
        }
    }
}

fn month_of_age(birth: Day, years: i32, timeline: &Timeline) -> usize {
    let birthday = birth.plus_days((f64::from(years) * DAYS_A_YEAR) as i32);
    if birthday > timeline.as_of() { timeline.months() } else { timeline.month_of(birthday) }
}

fn studying(age: i32) -> f64 {
    match age {
        17..=19 => 0.75,
        20..=24 => 0.42,
        25..=29 => 0.14,
        30..=39 => 0.03,
        _ => 0.0,
    }
}

/// The stages before the last months, where the timeline has such months: whoever is grown up was a child until 17,
/// many workers and parents studied, and pensioners by age worked until 65.
fn past_stages(dice: &mut Dice, timeline: &Timeline, birth: Day, age: i32, stage: Stage) -> Vec<(Stage, usize)> {
    let last_months = timeline.last_months();
    if last_months == 0 || stage == Stage::Child {
        return Vec::new();
    }
    let mut past = vec![(Stage::Child, month_of_age(birth, 17, timeline).min(last_months))];
    match stage {
        Stage::Pensioner if age >= 65 => past.push((Stage::Worker, month_of_age(birth, 65, timeline).min(last_months))),
        Stage::Worker | Stage::Parent => {
            let age_then = age - (timeline.months() / 12) as i32;
            let studied = dice.chance(studying(age_then.max(17)));
            past.extend(studied.then(|| (Stage::Student, dice.between(0, last_months as i32) as usize)));
        }
        _ => {}
    }
    past.dedup_by(|later, earlier| later.1 <= earlier.1);
    past.retain(|(_, until)| *until > 0);
    past
}

fn stage(dice: &mut Dice, age: i32) -> Stage {
    let family = match age {
        20..=24 => 0.03,
        25..=29 => 0.13,
        30..=34 => 0.27,
        35..=44 => 0.36,
        45..=49 => 0.27,
        50..=55 => 0.11,
        _ => 0.0,
    };
    let disabled = f64::from((age - 15).max(0)).powi(2) * 0.000_042;
    match age {
        ..17 => Stage::Child,
        65.. => Stage::Pensioner,
        _ if dice.chance(disabled) => Stage::Pensioner,
        _ if dice.chance(studying(age)) => Stage::Student,
        _ if dice.chance(family) => Stage::Parent,
        _ => Stage::Worker,
    }
}

/// When the person came into the register, and whether from abroad. The register is digital since 1985: of who
/// was there already, the day is missing.
fn arrival(dice: &mut Dice, timeline: &Timeline, birth: Day, age: i32) -> (Option<Day>, bool) {
    let register_begins = Day::from_ymd(1985, 1, 1).unwrap_or(birth);
    if (1..65).contains(&age) && dice.chance(0.07) {
        let years = dice.unit() * f64::from(age.min(14));
        return (Some(timeline.as_of().plus_days(-((years * DAYS_A_YEAR) as i32))), true);
    }
    ((birth >= register_begins).then_some(birth), false)
}

/// When the person left the register, by death or by moving abroad, if so.
fn departure(dice: &mut Dice, timeline: &Timeline, age: i32, arrived: Option<Day>) -> Option<Day> {
    let deaths_a_year = match age {
        ..50 => 0.0007,
        50..65 => 0.005,
        65..75 => 0.015,
        75..85 => 0.045,
        _ => 0.15,
    };
    let moves_a_year = if (18..45).contains(&age) { 0.004 } else { 0.001 };
    // Of fourteen months; of more, those who stay are fewer by the same part in each fourteen.
    let leave = (deaths_a_year + moves_a_year) * EXTRACT_MONTHS as f64 / 12.0;
    let stretches = timeline.extract_months() as f64 / EXTRACT_MONTHS as f64;
    if !dice.chance(if stretches == 1.0 { leave } else { 1.0 - (1.0 - leave).powf(stretches) }) {
        return None;
    }
    let (first, last) = (timeline.first_day(LEAD_MONTHS), timeline.as_of());
    let left = Day(dice.between(first.0, last.0));
    arrived.is_none_or(|arrived| arrived < left).then_some(left)
}

/// For each child: the month in which it turns 17.
fn children(dice: &mut Dice, age: i32, timeline: &Timeline) -> Vec<usize> {
    let count = dice.pick(&[(45.0, 1), (38.0, 2), (12.0, 3), (5.0, 4)]);
    let oldest_possible = f64::from((age - 21).clamp(1, 17));
    // When the last months begin, a child is between nought and the oldest possible age, and has the rest left.
    let turns_17 = |dice: &mut Dice| ((17.0 - dice.unit() * oldest_possible) * 12.0) as usize;
    (0..count).map(|_| timeline.last_months() + turns_17(dice)).collect()
}

fn reimbursements_a_month(age: i32) -> f64 {
    match age {
        ..17 => 0.53,
        17..40 => 0.69,
        40..65 => 1.29,
        65..80 => 2.58,
        _ => 3.10,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::dice::Realm;
    use super::*;

    #[test]
    fn month_sets() {
        assert_eq!(months(0, 3), 0b111);
        assert_eq!(months(2, 3), 0b100);
        assert_eq!(months(5, 5), 0);
        assert_eq!(months(0, 120).count_ones(), 120);
    }

    #[test]
    fn people_are_believable() {
        let timeline = Timeline::new(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(), EXTRACT_MONTHS);
        let mut dice = Dice::new(5, Realm::Customers, 0);
        let people: Vec<Person> = (0..20_000).map(|_| Person::draw(&mut dice, &timeline)).collect();
        for person in &people {
            assert!((0..=100).contains(&person.age));
            assert!(person.birth <= timeline.as_of());
            assert!(person.registered_from.is_none_or(|from| from >= person.birth && from <= timeline.as_of()));
            assert!(person.registered_to.is_none_or(|to| person.registered_from.is_none_or(|from| from < to)));
            assert!(person.present != 0);
        }
        let share = |test: &dyn Fn(&Person) -> bool| {
            people.iter().filter(|person| test(person)).count() as f64 / people.len() as f64
        };
        assert!((0.14..0.19).contains(&share(&|person| person.stage == Stage::Child)));
        assert!((0.24..0.32).contains(&share(&|person| person.stage == Stage::Pensioner)));
        assert!((0.08..0.14).contains(&share(&|person| person.stage == Stage::Parent)));
        assert!((0.03..0.08).contains(&share(&|person| person.language == "sv")));
    }
}
