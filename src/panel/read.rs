//! Reading the extracts of a panel, once: who there is, and all events with their days.

use std::sync::Arc;

use parking_lot::Mutex;

use super::PanelPlan;
use crate::calendar::Day;
use crate::extract::{ExtractError, Interners, Progress, RejectsWriter};
use crate::features::{BenefitTraits, DatedEvents, EventCodec, KeepContext, KernelWindow, SortedEvents};
use crate::i18n::{Message, Value, messages};
use crate::intake::{ExtractAccount, Population, match_orphans};
use crate::job::{Aggregated, Job, JobError, ReadContext, Timings, traits};
use crate::schema::Entity;
use crate::spill::{Budget, Spill};

/// What was read for a panel.
pub(super) struct PanelReading<'s> {
    /// Who is in scope on any date, and maybe between.
    pub(super) population: Population,
    /// Their events, partition by partition.
    pub(super) events: Vec<SortedEvents>,
    /// How the events became words.
    pub(super) codec: EventCodec,
    pub(super) spill: Option<&'s Spill>,
    pub(super) traits: Vec<BenefitTraits>,
    /// The extracts in `docs/method.md` section 2's order.
    pub(super) accounts: Vec<ExtractAccount>,
    /// What an analyst should know.
    pub(super) warnings: Vec<Message>,
    /// That the memory limit cannot be kept.
    pub(super) memory_warning: Option<Message>,
}

/// Reads all extracts about customers; rejected rows go to `rejects`.
pub(super) fn read<'s>(
    job: &Job<'_>,
    panel: &PanelPlan,
    progress: &Arc<dyn Progress>,
    rejects: &mut RejectsWriter,
    spill: Option<&'s Spill>,
    timings: &mut Timings,
) -> Result<PanelReading<'s>, JobError> {
    let plan = &panel.plan;
    let books = Interners::new(plan.benefits.iter().map(|benefit| benefit.code.clone()));
    let read = ReadContext { books: &books, progress };
    let mut accounts = Vec::new();
    let register = || job.population(Entity::Customer, true, &read, rejects, &mut accounts);
    let (population, appeared) = timings.stage("customers", register)?;
    let (dates, kernel) = (panel.dates(), KernelWindow::new(&plan.window));
    let traits = traits(&plan.benefits, &books)?;
    let codec = EventCodec::new(&kernel, panel.windows.iter().map(|date| &date.window), &traits);
    let budget = job.memory_limit.zip(spill);
    let (budget, least) = budget.map(|(limit, spill)| Budget::of(limit, population.len() as u64, spill)).unzip();
    let memory_warning = least.flatten().map(|bytes: u64| messages::memory_limit(bytes.div_ceil(1 << 20)));
    let registered = population.registered;
    let partition = |customers| DatedEvents::new(customers, dates.len(), registered);
    let customers = Aggregated::new(Entity::Customer, population, budget, partition);
    let keep = KeepContext {
        window: &plan.window,
        kernel: &kernel,
        codec: &codec,
        dates: &dates,
        partitions: &customers.partitions,
        budget: customers.budget,
    };
    for extract in Entity::Customer.events() {
        let events = || job.read_events(*extract, &customers, &keep, &appeared, &read, rejects);
        if job.input(*extract).is_some() {
            accounts.extend(timings.stage(extract.name(), events)?);
        }
    }
    match_orphans(&customers.population, &mut accounts, job.threads);
    let mut warnings = job.findings(&customers.population, None, &accounts)?;
    warnings.extend(hidden_starts(panel));
    warnings.extend(late_rows(&accounts, &dates));
    let Aggregated { population, partitions, .. } = customers;
    let events = timings.stage("sort", || sorted(partitions, job.threads, spill))?;
    Ok(PanelReading { population, events, codec, spill, traits, accounts, warnings, memory_warning })
}

/// Sorts the events of each partition by customer, side by side.
fn sorted(
    partitions: Vec<Mutex<DatedEvents>>,
    threads: usize,
    spill: Option<&Spill>,
) -> Result<Vec<SortedEvents>, ExtractError> {
    let done: Vec<Mutex<Option<SortedEvents>>> = partitions.iter().map(|_| Mutex::default()).collect();
    let work = Mutex::new(partitions.into_iter().zip(&done));
    let worker = || {
        loop {
            let next = work.lock().next();
            let Some((partition, done)) = next else { return Ok(()) };
            *done.lock() = Some(partition.into_inner().into_sorted(spill)?);
        }
    };
    crate::job::side_by_side(threads, worker)
        .into_iter()
        .collect::<Result<(), std::io::Error>>()
        .map_err(|source| ExtractError::Spill { source })?;
    Ok(done.into_iter().filter_map(Mutex::into_inner).collect())
}

/// Days before the newest row in which more rows may still be to come.
const LATE_DAYS: i32 = 62;

/// Of dates on which starts of benefits are not seen.
fn hidden_starts(panel: &PanelPlan) -> Option<Message> {
    let is_hidden = |date: &&super::DateWindow| {
        let window = &date.window;
        window.start.0 <= window.history_from.0.saturating_add(window.spell_gap_days)
    };
    let hidden: Vec<Day> = panel.windows.iter().filter(is_hidden).map(|date| date.window.as_of).collect();
    let last = hidden.last()?;
    let gap = panel.plan.window.spell_gap_days as u64;
    Some(messages::panel_hidden_starts(messages::n_dates(hidden.len()), *last, gap))
}

/// Of dates that are so near to the newest row of an extract that rows may be missing: extracts of the same dates together.
fn late_rows(accounts: &[ExtractAccount], dates: &[Day]) -> Vec<Message> {
    // By the first of the dates, in the order of the extracts.
    let mut late: Vec<(Day, Vec<Value>)> = Vec::new();
    for account in accounts.iter().filter(|account| !account.extract.is_register()) {
        let Some(newest) = account.newest_row else { continue };
        let Some(first) = dates.iter().find(|date| date.0 >= newest.0 - LATE_DAYS) else { continue };
        let named = Value::safe(format!("{} ({newest})", account.extract.name()));
        match late.iter_mut().find(|(own, _)| own == first) {
            Some((_, extracts)) => extracts.push(named),
            None => late.push((*first, vec![named])),
        }
    }
    let count = |first: Day| dates.iter().filter(|date| **date >= first).count();
    late.into_iter()
        .map(|(first, extracts)| messages::panel_late_rows(count(first), first, extracts, LATE_DAYS as u64))
        .collect()
}
