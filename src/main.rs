//! The `vardag` program: parse, run, turn the outcome into an exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    vardag::cli::follow_color(std::env::args_os());
    vardag::cli::run(vardag::cli::Arguments::parse()).into()
}
