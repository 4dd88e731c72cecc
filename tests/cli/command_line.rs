//! What is typed and what is said: from any folder, to nobody, as a table or as JSON.

use chrono::{Datelike, Days, Local};
use vardag::exit_code::ExitCode;

use crate::outcome::RunFolder;
use crate::workspace::{VARDAG, Workspace};

#[test]
fn paths_in_the_configuration_start_at_its_folder() {
    let workspace = Workspace::agency().file("elsewhere/here.txt", "");
    let mut command = workspace.command(VARDAG);
    command.current_dir(workspace.path("elsewhere")).args(["run", "../vardag.toml"]);
    let outcome = workspace.outcome(&mut command);
    outcome.code(0);
    assert_eq!(workspace.listing("elsewhere"), ["here.txt"]);
    // Files are named as the configuration sees them.
    assert_eq!(outcome.latest().extract("contacts")["files"][0]["file"], "contacts.csv");
}

#[test]
fn a_folder_whose_name_looks_like_a_pattern_is_a_folder() {
    let workspace =
        Workspace::empty().file("a[b]*/contacts-1.csv", "customer_id,contacted_on,channel\nA,2025-03-01,phone\n");
    workspace.write("a[b]*/h.csv", "customer_id,benefit,submitted_on,method\nA,student_aid,2025-03-01,online\n");
    workspace.write("a[b]*/p.csv", "customer_id,benefit,period_start,amount\nA,student_aid,2025-03-01,1\n");
    let workspace = workspace.config("");
    workspace.write(
        "a[b]*/job.toml",
        "window.as_of = 2025-12-31\nextracts.contacts.files = \"contacts-*.csv\"\nextracts.applications.files = \"h.csv\"\n\
         extracts.payments.files = \"p.csv\"\n",
    );
    workspace.vardag(&["run", "a[b]*/job.toml"]).code(0);
    RunFolder::open(&workspace.path("a[b]*/runs/latest")).labels().expect("A", &[("contacts", "1")]);
}

#[test]
fn out_is_a_folder_of_whoever_types_it() {
    let workspace = Workspace::agency().file("desk/x", "");
    let mut command = workspace.command(VARDAG);
    command.current_dir(workspace.path("desk")).args(["run", "../vardag.toml", "--out", "new/runs"]);
    workspace.outcome(&mut command).code(0);
    assert!(!workspace.path("runs").exists());
    RunFolder::open(&workspace.path("desk/new/runs/2025-12-31")).labels().expect("A", &[("contacts", "1")]);
}

#[test]
fn yesterday_and_the_last_month_end_are_days_for_cron() {
    let workspace = Workspace::agency();
    let yesterday = || Local::now().date_naive() - Days::new(1);
    let month_end = || {
        let today = Local::now().date_naive();
        today - Days::new(today.day().into())
    };
    let days: [(&str, &dyn Fn() -> chrono::NaiveDate); 2] = [("yesterday", &yesterday), ("last-month-end", &month_end)];
    for (word, day) in days {
        let before = day();
        let outcome = workspace.vardag(&["run", "vardag.toml", "--as-of", word, "--out", word]);
        outcome.code(0);
        // Midnight may come in between.
        let made = RunFolder::open(&workspace.path(word).join("latest")).manifest()["window"]["as_of"].to_string();
        assert!([before, day()].iter().any(|day| made.trim_matches('"') == day.to_string()), "{word}: {made}");
    }
    let configured = Workspace::agency().settings("window.as_of = \"yesterday\"");
    configured.run().code(0);
    // What is in force says which day it was.
    let run = RunFolder::open(&configured.path("runs/latest"));
    let in_force: toml::Table = String::from_utf8(run.bytes("config.toml")).unwrap().parse().unwrap();
    assert_eq!(in_force["window"]["as_of"].to_string(), run.manifest()["window"]["as_of"].to_string());
}

#[test]
fn a_closed_standard_error_changes_nothing() {
    let workspace = Workspace::agency().rows("applications", "H1,A,odd_benefit,2025-02-01,FAX,,,,");
    for closed in ["2>&-", "0<&- 2>&-", "2>/dev/full", "0<&- 1>&- 2>&-"] {
        let mut command = workspace.command("sh");
        command.args(["-c", &format!("exec \"$0\" run vardag.toml {closed}"), VARDAG]);
        workspace.outcome(&mut command).code(0).labels().expect("A", &[("applications_other", "1")]);
    }
    // An error is an error, even if nobody hears of it.
    workspace.write("contacts.csv", "");
    let mut command = workspace.command("sh");
    command.args(["-c", "exec \"$0\" run vardag.toml 2>&-", VARDAG]);
    workspace.outcome(&mut command).code(3);
}

