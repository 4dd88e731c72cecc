//! `explain --events`: the rows behind the figures of the rule that decided, as the run had read them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case_folders;
use crate::workspace::Workspace;

/// Every feature of events in one rule that takes everybody.
const EVERY_FIGURE: &str = "
[[rules]]
name = \"all\"
category = \"support\"
when = \"\"\"contacts >= 0 AND contacts_recent >= 0 AND contact_channels >= 0 AND outbound_contacts >= 0 AND outbound_unreached >= 0
 AND applications >= 0 AND applications_paper >= 0 AND applications_online >= 0 AND applications_other >= 0
 AND benefits_applied >= 0 AND handled_applications >= 0 AND handling_minutes >= 0 AND clarifications >= 0
 AND automatic_decisions >= 0 AND rejected_applications >= 0 AND payments >= 0 AND (paid_eur < 0 OR paid_eur >= 0)
 AND benefits_paid >= 0 AND last_resort_months >= 0\"\"\"
";

/// The events of a feature.
fn events_of<'v>(found: &'v Value, feature: &str) -> &'v Vec<Value> {
    let figures = found["events"].as_array().expect("events");
    let own = figures.iter().find(|figure| figure["features"].get(feature).is_some());
    own.unwrap_or_else(|| panic!("no {feature}: {found:#}"))["events"].as_array().expect("events")
}

fn sum(events: &[Value], column: &str) -> i64 {
    let hundredths = |event: &Value| (event[column].as_f64().unwrap_or_default() * 100.0).round() as i64;
    events.iter().map(hundredths).sum()
}

fn distinct(events: &[Value], column: &str) -> usize {
    events.iter().map(|event| event[column].as_str().expect(column)).collect::<BTreeSet<_>>().len()
}

#[test]
fn the_events_of_the_sample_agency_come_to_the_figures() {
    let workspace = Workspace::empty();
    case_folders::copy_samples(workspace.root());
    let config = workspace.read("vardag.toml") + EVERY_FIGURE;
    let workspace = workspace.config(&config);
    workspace.vardag(&["run", "vardag.toml", "--out", "runs", "--quiet"]).code(0);
    let labels = workspace.read("runs/latest/labels.csv");
    let mut looked_at = 0;
    for line in labels.lines().skip(1).step_by(400) {
        let id = line.split(',').next().expect("an id");
        let explain = ["explain", "runs/latest", "--customer", id, "--events", "vardag.toml", "--json"];
        let found = workspace.vardag(&explain).code(0).json();
        let feature = |name: &str| found["features"][name].clone();
        for name in [
            "contacts",
            "contacts_recent",
            "outbound_contacts",
            "outbound_unreached",
            "applications",
            "applications_paper",
            "applications_online",
            "applications_other",
            "handled_applications",
            "automatic_decisions",
            "rejected_applications",
            "payments",
        ] {
            let events = events_of(&found, name);
            assert_eq!(feature(name), events.len(), "{id}: {name}");
            looked_at += events.len();
        }
        let hundredths = |name: &str| (feature(name).as_f64().expect(name) * 100.0).round() as i64;
        assert_eq!(sum(events_of(&found, "paid_eur"), "amount"), hundredths("paid_eur"), "{id}");
        assert_eq!(
            sum(events_of(&found, "handling_minutes"), "handling_minutes"),
            hundredths("handling_minutes"),
            "{id}"
        );
        assert_eq!(sum(events_of(&found, "clarifications"), "clarifications"), hundredths("clarifications"), "{id}");
        assert_eq!(distinct(events_of(&found, "contact_channels"), "channel"), feature("contact_channels"), "{id}");
        assert_eq!(distinct(events_of(&found, "benefits_applied"), "benefit"), feature("benefits_applied"), "{id}");
        let last_resort = events_of(&found, "last_resort_months").len();
        assert_eq!(last_resort > 0, feature("last_resort_months") != 0, "{id}");
    }
    assert!(looked_at > 10, "some events were looked at");
}

