//! What values are meant to be that cannot be read as configured, and the settings that would read them.
//!
//! Nothing here parses: the program's own readers try the values with other settings, and what reads most of them is the
//! guess. In: some distinct values of a column with their rows. Out: a [`Guess`], which is a setting of the configuration
//! with what it means in words.

mod codes;
mod dates;
mod ids;
mod numbers;
mod words;

pub use codes::code_maps;
pub use dates::date_formats;
pub use ids::id_formats;
pub use numbers::number_format;
pub use words::{missing_markers, truth_values};

use serde::Serialize;

use crate::calendar::Day;
use crate::config::ColumnConfig;
use crate::extract::{ColumnKind, FaultKind, FaultValues, Reason};

/// A value and how many rows have it.
pub type Sample = (String, u64);

/// What some values may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guess {
    /// The rows, of those whose values were looked at, that it would read.
    pub rows: u64,
    /// What the values would be, in words.
    pub means: String,
    /// The setting, in TOML; empty where no setting helps.
    pub setting: String,
}

/// Faults of one column of a source, for one reason.
#[derive(Debug, Serialize)]
pub struct FaultEntry {
    /// The extract.
    pub extract: &'static str,
    /// The source: the first path or pattern of its files.
    pub source: String,
    /// The canonical column; empty for faults of whole records.
    pub column: &'static str,
    /// What is wrong.
    pub reason: &'static str,
    /// How many faults.
    pub faults: u64,
    /// Some of the values.
    pub samples: Vec<String>,
    /// The faults whose values were looked at.
    pub looked_at: u64,
    /// What the values may be.
    pub guesses: Vec<Guess>,
}

/// What the values of a kind of fault may be. `column` is how they are read now, `None` for faults of whole records;
/// dates after `latest` are none that anybody means.
pub fn of_faults(
    kind: &FaultKind,
    column: Option<(ColumnKind, &ColumnConfig)>,
    faults: &FaultValues,
    latest: Day,
) -> Vec<Guess> {
    match (kind.reason, column) {
        (Reason::FieldCount | Reason::InvalidEncoding, _) => of_records(kind.reason, faults),
        (Reason::MalformedDate | Reason::MalformedNumber | Reason::MalformedBool, Some((column, config))) => {
            let required = kind.extract.columns().iter().any(|own| own.name == kind.column && own.required);
            let (markers, rest) = missing_markers(&faults.values, column, &config.missing, required);
            let numbers = &config.numbers;
            let values = match column {
                ColumnKind::Date => date_formats(&rest, &config.date_formats, numbers.decimal_separator, latest),
                ColumnKind::Bool => truth_values(&rest, &config.true_values, &config.false_values),
                kind => number_format(&rest, kind, numbers, config.unit),
            };
            values.into_iter().chain(markers).collect()
        }
        _ => Vec::new(),
    }
}

/// Of records that cannot be taken apart.
fn of_records(reason: Reason, faults: &FaultValues) -> Vec<Guess> {
    let guess = |rows: u64, means: &str, setting: &str| {
        (rows > 0).then(|| Guess { rows, means: means.to_owned(), setting: setting.to_owned() })
    };
    if reason == Reason::InvalidEncoding {
        let means = "text of Windows or of an older system, not UTF-8";
        return Vec::from_iter(guess(rows_of(&faults.values), means, "encoding = \"windows-1252\""));
    }
    let rows = |is_so: &dyn Fn(&str) -> bool| rows_of(faults.values.iter().filter(|(text, _)| is_so(text)));
    // As the reader says it: "7 instead of 6".
    let fields = |text: &str| {
        let (has, should) = text.split_once(" instead of ")?;
        Some((has.parse::<u64>().ok()?, should.parse::<u64>().ok()?))
    };
    let more = rows(&|text| fields(text).is_some_and(|(has, should)| has > should));
    let fewer = rows(&|text| fields(text).is_some_and(|(has, should)| has < should));
    let surplus =
        "a value with the delimiter in it and no quotes around it, or with quotes behind a backslash (`escape`)";
    let lacking =
        "titles, sums or remarks (`skip_lines`, `comment` or `where`), or records cut by a line end in a value";
    [guess(more, surplus, ""), guess(fewer, lacking, "")].into_iter().flatten().collect()
}

/// The rows of some values.
fn rows_of<'a>(values: impl IntoIterator<Item = &'a Sample>) -> u64 {
    values.into_iter().map(|(_, rows)| rows).sum()
}

/// A text, or a list of texts, as TOML has it.
fn toml_text(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

fn toml_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    format!("[{}]", texts.into_iter().map(toml_text).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests;
