//! Panels: every label is that of a run on its day, and every figure follows from the sequences of labels.

use std::collections::BTreeMap;
use std::path::Path;

use vardag::calendar::Day;

use crate::case_folders;
use crate::conformance;
use crate::outcome::RunFolder;
use crate::panel_outcome::{Panel, differences_from_sequences};
use crate::workspace::Workspace;

/// What a run on each date of the panel says otherwise.
fn differences_from_runs(workspace: &Workspace, config: &str, panel: &Panel) -> Vec<String> {
    let shares = panel.folder.table("shares.csv");
    let mut differences = Vec::new();
    for (at, date) in panel.dates.iter().enumerate() {
        let outcome = workspace.vardag(&["run", config, "--as-of", date, "--out", "single", "--quiet"]);
        let held = outcome.output.status.code() != Some(0);
        let name = format!("single/{date}{}", if held { ".held" } else { "" });
        let run = RunFolder::open(&workspace.path(&name));
        let labels = run.table("labels.csv");
        let expected: BTreeMap<&str, &str> =
            labels.select(&["customer_id", "category"]).into_iter().map(|row| (row[0], row[1])).collect();
        let found = panel.labels(at);
        let ids = expected.keys().chain(found.keys()).filter(|id| expected.get(*id) != found.get(*id));
        differences.extend(
            ids.take(3).map(|id| format!("{date} {id}: {:?} instead of {:?}", found.get(id), expected.get(id))),
        );
        let of_date = shares.rows.iter().filter(|row| row[0] == *date).map(|row| row[1..].to_vec());
        if of_date.collect::<Vec<_>>() != run.table("category_summary.csv").rows {
            differences.push(format!("{date}: other shares"));
        }
    }
    differences
}

#[test]
fn every_label_is_that_of_a_run_on_its_day() {
    let cases = case_folders::found("conformance", "VARDAG_CONFORMANCE", "case.json");
    case_folders::hold(&cases, |case| {
        let workspace = conformance::workspace(case);
        let as_of = conformance::as_of(case);
        let from = Day::from_iso(&as_of).expect("a day").plus_months(-13).to_string();
        let outcome = workspace.vardag(&["panel", "vardag.toml", "--from", &from, "--to", &as_of, "--quiet"]);
        if outcome.output.status.code() != Some(0) {
            return vec![outcome.stderr()];
        }
        let panel = Panel::read(&workspace.path(&format!("panels/{from}_{as_of}")));
        let mut differences = differences_from_runs(&workspace, "vardag.toml", &panel);
        differences.extend(differences_from_sequences(&panel));
        differences
    });
}

#[test]
fn the_samples_with_their_faults_are_labelled_as_on_each_day() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/vardag.toml");
    let config = config.to_str().expect("a path");
    let workspace = Workspace::empty();
    let span = ["--from", "2025-02-15", "--to", "2025-12-31", "--every", "2"];
    workspace.vardag(&[&["panel", config, "--out", "panels", "--quiet"], &span[..]].concat()).code(0);
    let panel = Panel::read(&workspace.path("panels/2025-02-15_2025-12-31"));
    let dates = ["2025-02-28", "2025-04-30", "2025-06-30", "2025-08-31", "2025-10-31", "2025-12-31"];
    assert_eq!(panel.dates, dates);
    assert_eq!(differences_from_runs(&workspace, config, &panel), [""; 0]);
    assert_eq!(differences_from_sequences(&panel), [""; 0]);
}

/// Everything of a panel but what may differ.
fn lasting(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = RunFolder::open(folder);
    let files = folder.files().into_iter().filter(|file| file != "manifest.json");
    files.map(|file| (file.clone(), folder.bytes(&file))).collect()
}