#[test]
fn a_reader_that_goes_away_has_seen_enough() {
    let workspace = Workspace::agency();
    let mut command = workspace.command("bash");
    command.args(["-c", "\"$0\" run vardag.toml | true; exit ${PIPESTATUS[0]}", VARDAG]);
    workspace.outcome(&mut command).code(0).stderr_lacks("rror");
}

#[test]
fn a_summary_that_cannot_be_printed_is_a_failure_but_the_run_is_there() {
    let workspace = Workspace::agency();
    let mut command = workspace.command("sh");
    command.args(["-c", "exec \"$0\" run vardag.toml > /dev/full", VARDAG]);
    let outcome = workspace.outcome(&mut command);
    outcome.code(1).stderr_has("the result cannot be printed");
    outcome.labels().expect("A", &[("contacts", "1")]);
}

#[test]
fn without_a_terminal_there_are_no_progress_bars_and_no_colours() {
    let workspace = Workspace::agency().paying_all_kinds();
    for arguments in [["run", "vardag.toml"], ["check", "vardag.toml"]] {
        let outcome = workspace.vardag(&arguments);
        outcome.code(0);
        assert_eq!(outcome.stderr(), "");
        assert!(!outcome.stdout().contains('\u{1b}'));
    }
}

#[test]
fn colours_follow_the_option_and_else_the_environment() {
    let workspace = Workspace::agency().rows("applications", "H1,A,odd_benefit,2025-02-01,FAX,,,,");
    let is_coloured = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = workspace.command(VARDAG);
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"] {
            command.env_remove(name);
        }
        command.args(arguments).envs(environment.iter().copied());
        let outcome = workspace.outcome(&mut command);
        let (said, result) = (outcome.stderr(), outcome.stdout());
        // The words are the same, and so are results, which have no colours.
        assert!(!arguments.contains(&"vardag.toml") || !result.contains('\u{1b}'));
        (said + &result).contains('\u{1b}')
    };
    let [run, help, wrong] = [vec!["run", "vardag.toml"], vec!["run", "--help"], vec!["run", "--thread"]];
    for arguments in [&run, &help, &wrong] {
        let with = |more: &[&'static str]| [&arguments[..], more].concat();
        assert!(!is_coloured(arguments, &[]), "nobody looks at a terminal: {arguments:?}");
        assert!(is_coloured(&with(&["--color", "always"]), &[("NO_COLOR", "1")]), "{arguments:?}");
        assert!(is_coloured(arguments, &[("CLICOLOR_FORCE", "1")]), "{arguments:?}");
        assert!(!is_coloured(&with(&["--color=never"]), &[("CLICOLOR_FORCE", "1")]), "{arguments:?}");
        assert!(!is_coloured(arguments, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]), "{arguments:?}");
    }
}

