//! The run folder, or that of a panel: written whole or not at all.
//!
//! A run writes into a folder of its own beside the others (`.partial-…`), and only when everything is on disk
//! does that folder take its name, in one step. A run that fails or is killed leaves the last good one untouched;
//! what it left behind is cleared by the next, which knows by the lock that nobody is writing it, and by its mark
//! that it is ours. Old runs are renamed before they are removed, so that a folder with a day's name is whole.

mod error;
mod lock;
mod name;
mod new_folder;
mod ours;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::Written;
use crate::calendar::Day;
use lock::Lock;

pub use error::FolderError;
pub use name::FolderName;
pub use new_folder::{NewFolder, check_free};
pub use ours::check_way;

/// A folder that is being written, or the former run that it was exchanged with.
const PARTIAL: &str = ".partial-";
/// An old run that steps aside while its successor takes its name, where the two cannot be exchanged.
const ASIDE: &str = ".aside-";
/// An old run that is being removed.
const REMOVING: &str = ".removing-";
const LATEST: &str = "latest";
const LATEST_NEW: &str = ".latest-new";
/// What the folder of a run beyond a limit or a gate is marked with.
pub const HELD: &str = ".held";

/// A run folder that is being written; the folder above it is locked meanwhile.
pub struct RunFolder {
    root: PathBuf,
    partial: PathBuf,
    name: FolderName,
    published: bool,
    lock: Lock,
}

impl RunFolder {
    /// Makes the output folder if need be, locks it, clears the debris of runs that did not finish, and makes a
    /// fresh folder to write to.
    ///
    /// # Errors
    /// Another run is writing there, something foreign is in the way, or the folder cannot be used.
    pub fn begin(root: &Path, name: FolderName) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { root: root.to_owned(), source };
        std::fs::create_dir_all(root).map_err(unusable)?;
        let lock = Lock::acquire(root)?;
        clear_debris(root).map_err(unusable)?;
        check_way(root, name)?;
        let partial = ours::free_name(root, &format!("{PARTIAL}{name}"));
        let folder = RunFolder { root: root.to_owned(), partial, name, published: false, lock };
        ours::create(&folder.partial).map_err(unusable)?;
        Ok(folder)
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// The folder that it will be published in, beside the runs before it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Publishes the folder, in which are exactly these files: it takes its name, and of runs `latest` points to it,
    /// and those beyond `keep` go.
    ///
    /// A held run is published under its own mark and changes nothing else.
    ///
    /// # Errors
    /// A step failed; the error tells whether the run is published.
    pub fn publish(mut self, held: bool, keep: Option<u32>, written: &[Written]) -> Result<PathBuf, FolderError> {
        let name = format!("{}{}", self.name, if held { HELD } else { "" });
        let target = self.root.join(&name);
        self.check_files(written)?;
        for file in written {
            self.sync(&self.partial.join(&file.file))?;
        }
        self.lock.check()?;
        ours::check_name(&target)?;
        let marker = self.partial.join(ours::MARKER);
        std::fs::remove_file(&marker).map_err(|source| self.failed(&marker, source))?;
        self.sync(&self.partial)?;
        let replaced = self.take_name(&target, &name)?;
        self.published = true;
        self.sync(&self.root)?;
        // From here on only what is no longer wanted is taken away.
        let mut old = Vec::new();
        if !held {
            if self.name.is_run() {
                self.point_latest(&name)?;
                old.extend(self.beyond(keep, &name)?);
            }
            let held = format!("{name}{HELD}");
            old.extend(ours::is_run(&self.root.join(&held)).then_some(held));
        }
        self.remove(replaced, &old)?;
        Ok(target)
    }

    fn failed(&self, path: &Path, source: io::Error) -> FolderError {
        let path = path.to_owned();
        if self.published { FolderError::AfterPublishing { path, source } } else { FolderError::Write { path, source } }
    }

    fn sync(&self, path: &Path) -> Result<(), FolderError> {
        File::open(path).and_then(|file| file.sync_all()).map_err(|source| self.failed(path, source))
    }

