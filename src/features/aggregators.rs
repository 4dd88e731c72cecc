//! What one row of each extract says of its customer: a module-sized aggregator per extract, all of one shape.
//!
//! An aggregator turns a row in use into a small update, and adds updates to the customers of a partition.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::coverage::{BenefitTraits, KernelWindow};
use super::partition::{Partition, Sum, increment};
use super::periods::PaidPeriod;
use crate::calendar::{DefaultPeriod, Window};
use crate::config::Extract;
use crate::extract::batch::{Batch, MISSING_DAY, MISSING_NUMBER};
use crate::extract::codes::{CodeId, EMPLOYER, OTHER, OUTBOUND, PARTNER, REJECTED};
use crate::intake::{Aggregator, RowInUse};
use crate::schema::{ColumnName, Entity};
use crate::spill::Budget;

/// What the aggregators share: the window, the catalogue and the partitions that updates go to.
pub struct AggregationContext<'a> {
    /// Whose events are added up.
    pub entity: Entity,
    /// The window.
    pub window: &'a Window,
    /// The window as the kernel uses it.
    pub kernel: &'a KernelWindow,
    /// The catalogue's benefits, by code.
    pub traits: &'a [BenefitTraits],
    /// The partitions, in the order of customers.
    pub partitions: &'a [Mutex<Partition>],
    /// What may be kept in memory; everything without one.
    pub budget: Option<Budget<'a>>,
}

impl AggregationContext<'_> {
    fn partition(&self, at: usize) -> MutexGuard<'_, Partition> {
        self.partitions[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves what a partition holds over its share of the memory to disk.
    fn keep_to_budget(&self, partition: &mut Partition) -> io::Result<()> {
        let Some(budget) = &self.budget else { return Ok(()) };
        partition.spill_beyond(budget.words_bytes / self.partitions.len().max(1), budget.spill)
    }

    /// The traits of a benefit; one that the catalogue lacks has the defaults.
    pub fn traits(&self, benefit: u16) -> BenefitTraits {
        self.traits.get(usize::from(benefit)).copied().unwrap_or(BenefitTraits::UNKNOWN)
    }
}

fn column(extract: Extract, name: ColumnName) -> usize {
    // The names below are the schema's own; a test holds them to it.
    extract.column(name).unwrap_or(usize::MAX)
}

/// Contacts: inbound ones by channel, outbound ones by whether they reached the customer.
pub struct Contacts<'a> {
    context: &'a AggregationContext<'a>,
    contacted_on: usize,
    channel: usize,
    direction: usize,
    /// Of customers.
    reached: Option<usize>,
}

/// What a contact says.
#[derive(Debug, Clone, Copy)]
pub enum Contact {
    /// Nothing but that the customer exists.
    Seen,
    /// The customer was in touch.
    Inbound {
        /// Through this channel.
        channel: u16,
        /// Within the last 90 days of the window.
        recent: bool,
    },
    /// The agency was in touch.
    Outbound {
        /// In vain.
        unreached: bool,
    },
}

impl<'a> Contacts<'a> {
    /// Of this context; `extract` is the contacts of its entity.
    pub fn new(context: &'a AggregationContext<'a>, extract: Extract) -> Self {
        let at = |name| column(extract, name);
        Contacts {
            context,
            contacted_on: at(ColumnName::contacted_on),
            channel: at(ColumnName::channel),
            direction: at(ColumnName::direction),
            reached: extract.column(ColumnName::reached),
        }
    }
}

impl Aggregator for Contacts<'_> {
    type Update = (u16, Contact);

    fn updates(&self, batch: &Batch, rows: &[RowInUse], updates: &mut Vec<Self::Update>) {
        let (days, directions) = (batch.days(self.contacted_on), batch.codes(self.direction));
        let (channels, reached) = (batch.codes(self.channel), self.reached.map(|at| batch.bools(at)));
        let window = self.context.window;
        updates.extend(rows.iter().map(|of| {
            let row = of.row as usize;
            let contact = if !window.contains(days[row]) {
                Contact::Seen
            } else if directions[row] == OUTBOUND {
                Contact::Outbound { unreached: reached.is_some_and(|reached| reached[row] == Some(false)) }
            } else {
                Contact::Inbound { channel: channels[row] as u16, recent: days[row] >= window.recent_start }
            };
            (of.local(), contact)
        }));
    }

    fn apply(&self, partition: usize, updates: &[Self::Update], retract: bool) -> io::Result<()> {
        let mut partition = self.context.partition(partition);
        for (customer, update) in updates {
            partition.mark_seen(*customer, retract);
            let tally = &mut partition.contacts[usize::from(*customer)];
            match update {
                Contact::Seen => {}
                Contact::Outbound { unreached } => {
                    increment(&mut tally.outbound, 1, retract);
                    increment(&mut tally.unreached, u32::from(*unreached), retract);
                }
                Contact::Inbound { channel, recent } => {
                    increment(&mut tally.inbound, 1, retract);
                    increment(&mut tally.recent, u32::from(*recent), retract);
                    partition.channels.push([*customer, *channel], retract);
                }
            }
        }
        self.context.keep_to_budget(&mut partition)
    }
}

