//! Extracts, their sources and their columns: from what a file states to one complete [`SourceConfig`] a source.

use super::column_table::{ColumnLayer, MappedColumn};
use super::layer::{Layer, Schema};
use super::model::*;
use super::reader::{Reader, whole_within};
use super::schema::Shape;
use super::source::*;
use crate::calendar::{Day, DefaultPeriod};
use crate::dates::DateFormat;
use crate::schema::Extract;
use crate::schema::extracts::ColumnKind;

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
                let is_absent = table.flag("absent").unwrap_or_default();
                let mut sources = sources(table, &base, &schema, is_absent);
                let columns = sources.iter_mut().flat_map(|source| &mut source.columns);
                for births in columns.filter(|column| column.name == "birth_date") {
                    births.date_formats = births.date_formats.drain(..).map(|format| format.up_to(as_of)).collect();
                }
                // An absent extract is one without rows, and so nothing that has to be read.
                if !is_absent {
                    configured.push(ExtractConfig { extract, sources, repeats, limits: *limits, covers });
                }
            } else if extract.required() && !tables.has(extract.name()) {
                let key = format!("extracts.{}", extract.name());
                let message =
                    format!("missing: a run needs contacts, applications and payments, and [{key}] is not there");
                let help = format!("if the agency has none, say so: [{key}] with `absent = true`");
                root.problems.add(None, key, message, Some(help));
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

fn sources(table: Reader, base: &Layer, schema: &Schema, is_absent: bool) -> Vec<SourceConfig> {
    let shared = Layer::of(&table, schema).over(base);
    let has_sources = table.has("sources");
    let files = table.some_texts("files");
    let parts = table.tables("sources");
    if is_absent {
        if has_sources || files.is_some() {
            table.problem("absent", "an absent extract has no files: take `absent` or the files away", None);
        }
    } else if has_sources && files.is_some() {
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
    let dialect = &layer.dialect;
    let source = SourceConfig {
        files,
        delimiter: dialect.delimiter.unwrap_or_default(),
        encoding: dialect.encoding.unwrap_or(Encoding::Utf8),
        skip_lines: dialect.skip_lines.unwrap_or_default(),
        has_header: dialect.header.unwrap_or(true),
        comment: dialect.comment.clone().flatten(),
        escape: dialect.escape.flatten(),
        filter: dialect.filter.clone().flatten(),
        columns: columns.collect(),
    };
    if source.escape == Some(source.delimiter) {
        table.problem_here("`escape` and `delimiter` are the same character", None);
    }
    source
}

/// One column of a source; `None` where the source has none.
fn column(table: &Reader, name: &str, kind: ColumnKind, layer: &Layer) -> Option<ColumnConfig> {
    let mapped = match layer.columns.get(name) {
        Some(ColumnLayer::Absent) => return None,
        Some(ColumnLayer::Mapped(mapped)) => (**mapped).clone(),
        None => MappedColumn::default(),
    };
    let mut missing = layer.missing.clone().unwrap_or_default();
    missing.extend(mapped.missing);
    let spelling = mapped.spelling.over(&layer.spelling);
    let (true_values, false_values) =
        (spelling.true_values.unwrap_or_default(), spelling.false_values.unwrap_or_default());
    if kind == ColumnKind::Bool {
        for value in
            true_values.iter().filter(|value| false_values.iter().any(|other| other.eq_ignore_ascii_case(value)))
        {
            table.problem_here(format!("{value:?} means both true and false in `{name}`"), None);
        }
    }
    let numbers = NumberFormat {
        decimal_separator: spelling.decimal_separator.unwrap_or(b'.'),
        thousands_separator: spelling.thousands_separator.flatten(),
        strip: spelling.strip.unwrap_or_default(),
        negative: spelling.negative.unwrap_or_default(),
    };
    let is_number = matches!(kind, ColumnKind::Amount | ColumnKind::Minutes | ColumnKind::Integer);
    if is_number && numbers.thousands_separator == Some(char::from(numbers.decimal_separator)) {
        let same = char::from(numbers.decimal_separator);
        table.problem_here(format!("`{same}` is both decimal and thousands separator of `{name}`"), None);
    }
    let mut date_formats = spelling.date_formats.unwrap_or_default();
    if name == "period_end" && !mapped.exclusive {
        // A month without a day ends on its last one; of an end that is not part of it, the day before counts.
        date_formats = date_formats.into_iter().map(DateFormat::to_last_day).collect();
    }
    Some(ColumnConfig {
        name: name.to_owned(),
        explicit: mapped.from.is_some(),
        from: mapped.from.unwrap_or_else(|| ColumnSource::Header(name.to_owned())),
        missing,
        date_formats,
        numbers,
        true_values,
        false_values,
        codes: layer.codes.get(name).cloned(),
        id: mapped.id,
        sign: mapped.sign,
        unit: mapped.unit,
        exclusive: mapped.exclusive,
    })
}
