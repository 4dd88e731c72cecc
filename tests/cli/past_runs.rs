//! A run folder read back: the same labels, whatever form they were written in.

use polars::prelude::{AnyValue, DataFrame};
use vardag::history::{HistoryError, PastRun};
use vardag::schema::Entity;

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
    let features = run.plan.customers.feature_names();
    let mut columns = vec!["customer_id", "category", "rule", "town"];
    columns.extend(features.iter().map(String::as_str));
    run.labels(Entity::Customer).read(&columns).expect("labels")
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
            let found = run.find(Entity::Customer, id).unwrap().expect("a customer");
            assert_eq!(found.features.column("contacts").unwrap().get(0).unwrap(), AnyValue::Int64(contacts));
            let labels = run.labels(Entity::Customer).read(&["customer_id", "town"]).unwrap();
            let ids = labels.column("customer_id").unwrap().str().unwrap();
            let row = ids.iter().position(|own| own == Some(id)).unwrap();
            assert_eq!(labels.column("town").unwrap().str().unwrap().get(row), town);
            assert_eq!((found.category.as_str(), found.rule.as_str()), (category, rule));
        }
        for id in ["a", "regular", "1", ""] {
            assert!(run.find(Entity::Customer, id).unwrap().is_none(), "{id:?}");
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
    // One byte more, one byte other, cut off: the file is named, and nobody in it.
    let labels = workspace.read("runs/latest/labels.csv");
    let run = PastRun::open(&workspace.path("runs/latest")).unwrap();
    let damaged = [
        labels.replacen("regular,default", "regular,default,", 1),
        labels.replacen("94.88", "94,88", 1),
        labels.replacen("94.88", "94.89", 1),
        labels[..labels.len() - 20].to_owned(),
        format!("{labels}\""),
        String::new(),
    ];
    for text in damaged {
        assert_ne!(text, labels);
        workspace.write("runs/latest/labels.csv", &text);
        for said in [
            run.labels(Entity::Customer).read(&["paid_eur"]).unwrap_err(),
            run.find(Entity::Customer, "z").map(|_| ()).unwrap_err(),
        ] {
            assert!(matches!(said, HistoryError::Changed { .. }));
            let said = said.to_string();
            assert!(said.contains("labels.csv was changed after the run") && !said.contains("q\""), "{said}");
        }
    }
    workspace.write("runs/latest/labels.csv", &labels);
    assert_eq!(run.labels(Entity::Customer).read(&["paid_eur"]).unwrap().height(), 5);
    assert!(
        matches!(run.labels(Entity::Customer).read(&["paid"]), Err(HistoryError::NoColumn { column, .. }) if column == "paid")
    );

    // Without its hash in the manifest nobody knows what the run wrote.
    let manifest = workspace.read("runs/latest/manifest.json");
    workspace.write("runs/latest/manifest.json", manifest.replace("\"labels.csv\"", "\"other.csv\""));
    let run = PastRun::open(&workspace.path("runs/latest")).unwrap();
    assert!(matches!(run.labels(Entity::Customer).read(&["paid_eur"]), Err(HistoryError::Changed { .. })));
    workspace.write("runs/latest/manifest.json", "{}");
    assert!(matches!(open("runs/latest"), HistoryError::Manifest { .. }));
}
