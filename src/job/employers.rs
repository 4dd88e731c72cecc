//! The employers' part of a job: their register and events, then their files and figures.

use std::path::Path;
use std::sync::Arc;

use super::read::unchanged;
use super::{Job, JobError};
use crate::config::Extract;
use crate::employers::{self, EmployerFigures, Employers, Totals};
use crate::extract::{ExtractError, Interners, Progress, RejectsWriter};
use crate::intake::{ExtractAccount, match_orphans};
use crate::outputs::{EmployerLabels, Written, employer_summary};
use crate::spill::Budget;

/// The extracts about employers that hold events.
const EMPLOYER_EVENTS: [Extract; 2] = [Extract::EmployerContacts, Extract::EmployerApplications];

impl Job<'_> {
    /// Reads the employers and their events; `None` where no extract is about employers.
    pub(super) fn employers(
        &self,
        books: &Interners,
        progress: &Arc<dyn Progress>,
        rejects: &mut RejectsWriter,
        budget: Option<Budget<'_>>,
        accounts: &mut Vec<ExtractAccount>,
    ) -> Result<Option<Employers>, ExtractError> {
        if std::iter::once(Extract::Employers).chain(EMPLOYER_EVENTS).all(|extract| self.plan(extract).is_none()) {
            return Ok(None);
        }
        let (population, appeared) =
            self.population(Extract::Employers, &EMPLOYER_EVENTS, books, progress, rejects, accounts)?;
        let employers = Employers::new(population);
        let before = accounts.len();
        for extract in EMPLOYER_EVENTS {
            let Some(intake) = self.intake(extract, &employers.population, books, progress, budget) else { continue };
            let mut account = if extract == Extract::EmployerContacts {
                intake.read(&employers::Contacts::new(&employers, &self.window, budget), rejects)?
            } else {
                intake.read(&employers::Applications::new(&employers, &self.window), rejects)?
            };
            unchanged(&mut account, &appeared)?;
            accounts.push(account);
        }
        match_orphans(&employers.population, &mut accounts[before..], self.threads);
        Ok(Some(employers))
    }

    /// Writes the employers' files and sums them up, which ends the need for them: what follows has their memory.
    pub(super) fn employer_files(
        &self,
        employers: Employers,
        budget: Option<Budget<'_>>,
        folder: &Path,
    ) -> Result<(Vec<EmployerFigures>, Vec<Written>), JobError> {
        let spill = budget.map(|budget| budget.spill);
        let mut labels = EmployerLabels::create(folder, self.config.outputs.spreadsheet_safe)?;
        let mut totals = Totals::default();
        for at in 0..employers.partitions() {
            let counts = employers.counts(at, spill).map_err(|source| ExtractError::Spill { source })?;
            counts.iter().for_each(|counts| totals.add(counts));
            labels.write(&counts, &employers.population)?;
        }
        let figures = totals.figures();
        let written = vec![employer_summary(folder, &figures)?, labels.finish()?];
        Ok((figures, written))
    }
}
