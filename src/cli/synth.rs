//! `vardag synth`: a made-up population.

use super::{SynthArguments, output, progress};
use crate::exit_code::ExitCode;
use crate::synth::{Format, SynthParameters, write_population};

/// The format of the extracts, as it is typed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum FileFormat {
    /// Comma-separated text.
    Csv,
    /// Parquet.
    Parquet,
}

/// Writes the population and says what is where.
pub fn synth(arguments: &SynthArguments) -> anyhow::Result<ExitCode> {
    let parameters = SynthParameters {
        out: arguments.out.clone(),
        customers: arguments.customers,
        seed: arguments.seed,
        as_of: arguments.as_of.date(),
        months: arguments.months,
        format: match arguments.format {
            FileFormat::Csv => Format::Csv,
            FileFormat::Parquet => Format::Parquet,
        },
    };
    let bar = progress::of_customers(arguments.customers, arguments.quiet);
    let summary = write_population(&parameters, &|done| bar.set_position(done))?;
    bar.finish_and_clear();
    let mut text = String::new();
    for table in &summary.tables {
        text.push_str(&format!("{:>12} rows  {}\n", table.rows, table.path.display()));
    }
    output::print(&text)?;
    if !arguments.quiet {
        output::say(&format!("classify them with: vardag run {}", summary.configuration.display()));
    }
    Ok(ExitCode::Success)
}
