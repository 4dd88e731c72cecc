//! Reading: registers first, then events, each row to its status and each update to its customer.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Job, JobError, Timings, Warning, findings, limits};
use crate::config::{Benefit, Extract};
use crate::employers::Employers;
use crate::extract::codes::CodeId;
use crate::extract::{ExtractError, Interners, Progress, RejectsWriter};
use crate::features::{self, AggregationContext, BenefitTraits, KernelWindow, Partition};
use crate::intake::{
    Appearing, ExtractAccount, FileAccount, Intake, PARTITION_CUSTOMERS, Population, appearing, match_orphans,
    read_register,
};
use crate::spill::{Budget, Spill};

/// What was read: who there is, what became of every row, and the events gathered by customer.
pub struct Reading<'s> {
    /// The customers.
    pub population: Population,
    /// The extracts in METHOD section 2's order.
    pub accounts: Vec<ExtractAccount>,
    /// What an analyst should know.
    pub warnings: Vec<Warning>,
    /// The limits that were broken, in words.
    pub broken_limits: Vec<String>,
    /// The employers with what their events add up to, where an extract is about them.
    pub(super) employers: Option<Employers>,
    pub(super) partitions: Vec<Mutex<Partition>>,
    pub(super) kernel: KernelWindow,
    pub(super) traits: Vec<BenefitTraits>,
    pub(super) budget: Option<Budget<'s>>,
}

impl Reading<'_> {
    /// Customers in the population: those in scope, or without a register those with an event in use.
    pub fn customers(&self) -> u64 {
        if self.population.registered {
            return self.population.len() as u64;
        }
        let seen = |partition: &Mutex<Partition>| {
            let partition = partition.lock().unwrap_or_else(PoisonError::into_inner);
            partition.seen.iter().filter(|events| **events > 0).count() as u64
        };
        self.partitions.iter().map(seen).sum()
    }
}

/// The extracts about persons that hold events.
const PERSON_EVENTS: [Extract; 4] = [Extract::Contacts, Extract::Applications, Extract::Payments, Extract::LifeEvents];

