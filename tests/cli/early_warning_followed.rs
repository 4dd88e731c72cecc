//! What became of those whom a model flagged follows from the labels of the runs.

use std::collections::BTreeMap;

use crate::early_warning_run::{changed, fitted, run};
use crate::table::Table;

/// Months, each by its last run, and what became of those whom the first of them flagged.
#[test]
fn what_became_of_those_whom_a_model_flagged_follows_from_the_runs() {
    let workspace = fitted();
    let days = ["2025-05-31", "2025-06-30", "2025-07-31", "2025-08-15", "2025-08-31", "2025-09-30", "2025-10-31"];
    for day in days {
        run(&workspace, "big/run.toml", day, &[]).code(0);
    }
    let approved = changed(&workspace.read("big/model.toml"), "approved_by = \"\"", "approved_by = \"A\"");
    workspace.write("approved.toml", changed(&approved, "approved_on = \"\"", "approved_on = \"2025-07-01\""));
    let said = workspace.vardag(&["early-warning", "check", "approved.toml", "runs", "--json"]).code(0).json();
    let dates: Vec<&str> = said["runs"].as_array().unwrap().iter().filter_map(|run| run["date"].as_str()).collect();
    assert_eq!(
        dates,
        ["2025-06-30", "2025-07-31", "2025-08-31", "2025-09-30", "2025-10-31"],
        "from the last date of the panel on"
    );
    let passed_over = said["passed_over"].as_array().unwrap();
    assert_eq!(passed_over.len(), 1, "{passed_over:?}");
    assert_eq!(passed_over[0]["as_of"], "2025-05-31", "the model knows what came after");

    let months: Vec<Table> =
        dates.iter().map(|day| Table::read(&workspace.path(&format!("runs/{day}/labels.csv")))).collect();
    let of = |labels: &Table| -> BTreeMap<String, (String, String)> {
        let rows = labels.select(&["customer_id", "category", "warning_risk_pct"]).into_iter();
        rows.map(|row| (row[0].to_owned(), (row[1].to_owned(), row[2].to_owned()))).collect()
    };
    let months: Vec<_> = months.iter().map(of).collect();
    let (mut customers, mut outcomes, mut expected) = (0, 0, 0.0);
    for base in 0..3 {
        for (id, (_, risk)) in months[base].iter().filter(|(_, (_, risk))| !risk.is_empty()) {
            let came =
                (1..=2).any(|after| months[base + after].get(id).is_some_and(|(category, _)| category == "irregular"));
            if came || months[base + 2].contains_key(id) {
                customers += 1;
                outcomes += u64::from(came);
                expected += risk.parse::<f64>().expect("a risk") / 100.0;
            }
        }
    }
    let bands = said["bands"].as_array().expect("bands");
    let together = bands.last().expect("all bands together");
    assert!(outcomes > 20);
    assert_eq!((together["customers"].as_u64(), together["outcomes"].as_u64()), (Some(customers), Some(outcomes)));
    assert!((together["expected"].as_f64().expect("a number") - expected).abs() < 1e-6);
    let sum: u64 = bands[..bands.len() - 1].iter().filter_map(|band| band["outcomes"].as_u64()).sum();
    assert_eq!(sum, outcomes);

    // A panel tells the same of where everybody was.
    workspace
        .vardag(&[
            "panel",
            "big/vardag.toml",
            "--from",
            "2025-06-30",
            "--to",
            "2025-10-31",
            "--out",
            "panels",
            "--quiet",
        ])
        .code(0);
    let panel = "panels/2025-06-30_2025-10-31";
    let by_panel = workspace.vardag(&["early-warning", "check", "approved.toml", "runs", "--json", "--panel", panel]);
    assert_eq!(by_panel.code(0).json()["by_month"], said["by_month"]);
    workspace
        .vardag(&["early-warning", "check", "approved.toml", panel])
        .code(2)
        .stderr_has("name the folder with the runs");
    workspace
        .vardag(&["early-warning", "check", "approved.toml", "big"])
        .code(2)
        .stderr_has("has applied approved.toml");
    workspace.write("changed.toml", changed(&approved, "to = \"irregular\"", "to = \"support\""));
    workspace.vardag(&["early-warning", "check", "changed.toml", "runs"]).code(2).stderr_has("the model was changed");
    workspace.vardag(&["early-warning", "check", "none.toml", "runs"]).code(2).stderr_has("cannot be read");
    // A month that is away ends the following, and a run that was changed is passed over.
    workspace.write("runs/2025-08-31/labels.csv", "");
    let passed = workspace.vardag(&["early-warning", "check", "approved.toml", "runs"]);
    passed
        .code(0)
        .stderr_has("warning: 2025-08-31 is passed over: ")
        .stdout_has("No run can be followed for 2 months yet.");
    let text = passed.stdout();
    assert!(text.contains("People who got help because of a score change these figures"), "{text}");
}
