//! `vardag explain`: why one customer, or employer, has its label.

use std::io::{self, BufRead, Read, Write};

use super::compare::{create_rows, open};
use super::output::Usage;
use super::{ExplainArguments, output};
use crate::exit_code::ExitCode;
use crate::explain::{Explainer, Page, html, json, text};
use crate::schema::Entity;

/// Explains on stdout, and on a page of its own where one is asked for.
pub fn explain(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let run = open(&arguments.run)?;
    let (entity, typed) = match (&arguments.customer, &arguments.employer) {
        (_, Some(id)) => (Entity::Employer, id.as_str()),
        (id, None) => (Entity::Customer, id.as_deref().unwrap_or_default()),
    };
    let explainer = Explainer::new(&run, entity)?;
    let explanation = explainer.explain(&id(typed)?)?;
    let page = Page::new(&explanation, arguments.language)?;
    if let Some(path) = &arguments.html {
        let page = html(&page)?;
        let unwritten = |error| Usage(format!("{} cannot be written: {error}", path.display()));
        create_rows(path)?.write_all(page.as_bytes()).map_err(unwritten).inspect_err(|_| {
            // Half of a page would look like a whole one.
            let _ = std::fs::remove_file(path);
        })?;
    }
    if arguments.json {
        output::print_json(&json(&explanation, arguments.language))?;
    } else {
        output::print(&text(&page))?;
    }
    Ok(ExitCode::Success)
}

/// The longest line that can be an id.
const MOST_ID_BYTES: u64 = 1 << 20;

/// The id that was typed, or for `-` the first line of standard input without its line end.
fn id(typed: &str) -> anyhow::Result<String> {
    if typed != "-" {
        return Ok(typed.to_owned());
    }
    let mut line = String::new();
    let read = io::stdin().lock().take(MOST_ID_BYTES).read_line(&mut line);
    read.map_err(|error| Usage(format!("the id cannot be read from standard input: {error}")))?;
    let id = line.strip_suffix('\n').map_or(line.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if id.is_empty() {
        return Err(Usage("standard input has no id in its first line".to_owned()).into());
    }
    Ok(id.to_owned())
}
