//! What `columns` states about one column: where it is read from, and the settings that its kind of value has. A key that
//! makes no sense there is not asked for, and so a problem.

use super::dialect::Spelling;
use super::reader::Reader;
use super::source::{ColumnSource, IdFormat, SignColumn, Unit};
use crate::schema::extracts::ColumnKind;

/// What one place states about one column.
#[derive(Debug, Clone)]
pub(super) enum ColumnLayer {
    /// `= false`: the source has no such column.
    Absent,
    /// How it is read.
    Mapped(Box<MappedColumn>),
}

/// How a column is read, as one place states it.
#[derive(Debug, Clone, Default)]
pub(super) struct MappedColumn {
    pub(super) from: Option<ColumnSource>,
    /// Its markers of a missing value, which come on top of the source's.
    pub(super) missing: Vec<String>,
    pub(super) spelling: Spelling,
    pub(super) id: IdFormat,
    pub(super) sign: Option<SignColumn>,
    pub(super) unit: Unit,
    pub(super) exclusive: bool,
}

/// The longest id that `pad` makes.
const LONGEST_PADDED: u32 = 100;

/// What `columns` states about one column: a header's name, a table, or `false`.
pub(super) fn read_column(columns: &Reader, name: &str, kind: ColumnKind, required: bool) -> Option<ColumnLayer> {
    if !columns.has(name) {
        return None;
    }
    if columns.is_false(name) {
        if required {
            columns.problem(name, "this column is needed and cannot be left out", None);
        }
        return Some(ColumnLayer::Absent);
    }
    let mut mapped = MappedColumn::default();
    if columns.is_table(name) {
        if let Some(table) = columns.table(name) {
            mapped = read_table(&table, name, kind);
            table.finish();
        }
    } else if let Some(header) = columns.text_or(name, "a header's name in quotes, a table, or false") {
        if header.is_empty() {
            columns.problem(name, "a header's name must not be empty", None);
        }
        mapped.from = Some(ColumnSource::Header(header.to_owned()));
    }
    Some(ColumnLayer::Mapped(Box::new(mapped)))
}

/// A column's own settings.
fn read_table(table: &Reader, name: &str, kind: ColumnKind) -> MappedColumn {
    let mut column = MappedColumn { missing: table.texts("missing").unwrap_or_default(), ..MappedColumn::default() };
    let mut from_file_only: &[&str] = &[];
    match kind {
        ColumnKind::Date => {
            column.spelling = Spelling::of_dates(table);
            if name == "period_end" {
                column.exclusive = table.flag("exclusive").unwrap_or_default();
            }
        }
        ColumnKind::Amount => {
            column.spelling = Spelling::of_numbers(table, true);
            column.sign = sign(table);
            from_file_only = &["sign"];
        }
        ColumnKind::Minutes => {
            column.spelling = Spelling::of_numbers(table, true);
            let units = [
                ("minutes", Unit::Minutes),
                ("seconds", Unit::Seconds),
                ("hours", Unit::Hours),
                ("clock", Unit::Clock),
            ];
            column.unit = table.choice("unit", &units).unwrap_or_default();
        }
        ColumnKind::Integer => column.spelling = Spelling::of_numbers(table, false),
        ColumnKind::Bool => column.spelling = Spelling::of_bools(table),
        ColumnKind::Text if is_id(name) => {
            column.id = id(table);
            from_file_only = &["strip_prefix", "strip_suffix", "pad", "prefix"];
        }
        ColumnKind::Text | ColumnKind::Code(_) => {}
    }
    column.from = origin(table, kind, from_file_only);
    column
}

/// Where the values are; nowhere in particular if the table does not say. `from_file_only` are keys that say something
/// about values of the file.
fn origin(table: &Reader, kind: ColumnKind, from_file_only: &[&str]) -> Option<ColumnSource> {
    let header = table.text("column").map(str::to_owned);
    let constant = table.text("constant").map(|value| value.trim_matches([' ', '\t']).to_owned());
    let columns = if kind == ColumnKind::Text { table.some_texts("columns") } else { None };
    let join = if kind == ColumnKind::Text { table.text("join") } else { None };
    if header.is_some() && constant.is_some() {
        table.problem("constant", "a column is either read from a `column` or `constant`, not both", None);
    }
    if columns.is_some() && (header.is_some() || constant.is_some()) {
        table.problem("columns", "a column is read from one `column`, from several `columns` or `constant`", None);
    }
    if join.is_some() && columns.is_none() {
        table.problem("join", "stands between the values of `columns`, which are not there", None);
    }
    for (key, text) in [("column", &header), ("constant", &constant)] {
        if text.as_ref().is_some_and(String::is_empty) {
            table.problem(key, "must not be empty", None);
        }
    }
    if constant.is_some() {
        for key in from_file_only.iter().filter(|key| table.has(key)) {
            table.problem(key, "has no meaning beside `constant`, which is taken as it is", None);
        }
    }
    let joined = |columns| ColumnSource::Joined { columns, join: join.unwrap_or("-").to_owned() };
    header.map(ColumnSource::Header).or(constant.map(ColumnSource::Constant)).or(columns.map(joined))
}

/// Whether a column holds ids.
fn is_id(name: &str) -> bool {
    ["contact_id", "application_id", "payment_id", "customer_id", "employer_id"].contains(&name)
}

fn id(table: &Reader) -> IdFormat {
    IdFormat {
        strip_prefix: table.some_texts("strip_prefix").unwrap_or_default(),
        strip_suffix: table.some_texts("strip_suffix").unwrap_or_default(),
        pad: table.whole("pad", 0..=LONGEST_PADDED).unwrap_or_default(),
        prefix: table.text("prefix").unwrap_or_default().to_owned(),
    }
}

fn sign(table: &Reader) -> Option<SignColumn> {
    let sign = table.table("sign")?;
    let column = sign.required_text("column").to_owned();
    if !sign.has("negative") {
        sign.problem_here("`negative` is missing: the values of the column for which the sign is turned", None);
    }
    let negative = sign.some_texts("negative").unwrap_or_default();
    sign.finish();
    Some(SignColumn { column, negative })
}
