//! The report and the workbook: they say what the tables say, in three languages, and of nobody in particular.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::outcome::RunFolder;
use crate::workspace::Workspace;

const PAGES: [&str; 3] = ["report.sv.html", "report.fi.html", "report.en.html"];

/// Two runs of a made-up population, a month apart: the later one.
fn second_of_two_runs(workspace: &Workspace) -> RunFolder {
    workspace.vardag(&["synth", "p", "--customers", "3000", "--seed", "5", "--quiet"]).code(0);
    for day in ["2025-11-30", "2025-12-31"] {
        let arguments = ["run", "p/vardag.toml", "--as-of", day, "--out", "runs", "--quiet", "--accept-changes"];
        workspace.vardag(&arguments).code(0);
    }
    RunFolder::open(&workspace.path("runs/latest"))
}

fn text(run: &RunFolder, file: &str) -> String {
    String::from_utf8(run.bytes(file)).expect("UTF-8")
}

/// What the page shows, without tags, a piece a line.
fn shown(page: &str) -> Vec<String> {
    let body = page.split_once("<body>").expect("a body").1;
    let pieces = body.split('<').filter_map(|piece| Some(piece.split_once('>')?.1.trim().to_owned()));
    pieces.filter(|text| !text.is_empty()).collect()
}

/// A number as the language writes it.
fn written(value: &str, places: usize, comma: bool) -> String {
    let text = format!("{:.places$}", value.parse::<f64>().expect("a number"));
    if comma { text.replace('.', ",") } else { text }
}

#[test]
fn the_cards_say_what_the_summary_says() {
    let workspace = Workspace::empty();
    let run = second_of_two_runs(&workspace);
    let summary = run.table("category_summary.csv");
    for (page, comma) in [("report.sv.html", true), ("report.fi.html", true), ("report.en.html", false)] {
        let page = text(&run, page);
        for (card, category) in page.split("<article").skip(1).zip(["regular", "irregular", "support"]) {
            let percent = if comma { "\u{a0}%" } else { "%" };
            let share = written(summary.get(category, "share_pct"), 1, comma) + percent;
            let contacts = written(summary.get(category, "contacts_per_year"), 2, comma);
            let minutes = written(summary.get(category, "handling_minutes_per_application"), 1, comma);
            assert!(card.contains(&format!("<p class=\"share\">{share}</p>")), "{share} of {category}");
            for figure in [share, contacts, minutes] {
                assert!(card.contains(&format!(">{figure}</td>")), "{figure} of {category}");
            }
        }
        assert_eq!(page.matches("<article").count(), 3);
    }
}

#[test]
fn the_head_says_the_run_in_a_sentence_and_points_to_what_to_know_of_the_data() {
    let workspace = Workspace::agency()
        .settings("default_category = \"a\"\n[[categories]]\nname = \"a\"\n[[categories]]\nname = \"b\"\n[[rules]]\nname = \"r\"\ncategory = \"b\"\nwhen = \"contacts >= 2\"")
        .rows("contacts", "K1,A,2025-03-01,phone,,\nK2,A,2025-03-02,phone,,\nK3,B,2025-03-02,phone,,\n")
        .rows("applications", "H1,A,x1,2025-02-01,FAX,,,,\n");
    for day in ["2025-12-30", "2025-12-31"] {
        workspace.vardag(&["run", "vardag.toml", "--as-of", day, "--accept-changes"]).code(0);
    }
    let run = RunFolder::open(&workspace.path("runs/latest"));
    let summary = run.table("category_summary.csv");
    let share = |category: &str| written(summary.get(category, "share_pct"), 1, false);
    let page = text(&run, "report.en.html");
    let head = page.split_once("</header>").expect("a head").0;
    let all = summary.get("all", "customers");
    let sentence = format!("Of {all} customers, {}% are in “a” and {}% in “b”.", share("a"), share("b"));
    assert!(head.contains(&sentence), "{sentence}: {head}");
    assert!(head.contains("“b” has as many customers as on 30\u{a0}December 2025."), "{head}");
    assert!(head.contains("As of 31\u{a0}December 2025.") && head.contains("<a href=\"#remark-1\">"), "{head}");
    assert!(page.contains("<li id=\"remark-1\">"));
}

