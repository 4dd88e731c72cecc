//! `vardag config show`, `vardag config schema` and `vardag init`.

use std::fs::OpenOptions;
use std::io::{self, Write};
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

/// Writes the starter file, never over another.
pub fn init(file: &Path) -> anyhow::Result<ExitCode> {
    let refused =
        |why: String| anyhow::Error::new(output::Usage(format!("{} cannot be written: {why}", file.display())));
    let mut created =
        OpenOptions::new().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => refused("it exists already; name another file".to_owned()),
            _ => refused(error.to_string()),
        })?;
    created.write_all(config::STARTER.as_bytes()).map_err(|error| refused(error.to_string()))?;
    output::say(&format!("wrote {file}: set the paths in it, then run `vardag check {file}`", file = file.display()));
    Ok(ExitCode::Success)
}
