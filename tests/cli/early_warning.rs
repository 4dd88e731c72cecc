//! Early warning: a model and its tests follow from the labels of runs on its panel's dates, and nothing that was learned
//! from lies after what is tested.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::early_warning_outcome::{Case, Sample, Sums, TO, bin_of, in_question, rule_rates, samples, score};
use crate::outcome::Outcome;
use crate::panel_outcome::Panel;
use crate::table::Table;
use crate::workspace::Workspace;

/// Dates ahead; fewer than usual, so that a short panel is enough.
const WITHIN: usize = 2;
/// Nine dates, the first seven of which have an outcome.
const SPAN: [&str; 4] = ["--from", "2025-04-30", "--to", "2025-12-31"];

/// A population of so many customers over two years, with these settings of early warning.
fn population(customers: u32, settings: &str) -> Workspace {
    let workspace = Workspace::empty();
    let customers = customers.to_string();
    workspace.vardag(&["synth", "big", "--customers", &customers, "--seed", "5", "--months", "24", "--quiet"]).code(0);
    let config = workspace.read("big/vardag.toml");
    workspace.write("big/vardag.toml", format!("{config}\n[early_warning]\nwithin = {WITHIN}\n{settings}\n"));
    workspace
}

fn fit(workspace: &Workspace, more: &[&str]) -> Outcome {
    workspace.vardag(&[&["early-warning", "fit", "big/vardag.toml"], &SPAN[..], more].concat())
}

/// Whether two numbers are the same but for the order of a sum.
fn same(found: &str, expected: f64) -> bool {
    let found: f64 = found.parse().unwrap_or(f64::NAN);
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0) || found.is_nan() && expected.is_nan()
}

/// The rows of a table that say otherwise than these figures, by the first two columns.
fn wrong(table: &Table, date: &str, scorer: &str, figures: &[(String, f64)]) -> Vec<String> {
    let row = table.rows.iter().find(|row| row[0] == date && row[1] == scorer);
    let row = row.unwrap_or_else(|| panic!("no row of {date} and {scorer}"));
    let value = |name: &str| &row[table.columns.iter().position(|column| column == name).expect(name)];
    let wrong = figures.iter().filter(|(name, expected)| !same(value(name), *expected));
    wrong.map(|(name, expected)| format!("{date} {scorer} {name}: {} instead of {expected}", value(name))).collect()
}

#[test]
fn a_model_and_its_tests_follow_from_the_labels_of_runs() {
    // Not the usual category, so that a small population has many outcomes.
    let settings = format!("from = [\"support\", \"regular\"]\nto = \"{TO}\"\n[breakdowns]\nage_groups = [18, 65]");
    let workspace = population(4_000, &settings);
    fit(&workspace, &["--out", "model.toml", "--quiet"]);
    workspace.vardag(&[&["panel", "big/vardag.toml", "--out", "panels", "--quiet"], &SPAN[..]].concat()).code(0);
    let panel = Panel::read(&workspace.path("panels/2025-04-30_2025-12-31"));
    let register = Table::read(&workspace.path("big/customers.csv"));
    let samples = samples(&workspace, "big/vardag.toml", &panel, &register, WITHIN);
    assert!(samples.iter().all(|sample| sample.outcomes() > 20), "so few would prove little");
    assert!(samples.iter().any(|sample| sample.left > 0), "somebody is in the window and no longer registered");

    let backtest = Table::read(&workspace.path("model.backtest/backtest.csv"));
    assert_eq!(wrong_baseline(&backtest, &samples), [""; 0]);
    let model: toml::Value = workspace.read("model.toml").parse::<toml::Table>().expect("TOML").into();
    assert_eq!(wrong_bins(&model, &samples[..=4]), [""; 0]);
    assert_eq!(wrong_bands(&model, &samples), [""; 0]);
    sizes_are_told(&model, &samples);
    learning_lies_before_testing(&backtest, &panel.dates);
    tables_agree(&workspace, &backtest);
    audited_are_groups_of_enough(&workspace, &register, &samples[4..]);
    columns_are_documented(&workspace);
}

