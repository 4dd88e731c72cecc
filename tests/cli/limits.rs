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
    assert_eq!(applications["unmapped_methods"], serde_json::json!({ "FAX": 2 }));
    let table = workspace.vardag(&["check", "vardag.toml"]);
    table.code(0).stdout_has("3 customers in scope").stdout_has("malformed_date");
}
