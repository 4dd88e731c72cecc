//! The nightly job: the stages joined into one run, with nothing said and nothing printed.
//!
//! [`Job::prepare`] finds out everything that can be wrong before any data is read; [`Job::read`] reads the
//! extracts; [`Job::finish`] turns what was read into a run folder's contents. `vardag check` stops
//! after reading.

mod aggregated;
mod breakdowns;
mod error;
mod findings;
mod finish;
mod label;
mod limits;
mod past;
mod reach;
mod read;
mod warnings;

pub use aggregated::Aggregated;
pub use error::JobError;
pub use finish::{Report, Results};
pub use reach::UnpaidBenefits;
pub use read::Reading;
pub use warnings::Warning;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use crate::calendar::{Day, Window};
use crate::config::{AsOf, Config, Extract};
use crate::extract::{ColumnFound, ExtractError, Plan};
use crate::rules::RuleSet;
use crate::spill::Spill;

/// A job that is ready to run: configuration, window, files and rules agree.
pub struct Job<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The window.
    pub window: Window,
    /// The compiled rules of customers.
    pub rules: RuleSet,
    /// The compiled rules of employers.
    pub employer_rules: RuleSet,
    /// Worker threads.
    pub threads: usize,
    /// The most memory to use, in bytes; as much as it takes without one.
    pub memory_limit: Option<u64>,
    /// Whether changes that break a gate are accepted.
    pub accept_changes: bool,
    plans: Vec<Plan<'a>>,
}

/// The last day of the window as of a run on `today`.
pub fn as_of(setting: AsOf, today: Day) -> Day {
    match setting {
        AsOf::Day(day) => day,
        AsOf::Yesterday => today.plus_days(-1),
        AsOf::LastMonthEnd => {
            use chrono::Datelike;
            today.plus_days(-(today.date().day() as i32))
        }
    }
}

impl<'a> Job<'a> {
    /// Settles the window, finds the files and checks their headers, compiles the rules.
    ///
    /// # Errors
    /// Everything that is wrong with the files, together; or with the rules.
    pub fn prepare(
        config: &'a Config,
        as_of: Day,
        threads: usize,
        memory_limit: Option<u64>,
    ) -> Result<Self, JobError> {
        let settings = &config.window;
        let window = Window::new(
            as_of,
            settings.months,
            settings.history_from,
            settings.spell_gap_days,
            settings.min_observed_days,
        );
        let rules = RuleSet::compile(&config.customers).map_err(JobError::Rules)?;
        let employer_rules = RuleSet::compile(&config.employers).map_err(JobError::Rules)?;
        let (mut plans, mut errors): (Vec<Plan<'a>>, Vec<ExtractError>) = (Vec::new(), Vec::new());
        for extract in &config.extracts {
            match Plan::new(config, extract, as_of) {
                Ok(plan) => plans.push(plan),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            return Err(JobError::Inputs(errors));
        }
        let threads = threads.max(1);
        Ok(Job { config, window, rules, employer_rules, threads, memory_limit, accept_changes: false, plans })
    }

    /// The files of an extract.
    pub fn plan(&self, extract: Extract) -> Option<&Plan<'a>> {
        self.plans.iter().find(|plan| plan.config.extract == extract)
    }

    /// Where each column of each extract is read from, in input order.
    pub fn columns(&self) -> Vec<(&'static str, &ColumnFound)> {
        let of_plan = |plan| {
            let plan: &Plan<'_> = plan;
            plan.columns.iter().map(|column| (plan.config.extract.name(), column))
        };
        self.plans.iter().flat_map(of_plan).collect()
    }

    /// The extracts in input order, with the bytes of their files.
    pub fn inputs(&self) -> impl Iterator<Item = (Extract, u64)> + '_ {
        self.plans.iter().map(|plan| (plan.config.extract, plan.bytes()))
    }

    /// A place on disk for what a memory limit does not let the run hold; none without a limit.
    pub fn spill(&self, folder: &Path) -> Result<Option<Spill>, JobError> {
        let create = |_| Spill::create(folder).map_err(|source| ExtractError::Spill { source });
        Ok(self.memory_limit.map(create).transpose()?)
    }
}

/// Seconds by stage.
#[derive(Debug, Default, Clone)]
pub struct Timings(pub BTreeMap<&'static str, f64>);

impl Timings {
    /// Does a stage and notes how long it took.
    pub fn stage<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        let seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        *self.0.entry(name).or_default() += seconds;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_that_cron_asks_for() {
        let day = |text| Day::from_iso(text).unwrap();
        assert_eq!(as_of(AsOf::Yesterday, day("2026-01-01")), day("2025-12-31"));
        assert_eq!(as_of(AsOf::LastMonthEnd, day("2026-03-15")), day("2026-02-28"));
        assert_eq!(as_of(AsOf::LastMonthEnd, day("2024-03-31")), day("2024-02-29"));
    }
}
