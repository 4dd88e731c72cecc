//! Text in an agency's own dialect: what it means does not depend on how it is written.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

use crate::outcome::Rows;
use crate::workspace::Workspace;

#[test]
fn semicolons_decimal_commas_and_dates_with_points() {
    let payments = "Nro;Asiakas;Etuus;Alku;Loppu;Maksettu;Määrä\n\
                    P1;A;child_benefit;01.06.2025;30.06.2025;03.06.2025;94,88\n\
                    P2;A;child_benefit;1.7.2025;31.7.2025 23:59;;\"1094,885\"\n\
                    P3;A;child_benefit;01.08.2025;31.08.2025;;94.88\n";
    let outcome = Workspace::agency()
        .file("payments.csv", payments)
        .extract(
            "payments",
            r#"
files = "payments.csv"
delimiter = ";"
decimal_separator = ","
date_formats = "%d.%m.%Y"
[extracts.payments.columns]
payment_id = "Nro"
customer_id = "Asiakas"
benefit = "Etuus"
period_start = "Alku"
period_end = "Loppu"
paid_on = "Maksettu"
amount = "Määrä"
"#,
        )
        .run();
    // A point is no decimal separator where a comma is.
    assert_eq!(outcome.code(0).faults("payments"), ["payments.csv 3 4 amount malformed_number"]);
    // 94.88 + 1094.89 euros; June and July.
    outcome.labels().expect("A", &[("paid_eur", "1189.77"), ("benefit_days", "61"), ("payments", "2")]);
}

#[test]
fn one_column_may_have_dates_of_several_forms_and_years_of_two_digits() {
    let customers =
        "customer_id,birth_date\nA,31.12.1980\nB,1980-12-31\nC,31/12/80\nD,31/12/24\nE,19801231\nF,12/31/1980\n";
    let outcome = Workspace::agency()
        .file("customers.csv", customers)
        .extract(
            "customers",
            "files = \"customers.csv\"\n\
             columns.birth_date = { date_formats = [\"%d.%m.%Y\", \"%Y-%m-%d\", \"%d/%m/%y\", \"%Y%m%d\"] }",
        )
        .run();
    assert_eq!(outcome.code(0).faults("customers"), ["customers.csv 6 7 birth_date malformed_date"]);
    let labels = outcome.labels();
    let ages: Vec<Vec<&str>> = labels.select(&["customer_id", "age"]);
    // Two digits stand for 1969 to 2068.
    assert_eq!(ages, [["A", "45"], ["B", "45"], ["C", "45"], ["D", "1"], ["E", "45"]]);
}

#[test]
fn a_date_may_be_followed_by_a_possible_time_whose_offset_is_not_applied() {
    let rows = [
        ("2025-12-31T23:59:59", true),
        ("2025-12-31 23:59:59.999+14:00", true),
        ("2025-01-01T00:00:00-11:00", true),
        ("2025-12-31T23:59:59Z", true),
        ("2025-12-31T24:00:00", false),
        ("2025-12-31T12:60:00", false),
        ("2025-12-31 noon", false),
        ("2025-12-31Z", false),
    ];
    let row = |(at, (when, _)): (usize, &(&str, bool))| format!("K{at},A,{when},phone,,\n");
    let outcome = Workspace::agency().rows("contacts", &rows.iter().enumerate().map(row).collect::<String>()).run();
    assert_eq!(
        outcome.code(0).rejects().select(&["record", "reason", "value"]),
        rows.iter()
            .enumerate()
            .filter(|(_, (_, good))| !good)
            .map(|(at, (when, _))| vec![(at + 1).to_string(), "malformed_date".to_owned(), (*when).to_owned()])
            .collect::<Vec<_>>()
    );
    outcome.labels().expect("A", &[("contacts", "4")]);
}

