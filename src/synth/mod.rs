//! Made-up populations: extracts of any size, with no real person in them, whose classified figures come out near
//! the published ones (`docs/method.md` section 8), for demonstrations, tests, benchmarks and validation.
//!
//! # The life-course model
//!
//! Every customer lives through the calendar months that the extracts cover, the last of which `as_of` ends (14 unless set, at
//! most 96), and 24 before them, so that spells are under way on the extracts' first day.
//!
//! **Life stage** (`person`): child (under 17), student, worker, parent, pensioner (from 65, or by disability), drawn
//! with age, municipality, language, children, and the dates of registration (births, arrivals, deaths, departures).
//! Two lasting traits: how often life becomes hard (municipality, language) and how readily the person gets in touch
//! (gamma distributed, mean one).
//!
//! In the last 38 months a person's stage is the one of their age on `as_of`. Where the extracts cover more than 14 months, it was
//! another before: people were children until 17, many workers and parents studied (with the share of students of their age
//! then), pensioners by age worked until 65, and children of parents were born when they were. Deaths (0.07 % a year below 50,
//! 15 % from 85) and departures (0.1 to 0.4 %) go on over all of the extracts' months, as births and arrivals do.
//!
//! **Latent everyday life** (`life`): a Markov chain over three states. Probabilities a month, multiplied for
//! entering by the person's trait:
//!
//! | stage | stable → transition | stable → hardship | transition → hardship | hardship → stable |
//! |---|---|---|---|---|
//! | child | 0 | 0.0001 | – | 0.030 |
//! | student | 0.013 | 0.0012 | 0.020 | 0.030 |
//! | worker | 0.0185 | 0.0011 | 0.030 | 0.022 |
//! | parent | 0.021 | 0.0013 | 0.030 | 0.022 |
//! | pensioner | 0.0035 | 0.0013 | 0.030 | 0.014 |
//!
//! A transition has a cause, by stage and age: unemployment, sickness, rehabilitation, birth, separation,
//! bereavement, conscription. Each month it ends in stability with the cause's probability: 0.20, 0.42, 0.18, 0.11,
//! 0.22, 0.22, 0.12. People start in hardship with the share that these probabilities settle at. So the chain is in balance:
//! however long the history, shares neither rise nor fall, while in a year about one in four workers in hardship comes out of it
//! (1 − 0.978¹²), and one in five lives a transition (1 − 0.9815¹²).
//!
//! **What follows**, with noise:
//!
//! | from | follow |
//! |---|---|
//! | stage (`ordinary`) | child benefit per child, student aid (for some not in summer, for some beginning or ending), pensions from the 65th birthday, now and then a single further benefit or a brief sick leave |
//! | transition (`upheaval`) | a spell of the cause's benefit from the day of the event to the month when life settles, for most but not all; a row in `life_events` for birth, separation, bereavement and some conscripts; for some help with the rent or a month of last resort |
//! | hardship (`upheaval`) | an income benefit (the transition's goes on for seven in ten), housing support, maintenance or care allowance, and basic social assistance, which comes (0.20 a month) and goes (0.07); all up to two months late |
//! | benefits (`payments`) | a payment a month, some late, split or partly recovered; reimbursements depend on age and person only |
//! | state and benefits (`requests`, `strain`) | applications: one a spell, renewals, reimbursement claims, failed attempts, with minutes, clarifications, rejections and the way of applying; contacts of their own and about applications; the agency's own calls |
//!
//! The state is not the label: unemployment may be paid by somebody else, a brief sick leave or a third pension
//! benefit changes nobody's everyday life, hardship may pass by the agency. Of those in hardship in mid-window the method's
//! default rules find about five in six, and about five in six whom the rules call `support` are in hardship.
//! `latent_states` tells the truth (customer_id, stage, state, cause, state_from, state_to), for validation only.
//!
//! **Employers** (`employers`): 560,000 for every 3.9 million customers, of whom about one in eleven is in touch in a
//! year.
//!
//! # Bytes
//!
//! Customers are drawn in blocks of a fixed size, each from its own seed: the same parameters give the same files
//! whatever the number of threads. Ids are 11 bytes. Events are in the order of their dates within a block. Amounts
//! and minutes have two decimals, as decimals of precision 18 in Parquet.

mod catalogue;
mod csv;
mod customers;
mod dice;
mod employers;
mod life;
mod ordinary;
mod parquet;
mod payments;
mod person;
mod places;
mod requests;
mod rows;
mod starter;
mod strain;
mod support;
mod table;
mod timeline;
mod upheaval;
mod writer;

use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};

use crate::exit_code::ExitCode;
pub use timeline::EXTRACT_MONTHS;
use timeline::{MOST_EXTRACT_MONTHS, Timeline};
use writer::{FileFormat, MOST_CUSTOMERS, Plan};

/// The file format of a population's extracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Canonical CSV: commas, ISO dates, LF, UTF-8.
    Csv,
    /// Parquet: text, 32-bit dates, booleans, 32-bit integers, and decimals of two places for money and minutes.
    Parquet,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        }
    }
}

