//! A run folder read back: the same labels, whatever form they were written in.

use polars::prelude::{AnyValue, DataFrame};
use vardag::history::{HistoryError, PastRun};

use crate::workspace::Workspace;

/// Ids that need quoting, and some that look like formulas.
pub fn odd_ids() -> Workspace {
    Workspace::agency()
        .settings("dimensions = [\"town\"]\nderived_features = [{ name = \"half\", expression = \"contacts / 2\" }]")
        .file("customers.csv", "customer_id,birth_date,town\n\"a,b\",1980-05-05,\"Åbo, old\"\n\"q\"\"\",,=x\n\"l\nf\",1990-01-01,\n=1,,\nz,,\n")
        .rows("contacts", "K1,\"a,b\",2025-03-01,phone,inbound,\nK2,=1,2025-03-01,phone,inbound,")
        .rows("applications", "H1,z,housing_allowance,2025-02-01,online,20.25,approved,false,0")
        .rows("payments", "P1,\"q\"\"\",child_benefit,2025-06-01,2025-06-30,2025-06-03,94.88")
}

fn opened(workspace: &Workspace) -> PastRun {
    workspace.run().code(0);
    PastRun::open(&workspace.path("runs/latest")).unwrap_or_else(|error| panic!("{error}"))
}

fn whole(run: &PastRun) -> DataFrame {
    let features = run.feature_names();
    let mut columns = vec!["customer_id", "category", "rule", "town"];
    columns.extend(features.iter().map(String::as_str));
    let mut parts = run.labels(&columns).expect("labels").map(|part| part.expect("a part"));
    let first = parts.next().expect("a part");
    assert!(parts.next().is_none());
    first
}

#[test]
fn labels_read_back_are_those_that_were_written_in_every_form() {
    let plain = whole(&opened(&odd_ids()));
    let ids: Vec<_> = plain.column("customer_id").unwrap().str().unwrap().iter().flatten().collect();
    assert_eq!(ids, ["=1", "a,b", "l\nf", "q\"", "z"]);
    let towns: Vec<_> = plain.column("town").unwrap().str().unwrap().iter().collect();
    assert_eq!(towns, [None, Some("Åbo, old"), None, Some("=x"), None]);
    assert_eq!(plain.column("half").unwrap().get(0).unwrap(), AnyValue::Float64(0.5));
    assert_eq!(plain.column("paid_eur").unwrap().get(3).unwrap(), AnyValue::Float64(94.88));
    assert_eq!(plain.column("age").unwrap().get(1).unwrap(), AnyValue::Int64(45));
    assert_eq!(plain.column("handling_minutes_per_application").unwrap().null_count(), 4);
    for settings in [
        "outputs.labels = \"parquet\"",
        "outputs.spreadsheet_safe = true",
        "outputs.labels = \"parquet\"\noutputs.spreadsheet_safe = true",
    ] {
        assert!(whole(&opened(&odd_ids().settings(settings))).equals_missing(&plain), "{settings}");
    }
}

#[test]
fn one_customer_is_found_by_any_id() {
    for settings in ["", "outputs.labels = \"parquet\"", "outputs.spreadsheet_safe = true"] {
        let workspace = odd_ids().settings(settings);
        let run = opened(&workspace);
        let customers = [
            ("a,b", 1, Some("Åbo, old"), "regular", "default"),
            ("=1", 1, None, "regular", "default"),
            // A spell that starts and ends in the window.
            ("q\"", 0, Some("=x"), "irregular", "changing_support"),
        ];
        for (id, contacts, town, category, rule) in customers {
            let found = run.find(id).unwrap().expect("a customer");
            assert_eq!(found.features.column("contacts").unwrap().get(0).unwrap(), AnyValue::Int64(contacts));
            assert_eq!(found.dimensions, [("town".to_owned(), town.map(str::to_owned))]);
            assert_eq!((found.category.as_str(), found.rule.as_str()), (category, rule));
        }
        for id in ["a", "regular", "1", ""] {
            assert!(run.find(id).unwrap().is_none(), "{id:?}");
        }
    }
}

#[test]
fn what_is_no_run_or_was_changed_is_said() {
    let workspace = odd_ids();
    workspace.run().code(0);
    let open = |folder: &str| PastRun::open(&workspace.path(folder)).map(|_| ()).unwrap_err();
    assert!(matches!(open("runs"), HistoryError::NoRun { .. }));
    assert!(matches!(open("nowhere"), HistoryError::NoRun { .. }));
    let labels = workspace.read("runs/latest/labels.csv");

    workspace.write("runs/latest/labels.csv", labels.replacen("regular,default", "regular,default,", 1));
    let said = open("runs/latest").to_string();
    assert!(said.contains("labels.csv has") && said.contains("was changed after the run"), "{said}");

    // Of the same size, but no number where one should be: told by its line, without its customer.
    workspace.write("runs/latest/labels.csv", labels.replacen("94.88", "94,88", 1));
    let run = PastRun::open(&workspace.path("runs/latest")).unwrap();
    let said = run.labels(&["paid_eur"]).unwrap().next().unwrap().unwrap_err().to_string();
    assert!(said.contains("labels.csv:6: 42 values instead of 41") && !said.contains("q\""), "{said}");

    workspace.write("runs/latest/manifest.json", "{}");
    assert!(matches!(open("runs/latest"), HistoryError::Manifest { .. }));
}
