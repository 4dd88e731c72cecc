//! Every conformance case gives the expected files (`tests/conformance`, or the folder that `VARDAG_CONFORMANCE` names).
//! Independent implementations of docs/method.md agree on what is expected there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::case_folders;
use crate::outcome::RunFolder;
use crate::table::Table;
use crate::workspace::Workspace;

const EXTRACTS: [&str; 8] = [
    "customers",
    "contacts",
    "applications",
    "payments",
    "life_events",
    "employers",
    "employer_contacts",
    "employer_applications",
];

#[test]
fn every_conformance_case_gives_the_expected_files() {
    let cases = case_folders::found("conformance", "VARDAG_CONFORMANCE", "case.json");
    case_folders::hold(&cases, differences_of);
}

/// A workspace with the extracts and the configuration of a case.
pub fn workspace(case: &Path) -> Workspace {
    let workspace = Workspace::empty().config(&configuration(case));
    for extract in EXTRACTS.iter().filter(|extract| case.join(extract).is_dir()) {
        let target = fs::canonicalize(case.join(extract)).expect("an extract's folder");
        std::os::unix::fs::symlink(target, workspace.path(extract)).expect("a link");
    }
    workspace
}

/// Runs a case and compares.
fn differences_of(case: &Path) -> Vec<String> {
    let workspace = workspace(case);
    let outcome = workspace.run();
    if outcome.output.status.code() != Some(0) {
        return vec![format!("{}: {}", outcome.output.status, outcome.stderr())];
    }
    let (run, expected) = (outcome.latest(), case.join("expected"));
    let mut differences = Vec::new();
    let mut compare = |file: &str, keys: &[&str], same: Same| {
        let (wanted, found) = (table(&expected.join(file)), run.table(file));
        differences
            .extend(compare_tables(&wanted, &found, keys, same).into_iter().map(|text| format!("{file} {text}")));
    };
    compare("labels.csv", &["customer_id"], |_, _, wanted, found| wanted == found);
    compare("category_summary.csv", &["category"], same_number);
    compare("feature_statistics.csv", &["category", "feature"], same_statistic);
    compare("concentration.csv", &["feature", "top_pct"], same_number);
    compare("employer_labels.csv", &["employer_id"], |_, _, wanted, found| wanted == found);
    compare("employer_summary.csv", &["category"], same_number);
    for (file, id) in [("labels.csv", "customer_id"), ("employer_labels.csv", "employer_id")] {
        let ids = |table: &Table| table.select(&[id]).concat().join(" ");
        if ids(&table(&expected.join(file))) != ids(&run.table(file)) {
            differences.push(format!("{file}: the rows are in another order"));
        }
    }
    differences.extend(compare_rejects(&table(&expected.join("rejects.csv")), &run.table("rejects.csv")));
    differences.extend(compare_accounting(&expected, &run));
    differences.extend(not_compared(&expected));
    differences
}

/// Expected files that this test does not know: a new one must not be passed over.
fn not_compared(expected: &Path) -> Vec<String> {
    const COMPARED: [&str; 8] = [
        "labels.csv",
        "category_summary.csv",
        "feature_statistics.csv",
        "concentration.csv",
        "employer_labels.csv",
        "employer_summary.csv",
        "rejects.csv",
        "accounting.json",
    ];
    let entries = fs::read_dir(expected).expect("the expected files");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let unknown = names.filter(|name| !COMPARED.iter().any(|known| known == name));
    unknown.map(|name| format!("{name} is not compared")).collect()
}

/// The last day of a case's window.
pub fn as_of(case: &Path) -> String {
    let settings: Value =
        serde_json::from_str(&fs::read_to_string(case.join("case.json")).expect("case.json")).expect("JSON");
    settings["as_of"].as_str().expect("a day").to_owned()
}