#[test]
fn unknown_and_minus_one_mean_missing_where_the_configuration_says_so() {
    let applications = "customer_id,benefit,submitted_on,method,handling_minutes,clarifications\n\
                        A,housing_allowance,2025-02-01,online,-1.0,Unknown\n\
                        A,Unknown,2025-02-01,online,30.00,-1.0\n\
                        A,housing_allowance,2025-02-01,online,Unknown,2\n\
                        A,housing_allowance,2025-02-01,Unknown,10,2\n";
    let outcome = Workspace::agency()
        .file("applications.csv", applications)
        .extract(
            "applications",
            "files = \"applications.csv\"\nmissing = [\"Unknown\"]\n\
             columns.handling_minutes = { missing = [\"-1.0\"] }",
        )
        .run();
    // A needed value that is missing rejects its row; `-1.0` is a marker in one column only; the first row is fine.
    assert_eq!(
        outcome.code(0).faults("applications"),
        [
            "applications.csv 2 3 benefit missing_value",
            "applications.csv 2 3 clarifications malformed_number",
            "applications.csv 4 5 method missing_value",
        ]
    );
    let label =
        [("applications", "2"), ("handled_applications", "0"), ("handling_minutes", "0.00"), ("clarifications", "2")];
    outcome.labels().expect("A", &label);
}

#[test]
fn latin_1_is_read_where_the_configuration_says_so() {
    let customers = b"customer_id,Hemort\n\xc5sa,K\xf6ping\nA,\x80\n";
    let outcome = Workspace::agency()
        .settings("dimensions = [\"municipality\"]")
        .file("customers.csv", customers)
        .extract("customers", "files = \"customers.csv\"\nencoding = \"latin-1\"\ncolumns.municipality = \"Hemort\"")
        .rows("contacts", "K1,Åsa,2025-03-01,phone,,")
        .run();
    let labels = outcome.code(0).labels();
    // Customers from one encoding, contacts from another: the id is the same text. 0x80 is U+0080, not a euro.
    labels.expect("Åsa", &[("contacts", "1"), ("municipality", "Köping")]);
    labels.expect("A", &[("municipality", "\u{80}")]);
    assert_eq!(labels.column("customer_id"), ["A", "Åsa"]);
}

#[test]
fn a_byte_order_mark_and_crlf_are_no_part_of_the_data() {
    let contacts = "\u{feff}customer_id,contacted_on,channel\r\nA,2025-03-01,phone\r\nA,2025-03-02,\u{feff}phone\r\n";
    let outcome = Workspace::agency().file("contacts.csv", contacts).run();
    // The mark is one at the start of the file only; elsewhere it is a character like others.
    outcome.code(0).labels().expect("A", &[("contacts", "2"), ("contact_channels", "2")]);
    assert!(outcome.rejects().rows.is_empty());
}

#[test]
fn quoted_values_hold_delimiters_quotes_and_line_ends() {
    let contacts = "\"customer_id\",contacted_on,\"chan\"\"nel\",note\n\
                    \"A\",2025-03-01,\"pho,ne\",\"a, \"\"b\"\"\n\n2025\r\nc\"\n\
                    A,2025-03-02,\"pho\nne\",\n\
                    A,\"2025-03-03\" ,it's 5\" wide,x\n\
                    A,2025-03-04,pho\rne,\n";
    let outcome = Workspace::agency()
        .file("contacts.csv", contacts)
        .extract("contacts", "files = \"contacts.csv\"\ncolumns.channel = 'chan\"nel'")
        .run();
    // Text after a closing quote and a quote inside an unquoted value are ordinary characters, as is a lone CR.
    assert_eq!(outcome.code(0).faults("contacts"), Vec::<String>::new());
    outcome.labels().expect("A", &[("contacts", "4"), ("contact_channels", "4")]);
}

#[test]
fn spaces_and_tabs_around_values_are_not_part_of_them() {
    let contacts =
        "customer_id , contacted_on,\tchannel\n A ,\t2025-03-01 , phone\n\" A\",\" 2025-03-02 \",\"phone\t\"\n";
    let outcome = Workspace::agency().file("contacts.csv", contacts).run();
    outcome.code(0).labels().expect("A", &[("contacts", "2"), ("contact_channels", "1")]);
}

