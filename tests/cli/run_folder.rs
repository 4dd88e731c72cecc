//! The run folder: whole or not at all, in place of the former one only when it is good, locked while it is made.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;

use crate::outcome::RunFolder;
use crate::workspace::Workspace;

#[test]
fn files_with_customer_rows_are_for_the_owner_only() {
    let workspace = Workspace::agency();
    let run = workspace.run().code(0).latest();
    let mode = |file: &str| fs::metadata(run.path.join(file)).expect(file).permissions().mode() & 0o777;
    assert_eq!((mode("labels.csv"), mode("rejects.csv")), (0o600, 0o600));
    assert_eq!(mode("category_summary.csv") & 0o600, 0o600);
    assert_eq!(
        run.files(),
        [
            "breakdowns.csv",
            "category_summary.csv",
            "concentration.csv",
            "config.toml",
            "datapackage.json",
            "feature_statistics.csv",
            "labels.csv",
            "manifest.json",
            "rejects.csv",
            "report.en.html",
            "report.fi.html",
            "report.sv.html",
            "tables.xlsx"
        ]
    );
    assert_eq!(mode("breakdowns.csv"), 0o600);
    let parquet = Workspace::agency().settings("outputs.labels = \"parquet\"");
    let run = parquet.run().code(0).latest();
    assert_eq!(fs::metadata(run.path.join("labels.parquet")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn latest_points_to_the_last_good_run_by_a_relative_link() {
    let workspace = Workspace::agency();
    for day in ["2025-12-30", "2025-12-31", "2025-11-30"] {
        workspace.vardag(&["run", "vardag.toml", "--as-of", day]).code(0);
        assert_eq!(fs::read_link(workspace.path("runs/latest")).unwrap().to_str(), Some(day));
    }
    assert_eq!(workspace.listing("runs"), [".lock", "2025-11-30", "2025-12-30", "2025-12-31", "latest"]);
}

#[test]
fn a_run_of_the_same_day_replaces_the_former_one_whole() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    workspace.write("runs/2025-12-31/note.txt", "left by somebody");
    workspace.write("contacts.csv", "customer_id,contacted_on,channel\nB,2025-03-01,phone\n");
    let outcome = workspace.run();
    outcome.code(0).labels().expect("A", &[("contacts", "0")]).expect("B", &[("contacts", "1")]);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31", "latest"]);
    assert!(!workspace.path("runs/2025-12-31/note.txt").exists());
}

#[test]
fn a_run_that_fails_leaves_the_last_good_one_untouched() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    let before = workspace.read("runs/latest/manifest.json");
    fs::remove_file(workspace.path("payments.csv")).unwrap();
    workspace.run().code(3);
    assert_eq!(workspace.read("runs/latest/manifest.json"), before);
    RunFolder::open(&workspace.path("runs/latest"));
}

#[test]
fn keep_limits_how_many_runs_stay_and_spares_the_one_just_made() {
    let workspace = Workspace::agency().settings("outputs.keep = 2");
    for day in ["2025-12-28", "2025-12-29", "2025-12-30", "2025-12-31"] {
        workspace.vardag(&["run", "vardag.toml", "--as-of", day]).code(0);
    }
    workspace.write("runs/notes/mine.txt", "not a run");
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-30", "2025-12-31", "latest", "notes"]);
    // An old day made anew is the latest run, however old the day.
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-06-30"]).code(0);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-06-30", "2025-12-31", "latest", "notes"]);
    RunFolder::open(&workspace.path("runs/latest"));
}

#[test]
fn a_held_run_removes_none_that_is_kept() {
    let workspace = Workspace::agency().settings("outputs.keep = 1\nlimits.max_rejected_pct = 1");
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-12-30"]).code(0);
    workspace.write("contacts.csv", "customer_id,contacted_on,channel\nA,soon,phone\n");
    workspace.run().code(3);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-30", "2025-12-31.held", "latest"]);
}

#[test]
fn an_output_that_another_run_is_writing_to_is_left_alone() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    let before = workspace.read("runs/latest/manifest.json");
    workspace.write("runs/.partial-2025-12-31/.vardag-unfinished", "");
    workspace.write("runs/.partial-2025-12-31/labels.csv", "the other run is at it");
    // A run locks both the folder and the file in it; each alone keeps others out.
    for locked in ["runs", "runs/.lock"] {
        let lock = fs::File::open(workspace.path(locked)).unwrap();
        lock.try_lock().unwrap();
        let outcome = workspace.run();
        outcome.code(75).stderr_has("another run is writing to");
        assert_eq!(outcome.stdout(), "");
        assert_eq!(workspace.read("runs/latest/manifest.json"), before);
        assert_eq!(workspace.read("runs/.partial-2025-12-31/labels.csv"), "the other run is at it");
        // Another output is free, and checking needs none.
        workspace.vardag(&["run", "vardag.toml", "--out", "elsewhere"]).code(0);
        workspace.vardag(&["check", "vardag.toml"]).code(0);
    }
    workspace.run().code(0);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31", "latest"]);
}

