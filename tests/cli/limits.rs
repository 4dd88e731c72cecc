//! What a run refuses: beyond a limit its results are held, and the last good run stays in place.

use crate::outcome::{Outcome, RunFolder};
use crate::workspace::Workspace;

/// Contacts of which so many are malformed and so many orphans.
fn contacts(all: usize, malformed: usize, orphans: usize) -> String {
    let row = |at: usize| match at {
        at if at < malformed => ",A,soon,phone,,\n",
        at if at < malformed + orphans => ",NOBODY,2025-03-01,phone,,\n",
        _ => ",A,2025-03-01,phone,,\n",
    };
    (0..all).map(row).collect()
}

fn strict() -> Workspace {
    Workspace::agency().settings("limits.max_rejected_pct = 1\nlimits.max_orphan_pct = 1")
}

fn held(outcome: &Outcome) -> RunFolder {
    RunFolder::open(&std::path::PathBuf::from(outcome.json()["folder"].as_str().expect("a folder in the summary")))
}

#[test]
fn a_limit_is_broken_above_it_and_not_at_it() {
    strict().rows("contacts", &contacts(200, 2, 2)).run().code(0).stderr_lacks("limit");
    let outcome = strict().rows("contacts", &contacts(200, 3, 0)).run();
    outcome.code(3).stderr_has("limit broken: contacts: 3 of 200 records are malformed, 1.5 %");
    let outcome = strict().rows("contacts", &contacts(200, 0, 3)).run();
    outcome.code(3).stderr_has("limit broken: contacts: 3 of 200 records are orphans, 1.5 %");
    let allowed = strict().settings("limits.contacts.max_orphan_pct = 1.5");
    allowed.rows("contacts", &contacts(200, 0, 3)).run().code(0);
}

#[test]
fn a_held_run_is_written_aside_and_the_last_good_one_stays() {
    let workspace = strict();
    workspace.run().code(0);
    let good = workspace.read("runs/latest/manifest.json");
    workspace.write("contacts.csv", "customer_id,contacted_on,channel\nA,soon,phone\nB,2025-03-01,phone\n");
    let outcome = workspace.vardag(&["run", "vardag.toml", "--json"]);
    outcome.code(3);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31", "2025-12-31.held", "latest"]);
    assert_eq!(workspace.read("runs/latest/manifest.json"), good);

    // Everything is there to be looked at.
    let held = held(&outcome);
    assert!(held.path.ends_with("2025-12-31.held"));
    assert_eq!(held.manifest()["held"], true);
    assert_eq!(held.faults("contacts"), ["contacts.csv 1 2 contacted_on malformed_date"]);
    held.labels().expect("B", &[("contacts", "1")]);
    let broken = &outcome.json()["broken_limits"];
    assert_eq!(broken, &held.manifest()["broken_limits"]);
    assert!(broken[0].as_str().unwrap().contains("1 of 2 records are malformed"));

    // A second held run takes the place of the first; a good one clears it away.
    workspace.run().code(3);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31", "2025-12-31.held", "latest"]);
    workspace.write("contacts.csv", "customer_id,contacted_on,channel\nB,2025-03-01,phone\n");
    workspace.run().code(0).labels().expect("B", &[("contacts", "1")]);
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31", "latest"]);
}

#[test]
fn a_first_run_that_is_held_is_not_the_latest() {
    let workspace = strict().rows("contacts", &contacts(10, 1, 0));
    workspace.run().code(3).stdout_has("held").stdout_has("2025-12-31.held");
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31.held"]);
}

#[test]
fn the_newest_event_may_not_be_too_old_when_an_age_is_set() {
    let workspace = |days| strict().settings(&format!("limits.contacts.max_age_days = {days}"));
    // The only contact is of 1 March, 305 days before the window's end.
    workspace(305).run().code(0);
    workspace(304).run().code(3).stderr_has("contacts: the newest event is of 2025-03-01");
    // A future row is not a sign of freshness.
    let late = workspace(304).rows("contacts", ",A,2025-03-01,phone,,\n,A,2026-01-01,phone,,");
    late.run().code(3).stderr_has("2025-03-01");
}