#[test]
fn bools_have_the_spellings_that_are_set_and_no_others() {
    let contacts = "customer_id,contacted_on,channel,direction,reached\n\
                    A,2025-03-01,phone,outbound,EI\nA,2025-03-01,phone,outbound,kyllä\nA,2025-03-01,phone,outbound,no\n";
    let words = "true_values = [\"Kyllä\"]\nfalse_values = [\"ei\"]";
    let workspace = Workspace::agency().file("contacts.csv", contacts);
    let outcome = workspace.extract("contacts", &format!("files = \"contacts.csv\"\n{words}")).run();
    assert_eq!(outcome.code(0).faults("contacts"), ["contacts.csv 3 4 reached malformed_bool"]);
    outcome.labels().expect("A", &[("outbound_contacts", "2"), ("outbound_unreached", "1")]);

    let contacts = "customer_id,contacted_on,channel,direction,reached\n".to_owned()
        + &["False", "F", "no", "N", "0", "TRUE", "t", "Yes", "y", "1"]
            .map(|word| format!("A,2025-03-01,phone,outbound,{word}\n"))
            .concat();
    let outcome = Workspace::agency().file("contacts.csv", contacts).run();
    outcome.code(0).labels().expect("A", &[("outbound_contacts", "10"), ("outbound_unreached", "5")]);
}

#[test]
fn codes_are_mapped_and_what_is_not_mapped_is_listed_with_its_count() {
    let applications = "customer_id,benefit,submitted_on,method,decision\n\
                        A,210,2025-02-01,W,NO\nA,210,2025-02-02,W,no\nA,999,2025-02-03,FAX,JA\n\
                        A,999,2025-02-04,paper,\nA,888,2025-02-05,P,\n";
    let outcome = Workspace::agency()
        .settings("breakdowns.min_group = 1")
        .file("applications.csv", applications)
        .extract(
            "applications",
            "files = \"applications.csv\"\n\
             codes.method = { W = \"online\", P = \"paper\" }\n\
             codes.benefit = { 210 = \"child_benefit\" }\n\
             codes.decision = { NO = \"rejected\" }",
        )
        .run();
    let label = [
        ("applications", "5"),
        ("applications_online", "2"),
        ("applications_paper", "1"),
        // With a map, a code that is spelled like a meaning is still a code.
        ("applications_other", "2"),
        ("benefits_applied", "3"),
        // Codes are compared byte by byte: `no` is not `NO`.
        ("rejected_applications", "1"),
    ];
    outcome.code(0).labels().expect("A", &label);
    let entry = outcome.latest().extract("applications");
    assert_eq!(entry["unmapped_methods"], serde_json::json!({ "FAX": 1, "paper": 1 }));
    assert_eq!(entry["unknown_benefits"], serde_json::json!({ "888": 1, "999": 2 }));
    outcome.stderr_has("\"999\" (2 rows)").stderr_has("\"FAX\" (1 row)");
}

#[test]
fn who_filed_an_application_is_told_by_codes_too() {
    let header = "application_id,customer_id,benefit,submitted_on,method,by\n";
    let applications = ["AG", "AG", "SOC", "EGEN", "", "?", "?", "employer"];
    let row = |(at, by): (usize, &&str)| format!("H{at},A,sickness_allowance,2025-02-0{},online,{by}\n", at + 1);
    let rows: String = applications.iter().enumerate().map(row).collect();
    // A duplicate, an orphan and a row out of the window: the code of the last alone is counted.
    let more = "H5,A,sickness_allowance,2025-02-09,online,?\nH20,NOBODY,sickness_allowance,2025-02-09,online,?\n\
                H21,A,sickness_allowance,2024-02-09,online,?\n";
    let workspace = Workspace::agency()
        .file("applications.csv", format!("{header}{rows}{more}"))
        // So that codes of few rows are named.
        .settings("breakdowns.min_group = 1");
    let mapped = "files = \"applications.csv\"\ncolumns.filed_by = \"by\"\n";
    let codes = "codes.filed_by = { AG = \"employer\", SOC = \"partner\", EGEN = \"customer\" }";
    let outcome = workspace.extract("applications", &format!("{mapped}{codes}")).run();
    let label = [("applications", "8"), ("applications_by_employer", "2"), ("applications_by_partner", "1")];
    outcome.code(0).labels().expect("A", &label);
    let entry = outcome.latest().extract("applications");
    assert_eq!(entry["unmapped_filers"], serde_json::json!({ "?": 3, "employer": 1 }));
    outcome.stderr_has("applications: filed_by codes that are not mapped count as other");
    let summary = outcome.latest().table("category_summary.csv");
    assert_eq!(summary.get("all", "applications_by_employer_pct"), "25");
    assert_eq!(summary.get("all", "applications_by_partner_pct"), "12.5");
}