/// Applications: by method and benefit, with their handling.
pub struct Applications<'a> {
    context: &'a AggregationContext<'a>,
    benefit: usize,
    submitted_on: usize,
    method: usize,
    handling_minutes: usize,
    clarifications: usize,
    /// Of customers.
    decision: Option<usize>,
    automatic: Option<usize>,
    filed_by: Option<usize>,
}

/// What an application in the window says.
#[derive(Debug, Clone, Copy)]
pub struct Application {
    benefit: u16,
    method: u8,
    by_employer: bool,
    by_partner: bool,
    automatic: bool,
    rejected: bool,
    minutes: i64,
    clarifications: i64,
}

impl<'a> Applications<'a> {
    /// Of this context; `extract` is the applications of its entity.
    pub fn new(context: &'a AggregationContext<'a>, extract: Extract) -> Self {
        let at = |name| column(extract, name);
        Applications {
            context,
            benefit: at(ColumnName::benefit),
            submitted_on: at(ColumnName::submitted_on),
            method: at(ColumnName::method),
            handling_minutes: at(ColumnName::handling_minutes),
            clarifications: at(ColumnName::clarifications),
            decision: extract.column(ColumnName::decision),
            automatic: extract.column(ColumnName::automatic),
            filed_by: extract.column(ColumnName::filed_by),
        }
    }
}

impl Aggregator for Applications<'_> {
    type Update = (u16, Option<Application>);

    fn updates(&self, batch: &Batch, rows: &[RowInUse], updates: &mut Vec<Self::Update>) {
        let (days, benefits, methods) =
            (batch.days(self.submitted_on), batch.codes(self.benefit), batch.codes(self.method));
        let codes = |at: Option<usize>| at.map(|at| batch.codes(at));
        let (filed_by, decisions) = (codes(self.filed_by), codes(self.decision));
        let automatic = self.automatic.map(|at| batch.bools(at));
        let (minutes, clarifications) = (batch.numbers(self.handling_minutes), batch.numbers(self.clarifications));
        updates.extend(rows.iter().map(|of| {
            let row = of.row as usize;
            let is = |codes: Option<&[CodeId]>, code| codes.is_some_and(|codes| codes[row] == code);
            let application = || Application {
                benefit: benefits[row] as u16,
                method: methods[row].min(OTHER) as u8,
                by_employer: is(filed_by, EMPLOYER),
                by_partner: is(filed_by, PARTNER),
                automatic: automatic.is_some_and(|automatic| automatic[row] == Some(true)),
                rejected: is(decisions, REJECTED),
                minutes: minutes[row],
                clarifications: clarifications[row],
            };
            (of.local(), self.context.window.contains(days[row]).then(application))
        }));
    }

    fn apply(&self, partition: usize, updates: &[Self::Update], retract: bool) -> io::Result<()> {
        let mut partition = self.context.partition(partition);
        for (customer, update) in updates {
            partition.mark_seen(*customer, retract);
            let Some(update) = update else { continue };
            let handled = update.minutes != MISSING_NUMBER;
            let tally = &mut partition.applications[usize::from(*customer)];
            increment(&mut tally.by_method[usize::from(update.method)], 1, retract);
            increment(&mut tally.by_employer, u32::from(update.by_employer), retract);
            increment(&mut tally.by_partner, u32::from(update.by_partner), retract);
            increment(&mut tally.automatic, u32::from(update.automatic), retract);
            increment(&mut tally.rejected, u32::from(update.rejected), retract);
            increment(&mut tally.handled, u32::from(handled), retract);
            if handled {
                partition.add(*customer, Sum::Minutes, update.minutes, retract);
            }
            if update.clarifications != MISSING_NUMBER {
                partition.add(*customer, Sum::Clarifications, update.clarifications, retract);
            }
            partition.benefits_applied.push([*customer, update.benefit], retract);
        }
        self.context.keep_to_budget(&mut partition)
    }
}

/// Payments: sums of what was paid in the window, and the periods that it was paid for.
pub struct Payments<'a> {
    context: &'a AggregationContext<'a>,
    /// By code, whether a benefit's covered days matter; those of benefits that the catalogue lacks do.
    tracked: Vec<bool>,
    /// The period of a payment without an end.
    covers: DefaultPeriod,
    benefit: usize,
    period_start: usize,
    period_end: usize,
    paid_on: usize,
    amount: usize,
}

/// What a payment says. (Flat, since updates are buffered by the hundred thousand.)
#[derive(Debug, Clone, Copy)]
pub struct Payment {
    cents: i64,
    first: i32,
    last: i32,
    benefit: u16,
    customer: u16,
    paid_in_window: bool,
    /// Whether it can change which days are covered.
    counts_for_days: bool,
}

