//! Movements: what became of the customers of one run in a later one.

use std::io::{self, Write};
use std::sync::mpsc;

use serde::Serialize;

use super::join::{Pair, Rows, join};
use super::keys::{COLUMNS, Keys, RuleNames};
use super::settings::{feature_settings_that_differ, rules_differ};
use super::tally::Tally;
use super::{HistoryError, LabelsFile, PastRun};
use crate::config::Config;
use crate::features::catalogue::FEATURES;
use crate::rules::RuleSet;
use crate::text::{guarded, push_csv};

/// Who moved between two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Movements {
    /// The last day of the older run's window, ISO.
    pub old_as_of: String,
    /// The last day of the newer run's window, ISO.
    pub new_as_of: String,
    /// The older run's categories, from lightest to heaviest need.
    pub from: Vec<String>,
    /// The newer run's categories, from lightest to heaviest need.
    pub to: Vec<String>,
    /// Customers in both runs: a row per `from`, a column per `to`.
    pub matrix: Vec<Vec<u64>>,
    /// Customers only in the newer run, by `to`.
    pub entered: Vec<u64>,
    /// Customers only in the older run, by `from`.
    pub left: Vec<u64>,
    /// Customers whose category changed, by the rules that decided, most first.
    pub by_rule: Vec<RuleMovement>,
    /// What moved them, as far as it can be told.
    pub cause: Cause,
}

/// Customers whose category changed, by the rules that decided then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleMovement {
    /// Category in the older run.
    pub from: String,
    /// The rule that decided then.
    pub from_rule: String,
    /// Category in the newer run.
    pub to: String,
    /// The rule that decided now.
    pub to_rule: String,
    /// Customers.
    pub customers: u64,
}

/// What moved customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// The rules are the same: their lives, not ours.
    Behaviour,
    /// The rules differ. Each customer in both runs takes two steps: from the old category to that of the old
    /// features under the new rules, and from there to the new category. So the row sums of the first are those of
    /// the matrix, its column sums are the row sums of the second, and the column sums of that are the matrix's.
    Split {
        /// The first step (`from` × `to`).
        by_rules: Vec<Vec<u64>>,
        /// The second step (`to` × `to`).
        by_behaviour: Vec<Vec<u64>>,
    },
    /// Something else differs too: the benefit catalogue, the window, the meaning of codes.
    CannotTell {
        /// What differs, as the names of settings.
        differs: Vec<String>,
    },
}

impl Movements {
    /// Customers in both runs.
    pub fn in_both(&self) -> u64 {
        self.matrix.iter().flatten().sum()
    }

    /// Customers in both runs whose category changed.
    pub fn moved(&self) -> u64 {
        self.by_rule.iter().map(|rule| rule.customers).sum()
    }
}

/// One of the two runs that are compared; the newer may not be published yet.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The configuration in force, its last day settled.
    pub config: &'a Config,
    /// The labels.
    pub labels: &'a LabelsFile,
}

impl PastRun {
    /// As a side of a comparison.
    pub fn side(&self) -> Side<'_> {
        Side { config: self.config(), labels: self.labels_file() }
    }
}

/// The columns of `movements.csv`.
pub(super) const HEADER: &[u8] = b"customer_id,from,to,from_rule,to_rule\n";

/// Finds who moved, and writes them to `rows`: everybody whose category changed, who entered (nothing under `from`)
/// or left (nothing under `to`), in the order of the ids.
///
/// # Errors
/// A labels file cannot be read, or `rows` not be written.
pub fn movements(
    old: Side<'_>,
    new: Side<'_>,
    threads: usize,
    rows: &mut dyn Write,
) -> Result<Movements, HistoryError> {
    let ground = Ground::of(old, new)?;
    let (old_names, new_names) = (RuleNames::of(old.config), RuleNames::of(new.config));
    let mut tally = Tally::new(old, new, &old_names, &new_names);
    let failed = |source: io::Error| HistoryError::Rows { source };
    rows.write_all(HEADER).map_err(failed)?;
    let mut line = Vec::new();
    std::thread::scope(|scope| {
        let (old_sender, old_batches) = mpsc::sync_channel(BATCHES_WAITING);
        let (new_sender, new_batches) = mpsc::sync_channel(BATCHES_WAITING);
        let (ground, old_names, new_names) = (&ground, &old_names, &new_names);
        scope.spawn(move || match ground {
            Ground::RulesDiffer(rules) => send(&old_sender, |take| under(old.labels, old_names, rules, threads, take)),
            _ => send(&old_sender, |take| old.labels.keys(old_names, take)),
        });
        scope.spawn(move || send(&new_sender, |take| new.labels.keys(new_names, take)));
        join(Rows::new(old.labels.path(), old_batches), Rows::new(new.labels.path(), new_batches), |pair| {
            if tally.add(pair) {
                line.clear();
                push_row(pair, old_names, new_names, new.config.outputs.spreadsheet_safe, &mut line);
                rows.write_all(&line).map_err(failed)?;
            }
            Ok(())
        })
    })?;
    rows.flush().map_err(failed)?;
    Ok(tally.finish(ground))
}

