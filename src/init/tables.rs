//! The files as tables: looked at one by one, and those put together that are parts of one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::dates;
use super::inputs::Input;
use super::numbers;
use super::profile::Profile;
use super::sniff::sniff;
use super::vocabulary::Vocabulary;
use crate::config::Encoding;
use crate::extract::ExtractError;
use crate::extract::sample::{Sample, SampleDialect, sample};
use crate::schema::extracts::{CodeSet, ColumnName};

/// Values by which files are told apart that are written differently.
const VALUES_TRIED: usize = 200;
/// A name that fits a column so well is meant for it.
const SURE: f64 = 0.6;

/// How a text file is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextForm {
    /// How its records are taken apart.
    pub dialect: SampleDialect,
    /// Lines before the header.
    pub skip_lines: u32,
    /// Whether there is a header.
    pub has_header: bool,
}

/// A column of a table, as far as it was looked at.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name, or its number where there is no header.
    pub name: String,
    /// The values of the rows that were looked at; empty where missing.
    pub values: Vec<String>,
    /// What they look like.
    pub profile: Profile,
    /// Whether it can be mapped: its name is there, and no other column has it.
    pub is_usable: bool,
}

/// Files that are parts of one table.
#[derive(Debug)]
pub struct Table {
    /// The files, those included that were not looked at.
    pub files: Vec<PathBuf>,
    /// How many were not looked at.
    pub unseen: usize,
    /// How they are written; none for Parquet.
    pub form: Option<TextForm>,
    /// How they are compressed.
    pub compression: Option<&'static str>,
    /// What they are called: the words of the first one's name and folder.
    pub called: String,
    /// The columns, all of one length.
    pub columns: Vec<Column>,
}

impl Table {
    /// Rows that were looked at.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The name of the first file without its endings. It alone tells of units: a folder of one letter is no unit.
    pub fn file_name(&self) -> &str {
        self.files.first().map_or("", |path| file_name(path))
    }

    /// Whether its columns have names.
    pub fn has_names(&self) -> bool {
        self.form.as_ref().is_none_or(|form| form.has_header)
    }
}

/// A file by itself.
struct Looked {
    input: Input,
    form: Option<TextForm>,
    is_ascii: bool,
    compression: Option<&'static str>,
    columns: Vec<(String, Vec<String>)>,
}

/// What makes files parts of one table: written alike, with the same columns, of one system.
#[derive(Debug, PartialEq, Eq)]
struct Kind {
    form: Option<TextForm>,
    /// Whether the encoding says nothing.
    is_ascii: bool,
    /// Their names in order, and what their values look like, where that is known.
    columns: Vec<ShapedColumn>,
    system: Vec<String>,
}

/// A column's name, and what its values look like, where that is known.
type ShapedColumn = (String, Option<ValueShape>);

/// What values of one column have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ValueShape {
    /// They have this decimal separator.
    Decimal(u8),
    /// They are `h:mm`.
    Clock,
    /// They are so many digits and stand for dates.
    Counted(usize),
    /// They are dates, in a column without a name.
    Dates,
    /// They are neither dates nor numbers, in a column without a name.
    Texts,
}

impl Kind {
    /// Takes another file in, if it can be a part of the same table.
    fn takes(&mut self, other: &Kind) -> bool {
        let agree = |(own, other): (&ShapedColumn, &ShapedColumn)| {
            own.0 == other.0 && (own.1 == other.1 || own.1.is_none() || other.1.is_none())
        };
        let is_same = self.has_form_of(other)
            && self.system == other.system
            && self.columns.len() == other.columns.len()
            && self.columns.iter().zip(&other.columns).all(agree);
        if is_same {
            self.columns.iter_mut().zip(&other.columns).for_each(|(own, other)| own.1 = own.1.or(other.1));
            if self.is_ascii {
                (self.form, self.is_ascii) = (other.form.clone(), other.is_ascii);
            }
        }
        is_same
    }

    /// Whether another file is written in the same way; one that is all ASCII may be in any encoding but UTF-16.
    fn has_form_of(&self, other: &Kind) -> bool {
        let (Some(own), Some(theirs)) = (&self.form, &other.form) else { return self.form == other.form };
        let utf16 = [own, theirs].iter().any(|form| form.dialect.encoding == Encoding::Utf16);
        let encoding = own.dialect.encoding;
        let dialect = SampleDialect { encoding, ..theirs.dialect.clone() };
        let is_either = !utf16 && (self.is_ascii || other.is_ascii);
        own == theirs || is_either && *own == TextForm { dialect, ..theirs.clone() }
    }
}

/// Looks at files, in their order; those that cannot be read are told.
pub fn look(inputs: Vec<Input>, words: &Vocabulary) -> (Vec<Table>, Vec<ExtractError>) {
    let mut errors = Vec::new();
    let mut parts: Vec<(Kind, Vec<Looked>)> = Vec::new();
    for input in inputs {
        match looked(input, words) {
            Err(error) => errors.push(error),
            Ok(file) => {
                let kind = kind(&file, words);
                match parts.iter_mut().find_map(|(known, files)| known.takes(&kind).then_some(files)) {
                    Some(files) => files.push(file),
                    None => parts.push((kind, vec![file])),
                }
            }
        }
    }
    (parts.into_iter().filter_map(|(kind, files)| joined(kind.form, files, words)).collect(), errors)
}

