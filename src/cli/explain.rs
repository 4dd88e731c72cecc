//! `vardag explain`: why one customer has its label.

use std::io::Write;
use std::process::ExitCode;

use super::compare::{create_rows, open};
use super::output::Usage;
use super::{ExplainArguments, output};
use crate::explain::{Explainer, Page, html, json, text};

/// Explains on stdout, and on a page of its own where one is asked for.
pub fn explain(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let run = open(&arguments.run)?;
    let explainer = Explainer::new(&run)?;
    let explanation = explainer.explain(&arguments.customer)?;
    let page = Page::new(&explanation, arguments.language);
    if let Some(path) = &arguments.html {
        let page = html(&page)?;
        let unwritten = |error| Usage(format!("{} cannot be written: {error}", path.display()));
        create_rows(path)?.write_all(page.as_bytes()).map_err(unwritten).inspect_err(|_| {
            // Half of a page would look like a whole one.
            let _ = std::fs::remove_file(path);
        })?;
    }
    let printed = if arguments.json { json(&explanation, arguments.language)? } else { text(&page) };
    output::print(&printed)?;
    Ok(ExitCode::SUCCESS)
}
