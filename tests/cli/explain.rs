//! Why a customer has its label: the explanation agrees with the label, what it says would have led elsewhere does,
//! and it is told in words, in three languages, for people who are not analysts.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use polars::prelude::{Column, DataFrame, DataType, IdxCa, IdxSize};
use vardag::explain::{Counterfactual, Explainer};
use vardag::history::PastRun;
use vardag::rules::{RuleSet, Tracer, Truth};
use vardag::schema::Entity;
use vardag::schema::features::{At, FeatureType};

use crate::table::Table;
use crate::workspace::Workspace;

/// Everybody in a run: ids, categories, rules and all features.
fn everybody(run: &PastRun) -> DataFrame {
    let features = run.plan.customers.feature_names();
    let columns: Vec<&str> =
        ["customer_id", "category", "rule"].into_iter().chain(features.iter().map(String::as_str)).collect();
    run.labels(Entity::Customer).read(&columns).expect("labels")
}

fn texts(table: &DataFrame, column: &str) -> Vec<String> {
    let column = table.column(column).expect(column).str().expect("text");
    column.iter().map(|text| text.expect("a value").to_owned()).collect()
}

/// The rules that rows of a table have with a feature at other values.
fn with_values(rules: &RuleSet, table: &DataFrame, rows: Vec<IdxSize>, feature: At, values: &[f64]) -> Vec<u16> {
    let names = rules.named_features().into_iter().map(|at| at.feature().name);
    let mut changed = table.select(names).unwrap().take(&IdxCa::from_vec("rows".into(), rows)).unwrap();
    let column = Column::new(feature.feature().name.into(), values);
    let count = feature.feature().feature_type == FeatureType::Count;
    changed.with_column(if count { column.cast(&DataType::Int64).unwrap() } else { column }).unwrap();
    rules.label(changed).unwrap()
}

/// The smallest step of a feature.
fn step(feature: At) -> f64 {
    if feature.feature().feature_type == FeatureType::Count { 1.0 } else { 0.01 }
}

#[test]
fn everybody_of_ten_thousand_is_explained_as_labelled_and_every_change_leads_where_it_says() {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "p", "--customers", "10000", "--seed", "7", "--quiet"]).code(0);
    // A derived feature and a rule that asks for less, beside the default rules.
    let mut config = workspace.read("p/vardag.toml");
    config.insert_str(
        0,
        "derived_features = [{ name = \"cost\", expression = \"handling_minutes / 60 + contacts_per_year * 0.25\" }]\n",
    );
    config.push_str(OWN_RULES);
    workspace.write("p/vardag.toml", config);
    workspace.vardag(&["run", "p/vardag.toml", "--quiet"]).code(0);
    let run = PastRun::open(&workspace.path("p/runs/latest")).unwrap();
    let table = everybody(&run);
    let explainer = Explainer::new(&run, Entity::Customer).unwrap();
    let rules = &run.plan.customers;

    let tracer = Tracer::new(rules);
    let traces = tracer.trace(&table).unwrap();
    assert!(traces.len() > 9_000);
    let (categories, names) = (texts(&table, "category"), texts(&table, "rule"));
    for (row, trace) in traces.iter().enumerate() {
        assert_eq!(rules.rule_name(trace.decided), names[row]);
        assert_eq!(rules.category_name(trace.decided), categories[row]);
        let first = trace.rules.iter().position(|clause| clause.truth() == Truth::True);
        assert_eq!(first.unwrap_or(trace.rules.len()), usize::from(trace.decided));
    }

    let found = explainer.counterfactuals(&table).unwrap();
    let mut by_feature: BTreeMap<At, Vec<(usize, Counterfactual)>> = BTreeMap::new();
    for (row, changes) in found.iter().enumerate() {
        assert_eq!(changes[rules.category_of(traces[row].decided)], None);
        for change in changes.iter().flatten() {
            by_feature.entry(change.feature).or_default().push((row, *change));
        }
    }
    assert!(by_feature.len() >= 5 && by_feature.values().map(Vec::len).sum::<usize>() > 9_000);
    for (feature, changes) in &by_feature {
        let own = table.column(feature.feature().name).unwrap().cast(&DataType::Float64).unwrap();
        let rows: Vec<IdxSize> = changes.iter().map(|(row, _)| *row as IdxSize).collect();
        let to: Vec<f64> = changes.iter().map(|(_, change)| change.to).collect();
        let there = with_values(rules, &table, rows.clone(), *feature, &to);
        // One step less of a change does not lead there.
        let nearer = changes.iter().map(|(_, change)| change.to - step(*feature) * (change.to - change.from).signum());
        let nearer: Vec<f64> = nearer.map(|value| (value * 100.0).round() / 100.0).collect();
        let not_yet = with_values(rules, &table, rows, *feature, &nearer);
        for (at, (row, change)) in changes.iter().enumerate() {
            assert_eq!(own.f64().unwrap().get(*row), Some(change.from));
            assert_eq!((there[at], rules.category_of(there[at])), (change.rule, change.category), "{change:?}");
            let beyond = (nearer[at] - change.from) * (change.to - change.from) <= 0.0;
            assert!(beyond || rules.category_of(not_yet[at]) != change.category, "{change:?}");
        }
    }
    no_smaller_change_is_overlooked(&run, &table, rules, &found);
}

