//! The files of an extract, found.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::ExtractError;
use super::first_bytes::{Format, format};
use super::walk;
use crate::config::ExtractConfig;

/// One input file, found and checked but not yet read.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path relative to the configuration's folder, as outputs name it.
    pub name: String,
    /// Index of its source among the extract's.
    pub source: usize,
    /// Its size on disk, in bytes.
    pub bytes: u64,
    /// When it was last modified, seconds since 1970.
    pub modified_s: u64,
    /// Which file it is, however it is named: device and inode.
    identity: (u64, u64),
    /// The same moment as the file system has it, in seconds and nanoseconds.
    modified: (i64, i64),
    /// Whether it is text, whose records start on lines.
    pub is_text: bool,
    /// Empty fields that all its records have behind those of the header.
    pub surplus_fields: usize,
}

impl InputFile {
    /// Whether the file is still the one that was found, and nobody has written to it.
    pub(super) fn is_as_found(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|now| {
            let (identity, modified) = ((now.dev(), now.ino()), (now.mtime(), now.mtime_nsec()));
            (identity, now.len(), modified) == (self.identity, self.bytes, self.modified)
        })
    }
}

/// Finds an extract's files in input order: sources and paths in the order given, a glob's matches bytewise.
/// Beside them the errors: a path that does not exist, is a folder or is named twice in a source, a glob that matches
/// nothing.
pub fn find(config: &ExtractConfig, folder: &Path) -> (Vec<InputFile>, Vec<ExtractError>) {
    let mut files: Vec<InputFile> = Vec::new();
    let mut errors = Vec::new();
    for (source, source_config) in config.sources.iter().enumerate() {
        for pattern in &source_config.files {
            match expand(pattern, folder).and_then(|paths| {
                paths.into_iter().map(|path| input_file(path, folder, source)).collect::<Result<Vec<_>, _>>()
            }) {
                Ok(found) => {
                    for file in found {
                        let same = |known: &InputFile| known.source == source && known.identity == file.identity;
                        if files.iter().any(same) {
                            errors.push(ExtractError::NamedTwice { file: file.name });
                        } else {
                            files.push(file);
                        }
                    }
                }
                Err(error) => errors.push(error),
            }
        }
    }
    (files, errors)
}

/// The paths that a path or glob stands for, in bytewise order.
///
/// # Errors
/// The glob is none, or matches nothing.
pub(crate) fn expand(pattern: &str, folder: &Path) -> Result<Vec<PathBuf>, ExtractError> {
    let literal = folder.join(pattern);
    if literal.exists() || !pattern.contains(['*', '?', '[']) {
        return Ok(vec![literal]);
    }
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
    let bad = |message: String| ExtractError::BadGlob { pattern: pattern.to_owned(), message };
    // The folder's own name is no pattern, whatever characters it has.
    let base = if Path::new(pattern).is_absolute() {
        pattern.to_owned()
    } else {
        format!("{}/{pattern}", glob::Pattern::escape(&folder.to_string_lossy()))
    };
    let mut found = match base.split_once("**") {
        Some((above, _)) => walk::matches(above, &base, options).map_err(bad)?,
        None => glob::glob_with(&base, options)
            .map_err(|error| bad(error.to_string()))?
            .map(|path| path.map_err(|error| bad(error.to_string())))
            .collect::<Result<Vec<PathBuf>, _>>()?,
    };
    found.retain(|path| !path.is_dir());
    if found.is_empty() {
        return Err(ExtractError::NoMatch { pattern: pattern.to_owned(), folder: folder.to_path_buf() });
    }
    found.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    Ok(found)
}

fn input_file(path: PathBuf, folder: &Path, source: usize) -> Result<InputFile, ExtractError> {
    let name = relative(&path, folder);
    let unreadable = |error| ExtractError::Unreadable { file: name.clone(), source: error };
    let metadata = match std::fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ExtractError::NotFound { file: name, path });
        }
        other => other.map_err(unreadable)?,
    };
    if metadata.is_dir() {
        return Err(ExtractError::IsFolder { file: name });
    }
    if !metadata.is_file() {
        return Err(ExtractError::NotAFile { file: name });
    }
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let is_text = format(&mut File::open(&path).map_err(unreadable)?).map_err(unreadable)? != Format::Parquet;
    Ok(InputFile {
        bytes: metadata.len(),
        identity: (metadata.dev(), metadata.ino()),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        modified_s: modified.map_or(0, |time| time.as_secs()),
        path,
        name,
        source,
        is_text,
        surplus_fields: 0,
    })
}

/// The path as outputs name it: relative to the configuration's folder where it lies below it.
fn relative(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
}
