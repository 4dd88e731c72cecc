//! Patterns with `**`: every folder is looked into once, so that links in a circle come to an end.
//!
//! The `glob` crate follows links without remembering where it has been: a folder with two links to itself would keep
//! it busy for ever. A file that several ways lead to is found by the first of them, in the order of the paths.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

/// What matches a pattern, `above` being what stands in it before the first `**`.
///
/// # Errors
/// The pattern is wrong, or a folder cannot be read.
pub fn matches(above: &str, pattern: &str, options: MatchOptions) -> Result<Vec<PathBuf>, String> {
    let options = MatchOptions { require_literal_separator: true, ..options };
    let compiled = Pattern::new(pattern).map_err(|error| error.to_string())?;
    // As in the crate, `**` leads into no hidden folder, unless one is named.
    let hidden = pattern.contains("/.");
    let mut walk = Walk { compiled, options, hidden, seen: HashSet::new(), found: Vec::new() };
    let tops = above.rsplit_once('/').map_or("", |(folders, _)| folders);
    let tops = glob::glob_with(if tops.is_empty() { "/" } else { tops }, options).map_err(|error| error.to_string())?;
    for top in tops {
        walk.folder(&top.map_err(|error| error.to_string())?)?;
    }
    Ok(walk.found)
}

struct Walk {
    compiled: Pattern,
    options: MatchOptions,
    /// Whether hidden folders are looked into.
    hidden: bool,
    /// The folders looked into, by device and inode.
    seen: HashSet<(u64, u64)>,
    found: Vec<PathBuf>,
}

impl Walk {
    fn folder(&mut self, folder: &Path) -> Result<(), String> {
        let unreadable = |error| format!("{}: {error}", folder.display());
        let Ok(metadata) = std::fs::metadata(folder) else { return Ok(()) };
        if !metadata.is_dir() || !self.seen.insert((metadata.dev(), metadata.ino())) {
            return Ok(());
        }
        let entries = std::fs::read_dir(folder).map_err(unreadable)?;
        let mut paths =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
        paths.sort();
        for path in paths {
            if self.compiled.matches_path_with(&path, self.options) {
                self.found.push(path.clone());
            }
            if self.hidden || !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
                self.folder(&path)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    const OPTIONS: MatchOptions =
        MatchOptions { case_sensitive: true, require_literal_separator: false, require_literal_leading_dot: true };

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        root
    }

    fn found(root: &Path, pattern: &str) -> Vec<String> {
        let pattern = format!("{}/{pattern}", root.display());
        let above = pattern.split_once("**").unwrap().0;
        let mut found = matches(above, &pattern, OPTIONS).unwrap();
        found.retain(|path| !path.is_dir());
        found.sort();
        found.iter().map(|path| path.strip_prefix(root).unwrap().display().to_string()).collect()
    }

    #[test]
    fn what_the_crate_finds_is_found() {
        let root = folder_with(&["a.csv", "x/b.csv", "x/y/c.csv", "x/y/d.txt", "x/.h/e.csv", "x/.f.csv", "z/y/g.csv"]);
        for pattern in ["**/*.csv", "x/**/*.csv", "**/y/*.csv", "*/**/?.csv", "**/x/**/*", "x/.h/**/*.csv"] {
            let whole = format!("{}/{pattern}", root.path().display());
            let mut theirs: Vec<String> = glob::glob_with(&whole, OPTIONS)
                .unwrap()
                .map(Result::unwrap)
                .filter(|path| !path.is_dir())
                .map(|path| path.strip_prefix(root.path()).unwrap().display().to_string())
                .collect();
            theirs.sort();
            assert_eq!(found(root.path(), pattern), theirs, "{pattern}");
        }
    }

    #[test]
    fn what_is_hidden_is_found_where_it_is_named() {
        let root = folder_with(&["x/.h/e.csv", "x/.f.csv", "x/y/.h/g.csv"]);
        assert_eq!(found(root.path(), "**/.h/*"), ["x/.h/e.csv", "x/y/.h/g.csv"]);
        assert_eq!(found(root.path(), "**/.f.csv"), ["x/.f.csv"]);
    }

    #[test]
    fn links_in_a_circle_come_to_an_end() {
        let root = folder_with(&["a.csv", "x/b.csv", "y/c.csv"]);
        for (target, link) in [(".", "l1"), (".", "l2"), ("../y", "x/to_y"), ("../x", "y/to_x"), ("nowhere", "l3")] {
            symlink(target, root.path().join(link)).unwrap();
        }
        assert_eq!(found(root.path(), "**/*.csv"), ["a.csv", "x/b.csv", "x/to_y/c.csv"]);
    }

    #[test]
    fn a_wrong_pattern_is_told() {
        assert!(matches("/x/", "/x/**a", OPTIONS).is_err());
    }
}
