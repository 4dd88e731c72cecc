//! Runs that end in the middle: by a signal, by a full disk. The last good run stays, the next one clears up.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::outcome::{Outcome, RunFolder};
use crate::workspace::{VARDAG, Workspace};

/// A zstd file of contacts that takes seconds to read and next to nothing to write: one frame, over and over.
fn endless_contacts() -> Vec<u8> {
    let frame = |text: String| zstd::encode_all(text.as_bytes(), 1).expect("compressed");
    let header = frame("customer_id,contacted_on,channel\n".to_owned());
    let rows = frame("A,2025-03-01,phone\n".repeat(500_000));
    [header, rows.repeat(1_000)].concat()
}

/// Starts a run and waits until it is at work on a folder of its own, the debris that it finds cleared.
pub fn at_work(workspace: &Workspace) -> Child {
    workspace.write("runs/.partial-2025-12-31/.vardag-unfinished", "");
    workspace.write("runs/.partial-2025-12-31/debris", "of a run that was killed");
    // The command writes the configuration; what it would do is not waited for.
    drop(workspace.command(VARDAG));
    let mut child = Command::new(VARDAG)
        .args(["run", "vardag.toml"])
        .current_dir(workspace.root())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let since = Instant::now();
    let partial = workspace.path("runs/.partial-2025-12-31");
    while !partial.exists() || partial.join("debris").exists() {
        let ended = child.try_wait().expect("a child to ask");
        assert!(ended.is_none() && since.elapsed() < Duration::from_secs(60), "the run never got to work: {ended:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

/// Sends a signal, such as `-STOP`.
pub fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}

#[test]
fn a_run_that_is_terminated_leaves_the_last_good_one_and_the_next_clears_up() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    let good = workspace.read("runs/latest/manifest.json");
    let small = workspace.read("contacts.csv");
    workspace.write("contacts.csv", endless_contacts());

    for (signal, while_at_it) in [("-TERM", Duration::ZERO), ("-KILL", Duration::from_millis(200))] {
        let child = at_work(&workspace);
        // While it is at work, no other run gets in its way.
        workspace.run().code(75).stderr_has("another run");
        std::thread::sleep(while_at_it);
        send(signal, &child);
        let output = child.wait_with_output().expect("the child's end");
        assert_ne!(output.status.code(), Some(0), "the run was over before the signal came");
        Outcome::new(output, workspace.folder());
        assert_eq!(workspace.read("runs/latest/manifest.json"), good);
        RunFolder::open(&workspace.path("runs/latest"));
    }

    workspace.write("contacts.csv", small);
    workspace.run().code(0).labels().expect("A", &[("contacts", "1")]);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31", "latest"]);
}

#[test]
fn an_input_that_changes_while_it_is_read_is_noticed_or_read_as_it_was() {
    const ROWS: usize = 5_000_000;
    let contacts = "customer_id,contacted_on,channel\n".to_owned() + &"A,2025-03-01,phone\n".repeat(ROWS);
    let workspace = Workspace::agency().file("contacts.csv", contacts);
    let child = at_work(&workspace);
    // Somebody fetches the file anew: it is short again, and ends after a whole row.
    let file = std::fs::File::options().write(true).open(workspace.path("contacts.csv")).expect("the file");
    file.set_len(33 + 19).expect("a shorter file");
    let output = child.wait_with_output().expect("the child's end");
    let outcome = Outcome::new(output, workspace.folder());
    // It is never taken for a complete extract of fewer rows.
    if outcome.output.status.code() == Some(0) {
        assert_eq!(outcome.rows("contacts").records, ROWS as u64);
    } else {
        outcome.code(3).stderr_has("contacts.csv changed while it was read");
        assert!(!workspace.path("runs/latest").exists());
    }
}

#[test]
fn an_input_that_is_rewritten_with_the_same_size_is_noticed() {
    let contacts = |channel: &str| {
        "customer_id,contacted_on,channel\n".to_owned() + &format!("A,2025-03-01,{channel}\n").repeat(3_000_000)
    };
    // With a register and without row ids it is read only once.
    for by_rename in [false, true] {
        let workspace = Workspace::agency().file("contacts.csv", contacts("phone"));
        let child = at_work(&workspace);
        send("-STOP", &child);
        if by_rename {
            workspace.write("contacts.new", contacts("visit"));
            std::fs::rename(workspace.path("contacts.new"), workspace.path("contacts.csv")).expect("renamed");
        } else {
            workspace.write("contacts.csv", contacts("visit"));
        }
        send("-CONT", &child);
        let outcome = Outcome::new(child.wait_with_output().expect("the child's end"), workspace.folder());
        outcome.code(3).stderr_has("contacts.csv changed while it was read");
        assert_eq!(workspace.listing("runs"), [".lock"]);
    }
}

#[test]
fn a_full_disk_ends_the_run_and_the_last_good_one_stays() {
    // Labels of 2 000 customers need some 200 kB; the disk has 64 kB left.
    let customers: String = (0..2_000).map(|number| format!("C{number:07},,,\n")).collect();
    let workspace = Workspace::agency().rows("customers", &customers).file("disk/x", "");
    let script = "mount -t tmpfs -o size=64k tmpfs disk || exit 99
        mkdir -p disk/2025-12-31 && echo good > disk/2025-12-31/labels.csv && ln -s 2025-12-31 disk/latest
        echo '{\"program\": \"vardag\"}' > disk/2025-12-31/manifest.json
        \"$0\" run vardag.toml --out disk; code=$?
        cat disk/latest/labels.csv; ls -A disk
        exit $code";
    let mut command = workspace.command("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, VARDAG]);
    let Ok(output) = command.output() else {
        eprintln!("THE FULL DISK IS NOT TRIED: there is no unshare to make a small disk with");
        return;
    };
    let outcome = Outcome::new(output, workspace.folder());
    if outcome.output.status.code() == Some(99) || outcome.stderr().contains("unshare") {
        eprintln!("THE FULL DISK IS NOT TRIED: no small disk can be made here: {}", outcome.stderr());
        return;
    }
    outcome.code(1).stderr_has("No space left on device").stderr_has("the last good run is untouched");
    assert_eq!(outcome.stdout(), "good\n.lock\n2025-12-31\nlatest\n");
}
