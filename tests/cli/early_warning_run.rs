//! A run with a model: who is in question follows from labels and model alone, a model that must not be applied is refused
//! before anything is read, and a score can be explained.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use vardag::history::PastRun;
use vardag::schema::Entity;

use crate::early_warning_outcome::bin_of;
use crate::outcome::{Outcome, RunFolder};
use crate::table::Table;
use crate::workspace::Workspace;

/// Customers whose registration ends within the last window, so that they are in the population and not in question.
const ENDED: &str = "2025-11-15";
const AS_OF: &str = "2025-12-31";

/// A population, and a model that is fitted on it up to the middle of 2025: half of its features say how little there is to
/// say, so that reasons are equal, and one is derived.
pub fn fitted() -> Workspace {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "big", "--customers", "3000", "--seed", "5", "--months", "30", "--quiet"]).code(0);
    let register = Table::read(&workspace.path("big/customers.csv"));
    let place = register.columns.iter().position(|name| name == "registered_to").expect("a column");
    let mut text = register.columns.join(",") + "\n";
    for (at, mut row) in register.rows.into_iter().enumerate() {
        if at % 10 == 3 {
            row[place] = ENDED.to_owned();
        }
        text += &(row.join(",") + "\n");
    }
    workspace.write("big/customers.csv", text);
    let derived = "[[derived_features]]\nname = \"per_application\"\nexpression = \"contacts / applications\"\n";
    let config = format!("{}\n{derived}{SETTINGS}", workspace.read("big/vardag.toml"));
    workspace.write("big/vardag.toml", &config);
    workspace.vardag(&FIT);
    workspace.write("big/run.toml", format!("{config}model = \"model.toml\"\naccept_failed = true\n"));
    workspace
}

const SETTINGS: &str = "\n[early_warning]\nto = \"irregular\"\nwithin = 2\nfeatures = [\"contacts\", \"benefits_paid\", \
                        \"benefit_starts\", \"per_application\", \"handling_minutes\"]\n";
const FIT: [&str; 9] = [
    "early-warning",
    "fit",
    "big/vardag.toml",
    "--from",
    "2024-11-30",
    "--to",
    "2025-06-30",
    "--quiet",
    "--out=big/model.toml",
];

/// A run as of a day, into `runs`.
pub fn run(workspace: &Workspace, config: &str, as_of: &str, more: &[&str]) -> Outcome {
    let arguments = ["run", config, "--as-of", as_of, "--out", "runs", "--quiet", "--accept-changes"];
    workspace.vardag(&[&arguments[..], more].concat())
}

/// A change of a file, which must be one.
pub fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from:?} in {text}");
    text.replacen(from, to, 1)
}

/// What a model's file says of a row of labels: the points of each feature, in their order.
fn points(model: &toml::Value, labels: &Table, row: &[String]) -> Vec<(String, i64)> {
    let features = model["scorecard"]["features"].as_array().expect("features").iter();
    let of_feature = features.map(|feature| {
        let name = feature["name"].as_str().expect("a name");
        let place = labels.columns.iter().position(|column| column == name).expect("a column");
        let bin = bin_of(feature, row[place].parse().ok());
        (name.to_owned(), bin.map_or(0, |bin| feature["bins"][bin]["points"].as_integer().expect("points")))
    });
    of_feature.collect()
}

/// The risk of a score, and the place of its band.
fn risk(model: &toml::Value, score: i64) -> (f64, usize) {
    let bands = model["risks"]["bands"].as_array().expect("bands");
    let reached = |band: &toml::Value| score >= band["lowest_score"].as_integer().expect("a score");
    let place = bands.iter().position(reached).unwrap_or(bands.len() - 1);
    (bands[place]["risk_pct"].as_float().expect("a risk"), place)
}

