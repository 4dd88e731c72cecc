//! `vardag init FILES…`: the configuration that it drafts runs as it is, or fails with a message that names the line to
//! fill in; what it is not sure of is marked.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::case_folders;
use crate::init_lookalikes::rows;
use crate::outcome::Outcome;
use crate::workspace::{VARDAG, Workspace};

/// All files below a folder but configurations and what is expected, relative to it, in order.
fn data_files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let is_data =
                !matches!(path.extension().and_then(|ending| ending.to_str()), Some("toml" | "json" | "md" | "py"));
            match path.is_dir() {
                true if path.file_name().is_some_and(|name| name != "runs") => folders.push(path),
                false if is_data => {
                    found.push(path.strip_prefix(folder).expect("below").to_string_lossy().into_owned())
                }
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// A workspace with the data files of a folder.
fn copy_of(folder: &Path) -> (Workspace, Vec<String>) {
    let workspace = Workspace::empty();
    let files = data_files(folder);
    files.iter().for_each(|file| workspace.write(file, fs::read(folder.join(file)).expect("a file")));
    (workspace, files)
}

fn init(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    // The workspace's own configuration is called `vardag.toml`.
    workspace.vardag(&[&["init", "--out", "drafted.toml"], arguments].concat())
}

pub fn drafted(workspace: &Workspace, files: &[String]) -> String {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    init(workspace, &files).code(0);
    workspace.read("drafted.toml")
}

/// Where each column is read from: by extract, place of the source and column.
fn columns(config: &str) -> BTreeMap<(String, usize, String), String> {
    let parsed: toml::Table = config.parse().unwrap_or_else(|error| panic!("{error}\n{config}"));
    let mut found = BTreeMap::new();
    for (extract, table) in parsed["extracts"].as_table().expect("extracts") {
        let sources = table.get("sources").and_then(toml::Value::as_array);
        let sources: Vec<&toml::Value> = sources.map_or(vec![table], |sources| sources.iter().collect());
        for (place, source) in sources.into_iter().enumerate() {
            for (column, from) in source.get("columns").and_then(toml::Value::as_table).into_iter().flatten() {
                let of_table = |key: &str| from.get(key).map(toml::Value::to_string);
                let from = of_table("column").or(of_table("constant")).unwrap_or_else(|| from.to_string());
                found.insert((extract.clone(), place, column.clone()), from);
            }
        }
    }
    found
}

/// Holds a draft to its promise: it runs, or each problem is a line to fill in.
#[track_caller]
pub fn runs_or_names_the_line(workspace: &Workspace, config: &str) -> Outcome {
    let outcome = workspace.vardag(&["run", "--quiet", "drafted.toml"]);
    if outcome.output.status.code() == Some(2) {
        let lines: Vec<&str> = config.lines().collect();
        let said = outcome.stderr();
        let named: Vec<usize> = said
            .lines()
            .filter_map(|line| line.split("drafted.toml:").nth(1)?.split(':').next()?.parse().ok())
            .collect();
        assert!(!named.is_empty(), "{said}");
        for line in named {
            assert!(lines[line - 1].contains("fill in"), "{}", lines[line - 1]);
        }
    }
    outcome
}

#[test]
fn of_the_sample_agency_all_columns_are_found_and_only_benefits_are_to_be_filled_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples");
    let (workspace, files) = copy_of(&folder);
    let config = drafted(&workspace, &files);
    let own = fs::read_to_string(folder.join("vardag.toml")).expect("the sample's configuration");
    let (found, expected) = (columns(&config), columns(&own));
    let right = expected.iter().filter(|(column, from)| found.get(*column) == Some(*from)).count();
    assert!(right * 100 >= expected.len() * 90, "{right} of {}", expected.len());
    // What differs is marked.
    for ((_, _, column), from) in found.iter().filter(|(column, from)| expected.get(*column) != Some(*from)) {
        let line =
            config.lines().find(|line| line.starts_with(&format!("{column} = ")) && line.contains(from.as_str()));
        assert!(line.is_some_and(|line| line.contains("guess") || line.contains("fill in")), "{column} {from}");
    }
    assert!(config.contains("as_of = 2025-12-31") && config.contains("history_from = 2024-11-01"), "{config}");

    let outcome = runs_or_names_the_line(&workspace, &config);
    outcome.code(2).stderr_has("codes.benefit");
    // What the sample's configuration says of its codes makes it run.
    let codes: BTreeMap<&str, &str> = own.lines().filter_map(|line| line.split_once(" = ")).collect();
    let filled: Vec<String> = config
        .lines()
        .map(|line| match line.split_once(" = \"\"") {
            Some((code, _)) => format!("{code} = {}", codes.get(code).unwrap_or(&"\"other\"")),
            None => line.to_owned(),
        })
        .collect();
    workspace.write("drafted.toml", filled.join("\n"));
    let outcome = workspace.vardag(&["run", "--quiet", "drafted.toml"]);
    assert_eq!(outcome.code(0).labels().rows.len(), 1987);
}