#[test]
fn check_holds_to_the_same_limits_and_writes_nothing() {
    let good = strict();
    good.vardag(&["check", "vardag.toml"]).code(0);
    let bad = strict().rows("contacts", &contacts(10, 1, 1));
    let outcome = bad.vardag(&["check", "vardag.toml", "--json"]);
    outcome.code(3).stderr_has("records are malformed").stderr_has("records are orphans");
    let found = outcome.json();
    assert_eq!(found["broken_limits"].as_array().unwrap().len(), 2);
    let contacts = found["extracts"].as_array().unwrap().iter().find(|entry| entry["extract"] == "contacts").unwrap();
    assert_eq!((&contacts["rows"]["rejected"], &contacts["rows"]["orphans"]), (&2.into(), &1.into()));
    assert_eq!(contacts["faults"], serde_json::json!({ "malformed_date": 1, "orphan": 1 }));
    assert!(good.listing("runs").is_empty() && bad.listing("runs").is_empty());
}

#[test]
fn check_tells_what_run_would_find() {
    let workspace = Workspace::agency().rows("contacts", &contacts(20, 2, 3)).rows(
        "applications",
        "H1,A,odd_benefit,2025-02-01,FAX,,,,\nH1,A,odd_benefit,2025-02-01,FAX,,,,\nH2,A,odd_benefit,2026-02-01,FAX,,,,",
    );
    let check = workspace.vardag(&["check", "vardag.toml", "--json"]);
    let run = workspace.vardag(&["run", "vardag.toml", "--json"]);
    assert_eq!(check.code(0).json()["extracts"], run.code(0).json()["extracts"]);
    assert_eq!(check.json()["warnings"], run.json()["warnings"]);
    assert_eq!(check.json()["customers_in_scope"], 3);
    // Codes are counted over rows that are neither rejected nor duplicates: the future row is one of them.
    let applications = run.latest().extract("applications");
    assert_eq!(applications["unmapped_methods_other"], serde_json::json!({ "codes": 1, "rows": 2 }));
    let table = workspace.vardag(&["check", "vardag.toml"]);
    table
        .code(0)
        .stdout_has("3 customers in scope")
        .stdout_has("malformed_date")
        .stdout_has("Other codes, not named: 1");
}

#[test]
fn an_unclosed_quote_holds_the_run_however_few_records_it_makes() {
    let quoted = format!("{},A,2025-03-01,\"phone,,\n", contacts(200, 0, 0));
    let workspace = || strict().rows("contacts", &quoted);
    let settings = "limits.allow_unclosed_quotes = false";
    let outcome = workspace().settings(settings).run();
    outcome.code(3).stderr_has("limit broken: contacts: a quote in contacts.csv is never closed");
    workspace().settings("limits.contacts.allow_unclosed_quotes = true").settings(settings).run().code(0);
}

#[test]
fn duplicates_have_a_limit_in_registers_and_events() {
    let rows: String = (0..40).map(|at| format!("K{},A,2025-03-01,phone,,\n", at.max(2))).collect();
    let workspace =
        |pct: &str| Workspace::agency().rows("contacts", &rows).settings(&format!("limits.max_duplicate_pct = {pct}"));
    workspace("5").run().code(0);
    let outcome = workspace("4.9").run();
    outcome
        .code(3)
        .stderr_has("contacts: 2 of 40 records are duplicates, 5 %, more than max_duplicate_pct = 4.9 allows");
    let register = Workspace::agency().rows("customers", "A,,,\nA,,,\nB,,,\n").settings("limits.max_duplicate_pct = 5");
    register.run().code(3).stderr_has("customers: 1 of 3 records are duplicates");
}

#[test]
fn a_column_that_is_mostly_unmapped_holds_the_run_and_names_no_id() {
    let row = |at: usize| {
        format!(",A,{},2025-02-01,{},,,,\n", if at < 27 { format!("Q{at:04}") } else { "travel".into() }, "online")
    };
    let applications = |rows: usize| (0..rows).map(row).collect::<String>();
    let workspace =
        |rows| Workspace::agency().rows("applications", &applications(rows)).settings("limits.max_unmapped_pct = 50");
    let mostly = workspace(53);
    let outcome = mostly.run();
    outcome.code(3).stderr_has("applications: 27 of 53 rows name a benefit that the catalogue lacks, 50.94 %");
    let held = RunFolder::open(&mostly.path("runs/2025-12-31.held"));
    for file in ["manifest.json", "report.sv.html", "report.en.html"] {
        let text = String::from_utf8(held.bytes(file)).unwrap();
        assert!(text.contains("27") && !text.contains("Q00"), "{file}");
    }
    outcome.stderr_lacks("Q00");
    workspace(54).run().code(0);
    let methods = Workspace::agency().rows("applications", ",A,travel,2025-02-01,FAX,,,,\n,A,travel,2025-02-01,TV,,,,");
    let outcome = methods.settings("limits.applications.max_unmapped_pct = 99").run();
    outcome.code(3).stderr_has("applications: 2 of 2 rows name a method that no code maps, 100 %");
}