#[test]
fn who_is_in_question_follows_from_labels_and_model() {
    let workspace = fitted();
    run(&workspace, "big/run.toml", AS_OF, &["--metrics", "m.prom"]).code(0);
    let folder = RunFolder::open(&workspace.path("runs/2025-12-31"));
    let (labels, list) = (folder.labels(), folder.table("early_warning.csv"));
    let model: toml::Value = workspace.read("big/model.toml").parse::<toml::Table>().expect("TOML").into();
    let register = Table::read(&workspace.path("big/customers.csv"));
    let ends: BTreeMap<&str, &str> =
        register.column("customer_id").into_iter().zip(register.column("registered_to")).collect();

    let mut expected: Vec<(i64, Vec<String>)> = Vec::new();
    let (mut gone, mut by_band) = (0, vec![0; model["risks"]["bands"].as_array().expect("bands").len()]);
    for row in &labels.rows {
        let (id, category) = (row[0].as_str(), row[1].as_str());
        let is_registered = ends[id].is_empty() || ends[id] >= AS_OF;
        gone += usize::from(category == "regular" && !is_registered);
        let in_labels = [labels.get(id, "warning_score"), labels.get(id, "warning_risk_pct")];
        if category != "regular" || !is_registered {
            assert_eq!(in_labels, ["", ""], "{id} is not in question");
            continue;
        }
        let points = points(&model, &labels, row);
        let score: i64 = points.iter().map(|(_, points)| points).sum();
        let (risk, band) = risk(&model, score);
        by_band[band] += 1;
        assert_eq!((in_labels[0], in_labels[1].parse()), (score.to_string().as_str(), Ok(risk)), "{id}");
        let mut reasons: Vec<&(String, i64)> = points.iter().filter(|(_, points)| *points > 0).collect();
        reasons.sort_by_key(|(_, points)| Reverse(*points));
        let reasons = (0..3).map(|at| reasons.get(at).map_or(String::new(), |(name, _)| name.clone()));
        let head = [id, category, &score.to_string(), in_labels[1]].map(str::to_owned);
        expected.push((score, head.into_iter().chain(reasons).collect()));
    }
    // Labels are in the order of ids, which a stable sort keeps.
    expected.sort_by_key(|(score, _)| Reverse(*score));
    let expected: Vec<Vec<String>> = expected.into_iter().map(|(_, row)| row).collect();
    assert!(gone > 100 && expected.len() > 1_000 && by_band.iter().filter(|count| **count > 0).count() > 2);
    assert_eq!(list.columns, ["customer_id", "category", "score", "risk_pct", "reason_1", "reason_2", "reason_3"]);
    assert!(list.rows == expected, "{:?}", list.rows.iter().zip(&expected).find(|(own, other)| own != other));

    let entry = &folder.manifest()["early_warning"];
    assert_eq!(entry["customers"], expected.len());
    let metrics = workspace.read("m.prom");
    let metric = |name: &str| metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    assert_eq!(metric("vardag_early_warning_customers "), Some(expected.len() as f64));
    let days = metric("vardag_early_warning_last_date_timestamp_seconds ").map(|seconds: f64| seconds / 86_400.0);
    let last_date = entry["last_date"].as_str().and_then(|day| day.parse::<chrono::NaiveDate>().ok());
    assert_eq!(days, last_date.map(|day| f64::from(day.to_epoch_days())));
    assert_eq!(entry.get("bands"), None, "anybody may read a manifest, and bands may have few customers");
    assert_eq!(entry["blake3"], blake3::hash(&workspace.bytes("big/model.toml")).to_string());
    assert_eq!(folder.bytes("model.toml"), workspace.bytes("big/model.toml"));
    let mode = |file: &str| folder.path.join(file).metadata().expect("a file").permissions().mode() & 0o777;
    assert_eq!(["early_warning.csv", "labels.csv", "model.toml"].map(mode), [0o600; 3]);
    let package: serde_json::Value = serde_json::from_slice(&folder.bytes("datapackage.json")).expect("JSON");
    for (name, table) in [("early_warning", &list), ("labels", &labels)] {
        let resources = package["resources"].as_array().expect("resources");
        let resource = resources.iter().find(|resource| resource["name"] == name).expect(name);
        let fields = resource["schema"]["fields"].as_array().expect("fields").iter();
        assert!(fields.clone().all(|field| field["description"].is_string()), "{name}");
        assert_eq!(fields.filter_map(|field| field["name"].as_str()).collect::<Vec<_>>(), table.columns, "{name}");
    }
}