/// A's contacts, two of which share an id with rows of others: K2 counts for B, whose row is the first; Q is nobody.
fn shared_ids() -> Workspace {
    Workspace::agency()
        .rows(
            "contacts",
            "K1,A,2025-03-01,phone,inbound,\nK2,B,2025-03-02,phone,inbound,\nK2,A,2025-03-03,chat,inbound,\n\
             K3,Q,2025-03-04,phone,inbound,\nK3,A,2025-03-05,chat,inbound,\nK4,A,2026-01-05,chat,inbound,\n\
             K5,A,2025-03-06,office,outbound,false\n",
        )
        .settings(
            "rules = [{ name = \"in_touch\", category = \"irregular\", when = \"contacts >= 1 AND applications >= 1 AND age > 3\" }]",
        )
}

#[test]
fn rows_that_do_not_count_are_no_events() {
    let workspace = shared_ids();
    workspace.run().code(0);
    let explain = ["explain", "runs/latest", "--customer", "A", "--events", "vardag.toml"];
    let found = workspace.vardag(&[&explain[..], &["--json"]].concat()).code(0).json();
    let events = events_of(&found, "contacts");
    let places: Vec<(&str, i64)> =
        events.iter().map(|event| (event["file"].as_str().unwrap(), event["record"].as_i64().unwrap())).collect();
    assert_eq!(places, [("contacts.csv", 1), ("contacts.csv", 5)]);
    assert_eq!(found["features"]["contacts"], 2);
    // Whose events they are is said once, and what no event is behind is left out.
    assert!(events[0].get("customer_id").is_none() && found["events"].as_array().unwrap().len() == 2);
    insta::assert_snapshot!(workspace.vardag(&explain).code(0).stdout().split("\nWhat would").next().unwrap());
}

#[test]
fn events_are_on_the_page_in_three_languages() {
    let workspace = shared_ids();
    workspace.run().code(0);
    for (language, title, record, minutes) in [
        ("en", "The events behind", "contacts.csv, record 5", "20.00"),
        ("sv", "Händelserna bakom", "contacts.csv, post 5", "20,00"),
        ("fi", "tapahtumat", "contacts.csv, tietue 5", "20,00"),
    ] {
        let page = format!("{language}.html");
        let arguments = ["explain", "runs/latest", "--customer", "A", "--language", language, "--html", &page];
        workspace.vardag(&[&arguments[..], &["--events", "vardag.toml"]].concat()).code(0).stdout_has(record);
        let html = workspace.read(&page);
        for text in [title, record, &format!("{minutes}\u{a0}min")] {
            assert!(html.contains(text), "{text}: {html}");
        }
    }
}

#[test]
fn nobody_is_shown_events_that_did_not_make_the_label() {
    let workspace = shared_ids();
    workspace.run().code(0);
    let explain = |id: &str| workspace.vardag(&["explain", "runs/latest", "--customer", id, "--events", "vardag.toml"]);
    // B has no event in this rule: nothing decided.
    explain("C").code(0).stdout_has("No rule decided, and so no figure did.");
    let contacts = workspace.read("contacts.csv");
    workspace.write("contacts.csv", contacts + "K9,A,2025-04-01,phone,inbound,\n");
    explain("A").code(3).stderr_has("contacts.csv is not as the run read it");
    assert_eq!(explain("A").stdout(), "");
    std::fs::remove_file(workspace.path("contacts.csv")).expect("a file");
    explain("A").code(3).stderr_has("contacts.csv: there is no such file");
    workspace.vardag(&["explain", "runs/latest", "--customer", "A", "--events", "nowhere.toml"]).code(2);
    // Without events it is explained as before.
    workspace.vardag(&["explain", "runs/latest", "--customer", "A"]).code(0);
}

#[test]
fn employers_have_events_too() {
    let workspace = Workspace::agency()
        .rows("employers", "E1,5\nE2,30")
        .rows("employer_contacts", "C1,E1,2025-05-05,phone,inbound\nC2,E2,2025-05-06,phone,inbound")
        .rows("employer_applications", "B1,E1,child_benefit,2025-05-05,online,10,1")
        .settings(
            "employer_rules = [{ name = \"busy\", category = \"large\", when = \"contacts_per_application >= 1\" }]",
        );
    workspace.run().code(0);
    let explain = ["explain", "runs/latest", "--employer", "E1", "--events", "vardag.toml", "--json"];
    let found = workspace.vardag(&explain).code(0).json();
    let events = events_of(&found, "contacts_per_application");
    let extracts: Vec<&str> = events.iter().map(|event| event["extract"].as_str().unwrap()).collect();
    assert_eq!(extracts, ["employer_contacts", "employer_applications"]);
}
