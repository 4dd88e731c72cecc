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
            ["unmapped_methods_other", "unmapped_filers_other", "unknown_benefits_other"]
                .map(|tally| entry[tally].clone())
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

#[test]
fn with_keep_last_the_last_row_of_an_id_counts_across_files_in_their_order() {
    let workspace = Workspace::agency()
        .file("1.csv", "payment_id,customer_id,benefit,period_start,amount\nP1,A,child_benefit,2025-03-01,1.00\n")
        .file(
            "2.csv",
            "payment_id,customer_id,benefit,period_start,amount\nP1,A,child_benefit,2025-03-01,20.00\n\
             P1,B,child_benefit,2026-03-01,300.00\nP1,NOBODY,child_benefit,2025-03-01,1.00\nP1,A,child_benefit,soon,1.00\n",
        );
    let files = "files = [\"1.csv\", \"2.csv\"]";
    // The last of them is a future row of B's, which holds the id; the orphan and the malformed row hold none.
    let outcome = workspace.extract("payments", &format!("{files}\nkeep = \"last\"")).run();
    outcome.code(0).labels().expect("A", &[("paid_eur", "0.00")]);
    let rows = Rows { records: 5, rejected: 2, orphans: 1, duplicates: 2, future: 1, ..Rows::default() };
    assert_eq!(outcome.rows("payments"), rows);
}

#[test]
fn with_keep_last_the_last_row_of_a_customer_and_of_an_employer_counts() {
    let outcome = Workspace::agency()
        .rows("customers", "A,1980-05-05,,\nB,,,\nA,2000-01-01,,\nB,,,2024-12-31\nB,bad,,")
        .extract("customers", "files = \"customers.csv\"\nkeep = \"last\"")
        .rows("employers", "E1,50\nE1,5")
        .extract("employers", "files = \"employers.csv\"\nkeep = \"last\"")
        .run();
    assert_eq!(outcome.code(0).labels().select(&["customer_id", "age"]), [["A", "25"]]);
    let rows = Rows { records: 5, rejected: 1, duplicates: 2, out_of_scope: 1, in_use: 1, ..Rows::default() };
    assert_eq!(outcome.rows("customers"), rows);
    let employers = outcome.latest().table("employer_labels.csv");
    assert_eq!(employers.select(&["employer_id", "category"]), [["E1", "small"]]);
}

#[test]
fn duplicates_that_differ_from_the_row_that_counts_are_counted_and_warned_of() {
    let rows = "P1,A,child_benefit,2025-06-01,2025-06-30,,94.88\nP1,A,child_benefit,2025-06-01,2025-06-30,,94.880\n\
                P1,A,child_benefit,2025-06-01,2025-06-30,2025-06-01,94.88\nP1,B,child_benefit,2025-06-01,2025-06-30,,94.88\n\
                P2,A,child_benefit,2025-07-01,,,1\nP2,A,child_benefit,2025-07-01,,,1\nP3,A,child_benefit,2025-07-01,,,2";
    let workspace = Workspace::agency().rows("payments", rows);
    let outcome = workspace.run();
    outcome.code(0).stderr_has("payments: 2 of 4 duplicates differ from the first row of the same id, which counts");
    assert_eq!(outcome.latest().extract("payments")["duplicates_that_differ"], 2);
    // Of the rows of P1 the last is the only one of its kind.
    let outcome = workspace.extract("payments", "files = \"payments.csv\"\nkeep = \"last\"").run();
    outcome.code(0).stderr_has("payments: 3 of 4 duplicates differ from the last row");
    outcome.labels().expect("B", &[("paid_eur", "94.88")]);
}

#[test]
fn what_two_codes_mean_makes_duplicates_differ() {
    let extract = "files = \"applications.csv\"\ncodes.decision = { NO = \"rejected\" }\n\
                   codes.benefit = { CB = \"child_benefit\" }\ncodes.method = { O = \"other\", P = \"paper\" }";
    let rows = "H1,A,CB,2025-02-01,O,,YES,,\nH1,A,child_benefit,2025-02-01,FAX,,MAYBE,,\n\
                H2,A,CB,2025-02-01,O,,YES,,\nH2,A,CB,2025-02-01,O,,NO,,\nH2,A,CB,2025-02-01,P,,YES,,\nH2,A,CB,2025-02-01,O,,,,";
    let outcome = Workspace::agency().rows("applications", rows).extract("applications", extract).run();
    outcome.code(0).stderr_has("applications: 3 of 4 duplicates differ");
}

