//! From what was typed to a prepared job, for `run` and `check`.

use super::{JobArguments, output};
use crate::calendar::Day;
use crate::config::{self, Config};
use crate::job::{Job, Reading, as_of};

/// The configuration with its last day settled.
pub fn configuration(arguments: &JobArguments) -> anyhow::Result<(Config, Day)> {
    let mut config = config::load(&arguments.config)?;
    let today = Day::from_date(chrono::Local::now().date_naive());
    let as_of = as_of(arguments.as_of.unwrap_or(config.window.as_of), today);
    config.fix_as_of(as_of);
    Ok((config, as_of))
}

/// The prepared job.
pub fn prepare<'a>(arguments: &JobArguments, config: &'a Config, as_of: Day) -> anyhow::Result<Job<'a>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.map_or(cores, usize::from);
    Ok(Job::prepare(config, as_of, threads, arguments.memory_limit)?)
}

/// Says what an analyst should know of what was read.
pub fn say_findings(reading: &Findings<'_>, quiet: bool) {
    if !quiet {
        reading.warnings.iter().for_each(|warning| output::say(&format!("warning: {warning}")));
    }
    reading.broken_limits.iter().for_each(|limit| output::say(&format!("limit broken: {limit}")));
}

/// Warnings and broken limits, in words.
pub struct Findings<'a> {
    /// Warnings.
    pub warnings: &'a [String],
    /// Broken limits.
    pub broken_limits: &'a [String],
}

/// The warnings of a reading, in words.
pub fn warnings(reading: &Reading<'_>) -> Vec<String> {
    reading.warnings.iter().map(ToString::to_string).collect()
}
