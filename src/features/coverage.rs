//! The coverage and spell kernel: one customer's covered days to counts of days, months and spells.
//!
//! `docs/method.md` section 4, *Coverage* and *Spells*. A pure function over the customer's stretches, day-exact without
//! looking at days: a benefit's payments are joined to stretches, stretches to spells, and days on which
//! several benefits overlap are counted by walking over where stretches start and end.

use crate::calendar::Window;

/// What the kernel has to know of a benefit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BenefitTraits {
    /// Whether it counts among concurrent benefits.
    pub countable: bool,
    /// Whether it is last-resort assistance.
    pub last_resort: bool,
    /// Whether it replaces income.
    pub income_replacing: bool,
    /// The life event that a spell's start means, by its code.
    pub life_event: Option<u16>,
}

impl BenefitTraits {
    /// A benefit that the catalogue lacks has the catalogue's defaults.
    pub const UNKNOWN: BenefitTraits =
        BenefitTraits { countable: true, last_resort: false, income_replacing: false, life_event: None };

    /// Whether its covered days matter to any feature.
    pub fn tracked(&self) -> bool {
        self.countable || self.last_resort || self.income_replacing || self.life_event.is_some()
    }
}

/// The benefits whose covered days matter to any feature.
#[derive(Debug)]
pub struct TrackedBenefits(Vec<bool>);

impl TrackedBenefits {
    /// Of the catalogue's benefits, by code.
    pub fn of(traits: &[BenefitTraits]) -> Self {
        TrackedBenefits(traits.iter().map(BenefitTraits::tracked).collect())
    }

    /// Whether the days of a benefit matter; those of one that the catalogue lacks do.
    #[inline(always)]
    pub fn contains(&self, benefit: u16) -> bool {
        self.0.get(usize::from(benefit)).is_none_or(|tracked| *tracked)
    }
}

/// Days covered by one payment: offsets from [`KernelWindow::floor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Covered {
    /// The benefit, by its code.
    pub benefit: u16,
    /// First covered day.
    pub first: u16,
    /// Last covered day, inclusive.
    pub last: u16,
}

/// The window as the kernel uses it: days are offsets from a floor.
///
/// Nothing that is covered before the floor can matter: a spell that reaches into the window without starting
/// there is told by the `spell_gap_days` + 1 days before it.
#[derive(Debug, Clone)]
pub struct KernelWindow {
    /// The day with offset 0, from 1970.
    pub floor: i32,
    start: u16,
    as_of: u16,
    gap: u16,
    /// A spell starts only after this offset; may be below 0.
    starts_after: i32,
    /// The month slice of each day of the window.
    slices: Vec<u16>,
}

impl KernelWindow {
    /// From a window; its length and gap are bounded by the configuration, so that offsets fit.
    pub fn new(window: &Window) -> Self {
        let floor = window.start.0 - window.spell_gap_days - 1;
        let mut slices = Vec::with_capacity(window.days() as usize);
        for day in window.start.0..=window.as_of.0 {
            slices.push((window.slice_starts.partition_point(|start| start.0 <= day) - 1) as u16);
        }
        KernelWindow {
            floor,
            start: (window.start.0 - floor) as u16,
            as_of: (window.as_of.0 - floor) as u16,
            gap: window.spell_gap_days as u16,
            starts_after: window.history_from.0.saturating_add(window.spell_gap_days).saturating_sub(floor),
            slices,
        }
    }

    /// Covered days as offsets, clipped; `None` where none of them matters.
    #[inline]
    pub fn clip(&self, first: i32, last: i32) -> Option<(u16, u16)> {
        let first = first.saturating_sub(self.floor).max(0);
        let last = last.saturating_sub(self.floor).min(i32::from(self.as_of));
        (last >= first).then_some((first as u16, last as u16))
    }

    fn months(&self) -> usize {
        self.slices.last().map_or(0, |last| usize::from(*last) + 1)
    }
}

/// What covered days come to, for one customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CoverageFeatures {
    /// Distinct countable benefits with a covered day in the window.
    pub benefits_paid: u32,
    /// Days with at least one countable benefit.
    pub benefit_days: u32,
    /// Days with at least two.
    pub concurrent_days: u32,
    /// The most countable benefits on one day.
    pub max_concurrent_benefits: u32,
    /// Spells of countable benefits that start in the window.
    pub benefit_starts: u32,
    /// Spells of countable benefits that end in the window.
    pub benefit_ends: u32,
    /// Month slices with a last-resort benefit.
    pub last_resort_months: u32,
    /// The longest run of such slices.
    pub last_resort_streak: u32,
    /// Month slices with an income-replacing or last-resort benefit.
    pub income_months: u32,
}

