//! What is typed: a file per command, and the only place that prints.
//!
//! Results go to stdout, everything else to stderr; exit codes are those of docs/exit-codes.md.

mod check;
mod clean;
mod color;
mod compare;
mod config;
mod early_warning;
mod early_warning_check;
mod explain;
mod findings;
mod history;
mod init;
mod job;
mod manual;
mod metrics;
mod movements;
mod output;
mod panel;
mod progress;
mod run;
mod summary;
mod synth;
mod try_rules;

use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand};
use clap_complete::Shell;

use crate::calendar::{AsOf, Day};
use crate::config::ConfigError;
use crate::early_warning::ModelFileError;
use crate::exit_code::ExitCode;
use crate::explain::ExplainError;
use crate::history::HistoryError;
use crate::i18n::Language;
use crate::init::InitError;
use crate::job::JobError;
use crate::learning::LearnError;
use crate::outputs::FolderError;
use crate::panel::{PanelError, PanelSpan};
use crate::panics;
use crate::synth::SynthError;
use crate::version;

pub use color::follow as follow_color;

/// Sort a social-insurance agency's customers by their everyday life, from its nightly extracts.
#[derive(Debug, Parser)]
#[command(name = "vardag", version, long_version = version::long(), about, after_help = exit_codes())]
pub struct Arguments {
    /// When to use colours; NO_COLOR, CLICOLOR and TERM decide unless set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

fn exit_codes() -> String {
    let codes = ExitCode::ALL.map(|code| format!("{} {}", code.number(), code.meaning()));
    format!("Exit codes: {}.", codes.join("; "))
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Classify every customer and write a run folder
    Run(RunArguments),
    /// Read and check everything, without classifying
    Check(CheckArguments),
    /// Write the rows in use as Parquet files with canonical columns, codes and types
    Clean(CleanArguments),
    /// Tell why a customer of a run has its category
    Explain(ExplainArguments),
    /// Find out who moved between two runs, by which rules, and why
    Compare(CompareArguments),
    /// Try other rules on the customers of a run, without publishing anything
    Try(TryArguments),
    /// Show shares and main figures over all good runs of a folder
    History(HistoryArguments),
    /// Label the same customers on many days: who moves where, and how long categories last
    Panel(panel::PanelArguments),
    /// Learn from a panel who is likely to slide into a heavier category
    #[command(subcommand)]
    EarlyWarning(early_warning::EarlyWarningCommand),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write a configuration to begin with, drafted from a look at your files
    Init(InitArguments),
    /// Make up a population with the published figures, as extracts
    Synth(SynthArguments),
    /// Print what a shell needs to complete commands and options
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write manual pages, `vardag.1` and one for each command
    Man {
        /// The folder for them, such as `~/.local/share/man/man1`
        folder: PathBuf,
    },
}

/// What `run`, `check` and `clean` have in common.
#[derive(Debug, Args)]
struct JobArguments {
    /// The configuration file; relative paths in it start at its folder
    config: PathBuf,
    /// The last day of the window: a date, `yesterday` or `last-month-end`; else the configuration's
    #[arg(long, value_name = "DAY", value_parser = as_of)]
    as_of: Option<AsOf>,
    #[command(flatten)]
    work: WorkArguments,
}

/// How work is done, and what is told of it.
#[derive(Debug, Args)]
struct WorkArguments {
    /// Worker threads; as many as there are cores unless set
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    threads: Option<u16>,
    /// The most memory to use, such as `1GiB` or `500MB`; the rest goes to disk. No limit unless set
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    memory_limit: Option<u64>,
    /// Say nothing but errors on stderr
    #[arg(long, short)]
    quiet: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// The dates of a panel.
#[derive(Debug, Args)]
struct SpanArguments {
    /// No date is before this day
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Day,
    /// The last date
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Day,
    /// Calendar months from date to date
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1200))]
    every: u16,
}

impl SpanArguments {
    fn span(&self) -> PanelSpan {
        PanelSpan { from: self.from, to: self.to, every_months: self.every.into() }
    }
}

