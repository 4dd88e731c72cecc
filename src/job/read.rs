//! Reading: registers first, then events, each row to its status and each update to its customer or employer.

use std::sync::Arc;

use super::aggregated::{Aggregated, ReadContext};
use super::{Job, JobError, Timings, limits, warnings};
use crate::config::Benefit;
use crate::extract::{ExtractError, Interners, Plan, Progress, RejectsWriter};
use crate::features::{BenefitTraits, KernelWindow};
use crate::i18n::{Message, messages};
use crate::intake::{ExtractAccount, match_orphans};
use crate::schema::Entity;
use crate::spill::{Budget, Spill};

/// What was read: who there is, what became of every row, and the events added up.
pub struct Reading<'s> {
    /// The customers.
    pub customers: Aggregated<'s>,
    /// The employers, where an extract is about them.
    pub employers: Option<Aggregated<'s>>,
    /// The extracts in `docs/method.md` section 2's order.
    pub accounts: Vec<ExtractAccount>,
    /// What an analyst should know.
    pub warnings: Vec<Message>,
    /// That the memory limit cannot be kept: of the machine, and not of what was read.
    pub memory_warning: Option<Message>,
    /// The limits that were broken.
    pub broken_limits: Vec<Message>,
    pub(super) kernel: KernelWindow,
    pub(super) traits: Vec<BenefitTraits>,
}

/// The employers' part of the memory for words is one in so many; the customers' words are still there.
const EMPLOYERS_WORDS_SHARE: usize = 8;

impl Job<'_> {
    /// Reads all extracts; rejected rows go to `rejects`.
    pub fn read<'s>(
        &self,
        progress: &Arc<dyn Progress>,
        rejects: &mut RejectsWriter,
        spill: Option<&'s Spill>,
        timings: &mut Timings,
    ) -> Result<Reading<'s>, JobError> {
        let books = Interners::new(self.plan.benefits.iter().map(|benefit| benefit.code.clone()));
        let mut accounts = Vec::new();
        let (population, appeared) = timings
            .stage("customers", || self.population(Entity::Customer, &books, progress, rejects, &mut accounts))?;
        let mut found: Vec<Message> = self.absent_columns().collect();
        found.extend((!population.registered).then(messages::no_register));
        found.extend(warnings::of_ages(&population, &self.plan.window));
        let kernel = KernelWindow::new(&self.plan.window);
        let traits = traits(&self.plan.benefits, &books)?;
        let budget = self.memory_limit.zip(spill);
        let (budget, least) = budget.map(|(limit, spill)| Budget::of(limit, population.len() as u64, spill)).unzip();
        let memory_warning = least.flatten().map(|bytes: u64| messages::memory_limit(bytes.div_ceil(1 << 20)));
        let customers = Aggregated::new(Entity::Customer, population, budget);
        let read = ReadContext { books: &books, progress, kernel: &kernel, traits: &traits };
        for extract in Entity::Customer.events() {
            let events = || self.read_events(*extract, &customers, &appeared, &read, rejects);
            if self.input(*extract).is_some() {
                accounts.extend(timings.stage(extract.name(), events)?);
            }
        }
        match_orphans(&customers.population, &mut accounts, self.threads);
        let employers = timings.stage("employers", || self.employers(&read, rejects, budget, &mut accounts))?;
        let employers_unregistered = employers.as_ref().is_some_and(|employers| !employers.population.registered);
        found.extend(employers_unregistered.then(messages::no_employer_register));
        found.extend(accounts.iter().flat_map(|account| warnings::of_values(account, self.plan)));
        found.extend(self.unreachable_rules(&accounts)?);
        let mut broken_limits = Vec::new();
        for account in &accounts {
            if let Some(input) = self.input(account.extract) {
                found.extend(warnings::of_rows(account, input.config));
                broken_limits.extend(limits::broken(input.config, account, self.plan.window.as_of));
            }
        }
        let is_nobody = customers.count() == 0 && !self.plan.may_be_nobody;
        broken_limits.extend(is_nobody.then(messages::nobody));
        Ok(Reading { customers, employers, accounts, warnings: found, memory_warning, broken_limits, kernel, traits })
    }

    /// Reads the employers and their events; `None` where no extract is about employers.
    fn employers<'s>(
        &self,
        read: &ReadContext<'_>,
        rejects: &mut RejectsWriter,
        budget: Option<Budget<'s>>,
        accounts: &mut Vec<ExtractAccount>,
    ) -> Result<Option<Aggregated<'s>>, ExtractError> {
        let entity = Entity::Employer;
        if entity.events().iter().chain([&entity.register()]).all(|extract| self.input(*extract).is_none()) {
            return Ok(None);
        }
        let (population, appeared) = self.population(entity, read.books, read.progress, rejects, accounts)?;
        let smaller = |budget: Budget<'s>| Budget { words_bytes: budget.words_bytes / EMPLOYERS_WORDS_SHARE, ..budget };
        let employers = Aggregated::new(entity, population, budget.map(smaller));
        let before = accounts.len();
        for extract in entity.events() {
            accounts.extend(self.read_events(*extract, &employers, &appeared, read, rejects)?);
        }
        match_orphans(&employers.population, &mut accounts[before..], self.threads);
        Ok(Some(employers))
    }

    fn absent_columns(&self) -> impl Iterator<Item = Message> {
        let of_input = |input: &'_ Plan<'_>| {
            input.absent.iter().map(|absent| warnings::of_column(input.config.extract, absent)).collect::<Vec<_>>()
        };
        self.inputs.iter().flat_map(of_input)
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
