//! Gates: a run that strays too far from those before it is held, until somebody says that the change is real.

use crate::outcome::Outcome;
use crate::workspace::Workspace;

/// A thousand customers, of whom so many have had a life event, and contacts.
fn agency(with_events: usize, contacts: usize) -> Workspace {
    let workspace = Workspace::agency().rows("customers", "").rows("life_events", "");
    let workspace = workspace.rows("applications", "H1,C0001,housing_allowance,2025-06-01,online,20.00,,,");
    let old = "2020-06-01,2020-06-30,2020-06-03,94.88";
    let payments =
        ["child_benefit", "basic_social_assistance", "unemployment"].map(|own| format!(",C0001,{own},{old}\n"));
    let workspace = workspace.rows("payments", &payments.concat());
    deliver(&workspace, 1000, with_events, contacts);
    workspace.extract("contacts", "files = \"contacts.csv\"")
}

/// The extracts of another night.
fn deliver(workspace: &Workspace, customers: usize, with_events: usize, contacts: usize) {
    let rows = |count: usize, row: &dyn Fn(usize) -> String| (1..=count).map(row).collect::<String>();
    let register = rows(customers, &|at| format!("C{at:04},\n"));
    let events = rows(with_events, &|at| format!("C{at:04},moving,2025-09-09\n"));
    let calls = rows(contacts, &|_| "C0001,2025-09-09,phone\n".to_owned());
    workspace.write("customers.csv", format!("customer_id,birth_date\n{register}"));
    workspace.write("life_events.csv", format!("customer_id,event,occurred_on\n{events}"));
    workspace.write("contacts.csv", format!("customer_id,contacted_on,channel\n{calls}"));
}

fn night(workspace: &Workspace, as_of: &str, more: &[&str]) -> Outcome {
    workspace.vardag(&[&["run", "vardag.toml", "--as-of", as_of], more].concat())
}

#[test]
fn a_run_that_strays_is_held_until_the_change_is_accepted() {
    let workspace = agency(100, 500);
    let first = night(&workspace, "2025-12-29", &[]);
    first.code(0).stderr_lacks("gate");
    assert!(first.manifest()["movements"].is_null());

    // Next night the irregular are three times as many, as are the events that make them so.
    deliver(&workspace, 1000, 300, 500);
    let held = night(&workspace, "2025-12-30", &[]);
    held.code(4)
        .stderr_has("gate broken: irregular: its share went from 10.00 % on 2025-12-29 to 30.00 %, 200.0 % more")
        .stderr_has("gate broken: regular: its share went from 90.00 % on 2025-12-29 to 70.00 %, 22.2 % less")
        .stderr_has("gate broken: life_events: 300 records, and in the run before 100 (the median): 200.0 % more")
        .stderr_has("vardag run vardag.toml --as-of 2025-12-30 --accept-changes")
        .stdout_has("held (a gate is broken");
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-29", "2025-12-30.held", "latest"]);
    let manifest: serde_json::Value =
        serde_json::from_str(&workspace.read("runs/2025-12-30.held/manifest.json")).unwrap();
    assert_eq!((&manifest["held"], &manifest["broken_limits"]), (&true.into(), &serde_json::json!([])));
    assert_eq!(manifest["broken_gates"].as_array().unwrap().len(), 3);
    assert_eq!(manifest["movements"]["matrix"][0], serde_json::json!([700, 200, 0]));

    // A held run is no base: the night after is still compared with the last good one.
    night(&workspace, "2025-12-31", &["--quiet"]).code(4).stderr_has("on 2025-12-29");

    // The analyst looks, and says that it is so.
    let accepted = night(&workspace, "2025-12-30", &["--accept-changes"]);
    accepted.code(0).stderr_has("change accepted: irregular").stdout_has("written");
    assert_eq!(accepted.manifest()["broken_gates"], serde_json::json!([]));
    assert_eq!(accepted.manifest()["accepted_changes"].as_array().unwrap().len(), 3);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-29", "2025-12-30", "2025-12-31.held", "latest"]);
    night(&workspace, "2025-12-31", &[]).code(0);
    // A day that is run again is compared with the day before it, as the first time.
    assert_eq!(night(&workspace, "2025-12-31", &[]).code(0).manifest()["movements"]["old_as_of"], "2025-12-30");
    night(&workspace, "2025-12-30", &[]).code(4);
}

