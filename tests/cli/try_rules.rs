//! Other rules tried on a run that is done: they give what a full run under them gives, and publish nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::outcome::RunFolder;
use crate::table::Table;
use crate::workspace::Workspace;

/// Rules that need a derived feature, other categories and another default, to be tried instead of the default ones.
const OTHER_RULES: &str = "
default_category = \"calm\"
derived_features = [{ name = \"turns\", expression = \"benefit_starts + benefit_ends\" }]
[[categories]]
name = \"calm\"
[[categories]]
name = \"irregular\"
[[categories]]
name = \"support\"
[[categories]]
name = \"close\"
[[rules]]
name = \"near\"
category = \"close\"
when = \"last_resort_months >= 9\"
[[rules]]
name = \"long_last_resort\"
category = \"support\"
when = \"last_resort_months >= 2\"
[[rules]]
name = \"turning\"
category = \"irregular\"
when = \"turns >= 3 OR life_events >= 1\"
";

fn with_other_rules(config: &str) -> String {
    let (head, tables) = OTHER_RULES.split_once("[[categories]]").expect("categories");
    format!("{head}{config}\n[[categories]]{tables}")
}

#[test]
fn what_is_tried_is_what_a_full_run_gives() {
    for format in ["csv", "parquet"] {
        let workspace = Workspace::empty();
        workspace.vardag(&["synth", "p", "--customers", "3000", "--seed", "3", "--quiet"]).code(0);
        let config = workspace.read("p/vardag.toml");
        workspace.write("p/other.toml", with_other_rules(&config));
        workspace.write("p/vardag.toml", format!("outputs.labels = \"{format}\"\n{config}"));
        workspace.vardag(&["run", "p/vardag.toml", "--quiet"]).code(0);
        let arguments = ["try", "p/runs/latest", "p/other.toml", "--movements", "moves.csv", "--json"];
        let tried = workspace.vardag(&arguments).code(0).json();
        assert_eq!(workspace.listing("p/runs").len(), 3, "nothing but the run, the link to it and the lock");

        workspace.vardag(&["run", "p/other.toml", "--quiet", "--out", "full"]).code(0);
        let full = RunFolder::open(&workspace.path("full/latest")).table("labels.csv");
        assert_eq!(tried["customers"], full.rows.len());
        for category in tried["categories"].as_array().expect("categories") {
            let name = category["category"].as_str().expect("a name");
            let after = full.column("category").into_iter().filter(|own| *own == name).count();
            assert_eq!(category["tried_customers"], after, "{name}");
        }
        // Everybody whose category changes and nobody else, with both rules.
        workspace.write("p/csv.toml", &config);
        workspace.vardag(&["run", "p/csv.toml", "--quiet", "--out", "before"]).code(0);
        let before = RunFolder::open(&workspace.path("before/latest")).table("labels.csv");
        let of = |table: &Table| -> Vec<[String; 3]> {
            let rows = table.select(&["customer_id", "category", "rule"]);
            rows.into_iter().map(|row| [row[0], row[1], row[2]].map(str::to_owned)).collect()
        };
        let expected: Vec<Vec<String>> = of(&before)
            .into_iter()
            .zip(of(&full))
            .filter(|(old, new)| old[1] != new[1])
            .map(|([id, from, from_rule], [same, to, to_rule])| {
                assert_eq!(id, same);
                vec![id, from, to, from_rule, to_rule]
            })
            .collect();
        assert!(expected.len() > 2_000);
        assert_eq!(tried["moved"], expected.len());
        assert_eq!(Table::read(&workspace.path("moves.csv")).rows, expected);
        assert_eq!(fs::metadata(workspace.path("moves.csv")).unwrap().permissions().mode() & 0o777, 0o600);
        workspace.vardag(&arguments).code(2).stderr_has("moves.csv exists already: name another file");
    }
}

#[test]
fn the_result_is_read_on_the_terminal() {
    let workspace = Workspace::agency().rows("contacts", "K1,A,2025-03-01,phone,,\nK2,B,2025-03-01,phone,,");
    workspace.run().code(0);
    let stricter = workspace.read("vardag.toml").replace("[extracts.customers]", ANY_CONTACT);
    workspace.write("stricter.toml", stricter);
    let tried = workspace.vardag(&["try", "runs/latest", "stricter.toml"]);
    assert_eq!(tried.code(0).stderr(), "");
    insta::assert_snapshot!(tried.stdout());
    let same = workspace.vardag(&["try", "runs/latest", "vardag.toml"]);
    same.code(0).stdout_has("0 of 3 customers would change category");
}

const ANY_CONTACT: &str = "[[rules]]
name = \"any_contact\"
category = \"support\"
when = \"contacts >= 1\"
[extracts.customers]";

#[test]
fn what_only_a_full_run_can_try_is_named() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    let longer = workspace.read("vardag.toml");
    workspace.write("longer.toml", format!("window.months = 24\nbenefits.child_benefit.last_resort = true\n{longer}"));
    let tried = workspace.vardag(&["try", "runs/latest", "longer.toml"]);
    tried.code(0).stderr_has("take a full run").stderr_has("window.months, benefits.child_benefit");
    let tried = workspace.vardag(&["try", "runs/latest", "longer.toml", "--json"]).code(0).json();
    assert_eq!((&tried["moved"], &tried["not_tried"][0]), (&json!(0), &json!("window.months")));
    // The day is the run's: a nightly configuration has none of its own.
    workspace.write("nightly.toml", longer.replace("2025-12-31", "\"yesterday\""));
    assert_eq!(workspace.vardag(&["try", "runs/latest", "nightly.toml"]).code(0).stderr(), "");
}

#[test]
fn a_configuration_or_run_that_cannot_be_used_is_told() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    let wrong = workspace
        .read("vardag.toml")
        .replace("[extracts.customers]", &ANY_CONTACT.replace("contacts >=", "kontakter >="));
    workspace.write("wrong.toml", wrong);
    workspace.vardag(&["try", "runs/latest", "wrong.toml"]).code(2).stderr_has("there is no feature `kontakter`");
    workspace.vardag(&["try", "elsewhere", "vardag.toml"]).code(2).stderr_has("is no run folder");
    workspace.write("runs/latest/labels.csv", "customer_id,category,rule\nA,regular,default\n");
    workspace.vardag(&["try", "runs/latest", "vardag.toml"]).code(3).stderr_has("labels.csv");
}
