//! One source of the configuration: its files, how they are written, its columns and codes.

use toml_edit::{InlineTable, Value};

use super::Source;
use super::codes::{Codes, LEAST_ROWS, codes};
use super::columns::{Mapping, Origin, SURE};
use super::details::LONG_MINUTES;
use super::inputs::names;
use super::settings::{Setting, settings, texts};
use super::tables::Table;
use super::write::{Findings, Page, counted, quoted};
use crate::config::Encoding;
use crate::sanitize::shown;
use crate::schema::Extract;
use crate::schema::extracts::{CodeSet, ColumnKind, ColumnName};

/// Different values of a column that is not used and may be of groups.
const MOST_GROUPS: usize = 40;

/// Writes a source into the table at `path`, whose heading stands already.
pub fn write_source(findings: &Findings<'_>, own: &Source, path: &str, page: &mut Page) {
    let table = &findings.tables[own.table];
    files(findings, table, page);
    form(table, page);
    if let Some(filter) = &own.details.filter {
        page.commented(&format!("where = {}", quoted(filter)), &["leaves out rows that sum up others".to_owned()]);
    }
    let settings = settings(table, &own.fit.mappings, &own.details, findings.words);
    for (key, value) in &settings.source {
        let reasons = if *key == "date_formats" { date_reasons(findings, own) } else { vec![] };
        page.commented(&format!("{key} = {value}"), &reasons);
        if reasons.iter().any(|reason| reason.starts_with("day or month")) {
            page.look("date_formats: day or month first? No date that was seen tells");
        }
    }
    page.line(format!("[{path}.columns]"));
    for (mapping, settings) in own.fit.mappings.iter().zip(&settings.columns) {
        column(findings, own, mapping, settings, page);
    }
    unused_columns(findings, own, page);
    for mapping in &own.fit.mappings {
        if let (ColumnKind::Code(set), Some(at)) = (mapping.kind, mapping.at()) {
            let codes = codes(set, &table.columns[at].profile, findings.pooled(set), findings.words);
            code_map(set, &mapping.name, &codes, path, page);
        }
    }
}

fn files(findings: &Findings<'_>, table: &Table, page: &mut Page) {
    let names = names(&table.files, findings.folder);
    let named = match &names[..] {
        [only] => quoted(only),
        several => texts(several.iter().map(String::as_str)).to_string(),
    };
    let mut said = vec![format!("{} looked at", counted(table.rows(), "row"))];
    if table.files.len() > 1 {
        said.insert(0, format!("{} files", table.files.len()));
    }
    if table.unseen > 0 {
        said.push(format!("{} of the files not looked at", table.unseen));
    }
    said.extend(table.compression.map(str::to_owned));
    if table.form.is_none() {
        said.push("Parquet".to_owned());
    }
    page.commented(&format!("files = {named}"), &said);
}

/// How a text file is written, where that is not usual.
fn form(table: &Table, page: &mut Page) {
    let Some(form) = &table.form else { return };
    let delimiter = char::from(form.dialect.delimiter).to_string();
    if delimiter != "," {
        page.line(format!("delimiter = {}", quoted(&delimiter)));
    }
    let encoding = match form.dialect.encoding {
        Encoding::Utf8 => None,
        Encoding::Latin1 => Some("latin-1"),
        Encoding::Windows1252 => Some("windows-1252"),
        Encoding::Utf16 => Some("utf-16"),
    };
    if let Some(encoding) = encoding {
        page.line(format!("encoding = \"{encoding}\""));
    }
    if form.skip_lines > 0 {
        page.line(format!("skip_lines = {}", form.skip_lines));
    }
    if !form.has_header {
        page.commented("header = false", &["columns are called by their numbers".to_owned()]);
    }
    if let Some(comment) = &form.dialect.comment {
        page.line(format!("comment = {}", quoted(comment)));
    }
    if let Some(escape) = form.dialect.escape {
        page.line(format!("escape = {}", quoted(&char::from(escape).to_string())));
    }
}