#[test]
fn the_version_says_what_it_was_built_from() {
    let workspace = Workspace::empty();
    let short = format!("vardag {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(workspace.vardag(&["-V"]).code(0).stdout(), short);
    let long = workspace.vardag(&["--version"]).code(0).stdout();
    let told: Vec<&str> = long.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    assert!(long.starts_with(&short), "{long}");
    assert_eq!(told, ["commit", "target", "polars"]);
    // The manifest names the same commit.
    let commit = Workspace::agency().run().code(0).manifest()["commit"].as_str().unwrap_or("not known").to_owned();
    assert!(long.contains(&format!("\ncommit {commit}\n")), "{long}");
}

#[test]
fn quiet_says_nothing_but_errors() {
    let workspace = Workspace::agency().rows("applications", "H1,A,odd_benefit,2025-02-01,FAX,,,,");
    workspace.run().code(0).stderr_has("warning: applications");
    for flag in ["--quiet", "-q"] {
        let outcome = workspace.vardag(&["run", "vardag.toml", flag]);
        outcome.code(0);
        assert_eq!(outcome.stderr(), "");
    }
    let strict = Workspace::agency().settings("limits.payments.max_age_days = 0");
    strict.vardag(&["run", "vardag.toml", "--quiet"]).code(3).stderr_has("limit broken: payments");
}

#[test]
fn json_is_all_that_is_on_stdout_and_agrees_with_the_files() {
    let outcome = Workspace::agency().without("customers").vardag(&["run", "vardag.toml", "--json"]);
    let summary = outcome.code(0).json();
    let manifest = outcome.manifest();
    assert_eq!(summary["as_of"], "2025-12-31");
    assert_eq!((&summary["held"], &summary["broken_limits"]), (&false.into(), &serde_json::json!([])));
    assert_eq!(summary["extracts"], manifest["extracts"]);
    assert_eq!(summary["warnings"], manifest["warnings"]);
    let table = outcome.latest().table("category_summary.csv");
    let categories = summary["categories"].as_array().unwrap();
    assert_eq!(categories.len(), table.rows.len());
    for (entry, row) in categories.iter().zip(&table.rows) {
        for (column, text) in table.columns.iter().zip(row) {
            let found = &entry[column];
            // What is missing is empty in the one and null in the other.
            let same = found.as_str() == Some(text) || found.as_f64() == text.parse().ok();
            assert!(same, "{column}: {found} in JSON, {text:?} in the file");
        }
    }
}

#[test]
fn the_summary_is_a_table_for_people() {
    let workspace = Workspace::agency();
    let outcome = workspace.run();
    let folder = workspace.root().to_str().unwrap().to_owned();
    // One of three customers has a contact and an application of 20 minutes; nobody's benefits change but A's, whose
    // child benefit starts and ends in June: two changes.
    insta::assert_snapshot!(outcome.code(0).stdout().replace(&folder, "FOLDER"), @r"
    Everyday life of customers, 2025-01-01 to 2025-12-31

     Category                                       Customers  Share of customers  Contacts a year  Handling, minutes per application
     Regular everyday life (regular)                        2               66.7%             0.00                                  –
     Irregular everyday life (irregular)                    1               33.3%             1.00                               20.0
     Everyday life that requires support (support)          0                0.0%                –                                  –
     All customers (all)                                    3              100.0%             0.33                               20.0

    written: FOLDER/runs/2025-12-31
    ");
}

#[test]
fn nothing_from_data_acts_on_a_terminal_or_fills_it() {
    let evil = "\u{1b}[31m\u{7}\u{9b}\u{202e}\u{200b}";
    let is_evil =
        |text: &str| text.contains(|c: char| c != '\n' && c.is_control()) || text.contains(['\u{202e}', '\u{200b}']);
    let hold = |workspace: &Workspace, arguments: &[&str], code: i32, shown: &str| {
        let outcome = workspace.vardag(arguments);
        let said = outcome.stderr() + &outcome.stdout();
        assert!(!is_evil(&said) && said.lines().all(|line| line.chars().count() < 2_000), "{said}");
        assert!(said.contains(shown), "no {shown} in {said}");
        outcome.code(code);
    };
    // A header, and one that is longer than a screen.
    let long = format!("{evil}{}", "x".repeat(100_000));
    let header = format!("customer_id,contacted_on,kanal{evil},{long}\nA,2025-03-01,phone,\n");
    let workspace = Workspace::agency().file("contacts.csv", header);
    hold(&workspace, &["run", "vardag.toml"], 3, "kanal\\u{1b}[31m\\u{7}\\u{9b}\\u{202e}\\u{200b}");
    // A file's name, with a line end that would begin a message of its own.
    let name = format!("c{evil}\nwarning: all is well.csv");
    let workspace = Workspace::agency().file(&format!("in/{name}"), "customer_id,contacted_on\n");
    let workspace = workspace.extract("contacts", "files = \"in/*\"");
    hold(&workspace, &["run", "vardag.toml"], 3, "\\nwarning: all is well.csv");
    // Codes, as a warning and as a table.
    let row = format!(",A,b{evil},2025-02-01,online,,,,\n");
    let workspace = Workspace::agency().rows("applications", &row.repeat(12));
    hold(&workspace, &["check", "vardag.toml"], 0, "\"b\\u{1b}[31m");
    hold(&workspace, &["run", "vardag.toml", "--json"], 0, "\\u009b\\u202e");
    let json = workspace.vardag(&["run", "vardag.toml", "--json"]).json();
    let applications = json["extracts"].as_array().unwrap().iter().find(|entry| entry["extract"] == "applications");
    assert_eq!(applications.unwrap()["unknown_benefits"][format!("b{evil}")], 12);
    // A category's name, a key, and TOML that is none.
    let names = format!("categories = [{{ name = \"regular\", names.en = \"n{}\" }}]\nrules = []", "\\u001B\\u202E");
    let workspace = Workspace::agency().settings(&names);
    hold(&workspace, &["run", "vardag.toml"], 0, "n\\u{1b}\\u{202e} (regular)");
    let shown = workspace.vardag(&["config", "show", "vardag.toml"]);
    assert!(!is_evil(&shown.stdout()));
    let in_force: toml::Table = shown.stdout().parse().unwrap();
    assert_eq!(in_force["categories"][0]["names"]["en"].as_str(), Some("n\u{1b}\u{202e}"));
    let key = Workspace::empty().config("\"a\\u001b\\nwarning: fine\" = 1\n");
    hold(&key, &["run", "vardag.toml"], 2, "a\\u{1b}\\nwarning: fine: unknown key");
    let broken = Workspace::empty().config(&format!("a = \u{202e}{}\n", "y".repeat(100_000)));
    hold(&broken, &["run", "vardag.toml"], 2, "is not valid TOML");
}

#[test]
fn a_path_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let workspace = Workspace::agency();
    let out = std::ffi::OsStr::from_bytes(b"r\xFFns");
    for json in [false, true] {
        let mut command = workspace.command(VARDAG);
        command.args(["run", "vardag.toml", "--out"]).arg(out);
        if json {
            command.arg("--json");
        }
        let outcome = workspace.outcome(&mut command);
        outcome.code(0).stdout_has("r\u{fffd}ns");
        if json {
            let folder = outcome.json()["folder"].as_str().unwrap().to_owned();
            assert!(folder.ends_with("r\u{fffd}ns/2025-12-31"), "{folder}");
        }
    }
    RunFolder::open(&workspace.root().join(out).join("latest")).labels().expect("A", &[("contacts", "1")]);
}

#[test]
fn timings_are_told_when_asked_for() {
    let outcome = Workspace::agency().vardag(&["run", "vardag.toml", "--timings"]);
    outcome.code(0).stderr_has("Seconds").stderr_has("payments");
}

#[test]
fn what_cannot_be_understood_is_a_usage_error() {
    let workspace = Workspace::agency();
    let wrong: [&[&str]; 7] = [
        &[],
        &["rnu", "vardag.toml"],
        &["run"],
        &["run", "vardag.toml", "--thread", "2"],
        &["run", "vardag.toml", "--threads", "0"],
        &["run", "vardag.toml", "more.toml"],
        &["synth", "out", "--customers", "ten", "--seed", "1"],
    ];
    for arguments in wrong {
        let outcome = workspace.vardag(arguments);
        outcome.code(2);
        assert!(!outcome.stderr().is_empty(), "{arguments:?}");
    }
    workspace.vardag(&["--version"]).code(0).stdout_has(env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_exit_codes_are_those_of_their_page_and_of_the_help() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exit-codes.md");
    let page = std::fs::read_to_string(page).expect("docs/exit-codes.md");
    let table = page.lines().skip_while(|line| !line.starts_with("| code |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    let written: Vec<String> =
        rows.map(|row| row.split('|').take(3).map(str::trim).collect::<Vec<_>>().join(" ")).collect();
    let known = ExitCode::ALL.map(|code| format!(" {} {}", code.number(), code.meaning()));
    assert_eq!(written, known);
    let help = Workspace::empty().vardag(&["--help"]).code(0).stdout();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.ends_with(&format!("Exit codes:{}.", known.join(";"))), "{help}");
}

#[test]
fn shells_and_man_know_every_command() {
    let workspace = Workspace::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = workspace.vardag(&["completions", shell]).code(0).stdout();
        assert!(["explain", "memory-limit", "accept-changes"].iter().all(|word| script.contains(word)), "{shell}");
    }
    workspace.vardag(&["completions", "cmd"]).code(2);
    workspace.vardag(&["man", "pages"]).code(0);
    let page = workspace.read("pages/vardag-run.1");
    assert!(page.contains("memory") && workspace.read("pages/vardag.1").contains("vardag\\-explain"), "{page}");
    workspace.write("file", "");
    workspace.vardag(&["man", "file/pages"]).code(2).stderr_has("name a folder where you may write");
}
