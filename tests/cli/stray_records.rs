//! Records that are none, or more than one: what joined, cut and badly quoted files have among their rows.

use crate::outcome::Rows;
use crate::workspace::Workspace;

/// An agency whose contacts are this text.
fn with_contacts(text: impl AsRef<[u8]>) -> Workspace {
    Workspace::agency().file("contacts.csv", text)
}

#[test]
fn rows_that_a_stray_quote_swallowed_are_one_reject_with_its_lines() {
    let contacts = "customer_id,contacted_on,channel,note\nA,2025-03-01,phone,fine\nA,2025-03-02,phone,\"oh\n\
                    A,2025-03-03,phone,no\nA,2025-03-04,phone,\"\nA,2025-03-05,phone,\n";
    let outcome = with_contacts(contacts).run();
    assert_eq!(
        outcome.code(0).rejects().rows,
        [["contacts", "contacts.csv", "2", "3", "", "swallowed_rows", "lines 3 to 5"]]
    );
    assert_eq!(outcome.rows("contacts"), Rows { records: 3, rejected: 1, in_use: 2, ..Rows::default() });
}

#[test]
fn a_row_swallowed_at_the_very_end_of_a_file_is_told_too() {
    let contacts = "customer_id,contacted_on,channel,note\nA,2025-03-01,phone,\nA,2025-03-02,phone,\"A,b,c,d\ne\"";
    assert_eq!(
        with_contacts(contacts).run().code(0).rejects().rows,
        [["contacts", "contacts.csv", "2", "3", "", "swallowed_rows", "lines 3 to 4"]]
    );
}

#[test]
fn swallowed_rows_are_told_before_a_wrong_number_of_fields_and_in_any_column() {
    // The first swallowing value has a field behind it, the second is in front; the third has lines, but no row.
    let contacts = "customer_id,contacted_on,channel,note\nA,2025-03-01,phone,\"x\nA,b,c,d\n\",y\n\
                    \"A,b,c,d\nx\",2025-03-02,phone,\nA,2025-03-03,phone,\"a,b\nc,d,e\n\"\n";
    let outcome = with_contacts(contacts).run();
    assert_eq!(
        outcome.code(0).faults("contacts"),
        ["contacts.csv 1 2  swallowed_rows", "contacts.csv 2 5  swallowed_rows"]
    );
    outcome.labels().expect("A", &[("contacts", "1")]);
}

#[test]
fn a_header_of_two_names_cannot_tell_notes_from_rows() {
    let employers = "employer_id,employees\nE1,\"5\n6,7\"\n";
    let outcome =
        Workspace::agency().file("employers.csv", employers).extract("employers", "files = \"employers.csv\"");
    assert_eq!(outcome.run().code(0).faults("employers"), ["employers.csv 1 2 employees malformed_number"]);
}

#[test]
fn the_header_again_is_filtered_however_it_is_written() {
    let again = "customer_id,contacted_on,channel\n\"customer_id\", contacted_on ,\"channel\"\n\u{FEFF}\
                 customer_id,contacted_on,channel\n\u{FEFF}\"customer_id\",contacted_on,channel\r\n";
    let contacts = format!("customer_id,contacted_on,channel\nA,2025-03-01,phone\n{again}A,2025-03-02,phone\n");
    let outcome = with_contacts(contacts).run();
    assert!(outcome.code(0).rejects().rows.is_empty());
    assert_eq!(outcome.rows("contacts"), Rows { records: 6, filtered: 4, in_use: 2, ..Rows::default() });
}

#[test]
fn the_header_again_is_no_customer_where_all_columns_are_texts() {
    let outcome = Workspace::agency()
        .settings("dimensions = [\"city\"]")
        .file("customers.csv", "customer_id,city\nA,Vasa\ncustomer_id,city\nB,\n")
        .extract("customers", "files = \"customers.csv\"")
        .run();
    assert_eq!(outcome.code(0).rows("customers"), Rows { records: 3, filtered: 1, in_use: 2, ..Rows::default() });
}

#[test]
fn byte_order_marks_before_records_are_not_part_of_them() {
    for encoding in ["utf-8", "latin-1"] {
        let contacts =
            b"\xEF\xBB\xBFcustomer_id,contacted_on,channel,note\n\xEF\xBB\xBFA,2025-03-01,phone,\n\xEF\xBB\xBF\n\
                         \xEF\xBB\xBF\"A\",2025-03-02,phone,\"two\nlines\"\nA,2025-03-03,phone,\n\xEF\xBB\xBF";
        let table = format!("files = \"contacts.csv\"\nencoding = \"{encoding}\"");
        let outcome = with_contacts(contacts).extract("contacts", &table).run();
        assert!(outcome.code(0).rejects().rows.is_empty(), "{encoding}");
        outcome.labels().expect("A", &[("contacts", "3")]);
    }
}

