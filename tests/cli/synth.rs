//! The made-up population has the published figures (`docs/method.md` section 8) and is the same in every format.

use std::collections::BTreeSet;
use std::fs;

use crate::outcome::RunFolder;
use crate::table::Table;
use crate::workspace::Workspace;

/// Makes a population in a folder of the workspace and classifies it.
fn population(workspace: &Workspace, folder: &str, customers: u32, seed: u32, format: &str) -> RunFolder {
    let (customers, seed) = (customers.to_string(), seed.to_string());
    let arguments = ["synth", folder, "--customers", &customers, "--seed", &seed, "--format", format, "--quiet"];
    workspace.vardag(&arguments).code(0);
    workspace.vardag(&["run", &format!("{folder}/vardag.toml"), "--quiet"]).code(0);
    RunFolder::open(&workspace.path(&format!("{folder}/runs/latest")))
}

#[test]
fn a_hundred_thousand_customers_have_the_published_figures() {
    let workspace = Workspace::empty();
    let run = population(&workspace, "p", 100_000, 1, "csv");
    let summary = run.table("category_summary.csv");
    let figure = |category: &str, column: &str| -> f64 { summary.get(category, column).parse().expect(column) };
    let published = [("regular", 79.0, 0.4, 26.0), ("irregular", 11.0, 0.9, 25.0), ("support", 10.0, 6.5, 39.0)];
    for (category, share, contacts, minutes) in published {
        let found = figure(category, "share_pct");
        assert!((found - share).abs() <= 1.0, "{category}: {found} % of customers, published {share} %");
        for (column, value) in [("contacts_per_year", contacts), ("handling_minutes_per_application", minutes)] {
            let found = figure(category, column);
            assert!((found / value - 1.0).abs() <= 0.1, "{category}: {column} {found}, published {value}");
        }
    }

    // Some applications are filed by others: sick leave by employers, last-resort help by social workers.
    for (category, column) in
        [("irregular", "applications_by_employer_pct"), ("support", "applications_by_partner_pct")]
    {
        let found = figure(category, column);
        assert!((2.0..10.0).contains(&found) && found > figure("regular", column), "{category}: {column} {found}");
    }

    // The size of things, a customer: the national load that the job is made for.
    for (extract, per_customer) in [("payments", 28.0), ("applications", 2.9), ("contacts", 1.3)] {
        let found = run.rows(extract).records as f64 / 100_000.0;
        assert!((found / per_customer - 1.0).abs() <= 0.1, "{extract}: {found} a customer, not {per_customer}");
    }
    // Nothing in it is faulty, and nothing is unknown to the catalogue.
    let manifest = run.manifest();
    assert_eq!(manifest["warnings"], serde_json::json!([]));
    for entry in manifest["extracts"].as_array().expect("extracts") {
        let rows = run.rows(entry["extract"].as_str().expect("a name"));
        assert_eq!((rows.rejected, rows.duplicates), (0, 0), "{entry}");
    }
}

/// Shares of the categories, in their order.
fn shares(run: &RunFolder) -> [f64; 3] {
    let summary = run.table("category_summary.csv");
    ["regular", "irregular", "support"].map(|name| summary.get(name, "share_pct").parse().expect("a share"))
}

#[test]
fn over_years_shares_stay_and_people_move() {
    let workspace = Workspace::empty();
    let synth = ["synth", "p", "--customers", "20000", "--seed", "1", "--months", "36", "--quiet"];
    workspace.vardag(&synth).code(0);
    let days = ["2024-02-29", "2024-12-31", "2025-12-31"];
    for day in days {
        let run = ["run", "p/vardag.toml", "--as-of", day, "--quiet", "--accept-changes"];
        workspace.vardag(&run).code(0);
    }
    let runs = days.map(|day| RunFolder::open(&workspace.path(&format!("p/runs/{day}"))));
    for (run, day) in runs.iter().zip(days) {
        for (found, published) in shares(run).into_iter().zip([79.0, 11.0, 10.0]) {
            assert!((found - published).abs() <= 2.0, "{day}: {found} %, published {published} %");
        }
        let customers: f64 = run.table("category_summary.csv").get("all", "customers").parse().expect("a count");
        assert!((19_000.0..20_000.0).contains(&customers), "{day}: {customers} customers");
    }
    // A year later about four in five still need support; some came out of it, and others slid into it.
    let movements = &runs[2].manifest()["movements"];
    let count = |cell: &serde_json::Value| cell.as_f64().expect("a count");
    let row = |from: usize| [0, 1, 2].map(|to| count(&movements["matrix"][from][to]));
    let stayed = |from: usize| row(from)[from] / row(from).iter().sum::<f64>();
    assert!((0.83..0.93).contains(&stayed(0)), "regular: {}", stayed(0));
    assert!((0.65..0.85).contains(&stayed(2)), "support: {}", stayed(2));
    let [into, out] = [row(0)[2] + row(1)[2], row(2)[0] + row(2)[1]];
    assert!(into > 200.0 && out > 200.0 && (into / out - 1.0).abs() < 0.4, "{into} slid into support, {out} came out");
    for (who, found) in [("entered", &movements["entered"]), ("left", &movements["left"])] {
        let all: f64 = [0, 1, 2].map(|category| count(&found[category])).iter().sum();
        assert!((100.0..500.0).contains(&all), "{all} {who}");
    }
}

