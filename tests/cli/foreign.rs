//! What is not ours in an output folder: never replaced, moved or removed, and in the way told before anything is read.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::interrupted::{at_work, send};
use crate::outcome::{Outcome, RunFolder};
use crate::workspace::Workspace;

/// What somebody else may have in an output folder under any name.
#[derive(Debug, Clone, Copy)]
enum Foreign {
    Folder,
    EmptyFolder,
    OthersManifest,
    CutManifest,
    File,
    DanglingLink,
    LinkToFolder,
}

use Foreign::*;

const ALL: [Foreign; 7] = [Folder, EmptyFolder, OthersManifest, CutManifest, File, DanglingLink, LinkToFolder];

impl Foreign {
    fn put(self, workspace: &Workspace, path: &str) {
        workspace.write("runs/.lock", "");
        workspace.write("others/note.txt", "mine");
        let whole = workspace.path(path);
        match self {
            Folder => workspace.write(&format!("{path}/deep/note.txt"), "mine"),
            EmptyFolder => fs::create_dir_all(&whole).unwrap(),
            OthersManifest => workspace.write(&format!("{path}/manifest.json"), "{\"program\": \"another\"}"),
            CutManifest => workspace.write(&format!("{path}/manifest.json"), "{\"program\": \"vardag\", "),
            File => workspace.write(path, "mine"),
            DanglingLink => symlink("nowhere", &whole).unwrap(),
            LinkToFolder => symlink(workspace.path("others"), &whole).unwrap(),
        }
    }

    /// It is there as it was put.
    fn is_left(self, workspace: &Workspace, path: &str) {
        let whole = workspace.path(path);
        assert_eq!(workspace.read("others/note.txt"), "mine");
        match self {
            Folder => assert_eq!(workspace.read(&format!("{path}/deep/note.txt")), "mine"),
            EmptyFolder => assert_eq!(fs::read_dir(&whole).unwrap().count(), 0),
            OthersManifest => assert!(workspace.read(&format!("{path}/manifest.json")).contains("another")),
            CutManifest => assert!(workspace.read(&format!("{path}/manifest.json")).ends_with(", ")),
            File => assert_eq!(workspace.read(path), "mine"),
            DanglingLink => assert_eq!(fs::read_link(&whole).unwrap(), Path::new("nowhere")),
            LinkToFolder => assert_eq!(fs::read_link(&whole).unwrap(), workspace.path("others")),
        }
    }
}

#[test]
fn what_has_the_name_of_the_run_is_told_before_anything_is_read() {
    for foreign in ALL {
        for name in ["runs/2025-12-31", "runs/2025-12-31.held", "runs/latest"] {
            // An extract that cannot be read would be told, were it looked at.
            let workspace = Workspace::agency().file("payments.csv", "no,such,columns\n");
            foreign.put(&workspace, name);
            let before = workspace.listing("runs");
            let outcome = workspace.run();
            outcome.code(2).stderr_has(&format!("{name} is in the way")).stderr_has("move it away").stderr_has("--out");
            foreign.is_left(&workspace, name);
            assert_eq!(workspace.listing("runs"), before, "{foreign:?}");
        }
    }
}

#[test]
fn what_has_a_name_that_runs_use_is_left_and_is_in_nobodys_way() {
    const NAMES: [&str; 7] = [
        "runs/.partial-2025-12-31",
        "runs/.partial-notes",
        "runs/.removing-2025-12-30",
        "runs/.aside-2025-12-31",
        "runs/.aside-2025-12-29",
        "runs/.latest-new",
        "runs/2025-12-30.held",
    ];
    for foreign in ALL {
        let workspace = Workspace::agency().settings("outputs.keep = 1");
        for name in NAMES {
            foreign.put(&workspace, name);
        }
        workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-12-28"]).code(0);
        for _ in 0..2 {
            workspace.run().code(0);
            for name in NAMES {
                foreign.is_left(&workspace, name);
            }
            RunFolder::open(&workspace.path("runs/latest"));
            let added = workspace.listing("runs").len() - NAMES.len();
            assert_eq!(added, 3, "{foreign:?}: a lock, a run and its link: {:?}", workspace.listing("runs"));
        }
    }
}