#[test]
fn threads_change_no_byte_and_parquet_says_the_same() {
    let workspace = fitted();
    let of = |threads: &str| {
        run(&workspace, "big/run.toml", AS_OF, &["--threads", threads]).code(0);
        RunFolder::open(&workspace.path("runs/2025-12-31"))
    };
    let files = ["labels.csv", "early_warning.csv", "report.en.html", "datapackage.json"];
    let bytes = |folder: &RunFolder| files.map(|file| folder.bytes(file));
    let (one, manifest) = (bytes(&of("1")), of("1").lasting_manifest());
    for threads in ["2", "7"] {
        let other = of(threads);
        assert!(bytes(&other) == one, "{threads} threads");
        assert_eq!(other.lasting_manifest(), manifest);
    }
    let columns = ["customer_id", "warning_score", "warning_risk_pct"];
    let read =
        || PastRun::open(&workspace.path("runs/latest")).unwrap().labels(Entity::Customer).read(&columns).unwrap();
    let csv = read();
    let config = workspace.read("big/run.toml") + "\n[outputs]\nlabels = \"parquet\"\n";
    workspace.write("big/run.toml", config);
    run(&workspace, "big/run.toml", AS_OF, &[]).code(0);
    assert!(workspace.path("runs/latest/labels.parquet").exists());
    assert!(read().equals_missing(&csv));
    assert!(csv.column("warning_score").unwrap().null_count() > 0);
}

#[test]
fn without_a_model_nothing_is_said_of_one() {
    let workspace = fitted();
    run(&workspace, "big/vardag.toml", AS_OF, &[]).code(0);
    let folder = RunFolder::open(&workspace.path("runs/2025-12-31"));
    assert!(!folder.files().iter().any(|file| file.contains("early") || file.contains("model")));
    assert!(!folder.labels().columns.iter().any(|column| column.starts_with("warning")));
    assert_eq!(folder.manifest().get("early_warning"), None);
    for file in ["report.en.html", "datapackage.json"] {
        assert!(!String::from_utf8(folder.bytes(file)).unwrap().contains("arly warning"), "{file}");
    }
}

