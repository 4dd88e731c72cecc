//! How the columns of one file are read: the configured mapping met with the file's own columns.

use super::ExtractError;
use super::column_reader::{ColumnReader, DIMENSION, From, column_of};
use super::error::MissingColumn;
use super::row_filter::RowFilter;
use super::schema::{ColumnKind, ColumnName};
use crate::config::{ColumnConfig, ColumnSource, Extract, SourceConfig};
use crate::sanitize::shown;
use crate::suggestion::nearest;

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

/// Where the names of a file's columns are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The header of a text.
    Header,
    /// Their numbers: the text has no header.
    Numbers,
    /// The file's schema.
    Schema,
}

/// A column that may turn the sign of an amount.
#[derive(Debug, Clone)]
pub struct SignReader {
    /// The amount's column in the layout.
    pub amount: usize,
    /// The field that may turn it.
    pub field: usize,
    /// Its values that do.
    pub negative: Vec<Vec<u8>>,
}

/// The columns of one file, in the extract's order, its dimensions last.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The names of the file's columns.
    pub header: Vec<String>,
    /// Whether these are in the file's text, and so may be there again.
    pub has_header: bool,
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
    /// Which rows are filtered.
    pub filter: Option<RowFilter>,
    /// What turns the sign of amounts.
    pub sign: Option<SignReader>,
}

impl Layout {
    /// Meets a source's mapping with a file's columns; the file's records have `surplus_fields` more than it.
    ///
    /// # Errors
    /// All columns that are needed and not there, with the nearest name that is; names that the file has twice;
    /// constants that their column cannot hold.
    pub fn new(
        mapping: Mapping<'_>,
        header: &[String],
        naming: Naming,
        surplus_fields: usize,
        file: &str,
    ) -> Result<Self, Vec<ExtractError>> {
        let Mapping { extract, source, dimensions } = mapping;
        let mut names = Names { header, file, known: false, missing: vec![], errors: vec![] };
        names.known = source.columns.iter().any(|column| names.has_any(&column.from));
        let mut columns = Vec::new();
        for schema in extract.columns() {
            let config = source.columns.iter().find(|column| column.name == schema.name);
            columns.extend(names.reader(column_of(schema), config));
        }
        for dimension in if extract == Extract::Customers { dimensions } else { &[] } {
            let config = source.columns.iter().find(|column| column.name == *dimension);
            columns.extend(names.reader(DIMENSION, config));
        }
        let sign = extract.columns().iter().enumerate().find_map(|(amount, schema)| {
            let config = source.columns.iter().find(|column| column.name == schema.name)?;
            names.sign(schema.name, amount, config)
        });
        let filter = source.filter.as_ref().and_then(|condition| {
            let fields = condition.columns().iter().map(|name| names.needed(name, "which `where` names"));
            let fields: Vec<Option<usize>> = fields.collect();
            Some(RowFilter::new(condition.clone(), fields.into_iter().collect::<Option<_>>()?))
        });
        names.finish(naming)?;
        let period = extract.column(ColumnName::period_start).zip(extract.column(ColumnName::period_end));
        let has_header = naming == Naming::Header;
        let header_is_malformed = !has_header || columns.iter().any(|column| column.refuses_its_name(header));
        let (fields, width) = (header.len(), header.len() + surplus_fields);
        let header = header.to_vec();
        Ok(Layout { header, has_header, fields, width, header_is_malformed, columns, period, filter, sign })
    }

    /// The fields that are looked at, besides those that a column is read from alone.
    pub fn looked_at(&self) -> impl Iterator<Item = usize> {
        let joined = self.columns.iter().flat_map(|column| match &column.from {
            From::Joined(fields, _) => fields.as_slice(),
            _ => &[],
        });
        let filtered = self.filter.iter().flat_map(RowFilter::fields);
        joined.chain(filtered).copied().chain(self.sign.iter().map(|sign| sign.field))
    }

    /// Whether the trimmed values of a record are the header's names, surplus ones being empty.
    pub fn is_header<'t>(&self, values: impl Iterator<Item = &'t [u8]>) -> bool {
        let names = self.header.iter().map(|name| name.as_bytes());
        let mut values = values.fuse();
        self.has_header && names.into_iter().all(|name| values.next() == Some(name)) && values.all(<[u8]>::is_empty)
    }
}

/// The names of a file's columns, and what was found wrong with them.
struct Names<'a> {
    header: &'a [String],
    file: &'a str,
    /// Whether the mapping knows any of them.
    known: bool,
    missing: Vec<MissingColumn>,
    errors: Vec<ExtractError>,
}

