//! Events as words: the customer first, days as offsets.

use super::{DatedEvents, Kept};
use crate::calendar::{Day, Window};
use crate::features::coverage::KernelWindow;
use crate::features::events::{Application, Contact, Direction, Filed, LifeEvent, Payment};
use crate::features::periods::{self, PaidPeriod};

/// Customer, day, channel, and who was in touch with whom.
pub(super) type ContactWord = [u16; 4];
const INBOUND: u16 = 0;
const REACHED: u16 = 1;
const UNREACHED: u16 = 2;

impl Kept for Contact {
    fn keep(&self, origin: i32, events: &mut DatedEvents, retract: bool) {
        let (channel, kind) = match self.direction {
            Direction::Inbound { channel } => (channel, INBOUND),
            Direction::Outbound { unreached } => (0, if unreached { UNREACHED } else { REACHED }),
        };
        events.contacts.push([self.customer, offset(self.day, origin), channel, kind], retract);
    }
}

pub(super) fn contact_of([customer, day, channel, kind]: ContactWord, origin: i32) -> Contact {
    let direction = match kind {
        INBOUND => Direction::Inbound { channel },
        _ => Direction::Outbound { unreached: kind == UNREACHED },
    };
    Contact { customer, day: day_of(day, origin), direction }
}

/// Customer and day, benefit and flags, minutes, clarifications (upper and lower halves).
pub(super) type ApplicationWord = [u32; 6];
const METHOD_BITS: u32 = 3;

impl Kept for Application {
    fn keep(&self, origin: i32, events: &mut DatedEvents, retract: bool) {
        let Filed { benefit, method, by_employer, by_partner, automatic, rejected, minutes, clarifications } =
            self.filed;
        let flags = [by_employer, by_partner, automatic, rejected];
        let flags = flags.iter().rev().fold(0, |bits, flag| bits << 1 | u32::from(*flag));
        let halves = |value: i64| [(value >> 32) as u32, value as u32];
        let [[minutes_high, minutes_low], [clarifications_high, clarifications_low]] =
            [minutes, clarifications].map(halves);
        let word = [
            u32::from(self.customer) << 16 | u32::from(offset(self.day, origin)),
            u32::from(benefit) << 16 | flags << METHOD_BITS | u32::from(method),
            minutes_high,
            minutes_low,
            clarifications_high,
            clarifications_low,
        ];
        events.applications.push(word, retract);
    }
}

pub(super) fn application_of(word: ApplicationWord, origin: i32) -> Application {
    let [owner, filed, minutes_high, minutes_low, clarifications_high, clarifications_low] = word;
    let whole = |high: u32, low: u32| (u64::from(high) << 32 | u64::from(low)) as i64;
    let flag = |at: u32| filed >> (METHOD_BITS + at) & 1 == 1;
    let filed = Filed {
        benefit: (filed >> 16) as u16,
        method: (filed & ((1 << METHOD_BITS) - 1)) as u8,
        by_employer: flag(0),
        by_partner: flag(1),
        automatic: flag(2),
        rejected: flag(3),
        minutes: whole(minutes_high, minutes_low),
        clarifications: whole(clarifications_high, clarifications_low),
    };
    Application { customer: (owner >> 16) as u16, day: day_of(owner as u16, origin), filed }
}

/// A period as a run keeps it, in pieces, and the day of payment.
pub(super) type PaymentWord = [u16; 5];
/// Customer, benefit, first and last day, the amount's upper and lower half, the day of payment.
pub(super) type WidePaymentWord = [u32; 7];

impl Kept for Payment {
    /// Spells look back beyond the window, and a row that pays nothing is still a row.
    fn matters(&self, window: &Window, kernel: &KernelWindow) -> bool {
        self.period.last >= kernel.floor || window.contains(self.paid_on)
    }

    fn keep(&self, origin: i32, events: &mut DatedEvents, retract: bool) {
        let Payment { customer, period, paid_on } = self;
        let paid = u16::try_from(i64::from(paid_on.0) - i64::from(origin)).ok();
        match periods::compact(*customer, period, origin).zip(paid) {
            Some((word, paid)) => {
                let piece = |at: u32| (word >> at) as u16;
                events.payments.push([piece(48), piece(32), piece(16), piece(0), paid], retract);
            }
            None => {
                let [customer, benefit, first, last, upper, lower] = periods::wide(*customer, period);
                let word = [customer, benefit, first, last, upper, lower, paid_on.0 as u32];
                events.wide_payments.push(word, retract);
            }
        }
    }
}

