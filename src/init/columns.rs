//! Which extract a table is, and which of its columns is what: by the words of their names and by what their values look
//! like. A guess is told from what is sure.

use super::profile::Profile;
use super::tables::{Column, Table};
use super::vocabulary::Vocabulary;
use crate::schema::Extract;
use crate::schema::extracts::{CodeSet, ColumnKind, ColumnName, ColumnSchema};

/// What fits less is no candidate.
const LEAST: f64 = 0.28;
/// What fits less is a guess.
pub const SURE: f64 = 0.55;
/// Another column that fits nearly as well is named.
const CLOSE: f64 = 0.75;
/// What a table must come to, to be some extract at all.
const LEAST_OF_EXTRACT: f64 = 0.9;
/// What an optional column, a dimension and the files' name are worth, against 1 for a column that is needed.
const OPTIONAL: f64 = 0.4;
const DIMENSION: f64 = 0.3;
const NAME: f64 = 0.9;
/// What it costs that a needed column is not there.
const LACKING: f64 = 0.7;
/// The same of a column of codes, which can be the same for all rows.
const LACKING_CODE: f64 = 0.3;
/// What a column is worth that is only taken since there is no other.
const SUBSTITUTE: f64 = 0.25;
/// What it costs that no life event is a known one.
const UNKNOWN_EVENTS: f64 = 0.6;
/// Ids are those of a register if so many are.
const LINKED: f64 = 0.6;
/// So few values that come so often each are codes, though they recur in other files.
const FEW_VALUES: usize = 20;
/// Different values of a dimension at most.
const MOST_GROUPS: usize = 1000;

/// Where a canonical column is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The table's column at this place.
    Column(usize),
    /// Columns of the table together, with a text between their values.
    Joined(Vec<usize>, String),
    /// The same for every row.
    Constant(String),
    /// Nothing was found: to be filled in; as a constant, or as a name.
    Open(bool),
    /// Not read, though there is a column of this name.
    Off,
}

/// A canonical column or dimension, and where it is read from.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The canonical name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Which canonical column; none for a dimension.
    pub column: Option<ColumnName>,
    /// Where it is read from.
    pub from: Origin,
    /// How well that fits, from 0 to 1.
    pub score: f64,
    /// Another column that fits nearly as well.
    pub second: Option<usize>,
}

impl Mapping {
    /// The place of the one column that it is read from.
    pub fn at(&self) -> Option<usize> {
        match self.from {
            Origin::Column(at) => Some(at),
            _ => None,
        }
    }
}

/// What a table is.
#[derive(Debug)]
pub struct Fit {
    /// The extract.
    pub extract: Extract,
    /// Its columns, in the extract's order, the dimensions last.
    pub mappings: Vec<Mapping>,
    score: f64,
    /// Needed columns for which nothing was found.
    pub lacking: usize,
}

/// How many of a column's values are ids that others have as well, from 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Links {
    /// Any other table.
    pub others: f64,
    /// The register of customers, as far as it is known.
    pub customers: f64,
    /// The register of employers.
    pub employers: f64,
}

/// The extract that fits best; none where none does. Each column of the table has its links.
pub fn fit(table: &Table, links: &[Links], words: &Vocabulary) -> Option<Fit> {
    // Of equal ones the first, which is of customers rather than of employers.
    let fits = Extract::ALL.iter().rev().map(|extract| fit_to(*extract, table, links, words));
    let best = fits.max_by(|a, b| a.score.total_cmp(&b.score))?;
    let has_owner = best.mappings.iter().any(|own| is_owner(own.column) && own.at().is_some());
    // Without an owner a table is an extract only if nothing else is lacking.
    (best.score >= LEAST_OF_EXTRACT && (has_owner || best.lacking == 1)).then_some(best)
}

/// Whether a column says whose row it is.
pub fn is_owner(column: Option<ColumnName>) -> bool {
    matches!(column, Some(ColumnName::customer_id | ColumnName::employer_id))
}