    /// The folder must be what was written, file by file: nothing was lost, nothing else came in.
    fn check_files(&self, written: &[Written]) -> Result<(), FolderError> {
        let failed = |source| self.failed(&self.partial, source);
        let not_as_written = |what| FolderError::NotAsWritten { path: self.partial.clone(), what };
        let mut found = 0;
        for entry in std::fs::read_dir(&self.partial).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (name, metadata) = (entry.file_name(), entry.metadata().map_err(failed)?);
            if name == ours::MARKER {
                continue;
            }
            let Some(file) = written.iter().find(|file| name == file.file.as_str() && metadata.is_file()) else {
                return Err(not_as_written(format!("{} was put into it by somebody else", name.display())));
            };
            if metadata.len() != file.bytes {
                let (length, expected) = (metadata.len(), file.bytes);
                return Err(not_as_written(format!("{} has {length} bytes, not {expected}", file.file)));
            }
            found += 1;
        }
        match written.len() - found {
            0 => Ok(()),
            lost => Err(not_as_written(format!("{lost} of {} files are gone", written.len()))),
        }
    }

    /// Puts the new folder in the place of the old one, in one step where there is an old one; tells where the old
    /// one is now.
    fn take_name(&self, target: &Path, name: &str) -> Result<Option<PathBuf>, FolderError> {
        let failed = |source| self.failed(target, source);
        if !ours::is_run(target) {
            return ours::rename_new(&self.partial, target).map(|()| None).map_err(failed);
        }
        match renameat_with(CWD, &self.partial, CWD, target, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(Some(self.partial.clone())),
            // A file system that cannot exchange: the old folder steps aside first.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                let aside = ours::free_name(&self.root, &format!("{ASIDE}{name}"));
                ours::rename_new(target, &aside).map_err(failed)?;
                match ours::rename_new(&self.partial, target) {
                    Ok(()) => Ok(Some(aside)),
                    Err(source) => Err(match ours::rename_new(&aside, target) {
                        Ok(()) => failed(source),
                        Err(_) => FolderError::Stranded { path: target.to_owned(), aside, source },
                    }),
                }
            }
            Err(errno) => Err(failed(errno.into())),
        }
    }

    fn point_latest(&self, name: &str) -> Result<(), FolderError> {
        let (link, fresh) = (self.root.join(LATEST), ours::free_name(&self.root, LATEST_NEW));
        let failed = |source| self.failed(&link, source);
        std::os::unix::fs::symlink(name, &fresh).map_err(failed)?;
        // It was looked at before anything was read; what came there since is not ours to replace.
        let renamed = match std::fs::symlink_metadata(&link) {
            Ok(_) if !ours::is_our_link(&link) => Err(io::ErrorKind::AlreadyExists.into()),
            _ => std::fs::rename(&fresh, &link),
        };
        renamed.map_err(|source| {
            let _ = std::fs::remove_file(&fresh);
            failed(source)
        })
    }

    /// The oldest good runs beyond the limit, never the one just published.
    fn beyond(&self, keep: Option<u32>, published: &str) -> Result<Vec<String>, FolderError> {
        let Some(keep) = keep else { return Ok(Vec::new()) };
        let failed = |source| self.failed(&self.root, source);
        let mut runs = Vec::new();
        for entry in std::fs::read_dir(&self.root).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if Day::from_iso(&name).is_some() && name != published && ours::is_run(&entry.path()) {
                runs.push(name);
            }
        }
        runs.sort();
        runs.truncate(runs.len().saturating_sub((keep as usize).saturating_sub(1)));
        Ok(runs)
    }

    /// Removes the run that was replaced, and old ones: first they lose their names, for good, then their files.
    fn remove(&self, replaced: Option<PathBuf>, old: &[String]) -> Result<(), FolderError> {
        let mut going: Vec<PathBuf> = replaced.into_iter().collect();
        for name in old {
            let (path, aside) = (self.root.join(name), ours::free_name(&self.root, &format!("{REMOVING}{name}")));
            ours::rename_new(&path, &aside).map_err(|source| self.failed(&path, source))?;
            going.push(aside);
        }
        self.sync(&self.root)?;
        going.iter().try_for_each(|path| ours::remove(path).map_err(|source| self.failed(path, source)))
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if !self.published {
            // Best effort: what stays is cleared by the next run.
            let _ = ours::remove(&self.partial);
        }
    }
}

/// Clears what runs that did not finish have left. What cannot be removed must not stop the night's run.
fn clear_debris(root: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str() else { continue };
        if [PARTIAL, REMOVING].iter().any(|prefix| name::behind(name, prefix).is_some()) {
            let _ = ours::remove(&path);
        } else if name.starts_with(LATEST_NEW) && ours::is_our_link(&path) {
            let _ = std::fs::remove_file(&path);
        } else if let Some(run) = name::behind(name, ASIDE) {
            // Its successor took its name, or else it takes it back.
            let target = root.join(run);
            if ours::is_run(&path) && std::fs::symlink_metadata(&target).is_err() {
                ours::rename_new(&path, &target)?;
            } else {
                let _ = ours::remove(&path);
            }
        }
    }
    Ok(())
}