#[test]
fn nobody_is_on_the_page_and_nothing_comes_from_elsewhere() {
    let workspace = Workspace::empty();
    let run = second_of_two_runs(&workspace);
    let labels = run.labels();
    for page in PAGES {
        let page = text(&run, page);
        assert!(page.len() < 500_000, "{} bytes", page.len());
        let pieces: std::collections::HashSet<String> = shown(&page).into_iter().collect();
        for id in labels.column("customer_id") {
            assert!(!pieces.contains(id), "{id}");
        }
        let page = page.replace("http://www.w3.org/2000/svg", "");
        for tell in ["http://", "https://", "<script", "<link", "@import", "url(", "src="] {
            assert!(!page.contains(tell), "{tell}");
        }
    }
}

#[test]
fn two_runs_are_told_apart_in_every_language() {
    let workspace = Workspace::empty();
    let run = second_of_two_runs(&workspace);
    let movements = &run.manifest()["movements"];
    let moved: u64 =
        movements["matrix"].as_array().expect("a matrix").iter().enumerate().fold(0, |sum, (from, row)| {
            let row = row.as_array().expect("a row").iter().enumerate();
            sum + row.filter(|(to, _)| *to != from).filter_map(|(_, count)| count.as_u64()).sum::<u64>()
        });
    for (page, words) in [
        ("report.sv.html", format!(", {moved} har bytt kategori")),
        ("report.fi.html", format!(", {moved} vaihtoi luokkaa")),
        ("report.en.html", format!(", {moved} changed it")),
    ] {
        let page = text(&run, page);
        assert!(page.contains(&words), "{words}");
        // Movements, and the charts of history, which a first run has not.
        assert!(page.contains("id=\"movements\"") && page.contains("id=\"history-share_pct-t\""));
    }
    let first = RunFolder::open(&workspace.path("runs/2025-11-30"));
    assert!(!text(&first, "report.sv.html").contains("id=\"movements\""));
}

#[test]
fn a_run_writes_what_the_configuration_asks_for() {
    let files = |settings: &str| {
        let workspace = Workspace::agency().settings(settings);
        let files = workspace.run().code(0).latest().files();
        files.into_iter().filter(|file| file.starts_with("report.") || file == "tables.xlsx").collect::<Vec<_>>()
    };
    assert_eq!(files(""), ["report.en.html", "report.fi.html", "report.sv.html", "tables.xlsx"]);
    assert_eq!(files("report.languages = \"fi\""), ["report.fi.html", "tables.xlsx"]);
    assert!(files("report.languages = []\nreport.workbook = false").is_empty());
    let workspace = Workspace::agency().settings("report.languages = [\"se\"]\nreport.agancy = \"A\"");
    workspace.run().code(2).stderr_has("there is no report in `se`").stderr_has("did you mean `agency`?");
}

#[test]
fn the_agency_and_its_own_reference_figures_are_shown() {
    let categories = "[[categories]]\nname = \"regular\"\nreference = { share_pct = 62.5 }\n";
    let config = format!(
        "window.as_of = 2025-12-31\nreport.agency = \"Exempelverket\"\nreport.reference = \"Årsboken\"\nrules = []\n\
         {categories}[extracts.contacts]\nfiles = \"contacts.csv\"\n[extracts.applications]\nfiles = \"applications.csv\"\n\
         [extracts.payments]\nfiles = \"payments.csv\"\n"
    );
    let workspace = Workspace::agency().config(&config);
    let run = workspace.run().code(0).latest();
    let page = shown(&text(&run, "report.sv.html")).join("\n");
    assert!(page.contains("Exempelverket") && page.contains("62,5\u{a0}%") && page.contains("Årsboken"), "{page}");
    // Whose they are is said above them, and without that they are not shown.
    let unasked = Workspace::agency().config(&config.replace("report.reference = \"Årsboken\"\n", ""));
    let page = shown(&text(&unasked.run().code(0).latest(), "report.sv.html")).join("\n");
    assert!(!page.contains("62,5\u{a0}%") && !page.contains("FPA") && !page.contains("publicerade"), "{page}");
    let config = config.replace("62.5", "-1");
    Workspace::agency().config(&config).run().code(2).stderr_has("categories.regular.reference.share_pct");
}

/// The accessibility checker, if there is one: `VARDAG_AXE`, or what npm has put into `node_modules`.
fn axe() -> Option<PathBuf> {
    let known = std::env::var_os("VARDAG_AXE").map(PathBuf::from);
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
    known.or(Some(local)).filter(|path| path.is_file())
}

fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok())
}