/// The kernel with its working memory, used customer after customer.
#[derive(Debug, Default)]
pub struct Kernel {
    /// Where the number of countable benefits changes: day and change.
    edges: Vec<(u16, i16)>,
    last_resort: Vec<bool>,
    income: Vec<bool>,
}

impl Kernel {
    /// One customer's features from their covered days, sorted; life events that spell starts mean are appended
    /// to `events` as (event, day offset).
    pub fn features(
        &mut self,
        covered: &[Covered],
        traits: impl Fn(u16) -> BenefitTraits,
        window: &KernelWindow,
        events: &mut Vec<(u16, u16)>,
    ) -> CoverageFeatures {
        let mut features = CoverageFeatures::default();
        self.edges.clear();
        self.last_resort.clear();
        self.last_resort.resize(window.months(), false);
        self.income.clear();
        self.income.resize(window.months(), false);
        for of_benefit in covered.chunk_by(|a, b| a.benefit == b.benefit) {
            let benefit = traits(of_benefit[0].benefit);
            self.benefit(of_benefit, benefit, window, &mut features, events);
        }
        self.overlaps(&mut features);
        let set = |slices: &[bool]| slices.iter().filter(|covered| **covered).count() as u32;
        features.last_resort_months = set(&self.last_resort);
        features.income_months = set(&self.income);
        let runs = self.last_resort.split(|covered| !covered).map(<[bool]>::len);
        features.last_resort_streak = runs.max().unwrap_or(0) as u32;
        features
    }

    /// Joins one benefit's payments to stretches and its stretches to spells.
    fn benefit(
        &mut self,
        covered: &[Covered],
        benefit: BenefitTraits,
        window: &KernelWindow,
        features: &mut CoverageFeatures,
        events: &mut Vec<(u16, u16)>,
    ) {
        let mut spell_start = covered[0].first;
        let mut stretch = (covered[0].first, covered[0].last);
        let mut in_window = false;
        for next in &covered[1..] {
            if u32::from(next.first) <= u32::from(stretch.1) + 1 {
                stretch.1 = stretch.1.max(next.last);
                continue;
            }
            in_window |= self.stretch(stretch, benefit, window);
            if next.first - stretch.1 - 1 > window.gap {
                spell((spell_start, stretch.1), benefit, window, features, events);
                spell_start = next.first;
            }
            stretch = (next.first, next.last);
        }
        in_window |= self.stretch(stretch, benefit, window);
        spell((spell_start, stretch.1), benefit, window, features, events);
        features.benefits_paid += u32::from(in_window && benefit.countable);
    }

    /// Notes what a stretch of one benefit covers of the window; false when nothing.
    fn stretch(&mut self, (first, last): (u16, u16), benefit: BenefitTraits, window: &KernelWindow) -> bool {
        if last < window.start {
            return false;
        }
        let first = first.max(window.start);
        if benefit.countable {
            self.edges.push((first, 1));
            self.edges.push((last + 1, -1));
        }
        if benefit.last_resort || benefit.income_replacing {
            let slice = |day: u16| usize::from(window.slices[usize::from(day - window.start)]);
            let months = slice(first)..=slice(last);
            self.income[months.clone()].fill(true);
            if benefit.last_resort {
                self.last_resort[months].fill(true);
            }
        }
        true
    }

    /// Walks over the days on which the number of countable benefits changes.
    fn overlaps(&mut self, features: &mut CoverageFeatures) {
        // At most one stretch of a benefit covers a day, so what is counted here are benefits. Ends sort before
        // starts of the same day.
        self.edges.sort_unstable();
        let (mut benefits, mut since) = (0i32, 0u16);
        for (day, change) in &self.edges {
            let days = u32::from(day - since);
            features.benefit_days += if benefits >= 1 { days } else { 0 };
            features.concurrent_days += if benefits >= 2 { days } else { 0 };
            benefits += i32::from(*change);
            features.max_concurrent_benefits = features.max_concurrent_benefits.max(benefits as u32);
            since = *day;
        }
    }
}

