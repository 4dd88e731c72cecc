//! How the columns of one file are read: the configured mapping met with the file's own header.

use hashbrown::HashMap;

use super::ExtractError;
use super::batch::{Column, Span, Value};
use super::codes::{CodeId, Interners};
use super::dates::DateFormat;
use super::rejects::Reason;
use super::schema::{CodeSet, ColumnKind, ColumnName};
use super::values::{self, BoolWords, trim};
use crate::config::{ColumnConfig, ColumnSource, Extract, SourceConfig};
use crate::sanitize::shown;
use crate::suggestion::nearest;

/// Where a column's values are.
#[derive(Debug, Clone)]
pub enum From {
    /// In the file's field of this position.
    Field(usize),
    /// The same for every row.
    Constant(String),
    /// Nowhere: every value is missing.
    Absent,
}

/// How the files of a source are read: what the configuration says, whatever their headers.
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'a> {
    /// The extract.
    pub extract: Extract,
    /// The source.
    pub source: &'a SourceConfig,
    /// The dimensions, of the customers extract.
    pub dimensions: &'a [String],
}

/// One canonical column of one file, ready to read values.
#[derive(Debug, Clone)]
pub struct ColumnReader {
    /// The canonical name; of a dimension, the empty name (dimensions have no faults).
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a missing value rejects the row.
    pub required: bool,
    /// Where its values are.
    pub from: From,
    missing: Vec<Vec<u8>>,
    dates: Vec<DateFormat>,
    /// Places of date formats of which one swaps day and month of the other, the one that is tried first in front.
    swapped_dates: Vec<[usize; 2]>,
    decimal_separator: u8,
    bools: BoolWords,
    /// What the configuration makes of codes; `None` leaves canonical values as they are.
    codes: Option<HashMap<Vec<u8>, String>>,
}

/// The columns of one file, in the extract's order, its dimensions last.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The header's names.
    pub header: Vec<String>,
    /// Fields in the header.
    pub fields: usize,
    /// Fields in every record: those of the header, and the empty ones that all records of the file have besides.
    pub width: usize,
    /// Whether the header's own names, read as a row, have a fault in any case.
    pub header_is_malformed: bool,
    /// The columns.
    pub columns: Vec<ColumnReader>,
    /// Positions of `period_start` and `period_end` among the columns (payments only).
    pub period: Option<(usize, usize)>,
}

impl Layout {
    /// Meets a source's mapping with a file's header; the file's records have `surplus_fields` more than it.
    ///
    /// # Errors
    /// A required column that is not there, with the nearest name that is; a name that the header has twice; a
    /// constant that its column cannot hold.
    pub fn new(
        mapping: Mapping<'_>,
        header: &[String],
        surplus_fields: usize,
        file: &str,
    ) -> Result<Self, ExtractError> {
        let Mapping { extract, source, dimensions } = mapping;
        let is_known = |name: &String| {
            source.columns.iter().any(|column| matches!(&column.from, ColumnSource::Header(header) if header == name))
        };
        let known = header.iter().any(is_known);
        let mut columns = Vec::new();
        for schema in extract.columns() {
            let config = source.columns.iter().find(|column| column.name == schema.name);
            columns.push(ColumnReader::new(schema.name, schema.kind, schema.required, config, header, known, file)?);
        }
        if extract == Extract::Customers {
            for dimension in dimensions {
                let config = source.columns.iter().find(|column| column.name == *dimension);
                columns.push(ColumnReader::new("", ColumnKind::Text, false, config, header, known, file)?);
            }
        }
        let period = extract.column(ColumnName::period_start).zip(extract.column(ColumnName::period_end));
        let header_is_malformed = columns.iter().any(|column| column.refuses_its_name(header));
        let (fields, width) = (header.len(), header.len() + surplus_fields);
        Ok(Layout { header: header.to_vec(), fields, width, header_is_malformed, columns, period })
    }

    /// Whether the trimmed values of a record are the header's names, surplus ones being empty.
    pub fn is_header<'t>(&self, values: impl Iterator<Item = &'t [u8]>) -> bool {
        let names = self.header.iter().map(|name| name.as_bytes());
        let mut values = values.fuse();
        names.into_iter().all(|name| values.next() == Some(name)) && values.all(<[u8]>::is_empty)
    }
}

