//! `vardag early-warning`: who is likely to slide into a heavier category.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::early_warning_check::{self, CheckModelArguments};
use super::{SpanArguments, WorkArguments, job, output, progress, summary};
use crate::calendar::Day;
use crate::config;
use crate::early_warning::{CapacityFigures, ModelFile, TestFigures, Tested};
use crate::exit_code::ExitCode;
use crate::i18n::Language;
use crate::job::Job;
use crate::learning::{self, LearnReport, Learned, ModelPaths};
use crate::panel::{PanelPlan, Watchers};
use crate::render;
use crate::tables::MAIN_CAPACITIES;

#[derive(Debug, Subcommand)]
pub enum EarlyWarningCommand {
    /// Fit a scorecard on a panel, test it on later dates than it was fitted on, and write it for people to read and approve
    Fit(FitArguments),
    /// Find out what became of those whom a model has flagged in past runs
    Check(CheckModelArguments),
}

#[derive(Debug, Args)]
pub struct FitArguments {
    /// The configuration file; relative paths in it start at its folder
    config: PathBuf,
    #[command(flatten)]
    span: SpanArguments,
    /// The model's file, which must not exist yet; its tests go into a folder beside it, `model.backtest` of `model.toml`.
    /// Else `model.toml` beside the configuration
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    work: WorkArguments,
    /// Print the time of each stage and the peak memory on stderr
    #[arg(long)]
    timings: bool,
}

/// Does what was typed.
pub fn early_warning(command: &EarlyWarningCommand) -> anyhow::Result<ExitCode> {
    match command {
        EarlyWarningCommand::Fit(arguments) => fit(arguments),
        EarlyWarningCommand::Check(arguments) => early_warning_check::check(arguments),
    }
}

/// Fits a model, writes it and prints what its tests came to.
fn fit(arguments: &FitArguments) -> anyhow::Result<ExitCode> {
    let span = arguments.span.span();
    let panel = PanelPlan::new(span, |date| config::load(&arguments.config, |_| date))?;
    let paths = match &arguments.out {
        Some(out) => ModelPaths::new(out)?,
        None => ModelPaths::new(&panel.plan.folder.join("model.toml"))?,
    };
    paths.check_free()?;
    learning::check(&panel)?;
    let job = Job::prepare(&panel.plan, job::threads(arguments.work.threads), arguments.work.memory_limit)?;
    let dates = progress::of_dates(panel.windows.len(), arguments.work.quiet);
    let watchers = Watchers {
        progress: progress::of_job(&job, arguments.work.quiet),
        dates_done: &|done| dates.set_position(done as u64),
    };
    let report = learning::learn(&job, &panel, &paths, &watchers)?;
    drop(watchers);
    dates.finish_and_clear();
    job::say_findings(&report.warnings, &report.broken_limits, arguments.work.quiet);
    if arguments.timings {
        output::say(&summary::timings(&report.timings.0, report.peak_memory_bytes)?);
    }
    let Some(learned) = &report.learned else {
        output::say("nothing is written: a run on one of the panel's dates would be held");
        return Ok(ExitCode::Data);
    };
    if arguments.work.json {
        output::print_json(&json(&report, learned)?)?;
    } else {
        output::print(&text(learned))?;
    }
    Ok(if learned.file.tests.passes() { ExitCode::Success } else { ExitCode::Data })
}

/// The summary of a model.
fn text(learned: &Learned) -> String {
    let ModelFile { model, tests, .. } = &learned.file;
    let verdict = match &tests.failures[..] {
        [] => "It passes its tests.".to_owned(),
        failures => {
            let reasons: Vec<String> = failures.iter().map(|failure| format!("  - {}", failure.words())).collect();
            format!(
                "IT DOES NOT PASS its tests, and runs refuse it unless they are told to accept that:\n{}",
                reasons.join("\n")
            )
        }
    };
    let Tested { model: card, rules, single } = &tests.together;
    let language = Language::En;
    let auc = |figures: &TestFigures| language.decimals(figures.auc, 3);
    let [ratio, low, high] = tests.observed_to_expected.map(|ratio| language.decimals(ratio, 2));
    let main = card.capacities.iter().filter(|capacity| MAIN_CAPACITIES.contains(&capacity.capacity_pct));
    let when = if model.provenance.every_months == 1 { "each month" } else { "on each date" };
    let capacities: Vec<String> = main.map(|capacity| in_words(card, capacity, when)).collect();
    format!(
        "Early warning: who in {} is likely to slide into {} within {}\n\n{verdict}\n\n\
         Tested on {}{} by a model of earlier dates: {} (once for each date), of whom {} slid ({})\n\
         AUC {}; the deciding rule alone {}, the best single feature alone ({}) {}\n\
         Observed / expected {ratio} ({low} to {high}); Brier skill {}, of the rules {}\n\n{}\n\n\
         written: {}\n         {}\n",
        model.provenance.from.join(" or "),
        model.provenance.to,
        summary::counted(model.provenance.within.into(), "date"),
        summary::counted(tests.dates.len() as u64, "date"),
        if tests.dates.len() == 1 { "," } else { ", each" },
        summary::counted(card.rows, "customer"),
        language.whole(card.outcomes),
        language.percent(100.0 * card.outcomes as f64 / card.rows as f64, 1),
        auc(card),
        auc(rules),
        tests.single_feature,
        auc(single),
        language.decimals(card.brier_skill, 3),
        language.decimals(rules.brier_skill, 3),
        capacities.join("\n"),
        learned.paths.model.display(),
        learned.paths.folder.display(),
    )
}

/// What a capacity finds, in words.
fn in_words(card: &TestFigures, capacity: &CapacityFigures, when: &str) -> String {
    let share = |part: f64, all: u64| Language::En.percent(100.0 * part / all as f64, 0);
    let of_hundred = Language::En.decimals(100.0 * capacity.found / capacity.looked_at as f64, 0);
    format!(
        "If {} can be called {when}, {} of those who will slide are among them; of 100 called, {of_hundred} slide.",
        Language::En.percent(capacity.capacity_pct, 0),
        share(capacity.found, card.outcomes),
    )
}

/// The summary of a model as JSON; what is missing is null.
fn json(report: &LearnReport, learned: &Learned) -> anyhow::Result<serde_json::Value> {
    let ModelFile { model, tests, .. } = &learned.file;
    let failures: Vec<&str> = tests.failures.iter().map(|failure| failure.key().0).collect();
    let scorer = |figures: &TestFigures| {
        serde_json::json!({
            "customers": figures.rows,
            "outcomes": figures.outcomes,
            "auc": figures.auc,
            "expected": figures.expected,
            "brier": figures.brier,
            "brier_skill": figures.brier_skill,
        })
    };
    let days = |days: &[Day]| days.iter().map(Day::to_string).collect::<Vec<_>>();
    let Tested { model: card, rules, single } = &tests.together;
    Ok(serde_json::json!({
        "model": learned.paths.model.to_string_lossy(),
        "folder": learned.paths.folder.to_string_lossy(),
        "passes": tests.passes(),
        "failures": failures,
        "fitted_on": days(&model.provenance.fitted_on),
        "calibrated_on": days(&model.provenance.calibrated_on),
        "tested_on": days(&tests.dates.iter().map(|date| date.date).collect::<Vec<Day>>()),
        "figures": { "model": scorer(card), "rules": scorer(rules), "single": scorer(single) },
        "single_feature": tests.single_feature,
        "observed_to_expected": tests.observed_to_expected,
        "capacity": render::records(&learned.capacity),
        "extracts": report.extracts,
        "warnings": report.warnings,
    }))
}
