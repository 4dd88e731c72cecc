//! From what was typed to a prepared job, for `run` and `check`.

use super::{JobArguments, output};
use crate::calendar::Day;
use crate::config::{self, ConfigError, RunPlan};
use crate::job::{Job, JobError};

/// The plan of a job that runs today.
pub fn plan(arguments: &JobArguments) -> Result<RunPlan, ConfigError> {
    let today = Day::from_date(chrono::Local::now().date_naive());
    config::load(&arguments.config, |configured| arguments.as_of.unwrap_or(configured).day(today))
}

/// The prepared job.
pub fn prepare<'a>(arguments: &JobArguments, plan: &'a RunPlan) -> Result<Job<'a>, JobError> {
    Job::prepare(plan, threads(arguments.work.threads), arguments.work.memory_limit)
}

/// The worker threads that were asked for, or as many as there are cores.
pub fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// Says what an analyst should know of what was read.
pub fn say_findings(warnings: &[String], broken_limits: &[String], quiet: bool) {
    if !quiet {
        warnings.iter().for_each(|warning| output::say(&format!("warning: {warning}")));
    }
    broken_limits.iter().for_each(|limit| output::say(&format!("limit broken: {limit}")));
}
