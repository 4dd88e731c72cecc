//! What is read is what was written: ids stay text, files come in their order, every record is accounted for; and
//! Parquet obeys the rules of text.

use arrow_schema::{DataType, TimeUnit};

use crate::outcome::Rows;
use crate::parquet;
use crate::workspace::Workspace;

#[test]
fn ids_that_look_like_numbers_stay_text() {
    let ids =
        ["50705E1045453996", "007", "7", "-1", "1e3", "0x1F", "=1+1", "a,b", "NaN", "true", "2025-01-01", "\"x\""];
    let quoted = |id: &&str| format!("\"{}\"", id.replace('"', "\"\""));
    let customers: String = ids.iter().map(|id| format!("{},,,\n", quoted(id))).collect();
    let contacts: String = ids.iter().map(|id| format!(",{},2025-03-01,phone,,\n", quoted(id))).collect();
    let outcome = Workspace::agency().rows("customers", &customers).rows("contacts", &contacts).run();
    let labels = outcome.code(0).labels();
    let mut sorted = ids;
    sorted.sort_by_key(|id| id.as_bytes());
    assert_eq!(labels.column("customer_id"), sorted);
    assert!(labels.column("contacts").iter().all(|contacts| *contacts == "1"));
}

#[test]
fn ids_are_compared_byte_by_byte() {
    // é as one character, é as two, upper case, and a no-break space that is no space.
    let outcome = Workspace::agency()
        .rows("customers", "caf\u{e9},,,\ncafe\u{301},,,\nCAF\u{c9},,,\ncaf\u{e9}\u{a0},,,")
        .rows(
            "contacts",
            ",caf\u{e9},2025-03-01,phone,,\n,cafe\u{301},2025-03-01,phone,,\n,Caf\u{e9},2025-03-01,phone,,",
        )
        .run();
    let labels = outcome.code(0).labels();
    assert_eq!(labels.rows.len(), 4);
    labels.expect("caf\u{e9}", &[("contacts", "1")]).expect("cafe\u{301}", &[("contacts", "1")]);
    labels.expect("CAF\u{c9}", &[("contacts", "0")]).expect("caf\u{e9}\u{a0}", &[("contacts", "0")]);
    assert_eq!(outcome.faults("contacts"), ["contacts.csv 3 4 customer_id orphan"]);
}

#[test]
fn a_glob_gives_files_in_bytewise_order() {
    let names = ["a-10.csv", "a-2.csv", "B.csv", "_.csv", "ä.csv", ".hidden.csv", "a.txt"];
    let mut workspace = Workspace::agency().extract("contacts", "files = \"calls/*.csv\"");
    for name in names {
        workspace = workspace.file(&format!("calls/{name}"), "customer_id,contacted_on,channel\nA,2025-03-01,phone\n");
    }
    let entry = workspace.run().code(0).latest().extract("contacts");
    let files: Vec<&str> =
        entry["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["calls/B.csv", "calls/_.csv", "calls/a-10.csv", "calls/a-2.csv", "calls/ä.csv"]);
}

#[test]
fn every_record_is_rejected_a_duplicate_unused_or_in_use() {
    let outcome = Workspace::agency()
        .rows("customers", "A,,,\nA,1990-01-01,,\nGONE,,2001-01-01,2024-12-31\nODD,,2025-06-01,2025-05-01\n,,,\nX,x,,")
        .rows(
            "contacts",
            "K1,A,2025-03-01,phone,,\nK1,A,2025-03-01,phone,,\nK2,NOBODY,2025-03-01,phone,,\n\
             K3,GONE,2025-03-01,phone,,\nK4,ODD,2025-03-01,phone,,\nK5,A,2026-01-01,phone,,\nK6,A,never,phone,,\n\
             K7,X,2025-03-01,phone,,\nK8,A,2019-03-01,phone,,\n,GONE,2027-01-01,phone,,",
        )
        .run();
    let customers =
        Rows { records: 6, filtered: 0, rejected: 2, orphans: 0, duplicates: 1, future: 0, out_of_scope: 2, in_use: 1 };
    assert_eq!(outcome.code(0).rows("customers"), customers);
    // K7's customer is not in the register, for its row was rejected; K8 is before the window and still in use;
    // the last row is future before it is out of scope.
    let contacts = Rows {
        records: 10,
        filtered: 0,
        rejected: 3,
        orphans: 2,
        duplicates: 1,
        future: 2,
        out_of_scope: 2,
        in_use: 2,
    };
    assert_eq!(outcome.rows("contacts"), contacts);
    outcome.labels().expect("A", &[("contacts", "1")]);
    assert_eq!(outcome.manifest()["population"], 1);
}

#[test]
fn the_manifest_knows_every_input_by_its_hash() {
    let workspace = Workspace::agency();
    let outcome = workspace.run();
    let bytes = std::fs::read(workspace.path("contacts.csv")).unwrap();
    let file = &outcome.code(0).latest().extract("contacts")["files"][0];
    assert_eq!(file["file"], "contacts.csv");
    assert_eq!(file["bytes"], bytes.len());
    assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str());
    let config = outcome.latest().bytes("config.toml");
    assert_eq!(outcome.manifest()["configuration_blake3"], blake3::hash(&config).to_hex().as_str());
}

