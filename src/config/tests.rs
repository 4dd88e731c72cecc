//! The configuration as a whole: merging, mapping, every kind of problem, and what is in force.

use crate::schema::Extract;
use std::path::Path;

use super::*;
use crate::dates::DateFormat;
use crate::i18n::Language;

/// The least that a file must state.
const LEAST: &str = "
[extracts.contacts]
files = \"c.csv\"
[extracts.applications]
files = \"a.csv\"
[extracts.payments]
files = \"p.csv\"
";

/// The plan of a text on the first day of 2026.
pub(super) fn plan(text: &str) -> Result<RunPlan, Vec<Problem>> {
    from_text(text, Path::new("/jobs"), |as_of| as_of.day(Day::from_iso("2026-01-01").unwrap()))
}

fn with(text: &str) -> Result<RunPlan, Vec<Problem>> {
    plan(&format!("{text}{LEAST}"))
}

/// The plan of a text that lacks nothing but the extracts that every file must name; its window is 2025.
pub(crate) fn plan_of(text: &str) -> RunPlan {
    with(text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The only problem of a text: its line and what is said.
fn problem(text: &str) -> (usize, String) {
    let mut problems = with(text).err().unwrap_or_else(|| panic!("no problem in {text}"));
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let problem = problems.remove(0);
    (problem.line.unwrap_or(0), problem.to_string())
}

fn extract(config: &RunPlan, extract: Extract) -> &ExtractConfig {
    config.extracts.iter().find(|candidate| candidate.extract == extract).unwrap()
}

fn column<'a>(source: &'a SourceConfig, name: &str) -> &'a ColumnConfig {
    source.columns.iter().find(|column| column.name == name).unwrap()
}

#[test]
fn the_defaults_are_complete() {
    let config = plan_of("");
    assert_eq!(config.window.as_of.to_string(), "2025-12-31");
    assert_eq!((config.window.months, config.window.spell_gap_days, config.window.min_observed_days), (12, 31, 30));
    assert_eq!(config.benefits.len(), 22);
    assert!(
        config.benefits.iter().all(|benefit| Language::Sv.of(&benefit.names) != benefit.code
            && Language::Fi.of(&benefit.names) != benefit.code)
    );
    let last_resort: Vec<_> = config.benefits.iter().filter(|benefit| benefit.last_resort).collect();
    assert_eq!(last_resort.len(), 1);
    assert_eq!(
        config.customers.categories.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        ["regular", "irregular", "support"]
    );
    assert_eq!(config.customers.default_category, 0);
    assert_eq!(config.breakdowns.age_groups, [0, 18, 25, 35, 45, 55, 65, 75]);
    assert_eq!((config.breakdowns.pairs.len(), config.breakdowns.min_group), (0, 10));
    assert_eq!(config.customers.rules.len(), 8);
    assert_eq!((config.customers.rules[0].category, config.customers.rules[7].category), (2, 1));
    let payments = extract(&config, Extract::Payments);
    let usual = Limits {
        max_rejected_pct: 1.0,
        allow_unclosed_quotes: false,
        max_orphan_pct: 1.0,
        max_duplicate_pct: 5.0,
        max_unmapped_pct: 50.0,
        may_be_empty: false,
        may_be_outside_window: false,
        max_age_days: None,
    };
    assert_eq!(payments.limits, usual);
    let more = plan_of("[extracts.life_events]\nfiles = \"l.csv\"");
    let often_empty = Limits { may_be_empty: true, may_be_outside_window: true, ..usual };
    assert_eq!(extract(&more, Extract::LifeEvents).limits, often_empty);
    assert!(!config.may_be_nobody);
    let source = &payments.sources[0];
    assert_eq!((source.delimiter, source.encoding), (b',', Encoding::Utf8));
    let amount = column(source, "amount");
    assert_eq!((amount.from.clone(), amount.explicit), (ColumnSource::Header("amount".to_owned()), false));
    assert_eq!(
        (amount.numbers.decimal_separator, &amount.date_formats[..]),
        (b'.', &[DateFormat::new("%Y-%m-%d").unwrap()][..])
    );
    let names: Vec<_> = source.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, Extract::Payments.columns().iter().map(|column| column.name).collect::<Vec<_>>());
}

