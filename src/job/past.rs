//! This run beside those before it: movements since the last good one, and whether it strays too far.
//!
//! Compared are good runs of earlier days in the same output folder, so that a day that is run again is compared
//! with the same run as the first time. Where the last of them cannot be read, gates have nothing to stand on, and
//! the run is held. Anything else that cannot be read is a warning: it must not stop the current run.

use std::path::Path;

use super::{Job, JobError, Reading, Warning};
use crate::calendar::Day;
use crate::history::{self, CurrentRun, HistoryEntry, HistoryError, Movements, NewRun, PastRun, Series};
use crate::intake::Population;
use crate::outputs::{Contents, FolderError, OutputFile, RunFolder, Written};
use crate::statistics::CategoryFigures;

/// What comparing came to.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) history: Vec<HistoryEntry>,
    pub(super) movements: Option<Movements>,
    /// `movements.csv`, if there is one.
    pub(super) written: Option<Written>,
    pub(super) broken_gates: Vec<String>,
    /// Broken gates of a run that was told to accept changes.
    pub(super) accepted_changes: Vec<String>,
    pub(super) warnings: Vec<Warning>,
}

/// Where movements are written.
const MOVEMENTS: &str = "movements.csv";

/// Why gates cannot stand guard, in words with the remedy.
fn no_base(last: Option<Day>, fault: &HistoryError) -> String {
    let run = last.map_or("a good run before this one".to_owned(), |day| format!("the good run of {day}"));
    format!(
        "{run} cannot be read, so that nothing can be compared with it: {fault}. If it cannot be restored, remove its \
         folder, and the run before it is compared with; --accept-changes publishes without comparison"
    )
}

impl Job<'_> {
    /// Compares this run with those before it; `rules` are those that decided, by customer number.
    pub(super) fn compare(
        &self,
        folder: &RunFolder,
        reading: &Reading<'_>,
        rules: &[Option<u16>],
        figures: &[CategoryFigures],
    ) -> Result<Compared, JobError> {
        let before = Some(self.plan.window.as_of.plus_days(-1));
        let (mut series, root_fault) = match history::series(folder.root(), before) {
            Ok(series) => (series, None),
            Err(fault) => (Series::default(), Some(fault)),
        };
        let base_fault = root_fault.or_else(|| series.take_fault_of_last());
        let Series { entries, faults, last } = series;
        let mut faults: Vec<HistoryError> = faults.into_iter().map(|(_, fault)| fault).collect();
        let mut broken = Vec::new();
        match base_fault {
            Some(fault) if self.plan.gates.any() => broken.push(no_base(last.as_ref().map(|(day, _)| *day), &fault)),
            fault => faults.extend(fault),
        }
        let mut compared = Compared::default();
        // What cannot be read was said already.
        if let Some((_, last)) = last.filter(|_| broken.is_empty()) {
            match self.movements(&last, folder, &reading.customers.population, rules)? {
                Ok((movements, written)) => {
                    compared.movements = Some(movements);
                    compared.written = Some(written);
                }
                Err(fault) => faults.push(fault),
            }
        }
        for fault in faults {
            // The same fault may show twice, in the series and in the run that is compared with.
            let warning = Warning::PastRun(fault.to_string());
            if !compared.warnings.contains(&warning) {
                compared.warnings.push(warning);
            }
        }
        if broken.is_empty() {
            let current_run = CurrentRun {
                customers: figures.iter().map(|category| (category.name.clone(), category.customers)).collect(),
                volumes: reading.accounts.iter().map(|own| (own.extract.name().to_owned(), own.rows.records)).collect(),
            };
            broken = history::broken_gates(&self.plan.gates, &entries, &current_run);
        }
        if self.accept_changes {
            compared.accepted_changes = broken;
        } else {
            compared.broken_gates = broken;
        }
        compared.history = entries;
        Ok(compared)
    }

    /// Who moved since a past run, into `movements.csv`; or why that run cannot be read.
    fn movements(
        &self,
        last: &Path,
        folder: &RunFolder,
        population: &Population,
        rules: &[Option<u16>],
    ) -> Result<Result<(Movements, Written), HistoryError>, FolderError> {
        let last = match PastRun::open(last) {
            Ok(last) => last,
            Err(fault) => return Ok(Err(fault)),
        };
        let customers = (0..).zip(rules).filter_map(|(number, rule)| Some((population.id(number), (*rule)?)));
        let new = NewRun { plan: self.plan, customers: Box::new(customers) };
        let mut rows = OutputFile::create(folder.path(), MOVEMENTS, Contents::Rows)?;
        let path = folder.path().join(MOVEMENTS);
        match history::movements(&last, new, &mut rows) {
            Ok(movements) => Ok(Ok((movements, rows.finish()?))),
            // The disk is not the past run's fault.
            Err(HistoryError::Rows { source }) => Err(FolderError::Write { path, source }),
            Err(fault) => {
                // What was written before the fault is not all.
                std::fs::remove_file(&path).map_err(|source| FolderError::Write { path, source })?;
                Ok(Err(fault))
            }
        }
    }
}
