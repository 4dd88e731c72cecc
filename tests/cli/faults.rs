//! Every file-system call below the output folder fails once, in every way, or is where the program is killed.
//!
//! `faults.c` is put before the C library and counts the calls. After each fault the runs before are whole or replaced
//! by a whole one, what is foreign is untouched, the message is true, and the next run succeeds and clears up.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::outcome::RunFolder;
use crate::workspace::{VARDAG, Workspace};

/// Errors of Linux, as numbers.
const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EINVAL: i32 = 22;

/// More calls than any run makes.
const ENDLESS: usize = 2_000;

const FOREIGN: [&str; 4] =
    ["2020-01-01/note.txt", ".partial-2025-12-31/note.txt", ".removing-2025-12-30", "2025-12-30.held/x"];

/// What stands in the output folder before, and what is run.
struct Story {
    workspace: Workspace,
    /// The error that renaming with flags gives, where the file system cannot exchange folders.
    renameat2: Option<i32>,
    keep: Option<u32>,
    held: bool,
    library: PathBuf,
}

/// One run with a fault.
struct Tried {
    output: Output,
    /// The call that failed; `None` if the run ended before it came to it.
    call: Option<String>,
}

impl Story {
    /// The library is built once a story; without a C compiler nothing can be tried.
    fn new(name: &str) -> Option<Story> {
        let workspace = Workspace::agency()
            .settings("report.languages = []\nreport.workbook = false\ngates.max_volume_change_pct = false");
        let library = workspace.path("faults.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/faults.c");
        let built =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).args([source, "-ldl"]).output();
        if !built.as_ref().is_ok_and(|output| output.status.success()) {
            eprintln!("FAULTS ARE NOT TRIED ({name}): faults.c cannot be built here: {built:?}");
            return None;
        }
        drop(workspace.command(VARDAG));
        Some(Story { workspace, renameat2: None, keep: None, held: false, library })
    }

    /// A good run of a day with one contact, which tells it from the current run's.
    fn past(self, day: &str) -> Story {
        self.workspace.vardag(&["run", "vardag.toml", "--as-of", day]).code(0);
        self
    }

    /// A former run of the same day that was held.
    fn past_held(self) -> Story {
        self.workspace.vardag(&["run", "vardag.toml"]).code(0);
        fs::rename(self.workspace.path("runs/2025-12-31"), self.workspace.path("runs/2025-12-31.held")).unwrap();
        fs::remove_file(self.workspace.path("runs/latest")).unwrap();
        self
    }

    /// Tries every call with every fault, from the state at hand.
    fn tell(self) {
        let runs = self.workspace.path("runs");
        for path in FOREIGN {
            self.workspace.write(&format!("runs/{path}"), "mine");
        }
        // Two contacts tell the current run; a third that is malformed holds it.
        let malformed = if self.held { "A,soon,phone\n" } else { "" };
        self.workspace.write(
            "contacts.csv",
            format!("customer_id,contacted_on,channel\nA,2025-03-01,phone\nA,2025-03-02,phone\n{malformed}"),
        );
        let mut toml = self.workspace.read("vardag.toml");
        if self.held {
            toml = toml.replace("limits.max_rejected_pct = 100", "limits.max_rejected_pct = 1");
        }
        let keep = self.keep.map_or(String::new(), |keep| format!("outputs.keep = {keep}\n"));
        self.workspace.write("vardag.toml", keep + &toml);
        let before = self.workspace.path("before");
        fs::rename(&runs, &before).unwrap();
        let (mut clean, mut faults) = (BTreeSet::new(), 0);
        // The last is a disk that takes no more writes from some moment on.
        for fault in ["kill".to_owned(), EIO.to_string(), ENOSPC.to_string(), format!("{EIO}+")] {
            for at in 1.. {
                assert!(at < ENDLESS, "the calls have no end");
                let _ = fs::remove_dir_all(&runs);
                copy(&before, &runs);
                let tried = self.run(&format!("{fault}@{at}"));
                let Some(call) = &tried.call else {
                    assert!(at > 10, "hardly a call was counted: {}", String::from_utf8_lossy(&tried.output.stderr));
                    break;
                };
                let what = format!("{fault} at call {at}, {call}: {}", String::from_utf8_lossy(&tried.output.stderr));
                self.holds(&tried.output, &what);
                faults += 1;
                // From the same state the next run does the same.
                if clean.insert(all_below(&runs)) {
                    self.next_run(&what);
                }
            }
        }
        println!("{faults} faults, {} states that they leave", clean.len());
    }

    fn run(&self, fault: &str) -> Tried {
        let log = self.workspace.path("call");
        let _ = fs::remove_file(&log);
        let mut command = Command::new(VARDAG);
        command.args(["run", "vardag.toml", "--quiet", "--out"]).arg(self.workspace.path("runs"));
        command.current_dir(self.workspace.root()).stdin(Stdio::null()).env("LD_PRELOAD", &self.library);
        command.env("VARDAG_FAULT", fault).env("VARDAG_FAULT_ROOT", self.workspace.path("runs"));
        command.env("VARDAG_FAULT_LOG", &log);
        if let Some(error) = self.renameat2 {
            command.env("VARDAG_NO_EXCHANGE", error.to_string());
        }
        let output = command.output().expect("the program starts");
        Tried { output, call: fs::read_to_string(log).ok() }
    }

    /// What must hold after a fault.
    #[track_caller]
    fn holds(&self, output: &Output, what: &str) {
        let runs = self.workspace.path("runs");
        for path in FOREIGN {
            assert_eq!(fs::read_to_string(runs.join(path)).ok().as_deref(), Some("mine"), "{what}");
        }
        let own = if self.held { "2025-12-31.held" } else { "2025-12-31" };
        let published = runs.join(own).exists() && contacts(&runs.join(own)) > 1;
        // Every folder with a run's name is whole; no run is gone but for one that took its place, or by `keep`.
        for name in names(&self.workspace.path("before")).union(&names(&runs)) {
            let is_run = name.starts_with("2025") && name != "2025-12-30.held";
            let gone_for_good = published && (name != own) && (self.keep.is_some() || name.ends_with(".held"));
            if is_run && (runs.join(name).exists() || !gone_for_good) {
                // Where folders cannot be exchanged there is a moment in which the old one has stepped aside.
                let aside = runs.join(format!(".aside-{name}"));
                let stepped_aside = self.renameat2.is_some() && name == own && !runs.join(name).exists();
                RunFolder::open(&if stepped_aside { aside } else { runs.join(name) });
            }
        }
        if !self.held && runs.join("latest").exists() {
            RunFolder::open(&runs.join("latest"));
        }
        // What is said is true.
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{what}");
        match output.status.code() {
            None => assert_eq!(output.status.signal(), Some(9), "{what}"),
            Some(0) => assert!(published && !self.held, "{what}"),
            Some(3 | 4) if stderr.contains("broken") => assert!(runs.join("2025-12-31.held").exists(), "{what}"),
            Some(1) if stderr.contains("the run is published, but") => assert!(published, "{what}"),
            Some(1) => assert!(!published, "{what}"),
            Some(2) => assert!(!published && stderr.contains("cannot be") || stderr.contains("in the way"), "{what}"),
            Some(code) => panic!("exit code {code}: {what}"),
        }
    }

    #[track_caller]
    fn next_run(&self, what: &str) {
        let runs = self.workspace.path("runs");
        let output = self.run("0@0").output;
        let code = output.status.code();
        assert_eq!(code, Some(if self.held { 3 } else { 0 }), "{what}\n{}", String::from_utf8_lossy(&output.stderr));
        let mut expected: BTreeSet<String> =
            [".lock", if self.held { "2025-12-31.held" } else { "2025-12-31" }].map(str::to_owned).into();
        expected.extend(FOREIGN.map(|path| path.split('/').next().unwrap_or(path).to_owned()));
        expected.extend(runs.join("latest").is_symlink().then(|| "latest".to_owned()));
        let kept = names(&self.workspace.path("before")).into_iter().filter(|name| name.starts_with("2025"));
        expected.extend(kept.filter(|name| self.held || (self.keep.is_none() && name != "2025-12-31.held")));
        assert_eq!(names(&runs), expected, "{what}");
        self.holds(&output, what);
        for name in names(&runs).iter().filter(|name| name.starts_with("2025") && *name != "2025-12-30.held") {
            RunFolder::open(&runs.join(name));
        }
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Paths and modes of everything below a folder, and which files are empty.
fn all_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        let metadata = fs::symlink_metadata(&path).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
        found.push(format!("{} {mode:o} {}", path.display(), metadata.len() > 0));
        if metadata.is_dir() {
            found.extend(all_below(&path));
        }
    }
    found
}

