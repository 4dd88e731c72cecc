//! The events of each kind as words. The customer comes first; in compact words days are offsets from an origin.

use super::DatedEvents;
use super::packing::{CUSTOMER_BITS, halves, number_of, or_missing, packed, take, whole};
use super::untracked::UntrackedPayments;
use super::words::{Kept, Word, Words};
use crate::calendar::{Day, Window};
use crate::features::coverage::{BenefitTraits, KernelWindow};
use crate::features::events::{Application, Contact, Direction, Filed, LifeEvent, Payment};
use crate::features::periods::{self, PaidPeriod};

/// How the events of a panel become words, and words events.
#[derive(Debug, Default)]
pub struct EventCodec {
    /// The day that days are offsets from.
    origin: i32,
    /// Of payments whose days matter to no feature, if there may be such.
    pub(super) untracked: Option<UntrackedPayments>,
}

impl EventCodec {
    /// For a panel's dates, whose windows are given, and the catalogue; `kernel` is that of all of them.
    pub fn new<'w>(kernel: &KernelWindow, windows: impl Iterator<Item = &'w Window>, traits: &[BenefitTraits]) -> Self {
        EventCodec { origin: periods::base(kernel), untracked: UntrackedPayments::new(windows, traits) }
    }
}

/// Bits of a day in a compact word: eleven years.
const DAY_BITS: u32 = 12;

/// What is before the origin becomes too large.
fn offset(day: Day, origin: i32) -> u64 {
    (i64::from(day.0) - i64::from(origin)) as u64
}

const CHANNEL_BITS: u32 = 4;
const KIND_BITS: u32 = 2;
const INBOUND: u16 = 0;
const REACHED: u16 = 1;
const UNREACHED: u16 = 2;

fn channel_and_kind(direction: Direction) -> [u16; 2] {
    match direction {
        Direction::Inbound { channel } => [channel, INBOUND],
        Direction::Outbound { unreached } => [0, if unreached { UNREACHED } else { REACHED }],
    }
}

fn direction([channel, kind]: [u16; 2]) -> Direction {
    match kind {
        INBOUND => Direction::Inbound { channel },
        _ => Direction::Outbound { unreached: kind == UNREACHED },
    }
}

impl Kept for Contact {
    /// Customer, day, channel, and who was in touch with whom.
    type Compact = u32;
    type Wide = [u32; 4];

    fn compact(&self, codec: &EventCodec) -> Option<u32> {
        let [channel, kind] = channel_and_kind(self.direction);
        let word = packed([
            (self.customer.into(), CUSTOMER_BITS),
            (offset(self.day, codec.origin), DAY_BITS),
            (channel.into(), CHANNEL_BITS),
            (kind.into(), KIND_BITS),
        ])?;
        Some(word as u32)
    }

    fn of_compact(word: u32, codec: &EventCodec) -> Self {
        let rest = &mut u64::from(word);
        let [kind, channel, day] = [KIND_BITS, CHANNEL_BITS, DAY_BITS].map(|bits| take(rest, bits));
        let direction = direction([channel as u16, kind as u16]);
        Contact { customer: *rest as u16, day: Day(codec.origin + day as i32), direction }
    }

    fn wide(&self) -> [u32; 4] {
        let [channel, kind] = channel_and_kind(self.direction);
        [self.customer.into(), self.day.0 as u32, channel.into(), kind.into()]
    }

    fn of_wide([customer, day, channel, kind]: [u32; 4]) -> Self {
        let direction = direction([channel as u16, kind as u16]);
        Contact { customer: customer as u16, day: Day(day as i32), direction }
    }

    fn words(events: &mut DatedEvents) -> &mut Words<Self> {
        &mut events.contacts
    }
}

const BENEFIT_BITS: u32 = 8;
const METHOD_BITS: u32 = 3;
const FLAGS_BITS: u32 = 4;
/// Of hundredths: 43 hours.
const MINUTES_BITS: u32 = 18;
const CLARIFICATIONS_BITS: u32 = 5;

fn flags(filed: &Filed) -> u64 {
    let flags = [filed.by_employer, filed.by_partner, filed.automatic, filed.rejected];
    flags.iter().fold(0, |bits, flag| bits << 1 | u64::from(*flag))
}

fn filed(benefit: u16, method: u8, flags: u64, [minutes, clarifications]: [i64; 2]) -> Filed {
    let [by_employer, by_partner, automatic, rejected] = [3, 2, 1, 0].map(|at| flags >> at & 1 == 1);
    Filed { benefit, method, by_employer, by_partner, automatic, rejected, minutes, clarifications }
}

impl Kept for Application {
    /// Customer, day, benefit, method, flags, minutes, clarifications.
    type Compact = u64;
    /// The last four are the upper and lower halves of minutes and clarifications.
    type Wide = [u32; 9];

