//! One run at a time: a lock that cannot be lost without being noticed.
//!
//! A lock file can be deleted while it is locked, and a second run would lock a new one. So the output folder itself
//! is locked; where a file system locks only files (NFS), the lock file must still be there before anything is
//! published. Both are always locked: what may look at one alone sees the run.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::FolderError;
use crate::regular;

const LOCK_FILE: &str = ".lock";
/// How often a lock file may vanish while it is being locked.
const TRIES: usize = 100;

/// An output folder that is locked for this process, as long as this lives.
pub struct Lock {
    /// What the lock hangs on: the folder, or else the file.
    path: PathBuf,
    handle: File,
    /// The lock file, where the lock hangs on the folder.
    _file: Option<File>,
}

impl Lock {
    /// Locks a folder.
    ///
    /// # Errors
    /// Another process has locked it, or it cannot be locked.
    pub fn acquire(root: &Path) -> Result<Self, FolderError> {
        let folder = File::open(root).map_err(|source| FolderError::Unusable { root: root.to_owned(), source })?;
        let folder_is_locked = match folder.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => return Err(FolderError::Locked { root: root.to_owned() }),
            Err(TryLockError::Error(_)) => false,
        };
        let path = root.join(LOCK_FILE);
        let file = lock_file(root, &path)?;
        Ok(match folder_is_locked {
            true => Lock { path: root.to_owned(), handle: folder, _file: Some(file) },
            false => Lock { path, handle: file, _file: None },
        })
    }

    /// Fails if what is locked is no longer what is found under its path: somebody else may have locked that.
    pub fn check(&self) -> Result<(), FolderError> {
        match is_at(&self.handle, &self.path) {
            Ok(true) => Ok(()),
            _ => Err(FolderError::LockLost { path: self.path.clone() }),
        }
    }
}

fn lock_file(root: &Path, path: &Path) -> Result<File, FolderError> {
    let failed = |source| FolderError::LockFile { path: path.to_owned(), source };
    for _ in 0..TRIES {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true).mode(0o600);
        let file = regular::open_with(&mut options, path, OFlags::NOFOLLOW).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::Locked { root: root.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // It may have been deleted in between: then another run could lock the next one.
        if is_at(&file, path).map_err(failed)? {
            return Ok(file);
        }
    }
    Err(failed(io::Error::other("it is deleted again and again")))
}

/// Whether an open file is the one at a path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(found) => Ok((held.dev(), held.ino()) == (found.dev(), found.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_once_whatever_becomes_of_the_lock_file() {
        let root = tempfile::tempdir().unwrap();
        let lock = Lock::acquire(root.path()).unwrap();
        assert!(matches!(Lock::acquire(root.path()), Err(FolderError::Locked { .. })));
        std::fs::remove_file(root.path().join(LOCK_FILE)).unwrap();
        assert!(matches!(Lock::acquire(root.path()), Err(FolderError::Locked { .. })));
        lock.check().unwrap();
        drop(lock);
        Lock::acquire(root.path()).unwrap().check().unwrap();
    }

    #[test]
    fn a_lock_on_a_folder_that_was_replaced_is_lost() {
        let above = tempfile::tempdir().unwrap();
        let root = above.path().join("runs");
        std::fs::create_dir(&root).unwrap();
        let lock = Lock::acquire(&root).unwrap();
        std::fs::rename(&root, above.path().join("elsewhere")).unwrap();
        assert!(matches!(lock.check(), Err(FolderError::LockLost { .. })));
        std::fs::create_dir(&root).unwrap();
        assert!(matches!(lock.check(), Err(FolderError::LockLost { .. })));
    }

    #[test]
    fn a_lock_that_hangs_on_a_deleted_file_is_lost() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(LOCK_FILE);
        // As on a file system that does not lock folders.
        let file = lock_file(root.path(), &path).unwrap();
        let lock = Lock { path: path.clone(), handle: file, _file: None };
        lock.check().unwrap();
        assert!(matches!(lock_file(root.path(), &path), Err(FolderError::Locked { .. })));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(lock.check(), Err(FolderError::LockLost { .. })));
        lock_file(root.path(), &path).unwrap();
        assert!(matches!(lock.check(), Err(FolderError::LockLost { .. })));
    }
}