/// The configuration that `case.json` and `benefits.csv` describe.
fn configuration(case: &Path) -> String {
    let text = fs::read_to_string(case.join("case.json")).expect("case.json");
    let settings: Value = serde_json::from_str(&text).expect("case.json is JSON");
    let mut window = json!({
        "as_of": settings["as_of"],
        "months": settings["window_months"],
        "spell_gap_days": settings["spell_gap_days"],
        "min_observed_days": settings["min_observed_days"],
    });
    if settings["history_from"].is_string() {
        window["history_from"] = settings["history_from"].clone();
    }
    let limits = json!({
        "max_rejected_pct": 100, "max_orphan_pct": 100, "max_duplicate_pct": 100, "max_unmapped_pct": 100,
        "may_be_empty": true, "may_be_outside_window": true,
    });
    let mut extracts = Map::new();
    for extract in EXTRACTS.iter().filter(|extract| case.join(extract).is_dir()) {
        let mut own = json!({ "files": [format!("{extract}/*")] });
        if settings["keep"][extract].is_string() {
            own["keep"] = settings["keep"][extract].clone();
        }
        extracts.insert((*extract).to_owned(), own);
    }
    assert_eq!(settings["customers_extract"], json!(extracts.contains_key("customers")), "{}", case.display());
    if settings["history"] == json!(true) {
        extracts["customers"]["history"] = json!(true);
    }
    extracts["payments"]["covers"] = settings["covers"].clone();
    let catalogue = table(&case.join("benefits.csv"));
    let entry = |row: Vec<&str>| {
        let flag = |at: usize| row[at] == "true";
        let entry = json!({
            "countable": flag(1), "last_resort": flag(2), "income_replacing": flag(3), "life_event": row[4],
        });
        (row[0].to_owned(), entry)
    };
    let columns = ["benefit", "countable", "last_resort", "income_replacing", "life_event"];
    let benefits: Map<String, Value> = catalogue.select(&columns).into_iter().map(entry).collect();
    let whole = json!({
        "default_benefits": false, "window": window, "limits": limits, "extracts": extracts, "benefits": benefits,
        // All codes are named, however few rows have them.
        "breakdowns": { "min_group": 1 },
    });
    toml::to_string(&whole).expect("the case as TOML")
}

/// An expected file, which may have CRLF line ends.
fn table(path: &Path) -> Table {
    let mut table = Table::read(path);
    if table.columns.last().is_some_and(|name| name.ends_with('\r')) {
        let last = table.columns.len() - 1;
        table.columns[last].pop();
        table.rows.iter_mut().for_each(|row| {
            row[last].pop();
        });
    }
    table
}

/// Whether two values are the same: the expected row by column name, the column, what is expected, what was found.
type Same = fn(&BTreeMap<&str, &str>, &str, &str, &str) -> bool;

fn compare_tables(wanted: &Table, found: &Table, keys: &[&str], same: Same) -> Vec<String> {
    if wanted.columns != found.columns {
        return vec![format!("columns: expected {:?}, found {:?}", wanted.columns, found.columns)];
    }
    let keyed = |table: &Table| -> BTreeMap<String, Vec<String>> {
        let names: Vec<String> = table.select(keys).iter().map(|key| key.join(" ")).collect();
        names.into_iter().zip(table.rows.iter().cloned()).collect()
    };
    let (wanted_rows, found_rows) = (keyed(wanted), keyed(found));
    let mut differences = Vec::new();
    if found_rows.len() != found.rows.len() {
        differences.push("rows are repeated".to_owned());
    }
    let unexpected = found_rows.keys().filter(|key| !wanted_rows.contains_key(*key));
    differences.extend(unexpected.map(|key| format!("{key:?} is not expected")));
    for (key, row) in &wanted_rows {
        let Some(other) = found_rows.get(key) else {
            differences.push(format!("{key:?} is missing"));
            continue;
        };
        let named: BTreeMap<&str, &str> =
            wanted.columns.iter().map(String::as_str).zip(row.iter().map(String::as_str)).collect();
        for ((column, wanted), found) in wanted.columns.iter().zip(row).zip(other) {
            if wanted != found && !same(&named, column, wanted, found) {
                differences.push(format!("{key:?} {column}: expected {wanted:?}, found {found:?}"));
            }
        }
    }
    differences
}

/// Counts exactly, all else to 1e-9 relative.
fn same_number(_: &BTreeMap<&str, &str>, column: &str, wanted: &str, found: &str) -> bool {
    near(wanted, found, if column == "customers" { 0.0 } else { 1e-9 }, 0.0)
}

