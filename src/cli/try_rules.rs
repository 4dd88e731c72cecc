//! `vardag try`: what other rules would give on a run that is done.

use super::compare::{open, with_rows};
use super::summary::{counted, titled, words};
use super::{TryArguments, movements, output};
use crate::config;
use crate::exit_code::ExitCode;
use crate::history::{Movements, Trial, trial};
use crate::i18n::Language;
use crate::render;
use crate::tables::{self, Localizer};

/// Tries the rules and prints what they would give.
pub fn try_rules(arguments: &TryArguments) -> anyhow::Result<ExitCode> {
    let run = open(&arguments.run)?;
    // The run's day is what the rules are tried on, whatever day the configuration would be run for.
    let plan = config::load(&arguments.config, |_| run.plan.window.as_of)?;
    let tried = with_rows(arguments.movements.as_deref(), |rows| trial(&run, &plan, rows))?;
    if !tried.not_tried.is_empty() {
        output::say(&format!(
            "warning: these settings differ too, and take a full run; the features tried here are those of the run: {}",
            tried.not_tried.join(", ")
        ));
    }
    let words = words(&plan)?;
    if arguments.json {
        output::print_json(&json(&words, &tried))?;
    } else {
        output::print(&text(&words, &tried.movements))?;
    }
    Ok(ExitCode::Success)
}

fn text(words: &Localizer<'_>, found: &Movements) -> String {
    let mut text = format!(
        "Other rules on the run of {}: {} of {} would change category. Nothing is published.\n\n{}",
        found.old_as_of,
        Language::En.whole(found.moved()),
        counted(found.in_both(), "customer"),
        titled(&tables::changes(words, found).keyed())
    );
    if found.moved() > 0 {
        let by_rule = titled(&movements::by_rule(words, found));
        text.push_str(&format!("\n{}\n{by_rule}", movements::matrices(words, found)));
    }
    text
}

fn json(words: &Localizer<'_>, tried: &Trial) -> serde_json::Value {
    let movements = &tried.movements;
    serde_json::json!({
        "as_of": movements.old_as_of,
        "customers": movements.in_both(),
        "moved": movements.moved(),
        "categories": render::records(&tables::changes(words, movements)),
        "from": movements.from,
        "to": movements.to,
        "matrix": movements.matrix,
        "by_rule": movements.by_rule,
        "not_tried": tried.not_tried,
    })
}
