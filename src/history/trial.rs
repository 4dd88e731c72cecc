//! Other rules tried on the features of a run that is done: what they would give, with nothing published.
//!
//! A comparison of the run with itself, its features under the other rules. What makes the features (window,
//! catalogue, codes) is the run's; where a configuration would have it otherwise, that is named and not tried.

use std::io::Write;

use super::join::Pair;
use super::keys::RuleNames;
use super::movements::{Ground, HEADER, Movements, Side, push_row, under};
use super::settings::feature_settings_that_differ;
use super::tally::Tally;
use super::{HistoryError, PastRun};
use crate::config::Config;
use crate::rules::RuleSet;

/// What other rules would give.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Who would move: from the run's categories to those of the other rules. Nobody enters or leaves.
    pub movements: Movements,
    /// Settings of the other configuration that only a full run can try, by name.
    pub not_tried: Vec<String>,
}

/// Puts the features of a run under the categories, rules and derived features of a configuration whose last day is
/// the run's. Writes who would move to `rows`, as `movements.csv` has them.
///
/// # Errors
/// The run's labels cannot be read or the rules not be evaluated on them; `rows` cannot be written.
pub fn trial(run: &PastRun, config: &Config, threads: usize, rows: &mut dyn Write) -> Result<Trial, HistoryError> {
    let rules = RuleSet::compile(&config.customers)
        .map_err(|problems| HistoryError::Config { path: config.folder.clone(), problems })?;
    let (old_names, new_names) = (RuleNames::of(run.config()), RuleNames::of(config));
    let mut tally = Tally::new(run.side(), Side { config, ..run.side() }, &old_names, &new_names);
    let mut line = Vec::new();
    let mut written = rows.write_all(HEADER);
    let guard = run.config().outputs.spreadsheet_safe;
    under(run.labels_file(), &old_names, &rules, threads, &mut |keys| {
        for row in 0..keys.len() {
            let new = keys.under.get(row).copied();
            let pair = Pair { id: keys.id(row), old: Some((keys.rules[row], new)), new };
            if tally.add(pair) && written.is_ok() {
                line.clear();
                push_row(pair, &old_names, &new_names, guard, &mut line);
                written = rows.write_all(&line);
            }
        }
        written.is_ok()
    })?;
    written.and_then(|()| rows.flush()).map_err(|source| HistoryError::Rows { source })?;
    let movements = tally.finish(Ground::RulesDiffer(Box::new(rules)));
    Ok(Trial { movements, not_tried: feature_settings_that_differ(run.config(), config) })
}
