//! What in an output folder is ours, what is in the way, and the removal of what is ours.
//!
//! A run folder is ours if its manifest names vardag; one that is being written has a marker from its first moment.
//! Names say nothing: whatever else bears one of ours is somebody else's, and is neither replaced, moved nor removed.
//! Links are never followed, since what they lead to is not in this folder.
//!
//! An empty folder can bear a mark only in its mode: a folder is made, and emptied, with the sticky bit, which is
//! there in the same moment. Otherwise a kill just then would leave a folder that nobody ever clears.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::Deserialize;

use super::{FolderError, FolderName, HELD, LATEST};
use crate::calendar::Day;
use crate::regular;

/// Marks a folder that is being written; it goes just before the folder takes its name.
pub const MARKER: &str = ".vardag-unfinished";
const MANIFEST: &str = "manifest.json";
const STICKY: u32 = 0o1000;

/// Whether a folder is a finished run.
pub fn is_run(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Named {
        program: String,
    }
    let manifest = path.join(MANIFEST);
    let text = || regular::read_to_string(&manifest).ok();
    is_folder(path)
        && is_file(&manifest)
        && text().and_then(|text| serde_json::from_str::<Named>(&text).ok()).is_some_and(|of| of.program == "vardag")
}

/// Whether a folder is ours, finished or not.
pub fn is_ours(path: &Path) -> bool {
    is_folder(path) && (is_file(&path.join(MARKER)) || is_marked_empty(path)) || is_run(path)
}

fn is_marked_empty(path: &Path) -> bool {
    let mode = fs::symlink_metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    mode & STICKY != 0 && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Makes a folder that is ours from its first moment on.
pub fn create(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(STICKY | 0o755).create(path)?;
    fs::OpenOptions::new().write(true).create_new(true).open(path.join(MARKER))?;
    set_sticky(path, false)
}

fn set_sticky(path: &Path, sticky: bool) -> io::Result<()> {
    let mode = fs::symlink_metadata(path)?.permissions().mode();
    let mode = if sticky { mode | STICKY } else { mode & !STICKY };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Whether this is a link of ours: one to a run's name in the same folder, which need not be there any more.
pub fn is_our_link(path: &Path) -> bool {
    let Ok(target) = fs::read_link(path) else { return false };
    let (Some(root), Some(parent)) = (path.parent(), target.parent()) else { return false };
    let beside = parent.as_os_str().is_empty()
        || matches!((root.join(parent).canonicalize(), root.canonicalize()), (Ok(a), Ok(b)) if a == b);
    beside && target.file_name().and_then(|name| Day::from_iso(name.to_str()?)).is_some()
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Fails if something that is not ours has a name that a run or panel needs.
///
/// # Errors
/// What is in the way.
pub fn check_way(root: &Path, name: FolderName) -> Result<(), FolderError> {
    check_name(&root.join(name.to_string()))?;
    check_name(&root.join(format!("{name}{HELD}")))?;
    let latest = root.join(LATEST);
    match fs::symlink_metadata(&latest) {
        Ok(_) if name.is_run() && !is_our_link(&latest) => {
            Err(FolderError::InTheWay { path: latest, what: "it is not a link of vardag's to a run beside it" })
        }
        _ => Ok(()),
    }
}

/// Fails if something that is not ours has the name of a run.
pub fn check_name(path: &Path) -> Result<(), FolderError> {
    let what = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(metadata) if metadata.is_symlink() => "it is a link and not a run folder",
        Ok(metadata) if !metadata.is_dir() => "it is not a run folder",
        Ok(_) if is_run(path) => return Ok(()),
        Ok(_) if is_file(&path.join(MANIFEST)) => "its manifest.json cannot be read or does not name vardag",
        Ok(_) => "it is not a run of vardag (it has no manifest.json)",
    };
    Err(FolderError::InTheWay { path: path.to_owned(), what })
}

/// A name in the folder that nothing has: this one, or with a number behind it.
pub fn free_name(root: &Path, name: &str) -> PathBuf {
    let mut path = root.join(name);
    let mut number = 1;
    while fs::symlink_metadata(&path).is_ok() {
        number += 1;
        path = root.join(format!("{name}-{number}"));
    }
    path
}

/// Renames to a name that nothing has: unlike a plain rename it replaces no empty folder that is there meanwhile.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot do this.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => match fs::symlink_metadata(to) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
            Err(error) => Err(error),
        },
        renamed => Ok(renamed?),
    }
}

/// Removes a folder if it is ours. What tells that it is ours goes last, so that the next run removes what is left
/// when this one is killed.
pub fn remove(path: &Path) -> io::Result<()> {
    if !is_ours(path) {
        return Ok(());
    }
    let marks = [path.join(MANIFEST), path.join(MARKER)];
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let inside = entry.path();
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(inside)?;
        } else if !marks.contains(&inside) {
            fs::remove_file(inside)?;
        }
    }
    set_sticky(path, true)?;
    for mark in marks {
        match fs::remove_file(mark) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::remove_dir(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_folder_is_ours_by_what_is_in_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = |name: &str, file: &str, text: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join(file), text).unwrap();
            path
        };
        let run = folder("run", MANIFEST, r#"{"version": "0.1.0", "program": "vardag", "held": true}"#);
        assert!(is_run(&run) && is_ours(&run));
        let unfinished = folder("unfinished", MARKER, "");
        assert!(!is_run(&unfinished) && is_ours(&unfinished));
        for (name, file, text) in [
            ("other", MANIFEST, r#"{"program": "another"}"#),
            ("inside", MANIFEST, r#"{"made_by": {"program": "vardag"}}"#),
            ("cut", MANIFEST, r#"{"program": "vardag", "#),
            ("labels", "labels.csv", "vardag"),
        ] {
            assert!(!is_ours(&folder(name, file, text)), "{name}");
        }
        symlink("run", root.path().join("link")).unwrap();
        assert!(!is_ours(&root.path().join("link")));
        let linked = root.path().join("linked");
        fs::create_dir(&linked).unwrap();
        symlink("../run/manifest.json", linked.join(MANIFEST)).unwrap();
        assert!(!is_ours(&linked));
        assert!(!is_ours(&root.path().join("nothing")));
    }

    #[test]
    fn an_empty_folder_is_ours_only_if_it_was_made_as_such() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("folder");
        fs::create_dir(&path).unwrap();
        assert!(!is_ours(&path));
        set_sticky(&path, true).unwrap();
        assert!(is_ours(&path));
        fs::write(path.join("note.txt"), "").unwrap();
        assert!(!is_ours(&path));
        let made = root.path().join("made");
        create(&made).unwrap();
        assert!(is_ours(&made) && fs::metadata(&made).unwrap().permissions().mode() & STICKY == 0);
        remove(&made).unwrap();
        assert!(!made.exists());
    }

    #[test]
    fn only_a_link_to_a_days_name_beside_it_is_ours() {
        let root = tempfile::tempdir().unwrap();
        let link = root.path().join("latest");
        let absolute = root.path().join("2025-12-31");
        for (target, ours) in [
            (Path::new("2025-12-31"), true),
            (Path::new("./2025-12-31/"), true),
            (&absolute, true),
            (Path::new("elsewhere/2025-12-31"), false),
            (Path::new("../2025-12-31"), false),
            (Path::new("2025-12-31.held"), false),
            (Path::new("notes"), false),
            (Path::new("/"), false),
        ] {
            let _ = fs::remove_file(&link);
            symlink(target, &link).unwrap();
            assert_eq!(is_our_link(&link), ours, "{}", target.display());
        }
        assert!(!is_our_link(root.path()));
    }
}
