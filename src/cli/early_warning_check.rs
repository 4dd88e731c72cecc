//! `vardag early-warning check`: what became of those whom a model flagged.

use std::path::PathBuf;

use clap::Args;

use super::output::Usage;
use super::{output, summary};
use crate::early_warning::{Followed, ModelFile, follow};
use crate::exit_code::ExitCode;
use crate::history::{FlaggedMonths, PassedOver, PastPanel, flagged_months};
use crate::i18n::Language;
use crate::render;
use crate::sanitize::shown;
use crate::tables;

#[derive(Debug, Args)]
pub struct CheckModelArguments {
    /// The model
    model: PathBuf,
    /// The folder with the runs that have applied it, such as `runs`; of each calendar month the last good run counts
    runs: PathBuf,
    /// A panel of the months after them, which then tells who came where; else the later runs do
    #[arg(long, value_name = "FOLDER")]
    panel: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is said with every figure.
const CAVEAT: &str = "Advice, not a decision. People who got help because of a score change these figures: if it helped, fewer \
                      came than were expected, and a good model looks wrong.";

/// Follows whom the runs have flagged, and prints what became of them.
pub fn check(arguments: &CheckModelArguments) -> anyhow::Result<ExitCode> {
    let file = ModelFile::open(&arguments.model)?;
    if PastPanel::open(&arguments.runs).is_ok_and(|panel| panel.is_some()) {
        let what = format!(
            "{} is a panel, which has categories and no scores: name the folder with the runs that have applied the model, \
             and the panel with --panel",
            arguments.runs.display()
        );
        return Err(Usage(what).into());
    }
    let panel = arguments.panel.as_ref().map(|folder| {
        let panel = PastPanel::open(folder)?;
        panel.ok_or_else(|| anyhow::Error::from(Usage(format!("{} is a run and no panel", folder.display()))))
    });
    let panel = panel.transpose()?;
    let found = flagged_months(&arguments.runs, panel.as_ref(), &file)?;
    for (day, reason) in &found.passed_over {
        output::say(&format!("warning: {day} is passed over: {}", words(reason)));
    }
    let followed = follow(&file.model, &file.shares_by_date(), &found.months);
    if followed.months.is_empty() {
        let what = format!(
            "no run in {} has applied {} to {} or a later day, and what came before it the model has learned from",
            arguments.runs.display(),
            arguments.model.display(),
            file.model.provenance.last_date
        );
        return Err(Usage(what).into());
    }
    if arguments.json {
        output::print_json(&json(&file, &found, &followed)?)?;
    } else {
        output::print(&text(&file, &followed)?)?;
    }
    Ok(ExitCode::Success)
}

fn words(reason: &PassedOver) -> String {
    match reason {
        PassedOver::Unreadable(fault) => fault.to_string(),
        PassedOver::OtherSettings(settings) => {
            format!("its categories come about otherwise than those of the model: {}", settings.join(", "))
        }
        PassedOver::Learned => {
            "whom it flagged is not followed, since the model has learned from what came after".to_owned()
        }
    }
}

fn text(file: &ModelFile, followed: &Followed) -> anyhow::Result<String> {
    let words = summary::words(None)?;
    let model = &file.model;
    let months = model.provenance.within * model.provenance.every_months;
    let mut text = format!(
        "What became of those whom the model flagged: who came to {} within {months} months\n\n{CAVEAT}\n\n",
        shown(&model.provenance.to)
    );
    text.push_str(&summary::titled(&tables::followed_runs(&words, model, followed)));
    if followed.months_known.last().is_some_and(|known| *known > 0) {
        text.push_str(&format!("\n{}", summary::titled(&tables::followed_bands(&words, model, followed))));
        let [ratio, low, high] = ratio(file, followed).map(|number| Language::En.decimals(number, 2));
        text.push_str(&format!("\nObserved / expected {ratio} ({low} to {high})\n"));
    } else {
        text.push_str(&format!("\nNo run can be followed for {months} months yet.\n"));
    }
    let by_months = tables::followed_months(&words, model, followed);
    text.push_str(&format!("\n{}", summary::titled(&by_months.totals())));
    Ok(text)
}

/// Observed / expected of those who were followed to the end, and its interval.
fn ratio(file: &ModelFile, followed: &Followed) -> [f64; 3] {
    let Some(count) = followed.together.last() else { return [f64::NAN; 3] };
    count.with_interval(followed.outcome_customers, file.tests.calibrated_customers)
}

fn json(file: &ModelFile, found: &FlaggedMonths, followed: &Followed) -> anyhow::Result<serde_json::Value> {
    let words_of = summary::words(None)?;
    let model = &file.model;
    let passed_over = found.passed_over.iter();
    Ok(serde_json::json!({
        "to": model.provenance.to,
        "months": model.provenance.within * model.provenance.every_months,
        "runs": render::records(&tables::followed_runs(&words_of, model, followed)),
        "bands": render::records(&tables::followed_bands(&words_of, model, followed)),
        "by_month": render::records(&tables::followed_months(&words_of, model, followed)),
        "observed_to_expected": ratio(file, followed),
        "passed_over": passed_over
            .map(|(day, reason)| serde_json::json!({ "as_of": day.to_string(), "why": words(reason) }))
            .collect::<Vec<_>>(),
        "caveat": CAVEAT,
    }))
}