#[test]
fn a_population_of_nobody_is_held() {
    let nobody = || Workspace::agency().rows("customers", "A,,,2019-12-31");
    nobody().run().code(3).stderr_has("limit broken: nobody is counted").stdout_has("held");
    nobody().vardag(&["check", "vardag.toml"]).code(3).stderr_has("limit broken: nobody is counted");
    nobody().settings("limits.may_be_nobody = true").run().code(0).stderr_lacks("nobody");
    let unregistered = Workspace::agency().without("customers");
    let empty = ["contacts", "applications", "payments"].into_iter().fold(unregistered, |all, name| all.rows(name, ""));
    empty.settings("limits.may_be_empty = true").run().code(3).stderr_has("nobody is counted");
}

#[test]
fn limits_for_all_hold_for_each_unless_one_has_its_own() {
    let empty = || Workspace::agency().rows("contacts", "").rows("payments", "");
    empty().run().code(3).stderr_has("contacts: has no records").stderr_has("payments: has no records");
    empty().settings("limits.may_be_empty = true").run().code(0);
    let own = empty().settings("limits.may_be_empty = true\nlimits.payments.may_be_empty = false");
    own.run().code(3).stderr_lacks("contacts:").stderr_has("payments: has no records");
}

#[test]
fn rejects_are_listed_up_to_a_number_and_counted_beyond() {
    let workspace = Workspace::agency().rows("contacts", &contacts(12, 5, 3)).rows("payments", "P1,A,x,soon,,,1\n");
    let workspace = workspace.settings("outputs.max_rejects_per_extract = 4");
    let outcome = workspace.run();
    outcome.code(0).stderr_has("contacts: rejected rows have 8 faults, of which the rejects list the first 4");
    let run = outcome.latest();
    assert_eq!((run.faults("contacts").len(), run.faults("payments").len()), (4, 1));
    let entry = run.extract("contacts");
    assert_eq!(
        (&entry["faults"], &entry["faults_listed"]),
        (&serde_json::json!({ "malformed_date": 5, "orphan": 3 }), &4.into())
    );
    assert_eq!(run.extract("payments")["faults_listed"], 1);
    workspace.vardag(&["check", "vardag.toml", "--rejects", "r.csv"]).code(0);
    assert_eq!(workspace.read("r.csv"), String::from_utf8(run.bytes("rejects.csv")).unwrap());
}

#[test]
fn rows_of_which_none_is_in_the_window_are_an_old_delivery() {
    let settings = "limits.contacts.may_be_outside_window = false";
    let old = || {
        let agency = Workspace::agency().settings(settings);
        agency
            .rows("contacts", ",A,2024-12-31,phone,,\n,A,2024-03-01,phone,,")
            .rows("life_events", "A,moving,2019-03-01")
    };
    let outcome = old().run();
    outcome.code(3).stderr_has("limit broken: contacts: none of the 2 rows in use is dated in the window");
    outcome.stderr_lacks("broken: life_events").stderr_lacks("broken: payments");
    old().settings("limits.may_be_outside_window = true").run().code(3);
    old()
        .settings("limits.life_events.may_be_outside_window = false")
        .run()
        .code(3)
        .stderr_has("life_events: the only row in use");
    old().rows("contacts", ",A,2025-01-01,phone,,\n,A,2024-03-01,phone,,").run().code(0);
    // A payment is in the window if it covers a day of it, or is paid in it.
    let settings = "limits.payments.may_be_outside_window = false";
    let paying = |row: &str| Workspace::agency().settings(settings).rows("payments", row).run();
    paying("P1,A,child_benefit,2024-12-01,2025-01-01,2024-12-01,1").code(0);
    paying("P1,A,child_benefit,2024-12-01,2024-12-31,2025-01-02,1").code(0);
    paying("P1,A,child_benefit,2024-12-01,2024-12-31,2024-12-31,1")
        .code(3)
        .stderr_has("payments: the only row in use is not dated");
}
