//! `vardag check` as an analyst's first look at extracts that nobody here has seen.

use serde_json::Value;

use crate::workspace::Workspace;

const CUSTOMERS: &str = "Kund;Född\n0000000001;1980-05-05\n0000000002;1990-01-31\n0000000003;1961-07-30\n";
/// Dates, truth values, directions and ids of three systems; a broken record; an id that comes twice with other values.
const CONTACTS: &str = "id;Kund;Datum;Riktning;Svarade\n\
    K1;0000000001;14.4.2025;in;ja\n\
    K2;0000000001;1.12.2025 13:45;ut;nej\n\
    K3;2;2025-03-01;inbound;true\n\
    K4;3.0;2025-03-02;inbound;true\n\
    K5;0000000003;2025-03-02;inbound\n\
    K6;0000000001;2025-03-03;inbound;true\n\
    K6;0000000002;2025-03-03;inbound;true\n";
const APPLICATIONS: &str = "Kund;Inkom;Tid\n\
    0000000001;1740086400;12:30\n\
    0000000002;1740172800;#N/A\n\
    0000000003;1740259200;1:05\n";
const PAYMENTS: &str = "Kund;Förmån;Från;Belopp\n\
    0000000001;child_benefit;45660;1 234,50\n\
    0000000002;child_benefit;45661;€ 12\n\
    0000000003;housing_alowance;45662;120,00-\n";

/// The agency, with settings that the check had advised.
fn messy(contacts: &str, applications: &str, payments: &str) -> Workspace {
    let columns = "customer_id = \"Kund\"\nbenefit = { constant = \"child_benefit\" }\nsubmitted_on = \"Inkom\"\n\
                   method = { constant = \"online\" }\n";
    let unit = "handling_minutes = \"Tid\"\n";
    let tid = if applications.contains("handling_minutes") { "" } else { unit };
    let kund = "columns.customer_id = \"Kund\"\n";
    let own = if contacts.contains("customer_id") { "" } else { kund };
    Workspace::empty()
        .settings("dialect.delimiter = \";\"\nbreakdowns.min_group = 1")
        .file("kunder.csv", CUSTOMERS)
        .file("kontakter.csv", CONTACTS)
        .file("inkomna.csv", APPLICATIONS)
        .file("utbetalt.csv", PAYMENTS)
        .extract("customers", "files = \"kunder.csv\"\ncolumns = { customer_id = \"Kund\", birth_date = \"Född\" }")
        .extract(
            "contacts",
            &format!(
                "files = \"kontakter.csv\"\n{own}columns.contact_id = \"id\"\ncolumns.contacted_on = \"Datum\"\n\
                 columns.channel = {{ constant = \"phone\" }}\ncolumns.direction = \"Riktning\"\n\
                 columns.reached = \"Svarade\"\n{contacts}"
            ),
        )
        .extract(
            "applications",
            &format!("files = \"inkomna.csv\"\n{}{applications}", dotted(&format!("{columns}{tid}"))),
        )
        .extract(
            "payments",
            &format!(
                "files = \"utbetalt.csv\"\n{kund}columns.benefit = \"Förmån\"\ncolumns.period_start = \"Från\"\n\
                 columns.amount = \"Belopp\"\n{payments}"
            ),
        )
}

/// Entries of `columns` as dotted keys.
fn dotted(entries: &str) -> String {
    entries.lines().map(|line| format!("columns.{line}\n")).collect()
}

/// The settings that a check advises for a column, one by one.
fn advised(found: &Value, extract: &str, column: &str) -> Vec<String> {
    let entries = found["faults"].as_array().expect("faults");
    let own = entries.iter().filter(|entry| entry["extract"] == extract && entry["column"] == column);
    let guesses = own.flat_map(|entry| entry["guesses"].as_array().expect("guesses"));
    guesses.map(|guess| guess["setting"].as_str().expect("a setting").to_owned()).collect()
}

#[test]
fn the_first_look_at_a_messy_agency_is_read_on_the_terminal() {
    let outcome = messy("", "", "").vardag(&["check", "vardag.toml", "--quiet"]);
    outcome.code(0);
    insta::assert_snapshot!(outcome.stdout());
}

