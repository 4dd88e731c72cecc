//! `vardag clean`: the rows in use, for questions asked elsewhere.

use std::io;

use super::output::Usage;
use super::{CleanArguments, job, output, progress, summary};
use crate::clean::ORIGIN;
use crate::exit_code::ExitCode;
use crate::extract::RejectsWriter;
use crate::i18n::{Language, Message};
use crate::intake::ExtractEntry;
use crate::job::Timings;
use crate::outputs::{NewFolder, check_free};
use crate::tables;

/// Reads everything, writes the rows in use and prints how many there are. Beyond a limit nothing is written.
pub fn clean(arguments: &CleanArguments) -> anyhow::Result<ExitCode> {
    check_free(&arguments.out)?;
    let plan = job::plan(&arguments.job)?;
    if let Some(name) = ORIGIN.iter().find(|name| arguments.origin && plan.dimensions.iter().any(|own| own == *name)) {
        return Err(Usage(format!("there is a dimension `{name}`, as --origin would call a column: rename it")).into());
    }
    let mut job = job::prepare(&arguments.job, &plan)?;
    job.notes_duplicates = true;
    let folder = NewFolder::begin(&arguments.out)?;
    let mut rejects = RejectsWriter::new(Box::new(io::sink()), &plan.outputs)?;
    let bars = progress::of_job(&job, arguments.job.work.quiet);
    let spill = job.spill(folder.path())?;
    let reading = job.read(&bars, &mut rejects, spill.as_ref(), &mut Timings::default())?;
    drop(bars);
    let warnings = reading.warnings.iter().chain(&reading.memory_warning).map(|own| own.text(Language::En));
    let warnings: Vec<String> = warnings.collect();
    let broken_limits = Message::texts(&reading.broken_limits, Language::En);
    job::say_findings(&warnings, &broken_limits, arguments.job.work.quiet);
    if !broken_limits.is_empty() {
        output::say("nothing is written: a run on these extracts would be held");
        return Ok(ExitCode::Data);
    }
    let extracts: Vec<ExtractEntry> = reading.accounts.iter().map(|account| ExtractEntry::of(account, &plan)).collect();
    let (files, config) = job.clean(reading, folder.path(), arguments.origin)?;
    let written: Vec<_> = files.iter().map(|file| file.file.clone()).chain([config]).collect();
    let folder = folder.publish(&written)?;
    if arguments.job.work.json {
        output::print_json(&serde_json::json!({
            "as_of": plan.window.as_of.to_string(),
            "window_start": plan.window.start.to_string(),
            "folder": folder.to_string_lossy(),
            "files": files,
            "warnings": warnings,
        }))?;
    } else {
        let columns = ["extract", "oldest", "newest", "in_use", "in_window"];
        let rows = tables::dates_in_use(&summary::words(&plan)?, &extracts).select(&columns).keyed();
        output::print(&format!("Rows in use\n\n{}\n\nwritten: {}\n", summary::drawn(&rows), folder.display()))?;
    }
    Ok(ExitCode::Success)
}
