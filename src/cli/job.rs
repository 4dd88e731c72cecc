//! From what was typed to a prepared job, for `run` and `check`.

use super::{JobArguments, output};
use crate::calendar::Day;
use crate::config::{self, ConfigError, RunPlan};
use crate::job::{Job, JobError, Reading};

/// The plan of a job that runs today.
pub fn plan(arguments: &JobArguments) -> Result<RunPlan, ConfigError> {
    let today = Day::from_date(chrono::Local::now().date_naive());
    config::load(&arguments.config, |configured| arguments.as_of.unwrap_or(configured).day(today))
}

/// The prepared job.
pub fn prepare<'a>(arguments: &JobArguments, plan: &'a RunPlan) -> Result<Job<'a>, JobError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.map_or(cores, usize::from);
    Job::prepare(plan, threads, arguments.memory_limit)
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
