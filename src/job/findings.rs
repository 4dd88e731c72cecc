//! What a check finds out about faults and codes: what the values that cannot be read are like, what they may be, and the
//! settings that would help.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Job, Reading};
use crate::config::{ColumnConfig, ColumnSource, Extract};
use crate::extract::{ColumnKind, FaultKind, FaultSamples, FaultValues, Reason};
use crate::guesses::{self, FaultEntry, Guess, Sample};
use crate::intake::{DisclosedCodes, ExtractAccount, IdDifference, Population};
use crate::schema::Entity;

/// Values of a kind of fault that are shown.
const SHOWN: usize = 3;
/// Dates later than so many months after the window are none that anybody means.
const LATEST_MONTHS: i32 = 120;
/// Ids of the register that tell how it writes them.
const REGISTER_IDS: usize = 10_000;

/// What there is to say of faults and codes.
#[derive(Debug, Serialize)]
pub struct CheckFindings {
    /// The faults, by extract, source, column and reason.
    pub faults: Vec<FaultEntry>,
    /// Codes without a mapping, as a block of the configuration.
    pub code_maps: String,
}

impl Job<'_> {
    /// What is to be said of what was read; without values of rejected rows where these are not wanted.
    pub fn check_findings(&self, reading: &Reading<'_>, samples: &FaultSamples, with_values: bool) -> CheckFindings {
        let mut faults: Vec<FaultEntry> =
            samples.0.iter().map(|(kind, found)| self.fault_entry(kind, found, reading, with_values)).collect();
        if with_values {
            for account in &reading.accounts {
                let is_orphans =
                    |own: &&mut FaultEntry| own.extract == account.extract.name() && own.reason == "orphan";
                if let Some(entry) = faults.iter_mut().find(is_orphans) {
                    let no_other = entry.guesses.is_empty();
                    entry.guesses.extend(without_setting(account, no_other));
                }
            }
        }
        CheckFindings { faults, code_maps: self.code_maps(&reading.accounts, samples, with_values) }
    }

    fn fault_entry(
        &self,
        kind: &FaultKind,
        found: &FaultValues,
        reading: &Reading<'_>,
        with_values: bool,
    ) -> FaultEntry {
        let sources = self.input(kind.extract).map_or(&[][..], |input| &input.config.sources);
        let source = sources.get(kind.source);
        let column = source.and_then(|source| source.columns.iter().find(|column| column.name == kind.column));
        let schema = kind.extract.columns().iter().find(|schema| schema.name == kind.column);
        let latest = self.plan.window.as_of.plus_months(LATEST_MONTHS);
        let guesses = match (kind.reason, with_values) {
            (_, false) => Vec::new(),
            (Reason::Orphan, true) => of_orphans(&found.values, population(reading, kind.extract)),
            _ => guesses::of_faults(kind, schema.map(|schema| schema.kind).zip(column), found, latest),
        };
        let guesses = guesses.into_iter().map(|guess| in_its_column(guess, column)).collect();
        let shown = if with_values { SHOWN } else { 0 };
        FaultEntry {
            extract: kind.extract.name(),
            source: source.and_then(|source| source.files.first().cloned()).unwrap_or_default(),
            column: kind.column,
            reason: kind.reason.name(),
            faults: found.faults,
            samples: found.values.iter().take(shown).map(|(text, _)| text.clone()).collect(),
            looked_at: found.values.iter().map(|(_, rows)| rows).sum(),
            guesses,
        }
    }

    /// The codes that no map knows, as far as they may be named; refused ones are values of rejected rows.
    fn code_maps(&self, accounts: &[ExtractAccount], samples: &FaultSamples, with_values: bool) -> String {
        let mut codes: BTreeMap<(Extract, &'static str), Vec<Sample>> = BTreeMap::new();
        for account in accounts {
            let unknown = [
                ("method", &account.unmapped_methods),
                ("filed_by", &account.unmapped_filers),
                ("benefit", &account.unknown_benefits),
            ];
            for (column, found) in unknown {
                let named = DisclosedCodes::of(found, self.plan.breakdowns.min_group);
                let named = named.by_rows().into_iter().map(|(code, rows)| (code.to_owned(), rows));
                codes.entry((account.extract, column)).or_default().extend(named);
            }
        }
        let refused = samples.0.iter().filter(|(kind, _)| with_values && kind.reason == Reason::UnknownCode);
        for (kind, found) in refused {
            let known = codes.entry((kind.extract, kind.column)).or_default();
            for (code, rows) in found.values.iter().take(crate::intake::MOST_NAMED) {
                match known.iter_mut().find(|(known, _)| known == code) {
                    Some(known) => known.1 += rows,
                    None => known.push((code.clone(), *rows)),
                }
            }
        }
        let meanings = |column: &str| match column {
            "benefit" => self.plan.benefits.iter().map(|benefit| benefit.code.as_str()).collect(),
            column => closed_set(column),
        };
        guesses::code_maps(&codes, meanings, |extract, column, code| self.is_meaning(extract, column, code))
    }

    /// Whether a map of codes has this for a meaning.
    fn is_meaning(&self, extract: Extract, column: &str, code: &str) -> bool {
        let columns = self.input(extract).into_iter().flat_map(|input| &input.config.sources);
        let columns = columns.flat_map(|source| &source.columns).filter(|own| own.name == column);
        columns.filter_map(|own| own.codes.as_ref()).any(|codes| codes.values().any(|meaning| meaning == code))
    }
}

