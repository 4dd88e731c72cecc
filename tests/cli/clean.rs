//! `vardag clean`: the rows in use as files of their own, on which a run gives the same labels.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use crate::outcome::RunFolder;
use crate::workspace::{VARDAG, Workspace};
use crate::{case_folders, conformance};

/// The rows of a file as text, columns by their names.
fn rows(workspace: &Workspace, path: &str) -> Vec<Vec<(String, String)>> {
    let file = fs::File::open(workspace.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let reader = SerializedFileReader::new(file).expect("a Parquet file");
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |row: Row| row.get_column_iter().map(|(name, field)| (name.clone(), text(field))).collect();
    reader.get_row_iter(None).expect("rows").map(|own| row(own.expect("a row"))).collect()
}

/// The values of some columns.
fn values(workspace: &Workspace, path: &str, columns: &[&str]) -> Vec<String> {
    let value = |row: &Vec<(String, String)>, column: &str| {
        let found = row.iter().find(|(name, _)| name == column);
        found.unwrap_or_else(|| panic!("{path} has no {column}: {row:?}")).1.clone()
    };
    let rows = rows(workspace, path);
    rows.iter().map(|row| columns.iter().map(|column| value(row, column)).collect::<Vec<_>>().join(" ")).collect()
}

/// What differs between the labels of a run on the originals and of one on the rows in use.
fn differences(workspace: &Workspace, config: &str, run: &RunFolder) -> Vec<String> {
    let cleaned = workspace.vardag(&["clean", config, "--out", "clean", "--quiet"]);
    if cleaned.output.status.code() != Some(0) {
        return vec![format!("clean: {}", cleaned.stderr())];
    }
    let again = workspace.vardag(&["run", "clean/vardag.toml", "--out", "again", "--quiet"]);
    if again.output.status.code() != Some(0) {
        return vec![format!("run: {}", again.stderr())];
    }
    let again = RunFolder::open(&workspace.path("again/latest"));
    let labels = ["labels.csv", "employer_labels.csv", "category_summary.csv", "breakdowns.csv"];
    let there = labels.iter().filter(|name| run.files().iter().any(|file| file == *name));
    there.filter(|name| run.bytes(name) != again.bytes(name)).map(|name| format!("{name} differs")).collect()
}

#[test]
fn rows_in_use_have_canonical_columns_codes_and_types() {
    let workspace = Workspace::agency()
        .file(
            "paid.csv",
            "Nr;Kund;F\u{f6}rm;Fr\u{e5}n;Belopp\n1;A;210;14.4.2025;1 234,50\n2;A;210;1.5.2025;(20,00)\n\
             2;A;210;1.5.2025;99\n3;Q;210;1.5.2025;1\n4;A;210;1.5.2026;1\n5;B;999;2.5.2025;7\n6;A;210;x;1\n",
        )
        .extract(
            "payments",
            "files = \"paid.csv\"\ndelimiter = \";\"\ndecimal_separator = \",\"\nthousands_separator = \" \"\n\
             negative = [\"leading\", \"parentheses\"]\ndate_formats = \"%d.%m.%Y\"\ncovers = \"month\"\n\
             columns = { payment_id = \"Nr\", customer_id = \"Kund\", benefit = \"F\u{f6}rm\", period_start = \"Fr\u{e5}n\", \
             amount = \"Belopp\" }\ncodes.benefit = { 210 = \"child_benefit\" }",
        );
    let outcome = workspace.vardag(&["clean", "vardag.toml", "--out", "clean", "--origin", "--quiet"]);
    outcome.code(0).stdout_has("Rows in use").stdout_has("payments");
    let columns = ["payment_id", "customer_id", "benefit", "period_start", "period_end", "amount", "file", "record"];
    assert_eq!(
        values(&workspace, "clean/payments.parquet", &columns),
        [
            "1 A child_benefit 2025-04-14 +00:00 2025-05-13 +00:00 1234.50 paid.csv 1",
            "2 A child_benefit 2025-05-01 +00:00 2025-05-31 +00:00 -20.00 paid.csv 2",
            "5 B 999 2025-05-02 +00:00 2025-06-01 +00:00 7.00 paid.csv 6",
        ]
        .map(|row| row.replace(" +00:00", ""))
    );
    // What no source has is not there.
    assert!(!rows(&workspace, "clean/payments.parquet")[0].iter().any(|(name, _)| name == "paid_on"));
    let config = workspace.read("clean/vardag.toml");
    assert!(!config.contains("[dialect]") && config.contains("as_of = \"2025-12-31\""), "{config}");
}

#[test]
fn the_folder_is_its_owner_s_and_whole_or_not_there() {
    let workspace = Workspace::agency();
    let clean = |out: &str| workspace.vardag(&["clean", "vardag.toml", "--out", out, "--quiet"]);
    clean("data/clean").code(0);
    let mode = |path: &str| fs::metadata(workspace.path(path)).expect(path).permissions().mode() & 0o7777;
    assert_eq!(mode("data/clean"), 0o700);
    let files = workspace.listing("data/clean");
    assert_eq!(
        files,
        ["applications.parquet", "contacts.parquet", "customers.parquet", "payments.parquet", "vardag.toml"]
    );
    assert!(files.iter().all(|file| mode(&format!("data/clean/{file}")) == 0o600));
    // What is there already stays as it is.
    workspace.write("mine/note.txt", "mine");
    for out in ["mine", "data/clean", "vardag.toml"] {
        clean(out).code(2).stderr_has("it exists already");
    }
    assert_eq!(workspace.listing("mine"), ["note.txt"]);
    // Beyond a limit nothing is written.
    let strict = Workspace::sharing(&workspace, Workspace::agency().settings("limits.max_orphan_pct = 0"))
        .rows("contacts", "K1,Q,2025-03-01,phone,inbound,");
    strict.vardag(&["clean", "vardag.toml", "--out", "other"]).code(3).stderr_has("nothing is written");
    assert_eq!(workspace.listing("."), strict.listing("."));
    assert!(
        !workspace.path("other").exists() && workspace.listing(".").iter().all(|name| !name.starts_with(".partial"))
    );
}

#[test]
fn the_bytes_are_the_same_whatever_the_threads_and_the_memory() {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "population", "--customers", "3000", "--seed", "4", "--quiet"]).code(0);
    let clean = |out: &str, more: &[&str]| {
        let arguments = [&["clean", "population/vardag.toml", "--out", out, "--origin", "--quiet"], more].concat();
        workspace.vardag(&arguments).code(0);
    };
    clean("one", &["--threads", "1"]);
    clean("four", &["--threads", "4"]);
    clean("small", &["--threads", "3", "--memory-limit", "40MB"]);
    for file in workspace.listing("one") {
        let bytes = |folder: &str| fs::read(workspace.path(folder).join(&file)).expect("a file");
        assert!(bytes("one") == bytes("four"), "{file} differs by threads");
        assert!(bytes("one") == bytes("small"), "{file} differs by memory");
    }
    let records: Vec<u64> =
        values(&workspace, "four/payments.parquet", &["record"]).iter().map(|own| own.parse().unwrap()).collect();
    assert!(records.len() > 10_000 && records.is_sorted());
}

