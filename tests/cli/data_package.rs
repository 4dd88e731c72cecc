//! `datapackage.json` describes every CSV file of a run as it is: columns in order, types that its values have, keys
//! that tell rows apart.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use vardag::schema::features::FEATURES;

use crate::outcome::RunFolder;
use crate::workspace::{VARDAG, Workspace};

fn package(run: &RunFolder) -> Value {
    let text = std::fs::read_to_string(run.path.join("datapackage.json")).expect("datapackage.json");
    serde_json::from_str(&text).expect("JSON")
}

/// The sample agency on two days, so that there are movements, with a feature of its own.
fn sample_runs(workspace: &Workspace) -> RunFolder {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/vardag.toml");
    for day in ["2025-11-30", "2025-12-31"] {
        let mut command = workspace.command(VARDAG);
        command.arg("run").arg(&sample).args(["--out", "runs", "--as-of", day]);
        workspace.outcome(&mut command).code(0);
    }
    RunFolder::open(&workspace.path("runs/2025-12-31"))
}

/// Whether a value reads as this type; a missing one reads as any.
fn is_of(field_type: &str, value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    value.is_empty()
        || match field_type {
            "string" => true,
            "integer" => digits(unsigned),
            "number" => match unsigned.split_once('.') {
                Some((whole, decimals)) => digits(whole) && digits(decimals),
                None => digits(unsigned),
            },
            other => panic!("no column is of type {other}"),
        }
}

/// Holds a resource to its file: header, values, key, size and hash.
fn agrees(run: &RunFolder, resource: &Value) {
    let file = resource["path"].as_str().expect("a path");
    let table = run.table(file);
    let schema = &resource["schema"];
    let fields = schema["fields"].as_array().expect("fields");
    let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().expect("a name")).collect();
    assert_eq!(table.columns, names, "{file}");
    for (field, name) in fields.iter().zip(&names) {
        assert!(field["description"].is_string(), "{file}: {name} has no meaning");
        let field_type = field["type"].as_str().expect("a type");
        let wrong = table.column(name).into_iter().find(|value| !is_of(field_type, value));
        assert_eq!(wrong, None, "{file}: {name} is of type {field_type}");
    }
    if let Some(key) = schema["primaryKey"].as_array() {
        let key: Vec<&str> = key.iter().map(|name| name.as_str().expect("a name")).collect();
        let rows: BTreeSet<Vec<&str>> = table.select(&key).into_iter().collect();
        assert_eq!(rows.len(), table.rows.len(), "{file}: {key:?} tell rows apart");
        assert!(rows.iter().flatten().all(|value| !value.is_empty()), "{file}: {key:?} are never missing");
    }
    let manifest = run.manifest();
    let output = manifest["outputs"].as_array().expect("outputs").iter().find(|output| output["file"] == *file);
    let output = output.expect("it is in the manifest");
    assert_eq!(resource["bytes"], output["bytes"]);
    assert_eq!(resource["hash"], format!("blake3:{}", output["blake3"].as_str().expect("a hash")));
}

#[test]
fn every_table_of_a_run_is_described_as_it_is() {
    let workspace = Workspace::empty();
    let run = sample_runs(&workspace);
    let package = package(&run);
    assert_eq!(package["name"], "vardag-2025-12-31");
    let resources = package["resources"].as_array().expect("resources");
    let described: BTreeSet<&str> = resources.iter().filter_map(|resource| resource["path"].as_str()).collect();
    let files = run.files();
    let tables: BTreeSet<&str> = files.iter().filter(|file| file.ends_with(".csv")).map(String::as_str).collect();
    assert_eq!(described, tables);
    assert!(described.contains("movements.csv") && described.contains("employer_labels.csv"));
    resources.iter().for_each(|resource| agrees(&run, resource));

    let labels = resources.iter().find(|resource| resource["name"] == "labels").expect("labels");
    assert_eq!(labels["schema"]["primaryKey"], json!(["customer_id"]));
    let fields = labels["schema"]["fields"].as_array().expect("fields");
    for (field, feature) in fields[3..].iter().zip(FEATURES) {
        let told = [&field["name"], &field["unit"], &field["description"]].map(|text| text.as_str().expect("a text"));
        assert_eq!(told, [feature.name, feature.unit, feature.meaning]);
    }
    accepted_by_frictionless(&run);
}

/// The field's own validator agrees, where Python has it.
fn accepted_by_frictionless(run: &RunFolder) {
    let python = |arguments: &[&str]| Command::new("python3").args(arguments).output();
    if !python(&["-c", "import frictionless"]).is_ok_and(|output| output.status.success()) {
        println!("skipped: Python has no module frictionless to validate the package with");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frictionless_check.py");
    let package = run.path.join("datapackage.json");
    let output = python(&[script, package.to_str().expect("a path")]).expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn labels_in_parquet_and_derived_features_are_described_too() {
    let derived = "[[derived_features]]\nname = \"double\"\nexpression = \"contacts * 2\"\nunit = \"contacts\"\n";
    let workspace = Workspace::agency().extract("contacts", &format!("files = \"contacts.csv\"\n{derived}"));
    let run = workspace.run().code(0).latest();
    let labels = package(&run)["resources"][0].clone();
    let double = labels["schema"]["fields"].as_array().expect("fields").last().cloned();
    let expected = json!({"name": "double", "type": "integer", "description": "contacts * 2", "unit": "contacts"});
    assert_eq!(double, Some(expected));

    let workspace = workspace.settings("outputs.labels = \"parquet\"");
    let run = workspace.run().code(0).latest();
    let labels = package(&run)["resources"][0].clone();
    assert_eq!(labels["path"], "labels.parquet");
    assert_eq!((&labels["profile"], &labels["schema"]), (&json!("data-resource"), &Value::Null));
}