/// Why a model is refused, in the order in which it is looked at; nothing is written, and nothing read.
#[test]
fn a_model_that_must_not_be_applied_is_refused() {
    let workspace = fitted();
    let (config, model) = (workspace.read("big/run.toml"), workspace.read("big/model.toml"));
    let folder = workspace.root().display().to_string();
    let mut said = String::new();
    let mut refused = |what: &str, config: String, model: &str| {
        workspace.write("big/run.toml", config);
        workspace.write("big/model.toml", model);
        let outcome = run(&workspace, "big/run.toml", AS_OF, &[]);
        outcome.code(2);
        assert_eq!(workspace.listing("runs"), [""; 0], "{what}");
        assert_eq!(outcome.stdout(), "");
        said += &format!("{what}\n{}\n", outcome.stderr().replace(&folder, "FOLDER"));
        assert_eq!(
            workspace.vardag(&["check", "big/run.toml", "--as-of", AS_OF, "--quiet"]).code(2).stderr(),
            outcome.stderr()
        );
    };
    let points = model.lines().find(|line| line.contains("points = ") && !line.contains("reference")).expect("a bin");
    let number = points.split("points = ").nth(1).and_then(|rest| rest.split(',').next()).expect("a number");
    let changed_points = changed(&model, &format!("points = {number},"), "points = 77,");
    let window = changed(&config, "history_from", "months = 6\nhistory_from");
    let rule = "[[rules]]\nname = \"life_event\"\ncategory = \"irregular\"\nwhen = \"life_events >= 2\"\n";
    let failed = changed(&config, "accept_failed = true", "");
    let approval = format!("{config}require_approval = true\n");
    refused("no such file", changed(&config, "model.toml", "models/x.toml"), &model);
    refused("no model", config.clone(), "[customers]\n");
    refused("other points", config.clone(), &changed_points);
    refused("another window", window, &model);
    refused("another rule", format!("{config}{rule}"), &model);
    refused("another benefit", format!("{config}[benefits.child_benefit]\ncountable = false\n"), &model);
    refused(
        "another derived feature",
        changed(&config, "contacts / applications", "2 * contacts / applications"),
        &model,
    );
    refused("another category", changed(&config, "to = \"irregular\"", "to = \"support\""), &model);
    refused("not passed", failed, &model);
    refused("not approved", approval.clone(), &model);
    refused("half approved", approval.clone(), &changed(&model, "approved_by = \"\"", "approved_by = \"N. N.\""));
    insta::assert_snapshot!(said);

    let model = changed(&model, "approved_by = \"\"", "approved_by = \"N. N.\"");
    workspace.write("big/model.toml", changed(&model, "approved_on = \"\"", "approved_on = 2025-07-01"));
    run(&workspace, "big/run.toml", AS_OF, &[]).code(0);
    let entry = &RunFolder::open(&workspace.path("runs/2025-12-31")).manifest()["early_warning"];
    assert_eq!((entry["approved_by"].as_str(), entry["approved_on"].as_str()), (Some("N. N."), Some("2025-07-01")));
}

#[test]
fn a_model_that_uses_age_needs_an_exception_in_the_run_as_well() {
    let workspace = fitted();
    let config = workspace.read("big/vardag.toml");
    let with_age = changed(&config, "features = [", "exceptions = [\"age\"]\nfeatures = [\"age\", ");
    workspace.write("big/vardag.toml", &with_age);
    std::fs::remove_file(workspace.path("big/model.toml")).expect("the model");
    std::fs::remove_dir_all(workspace.path("big/model.backtest")).expect("its tests");
    workspace.vardag(&FIT);
    assert!(workspace.read("big/model.toml").contains("BY EXCEPTION this model treats people by: age"));
    run(&workspace, "big/run.toml", AS_OF, &[]).code(2).stderr_has("uses age, which says how old somebody is");
    workspace.write("big/run.toml", format!("{with_age}model = \"model.toml\"\naccept_failed = true\n"));
    run(&workspace, "big/run.toml", AS_OF, &[]).code(0);
}