fn looked(input: Input, words: &Vocabulary) -> Result<Looked, ExtractError> {
    let name = input.path.to_string_lossy().into_owned();
    match sample(&input.path, &name)? {
        Sample::Parquet(columns) => {
            let rows = columns.iter().filter_map(|(_, values)| values.as_ref().map(Vec::len)).max().unwrap_or(0);
            let filled = |values: Option<Vec<String>>| {
                let mut values = values.unwrap_or_default();
                values.resize(rows, String::new());
                values
            };
            let columns = columns.into_iter().map(|(name, values)| (name, filled(values))).collect();
            Ok(Looked { input, form: None, is_ascii: false, compression: None, columns })
        }
        Sample::Text(text) => {
            let found = sniff(&text, words);
            if found.has_header && found.header.iter().any(|name| name.contains('\r')) {
                return Err(ExtractError::CarriageReturns { file: name });
            }
            let mut columns: Vec<(String, Vec<String>)> =
                found.header.iter().map(|name| (name.clone(), vec![])).collect();
            for row in found.rows {
                columns.iter_mut().zip(row).for_each(|((_, values), value)| values.push(value));
            }
            let form = TextForm { dialect: found.dialect, skip_lines: found.skip_lines, has_header: found.has_header };
            let (is_ascii, compression) = (found.is_ascii, text.compression);
            Ok(Looked { input, form: Some(form), is_ascii, compression, columns })
        }
    }
}

fn kind(file: &Looked, words: &Vocabulary) -> Kind {
    let has_names = file.form.as_ref().is_none_or(|form| form.has_header);
    let shape = |name: &str, values: &[String]| {
        let tried: Vec<(&str, usize)> = values
            .iter()
            .filter(|value| !value.is_empty() && !words.values.missing.contains(value))
            .take(VALUES_TRIED)
            .map(|value| (value.as_str(), 1))
            .collect();
        // Where no names tell tables apart, values have to.
        if !has_names && dates::detect(&tried, false, None).is_some() {
            return Some(ValueShape::Dates);
        }
        let Some(numbers) = numbers::detect(&tried, &words.values.currencies) else {
            return (!has_names && !tried.is_empty()).then_some(ValueShape::Texts);
        };
        if numbers.are_clock {
            Some(ValueShape::Clock)
        } else if numbers.has_fractions {
            Some(ValueShape::Decimal(numbers.format.decimal_separator))
        } else {
            let is_counted = numbers.are_whole && words.names_date(name);
            is_counted.then(|| ValueShape::Counted(tried.iter().map(|(value, _)| value.len()).max().unwrap_or(0)))
        }
    };
    let mut columns: Vec<ShapedColumn> =
        file.columns.iter().map(|(name, values)| (name.clone(), shape(name, values))).collect();
    columns.sort();
    // Systems that write the same columns are told apart by their files' names, if by no column.
    let called = called(&file.input.path);
    let has_channel = file.columns.iter().any(|(name, _)| words.column(ColumnName::channel.as_str(), name) >= SURE);
    let channel = words.code_in_name(CodeSet::Channel, &called).filter(|_| !has_channel);
    let unit = [(&words.values.seconds, "seconds"), (&words.values.hours, "hours")];
    let name = file_name(&file.input.path);
    let unit = unit.into_iter().filter(|(units, _)| Vocabulary::has_word(units, name)).map(|(_, unit)| unit);
    Kind {
        form: file.form.clone(),
        is_ascii: file.is_ascii,
        columns,
        system: channel.into_iter().chain(unit).map(str::to_owned).collect(),
    }
}

/// The words of a file's name and its folder's.
fn called(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    format!("{} {}", file_name(path), folder.unwrap_or_default())
}

/// A file's name without its endings.
fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next()).unwrap_or_default()
}

/// One table of its parts.
fn joined(form: Option<TextForm>, parts: Vec<Looked>, words: &Vocabulary) -> Option<Table> {
    let mut columns: Vec<(String, Vec<String>)> = Vec::new();
    let (mut files, mut unseen) = (Vec::new(), 0);
    let first_path = parts.first()?.input.path.clone();
    let compression = parts.first()?.compression;
    for part in parts {
        unseen += part.input.unseen.len();
        files.push(part.input.path);
        files.extend(part.input.unseen);
        if columns.is_empty() {
            columns = part.columns;
            continue;
        }
        // Parts may have their columns in another order; of columns that share a name the first is meant.
        let mut theirs = part.columns;
        for (name, values) in &mut columns {
            if let Some(at) = theirs.iter().position(|(own, _)| own == name) {
                values.append(&mut theirs.remove(at).1);
            }
        }
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    columns.iter().for_each(|(name, _)| *times.entry(name.clone()).or_default() += 1);
    let has_names = form.as_ref().is_none_or(|form| form.has_header);
    let is_named = |name: &str| !has_names || words.names_date(name);
    let mut columns: Vec<Column> = columns
        .into_iter()
        .map(|(name, values)| Column {
            profile: Profile::new(&values, is_named(&name), None, words),
            is_usable: !name.is_empty() && times[&name] == 1,
            name,
            values,
        })
        .collect();
    // Whether the month comes first is one system's habit.
    let month_first = columns.iter().filter_map(|column| column.profile.dates.as_ref()).find_map(dates::month_first);
    for column in columns.iter_mut().filter(|_| month_first.is_some()) {
        if column.profile.dates.as_ref().is_some_and(|dates| dates.either) {
            column.profile = Profile::new(&column.values, is_named(&column.name), month_first, words);
        }
    }
    Some(Table { files, unseen, form, compression, called: called(&first_path), columns })
}