fn fit_to(extract: Extract, table: &Table, links: &[Links], words: &Vocabulary) -> Fit {
    let schema = extract.columns();
    let scores: Vec<Vec<f64>> = schema
        .iter()
        .map(|own| {
            table.columns.iter().enumerate().map(|(at, column)| score(own, column, table, links[at], words)).collect()
        })
        .collect();
    let chosen = chosen(&scores, schema);
    let mut mappings: Vec<Mapping> = Vec::new();
    for ((own, at), row) in schema.iter().zip(&chosen).zip(&scores) {
        let Some(at) = at else { continue };
        let is_free = |other: &usize| !chosen.contains(&Some(*other));
        let second =
            (0..row.len()).filter(|other| other != at && row[*other] >= LEAST && row[*other] >= CLOSE * row[*at]);
        let second = second.filter(is_free).max_by(|a, b| row[*a].total_cmp(&row[*b]));
        mappings.push(mapping(own, Origin::Column(*at), row[*at], second));
    }
    let mut fit = Fit { extract, mappings, score: 0.0, lacking: 0 };
    if extract == Extract::Customers {
        let dimensions = dimensions(table, &fit.mappings, words);
        fit.mappings.extend(dimensions);
    }
    complete(&mut fit, table, words);
    fit.score = NAME * words.extract(extract, &table.called) + fit.mappings.iter().map(worth).sum::<f64>();
    fit.lacking = fit.mappings.iter().filter(|mapping| mapping.from == Origin::Open(false)).count();
    if extract.is_register() {
        fit.score -= register_penalty(&fit, table);
    }
    if extract == Extract::LifeEvents && !knows_events(&fit, table, words) {
        fit.score -= UNKNOWN_EVENTS;
    }
    fit
}

/// What a mapping is worth for its extract.
fn worth(mapping: &Mapping) -> f64 {
    let is_required = Extract::ALL
        .iter()
        .flat_map(|extract| extract.columns())
        .any(|own| Some(own.column) == mapping.column && own.required);
    match mapping.from {
        Origin::Off => 0.0,
        Origin::Open(true) => -LACKING_CODE,
        Origin::Open(false) => -LACKING,
        _ if mapping.column.is_none() => DIMENSION * mapping.score,
        _ if is_required => mapping.score.max(SUBSTITUTE),
        _ => OPTIONAL * mapping.score,
    }
}

/// Whether there is a kind of life event that is known: anything has types and dates.
fn knows_events(fit: &Fit, table: &Table, words: &Vocabulary) -> bool {
    let events = fit.mappings.iter().find(|mapping| mapping.column == Some(ColumnName::event)).and_then(Mapping::at);
    events.is_some_and(|at| {
        table.columns[at].profile.values.keys().any(|code| words.code(CodeSet::Event, code).is_some())
    })
}

fn mapping(own: &ColumnSchema, from: Origin, score: f64, second: Option<usize>) -> Mapping {
    Mapping { name: own.name.to_owned(), kind: own.kind, column: Some(own.column), from, score, second }
}

/// A register has a row per id, or a few.
fn register_penalty(fit: &Fit, table: &Table) -> f64 {
    let owner = fit.mappings.iter().find(|mapping| is_owner(mapping.column)).and_then(Mapping::at);
    match owner.map(|at| &table.columns[at].profile) {
        Some(profile) if profile.filled > 3 * profile.values.len() => 1.0,
        _ => 0.0,
    }
}

/// The best column for each canonical one, none twice.
fn chosen(scores: &[Vec<f64>], schema: &[ColumnSchema]) -> Vec<Option<usize>> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (own, row) in scores.iter().enumerate() {
        pairs.extend(row.iter().enumerate().filter(|(_, score)| **score >= LEAST).map(|(at, score)| (*score, own, at)));
    }
    // Of equal ones those that are needed, then in order.
    pairs.sort_by(|a, b| {
        b.0.total_cmp(&a.0).then(schema[b.1].required.cmp(&schema[a.1].required)).then((a.1, a.2).cmp(&(b.1, b.2)))
    });
    let mut chosen = vec![None; scores.len()];
    for (_, own, at) in pairs {
        if chosen[own].is_none() && !chosen.contains(&Some(at)) {
            chosen[own] = Some(at);
        }
    }
    chosen
}

