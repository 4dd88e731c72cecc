//! Two runs compared: every movement is one that a join of the two labels files by hand finds.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::past_runs::odd_ids;
use crate::table::Table;
use crate::workspace::Workspace;

/// Other rules over other categories: a category more, another default, a derived feature.
const OTHER_RULES: &str = r#"
default_category = "light"
categories = [{ name = "light" }, { name = "regular" }, { name = "middle" }, { name = "support" }]
derived_features = [{ name = "effort", expression = "contacts + 2 * clarifications" }]
rules = [
  { name = "heavy", category = "support", when = "last_resort_months >= 4 OR effort >= 8" },
  { name = "event", category = "middle", when = "life_events >= 1" },
  { name = "some", category = "regular", when = "effort >= 1 AND age IS NOT NULL" },
]
"#;

/// Two populations a month apart, classified into the same output folder.
fn two_months() -> Workspace {
    let workspace = Workspace::empty();
    for (folder, as_of) in [("december", "2025-12-31"), ("january", "2026-01-31")] {
        let arguments = ["synth", folder, "--customers", "4000", "--seed", "5", "--as-of", as_of, "--quiet"];
        workspace.vardag(&arguments).code(0);
    }
    workspace
}

fn run(workspace: &Workspace, config: &str, out: &str) {
    workspace.vardag(&["run", config, "--out", out, "--quiet", "--accept-changes"]).code(0);
}

/// Category and rule by id.
pub fn labels(workspace: &Workspace, run: &str) -> BTreeMap<String, (String, String)> {
    let table = Table::read(&workspace.path(&format!("{run}/labels.csv")));
    let rows = table.select(&["customer_id", "category", "rule"]);
    rows.into_iter().map(|row| (row[0].to_owned(), (row[1].to_owned(), row[2].to_owned()))).collect()
}

/// The rows of `movements.csv` by a join of both runs' labels.
pub fn moves_by_hand(
    old: &BTreeMap<String, (String, String)>,
    new: &BTreeMap<String, (String, String)>,
) -> Vec<Vec<String>> {
    let none = (String::new(), String::new());
    let mut everybody: Vec<&String> = old.keys().chain(new.keys()).collect();
    everybody.sort();
    everybody.dedup();
    let row = |id: &String| {
        let (old, new) = (old.get(id).unwrap_or(&none), new.get(id).unwrap_or(&none));
        (old.0 != new.0).then(|| [id, &old.0, &new.0, &old.1, &new.1].map(String::clone).to_vec())
    };
    everybody.into_iter().filter_map(row).collect()
}

fn names(found: &Value) -> Vec<String> {
    found.as_array().expect("names").iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

/// How many went from each category to each, of pairs of categories.
fn matrix<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, from: &[String], to: &[String]) -> Value {
    let mut counts = vec![vec![0u64; to.len()]; from.len()];
    let place = |names: &[String], name: &str| names.iter().position(|own| own == name).expect("a category");
    for (old, new) in pairs {
        counts[place(from, old)][place(to, new)] += 1;
    }
    json!(counts)
}

