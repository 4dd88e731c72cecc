//! The sources of an extract as they are configured: how their files are written, and what their columns are.
//!
//! Nothing here is optional that has a default. What the settings mean is `docs/method.md` section 2.

use std::collections::BTreeMap;

use crate::dates::DateFormat;
use crate::rules::TextCondition;

/// One source of an extract: files of one dialect and mapping.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// Paths or globs as written, relative to the configuration's folder.
    pub files: Vec<String>,
    /// The byte between values.
    pub delimiter: u8,
    /// The encoding of its text files.
    pub encoding: Encoding,
    /// Physical lines before the header.
    pub skip_lines: u32,
    /// Whether there is a header; else columns are called `1`, `2`, ….
    pub has_header: bool,
    /// A line that begins with this text is no record.
    pub comment: Option<String>,
    /// Inside quotes, the character behind this one is ordinary.
    pub escape: Option<u8>,
    /// Rows for which it is not true are filtered.
    pub filter: Option<TextCondition>,
    /// The columns, in `docs/method.md` section 2's order, the dimensions last; those not mapped (`= false`) are absent.
    pub columns: Vec<ColumnConfig>,
}

/// A text encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// ISO 8859-1.
    Latin1,
    /// Windows-1252, its five bytes without a character being control characters.
    Windows1252,
    /// UTF-16, its byte order as its mark says.
    Utf16,
}

/// How one canonical column is read from a source.
#[derive(Debug, Clone)]
pub struct ColumnConfig {
    /// The canonical name (`docs/method.md` section 2), or the dimension's name.
    pub name: String,
    /// Where the value comes from.
    pub from: ColumnSource,
    /// True where the configuration names this column itself: then it must be in every file (a column that is
    /// only looked for by its canonical name may be missing if it is optional).
    pub explicit: bool,
    /// Values, after trimming, that mean "missing", besides the empty one.
    pub missing: Vec<String>,
    /// Accepted date formats (date columns only); never empty there.
    pub date_formats: Vec<DateFormat>,
    /// How numbers are written (number columns, and day numbers of date columns).
    pub numbers: NumberFormat,
    /// Spellings of true, compared in any case (bool columns only).
    pub true_values: Vec<String>,
    /// Spellings of false, compared in any case (bool columns only).
    pub false_values: Vec<String>,
    /// The agency's codes and what they mean here (code columns only); `None` when none is configured.
    pub codes: Option<BTreeMap<String, String>>,
    /// How ids are brought into another form (ids only).
    pub id: IdFormat,
    /// The column that may turn the sign (amounts only).
    pub sign: Option<SignColumn>,
    /// What minutes are given in (minutes only).
    pub unit: Unit,
    /// Whether the day before is the last one (`period_end` only).
    pub exclusive: bool,
}

/// Where a column's values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnSource {
    /// The file's column of this name.
    Header(String),
    /// The same value for every row of the source.
    Constant(String),
    /// Several columns of the file, with a text between their values.
    Joined {
        /// Their names, in order. Never empty.
        columns: Vec<String>,
        /// What is put between two values.
        join: String,
    },
}

/// How numbers are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFormat {
    /// `.` or `,`.
    pub decimal_separator: u8,
    /// What stands between groups of three digits; a space means no-break and thin spaces as well.
    pub thousands_separator: Option<char>,
    /// Texts dropped at either end.
    pub strip: Vec<String>,
    /// Where a minus may stand.
    pub negative: NegativeForms,
}

/// How a number may be marked as negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NegativeForms {
    /// `-5`.
    pub leading: bool,
    /// `5-`.
    pub trailing: bool,
    /// `(5)`.
    pub parentheses: bool,
}

/// What is made of an id, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdFormat {
    /// The longest of these that it begins with is dropped.
    pub strip_prefix: Vec<String>,
    /// The longest of these that it ends with is dropped.
    pub strip_suffix: Vec<String>,
    /// Zeros are put before it up to this length, in characters.
    pub pad: u32,
    /// What is put before it.
    pub prefix: String,
}

/// A column that turns the sign of an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignColumn {
    /// Its name in the file.
    pub column: String,
    /// Its values, after trimming, for which the sign is turned.
    pub negative: Vec<String>,
}

/// What minutes are given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Minutes.
    #[default]
    Minutes,
    /// Seconds.
    Seconds,
    /// Hours.
    Hours,
    /// `h:mm` or `h:mm:ss`.
    Clock,
}
