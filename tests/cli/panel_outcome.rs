//! A panel as it is read back, and its figures worked out again from the sequences, customer by customer.

use std::collections::BTreeMap;
use std::path::Path;

use crate::outcome::RunFolder;

/// Of a customer who is not in the population on a date.
const ABSENT: &str = "";

/// The dates, and each customer's categories.
pub struct Panel {
    pub folder: RunFolder,
    pub dates: Vec<String>,
    pub sequences: BTreeMap<String, Vec<String>>,
    categories: Vec<String>,
}

impl Panel {
    pub fn read(folder: &Path) -> Panel {
        let folder = RunFolder::open(folder);
        let table = folder.table("sequences.csv");
        let sequences = table.rows.iter().map(|row| (row[0].clone(), row[1..].to_vec())).collect();
        let shares = folder.table("shares.csv");
        let mut categories: Vec<String> = Vec::new();
        for category in shares.column("category") {
            if category != "all" && !categories.iter().any(|known| known == category) {
                categories.push(category.to_owned());
            }
        }
        Panel { dates: table.columns[1..].to_vec(), sequences, categories, folder }
    }

    /// The labels of a date, as a run would have them.
    pub fn labels(&self, at: usize) -> BTreeMap<&str, &str> {
        let labels = self.sequences.iter().map(|(id, sequence)| (id.as_str(), sequence[at].as_str()));
        labels.filter(|(_, category)| *category != ABSENT).collect()
    }

    /// The categories, and who is absent last.
    fn states(&self) -> Vec<&str> {
        self.categories.iter().map(String::as_str).chain([ABSENT]).collect()
    }
}

