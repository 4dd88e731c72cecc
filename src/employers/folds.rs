//! What one contact or application says of its employer: the folds, shaped like those of customers.

use std::io;

use super::tally::Employers;
use crate::calendar::Window;
use crate::config::Extract;
use crate::extract::batch::{Batch, MISSING_NUMBER};
use crate::extract::codes::{ONLINE, OUTBOUND};
use crate::features::step;
use crate::intake::Fold;
use crate::spill::Budget;

fn column(extract: Extract, name: &str) -> usize {
    // The names below are the schema's own; a test holds them to it.
    extract.column(name).unwrap_or(usize::MAX)
}

/// Contacts: inbound ones in the window, by channel.
pub struct Contacts<'a> {
    employers: &'a Employers,
    window: &'a Window,
    budget: Option<Budget<'a>>,
    contacted_on: usize,
    channel: usize,
    direction: usize,
}

impl<'a> Contacts<'a> {
    /// The fold onto these employers.
    pub fn new(employers: &'a Employers, window: &'a Window, budget: Option<Budget<'a>>) -> Self {
        let at = |name| column(Extract::EmployerContacts, name);
        let (contacted_on, channel, direction) = (at("contacted_on"), at("channel"), at("direction"));
        Contacts { employers, window, budget, contacted_on, channel, direction }
    }
}

impl Fold for Contacts<'_> {
    /// The channel of an inbound contact in the window; any other contact says only that the employer exists.
    type Fact = Option<u16>;

    fn fact(&self, batch: &Batch, row: usize) -> Option<Option<u16>> {
        let inbound = batch.codes(self.direction)[row] != OUTBOUND;
        let counts = inbound && self.window.contains(batch.days(self.contacted_on)[row]);
        Some(counts.then(|| batch.codes(self.channel)[row] as u16))
    }

    fn apply(&self, partition: usize, facts: &[(u16, Option<u16>)], take_back: bool) -> io::Result<()> {
        let mut partition = self.employers.partition(partition);
        for (employer, fact) in facts {
            let tally = &mut partition.tallies[usize::from(*employer)];
            step(&mut tally.seen, 1, take_back);
            if let Some(channel) = fact {
                step(&mut tally.contacts, 1, take_back);
                partition.channels.push([*employer, *channel], take_back);
            }
        }
        self.employers.keep_to_budget(&mut partition, self.budget)
    }
}

/// Applications in the window, with their handling.
pub struct Applications<'a> {
    employers: &'a Employers,
    window: &'a Window,
    submitted_on: usize,
    method: usize,
    handling_minutes: usize,
    clarifications: usize,
}

/// What an application in the window says.
#[derive(Debug, Clone, Copy)]
pub struct Application {
    online: bool,
    minutes: i64,
    clarifications: i64,
}

impl<'a> Applications<'a> {
    /// The fold onto these employers.
    pub fn new(employers: &'a Employers, window: &'a Window) -> Self {
        let at = |name| column(Extract::EmployerApplications, name);
        Applications {
            employers,
            window,
            submitted_on: at("submitted_on"),
            method: at("method"),
            handling_minutes: at("handling_minutes"),
            clarifications: at("clarifications"),
        }
    }
}

impl Fold for Applications<'_> {
    /// Of an application outside the window, only that the employer exists.
    type Fact = Option<Application>;

    fn fact(&self, batch: &Batch, row: usize) -> Option<Option<Application>> {
        let in_window = self.window.contains(batch.days(self.submitted_on)[row]);
        Some(in_window.then(|| Application {
            online: batch.codes(self.method)[row] == ONLINE,
            minutes: batch.numbers(self.handling_minutes)[row],
            clarifications: batch.numbers(self.clarifications)[row],
        }))
    }

    fn apply(&self, partition: usize, facts: &[(u16, Option<Application>)], take_back: bool) -> io::Result<()> {
        let mut partition = self.employers.partition(partition);
        let signed = |value: i64| if take_back { -i128::from(value) } else { i128::from(value) };
        for (employer, fact) in facts {
            let tally = &mut partition.tallies[usize::from(*employer)];
            step(&mut tally.seen, 1, take_back);
            let Some(application) = fact else { continue };
            step(&mut tally.applications, 1, take_back);
            step(&mut tally.online, u32::from(application.online), take_back);
            if application.minutes != MISSING_NUMBER {
                step(&mut tally.handled, 1, take_back);
                tally.minutes += signed(application.minutes);
            }
            if application.clarifications != MISSING_NUMBER {
                tally.clarifications += signed(application.clarifications);
            }
        }
        Ok(())
    }
}
