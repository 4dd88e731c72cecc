//! Employers by category (`docs/method.md` section 7): who is counted, who is active, and what the figures are made of.

use std::os::unix::fs::PermissionsExt;

use crate::outcome::{Rows, RunFolder};
use crate::workspace::Workspace;

const SUMMARY: &str = "employer_summary.csv";
const LABELS: &str = "employer_labels.csv";

/// A small shop in touch about one application, a factory that files online, a chain that is never in touch, and an
/// association of which nobody knows the size.
fn employers() -> Workspace {
    Workspace::agency()
        .rows("employers", "SHOP,19\nFACTORY,20\nCHAIN,1001\nCLUB,")
        .rows(
            "employer_contacts",
            "K1,SHOP,2025-03-01,phone,inbound\nK2,SHOP,2025-03-02,e-mail,\nK3,SHOP,2025-03-03,phone,inbound\n\
             K4,CLUB,2025-12-31,phone,",
        )
        .rows(
            "employer_applications",
            "H1,SHOP,sickness_allowance,2025-03-01,paper,30.50,2\n\
             H2,FACTORY,sickness_allowance,2025-01-01,online,10,0\n\
             H3,FACTORY,sickness_allowance,2025-05-01,online,,\n\
             H4,FACTORY,parental_allowance,2025-06-01,oral,5.25,1",
        )
}

fn text(run: &RunFolder, file: &str) -> String {
    String::from_utf8(run.bytes(file)).expect("UTF-8")
}