#[test]
fn a_file_that_ends_with_ctrl_z_has_no_record_more() {
    let outcome = with_contacts("customer_id,contacted_on,channel\nA,2025-03-01,phone\n\x1A").run();
    assert_eq!(outcome.code(0).rows("contacts"), Rows { records: 1, in_use: 1, ..Rows::default() });
}

#[test]
fn empty_fields_that_all_records_have_too_many_are_dropped() {
    let header = "customer_id,contacted_on,channel\n";
    let even = format!("{header}A,2025-03-01,phone,,\n{header}A,2025-03-02,phone,\"\", \n");
    let outcome = with_contacts(&even).run();
    assert_eq!(outcome.code(0).rows("contacts"), Rows { records: 3, filtered: 1, in_use: 2, ..Rows::default() });

    // One record that differs, in number or in being empty, and they are fields like any others.
    for odd in ["A,2025-03-03,phone,\n", "A,2025-03-03,phone\n", "A,2025-03-03,phone,,x\n"] {
        let outcome = with_contacts(format!("{even}{odd}")).run();
        let wrong = outcome.code(0).rows("contacts").rejected;
        assert_eq!(wrong, if odd.ends_with("phone\n") { 2 } else { 3 }, "{odd}");
    }
}

#[test]
fn carriage_returns_for_line_ends_are_named_and_no_row_is_shown() {
    let rows = "A,2025-03-01,phone\r".repeat(100_000);
    for header in ["customer_id,contacted_on,channel\r", "customer_id,contacted_on,\"chan\rnel\"\n"] {
        let outcome = with_contacts(format!("{header}{rows}")).run();
        outcome.code(3).stderr_has("contacts.csv: the header has a carriage return").stderr_lacks("2025-03-01");
        assert!(outcome.stderr().len() < 500);
    }
}

#[test]
fn headers_and_records_without_end_are_refused_in_little_memory() {
    let commas = ",".repeat(40 << 20);
    with_contacts(&commas).run().code(3).stderr_has("contacts.csv: the header is longer than 1 MiB");
    let names: String = (0..10_001).map(|name| format!("n{name},")).collect();
    with_contacts(format!("{names}\n")).run().code(3).stderr_has("more than 10000 names");
    let outcome = with_contacts(format!("customer_id,contacted_on,channel\n{commas}\n")).run();
    outcome.code(3).stderr_has("the record that starts at byte 33 is longer than 16 MiB");
}

#[test]
fn a_long_header_is_cut_where_it_is_shown() {
    let names: String = (0..1_000).map(|name| format!(",column_{name}")).collect();
    let outcome = with_contacts(format!("customer_id,contacted_on{names}\n")).run();
    outcome.code(3).stderr_has("contacts.csv has no column \"channel\"").stderr_has("(1002 names)");
    assert!(outcome.stderr().len() < 500);
}

#[test]
fn characters_that_nobody_writes_are_warned_of_in_latin_1() {
    let contacts =
        b"customer_id,contacted_on,channel,note\nA,2025-03-01,phone,\x93so\x94 20 \x80\nA,2025-03-02,phone,\xE5\n";
    let outcome = with_contacts(contacts).extract("contacts", "files = \"contacts.csv\"\nencoding = \"latin-1\"").run();
    outcome.code(0).stderr_has("contacts: 3 control characters U+0080 to U+009F in contacts.csv");
}

#[test]
fn dates_in_two_orders_are_warned_of_with_counts() {
    let formats = "files = \"contacts.csv\"\ndate_formats = [\"%d/%m/%Y\", \"%Y-%m-%d\", \"%m/%d/%Y\"]";
    let header = "customer_id,contacted_on,channel\n";
    let both = format!("{header}A,25/01/2025,phone\nA,02/03/2025,phone\nA,01/28/2025,phone\nA,2025-03-02,phone\n");
    let outcome = with_contacts(both).extract("contacts", formats).run();
    outcome.code(0).stderr_has(
        "contacts: contacted_on has dates of two formats that swap day and month: %d/%m/%Y read 2, %m/%d/%Y read 1, and \
         1 could be either",
    );
    // Where one of the two was not needed, nothing is to be said.
    let one = format!("{header}A,25/01/2025,phone\nA,02/03/2025,phone\n");
    with_contacts(one).extract("contacts", formats).run().code(0).stderr_lacks("swap day and month");
}

#[test]
fn two_digit_years_of_birth_follow_the_window() {
    let workspace = Workspace::agency()
        .file("customers.csv", "customer_id,birth_date\nA,30.06.25\nB,01.01.26\nC,31.12.45\n")
        .extract("customers", "files = \"customers.csv\"\ndate_formats = \"%d.%m.%y\"");
    let outcome = workspace.run();
    assert_eq!(outcome.code(0).labels().select(&["customer_id", "age"]), [["A", "0"], ["B", "99"], ["C", "80"]]);
}