#[test]
fn keep_removes_only_runs() {
    for foreign in ALL {
        let workspace = Workspace::agency().settings("outputs.keep = 1");
        foreign.put(&workspace, "runs/2020-01-01");
        for day in ["2025-12-29", "2025-12-30", "2025-12-31"] {
            // What may be a run that was damaged would hold this one, as gates have nothing else to compare with.
            workspace.vardag(&["run", "vardag.toml", "--as-of", day, "--accept-changes"]).code(0);
        }
        foreign.is_left(&workspace, "runs/2020-01-01");
        assert_eq!(workspace.listing("runs"), [".lock", "2020-01-01", "2025-12-31", "latest"]);
    }
}

#[test]
fn a_link_of_ours_is_replaced_though_its_run_is_gone() {
    let workspace = Workspace::agency();
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-12-30"]).code(0);
    fs::remove_dir_all(workspace.path("runs/2025-12-30")).unwrap();
    workspace.run().code(0);
    assert_eq!(fs::read_link(workspace.path("runs/latest")).unwrap(), Path::new("2025-12-31"));
    // Somebody set it by hand.
    fs::remove_file(workspace.path("runs/latest")).unwrap();
    symlink(workspace.path("runs/2025-12-31"), workspace.path("runs/latest")).unwrap();
    workspace.run().code(0);
    assert_eq!(fs::read_link(workspace.path("runs/latest")).unwrap(), Path::new("2025-12-31"));
}

#[test]
fn an_output_folder_over_the_inputs_spares_them() {
    let inputs = || {
        let workspace = Workspace::agency().settings("outputs.folder = \"in\"\noutputs.keep = 1");
        fs::create_dir_all(workspace.path("in")).unwrap();
        fs::rename(workspace.path("contacts.csv"), workspace.path("in/contacts.csv")).unwrap();
        workspace.extract("contacts", "files = \"in/**/contacts.csv\"")
    };
    // Deliveries in folders named by their day, as runs are.
    let workspace = inputs();
    fs::create_dir(workspace.path("in/2025-12-30")).unwrap();
    fs::rename(workspace.path("in/contacts.csv"), workspace.path("in/2025-12-30/contacts.csv")).unwrap();
    let contacts = workspace.read("in/2025-12-30/contacts.csv");
    for _ in 0..2 {
        workspace.run().code(0);
        assert_eq!(RunFolder::open(&workspace.path("in/latest")).rows("contacts").in_use, 1);
    }
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-12-30"]).code(2).stderr_has("in the way");
    assert_eq!(workspace.read("in/2025-12-30/contacts.csv"), contacts);
    assert_eq!(workspace.listing("in"), [".lock", "2025-12-30", "2025-12-31", "latest"]);
    // The configuration's own folder.
    let workspace = inputs();
    let before = workspace.listing(".");
    workspace.vardag(&["run", "vardag.toml", "--out", "."]).code(0);
    let after = workspace.listing(".");
    assert!(before.iter().all(|name| after.contains(name)));
    assert_eq!(after.len(), before.len() + 4, "vardag.toml, a lock, a run and its link: {after:?}");
}

#[test]
fn without_its_lock_file_a_run_is_still_alone() {
    let workspace = Workspace::agency();
    workspace.write("contacts.csv", slow_contacts());
    let child = at_work(&workspace);
    send("-STOP", &child);
    fs::remove_file(workspace.path("runs/.lock")).unwrap();
    workspace.run().code(75).stderr_has("another run is writing to");
    send("-CONT", &child);
    let outcome = Outcome::new(child.wait_with_output().unwrap(), workspace.folder());
    outcome.code(0);
    RunFolder::open(&workspace.path("runs/latest"));
}

