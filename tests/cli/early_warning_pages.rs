//! The pages of a model and the report of a run with one: they say what the files say, in three languages, and of nobody in
//! particular.

use crate::outcome::RunFolder;
use crate::table::Table;
use crate::workspace::Workspace;

const FIT: [&str; 8] =
    ["early-warning", "fit", "big/vardag.toml", "--from", "2025-04-30", "--to", "2025-12-31", "--quiet"];

/// A model of a population in which many come to be irregular, with this least group.
fn fitted(min_group: u32) -> Workspace {
    let workspace = Workspace::empty();
    workspace.vardag(&["synth", "big", "--customers", "4000", "--seed", "5", "--months", "24", "--quiet"]).code(0);
    let settings = "[early_warning]\nwithin = 2\nfrom = [\"support\", \"regular\"]\nto = \"irregular\"\n\
                    features = [\"contacts\", \"benefit_starts\", \"handling_minutes\"]\n";
    let config = format!("{}\n[breakdowns]\nmin_group = {min_group}\n{settings}", workspace.read("big/vardag.toml"));
    workspace.write("big/vardag.toml", &config);
    workspace.vardag(&FIT);
    workspace.write("big/run.toml", format!("{config}model = \"model.toml\"\naccept_failed = true\n"));
    workspace
}

fn pages(workspace: &Workspace) -> [(String, bool); 3] {
    [("sv", true), ("fi", true), ("en", false)].map(|(language, comma)| {
        (workspace.read(&format!("big/model.backtest/early-warning.{language}.html")).replace('\u{a0}', " "), comma)
    })
}

/// A share as a page writes it.
fn percent(value: &str, comma: bool) -> String {
    let text = format!("{:.1}", value.parse::<f64>().expect("a number"));
    if comma { text.replace('.', ",") + " %" } else { text + "%" }
}

/// The part of a page between the heading of a section and its end.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("no section {id}"));
    rest.split("</section>").next().unwrap_or_default()
}

#[test]
fn the_pages_say_what_the_files_say() {
    let workspace = fitted(1);
    let capacity = Table::read(&workspace.path("big/model.backtest/capacity.csv"));
    let audit = Table::read(&workspace.path("big/model.backtest/audit.csv"));
    let model: toml::Value = workspace.read("big/model.toml").parse::<toml::Table>().expect("TOML").into();
    for (page, comma) in pages(&workspace) {
        let found = section(&page, "overview");
        let rows = capacity.select(&["scorer", "recall_pct", "found"]);
        assert_eq!(rows.len(), 30);
        // One slide counts on both dates before it, so that one case could be a single customer's.
        for row in rows.iter().filter(|row| row[2].parse::<f64>().is_ok_and(|found| found >= 2.0)) {
            let share = percent(row[1], comma);
            assert!(found.contains(&format!(">{share}</td>")), "{share} of {}", row[0]);
        }
        let audited = section(&page, "audit");
        let rows = audit.select(&["dimension", "recall_pct", "false_positive_rate_pct"]);
        assert!(!rows.is_empty(), "so few would prove nothing");
        for share in rows.iter().flat_map(|row| &row[1..]).map(|share| percent(share, comma)) {
            assert!(audited.contains(&format!(">{share}</td>")), "{share}");
        }
        let card = section(&page, "scorecard");
        for bin in model["scorecard"]["features"]
            .as_array()
            .expect("features")
            .iter()
            .flat_map(|of| of["bins"].as_array().expect("bins").iter())
        {
            let points = bin["points"].as_integer().expect("points");
            let written = if points > 0 { format!("+{points}") } else { points.to_string().replace('-', "\u{2212}") };
            // Once in the chart, in its table, and in the table of all.
            assert!(card.matches(&format!(">{written}<")).count() >= 3, "{written}");
        }
    }
}

#[test]
fn pages_tell_of_no_customer_and_of_no_few() {
    let workspace = fitted(100_000);
    let register = Table::read(&workspace.path("big/customers.csv"));
    let ids = register.column("customer_id");
    for (page, _) in pages(&workspace) {
        assert!(ids.iter().all(|id| !page.contains(id)));
        let body = page.replace("http://www.w3.org/2000/svg", "");
        assert!(["<script", "http:", "https:", "url("].iter().all(|tell| !body.contains(tell)));
        // Everything is of few, then.
        for id in ["capacity", "calibration", "auc", "ratio", "ahead", "audit-1-recall_pct"] {
            assert!(!page.contains(&format!("id=\"{id}-t\"")), "{id}");
        }
        assert!(section(&page, "scorecard").contains("[c]") && !section(&page, "overview").contains("<li>"));
    }
}

#[test]
fn the_report_counts_whom_the_list_has() {
    let workspace = fitted(1);
    let arguments = ["run", "big/run.toml", "--as-of", "2025-12-31", "--out", "runs", "--quiet"];
    workspace.vardag(&arguments).code(0);
    let run = RunFolder::open(&workspace.path("runs/latest"));
    let list = run.table("early_warning.csv");
    let mut by_risk = std::collections::BTreeMap::<&str, usize>::new();
    list.column("risk_pct").into_iter().for_each(|risk| *by_risk.entry(risk).or_default() += 1);
    assert!(by_risk.len() > 1 && list.rows.len() > 1_000);
    for (file, comma, advice) in [
        ("report.sv.html", true, "Råd, inte beslut"),
        ("report.fi.html", true, "Neuvo, ei päätös"),
        ("report.en.html", false, "Advice, not a decision"),
    ] {
        let page = String::from_utf8(run.bytes(file)).expect("UTF-8").replace('\u{a0}', " ");
        let section = section(&page, "early-warning");
        assert!(section.contains(advice), "{section}");
        for (risk, customers) in &by_risk {
            let customers = match customers {
                1_000.. if comma => format!("{} {:03}", customers / 1_000, customers % 1_000),
                1_000.. => format!("{},{:03}", customers / 1_000, customers % 1_000),
                _ => customers.to_string(),
            };
            let [risk, customers] = [percent(risk, comma), customers].map(|text| format!(">{text}</td>"));
            let mut rows = section.split("<tr");
            assert!(rows.any(|row| row.contains(&risk) && row.contains(&customers)), "{customers}, {risk}: {section}");
        }
    }
}