impl<'a> Payments<'a> {
    /// Of this context; `covers` is the period of payments without an end.
    pub fn new(context: &'a AggregationContext<'a>, covers: DefaultPeriod) -> Self {
        let at = |name| column(Extract::Payments, name);
        Payments {
            context,
            tracked: context.traits.iter().map(BenefitTraits::tracked).collect(),
            covers,
            benefit: at(ColumnName::benefit),
            period_start: at(ColumnName::period_start),
            period_end: at(ColumnName::period_end),
            paid_on: at(ColumnName::paid_on),
            amount: at(ColumnName::amount),
        }
    }
}

impl Aggregator for Payments<'_> {
    type Update = Payment;

    fn updates(&self, batch: &Batch, rows: &[RowInUse], updates: &mut Vec<Payment>) {
        let (starts, ends) = (batch.days(self.period_start), batch.days(self.period_end));
        let (paid_on, amounts) = (batch.days(self.paid_on), batch.numbers(self.amount));
        let (benefits, context) = (batch.codes(self.benefit), self.context);
        updates.extend(rows.iter().map(|of| {
            let row = of.row as usize;
            let start = starts[row];
            let end = if ends[row] == MISSING_DAY { self.covers.last_day(start) } else { ends[row] };
            let paid_on = if paid_on[row] == MISSING_DAY { start } else { paid_on[row] };
            let cents = amounts[row];
            let benefit = benefits[row] as u16;
            let tracked = self.tracked.get(usize::from(benefit)).is_none_or(|tracked| *tracked);
            let (first, last) = (start.0, end.0);
            Payment {
                cents,
                first,
                last,
                benefit,
                customer: of.local(),
                paid_in_window: context.window.contains(paid_on),
                counts_for_days: tracked & PaidPeriod { benefit, first, last, cents }.matters(context.kernel),
            }
        }));
    }

    fn apply(&self, partition: usize, updates: &[Payment], retract: bool) -> io::Result<()> {
        let mut partition = self.context.partition(partition);
        for Payment { cents, first, last, benefit, customer, paid_in_window, counts_for_days } in
            updates.iter().copied()
        {
            partition.mark_seen(customer, retract);
            if paid_in_window {
                let tally = &mut partition.payments[usize::from(customer)];
                increment(&mut tally.payments, u32::from(cents > 0), retract);
                partition.add(customer, Sum::Cents, cents, retract);
            }
            if counts_for_days {
                let period = PaidPeriod { benefit, first, last, cents };
                partition.periods.push(customer, &period, self.context.kernel, retract);
            }
        }
        self.context.keep_to_budget(&mut partition)
    }
}

/// Life events that are reported, rather than told by the start of a spell.
pub struct LifeEvents<'a> {
    context: &'a AggregationContext<'a>,
    event: usize,
    occurred_on: usize,
}

impl<'a> LifeEvents<'a> {
    /// Of this context.
    pub fn new(context: &'a AggregationContext<'a>) -> Self {
        let at = |name| column(Extract::LifeEvents, name);
        LifeEvents { context, event: at(ColumnName::event), occurred_on: at(ColumnName::occurred_on) }
    }
}

impl Aggregator for LifeEvents<'_> {
    /// Event and day, in the window.
    type Update = (u16, Option<(u16, u16)>);

    fn updates(&self, batch: &Batch, rows: &[RowInUse], updates: &mut Vec<Self::Update>) {
        let (days, events) = (batch.days(self.occurred_on), batch.codes(self.event));
        updates.extend(rows.iter().map(|of| {
            let (day, event) = (days[of.row as usize], events[of.row as usize] as u16);
            let in_window = self.context.window.contains(day);
            (of.local(), in_window.then_some((event, day.0.wrapping_sub(self.context.kernel.floor) as u16)))
        }));
    }

    fn apply(&self, partition: usize, updates: &[Self::Update], retract: bool) -> io::Result<()> {
        let mut partition = self.context.partition(partition);
        for (customer, update) in updates {
            partition.mark_seen(*customer, retract);
            if let Some((event, day)) = update {
                partition.events.push([*customer, *event, *day], retract);
            }
        }
        self.context.keep_to_budget(&mut partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_the_schema_s() {
        let window = Window::new(crate::calendar::Day(20_000), 12, None, 31, 30);
        let kernel = KernelWindow::new(&window);
        for entity in [Entity::Customer, Entity::Employer] {
            let (kernel, traits, partitions) = (&kernel, &[], &[]);
            let context = AggregationContext { entity, window: &window, kernel, traits, partitions, budget: None };
            let (c, a) = (Contacts::new(&context, entity.events()[0]), Applications::new(&context, entity.events()[1]));
            let (p, l) = (Payments::new(&context, DefaultPeriod::Month), LifeEvents::new(&context));
            let all = [c.contacted_on, c.channel, c.direction, a.benefit, a.submitted_on, a.method];
            let more = [a.handling_minutes, a.clarifications, p.benefit, p.period_start];
            let rest = [p.period_end, p.paid_on, p.amount, l.event, l.occurred_on];
            assert!(all.iter().chain(&more).chain(&rest).all(|at| *at < 10));
            let of_customers = [c.reached, a.decision, a.automatic, a.filed_by];
            assert!(of_customers.iter().all(|at| at.is_some() == (entity == Entity::Customer)));
        }
    }
}
