//! Reading: registers first, then events, each row to its status and each update to its customer or employer.

use std::sync::Arc;

use super::aggregated::{Aggregated, ReadContext};
use super::{Job, JobError, Timings, limits, warnings};
use crate::calendar::Day;
use crate::config::Benefit;
use crate::extract::{ExtractError, Interners, Plan, Progress, RejectsWriter};
use crate::features::{BenefitTraits, KernelWindow};
use crate::i18n::{Message, messages};
use crate::intake::{ExtractAccount, Population, match_orphans};
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
    /// The codes that were met.
    pub(super) books: Interners,
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
        let read = ReadContext { books: &books, progress };
        let mut accounts = Vec::new();
        let (population, appeared) =
            timings.stage("customers", || self.population(Entity::Customer, false, &read, rejects, &mut accounts))?;
        let kernel = KernelWindow::new(&self.plan.window);
        let traits = traits(&self.plan.benefits, &books)?;
        let budget = self.memory_limit.zip(spill);
        let (budget, least) = budget.map(|(limit, spill)| Budget::of(limit, population.len() as u64, spill)).unzip();
        let memory_warning = least.flatten().map(|bytes: u64| messages::memory_limit(bytes.div_ceil(1 << 20)));
        let customers = Aggregated::of_sums(Entity::Customer, population, budget);
        let context = self.context(&customers, &kernel, &traits);
        for extract in Entity::Customer.events() {
            let events = || self.read_events(*extract, &customers, &context, &appeared, &read, rejects);
            if self.input(*extract).is_some() {
                accounts.extend(timings.stage(extract.name(), events)?);
            }
        }
        match_orphans(&customers.population, &mut accounts, self.threads);
        drop(context);
        let employers =
            timings.stage("employers", || self.employers(&read, (&kernel, &traits), rejects, budget, &mut accounts))?;
        let of_employers = employers.as_ref().map(|employers| &employers.population);
        let found = self.findings(&customers.population, of_employers, &accounts)?;
        let as_of = self.plan.window.as_of;
        let mut broken_limits: Vec<Message> =
            accounts.iter().flat_map(|account| self.broken_limits(account, as_of)).collect();
        let is_nobody = customers.count() == 0 && !self.plan.may_be_nobody;
        broken_limits.extend(is_nobody.then(messages::nobody));
        let warnings = found;
        Ok(Reading { customers, employers, accounts, warnings, memory_warning, broken_limits, books, kernel, traits })
    }

    /// What an analyst should know of what was read.
    pub(crate) fn findings(
        &self,
        population: &Population,
        employers: Option<&Population>,
        accounts: &[ExtractAccount],
    ) -> Result<Vec<Message>, JobError> {
        let mut found: Vec<Message> = self.absent_columns().collect();
        found.extend((!population.registered).then(messages::no_register));
        found.extend(warnings::of_ages(population, &self.plan.window));
        let employers_unregistered = employers.is_some_and(|employers| !employers.registered);
        found.extend(employers_unregistered.then(messages::no_employer_register));
        found.extend(accounts.iter().flat_map(|account| warnings::of_values(account, self.plan)));
        found.extend(self.unreachable_rules(accounts)?);
        for account in accounts {
            let input = self.input(account.extract);
            found.extend(input.iter().flat_map(|input| warnings::of_rows(account, input.config)));
        }
        Ok(found)
    }

    /// The limits of an extract that are broken as of a day.
    pub(crate) fn broken_limits(&self, account: &ExtractAccount, as_of: Day) -> Vec<Message> {
        self.input(account.extract).map_or_else(Vec::new, |input| limits::broken(input.config, account, as_of))
    }

    /// Reads the employers and their events; `None` where no extract is about employers.
    fn employers<'s>(
        &self,
        read: &ReadContext<'_>,
        (kernel, traits): (&KernelWindow, &[BenefitTraits]),
        rejects: &mut RejectsWriter,
        budget: Option<Budget<'s>>,
        accounts: &mut Vec<ExtractAccount>,
    ) -> Result<Option<Aggregated<'s>>, ExtractError> {
        let entity = Entity::Employer;
        if entity.events().iter().chain([&entity.register()]).all(|extract| self.input(*extract).is_none()) {
            return Ok(None);
        }
        let (population, appeared) = self.population(entity, false, read, rejects, accounts)?;
        let smaller = |budget: Budget<'s>| Budget { words_bytes: budget.words_bytes / EMPLOYERS_WORDS_SHARE, ..budget };
        let employers = Aggregated::of_sums(entity, population, budget.map(smaller));
        let context = self.context(&employers, kernel, traits);
        let before = accounts.len();
        for extract in entity.events() {
            accounts.extend(self.read_events(*extract, &employers, &context, &appeared, read, rejects)?);
        }
        drop(context);
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
pub(crate) fn traits(benefits: &[Benefit], books: &Interners) -> Result<Vec<BenefitTraits>, ExtractError> {
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
