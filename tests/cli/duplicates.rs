//! Of rows with one id the first in input order counts; the others are duplicates and leave no trace.

use crate::outcome::Rows;
use crate::workspace::Workspace;

#[test]
fn the_first_row_of_an_id_counts_across_files_in_their_order() {
    let workspace = Workspace::agency()
        .file(
            "calls/b.csv",
            "contact_id,customer_id,contacted_on,channel\nK1,A,2025-03-01,phone\nK2,A,2025-03-01,phone\n",
        )
        .file("calls/a.csv", "contact_id,customer_id,contacted_on,channel\nK1,B,2025-03-01,chat\n")
        .extract("contacts", "files = \"calls/*.csv\"");
    let outcome = workspace.run();
    // By the glob a.csv comes first: K1 is B's.
    outcome.code(0).labels().expect("A", &[("contacts", "1")]).expect("B", &[("contacts", "1")]);
    assert_eq!(outcome.rows("contacts"), Rows { records: 3, duplicates: 1, in_use: 2, ..Rows::default() });

    // Named in the other order, b.csv comes first: K1 is A's.
    let outcome = workspace.extract("contacts", "files = [\"calls/b.csv\", \"calls/a.csv\"]").run();
    outcome.code(0).labels().expect("A", &[("contacts", "2")]).expect("B", &[("contacts", "0")]);
    let entry = outcome.latest().extract("contacts");
    assert_eq!(
        (&entry["files"][1]["file"], &entry["files"][1]["rows"]["duplicates"]),
        (&"calls/a.csv".into(), &1.into())
    );
}

#[test]
fn the_first_row_of_an_id_counts_across_sources_in_their_order() {
    let outcome = Workspace::agency()
        .file("z.csv", "contact_id,customer_id,contacted_on\nK1,A,2025-03-01\n")
        .file("a.csv", "contact_id,customer_id,contacted_on\nK1,B,2025-03-01\n")
        .extract(
            "contacts",
            "columns.channel = { constant = \"phone\" }\n\
             [[extracts.contacts.sources]]\nfiles = \"z.csv\"\n[[extracts.contacts.sources]]\nfiles = \"a.csv\"",
        )
        .run();
    outcome.code(0).labels().expect("A", &[("contacts", "1")]).expect("B", &[("contacts", "0")]);
}

#[test]
fn rows_without_an_id_are_never_duplicates_and_neither_are_those_of_an_unmapped_column() {
    let contacts = ",A,2025-03-01,phone,,\n".repeat(3) + "-,A,2025-03-01,phone,,\n-,A,2025-03-01,phone,,";
    let workspace = Workspace::agency().rows("contacts", &contacts);
    assert_eq!(workspace.run().code(0).rows("contacts").duplicates, 1);
    // A marker of a missing value makes an id missing.
    let workspace = workspace.extract("contacts", "files = \"contacts.csv\"\nmissing = [\"-\"]");
    workspace.run().code(0).labels().expect("A", &[("contacts", "5")]);
    let workspace = workspace.extract("contacts", "files = \"contacts.csv\"\ncolumns.contact_id = false");
    workspace.run().code(0).labels().expect("A", &[("contacts", "5")]);
}

#[test]
fn one_id_in_two_extracts_is_no_duplicate() {
    let outcome = Workspace::agency()
        .rows("contacts", "1,A,2025-03-01,phone,,")
        .rows("applications", "1,A,housing_allowance,2025-02-01,online,,,,")
        .rows("payments", "1,A,child_benefit,2025-06-01,,,5.00")
        .run();
    outcome.code(0).labels().expect("A", &[("contacts", "1"), ("applications", "1"), ("payments", "1")]);
}

#[test]
fn a_malformed_row_or_an_orphan_holds_no_id_against_a_later_row() {
    let outcome = Workspace::agency()
        .rows(
            "contacts",
            "K1,A,soon,phone,,\nK1,NOBODY,2025-03-01,phone,,\nK1,A,2025-03-01,phone,,\nK1,A,2025-03-01,chat,,",
        )
        .run();
    outcome.code(0).labels().expect("A", &[("contacts", "1"), ("contact_channels", "1")]);
    let rows = Rows { records: 4, rejected: 2, orphans: 1, duplicates: 1, in_use: 1, ..Rows::default() };
    assert_eq!(outcome.rows("contacts"), rows);
}

