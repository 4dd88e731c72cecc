//! Values and rows that cannot be used: rejected with their place and reason, and nothing else suffers.

use crate::outcome::Rows;
use crate::workspace::Workspace;

#[test]
fn every_fault_of_a_row_is_listed_in_the_order_of_the_columns() {
    let payments = "P1,A,child_benefit,2025-06-01,2025-06-30,,94.88\n\
                    P2,,child_benefit,2025-06-31,30.6.2025,,94.88 EUR\n\
                    P3,A,child_benefit,2025-06-30,2025-06-01,,1.00";
    let outcome = Workspace::agency().rows("payments", payments).run();
    assert_eq!(
        outcome.code(0).rejects().select(&["record", "line", "column", "reason", "value"]),
        [
            ["2", "3", "customer_id", "missing_value", ""],
            ["2", "3", "period_start", "malformed_date", "2025-06-31"],
            ["2", "3", "period_end", "malformed_date", "30.6.2025"],
            ["2", "3", "amount", "malformed_number", "94.88 EUR"],
            ["3", "4", "period_end", "period_reversed", "2025-06-01"],
        ]
    );
    assert_eq!(outcome.rows("payments"), Rows { records: 3, rejected: 2, in_use: 1, ..Rows::default() });
    outcome.labels().expect("A", &[("payments", "1"), ("paid_eur", "94.88"), ("benefit_days", "30")]);
}

#[test]
fn each_kind_of_fault_has_its_reason() {
    let outcome = Workspace::agency()
        .rows("contacts", "K1,A,2025-03-01,phone,INBOUND,\nK2,A,2025-03-01,phone,,perhaps\nK3,A,2025-03-01,,,")
        .rows(
            "applications",
            "H1,A,housing_allowance,2025-02-01,online,-0.001,,,\n\
             H2,A,housing_allowance,2025-02-01,online,ten,,,-1\n\
             H3,A,housing_allowance,2025-02-01,online,,,oui,1.5\n\
             H4,A,housing_allowance,2025-02-01,,,,,\n\
             H5,A,housing_allowance",
        )
        .run();
    assert_eq!(
        outcome.code(0).faults("contacts"),
        [
            "contacts.csv 1 2 direction unknown_code",
            "contacts.csv 2 3 reached malformed_bool",
            "contacts.csv 3 4 channel missing_value",
        ]
    );
    assert_eq!(
        outcome.faults("applications"),
        [
            "applications.csv 1 2 handling_minutes negative_value",
            "applications.csv 2 3 handling_minutes malformed_number",
            "applications.csv 2 3 clarifications negative_value",
            "applications.csv 3 4 automatic malformed_bool",
            "applications.csv 3 4 clarifications malformed_number",
            "applications.csv 4 5 method missing_value",
            "applications.csv 5 6  field_count",
        ]
    );
}

#[test]
fn a_leap_day_is_a_day_in_a_leap_year_only() {
    let payments = "P1,A,child_benefit,2024-02-29,2025-02-29,,1.00\nP2,A,child_benefit,2024-02-29,2025-02-28,,1.00";
    let outcome = Workspace::agency().rows("payments", payments).run();
    assert_eq!(outcome.code(0).faults("payments"), ["payments.csv 1 2 period_end malformed_date"]);
    // 1 January to 28 February 2025.
    outcome.labels().expect("A", &[("benefit_days", "59")]);
}

#[test]
fn amounts_have_at_most_fifteen_digits_before_the_point() {
    let payments = "P1,A,child_benefit,2025-06-01,,,1000000000000000\n\
                    P2,A,child_benefit,2025-06-01,,,99999999999999999999999999.99\n\
                    P3,A,child_benefit,2025-06-01,,,-9223372036854775809\n\
                    P4,A,child_benefit,2025-06-01,,,999999999999999.99\n\
                    P5,A,child_benefit,2025-06-01,,,000000000000000000001.005";
    let outcome = Workspace::agency().rows("payments", payments).run();
    assert_eq!(
        outcome.code(0).faults("payments"),
        [
            "payments.csv 1 2 amount malformed_number",
            "payments.csv 2 3 amount malformed_number",
            "payments.csv 3 4 amount malformed_number",
        ]
    );
    // 999 999 999 999 999.99 and 1.01, to the cent.
    outcome.labels().expect("A", &[("payments", "2"), ("paid_eur", "1000000000000001.00")]);
}

#[test]
fn sums_are_exact_beyond_what_sixty_four_bits_hold() {
    let row = |number| format!("P{number},A,child_benefit,2025-06-01,,,999999999999999.99\n");
    let payments: String = (0..1_000).map(row).collect();
    let outcome = Workspace::agency().rows("payments", &payments).run();
    outcome.code(0).labels().expect("A", &[("payments", "1000"), ("paid_eur", "999999999999999990.00")]);
}

#[test]
fn hundredths_round_half_away_from_zero_and_positive_is_asked_after_that() {
    let payments = "P1,A,child_benefit,2025-06-01,,,0.004\n\
                    P2,A,child_benefit,2025-06-02,,,0.005\n\
                    P3,A,child_benefit,2025-06-03,,,-0.005\n\
                    P4,A,child_benefit,2025-06-04,,,+10.125";
    let outcome = Workspace::agency().rows("payments", payments).run();
    // 0.004 is 0.00, which is not above zero; 0.01 − 0.01 + 10.13.
    let label = [("payments", "2"), ("paid_eur", "10.13"), ("benefit_days", "2")];
    outcome.code(0).labels().expect("A", &label);
}