const DAY: i64 = 86_400;
/// 2025-03-01 in days since 1970.
const MARCH_1: i32 = 20_148;

#[test]
fn parquet_dates_decimals_and_dictionaries_are_taken_as_they_are() {
    let payments = parquet::file(vec![
        parquet::text("customer_id", &[Some("A"), Some("A"), Some(" A "), None]),
        parquet::dictionary("benefit", &["child_benefit", "housing_allowance"], &[Some(0), Some(1), Some(0), Some(1)]),
        parquet::dates("period_start", &[Some(MARCH_1), Some(MARCH_1), Some(MARCH_1 + 20), Some(MARCH_1)]),
        parquet::dates("period_end", &[Some(MARCH_1 + 9), Some(MARCH_1 + 4), None, None]),
        parquet::decimals("amount", 3, &[Some(10_005), Some(-1_005), Some(500_000), Some(1)]),
    ]);
    let outcome = Workspace::agency()
        .file("payments.parquet", payments)
        .extract("payments", "files = \"payments.parquet\"")
        .run();
    assert_eq!(outcome.code(0).faults("payments"), ["payments.parquet 4  customer_id missing_value"]);
    // 10.005 → 10.01, −1.005 → −1.01, 500; March 1 to 10, and 21. The recovery covers nothing.
    let label = [("payments", "2"), ("paid_eur", "509.00"), ("benefit_days", "11"), ("concurrent_days", "0")];
    outcome.labels().expect("A", &label);
}

#[test]
fn a_parquet_timestamp_gives_the_date_in_its_own_time_zone() {
    // The last second of 2024 in UTC is 2025 already in Helsinki; the first of 2025 is still 2024 in New York.
    let new_year = 20_089 * DAY;
    let just_before = new_year - 1;
    let zones = [
        (TimeUnit::Microsecond, 1_000_000, Some("Europe/Helsinki"), "1"),
        (TimeUnit::Millisecond, 1_000, Some("UTC"), "0"),
        (TimeUnit::Nanosecond, 1_000_000_000, None, "0"),
        (TimeUnit::Microsecond, 1_000_000, Some("+05:30"), "1"),
        (TimeUnit::Millisecond, 1_000, Some("America/New_York"), "0"),
    ];
    for (unit, per_second, zone, inside) in zones {
        let dtype = DataType::Timestamp(unit, zone.map(Into::into));
        let contacts = parquet::file(vec![
            parquet::text("customer_id", &[Some("A")]),
            parquet::integers("contacted_on", dtype, &[Some(just_before * per_second)]),
            parquet::text("channel", &[Some("phone")]),
        ]);
        let outcome = Workspace::agency().file("contacts.csv", contacts).run();
        outcome.code(0).labels().expect("A", &[("contacts", inside)]);
    }
}

#[test]
fn parquet_numbers_become_text_ids_and_floats_their_shortest_form() {
    let applications = parquet::file(vec![
        parquet::integers("customer_id", DataType::Int64, &[Some(7), Some(-1), Some(7), Some(7), Some(7)]),
        parquet::text("benefit", &[Some("housing_allowance"); 5]),
        parquet::text("submitted_on", &[Some("2025-03-01"); 5]),
        parquet::text("method", &[Some("online"); 5]),
        parquet::floats(
            "handling_minutes",
            &[Some(0.1 + 0.2), Some(2.5), Some(f64::NAN), Some(f64::INFINITY), Some(-3.0)],
        ),
        parquet::floats("clarifications", &[Some(3.0), None, Some(1.0), Some(1.0), Some(1.5)]),
    ]);
    let outcome = Workspace::agency()
        .rows("customers", "7,,,\n-1,,,")
        .file("applications.parquet", applications)
        .extract("applications", "files = \"applications.parquet\"")
        .run();
    assert_eq!(
        outcome.code(0).faults("applications"),
        [
            "applications.parquet 4  handling_minutes malformed_number",
            "applications.parquet 5  handling_minutes negative_value",
            "applications.parquet 5  clarifications malformed_number",
        ]
    );
    let labels = outcome.labels();
    // NaN is missing: that application is not among the handled ones.
    labels.expect("7", &[("applications", "2"), ("handled_applications", "1"), ("handling_minutes", "0.30")]);
    labels.expect("7", &[("clarifications", "4")]);
    labels.expect("-1", &[("handling_minutes", "2.50"), ("clarifications", "0")]);
}

#[test]
fn parquet_and_text_files_may_stand_beside_each_other() {
    let part = parquet::file(vec![
        parquet::text("channel", &[Some("phone")]),
        parquet::text("customer_id", &[Some("A")]),
        parquet::dates("contacted_on", &[Some(MARCH_1)]),
    ]);
    let outcome = Workspace::agency()
        .file("contacts/1.csv", "customer_id,contacted_on,channel\nA,2025-03-02,chat\n")
        .file("contacts/2.parquet", part)
        .extract("contacts", "files = \"contacts/*\"")
        .run();
    outcome.code(0).labels().expect("A", &[("contacts", "2"), ("contact_channels", "2")]);
}