impl ColumnReader {
    fn new(
        name: &'static str,
        kind: ColumnKind,
        required: bool,
        config: Option<&ColumnConfig>,
        header: &[String],
        known: bool,
        file: &str,
    ) -> Result<Self, ExtractError> {
        let from = match config.map(|config| &config.from) {
            None => From::Absent,
            Some(ColumnSource::Constant(text)) => From::Constant(text.clone()),
            Some(ColumnSource::Header(wanted)) => find(wanted, name, required, header, known, file)?,
        };
        let dates = config.map(|config| config.date_formats.clone()).unwrap_or_default();
        let bytes = |texts: &[String]| texts.iter().map(|text| trim(text.as_bytes()).to_vec()).collect();
        let reader = ColumnReader {
            name,
            kind,
            required,
            from,
            missing: config.map(|config| bytes(&config.missing)).unwrap_or_default(),
            swapped_dates: swapped(&dates),
            dates,
            decimal_separator: config.map_or(b'.', |config| config.decimal_separator),
            bools: config.map(|config| BoolWords::new(&config.true_values, &config.false_values)).unwrap_or_default(),
            codes: config.and_then(|config| config.codes.as_ref()).map(|codes| {
                codes.iter().map(|(code, canonical)| (code.clone().into_bytes(), canonical.clone())).collect()
            }),
        };
        reader.check_constant(file)?;
        Ok(reader)
    }

    /// A constant is a value like any other; a malformed one would reject every row, so it is an error at once.
    fn check_constant(&self, file: &str) -> Result<(), ExtractError> {
        let From::Constant(text) = &self.from else { return Ok(()) };
        let refused = match self.kind {
            ColumnKind::Text => false,
            // A constant code is a canonical one: code maps are for what the agency writes.
            ColumnKind::Code(set) => !set.canonical().is_empty() && !set.canonical().contains(&text.as_str()),
            _ => self.plain(text.as_bytes()).is_err(),
        };
        if refused {
            let (column, value) = (self.name, text.clone());
            return Err(ExtractError::BadConstant { file: file.to_owned(), column, value });
        }
        Ok(())
    }

    /// Whether its own name in the header would be a malformed value.
    fn refuses_its_name(&self, header: &[String]) -> bool {
        let From::Field(field) = self.from else { return false };
        let name = header[field].as_bytes();
        let is_parsed = !matches!(self.kind, ColumnKind::Text | ColumnKind::Code(_));
        is_parsed && !self.is_missing(name) && self.plain(name).is_err()
    }

    /// Whether ISO is the first date format that is tried, and it need not be counted which one reads a date.
    pub fn reads_iso_first(&self) -> bool {
        self.dates.first().is_some_and(DateFormat::is_iso) && self.swapped_dates.is_empty()
    }

    /// The order of day and month in which a date is read, where two formats differ in that alone: which pair of
    /// formats, which of the two reads it, and whether the other would, too.
    pub fn date_orders(&self, text: &[u8]) -> impl Iterator<Item = (usize, usize, bool)> {
        let reads = |format: usize| self.dates[format].read(text).is_some();
        let used = if self.swapped_dates.is_empty() { None } else { (0..self.dates.len()).find(|at| reads(*at)) };
        self.swapped_dates.iter().enumerate().filter_map(move |(pair, formats)| {
            let place = formats.iter().position(|format| Some(*format) == used)?;
            Some((pair, place, reads(formats[1 - place])))
        })
    }

    /// The notations of a pair of formats that [`ColumnReader::date_orders`] names.
    pub fn notations(&self, pair: usize) -> [String; 2] {
        self.swapped_dates[pair].map(|format| self.dates[format].notation().to_owned())
    }

    /// The decimal separator of its numbers.
    pub fn decimal_separator(&self) -> u8 {
        self.decimal_separator
    }