#[test]
fn spells_exclusive_ends_and_employers_survive() {
    let workspace = Workspace::empty()
        .rows("customers", "A,1980-05-05,2020-01-01,2025-03-01\nA,1980-05-05,2025-05-01,\nA,1980-05-05,2025-05-01,\nB,,,2019-01-01")
        .extract("customers", "files = \"customers.csv\"\nhistory = true")
        .rows("contacts", "K1,A,2025-03-01,phone,inbound,\nK1,A,2025-03-02,phone,inbound,\nK2,B,2025-03-01,web,outbound,false")
        .file("paid.csv", "customer_id,benefit,period_start,period_end,amount\nA,child_benefit,2025-01-01,2025-02-01,10\nA,child_benefit,2025-03-01,2025-03-01,10\n")
        .extract("payments", "files = \"paid.csv\"\ncolumns.period_end = { exclusive = true }")
        .extract("applications", "absent = true")
        .rows("employers", "E1,5\nE2,30")
        .rows("employer_contacts", "C1,E1,2025-05-05,phone,inbound\nC1,E2,2025-05-06,phone,inbound")
        .rows("employer_applications", "B1,E2,child_benefit,2025-05-05,W,10,1");
    let run = workspace.run();
    run.code(0);
    assert_eq!(differences(&workspace, "vardag.toml", &run.latest()), Vec::<String>::new());
    assert_eq!(values(&workspace, "clean/customers.parquet", &["customer_id"]), ["A", "A"]);
    assert_eq!(values(&workspace, "clean/payments.parquet", &["period_end"]), ["2025-01-31", "2025-02-28"]);
    assert!(workspace.read("clean/vardag.toml").contains("absent = true"));
}

#[test]
fn the_sample_agency_gets_the_same_labels() {
    let workspace = Workspace::empty();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples");
    let config = data.join("vardag.toml");
    let config = config.to_str().expect("a path");
    workspace.vardag(&["run", config, "--out", "runs", "--quiet"]).code(0);
    let run = RunFolder::open(&workspace.path("runs/latest"));
    assert_eq!(differences(&workspace, config, &run), Vec::<String>::new());
}

#[test]
fn every_case_that_runs_gets_the_same_labels() {
    let cases = case_folders::found("cases", "VARDAG_CASES", "expect.json");
    let compared = std::sync::atomic::AtomicUsize::new(0);
    case_folders::hold(&cases, |case| {
        let expected = fs::read_to_string(case.join("expect.json")).expect("expect.json");
        let expected: serde_json::Value = serde_json::from_str(&expected).expect("JSON");
        let workspace = Workspace::empty().config(&fs::read_to_string(case.join("vardag.toml")).expect("vardag.toml"));
        case_folders::copy(case, workspace.root());
        for line in expected["setup"].as_array().into_iter().flatten() {
            let line = line.as_str().expect("a command");
            workspace.command("sh").args(["-c", line]).env("VARDAG", VARDAG).output().expect("a shell");
        }
        let run = workspace.vardag(&["run", "vardag.toml", "--out", "first", "--quiet"]);
        if run.output.status.code() != Some(0) {
            return Vec::new();
        }
        compared.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        differences(&workspace, "vardag.toml", &RunFolder::open(&workspace.path("first/latest")))
    });
    assert!(compared.into_inner() >= 20, "most cases run");
}

#[test]
fn every_conformance_case_gets_the_same_labels() {
    let cases = case_folders::found("conformance", "VARDAG_CONFORMANCE", "case.json");
    case_folders::hold(&cases, |case| {
        let workspace = conformance::workspace(case);
        let run = workspace.run();
        run.code(0);
        differences(&workspace, "vardag.toml", &run.latest())
    });
}