/// Cases whose data break a limit that their own configuration loosens, or whose rows it knows to be kept.
const BREAKING_LIMITS: [&str; 5] = [
    "24-one-carriage-return-in-a-row",
    "25-the-last-counts",
    "26-register-with-history",
    "39-one-id-in-four-forms",
    "42-what-was-readable-before",
];

/// Cases whose configuration says what no file can tell: names of dimensions, that spells are none, that payments
/// cover a month, that an amount means that there is none.
const NOT_IN_THE_FILES: [&str; 6] = [
    "10-register-of-spells-unsaid",
    "14-windows-1252-read-as-latin-1",
    "26-register-with-history",
    "33-windows-1252-and-utf-16",
    "38-where-a-period-ends",
    "42-what-was-readable-before",
];

#[test]
fn a_folder_s_name_tells_of_no_unit() {
    let workspace = Workspace::empty();
    let rows = "K3;child_benefit;2025-02-10;oral;1,25\nK3;child_benefit;2025-02-11;online;0,5\n";
    workspace.write("s/hours.csv", format!("customer_id;benefit;submitted_on;method;time\n{rows}"));
    let said = init(&workspace, &["s/hours.csv"]);
    assert!(workspace.read("drafted.toml").contains(r#"column = "time", unit = "hours""#), "{}", said.stderr());
}

#[test]
fn of_every_case_the_draft_runs_or_names_the_line_or_the_data_hold_it() {
    let cases = case_folders::found("cases", "VARDAG_CASES", "expect.json");
    case_folders::hold(&cases, |case| {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        let expected: Value =
            serde_json::from_slice(&fs::read(case.join("expect.json")).expect("expect.json")).expect("JSON");
        let own_code = expected.get("exit").and_then(Value::as_i64).unwrap_or_default();
        let (workspace, files) = copy_of(case);
        let arguments: Vec<&str> = files.iter().map(String::as_str).collect();
        let said = init(&workspace, &arguments);
        if !matches!(said.output.status.code(), Some(0 | 3)) {
            return vec![said.stderr()];
        }
        let config = workspace.read("drafted.toml");
        let outcome = runs_or_names_the_line(&workspace, &config);
        let code = outcome.output.status.code().map(i64::from);
        let is_held = BREAKING_LIMITS.contains(&name.as_str()) && outcome.stderr().contains("limit broken");
        if !matches!(code, Some(0 | 2)) && code != Some(own_code) && !is_held {
            return vec![format!("exit code {code:?}: {}", outcome.stderr())];
        }
        if own_code != 0 || NOT_IN_THE_FILES.contains(&name.as_str()) {
            vec![]
        } else {
            labels(&workspace, &config, &expected)
        }
    });
}

/// In what the labels differ from the expected ones, in the window of the cases.
fn labels(workspace: &Workspace, config: &str, expected: &Value) -> Vec<String> {
    let Some(expected) = expected.get("labels").and_then(Value::as_object) else { return vec![] };
    let is_window = |line: &&str| !["as_of", "history_from", "[window]"].iter().any(|key| line.starts_with(key));
    let rest: Vec<&str> = config.lines().filter(is_window).collect();
    let window = "limits = { max_rejected_pct = 100, max_duplicate_pct = 100, may_be_outside_window = true }\n\
                  window = { as_of = 2025-12-31, history_from = 2024-11-01 }\n";
    workspace.write("drafted.toml", format!("{window}{}", rest.join("\n")));
    let outcome = workspace.vardag(&["run", "--quiet", "drafted.toml"]);
    let found = outcome.code(0).labels();
    let mut differences = Vec::new();
    for (customer, columns) in expected {
        let Some(columns) = columns.as_object() else { continue };
        for (column, value) in columns {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace("null", "");
            let own = found.get(customer, column);
            let is_same = own == text || matches!((own.parse::<f64>(), text.parse::<f64>()), (Ok(a), Ok(b)) if a == b);
            if !is_same {
                differences.push(format!("{customer} {column}: {own:?}, expected {text:?}"));
            }
        }
    }
    differences
}

#[test]
fn what_is_no_table_is_left_out_and_told() {
    let workspace = Workspace::agency()
        .file("book.xlsx", b"PK\x03\x04\x14\0\x06\0[Content_Types].xml")
        .file("page.csv", "<!DOCTYPE html><html>")
        .file("nothing.csv", "")
        .file("folder/a.csv", "a,b\n");
    let bad = ["book.xlsx", "page.csv", "nothing.csv", "folder", "nowhere.csv"];
    let outcome = init(&workspace, &[&["contacts.csv"], &bad[..]].concat());
    outcome.code(3).stderr_has("wrote drafted.toml").stderr_has("contacts.csv: contacts");
    for said in
        ["Excel workbook", "a web page (HTML)", "is empty", "folder is a folder: name its files", "no such file"]
    {
        outcome.stderr_has(said);
    }
    let config = workspace.read("drafted.toml");
    assert!(config.contains("[extracts.payments]") && config.contains("absent = true"), "{config}");
    // Nothing is written where there is nothing to say.
    let none = workspace.vardag(&[&["init", "--out", "none.toml"], &bad[..]].concat());
    none.code(3).stderr_has("none of the files can be read");
    assert!(!workspace.listing(".").contains(&"none.toml".to_owned()));
}

#[test]
fn files_that_are_no_extract_are_shown_and_left_to_the_reader() {
    let workspace = Workspace::empty().file("weather.csv", "station,wind,rain\nA,1.5,2.5\nB,2.5,1.0\n");
    let config = drafted(&workspace, &["weather.csv".to_owned()]);
    assert!(config.contains("# not used: weather.csv") && config.contains("#   \"wind\""), "{config}");
    runs_or_names_the_line(&workspace, &config).code(2).stderr_has("extracts.payments.files");
}

#[test]
fn the_draft_is_for_its_owner_and_shows_values_only_where_they_are_asked_for() {
    let contacts =
        rows("customer_id,contacted_on,channel,note\n", "SECRET{id},2025-{m}-{d},{phone|chat},private {n}\n", 60)
            + "SECRET00042,2025-05-05,Anna Andersson,private\n";
    let workspace = Workspace::empty().file("contacts.csv", contacts);
    init(&workspace, &["contacts.csv"])
        .code(0)
        .stderr_has("--no-samples leaves out")
        .stderr_has("then: vardag check drafted.toml");
    let shown = workspace.read("drafted.toml");
    assert!(shown.contains("SECRET") && shown.contains("private"), "{shown}");
    let mode = fs::metadata(workspace.path("drafted.toml")).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // It is never written over.
    init(&workspace, &["contacts.csv"]).code(2).stderr_has("drafted.toml cannot be written: it exists already");
    workspace.vardag(&["init", "--out", "bare.toml", "--no-samples", "contacts.csv"]).code(0);
    let bare = workspace.read("bare.toml");
    for value in ["SECRET", "private", "Anna", "2025-05-05"] {
        assert!(!bare.contains(value), "{value} in\n{bare}");
    }
    // A code of one row may be a person's name: it is counted, and shown as a sample at most.
    assert!(!shown.contains("\"Anna Andersson\""), "{shown}");
}

#[test]
fn paths_are_relative_to_the_configuration() {
    let workspace = Workspace::agency();
    fs::create_dir(workspace.path("conf")).expect("a folder");
    let out: PathBuf = workspace.path("conf/mine.toml");
    let mut command = workspace.command(VARDAG);
    command.args(["init", "customers.csv", "contacts.csv", "applications.csv", "payments.csv", "--out"]).arg(&out);
    workspace.outcome(&mut command).code(0);
    let config = fs::read_to_string(&out).expect("the draft");
    assert!(config.contains("customers.csv\""), "{config}");
    workspace.vardag(&["check", "conf/mine.toml"]).code(0);
}

#[test]
fn a_part_without_letters_of_the_encoding_is_no_source_of_its_own() {
    let header = "customer_id;contacted_on;channel\n";
    let workspace = Workspace::empty()
        .file("calls_01.csv", [header.as_bytes(), b"A;2025-01-31;br\xE9f\nB;2025-01-30;chat\n"].concat())
        .file("calls_02.csv", format!("{header}A;2025-02-28;chat\nC;2025-02-27;chat\n"));
    let config = drafted(&workspace, &["calls_02.csv".to_owned(), "calls_01.csv".to_owned()]);
    assert!(config.contains("files = \"calls_*.csv\"") && config.contains("encoding = \"windows-1252\""), "{config}");
    // The file to write is not one of those to look at.
    workspace.vardag(&["init", "mine.toml"]).code(2).stderr_has("`--out mine.toml`");
}
