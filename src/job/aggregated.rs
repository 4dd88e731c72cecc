//! Who there is of an entity, and what their events add up to: read the same way for customers and for employers.

use std::sync::Arc;

use parking_lot::Mutex;

use super::Job;
use crate::config::Extract;
use crate::extract::codes::CodeId;
use crate::extract::{ExtractError, Interners, Progress, RejectsWriter};
use crate::features::{self, AggregationContext, BenefitTraits, KernelWindow, Partition};
use crate::intake::{
    Appearing, ExtractAccount, FileAccount, Intake, PARTITION_CUSTOMERS, Population, appearing, read_register,
};
use crate::schema::Entity;
use crate::spill::Budget;

/// The customers, or the employers, and what their events add up to.
pub struct Aggregated<'s> {
    /// What they are.
    pub entity: Entity,
    /// Who they are.
    pub population: Population,
    pub(super) partitions: Vec<Mutex<Partition>>,
    pub(super) budget: Option<Budget<'s>>,
}

/// What all extracts are read with.
pub(super) struct ReadContext<'a> {
    pub(super) books: &'a Interners,
    pub(super) progress: &'a Arc<dyn Progress>,
    pub(super) kernel: &'a KernelWindow,
    pub(super) traits: &'a [BenefitTraits],
}

impl<'s> Aggregated<'s> {
    /// Of these, with no events yet.
    pub(super) fn new(entity: Entity, population: Population, budget: Option<Budget<'s>>) -> Self {
        let size = PARTITION_CUSTOMERS as usize;
        let customers = |at: usize| size.min(population.len() - at * size);
        let partition = |at| Mutex::new(Partition::new(customers(at), population.registered));
        let partitions = (0..population.len().div_ceil(size)).map(partition).collect();
        Aggregated { entity, population, partitions, budget }
    }

    /// How many are counted: those in scope, or without a register those with an event in use.
    pub fn count(&self) -> u64 {
        if self.population.registered {
            return self.population.len() as u64;
        }
        let seen = |partition: &Mutex<Partition>| {
            let partition = partition.lock();
            partition.seen.iter().filter(|events| **events > 0).count() as u64
        };
        self.partitions.iter().map(seen).sum()
    }
}

impl Job<'_> {
    /// Who is in a register, or without one everybody who appears in the events: these were then read before, for who
    /// there is, and what was read is returned so that the second reading can be compared with the first.
    pub(super) fn population(
        &self,
        entity: Entity,
        books: &Interners,
        progress: &Arc<dyn Progress>,
        rejects: &mut RejectsWriter,
        accounts: &mut Vec<ExtractAccount>,
    ) -> Result<(Population, Appearing), ExtractError> {
        let dimensions = self.plan.dimensions(entity);
        if let Some(plan) = self.input(entity.register()) {
            let progress = progress.clone();
            let (population, account) =
                read_register(plan, &self.plan.window, dimensions, self.threads, books, progress, rejects)?;
            accounts.push(account);
            return Ok((population, Appearing::default()));
        }
        let plans: Vec<_> = entity.events().iter().filter_map(|extract| self.input(*extract)).collect();
        let mut appeared = appearing(&plans, self.threads, books)?;
        let ids = std::mem::take(&mut appeared.ids);
        Ok((Population::of_appearing(&ids, &self.plan.window, dimensions), appeared))
    }

    /// What events are added up with.
    pub(super) fn context<'a>(
        &'a self,
        of: &'a Aggregated<'a>,
        kernel: &'a KernelWindow,
        traits: &'a [BenefitTraits],
    ) -> AggregationContext<'a> {
        let Aggregated { entity, partitions, budget, .. } = of;
        AggregationContext { entity: *entity, window: &self.plan.window, kernel, traits, partitions, budget: *budget }
    }

    /// Reads an extract of events; `None` where none is configured.
    pub(super) fn read_events(
        &self,
        extract: Extract,
        of: &Aggregated<'_>,
        appeared: &Appearing,
        read: &ReadContext<'_>,
        rejects: &mut RejectsWriter,
    ) -> Result<Option<ExtractAccount>, ExtractError> {
        let Some(plan) = self.input(extract) else { return Ok(None) };
        let intake = Intake {
            plan,
            population: &of.population,
            window: &self.plan.window,
            books: read.books,
            known_benefits: self.plan.benefits.len() as CodeId,
            threads: self.threads,
            progress: read.progress.clone(),
            budget: of.budget,
        };
        let context = self.context(of, read.kernel, read.traits);
        let mut account = match extract {
            Extract::Contacts | Extract::EmployerContacts => {
                intake.read(&features::Contacts::new(&context, extract), rejects)?
            }
            Extract::Applications | Extract::EmployerApplications => {
                intake.read(&features::Applications::new(&context, extract), rejects)?
            }
            Extract::Payments => intake.read(&features::Payments::new(&context, plan.config.covers), rejects)?,
            Extract::LifeEvents => intake.read(&features::LifeEvents::new(&context), rejects)?,
            Extract::Customers | Extract::Employers => return Ok(None),
        };
        unchanged(&mut account, appeared)?;
        Ok(Some(account))
    }
}

/// Without a register the events were read before, for who there is: they must be the same now. What their ids are like
/// goes into the account.
fn unchanged(account: &mut ExtractAccount, before: &Appearing) -> Result<(), ExtractError> {
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