/// The same for statistics, where figures of nearly equal or cancelling values are rounding noise.
fn same_statistic(row: &BTreeMap<&str, &str>, column: &str, wanted: &str, found: &str) -> bool {
    let bound = |name: &str| row[name].parse::<f64>().map_or(0.0, f64::abs);
    let scale = 1e-12 * bound("min").max(bound("max"));
    match column {
        "category" | "feature" => wanted == found,
        "n" => near(wanted, found, 0.0, 0.0),
        "sum" => near(wanted, found, 1e-9, scale * bound("n")),
        _ => near(wanted, found, 1e-9, scale),
    }
}

fn near(wanted: &str, found: &str, relative: f64, floor: f64) -> bool {
    match (wanted.parse::<f64>(), found.parse::<f64>()) {
        (Ok(wanted), Ok(found)) => {
            wanted == found || (wanted - found).abs() <= (relative * wanted.abs().max(found.abs())).max(floor)
        }
        _ => false,
    }
}

fn compare_rejects(wanted: &Table, found: &Table) -> Vec<String> {
    let columns = ["extract", "file", "record", "line", "column", "reason"];
    let set = |table: &Table| -> BTreeSet<String> { table.select(&columns).iter().map(|row| row.join(" ")).collect() };
    let (wanted_rows, found_rows) = (set(wanted), set(found));
    let missing = wanted_rows.difference(&found_rows).map(|row| format!("rejects.csv lacks {row}"));
    let unexpected = found_rows.difference(&wanted_rows).map(|row| format!("rejects.csv has {row}"));
    let mut differences: Vec<String> = missing.chain(unexpected).collect();
    if found_rows.len() != found.rows.len() {
        differences.push("rejects.csv repeats rows".to_owned());
    }
    differences
}

fn compare_accounting(expected: &Path, run: &RunFolder) -> Vec<String> {
    let text = fs::read_to_string(expected.join("accounting.json")).expect("accounting.json");
    let wanted: Value = serde_json::from_str(&text).expect("accounting.json is JSON");
    let manifest = run.manifest();
    let mut differences = Vec::new();
    let mut same = |what: String, wanted: &Value, found: &Value| {
        // No tally and an empty one say the same.
        let empty = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
        // Keys in any order: compared as maps.
        let sorted = |value: &Value| value.as_object().map(|map| map.clone().into_iter().collect::<BTreeMap<_, _>>());
        let equal = wanted == found || (sorted(wanted).is_some() && sorted(wanted) == sorted(found));
        if !(equal || empty(wanted) && empty(found)) {
            differences.push(format!("{what}: expected {wanted}, found {found}"));
        }
    };
    same("population".to_owned(), &wanted["population"], &manifest["population"]);
    let read: Vec<&Value> = manifest["extracts"].as_array().expect("extracts").iter().collect();
    let names: Vec<&Value> = read.iter().map(|entry| &entry["extract"]).collect();
    let expected_names: Vec<&String> = wanted["extracts"].as_object().expect("extracts").keys().collect();
    same("extracts".to_owned(), &json!(expected_names), &json!(names));
    for entry in read {
        let name = entry["extract"].as_str().expect("a name");
        for count in ["records", "filtered", "rejected", "orphans", "duplicates", "future", "out_of_scope", "in_use"] {
            same(format!("{name} {count}"), &wanted["extracts"][name][count], &entry["rows"][count]);
        }
        for tally in ["unmapped_methods", "unmapped_filers", "unknown_benefits"] {
            same(format!("{name} {tally}"), &wanted["warnings"][tally][name], &entry[tally]);
        }
        if name == "payments" {
            let after = "payments_after_registration";
            same(after.to_owned(), &wanted[after], &entry[after]);
        }
    }
    let warned = manifest["warnings"].as_array().expect("warnings").iter().filter_map(Value::as_str);
    let no_register = warned.into_iter().any(|warning| warning.contains("there is no customers extract"));
    same("no_customers".to_owned(), &json!(wanted["warnings"].get("no_customers").is_some()), &json!(no_register));
    differences
}
