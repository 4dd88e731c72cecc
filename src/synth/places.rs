//! Where made-up customers live and what language they use.

use super::dice::Dice;

/// A municipality of the made-up agency's country.
#[derive(Debug, Clone, Copy)]
pub(super) struct Municipality {
    /// Its name, in the language of its majority.
    pub(super) name: &'static str,
    /// Inhabitants, thousands.
    thousands: f64,
    /// Share whose language is Swedish.
    swedish: f64,
    /// Share whose language is neither Finnish nor Swedish.
    foreign: f64,
    /// How much more (above one) or less often than average life becomes hard here.
    pub(super) strain: f64,
}

const fn place(name: &'static str, thousands: f64, swedish: f64, foreign: f64, strain: f64) -> Municipality {
    Municipality { name, thousands, swedish, foreign, strain }
}

static MUNICIPALITIES: [Municipality; 30] = [
    place("Helsinki", 675.0, 0.055, 0.18, 1.06),
    place("Espoo", 314.0, 0.066, 0.22, 0.88),
    place("Tampere", 256.0, 0.005, 0.10, 1.02),
    place("Vantaa", 248.0, 0.022, 0.25, 1.10),
    place("Oulu", 215.0, 0.002, 0.06, 1.03),
    place("Turku", 202.0, 0.055, 0.15, 1.08),
    place("Jyväskylä", 148.0, 0.002, 0.06, 1.06),
    place("Kuopio", 125.0, 0.001, 0.05, 1.00),
    place("Lahti", 121.0, 0.004, 0.10, 1.16),
    place("Pori", 83.0, 0.006, 0.05, 1.08),
    place("Kouvola", 79.0, 0.004, 0.05, 1.10),
    place("Joensuu", 78.0, 0.001, 0.06, 1.16),
    place("Lappeenranta", 73.0, 0.002, 0.09, 1.08),
    place("Hämeenlinna", 68.0, 0.004, 0.06, 0.96),
    place("Vaasa", 68.0, 0.230, 0.11, 0.86),
    place("Seinäjoki", 66.0, 0.003, 0.04, 0.90),
    place("Rovaniemi", 65.0, 0.002, 0.04, 1.00),
    place("Mikkeli", 52.0, 0.002, 0.04, 1.04),
    place("Porvoo", 51.0, 0.285, 0.08, 0.84),
    place("Kotka", 51.0, 0.009, 0.10, 1.20),
    place("Salo", 51.0, 0.013, 0.07, 0.98),
    place("Kokkola", 48.0, 0.125, 0.05, 0.88),
    place("Lohja", 45.0, 0.036, 0.08, 1.00),
    place("Rauma", 39.0, 0.005, 0.05, 0.92),
    place("Kajaani", 36.0, 0.001, 0.04, 1.12),
    place("Raseborg", 27.0, 0.640, 0.05, 0.90),
    place("Jakobstad", 19.0, 0.555, 0.10, 0.86),
    place("Mariehamn", 12.0, 0.810, 0.12, 0.72),
    place("Närpes", 9.6, 0.745, 0.19, 0.70),
    place("Inari", 7.0, 0.001, 0.05, 1.02),
];

/// Inhabitants of all municipalities, thousands.
const INHABITANTS: f64 = {
    let mut sum = 0.0;
    let mut index = 0;
    while index < MUNICIPALITIES.len() {
        sum += MUNICIPALITIES[index].thousands;
        index += 1;
    }
    sum
};

/// Draws a municipality by its number of inhabitants.
pub(super) fn municipality(dice: &mut Dice) -> &'static Municipality {
    let mut left = dice.unit() * INHABITANTS;
    let here = MUNICIPALITIES.iter().find(|municipality| {
        left -= municipality.thousands;
        left < 0.0
    });
    here.unwrap_or(&MUNICIPALITIES[0])
}

/// Draws the language that a customer uses with the agency.
pub(super) fn language(dice: &mut Dice, municipality: &Municipality, newcomer: bool) -> &'static str {
    let foreign = if newcomer { 0.85 } else { municipality.foreign * 0.6 };
    let draw = dice.unit();
    if draw < foreign {
        // Most who use neither national language are served in English.
        return if draw < foreign * 0.55 { "en" } else { "other" };
    }
    if dice.chance(municipality.swedish / (1.0 - municipality.foreign)) { "sv" } else { "fi" }
}