/// How well a column of a table fits a canonical one: 0 where its values cannot be what it holds.
fn score(own: &ColumnSchema, column: &Column, table: &Table, links: Links, words: &Vocabulary) -> f64 {
    let profile = &column.profile;
    if !column.is_usable || !can_hold(own, profile) {
        return 0.0;
    }
    let (registered, other) = match own.column {
        ColumnName::customer_id => (links.customers, links.employers),
        ColumnName::employer_id => (links.employers, links.customers),
        _ => (0.0, 0.0),
    };
    // Who is in one register only is of its kind, whatever the column is called.
    if other >= LINKED && registered < LINKED {
        return 0.0;
    }
    let are_few = profile.values.len() <= FEW_VALUES && profile.filled >= FEW_VALUES * profile.values.len();
    let elsewhere = if are_few { 0.0 } else { links.others };
    let value = value_score(own, profile, elsewhere.max(registered), words);
    if !table.has_names() {
        return 0.7 * value;
    }
    let name = words.column(own.name, &column.name);
    if registered >= LINKED && name > 0.0 {
        return 0.85 * name.max(0.8) + 0.15 * value;
    }
    // A name that says nothing of it speaks against it.
    if name == 0.0 { 0.45 * value } else { 0.85 * name + 0.15 * value }
}

/// Whether the values of a column can be those of a canonical one. An empty column can be anything.
fn can_hold(own: &ColumnSchema, profile: &Profile) -> bool {
    if profile.filled == 0 {
        return true;
    }
    match own.kind {
        ColumnKind::Date => profile.dates.is_some(),
        ColumnKind::Amount => {
            profile.numbers.as_ref().is_some_and(|numbers| !numbers.are_clock) && !is_iso_like(profile)
        }
        ColumnKind::Minutes => profile.numbers.is_some() && !is_iso_like(profile),
        ColumnKind::Integer => profile.numbers.as_ref().is_some_and(|numbers| numbers.are_whole),
        ColumnKind::Bool => profile.bools.is_some(),
        ColumnKind::Code(set) => {
            profile.are_codes(most_codes(set)) && (profile.dates.is_none() || profile.numbers.is_some())
        }
        ColumnKind::Text if is_owner(Some(own.column)) => profile.are_ids(),
        ColumnKind::Text => profile.are_ids() && (profile.are_unique() || profile.filled < 20),
    }
}

/// Whether the dates of a column have a form that numbers do not have.
fn is_iso_like(profile: &Profile) -> bool {
    profile.dates.as_ref().is_some_and(|dates| dates.formats[0].0.contains(['-', '/', ' ']))
}

/// Different codes of a set at most.
fn most_codes(set: CodeSet) -> usize {
    match set {
        CodeSet::Direction => 8,
        CodeSet::Method | CodeSet::Filer => 40,
        CodeSet::Decision | CodeSet::Channel => 80,
        CodeSet::Event | CodeSet::Benefit => 400,
    }
}

/// How much the values alone look like those of a canonical column.
fn value_score(own: &ColumnSchema, profile: &Profile, link: f64, words: &Vocabulary) -> f64 {
    if profile.filled == 0 {
        return 0.0;
    }
    match own.kind {
        ColumnKind::Code(set) => {
            let known = profile.values.iter().filter(|(code, _)| words.code(set, code).is_some());
            let rows: usize = known.map(|(_, rows)| rows).sum();
            rows as f64 / profile.filled as f64
        }
        ColumnKind::Date if own.column == ColumnName::birth_date => 0.4,
        ColumnKind::Date => 0.6,
        ColumnKind::Amount if profile.numbers.as_ref().is_some_and(|numbers| numbers.has_fractions) => 0.8,
        ColumnKind::Amount => 0.3,
        ColumnKind::Minutes | ColumnKind::Integer | ColumnKind::Bool => 0.2,
        ColumnKind::Text if is_owner(Some(own.column)) => link.max(0.3),
        ColumnKind::Text if profile.are_unique() => 0.5 - 0.4 * link,
        ColumnKind::Text => 0.1,
    }
}

