//! Which folders of an output folder are good runs: those that have a day for a name and that vardag has written.
//!
//! A run that cannot be read is still one: what stands guard by it must know that it is there.

use std::io;
use std::path::{Path, PathBuf};

use super::{HistoryError, PastManifest, PastRun};
use crate::calendar::Day;

/// A good run: its last day, its folder, and its manifest or why that cannot be read.
pub(super) struct GoodRun {
    pub(super) day: Day,
    pub(super) folder: PathBuf,
    pub(super) manifest: Result<PastManifest, HistoryError>,
}

/// The good runs below an output folder by last day, those up to a day only if one is given. Their names tell: a
/// held run's has a mark, and one that is being written has another.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn good_runs(root: &Path, up_to: Option<Day>) -> Result<Vec<GoodRun>, HistoryError> {
    let unreadable = |source| HistoryError::Unreadable { path: root.to_owned(), source };
    let mut runs = Vec::new();
    for entry in std::fs::read_dir(root).map_err(unreadable)? {
        let folder = entry.map_err(unreadable)?.path();
        let day = folder.file_name().and_then(|name| Day::from_iso(name.to_str()?));
        let Some(day) = day.filter(|day| up_to.is_none_or(|last| *day <= last)) else { continue };
        if let Some(manifest) = manifest(&folder) {
            runs.push(GoodRun { day, folder, manifest });
        }
    }
    runs.sort_by_key(|run| run.day);
    Ok(runs)
}

/// The manifest of a folder, or why it cannot be read; `None` where the folder is somebody else's.
fn manifest(folder: &Path) -> Option<Result<PastManifest, HistoryError>> {
    if std::fs::metadata(folder).is_ok_and(|metadata| !metadata.is_dir()) {
        return None;
    }
    let fault = match PastRun::read_manifest(folder) {
        Ok(manifest) => return Some(Ok(manifest)),
        Err(fault) => fault,
    };
    let path = folder.join("manifest.json");
    match fault {
        HistoryError::NoRun { .. } => {
            // A link that leads nowhere may be a run on a disk that is not mounted just now.
            let leads_nowhere = folder.is_symlink() && !folder.exists();
            let is_ours = leads_nowhere || has(folder, "category_summary.csv") || has(folder, "config.toml");
            is_ours.then(|| Err(HistoryError::Unreadable { path, source: io::ErrorKind::NotFound.into() }))
        }
        HistoryError::Manifest { .. } if is_of_another_program(&path) && !has(folder, "category_summary.csv") => None,
        fault => Some(Err(fault)),
    }
}

/// Whether a file is there, as far as that can be told.
fn has(folder: &Path, file: &str) -> bool {
    folder.join(file).try_exists().unwrap_or(true)
}

/// Whether a manifest is whole and does not name vardag.
fn is_of_another_program(path: &Path) -> bool {
    let value = std::fs::read(path).ok().and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    value.is_some_and(|value| value.get("program").is_none_or(|program| program != "vardag"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_known_by_what_is_in_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let good = r#"{"program": "vardag", "window": {"as_of": "2025-01-01", "months": 12}, "population": 1}"#;
        // What is in each, and whether it is a run that can be read; `None` of what is somebody else's.
        let (summary, other) = ("category_summary.csv", r#"{"name": "a web page"}"#);
        let folders = [
            ("2025-01-01", "manifest.json", good, Some(true)),
            ("2025-01-02", "manifest.json", &good[..40], Some(false)),
            ("2025-01-03", "manifest.json", "", Some(false)),
            ("2025-01-04", "manifest.json", r#"{"program": "vardag"}"#, Some(false)),
            ("2025-01-05", summary, "category\n", Some(false)),
            ("2025-01-06", "config.toml", "", Some(false)),
            ("2025-01-07", "manifest.json", other, None),
            ("2025-01-08", "contacts.csv", "customer_id\n", None),
            ("2025-01-09.held", "manifest.json", good, None),
        ];
        for (folder, name, text, _) in &folders {
            std::fs::create_dir(root.path().join(folder)).unwrap();
            std::fs::write(root.path().join(folder).join(name), text).unwrap();
        }
        std::fs::write(root.path().join("2025-01-10"), "a file").unwrap();
        std::os::unix::fs::symlink("elsewhere", root.path().join("2025-01-11")).unwrap();
        let found: Vec<_> =
            good_runs(root.path(), None).unwrap().iter().map(|run| (run.day, run.manifest.is_ok())).collect();
        let day = |text: &str| Day::from_iso(text).unwrap();
        let run = |(folder, _, _, kind): &(&str, _, _, Option<bool>)| kind.map(|is_good| (day(folder), is_good));
        let mut expected: Vec<_> = folders.iter().filter_map(run).collect();
        expected.push((day("2025-01-11"), false));
        assert_eq!(found, expected);
        assert_eq!(good_runs(root.path(), Some(day("2025-01-02"))).unwrap().len(), 2);
    }
}