#[test]
fn the_last_of_five_years_has_the_published_figures_too() {
    let workspace = Workspace::empty();
    let synth = ["synth", "p", "--customers", "20000", "--seed", "1", "--months", "60", "--quiet"];
    workspace.vardag(&synth).code(0);
    workspace.vardag(&["run", "p/vardag.toml", "--quiet"]).code(0);
    let run = RunFolder::open(&workspace.path("p/runs/latest"));
    let summary = run.table("category_summary.csv");
    for (found, published) in shares(&run).into_iter().zip([79.0, 11.0, 10.0]) {
        assert!((found - published).abs() <= 1.5, "{found} %, published {published} %");
    }
    for (category, contacts, minutes) in [("regular", 0.4, 26.0), ("irregular", 0.9, 25.0), ("support", 6.5, 39.0)] {
        for (column, value) in [("contacts_per_year", contacts), ("handling_minutes_per_application", minutes)] {
            let found: f64 = summary.get(category, column).parse().expect("a figure");
            assert!((found / value - 1.0).abs() <= 0.12, "{category}: {column} {found}, published {value}");
        }
    }
}

#[test]
fn the_catalogue_for_other_programs_is_the_default_one() {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "p", "--customers", "10", "--seed", "1", "--quiet"]).code(0);
    let shown = workspace.vardag(&["config", "show"]);
    let defaults: toml::Table = shown.code(0).stdout().parse().expect("TOML");
    let flag = |entry: &toml::Value, key: &str, default: bool| {
        entry.get(key).map_or(default, |value| value.as_bool().expect("a flag")).to_string()
    };
    let expected: BTreeSet<Vec<String>> = defaults["benefits"]
        .as_table()
        .expect("benefits")
        .iter()
        .map(|(code, entry)| {
            vec![
                code.clone(),
                flag(entry, "countable", true),
                flag(entry, "last_resort", false),
                flag(entry, "income_replacing", false),
                entry.get("life_event").map_or("", |event| event.as_str().expect("an event")).to_owned(),
            ]
        })
        .collect();
    let written = Table::read(&workspace.path("p/benefits.csv"));
    assert_eq!(written.columns, ["benefit", "countable", "last_resort", "income_replacing", "life_event"]);
    assert_eq!(written.rows.len(), 22);
    assert_eq!(written.rows.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn parquet_and_text_give_the_same_labels() {
    let workspace = Workspace::empty();
    let text = population(&workspace, "text", 5_000, 2, "csv");
    let binary = population(&workspace, "binary", 5_000, 2, "parquet");
    assert!(workspace.path("binary/payments.parquet").exists());
    for file in ["labels.csv", "category_summary.csv", "feature_statistics.csv"] {
        assert!(text.bytes(file) == binary.bytes(file), "{file}");
    }
    for extract in ["customers", "contacts", "applications", "payments", "life_events", "employers"] {
        assert_eq!(text.rows(extract), binary.rows(extract), "{extract}");
    }
}

#[test]
fn one_seed_gives_one_population_and_another_gives_another() {
    let workspace = Workspace::empty();
    for (folder, seed) in [("one", "5"), ("again", "5"), ("other", "6")] {
        workspace.vardag(&["synth", folder, "--customers", "300", "--seed", seed, "--quiet"]).code(0);
    }
    let names = workspace.listing("one");
    assert_eq!(workspace.listing("again"), names);
    let same = |name: &String, other: &str| {
        fs::read(workspace.path("one").join(name)).unwrap() == fs::read(workspace.path(other).join(name)).unwrap()
    };
    assert!(names.iter().all(|name| same(name, "again")));
    for name in ["customers.csv", "contacts.csv", "payments.csv"] {
        assert!(!same(&name.to_owned(), "other"), "{name}");
    }
}

#[test]
fn the_life_events_of_a_population_are_in_its_window_and_its_history_is_fourteen_months() {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "p", "--customers", "500", "--seed", "1", "--as-of", "2024-02-29", "--quiet"]).code(0);
    let payments = Table::read(&workspace.path("p/payments.csv"));
    // The extract goes back fourteen months from the day: to 1 January 2023 or a day like it.
    let first = payments.column("period_start").into_iter().min().expect("payments").to_owned();
    let last = payments.column("paid_on").into_iter().max().expect("payments").to_owned();
    assert!(("2022-12-01".."2023-02-01").contains(&first.as_str()), "{first}");
    assert!(("2024-02-20"..="2024-02-29").contains(&last.as_str()), "{last}");
    let outcome = workspace.vardag(&["run", "p/vardag.toml"]);
    outcome.code(0);
    let manifest = RunFolder::open(&workspace.path("p/runs/latest")).manifest();
    assert_eq!(manifest["window"]["as_of"], "2024-02-29");
    assert_eq!(manifest["window"]["start"], "2023-03-01");
}

#[test]
fn a_population_that_cannot_be_made_is_a_usage_error() {
    let workspace = Workspace::agency();
    for customers in ["0", "99999999999999"] {
        workspace.vardag(&["synth", "p", "--customers", customers, "--seed", "1"]).code(2);
    }
    workspace.vardag(&["synth", "p", "--customers", "5", "--seed", "1", "--as-of", "2025-02-30"]).code(2);
    for months in ["13", "97", "0"] {
        let synth = ["synth", "p", "--customers", "5", "--seed", "1", "--months", months];
        workspace.vardag(&synth).code(2).stderr_has("choose 14 to 96");
    }
    let nowhere = workspace.vardag(&["synth", "vardag.toml/p", "--customers", "5", "--seed", "1"]);
    assert!(matches!(nowhere.output.status.code(), Some(1 | 2)));
    nowhere.stderr_has("vardag.toml/p").stderr_has("Not a directory");
}
