//! Gates: whether a run strays too far from the good runs before it.
//!
//! Each figure has a gate of its own. One index over all categories would be blind here: a near doubling of the
//! heaviest category, from 10 to 19 per cent, has a population stability index of only 0.078, far below the usual
//! alarm at 0.2.

use super::HistoryEntry;
use crate::config::Gates;
use crate::i18n::{Message, Value, messages};
use crate::statistics::ALL;
use crate::text::double;

/// The figures of the run that is to be published.
#[derive(Debug, Clone, Default)]
pub struct CurrentRun {
    /// Customers by category, then `all`.
    pub customers: Vec<(String, u64)>,
    /// Records by extract.
    pub volumes: Vec<(String, u64)>,
}

/// The broken gates; none without a run before (`past` is oldest first).
pub fn broken_gates(gates: &Gates, past: &[HistoryEntry], current_run: &CurrentRun) -> Vec<Message> {
    let Some(last) = past.last() else { return Vec::new() };
    let mut broken = Vec::new();
    if let Some(most) = gates.max_population_change_pct {
        broken.extend(population(most, gates, last, current_run));
    }
    if let Some(most) = gates.max_share_change_pct {
        broken.extend(shares(most, gates, last, current_run));
    }
    if let Some(most) = gates.max_volume_change_pct {
        let recent = &past[past.len().saturating_sub(gates.volume_runs as usize)..];
        broken.extend(volumes(most, gates, recent, current_run));
    }
    broken
}

fn population(most: f64, gates: &Gates, last: &HistoryEntry, current_run: &CurrentRun) -> Option<Message> {
    let (before, now) = (last.population, all(current_run));
    let change = change_pct(before as f64, now as f64);
    (change.abs() > most && !by_chance(before as f64, now as f64, gates)).then(|| {
        let before = messages::n_customers(before);
        messages::population_changed(before, &last.as_of, now, changed(change), &double(most))
    })
}

fn shares(most: f64, gates: &Gates, last: &HistoryEntry, current_run: &CurrentRun) -> Vec<Message> {
    let now_of = |name: &str| current_run.customers.iter().find(|(own, _)| own == name).map_or(0, |(_, count)| *count);
    let gone = last.categories.iter().map(|category| &category.category);
    let gone = gone.filter(|name| !current_run.customers.iter().any(|(own, _)| own == *name));
    let names = current_run.customers.iter().map(|(name, _)| name).chain(gone).filter(|name| *name != ALL);
    let check = |name: &String| {
        let share = |customers: u64, of: u64| if of == 0 { 0.0 } else { 100.0 * customers as f64 / of as f64 };
        let before = share(last.category(name).map_or(0, |category| category.customers), last.population);
        let now = share(now_of(name), all(current_run));
        let points = (now - before).abs();
        // As many customers as the shares come to in the smaller population.
        let customers = |share: f64| share / 100.0 * last.population.min(all(current_run)) as f64;
        let small = points < gates.min_share_change_points || by_chance(customers(before), customers(now), gates);
        let change = change_pct(before, now);
        (change.abs() > most && !small).then(|| {
            let [before, now] = [before, now].map(|share| Value::Number(format!("{share:.2}")));
            messages::share_changed(name, before, &last.as_of, now, changed(change), &double(most))
        })
    };
    names.filter_map(check).collect()
}

fn volumes(most: f64, gates: &Gates, recent: &[HistoryEntry], current_run: &CurrentRun) -> Vec<Message> {
    let check = |(extract, now): &(String, u64)| {
        let of_run = |run: &HistoryEntry| run.volumes.iter().find(|(own, _)| own == extract).map(|(_, count)| *count);
        let before: Vec<u64> = recent.iter().filter_map(of_run).collect();
        let usual = median(&before)?;
        let change = change_pct(usual, *now as f64);
        (change.abs() > most && !by_chance(usual, *now as f64, gates)).then(|| {
            let (now, median) = (messages::n_records(*now), Value::Number(double(usual)));
            messages::volume_changed(extract, now, before.len(), median, changed(change), &double(most))
        })
    };
    current_run.volumes.iter().filter_map(check).collect()
}

fn all(current_run: &CurrentRun) -> u64 {
    current_run.customers.iter().find(|(name, _)| name == ALL).map_or(0, |(_, count)| *count)
}

/// Whether chance alone may have made one count of the other: a count that chance moves has a standard deviation of its
/// root, so that a few customers more or less are no change, however many per cent.
fn by_chance(before: f64, now: f64, gates: &Gates) -> bool {
    (now - before).abs() <= gates.min_change_sd * before.max(now).sqrt()
}

/// The change in per cent of what was before; infinite where there was nothing.
fn change_pct(before: f64, now: f64) -> f64 {
    if before == now { 0.0 } else { 100.0 * (now - before) / before }
}

fn changed(change: f64) -> Message {
    let pct = Value::Number(format!("{:.1}", change.abs()));
    match change {
        change if change.is_infinite() => messages::from_none(),
        change if change < 0.0 => messages::less(pct),
        _ => messages::more(pct),
    }
}

