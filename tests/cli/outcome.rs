//! What came of a command: exit code, output, and the run folders that it wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use crate::table::Table;

/// A finished command.
pub struct Outcome {
    pub output: Output,
    /// The folder that it ran in, which lives as long as somebody looks at it.
    workspace: Arc<TempDir>,
}

impl Outcome {
    /// Of whatever happened: a user is never shown a panic or a backtrace.
    pub fn new(output: Output, workspace: Arc<TempDir>) -> Self {
        let outcome = Outcome { output, workspace };
        for tell in ["panicked", "backtrace", "fatal runtime", "RUST_BACKTRACE", "fault of vardag"] {
            assert!(!outcome.stderr().contains(tell), "{tell} in: {}", outcome.stderr());
        }
        outcome
    }

    pub fn stdout(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).expect("stdout is UTF-8")
    }

    pub fn stderr(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).expect("stderr is UTF-8")
    }

    /// Stdout as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout()).unwrap_or_else(|error| panic!("{error}: {}", self.stdout()))
    }

    #[track_caller]
    pub fn code(&self, expected: i32) -> &Self {
        let found = self.output.status;
        assert_eq!(found.code(), Some(expected), "{found}\n{}{}", self.stdout(), self.stderr());
        self
    }

    #[track_caller]
    pub fn stderr_has(&self, text: &str) -> &Self {
        assert!(self.stderr().contains(text), "no {text:?} in stderr: {}", self.stderr());
        self
    }

    #[track_caller]
    pub fn stderr_lacks(&self, text: &str) -> &Self {
        assert!(!self.stderr().contains(text), "{text:?} in stderr: {}", self.stderr());
        self
    }

    #[track_caller]
    pub fn stdout_has(&self, text: &str) -> &Self {
        assert!(self.stdout().contains(text), "no {text:?} in stdout: {}", self.stdout());
        self
    }

    /// The folder of the last good run, where the configuration puts it.
    #[track_caller]
    pub fn latest(&self) -> RunFolder {
        RunFolder::open(&self.workspace.path().join("runs/latest"))
    }

    #[track_caller]
    pub fn labels(&self) -> Table {
        self.latest().table("labels.csv")
    }

    #[track_caller]
    pub fn manifest(&self) -> Value {
        self.latest().manifest()
    }

    /// The rejected rows: extract, file, record, line, column, reason, value.
    #[track_caller]
    pub fn rejects(&self) -> Table {
        self.latest().table("rejects.csv")
    }

    /// The rejected rows of one extract, without its name, as `file record line column reason`.
    #[track_caller]
    pub fn faults(&self, extract: &str) -> Vec<String> {
        self.latest().faults(extract)
    }

    /// What became of an extract's rows.
    #[track_caller]
    pub fn rows(&self, extract: &str) -> Rows {
        self.latest().rows(extract)
    }
}

/// What became of the rows of an extract or a file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    pub records: u64,
    pub filtered: u64,
    pub rejected: u64,
    pub orphans: u64,
    pub duplicates: u64,
    pub future: u64,
    pub out_of_scope: u64,
    pub in_use: u64,
}

impl Rows {
    fn of(entry: &Value) -> Rows {
        let count = |name: &str| entry["rows"][name].as_u64().unwrap_or_else(|| panic!("no {name} in {entry}"));
        Rows {
            records: count("records"),
            filtered: count("filtered"),
            rejected: count("rejected"),
            orphans: count("orphans"),
            duplicates: count("duplicates"),
            future: count("future"),
            out_of_scope: count("out_of_scope"),
            in_use: count("in_use"),
        }
    }

    fn plus(self, other: Rows) -> Rows {
        Rows {
            records: self.records + other.records,
            filtered: self.filtered + other.filtered,
            rejected: self.rejected + other.rejected,
            orphans: self.orphans + other.orphans,
            duplicates: self.duplicates + other.duplicates,
            future: self.future + other.future,
            out_of_scope: self.out_of_scope + other.out_of_scope,
            in_use: self.in_use + other.in_use,
        }
    }
}

/// A run folder that was published whole.
pub struct RunFolder {
    pub path: PathBuf,
}

impl RunFolder {
    /// Opens a run folder and holds it to what holds of every one: the files are those that the manifest names,
    /// byte by byte, and every record of every file is accounted for.
    #[track_caller]
    pub fn open(path: &Path) -> RunFolder {
        let folder = RunFolder { path: path.to_owned() };
        let manifest = folder.manifest();
        let mut named = vec!["manifest.json".to_owned()];
        for file in manifest["outputs"].as_array().expect("outputs") {
            let name = file["file"].as_str().expect("a file name");
            let bytes = folder.bytes(name);
            assert_eq!(file["bytes"].as_u64(), Some(bytes.len() as u64), "{name}");
            assert_eq!(file["blake3"].as_str(), Some(blake3::hash(&bytes).to_hex().as_str()), "{name}");
            named.push(name.to_owned());
        }
        named.sort();
        assert_eq!(folder.files(), named, "the files of {}", path.display());
        for extract in manifest["extracts"].as_array().expect("extracts") {
            let rows = Rows::of(extract);
            let sum = rows.filtered + rows.rejected + rows.duplicates + rows.future + rows.out_of_scope + rows.in_use;
            assert_eq!(rows.records, sum, "{extract}");
            let files = extract["files"].as_array().expect("files").iter().map(Rows::of);
            assert_eq!(files.fold(Rows::default(), Rows::plus), rows, "the files of {}", extract["extract"]);
        }
        folder
    }

    /// The names of its files, in order.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).unwrap_or_else(|error| panic!("{}: {error}", self.path.display()));
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
        names.sort();
        names
    }

    #[track_caller]
    pub fn bytes(&self, file: &str) -> Vec<u8> {
        let path = self.path.join(file);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[track_caller]
    pub fn table(&self, file: &str) -> Table {
        Table::read(&self.path.join(file))
    }

    #[track_caller]
    pub fn labels(&self) -> Table {
        self.table("labels.csv")
    }

    #[track_caller]
    pub fn manifest(&self) -> Value {
        serde_json::from_slice(&self.bytes("manifest.json")).expect("manifest.json is JSON")
    }

    /// The manifest without what may differ between two runs of the same.
    pub fn lasting_manifest(&self) -> Value {
        let mut manifest = self.manifest();
        for key in ["started", "timings_s", "peak_memory_bytes"] {
            manifest.as_object_mut().and_then(|entries| entries.remove(key)).unwrap_or_else(|| panic!("no {key}"));
        }
        manifest
    }

    /// The manifest's entry of an extract.
    #[track_caller]
    pub fn extract(&self, name: &str) -> Value {
        let manifest = self.manifest();
        let entry = manifest["extracts"].as_array().expect("extracts").iter().find(|entry| entry["extract"] == name);
        entry.unwrap_or_else(|| panic!("no extract {name} in the manifest")).clone()
    }

    #[track_caller]
    pub fn rows(&self, extract: &str) -> Rows {
        Rows::of(&self.extract(extract))
    }

    #[track_caller]
    pub fn faults(&self, extract: &str) -> Vec<String> {
        let rejects = self.table("rejects.csv");
        let columns = ["extract", "file", "record", "line", "column", "reason"];
        let rows = rejects.select(&columns).into_iter().filter(|row| row[0] == extract);
        rows.map(|row| row[1..].join(" ")).collect()
    }
}
