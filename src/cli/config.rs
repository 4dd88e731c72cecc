//! `vardag config show` and `vardag config schema`.

use std::path::Path;

use super::output;
use crate::config;
use crate::exit_code::ExitCode;

/// Prints what is in force: the defaults, or a file laid over them.
pub fn show(file: Option<&Path>) -> anyhow::Result<ExitCode> {
    match file {
        None => output::print(config::DEFAULTS)?,
        Some(file) => output::print(&config::in_force(file)?)?,
    }
    Ok(ExitCode::Success)
}

/// Prints the JSON Schema of the configuration file.
pub fn schema() -> anyhow::Result<ExitCode> {
    output::print_json(&config::json_schema())?;
    Ok(ExitCode::Success)
}
