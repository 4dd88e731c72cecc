//! `vardag completions` and `vardag man`: the command line as shells and `man` know it, made of its own declaration.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::Arguments;
use super::output::{self, Usage};
use crate::exit_code::ExitCode;

/// Prints the completions of a shell.
pub fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "vardag", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::Success)
}

/// Writes a page for the program and one for each command into a folder.
pub fn man(folder: &Path) -> anyhow::Result<ExitCode> {
    let refused = |error: std::io::Error| {
        Usage(format!("no pages can be written to {}: {error}; name a folder where you may write", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(refused)?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(refused)?;
    Ok(ExitCode::Success)
}