#[test]
fn neither_threads_nor_a_memory_limit_change_a_byte() {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "big", "--customers", "18000", "--seed", "5", "--quiet"]).code(0);
    let panel = |out: &str, more: &[&str]| {
        let fixed = ["panel", "big/vardag.toml", "--from", "2025-09-30", "--to", "2025-12-31", "--quiet", "--out", out];
        workspace.vardag(&[&fixed, more].concat()).code(0);
        lasting(&workspace.path(&format!("{out}/2025-09-30_2025-12-31")))
    };
    let one = panel("one", &["--threads", "1"]);
    assert!(one.iter().any(|(file, bytes)| file == "sequences.csv" && bytes.len() > 1 << 19));
    // A limit that cannot be kept takes the least: nearly all events go to disk.
    for (out, more) in [("many", ["--threads", "7"]), ("limited", ["--memory-limit", "1MiB"])] {
        let other = panel(out, &more);
        let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&one), names(&other));
        assert!(one == other, "{out}");
    }
}

#[test]
fn a_hundred_thousand_customers_are_labelled_as_on_each_of_five_days() {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "big", "--customers", "100000", "--seed", "7", "--quiet"]).code(0);
    let span = ["--from", "2025-08-31", "--to", "2025-12-31", "--quiet", "--out", "panels"];
    workspace.vardag(&[&["panel", "big/vardag.toml"], &span[..]].concat()).code(0);
    let panel = Panel::read(&workspace.path("panels/2025-08-31_2025-12-31"));
    assert_eq!(panel.dates.len(), 5);
    assert!(panel.sequences.len() > 100_000 * 95 / 100);
    assert_eq!(differences_from_runs(&workspace, "big/vardag.toml", &panel), [""; 0]);
}

#[test]
fn what_is_no_panel_is_refused_before_anything_is_read() {
    let workspace = Workspace::agency();
    let panel = |from: &str, to: &str| workspace.vardag(&["panel", "vardag.toml", "--from", from, "--to", to]);
    panel("2025-12-15", "2025-12-31").code(2).stderr_has("at least two dates");
    panel("2026-01-31", "2025-12-31").code(2).stderr_has("--from must be before --to");
    panel("1800-01-31", "2025-12-31").code(2).stderr_has("at most 60000 days");
    workspace.write("panels/2025-11-30_2025-12-31/notes.txt", "mine");
    panel("2025-11-30", "2025-12-31").code(2).stderr_has("is in the way");
    assert_eq!(workspace.listing("panels/2025-11-30_2025-12-31"), ["notes.txt"]);
}

#[test]
fn a_limit_broken_on_one_date_holds_the_panel() {
    // The only contact is of March 2025: from March 2026 on it is before the window.
    let workspace = Workspace::agency().settings("limits.may_be_outside_window = false");
    let panel = |to: &str| workspace.vardag(&["panel", "vardag.toml", "--from", "2025-12-31", "--to", to]);
    panel("2026-01-31").code(0);
    panel("2026-04-30").code(3).stderr_has("limit broken: contacts");
    let folders = workspace.listing("panels").into_iter().filter(|name| name.starts_with("20")).collect::<Vec<_>>();
    assert_eq!(folders, ["2025-12-31_2026-01-31", "2025-12-31_2026-04-30.held"]);
}

#[test]
fn who_is_born_between_the_dates_has_the_age_that_a_run_on_the_day_would_tell() {
    // Two digits of a year are the latest that put no birth after the day: a century changes with the date.
    let workspace = Workspace::agency()
        .file("people.csv", "customer_id,born\nA,05.05.80\nB,01.11.25\nC,15.12.25\n")
        .extract(
            "customers",
            "files = \"people.csv\"\ncolumns.birth_date = { column = \"born\", date_formats = [\"%d.%m.%y\"] }",
        )
        .settings("rules = [{ name = \"old\", category = \"support\", when = \"age > 90\" }]");
    let span = ["--from", "2025-10-31", "--to", "2025-12-31", "--quiet"];
    workspace.vardag(&[&["panel", "vardag.toml"], &span[..]].concat()).code(0);
    let panel = Panel::read(&workspace.path("panels/2025-10-31_2025-12-31"));
    assert_eq!(panel.sequences["B"], ["support", "regular", "regular"]);
    assert_eq!(panel.sequences["C"], ["support", "support", "regular"]);
    assert_eq!(differences_from_runs(&workspace, "vardag.toml", &panel), [""; 0]);
}