    /// Whether it has markers of a missing value of its own.
    pub fn has_markers(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Whether a trimmed value means "missing".
    #[inline]
    pub fn is_missing(&self, text: &[u8]) -> bool {
        text.is_empty() || self.missing.iter().any(|marker| marker == text)
    }

    /// Whether a number of a typed file, in its text form, means "missing": there `-1.0` and `-1` are the same.
    pub fn is_missing_number(&self, text: &[u8]) -> bool {
        let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<f64>().ok();
        self.is_missing(text)
            || self.missing.iter().any(|marker| number(marker).is_some_and(|marker| number(text) == Some(marker)))
    }

    /// Reads one trimmed value that is neither text nor a code, and not missing.
    #[inline]
    pub fn plain(&self, text: &[u8]) -> Result<Value, Reason> {
        self.plain_with(text, self.decimal_separator)
    }

    /// The same with another decimal separator: numbers of a typed file are not written in the source's dialect.
    #[inline]
    pub fn plain_with(&self, text: &[u8], decimal_separator: u8) -> Result<Value, Reason> {
        match self.kind {
            ColumnKind::Date => {
                let day = self.dates.iter().find_map(|format| format.read(text));
                day.map(Value::Day).ok_or(Reason::MalformedDate)
            }
            ColumnKind::Amount => values::decimal(text, decimal_separator)
                .map(|value| Value::Number(value.hundredths))
                .ok_or(Reason::MalformedNumber),
            ColumnKind::Minutes => values::minutes(text, decimal_separator).map(Value::Number),
            ColumnKind::Integer => values::integer(text).map(Value::Number),
            ColumnKind::Bool => self.bools.read(text).map(Value::Bool).ok_or(Reason::MalformedBool),
            ColumnKind::Text | ColumnKind::Code(_) => Ok(Value::Missing),
        }
    }

    /// What the configuration makes of a code; without a mapping, the code itself.
    fn canonical<'a>(&'a self, code: &'a [u8]) -> Option<&'a str> {
        match &self.codes {
            Some(codes) => codes.get(code).map(String::as_str),
            None => std::str::from_utf8(code).ok(),
        }
    }

    /// The number of a trimmed code; `None` where a closed set refuses it.
    pub fn code(&self, set: CodeSet, code: &[u8], books: &Interners) -> Result<Option<CodeId>, ExtractError> {
        let raw = String::from_utf8_lossy(code);
        books.id(set, &raw, self.canonical(code))
    }

    /// The whole column of a batch whose values are not in the file.
    pub fn fill(
        &self,
        rows: usize,
        text: &mut Vec<u8>,
        column: &mut Column,
        books: &Interners,
    ) -> Result<(), ExtractError> {
        let value = match &self.from {
            From::Field(_) => return Ok(()),
            From::Absent => Value::Missing,
            From::Constant(constant) => match self.kind {
                ColumnKind::Text => {
                    let span = Span { start: text.len() as u32, length: constant.len() as u32 };
                    text.extend_from_slice(constant.as_bytes());
                    Value::Text(span)
                }
                ColumnKind::Code(set) => books.id(set, constant, Some(constant))?.map_or(Value::Missing, Value::Code),
                _ => self.plain(constant.as_bytes()).unwrap_or(Value::Missing),
            },
        };
        column.resize(rows, value);
        Ok(())
    }
}

/// The pairs of formats that swap day and month.
fn swapped(formats: &[DateFormat]) -> Vec<[usize; 2]> {
    let pairs = (0..formats.len()).flat_map(|second| (0..second).map(move |first| [first, second]));
    pairs.filter(|[first, second]| formats[*first].swaps(&formats[*second])).collect()
}

/// What a header has, in words; of a line without a single known name only how many fields it has, since it may be
/// a row, with a customer's id.
fn present(header: &[String], known: bool) -> String {
    match header {
        _ if known => {
            let names = shown(&header.join(", "));
            if names.ends_with('…') {
                format!("it has: {names} ({} names)", header.len())
            } else {
                format!("it has: {names}")
            }
        }
        [only] if only.contains([';', '\t', '|', ',']) => {
            "its first line is one single field: is `delimiter` what stands between its values?".to_owned()
        }
        _ => format!("none of the {} fields of its first line is a known name: is there a header?", header.len()),
    }
}

fn find(
    wanted: &str,
    name: &'static str,
    required: bool,
    header: &[String],
    known: bool,
    file: &str,
) -> Result<From, ExtractError> {
    let mut places = header.iter().enumerate().filter(|(_, column)| *column == wanted).map(|(at, _)| at);
    match (places.next(), places.next()) {
        (Some(at), None) => Ok(From::Field(at)),
        (Some(_), Some(_)) => Err(ExtractError::RepeatedColumn { file: file.to_owned(), header: wanted.to_owned() }),
        (None, _) if required => Err(ExtractError::MissingColumn {
            file: file.to_owned(),
            column: name,
            header: wanted.to_owned(),
            // Of a line that may be no header at all nothing is repeated.
            nearest: nearest(wanted, header.iter().map(String::as_str)).filter(|_| known).map(str::to_owned),
            present: present(header, known),
        }),
        (None, _) => Ok(From::Absent),
    }
}

/// An empty column for values of a kind.
pub fn empty_column(kind: ColumnKind) -> Column {
    match kind {
        ColumnKind::Text => Column::Text(Vec::new()),
        ColumnKind::Code(_) => Column::Code(Vec::new()),
        ColumnKind::Date => Column::Date(Vec::new()),
        ColumnKind::Amount | ColumnKind::Minutes | ColumnKind::Integer => Column::Number(Vec::new()),
        ColumnKind::Bool => Column::Bool(Vec::new()),
    }
}
