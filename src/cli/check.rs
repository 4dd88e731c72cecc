//! `vardag check`: everything short of classifying.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;

use super::output::Usage;
use super::{CheckArguments, job, output, progress, summary};
use crate::exit_code::ExitCode;
use crate::extract::RejectsWriter;
use crate::i18n::{Language, Message};
use crate::intake::ExtractEntry;
use crate::job::Timings;

/// Reads everything and prints what became of it.
pub fn check(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    let plan = job::plan(&arguments.job)?;
    let mut job = job::prepare(&arguments.job, &plan)?;
    job.open_model()?;
    let mut rejects = RejectsWriter::new(rejects(arguments)?, &plan.outputs)?.sampling();
    let bars = progress::of_job(&job, arguments.job.work.quiet);
    let spill = job.spill(&std::env::temp_dir())?;
    let reading = job.read(&bars, &mut rejects, spill.as_ref(), &mut Timings::default())?;
    drop(bars);
    let findings = job.check_findings(&reading, &rejects.finish()?, !arguments.no_samples);
    let of_model = job.model_warnings();
    let warnings = reading.warnings.iter().chain(&of_model).chain(&reading.memory_warning);
    let warnings: Vec<String> = warnings.map(|own| own.text(Language::En)).collect();
    let broken_limits = &Message::texts(&reading.broken_limits, Language::En);
    job::say_findings(&warnings, broken_limits, arguments.job.work.quiet);
    let extracts: Vec<ExtractEntry> = reading.accounts.iter().map(|account| ExtractEntry::of(account, &plan)).collect();
    let columns = job.columns();
    if arguments.job.work.json {
        let found = serde_json::json!({
            "as_of": plan.window.as_of.to_string(),
            "window_start": plan.window.start.to_string(),
            "customers_in_scope": reading.customers.count(),
            "columns": columns,
            "extracts": extracts,
            "faults": findings.faults,
            "code_maps": findings.code_maps,
            "warnings": warnings,
            "broken_limits": broken_limits,
        });
        output::print_json(&found)?;
    } else {
        let customers = reading.customers.count();
        output::print(&summary::checked(&plan, &columns, &extracts, &findings, customers)?)?;
    }
    Ok(if broken_limits.is_empty() { ExitCode::Success } else { ExitCode::Data })
}

/// Where the rejected rows go: nowhere, or into a file that only its owner may read.
fn rejects(arguments: &CheckArguments) -> anyhow::Result<Box<dyn Write + Send>> {
    let Some(path) = &arguments.rejects else { return Ok(Box::new(io::sink())) };
    let mut options = OpenOptions::new();
    // Never over another file: that could be an extract, or one that others may read.
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let refused = |error: io::Error| Usage(format!("{} cannot be written: {error}", path.display()));
    Ok(Box::new(BufWriter::new(file.map_err(refused)?)))
}