/// What speaks for the formats of dates.
fn date_reasons(findings: &Findings<'_>, own: &Source) -> Vec<String> {
    let table = &findings.tables[own.table];
    let columns = own.fit.mappings.iter().filter(|mapping| mapping.kind == ColumnKind::Date).filter_map(Mapping::at);
    let dates: Vec<_> = columns.filter_map(|at| table.columns[at].profile.dates.as_ref()).collect();
    let mut reasons = Vec::new();
    if let Some(most) = dates.iter().max_by_key(|dates| dates.formats.len()).filter(|dates| dates.formats.len() > 1) {
        let counted = most.formats.iter().map(|(format, rows)| format!("{format} in {rows} rows"));
        reasons.push(counted.collect::<Vec<_>>().join(", "));
    }
    let is_swappable = |format: &str| !format.starts_with("%Y") && format.contains("%m") && format.contains("%d");
    if let Some(proof) = dates.iter().find_map(|dates| dates.proof.as_ref()) {
        let first = dates.first().map_or("", |dates| dates.formats[0].0);
        if is_swappable(first) {
            let which = if first.starts_with("%m") { "month" } else { "day" };
            let by = findings.sample(proof).map(|value| format!(", as {value} shows"));
            reasons.push(format!("the {which} comes first{}", by.unwrap_or_default()));
        }
    } else if dates.iter().any(|dates| dates.either && is_swappable(dates.formats[0].0)) {
        reasons.push("day or month first? No date that was seen tells".to_owned());
    }
    reasons
}

/// A column's line.
fn column(findings: &Findings<'_>, own: &Source, mapping: &Mapping, settings: &[Setting], page: &mut Page) {
    let table = &findings.tables[own.table];
    let name = |at: usize| table.columns[at].name.as_str();
    let mut inline = InlineTable::new();
    match &mapping.from {
        Origin::Column(at) => _ = inline.insert("column", name(*at).into()),
        Origin::Joined(parts, join) => {
            inline.insert("columns", texts(parts.iter().map(|at| name(*at))));
            if join != "-" {
                inline.insert("join", join.as_str().into());
            }
        }
        Origin::Constant(code) => _ = inline.insert("constant", code.as_str().into()),
        Origin::Open(true) => _ = inline.insert("constant", "".into()),
        Origin::Open(false) | Origin::Off => {}
    }
    settings.iter().for_each(|(key, value)| _ = inline.insert(*key, value.clone()));
    let value = match &mapping.from {
        Origin::Column(at) if settings.is_empty() => name(*at).into(),
        Origin::Open(false) => Value::from(""),
        Origin::Off => Value::from(false),
        _ => Value::InlineTable(inline),
    };
    let mut comments = remarks(own, mapping, table);
    let is_doubtful = !comments.is_empty();
    match mapping.from {
        Origin::Column(at) => comments.extend(findings.samples(table, at)),
        Origin::Constant(_) => comments.push("by the file's name".to_owned()),
        _ => {}
    }
    page.commented(&format!("{} = {value}", mapping.name), &comments);
    if is_doubtful {
        page.look(format!("{}: {}", mapping.name, comments[0]));
    }
}

/// What is doubtful about a column, and has to be looked at.
fn remarks(own: &Source, mapping: &Mapping, table: &Table) -> Vec<String> {
    let mut remarks = Vec::new();
    let is_unit_doubtful = mapping.column == Some(ColumnName::handling_minutes) && own.details.unit_is_doubtful;
    match &mapping.from {
        Origin::Open(true) => remarks.push("fill in: what holds for all rows, or { column = \"…\" }".to_owned()),
        Origin::Open(false) => remarks.push("fill in: the name of its column; none was recognised".to_owned()),
        Origin::Joined(..) => remarks.push("together they are the ids of the register".to_owned()),
        Origin::Off => remarks.push("its values are of another kind than its name".to_owned()),
        Origin::Column(_) if mapping.score < SURE && !is_unit_doubtful => remarks.push("a guess".to_owned()),
        _ => {}
    }
    if let Some(second) = mapping.second {
        remarks.push(format!("or \"{}\"?", shown(&table.columns[second].name)));
    }
    let is_typed = !matches!(mapping.kind, ColumnKind::Text | ColumnKind::Code(_) | ColumnKind::Bool);
    let unread = mapping.at().and_then(|at| table.columns[at].profile.unread.as_ref());
    if let Some((value, rows)) = unread.filter(|_| is_typed) {
        remarks.push(format!("\"{}\" in {} cannot be read: missing?", shown(value), counted(*rows, "row")));
    }
    match mapping.column {
        Some(ColumnName::amount) if own.details.sign.is_some() => {
            remarks.push("a guess: the rarer sign is that of recoveries".to_owned());
        }
        _ if is_unit_doubtful => {
            remarks.push(format!("a guess: half of them are above {LONG_MINUTES} minutes; or unit = \"seconds\"?"));
        }
        Some(ColumnName::period_end) if own.details.exclusive && !own.details.exclusive_by_name => {
            remarks.push("a guess: periods end where the next one begins".to_owned());
        }
        Some(ColumnName::contact_id | ColumnName::application_id | ColumnName::payment_id)
            if !own.details.id_prefix.is_empty() =>
        {
            remarks.push("another source has the same ids".to_owned());
        }
        _ => {}
    }
    remarks
}

