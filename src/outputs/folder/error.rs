//! Why a run folder cannot be written, and what is true of the runs before it.

use std::io;
use std::path::PathBuf;

use crate::exit_code::ExitCode;

/// Why a run folder cannot be written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum FolderError {
    #[error("another run is writing to {}: wait for it, or choose another folder with --out", root.display())]
    Locked { root: PathBuf },
    #[error("the output folder {} cannot be used: {source}; check that it exists, is yours and is writable", root.display())]
    Unusable { root: PathBuf, source: io::Error },
    #[error("{} cannot be locked: {source}; it must be a regular file that you may write to, or not be there", path.display())]
    LockFile { path: PathBuf, source: io::Error },
    #[error(
        "{} is in the way: {what}, so it is neither replaced nor removed; \
         move it away, or choose another folder with --out",
        path.display()
    )]
    InTheWay { path: PathBuf, what: &'static str },
    #[error("{} cannot be written: {source}; the last good run is untouched", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error(
        "{} was moved, replaced or removed while this run was writing, and with it the lock; \
         nothing is published, the runs before are untouched: run again",
        path.display()
    )]
    LockLost { path: PathBuf },
    #[error(
        "{} is not as this run wrote it: {what}; nothing is published, the last good run is untouched: run again",
        path.display()
    )]
    NotAsWritten { path: PathBuf, what: String },
    #[error(
        "{} cannot be put in place: {source}; nothing is published, and the former run of that name is now {}: \
         rename it back, or let the next run do so",
        path.display(),
        aside.display()
    )]
    Stranded { path: PathBuf, aside: PathBuf, source: io::Error },
    #[error("the run is published, but {} cannot be brought up to date: {source}", path.display())]
    AfterPublishing { path: PathBuf, source: io::Error },
}

impl FolderError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            FolderError::Locked { .. } => ExitCode::Locked,
            FolderError::Unusable { .. } | FolderError::LockFile { .. } | FolderError::InTheWay { .. } => {
                ExitCode::Usage
            }
            FolderError::Write { .. }
            | FolderError::LockLost { .. }
            | FolderError::NotAsWritten { .. }
            | FolderError::Stranded { .. }
            | FolderError::AfterPublishing { .. } => ExitCode::Failure,
        }
    }
}
