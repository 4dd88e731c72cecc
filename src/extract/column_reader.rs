//! How the values of one canonical column are read: missing markers, dates, numbers, truth values, codes and ids.

use hashbrown::HashMap;

use super::ExtractError;
use super::batch::{Column, Span, Value};
use super::codes::{CodeId, Interners};
use super::ids::IdReader;
use super::numbers::NumberReader;
use super::rejects::Reason;
use super::schema::{CodeSet, ColumnKind, ColumnSchema};
use super::values::{BoolWords, trim};
use crate::config::{ColumnConfig, Unit};
use crate::dates::DateFormat;

/// Where a column's values are.
#[derive(Debug, Clone)]
pub enum From {
    /// In the file's field of this position.
    Field(usize),
    /// In several fields, with a text between their values.
    Joined(Vec<usize>, Vec<u8>),
    /// The same for every row.
    Constant(String),
    /// Nowhere: every value is missing.
    Absent,
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
    /// Of `period_end`: whether the day before is the last one.
    pub exclusive: bool,
    missing: Vec<Vec<u8>>,
    dates: Vec<DateFormat>,
    /// Places of date formats of which one swaps day and month of the other, the one that is tried first in front.
    swapped_dates: Vec<[usize; 2]>,
    numbers: NumberReader,
    /// The same as typed files have them.
    typed_numbers: NumberReader,
    bools: BoolWords,
    /// What the configuration makes of codes; `None` leaves canonical values as they are.
    codes: Option<HashMap<Vec<u8>, String>>,
    /// What is made of ids; `None` leaves them as they are.
    id: Option<IdReader>,
}

/// A dimension of the customers, as columns go.
pub(super) const DIMENSION: (&str, ColumnKind, bool) = ("", ColumnKind::Text, false);

impl ColumnReader {
    /// A column whose values are somewhere.
    ///
    /// # Errors
    /// A constant that the column cannot hold, in words.
    pub(super) fn new(
        (name, kind, required): (&'static str, ColumnKind, bool),
        config: Option<&ColumnConfig>,
        from: From,
    ) -> Result<Self, String> {
        let dates = config.map(|config| config.date_formats.clone()).unwrap_or_default();
        let bytes = |texts: &[String]| texts.iter().map(|text| trim(text.as_bytes()).to_vec()).collect();
        let unit = config.map(|config| config.unit).unwrap_or_default();
        // Typed numbers are in the unit, but there is no typed clock.
        let typed_numbers = NumberReader::plain(b'.', unit);
        let reader = ColumnReader {
            name,
            kind,
            required,
            from,
            exclusive: config.is_some_and(|config| config.exclusive),
            missing: config.map(|config| bytes(&config.missing)).unwrap_or_default(),
            swapped_dates: swapped(&dates),
            dates,
            numbers: config.map_or_else(
                || NumberReader::plain(b'.', Unit::Minutes),
                |config| NumberReader::new(&config.numbers, unit),
            ),
            typed_numbers,
            bools: config.map(|config| BoolWords::new(&config.true_values, &config.false_values)).unwrap_or_default(),
            codes: config.and_then(|config| config.codes.as_ref()).map(|codes| {
                codes.iter().map(|(code, canonical)| (code.clone().into_bytes(), canonical.clone())).collect()
            }),
            id: config.and_then(|config| IdReader::new(&config.id)),
        };
        match reader.refused_constant() {
            Some(text) => Err(text.clone()),
            None => Ok(reader),
        }
    }

    /// A constant is a value like any other; a malformed one would reject every row, so it is an error at once.
    fn refused_constant(&self) -> Option<&String> {
        let From::Constant(text) = &self.from else { return None };
        let refused = match self.kind {
            ColumnKind::Text => false,
            // A constant code is a canonical one: code maps are for what the agency writes.
            ColumnKind::Code(set) => !set.canonical().is_empty() && !set.canonical().contains(&text.as_str()),
            _ => self.plain(text.as_bytes()).is_err(),
        };
        refused.then_some(text)
    }

    /// Whether its own name in the header would be a malformed value.
    pub(super) fn refuses_its_name(&self, header: &[String]) -> bool {
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
        self.numbers.decimal_separator()
    }

    /// Whether it has markers of a missing value of its own.
    pub fn has_markers(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Whether a value in a usual form may mean something else than it says, so that each is read by itself: it could be
    /// a marker of a missing value, or an id that has to be changed, or minutes in another unit.
    pub fn has_no_fast_path(&self) -> bool {
        self.has_markers() || self.id.is_some() || !self.numbers.is_in_minutes()
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

    /// What is made of ids; `None` where they stay as they are.
    pub(super) fn id(&self) -> Option<&IdReader> {
        self.id.as_ref()
    }

    /// Reads one trimmed value that is neither text nor a code, and not missing.
    #[inline]
    pub fn plain(&self, text: &[u8]) -> Result<Value, Reason> {
        self.parsed(text, &self.numbers)
    }

    /// The same of a typed file's number in its text form, which is not written in the source's dialect.
    #[inline]
    pub fn typed_number(&self, text: &[u8]) -> Result<Value, Reason> {
        self.parsed(text, &self.typed_numbers)
    }

    #[inline]
    fn parsed(&self, text: &[u8], numbers: &NumberReader) -> Result<Value, Reason> {
        match self.kind {
            ColumnKind::Date => {
                let separator = numbers.decimal_separator();
                let day = self.dates.iter().find_map(|format| format.read_with(text, separator));
                day.map(Value::Day).ok_or(Reason::MalformedDate)
            }
            ColumnKind::Amount => numbers.amount(text).map(Value::Number),
            ColumnKind::Minutes => numbers.minutes(text).map(Value::Number),
            ColumnKind::Integer => numbers.integer(text).map(Value::Number),
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
            From::Field(_) | From::Joined(..) => return Ok(()),
            From::Absent => Value::Missing,
            From::Constant(constant) => match self.kind {
                ColumnKind::Text => {
                    let span = Span { start: text.len() as u32, length: constant.len() as u32 };
                    text.extend_from_slice(constant.as_bytes());
                    Value::Text(span)
                }
                ColumnKind::Code(set) => books.id(set, constant, Some(constant))?.map_or(Value::Missing, Value::Code),
                _ => match self.plain(constant.as_bytes()) {
                    Ok(Value::Day(day)) if self.exclusive => Value::Day(day.plus_days(-1)),
                    read => read.unwrap_or(Value::Missing),
                },
            },
        };
        column.resize(rows, value);
        Ok(())
    }
}

/// What a column of the schema is called and holds, and whether it is needed.
pub(super) fn column_of(schema: &ColumnSchema) -> (&'static str, ColumnKind, bool) {
    (schema.name, schema.kind, schema.required)
}

/// The pairs of formats that swap day and month.
fn swapped(formats: &[DateFormat]) -> Vec<[usize; 2]> {
    let pairs = (0..formats.len()).flat_map(|second| (0..second).map(move |first| [first, second]));
    pairs.filter(|[first, second]| formats[*first].swaps(&formats[*second])).collect()
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