    fn compact(&self, codec: &EventCodec) -> Option<u64> {
        packed([
            (self.customer.into(), CUSTOMER_BITS),
            (offset(self.day, codec.origin), DAY_BITS),
            (self.filed.benefit.into(), BENEFIT_BITS),
            (self.filed.method.into(), METHOD_BITS),
            (flags(&self.filed), FLAGS_BITS),
            (or_missing(self.filed.minutes, MINUTES_BITS)?, MINUTES_BITS),
            (or_missing(self.filed.clarifications, CLARIFICATIONS_BITS)?, CLARIFICATIONS_BITS),
        ])
    }

    fn of_compact(mut word: u64, codec: &EventCodec) -> Self {
        let parts = [CLARIFICATIONS_BITS, MINUTES_BITS, FLAGS_BITS, METHOD_BITS, BENEFIT_BITS, DAY_BITS];
        let [clarifications, minutes, flags, method, benefit, day] = parts.map(|bits| take(&mut word, bits));
        let numbers = [number_of(minutes, MINUTES_BITS), number_of(clarifications, CLARIFICATIONS_BITS)];
        let filed = filed(benefit as u16, method as u8, flags, numbers);
        Application { customer: word as u16, day: Day(codec.origin + day as i32), filed }
    }

    fn wide(&self) -> [u32; 9] {
        let Filed { benefit, method, minutes, clarifications, .. } = self.filed;
        let ([a, b], [c, d]) = (halves(minutes), halves(clarifications));
        let flags = flags(&self.filed) as u32;
        [self.customer.into(), self.day.0 as u32, benefit.into(), method.into(), flags, a, b, c, d]
    }

    fn of_wide([customer, day, benefit, method, flags, a, b, c, d]: [u32; 9]) -> Self {
        let filed = filed(benefit as u16, method as u8, flags.into(), [whole([a, b]), whole([c, d])]);
        Application { customer: customer as u16, day: Day(day as i32), filed }
    }

    fn words(events: &mut DatedEvents) -> &mut Words<Self> {
        &mut events.applications
    }
}

/// Days from the first one of a period to the payment that a compact word has room for, from this one on.
const LEAST_PAID_AFTER: i64 = -64;

impl Kept for Payment {
    /// The period as a run keeps it, and the days from its first one to the payment.
    type Compact = [u8; 9];
    /// Customer, benefit, first and last day, the amount's upper and lower half, the day of payment.
    type Wide = [u32; 7];

    /// Spells look back beyond the window, and a row that pays nothing is still a row.
    fn matters(&self, window: &Window, kernel: &KernelWindow) -> bool {
        self.period.last >= kernel.floor || window.contains(self.paid_on)
    }

    fn compact(&self, codec: &EventCodec) -> Option<[u8; 9]> {
        let paid_after = i64::from(self.paid_on.0) - i64::from(self.period.first);
        let last = u8::try_from(paid_after - LEAST_PAID_AFTER).ok()?;
        let [a, b, c, d, e, f, g, h] = periods::compact(self.customer, &self.period, codec.origin)?.to_be_bytes();
        Some([a, b, c, d, e, f, g, h, last])
    }

    #[inline]
    fn of_compact([a, b, c, d, e, f, g, h, last]: [u8; 9], codec: &EventCodec) -> Self {
        let word = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let period = periods::of_compact(word, codec.origin);
        let paid_on = Day(period.first + i32::from(last) + LEAST_PAID_AFTER as i32);
        Payment { customer: word.customer(), period, paid_on }
    }

    fn wide(&self) -> [u32; 7] {
        let [customer, benefit, first, last, upper, lower] = periods::wide(self.customer, &self.period);
        [customer, benefit, first, last, upper, lower, self.paid_on.0 as u32]
    }

    fn of_wide([customer, benefit, first, last, upper, lower, paid_on]: [u32; 7]) -> Self {
        let period: PaidPeriod = periods::of_wide([customer, benefit, first, last, upper, lower]);
        Payment { customer: customer as u16, period, paid_on: Day(paid_on as i32) }
    }

    fn words(events: &mut DatedEvents) -> &mut Words<Self> {
        &mut events.payments
    }

    fn keep(&self, codec: &EventCodec, events: &mut DatedEvents, retract: bool) {
        match codec.untracked.as_ref().and_then(|untracked| untracked.word(self)) {
            Some(word) => events.untracked_payments.push(word, retract),
            None => events.payments.push(self, codec, retract),
        }
    }
}

const LIFE_EVENT_BITS: u32 = 6;

impl Kept for LifeEvent {
    /// Customer, day and event.
    type Compact = u32;
    type Wide = [u32; 3];