#[test]
fn movements_are_those_of_a_join_by_hand() {
    let workspace = two_months();
    run(&workspace, "december/vardag.toml", "runs");
    run(&workspace, "january/vardag.toml", "runs");
    let arguments = ["compare", "runs/2025-12-31", "runs/latest", "--json", "--movements", "moves.csv"];
    let outcome = workspace.vardag(&arguments);
    let found = outcome.code(0).json();
    let (old, new) = (labels(&workspace, "runs/2025-12-31"), labels(&workspace, "runs/2026-01-31"));
    let (from, to) = (names(&found["from"]), names(&found["to"]));
    assert_eq!(from, ["regular", "irregular", "support"]);

    let both = || old.iter().filter_map(|(id, old)| Some((old, new.get(id)?)));
    assert_eq!(found["matrix"], matrix(both().map(|(old, new)| (&*old.0, &*new.0)), &from, &to));
    assert_eq!(found["in_both"], both().count());
    let moved = both().filter(|(old, new)| old.0 != new.0).count();
    assert_eq!(found["moved"], moved);
    assert!(moved > 100, "people do move: {moved}");
    let only = |one: &BTreeMap<String, (String, String)>, other: &BTreeMap<String, (String, String)>, name: &str| {
        one.iter().filter(|(id, label)| !other.contains_key(*id) && label.0 == name).count()
    };
    for (at, name) in from.iter().enumerate() {
        assert_eq!(found["entered"][at], only(&new, &old, name), "{name}");
        assert_eq!(found["left"][at], only(&old, &new, name), "{name}");
    }
    assert!(found["entered"][0].as_u64() > Some(0) && found["left"][0].as_u64() > Some(0));

    let mut by_rule: BTreeMap<[&str; 4], u64> = BTreeMap::new();
    for (old, new) in both().filter(|(old, new)| old.0 != new.0) {
        *by_rule.entry([&old.0, &old.1, &new.0, &new.1]).or_default() += 1;
    }
    let told = found["by_rule"].as_array().unwrap();
    assert_eq!(told.len(), by_rule.len());
    for entry in told {
        let pair = ["from", "from_rule", "to", "to_rule"].map(|key| entry[key].as_str().unwrap());
        assert_eq!(entry["customers"], by_rule[&pair], "{pair:?}");
    }
    let customers: Vec<_> = told.iter().map(|entry| entry["customers"].as_u64()).collect();
    assert!(customers.is_sorted_by(|a, b| a >= b));

    // The file names everybody who changed, entered or left, in order, and only its owner may read it.
    let moves = Table::read(&workspace.path("moves.csv"));
    assert_eq!(moves.columns, ["customer_id", "from", "to", "from_rule", "to_rule"]);
    assert_eq!(moves.rows, moves_by_hand(&old, &new));
    assert_eq!(fs::metadata(workspace.path("moves.csv")).unwrap().permissions().mode() & 0o777, 0o600);

    // The run itself was compared with the same one, and found the same.
    assert_eq!(workspace.read("runs/latest/movements.csv"), workspace.read("moves.csv"));
    let manifest: Value = serde_json::from_str(&workspace.read("runs/latest/manifest.json")).unwrap();
    for key in ["matrix", "entered", "left", "by_rule", "cause"] {
        assert_eq!(manifest["movements"][key], found[key], "{key}");
    }
    assert_eq!(found["cause"], json!({ "kind": "behaviour" }));
}

#[test]
fn when_rules_differ_each_customers_two_steps_add_up() {
    let workspace = two_months();
    let other = |month: &str| {
        let text = workspace.read(&format!("{month}/vardag.toml"));
        workspace.write(&format!("{month}/other.toml"), format!("{OTHER_RULES}\n{text}"));
    };
    other("december");
    other("january");
    run(&workspace, "december/vardag.toml", "runs");
    run(&workspace, "january/other.toml", "runs");
    // What the old features lead to under the new rules, by a run of its own.
    run(&workspace, "december/other.toml", "between");

    let outcome = workspace.vardag(&["compare", "runs/2025-12-31", "runs/2026-01-31", "--json"]);
    let found = outcome.code(0).json();
    let (from, to) = (names(&found["from"]), names(&found["to"]));
    assert_eq!((from.len(), to.len()), (3, 4));
    let old = labels(&workspace, "runs/2025-12-31");
    let between = labels(&workspace, "between/2025-12-31");
    let new = labels(&workspace, "runs/2026-01-31");
    let both = || old.iter().filter_map(|(id, old)| Some((&*old.0, &*between[id].0, &*new.get(id)?.0)));
    assert_eq!(found["matrix"], matrix(both().map(|(old, _, new)| (old, new)), &from, &to));
    assert_eq!(found["cause"]["kind"], "split");
    assert_eq!(found["cause"]["by_rules"], matrix(both().map(|(old, between, _)| (old, between)), &from, &to));
    assert_eq!(found["cause"]["by_behaviour"], matrix(both().map(|(_, between, new)| (between, new)), &to, &to));
    // Both causes have moved somebody, so the agreement says something.
    assert!(both().any(|(old, between, _)| old != between) && both().any(|(_, between, new)| between != new));
    workspace.vardag(&["compare", "runs/2025-12-31", "runs/2026-01-31"]).stdout_has("by the rules alone");

    // Whatever the number of threads.
    let moves = workspace.read("runs/2026-01-31/movements.csv");
    let again = ["run", "january/other.toml", "--out", "runs", "--quiet", "--accept-changes", "--threads", "5"];
    assert_eq!(workspace.vardag(&again).code(0).latest().manifest()["movements"]["cause"], found["cause"]);
    assert_eq!(workspace.read("runs/2026-01-31/movements.csv"), moves);
}

