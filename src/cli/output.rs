//! Saying things: results to stdout, messages to stderr, neither able to end the program by being closed.

use std::io::{self, Write};

/// Something that was typed cannot be done; the exit code is that of usage errors.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Says a message on stderr. Whoever closed it does not want to hear.
pub fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Prints a result on stdout. A reader that has gone away has seen enough.
pub fn print(result: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(result.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::anyhow!("the result cannot be printed: {error}"))
        }
        _ => Ok(()),
    }
}
