//! What one contact or application says of its employer: the aggregators, shaped like those of customers.

use std::io;

use super::tally::Employers;
use crate::calendar::Window;
use crate::config::Extract;
use crate::extract::batch::{Batch, MISSING_NUMBER};
use crate::extract::codes::{ONLINE, OUTBOUND};
use crate::features::increment;
use crate::intake::{Aggregator, RowInUse};
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
    /// Of these employers.
    pub fn new(employers: &'a Employers, window: &'a Window, budget: Option<Budget<'a>>) -> Self {
        let at = |name| column(Extract::EmployerContacts, name);
        let (contacted_on, channel, direction) = (at("contacted_on"), at("channel"), at("direction"));
        Contacts { employers, window, budget, contacted_on, channel, direction }
    }
}

impl Aggregator for Contacts<'_> {
    /// The channel of an inbound contact in the window; any other contact says only that the employer exists.
    type Update = (u16, Option<u16>);

    fn updates(&self, batch: &Batch, rows: &[RowInUse], updates: &mut Vec<Self::Update>) {
        let (days, directions, channels) =
            (batch.days(self.contacted_on), batch.codes(self.direction), batch.codes(self.channel));
        updates.extend(rows.iter().map(|of| {
            let row = of.row as usize;
            let counts = directions[row] != OUTBOUND && self.window.contains(days[row]);
            (of.local(), counts.then(|| channels[row] as u16))
        }));
    }

    fn apply(&self, partition: usize, updates: &[Self::Update], retract: bool) -> io::Result<()> {
        let mut partition = self.employers.partition(partition);
        for (employer, update) in updates {
            let tally = &mut partition.tallies[usize::from(*employer)];
            increment(&mut tally.seen, 1, retract);
            if let Some(channel) = update {
                increment(&mut tally.contacts, 1, retract);
                partition.channels.push([*employer, *channel], retract);
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
    /// Of these employers.
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

impl Aggregator for Applications<'_> {
    /// Of an application outside the window, only that the employer exists.
    type Update = (u16, Option<Application>);

    fn updates(&self, batch: &Batch, rows: &[RowInUse], updates: &mut Vec<Self::Update>) {
        let (days, methods) = (batch.days(self.submitted_on), batch.codes(self.method));
        let (minutes, clarifications) = (batch.numbers(self.handling_minutes), batch.numbers(self.clarifications));
        updates.extend(rows.iter().map(|of| {
            let row = of.row as usize;
            let application = || Application {
                online: methods[row] == ONLINE,
                minutes: minutes[row],
                clarifications: clarifications[row],
            };
            (of.local(), self.window.contains(days[row]).then(application))
        }));
    }

    fn apply(&self, partition: usize, updates: &[Self::Update], retract: bool) -> io::Result<()> {
        let mut partition = self.employers.partition(partition);
        let signed = |value: i64| if retract { -i128::from(value) } else { i128::from(value) };
        for (employer, update) in updates {
            let tally = &mut partition.tallies[usize::from(*employer)];
            increment(&mut tally.seen, 1, retract);
            let Some(application) = update else { continue };
            increment(&mut tally.applications, 1, retract);
            increment(&mut tally.online, u32::from(application.online), retract);
            if application.minutes != MISSING_NUMBER {
                increment(&mut tally.handled, 1, retract);
                tally.minutes += signed(application.minutes);
            }
            if application.clarifications != MISSING_NUMBER {
                tally.clarifications += signed(application.clarifications);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::intake::{Ids, Population};
    use proptest::prelude::*;

    fn window() -> Window {
        Window::new(Day(20_000), 12, None, 31, 30)
    }

    fn employers(count: u32) -> Employers {
        let mut ids = Ids::default();
        (0..count).for_each(|at| ids.push(format!("E{at:05}").as_bytes()));
        Employers::new(Population::of_appearing(&ids, &window(), &[]))
    }

    #[test]
    fn the_columns_are_the_schema_s() {
        let (employers, window) = (employers(0), window());
        let contacts = Contacts::new(&employers, &window, None);
        let applications = Applications::new(&employers, &window);
        let all = [contacts.contacted_on, contacts.channel, contacts.direction, applications.submitted_on];
        let more = [applications.method, applications.handling_minutes, applications.clarifications];
        assert!(all.iter().chain(&more).all(|at| *at < 10));
    }

    fn contact() -> impl Strategy<Value = (u16, Option<u16>)> {
        (0..6u16, prop::option::of(0..4u16))
    }

    fn application() -> impl Strategy<Value = (u16, Option<Application>)> {
        let number = || prop_oneof![1 => Just(MISSING_NUMBER), 4 => 0..100_000_000_000_000_000i64];
        let some = (any::<bool>(), number(), number());
        let application =
            some.prop_map(|(online, minutes, clarifications)| Application { online, minutes, clarifications });
        (0..6u16, prop::option::of(application))
    }

    /// Applies all updates, and retracts those that go.
    fn come_and_go<F: Aggregator>(aggregator: &F, updates: &[(F::Update, bool)]) {
        for (update, goes) in updates {
            aggregator.apply(0, &[*update], false).unwrap();
            if *goes {
                aggregator.apply(0, &[*update], true).unwrap();
            }
        }
    }

    /// What stays of an employer.
    fn staying<T: Copy>(updates: &[((u16, T), bool)], employer: u16) -> Vec<T> {
        updates.iter().filter(|((of, _), goes)| *of == employer && !goes).map(|((_, update), _)| *update).collect()
    }

    proptest! {
        /// Updates that came and went leave no trace, and the others are counted one by one.
        #[test]
        fn counts_are_those_of_the_facts_that_stay(
            contacts in prop::collection::vec((contact(), any::<bool>()), 0..60),
            applications in prop::collection::vec((application(), any::<bool>()), 0..60),
        ) {
            let (employers, window) = (employers(6), window());
            let of_contacts = Contacts::new(&employers, &window, None);
            let of_applications = Applications::new(&employers, &window);
            come_and_go(&of_contacts, &contacts);
            come_and_go(&of_applications, &applications);
            let found = employers.counts(0, None).unwrap();
            let mut expected = 0;
            for employer in 0..6u16 {
                let channels = staying(&contacts, employer);
                let filed = staying(&applications, employer);
                let Some(counts) = found.iter().find(|counts| counts.number == u32::from(employer)) else {
                    prop_assert!(channels.is_empty() && filed.is_empty());
                    continue;
                };
                expected += 1;
                let inbound: Vec<u16> = channels.into_iter().flatten().collect();
                let distinct: std::collections::BTreeSet<&u16> = inbound.iter().collect();
                prop_assert_eq!((counts.contacts as usize, counts.channels as usize), (inbound.len(), distinct.len()));
                let filed: Vec<Application> = filed.into_iter().flatten().collect();
                let known = |value: i64| (value != MISSING_NUMBER).then_some(i128::from(value));
                let handled: Vec<i128> = filed.iter().filter_map(|one| known(one.minutes)).collect();
                prop_assert_eq!(counts.applications as usize, filed.len());
                prop_assert_eq!(counts.online as usize, filed.iter().filter(|one| one.online).count());
                prop_assert_eq!((counts.handled as usize, counts.minutes), (handled.len(), handled.iter().sum()));
                let clarifications: i128 = filed.iter().filter_map(|one| known(one.clarifications)).sum();
                prop_assert_eq!(counts.clarifications, clarifications);
            }
            prop_assert_eq!(found.len(), expected);
        }
    }
}