/// What the checker finds on a page with all its parts unfolded: impact and rule.
fn findings(axe: &Path, chromium: &str, workspace: &Workspace, page: &str) -> Vec<String> {
    let checker = std::fs::read_to_string(axe).expect("the checker");
    let check = "document.querySelectorAll('details').forEach(part => part.open = true);\
        axe.run().then(found => { const out = document.createElement('pre'); out.id = 'found';\
        out.textContent = JSON.stringify(found.violations.map(one => one.impact + ' ' + one.id));\
        document.body.appendChild(out); })";
    let script = format!("<script>{checker}</script><script>{check}</script></body>");
    workspace.write("checked.html", page.replace("</body>", &script));
    let profile = format!("--user-data-dir={}", workspace.path("browser").display());
    let url = format!("file://{}", workspace.path("checked.html").display());
    let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", "--no-first-run"];
    let quiet = ["--disable-background-networking", "--disable-component-update", "--disable-quic"];
    let output = Command::new(chromium)
        .args(arguments)
        .args(quiet)
        .args([&profile, "--virtual-time-budget=30000", "--dump-dom", &url])
        .output()
        .expect("the browser");
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = page.split_once("<pre id=\"found\">").expect("the checker's answer").1;
    let found: Value = serde_json::from_str(found.split('<').next().unwrap_or_default()).expect("JSON");
    found.as_array().expect("a list").iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn an_accessibility_checker_finds_nothing_serious() {
    let (Some(axe), Some(chromium)) = (axe(), chromium()) else {
        // Seen with `cargo test -- --nocapture`: what is missing is Chromium or axe-core.
        println!("skipped: it takes Chromium, and axe-core in node_modules or as VARDAG_AXE");
        return;
    };
    let workspace = Workspace::empty();
    let run = second_of_two_runs(&workspace);
    let customer = run.labels().rows[0][0].clone();
    let explain = ["explain", "runs/latest", "--customer", &customer, "--html", "why.html", "--language", "sv"];
    workspace.vardag(&explain).code(0);
    let reports = PAGES.map(|page| (page, text(&run, page)));
    for (page, html) in reports.into_iter().chain([("why.html", workspace.read("why.html"))]) {
        let found = findings(&axe, chromium, &workspace, &html);
        let grave = |finding: &&String| finding.starts_with("serious") || finding.starts_with("critical");
        assert_eq!(found.iter().find(grave), None, "{page}: {found:?}");
    }
}

#[test]
fn what_the_program_says_is_in_the_language_of_the_page_and_elsewhere_in_english() {
    let rows = |count: usize, row: &dyn Fn(usize) -> String| (0..count).map(row).collect::<String>();
    let applications = |at| format!("H{at},A,{},2025-02-01,{},,,,\n", ["x1", "x2"][at % 2], ["FAX", "online"][at % 2]);
    let agency = Workspace::agency()
        .settings("limits.max_orphan_pct = 0\ngates.max_volume_change_pct = 10")
        .rows("contacts", &rows(20, &|at| format!("K{at},A,2025-03-01,phone,,\n")))
        .rows("applications", &rows(40, &applications));
    agency.vardag(&["run", "vardag.toml", "--as-of", "2025-12-30"]).code(0);
    let contacts = |at| format!("K{},{},2025-03-01,phone,,\n", at % 50, ["A", "a", "1E+11"][at % 3]);
    let agency = agency.rows("contacts", &rows(60, &contacts));
    let json = agency.vardag(&["run", "vardag.toml", "--json"]).code(3).json();
    let run = RunFolder::open(Path::new(json["folder"].as_str().expect("a folder")));
    let said = ["warnings", "broken_limits", "broken_gates"].map(|key| run.manifest()[key].clone());
    let said: Vec<&str> =
        said.iter().flat_map(|list| list.as_array().expect("a list")).filter_map(Value::as_str).collect();
    assert!(said.len() >= 7, "{said:#?}");
    let [swedish, finnish, english] = PAGES.map(|page| shown(&text(&run, page)).join("\n"));
    for sentence in said {
        let sentence = sentence.replace('"', "&quot;").replace('/', "&#x2f;").replace('\'', "&#x27;");
        assert!(english.contains(&sentence), "{sentence}");
        assert!(!swedish.contains(&sentence) && !finnish.contains(&sentence), "{sentence}");
    }
    // The same extract, counts and setting in every language.
    for (page, words) in [
        (swedish, "contacts: 40 av 60 poster saknar ägare, 66,67\u{a0}%, mer än max_orphan_pct = 0 tillåter"),
        (finnish, "contacts: 60 tietueesta omistajattomia on 40, 66,67\u{a0}%, enemmän kuin max_orphan_pct = 0 sallii"),
        (english, "contacts: 40 of 60 records are orphans, 66.67 %, more than max_orphan_pct = 0 allows"),
    ] {
        assert!(page.contains(words), "{words}");
    }
}
