//! Folders of cases: one folder each, with the input and what must come of it, run side by side.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

/// The cases under `tests/NAME`, or under the folder that the environment variable names: those with this file.
pub fn found(name: &str, variable: &str, file: &str) -> Vec<PathBuf> {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let folder = std::env::var_os(variable).map_or_else(own, PathBuf::from);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut cases: Vec<PathBuf> = paths.filter(|path| path.join(file).exists()).collect();
    cases.sort();
    cases
}

/// Fails with what differs in which case, at most 20 lines each.
pub fn hold(cases: &[PathBuf], differences: impl Fn(&Path) -> Vec<String> + Sync) {
    assert!(!cases.is_empty(), "there is no case");
    let differences: BTreeMap<&PathBuf, Vec<String>> =
        cases.par_iter().map(|case| (case, differences(case))).filter(|(_, found)| !found.is_empty()).collect();
    for (case, found) in &differences {
        eprintln!("{}: {} differences", case.display(), found.len());
        found.iter().take(20).for_each(|difference| eprintln!("    {difference}"));
    }
    assert!(differences.is_empty(), "{} of {} cases differ", differences.len(), cases.len());
}

/// Copies what is in a folder.
pub fn copy(from: &Path, to: &Path) {
    copy_but(from, to, &[]);
}

/// Copies the sample agency, without the results of whoever has run the program there.
pub fn copy_samples(to: &Path) {
    copy_but(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples"), to, &["runs", "panels"]);
}

fn copy_but(from: &Path, to: &Path, left_out: &[&str]) {
    let paths = fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path());
    for path in paths.filter(|path| !left_out.iter().any(|name| path.ends_with(name))) {
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy(&path, &target);
        } else {
            fs::write(&target, fs::read(&path).expect("a file")).expect("a copy");
        }
    }
}
