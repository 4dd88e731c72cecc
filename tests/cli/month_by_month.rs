//! A hundred thousand customers on two nights a month apart: whatever a run leaves agrees with its labels.

use crate::breakdowns::agree_with_labels;
use crate::compare::{labels, moves_by_hand};
use crate::outcome::RunFolder;
use crate::table::Table;
use crate::workspace::Workspace;

const NIGHTS: [&str; 2] = ["2025-11-30", "2025-12-31"];

/// Customers, contacts and observed years of a category.
fn sums(labels: &Table, category: &str) -> (f64, f64, f64) {
    let rows = labels.select(&["category", "contacts", "observed_years"]);
    let number = |text: &str| text.parse::<f64>().expect("a number");
    rows.iter()
        .filter(|row| category == "all" || row[0] == category)
        .fold((0.0, 0.0, 0.0), |sums, row| (sums.0 + 1.0, sums.1 + number(row[1]), sums.2 + number(row[2])))
}

#[track_caller]
fn summary_agrees(run: &RunFolder) {
    let (labels, summary) = (run.labels(), run.table("category_summary.csv"));
    let everybody = labels.rows.len() as f64;
    for category in ["regular", "irregular", "support", "all"] {
        let (customers, contacts, years) = sums(&labels, category);
        let expected = [customers, 100.0 * customers / everybody, contacts / years];
        for (column, expected) in ["customers", "share_pct", "contacts_per_year"].into_iter().zip(expected) {
            let found: f64 = summary.get(category, column).parse().expect("a number");
            assert!((found - expected).abs() <= 1e-9 * expected, "{category} {column}: {found} and not {expected}");
        }
    }
}

/// The parts of a workbook, by name.
fn sheets(run: &RunFolder) -> Vec<String> {
    let bytes = run.bytes("tables.xlsx");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let whole = (0..archive.len()).map(|at| {
        let mut part = archive.by_index(at).expect("a part");
        // Reading to the end checks the part's sum.
        std::io::copy(&mut part, &mut std::io::sink()).expect("a whole part");
        part.name().expect("a name").into_owned()
    });
    whole.filter(|name| name.starts_with("xl/worksheets/sheet")).collect()
}

#[test]
fn two_runs_of_a_hundred_thousand_agree_with_their_labels() {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "p", "--customers", "100000", "--seed", "11", "--quiet"]).code(0);
    for night in NIGHTS {
        workspace.vardag(&["run", "p/vardag.toml", "--as-of", night, "--out", "runs", "--quiet"]).code(0);
    }
    // To open them is to check the hash of every file.
    let [old, new] = NIGHTS.map(|night| RunFolder::open(&workspace.path(&format!("runs/{night}"))));
    let expected = [
        "breakdowns.csv",
        "category_summary.csv",
        "concentration.csv",
        "config.toml",
        "datapackage.json",
        "employer_labels.csv",
        "employer_movements.csv",
        "employer_summary.csv",
        "feature_statistics.csv",
        "labels.csv",
        "manifest.json",
        "movements.csv",
        "rejects.csv",
        "report.en.html",
        "report.fi.html",
        "report.sv.html",
        "tables.xlsx",
    ];
    assert_eq!(new.files(), expected);
    assert!(!old.files().contains(&"movements.csv".to_owned()), "there was nothing to compare the first night with");
    for run in [&old, &new] {
        summary_agrees(run);
        assert!(sheets(run).len() > 10);
    }
    agree_with_labels(&new, &[&["municipality"], &["language"], &["age_group"]]);
    let [old, new] = NIGHTS.map(|night| labels(&workspace, &format!("runs/{night}")));
    let moves = Table::read(&workspace.path("runs/2025-12-31/movements.csv"));
    assert!(moves.rows.len() > 1000, "people do move: {}", moves.rows.len());
    assert_eq!(moves.rows, moves_by_hand(&old, &new));
}
