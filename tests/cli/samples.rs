//! The sample agency runs as the README says, with the faults that its README lists; and the data dictionary says
//! what the program knows.

use std::fs;
use std::path::{Path, PathBuf};

use vardag::schema::Entity;
use vardag::schema::features::{FEATURES, FeatureType};

use crate::outcome::{Rows, RunFolder};
use crate::workspace::{VARDAG, Workspace};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs the sample agency into a workspace; says what was printed and gives the run folder.
fn run_samples(workspace: &Workspace) -> (String, RunFolder) {
    let config = repository("data-samples/vardag.toml");
    let mut command = workspace.command(VARDAG);
    command.arg("run").arg(config).args(["--out", "runs"]);
    let outcome = workspace.outcome(&mut command);
    (outcome.code(0).stdout(), outcome.latest())
}

#[test]
fn the_sample_agency_runs_within_the_default_limits() {
    let workspace = Workspace::empty();
    let (summary, run) = run_samples(&workspace);
    let manifest = run.manifest();
    assert_eq!((&manifest["held"], &manifest["broken_limits"]), (&false.into(), &serde_json::json!([])));
    // An independent implementation of the method gives these figures for the sample agency.
    insta::assert_snapshot!(summary, @r"
    Everyday life of customers, 2025-01-01 to 2025-12-31

     Category                                       Customers  Share of customers  Contacts a year  Handling, minutes per application
     Regular everyday life (regular)                    1,562               78.6%             0.42                               26.5
     Irregular everyday life (irregular)                  236               11.9%             1.08                               25.5
     Everyday life that requires support (support)        189                9.5%             6.24                               37.2
     All customers (all)                                1,987              100.0%             1.06                               27.7

    Employers by category

     Category                                 Employers  Active  Share of active  Contacts per application  Applied online
     Small (fewer than 20 employees) (small)        228      21            84.0%                      1.97           57.6%
     Medium (20 to 1,000) (medium)                   54       4            16.0%                      0.29           71.4%
     Large (more than 1,000) (large)                  2       0             0.0%                         –               –
     Size not known (unknown)                         2       0             0.0%                         –               –
     All employers (all)                            286      25           100.0%                      1.47           61.7%

    written: runs/2025-12-31
    ");

    // What is printed is what is in the files.
    let table = run.table("category_summary.csv");
    for row in &table.rows {
        let key = row[0].as_str();
        let number = |column: &str| table.get(key, column).parse::<f64>().unwrap();
        let title = format!("({key})");
        let line = summary.lines().find(|line| line.contains(&title)).unwrap();
        let printed: Vec<&str> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let share = format!("{:.1}%", number("share_pct"));
        let contacts = format!("{:.2}", number("contacts_per_year"));
        let minutes = format!("{:.1}", number("handling_minutes_per_application"));
        assert_eq!(printed[1].replace(',', ""), table.get(key, "customers"));
        assert_eq!(printed[2..], [share, contacts, minutes]);
    }
    // And it is near the published figures (`docs/method.md` section 8), which 2 000 customers show roughly.
    for (category, share) in [("regular", 79.0), ("irregular", 11.0), ("support", 10.0)] {
        let found: f64 = table.get(category, "share_pct").parse().unwrap();
        assert!((found - share).abs() < 3.0, "{category}: {found} %");
    }
}

/// The faults that the sample agency's README lists: extract, fault, rows.
fn listed_faults() -> Vec<(String, String, u64)> {
    let readme = fs::read_to_string(repository("data-samples/README.md")).expect("the README of the samples");
    let table = readme.split("| extract | fault | rows |").nth(1).expect("the table of faults");
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let count = cells.get(2)?.parse().ok()?;
        // `contacts, telephone` is a source of contacts.
        Some((cells[0].split(',').next()?.to_owned(), cells[1].to_owned(), count))
    };
    table.lines().filter_map(row).collect()
}

