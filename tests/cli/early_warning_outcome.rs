//! What a model and its tests must come to, worked out from the labels of runs on the dates of its panel, customer by
//! customer.

use std::collections::BTreeMap;

use crate::panel_outcome::Panel;
use crate::table::Table;
use crate::workspace::Workspace;

/// The category that is warned of; in question is everybody else.
pub const TO: &str = "irregular";

/// A customer in question on a date.
pub struct Case {
    pub id: String,
    /// The number of dates until the outcome, from 1; `None` without the outcome.
    pub until: Option<usize>,
    /// The rule that decided.
    pub rule: String,
    /// The features, by their names; without those that are missing.
    pub values: BTreeMap<String, f64>,
}

/// Who was in question on a date.
pub struct Sample {
    pub date: String,
    pub cases: Vec<Case>,
    pub left_out: usize,
    /// Customers of the date who are no longer registered.
    pub left: usize,
}

impl Sample {
    pub fn outcomes(&self) -> usize {
        self.cases.iter().filter(|case| case.until.is_some()).count()
    }
}

/// Of a date of a panel: who is in question with what becomes of them, how many are left out, and how many are no longer
/// registered. `register` has customer_id, registered_from and registered_to; without one everybody is.
pub fn in_question<'a>(
    panel: &'a Panel,
    register: Option<&Table>,
    at: usize,
    within: usize,
) -> (Vec<(&'a str, Option<usize>)>, usize, usize) {
    let rows = register.map(|register| register.select(&["customer_id", "registered_from", "registered_to"]));
    let spells: Option<BTreeMap<&str, [&str; 2]>> =
        rows.map(|rows| rows.into_iter().map(|row| (row[0], [row[1], row[2]])).collect());
    let date = panel.dates[at].as_str();
    let is_registered = |id: &str| {
        spells.as_ref().map(|spells| spells[id]).is_none_or(|[from, to]| from <= date && (to.is_empty() || date <= to))
    };
    let (mut cases, mut left_out, mut left) = (Vec::new(), 0, 0);
    for (id, sequence) in &panel.sequences {
        if sequence[at].is_empty() || sequence[at] == TO {
            continue;
        }
        let until = (1..=within).find(|after| sequence[at + after] == TO);
        if !is_registered(id) {
            left += 1;
        } else if until.is_none() && sequence[at + within].is_empty() {
            left_out += 1;
        } else {
            cases.push((id.as_str(), until));
        }
    }
    (cases, left_out, left)
}

/// The samples of all dates that have `within` dates after them, from the panel's sequences, the register, and a run on each
/// date.
pub fn samples(workspace: &Workspace, config: &str, panel: &Panel, register: &Table, within: usize) -> Vec<Sample> {
    let of_date = |at: usize| {
        let date = panel.dates[at].clone();
        workspace.vardag(&["run", config, "--as-of", &date, "--out", "single", "--quiet"]).code(0);
        let labels = Table::read(&workspace.path(&format!("single/{date}/labels.csv")));
        let rows: BTreeMap<&str, &Vec<String>> = labels.rows.iter().map(|row| (row[0].as_str(), row)).collect();
        let (cases, left_out, left) = in_question(panel, Some(register), at, within);
        let case = |(id, until): (&str, Option<usize>)| {
            let known = labels.columns.iter().zip(rows[id]).skip(3);
            let known = known.filter_map(|(name, value)| Some((name.clone(), value.parse().ok()?)));
            Case { id: id.to_owned(), until, rule: rows[id][2].clone(), values: known.collect() }
        };
        Sample { date, cases: cases.into_iter().map(case).collect(), left_out, left }
    };
    (0..panel.dates.len() - within).map(of_date).collect()
}

/// The rate of the outcome by rule, and of all.
pub fn rule_rates(samples: &[Sample]) -> (BTreeMap<&str, f64>, f64) {
    let mut counts: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for case in samples.iter().flat_map(|sample| &sample.cases) {
        let (rows, outcomes) = counts.entry(&case.rule).or_default();
        *rows += 1.0;
        *outcomes += f64::from(u8::from(case.until.is_some()));
    }
    let (rows, outcomes) = counts.values().fold((0.0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    (counts.into_iter().map(|(rule, (rows, outcomes))| (rule, outcomes / rows)).collect(), outcomes / rows)
}

/// Looked at, found, and by the number of dates until the outcome those found and all.
type Top = (f64, f64, Vec<(f64, f64)>);

/// The sums that test figures are made of, of one date or of several.
#[derive(Default, Clone)]
pub struct Sums {
    rows: f64,
    outcomes: f64,
    pairs: f64,
    won: f64,
    expected: f64,
    squared: f64,
    squared_of_base: f64,
    /// By capacity.
    top: BTreeMap<u64, Top>,
}

impl Sums {
    /// Of a sample whose customers have these risks; `base` is the fitting sample's rate.
    pub fn of(sample: &Sample, risks: &[f64], base: f64, within: usize) -> Sums {
        let mut sums = Sums::default();
        let mut order: Vec<(f64, Option<usize>)> =
            risks.iter().copied().zip(sample.cases.iter().map(|case| case.until)).collect();
        order.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (risk, until) in &order {
            let outcome = f64::from(u8::from(until.is_some()));
            sums.rows += 1.0;
            sums.outcomes += outcome;
            sums.expected += risk;
            sums.squared += (risk - outcome).powi(2);
            sums.squared_of_base += (base - outcome).powi(2);
        }
        for (risk, _) in order.iter().filter(|case| case.1.is_some()) {
            for (other, _) in order.iter().filter(|case| case.1.is_none()) {
                sums.pairs += 1.0;
                sums.won += if risk > other { 1.0 } else { f64::from(u8::from(risk == other)) / 2.0 };
            }
        }
        for capacity in [1, 2, 5, 10] {
            let looked_at = (order.len() as f64 * capacity as f64 / 100.0).ceil();
            let edge = order[looked_at as usize - 1].0;
            let above = order.iter().filter(|case| case.0 > edge).count() as f64;
            let share = (looked_at - above) / order.iter().filter(|case| case.0 == edge).count() as f64;
            let weight = |risk: f64| if risk > edge { 1.0 } else { share * f64::from(u8::from(risk == edge)) };
            let mut by_dates = vec![(0.0, 0.0); within];
            for (risk, until) in order.iter().filter_map(|(risk, until)| Some((risk, (*until)?))) {
                by_dates[until - 1].0 += weight(*risk);
                by_dates[until - 1].1 += 1.0;
            }
            let found = by_dates.iter().map(|of| of.0).sum();
            sums.top.insert(capacity, (looked_at, found, by_dates));
        }
        sums
    }

    /// Those of several dates together.
    pub fn together(all: &[Sums]) -> Sums {
        let mut sums = Sums::default();
        for of in all {
            sums.rows += of.rows;
            sums.outcomes += of.outcomes;
            sums.pairs += of.pairs;
            sums.won += of.won;
            sums.expected += of.expected;
            sums.squared += of.squared;
            sums.squared_of_base += of.squared_of_base;
            for (capacity, (looked_at, found, by_dates)) in &of.top {
                let top = sums.top.entry(*capacity).or_insert_with(|| (0.0, 0.0, vec![(0.0, 0.0); by_dates.len()]));
                top.0 += looked_at;
                top.1 += found;
                top.2.iter_mut().zip(by_dates).for_each(|(sum, of)| *sum = (sum.0 + of.0, sum.1 + of.1));
            }
        }
        sums
    }

    /// The figures as `backtest.csv` calls them.
    pub fn figures(&self) -> Vec<(String, f64)> {
        let base_pct = 100.0 * self.outcomes / self.rows;
        let mut figures = vec![
            ("customers".to_owned(), self.rows),
            ("outcomes".to_owned(), self.outcomes),
            ("base_pct".to_owned(), base_pct),
            ("auc".to_owned(), self.won / self.pairs),
            ("expected".to_owned(), self.expected),
            ("observed_to_expected".to_owned(), self.outcomes / self.expected),
            ("brier".to_owned(), self.squared / self.rows),
            ("brier_skill".to_owned(), 1.0 - self.squared / self.squared_of_base),
        ];
        for (capacity, (looked_at, found, by_dates)) in &self.top {
            let precision = 100.0 * found / looked_at;
            figures.push((format!("precision_at_{capacity}_pct"), precision));
            figures.push((format!("recall_at_{capacity}_pct"), 100.0 * found / self.outcomes));
            figures.push((format!("lift_at_{capacity}"), precision / base_pct));
            if *capacity == 5 {
                let after = |(at, (found, all)): (usize, &(f64, f64))| {
                    (format!("recall_at_5_after_{}_pct", at + 1), 100.0 * found / all)
                };
                figures.extend(by_dates.iter().enumerate().map(after));
            }
        }
        figures
    }
}

/// The place of the bin of a value, in a feature of a model's file.
pub fn bin_of(feature: &toml::Value, value: Option<f64>) -> Option<usize> {
    let bins = feature["bins"].as_array().expect("bins");
    let number = |bin: &toml::Value, key: &str| {
        let value = bin.get(key)?;
        value.as_float().or_else(|| value.as_integer().map(|value| value as f64))
    };
    let Some(value) = value else { return bins.iter().position(|bin| bin.get("missing").is_some()) };
    let own = bins.iter().position(|bin| number(bin, "value") == Some(value));
    let edge = || bins.iter().position(|bin| number(bin, "up_to").is_some_and(|edge| value <= edge));
    let last = || bins.iter().rposition(|bin| bin.get("up_to").is_some());
    own.or_else(edge).or_else(last)
}

/// A customer's score by a model's file.
pub fn score(model: &toml::Value, case: &Case) -> i64 {
    let features = model["scorecard"]["features"].as_array().expect("features");
    let points = |feature: &toml::Value| {
        let name = feature["name"].as_str().expect("a name");
        let bin = bin_of(feature, case.values.get(name).copied());
        bin.map_or(0, |bin| feature["bins"][bin]["points"].as_integer().expect("points"))
    };
    features.iter().map(points).sum()
}
