//! `vardag compare`: who moved between two runs.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::output::Usage;
use super::{CompareArguments, movements, output, summary};
use crate::exit_code::ExitCode;
use crate::history::{self, HistoryError, PastRun};
use crate::schema::Entity;

/// Compares two run folders and prints what moved.
pub fn compare(arguments: &CompareArguments) -> anyhow::Result<ExitCode> {
    let (old, new) = (open(&arguments.old)?, open(&arguments.new)?);
    if old.plan.window.as_of > new.plan.window.as_of {
        output::say("warning: the first run ends after the second; the older one is named first");
    }
    let entity = if arguments.employers { Entity::Employer } else { Entity::Customer };
    let found = with_rows(arguments.movements.as_deref(), |rows| history::compare(&old, &new, entity, rows))?;
    if arguments.json {
        output::print_json(&movements::json(&found)?)?;
    } else {
        output::print(&movements::text(&summary::words(&new.plan)?, &found))?;
    }
    Ok(ExitCode::Success)
}

/// A run folder, opened; that it is held is said.
pub(super) fn open(folder: &Path) -> anyhow::Result<PastRun> {
    let run = PastRun::open(folder)?;
    if run.manifest.held {
        output::say(&format!("warning: {} is held: its results were not published", folder.display()));
    }
    Ok(run)
}

/// Does what writes movements: into a file where one is asked for.
pub(super) fn with_rows<T>(
    path: Option<&Path>,
    work: impl FnOnce(&mut dyn Write) -> Result<T, HistoryError>,
) -> anyhow::Result<T> {
    let mut rows: Box<dyn Write> = match path {
        Some(path) => Box::new(BufWriter::new(create_rows(path)?)),
        None => Box::new(io::sink()),
    };
    let done = work(&mut rows).and_then(|done| {
        rows.flush().map_err(|source| HistoryError::Rows { source })?;
        Ok(done)
    });
    Ok(done.inspect_err(|_| {
        // Half of the movements would look like all of them; that there is no file says enough.
        let _ = path.map(std::fs::remove_file);
    })?)
}

/// A file of customer rows: its owner's alone, and never over another file.
pub(super) fn create_rows(path: &Path) -> anyhow::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    Ok(file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Usage(format!("{} exists already: name another file", path.display())),
        _ => Usage(format!("{} cannot be written: {error}; name a file where you may write", path.display())),
    })?)
}