/// Counts a spell's start and end (`docs/method.md` section 4, *Spells*).
fn spell(
    (first, last): (u16, u16),
    benefit: BenefitTraits,
    window: &KernelWindow,
    features: &mut CoverageFeatures,
    events: &mut Vec<(u16, u16)>,
) {
    let starts = first >= window.start && i32::from(first) > window.starts_after;
    let ends = last >= window.start && u32::from(last) + u32::from(window.gap) < u32::from(window.as_of);
    if benefit.countable {
        features.benefit_starts += u32::from(starts);
        features.benefit_ends += u32::from(ends);
    }
    if let (true, Some(event)) = (starts, benefit.life_event) {
        events.push((event, first));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    const BENEFITS: [BenefitTraits; 5] = [
        BenefitTraits::UNKNOWN,
        BenefitTraits { countable: true, last_resort: true, income_replacing: false, life_event: Some(7) },
        BenefitTraits { countable: true, last_resort: false, income_replacing: true, life_event: Some(8) },
        BenefitTraits { countable: false, last_resort: true, income_replacing: false, life_event: None },
        BenefitTraits { countable: false, last_resort: false, income_replacing: false, life_event: Some(7) },
    ];

    /// `docs/method.md` section 4 day by day: every covered day is an element of a set, the days before the window too.
    fn by_days(payments: &[(u16, i32, i32)], window: &Window) -> (CoverageFeatures, BTreeSet<(u16, i32)>) {
        let mut days: BTreeMap<u16, BTreeSet<i32>> = BTreeMap::new();
        for (benefit, first, last) in payments {
            days.entry(*benefit).or_default().extend(*first..=*last.min(&window.as_of.0));
        }
        days.retain(|_, days| !days.is_empty());
        let mut features = CoverageFeatures::default();
        let mut events = BTreeSet::new();
        let in_window = |day: &i32| window.contains(Day(*day));
        for (benefit, days) in &days {
            let traits = BENEFITS[usize::from(*benefit)];
            features.benefits_paid += u32::from(traits.countable && days.iter().any(in_window));
            for day in days {
                // A day starts a spell when none of the gap + 1 days before it is covered; likewise its end.
                let gap = window.spell_gap_days;
                let starts = days.range(day - gap - 1..*day).next().is_none();
                let ends = days.range(day + 1..=day + gap + 1).next().is_none();
                let counted_start = starts && *day >= window.start.0 && *day > window.history_from.0 + gap;
                let counted_end = ends && *day >= window.start.0 && *day < window.as_of.0 - gap;
                features.benefit_starts += u32::from(counted_start && traits.countable);
                features.benefit_ends += u32::from(counted_end && traits.countable);
                if let (true, Some(event)) = (counted_start, traits.life_event) {
                    events.insert((event, *day));
                }
            }
        }
        for day in window.start.0..=window.as_of.0 {
            let concurrent = days
                .iter()
                .filter(|(benefit, days)| BENEFITS[usize::from(**benefit)].countable && days.contains(&day))
                .count() as u32;
            features.benefit_days += u32::from(concurrent >= 1);
            features.concurrent_days += u32::from(concurrent >= 2);
            features.max_concurrent_benefits = features.max_concurrent_benefits.max(concurrent);
        }
        let mut run = 0;
        for (k, start) in window.slice_starts.iter().enumerate() {
            let end = window.slice_starts.get(k + 1).map_or(window.as_of.0, |next| next.0 - 1);
            let covered = |wanted: fn(BenefitTraits) -> bool| {
                days.iter().any(|(benefit, days)| {
                    wanted(BENEFITS[usize::from(*benefit)]) && days.range(start.0..=end).next().is_some()
                })
            };
            let last_resort = covered(|benefit| benefit.last_resort);
            run = if last_resort { run + 1 } else { 0 };
            features.last_resort_months += u32::from(last_resort);
            features.last_resort_streak = features.last_resort_streak.max(run);
            features.income_months += u32::from(covered(|benefit| benefit.last_resort || benefit.income_replacing));
        }
        (features, events)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn the_kernel_agrees_with_counting_day_by_day(
            payments in proptest::collection::vec((0u16..5, -500i32..420, 0i32..70), 0..12),
            as_of in 19_000i32..20_500,
            months in 1u32..15,
            gap in 0u32..45,
            history in -450i32..100,
        ) {
            let as_of = Day(as_of);
            let start = Window::new(as_of, months, None, gap, 30).start;
            let window = Window::new(as_of, months, Some(start.plus_days(history)), gap, 30);
            let payments: Vec<_> = payments
                .into_iter()
                .map(|(benefit, first, length)| (benefit, start.0 + first, start.0 + first + length))
                .filter(|(_, first, _)| *first <= as_of.0)
                .collect();
            let kernel_window = KernelWindow::new(&window);
            let mut covered: Vec<Covered> = payments
                .iter()
                .filter_map(|(benefit, first, last)| {
                    let (first, last) = kernel_window.clip(*first, *last)?;
                    Some(Covered { benefit: *benefit, first, last })
                })
                .collect();
            covered.sort_unstable();
            let mut events = Vec::new();
            let found = Kernel::default().features(&covered, |b| BENEFITS[usize::from(b)], &kernel_window, &mut events);
            let events: BTreeSet<_> =
                events.into_iter().map(|(event, day)| (event, i32::from(day) + kernel_window.floor)).collect();
            prop_assert_eq!((found, events), by_days(&payments, &window));
        }
    }
}
