//! The employers' part of a job: their register and events, then their files and figures.

use std::path::Path;
use std::sync::Arc;

use super::read::unchanged;
use super::{Job, JobError};
use crate::config::Extract;
use crate::employers::{self, EmployerFigures, Employers, Totals};
use crate::extract::{CodeBooks, ExtractError, FileRead, Progress, RejectsWriter};
use crate::intake::{ExtractAccount, Population, appearing, read_register};
use crate::outputs::{EmployerLabels, Written, employer_summary};
use crate::spill::Budget;

/// The extracts about employers that hold events.
const EMPLOYER_EVENTS: [Extract; 2] = [Extract::EmployerContacts, Extract::EmployerApplications];

impl Job<'_> {
    /// Reads the employers and their events; `None` where no extract is about employers.
    pub(super) fn employers(
        &self,
        books: &CodeBooks,
        progress: &Arc<dyn Progress>,
        rejects: &mut RejectsWriter,
        budget: Option<Budget<'_>>,
        accounts: &mut Vec<ExtractAccount>,
    ) -> Result<Option<Employers>, ExtractError> {
        let mut read_before = Vec::new();
        let Some(population) = self.employer_population(books, progress, rejects, accounts, &mut read_before)? else {
            return Ok(None);
        };
        let employers = Employers::new(population);
        for extract in EMPLOYER_EVENTS {
            let Some(intake) = self.intake(extract, &employers.population, books, progress, budget) else { continue };
            let account = if extract == Extract::EmployerContacts {
                intake.read(&employers::Contacts::new(&employers, &self.window, budget), rejects)?
            } else {
                intake.read(&employers::Applications::new(&employers, &self.window), rejects)?
            };
            unchanged(&account, &read_before)?;
            accounts.push(account);
        }
        Ok(Some(employers))
    }

    /// The register of employers, or else all who appear.
    fn employer_population(
        &self,
        books: &CodeBooks,
        progress: &Arc<dyn Progress>,
        rejects: &mut RejectsWriter,
        accounts: &mut Vec<ExtractAccount>,
        read_before: &mut Vec<FileRead>,
    ) -> Result<Option<Population>, ExtractError> {
        if let Some(plan) = self.plan(Extract::Employers) {
            let progress = progress.clone();
            let (population, account) = read_register(plan, &self.window, &[], self.threads, books, progress, rejects)?;
            accounts.push(account);
            return Ok(Some(population));
        }
        let plans: Vec<_> = EMPLOYER_EVENTS.iter().filter_map(|extract| self.plan(*extract)).collect();
        if plans.is_empty() {
            return Ok(None);
        }
        let (ids, files) = appearing(&plans, self.threads, books)?;
        *read_before = files;
        Ok(Some(Population::of_appearing(&ids, &self.window, &[])))
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
