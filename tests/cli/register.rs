//! A register with a row for each spell of registration, and payments to those whose registration has ended.

use crate::outcome::Rows;
use crate::workspace::Workspace;

const HISTORY: &str = "files = \"customers.csv\"\nhistory = true";

#[test]
fn spells_of_registration_add_up() {
    let rows = "APART,,2024-06-01,2025-01-31\nAPART,,2025-03-01,2025-03-31\n\
                NEXT,,2025-01-01,2025-01-31\nNEXT,,2025-02-01,2025-02-28\n\
                OVER,,2025-06-01,2025-06-30\nOVER,,2025-01-01,2025-06-15\n\
                OPEN,,,2025-01-10\nOPEN,,2025-12-31,\n\
                BACK,,2025-06-30,2025-06-01\nBACK,,2025-07-01,2025-07-01\n\
                NEVER,,2025-06-30,2025-06-01\nNEVER,,2026-01-01,\nNEVER,,2023-01-01,2024-12-31\n\
                ONCE,,2025-12-01,";
    let outcome = Workspace::agency().rows("customers", rows).extract("customers", HISTORY).run();
    let days = [("APART", "62"), ("BACK", "1"), ("NEXT", "59"), ("ONCE", "31"), ("OPEN", "11"), ("OVER", "181")];
    assert_eq!(outcome.code(0).labels().select(&["customer_id", "observed_days"]), days.map(|(id, days)| [id, days]));
    let rows = Rows { records: 14, out_of_scope: 3, in_use: 11, ..Rows::default() };
    assert_eq!(outcome.rows("customers"), rows);
}

#[test]
fn values_are_those_of_the_spell_that_began_last() {
    let header = "customer_id,birth_date,registered_from,registered_to,town";
    let rows = "LAST,1990-01-01,2025-05-01,,Bergby\nLAST,1980-01-01,2019-01-01,2025-01-31,Alfors\n\
                LAST,1970-01-01,2026-01-01,,Celund\n\
                OPEN,,2024-01-01,2025-01-31,Alfors\nOPEN,,,2020-01-01,Bergby\n\
                EARLY,,2027-01-01,,Alfors\nEARLY,,2026-01-01,,Bergby\nEARLY,,2025-12-31,2025-12-31,Celund\n\
                SAME,,2025-03-01,2025-03-31,Alfors\nSAME,,2025-03-01,,Bergby\nSAME,,2025-03-01,2025-03-31,Celund\n\
                BACK,,2025-06-30,2025-06-01,Alfors\nBACK,,2025-01-01,,Bergby\n\
                EMPTY,,2025-06-01,,\nEMPTY,,2024-01-01,2024-12-31,Alfors";
    let outcome = Workspace::agency()
        .file("customers.csv", format!("{header}\n{rows}\n"))
        .extract("customers", HISTORY)
        .settings("dimensions = [\"town\"]")
        .run();
    let labels = outcome.code(0).labels();
    let towns = [
        ["BACK", "Alfors"],
        ["EARLY", "Celund"],
        ["EMPTY", ""],
        ["LAST", "Bergby"],
        ["OPEN", "Alfors"],
        ["SAME", "Alfors"],
    ];
    assert_eq!(labels.select(&["customer_id", "town"]), towns);
    labels.expect("LAST", &[("age", "35"), ("observed_days", "276")]);
    // Only the third row of SAME repeats both ends of an earlier one, and it names another town.
    assert_eq!(outcome.rows("customers").duplicates, 1);
    outcome.stderr_has("customers: 1 of 1 repeated spells of registration differ");
}

#[test]
fn with_a_row_for_each_customer_history_changes_nothing() {
    let rows = "A,1980-05-05,,\nB,1990-01-31,2025-02-01,2025-06-30\nC,,2025-06-30,2025-06-01\nGONE,,,2024-12-31";
    let workspace = Workspace::agency().rows("customers", rows);
    let without = workspace.run();
    let with = workspace.extract("customers", HISTORY).run();
    assert_eq!(with.code(0).labels(), without.code(0).labels());
    assert_eq!(with.rows("customers"), without.rows("customers"));
}

#[test]
fn events_between_two_spells_count() {
    let outcome = Workspace::agency()
        .rows("customers", "A,,2024-01-01,2025-01-31\nA,,2025-11-01,\nGONE,,,2020-12-31\nGONE,,2026-01-01,")
        .extract("customers", HISTORY)
        .rows("contacts", "K1,A,2025-05-05,phone,,\nK2,GONE,2025-05-05,phone,,")
        .run();
    outcome.code(0).labels().expect("A", &[("contacts", "1")]);
    let rows = Rows { records: 2, out_of_scope: 1, in_use: 1, ..Rows::default() };
    assert_eq!(outcome.rows("contacts"), rows);
}

#[test]
fn payments_that_begin_after_the_registration_are_counted_and_warned_of() {
    // B's registration ends on 31 March; A's has no end, C's ends after the window.
    let rows = "P1,B,child_benefit,2025-03-31,2025-04-30,,1\nP2,B,child_benefit,2025-04-01,2025-04-30,,1\n\
                P2,B,child_benefit,2025-04-01,2025-04-30,,1\nP3,B,child_benefit,2026-02-01,,,1\n\
                P4,A,child_benefit,2025-12-01,,,1\nP5,C,child_benefit,2025-12-31,,,1\nP6,GONE,child_benefit,2025-05-01,,,1";
    let workspace = Workspace::agency()
        .rows("customers", "A,,,\nB,,,2025-03-31\nC,,,2026-01-31\nGONE,,,2024-12-31")
        .rows("payments", rows);
    let outcome = workspace.run();
    outcome.code(0).stderr_has("payments: 1 payment in use starting after the last day of the customer's registration");
    outcome.labels().expect("B", &[("payments", "2"), ("benefit_days", "31")]);
    assert_eq!(outcome.latest().extract("payments")["payments_after_registration"], 1);
    assert!(outcome.latest().extract("contacts")["payments_after_registration"].is_null());

    // With a later spell the last day is that spell's.
    let outcome = workspace
        .rows(
            "customers",
            "A,,,\nB,,2025-04-30,2025-04-30\nB,,,2025-03-31\nB,,2025-12-31,2025-12-01\nC,,,\nGONE,,,2024-12-31",
        )
        .extract("customers", HISTORY)
        .run();
    outcome.code(0).stderr_lacks("last day of the customer's registration");
    assert_eq!(outcome.latest().extract("payments")["payments_after_registration"], 0);

    // Without a register nobody's registration is known.
    let outcome = Workspace::agency().without("customers").rows("payments", rows).run();
    assert!(outcome.code(0).latest().extract("payments")["payments_after_registration"].is_null());
}
