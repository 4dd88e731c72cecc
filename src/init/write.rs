//! The configuration as a text: what was found, with the reasons as comments, and what there is to look at.

use std::collections::BTreeMap;
use std::path::Path;

use super::columns::{Mapping, SURE};
use super::inputs::names;
use super::source_text::write_source;
use super::tables::Table;
use super::vocabulary::Vocabulary;
use super::window::WindowGuess;
use super::{Source, settings};
use crate::sanitize::{one_line, shown};
use crate::schema::Extract;
use crate::schema::extracts::{CodeSet, ColumnKind};

/// Characters of a value that is shown.
const SAMPLE_CHARS: usize = 40;
/// Values that are shown beside a column.
const SAMPLES: usize = 3;
/// Where comments begin, if the line is not longer.
const COMMENT_AT: usize = 46;

/// All that was found.
pub struct Findings<'f> {
    /// The tables.
    pub tables: &'f [Table],
    /// Those that are extracts, in the extracts' order.
    pub sources: &'f [Source],
    /// The window.
    pub window: &'f WindowGuess,
    /// The folder of the configuration.
    pub folder: &'f Path,
    /// Whether values are shown.
    pub samples: bool,
    /// What words mean.
    pub words: &'f Vocabulary,
}

impl Findings<'_> {
    /// Values of a column, as they are shown; nothing if they are not.
    pub fn samples(&self, table: &Table, at: usize) -> Option<String> {
        let values = table.columns[at].profile.samples(SAMPLES);
        let values: Vec<String> = values.into_iter().map(|value| one_line(value, SAMPLE_CHARS)).collect();
        (self.samples && !values.is_empty()).then(|| values.join(" | "))
    }

    /// The codes of a set with their rows in all sources: what many rows have somewhere is no single person's.
    pub fn pooled(&self, set: CodeSet) -> BTreeMap<&str, usize> {
        let mut pooled: BTreeMap<&str, usize> = BTreeMap::new();
        for own in self.sources {
            let columns = own.fit.mappings.iter().filter(|mapping| mapping.kind == ColumnKind::Code(set));
            for at in columns.filter_map(Mapping::at) {
                for (code, rows) in &self.tables[own.table].columns[at].profile.values {
                    *pooled.entry(code).or_default() += rows;
                }
            }
        }
        pooled
    }

    /// A value of the files for a comment; nothing if values are not shown.
    pub fn sample(&self, value: &str) -> Option<String> {
        self.samples.then(|| format!("\"{}\"", one_line(value, SAMPLE_CHARS)))
    }
}

/// The lines of the configuration, and what to look at.
#[derive(Debug, Default)]
pub struct Page {
    lines: Vec<String>,
    look_at: Vec<(usize, String)>,
}

impl Page {
    /// A line.
    pub fn line(&mut self, text: impl Into<String>) {
        self.lines.push(text.into());
    }

    /// A line with a comment behind it, if it has one.
    pub fn commented(&mut self, text: &str, comments: &[String]) {
        match comments.is_empty() {
            true => self.line(text),
            false => self.line(format!("{text:<COMMENT_AT$} # {}", comments.join("; "))),
        }
    }

    /// The number of the last line.
    pub fn mark(&self) -> usize {
        self.lines.len()
    }

    /// Says that a line is to be looked at, and why.
    pub fn look_there(&mut self, line: usize, why: impl Into<String>) {
        self.look_at.push((line, why.into()));
    }

    /// The same of the last line.
    pub fn look(&mut self, why: impl Into<String>) {
        self.look_there(self.mark(), why);
    }
}

/// So many of something.
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// A text in quotes.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// The configuration, what each table was taken for, and the lines to look at.
pub fn configuration(findings: &Findings<'_>) -> (String, Vec<String>, Vec<(usize, String)>) {
    let mut page = Page::default();
    introduction(findings, &mut page);
    window(findings.window, &mut page);
    for extract in Extract::ALL {
        let sources: Vec<&Source> = findings.sources.iter().filter(|own| own.fit.extract == extract).collect();
        let path = format!("extracts.{}", extract.name());
        match &sources[..] {
            [] if extract.required() && findings.sources.is_empty() => {
                page.line("");
                page.line(format!("[{path}]"));
                page.commented(
                    "files = []",
                    &["fill in, or absent = true: none of the files was recognised".to_owned()],
                );
                page.look(format!("none of the files was taken for {}", extract.name()));
            }
            [] if extract.required() => {
                page.line("");
                page.commented(&format!("[{path}]"), &["none of the files".to_owned()]);
                page.line("absent = true");
                page.look(format!("none of the files was taken for {}", extract.name()));
            }
            [] => {}
            [only] => {
                page.line("");
                page.line(format!("[{path}]"));
                shared(&sources, &mut page);
                write_source(findings, only, &path, &mut page);
            }
            several => {
                page.line("");
                let is_shared =
                    |own: &&Source| own.details.history || own.details.covers_month || own.details.without_end > 0;
                if several.iter().any(is_shared) {
                    page.line(format!("[{path}]"));
                    shared(&sources, &mut page);
                }
                for own in several {
                    page.line(format!("[[{path}.sources]]"));
                    write_source(findings, own, &format!("{path}.sources"), &mut page);
                    page.line("");
                }
                page.lines.pop();
            }
        }
    }
    let mut found: Vec<String> = findings.sources.iter().map(|own| told(findings, own)).collect();
    unused_tables(findings, &mut page, &mut found);
    let mut text = page.lines.join("\n");
    text.push('\n');
    (text, found, page.look_at)
}