#[test]
fn population_and_volumes_have_gates_of_their_own() {
    let workspace = agency(0, 500);
    night(&workspace, "2025-12-29", &[]).code(0);
    deliver(&workspace, 800, 0, 500);
    night(&workspace, "2025-12-30", &[]).code(4).stderr_has(
        "gate broken: population: from 1000 customers on 2025-12-29 to 800, 20.0 % less; max_population_change_pct = 5",
    );
    deliver(&workspace, 1000, 0, 200);
    night(&workspace, "2025-12-30", &[])
        .code(4)
        .stderr_has("gate broken: contacts: 200 records, and in the run before 500 (the median): 60.0 % less");
    deliver(&workspace, 1000, 0, 260);
    night(&workspace, "2025-12-30", &[]).code(0);
}

#[test]
fn gates_can_be_moved_and_taken_away() {
    let settings = [
        "gates.max_share_change_pct = false",
        "gates.max_share_change_pct = 1000",
        "gates.min_share_change_points = 30",
        "gates.min_change_sd = 12",
    ];
    for settings in settings {
        let workspace = agency(100, 500).settings("gates.max_volume_change_pct = false").settings(settings);
        night(&workspace, "2025-12-29", &[]).code(0);
        deliver(&workspace, 1000, 300, 500);
        night(&workspace, "2025-12-30", &[]).code(0).stderr_lacks("gate");
    }
    let wrong = agency(0, 0).settings("gates.max_share_change_pct = true\ngates.volume_runs = 0\ngates.max_shares = 1");
    wrong
        .run()
        .code(2)
        .stderr_has("gates.max_share_change_pct: expected a number from 0 to 1000, or false, found true")
        .stderr_has("gates.volume_runs: expected a whole number from 1 to 1000")
        .stderr_has("gates.max_shares: unknown key");
}

#[test]
fn a_broken_limit_says_more_than_a_broken_gate() {
    let workspace = agency(100, 500).settings("limits.contacts.max_age_days = 1");
    let early = ["--accept-changes"];
    assert_eq!(night(&workspace, "2025-09-09", &early).code(0).manifest()["accepted_changes"], serde_json::json!([]));
    deliver(&workspace, 1000, 300, 500);
    night(&workspace, "2025-12-30", &[]).code(3).stderr_has("limit broken").stderr_has("gate broken");
    // Accepting changes accepts no broken limit.
    night(&workspace, "2025-12-30", &early).code(3).stderr_has("limit broken").stderr_has("change accepted");
}

#[test]
fn damaged_labels_before_are_a_warning_and_stop_nothing() {
    let workspace = agency(100, 500);
    let current_run = || {
        night(&workspace, "2025-12-29", &[]).code(0);
        night(&workspace, "2025-12-30", &[])
    };
    current_run().code(0).stderr_lacks("warning");
    let labels = workspace.read("runs/2025-12-29/labels.csv");
    let damage: [(&str, &str, &str); 3] = [
        ("labels.csv", &labels[..labels.len() / 2], "was changed after the run"),
        ("labels.csv", &labels.replace("regular,default", "regular,defnull"), "labels.csv was changed after the run"),
        ("config.toml", "limit = 1", "cannot be used: restore it"),
    ];
    for (file, text, said) in damage {
        night(&workspace, "2025-12-29", &[]).code(0);
        workspace.write(&format!("runs/2025-12-29/{file}"), text);
        let outcome = night(&workspace, "2025-12-30", &[]);
        outcome.code(0).stderr_has("warning: a run before this one is left out of comparisons").stderr_has(said);
        let run = outcome.latest();
        assert!(!run.files().contains(&"movements.csv".to_owned()));
        assert!(run.manifest()["movements"].is_null());
        assert_eq!(run.manifest()["warnings"].as_array().unwrap().len(), 1, "{file}");
    }
    // Gates need no labels: they stay on guard.
    night(&workspace, "2025-12-29", &[]).code(0);
    workspace.write("runs/2025-12-29/labels.csv", "");
    deliver(&workspace, 1000, 300, 500);
    night(&workspace, "2025-12-30", &[]).code(4).stderr_has("warning").stderr_has("gate broken: irregular");
}