impl Names<'_> {
    fn has_any(&self, source: &ColumnSource) -> bool {
        match source {
            ColumnSource::Header(name) => self.header.contains(name),
            ColumnSource::Joined { columns, .. } => columns.iter().any(|name| self.header.contains(name)),
            ColumnSource::Constant(_) => false,
        }
    }

    /// How a column is read; `None` where something is wrong with it.
    fn reader(
        &mut self,
        column: (&'static str, ColumnKind, bool),
        config: Option<&ColumnConfig>,
    ) -> Option<ColumnReader> {
        let (name, _, required) = column;
        let from = match config.map(|config| &config.from) {
            None => From::Absent,
            Some(ColumnSource::Constant(text)) => From::Constant(text.clone()),
            Some(ColumnSource::Header(wanted)) if required => From::Field(self.needed(wanted, &read_from(name))?),
            Some(ColumnSource::Header(wanted)) => self.place(wanted)?.map_or(From::Absent, From::Field),
            Some(ColumnSource::Joined { columns, join }) => {
                let mut fields = Vec::new();
                for wanted in columns {
                    let place =
                        if required { self.needed(wanted, &read_from(name)).map(Some) } else { self.place(wanted) };
                    fields.push(place);
                }
                let fields = fields.into_iter().collect::<Option<Vec<Option<usize>>>>()?;
                let fields = fields.into_iter().collect::<Option<Vec<usize>>>();
                fields.map_or(From::Absent, |fields| From::Joined(fields, join.clone().into_bytes()))
            }
        };
        match ColumnReader::new(column, config, from) {
            Ok(reader) => Some(reader),
            Err(value) => {
                self.errors.push(ExtractError::BadConstant { file: self.file.to_owned(), column: name, value });
                None
            }
        }
    }

    /// What may turn the sign of an amount.
    fn sign(&mut self, name: &'static str, amount: usize, config: &ColumnConfig) -> Option<SignReader> {
        let sign = config.sign.as_ref()?;
        let field = self.needed(&sign.column, &read_from(&format!("the sign of {name}")))?;
        let negative = sign.negative.iter().map(|value| value.trim_matches([' ', '\t']).as_bytes().to_vec());
        Some(SignReader { amount, field, negative: negative.collect() })
    }

    /// Where a column is; `Some(None)` if it is nowhere, `None` if that cannot be said.
    fn place(&mut self, wanted: &str) -> Option<Option<usize>> {
        let mut places = self.header.iter().enumerate().filter(|(_, column)| *column == wanted).map(|(at, _)| at);
        let first = places.next();
        if places.next().is_some() {
            let (file, header) = (self.file.to_owned(), wanted.to_owned());
            self.errors.push(ExtractError::RepeatedColumn { file, header });
            return None;
        }
        Some(first)
    }

    /// Where a column is that has to be there.
    fn needed(&mut self, wanted: &str, used_by: &str) -> Option<usize> {
        let place = self.place(wanted)?;
        if place.is_none() {
            // Of a line that may be no header at all nothing is repeated.
            let nearest = nearest(wanted, self.header.iter().map(String::as_str)).filter(|_| self.known);
            let (header, nearest) = (wanted.to_owned(), nearest.map(str::to_owned));
            self.missing.push(MissingColumn { header, used_by: used_by.to_owned(), nearest });
        }
        place
    }

    fn finish(mut self, naming: Naming) -> Result<(), Vec<ExtractError>> {
        if !self.missing.is_empty() {
            let present = present(self.header, self.known, naming);
            let file = self.file.to_owned();
            self.errors.push(ExtractError::MissingColumns { file, others: 0, missing: self.missing, present });
        }
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}

/// What a column is used for, in words.
fn read_from(name: &str) -> String {
    format!("which {name} is read from")
}

/// What columns there are, in words; of a line without a single known name only how many fields it has, since it may be
/// a row, with a customer's id.
fn present(header: &[String], known: bool, naming: Naming) -> String {
    let number = header.len();
    match (naming, header) {
        (Naming::Numbers, _) => format!("its first record has {number} values: columns are called 1 to {number}"),
        (Naming::Schema, []) => "it has no columns".to_owned(),
        (Naming::Header, _) if !known => match header {
            [only] if only.contains([';', '\t', '|', ',']) => {
                "its first line is one single field: is `delimiter` what stands between its values?".to_owned()
            }
            [_] => "its first line is one single field: is this a table?".to_owned(),
            _ => format!("none of the {number} fields of its first line is a known name: is there a header?"),
        },
        _ => {
            let names = shown(&header.join(", "));
            if names.ends_with('…') {
                format!("it has: {names} ({number} names)")
            } else {
                format!("it has: {names}")
            }
        }
    }
}