#[test]
fn an_id_of_very_many_different_rows_is_counted_whole() {
    // Forty different rows, each three times: a column that is no id. All but three rows differ from the one that counts.
    let rows: String = (0..120).map(|at| format!("K1,A,2025-03-01,channel{},,\n", at % 40)).collect();
    for keep in ["first", "last"] {
        let extract = format!("files = \"contacts.csv\"\nkeep = \"{keep}\"");
        let outcome = Workspace::agency().rows("contacts", &rows).extract("contacts", &extract).run();
        outcome.code(0).stderr_has("contacts: 117 of 119 duplicates differ");
    }
}

#[test]
fn rows_of_a_register_that_differ_are_warned_of_with_both_remedies() {
    let outcome = Workspace::agency()
        .rows(
            "customers",
            "A,1980-05-05,,\nA,1980-05-05,,\nB,,2020-01-01,2025-06-30\nB,,2025-09-01,\nC,,,\nC,1990-01-01,,",
        )
        .rows("employers", "E1,5\nE1,5\nE1,6")
        .run();
    outcome.code(0).stderr_has("customers: 2 of 3 duplicates differ").stderr_has("set history = true");
    outcome.stderr_has("employers: 1 of 2 duplicates differ");
    assert_eq!(outcome.latest().extract("customers")["duplicates_that_differ"], 2);
}

#[test]
fn duplicates_that_are_the_same_are_not_warned_of() {
    let outcome = Workspace::agency()
        .rows("customers", "A,1980-05-05,,\nA,1980-05-05,,")
        .rows("contacts", "K1,A,2025-03-01,phone,,\nK1,A,2025-03-01,phone,,")
        .run();
    outcome.code(0).stderr_lacks("differ");
}

#[test]
fn dates_of_rows_in_use_leave_duplicates_out() {
    // The oldest and the newest row are duplicates; so is one of those in the window.
    let rows = "K1,A,2025-03-01,phone,,\nK1,A,2001-03-01,phone,,\nK2,A,2024-03-01,phone,,\nK3,A,2025-05-01,phone,,\n\
                K3,A,2025-12-31,phone,,\nK4,A,2026-05-01,phone,,\nK5,NOBODY,1999-01-01,phone,,";
    let outcome = Workspace::agency().rows("contacts", rows).run();
    let entry = outcome.code(0).latest().extract("contacts");
    let told = |key: &str| entry[key].as_str().map(str::to_owned).unwrap_or_default();
    assert_eq!((told("oldest_in_use"), told("newest_in_use")), ("2024-03-01".to_owned(), "2025-05-01".to_owned()));
    assert_eq!((entry["in_window"].as_u64(), entry["rows"]["in_use"].as_u64()), (Some(2), Some(3)));
    assert!(outcome.latest().extract("customers")["in_window"].is_null());
}

#[test]
fn a_payment_is_in_the_window_if_it_is_paid_in_it_or_covers_a_day_of_it() {
    let rows = "P1,A,child_benefit,2024-12-01,2025-01-01,,1\nP2,A,child_benefit,2024-12-01,2024-12-31,2025-01-05,1\n\
                P3,A,child_benefit,2024-12-01,2024-12-31,,1\nP4,A,child_benefit,2024-12-31,,,1\n\
                P5,A,child_benefit,2024-11-01,2024-11-30,2026-01-01,1\nP6,A,child_benefit,2025-12-31,2026-01-31,2026-02-01,1\n\
                P7,A,child_benefit,2026-01-01,2026-01-31,2025-12-31,1";
    let told = |workspace: &Workspace| {
        let entry = workspace.run().code(0).latest().extract("payments");
        (entry["in_window"].as_u64(), entry["rows"]["in_use"].as_u64())
    };
    let workspace = Workspace::agency().rows("payments", rows);
    assert_eq!(told(&workspace), (Some(3), Some(6)));
    // P4, which has no end, then covers 1 January as well.
    let workspace = workspace.extract("payments", "files = \"payments.csv\"\ncovers = 2");
    assert_eq!(told(&workspace), (Some(4), Some(6)));
}