const OWN_RULES: &str = "
[[rules]]
name = \"cared_for\"
category = \"support\"
when = \"last_resort_months >= 6 OR (max_concurrent_benefits >= 3 AND NOT concurrent_days < 120)\"
[[rules]]
name = \"costly\"
category = \"support\"
when = \"cost > 5.1 AND age BETWEEN 18 AND 64\"
[[rules]]
name = \"changing\"
category = \"irregular\"
when = \"benefit_starts + benefit_ends >= 2 OR life_events >= 1 AND contacts <> 2\"
";

/// Every value of every count that anybody has, one after the other, for some customers.
fn no_smaller_change_is_overlooked(
    run: &PastRun,
    table: &DataFrame,
    rules: &RuleSet,
    found: &[Vec<Option<Counterfactual>>],
) {
    let mut statistics = Table::read(&run.folder.join("feature_statistics.csv"));
    statistics.rows.retain_mut(|row| row.remove(0) == "all");
    statistics.columns.remove(0);
    let number = |feature: &str, column: &str| -> f64 { statistics.get(feature, column).parse().expect(column) };
    for feature in rules.named_features().into_iter().filter(|at| step(*at) == 1.0) {
        let name = feature.feature().name;
        let own = table.column(name).unwrap().cast(&DataType::Float64).unwrap();
        let values: Vec<f64> = (0..=number(name, "max") as i64).map(|value| value as f64).collect();
        for customer in (0..table.height()).step_by(97) {
            let Some(from) = own.f64().unwrap().get(customer) else { continue };
            let rows = vec![customer as IdxSize; values.len()];
            let tried = with_values(rules, table, rows, feature, &values);
            let now = rules.category_of(with_values(rules, table, vec![customer as IdxSize], feature, &[from])[0]);
            for (to, rule) in values.iter().zip(tried) {
                let category = rules.category_of(rule);
                let distance = (to - from).abs() / number(name, "sd");
                let smallest = found[customer][category].map(|change| change.distance_sd);
                assert!(category == now || smallest.is_some_and(|smallest| smallest <= distance), "{name} {to}");
            }
        }
    }
}

/// A small agency with a customer for whom a rule holds, and rules of its own that need a missing value.
fn agency() -> Workspace {
    Workspace::agency()
        .settings(
            "derived_features = [{ name = \"per_contact\", expression = \"handling_minutes / contacts\", unit = \"min\", \
             meaning = { sv = \"Handläggning per kontakt\", fi = \"Käsittely yhteydenottoa kohti\", en = \"Handling per contact\" } }]\n\
             rules = [\
             { name = \"old\", category = \"support\", when = \"age >= 80 OR NOT (payments < 3 OR ABS(paid_eur) > 1000)\" }, \
             { name = \"slow\", category = \"irregular\", when = \"per_contact > 15.5\", reason = { sv = \"Trög <väg>.\", fi = \"Hidas tie.\", en = \"A slow way.\" } }, \
             { name = \"any_contact\", category = \"irregular\", when = \"contacts BETWEEN 1 AND 3\" }]",
        )
}

#[test]
fn an_explanation_is_read_on_the_terminal() {
    let workspace = agency();
    workspace.run().code(0);
    let explained = workspace.vardag(&["explain", "runs/latest", "--customer", "A"]);
    insta::assert_snapshot!("terminal_en", explained.code(0).stdout());
    let explained = workspace.vardag(&["explain", "runs/latest", "--customer", "C", "--language", "sv"]);
    insta::assert_snapshot!("terminal_sv", explained.code(0).stdout());
}

#[test]
fn a_page_to_print_stands_for_itself_in_three_languages() {
    let workspace = agency();
    workspace.run().code(0);
    for language in ["sv", "fi", "en"] {
        let page = format!("{language}.html");
        let arguments = ["explain", "runs/latest", "--customer", "A", "--language", language, "--html", &page];
        workspace.vardag(&arguments).code(0);
        let mode = fs::metadata(workspace.path(&page)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "the page is about a customer");
        let html = workspace.read(&page);
        assert!(!html.contains("://") && !html.contains("<script") && !html.contains("<väg>"), "{html}");
        let body = html.split_once("</style>").expect("a style").1;
        insta::assert_snapshot!(format!("page_{language}"), body);
        workspace.vardag(&arguments).code(2).stderr_has("exists already: name another file").stderr_has(&page);
    }
}