#[test]
fn where_features_were_made_otherwise_the_cause_is_not_guessed() {
    let between = |change: &dyn Fn(Workspace) -> Workspace| {
        let workspace = Workspace::agency();
        workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-11-30"]).code(0);
        let workspace = change(workspace);
        workspace.run().code(0);
        workspace.vardag(&["compare", "runs/2025-11-30", "runs/2025-12-31", "--json"]).code(0).json()["cause"].clone()
    };
    let compare = |settings: &str| between(&|workspace| workspace.settings(settings));
    for (settings, named) in [
        ("window.months = 6", "window.months"),
        ("window.spell_gap_days = 3\nwindow.history_from = 2020-01-01", "window.spell_gap_days"),
        ("window.min_observed_days = 1", "window.min_observed_days"),
        ("window.history_from = 2020-01-01", "window.history_from"),
        ("benefits.child_benefit.countable = false", "benefits.child_benefit"),
        ("benefits.new_one = { income_replacing = true }", "benefits.new_one"),
    ] {
        let cause = compare(settings);
        assert_eq!(cause["kind"], "cannot_tell", "{settings}");
        assert!(names(&cause["differs"]).contains(&named.to_owned()), "{settings}: {cause}");
    }
    for (setting, named) in [("where = \"channel = 'phone'\"", "where"), ("keep = \"last\"", "keep")] {
        let cause =
            between(&|workspace| workspace.extract("contacts", &format!("files = \"contacts.csv\"\n{setting}")));
        assert_eq!(names(&cause["differs"]), [format!("extracts.contacts.{named}")]);
    }
    let coded = "files = \"contacts.csv\"\ncodes.channel = { phone = \"telephone\" }";
    let cause = between(&|workspace| workspace.extract("contacts", coded));
    assert_eq!(names(&cause["differs"]), ["extracts.contacts.columns.channel"]);
    // Names, outputs and how files are written make no feature.
    let same = "benefits.child_benefit.names.en = \"Family money\"\noutputs.spreadsheet_safe = true\ndialect.encoding = \"latin-1\"";
    assert_eq!(compare(same), json!({ "kind": "behaviour" }));
}

#[test]
fn every_form_of_labels_compares_with_every_other() {
    let forms = ["", "outputs.labels = \"parquet\"", "outputs.spreadsheet_safe = true"];
    for (old, new) in [(0, 1), (1, 2), (2, 0)] {
        let workspace = odd_ids().settings(forms[old]);
        workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-11-30"]).code(0);
        let workspace = Workspace::sharing(&workspace, odd_ids().settings(forms[new]));
        workspace
            .write("customers.csv", "customer_id,birth_date,town\n\"a,b\",1980-05-05,\n\"q\"\"\",,\n=1,,\n=2,,\nz,,\n");
        workspace.write("life_events.csv", "customer_id,event,occurred_on\n\"a,b\",moving,2025-12-24\n");
        let workspace = workspace.extract("life_events", "files = \"life_events.csv\"");
        workspace.run().code(0);
        let apostrophe = if new == 2 { "'" } else { "" };
        assert_eq!(
            workspace.read("runs/latest/movements.csv"),
            format!(
                "customer_id,from,to,from_rule,to_rule\n\
                 {apostrophe}=2,,regular,,default\n\
                 \"a,b\",regular,irregular,default,life_event\n\
                 \"l\nf\",regular,,default,\n"
            ),
            "{} then {}",
            forms[old],
            forms[new]
        );
    }
}

