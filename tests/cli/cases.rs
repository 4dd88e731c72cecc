//! Small agencies with files as real systems write them (`tests/cases`, or the folder that `VARDAG_CASES` names), each
//! with an `expect.json` that says what must come of them. `tests/cases/README.md` lists its keys.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use regex_lite::Regex;
use serde::Deserialize;
use serde_json::Value;

use crate::case_folders;
use crate::outcome::{Outcome, RunFolder};
use crate::workspace::{VARDAG, Workspace};

/// What must come of a case. A key that is not here fails the test: nothing expected is passed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    about: String,
    topic: String,
    #[serde(default = "run")]
    command: String,
    #[serde(default)]
    setup: Vec<String>,
    #[serde(default)]
    exit: i32,
    held: Option<bool>,
    customers: Option<usize>,
    #[serde(default)]
    labels: BTreeMap<String, Option<BTreeMap<String, Value>>>,
    #[serde(default)]
    accounting: BTreeMap<String, BTreeMap<String, u64>>,
    rejects: Option<Vec<Vec<Value>>>,
    #[serde(default)]
    stderr_has: Vec<String>,
    #[serde(default)]
    stderr_lacks: Vec<String>,
    stderr_max_bytes: Option<usize>,
    #[serde(default)]
    files: BTreeMap<String, ExpectedFile>,
    #[serde(default)]
    left: Vec<String>,
    #[serde(default)]
    gone: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFile {
    mode: Option<String>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

fn run() -> String {
    "run".to_owned()
}

#[test]
fn every_case_passes() {
    let cases = case_folders::found("cases", "VARDAG_CASES", "expect.json");
    case_folders::hold(&cases, |case| {
        let expected: Expected =
            serde_json::from_value(value(case)).unwrap_or_else(|error| panic!("{case:?}: {error}"));
        let mut differences = differences_of(case, &expected);
        if !differences.is_empty() {
            differences.insert(0, format!("{}: {}", expected.topic, expected.about));
        }
        differences
    });
}

fn value(case: &Path) -> Value {
    let text = fs::read_to_string(case.join("expect.json")).expect("expect.json");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}

/// Runs a case in a copy of its own and compares.
fn differences_of(case: &Path, expected: &Expected) -> Vec<String> {
    let config = fs::read_to_string(case.join("vardag.toml")).expect("vardag.toml");
    let workspace = Workspace::empty().config(&config);
    case_folders::copy(case, workspace.root());
    for line in &expected.setup {
        let done = workspace.command("sh").args(["-c", line]).env("VARDAG", VARDAG).output().expect("a shell");
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    }
    let before: Vec<Vec<u8>> = expected.left.iter().map(|path| fs::read(workspace.path(path)).expect(path)).collect();
    let outcome = workspace.vardag(&[&expected.command, "vardag.toml"]);
    let mut differences = said(&outcome, expected, workspace.root());
    for (path, before) in expected.left.iter().zip(before) {
        if fs::read(workspace.path(path)).ok() != Some(before) {
            differences.push(format!("{path} was changed or removed"));
        }
    }
    let there = expected.gone.iter().filter(|path| workspace.path(path).exists());
    differences.extend(there.map(|path| format!("{path} is still there")));
    differences.extend(results(&workspace, &config, expected));
    if !differences.is_empty() {
        differences.push(format!("stderr: {}", outcome.stderr()));
    }
    differences
}

/// Exit code and messages; these in small letters, without the folder's own name.
fn said(outcome: &Outcome, expected: &Expected, root: &Path) -> Vec<String> {
    let stderr = outcome.stderr();
    let mut differences = patterns(
        "stderr",
        &stderr.replace(&root.display().to_string(), ".").to_lowercase(),
        &expected.stderr_has,
        &expected.stderr_lacks,
    );
    if outcome.output.status.code() != Some(expected.exit) {
        differences.push(format!("{} instead of {}", outcome.output.status, expected.exit));
    }
    if expected.stderr_max_bytes.is_some_and(|most| stderr.len() > most) {
        differences.push(format!("stderr has {} bytes", stderr.len()));
    }
    differences
}

fn patterns(of: &str, text: &str, has: &[String], lacks: &[String]) -> Vec<String> {
    let is_found = |pattern: &String| Regex::new(pattern).expect("a regular expression").is_match(text);
    let missing = has.iter().filter(|pattern| !is_found(pattern)).map(|pattern| format!("{of} lacks /{pattern}/"));
    let unwanted = lacks.iter().filter(|pattern| is_found(pattern)).map(|pattern| format!("{of} has /{pattern}/"));
    missing.chain(unwanted).collect()
}

/// What the run folder should say.
fn results(workspace: &Workspace, config: &str, expected: &Expected) -> Vec<String> {
    let config: toml::Table = config.parse().expect("TOML");
    let day = config["window"]["as_of"].to_string().replace('"', "");
    let [good, held] = ["", ".held"].map(|mark| workspace.path(&format!("runs/{day}{mark}")));
    let is_held = held.join("manifest.json").exists();
    let mut differences = Vec::new();
    if expected.held.is_some_and(|held| held != is_held) {
        differences.push(format!("held: {is_held}"));
    }
    let folder = if is_held { held } else { good };
    if !folder.join("manifest.json").exists() {
        let wants_rows = !expected.labels.is_empty() || !expected.accounting.is_empty() || !expected.files.is_empty();
        if wants_rows || expected.customers.is_some() || expected.rejects.is_some() {
            differences.push("there is no run folder".to_owned());
        }
        return differences;
    }
    let run = RunFolder::open(&folder);
    differences.extend(accounting(&run, expected));
    differences.extend(rejects(&run, expected));
    differences.extend(labels(&run, expected));
    for (name, wanted) in &expected.files {
        differences.extend(file(&run.path.join(name), name, wanted));
    }
    differences
}

fn accounting(run: &RunFolder, expected: &Expected) -> Vec<String> {
    let mut differences = Vec::new();
    for (extract, counts) in &expected.accounting {
        let rows = &run.extract(extract)["rows"];
        let wrong = counts.iter().filter(|(key, count)| rows[key.as_str()] != **count);
        differences.extend(wrong.map(|(key, count)| format!("{extract}: {} {key}, not {count}", rows[key.as_str()])));
    }
    differences
}

/// Extract, file, record, column and reason, in order; null stands for anything.
fn rejects(run: &RunFolder, expected: &Expected) -> Vec<String> {
    let Some(wanted) = &expected.rejects else { return Vec::new() };
    let table = run.table("rejects.csv");
    let found = table.select(&["extract", "file", "record", "column", "reason"]);
    let fits = |wanted: &[Value], found: &[&str]| {
        wanted.iter().zip(found).all(|(wanted, found)| wanted.is_null() || is_same(wanted, found))
    };
    let is_right = wanted.len() == found.len() && wanted.iter().zip(&found).all(|(wanted, found)| fits(wanted, found));
    if is_right { Vec::new() } else { vec![format!("rejects {found:?} instead of {wanted:?}")] }
}

fn labels(run: &RunFolder, expected: &Expected) -> Vec<String> {
    let table = run.labels();
    let mut differences = Vec::new();
    if expected.customers.is_some_and(|customers| customers != table.rows.len()) {
        differences.push(format!("{} customers", table.rows.len()));
    }
    let ids = table.column("customer_id");
    for (customer, columns) in &expected.labels {
        if ids.contains(&customer.as_str()) != columns.is_some() {
            differences.push(format!("{customer} is {}", if columns.is_some() { "missing" } else { "there" }));
            continue;
        }
        for (column, wanted) in columns.iter().flatten() {
            let found = table.get(customer, column);
            if !is_same(wanted, found) {
                differences.push(format!("{customer}: {column} {found:?} instead of {wanted}"));
            }
        }
    }
    differences
}

/// A number as a number, a text as it is, null as an empty value.
fn is_same(wanted: &Value, found: &str) -> bool {
    match wanted {
        Value::Null => found.is_empty(),
        Value::Number(_) => {
            let wanted = wanted.as_f64().expect("a number");
            found.parse::<f64>().is_ok_and(|found| (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0))
        }
        other => other.as_str() == Some(found),
    }
}

fn file(path: &Path, name: &str, wanted: &ExpectedFile) -> Vec<String> {
    let Ok(metadata) = fs::metadata(path) else { return vec![format!("there is no {name}")] };
    let mode = format!("{:o}", metadata.permissions().mode() & 0o777);
    let mut differences = patterns(name, &text(path).to_lowercase(), &wanted.has, &wanted.lacks);
    if wanted.mode.as_ref().is_some_and(|wanted| *wanted != mode) {
        differences.push(format!("{name} has mode {mode}"));
    }
    differences
}

/// What a file says; of a workbook, what all its parts say.
fn text(path: &Path) -> String {
    let bytes = fs::read(path).expect("a file");
    if path.extension().is_none_or(|extension| extension != "xlsx") {
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let mut text = String::new();
    for at in 0..archive.len() {
        archive.by_index(at).expect("a part").read_to_string(&mut text).expect("UTF-8");
    }
    text
}
