//! `vardag explain`: why one customer, or employer, has its label.

use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use super::compare::{create_rows, open};
use super::output::Usage;
use super::{ExplainArguments, output, summary};
use crate::exit_code::ExitCode;
use crate::explain::{ExplainError, Explainer, Page, html, json, text};
use crate::history::PastPanel;
use crate::render;
use crate::schema::Entity;
use crate::tables::{self, Localizer};

/// Explains on stdout, and on a page of its own where one is asked for.
pub fn explain(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    if let Some(panel) = PastPanel::open(&arguments.run)? {
        return of_panel(&panel, arguments);
    }
    let run = open(&arguments.run)?;
    let (entity, typed) = match (&arguments.customer, &arguments.employer) {
        (_, Some(id)) => (Entity::Employer, id.as_str()),
        (id, None) => (Entity::Customer, id.as_deref().unwrap_or_default()),
    };
    let explainer = Explainer::new(&run, entity)?;
    let mut explanation = explainer.explain(&id(typed)?)?;
    if let Some(config) = &arguments.events {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        explanation.figures = Some(explainer.figures(&explanation, &folder_of(config)?, cores)?);
    }
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

/// Shows a customer's categories on the dates of a panel.
fn of_panel(panel: &PastPanel, arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let Some(typed) = arguments.customer.as_deref().filter(|_| arguments.html.is_none() && arguments.events.is_none())
    else {
        let what = "a panel tells the categories of customers on its dates: name one with --customer, without --html or --events";
        return Err(Usage(what.to_owned()).into());
    };
    let id = id(typed)?;
    let unknown = || ExplainError::Unknown { folder: arguments.run.clone(), entity: Entity::Customer };
    let sequence = panel.find(&id)?.ok_or_else(unknown)?;
    let words = Localizer::new(&panel.plan, arguments.language)?;
    let names = panel.plan.customers.category_names();
    let table = tables::sequence(&words, &names, &panel.dates, &sequence);
    if arguments.json {
        output::print_json(&serde_json::json!({ "customer_id": id, "spells": render::records(&table) }))?;
    } else {
        output::print(&summary::titled_in(&table, arguments.language))?;
    }
    Ok(ExitCode::Success)
}

/// The folder of a configuration, at which paths in it start.
fn folder_of(config: &Path) -> anyhow::Result<PathBuf> {
    let unreadable = |error| Usage(format!("{} cannot be read: {error}", config.display()));
    let is_file = std::fs::metadata(config).map_err(unreadable)?.is_file();
    let absolute = std::path::absolute(config).map_err(unreadable)?;
    match absolute.parent() {
        Some(folder) if is_file => Ok(folder.to_owned()),
        _ => Err(Usage(format!("{} is no configuration: name the run's own", config.display())).into()),
    }
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