/// A guess whose settings can stand in a column alone, written as that column's entry.
fn in_its_column(guess: Guess, column: Option<&ColumnConfig>) -> Guess {
    const OF_COLUMNS: [&str; 5] = ["unit", "strip_prefix", "strip_suffix", "pad", "prefix"];
    let key = guess.setting.split(' ').next().unwrap_or_default();
    match column {
        Some(ColumnConfig { name, from: ColumnSource::Header(header), .. }) if OF_COLUMNS.contains(&key) => {
            let header = toml_edit::Value::from(header.as_str());
            let settings = guess.setting.replace('\n', ", ");
            Guess { setting: format!("{name} = {{ column = {header}, {settings} }}"), ..guess }
        }
        _ => guess,
    }
}

/// The meanings of a closed set of codes, by the name of its column.
fn closed_set(column: &str) -> Vec<&'static str> {
    let schemas = Extract::ALL.iter().flat_map(|extract| extract.columns());
    let set = schemas.filter(|schema| schema.name == column).find_map(|schema| match schema.kind {
        ColumnKind::Code(set) => Some(set),
        _ => None,
    });
    set.map(|set| set.canonical().to_vec()).unwrap_or_default()
}

/// Who the rows of an extract are matched with.
fn population<'r>(reading: &'r Reading<'_>, extract: Extract) -> Option<&'r Population> {
    let of = match Entity::of(extract) {
        Entity::Customer => Some(&reading.customers),
        Entity::Employer => reading.employers.as_ref(),
    };
    of.map(|of| &of.population).filter(|population| population.registered)
}

/// What would make orphans match.
fn of_orphans(values: &[Sample], population: Option<&Population>) -> Vec<Guess> {
    let Some(population) = population else { return Vec::new() };
    let ids = population.ids();
    let step = (ids.len() / REGISTER_IDS).max(1);
    let some = (0..ids.len()).step_by(step).filter_map(|at| std::str::from_utf8(ids.get(at)).ok());
    guesses::id_formats(values, &some.collect::<Vec<_>>(), |id| population.find(id.as_bytes()).is_some())
}

/// Orphans that differ from ids of the register in ways that no setting mends; in several ways at once only where there is
/// no better guess.
fn without_setting(account: &ExtractAccount, no_other: bool) -> Vec<Guess> {
    let guess = |(difference, rows): (&IdDifference, &u64)| {
        let means = match difference {
            IdDifference::Spaces => "but for spaces or characters that cannot be seen",
            IdDifference::Case => "but for capital and small letters",
            IdDifference::Several if no_other => "but for several of: spaces, case, leading zeros, a `.0`",
            IdDifference::Several | IdDifference::Zeros | IdDifference::PointZero => return None,
        };
        Some(Guess { rows: *rows, means: format!("an id of the register {means}"), setting: String::new() })
    };
    account.orphans.near.iter().filter_map(guess).collect()
}
