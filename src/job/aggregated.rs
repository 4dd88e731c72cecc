//! Who there is of an entity, and what their events add up to: read the same way for customers and for employers.

use std::sync::Arc;

use parking_lot::Mutex;

use super::Job;
use crate::config::Extract;
use crate::extract::codes::CodeId;
use crate::extract::{ExtractError, Interners, Progress, RejectsWriter};
use crate::features::{
    AggregationContext, Applications, BenefitTraits, Contacts, EventReader, Keep, KeepContext, Kept, KernelWindow,
    LifeEvents, Partition, Payments, Tally, WindowContext,
};
use crate::intake::{
    Aggregator, Appearing, ExtractAccount, FileAccount, Intake, PARTITION_CUSTOMERS, Population, RegisterReading,
    appearing, read_register,
};
use crate::schema::Entity;
use crate::spill::Budget;

/// The customers, or the employers, and what their events add up to; of a panel, the events.
pub struct Aggregated<'s, P = Partition> {
    /// What they are.
    pub entity: Entity,
    /// Who they are.
    pub population: Population,
    pub(crate) partitions: Vec<Mutex<P>>,
    pub(crate) budget: Option<Budget<'s>>,
}

/// What all extracts are read with.
pub(crate) struct ReadContext<'a> {
    pub(crate) books: &'a Interners,
    pub(crate) progress: &'a Arc<dyn Progress>,
}

/// Where events go.
pub(crate) trait Destination {
    /// What takes the events of an extract.
    fn aggregator<'a, R: EventReader<Event: Kept> + 'a>(&'a self, reader: R) -> impl Aggregator + 'a;
}

impl Destination for AggregationContext<'_> {
    fn aggregator<'a, R: EventReader<Event: Kept> + 'a>(&'a self, reader: R) -> impl Aggregator + 'a {
        Tally::new(self, reader)
    }
}

impl Destination for KeepContext<'_> {
    fn aggregator<'a, R: EventReader<Event: Kept> + 'a>(&'a self, reader: R) -> impl Aggregator + 'a {
        Keep::new(self, reader)
    }
}

impl<'s, P> Aggregated<'s, P> {
    /// Of these, with no events yet; `partition` makes one of so many customers.
    pub(crate) fn new(
        entity: Entity,
        population: Population,
        budget: Option<Budget<'s>>,
        partition: impl Fn(usize) -> P,
    ) -> Self {
        let size = PARTITION_CUSTOMERS as usize;
        let customers = |at: usize| size.min(population.len() - at * size);
        let partitions = (0..population.len().div_ceil(size)).map(|at| Mutex::new(partition(customers(at)))).collect();
        Aggregated { entity, population, partitions, budget }
    }
}

impl<'s> Aggregated<'s> {
    /// Of these, with sums of nothing yet.
    pub(super) fn of_sums(entity: Entity, population: Population, budget: Option<Budget<'s>>) -> Self {
        let registered = population.registered;
        Aggregated::new(entity, population, budget, |customers| Partition::new(customers, registered))
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
    pub(crate) fn population(
        &self,
        entity: Entity,
        keeps_spells: bool,
        read: &ReadContext<'_>,
        rejects: &mut RejectsWriter,
        accounts: &mut Vec<ExtractAccount>,
    ) -> Result<(Population, Appearing), ExtractError> {
        let dimensions = self.plan.dimensions(entity);
        if let Some(plan) = self.input(entity.register()) {
            let reading = RegisterReading {
                window: &self.plan.window,
                dimensions,
                keeps_spells,
                threads: self.threads,
                notes_duplicates: self.notes_duplicates,
            };
            let (population, account) = read_register(plan, &reading, read.books, read.progress.clone(), rejects)?;
            accounts.push(account);
            return Ok((population, Appearing::default()));
        }
        let plans: Vec<_> = entity.events().iter().filter_map(|extract| self.input(*extract)).collect();
        let mut appeared = appearing(&plans, self.threads, read.books)?;
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
        let window = WindowContext::new(of.entity, &self.plan.window, kernel, traits);
        AggregationContext { window, partitions: &of.partitions, budget: of.budget }
    }

    /// Reads an extract of events; `None` where none is configured.
    pub(crate) fn read_events<P>(
        &self,
        extract: Extract,
        of: &Aggregated<'_, P>,
        to: &impl Destination,
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
            notes_duplicates: self.notes_duplicates,
        };
        let mut account = match extract {
            Extract::Contacts | Extract::EmployerContacts => {
                intake.read(&to.aggregator(Contacts::new(extract)), rejects)?
            }
            Extract::Applications | Extract::EmployerApplications => {
                intake.read(&to.aggregator(Applications::new(extract)), rejects)?
            }
            Extract::Payments => intake.read(&to.aggregator(Payments::new(plan.config.covers)), rejects)?,
            Extract::LifeEvents => intake.read(&to.aggregator(LifeEvents::default()), rejects)?,
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
