//! The labels of every customer on every date, by the code that labels them in a run.

use parking_lot::Mutex;

use super::read::PanelReading;
use super::{DateWindow, PanelPlan};
use crate::calendar::{Day, Window};
use crate::config::{Extract, RunPlan};
use crate::extract::ExtractError;
use crate::extract::batch::MISSING_DAY;
use crate::features::{FeatureTable, InWindow, WindowContext, features};
use crate::i18n::{Message, messages};
use crate::intake::{ExtractAccount, Members, PARTITION_CUSTOMERS, Population};
use crate::job::{Job, JobError, Labelling, side_by_side};
use crate::schema::Entity;
use crate::statistics::{ABSENT, Accumulator, CategoryFigures, Purpose, Sequences};

/// The customers of a panel with their labels, and what was found out on the way.
pub struct PanelLabels {
    /// Who is in scope on any date, and maybe between.
    pub population: Population,
    /// The categories of all customers.
    pub sequences: Sequences,
    /// By date the figures per category, then of all.
    pub figures: Vec<Vec<CategoryFigures>>,
    /// The limits that a run as of any of the dates breaks.
    pub broken_limits: Vec<Message>,
    /// The extracts in `docs/method.md` section 2's order.
    pub accounts: Vec<ExtractAccount>,
    /// What an analyst should know.
    pub warnings: Vec<Message>,
    /// That the memory limit cannot be kept.
    pub memory_warning: Option<Message>,
}

/// The customers of a partition as a date labels them.
pub struct LabelledPartition<'a> {
    /// The place of the date.
    pub date: usize,
    /// The place of the partition.
    pub partition: usize,
    /// Who all customers are.
    pub population: &'a Population,
    /// The features of the partition's customers who are in the date's population, derived ones last.
    pub table: &'a FeatureTable,
    /// By row the rule that decided.
    pub rules: &'a [u16],
    /// By row the place of the category.
    pub categories: &'a [usize],
}

/// Who looks at what is labelled before it is dropped: date after date, the partitions of a date side by side and in any
/// order.
pub type Observer<'a> = dyn Fn(&LabelledPartition<'_>) + Sync + 'a;

/// Labels every customer on every date, one date after the other; then the events are of no more use.
pub(super) fn label(
    job: &Job<'_>,
    panel: &PanelPlan,
    reading: PanelReading<'_>,
    observer: &Observer<'_>,
    done: &dyn Fn(usize),
) -> Result<PanelLabels, JobError> {
    let labelling = Labelling { purpose: Purpose::Summaries, ..job.labelling(Entity::Customer) };
    let names = labelling.rules.category_names();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build().map_err(JobError::Threads)?;
    let two_digit_births = two_digit_births(&panel.plan);
    let (mut categories, mut figures, mut broken_limits) = (Vec::new(), Vec::new(), Vec::new());
    for (at, date) in panel.windows.iter().enumerate() {
        let of_date = OfDate { at, date, reading: &reading, labelling: &labelling, two_digit_births, observer };
        let (gathered, labels, in_window) = of_date.label(job.threads)?;
        let of_categories = pool.install(|| gathered.summaries(&names, &labelling.empty_table()));
        for message in broken_on(job, &reading, &date.window, &of_categories, in_window) {
            if !broken_limits.contains(&message) {
                broken_limits.push(message);
            }
        }
        categories.push(labels);
        figures.push(of_categories);
        done(at + 1);
    }
    let PanelReading { population, accounts, warnings, memory_warning, .. } = reading;
    let sequences = Sequences { dates: panel.dates(), categories };
    Ok(PanelLabels { population, sequences, figures, broken_limits, accounts, warnings, memory_warning })
}

/// Everything that labelling a date takes.
struct OfDate<'a> {
    at: usize,
    date: &'a DateWindow,
    reading: &'a PanelReading<'a>,
    labelling: &'a Labelling<'a>,
    two_digit_births: bool,
    observer: &'a Observer<'a>,
}