#[test]
fn what_all_extracts_may_one_may_not() {
    let config = plan_of(
        "extracts.customers.files = \"k.csv\"\n[limits]\nmay_be_empty = true\nmay_be_nobody = true\nmax_age_days = 3\n\
         max_duplicate_pct = 0\n[limits.payments]\nmay_be_empty = false\nmax_age_days = 9\nallow_unclosed_quotes = true\n",
    );
    let of = |name| extract(&config, name).limits;
    let (contacts, payments) = (of(Extract::Contacts), of(Extract::Payments));
    assert_eq!((contacts.may_be_empty, contacts.max_age_days, contacts.allow_unclosed_quotes), (true, Some(3), false));
    assert_eq!((payments.may_be_empty, payments.max_age_days, payments.allow_unclosed_quotes), (false, Some(9), true));
    assert_eq!((contacts.max_duplicate_pct, payments.max_duplicate_pct), (0.0, 0.0));
    // An extract that may be empty is not one whose rows may all be old; and a register has no newest event.
    assert!(!contacts.may_be_outside_window);
    assert_eq!(of(Extract::Customers).max_age_days, None);
    assert!(config.may_be_nobody);
    let (line, said) = problem("[limits.customers]\nmay_be_outside_window = true");
    assert!(line == 2 && said.contains("limits.customers.may_be_outside_window: unknown key"), "{said}");
}

#[test]
fn layers_lie_on_each_other() {
    let config = plan_of(
        r#"
dimensions = ["municipality"]
[dialect]
delimiter = ";"
missing = ["-"]
[extracts.customers]
files = "k.csv"
columns.municipality = "Kommun"
columns.registered_to = false
columns.birth_date = { missing = ["0000"], date_formats = ["%d.%m.%y"] }
[extracts.life_events]
date_formats = "%d.%m.%Y"
columns.event = "Händelse"
columns.customer_id = "Kund"
codes.event = { "1" = "birth", "2" = "move" }
[[extracts.life_events.sources]]
files = ["a.csv", "b/*.csv"]
[[extracts.life_events.sources]]
files = "c.csv"
delimiter = "\t"
missing = []
columns.event = { constant = "move" }
codes.event = { "2" = "moved" }
[limits]
max_orphan_pct = 5
[limits.life_events]
max_rejected_pct = 0.5
max_age_days = 3
"#,
    );
    let life_events = extract(&config, Extract::LifeEvents);
    let [first, second] = &life_events.sources[..] else { panic!() };
    assert_eq!((first.files.len(), first.delimiter, second.delimiter), (2, b';', b'\t'));
    assert_eq!(column(first, "event").from, ColumnSource::Header("Händelse".to_owned()));
    assert_eq!(column(second, "event").from, ColumnSource::Constant("move".to_owned()));
    assert_eq!(column(second, "customer_id").from, ColumnSource::Header("Kund".to_owned()));
    assert_eq!(column(second, "event").codes.as_ref().unwrap()["2"], "moved");
    assert_eq!(column(first, "event").codes.as_ref().unwrap()["2"], "move");
    assert_eq!(column(first, "occurred_on").date_formats, [DateFormat::new("%d.%m.%Y").unwrap()]);
    assert_eq!((column(first, "event").missing.len(), column(second, "event").missing.len()), (1, 0));
    assert_eq!((life_events.limits.max_rejected_pct, life_events.limits.max_orphan_pct), (0.5, 5.0));
    assert_eq!((life_events.limits.may_be_empty, life_events.limits.max_age_days), (true, Some(3)));
    let customers = &extract(&config, Extract::Customers).sources[0];
    let birth = column(customers, "birth_date");
    assert_eq!(
        (&birth.missing[..], &birth.date_formats[..]),
        (
            &["-".to_owned(), "0000".to_owned()][..],
            &[DateFormat::new("%d.%m.%y").unwrap().up_to(config.window.as_of)][..]
        )
    );
    assert!(!birth.explicit);
    assert!(customers.columns.iter().all(|column| column.name != "registered_to"));
}

#[test]
fn benefits_merge_key_by_key_and_can_be_replaced() {
    let added =
        "[benefits.child_benefit]\ncountable = false\nnames.en = \"Kids\"\n[benefits.heating]\nlast_resort = true\n";
    let config = plan_of(added);
    assert_eq!(config.benefits.len(), 23);
    let child = config.benefits.iter().find(|benefit| benefit.code == "child_benefit").unwrap();
    assert!(!child.countable);
    assert_eq!((Language::Sv.of(&child.names), Language::En.of(&child.names)), ("Barnbidrag", "Kids"));
    let heating = &config.benefits[22];
    assert_eq!((heating.code.as_str(), Language::Fi.of(&heating.names)), ("heating", "heating"));
    assert!(heating.countable && heating.last_resort && heating.life_event.is_none());
    let config = plan_of(&format!("default_benefits = false\n{added}"));
    assert_eq!(
        config.benefits.iter().map(|benefit| benefit.code.as_str()).collect::<Vec<_>>(),
        ["child_benefit", "heating"]
    );
    assert_eq!(Language::Sv.of(&config.benefits[0].names), "Kids", "a missing language is another that is given");
}

