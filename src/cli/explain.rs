//! `vardag explain`: why one customer has its label.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;

use super::output::Usage;
use super::{ExplainArguments, output};
use crate::explain::{Explainer, Page, html, json, text};
use crate::history::PastRun;

/// Explains on stdout, and on a page of its own where one is asked for.
pub fn explain(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let run = PastRun::open(&arguments.run).map_err(crate::explain::ExplainError::from)?;
    let explainer = Explainer::new(&run)?;
    let explanation = explainer.explain(&arguments.customer)?;
    let page = Page::new(&explanation, arguments.language);
    if let Some(path) = &arguments.html {
        write(path, &html(&page)?)?;
    }
    let printed = if arguments.json { json(&explanation, arguments.language)? } else { text(&page) };
    output::print(&printed)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file about a customer: only its owner may read it, and it never takes the place of another.
fn write(path: &Path, page: &str) -> anyhow::Result<()> {
    let refused = |error: io::Error| Usage(format!("{} cannot be written: {error}", path.display()));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(refused)?.write_all(page.as_bytes()).map_err(|error| refused(error).into())
}
