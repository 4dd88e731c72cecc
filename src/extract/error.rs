//! What can stop an extract from being read. Every message names the file and says what to do next.

use std::io;
use std::path::PathBuf;

use super::blocks::{MAX_HEADER_BYTES, MAX_RECORD_BYTES};
use super::open::MAX_HEADER_NAMES;
use super::schema::CodeSet;
use crate::exit_code::ExitCode;
use crate::sanitize::shown;

/// An extract that cannot be read as it is. (A row that cannot be used is a reject instead.)
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ExtractError {
    #[error(
        "{file}: there is no such file ({path}); paths are relative to the configuration file",
        path = path.display(), file = shown(file)
    )]
    NotFound { file: String, path: PathBuf },
    #[error("{file} is a folder: name its files, for example \"{file}/*.csv\"", file = shown(file))]
    IsFolder { file: String },
    #[error(
        "{file} is not a regular file: extracts are hashed and may be read twice, so write it to a file first",
        file = shown(file)
    )]
    NotAFile { file: String },
    #[error("{file} is named twice in one source: its rows would count twice", file = shown(file))]
    NamedTwice { file: String },
    #[error("no file matches \"{pattern}\" in {folder}", folder = folder.display(), pattern = shown(pattern))]
    NoMatch { pattern: String, folder: PathBuf },
    #[error("\"{pattern}\" is no pattern for files: {message}", pattern = shown(pattern), message = shown(message))]
    BadGlob { pattern: String, message: String },
    #[error("{file} cannot be read: {source}{}", incomplete(source), file = shown(file))]
    Unreadable { file: String, source: io::Error },
    #[error("{file} is empty, without even a header: was it written completely?", file = shown(file))]
    Empty { file: String },
    #[error("{file} has no more than the {lines} lines that `skip_lines` leaves out", file = shown(file))]
    AllSkipped { file: String, lines: u32 },
    #[error(
        "{file} {}: set `encoding = \"utf-16\"`",
        if *has_mark { "is written in UTF-16" } else { "looks like UTF-16 without a byte order mark" },
        file = shown(file)
    )]
    Utf16 { file: String, has_mark: bool },
    #[error(
        "{file} is not written in UTF-16, as `encoding` says: it has neither its byte order mark nor zero bytes; \
         is it \"utf-8\"?",
        file = shown(file)
    )]
    NotUtf16 { file: String },
    #[error("{file} is no table of text, but {what}: {help}", file = shown(file))]
    NotATable { file: String, what: &'static str, help: &'static str },
    #[error(
        "{file} begins with \"{line}\", a line for spreadsheets and no header: set `skip_lines = {skip_lines}`{}",
        delimiter.map(|delimiter| format!(" and `delimiter = {:?}`", delimiter.to_string())).unwrap_or_default(),
        file = shown(file),
        line = shown(line)
    )]
    SeparatorLine { file: String, line: String, skip_lines: u32, delimiter: Option<char> },
    #[error("{file}: the header cannot be read (a quote in it is never closed, or it is blank)", file = shown(file))]
    BadHeader { file: String },
    #[error("{file}{} {}; {present}", and_others(*others), none_of(missing), file = shown(file))]
    MissingColumns { file: String, others: u32, missing: Vec<MissingColumn>, present: String },
    #[error(
        "{file} has two columns named \"{header}\": rename one, so that it is clear which is meant",
        file = shown(file), header = shown(header)
    )]
    RepeatedColumn { file: String, header: String },
    #[error("{file}: the constant \"{value}\" is no value for {column}", file = shown(file), value = shown(value))]
    BadConstant { file: String, column: &'static str, value: String },
    #[error(
        "{file}: the header has a carriage return that ends no line: the file was written with carriage returns for line \
         ends; write it with line feeds, for example by `tr '\\r' '\\n'`",
        file = shown(file)
    )]
    CarriageReturns { file: String },
    #[error(
        "{file}: the header is longer than {} MiB or has more than {MAX_HEADER_NAMES} names: is this a table of text?",
        MAX_HEADER_BYTES >> 20,
        file = shown(file)
    )]
    HeaderTooLong { file: String },
    #[error(
        "{file}: the record that starts at byte {byte} is longer than {} MiB; a quote is probably stray or missing near its start",
        MAX_RECORD_BYTES >> 20,
        file = shown(file)
    )]
    RecordTooLong { file: String, byte: u64 },
    #[error("{file} is no readable Parquet file: {message}", file = shown(file), message = shown(message))]
    Parquet { file: String, message: String },
    #[error("the ids and codes of neighbouring rows come to more than 4 GiB: a column is probably mapped wrongly")]
    TooMuchText,
    #[error(
        "{file}: its records do not add up; this is a fault of vardag: please report it, nothing was published",
        file = shown(file)
    )]
    DoesNotAddUp { file: String },
    #[error("{file} changed while it was read: run again when it is complete", file = shown(file))]
    Changed { file: String },
    #[error("more than {limit} distinct {set:?} codes, or 16 MiB of them: the column is probably mapped wrongly")]
    TooManyCodes { set: CodeSet, limit: usize },
    #[error("what exceeds the memory limit cannot be kept on disk: {source}; make room, or raise --memory-limit")]
    Spill { source: io::Error },
    #[error("the rejected rows cannot be written: {source}")]
    Rejects { source: io::Error },
    #[error("the rows in use cannot be written: {source}")]
    RowsInUse { source: io::Error },
}

/// A column that is needed, and not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// The name that was looked for.
    pub header: String,
    /// What it is for, in words.
    pub used_by: String,
    /// The nearest name that is there.
    pub nearest: Option<String>,
}

/// Other files that lack the same columns, and the verb of all of them.
fn and_others(others: u32) -> String {
    match others {
        0 => " has".to_owned(),
        1 => " and 1 other file have".to_owned(),
        others => format!(" and {others} other files have"),
    }
}

/// The missing columns, in words.
fn none_of(missing: &[MissingColumn]) -> String {
    let column = |MissingColumn { header, used_by, nearest }: &MissingColumn| {
        let nearest = nearest.as_ref().map(|name| format!(" (did you mean \"{}\"?)", shown(name)));
        format!("no column \"{}\", {used_by}{}", shown(header), nearest.unwrap_or_default())
    };
    missing.iter().map(column).collect::<Vec<_>>().join(", ")
}

impl ExtractError {
    /// Adds it to others, or where another file of the same header lacks the same columns, to the error of that one.
    pub(super) fn add_to(self, errors: &mut Vec<ExtractError>) {
        if let ExtractError::MissingColumns { missing, present, .. } = &self {
            for error in errors.iter_mut() {
                if let ExtractError::MissingColumns { others, missing: known, present: has, .. } = error
                    && (&*known, &*has) == (missing, present)
                {
                    *others += 1;
                    return;
                }
            }
        }
        errors.push(self);
    }

    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            // Not the data is at fault, but the disk, or vardag.
            ExtractError::Rejects { .. }
            | ExtractError::RowsInUse { .. }
            | ExtractError::Spill { .. }
            | ExtractError::DoesNotAddUp { .. } => ExitCode::Failure,
            _ => ExitCode::Data,
        }
    }
}

/// What a compressed file that ends too early asks for.
fn incomplete(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            "; was it written completely?"
        }
        _ => "",
    }
}