fn unused_columns(findings: &Findings<'_>, own: &Source, page: &mut Page) {
    let table = &findings.tables[own.table];
    let is_used = |at: usize| {
        own.fit.mappings.iter().any(|mapping| match &mapping.from {
            Origin::Joined(parts, _) => parts.contains(&at),
            _ => mapping.at() == Some(at),
        }) || own.details.sign.as_ref().is_some_and(|sign| sign.column == table.columns[at].name)
    };
    for (at, column) in table.columns.iter().enumerate().filter(|(at, _)| !is_used(*at)) {
        let mut said = Vec::new();
        let distinct = column.profile.values.len();
        let are_groups = (2..=MOST_GROUPS).contains(&distinct) && column.profile.filled >= LEAST_ROWS * distinct;
        if own.fit.extract == Extract::Customers && are_groups && column.profile.dates.is_none() {
            said.push(format!("{distinct} different values: a dimension?"));
        }
        said.extend(findings.samples(table, at));
        page.commented(&format!("# not used: {}", shown(&quoted(&column.name))), &said);
    }
}

fn code_map(set: CodeSet, name: &str, codes: &Codes, path: &str, page: &mut Page) {
    if codes.lines.is_empty() {
        return;
    }
    page.line(format!("[{path}.codes.{name}]"));
    if !set.canonical().is_empty() {
        page.line(format!("# meanings: {}", set.canonical().join(", ")));
    } else if set == CodeSet::Benefit {
        page.line("# meanings: as in `vardag config show`");
    }
    let (mut open, mut guesses) = (0, 0);
    let mut first_open = None;
    for line in &codes.lines {
        let rows = counted(line.rows, "row");
        let entry = format!("{} = {}", quoted(&line.code), quoted(&line.meaning));
        let entry = if line.is_active { entry } else { format!("# {entry}") };
        let comment = match (line.meaning.is_empty(), line.is_active, line.is_guess) {
            (true, true, _) => format!("{rows}; fill in"),
            (true, false, _) => format!("{rows}; stays as it is, unless you fill in a meaning"),
            (_, _, true) => format!("{rows}; a guess"),
            _ => rows,
        };
        page.commented(&entry, &[comment]);
        if line.is_active && line.meaning.is_empty() {
            open += 1;
            first_open = first_open.or(Some(page.mark()));
        }
        guesses += usize::from(line.is_guess);
    }
    if codes.rare > 0 {
        page.line(format!(
            "# {} not listed, which fewer than {LEAST_ROWS} of the rows have",
            counted(codes.rare, "further code")
        ));
    }
    if let Some(at) = first_open {
        page.look_there(at, format!("{name}: {} whose meaning is to be filled in", counted(open, "code")));
    }
    if guesses > 0 {
        page.look(format!("{name}: {} nearly a known word", counted(guesses, "code")));
    }
    let has_rejected = codes.lines.iter().any(|line| line.meaning == "rejected");
    if set == CodeSet::Decision && !has_rejected {
        page.look(format!("{name}: no code means `rejected`"));
    }
}