#[test]
fn lists_of_the_user_replace_the_defaults() {
    let config = plan_of(
        "default_category = \"b\"\n[[categories]]\nname = \"a\"\n[[categories]]\nname = \"b\"\n\
         [[derived_features]]\nname = \"x\"\nexpression = \"contacts / 2\"\n\
         [[rules]]\nname = \"r\"\ncategory = \"a\"\nwhen = \"x > 1\"\nreason.fi = \"syy\"\n",
    );
    assert_eq!(
        (config.customers.categories.len(), config.customers.rules.len(), config.customers.default_category),
        (2, 1, 1)
    );
    assert_eq!(Language::Sv.of(&config.customers.rules[0].reason), "syy");
    assert_eq!(Language::En.of(&config.customers.categories[0].names), "a");
}

#[test]
fn dates_are_dates_or_texts() {
    let config = plan_of("[window]\nas_of = 2025-11-30\nhistory_from = \"2024-11-01\"\n");
    assert_eq!(
        [config.window.as_of, config.window.history_from].map(|day| day.to_string()),
        ["2025-11-30", "2024-11-01"]
    );
    assert_eq!(plan_of("[window]\nas_of = \"last-month-end\"\n").window.as_of.to_string(), "2025-12-31");
    for bad in ["2025-12-31T10:00:00", "\"31.12.2025\"", "\"2025-02-29\"", "20251231", "\"Yesterday\""] {
        let (line, text) = problem(&format!("[window]\nas_of = {bad}\n"));
        assert_eq!(line, 2);
        assert!(text.starts_with("window.as_of: expected a date such as 2025-12-31, \"yesterday\""), "{text}");
    }
}

#[test]
fn what_is_in_force_loads_to_the_same_configuration() {
    let texts = [
        LEAST.to_owned(),
        STARTER.to_owned(),
        format!(
            "dimensions = [\"kommun\"]\ndefault_benefits = false\n[window]\nas_of = 2025-12-31\n[outputs]\nkeep = 3\n\
             [benefits.\"310 b\"]\nnames = {{ sv = \"\\\"Å\\\\\" }}\n\
             [[extracts.life_events.sources]]\nfiles = [\"x\", \"y\"]\ndelimiter = \"\\t\"\n\
             columns = {{ event = {{ constant = \"birth\" }}, customer_id = \"Kund nr\" }}\n{LEAST}"
        ),
    ];
    for text in texts {
        let config = plan(&text).unwrap();
        let again = plan(&config.in_force).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(format!("{config:?}"), format!("{again:?}"));
    }
}

/// Every kind of problem at once: each with its line, in the order of the lines, with the nearest right name.
#[test]
fn all_problems_are_reported_together() {
    let problems = plan(include_str!("faulty.toml")).unwrap_err();
    let path = std::path::PathBuf::from("vardag.toml");
    let said = ConfigError::Problems { path, problems }.to_string();
    assert_eq!(said, include_str!("expected_problems.txt").trim_end(), "{said}");
}

#[test]
fn categories_that_the_default_rules_lack_are_one_problem() {
    let (line, text) =
        problem("default_category = \"a\"\n[[categories]]\nname = \"a\"\n[[categories]]\nname = \"support\"\n");
    assert_eq!(line, 2);
    assert!(text.contains("`life_event`") && !text.contains("`many_benefits`"), "{text}");
    assert!(text.ends_with("help: give [[rules]] of your own as well"), "{text}");
    assert!(problem("outputs = 5\n").1.starts_with("outputs: expected a table, found 5"));
}

#[test]
fn rows_that_share_an_id_are_duplicates_or_spells() {
    let repeats = |table: &str| {
        let config = plan_of(&format!("[extracts.customers]\nfiles = \"k.csv\"\n{table}\n"));
        extract(&config, Extract::Customers).repeats
    };
    assert_eq!(repeats(""), Repeats::KeepFirst);
    assert_eq!(repeats("keep = \"first\"\nhistory = false"), Repeats::KeepFirst);
    assert_eq!(repeats("keep = \"last\""), Repeats::KeepLast);
    assert_eq!(repeats("history = true"), Repeats::Spells);
    for (table, key) in [
        ("[extracts.customers]\nfiles = \"k.csv\"\nhistory = true\nkeep = \"last\"", "extracts.customers.keep: has no"),
        ("[extracts.employers]\nfiles = \"e.csv\"\nx = 1\nhistory = true", "extracts.employers.history: only"),
        ("[extracts.customers]\nfiles = \"k.csv\"\nx = 1\nkeep = \"newest\"", "extracts.customers.keep: `newest`"),
    ] {
        let table = table.replace("x = 1", "encoding = \"utf-8\"");
        let (line, said) = problem(&format!("{table}\n"));
        assert_eq!(line, 4, "{said}");
        assert!(said.contains(key), "{said}");
    }
}