/// Whether two numbers of a table are the same but for the order of a sum.
fn same(found: &str, expected: f64) -> bool {
    match found.parse::<f64>() {
        Ok(found) => (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
        Err(_) => found.is_empty() && expected.is_nan(),
    }
}

/// What the figures of a panel say otherwise than its sequences, worked out from them customer by customer.
pub fn differences_from_sequences(panel: &Panel) -> Vec<String> {
    let mut differences = Vec::new();
    differences.extend(wrong_spells(panel));
    differences.extend(wrong_transitions(panel));
    differences.extend(wrong_durations(panel));
    differences.extend(wrong_mobility(panel));
    differences
}

/// The spells of the sequences: customer, category, place of the first and of the last date, before, after.
fn spells(panel: &Panel) -> Vec<(String, String, usize, usize, String, String)> {
    let last = panel.dates.len() - 1;
    let mut spells = Vec::new();
    for (id, sequence) in &panel.sequences {
        for first in 0..=last {
            let category = &sequence[first];
            if category == ABSENT || first > 0 && sequence[first - 1] == *category {
                continue;
            }
            let end = (first..=last).take_while(|at| sequence[*at] == *category).last().unwrap_or(first);
            let word = |other: &str, absent: &str| if other == ABSENT { absent } else { other }.to_owned();
            let began = if first == 0 { "unknown".to_owned() } else { word(&sequence[first - 1], "entered") };
            let ended = if end == last { "open".to_owned() } else { word(&sequence[end + 1], "left") };
            spells.push((id.clone(), category.clone(), first, end, began, ended));
        }
    }
    spells
}

fn wrong_spells(panel: &Panel) -> Vec<String> {
    let row = |(id, category, first, last, began, ended): (String, String, usize, usize, String, String)| {
        let (dates, days) = ((last - first + 1).to_string(), [first, last].map(|at| panel.dates[at].clone()));
        let [first, last] = days;
        vec![id, category, first, last, dates, began, ended]
    };
    let expected: Vec<Vec<String>> = spells(panel).into_iter().map(row).collect();
    let found = panel.folder.table("spells.csv");
    if found.rows == expected { Vec::new() } else { vec!["other spells".to_owned()] }
}

/// Customers with one category at a place and another so many dates later; `None` is any category or none.
fn count(panel: &Panel, at: usize, horizon: usize, from: &str, to: Option<&str>) -> f64 {
    let moved = |sequence: &&Vec<String>| sequence[at] == from && to.is_none_or(|to| sequence[at + horizon] == to);
    panel.sequences.values().filter(moved).count() as f64
}

fn horizons(panel: &Panel) -> Vec<usize> {
    [1, 3, 12].into_iter().filter(|horizon| *horizon < panel.dates.len()).collect()
}

fn wrong_transitions(panel: &Panel) -> Vec<String> {
    let (mut rows, mut rates) = (Vec::new(), Vec::new());
    let states = panel.states();
    for horizon in horizons(panel) {
        let pairs: Vec<usize> = (0..panel.dates.len() - horizon).collect();
        let moves = states.iter().flat_map(|from| states.iter().map(move |to| (*from, *to)));
        let moves: Vec<(&str, &str)> = moves.filter(|(from, to)| (*from, *to) != (ABSENT, ABSENT)).collect();
        let word = |state: &str, absent: &str| if state == ABSENT { absent } else { state }.to_owned();
        let numbers = |pairs: &[usize], from: &str, to: &str| {
            let sum = |to| pairs.iter().map(|at| count(panel, *at, horizon, from, to)).sum::<f64>();
            (sum(Some(to)), if from == ABSENT { f64::NAN } else { 100.0 * sum(Some(to)) / sum(None) })
        };
        for at in &pairs {
            for (from, to) in &moves {
                let days = [*at, at + horizon].map(|at| panel.dates[at].clone());
                let key = [horizon.to_string()].into_iter().chain(days);
                let key: Vec<String> = key.chain([word(from, "entered"), word(to, "left")]).collect();
                rows.push((key, numbers(&[*at], from, to)));
            }
        }
        for (from, to) in &moves {
            let key = vec![horizon.to_string(), word(from, "entered"), word(to, "left")];
            rates.push((key, numbers(&pairs, from, to)));
        }
    }
    let wrong = |name: &str, expected: Vec<(Vec<String>, (f64, f64))>| {
        let found = panel.folder.table(name);
        let is_row = |row: &Vec<String>, (key, (customers, pct)): &(Vec<String>, (f64, f64))| {
            let at = key.len();
            row[..at] == key[..] && same(&row[at], *customers) && same(&row[at + 1], *pct)
        };
        let is_same = found.rows.len() == expected.len()
            && found.rows.iter().zip(&expected).all(|(row, expected)| is_row(row, expected));
        (!is_same).then(|| format!("{name} differs"))
    };
    [wrong("transitions.csv", rows), wrong("transition_rates.csv", rates)].into_iter().flatten().collect()
}

fn wrong_durations(panel: &Panel) -> Vec<String> {
    let known: Vec<_> = spells(panel).into_iter().filter(|spell| spell.4 != "unknown").collect();
    let found = panel.folder.table("durations.csv");
    let ends: Vec<&str> = panel.categories.iter().map(String::as_str).chain(["left"]).collect();
    let (mut expected, mut row) = (0, found.rows.iter());
    let mut differences = Vec::new();
    for category in &panel.categories {
        let own: Vec<(usize, &str)> = known
            .iter()
            .filter(|spell| spell.1 == *category)
            .map(|spell| (spell.3 - spell.2 + 1, spell.5.as_str()))
            .collect();
        let (mut survival, mut variance) = (1.0, 0.0);
        let mut to = vec![0.0; ends.len()];
        for dates in 1.. {
            let at_risk =
                own.iter().filter(|(length, end)| *length > dates || *length == dates && *end != "open").count() as f64;
            if at_risk == 0.0 {
                break;
            }
            let ended = |end: Option<&str>| {
                own.iter()
                    .filter(|(length, own)| *length == dates && end.map_or(*own != "open", |end| *own == end))
                    .count() as f64
            };
            for (share, end) in to.iter_mut().zip(&ends) {
                *share += survival * ended(Some(end)) / at_risk;
            }
            survival *= 1.0 - ended(None) / at_risk;
            variance += ended(None) / (at_risk * (at_risk - ended(None)));
            let se = if ended(None) == at_risk { f64::NAN } else { survival * f64::sqrt(variance) };
            expected += 1;
            let Some(row) = row.next() else { break };
            let shares = to.iter().zip(&ends).map(|(share, end)| if *end == category { f64::NAN } else { *share });
            let numbers = [dates as f64, at_risk, ended(None), survival, se].into_iter().chain(shares);
            let is_same =
                row[0] == *category && row[1..].iter().zip(numbers).all(|(found, number)| same(found, number));
            differences.extend((!is_same).then(|| format!("durations.csv: {row:?}")));
        }
    }
    differences.extend((found.rows.len() != expected).then(|| format!("durations.csv has not {expected} rows")));
    differences
}

fn wrong_mobility(panel: &Panel) -> Vec<String> {
    let found = panel.folder.table("mobility.csv");
    let mut differences = Vec::new();
    for (horizon, row) in horizons(panel).into_iter().zip(&found.rows) {
        let pairs = panel.dates.len() - horizon;
        let mut of_category = vec![(0.0, 0.0, 0.0); panel.categories.len()];
        for (at, category) in panel.categories.iter().enumerate() {
            for pair in 0..pairs {
                for sequence in panel.sequences.values().filter(|sequence| sequence[pair] == *category) {
                    let (all, stayed, unbroken) = &mut of_category[at];
                    *all += f64::from(u8::from(sequence[pair + horizon] != ABSENT));
                    *stayed += f64::from(u8::from(sequence[pair + horizon] == *category));
                    let between = &sequence[pair..=pair + horizon];
                    *unbroken += f64::from(u8::from(between.iter().all(|other| other == category)));
                }
            }
        }
        let all: f64 = of_category.iter().map(|(all, ..)| all).sum();
        let stayed: f64 = of_category.iter().map(|(_, stayed, _)| stayed).sum();
        let had: Vec<_> = of_category.iter().filter(|(all, ..)| *all > 0.0).collect();
        let trace: f64 = had.iter().map(|(all, stayed, _)| stayed / all).sum();
        let rows = had.len() as f64;
        let shorrocks = if rows < 2.0 { f64::NAN } else { (rows - trace) / (rows - 1.0) };
        let head = [horizon as f64, pairs as f64, all, 100.0 * stayed / all, shorrocks];
        let stays = of_category.iter().map(|(all, stayed, _)| 100.0 * stayed / all);
        let unbroken = of_category.iter().map(|(all, _, unbroken)| 100.0 * unbroken / all);
        let numbers = head.into_iter().chain(stays).chain(unbroken);
        let is_same = row.iter().zip(numbers).all(|(found, number)| same(found, number));
        differences.extend((!is_same).then(|| format!("mobility.csv: {row:?}")));
    }
    differences.extend((found.rows.len() != horizons(panel).len()).then(|| "mobility.csv: other horizons".to_owned()));
    differences
}