impl Job<'_> {
    /// Reads all extracts; rejected rows go to `rejects`.
    pub fn read<'s>(
        &self,
        progress: &Arc<dyn Progress>,
        rejects: &mut RejectsWriter,
        spill: Option<&'s Spill>,
        timings: &mut Timings,
    ) -> Result<Reading<'s>, JobError> {
        let books = Interners::new(self.config.benefits.iter().map(|benefit| benefit.code.clone()));
        let mut accounts = Vec::new();
        let (population, appeared) = timings.stage("customers", || {
            self.population(Extract::Customers, &PERSON_EVENTS, &books, progress, rejects, &mut accounts)
        })?;
        let mut warnings = self.absent_columns();
        if !population.registered {
            warnings.push(Warning::NoRegister);
        }
        warnings.extend(findings::of_ages(&population, &self.window).map(Warning::Finding));
        let kernel = KernelWindow::new(&self.window);
        let traits = traits(&self.config.benefits, &books)?;
        let partitions = partitions(&population);
        let budget = self.memory_limit.zip(spill).map(|(limit, spill)| {
            let (budget, least) = Budget::of(limit, population.len() as u64, spill);
            warnings.extend(least.map(Warning::MemoryLimit));
            budget
        });
        let (window, kernel_window) = (&self.window, &kernel);
        let context =
            AggregationContext { window, kernel: kernel_window, traits: &traits, partitions: &partitions, budget };
        for extract in PERSON_EVENTS {
            let Some(intake) = self.intake(extract, &population, &books, progress, budget) else { continue };
            let mut account = timings.stage(extract.name(), || match extract {
                Extract::Contacts => intake.read(&features::Contacts::new(&context), rejects),
                Extract::Applications => intake.read(&features::Applications::new(&context), rejects),
                Extract::Payments => {
                    intake.read(&features::Payments::new(&context, intake.plan.config.covers), rejects)
                }
                _ => intake.read(&features::LifeEvents::new(&context), rejects),
            })?;
            unchanged(&mut account, &appeared)?;
            accounts.push(account);
        }
        match_orphans(&population, &mut accounts, self.threads);
        let employers =
            timings.stage("employers", || self.employers(&books, progress, rejects, budget, &mut accounts))?;
        if employers.as_ref().is_some_and(|employers| !employers.population.registered) {
            warnings.push(Warning::NoEmployerRegister);
        }
        warnings.extend(accounts.iter().flat_map(|account| Warning::of_extract(account, self.config)));
        warnings.extend(self.unreachable_rules(&accounts)?);
        let mut broken_limits = Vec::new();
        for account in &accounts {
            if let Some(plan) = self.plan(account.extract) {
                warnings.extend(findings::of_account(plan.config, account).into_iter().map(Warning::Finding));
                broken_limits.extend(limits::broken(plan.config, account, self.window.as_of));
            }
        }
        let mut reading =
            Reading { population, accounts, warnings, broken_limits, employers, partitions, kernel, traits, budget };
        if reading.customers() == 0 && !self.config.may_be_nobody {
            reading.broken_limits.push(limits::nobody());
        }
        Ok(reading)
    }

    fn absent_columns(&self) -> Vec<Warning> {
        let of_plan = |plan: &crate::extract::Plan<'_>| {
            let extract = plan.config.extract;
            plan.absent.clone().into_iter().map(move |absent| Warning::AbsentColumn(extract, absent))
        };
        self.plans.iter().flat_map(of_plan).collect()
    }

    /// Who is in a register, or without one everybody who appears in the events: these were then read before, for who
    /// there is, and what was read is told so that the second reading can be held against the first.
    pub(super) fn population(
        &self,
        register: Extract,
        events: &[Extract],
        books: &Interners,
        progress: &Arc<dyn Progress>,
        rejects: &mut RejectsWriter,
        accounts: &mut Vec<ExtractAccount>,
    ) -> Result<(Population, Appearing), ExtractError> {
        let dimensions = if register == Extract::Customers { self.config.dimensions.as_slice() } else { &[] };
        if let Some(plan) = self.plan(register) {
            let progress = progress.clone();
            let (population, account) =
                read_register(plan, &self.window, dimensions, self.threads, books, progress, rejects)?;
            accounts.push(account);
            return Ok((population, Appearing::default()));
        }
        let plans: Vec<_> = events.iter().filter_map(|extract| self.plan(*extract)).collect();
        let mut appeared = appearing(&plans, self.threads, books)?;
        let ids = std::mem::take(&mut appeared.ids);
        Ok((Population::of_appearing(&ids, &self.window, dimensions), appeared))
    }

    pub(super) fn intake<'b>(
        &'b self,
        extract: Extract,
        population: &'b Population,
        books: &'b Interners,
        progress: &Arc<dyn Progress>,
        budget: Option<Budget<'b>>,
    ) -> Option<Intake<'b>> {
        Some(Intake {
            plan: self.plan(extract)?,
            population,
            window: &self.window,
            books,
            known_benefits: self.config.benefits.len() as CodeId,
            threads: self.threads,
            progress: progress.clone(),
            budget,
        })
    }
}

/// Without a register the events were read before, for who there is: they must be the same now. What their ids are like
/// goes into the account.
pub(super) fn unchanged(account: &mut ExtractAccount, before: &Appearing) -> Result<(), ExtractError> {
    let damaged = before.damaged.iter().find(|(extract, _)| *extract == account.extract);
    account.damaged_ids = damaged.map(|(_, ids)| *ids).unwrap_or_default();
    let changed = |now: &&FileAccount| {
        let before = before.files.iter().find(|before| before.input.path == now.file.input.path);
        before.is_some_and(|before| before.blake3 != now.file.blake3)
    };
    match account.files.iter().find(changed) {
        Some(file) => Err(ExtractError::Changed { file: file.file.input.name.clone() }),
        None => Ok(()),
    }
}

/// The catalogue as the kernel knows it, by code.
fn traits(benefits: &[Benefit], books: &Interners) -> Result<Vec<BenefitTraits>, ExtractError> {
    let traits = |benefit: &Benefit| {
        let event = benefit.life_event.as_ref().map(|event| books.events.id(event)).transpose()?;
        Ok(BenefitTraits {
            countable: benefit.countable,
            last_resort: benefit.last_resort,
            income_replacing: benefit.income_replacing,
            life_event: event.map(|event| event as u16),
        })
    };
    benefits.iter().map(traits).collect()
}

fn partitions(population: &Population) -> Vec<Mutex<Partition>> {
    let size = PARTITION_CUSTOMERS as usize;
    let count = population.len().div_ceil(size);
    let customers = |at: usize| size.min(population.len() - at * size);
    (0..count).map(|at| Mutex::new(Partition::new(customers(at), population.registered))).collect()
}
