//! This run beside those before it: movements since the last good one, and whether it strays too far.
//!
//! Compared are good runs of earlier days in the same output folder, so that a day that is run again is compared
//! with the same run as the first time. Where the last of them cannot be read, gates have nothing to stand on, and
//! the run is held. Anything else that cannot be read is a warning: it must not stop the current run.

use std::path::Path;

use super::{Job, Reading};
use crate::calendar::Day;
use crate::history::{self, CurrentRun, HistoryEntry, HistoryError, Movements, NewRun, PastRun, Series};
use crate::i18n::{Message, Value, messages};
use crate::intake::Population;
use crate::outputs::{Contents, FolderError, OutputFile, RunFolder, Written};
use crate::schema::Entity;
use crate::statistics::CategoryFigures;

/// The good runs before this one, and what was found wrong with them.
pub(super) struct Before {
    /// All that can be read, oldest first.
    pub(super) history: Vec<HistoryEntry>,
    /// The last of them, to compare with.
    last: Option<PastRun>,
    /// Why gates cannot stand guard.
    broken_base: Option<Message>,
    pub(super) warnings: Vec<Message>,
}

/// Why gates cannot stand guard, with the remedy.
fn no_base(last: Option<Day>, fault: &HistoryError) -> Message {
    let run = last.map_or_else(messages::some_good_run, messages::good_run_of);
    messages::cannot_compare(run, Value::safe(fault))
}

impl Before {
    /// The same fault may show twice, in the series and in the run that is compared with.
    fn warn(&mut self, fault: &HistoryError) {
        let warning = messages::past_run_left_out(Value::safe(fault));
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

impl Job<'_> {
    /// Opens the good runs of earlier days.
    pub(super) fn before(&self, folder: &RunFolder) -> Before {
        let before = Some(self.plan.window.as_of.plus_days(-1));
        let (mut series, root_fault) = match history::series(folder.root(), before) {
            Ok(series) => (series, None),
            Err(fault) => (Series::default(), Some(fault)),
        };
        let base_fault = root_fault.or_else(|| series.take_fault_of_last());
        let Series { entries, faults, last } = series;
        let mut before = Before { history: entries, last: None, broken_base: None, warnings: Vec::new() };
        faults.iter().for_each(|(_, fault)| before.warn(fault));
        match base_fault {
            Some(fault) if self.plan.gates.any() => {
                before.broken_base = Some(no_base(last.as_ref().map(|(day, _)| *day), &fault));
            }
            Some(fault) => before.warn(&fault),
            None => {}
        }
        // What cannot be read was said already.
        if let Some((_, last)) = last.filter(|_| before.broken_base.is_none()) {
            match PastRun::open(&last) {
                Ok(last) => before.last = Some(last),
                Err(fault) => before.warn(&fault),
            }
        }
        before
    }

    /// The gates that this run breaks.
    pub(super) fn broken_gates(
        &self,
        before: &Before,
        reading: &Reading<'_>,
        figures: &[CategoryFigures],
    ) -> Vec<Message> {
        if let Some(broken) = &before.broken_base {
            return vec![broken.clone()];
        }
        let current_run = CurrentRun {
            customers: figures.iter().map(|category| (category.name.clone(), category.customers)).collect(),
            volumes: reading.accounts.iter().map(|own| (own.extract.name().to_owned(), own.rows.records)).collect(),
        };
        history::broken_gates(&self.plan.gates, &before.history, &current_run)
    }

    /// Who moved since the last run, into a file of movements; nothing where no run, or not this entity, can be compared
    /// with. `rules` are those that decided, by number in the population.
    pub(super) fn movements(
        &self,
        before: &mut Before,
        entity: Entity,
        folder: &Path,
        population: &Population,
        rules: &[Option<u16>],
    ) -> Result<Option<(Movements, Written)>, FolderError> {
        let labelled = before.last.as_ref().filter(|last| last.has_labels(entity));
        let Some(last) = labelled else { return Ok(None) };
        let customers = (0..).zip(rules).filter_map(|(number, rule)| Some((population.id(number), (*rule)?)));
        let new = NewRun { plan: self.plan, entity, customers: Box::new(customers) };
        let name = format!("{}movements.csv", entity.key_prefix());
        let fields = history::movement_fields(entity).to_vec();
        let mut rows = OutputFile::create(folder, &name, Contents::Rows)?.with_fields(fields);
        let path = folder.join(&name);
        match history::movements(last, new, &mut rows) {
            Ok(movements) => Ok(Some((movements, rows.finish()?))),
            // The disk is not the past run's fault.
            Err(HistoryError::Rows { source }) => Err(FolderError::Write { path, source }),
            Err(fault) => {
                // What was written before the fault is not all.
                std::fs::remove_file(&path).map_err(|source| FolderError::Write { path, source })?;
                before.warn(&fault);
                Ok(None)
            }
        }
    }
}