#[test]
fn debris_of_a_run_that_was_killed_is_cleared() {
    let workspace = Workspace::agency();
    workspace.write("runs/.partial-2025-12-31/.vardag-unfinished", "");
    workspace.write("runs/.partial-2025-12-31/labels.csv", "half a line");
    workspace.write("runs/.partial-2025-11-30-2/.vardag-unfinished", "");
    workspace.write("runs/.partial-2025-11-30-2/deep/er/file", "");
    // A run that was replaced, and one beyond `keep`: their manifests go last.
    workspace.write("runs/.partial-2025-10-31/manifest.json", "{\"program\": \"vardag\"}");
    workspace.write("runs/.removing-2025-10-31/manifest.json", "{\"program\": \"vardag\"}");
    workspace.write("runs/.lock", "");
    std::os::unix::fs::symlink("2025-10-31", workspace.path("runs/.latest-new")).unwrap();
    workspace.run().code(0);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31", "latest"]);
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_any_work() {
    let workspace = Workspace::agency().file("taken", "a file, not a folder").settings("outputs.folder = \"taken\"");
    workspace.run().code(2).stderr_has("the output folder").stderr_has("taken");
    workspace.vardag(&["run", "vardag.toml", "--out", "taken/deeper"]).code(2).stderr_has("taken/deeper");
    workspace.vardag(&["run", "vardag.toml", "--out", "/proc/nothing/here"]).code(2).stderr_has("/proc/nothing/here");
}

#[test]
fn a_formula_is_guarded_for_spreadsheets_when_that_is_asked_for() {
    let agency = || {
        Workspace::agency()
            .settings("dimensions = [\"municipality\"]")
            .file("customers.csv", "customer_id,municipality\n=1+1,@home\n-7,Turku\n+5,\nA,-\nB=,x=y\n")
            .rows("contacts", ",=cmd,2025-03-01,phone,,\n,A,=soon,phone,,")
    };
    let plain = agency().run();
    let columns = ["customer_id", "municipality"];
    assert_eq!(
        plain.code(0).labels().select(&columns),
        [["+5", ""], ["-7", "Turku"], ["=1+1", "@home"], ["A", "-"], ["B=", "x=y"]]
    );
    assert_eq!(plain.rejects().column("value"), ["=cmd", "=soon"]);
    let safe = agency().settings("outputs.spreadsheet_safe = true").run();
    assert_eq!(
        safe.code(0).labels().select(&columns),
        [["'+5", ""], ["'-7", "Turku"], ["'=1+1", "'@home"], ["A", "'-"], ["B=", "x=y"]]
    );
    assert_eq!(safe.rejects().column("value"), ["'=cmd", "'=soon"]);
}

#[test]
fn a_number_below_zero_is_no_formula() {
    let recovery = "P1,A,child_benefit,2025-06-01,,,-5.00";
    let outcome = Workspace::agency().rows("payments", recovery).settings("outputs.spreadsheet_safe = true").run();
    outcome.code(0).labels().expect("A", &[("paid_eur", "-5.00")]);
}

#[test]
fn labels_as_parquet_say_the_same_as_labels_as_text() {
    let agency = || {
        Workspace::agency().settings(
            "dimensions = [\"municipality\"]\n\
             derived_features = [{ name = \"half\", expression = \"contacts / 2\" }, { name = \"twice\", expression = \"contacts * 2\" }]",
        )
        .file("customers.csv", "customer_id,birth_date,municipality\nA,1980-05-05,Turku\nB,,\n")
    };
    let text = agency().run().code(0).labels();
    text.expect("A", &[("half", "0.5"), ("twice", "2"), ("municipality", "Turku"), ("age", "45")]);
    let binary = agency().settings("outputs.labels = \"parquet\"").run();
    let path = binary.code(0).latest().path.join("labels.parquet");
    let frame = ParquetReader::new(fs::File::open(path).unwrap()).finish().unwrap();
    let names: Vec<&str> = frame.columns().iter().map(|column| column.name().as_str()).collect();
    assert_eq!(names, text.columns);
    assert_eq!(frame.height(), text.rows.len());
    for (at, column) in frame.columns().iter().enumerate() {
        for (row, expected) in text.rows.iter().enumerate() {
            let value = column.get(row).unwrap();
            let same = match value.extract::<f64>() {
                Some(number) => expected[at].parse() == Ok(number),
                None => value.get_str().unwrap_or_default() == expected[at],
            };
            assert!(same, "{} of row {row}: {value} in Parquet, {:?} in text", column.name(), expected[at]);
        }
    }
}