/// What to make up, and where to write it.
#[derive(Debug, Clone)]
pub struct SynthParameters {
    /// The folder to write to; made if it does not exist, its files of the same names replaced.
    pub out: PathBuf,
    /// Number of customers in the register, those who leave it before the window included.
    pub customers: u64,
    /// The seed: the same parameters give the same bytes, another seed another population.
    pub seed: u64,
    /// The last day of the extracts.
    pub as_of: NaiveDate,
    /// How many calendar months the extracts cover, the last of which `as_of` ends: 14 to 96.
    pub months: usize,
    /// The format of the extracts.
    pub format: Format,
}

/// One table that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSummary {
    /// The table's name.
    pub table: &'static str,
    /// Its file.
    pub path: PathBuf,
    /// Its rows, the header not counted.
    pub rows: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynthSummary {
    /// The tables, customers' first.
    pub tables: Vec<TableSummary>,
    /// The configuration that runs the extracts.
    pub configuration: PathBuf,
    /// The first day of the extracts.
    pub history_from: NaiveDate,
}

/// Why no population was written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// A number of customers that the ids cannot hold, or none at all.
    #[error("a population of {asked} customers cannot be made up: choose between 1 and {MOST_CUSTOMERS}")]
    Customers {
        /// The number asked for.
        asked: u64,
    },
    /// A last day whose century of birth years four digits cannot tell.
    #[error("a population as of {asked} cannot be made up: choose a day of the years 1900 to 9998")]
    AsOf {
        /// The day asked for.
        asked: NaiveDate,
    },
    /// Fewer months than a run looks at, or more than ids are for.
    #[error("extracts of {asked} months cannot be made up: choose {EXTRACT_MONTHS} to {MOST_EXTRACT_MONTHS}")]
    Months {
        /// The number asked for.
        asked: usize,
    },
    /// A file or folder that could not be written.
    #[error("{path}: cannot be written: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A table that could not be encoded as Parquet.
    #[error("{path}: cannot be written as Parquet: {source}", path = path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why.
        source: polars::error::PolarsError,
    },
}

impl SynthError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            SynthError::Customers { .. } | SynthError::AsOf { .. } | SynthError::Months { .. } => ExitCode::Usage,
            SynthError::Io { .. } | SynthError::Parquet { .. } => ExitCode::Failure,
        }
    }

    fn io(path: &Path, source: std::io::Error) -> Self {
        SynthError::Io { path: path.to_owned(), source }
    }

    fn parquet(path: &Path, source: polars::error::PolarsError) -> Self {
        SynthError::Parquet { path: path.to_owned(), source }
    }
}

/// Employers for each customer: `docs/method.md` section 8's 560,000 for 3.9 million.
const EMPLOYERS_PER_CUSTOMER: f64 = 560.0 / 3_900.0;

/// Makes up a population and writes its extracts, the benefit catalogue, the latent states and a configuration that
/// runs them. `progress` is told, from the calling thread, how many customers are written so far.
pub fn write_population(parameters: &SynthParameters, progress: &dyn Fn(u64)) -> Result<SynthSummary, SynthError> {
    let SynthParameters { out, customers, as_of, .. } = parameters;
    if !(1..=MOST_CUSTOMERS).contains(customers) {
        return Err(SynthError::Customers { asked: *customers });
    }
    if !(1900..=9998).contains(&as_of.year()) {
        return Err(SynthError::AsOf { asked: *as_of });
    }
    if !(EXTRACT_MONTHS..=MOST_EXTRACT_MONTHS).contains(&parameters.months) {
        return Err(SynthError::Months { asked: parameters.months });
    }
    fs_err::create_dir_all(out).map_err(|cause| SynthError::io(out, cause))?;
    match parameters.format {
        Format::Csv => write_as::<csv::Csv>(parameters, progress),
        Format::Parquet => write_as::<parquet::Parquet>(parameters, progress),
    }
}

fn write_as<F: FileFormat>(parameters: &SynthParameters, progress: &dyn Fn(u64)) -> Result<SynthSummary, SynthError> {
    let timeline = Timeline::new(parameters.as_of, parameters.months);
    let plan = Plan { folder: &parameters.out, seed: parameters.seed, timeline: &timeline };
    // A configuration vouches for complete extracts: a former one goes first, the new one comes last.
    let configuration = parameters.out.join("vardag.toml");
    match fs_err::remove_file(&configuration) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            return Err(SynthError::io(&configuration, cause));
        }
        _ => {}
    }
    let mut tables = plan.customers::<F>(parameters.customers, progress)?;
    let employers = (parameters.customers as f64 * EMPLOYERS_PER_CUSTOMER).round() as u64;
    tables.extend(plan.employers::<F>(employers)?);
    write_text(&parameters.out.join("benefits.csv"), &starter::benefits())?;
    write_text(&configuration, &starter::configuration(parameters, &timeline))?;
    Ok(SynthSummary { tables, configuration, history_from: timeline.history_from().date() })
}

fn write_text(path: &Path, text: &str) -> Result<(), SynthError> {
    fs_err::write(path, text).map_err(|cause| SynthError::io(path, cause))
}

#[cfg(test)]
mod tests;
