//! Saying things: results to stdout, messages to stderr, neither able to end the program by being closed, and neither
//! able to do anything to a terminal.

use std::io::{self, Write};

use super::color;
use crate::exit_code::ExitCode;
use crate::sanitize::{escaped, escaped_json};

/// Something that was typed cannot be done.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

impl Usage {
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::Usage
    }
}

/// Says a message on stderr. Whoever closed it does not want to hear.
pub fn say(message: &str) {
    let _ = writeln!(anstream::stderr(), "{}", color::of_message(&escaped(message)));
}

/// Prints a result on stdout.
pub fn print(result: &str) -> anyhow::Result<()> {
    write(&escaped(result))
}

/// Prints a result that is JSON.
pub fn print_json(result: &impl serde::Serialize) -> anyhow::Result<()> {
    write(&format!("{}\n", escaped_json(&serde_json::to_string_pretty(result)?)))
}

/// A reader that has gone away has seen enough.
fn write(result: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(result.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::anyhow!("the result cannot be printed: {error}"))
        }
        _ => Ok(()),
    }
}
