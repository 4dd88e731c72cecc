//! What one row of each extract says of its customer: a module-sized fold per extract, all of one shape.
//!
//! A fold turns a row in use into a small fact, and adds facts to the customers of a partition.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::coverage::{BenefitTraits, KernelWindow};
use super::partition::{Partition, Sum, step};
use super::periods::PaidPeriod;
use crate::calendar::{DefaultPeriod, Window};
use crate::config::Extract;
use crate::extract::batch::{Batch, MISSING_DAY, MISSING_NUMBER};
use crate::extract::codes::{EMPLOYER, OTHER, OUTBOUND, PARTNER, REJECTED};
use crate::intake::{Fold, RowInUse};
use crate::spill::Budget;

/// What the folds share: the window, the catalogue and the partitions that facts go to.
pub struct Ground<'a> {
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

impl Ground<'_> {
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

fn column(extract: Extract, name: &str) -> usize {
    // The names below are the schema's own; a test holds them to it.
    extract.column(name).unwrap_or(usize::MAX)
}

/// Contacts: inbound ones by channel, outbound ones by whether they reached the customer.
pub struct Contacts<'a> {
    ground: &'a Ground<'a>,
    contacted_on: usize,
    channel: usize,
    direction: usize,
    reached: usize,
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
    /// The fold onto this ground.
    pub fn new(ground: &'a Ground<'a>) -> Self {
        let at = |name| column(Extract::Contacts, name);
        Contacts {
            ground,
            contacted_on: at("contacted_on"),
            channel: at("channel"),
            direction: at("direction"),
            reached: at("reached"),
        }
    }
}

impl Fold for Contacts<'_> {
    type Fact = (u16, Contact);

    fn facts(&self, batch: &Batch, rows: &[RowInUse], facts: &mut Vec<Self::Fact>) {
        let (days, directions) = (batch.days(self.contacted_on), batch.codes(self.direction));
        let (channels, reached) = (batch.codes(self.channel), batch.bools(self.reached));
        let window = self.ground.window;
        facts.extend(rows.iter().map(|of| {
            let row = of.row as usize;
            let contact = if !window.contains(days[row]) {
                Contact::Seen
            } else if directions[row] == OUTBOUND {
                Contact::Outbound { unreached: reached[row] == Some(false) }
            } else {
                Contact::Inbound { channel: channels[row] as u16, recent: days[row] >= window.recent_start }
            };
            (of.local(), contact)
        }));
    }

    fn apply(&self, partition: usize, facts: &[Self::Fact], take_back: bool) -> io::Result<()> {
        let mut partition = self.ground.partition(partition);
        for (customer, fact) in facts {
            partition.see(*customer, take_back);
            let tally = &mut partition.contacts[usize::from(*customer)];
            match fact {
                Contact::Seen => {}
                Contact::Outbound { unreached } => {
                    step(&mut tally.outbound, 1, take_back);
                    step(&mut tally.unreached, u32::from(*unreached), take_back);
                }
                Contact::Inbound { channel, recent } => {
                    step(&mut tally.inbound, 1, take_back);
                    step(&mut tally.recent, u32::from(*recent), take_back);
                    partition.channels.push([*customer, *channel], take_back);
                }
            }
        }
        self.ground.keep_to_budget(&mut partition)
    }
}

/// Applications: by method and benefit, with their handling.
pub struct Applications<'a> {
    ground: &'a Ground<'a>,
    benefit: usize,
    submitted_on: usize,
    method: usize,
    handling_minutes: usize,
    decision: usize,
    automatic: usize,
    clarifications: usize,
    filed_by: usize,
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
    /// The fold onto this ground.
    pub fn new(ground: &'a Ground<'a>) -> Self {
        let at = |name| column(Extract::Applications, name);
        Applications {
            ground,
            benefit: at("benefit"),
            submitted_on: at("submitted_on"),
            method: at("method"),
            handling_minutes: at("handling_minutes"),
            decision: at("decision"),
            automatic: at("automatic"),
            clarifications: at("clarifications"),
            filed_by: at("filed_by"),
        }
    }
}

impl Fold for Applications<'_> {
    type Fact = (u16, Option<Application>);

    fn facts(&self, batch: &Batch, rows: &[RowInUse], facts: &mut Vec<Self::Fact>) {
        let (days, benefits, methods) =
            (batch.days(self.submitted_on), batch.codes(self.benefit), batch.codes(self.method));
        let (filed_by, decisions, automatic) =
            (batch.codes(self.filed_by), batch.codes(self.decision), batch.bools(self.automatic));
        let (minutes, clarifications) = (batch.numbers(self.handling_minutes), batch.numbers(self.clarifications));
        facts.extend(rows.iter().map(|of| {
            let row = of.row as usize;
            let application = || Application {
                benefit: benefits[row] as u16,
                method: methods[row].min(OTHER) as u8,
                by_employer: filed_by[row] == EMPLOYER,
                by_partner: filed_by[row] == PARTNER,
                automatic: automatic[row] == Some(true),
                rejected: decisions[row] == REJECTED,
                minutes: minutes[row],
                clarifications: clarifications[row],
            };
            (of.local(), self.ground.window.contains(days[row]).then(application))
        }));
    }

    fn apply(&self, partition: usize, facts: &[Self::Fact], take_back: bool) -> io::Result<()> {
        let mut partition = self.ground.partition(partition);
        for (customer, fact) in facts {
            partition.see(*customer, take_back);
            let Some(fact) = fact else { continue };
            let handled = fact.minutes != MISSING_NUMBER;
            let tally = &mut partition.applications[usize::from(*customer)];
            step(&mut tally.by_method[usize::from(fact.method)], 1, take_back);
            step(&mut tally.by_employer, u32::from(fact.by_employer), take_back);
            step(&mut tally.by_partner, u32::from(fact.by_partner), take_back);
            step(&mut tally.automatic, u32::from(fact.automatic), take_back);
            step(&mut tally.rejected, u32::from(fact.rejected), take_back);
            step(&mut tally.handled, u32::from(handled), take_back);
            if handled {
                partition.add(*customer, Sum::Minutes, fact.minutes, take_back);
            }
            if fact.clarifications != MISSING_NUMBER {
                partition.add(*customer, Sum::Clarifications, fact.clarifications, take_back);
            }
            partition.benefits_applied.push([*customer, fact.benefit], take_back);
        }
        self.ground.keep_to_budget(&mut partition)
    }
}

