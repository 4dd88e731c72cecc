//! `vardag init`: a configuration to begin with, drafted from the files that are given.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::output::Usage;
use super::{InitArguments, output};
use crate::config;
use crate::exit_code::ExitCode;
use crate::init::{self, Draft};

/// Most lines to look at that are said; the file has them all.
const MOST_SAID: usize = 20;

/// Writes the configuration, never over another file, and says what of it to look at. Without files it is the starter.
pub fn init(arguments: &InitArguments) -> anyhow::Result<ExitCode> {
    let out = &arguments.out;
    // The file to write stands behind --out.
    if let [only] = &arguments.files[..]
        && only.extension().is_some_and(|ending| ending == "toml")
        && !only.exists()
    {
        let why = format!("{} is not there to be looked at; to write it: `--out {0}`", only.display());
        return Err(anyhow::Error::new(Usage(why)));
    }
    // Nobody waits for what cannot be written.
    if out.symlink_metadata().is_ok() {
        return Err(refused(out, "it exists already; name another file with --out"));
    }
    if arguments.files.is_empty() {
        write(out, config::STARTER)?;
        output::say(&format!(
            "wrote {out}, an example: set the paths in it, then run `vardag check {out}`; \
             `vardag init FILES…` looks at your files and sets all it can",
            out = out.display()
        ));
        return Ok(ExitCode::Success);
    }
    let from = std::env::current_dir()?;
    let folder = std::path::absolute(out)?;
    let folder = folder.parent().unwrap_or(&from);
    let draft = init::draft(&arguments.files, &from, folder, !arguments.no_samples)?;
    write(out, &draft.text)?;
    say(&draft, arguments);
    Ok(if draft.left_out.is_empty() { ExitCode::Success } else { ExitCode::Data })
}

fn refused(file: &Path, why: &str) -> anyhow::Error {
    anyhow::Error::new(Usage(format!("{} cannot be written: {why}", file.display())))
}

/// Writes a new file, for its owner only: it has values of the files.
fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut created =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => refused(file, "it exists already; name another file with --out"),
            _ => refused(file, &error.to_string()),
        })?;
    created.write_all(text.as_bytes()).map_err(|error| refused(file, &error.to_string()))
}

fn say(draft: &Draft, arguments: &InitArguments) {
    let out = arguments.out.display();
    let samples = match arguments.no_samples {
        true => "",
        false => " (with some values of the files in comments, which --no-samples leaves out)",
    };
    output::say(&format!("wrote {out}{samples}"));
    draft.found.iter().for_each(|found| output::say(&format!("  {found}")));
    if !draft.look_at.is_empty() {
        output::say("look at:");
    }
    for (line, why) in draft.look_at.iter().take(MOST_SAID) {
        output::say(&format!("  {out}:{line}: {why}"));
    }
    if let Some(more) = draft.look_at.len().checked_sub(MOST_SAID).filter(|more| *more > 0) {
        output::say(&format!("  and {more} more lines with \"a guess\" or \"fill in\""));
    }
    draft.left_out.iter().for_each(|error| output::say(&format!("left out: {error}")));
    output::say(&format!("then: vardag check {out}"));
}