/// Contacts that a run has read.
fn contacts(run: &Path) -> u64 {
    let text = fs::read_to_string(run.join("manifest.json")).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let extracts = manifest["extracts"].as_array().cloned().unwrap_or_default();
    let contacts = extracts.iter().find(|entry| entry["extract"] == "contacts");
    contacts.and_then(|entry| entry["rows"]["records"].as_u64()).unwrap_or_default()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for name in names(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        match fs::symlink_metadata(&from).unwrap() {
            metadata if metadata.is_symlink() => symlink(fs::read_link(&from).unwrap(), to).unwrap(),
            metadata if metadata.is_dir() => copy(&from, &to),
            _ => drop(fs::copy(from, to).unwrap()),
        }
    }
}

#[test]
fn the_first_run() {
    let Some(story) = Story::new("the first run") else { return };
    story.tell();
}

#[test]
fn a_day_that_is_run_again_and_was_held_before() {
    let Some(story) = Story::new("run again") else { return };
    story.past_held().past("2025-12-31").tell();
}

#[test]
fn old_runs_are_removed() {
    let Some(story) = Story::new("old runs") else { return };
    Story { keep: Some(1), ..story.past("2025-12-29").past("2025-12-30") }.tell();
}

#[test]
fn a_run_that_is_held() {
    let Some(story) = Story::new("held") else { return };
    Story { held: true, ..story.past_held().past("2025-12-30") }.tell();
}

#[test]
fn folders_that_cannot_be_exchanged() {
    let Some(story) = Story::new("no exchange") else { return };
    Story { renameat2: Some(EINVAL), ..story.past_held().past("2025-12-31") }.tell();
}
