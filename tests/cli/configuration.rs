//! The configuration file: all that is wrong with it at once, and what is in force.

use crate::outcome::RunFolder;
use crate::workspace::Workspace;

#[test]
fn a_file_with_many_mistakes_reports_them_all_with_their_lines() {
    let config = "default_category = \"regulr\"\n[window]\nmonths = 0\n[extracts.contacts]\nfiles = \"contacts.csv\"\n\
                  columns.chanel = \"Kanal\"\n[[rules]]\nname = \"r\"\ncategory = \"regular\"\nwhen = \"contact >= 3\"\n\
                  [extracts.applications]\nfiles = \"applications.csv\"\n";
    let workspace = Workspace::empty().config(config);
    let found = ["run", "check"].map(|command| workspace.vardag(&[command, "vardag.toml"]).code(2).stderr());
    assert_eq!(found[0], found[1]);
    assert!(found[0].starts_with("error: "), "{}", found[0]);
    insta::assert_snapshot!(found[0].replace("error: ", ""), @r#"
    vardag.toml:1: default_category: there is no category `regulr`
      help: did you mean `regular`?
    vardag.toml:3: window.months: expected a whole number from 1 to 1200, found 0
    vardag.toml:6: extracts.contacts.columns.chanel: unknown column
      help: did you mean `channel`?
    vardag.toml:10: rules.r.when: there is no feature `contact`
      help: did you mean `contacts`?
    vardag.toml: extracts.payments: missing: a run needs contacts, applications and payments, and [extracts.payments] is not there
      help: if the agency has none, say so: [extracts.payments] with `absent = true`
    5 problems in the configuration
    "#);
}

#[test]
fn a_category_cannot_take_a_name_that_has_a_meaning() {
    let text = "{ sv = \"s\", fi = \"f\", en = \"e\" }";
    for name in ["all", "default"] {
        let category = format!("{{ name = \"{name}\", names = {text}, description = {text}, service = {text} }}");
        let outcome = Workspace::agency().settings(&format!("categories = [{category}]\nrules = []")).run();
        outcome.code(2).stderr_has(&format!("`{name}` has a meaning of its own"));
    }
}

#[test]
fn nothing_is_read_or_written_when_the_configuration_is_wrong() {
    // Not even a missing file is looked for.
    let workspace = Workspace::agency().settings("windw.months = 12").extract("contacts", "files = \"nowhere.csv\"");
    workspace.run().code(2).stderr_has("did you mean `window`?").stderr_lacks("nowhere.csv");
    assert!(workspace.listing("runs").is_empty());
}

#[test]
fn a_file_that_is_no_toml_is_shown_with_its_line() {
    let outcome = Workspace::empty().config("[window]\nas_of = 2025-12-31\nmonths = = 12\n").run();
    outcome.code(2).stderr_has("vardag.toml is not valid TOML").stderr_has("line 3, column 10");
    // The caret stands under the second equals sign.
    let said = outcome.stderr();
    let at = said.lines().position(|line| line.contains("months = = 12")).expect("the line at fault");
    let (line, caret) = (said.lines().nth(at).unwrap(), said.lines().nth(at + 1).unwrap());
    assert_eq!(caret.find('^'), line.rfind('='), "{said}");
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_or_the_allowed_ones() {
    let near = [
        ("outputs.folders = \"x\"", "did you mean `folder`?"),
        ("window.spell_gap = 3", "unknown key"),
        ("limits.max_orphans_pct = 3", "did you mean `max_orphan_pct`?"),
        ("limits.payment.max_orphan_pct = 3", "did you mean `payments`?"),
        ("dialect.decimal_seperator = \",\"", "did you mean `decimal_separator`?"),
        ("benefits.child_benefit.countabel = true", "did you mean `countable`?"),
        ("dialect.encoding = \"latin1\"", "did you mean `latin-1`?"),
        ("xyzzy = 1", "unknown key"),
    ];
    for (setting, said) in near {
        Workspace::agency()
            .settings(setting)
            .run()
            .code(2)
            .stderr_has(said)
            .stderr_has("vardag.toml:")
            .stderr_has("1 problem");
    }
}

#[test]
fn a_file_from_a_windows_editor_is_read_like_any_other() {
    let text = "window.as_of = 2025-12-31\r\nextracts.contacts.files = \"contacts.csv\"\r\n\
                extracts.applications.files = \"applications.csv\"\r\nextracts.payments.files = \"payments.csv\"\r\n";
    Workspace::agency().config(&format!("\u{feff}{text}")).run().code(0);
    let workspace = Workspace::agency().file("latin.toml", b"dimensions = [\"\xe5\"]");
    workspace.vardag(&["run", "latin.toml"]).code(2).stderr_has("latin.toml");
    workspace.vardag(&["run", "."]).code(2);
}

#[test]
fn a_derived_feature_without_a_denominator_is_missing_and_no_rule_takes_it() {
    let reason = "reason = { sv = \"s\", fi = \"f\", en = \"e\" }";
    let outcome = Workspace::agency()
        .settings(&format!(
            "derived_features = [{{ name = \"minutes_each\", expression = \"handling_minutes / handled_applications\" }}]\n\
             rules = [\n\
             {{ name = \"slow\", category = \"support\", when = \"minutes_each > 19\", {reason} }},\n\
             {{ name = \"same\", category = \"irregular\", when = \"handling_minutes / handled_applications > 1\", {reason} }},\n]"
        ))
        .run();
    let labels = outcome.code(0).labels();
    let columns = ["customer_id", "rule", "minutes_each"];
    assert_eq!(labels.select(&columns), [["A", "slow", "20"], ["B", "default", ""], ["C", "default", ""]]);
    let statistics = outcome.latest().table("feature_statistics.csv");
    let of_all = statistics.rows.iter().find(|row| row[0] == "all" && row[1] == "minutes_each").expect("a row");
    assert_eq!(of_all[2..6], ["1", "20", "20", ""]);
}

#[test]
fn the_starter_file_runs_once_its_paths_lead_somewhere() {
    let workspace = Workspace::agency();
    workspace.vardag(&["init", "--out", "mine.toml"]).code(0).stderr_has("mine.toml");
    // Where its paths lead there is nothing yet.
    workspace.vardag(&["check", "mine.toml"]).code(3).stderr_has("extracts/contacts*.csv");
    for extract in ["customers", "contacts", "applications", "payments"] {
        let text = workspace.read(&format!("{extract}.csv"));
        workspace.write(&format!("extracts/{extract}-2025.csv"), text);
    }
    workspace.vardag(&["check", "mine.toml", "--as-of", "2025-12-31"]).code(0);
    let outcome = workspace.vardag(&["run", "mine.toml", "--as-of", "2025-12-31"]);
    outcome.code(0).labels().expect("A", &[("contacts", "1"), ("category", "irregular")]);
}

#[test]
fn a_starter_file_is_never_written_over_another() {
    let workspace = Workspace::empty().config("# mine\n");
    let outcome = workspace.vardag(&["init"]);
    outcome.code(2).stderr_has("vardag.toml cannot be written: it exists already");
    assert_eq!(workspace.read("vardag.toml"), "# mine\n");
    workspace.vardag(&["init", "--out", "no/such/folder.toml"]).code(2);
}

#[test]
fn what_is_shown_as_in_force_means_the_same_when_it_is_read() {
    let workspace = Workspace::agency()
        .settings(
            "dimensions = [\"municipality\"]\nwindow.months = 6\nlimits.payments.max_age_days = 300\n\
             benefits.\"odd \\\"code\\\", å\" = { countable = false }\n\
             derived_features = [{ name = \"twice\", expression = \"contacts * 2\" }]",
        )
        .file("customers.csv", "customer_id,Kommun\nA,Åbo\n")
        .extract("customers", "files = \"customers.csv\"\ncolumns.municipality = \"Kommun\"")
        .extract(
            "contacts",
            "[[extracts.contacts.sources]]\nfiles = \"contacts.csv\"\ncolumns.channel = { constant = \"a \\\"b\\\"\\n\" }",
        );
    let shown = workspace.vardag(&["config", "show", "vardag.toml"]);
    shown.code(0).stdout_has("min_observed_days").stdout_has("long_last_resort");
    workspace.write("shown.toml", shown.stdout());
    let again = workspace.vardag(&["config", "show", "shown.toml"]);
    assert_eq!(again.code(0).stdout(), shown.stdout());

    // The run folder's own copy repeats the run.
    let first = workspace.run().code(0).latest();
    for (name, text) in
        [("shown.toml", shown.stdout()), ("kept.toml", String::from_utf8(first.bytes("config.toml")).unwrap())]
    {
        workspace.write(name, text);
        workspace.vardag(&["run", name, "--out", "again"]).code(0);
        let again = RunFolder::open(&workspace.path("again/latest"));
        assert_eq!(again.labels(), first.labels(), "{name}");
        assert_eq!(again.manifest()["configuration_blake3"], first.manifest()["configuration_blake3"], "{name}");
    }
}

#[test]
fn the_schema_knows_what_the_file_may_hold() {
    let schema = Workspace::empty().vardag(&["config", "schema"]).code(0).json();
    let months = &schema["properties"]["window"]["properties"]["months"];
    assert_eq!((&months["type"], &months["minimum"], &months["maximum"]), (&"integer".into(), &1.into(), &1200.into()));
    let rule = &schema["properties"]["employer_rules"]["items"]["properties"];
    assert!(rule["when"].is_object() && schema["additionalProperties"] == false);
}

#[test]
fn the_defaults_alone_can_be_shown_and_are_methods() {
    let shown = Workspace::empty().vardag(&["config", "show"]);
    let defaults: toml::Table = shown.code(0).stdout().parse().expect("TOML");
    let rules: Vec<[String; 3]> = defaults["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| ["name", "category", "when"].map(|key| rule[key].as_str().unwrap().to_owned()))
        .collect();
    // `docs/method.md` section 5.
    let expected = [
        ["long_last_resort", "support", "last_resort_months >= 6"],
        ["many_benefits", "support", "max_concurrent_benefits >= 3 AND concurrent_days >= 120"],
        [
            "dependent_and_in_touch",
            "support",
            "income_months >= 9 AND max_concurrent_benefits >= 2 AND contacts_per_year >= 4",
        ],
        [
            "recurring_last_resort",
            "support",
            "last_resort_months >= 3 AND (contacts_per_year >= 3 OR clarifications >= 2)",
        ],
        ["life_event", "irregular", "life_events >= 1"],
        ["changing_support", "irregular", "benefit_starts + benefit_ends >= 2"],
        ["contact_surge", "irregular", "contacts_recent >= 3"],
        ["some_last_resort", "irregular", "last_resort_months >= 1"],
    ];
    assert_eq!(rules, expected.map(|rule| rule.map(str::to_owned)));
    assert_eq!(defaults["default_category"].as_str(), Some("regular"));
}

#[test]
fn rules_and_categories_of_ones_own_take_the_place_of_the_defaults() {
    let names = "names = { sv = \"s\", fi = \"f\", en = \"e\" }";
    let text = "{ sv = \"s\", fi = \"f\", en = \"e\" }";
    let category =
        |name: &str| format!("[[categories]]\nname = \"{name}\"\n{names}\ndescription = {text}\nservice = {text}\n");
    let rule = |name: &str, category: &str, when: &str| {
        format!("[[rules]]\nname = \"{name}\"\ncategory = \"{category}\"\nwhen = \"{when}\"\nreason = {text}\n")
    };
    let config = format!(
        "default_category = \"light\"\nwindow.as_of = 2025-12-31\nextracts.customers.files = \"customers.csv\"\n\
         extracts.contacts.files = \"contacts.csv\"\nextracts.applications.files = \"applications.csv\"\n\
         extracts.payments.files = \"payments.csv\"\n{}{}{}{}{}{}",
        category("light"),
        category("middle"),
        category("empty"),
        rule("grown", "middle", "age >= 40"),
        // Missing is not true, and neither is its opposite.
        rule("young", "middle", "NOT (age >= 40) AND contacts > 0"),
        rule("quarter", "middle", "contacts / 4 = 0.25"),
    );
    let workspace = Workspace::agency().rows("contacts", ",C,2025-03-01,phone,,").config(&config);
    let outcome = workspace.run();
    let labels = outcome.code(0).labels();
    let columns = ["customer_id", "category", "rule"];
    // B is 35 and silent; C's age is not known, and one contact divided by four is a quarter.
    assert_eq!(
        labels.select(&columns),
        [["A", "middle", "grown"], ["B", "light", "default"], ["C", "middle", "quarter"]]
    );
    let summary = outcome.latest().table("category_summary.csv");
    assert_eq!(
        summary.select(&["category", "customers"]),
        [["light", "1"], ["middle", "2"], ["empty", "0"], ["all", "3"]]
    );
    // With nobody in it, a share is 0 and the rest is missing.
    summary.expect("empty", &[("share_pct", "0"), ("contacts_per_year", ""), ("handling_minutes_per_application", "")]);
}