#[test]
fn a_small_agency_has_gates_too() {
    let workspace = agency(0, 20);
    deliver(&workspace, 102, 61, 20);
    night(&workspace, "2025-12-29", &[]).code(0);
    // Three more or less are chance.
    deliver(&workspace, 103, 64, 17);
    night(&workspace, "2025-12-30", &[]).code(0).stderr_lacks("gate");
    deliver(&workspace, 102, 0, 20);
    night(&workspace, "2025-12-30", &[])
        .code(4)
        .stderr_has("gate broken: irregular: its share went from 59.80 % on 2025-12-29 to 0.00 %")
        .stderr_has("gate broken: life_events: 0 records");
}

#[test]
fn a_last_run_that_cannot_be_read_holds_the_next_one() {
    let workspace = agency(100, 500);
    let manifest = "runs/2025-12-29/manifest.json";
    for (file, text) in [
        (manifest, "{\"program\": \"var"),
        (manifest, "{\"program\": \"vardag\"}"),
        (manifest, "\0\0\0"),
        ("runs/2025-12-29/category_summary.csv", "category,customers\n"),
    ] {
        let _ = std::fs::remove_dir_all(workspace.path("runs/2025-12-29"));
        night(&workspace, "2025-12-29", &[]).code(0);
        workspace.write(file, text);
        let outcome = night(&workspace, "2025-12-30", &["--quiet"]);
        outcome
            .code(4)
            .stderr_has("gate broken: the good run of 2025-12-29 cannot be read")
            .stderr_has("--accept-changes");
        assert!(workspace.path("runs/2025-12-30.held/manifest.json").exists());
        // It is said once.
        assert!(!outcome.stderr().contains("warning"), "{}", outcome.stderr());
    }
    // Without its manifest it is still a run, and gates that are switched off need none.
    std::fs::remove_file(workspace.path(manifest)).unwrap();
    night(&workspace, "2025-12-30", &[]).code(4).stderr_has("2025-12-29");
    let off = ["share", "population", "volume"].map(|gate| format!("gates.max_{gate}_change_pct = false\n")).concat();
    let off = Workspace::sharing(&workspace, agency(100, 500).settings(&off));
    night(&off, "2025-12-30", &["--out", "runs"]).code(0).stderr_has("warning: a run before this one is left out");
    // What that night left is the base of the next.
    night(&workspace, "2025-12-31", &[]).code(0).stderr_has("warning");
}

#[test]
fn an_unreadable_run_can_be_passed_over_by_hand() {
    let workspace = agency(100, 500);
    night(&workspace, "2025-12-28", &[]).code(0);
    night(&workspace, "2025-12-29", &[]).code(0);
    workspace.write("runs/2025-12-29/manifest.json", "");
    night(&workspace, "2025-12-30", &[]).code(4);
    let accepted = night(&workspace, "2025-12-30", &["--accept-changes"]);
    accepted.code(0).stderr_has("change accepted: the good run of 2025-12-29 cannot be read");
    std::fs::remove_dir_all(workspace.path("runs/2025-12-30")).unwrap();
    std::fs::remove_dir_all(workspace.path("runs/2025-12-29")).unwrap();
    let back = night(&workspace, "2025-12-30", &[]);
    assert_eq!(back.code(0).manifest()["movements"]["old_as_of"], "2025-12-28");
}

#[test]
fn what_is_somebody_elses_is_no_run_before() {
    let workspace = agency(100, 500).file("runs/2025-12-28/notes.txt", "x");
    workspace.write("runs/2025-12-29/manifest.json", "{\"name\": \"a web page\"}");
    night(&workspace, "2025-12-30", &[]).code(0).stderr_lacks("warning").stderr_lacks("gate");
    workspace.vardag(&["history", "runs"]).code(0).stderr_lacks("warning").stdout_has("2025-12-30");
}