fn compact_period([a, b, c, d, _]: PaymentWord) -> u64 {
    u64::from(a) << 48 | u64::from(b) << 32 | u64::from(c) << 16 | u64::from(d)
}

pub(super) fn customer_of_payment(word: &PaymentWord) -> u16 {
    (compact_period(*word) >> periods::CUSTOMER_AT) as u16
}

#[inline]
pub(super) fn payment_of(word: PaymentWord, origin: i32) -> Payment {
    let period = periods::of_compact(compact_period(word), origin);
    Payment { customer: customer_of_payment(&word), period, paid_on: day_of(word[4], origin) }
}

pub(super) fn wide_payment_of([customer, benefit, first, last, upper, lower, paid_on]: WidePaymentWord) -> Payment {
    let period: PaidPeriod = periods::of_wide([customer, benefit, first, last, upper, lower]);
    Payment { customer: customer as u16, period, paid_on: Day(paid_on as i32) }
}

/// Customer, event and day.
pub(super) type LifeEventWord = [u16; 3];

impl Kept for LifeEvent {
    fn keep(&self, origin: i32, events: &mut DatedEvents, retract: bool) {
        events.life_events.push([self.customer, self.event, offset(self.day, origin)], retract);
    }
}

pub(super) fn life_event_of([customer, event, day]: LifeEventWord, origin: i32) -> LifeEvent {
    LifeEvent { customer, event, day: day_of(day, origin) }
}

/// A day of the window as an offset; a panel is refused that is longer than offsets reach.
fn offset(day: Day, origin: i32) -> u16 {
    day.0.wrapping_sub(origin) as u16
}

fn day_of(offset: u16, origin: i32) -> Day {
    Day(origin + i32::from(offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::batch::MISSING_NUMBER;
    use crate::features::dated::SortedEvents;
    use proptest::prelude::*;

    const ORIGIN: i32 = 19_000;

    fn kept(event: &impl Kept) -> SortedEvents {
        let mut events = DatedEvents::new(4, 1, true);
        event.keep(ORIGIN, &mut events, false);
        events.into_sorted(None).unwrap()
    }

    proptest! {
        #[test]
        fn contacts_come_back(customer in 0u16..4, day in 0i32..60_000, channel: u16, kind in 0u8..3) {
            let direction = match kind {
                0 => Direction::Inbound { channel },
                _ => Direction::Outbound { unreached: kind == 2 },
            };
            let contact = Contact { customer, day: Day(ORIGIN + day), direction };
            let events = kept(&contact);
            prop_assert_eq!(contact_of(events.contacts.words(None).unwrap()[0], ORIGIN), contact);
        }

        #[test]
        fn applications_come_back(
            customer in 0u16..4,
            day in 0i32..60_000,
            benefit: u16,
            method in 0u8..5,
            flags: [bool; 4],
            numbers in [prop_oneof![Just(MISSING_NUMBER), any::<i64>()], prop_oneof![Just(MISSING_NUMBER), any::<i64>()]],
        ) {
            let [by_employer, by_partner, automatic, rejected] = flags;
            let [minutes, clarifications] = numbers;
            let filed =
                Filed { benefit, method, by_employer, by_partner, automatic, rejected, minutes, clarifications };
            let application = Application { customer, day: Day(ORIGIN + day), filed };
            let events = kept(&application);
            prop_assert_eq!(application_of(events.applications.words(None).unwrap()[0], ORIGIN), application);
        }

        #[test]
        fn payments_come_back(
            customer in 0u16..4,
            benefit: u16,
            first in prop_oneof![0i32..4_000, -10_000i32..70_000],
            length in prop_oneof![0i32..64, 0i32..5_000],
            paid in prop_oneof![0i32..4_000, -10_000i32..70_000],
            cents in prop_oneof![-8_000_000i64..8_000_000, any::<i64>()],
        ) {
            let first = ORIGIN + first;
            let period = PaidPeriod { benefit, first, last: first + length, cents };
            let payment = Payment { customer, period, paid_on: Day(ORIGIN + paid) };
            let events = kept(&payment);
            let compact = events.payments.words(None).unwrap().iter().map(|word| payment_of(*word, ORIGIN)).collect::<Vec<_>>();
            let wide = events.wide_payments.words(None).unwrap().iter().map(|word| wide_payment_of(*word)).collect::<Vec<_>>();
            prop_assert_eq!([compact, wide].concat(), vec![payment]);
        }
    }
}