#[test]
fn what_a_model_gives_reason_to_doubt_is_said_in_every_language() {
    let workspace = fitted();
    let warnings = |as_of: &str| {
        run(&workspace, "big/run.toml", as_of, &[]).code(0);
        let folder = RunFolder::open(&workspace.path(&format!("runs/{as_of}")));
        let all = folder.manifest()["warnings"].to_string();
        let pages =
            ["sv", "fi", "en"].map(|code| String::from_utf8(folder.bytes(&format!("report.{code}.html"))).unwrap());
        (all, pages)
    };
    let (said, _) = warnings(AS_OF);
    assert!(
        said.contains("does not pass its tests and is applied all the same") && !said.contains("max_age_days"),
        "{said}"
    );
    assert!(
        warnings("2025-05-31").0.contains("learned from a panel up to 2025-06-30, and the run is as of 2025-05-31")
    );
    let config = workspace.read("big/run.toml") + "max_age_days = 100\n";
    workspace.write("big/run.toml", config);
    let (said, pages) = warnings(AS_OF);
    assert!(
        said.contains("up to 2025-06-30, 184 days ago, more than early_warning.max_age_days = 100 allows"),
        "{said}"
    );
    for (page, word) in pages.iter().zip(["för 184 dagar sedan", "184 päivää sitten", "184 days ago"]) {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn a_score_is_explained_in_three_languages() {
    let workspace = fitted();
    run(&workspace, "big/run.toml", AS_OF, &[]).code(0);
    let folder = RunFolder::open(&workspace.path("runs/2025-12-31"));
    let list = folder.table("early_warning.csv");
    let first = &list.rows[0];
    let explain =
        |id: &str, more: &[&str]| workspace.vardag(&[&["explain", "runs/latest", "--customer", id], more].concat());
    let said = explain(&first[0], &["--json"]).code(0).json();
    let warning = &said["early_warning"];
    assert_eq!((warning["score"].to_string(), warning["risk_pct"].to_string()), (first[2].clone(), first[3].clone()));
    let points = warning["points"].as_array().expect("points");
    let sum: i64 = points.iter().filter_map(|point| point["points"].as_i64()).sum();
    assert_eq!(sum.to_string(), first[2]);
    let reasons =
        points.iter().filter(|point| point["is_reason"] == true).filter_map(|point| point["feature"].as_str());
    assert_eq!(reasons.collect::<Vec<_>>(), first[4..].iter().filter(|name| !name.is_empty()).collect::<Vec<_>>());
    for (language, words) in [
        ("sv", ["Tidig varning", "Råd om var man först kan titta, inte beslut.", "inom 2 månader", "Kontakter"]),
        (
            "fi",
            [
                "Varhainen varoitus",
                "Neuvo siitä, minne katsoa ensin, ei päätös.",
                "2 kuukauden kuluessa",
                "Yhteydenotot",
            ],
        ),
        ("en", ["Early warning", "Advice about where to look first, not a decision.", "within 2 months", "Contacts"]),
    ] {
        let page = format!("{language}.html");
        let text = explain(&first[0], &["--language", language, "--html", &page]).code(0).stdout();
        let page = workspace.read(&page);
        let part = |text: &str| text.find(words[0]).map(|at| text[at..].to_owned()).unwrap_or_default();
        for word in words {
            assert!(part(&text).contains(word) && part(&page).contains(word), "{language}: {word} in {text}");
        }
    }
    // Who is not in question has no score, and nothing is said.
    let labels = folder.labels();
    let other = labels.rows.iter().find(|row| row[1] == "support").expect("somebody in support");
    explain(&other[0], &["--language", "en"]).code(0);
    assert_eq!(explain(&other[0], &["--json"]).json().get("early_warning"), None);
    assert!(!explain(&other[0], &["--language", "en"]).stdout().contains("Early warning"));
    // The model is the run's own copy, and nobody's to change.
    workspace.write(
        "runs/2025-12-31/model.toml",
        changed(&workspace.read("big/model.toml"), "[scorecard]", "# \n[scorecard]"),
    );
    explain(&first[0], &[]).code(3).stderr_has("model.toml was changed after the run");
}

#[test]
fn other_commands_read_runs_with_a_model() {
    let workspace = fitted();
    run(&workspace, "big/run.toml", "2025-11-30", &[]).code(0);
    run(&workspace, "big/vardag.toml", AS_OF, &[]).code(0);
    workspace.vardag(&["compare", "runs/2025-11-30", "runs/2025-12-31"]).code(0);
    workspace.vardag(&["history", "runs"]).code(0);
    workspace.vardag(&["try", "runs/2025-11-30", "big/vardag.toml"]).code(0);
    let checked = workspace.vardag(&["check", "big/run.toml", "--as-of", AS_OF]);
    checked.code(0).stderr_has("does not pass its tests and is applied all the same");
    // Cleaned extracts have other codes, so that a model of the originals would be refused.
    workspace.vardag(&["clean", "big/run.toml", "--as-of", AS_OF, "--out", "clean", "--quiet"]).code(0);
    run(&workspace, "clean/vardag.toml", AS_OF, &[]).code(0);
    run(&workspace, "big/run.toml", AS_OF, &[]).code(0).stdout_has("Early warning, advice and no decision: ");
    run(&workspace, "big/run.toml", AS_OF, &["--json"]).code(0).stdout_has("\"early_warning\": {");
}