/// What a source was taken for.
fn told(findings: &Findings<'_>, own: &Source) -> String {
    let table = &findings.tables[own.table];
    let files = names(&table.files, findings.folder).iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    let used: Vec<f64> = own.fit.mappings.iter().filter(|own| own.at().is_some()).map(|own| own.score).collect();
    let guesses = match used.iter().filter(|score| **score < SURE).count() {
        0 => String::new(),
        guesses => format!(", {guesses} of them by a guess"),
    };
    let (extract, columns) = (own.fit.extract.name(), table.columns.len());
    format!("{files}: {extract}, {} of {columns} columns used{guesses}", used.len())
}

fn introduction(findings: &Findings<'_>, page: &mut Page) {
    let files: usize = findings.tables.iter().map(|table| table.files.len()).sum();
    page.line("# vardag: the nightly classification of customers.");
    page.line("#");
    page.line(format!(
        "# `vardag init` drafted this from a look at the beginning and the end of {}.",
        counted(files, "file")
    ));
    if findings.samples {
        page.line("# Behind columns stand some of their values, so this file is as confidential as the files are.");
    }
    page.line("# \"a guess\" is to be checked, \"fill in\" to be filled in; then: vardag check, which tells what is read and rejected.");
    page.line("");
    let mut dimensions: Vec<&str> = Vec::new();
    for mapping in findings.sources.iter().flat_map(|own| &own.fit.mappings).filter(|own| own.column.is_none()) {
        if !dimensions.contains(&mapping.name.as_str()) {
            dimensions.push(&mapping.name);
        }
    }
    if !dimensions.is_empty() {
        page.line("# Columns of the register that figures are broken down by.");
        page.line(format!("dimensions = {}", settings::texts(dimensions)));
        page.line("");
    }
}

fn window(window: &WindowGuess, page: &mut Page) {
    page.line("[window]");
    match window.as_of {
        Some(as_of) => {
            page.commented(&format!("as_of = {as_of}"), std::slice::from_ref(&window.as_of_reason));
            if window.ends_differ {
                page.look("as_of: extracts end in different months");
            }
        }
        None => {
            page.commented("as_of = \"last-month-end\"", &["no events with dates were seen".to_owned()]);
            page.look("no events with dates were seen: set the last day");
        }
    }
    match window.history_from {
        Some(day) => {
            let reason = format!("{}; earlier ones do not matter", window.history_reason);
            page.commented(&format!("history_from = {day}"), &[reason]);
        }
        None if window.history_reason.is_empty() => {}
        None => page.commented("# history_from", &[format!("not set: {}", window.history_reason)]),
    }
}

/// What an extract says once for all of its sources.
fn shared(sources: &[&Source], page: &mut Page) {
    if sources.iter().any(|own| own.details.history) {
        page.commented("history = true", &["customers have several rows, spells that do not overlap".to_owned()]);
    }
    if sources.iter().any(|own| own.details.covers_month) {
        let reason = "a guess: there is no end of a period, and all begin with a month".to_owned();
        page.commented("covers = \"month\"", &[reason]);
        page.look("covers: a payment is taken to cover a month");
    }
    let without_end: usize = sources.iter().map(|own| own.details.without_end).sum();
    if without_end > 0 {
        let reason = format!("payments without an end, {without_end} here, cover their first day unless this is set");
        page.commented("# covers = \"month\"", &[reason]);
        page.look("covers: some payments have no end of their period");
    }
}

/// Tables that are no extract, so that nobody has to search for them.
fn unused_tables(findings: &Findings<'_>, page: &mut Page, found: &mut Vec<String>) {
    let is_used = |at: usize| findings.sources.iter().any(|own| own.table == at);
    for (_, table) in findings.tables.iter().enumerate().filter(|(at, _)| !is_used(*at)) {
        let files = names(&table.files, findings.folder).iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        page.line("");
        page.line(format!("# not used: {files}, which looks like none of the extracts. Its columns:"));
        page.look(format!("{files} looks like none of the extracts"));
        for (at, column) in table.columns.iter().enumerate() {
            let samples = findings.samples(table, at).map(|samples| format!("  # {samples}"));
            page.line(format!("#   {}{}", shown(&quoted(&column.name)), samples.unwrap_or_default()));
        }
        found.push(format!("{files}: not used, looks like none of the extracts"));
    }
}