#[test]
fn an_extract_has_sources_of_several_systems_each_in_its_own_dialect() {
    let outcome = Workspace::agency()
        .file("phone.txt", "Kund|Dag\nA|31.03.2025\nA|01.04.2025\n")
        .file("web.csv", "user;when;what\nA;2025-03-31;msg\nB;2025-03-31;chat\n")
        .extract(
            "contacts",
            r#"
[[extracts.contacts.sources]]
files = "phone.txt"
delimiter = "|"
date_formats = "%d.%m.%Y"
columns = { customer_id = "Kund", contacted_on = "Dag", channel = { constant = "phone" }, direction = { constant = "inbound" } }
[[extracts.contacts.sources]]
files = ["web.csv"]
delimiter = ";"
columns = { customer_id = "user", contacted_on = "when", channel = "what" }
codes.channel = { msg = "online_message", chat = "phone" }
"#,
        )
        .run();
    let labels = outcome.code(0).labels();
    labels.expect("A", &[("contacts", "3"), ("contact_channels", "2")]);
    labels.expect("B", &[("contacts", "1"), ("contact_channels", "1")]);
    let entry = outcome.latest().extract("contacts");
    let files: Vec<&str> =
        entry["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["phone.txt", "web.csv"]);
}

#[test]
fn a_column_that_one_file_of_several_lacks_is_missing_there() {
    let outcome = Workspace::agency()
        .file("contacts/1.csv", "customer_id,contacted_on,channel,direction\nA,2025-03-01,phone,outbound\n")
        .file("contacts/2.csv", "channel,customer_id,contacted_on\nphone,A,2025-03-02\n")
        .extract("contacts", "files = \"contacts/*.csv\"")
        .run();
    outcome.code(0).labels().expect("A", &[("contacts", "1"), ("outbound_contacts", "1")]);
}

#[test]
fn compressed_files_are_known_by_their_first_bytes() {
    let text = "customer_id,contacted_on,channel\nA,2025-03-01,phone\nA,soon,phone\n";
    let gzip = |text: &str| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish()).expect("compressed")
    };
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 3).expect("compressed");
    // Several members, and several frames, are one file: this is what appending to a compressed log makes.
    let (head, tail) = text.split_at(40);
    let outcome = Workspace::agency()
        .file("contacts/1", text)
        .file("contacts/2.csv", gzip(text))
        .file("contacts/3.gz", zstd(text))
        .file("contacts/4.csv.gz", [gzip(head), gzip(tail)].concat())
        .file("contacts/5.csv.zst", [zstd(head), zstd(tail)].concat())
        .extract("contacts", "files = \"contacts/*\"")
        .run();
    assert_eq!(outcome.code(0).rows("contacts"), Rows { records: 10, rejected: 5, in_use: 5, ..Rows::default() });
    // Lines are those of the text, whatever holds it.
    let faults = outcome.faults("contacts");
    assert!(faults.iter().all(|fault| fault.ends_with(" 2 3 contacted_on malformed_date")), "{faults:?}");
    outcome.labels().expect("A", &[("contacts", "5")]);
}