#[test]
fn a_malformed_row_is_rejected_whatever_its_id() {
    let outcome = Workspace::agency()
        .rows("contacts", "K1,A,2025-03-01,phone,,\nK1,A,soon,phone,,\nK1,NOBODY,2025-03-01,phone,,")
        .run();
    let rows = Rows { records: 3, rejected: 2, orphans: 1, in_use: 1, ..Rows::default() };
    assert_eq!(outcome.code(0).rows("contacts"), rows);
}

#[test]
fn a_future_row_and_one_out_of_scope_hold_their_id() {
    let outcome = Workspace::agency()
        .rows("customers", "A,,,\nGONE,,,2024-12-31")
        .rows(
            "contacts",
            "K1,A,2026-01-01,phone,,\nK1,A,2025-03-01,phone,,\nK2,GONE,2025-03-01,phone,,\nK2,A,2025-03-02,phone,,\n\
             K3,A,2025-03-03,phone,,\nK3,A,2026-03-03,phone,,\nK3,GONE,2025-03-03,phone,,",
        )
        .run();
    outcome.code(0).labels().expect("A", &[("contacts", "1")]);
    let rows = Rows { records: 7, duplicates: 4, future: 1, out_of_scope: 1, in_use: 1, ..Rows::default() };
    assert_eq!(outcome.rows("contacts"), rows);
}

#[test]
fn a_duplicate_takes_nothing_with_it() {
    let stories = [
        (
            "contacts",
            ",A,2025-03-01,phone,,\nK1,A,2025-12-24,letter,,\nK2,A,2025-12-24,chat,outbound,no",
            "K1,A,2025-12-25,chat,,\nK2,A,2025-12-25,letter,inbound,\nK1,B,2025-12-25,office,,",
        ),
        (
            "applications",
            ",A,housing_allowance,2025-02-01,online,20.00,approved,false,1\nH1,A,unheard_of,2025-02-02,FAX,5.55,,,",
            "H1,A,student_aid,2025-02-03,paper,17.01,rejected,true,4\nH1,B,other_unheard_of,2025-02-03,PIGEON,1,,,",
        ),
        (
            "payments",
            ",A,child_benefit,2025-06-01,2025-06-30,,94.88\n\
             P1,A,housing_allowance,2025-06-10,2025-06-20,,10.00\n\
             P2,A,basic_social_assistance,2025-01-10,2025-01-20,,400.00",
            "P1,A,basic_social_assistance,2025-01-01,2025-12-31,,777.77\n\
             P2,A,child_benefit,2025-05-01,2025-06-05,,-3.00\n\
             P2,A,sickness_allowance,2025-08-01,2025-08-31,,3000.00\n\
             P1,B,parental_allowance,2025-04-01,2025-11-30,,1.00",
        ),
    ];
    for (extract, rows, duplicates) in stories {
        let without = Workspace::agency().rows(extract, rows).run();
        let with = Workspace::agency().rows(extract, &format!("{rows}\n{duplicates}")).run();
        let counted = with.code(0).rows(extract);
        assert_eq!(counted.duplicates as usize, duplicates.lines().count(), "{extract}");
        assert_eq!(counted.in_use, without.code(0).rows(extract).in_use, "{extract}");
        for file in ["labels.csv", "category_summary.csv", "feature_statistics.csv"] {
            assert_eq!(with.latest().table(file), without.latest().table(file), "{extract}: {file}");
        }
        let tallies = |outcome: &crate::outcome::Outcome| {
            let entry = outcome.latest().extract(extract);
            (entry["unmapped_methods_other"].clone(), entry["unknown_benefits_other"].clone())
        };
        assert_eq!(tallies(&with), tallies(&without), "{extract}");
    }
}