/// The baseline of the rules needs no more than the labels: all its figures, and how many customers there are for all.
fn wrong_baseline(backtest: &Table, samples: &[Sample]) -> Vec<String> {
    let (mut differences, mut all) = (Vec::new(), Vec::new());
    for tested in 2 * WITHIN..samples.len() {
        let sample = &samples[tested];
        let (rates, base) = rule_rates(&samples[..=tested - 2 * WITHIN]);
        let risk = |case: &Case| rates.get(case.rule.as_str()).copied().unwrap_or(base);
        let risks: Vec<f64> = sample.cases.iter().map(risk).collect();
        let sums = Sums::of(sample, &risks, base, WITHIN);
        differences.extend(wrong(backtest, &sample.date, "rules", &sums.figures()));
        let counts =
            [("left_out".to_owned(), sample.left_out as f64)].into_iter().chain(sums.figures().into_iter().take(3));
        let counts: Vec<(String, f64)> = counts.collect();
        for scorer in ["model", "rules", "single"] {
            differences.extend(wrong(backtest, &sample.date, scorer, &counts));
        }
        all.push(sums);
    }
    differences.extend(wrong(backtest, "together", "rules", &Sums::together(&all).figures()));
    let left_out: usize = samples[2 * WITHIN..].iter().map(|sample| sample.left_out).sum();
    for scorer in ["model", "rules", "single"] {
        differences.extend(wrong(backtest, "together", scorer, &[("left_out".to_owned(), left_out as f64)]));
    }
    assert_eq!(backtest.rows.len(), 3 * (all.len() + 1));
    differences
}

/// Customers, rows and outcomes of every bin of the scorecard, which is fitted on these samples.
fn wrong_bins(model: &toml::Value, fitted: &[Sample]) -> Vec<String> {
    let dates: Vec<&str> =
        model["fitted"]["fitted_on"].as_array().expect("dates").iter().filter_map(|day| day.as_str()).collect();
    assert_eq!(dates, fitted.iter().map(|sample| sample.date.as_str()).collect::<Vec<_>>());
    let cases = || fitted.iter().flat_map(|sample| &sample.cases);
    let mut differences = Vec::new();
    let whole = |value: &toml::Value| value.as_integer().expect("a whole number") as usize;
    assert_eq!(whole(&model["fitted"]["rows"]), cases().count());
    for feature in model["scorecard"]["features"].as_array().expect("features") {
        let name = feature["name"].as_str().expect("a name");
        for (at, bin) in feature["bins"].as_array().expect("bins").iter().enumerate() {
            let own = || cases().filter(|case| bin_of(feature, case.values.get(name).copied()) == Some(at));
            let customers = own().map(|case| &case.id).collect::<BTreeSet<_>>().len();
            let expected = [customers, own().count(), own().filter(|case| case.until.is_some()).count()];
            let found = ["customers", "rows", "outcomes"].map(|key| whole(&bin[key]));
            if found != expected {
                differences.push(format!("{name} {at}: {found:?} instead of {expected:?}"));
            }
        }
    }
    differences
}

/// How large every sample is, and what it was used for.
fn sizes_are_told(model: &toml::Value, samples: &[Sample]) {
    let told = model["fitted"]["samples"].as_array().expect("samples");
    assert_eq!(told.len(), samples.len());
    for (at, (told, sample)) in told.iter().zip(samples).enumerate() {
        assert_eq!(told["date"].as_str(), Some(sample.date.as_str()));
        let found = ["rows", "outcomes", "left_out"].map(|key| told[key].as_integer().expect("a number") as usize);
        assert_eq!(found, [sample.cases.len(), sample.outcomes(), sample.left_out], "{}", sample.date);
        let used = [("fitting", at <= 4), ("calibrating", true), ("testing", at >= 2 * WITHIN)];
        let used: Vec<&str> = used.into_iter().filter(|(_, is_used)| *is_used).map(|(name, _)| name).collect();
        let found: Vec<&str> =
            told["used_for"].as_array().expect("uses").iter().filter_map(|used| used.as_str()).collect();
        assert_eq!(found, used, "{}", sample.date);
    }
}

/// Rows and outcomes of every band, whose risks come from all samples.
fn wrong_bands(model: &toml::Value, calibrated: &[Sample]) -> Vec<String> {
    let bands = model["risks"]["bands"].as_array().expect("bands");
    let lowest: Vec<i64> = bands.iter().map(|band| band["lowest_score"].as_integer().expect("a score")).collect();
    assert!(lowest.len() > 1 && lowest.is_sorted_by(|one, other| one > other), "{lowest:?}");
    let mut counts = vec![(0, 0); bands.len()];
    for case in calibrated.iter().flat_map(|sample| &sample.cases) {
        let score = score(model, case);
        let band = lowest.iter().position(|lowest| score >= *lowest).unwrap_or(bands.len() - 1);
        counts[band].0 += 1;
        counts[band].1 += i64::from(case.until.is_some());
    }
    let found = bands.iter().map(|band| ["rows", "outcomes"].map(|key| band[key].as_integer().expect("a number")));
    let wrong = found.zip(&counts).filter(|([rows, outcomes], expected)| (*rows, *outcomes) != **expected);
    wrong.map(|(found, expected)| format!("{found:?} instead of {expected:?}")).collect()
}