#[test]
fn a_fault_of_syntax_has_its_line() {
    for (text, line) in [("a = 1\nb = \n[t]\n", 2), ("\n[t]\nc = 1\nc = 2\n", 4), ("[[rules]]\n[rules]\n", 2)] {
        let problems = plan(text).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [Some(line)], "{text}");
    }
}

#[test]
fn a_file_is_read_with_its_folder_made_absolute() {
    let folder = std::env::temp_dir().join(format!("vardag-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("vardag.toml");
    std::fs::write(&path, STARTER).unwrap();
    assert_eq!(load(&path, |as_of| as_of.day(Day(0))).unwrap().folder, folder);
    std::fs::write(&path, "[window\n").unwrap();
    let said = load(&path, |as_of| as_of.day(Day(0))).unwrap_err().to_string();
    assert!(said.contains("vardag.toml is not valid TOML") && said.contains("line 1"), "{said}");
    std::fs::write(&path, b"a = \"\xe5\"").unwrap();
    assert!(matches!(load(&path, |as_of| as_of.day(Day(0))), Err(ConfigError::Unreadable { .. })));
    assert!(load(&folder, |as_of| as_of.day(Day(0))).unwrap_err().to_string().contains(folder.to_str().unwrap()));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_a_run_saves_says_which_day_it_was() {
    let yesterday = plan_of("");
    let later = from_text(&yesterday.in_force, Path::new("/jobs"), |as_of| as_of.day(Day(0))).unwrap();
    assert_eq!((later.window, later.in_force), (yesterday.window, yesterday.in_force));
}

#[test]
fn a_problem_is_where_its_key_its_heading_or_its_element_is() {
    let text = "x = 1\r\n\r\ncategories = [\r\n  { name = \"a\" },\r\n  {}\r\n]\r\n[window]\r\nmonths = [\r\n  1]\r\n[[rules]]\r\n\
                name = \"r\"\r\n[[rules]]\r\nname = \"s\"\r\nwhen = \"TRUE\"\r\ncategory = \"a\"\r\nwhy = 1\r\n";
    let problems = with(text).unwrap_err();
    let found = problems.iter().map(|problem| (problem.line.unwrap_or(0), problem.key.as_str()));
    let expected =
        [(1, "x"), (5, "categories[2]"), (8, "window.months"), (10, "rules.r"), (10, "rules.r"), (16, "rules.s.why")];
    // The category that takes the rest is the defaults', which are no place to look at.
    assert_eq!(found.filter(|(_, key)| *key != "default_category").collect::<Vec<_>>(), expected);
}

#[test]
fn early_warning_is_about_all_who_are_lighter_than_the_heaviest() {
    let warning = plan_of("").early_warning;
    assert_eq!((warning.from, warning.to, warning.within, warning.features.len()), (vec![0, 1], 2, 6, 14));
    assert_eq!((warning.model, warning.max_age_days, warning.exceptions.len()), (None, Some(365), 0));
    let warning =
        plan_of("[early_warning]\nto = \"irregular\"\nmax_age_days = false\nmodel = \"m.toml\"").early_warning;
    assert_eq!((warning.from, warning.to, warning.max_age_days), (vec![0], 1, None));
    let warning = plan_of("[early_warning]\nfrom = [\"support\", \"regular\"]\nto = \"irregular\"").early_warning;
    assert_eq!((warning.from, warning.to), (vec![0, 2], 1));
    // Nobody is lighter; which is no problem as long as nobody asks.
    let only = "default_category = \"a\"\nrules = []\n[[categories]]\nname = \"a\"\n";
    assert_eq!(plan_of(only).early_warning.from.len(), 0);
    for asked in ["model = \"m.toml\"", "to = \"a\""] {
        assert!(problem(&format!("{only}[early_warning]\n{asked}")).1.contains("nobody is in question"));
    }
    let (line, said) = problem("[early_warning]\nfeatures = [\"contacts\", \"age\"]");
    assert!(
        line == 2 && said.contains("`age` is how old somebody is: a model may not treat people by their age"),
        "{said}"
    );
    let both = "[early_warning]\nexceptions = \"age\"\nfeatures = [\"age\"]";
    assert_eq!(plan_of(both).early_warning.features, ["age"]);
}