#[test]
fn programs_read_the_same_as_json() {
    let workspace = agency();
    workspace.run().code(0);
    let json = workspace.vardag(&["explain", "runs/latest", "--customer", "A", "--json"]).code(0).json();
    assert_eq!((&json["category"], &json["rule"]), (&"irregular".into(), &"slow".into()));
    assert_eq!(json["features"]["contacts"], 1);
    assert_eq!(json["features"]["per_contact"], 20.0);
    let rules = json["rules"].as_array().expect("rules");
    let told = |rule: usize| {
        let rule = &rules[rule];
        (rule["result"].as_str().unwrap(), rule["reached"].as_bool().unwrap(), rule["decided"].as_bool().unwrap())
    };
    assert_eq!([told(0), told(1), told(2)], [("false", true, false), ("true", true, true), ("true", false, false)]);
    let term = &rules[0]["condition"]["any"][1]["not"]["any"][0];
    assert_eq!(*term, serde_json::json!({ "term": "payments < 3", "values": { "payments": 1 }, "result": "true" }));
    // Without the only contact there are no minutes per contact, and neither rule holds.
    let change = &json["alternatives"][0]["change"];
    assert_eq!((&change["feature"], &change["from"], &change["to"]), (&"contacts".into(), &1.into(), &0.into()));
    let change = &json["alternatives"][1]["change"];
    assert_eq!((&change["feature"], &change["to"], &change["rule"]), (&"payments".into(), &3.into(), &"old".into()));
}

#[test]
fn what_cannot_be_explained_is_told_without_repeating_the_id() {
    let workspace = agency();
    workspace.run().code(0);
    let unknown = workspace.vardag(&["explain", "runs/latest", "--customer", "nobody-77"]);
    unknown.code(3).stderr_has("no customer of this id").stderr_lacks("nobody-77");
    assert_eq!(unknown.stdout(), "");
    workspace.vardag(&["explain", "runs", "--customer", "A"]).code(2).stderr_has("is no run folder");
    workspace.vardag(&["explain", "runs/latest"]).code(2).stderr_has("--customer");

    // Somebody changed the rules of a run that is done.
    let config = workspace.read("runs/latest/config.toml").replace("per_contact > 15.5", "per_contact > 99");
    workspace.write("runs/latest/config.toml", config);
    let changed = workspace.vardag(&["explain", "runs/latest", "--customer", "A"]);
    changed.code(3).stderr_has("irregular by rule slow").stderr_has("irregular by rule any_contact");
    fs::remove_file(workspace.path("runs/latest/feature_statistics.csv")).unwrap();
    workspace.vardag(&["explain", "runs/latest", "--customer", "C"]).code(3).stderr_has("feature_statistics.csv");
}

#[test]
fn the_id_may_come_from_standard_input() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    let explain = |input: &[u8]| {
        let mut command = workspace.command(crate::workspace::VARDAG);
        command.args(["explain", "runs/latest", "--customer", "-"]).write_stdin(input);
        workspace.outcome(&mut command)
    };
    let typed = workspace.vardag(&["explain", "runs/latest", "--customer", "A"]).code(0).stdout();
    for input in ["A", "A\n", "A\r\n", "A\nB\n"] {
        assert_eq!(explain(input.as_bytes()).code(0).stdout(), typed, "{input:?}");
    }
    explain(b"A ").code(3).stderr_has("no customer of this id");
    for nothing in [&b""[..], b"\n", b"\r\n", b"\nA\n", b"\xFF\n"] {
        explain(nothing).code(2).stderr_has("standard input");
    }
    workspace.vardag(&["explain", "--help"]).code(0).stdout_has("standard input");
}

/// An employer's label is explained like a customer's.
#[test]
fn an_employer_is_explained_by_the_rules_of_employers() {
    let workspace = Workspace::agency()
        .rows("employers", "SHOP,19\nFACTORY,20\nCHAIN,1001\nCLUB,")
        .rows("employer_contacts", "K1,SHOP,2025-03-01,phone,inbound");
    workspace.run().code(0);
    let explained = workspace.vardag(&["explain", "runs/latest", "--employer", "FACTORY"]).code(0).stdout();
    for part in
        ["Employer FACTORY", "Medium (20 to 1,000) (medium)", "Employees: less than 20", "Has 20 to 1,000 employees."]
    {
        assert!(explained.contains(part), "{part} is not in:\n{explained}");
    }
    // One employee fewer, and it would be small.
    assert!(
        explained.contains("Employees: 19 instead of 20") && explained.contains("among all employers"),
        "{explained}"
    );
    let json = workspace.vardag(&["explain", "runs/latest", "--employer", "CLUB", "--json"]).code(0).json();
    assert_eq!((&json["employer_id"], &json["rule"]), (&"CLUB".into(), &"default".into()));
    assert!(json["features"]["employees"].is_null());
    workspace.vardag(&["explain", "runs/latest", "--employer", "A"]).code(3).stderr_has("has no employer of this id");
    workspace.vardag(&["explain", "runs/latest", "--employer", "SHOP", "--customer", "A"]).code(2);
    let without = Workspace::agency();
    without.run().code(0);
    without.vardag(&["explain", "runs/latest", "--employer", "SHOP"]).code(3).stderr_has("has no employers");
}