/// What is learned at any date is settled on or before it.
fn learning_lies_before_testing(backtest: &Table, dates: &[String]) {
    let place = |day: &str| dates.iter().position(|date| date == day).expect("a date of the panel");
    let columns = ["date", "scorer", "fitted_from", "fitted_to", "calibrated_from", "calibrated_to"];
    for row in backtest.select(&columns).iter().filter(|row| row[0] != "together") {
        let tested = place(row[0]);
        assert_eq!((place(row[2]), place(row[3])), (0, tested - 2 * WITHIN), "{row:?}");
        match row[1] {
            "model" => assert_eq!((place(row[4]), place(row[5])), (0, tested - WITHIN), "{row:?}"),
            _ => assert_eq!(row[4..], ["", ""], "baselines are not calibrated"),
        }
    }
}

/// What several files tell is the same in all of them.
fn tables_agree(workspace: &Workspace, backtest: &Table) {
    let capacity = Table::read(&workspace.path("model.backtest/capacity.csv"));
    let of = |row: &Vec<&str>| {
        (row[0].to_owned(), row[1].to_owned(), row[2..].iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
    };
    let capacity: Vec<_> =
        capacity.select(&["scorer", "capacity_pct", "precision_pct", "recall_pct", "lift"]).iter().map(of).collect();
    let percents: Vec<f64> =
        capacity.iter().filter(|row| row.0 == "model").map(|row| row.1.parse().expect("a number")).collect();
    assert_eq!((percents.first(), percents.last()), (Some(&0.5), Some(&50.0)));
    let found: Vec<f64> =
        capacity.iter().filter(|row| row.0 == "model").map(|row| row.2[1].parse().expect("a number")).collect();
    assert!(found.is_sorted(), "who looks at more finds more: {found:?}");
    for (scorer, pct, values) in capacity.iter().filter(|row| ["1", "2", "5", "10"].contains(&row.1.as_str())) {
        let columns = [format!("precision_at_{pct}_pct"), format!("recall_at_{pct}_pct"), format!("lift_at_{pct}")];
        let columns: Vec<&str> = ["date", "scorer"].into_iter().chain(columns.iter().map(String::as_str)).collect();
        let row = backtest.select(&columns).into_iter().find(|row| row[0] == "together" && row[1] == scorer);
        assert_eq!(row.expect("a row")[2..], *values, "{scorer} {pct}");
    }
    let calibration = Table::read(&workspace.path("model.backtest/calibration.csv"));
    for row in backtest
        .select(&["date", "scorer", "customers", "outcomes", "expected"])
        .iter()
        .filter(|row| row[1] == "model" && row[0] != "together")
    {
        let bands = calibration.select(&["date", "customers", "outcomes", "expected"]);
        let sum = |at: usize| {
            bands
                .iter()
                .filter(|band| band[0] == row[0])
                .map(|band| band[at].parse::<f64>().expect("a number"))
                .sum::<f64>()
        };
        assert!((1..=3).all(|at| same(row[at + 1], sum(at))), "{row:?}");
    }
}

/// Groups with at least 100 outcomes in the tests are audited, and no others.
fn audited_are_groups_of_enough(workspace: &Workspace, register: &Table, tested: &[Sample]) {
    let columns = ["customer_id", "language", "municipality"];
    let places: BTreeMap<&str, [&str; 2]> =
        register.select(&columns).into_iter().map(|row| (row[0], [row[1], row[2]])).collect();
    let mut counts: BTreeMap<(&str, &str), (u32, u32)> = BTreeMap::new();
    for case in tested.iter().flat_map(|sample| &sample.cases) {
        let [language, municipality] = places[case.id.as_str()];
        let age_group = match case.values.get("age") {
            None => "",
            Some(age) if *age < 18.0 => "<18",
            Some(age) if *age < 65.0 => "18-64",
            Some(_) => "65+",
        };
        for group in [("language", language), ("municipality", municipality), ("age_group", age_group)] {
            let (rows, outcomes) = counts.entry(group).or_default();
            *rows += 1;
            *outcomes += u32::from(case.until.is_some());
        }
    }
    counts.retain(|_, (_, outcomes)| *outcomes >= 100);
    assert!(counts.contains_key(&("age_group", "18-64")) && counts.contains_key(&("language", "fi")), "{counts:?}");
    let audit = Table::read(&workspace.path("model.backtest/audit.csv"));
    let number = |text: &str| text.parse::<u32>().expect("a number");
    let row = |row: Vec<&str>| (number(row[2]), number(row[3]));
    let found = audit.select(&["dimension", "group", "customers", "outcomes"]).into_iter();
    let found: BTreeMap<(&str, &str), (u32, u32)> = found.map(|own| ((own[0], own[1]), row(own))).collect();
    assert_eq!(found, counts);
}

/// The documentation lists the columns of every file, in their order.
fn columns_are_documented(workspace: &Workspace) {
    for file in ["backtest", "capacity", "calibration", "audit"] {
        let mut columns = Table::read(&workspace.path(&format!("model.backtest/{file}.csv"))).columns;
        // There are as many of these as the settings say.
        columns.retain(|column| !column.starts_with("recall_at_5_after_") || column.ends_with("after_1_pct"));
        crate::samples::assert_documented(file, &columns);
    }
}

#[test]
fn without_a_register_everybody_of_the_category_is_in_question() {
    let workspace = population(4_000, &format!("from = [\"support\", \"regular\"]\nto = \"{TO}\""));
    let config = workspace.read("big/vardag.toml");
    let config = config.replace("dimensions = [\"municipality\", \"language\"]", "");
    workspace.write("big/vardag.toml", config.replace("[extracts.customers]\nfiles = [\"customers.csv\"]", ""));
    fit(&workspace, &["--out", "model.toml", "--quiet"]);
    workspace.vardag(&[&["panel", "big/vardag.toml", "--out", "panels", "--quiet"], &SPAN[..]].concat()).code(0);
    let panel = Panel::read(&workspace.path("panels/2025-04-30_2025-12-31"));
    let backtest = Table::read(&workspace.path("model.backtest/backtest.csv"));
    for at in 2 * WITHIN..panel.dates.len() - WITHIN {
        let (cases, left_out, _) = in_question(&panel, None, at, WITHIN);
        let outcomes = cases.iter().filter(|case| case.1.is_some()).count();
        let counts = [("customers", cases.len()), ("outcomes", outcomes), ("left_out", left_out)];
        let counts = counts.map(|(name, count)| (name.to_owned(), count as f64));
        assert_eq!(wrong(&backtest, &panel.dates[at], "model", &counts), [""; 0]);
    }
    // Nobody's age or place is known.
    assert_eq!(Table::read(&workspace.path("model.backtest/audit.csv")).rows.len(), 0);
}

/// Everything that a fit writes.
fn written(workspace: &Workspace, name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = format!("{name}.backtest");
    let files = workspace.listing(&folder).into_iter().map(|file| format!("{folder}/{file}"));
    let files = files.chain([format!("{name}.toml")]);
    files.map(|file| (file.replace(name, ""), fs::read(workspace.path(&file)).expect("a file"))).collect()
}

#[test]
fn neither_threads_nor_a_memory_limit_change_a_byte() {
    // More than one partition.
    let workspace = population(17_000, "");
    let fit = |name: &str, more: &[&str]| {
        fit(&workspace, &[&["--quiet", "--out", &format!("{name}.toml")], more].concat());
        written(&workspace, name)
    };
    let one = fit("one", &["--threads", "1"]);
    let names: Vec<&str> = one.iter().map(|(name, _)| name.as_str()).collect();
    let pages = ["en", "fi", "sv"].map(|language| format!(".backtest/early-warning.{language}.html"));
    let [en, fi, sv] = pages.each_ref().map(String::as_str);
    let tables = ["audit", "backtest", "calibration", "capacity"].map(|table| format!(".backtest/{table}.csv"));
    let [audit, backtest, calibration, capacity] = tables.each_ref().map(String::as_str);
    assert_eq!(names, [audit, backtest, calibration, capacity, en, fi, sv, ".toml"]);
    for (name, more) in
        [("two", ["--threads", "2"]), ("seven", ["--threads", "7"]), ("limited", ["--memory-limit", "1MiB"])]
    {
        let other = fit(name, &more);
        let differ = one.iter().zip(&other).filter(|(one, other)| one != other).map(|(one, _)| &one.0);
        assert_eq!(differ.collect::<Vec<_>>(), [""; 0], "{name}");
        assert_eq!(one.len(), other.len());
    }
}

#[test]
fn what_a_model_would_find_is_said_in_words() {
    let workspace = population(17_000, "");
    let outcome = fit(&workspace, &["--out", "model.toml"]);
    insta::assert_snapshot!(outcome.code(0).stdout());
    outcome.stderr_has("late rows may still be to come");
    let json = fit(&workspace, &["--out", "other.toml", "--json", "--quiet"]).json();
    let days = ["fitted_on", "calibrated_on", "tested_on"].map(|key| json[key].as_array().map(Vec::len));
    assert_eq!((json["passes"].as_bool(), days), (Some(true), [Some(5), Some(7), Some(3)]));
    let backtest = Table::read(&workspace.path("other.backtest/backtest.csv"));
    for scorer in ["model", "rules", "single"] {
        let figures = ["customers", "outcomes", "auc", "expected", "brier", "brier_skill"];
        let figures =
            figures.map(|figure| (figure.to_owned(), json["figures"][scorer][figure].as_f64().expect("a number")));
        assert_eq!(wrong(&backtest, "together", scorer, &figures), [""; 0]);
    }
    // Who may read what: only the pages are for others.
    use std::os::unix::fs::PermissionsExt;
    let mode = |file: &str| fs::metadata(workspace.path(file)).expect("a file").permissions().mode() & 0o777;
    assert_eq!(["model.toml", "model.backtest", "model.backtest/audit.csv"].map(mode), [0o600, 0o700, 0o600]);
}

#[test]
fn a_model_that_is_no_better_than_one_feature_is_written_and_does_not_pass() {
    let workspace = population(4_000, "features = [\"contacts\"]");
    let outcome = fit(&workspace, &["--out", "model.toml"]);
    outcome.code(3).stdout_has("IT DOES NOT PASS").stdout_has("hardly better than one feature alone");
    assert!(workspace.read("model.toml").contains("passes = false"));
    // It is never replaced.
    let before = written(&workspace, "model");
    fit(&workspace, &["--out", "model.toml"])
        .code(2)
        .stderr_has("model.toml exists already, and a model is never replaced");
    fs::remove_file(workspace.path("model.toml")).expect("removed");
    fit(&workspace, &["--out", "model.toml"]).code(2).stderr_has("model.backtest exists already");
    assert_eq!(workspace.listing("model.backtest").len() + 1, before.len());
}

#[test]
fn what_gives_no_model_is_refused_and_leaves_nothing_behind() {
    let workspace = Workspace::agency().settings("early_warning.within = 2");
    let sharing = |settings: &str| Workspace::sharing(&workspace, Workspace::agency().settings(settings));
    let fit = |workspace: &Workspace, from: &str| {
        let outcome =
            workspace.vardag(&["early-warning", "fit", "vardag.toml", "--from", from, "--to", "2025-12-31", "--quiet"]);
        let left: Vec<String> = workspace.listing("").into_iter().filter(|name| name.contains("model")).collect();
        assert_eq!(left, [""; 0]);
        outcome
    };
    insta::assert_snapshot!(fit(&workspace, "2025-08-31").code(2).stderr(), @"error: the panel has 5 dates, and looking 2 dates ahead takes 7, so that a model is tested on a later date than any it was learned from. Begin with --from 2025-06-30 or earlier (with --to 2025-12-31), or lower [early_warning] within");
    insta::assert_snapshot!(fit(&workspace, "2025-06-30").code(3).stderr(), @"error: no model can be fitted on the customers in question from 2025-06-30 to 2025-08-31: nobody reached the category that is warned of; choose other categories as [early_warning] from and to, look further ahead with within, or begin earlier with --from");
    // The newest contact is of March: of all dates the last one alone is too late for it.
    let limited = sharing("early_warning.within = 2\nlimits.contacts.max_age_days = 300");
    insta::assert_snapshot!(fit(&limited, "2025-06-30").code(3).stderr(), @r"
    limit broken: contacts: the newest event is of 2025-03-01, more than max_age_days = 300 before 2025-12-31; was the extract made anew?
    nothing is written: a run on one of the panel's dates would be held
    ");
    let nobody = sharing("categories = [{ name = \"a\" }]\ndefault_category = \"a\"\nrules = []");
    insta::assert_snapshot!(fit(&nobody, "2024-06-30").code(2).stderr(), @"error: nobody is in question: no category is lighter than the one that is warned of. Name the categories in [early_warning] from, or a heavier one in to");
    let unnamed = ["early-warning", "fit", "vardag.toml", "--out", "a.backtest"];
    workspace.vardag(&[&unnamed, &SPAN[..]].concat()).code(2).stderr_has("is no name for a model");
}
