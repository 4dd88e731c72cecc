//! Who is counted: the register of customers, or, without one, everybody who appears (`docs/method.md` section 3).

use super::events::PARTITION_CUSTOMERS;
use super::index::{Ids, Index};
use super::registration::Spells;
use crate::calendar::{Day, Window};
use crate::extract::batch::MISSING_DAY;

/// The customers (or employers) that events are matched with.
#[derive(Debug)]
pub struct Population {
    pub(super) index: Index,
    /// The first so many numbers are of those in scope.
    pub(super) in_scope: u32,
    /// Whether a register told who there is; without one, who has no event in use is not counted.
    pub registered: bool,
    /// Birth dates by number, `MISSING_DAY` where there is none.
    pub births: Vec<Day>,
    /// Days of the window inside the registration, by number.
    pub observed_days: Vec<i32>,
    /// By number the last day of the registration, as [`super::registration::Registered`] has it; empty where no
    /// registration ended before `as_of`.
    pub(super) ended_after: Vec<u16>,
    /// A bit by number, whether the registration ended before `as_of`; empty likewise.
    pub(super) has_ended: Vec<u64>,
    /// Numbers of those in scope whose registration does not hold the window's last day, ascending.
    pub(super) not_at_end: Vec<u32>,
    /// By number the spells of registration, where they were asked for.
    pub spells: Option<Spells>,
    /// Employees by number, `MISSING_NUMBER` where that is missing; empty unless a register of employers told them.
    pub employees: Vec<i64>,
    /// The values of the configured dimensions.
    pub dimensions: Vec<Dimension>,
}

/// What is known of the customers of a partition beside their events; all of them by the number in the partition.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    /// The number of the first customer in the population.
    pub first: u32,
    /// Whether a register told who there is.
    pub registered: bool,
    /// Days of the window inside the registration; who has none is not in the population.
    pub observed_days: &'a [i32],
    /// Birth dates.
    pub births: &'a [Day],
    /// Employees; empty unless a register of employers told them.
    pub employees: &'a [i64],
}

/// A dimension of the customers.
#[derive(Debug, Clone, Default)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Its distinct values.
    pub values: Vec<String>,
    /// By customer number, the place of the value; [`NO_VALUE`] where it is missing.
    pub places: Vec<u32>,
}

/// A customer without a value in a dimension.
pub const NO_VALUE: u32 = u32::MAX;

impl Population {
    /// How many are in scope.
    pub fn len(&self) -> usize {
        self.in_scope as usize
    }

    /// Whether nobody is in scope.
    pub fn is_empty(&self) -> bool {
        self.in_scope == 0
    }

    /// The number of an id; those below [`Population::len`] are in scope, in bytewise order of their ids.
    #[inline]
    pub fn find(&self, id: &[u8]) -> Option<u32> {
        self.index.find(id)
    }

    /// Appends the number of each id, `missing` for an orphan.
    pub fn find_all<'t>(&self, ids: impl Iterator<Item = &'t [u8]> + Clone, missing: u32, numbers: &mut Vec<u32>) {
        self.index.find_all(ids, missing, numbers);
    }

    /// The ids by number, those out of scope behind the others.
    pub fn ids(&self) -> &Ids {
        self.index.ids()
    }

    /// The customers of a partition.
    pub fn members(&self, partition: usize) -> Members<'_> {
        let first = partition * PARTITION_CUSTOMERS as usize;
        let range = first..self.len().min(first + PARTITION_CUSTOMERS as usize);
        Members {
            first: first as u32,
            registered: self.registered,
            observed_days: &self.observed_days[range.clone()],
            births: &self.births[range.clone()],
            employees: self.employees.get(range).unwrap_or_default(),
        }
    }

    /// How many customers are younger than 0 years on the window's last day, and how many older than 120.
    pub fn impossible_ages(&self, window: &Window) -> (u64, u64) {
        let oldest = window.as_of.plus_months(-121 * 12);
        let known = || self.births.iter().filter(|birth| **birth != MISSING_DAY);
        let count = |is_so: &dyn Fn(&&Day) -> bool| known().filter(is_so).count() as u64;
        (count(&|birth| **birth > window.as_of), count(&|birth| **birth <= oldest))
    }

    /// The id of a number.
    pub fn id(&self, number: u32) -> &[u8] {
        self.index.ids().get(number as usize)
    }

    /// Whether the registration of somebody in scope ended before this day, which is not after `as_of`.
    #[inline]
    pub fn ended_before(&self, number: u32, day: Day, window: &Window) -> bool {
        // Few registrations end, and their bits stay near the core, where the days would not.
        let bits = self.has_ended.get(number as usize / 64);
        bits.is_some_and(|bits| bits >> (number % 64) & 1 == 1)
            && day.0.saturating_sub(window.start.0) > i32::from(self.ended_after[number as usize])
    }

    /// Whether the registration of somebody in scope holds the window's last day; everybody's does without a register.
    pub fn is_registered_at_end(&self, number: u32) -> bool {
        self.not_at_end.binary_search(&number).is_err()
    }

    /// Whether the registration of somebody in scope holds a day; everybody's does without a register. The spells must have
    /// been asked for.
    pub fn is_registered_on(&self, number: u32, day: Day) -> bool {
        self.spells.as_ref().is_none_or(|spells| spells.hold(number as usize, day))
    }

    /// Everybody of these ids, observed for the whole window.
    pub fn of_appearing(ids: &Ids, window: &Window, dimensions: &[String]) -> Self {
        let mut ordered = Ids::default();
        for at in ids.sorted() {
            ordered.push(ids.get(at as usize));
        }
        let count = ordered.len();
        let dimension = |name: &String| Dimension { name: name.clone(), values: vec![], places: vec![NO_VALUE; count] };
        Population {
            index: Index::new(ordered),
            in_scope: count as u32,
            registered: false,
            births: vec![MISSING_DAY; count],
            observed_days: vec![window.days(); count],
            ended_after: Vec::new(),
            has_ended: Vec::new(),
            not_at_end: Vec::new(),
            spells: None,
            employees: Vec::new(),
            dimensions: dimensions.iter().map(dimension).collect(),
        }
    }
}
