//! The nightly job: the stages joined into one run, with nothing said and nothing printed.
//!
//! [`Job::prepare`] finds out everything that can be wrong before any data is read; [`Job::read`] reads the
//! extracts; [`Job::finish`] turns what was read into a run folder's contents. `vardag check` stops
//! after reading.

mod aggregated;
mod breakdowns;
mod clean;
mod early_warning;
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
pub(crate) use aggregated::ReadContext;
pub use clean::CleanedExtract;
pub use error::JobError;
pub use findings::CheckFindings;
pub use finish::{Report, Results};
pub(crate) use finish::{write_config, write_manifest};
pub(crate) use label::{Labelling, side_by_side};
pub use read::Reading;
pub(crate) use read::traits;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use crate::config::{Extract, RunPlan};
use crate::early_warning::Applicable;
use crate::extract::{ColumnFound, ExtractError, Plan};
use crate::spill::Spill;

/// A job that is ready to run: plan and files agree.
pub struct Job<'a> {
    /// What is to be done.
    pub plan: &'a RunPlan,
    /// Worker threads.
    pub threads: usize,
    /// The most memory to use, in bytes; as much as it takes without one.
    pub memory_limit: Option<u64>,
    /// Whether changes that break a gate are accepted.
    pub accept_changes: bool,
    /// Whether the places of duplicates are noted, which takes memory, so that the rows in use can be told in a further read.
    pub notes_duplicates: bool,
    /// The model of early warning that is applied, once it was opened.
    model: Option<Applicable>,
    inputs: Vec<Plan<'a>>,
}

impl<'a> Job<'a> {
    /// Finds the files and checks their headers.
    ///
    /// # Errors
    /// Everything that is wrong with the files, together.
    pub fn prepare(plan: &'a RunPlan, threads: usize, memory_limit: Option<u64>) -> Result<Self, JobError> {
        let (mut inputs, mut errors): (Vec<Plan<'a>>, Vec<ExtractError>) = (Vec::new(), Vec::new());
        for extract in &plan.extracts {
            match Plan::new(plan, extract) {
                Ok(input) => inputs.push(input),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            return Err(JobError::Inputs(errors));
        }
        let (accept_changes, notes_duplicates, model) = (false, false, None);
        Ok(Job { plan, threads: threads.max(1), memory_limit, accept_changes, notes_duplicates, model, inputs })
    }

    /// The files of an extract.
    pub fn input(&self, extract: Extract) -> Option<&Plan<'a>> {
        self.inputs.iter().find(|input| input.config.extract == extract)
    }

    /// Where each column of each extract is read from, in input order.
    pub fn columns(&self) -> Vec<(&'static str, &ColumnFound)> {
        let of_input = |input| {
            let input: &Plan<'_> = input;
            input.columns.iter().map(|column| (input.config.extract.name(), column))
        };
        self.inputs.iter().flat_map(of_input).collect()
    }

    /// The extracts in input order, with the bytes of their files.
    pub fn inputs(&self) -> impl Iterator<Item = (Extract, u64)> + '_ {
        self.inputs.iter().map(|input| (input.config.extract, input.bytes()))
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
