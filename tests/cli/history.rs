//! All good runs of a folder side by side, with the figures that each run wrote.

use serde_json::Value;

use crate::table::Table;
use crate::workspace::Workspace;

/// Three months; A is irregular in all of them, and B since a life event in December.
fn three_months() -> Workspace {
    let workspace = Workspace::agency().rows("life_events", "B,moving,2025-12-10");
    for as_of in ["2026-01-31", "2025-11-30", "2025-12-31"] {
        workspace.vardag(&["run", "vardag.toml", "--as-of", as_of]).code(0);
    }
    workspace
}

#[test]
fn every_good_run_is_told_once_by_its_day() {
    let workspace = three_months();
    let outcome = workspace.vardag(&["history", "runs", "--json"]);
    let found = outcome.code(0).json();
    let days: Vec<_> = found.as_array().unwrap().iter().map(|entry| entry["as_of"].as_str().unwrap()).collect();
    assert_eq!(days, ["2025-11-30", "2025-12-31", "2026-01-31"]);
    // What is told is what each run's own summary says.
    for entry in found.as_array().unwrap() {
        let summary =
            Table::read(&workspace.path(&format!("runs/{}/category_summary.csv", entry["as_of"].as_str().unwrap())));
        for point in entry["categories"].as_array().unwrap() {
            let name = point["category"].as_str().unwrap();
            for column in [
                "customers",
                "share_pct",
                "contacts_per_year",
                "handling_minutes_per_application",
                "handling_minutes_pooled",
            ] {
                let expected = summary.get(name, column).parse::<f64>().ok();
                assert_eq!(point[column].as_f64(), expected, "{name} {column}");
            }
        }
        assert_eq!(entry["volumes"][1], serde_json::json!(["contacts", 1]));
    }

    let csv = workspace.vardag(&["history", "runs", "--csv"]);
    workspace.write("history.csv", csv.code(0).stdout());
    let table = Table::read(&workspace.path("history.csv"));
    let irregular = table.rows.iter().filter(|row| row[1..4] == ["category", "irregular", "customers"]);
    assert_eq!(
        irregular.map(|row| (&*row[0], &*row[4])).collect::<Vec<_>>(),
        [("2025-11-30", "1"), ("2025-12-31", "2"), ("2026-01-31", "2")]
    );
    let text = workspace.vardag(&["history", "runs"]).code(0).stdout();
    insta::assert_snapshot!(text, @r"
    Customers

     Last day    regular  irregular  support  all
     2025-11-30        2          1        0    3
     2025-12-31        1          2        0    3
     2026-01-31        1          2        0    3

    Share of customers

     Last day    regular  irregular  support
     2025-11-30    66.7%      33.3%     0.0%
     2025-12-31    33.3%      66.7%     0.0%
     2026-01-31    33.3%      66.7%     0.0%

    Contacts a year

     Last day    regular  irregular  support   all
     2025-11-30     0.00       1.00        –  0.33
     2025-12-31     0.00       0.50        –  0.33
     2026-01-31     0.00       0.50        –  0.33

    Handling, minutes per application

     Last day    regular  irregular  support   all
     2025-11-30        –       20.0        –  20.0
     2025-12-31        –       20.0        –  20.0
     2026-01-31        –       20.0        –  20.0

    Handling, minutes per handled application

     Last day    regular  irregular  support   all
     2025-11-30        –       20.0        –  20.0
     2025-12-31        –       20.0        –  20.0
     2026-01-31        –       20.0        –  20.0

    Records by extract

     Last day    customers  contacts  applications  payments  life_events
     2025-11-30          3         1             1         1            1
     2025-12-31          3         1             1         1            1
     2026-01-31          3         1             1         1            1
    ");
}

#[test]
fn held_and_damaged_runs_are_left_out() {
    let workspace = three_months();
    workspace.write("contacts.csv", "customer_id,contacted_on,channel\nA,soon,phone\n");
    let strict = workspace.settings("limits.max_rejected_pct = 0");
    strict.vardag(&["run", "vardag.toml", "--as-of", "2026-02-28"]).code(3);
    strict.write("runs/2025-12-31/category_summary.csv", "category,customers\nall,many\n");
    let outcome = strict.vardag(&["history", "runs", "--json"]);
    outcome
        .code(0)
        .stderr_has("warning: left out: ")
        .stderr_has("category_summary.csv:2: the value of customers is not a number");
    let days: Vec<Value> = outcome.json().as_array().unwrap().iter().map(|entry| entry["as_of"].clone()).collect();
    assert_eq!(days, ["2025-11-30", "2026-01-31"]);
}

#[test]
fn categories_that_came_and_went_have_gaps() {
    let workspace = three_months();
    let workspace = workspace.settings(
        "default_category = \"calm\"\ncategories = [{ name = \"calm\" }, { name = \"support\" }]\nrules = []",
    );
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2026-02-28"]).code(0);
    let outcome = workspace.vardag(&["history", "runs"]);
    let header = outcome.code(0).stdout().lines().nth(2).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(header, "Last day calm support regular irregular all");
    outcome.stdout_has("–");
}

#[test]
fn a_folder_without_runs_is_told_from_one_with() {
    let workspace = three_months();
    workspace.vardag(&["history", "nowhere"]).code(3).stderr_has("nowhere cannot be read");
    workspace.vardag(&["history", "runs/latest"]).code(2).stderr_has("there is no good run in runs/latest");
    workspace.vardag(&["history", "runs", "--json", "--csv"]).code(2);
}