#[test]
fn invalid_utf_8_rejects_its_record_even_in_a_column_that_nobody_reads() {
    let mut contacts = b"customer_id,contacted_on,channel,note\n".to_vec();
    contacts.extend_from_slice(
        b"A,2025-03-01,phone,ok\nA,2025-03-02,phone,k\xe4se\nA,x,\xff,\xfe,\xfd\nB,2025-03-03,chat,\xc3\xa4\n",
    );
    let outcome = Workspace::agency().file("contacts.csv", contacts).run();
    let faults = outcome.code(0).faults("contacts");
    assert_eq!(faults[0], "contacts.csv 2 3  invalid_encoding");
    // Wrong in number of fields and in encoding: one fault of the whole record, not two.
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert_eq!(outcome.rows("contacts"), Rows { records: 4, rejected: 2, in_use: 2, ..Rows::default() });
}

#[test]
fn a_nul_byte_is_an_ordinary_character() {
    let outcome = Workspace::agency()
        .rows("customers", "A\0B,,,\nA,,,")
        .rows("contacts", "K1,A\0B,2025-03-01,pho\0ne,,\nK2,A,2025-03-0\0,phone,,")
        .rows("applications", "")
        .rows("payments", "")
        .settings("limits.applications.may_be_empty = true\nlimits.payments.may_be_empty = true")
        .run();
    assert_eq!(outcome.code(0).faults("contacts"), ["contacts.csv 2 3 contacted_on malformed_date"]);
    outcome.labels().expect("A\0B", &[("contacts", "1")]).expect("A", &[("contacts", "0")]);
}

#[test]
fn a_field_of_ten_megabytes_is_a_field() {
    let long = "x".repeat(10 * 1024 * 1024);
    let contacts = format!(
        "customer_id,contacted_on,channel,note\nA,2025-03-01,phone,{long}\n{long},2025-03-02,phone,\n\
         A,{long},phone,\nA,2025-03-04,phone,\"{long}\n\"\nA,2025-03-05,{long},\n"
    );
    let outcome = Workspace::agency().file("contacts.csv", contacts).run();
    assert_eq!(
        outcome.code(0).faults("contacts"),
        ["contacts.csv 2 3 customer_id orphan", "contacts.csv 3 4 contacted_on malformed_date"]
    );
    // Enough of it to recognise it by, not ten megabytes.
    assert!(outcome.rejects().column("value").iter().all(|value| value.starts_with("xxx") && value.len() < 1_000));
    outcome.labels().expect("A", &[("contacts", "3"), ("contact_channels", "2")]);
}

#[test]
fn a_file_cut_in_the_middle_of_a_quoted_value_loses_one_record_and_says_which_lines() {
    let mut contacts = "customer_id,contacted_on,channel,note\nA,2025-03-01,phone,\"two\nlines\"\n".to_owned();
    contacts.push_str("A,2025-03-02,phone,\"the rest\nof the file, with \"\"quotes\"\"\nA,2025-03-03,phone,");
    let outcome = Workspace::agency().file("contacts.csv", contacts).run();
    assert_eq!(
        outcome.code(0).rejects().rows,
        [["contacts", "contacts.csv", "2", "4", "", "unclosed_quote", "lines 4 to 6"]]
    );
    assert_eq!(outcome.rows("contacts"), Rows { records: 2, rejected: 1, in_use: 1, ..Rows::default() });
}

#[test]
fn an_unclosed_quote_early_in_a_large_file_is_one_record_too() {
    let mut contacts = "customer_id,contacted_on,channel,note\nA,2025-03-01,phone,\"\n".to_owned();
    contacts.push_str(&"A,2025-03-02,phone,none\n".repeat(200_000));
    let outcome = Workspace::agency().file("contacts.csv", contacts).run();
    let rejects = outcome.code(0).rejects();
    assert_eq!(
        rejects.select(&["record", "line", "reason", "value"]),
        [["1", "2", "unclosed_quote", "lines 2 to 200002"]]
    );
    assert_eq!(outcome.rows("contacts").records, 1);
}

#[test]
fn lines_are_counted_through_line_ends_in_quotes_and_blank_lines() {
    let contacts = "customer_id,contacted_on,channel,note\r\n\r\nA,2025-03-01,phone,\"a\r\nb\nc\"\r\n\r\n\n\
                    A,soon,phone,\r\nA,2025-03-01,phone\r\n";
    let outcome = Workspace::agency().file("contacts.csv", contacts).run();
    // A blank line is no record, but it is a line: header, blank, three lines of record 1, two blank, record 2.
    assert_eq!(
        outcome.code(0).faults("contacts"),
        ["contacts.csv 2 8 contacted_on malformed_date", "contacts.csv 3 9  field_count"]
    );
}

#[test]
fn nothing_goes_wrong_in_the_far_past_or_future() {
    let workspace = Workspace::agency().settings("window.months = 1200");
    for day in ["0001-01-01", "0001-12-31", "1900-02-28", "9999-12-31"] {
        let outcome = workspace.vardag(&["run", "vardag.toml", "--as-of", day]);
        outcome.code(0);
        let latest = outcome.latest();
        assert_eq!(latest.manifest()["window"]["as_of"], day);
        let contacts = latest.rows("contacts");
        let (future, in_use) = if day < "2025" { (1, 0) } else { (0, 1) };
        assert_eq!((contacts.future, contacts.in_use), (future, in_use), "{day}");
    }
}

#[test]
fn a_day_that_is_none_is_a_usage_error() {
    for day in ["2025-02-29", "0000-01-01", "31.12.2025", "tomorrow", "10000-01-01", ""] {
        Workspace::agency().vardag(&["run", "vardag.toml", "--as-of", day]).code(2).stderr_has("--as-of");
    }
}