#[test]
fn a_repeated_payment_leaves_the_day_covered_by_the_first() {
    // Three payments for the same days, two of one id: the days stay covered by what is left.
    let payments = "P1,A,child_benefit,2025-06-01,2025-06-10,,1.00\nP2,A,child_benefit,2025-06-05,2025-06-15,,1.00\n\
                    P1,A,child_benefit,2025-06-01,2025-06-10,,1.00\nP2,A,child_benefit,2025-06-11,2025-06-20,,1.00";
    let outcome = Workspace::agency().rows("payments", payments).run();
    outcome.code(0).labels().expect("A", &[("benefit_days", "15"), ("payments", "2"), ("paid_eur", "2.00")]);
}

#[test]
fn the_first_row_of_a_customer_counts() {
    let outcome = Workspace::agency()
        .rows(
            "customers",
            "A,1980-05-05,,\nB,bad,,\nB,1990-01-31,,\nA,2000-01-01,,2024-01-01\nGONE,,,2024-12-31\nGONE,,,",
        )
        .run();
    let labels = outcome.code(0).labels();
    // A is in scope by the first row; B's first row was rejected, so the second counts; GONE stays gone.
    assert_eq!(labels.select(&["customer_id", "age"]), [["A", "45"], ["B", "35"]]);
    let rows = Rows { records: 6, rejected: 1, duplicates: 2, out_of_scope: 1, in_use: 2, ..Rows::default() };
    assert_eq!(outcome.rows("customers"), rows);
}

#[test]
fn employers_and_their_events_have_duplicates_and_orphans_too() {
    let outcome = Workspace::agency()
        .rows("employers", "E1,5\nE1,50\nE2,few")
        .rows("employer_contacts", "K1,E1,2025-03-01,phone,\nK1,E1,2025-03-01,phone,\nK2,E2,2025-03-01,phone,")
        .rows(
            "employer_applications",
            "H1,E1,sickness_allowance,2026-03-01,online,,\nH1,E1,sickness_allowance,2025-03-01,online,,",
        )
        .run();
    let rows = |extract| outcome.rows(extract);
    assert_eq!(
        outcome.code(0).rows("employers"),
        Rows { records: 3, rejected: 1, duplicates: 1, in_use: 1, ..Rows::default() }
    );
    let contacts = Rows { records: 3, rejected: 1, orphans: 1, duplicates: 1, in_use: 1, ..Rows::default() };
    assert_eq!(rows("employer_contacts"), contacts);
    assert_eq!(rows("employer_applications"), Rows { records: 2, duplicates: 1, future: 1, ..Rows::default() });
}

#[test]
fn without_a_register_a_customer_known_by_a_duplicate_or_a_future_row_only_is_not_counted() {
    let outcome = Workspace::agency()
        .without("customers")
        .rows(
            "contacts",
            "K1,A,2025-03-01,phone,,\nK1,B,2025-03-01,phone,,\nK2,C,2026-03-01,phone,,\nK2,C,2025-03-01,phone,,",
        )
        .run();
    outcome.code(0).stderr_has("there is no customers extract");
    assert_eq!(outcome.labels().column("customer_id"), ["A"]);
}

#[test]
fn without_a_register_rows_before_the_window_and_recoveries_make_a_customer() {
    let outcome = Workspace::agency()
        .without("customers")
        .rows("contacts", "K1,OLD,2010-03-01,phone,,\nK2,OUT,2025-03-01,phone,outbound,")
        .rows("payments", "P1,OWES,child_benefit,2025-06-01,,,-5.00\nP2,NEXT,child_benefit,2026-01-01,,2025-12-30,5.00")
        .rows("life_events", "LIFE,birth,2024-12-31")
        .run();
    let labels = outcome.code(0).labels();
    assert_eq!(labels.column("customer_id"), ["A", "LIFE", "OLD", "OUT", "OWES"]);
    labels.expect("LIFE", &[("life_events", "0")]).expect("OWES", &[("paid_eur", "-5.00"), ("payments", "0")]);
}
