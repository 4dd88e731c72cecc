//! What accompanies the extracts: a configuration that runs them, and the benefit catalogue for other programs.

use std::fmt::Write as _;

use super::SynthParameters;
use super::catalogue::Benefit;
use super::timeline::{EXTRACT_MONTHS, Timeline};

/// the method's extracts, in its order; the other tables of a population are no program input.
const EXTRACTS: [&str; 8] = [
    "customers",
    "contacts",
    "applications",
    "payments",
    "life_events",
    "employers",
    "employer_contacts",
    "employer_applications",
];

/// A configuration that runs the extracts with the default benefits, categories and rules.
pub(super) fn configuration(parameters: &SynthParameters, timeline: &Timeline) -> String {
    let SynthParameters { customers, seed, format, .. } = parameters;
    let months = match parameters.months {
        EXTRACT_MONTHS => String::new(),
        months => format!(" --months {months}"),
    };
    let (as_of, history_from, ending) = (timeline.as_of(), timeline.history_from(), format.ending());
    let mut text = format!(
        "# A made-up population: vardag synth OUT --customers {customers} --seed {seed} --as-of {as_of}{months} --format {ending}
# No real person is in these files. The canonical columns and codes need no mapping, and benefits, categories and
# rules are the program's defaults.

dimensions = [\"municipality\", \"language\"]

[window]
as_of = {as_of}
history_from = {history_from}

[report]
reference = \"FPA/Kela\"  # the population is made up after its published figures
"
    );
    for extract in EXTRACTS {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n[extracts.{extract}]\nfiles = [\"{extract}.{ending}\"]\n");
    }
    text
}

/// The benefit catalogue as a table: benefit, countable, last_resort, income_replacing, life_event.
pub(super) fn benefits() -> String {
    let mut text = String::from("benefit,countable,last_resort,income_replacing,life_event\n");
    for benefit in Benefit::ALL {
        let profile = benefit.profile();
        let _ = writeln!(
            text,
            "{},{},{},{},{}",
            profile.code,
            profile.countable,
            profile.last_resort,
            profile.income_replacing,
            profile.life_event.unwrap_or_default()
        );
    }
    text
}