/// The dimensions that names tell, of columns that are nothing else.
fn dimensions(table: &Table, mappings: &[Mapping], words: &Vocabulary) -> Vec<Mapping> {
    let mut found: Vec<Mapping> = Vec::new();
    for (at, column) in table.columns.iter().enumerate().filter(|(_, column)| column.is_usable) {
        let Some((name, score)) = words.dimension(&column.name) else { continue };
        let is_taken = mappings.iter().any(|mapping| mapping.at() == Some(at));
        let are_groups = column.profile.values.len() <= MOST_GROUPS && column.profile.dates.is_none();
        if !is_taken && are_groups && !found.iter().any(|known| known.name == name) {
            let (name, from) = (name.to_owned(), Origin::Column(at));
            found.push(Mapping { name, kind: ColumnKind::Text, column: None, from, score, second: None });
        }
    }
    found
}

/// Says something of every needed column, and keeps columns from being read under our name that do not fit.
fn complete(fit: &mut Fit, table: &Table, words: &Vocabulary) {
    for own in fit.extract.columns() {
        if fit.mappings.iter().any(|mapping| mapping.column == Some(own.column)) {
            continue;
        }
        if own.required {
            let from = substitute(own, fit, table, words);
            let score = if matches!(from, Origin::Constant(_)) { SURE } else { 0.0 };
            fit.mappings.push(mapping(own, from, score, None));
        } else if table.columns.iter().any(|column| column.name == own.name) {
            fit.mappings.push(mapping(own, Origin::Off, 1.0, None));
        }
    }
    let place = |mapping: &Mapping| fit.extract.columns().iter().position(|own| Some(own.column) == mapping.column);
    let places: Vec<usize> = fit.mappings.iter().map(|mapping| place(mapping).unwrap_or(usize::MAX)).collect();
    let mut order: Vec<usize> = (0..fit.mappings.len()).collect();
    order.sort_by_key(|at| places[*at]);
    fit.mappings = order.into_iter().map(|at| fit.mappings[at].clone()).collect();
}

/// What stands in for a needed column that is not there.
fn substitute(own: &ColumnSchema, fit: &mut Fit, table: &Table, words: &Vocabulary) -> Origin {
    if let ColumnKind::Code(set) = own.kind {
        return match words.code_in_name(set, &table.called) {
            Some(code) => Origin::Constant(code.to_owned()),
            None => Origin::Open(true),
        };
    }
    // The only column of its kind; else a date that is not needed as what it was taken for.
    let is_free = |at: usize| !fit.mappings.iter().any(|mapping| mapping.at() == Some(at));
    let candidates: Vec<usize> = (0..table.columns.len())
        .filter(|at| table.columns[*at].is_usable && table.columns[*at].profile.filled > 0 && is_free(*at))
        .filter(|at| match own.kind {
            ColumnKind::Date => table.columns[*at].profile.dates.is_some(),
            ColumnKind::Amount => {
                table.columns[*at].profile.numbers.as_ref().is_some_and(|numbers| numbers.has_fractions)
            }
            _ => false,
        })
        .collect();
    if let [only] = candidates[..] {
        return Origin::Column(only);
    }
    let paid_on = |mapping: &Mapping| mapping.column == Some(ColumnName::paid_on);
    match fit.mappings.iter().position(paid_on) {
        Some(at) if own.column == ColumnName::period_start => fit.mappings.remove(at).from,
        _ => Origin::Open(false),
    }
}