#[test]
fn the_sample_agency_has_the_faults_that_its_readme_lists() {
    let workspace = Workspace::empty();
    let run = run_samples(&workspace).1;
    let listed = listed_faults();
    assert!(listed.len() > 30);
    let sum = |extract: &str, words: &[&str]| -> u64 {
        let fits = |fault: &str| words.iter().any(|word| fault.starts_with(word));
        listed.iter().filter(|(of, fault, _)| of == extract && fits(fault)).map(|(_, _, rows)| rows).sum()
    };
    let reasons: [(&str, &[&str]); 9] = [
        ("field_count", &["wrong number of fields"]),
        ("missing_value", &["missing", "amount not known"]),
        ("malformed_date", &["impossible birth date", "malformed time of a call", "malformed date"]),
        ("malformed_number", &["malformed minutes", "malformed amount", "malformed number of employees"]),
        ("malformed_bool", &["malformed answer"]),
        ("negative_value", &["negative minutes"]),
        ("unknown_code", &["unknown direction"]),
        ("period_reversed", &["period that ends"]),
        ("unclosed_quote", &["unclosed"]),
    ];
    for entry in run.manifest()["extracts"].as_array().expect("extracts") {
        let name = entry["extract"].as_str().expect("a name");
        for (reason, words) in reasons {
            let found = entry["faults"][reason].as_u64().unwrap_or_default();
            assert_eq!(found, sum(name, words), "{name}: {reason}");
        }
        // None of these codes has enough rows to be named.
        let tally = |key: &str| -> u64 {
            assert_eq!(entry[key], serde_json::json!({}), "{name}: {key}");
            entry[format!("{key}_other")]["rows"].as_u64().expect("a count")
        };
        assert_eq!(tally("unmapped_methods"), sum(name, &["unmapped way"]), "{name}");
        assert_eq!(tally("unknown_benefits"), sum(name, &["benefit that the catalogue lacks"]), "{name}");
        let rows: Rows = run.rows(name);
        // Events of the customers whose own row is rejected are orphans besides; a duplicate may be among them.
        assert!(rows.orphans >= sum(name, &["orphan"]), "{name}: {rows:?}");
        let duplicates = sum(name, &["duplicates"]);
        assert!(rows.duplicates <= duplicates && rows.duplicates + rows.orphans >= duplicates, "{name}: {rows:?}");
        assert!(rows.future >= sum(name, &["future"]), "{name}: {rows:?}");
    }
}

#[test]
fn the_data_dictionary_says_what_the_feature_catalogue_says() {
    let text = fs::read_to_string(repository("docs/data-dictionary.md")).expect("docs/data-dictionary.md");
    let row = |line: &str| -> Option<Vec<String>> {
        let cells: Vec<String> =
            line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        (cells.len() == 4).then_some(cells)
    };
    let (customers, employers) = text.split_once("## Employers").expect("a section on employers");
    for (entity, section) in [(Entity::Customer, customers), (Entity::Employer, employers)] {
        let written: Vec<Vec<String>> =
            section.lines().skip_while(|line| !line.starts_with("| feature |")).skip(2).map_while(row).collect();
        let features = entity.features().iter().map(|at| at.feature());
        let known: Vec<Vec<String>> = features
            .map(|feature| {
                let held = match feature.feature_type {
                    FeatureType::Count => "count",
                    FeatureType::Hundredths => "hundredths",
                    FeatureType::Ratio => "ratio",
                };
                [feature.name, held, feature.unit, feature.meaning].map(str::to_owned).to_vec()
            })
            .collect();
        assert_eq!(written, known);
    }
}

#[test]
fn the_labels_have_the_columns_of_the_data_dictionary() {
    let labels = Workspace::agency().run().code(0).labels();
    let features = FEATURES.iter().map(|feature| feature.name);
    let expected: Vec<&str> = ["customer_id", "category", "rule"].into_iter().chain(features).collect();
    assert_eq!(labels.columns, expected);
}

#[test]
fn the_columns_of_every_file_are_those_that_the_documentation_lists() {
    let workspace = Workspace::empty();
    let (_, run) = run_samples(&workspace);
    for file in ["category_summary", "feature_statistics", "concentration", "breakdowns", "rejects", "employer_summary"]
    {
        let mut columns = run.table(&format!("{file}.csv")).columns;
        // Categories are the configuration's.
        columns.retain(|column| !["regular", "irregular", "support"].contains(&column.as_str()));
        assert_documented(file, &columns);
    }
}

/// Holds the section about a file in `docs/outputs.md` to its columns: all of them, in their order, and no others.
pub fn assert_documented(file: &str, columns: &[String]) {
    let documentation = fs::read_to_string(repository("docs/outputs.md")).expect("docs/outputs.md");
    let (_, section) = documentation.split_once(&format!("\n### {file}\n")).expect(file);
    let section = section.split("\n### ").next().unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let listed: Vec<&str> = section.split('`').skip(1).step_by(2).collect();
    let mut places = columns.iter().map(|column| listed.iter().position(|name| name == column));
    assert!(places.clone().all(|place| place.is_some()), "{file}: {columns:?} are not all in {listed:?}");
    assert!(places.by_ref().is_sorted(), "{file}: {columns:?} are in another order in {listed:?}");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let rows = rows.flat_map(|row| row.split('`').step_by(2));
    let unknown: Vec<&str> = rows.filter(|name| !columns.iter().any(|column| column == name)).collect();
    // Of rejects the reasons have a table too.
    assert!(file == "rejects" || unknown.is_empty(), "{file}: {unknown:?} are no columns");
}