    fn compact(&self, codec: &EventCodec) -> Option<u32> {
        let parts = [
            (self.customer.into(), CUSTOMER_BITS),
            (offset(self.day, codec.origin), DAY_BITS),
            (self.event.into(), LIFE_EVENT_BITS),
        ];
        packed(parts).map(|word| word as u32)
    }

    fn of_compact(word: u32, codec: &EventCodec) -> Self {
        let rest = &mut u64::from(word);
        let [event, day] = [LIFE_EVENT_BITS, DAY_BITS].map(|bits| take(rest, bits));
        LifeEvent { customer: *rest as u16, day: Day(codec.origin + day as i32), event: event as u16 }
    }

    fn wide(&self) -> [u32; 3] {
        [self.customer.into(), self.day.0 as u32, self.event.into()]
    }

    fn of_wide([customer, day, event]: [u32; 3]) -> Self {
        LifeEvent { customer: customer as u16, day: Day(day as i32), event: event as u16 }
    }

    fn words(events: &mut DatedEvents) -> &mut Words<Self> {
        &mut events.life_events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::batch::MISSING_NUMBER;
    use proptest::prelude::*;

    const ORIGIN: i32 = 19_000;
    const CODEC: EventCodec = EventCodec { origin: ORIGIN, untracked: None };

    /// Days of a panel, and far away from it.
    fn day() -> impl Strategy<Value = Day> {
        prop_oneof![0i32..4_096, -10_000i32..70_000].prop_map(|offset| Day(ORIGIN + offset))
    }

    /// Numbers of hundredths, and any.
    fn number(usual: i64) -> impl Strategy<Value = i64> {
        prop_oneof![Just(MISSING_NUMBER), 0..usual, any::<i64>()]
    }

    fn code() -> impl Strategy<Value = u16> {
        prop_oneof![0u16..20, any::<u16>()]
    }

    /// What was kept comes back, from a compact word if it fits one.
    fn comes_back<E: Kept + PartialEq + std::fmt::Debug>(event: E) -> Result<(), TestCaseError> {
        prop_assert_eq!(E::of_wide(event.wide()), event);
        prop_assert_eq!(event.wide().customer(), event.customer());
        if let Some(word) = event.compact(&CODEC) {
            prop_assert_eq!(E::of_compact(word, &CODEC), event);
            prop_assert_eq!(word.customer(), event.customer());
        }
        Ok(())
    }

    #[test]
    fn usual_events_fit_compact_words() {
        let (customer, day) = (16_383, Day(ORIGIN + 4_095));
        let contact = Contact { customer, day, direction: Direction::Inbound { channel: 15 } };
        let numbers = [MISSING_NUMBER, 30];
        let application = Application { customer, day, filed: filed(255, 4, 15, numbers) };
        let period = PaidPeriod { benefit: 255, first: day.0, last: day.0 + 63, cents: -8_388_608 };
        let payment = Payment { customer, period, paid_on: day.plus_days(191) };
        let life_event = LifeEvent { customer, day, event: 63 };
        assert!(contact.compact(&CODEC).is_some() && application.compact(&CODEC).is_some());
        assert!(payment.compact(&CODEC).is_some() && life_event.compact(&CODEC).is_some());
        let later = Payment { paid_on: day.plus_days(192), ..payment };
        assert!(
            later.compact(&CODEC).is_none()
                && Payment { customer, period, paid_on: day.plus_days(-65) }.compact(&CODEC).is_none()
        );
    }

    proptest! {
        #[test]
        fn contacts_come_back(customer in 0u16..16_384, day in day(), channel in code(), kind in 0u16..3) {
            let channel = if kind == INBOUND { channel } else { 0 };
            comes_back(Contact { customer, day, direction: direction([channel, kind]) })?;
        }

        #[test]
        fn applications_come_back(
            customer in 0u16..16_384,
            day in day(),
            benefit in code(),
            method in 0u8..5,
            flags in 0u64..16,
            numbers in (number(300_000), number(40)),
        ) {
            comes_back(Application { customer, day, filed: filed(benefit, method, flags, numbers.into()) })?;
        }

        #[test]
        fn payments_come_back(
            customer in 0u16..16_384,
            benefit in code(),
            first in day(),
            length in prop_oneof![0i32..64, 0i32..5_000],
            paid_after in prop_oneof![-64i32..192, -10_000i32..70_000],
            cents in prop_oneof![-8_000_000i64..8_000_000, any::<i64>()],
        ) {
            let period = PaidPeriod { benefit, first: first.0, last: first.0 + length, cents };
            comes_back(Payment { customer, period, paid_on: first.plus_days(paid_after) })?;
        }

        #[test]
        fn life_events_come_back(customer in 0u16..16_384, day in day(), event in code()) {
            comes_back(LifeEvent { customer, day, event })?;
        }
    }
}