/// Batches of rows that may wait for the other file's.
const BATCHES_WAITING: usize = 8;

/// Sends what is read, and why it could not be read on.
fn send(
    sender: &mpsc::SyncSender<Result<Keys, HistoryError>>,
    read: impl FnOnce(&mut dyn FnMut(Keys) -> bool) -> Result<(), HistoryError>,
) {
    if let Err(fault) = read(&mut |keys| sender.send(Ok(keys)).is_ok()) {
        // Nobody listens any more only where something else failed first.
        let _ = sender.send(Err(fault));
    }
}

/// The rows of an old run, each with the rule that its features meet under other rules.
pub(super) fn under(
    labels: &LabelsFile,
    names: &RuleNames,
    rules: &RuleSet,
    threads: usize,
    take: &mut dyn FnMut(Keys) -> bool,
) -> Result<(), HistoryError> {
    let features = rules.named_features();
    let columns: Vec<&str> = COLUMNS.into_iter().chain(features.iter().map(|at| FEATURES[*at].name)).collect();
    let evaluate = |source| HistoryError::Evaluate { path: labels.path().to_owned(), source };
    let mut listening = true;
    labels.scan(
        &columns,
        threads,
        |table| {
            let mut keys = labels.keys_of(&table, names)?;
            let features = table.drop_many(COLUMNS);
            let labels = rules.derive(features).and_then(|table| rules.classify(&table)).map_err(evaluate)?;
            keys.under = labels.rule;
            Ok(keys)
        },
        |keys| {
            listening = listening && take(keys);
            Ok(())
        },
    )
}

/// What the two runs have in common.
pub(super) enum Ground {
    SameRules,
    /// The new rules.
    RulesDiffer(Box<RuleSet>),
    /// The settings that differ, by name.
    FeaturesDiffer(Vec<String>),
}

impl Ground {
    fn of(old: Side<'_>, new: Side<'_>) -> Result<Self, HistoryError> {
        let mut differ = feature_settings_that_differ(old.config, new.config);
        if !rules_differ(old.config, new.config) {
            return Ok(if differ.is_empty() { Ground::SameRules } else { Ground::FeaturesDiffer(differ) });
        }
        let rules = RuleSet::compile(&new.config.customers)
            .map_err(|problems| HistoryError::Config { path: new.labels.path().to_owned(), problems })?;
        // A feature that the old run's version did not have yet.
        let header = old.labels.header()?;
        let names = rules.named_features().into_iter().map(|at| FEATURES[at].name);
        differ.extend(names.filter(|name| !header.iter().any(|own| own == name)).map(|name| format!("feature {name}")));
        Ok(if differ.is_empty() { Ground::RulesDiffer(Box::new(rules)) } else { Ground::FeaturesDiffer(differ) })
    }
}

pub(super) fn push_row(pair: Pair<'_>, old: &RuleNames, new: &RuleNames, spreadsheet_safe: bool, line: &mut Vec<u8>) {
    let none = (String::new(), String::new());
    let (from, from_rule) = pair.old.map_or(&none, |(rule, _)| &old.texts[usize::from(rule)]);
    let (to, to_rule) = pair.new.map_or(&none, |rule| &new.texts[usize::from(rule)]);
    push_csv(&guarded(&String::from_utf8_lossy(pair.id), spreadsheet_safe), line);
    for text in [from, to, from_rule, to_rule] {
        line.push(b',');
        line.extend_from_slice(text.as_bytes());
    }
    line.push(b'\n');
}
