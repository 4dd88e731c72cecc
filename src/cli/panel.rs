//! `vardag panel`: the same customers on many days.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use super::{SpanArguments, WorkArguments, job, output, progress, summary};
use crate::calendar::utc;
use crate::config::{self, LabelsFormat, RunPlan};
use crate::exit_code::ExitCode;
use crate::i18n::Language;
use crate::job::Job;
use crate::outputs::{FolderName, check_way};
use crate::panel::{self, PanelOptions, PanelPlan, PanelReport, Watchers};
use crate::render;
use crate::tables;

#[derive(Debug, Args)]
pub struct PanelArguments {
    /// The configuration file; relative paths in it start at its folder
    config: PathBuf,
    #[command(flatten)]
    span: SpanArguments,
    /// The folder that holds the panels' folders; else `panels` beside the configuration's run folders
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The format of sequences and spells; else that of the configuration's labels
    #[arg(long, value_enum)]
    format: Option<RowsFormat>,
    #[command(flatten)]
    work: WorkArguments,
    /// Print the time of each stage and the peak memory on stderr
    #[arg(long)]
    timings: bool,
}

/// A format of files with rows of customers, as it is typed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum RowsFormat {
    /// Comma-separated text.
    Csv,
    /// Parquet.
    Parquet,
}

/// Makes the panel and prints its summary.
pub fn panel(arguments: &PanelArguments) -> anyhow::Result<ExitCode> {
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let span = arguments.span.span();
    let panel = PanelPlan::new(span, |date| config::load(&arguments.config, |_| date))?;
    let root = arguments.out.clone().unwrap_or_else(|| panel.plan.output_root(None).with_file_name("panels"));
    check_way(&root, FolderName::Panel(span.from, span.to))?;
    let job = Job::prepare(&panel.plan, job::threads(arguments.work.threads), arguments.work.memory_limit)?;
    let dates = progress::of_dates(panel.windows.len(), arguments.work.quiet);
    let options = PanelOptions {
        root: &root,
        format: match arguments.format {
            Some(RowsFormat::Csv) => LabelsFormat::Csv,
            Some(RowsFormat::Parquet) => LabelsFormat::Parquet,
            None => panel.plan.outputs.labels,
        },
        started: utc(started),
        watchers: Watchers {
            progress: progress::of_job(&job, arguments.work.quiet),
            dates_done: &|done| dates.set_position(done as u64),
        },
    };
    let report = panel::write(&job, &panel, options)?;
    dates.finish_and_clear();
    job::say_findings(&report.warnings, &report.manifest.broken_limits, arguments.work.quiet);
    if arguments.timings {
        output::say(&summary::timings(&report.manifest.timings_s, report.manifest.peak_memory_bytes)?);
    }
    if arguments.work.json {
        output::print_json(&json(&report, &panel)?)?;
    } else {
        output::print(&text(&report, &panel.plan)?)?;
    }
    Ok(if report.manifest.held { ExitCode::Data } else { ExitCode::Success })
}

/// The summary of a panel.
fn text(report: &PanelReport, plan: &RunPlan) -> anyhow::Result<String> {
    let words = summary::words(plan)?;
    let shares = tables::shares(&words, &report.dates, &report.figures);
    let names = plan.customers.category_names();
    let columns: Vec<&str> = std::iter::once(tables::ROW).chain(names.iter().map(String::as_str)).collect();
    let shares = shares.pivot("date", "category", "share_pct", None).select(&columns);
    let mobility = tables::mobility(&words, &names, &report.panel.mobility);
    let state = if report.manifest.held { "held (a limit is broken on some date)" } else { "written" };
    Ok(format!(
        "Shares of customers in each category; {} on {} dates\n\n{}\n\n{}\n{state}: {}\n",
        summary::counted(report.panel.customers, "customer"),
        Language::En.whole(report.dates.len() as u64),
        summary::drawn(&shares),
        summary::titled(&mobility.select(&["horizon", "from_pairs", "customers", "stayed_pct", "shorrocks"])),
        report.folder.display()
    ))
}

/// The summary of a panel as JSON; what is missing is null.
fn json(report: &PanelReport, panel: &PanelPlan) -> anyhow::Result<serde_json::Value> {
    let words = summary::words(&panel.plan)?;
    let (manifest, names) = (&report.manifest, &panel.plan.customers.category_names());
    Ok(serde_json::json!({
        "folder": report.folder.to_string_lossy(),
        "held": manifest.held,
        "broken_limits": manifest.broken_limits,
        "dates": manifest.panel.dates,
        "customers": manifest.customers,
        "shares": render::records(&tables::shares(&words, &report.dates, &report.figures)),
        "transition_rates": render::records(&tables::transition_rates(&words, names, &report.panel.transitions)),
        "mobility": render::records(&tables::mobility(&words, names, &report.panel.mobility)),
        "extracts": manifest.extracts,
        "warnings": manifest.warnings,
    }))
}
