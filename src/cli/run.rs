//! `vardag run`: the nightly job.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::metrics::MetricsFile;
use super::{RunArguments, job, output, progress, summary};
use crate::calendar::{Day, utc};
use crate::exit_code::ExitCode;
use crate::extract::{REJECTS, RejectsWriter};
use crate::job::{Job, JobError, Report, Timings};
use crate::outputs::{Contents, FolderName, OutputFile, RunFolder, check_way};

/// What is known of a run for its metrics, however it ends.
#[derive(Default)]
struct Known {
    as_of: Option<Day>,
    report: Option<Report>,
}

/// Runs the job, prints its summary, and writes its metrics where they are wanted.
pub fn run(arguments: &RunArguments) -> anyhow::Result<ExitCode> {
    let Some(file) = &arguments.metrics else { return job(arguments, &mut Known::default()) };
    let file = MetricsFile::new(file)?;
    let mut known = Known::default();
    let outcome = job(arguments, &mut known);
    let code = outcome.as_ref().map_or_else(super::exit_code, |code| *code);
    match (file.write(code, known.as_of, known.report.as_ref()), outcome) {
        (Ok(()), outcome) => outcome,
        (Err(error), Ok(ExitCode::Success)) => Err(error),
        // What the run came to weighs more than that its metrics are lost.
        (Err(error), outcome) => {
            output::say(&format!("error: {error}"));
            outcome
        }
    }
}

fn job(arguments: &RunArguments, known: &mut Known) -> anyhow::Result<ExitCode> {
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let plan = job::plan(&arguments.job)?;
    known.as_of = Some(plan.window.as_of);
    let root = plan.output_root(arguments.out.as_deref());
    check_way(&root, FolderName::Run(plan.window.as_of))?;
    let mut timings = Timings::default();
    let mut job = timings.stage("prepare", || job::prepare(&arguments.job, &plan))?;
    job.accept_changes = arguments.accept_changes;
    job.open_model()?;
    let report = whole(&job, &root, arguments.job.work.quiet, utc(started), timings)?;
    let report = known.report.insert(report);
    job::say_findings(&report.warnings, &report.manifest.broken_limits, arguments.job.work.quiet);
    say_gates(report, arguments);
    if arguments.timings {
        output::say(&summary::timings(&report.manifest.timings_s, report.manifest.peak_memory_bytes)?);
    }
    if arguments.job.work.json {
        output::print_json(&summary::json(report, &plan)?)?;
    } else {
        output::print(&summary::table(report, &plan)?)?;
    }
    let manifest = &report.manifest;
    Ok(match (manifest.broken_limits.is_empty(), manifest.broken_gates.is_empty()) {
        (false, _) => ExitCode::Data,
        (true, false) => ExitCode::Gate,
        (true, true) => ExitCode::Success,
    })
}

/// Says what strayed too far, and what to do if that is how things are.
fn say_gates(report: &Report, arguments: &RunArguments) {
    let manifest = &report.manifest;
    manifest.broken_gates.iter().for_each(|gate| output::say(&format!("gate broken: {gate}")));
    if !arguments.job.work.quiet {
        manifest.accepted_changes.iter().for_each(|gate| output::say(&format!("change accepted: {gate}")));
    }
    if !manifest.broken_gates.is_empty() {
        let out = arguments.out.as_ref().map(|out| format!(" --out {}", out.display())).unwrap_or_default();
        output::say(&format!(
            "  help: if an extract is wrong, have it made anew; if the changes are real, publish them by\n    vardag run {} \
             --as-of {}{out} --accept-changes",
            arguments.job.config.display(),
            manifest.window.as_of
        ));
    }
}

fn whole(job: &Job<'_>, root: &Path, quiet: bool, started: String, mut timings: Timings) -> Result<Report, JobError> {
    let folder = RunFolder::begin(root, FolderName::Run(job.plan.window.as_of))?;
    let rejects = OutputFile::create(folder.path(), "rejects.csv", Contents::Rows)?;
    let rejects = rejects.with_fields(REJECTS.to_vec()).shared();
    let mut writer = RejectsWriter::new(Box::new(rejects.clone()), &job.plan.outputs)
        .map_err(|source| crate::extract::ExtractError::Rejects { source })?;
    let bars = progress::of_job(job, quiet);
    let spill = job.spill(folder.path())?;
    let reading = job.read(&bars, &mut writer, spill.as_ref(), &mut timings)?;
    drop(bars);
    writer.finish().map_err(|source| crate::extract::ExtractError::Rejects { source })?;
    job.finish(reading, folder, rejects, started, timings)
}