impl OfDate<'_> {
    /// Labels all partitions side by side.
    fn label(&self, threads: usize) -> Result<(Accumulator, Vec<u16>, InWindow), JobError> {
        let mut labels = vec![ABSENT; self.reading.population.len()];
        let work = Mutex::new(labels.chunks_mut(PARTITION_CUSTOMERS as usize).enumerate());
        let worker = || {
            let mut gathered = self.labelling.nobody();
            let mut in_window = InWindow::default();
            loop {
                let next = work.lock().next();
                let Some((partition, labels)) = next else { return Ok::<_, JobError>((gathered, in_window)) };
                let found = self.partition(partition, labels, &mut gathered)?;
                in_window.iter_mut().zip(found).for_each(|(all, found)| *all += found);
            }
        };
        let mut all = self.labelling.nobody();
        let mut in_window = InWindow::default();
        for done in side_by_side(threads, worker) {
            let (gathered, found) = done?;
            all.merge(gathered);
            in_window.iter_mut().zip(found).for_each(|(all, found)| *all += found);
        }
        Ok((all, labels, in_window))
    }

    fn partition(&self, at: usize, labels: &mut [u16], gathered: &mut Accumulator) -> Result<InWindow, JobError> {
        let spilled = |source| JobError::Extract(ExtractError::Spill { source });
        let PanelReading { population, events, codec, spill, traits, .. } = self.reading;
        let window = &self.date.window;
        let context = WindowContext::new(Entity::Customer, window, &self.date.kernel, traits);
        let (observed_days, births) = members(population, at, labels.len(), window, self.two_digit_births);
        let (partition, in_window) =
            events[at].as_of(self.at, codec, &context, &observed_days, *spill).map_err(spilled)?;
        let first = at as u32 * PARTITION_CUSTOMERS;
        let members = Members {
            first,
            registered: population.registered,
            observed_days: &observed_days,
            births: &births,
            employees: &[],
        };
        let table = features(&members, partition, &context, None).map_err(spilled)?;
        let (table, rules) = self.labelling.labelled(table)?;
        let categories: Vec<usize> = rules.iter().map(|rule| self.labelling.rules.category_of(*rule)).collect();
        for (customer, category) in table.customers.iter().zip(&categories) {
            labels[(customer - first) as usize] = *category as u16;
        }
        (self.observer)(&LabelledPartition {
            date: self.at,
            partition: at,
            population,
            table: &table,
            rules: &rules,
            categories: &categories,
        });
        gathered.add(table, &categories);
        Ok(in_window)
    }
}

/// The observed days and the birth dates of a partition's customers as of a date.
fn members(
    population: &Population,
    partition: usize,
    customers: usize,
    window: &Window,
    two_digit_births: bool,
) -> (Vec<i32>, Vec<Day>) {
    let first = partition * PARTITION_CUSTOMERS as usize;
    let Some(spells) = &population.spells else {
        return (vec![window.days(); customers], vec![MISSING_DAY; customers]);
    };
    let (observed_days, mut births) = spells.as_of(first..first + customers, window);
    if two_digit_births {
        // Two digits are the latest year that does not put the birth after the date.
        let later = births.iter_mut().filter(|birth| **birth > window.as_of && **birth != MISSING_DAY);
        later.for_each(|birth| *birth = birth.plus_months(-12 * 100));
    }
    (observed_days, births)
}

/// Whether birth dates are written with two digits of the year.
fn two_digit_births(plan: &RunPlan) -> bool {
    let register = plan.extracts.iter().filter(|config| config.extract == Extract::Customers);
    let columns = register.flat_map(|config| &config.sources).flat_map(|source| &source.columns);
    let mut formats = columns.filter(|column| column.name == "birth_date").flat_map(|column| &column.date_formats);
    formats.any(|format| format.notation().contains("%y"))
}

/// The limits that a run as of this date breaks.
fn broken_on(
    job: &Job<'_>,
    reading: &PanelReading<'_>,
    window: &Window,
    figures: &[CategoryFigures],
    in_window: InWindow,
) -> Vec<Message> {
    let as_of = |account: &ExtractAccount| {
        let events = Entity::Customer.events().iter().position(|extract| *extract == account.extract);
        match events {
            None => account.clone(),
            Some(at) => account.as_of(window.as_of, in_window[at]),
        }
    };
    let accounts = reading.accounts.iter().map(as_of);
    let mut broken: Vec<Message> = accounts.flat_map(|account| job.broken_limits(&account, window.as_of)).collect();
    let is_nobody = figures.last().is_none_or(|all| all.customers == 0) && !job.plan.may_be_nobody;
    broken.extend(is_nobody.then(messages::nobody));
    broken
}
