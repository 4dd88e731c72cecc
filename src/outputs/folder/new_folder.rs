//! A folder for its owner alone that is there as a whole or not at all: it is written beside its name, and takes it when
//! everything is on disk. What has the name already is never touched.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::super::Written;
use super::{FolderError, PARTIAL, ours};

/// A folder that is being written.
pub struct NewFolder {
    target: PathBuf,
    partial: PathBuf,
    published: bool,
}

impl NewFolder {
    /// Makes a folder to write to, and those above it.
    ///
    /// # Errors
    /// Something has the name, or the folder cannot be made.
    pub fn begin(target: &Path) -> Result<Self, FolderError> {
        check_free(target)?;
        let unusable = |source| FolderError::Unusable { root: target.to_owned(), source };
        let absolute = std::path::absolute(target).map_err(unusable)?;
        let (Some(root), Some(name)) = (absolute.parent(), absolute.file_name()) else {
            return Err(unusable(io::ErrorKind::InvalidInput.into()));
        };
        fs::create_dir_all(root).map_err(unusable)?;
        let partial = ours::free_name(root, &format!("{PARTIAL}{}", name.to_string_lossy()));
        ours::create(&partial).map_err(unusable)?;
        let folder = NewFolder { target: absolute.clone(), partial, published: false };
        fs::set_permissions(&folder.partial, Permissions::from_mode(0o700)).map_err(unusable)?;
        Ok(folder)
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Gives the folder, in which are these files, its name.
    ///
    /// # Errors
    /// It cannot be brought to disk, or something has the name by now.
    pub fn publish(mut self, written: &[Written]) -> Result<PathBuf, FolderError> {
        let failed = |path: &Path, source| FolderError::Write { path: path.to_owned(), source };
        let sync =
            |path: &Path| File::open(path).and_then(|file| file.sync_all()).map_err(|source| failed(path, source));
        for file in written {
            sync(&self.partial.join(&file.file))?;
        }
        let marker = self.partial.join(ours::MARKER);
        fs::remove_file(&marker).map_err(|source| failed(&marker, source))?;
        sync(&self.partial)?;
        let renamed = ours::rename_new(&self.partial, &self.target);
        if let Err(source) = renamed {
            // Marked again, so that it goes with the rest.
            let _ = File::create(&marker);
            check_free(&self.target)?;
            return Err(failed(&self.target, source));
        }
        self.published = true;
        if let Some(root) = self.target.parent() {
            sync(root)?;
        }
        Ok(self.target.clone())
    }
}

/// Fails if something has a name.
pub fn check_free(target: &Path) -> Result<(), FolderError> {
    match fs::symlink_metadata(target) {
        Err(_) => Ok(()),
        Ok(_) => Err(FolderError::InTheWay { path: target.to_owned(), what: "it exists already" }),
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.published {
            let _ = ours::remove(&self.partial);
        }
    }
}