#[test]
fn with_what_the_check_advises_everything_is_read() {
    let found = messy("", "", "").vardag(&["check", "vardag.toml", "--json"]).json();
    let join = |extract: &str, columns: &[&str]| -> String {
        columns.iter().flat_map(|column| advised(&found, extract, column)).map(|text| text + "\n").collect()
    };
    // Of the guesses at ids the first reads most.
    let ids = dotted(&advised(&found, "contacts", "customer_id")[0]);
    let contacts = join("contacts", &["contacted_on", "reached"])
        + &ids
        + "codes.direction = { in = \"inbound\", ut = \"outbound\", inbound = \"inbound\" }";
    let [clock, missing] = &advised(&found, "applications", "handling_minutes")[..] else { panic!("{found}") };
    let applications = join("applications", &["submitted_on"]) + missing + "\n" + &dotted(clock);
    let payments = join("payments", &["period_start", "amount"]);
    let again = messy(&contacts, &applications, &payments).vardag(&["check", "vardag.toml", "--json"]);
    let found = again.code(0).json();
    let faults: Vec<&Value> =
        found["faults"].as_array().expect("faults").iter().map(|fault| &fault["reason"]).collect();
    // What is left is the broken record, which no setting mends; the mistyped benefit now shows.
    assert_eq!(faults, ["field_count"], "{found:#}");
    assert_eq!(found["extracts"][1]["rows"]["in_use"], 5);
    assert_eq!(found["extracts"][1]["duplicates_that_differ"], 1);
    let maps = found["code_maps"].as_str().expect("a block");
    assert_eq!(maps, "[extracts.payments.codes.benefit]\n\"housing_alowance\" = \"housing_allowance\"  # 1 row\n");
}

#[test]
fn without_samples_no_value_of_a_rejected_row_is_shown() {
    let outcome = messy("", "", "").vardag(&["check", "vardag.toml", "--no-samples"]);
    outcome.code(0);
    let (shown, said) = (outcome.stdout(), outcome.stderr());
    for value in ["14.4.2025", "1740086400", "1 234,50", "3.0", "#N/A", "ut\"", "ja\""] {
        assert!(!shown.contains(value) && !said.contains(value), "{value}: {shown}{said}");
    }
    outcome.stdout_has("malformed_date").stdout_has("orphan");
    let found = messy("", "", "").vardag(&["check", "vardag.toml", "--json", "--no-samples"]).json();
    let of =
        |key: &str| found["faults"].as_array().expect("faults").iter().all(|fault| fault[key] == serde_json::json!([]));
    assert!(of("samples") && of("guesses"), "{found}");
}

#[test]
fn a_check_says_the_same_whatever_the_threads() {
    let rows: String = (0..60_000).map(|at| format!("A,{at}.1.2025,phone{}\n", at % 7)).collect();
    let workspace = Workspace::agency()
        .file("many.csv", format!("customer_id,contacted_on,channel\n{rows}"))
        .extract("contacts", "files = \"many.csv\"");
    let check = |threads| workspace.vardag(&["check", "vardag.toml", "--threads", threads]).code(0).stdout();
    let one = check("1");
    assert!(one.contains("\"2.1.2025\""), "{one}");
    assert_eq!(one, check("4"));
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let workspace = Workspace::agency()
        .file("calls/a.csv", "Kundd,contacted_on,channel\nA,2025-03-01,phone\n")
        .file("calls/b.csv", "Kundd,contacted_on,channel\nA,2025-03-02,phone\n")
        .file("web.csv", "Kund,contacted,channel\n")
        .extract(
            "contacts",
            "columns.customer_id = \"Kund\"\n[[extracts.contacts.sources]]\nfiles = \"calls/*.csv\"\n\
             [[extracts.contacts.sources]]\nfiles = \"web.csv\"\n[[extracts.contacts.sources]]\nfiles = \"chat.csv\"",
        )
        .file("paid.csv", "customer_id,benefit,period_start,amout\n")
        .extract("payments", "files = \"paid.csv\"");
    let outcome = workspace.vardag(&["check", "vardag.toml"]);
    outcome
        .code(3)
        .stderr_has("calls/a.csv and 1 other file have no column \"Kund\"")
        .stderr_has("did you mean \"Kundd\"?")
        .stderr_has("web.csv has no column \"contacted_on\"")
        .stderr_has("chat.csv: there is no such file")
        .stderr_has("paid.csv has no column \"amount\", which amount is read from (did you mean \"amout\"?)");
    assert_eq!(outcome.stderr().matches("calls/").count(), 1, "{}", outcome.stderr());
}