/// Payments: sums of what was paid in the window, and the periods that it was paid for.
pub struct Payments<'a> {
    ground: &'a Ground<'a>,
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

/// What a payment says. (Flat, since facts are held by the hundred thousand.)
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
    /// The fold onto this ground; `covers` is the period of payments without an end.
    pub fn new(ground: &'a Ground<'a>, covers: DefaultPeriod) -> Self {
        let at = |name| column(Extract::Payments, name);
        Payments {
            ground,
            tracked: ground.traits.iter().map(BenefitTraits::tracked).collect(),
            covers,
            benefit: at("benefit"),
            period_start: at("period_start"),
            period_end: at("period_end"),
            paid_on: at("paid_on"),
            amount: at("amount"),
        }
    }
}

impl Fold for Payments<'_> {
    type Fact = Payment;

    fn facts(&self, batch: &Batch, rows: &[RowInUse], facts: &mut Vec<Payment>) {
        let (starts, ends) = (batch.days(self.period_start), batch.days(self.period_end));
        let (paid_on, amounts) = (batch.days(self.paid_on), batch.numbers(self.amount));
        let (benefits, ground) = (batch.codes(self.benefit), self.ground);
        facts.extend(rows.iter().map(|of| {
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
                paid_in_window: ground.window.contains(paid_on),
                counts_for_days: tracked & PaidPeriod { benefit, first, last, cents }.matters(ground.kernel),
            }
        }));
    }

    fn apply(&self, partition: usize, facts: &[Payment], take_back: bool) -> io::Result<()> {
        let mut partition = self.ground.partition(partition);
        for Payment { cents, first, last, benefit, customer, paid_in_window, counts_for_days } in facts.iter().copied()
        {
            partition.see(customer, take_back);
            if paid_in_window {
                let tally = &mut partition.payments[usize::from(customer)];
                step(&mut tally.payments, u32::from(cents > 0), take_back);
                partition.add(customer, Sum::Cents, cents, take_back);
            }
            if counts_for_days {
                let period = PaidPeriod { benefit, first, last, cents };
                partition.periods.push(customer, &period, self.ground.kernel, take_back);
            }
        }
        self.ground.keep_to_budget(&mut partition)
    }
}

/// Life events that are reported, rather than told by the start of a spell.
pub struct LifeEvents<'a> {
    ground: &'a Ground<'a>,
    event: usize,
    occurred_on: usize,
}

impl<'a> LifeEvents<'a> {
    /// The fold onto this ground.
    pub fn new(ground: &'a Ground<'a>) -> Self {
        let at = |name| column(Extract::LifeEvents, name);
        LifeEvents { ground, event: at("event"), occurred_on: at("occurred_on") }
    }
}

impl Fold for LifeEvents<'_> {
    /// Event and day, in the window.
    type Fact = (u16, Option<(u16, u16)>);

    fn facts(&self, batch: &Batch, rows: &[RowInUse], facts: &mut Vec<Self::Fact>) {
        let (days, events) = (batch.days(self.occurred_on), batch.codes(self.event));
        facts.extend(rows.iter().map(|of| {
            let (day, event) = (days[of.row as usize], events[of.row as usize] as u16);
            let in_window = self.ground.window.contains(day);
            (of.local(), in_window.then_some((event, day.0.wrapping_sub(self.ground.kernel.floor) as u16)))
        }));
    }

    fn apply(&self, partition: usize, facts: &[Self::Fact], take_back: bool) -> io::Result<()> {
        let mut partition = self.ground.partition(partition);
        for (customer, fact) in facts {
            partition.see(*customer, take_back);
            if let Some((event, day)) = fact {
                partition.events.push([*customer, *event, *day], take_back);
            }
        }
        self.ground.keep_to_budget(&mut partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_the_schema_s() {
        let window = Window::new(crate::calendar::Day(20_000), 12, None, 31, 30);
        let kernel = KernelWindow::new(&window);
        let ground = Ground { window: &window, kernel: &kernel, traits: &[], partitions: &[], budget: None };
        let (c, a, p, l) = (
            Contacts::new(&ground),
            Applications::new(&ground),
            Payments::new(&ground, DefaultPeriod::Month),
            LifeEvents::new(&ground),
        );
        let all = [c.contacted_on, c.channel, c.direction, c.reached, a.benefit, a.submitted_on, a.method];
        let more =
            [a.handling_minutes, a.decision, a.automatic, a.clarifications, a.filed_by, p.benefit, p.period_start];
        let rest = [p.period_end, p.paid_on, p.amount, l.event, l.occurred_on];
        assert!(all.iter().chain(&more).chain(&rest).all(|at| *at < 10));
    }
}
