//! The run folder: written whole or not at all.
//!
//! A run writes into a folder of its own beside the others (`.partial-…`), and only when everything is on disk
//! does that folder take its name, in one step. A run that fails or is killed leaves the last good one untouched;
//! what it left behind is cleared by the next, which knows by the lock that nobody is writing it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use fd_lock::RwLock;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::calendar::Day;

const LOCK: &str = ".lock";
const PARTIAL: &str = ".partial-";
const LATEST: &str = "latest";
const LATEST_NEW: &str = ".latest-new";
/// An old run that steps aside while its successor takes its name, where the two cannot be exchanged.
const ASIDE: &str = ".aside-";
/// What the folder of a run beyond a limit or a gate is marked with.
pub const HELD: &str = ".held";

/// Why a run folder cannot be written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum FolderError {
    #[error("another run is writing to {}: wait for it, or choose another folder with --out", root.display())]
    Locked { root: PathBuf },
    #[error("the output folder {} cannot be used: {source}; check that it exists, is yours and is writable", root.display())]
    Unusable { root: PathBuf, source: io::Error },
    #[error("{} cannot be written: {source}; the last good run is untouched", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("the run is published, but {} cannot be brought up to date: {source}", path.display())]
    AfterPublishing { path: PathBuf, source: io::Error },
}

/// The folder that holds the run folders, locked for this process.
pub struct OutputRoot {
    path: PathBuf,
    lock: RwLock<File>,
}

impl OutputRoot {
    /// Opens or makes the folder.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { root: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(unusable)?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(path.join(LOCK)).map_err(unusable)?;
        Ok(OutputRoot { path: path.to_owned(), lock: RwLock::new(file) })
    }

    /// Locks it, clears the debris of runs that did not finish, and gives a fresh folder to write to.
    pub fn begin(&mut self, as_of: Day) -> Result<RunFolder<'_>, FolderError> {
        let root = self.path.clone();
        let guard = match self.lock.try_write() {
            Ok(guard) => guard,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(FolderError::Locked { root }),
            Err(source) => return Err(FolderError::Unusable { root, source }),
        };
        let unusable = |source| FolderError::Unusable { root: root.clone(), source };
        for entry in std::fs::read_dir(&root).map_err(unusable)? {
            let entry = entry.map_err(unusable)?;
            if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
                // What cannot be removed (somebody else's file in it, say) must not stop the night's run.
                let _ = remove_any(&entry.path());
            } else if entry.file_name() == LATEST_NEW {
                let _ = remove_any(&entry.path());
            } else if let Some(name) = entry.file_name().to_string_lossy().strip_prefix(ASIDE) {
                // Its successor took its name, or else it takes it back.
                let target = root.join(name);
                if target.exists() {
                    let _ = remove_any(&entry.path());
                } else {
                    std::fs::rename(entry.path(), target).map_err(unusable)?;
                }
            }
        }
        let mut partial = root.join(format!("{PARTIAL}{as_of}"));
        let mut suffix = 1;
        while partial.symlink_metadata().is_ok() {
            suffix += 1;
            partial = root.join(format!("{PARTIAL}{as_of}-{suffix}"));
        }
        DirBuilder::new().mode(0o755).create(&partial).map_err(unusable)?;
        Ok(RunFolder { root, partial, as_of, published: false, _guard: guard })
    }
}

/// A run folder that is being written.
pub struct RunFolder<'a> {
    root: PathBuf,
    partial: PathBuf,
    as_of: Day,
    published: bool,
    _guard: fd_lock::RwLockWriteGuard<'a, File>,
}

impl RunFolder<'_> {
    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// The folder that it will be published in, beside the runs before it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Publishes the folder: it takes its name, `latest` points to it, and runs beyond `keep` go.
    ///
    /// A held run is published under its own mark and changes nothing else.
    pub fn publish(mut self, held: bool, keep: Option<u32>) -> Result<PathBuf, FolderError> {
        let name = format!("{}{}", self.as_of, if held { HELD } else { "" });
        let target = self.root.join(&name);
        for entry in std::fs::read_dir(&self.partial).map_err(|source| self.failed(&self.partial, source))? {
            let path = entry.map_err(|source| self.failed(&self.partial, source))?.path();
            self.sync(&path)?;
        }
        self.sync(&self.partial)?;
        let replaced = self.exchange(&target, &name)?;
        self.published = true;
        self.sync(&self.root)?;
        if !held {
            self.point_latest(&name)?;
        }
        // From here on only what is no longer wanted is taken away.
        if let Some(replaced) = replaced {
            self.remove(&replaced)?;
        }
        if !held {
            self.remove(&self.root.join(format!("{name}{HELD}")))?;
            self.prune(keep, &name)?;
            self.sync(&self.root)?;
        }
        Ok(target)
    }

    fn failed(&self, path: &Path, source: io::Error) -> FolderError {
        let path = path.to_owned();
        if self.published { FolderError::AfterPublishing { path, source } } else { FolderError::Write { path, source } }
    }

    fn sync(&self, path: &Path) -> Result<(), FolderError> {
        File::open(path).and_then(|file| file.sync_all()).map_err(|source| self.failed(path, source))
    }

    /// Puts the new folder in the place of the old one, in one step where there is an old one; tells where the old
    /// one is now.
    fn exchange(&self, target: &Path, name: &str) -> Result<Option<PathBuf>, FolderError> {
        let failed = |errno: rustix::io::Errno| self.failed(target, errno.into());
        if !target.exists() {
            std::fs::rename(&self.partial, target).map_err(|source| self.failed(target, source))?;
            return Ok(None);
        }
        match renameat_with(CWD, &self.partial, CWD, target, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(Some(self.partial.clone())),
            // A file system that cannot exchange: the old folder steps aside first.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                let aside = self.root.join(format!("{ASIDE}{name}"));
                rustix::fs::rename(target, &aside).map_err(failed)?;
                rustix::fs::rename(&self.partial, target).map_err(failed)?;
                Ok(Some(aside))
            }
            Err(errno) => Err(failed(errno)),
        }
    }

    fn remove(&self, path: &Path) -> Result<(), FolderError> {
        remove_any(path).map_err(|source| self.failed(path, source))
    }

    fn point_latest(&self, name: &str) -> Result<(), FolderError> {
        let (link, fresh) = (self.root.join(LATEST), self.root.join(LATEST_NEW));
        let _ = std::fs::remove_file(&fresh);
        std::os::unix::fs::symlink(name, &fresh).and_then(|()| std::fs::rename(&fresh, &link)).map_err(|source| {
            let _ = std::fs::remove_file(&fresh);
            self.failed(&link, source)
        })
    }

    /// Removes the oldest good runs beyond the limit, never the one just published.
    fn prune(&self, keep: Option<u32>, published: &str) -> Result<(), FolderError> {
        let Some(keep) = keep else { return Ok(()) };
        let entries = std::fs::read_dir(&self.root).map_err(|source| self.failed(&self.root, source))?;
        let mut runs: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| Day::from_iso(name).is_some() && name != published)
            .collect();
        runs.sort();
        let others = (keep as usize).saturating_sub(1);
        for name in runs.iter().take(runs.len().saturating_sub(others)) {
            self.remove(&self.root.join(name))?;
        }
        Ok(())
    }
}

/// Removes a folder with all that is in it, or a file, or nothing.
fn remove_any(path: &Path) -> io::Result<()> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

impl Drop for RunFolder<'_> {
    fn drop(&mut self) {
        if !self.published {
            // Best effort: what stays is cleared by the next run.
            let _ = std::fs::remove_dir_all(&self.partial);
        }
    }
}