#[test]
fn every_category_has_its_figures_and_every_employer_its_features() {
    let outcome = employers().run();
    let run = outcome.code(0).latest();
    insta::assert_snapshot!(text(&run, LABELS), @r"
    employer_id,category,rule,employees,contacts,contact_channels,applications,applications_paper,applications_oral,applications_on_behalf,applications_online,applications_other,benefits_applied,handled_applications,handling_minutes,handling_minutes_per_application,clarifications,contacts_per_application,active
    CHAIN,large,large,1001,0,0,0,0,0,0,0,0,0,0,0.00,,0,,0
    CLUB,unknown,default,,1,1,0,0,0,0,0,0,0,0,0.00,,0,,1
    FACTORY,medium,medium,20,0,0,3,0,1,0,2,0,2,2,15.25,7.625,1,0,1
    SHOP,small,small,19,3,2,1,1,0,0,0,0,1,1,30.50,30.5,2,3,1
    ");
    // Computed by hand: of FACTORY's minutes 15.25 / 2, of all 45.75 / 3.
    insta::assert_snapshot!(text(&run, SUMMARY), @r"
    category,employers,active,share_pct,contacts_per_application,channels_per_employer,online_pct,clarifications_per_application,handling_minutes_pooled,applications_per_active
    small,1,1,33.333333333333336,3,2,0,2,30.5,1
    medium,1,1,33.333333333333336,0,0,66.66666666666667,0.3333333333333333,7.625,3
    large,1,0,0,,,,,,
    unknown,1,1,33.333333333333336,,1,,,,0
    all,4,3,100,1,1,50,0.75,15.25,1.3333333333333333
    ");
    assert_eq!(run.manifest()["employers"]["all"], 4);
    let mode = |file: &str| run.path.join(file).metadata().expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(LABELS), 0o600);
    assert_eq!(mode(SUMMARY) & 0o600, 0o600);
}

#[test]
fn the_terminal_and_json_tell_of_employers_where_there_are_any() {
    let outcome = employers().run();
    let block: Vec<String> = outcome
        .code(0)
        .stdout()
        .lines()
        .skip_while(|line| *line != "Employers by category")
        .skip(2)
        .take_while(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    insta::assert_snapshot!(block.join("\n"), @"
    Category                                 Employers  Active  Share of active  Contacts per application  Applied online
    Small (fewer than 20 employees) (small)          1       1            33.3%                      3.00            0.0%
    Medium (20 to 1,000) (medium)                    1       1            33.3%                      0.00           66.7%
    Large (more than 1,000) (large)                  1       0             0.0%                         –               –
    Size not known (unknown)                         1       1            33.3%                         –               –
    All employers (all)                              4       3           100.0%                      1.00           50.0%
    ");
    let json = employers().vardag(&["run", "vardag.toml", "--json"]).code(0).json();
    let classes = json["employers"].as_array().expect("employers");
    let named: Vec<&str> = classes.iter().filter_map(|class| class["category"].as_str()).collect();
    assert_eq!(named, ["small", "medium", "large", "unknown", "all"]);
    assert_eq!((&classes[0]["contacts_per_application"], &classes[2]["share_pct"]), (&3.0.into(), &0.0.into()));
    assert!(classes[3]["online_pct"].is_null());
}

#[test]
fn categories_and_rules_of_employers_are_the_configuration_s() {
    let on_paper = "{ name = 'on_paper', names = { sv = 'På papper', fi = 'Paperilla', en = 'On paper' } }";
    let when = "applications_paper >= 1 AND employees < 1000";
    let outcome = employers()
        .settings("employer_default_category = 'silent'")
        .settings(&format!("employer_categories = [{{ name = 'silent' }}, {on_paper}]"))
        .settings(&format!("employer_rules = [{{ name = 'paper', category = 'on_paper', when = '{when}' }}]"))
        .run();
    let run = outcome.code(0).latest();
    let table = run.table(LABELS);
    let labels = table.select(&["employer_id", "category", "rule"]);
    assert_eq!(
        labels,
        [
            ["CHAIN", "silent", "default"],
            ["CLUB", "silent", "default"],
            ["FACTORY", "silent", "default"],
            ["SHOP", "on_paper", "paper"],
        ]
    );
    run.table(SUMMARY).expect("silent", &[("employers", "3")]).expect("on_paper", &[("employers", "1")]);
    let page = String::from_utf8(run.bytes("report.sv.html")).expect("UTF-8");
    assert!(page.contains("På papper"));
}

#[test]
fn a_rule_of_employers_names_their_features_only() {
    let rule = "employer_rules = [{ name = 'r', category = 'small', when = 'paid_eur > 1 OR employes > 5' }]";
    employers()
        .settings(rule)
        .run()
        .code(2)
        .stderr_has("employer_rules.r.when: there is no feature `paid_eur`")
        .stderr_has("there is no feature `employes`")
        .stderr_has("employees");
}

#[test]
fn without_extracts_about_employers_nothing_is_said_of_them() {
    let workspace = Workspace::agency();
    let outcome = workspace.run();
    let files = outcome.code(0).latest().files();
    assert!(!files.iter().any(|file| file.starts_with("employer")), "{files:?}");
    assert_eq!(outcome.manifest()["employers"], serde_json::json!({}));
    assert!(!outcome.stdout().contains("employers"));
    let json = workspace.vardag(&["run", "vardag.toml", "--json"]).code(0).json();
    assert_eq!(json["employers"], serde_json::json!([]));
}

#[test]
fn employers_who_are_never_in_touch_are_counted_and_have_no_share() {
    let outcome = Workspace::agency().rows("employers", "E1,5\nE2,500").run();
    let run = outcome.code(0).latest();
    run.table(SUMMARY)
        .expect("small", &[("employers", "1"), ("active", "0"), ("share_pct", "")])
        .expect("large", &[("employers", "0"), ("active", "0"), ("share_pct", "")])
        .expect("all", &[("employers", "2"), ("share_pct", ""), ("applications_per_active", "")]);
    assert_eq!(run.table(LABELS).column("employer_id"), ["E1", "E2"]);
}

#[test]
fn a_category_without_active_employers_has_no_share_of_them_and_one_without_employers_none_at_all() {
    let outcome = Workspace::agency()
        .rows("employers", "E1,5\nE2,500")
        .rows("employer_contacts", "K1,E1,2025-03-01,phone,")
        .run();
    let run = outcome.code(0).latest();
    let shares = run.table(SUMMARY);
    assert_eq!(shares.column("share_pct"), ["100", "0", "", "", "100"]);
}

#[test]
fn outbound_contacts_and_those_outside_the_window_make_nobody_active() {
    let outcome = Workspace::agency()
        .rows("employers", "BEFORE,5\nAFTER,5\nCALLED,5\nFIRST,5\nLAST,5")
        .rows(
            "employer_contacts",
            "K1,BEFORE,2024-12-31,phone,\nK2,AFTER,2026-01-01,phone,\nK3,CALLED,2025-06-01,phone,outbound\n\
             K4,FIRST,2025-01-01,phone,\nK5,LAST,2025-12-31,phone,",
        )
        .rows(
            "employer_applications",
            "H1,BEFORE,sickness_allowance,2024-12-31,online,5,1\nH2,AFTER,sickness_allowance,2026-01-01,online,5,1",
        )
        .run();
    let run = outcome.code(0).latest();
    run.table(SUMMARY).expect("small", &[("employers", "5"), ("active", "2"), ("applications_per_active", "0")]);
    let contacts = run.table(LABELS);
    assert_eq!(contacts.select(&["employer_id", "contacts"])[..2], [["AFTER", "0"], ["BEFORE", "0"]]);
    assert_eq!(run.rows("employer_contacts"), Rows { records: 5, future: 1, in_use: 4, ..Rows::default() });
}

#[test]
fn a_duplicate_takes_nothing_with_it() {
    let duplicates = |workspace: Workspace| {
        let contacts = workspace.read("employer_contacts.csv");
        let applications = workspace.read("employer_applications.csv");
        let contacts = contacts.split_once('\n').expect("a header").1.to_owned();
        let applications = applications.split_once('\n').expect("a header").1.to_owned();
        workspace
            .rows(
                "employer_contacts",
                &format!("{contacts}K1,FACTORY,2025-03-05,letter,\nK3,SHOP,2025-03-05,office,\nK4,CLUB,2024-01-01,fax,"),
            )
            .rows(
                "employer_applications",
                &format!(
                    "{applications}H1,CHAIN,sickness_allowance,2025-03-01,online,999.99,7\n\
                     H3,FACTORY,sickness_allowance,2025-05-01,PIGEON,77,3\nH4,SHOP,sickness_allowance,2026-05-01,online,1,1"
                ),
            )
    };
    let (without, with) = (employers().run(), duplicates(employers()).run());
    assert_eq!(with.code(0).rows("employer_contacts").duplicates, 3);
    assert_eq!(with.rows("employer_applications").duplicates, 3);
    for file in [SUMMARY, LABELS] {
        assert_eq!(text(&with.latest(), file), text(&without.code(0).latest(), file), "{file}");
    }
    assert!(!with.stderr().contains("PIGEON"));
}

#[test]
fn the_first_row_of_an_employer_tells_its_size_and_a_rejected_one_makes_orphans() {
    let outcome = Workspace::agency()
        .rows("employers", "E1,5\nE1,50\nE2,few\nE2,50\nE3,-1")
        .rows("employer_contacts", "K1,E1,2025-03-01,phone,\nK2,E2,2025-03-01,phone,\nK3,E3,2025-03-01,phone,")
        .run();
    let run = outcome.code(0).latest();
    assert_eq!(run.table(LABELS).select(&["employer_id", "category"]), [["E1", "small"], ["E2", "medium"]]);
    assert_eq!(run.faults("employer_contacts"), ["employer_contacts.csv 3 4 employer_id orphan"]);
    assert_eq!(run.table(SUMMARY).get("all", "active"), "2");
}

#[test]
fn without_numbers_of_employees_every_employer_is_of_unknown_size() {
    let workspace = employers().file("names.csv", "employer_id\nSHOP\nFACTORY\nCHAIN\nCLUB\n");
    let outcome = workspace.extract("employers", "files = \"names.csv\"").run();
    let run = outcome.code(0).latest();
    run.table(SUMMARY).expect("unknown", &[("employers", "4"), ("active", "3"), ("share_pct", "100")]);
}

#[test]
fn without_a_register_who_has_an_event_by_the_last_day_is_counted() {
    let outcome = Workspace::agency()
        .rows(
            "employer_contacts",
            "K1,BEFORE,2010-03-01,phone,\nK2,CALLED,2025-03-01,phone,outbound\nK3,NEXT,2026-03-01,phone,\n\
             K4,SHOP,2025-03-01,phone,\nK4,TWICE,2025-03-01,phone,\nK5,SHOP,soon,phone,\nK6,FAULTY,soon,phone,",
        )
        .rows("employer_applications", "H1,FACTORY,sickness_allowance,2025-03-01,online,5,0")
        .run();
    outcome.code(0).stderr_has("there is no employers extract").stderr_has("[extracts.employers]");
    let run = outcome.latest();
    // NEXT has but a future row, TWICE a duplicate, FAULTY a rejected one.
    assert_eq!(run.table(LABELS).column("employer_id"), ["BEFORE", "CALLED", "FACTORY", "SHOP"]);
    run.table(SUMMARY)
        .expect("unknown", &[("employers", "4"), ("active", "2"), ("share_pct", "100")])
        .expect("small", &[("employers", "0"), ("share_pct", "")]);
    let rows = Rows { records: 7, rejected: 2, duplicates: 1, future: 1, in_use: 3, ..Rows::default() };
    assert_eq!(run.rows("employer_contacts"), rows);
    employers().run().code(0).stderr_lacks("there is no employers extract");
}

#[test]
fn ids_are_written_in_bytewise_order_and_guarded_on_request() {
    let workspace = Workspace::agency().rows("employers", "b,1\na,1\nB,1\n=1+1,1\n\"a,b\",1\n10,1\n9,1\nå,1");
    let ids = |run: &RunFolder| run.table(LABELS).column("employer_id").join(" ");
    assert_eq!(ids(&workspace.run().code(0).latest()), "10 9 =1+1 B a a,b b å");
    let safe = workspace.settings("outputs.spreadsheet_safe = true");
    assert_eq!(ids(&safe.run().code(0).latest()), "10 9 '=1+1 B a a,b b å");
}

#[test]
fn minutes_beyond_all_reason_are_summed_up_exactly() {
    let application = |at: u32| format!("H{at},E1,sickness_allowance,2025-03-01,online,999999999999999.99,0\n");
    let applications: String = (0..300).map(application).collect();
    let run = Workspace::agency().rows("employers", "E1,5").rows("employer_applications", &applications).run();
    run.code(0).latest().table(LABELS).expect("E1", &[("handling_minutes", "299999999999999997.00")]);
    assert_eq!(run.latest().table(SUMMARY).get("small", "handling_minutes_pooled"), "1000000000000000");
}

/// More employers than a partition holds, with contacts and applications of which every fifth is a duplicate.
fn many(workspace: &Workspace) {
    let employers: String = (0..40_000).map(|at| format!("E{at},{}\n", at * 7 % 3_000)).collect();
    let day = |at: u32| format!("{}-{:02}-{:02}", 2024 + at % 2, 1 + at % 12, 1 + at % 28);
    let contact = |at: u32| format!("K{},E{},{},channel{},\n", at % 48_000, at * 31 % 41_000, day(at), at % 7);
    let application = |at: u32| {
        let (id, owner) = (at % 48_000, at * 17 % 41_000);
        format!("H{id},E{owner},sickness_allowance,{},online,{}.5,{}\n", day(at), at % 90, at % 4)
    };
    let contacts: String = (0..60_000).map(contact).collect();
    let applications: String = (0..60_000).map(application).collect();
    workspace.write("employers.csv", format!("employer_id,employees\n{employers}"));
    workspace
        .write("employer_contacts.csv", format!("contact_id,employer_id,contacted_on,channel,direction\n{contacts}"));
    let header = "application_id,employer_id,benefit,submitted_on,method,handling_minutes,clarifications";
    workspace.write("employer_applications.csv", format!("{header}\n{applications}"));
}

#[test]
fn neither_threads_nor_a_memory_limit_change_a_byte() {
    for register in [true, false] {
        let all = employers();
        let workspace = if register { all } else { all.without("employers") };
        // The tables of the configuration stay, the files behind them change.
        workspace.command(crate::workspace::VARDAG);
        many(&workspace);
        let run = |out: &str, more: &[&str]| {
            let arguments = [&["run", "vardag.toml", "--quiet", "--out", out], more].concat();
            workspace.vardag(&arguments).code(0);
            RunFolder::open(&workspace.path(out).join("latest"))
        };
        let one = run("one", &["--threads", "1"]);
        assert!(one.rows("employer_contacts").duplicates > 10_000);
        assert!(one.table(LABELS).rows.len() > 2 * 16_384);
        let others = [run("three", &["--threads", "3"]), run("limit", &["--memory-limit", "1KB"])];
        for other in &others {
            for file in [SUMMARY, LABELS] {
                assert!(one.bytes(file) == other.bytes(file), "{file} of {}", other.path.display());
            }
            assert_eq!(one.lasting_manifest(), other.lasting_manifest());
        }
    }
}

#[test]
fn employers_that_grow_come_and_go_are_movements_of_their_own() {
    let workspace = employers();
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-11-30"]).code(0);
    // The shop has hired, the chain has closed, and a studio has opened.
    let workspace = workspace.rows("employers", "SHOP,25\nFACTORY,20\nCLUB,\nSTUDIO,2");
    let outcome = workspace.run();
    let run = outcome.code(0).latest();
    insta::assert_snapshot!(text(&run, "employer_movements.csv"), @r"
    employer_id,from,to,from_rule,to_rule
    CHAIN,large,,large,
    SHOP,small,medium,small,medium
    STUDIO,,small,,small
    ");
    assert_eq!(run.path.join("employer_movements.csv").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let moved = &run.manifest()["employer_movements"];
    assert_eq!(moved["matrix"][0], serde_json::json!([0, 1, 0, 0]));
    assert_eq!((&moved["entered"][0], &moved["left"][2]), (&1.into(), &1.into()));
    let compared = workspace.vardag(&["compare", "runs/2025-11-30", "runs/latest", "--employers"]);
    compared.code(0).stdout_has("Number of employers, from (rows) to (columns)").stdout_has("small");
    let json = workspace.vardag(&["compare", "runs/2025-11-30", "runs/latest", "--employers", "--json"]).json();
    assert_eq!((&json["moved"], &json["matrix"]), (&1.into(), &moved["matrix"]));
    assert!(text(&run, "report.en.html").contains("1 employers changed category; 1 came in and 1 left."));
}

#[test]
fn a_run_before_without_employers_is_no_fault() {
    let workspace = Workspace::agency();
    workspace.vardag(&["run", "vardag.toml", "--as-of", "2025-11-30"]).code(0);
    let workspace = workspace.rows("employers", "SHOP,25");
    let outcome = workspace.run();
    outcome.code(0).stderr_lacks("employer_labels");
    let run = outcome.latest();
    assert!(run.manifest()["employer_movements"].is_null() && !run.path.join("employer_movements.csv").exists());
    let compared = workspace.vardag(&["compare", "runs/2025-11-30", "runs/latest", "--employers"]);
    compared.code(2).stderr_has("runs/2025-11-30 has no labels of employers").stderr_has("compare customers");
}