/// The middle value, or the mean of the two in the middle.
fn median(values: &[u64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle] as f64),
        _ => Some((values[middle - 1] as f64 + values[middle] as f64) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::CategoryPoint;
    use crate::i18n::Language;
    use crate::schema::Entity;
    use crate::schema::figures::FigureValues;

    const GATES: Gates = Gates {
        max_share_change_pct: Some(10.0),
        min_share_change_points: 0.5,
        max_population_change_pct: Some(5.0),
        max_volume_change_pct: Some(50.0),
        volume_runs: 3,
        min_change_sd: 3.0,
    };

    /// The broken gates in words.
    fn broken_gates(gates: &Gates, past: &[HistoryEntry], now: &CurrentRun) -> Vec<String> {
        Message::texts(&super::broken_gates(gates, past, now), Language::En)
    }

    fn run(as_of: &str, customers: &[(&str, u64)], contacts: u64) -> HistoryEntry {
        let point = |(name, customers): &(&str, u64)| CategoryPoint {
            category: (*name).to_owned(),
            customers: *customers,
            figures: FigureValues::new(Entity::Customer, |_| 0.0),
        };
        HistoryEntry {
            as_of: as_of.to_owned(),
            months: 12,
            population: customers.iter().map(|(_, count)| count).sum(),
            categories: customers.iter().map(point).collect(),
            volumes: vec![("contacts".to_owned(), contacts)],
        }
    }

    fn current_run(customers: &[(&str, u64)], contacts: u64) -> CurrentRun {
        let sum = customers.iter().map(|(_, count)| count).sum();
        let all = customers.iter().copied().chain([(ALL, sum)]);
        CurrentRun {
            customers: all.map(|(name, count)| (name.to_owned(), count)).collect(),
            volumes: vec![("contacts".to_owned(), contacts)],
        }
    }

    #[test]
    fn a_near_doubling_of_the_heaviest_category_is_seen() {
        let past = [run("2025-12-31", &[("regular", 79_000), ("irregular", 11_000), ("support", 10_000)], 1000)];
        let now = current_run(&[("regular", 70_000), ("irregular", 11_000), ("support", 19_000)], 1000);
        assert_eq!(
            broken_gates(&GATES, &past, &now),
            [
                "regular: its share went from 79.00 % on 2025-12-31 to 70.00 %, 11.4 % less; max_share_change_pct = 10",
                "support: its share went from 10.00 % on 2025-12-31 to 19.00 %, 90.0 % more; max_share_change_pct = 10",
            ]
        );
    }

    #[test]
    fn small_changes_pass_whatever_they_are_of() {
        // Twice as many, but 0.4 points of the population.
        let past = [run("2025-12-31", &[("regular", 99_600), ("support", 400)], 1000)];
        assert!(broken_gates(&GATES, &past, &current_run(&[("regular", 99_200), ("support", 800)], 1000)).is_empty());
        // Many points, but of a handful of customers; and a handful of contacts.
        let past = [run("2025-12-31", &[("regular", 30), ("support", 2)], 9)];
        assert!(broken_gates(&GATES, &past, &current_run(&[("regular", 25), ("support", 7)], 0)).is_empty());
    }

    #[test]
    fn a_small_agency_is_guarded_too() {
        let past = [run("2025-12-31", &[("regular", 41), ("irregular", 61)], 200)];
        let broken = broken_gates(&GATES, &past, &current_run(&[("regular", 102), ("irregular", 0)], 20));
        assert_eq!(broken.len(), 3, "{broken:?}");
        assert!(broken[1].starts_with("irregular: its share went from 59.80 % on 2025-12-31 to 0.00 %"), "{broken:?}");
        // Without a floor every change beyond a gate counts.
        let past = [run("2025-12-31", &[("regular", 30), ("support", 2)], 9)];
        let strict = Gates { min_change_sd: 0.0, ..GATES };
        assert_eq!(broken_gates(&strict, &past, &current_run(&[("regular", 25), ("support", 7)], 9)).len(), 2);
    }

    #[test]
    fn at_a_threshold_a_run_passes_and_beyond_it_does_not() {
        let past = [run("2025-12-31", &[("regular", 10_000)], 1000)];
        assert!(broken_gates(&GATES, &past, &current_run(&[("regular", 10_500)], 1500)).is_empty());
        let broken = broken_gates(&GATES, &past, &current_run(&[("regular", 9_499)], 499));
        assert_eq!(
            broken,
            [
                "population: from 10000 customers on 2025-12-31 to 9499, 5.0 % less; max_population_change_pct = 5",
                "contacts: 499 records, and in the run before 1000 (the median): 50.1 % less; max_volume_change_pct = 50",
            ]
        );
    }

    #[test]
    fn one_bad_delivery_does_not_spoil_the_median() {
        let day = |as_of, contacts| run(as_of, &[("regular", 10_000)], contacts);
        let past = [day("a", 9), day("b", 1000), day("c", 10), day("d", 1100)];
        assert!(broken_gates(&GATES, &past, &current_run(&[("regular", 10_000)], 1000)).is_empty());
        assert_eq!(broken_gates(&GATES, &past, &current_run(&[("regular", 10_000)], 10)).len(), 1);
        assert_eq!((median(&[1, 2, 4, 9]), median(&[])), (Some(3.0), None));
    }

    #[test]
    fn categories_that_come_and_go_are_changes_too() {
        let past = [run("2025-12-31", &[("regular", 9_000), ("support", 1_000)], 1000)];
        let broken = broken_gates(&GATES, &past, &current_run(&[("regular", 9_000), ("heavy", 1_000)], 1000));
        assert_eq!(broken.len(), 2);
        assert!(
            broken[0].starts_with("heavy: its share went from 0.00 %") && broken[0].contains("where there was none")
        );
        assert!(broken[1].starts_with("support:") && broken[1].contains("100.0 % less"));
    }

    #[test]
    fn without_a_run_before_or_without_gates_nothing_is_broken() {
        let now = current_run(&[("support", 10_000)], 0);
        assert!(broken_gates(&GATES, &[], &now).is_empty());
        let off =
            Gates { max_share_change_pct: None, max_population_change_pct: None, max_volume_change_pct: None, ..GATES };
        assert!(broken_gates(&off, &[run("2025-12-31", &[("regular", 99_000)], 1000)], &now).is_empty());
    }
}