#[test]
fn files_with_rows_of_customers_are_for_their_owner_only() {
    let workspace = Workspace::agency();
    let parquet = ["panel", "vardag.toml", "--from", "2025-10-31", "--to", "2025-12-31", "--format", "parquet"];
    workspace.vardag(&parquet).code(0).stdout_has("written: ");
    let folder = RunFolder::open(&workspace.path("panels/2025-10-31_2025-12-31"));
    let mode = |file: &str| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(folder.path.join(file)).expect("a file").permissions().mode() & 0o777
    };
    for file in ["sequences.parquet", "spells.parquet", "transitions.csv", "transition_rates.csv", "durations.csv"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    for file in ["shares.csv", "mobility.csv", "manifest.json", "config.toml"] {
        assert_eq!(mode(file), 0o644, "{file}");
    }
}

#[test]
fn the_first_readers_of_a_panel_see_where_its_figures_are_weak() {
    let panel = ["panel", "vardag.toml", "--from", "2025-10-31", "--to", "2025-12-31"];
    Workspace::agency()
        .vardag(&panel)
        .code(0)
        .stderr_has("3 dates, up to 2025-12-31, the window begins within 31 days of history_from");
    let contacts = "K1,A,2025-03-01,phone,inbound,\nK2,A,2026-01-20,phone,inbound,";
    let outcome =
        Workspace::agency().rows("contacts", contacts).settings("window.history_from = 2024-01-01").vardag(&panel);
    outcome.code(0).stderr_has(
        "2 dates, 2025-11-30 and later, lie within 62 days before the newest row of contacts (2026-01-20), or after it",
    );
    // Extracts of the same dates are said once.
    outcome.stderr_has("3 dates, 2025-10-31 and later, lie within 62 days before the newest row of applications (2025-02-01), payments");
    outcome.stderr_lacks("history_from");
}

#[test]
fn a_customer_s_categories_are_told_date_by_date() {
    // Basic social assistance in October and November only: irregular until the window has passed it.
    let social = "P1,A,basic_social_assistance,2025-10-01,2025-10-31,2025-10-03,500.00";
    let workspace = Workspace::agency().rows("payments", social);
    for format in ["csv", "parquet"] {
        let span = ["--from", "2025-09-30", "--to", "2025-12-31", "--quiet", "--out", format];
        workspace.vardag(&[&["panel", "vardag.toml", "--format", format], &span[..]].concat()).code(0);
        let folder = format!("{format}/2025-09-30_2025-12-31");
        let told = workspace.vardag(&["explain", &folder, "--customer", "A", "--json"]).code(0).json();
        let spells = told["spells"].as_array().expect("spells");
        let text = |at: usize, key: &str| spells[at][key].as_str().unwrap_or_default().to_owned();
        assert_eq!(spells.len(), 2);
        assert_eq!([text(0, "category"), text(0, "last"), text(0, "began")], ["regular", "2025-09-30", "unknown"]);
        assert_eq!([text(1, "category"), text(1, "first"), text(1, "ended")], ["irregular", "2025-10-31", "open"]);
        assert_eq!(spells[1]["dates"], 3);
        let page = workspace.vardag(&["explain", &folder, "--customer", "A", "--language", "sv"]);
        page.code(0).stdout_has("Kundens kategorier").stdout_has("pågår ännu");
        workspace.vardag(&["explain", &folder, "--customer", "X"]).code(3).stderr_has("no customer of this id");
        workspace.vardag(&["compare", &folder, &folder]).code(2).stderr_has("is a panel and no run");
    }
    workspace.write("csv/2025-09-30_2025-12-31/sequences.csv", "customer_id,2025-12-31\nA,support\n");
    let changed = workspace.vardag(&["explain", "csv/2025-09-30_2025-12-31", "--customer", "A"]);
    changed.code(3).stderr_has("was changed after the run");
}
