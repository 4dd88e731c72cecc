//! `vardag check`: everything short of classifying.

use std::io;
use std::process::ExitCode;

use super::{CheckArguments, LIMIT_BROKEN, job, output, progress, summary};
use crate::extract::RejectsWriter;
use crate::job::Timings;
use crate::outputs::ExtractEntry;

/// Reads everything and prints what became of it.
pub fn check(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    let (config, as_of) = job::configuration(&arguments.job)?;
    let job = job::prepare(&arguments.job, &config, as_of)?;
    let mut nowhere = RejectsWriter::new(Box::new(io::sink()), false)?;
    let bars = progress::of_job(&job, arguments.job.quiet);
    let spill = job.spill(&std::env::temp_dir())?;
    let reading = job.read(&bars, &mut nowhere, spill.as_ref(), &mut Timings::default())?;
    drop(bars);
    let warnings = job::warnings(&reading);
    let broken_limits = &reading.broken_limits;
    job::say_findings(&job::Findings { warnings: &warnings, broken_limits }, arguments.job.quiet);
    let extracts: Vec<ExtractEntry> = reading.accounts.iter().map(Into::into).collect();
    let text = if arguments.job.json {
        let found = serde_json::json!({
            "as_of": job.window.as_of.to_string(),
            "window_start": job.window.start.to_string(),
            "customers_in_scope": reading.customers(),
            "extracts": extracts,
            "warnings": warnings,
            "broken_limits": broken_limits,
        });
        format!("{}\n", serde_json::to_string_pretty(&found)?)
    } else {
        summary::accounting(&extracts, &job.window, reading.customers())
    };
    output::print(&text)?;
    Ok(if broken_limits.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(LIMIT_BROKEN) })
}
