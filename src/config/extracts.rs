//! Extracts, their sources and their columns: from what a file states to one complete [`SourceConfig`] a source.

use super::layer::{ColumnLayer, Layer, Schema};
use super::model::*;
use super::reader::{Reader, whole_within};
use super::schema::Shape;
use crate::calendar::{Day, DefaultPeriod};
use crate::extract::schema::ColumnKind;
use crate::schema::Extract;

/// All configured extracts, in `docs/method.md` section 2's order, with their limits. No two-digit year puts a birth date
/// after `as_of`.
pub(super) fn read(root: &Reader, as_of: Day, dimensions: &[String], limits: &[Limits]) -> Vec<ExtractConfig> {
    let base = root.section("dialect", Layer::of_dialect);
    root.section_of("extract", "extracts", |tables| {
        let mut configured = Vec::new();
        for (extract, limits) in Extract::ALL.into_iter().zip(limits) {
            let schema = columns_of(extract, dimensions);
            if let Some(table) = tables.table(extract.name()) {
                let covers = if extract == Extract::Payments { covers(&table) } else { ONE_DAY };
                let repeats = repeats(&table, extract);
                let mut sources = sources(table, &base, &schema);
                let columns = sources.iter_mut().flat_map(|source| &mut source.columns);
                for births in columns.filter(|column| column.name == "birth_date") {
                    births.date_formats = births.date_formats.drain(..).map(|format| format.up_to(as_of)).collect();
                }
                configured.push(ExtractConfig { extract, sources, repeats, limits: *limits, covers });
            } else if extract.required() && !tables.has(extract.name()) {
                let key = format!("extracts.{}", extract.name());
                let message =
                    format!("missing: a run needs contacts, applications and payments, and [{key}] is not there");
                root.problems.add(None, key, message, None);
            }
        }
        configured
    })
}

/// What a payment without `period_end` covers, unless the configuration says otherwise.
const ONE_DAY: DefaultPeriod = DefaultPeriod::Days(1);

fn covers(table: &Reader) -> DefaultPeriod {
    let expected = "\"day\", \"month\" or a number of days from 1 to 36500";
    let covers = table.read("covers", Shape::Described(expected), |item| match item.as_str() {
        Some("day") => Some(ONE_DAY),
        Some("month") => Some(DefaultPeriod::Month),
        _ => whole_within(item, &(1..=36_500)).map(DefaultPeriod::Days),
    });
    covers.unwrap_or(ONE_DAY)
}

/// The columns that an extract can have: those of `docs/method.md`, then (of customers) the dimensions.
fn columns_of(extract: Extract, dimensions: &[String]) -> Vec<(String, ColumnKind, bool)> {
    let canonical = extract.columns().iter().map(|column| (column.name.to_owned(), column.kind, column.required));
    let own: &[String] = if extract == Extract::Customers { dimensions } else { &[] };
    canonical.chain(own.iter().map(|name| (name.clone(), ColumnKind::Text, false))).collect()
}

/// What becomes of rows that share an id: `keep`, or `history` of the register of customers.
fn repeats(table: &Reader, extract: Extract) -> Repeats {
    let kept = table.choice("keep", &[("first", Repeats::KeepFirst), ("last", Repeats::KeepLast)]);
    let history = table.flag("history");
    if history.is_some() && extract != Extract::Customers {
        table.problem("history", "only the register of customers can have a row per spell of registration", None);
    }
    match (history, kept) {
        (Some(true), Some(_)) => {
            let message = "has no meaning with `history = true`: each row is a spell of registration and counts";
            table.problem("keep", message, None);
            Repeats::Spells
        }
        (Some(true), None) => Repeats::Spells,
        (_, kept) => kept.unwrap_or(Repeats::KeepFirst),
    }
}

fn sources(table: Reader, base: &Layer, schema: &Schema) -> Vec<SourceConfig> {
    let shared = Layer::of(&table, schema).over(base);
    let has_sources = table.has("sources");
    let files = table.some_texts("files");
    let parts = table.tables("sources");
    if has_sources && files.is_some() {
        table.problem("files", "give either `files` or `[[…sources]]` with files of their own, not both", None);
    } else if !has_sources && !table.has("files") {
        table.problem_here("`files` is missing: paths or globs, relative to this file", None);
    } else if has_sources && parts.is_empty() {
        table.problem("sources", "needs at least one source", None);
    }
    let mut sources = Vec::new();
    if let Some(files) = files {
        sources.push(source(&table, files, &shared, schema));
    }
    for part in parts {
        let layer = Layer::of(&part, schema).over(&shared);
        if !part.has("files") {
            part.problem_here("`files` is missing: paths or globs, relative to this file", None);
        }
        let files = part.some_texts("files").unwrap_or_default();
        sources.push(source(&part, files, &layer, schema));
        part.finish();
    }
    table.finish();
    sources
}

/// One complete source. Every default is in the lowest layer, so nothing is left open here.
fn source(table: &Reader, files: Vec<String>, layer: &Layer, schema: &Schema) -> SourceConfig {
    let columns = schema.iter().filter_map(|(name, kind, _)| column(table, name, *kind, layer));
    SourceConfig {
        files,
        delimiter: layer.delimiter.unwrap_or_default(),
        encoding: layer.encoding.unwrap_or(Encoding::Utf8),
        columns: columns.collect(),
    }
}

/// One column of a source; `None` where the source has none.
fn column(table: &Reader, name: &str, kind: ColumnKind, layer: &Layer) -> Option<ColumnConfig> {
    let mut missing = layer.missing.clone().unwrap_or_default();
    let (from, spelling) = match layer.columns.get(name) {
        Some(ColumnLayer::Absent) => return None,
        Some(ColumnLayer::Mapped { from, missing: own, spelling }) => {
            missing.extend_from_slice(own);
            (from.clone(), spelling.clone().over(&layer.spelling))
        }
        None => (None, layer.spelling.clone()),
    };
    let (true_values, false_values) =
        (spelling.true_values.unwrap_or_default(), spelling.false_values.unwrap_or_default());
    if kind == ColumnKind::Bool {
        for value in
            true_values.iter().filter(|value| false_values.iter().any(|other| other.eq_ignore_ascii_case(value)))
        {
            table.problem_here(format!("{value:?} means both true and false in `{name}`"), None);
        }
    }
    Some(ColumnConfig {
        name: name.to_owned(),
        explicit: from.is_some(),
        from: from.unwrap_or_else(|| ColumnSource::Header(name.to_owned())),
        missing,
        date_formats: spelling.date_formats.unwrap_or_default(),
        decimal_separator: spelling.decimal_separator.unwrap_or(b'.'),
        true_values,
        false_values,
        codes: layer.codes.get(name).cloned(),
    })
}