#[test]
fn what_happens_to_a_run_that_is_being_written_is_noticed() {
    type Harm = fn(&Workspace);
    let cases: [(Harm, &str); 4] = [
        (|it| it.write("runs/.partial-2025-12-31/note.txt", "mine"), "note.txt was put into it by somebody else"),
        (|it| fs::remove_file(it.path("runs/.partial-2025-12-31/rejects.csv")).unwrap(), "1 of 13 files are gone"),
        (
            |it| {
                it.write("runs/.partial-2025-12-31/longer", "a file of 23 bytes here");
                fs::rename(it.path("runs/.partial-2025-12-31/longer"), it.path("runs/.partial-2025-12-31/rejects.csv"))
                    .unwrap();
            },
            "rejects.csv has 23 bytes",
        ),
        (
            |it| {
                fs::rename(it.path("runs"), it.path("moved")).unwrap();
                symlink("moved", it.path("away")).unwrap();
                fs::create_dir(it.path("runs")).unwrap();
                fs::rename(it.path("moved/.partial-2025-12-31"), it.path("runs/.partial-2025-12-31")).unwrap();
            },
            "runs was moved, replaced or removed",
        ),
    ];
    for (harm, message) in cases {
        let workspace = Workspace::agency();
        workspace.write("contacts.csv", slow_contacts());
        let child = at_work(&workspace);
        send("-STOP", &child);
        // It is at work as soon as it has the folder; the rejects are there a moment later.
        while !workspace.path("runs/.partial-2025-12-31/rejects.csv").exists() {
            send("-CONT", &child);
            std::thread::sleep(std::time::Duration::from_millis(1));
            send("-STOP", &child);
        }
        harm(&workspace);
        send("-CONT", &child);
        let outcome = Outcome::new(child.wait_with_output().unwrap(), workspace.folder());
        outcome.code(1).stderr_has(message).stderr_has("nothing is published");
        assert!(!workspace.path("runs/2025-12-31").exists() && !workspace.path("runs/latest").exists());
        assert!(!workspace.path("moved/2025-12-31").exists());
    }
}

/// A zstd file of contacts that takes a second or so to read.
fn slow_contacts() -> Vec<u8> {
    let frame = |text: String| zstd::encode_all(text.as_bytes(), 1).expect("compressed");
    let header = frame("customer_id,contacted_on,channel\n".to_owned());
    [header, frame("A,2025-03-01,phone\n".repeat(500_000)).repeat(6)].concat()
}

#[test]
fn pipes_and_other_things_that_are_no_files_are_not_waited_for() {
    let pipe = |workspace: &Workspace, path: &str| {
        let made = std::process::Command::new("mkfifo").arg(workspace.path(path)).status();
        assert!(made.expect("mkfifo is there").success());
    };
    let workspace = Workspace::agency();
    fs::create_dir(workspace.path("runs")).unwrap();
    pipe(&workspace, "runs/.lock");
    workspace
        .run()
        .code(2)
        .stderr_has("runs/.lock cannot be locked: not a regular file")
        .stderr_has("must be a regular file");
    fs::remove_file(workspace.path("runs/.lock")).unwrap();
    symlink("/dev/null", workspace.path("runs/.lock")).unwrap();
    workspace.run().code(2).stderr_has("runs/.lock cannot be locked");
    fs::remove_file(workspace.path("runs/.lock")).unwrap();
    fs::create_dir(workspace.path("runs/.lock")).unwrap();
    workspace.run().code(2).stderr_has("runs/.lock cannot be locked");
    fs::remove_dir(workspace.path("runs/.lock")).unwrap();

    pipe(&workspace, "pipe.toml");
    let message = "cannot read the configuration pipe.toml: not a regular file";
    for command in ["run", "check"] {
        workspace.vardag(&[command, "pipe.toml"]).code(2).stderr_has(message);
    }
    workspace.vardag(&["config", "show", "pipe.toml"]).code(2).stderr_has(message);
    workspace.vardag(&["run", "/dev/zero"]).code(2).stderr_has("not a regular file");

    // A day whose manifest is a pipe is somebody else's.
    fs::create_dir(workspace.path("runs/2025-12-30")).unwrap();
    pipe(&workspace, "runs/2025-12-30/manifest.json");
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-12-30"]).code(2).stderr_has("in the way");
    workspace.vardag(&["history", "runs"]).code(2);
    // Among the files of an extract it is an error.
    pipe(&workspace, "contacts.2.csv");
    let workspace = workspace.extract("contacts", "files = \"**/contacts*.csv\"");
    workspace.run().code(3).stderr_has("contacts.2.csv is not a regular file");
}

#[test]
fn links_in_a_circle_under_a_pattern_come_to_an_end() {
    let workspace = Workspace::agency().extract("contacts", "files = \"data/**/contacts.csv\"");
    fs::create_dir_all(workspace.path("data/2025")).unwrap();
    fs::rename(workspace.path("contacts.csv"), workspace.path("data/2025/contacts.csv")).unwrap();
    for link in ["one", "two", "three"] {
        symlink("../..", workspace.path(&format!("data/2025/{link}"))).unwrap();
    }
    workspace.run().code(0).labels().expect("A", &[("contacts", "1")]);
}