#[derive(Debug, Args)]
struct RunArguments {
    #[command(flatten)]
    job: JobArguments,
    /// The folder that holds the run folders; else the configuration's
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Publish even if the results stray beyond a gate from those before: the change is real
    #[arg(long)]
    accept_changes: bool,
    /// Print the time of each stage and the peak memory on stderr
    #[arg(long)]
    timings: bool,
    /// Write what became of the run to this file for a monitor, as OpenMetrics text, also if it fails
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct CheckArguments {
    #[command(flatten)]
    job: JobArguments,
    /// Write the rejected rows to this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Show no values of rejected rows, and so no guesses at what they are
    #[arg(long)]
    no_samples: bool,
}

#[derive(Debug, Args)]
struct CleanArguments {
    #[command(flatten)]
    job: JobArguments,
    /// The folder to write, which must not exist yet
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Add the columns `file` and `record`: where each row came from
    #[arg(long)]
    origin: bool,
}

#[derive(Debug, Args)]
struct ExplainArguments {
    /// The run's folder, such as `runs/latest`; or a panel's, for the customer's categories on its dates
    run: PathBuf,
    /// The customer's id, as the extracts have it; `-` reads it from standard input, since other users can see the
    /// arguments of a running program
    #[arg(long, value_name = "ID", allow_hyphen_values = true, required_unless_present = "employer")]
    customer: Option<String>,
    /// The employer's id instead, likewise
    #[arg(long, value_name = "ID", allow_hyphen_values = true, conflicts_with = "customer")]
    employer: Option<String>,
    /// The language of the explanation
    #[arg(long, value_enum, default_value_t = Language::En)]
    language: Language,
    /// Write a page to print to this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// List the events behind the figures of the rule that decided, from the extracts that the run read; the run's paths
    /// start at this configuration's folder
    #[arg(long, value_name = "CONFIG")]
    events: Option<PathBuf>,
    /// Print the explanation as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct CompareArguments {
    /// The run folder to compare with, such as runs/2025-12-31
    old: PathBuf,
    /// The run folder to look at, such as runs/latest
    new: PathBuf,
    /// Compare employers instead of customers
    #[arg(long)]
    employers: bool,
    /// Write everybody who changed category, entered or left to this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    movements: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct TryArguments {
    /// The run's folder, such as `runs/latest`
    run: PathBuf,
    /// The configuration whose categories, rules and derived features are tried
    config: PathBuf,
    /// Write everybody whose category would change to this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    movements: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct HistoryArguments {
    /// The folder that holds the run folders
    runs: PathBuf,
    /// Print the result as JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print the result as CSV, a row per run and figure
    #[arg(long)]
    csv: bool,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the configuration in force, defaults included
    Show {
        /// The configuration file; the defaults alone without one
        config: Option<PathBuf>,
    },
    /// Print the JSON Schema of the configuration file, for editors that complete and check it
    Schema,
}

#[derive(Debug, Args)]
struct InitArguments {
    /// Data files, globs, or folders of Hive-style partitions; without any, a commented example is written
    files: Vec<PathBuf>,
    /// The configuration to write, which must not exist yet
    #[arg(long, value_name = "FILE", default_value = "vardag.toml")]
    out: PathBuf,
    /// Write no values of the files but codes that several rows have
    #[arg(long)]
    no_samples: bool,
}

#[derive(Debug, Args)]
struct SynthArguments {
    /// The folder to write to
    out: PathBuf,
    /// How many customers
    #[arg(long, value_name = "N")]
    customers: u64,
    /// The seed: the same one gives the same population
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The last day of the population's history
    #[arg(long, value_name = "DAY", default_value = "2025-12-31", value_parser = day)]
    as_of: Day,
    /// The months that the extracts cover, 14 to 96
    #[arg(long, value_name = "N", default_value_t = crate::synth::EXTRACT_MONTHS)]
    months: usize,
    /// The format of the extracts
    #[arg(long, value_enum, default_value_t = synth::FileFormat::Csv)]
    format: synth::FileFormat,
    /// Say nothing but errors on stderr
    #[arg(long, short)]
    quiet: bool,
}

fn day(text: &str) -> Result<Day, String> {
    Day::from_iso(text).ok_or_else(|| format!("`{text}` is no date: write it as 2025-12-31"))
}

/// Reads a number of bytes with a unit.
fn bytes(text: &str) -> Result<u64, String> {
    let unit_at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" | "k" => 1 << 10,
        "mib" | "m" => 1 << 20,
        "gib" | "g" => 1 << 30,
        _ => return Err(format!("`{unit}` is no unit of memory: write 1GiB, 500MiB or 500MB")),
    };
    let number: f64 = number.parse().map_err(|_| format!("`{text}` is no amount of memory: write 1GiB or 500MB"))?;
    let bytes = (number * factor as f64) as u64;
    if bytes == 0 { Err("a run needs some memory: write 1GiB or 500MB".to_owned()) } else { Ok(bytes) }
}

fn as_of(text: &str) -> Result<AsOf, String> {
    AsOf::parse(text)
        .ok_or_else(|| format!("`{text}` is no day: write a date such as 2025-12-31, `yesterday` or `last-month-end`"))
}

/// Does what was typed; errors are said on stderr.
pub fn run(arguments: Arguments) -> ExitCode {
    // A panic has been said, and left as little behind as an error: an unexpected failure.
    panics::said(|| done(arguments)).unwrap_or(ExitCode::Failure)
}

fn done(arguments: Arguments) -> ExitCode {
    let outcome = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Clean(arguments) => clean::clean(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Try(arguments) => try_rules::try_rules(&arguments),
        Command::History(arguments) => history::history(&arguments),
        Command::Panel(arguments) => panel::panel(&arguments),
        Command::EarlyWarning(command) => early_warning::early_warning(&command),
        Command::Config(ConfigCommand::Show { config }) => config::show(config.as_deref()),
        Command::Config(ConfigCommand::Schema) => config::schema(),
        Command::Init(arguments) => init::init(&arguments),
        Command::Synth(arguments) => synth::synth(&arguments),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { folder } => manual::man(&folder),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            output::say(&format!("error: {error}"));
            exit_code(&error)
        }
    }
}

/// That of the stage whose error it is; an error of no stage is an unexpected failure.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    fn of<E: std::error::Error + Send + Sync + 'static>(
        error: &anyhow::Error,
        code: fn(&E) -> ExitCode,
    ) -> Option<ExitCode> {
        error.downcast_ref().map(code)
    }
    None.or_else(|| of(error, output::Usage::exit_code))
        .or_else(|| of(error, ConfigError::exit_code))
        .or_else(|| of(error, JobError::exit_code))
        .or_else(|| of(error, ModelFileError::exit_code))
        .or_else(|| of(error, FolderError::exit_code))
        .or_else(|| of(error, HistoryError::exit_code))
        .or_else(|| of(error, ExplainError::exit_code))
        .or_else(|| of(error, SynthError::exit_code))
        .or_else(|| of(error, PanelError::exit_code))
        .or_else(|| of(error, LearnError::exit_code))
        .or_else(|| of(error, InitError::exit_code))
        .unwrap_or(ExitCode::Failure)
}
