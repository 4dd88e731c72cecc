//! Ids and people that cannot be right are warned of, with counts and remedies, but never with an id.

use crate::outcome::Outcome;
use crate::workspace::Workspace;

/// The warnings of a run.
fn warnings(outcome: &Outcome) -> Vec<String> {
    let manifest = outcome.manifest();
    let warnings = manifest["warnings"].as_array().expect("warnings").iter();
    warnings.map(|warning| warning.as_str().expect("a text").to_owned()).collect()
}

/// The only warning that has this in it.
#[track_caller]
fn warning(outcome: &Outcome, text: &str) -> String {
    let mut found = warnings(outcome);
    found.retain(|warning| warning.contains(text));
    assert_eq!(found.len(), 1, "{text}: {:?}", warnings(outcome));
    found.remove(0)
}

#[test]
fn without_a_register_ids_that_went_through_a_spreadsheet_are_warned_of_by_extract() {
    let outcome = Workspace::agency()
        .without("customers")
        .rows("contacts", "K1,4587,2025-03-01,phone,,\nK2,5120,2025-03-01,phone,,\nK3,77.0,2025-03-01,phone,,")
        .rows("applications", "H1,\"7,17E+13\",child_benefit,2025-03-01,online,,,,\nH2,7.17E+13,child_benefit,2025-03-01,online,,,,")
        .rows("payments", "P1,4587.0,child_benefit,2025-03-01,,,1\nP2,4587.0,child_benefit,2025-04-01,,,1\nP3,5120.0,child_benefit,2025-03-01,,,1")
        .run();
    let point_zero = warning(outcome.code(0), "`.0`");
    assert!(point_zero.starts_with("payments: 2 ids of customers with a `.0` at the end"), "{point_zero}");
    let exponent = warning(&outcome, "exponent");
    assert!(exponent.starts_with("applications: 2 ids of customers with an exponent"), "{exponent}");
    outcome.stderr_lacks("4587").stderr_lacks("5120").stderr_lacks("7,17");
}

#[test]
fn damaged_ids_of_a_register_are_warned_of() {
    let outcome = Workspace::agency().rows("customers", "A,,,\n12,,,\n12.0,,,\n13.0,,,\n1E+15,,,2020-01-01").run();
    assert!(warning(outcome.code(0), "`.0`").starts_with("customers: 1 id of customers with a `.0`"));
    assert!(warning(&outcome, "exponent").starts_with("customers: 1 id of customers with an exponent"));
}

#[test]
fn employers_have_ids_too() {
    let outcome =
        Workspace::agency().rows("employer_contacts", "K1,12,2025-03-01,phone,\nK2,12.0,2025-03-01,phone,").run();
    assert!(warning(outcome.code(0), "`.0`").starts_with("employer_contacts: 1 id of employers with a `.0`"));
    let outcome =
        Workspace::agency().rows("employers", "E01,5").rows("employer_contacts", "K1,e01,2025-03-01,phone,").run();
    assert!(warning(outcome.code(0), "would match").starts_with("employer_contacts: 1 of 1 orphans would match"));
}

#[test]
fn orphans_that_would_match_are_warned_of_with_what_keeps_them_apart() {
    let contacts = [
        "K1,A\u{a0},2025-03-01,phone,,",
        "K2,A\u{200b},2025-03-01,phone,,",
        "K3,bc,2025-03-01,phone,,",
        "K4,7,2025-03-01,phone,,",
        "K5,7,2025-03-01,phone,,",
        "K6,0007,2025-03-01,phone,,",
        "K7,12.0,2025-03-01,phone,,",
        "K8,0012.0,2025-03-01,phone,,",
        "K9,GONE\u{2009},2025-03-01,phone,,",
        "K10,NOBODY,2025-03-01,phone,,",
        "K11,\"1,2E+9\",2025-03-01,phone,,",
    ];
    let outcome = Workspace::agency()
        .rows("customers", "A,,,\nBC,,,\n007,,,\n12,,,\nGONE,,,2020-01-01")
        .rows("contacts", &contacts.join("\n"))
        .rows("payments", "P1,NOBODY,child_benefit,2025-03-01,,,1")
        .run();
    assert_eq!(
        warning(outcome.code(0), "would match"),
        "contacts: 9 of 11 orphans would match an id of the register but for no-break spaces or other blanks (3), capital \
         letters (1), leading zeros (3), a `.0` at the end (1), several of these (1); correct the extract or the register, \
         so that ids are written alike"
    );
    assert!(warning(&outcome, "exponent").starts_with("contacts: 1 orphan with an exponent in the id of the customer"));
    outcome.stderr_lacks("0007").stderr_lacks("NOBODY").stderr_lacks("GONE");
}

#[test]
fn of_very_many_orphans_a_part_is_looked_at() {
    let customers: String = (0..15_000).map(|at| format!("C{at},,,\n")).collect();
    let contacts: String = (0..15_000).map(|at| format!("K{at},c{at},2025-03-01,phone,,\n")).collect();
    let workspace = Workspace::agency().rows("customers", &customers).rows("contacts", &contacts);
    let outcome = workspace.run();
    let said = warning(outcome.code(0), "would match");
    let expected = "contacts: 10000 of 10000 orphans that were looked at (there are more) would match an id of the register \
                    but for capital letters (10000)";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn ages_that_cannot_be_are_warned_of() {
    let rows = "A,2025-12-31,,\nB,2026-01-01,,\nC,1904-12-31,,\nD,1905-01-01,,\nE,2068-05-05,,\nF,,,\nGONE,2068-01-01,,2020-01-01";
    let outcome = Workspace::agency().rows("customers", rows).run();
    let said = warning(outcome.code(0), "birth_date");
    let expected =
        "customers: 2 customers of the population born after 2025-12-31, and 1 customer older than 120 years";
    assert!(said.starts_with(expected), "{said}");
    let labels = outcome.labels();
    labels.expect("B", &[("age", "-1")]).expect("C", &[("age", "121")]).expect("D", &[("age", "120")]);
}

#[test]
fn ids_and_ages_as_they_should_be_are_not_warned_of() {
    let outcome = Workspace::agency().paying_all_kinds().rows("contacts", "K1,NOBODY,2025-03-01,phone,,").run();
    assert_eq!(warnings(outcome.code(0)), [""; 0]);
}