#[test]
fn what_cannot_be_compared_is_said_with_what_to_do() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    let compare = |old: &str, more: &[&str]| workspace.vardag(&[&["compare", old, "runs/latest"], more].concat());
    compare("runs", &[]).code(2).stderr_has("runs is no run folder").stderr_has("runs/latest");
    compare("nowhere", &[]).code(2).stderr_has("nowhere is no run folder");
    workspace.write("mine.csv", "precious");
    compare("runs/latest", &["--movements", "mine.csv"])
        .code(2)
        .stderr_has("mine.csv exists already: name another file");
    assert_eq!(workspace.read("mine.csv"), "precious");

    let config = workspace.read("runs/latest/config.toml");
    workspace.write("runs/latest/config.toml", config.replace("_category = \"regular\"", "_category = \"support\""));
    let broken_off = compare("runs/latest", &["--movements", "half.csv"]);
    broken_off.code(3).stderr_has("labels.csv: record 2: category and rule are not those of the run's config.toml");
    assert!(!workspace.path("half.csv").exists());
    workspace.write("runs/latest/config.toml", config);

    let labels = workspace.read("runs/latest/labels.csv");
    workspace.write("runs/latest/labels.csv", labels.replace("regular,default", "regular,defnull"));
    compare("runs/latest", &[]).code(3).stderr_has("labels.csv was changed after the run");
    // Whoever changes the manifest as well is caught where rows are in the way.
    let manifest = workspace.read("runs/latest/manifest.json");
    let hash = |text: &str| blake3::hash(text.as_bytes()).to_string();
    let swapped = labels.replace("\nB,", "\n?,").replace("\nC,", "\nB,").replace("\n?,", "\nC,");
    let twice = labels.replace("\nC,", "\nB,");
    for (text, said) in [
        (swapped, "labels.csv: its ids are not in order, each once"),
        (twice, "labels.csv: its ids are not in order, each once"),
        (labels.replace("C,regular,", "C,regular,no"), "labels.csv: record 3: category and rule are not those of"),
    ] {
        workspace.write("runs/latest/labels.csv", &text);
        workspace.write("runs/latest/manifest.json", manifest.replace(&hash(&labels), &hash(&text)));
        compare("runs/latest", &[]).code(3).stderr_has(said);
    }
    workspace.write("runs/latest/manifest.json", manifest);
    workspace.write("runs/latest/labels.csv", &labels[..labels.len() - 1]);
    compare("runs/latest", &[]).code(3).stderr_has("labels.csv was changed after the run");
    fs::remove_file(workspace.path("runs/latest/labels.csv")).unwrap();
    compare("runs/latest", &[]).code(3).stderr_has("labels.csv cannot be read");
}

#[test]
fn the_table_shows_who_went_where_and_why() {
    let workspace = Workspace::agency().rows("life_events", "B,moving,2025-01-10");
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-12-31"]).code(0);
    workspace.write("customers.csv", "customer_id,birth_date\nA,\nB,\nD,\n");
    workspace
        .vardag(&["run", "vardag.toml", "--as-of", "2026-01-31"])
        .code(0)
        .stdout_has("Since 2025-12-31: 1 changed category, 1 entered, 1 left");
    let outcome = workspace.vardag(&["compare", "runs/2025-12-31", "runs/latest"]);
    // A and B were irregular, C regular; C has left, D has come, and B's event is no longer in the window.
    insta::assert_snapshot!(outcome.code(0).stdout(), @r"
    Movements from 2025-12-31 to 2026-01-31

    Number of customers, from (rows) to (columns)

     Category then  regular  irregular  support  Left
     regular              0          0        0     1
     irregular            1          1        0     0
     support              0          0        0     0
     New customers        1          0        0     –

    Per cent of the customers in both runs, by row

     Category then  regular  irregular  support
     regular              –          –        –
     irregular        50.0%      50.0%     0.0%
     support              –          –        –

    Changes of category by the rules that decided

     Category then  Rule then   Category now  Rule now  Customers
     irregular      life_event  regular       default           1

    Rules and settings are the same in both runs: what moved is customers' lives.
    ");
    // The other way round works too, but is hardly what was meant.
    workspace.vardag(&["compare", "runs/latest", "runs/2025-12-31"]).code(0).stderr_has("the older one is named first");
}
