//! A configuration for files that nobody has described: `vardag init FILES…` looks at a few thousand records of each and
//! writes how they are read, what of it is sure and what a guess, and what is left to fill in.
//!
//! files → `inputs` → `tables` (`sniff`, `profile`, `dates`, `numbers`) → `columns`, `ids`, `details` → `window`, `codes`,
//! `settings` → `write`. Files are taken apart and values read by the parts that read extracts, so that what is found
//! here is what a run will find. What words mean is in `vocabulary.toml`.

mod codes;
mod columns;
mod dates;
mod details;
mod ids;
mod inputs;
mod numbers;
mod profile;
mod settings;
mod sniff;
mod source_text;
mod tables;
mod vocabulary;
mod window;
mod write;

use std::path::{Path, PathBuf};

use crate::exit_code::ExitCode;
use crate::extract::ExtractError;
use crate::schema::Extract;
use crate::schema::extracts::ColumnName;
use columns::{Fit, Links};
use details::{Details, source};
use ids::RegisterIds;
use tables::Table;
use vocabulary::Vocabulary;

/// Why no configuration can be drafted.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum InitError {
    #[error(
        "the words that columns are known by cannot be read: {message}; this is a fault of vardag: please report it"
    )]
    Vocabulary { message: String },
    #[error("none of the files can be read:{}", listed(errors))]
    NothingToRead { errors: Vec<ExtractError> },
}

fn listed(errors: &[ExtractError]) -> String {
    errors.iter().map(|error| format!("\n  {error}")).collect()
}

impl InitError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            InitError::Vocabulary { .. } => ExitCode::Failure,
            InitError::NothingToRead { .. } => ExitCode::Data,
        }
    }
}

/// A configuration, and what is to be said of it.
#[derive(Debug)]
pub struct Draft {
    /// The configuration file.
    pub text: String,
    /// What each table was taken for, in words.
    pub found: Vec<String>,
    /// Lines to look at, and why.
    pub look_at: Vec<(usize, String)>,
    /// What could not be read.
    pub left_out: Vec<ExtractError>,
}

/// A table that is a source of an extract.
#[derive(Debug)]
struct Source {
    /// Its place among the tables.
    table: usize,
    /// What it is.
    fit: Fit,
    /// What else is said of it.
    details: Details,
}

/// Drafts a configuration in `folder` for files, globs and folders of Hive-style partitions, whose paths start at `from`.
/// Both folders are absolute. With `samples`, comments show values of the files.
///
/// # Errors
/// None of the files can be read.
pub fn draft(files: &[PathBuf], from: &Path, folder: &Path, samples: bool) -> Result<Draft, InitError> {
    let words = Vocabulary::new()?;
    let (inputs, mut left_out) = inputs::find(files, from);
    let (tables, unreadable) = tables::look(inputs, &words);
    left_out.extend(unreadable);
    if tables.is_empty() {
        return Err(InitError::NothingToRead { errors: left_out });
    }
    let sources = sources(&tables, &words);
    let window = window::guess(&sources, &tables);
    let findings =
        write::Findings { tables: &tables, sources: &sources, window: &window, folder, samples, words: &words };
    let (text, found, look_at) = write::configuration(&findings);
    Ok(Draft { text, found, look_at, left_out })
}

/// The tables that are extracts, in the order of the extracts.
fn sources(tables: &[Table], words: &Vocabulary) -> Vec<Source> {
    let others = ids::links(tables);
    let of = |others: &[f64]| others.iter().map(|others| Links { others: *others, ..Links::default() }).collect();
    let mut links: Vec<Vec<Links>> = others.iter().map(|others| of(others)).collect();
    let fit = |links: &[Vec<Links>]| -> Vec<(usize, Fit)> {
        let fits = tables.iter().zip(links).map(|(table, links)| columns::fit(table, links, words));
        fits.enumerate().filter_map(|(at, fit)| Some((at, fit?))).collect()
    };
    // Once the registers are known, their ids tell whose rows those of other tables are.
    let first = fit(&links);
    let register = |extract| RegisterIds::of(extract, first.iter().map(|(at, fit)| (&tables[*at], fit)));
    let registers = [register(Extract::Customers), register(Extract::Employers)];
    for (table, links) in tables.iter().zip(&mut links) {
        for (column, link) in table.columns.iter().zip(links) {
            (link.customers, link.employers) = (registers[0].share(column), registers[1].share(column));
        }
    }
    let mut fits = fit(&links);
    fits.sort_by_key(|(_, fit)| fit.extract);
    let mut sources: Vec<Source> = fits
        .into_iter()
        .map(|(table, mut fit)| {
            let details = details::find(&tables[table], &mut fit, &registers, words);
            Source { table, fit, details }
        })
        .collect();
    tell_systems_apart(&mut sources, tables);
    sources
}

/// Systems that number their rows alike get a prefix, so that their rows are no duplicates of each other.
fn tell_systems_apart(sources: &mut [Source], tables: &[Table]) {
    const IDS: [ColumnName; 3] = [ColumnName::contact_id, ColumnName::application_id, ColumnName::payment_id];
    let ids = |own: &Source| IDS.iter().find_map(|name| source(&tables[own.table], &own.fit, *name));
    let mut alike: Vec<usize> = Vec::new();
    for (at, own) in sources.iter().enumerate() {
        let others = sources.iter().enumerate().filter(|(other, _)| *other != at);
        let is_alike = |(_, other): (usize, &Source)| {
            let shared = ids(own).zip(ids(other)).map(|(own, other)| {
                own.profile.values.keys().filter(|id| other.profile.values.contains_key(*id)).count() * 2
                    >= own.profile.values.len().max(1)
            });
            other.fit.extract == own.fit.extract && shared == Some(true)
        };
        if others.into_iter().any(is_alike) {
            alike.push(at);
        }
    }
    for (number, at) in alike.into_iter().enumerate() {
        sources[at].details.id_prefix = format!("{}-", number + 1);
    }
}
