//! What a row of each extract of events says, with its day, before a window decides what of it counts.
//!
//! A reader per extract turns rows in use into events; an event gives a small update as of a window, and adds updates
//! to the customers of a partition. A run does all of it at once (`aggregators.rs`); a panel keeps the events and adds
//! them up date by date (`dated.rs`).

mod applications;
mod contacts;
mod life_events;
mod payments;

pub use applications::{Application, Applications, Filed};
pub use contacts::{Contact, Contacts, Direction};
pub use life_events::{LifeEvent, LifeEvents};
pub use payments::{Payment, Payments};

use super::coverage::{BenefitTraits, KernelWindow, TrackedBenefits};
use super::partition::Partition;
use super::periods::PaidPeriod;
use crate::calendar::{Day, Window};
use crate::config::Extract;
use crate::extract::batch::Batch;
use crate::intake::RowInUse;
use crate::schema::{ColumnName, Entity};

/// What events are added up with: a window, and the catalogue.
pub struct WindowContext<'a> {
    /// Whose events are added up.
    pub entity: Entity,
    /// The window.
    pub window: &'a Window,
    /// The window as the kernel uses it.
    pub kernel: &'a KernelWindow,
    traits: &'a [BenefitTraits],
    tracked: TrackedBenefits,
}

impl<'a> WindowContext<'a> {
    /// Of these; `traits` are those of the catalogue's benefits, by code.
    pub fn new(entity: Entity, window: &'a Window, kernel: &'a KernelWindow, traits: &'a [BenefitTraits]) -> Self {
        WindowContext { entity, window, kernel, traits, tracked: TrackedBenefits::of(traits) }
    }

    /// The traits of a benefit; one that the catalogue lacks has the defaults.
    pub fn traits(&self, benefit: u16) -> BenefitTraits {
        self.traits.get(usize::from(benefit)).copied().unwrap_or(BenefitTraits::UNKNOWN)
    }

    /// Whether a period can change which days are covered, or anything that follows from them.
    #[inline(always)]
    fn counts_for_days(&self, period: &PaidPeriod) -> bool {
        self.tracked.contains(period.benefit) & period.matters(self.kernel)
    }
}

/// Reads the events of an extract.
pub trait EventReader: Sync {
    /// What a row says.
    type Event: Event;
    /// Calls with each of these rows of a batch, and its event. (Inlined together with what is called.)
    fn read(&self, batch: &Batch, rows: &[RowInUse], each: impl FnMut(RowInUse, Self::Event));
}

/// What happened to a customer of a partition.
pub trait Event: Copy + Send {
    /// What it adds to the customer, as of a window.
    type Update: Copy + Send;
    /// The customer's number in the partition.
    fn customer(&self) -> u16;
    /// Its day: a row of a later day than the window's last is a future row.
    fn day(&self) -> Day;
    /// Whether an event that is no future row is dated in the window; a payment by its period or when it is paid.
    fn is_in(&self, window: &Window) -> bool {
        window.contains(self.day())
    }
    /// What it adds.
    fn update(&self, context: &WindowContext<'_>) -> Self::Update;
    /// Adds an update to its customer, or retracts it.
    fn apply(update: Self::Update, partition: &mut Partition, context: &WindowContext<'_>, retract: bool);
}

fn column(extract: Extract, name: ColumnName) -> usize {
    // The names below are the schema's own; a test holds them to it.
    extract.column(name).unwrap_or(usize::MAX)
}
