//! Breakdowns: every row recomputed from the labels of the sample agency, groups named and ordered, and what is said
//! of settings that cannot be.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vardag::schema::features::FEATURES;

use crate::outcome::RunFolder;
use crate::table::Table;
use crate::workspace::{VARDAG, Workspace};

/// The columns that name a row of `breakdowns.csv`.
const KEY: [&str; 7] = ["dimension", "group", "dimension_2", "group_2", "category", "feature", "figure"];
const CATEGORIES: [&str; 4] = ["regular", "irregular", "support", "all"];

/// Figures by [`KEY`]; none where a figure is missing.
type Figures = BTreeMap<Vec<String>, Option<f64>>;

fn written(run: &RunFolder) -> Figures {
    let table = run.table("breakdowns.csv");
    let keys = table.select(&KEY).into_iter().map(|key| key.into_iter().map(str::to_owned).collect::<Vec<_>>());
    let values = table.column("value").into_iter().map(|value| value.parse().ok());
    let rows = table.rows.len();
    let figures: Figures = keys.zip(values).collect();
    assert_eq!(figures.len(), rows, "each figure once");
    figures
}

/// `docs/method.md` section 6 over the rows of `labels.csv`, the slow and simple way.
fn recomputed(labels: &Table, by: &[&[&str]], age_group: impl Fn(&str) -> String) -> Figures {
    let place: BTreeMap<&str, usize> = labels.columns.iter().map(String::as_str).zip(0..).collect();
    let value = |row: &Vec<String>, dimension: &str| match dimension {
        "age_group" => age_group(&row[place["age"]]),
        _ => row[place[dimension]].clone(),
    };
    let mut by_age: BTreeMap<String, BTreeMap<&str, f64>> = BTreeMap::new();
    for row in &labels.rows {
        *by_age.entry(age_group(&row[place["age"]])).or_default().entry(&row[place["category"]]).or_default() += 1.0;
    }
    let mut figures = Figures::new();
    for dimensions in by {
        let mut groups: BTreeMap<Vec<String>, Vec<&Vec<String>>> = BTreeMap::new();
        for row in &labels.rows {
            groups.entry(dimensions.iter().map(|dimension| value(row, dimension)).collect()).or_default().push(row);
        }
        for (values, rows) in groups {
            let mut group: Vec<String> = Vec::new();
            for at in 0..2 {
                group.push(dimensions.get(at).copied().unwrap_or_default().to_owned());
                group.push(values.get(at).cloned().unwrap_or_default());
            }
            for category in CATEGORIES {
                let own = rows.iter().copied().filter(|row| category == "all" || row[place["category"]] == category);
                let own: Vec<&Vec<String>> = own.collect();
                let mut put = |feature: &str, figure: &str, value: Option<f64>| {
                    let rest = [category, feature, figure].map(str::to_owned);
                    figures.insert(group.iter().cloned().chain(rest).collect(), value);
                };
                let of = |feature: &str| -> Vec<f64> {
                    own.iter().filter_map(|row| row[place[feature]].parse().ok()).collect()
                };
                let ratio = |above: f64, below: f64| Some(above / below).filter(|_| below > 0.0);
                let sum = |feature: &str| of(feature).iter().sum::<f64>();
                let mean = |values: &[f64]| ratio(values.iter().sum(), values.len() as f64);
                put("", "customers", Some(own.len() as f64));
                put("", "share_pct", ratio(100.0 * own.len() as f64, rows.len() as f64));
                put("", "contacts_per_year", ratio(sum("contacts"), sum("observed_years")));
                let each = of("handling_minutes_per_application");
                put("", "handling_minutes_per_application", mean(&each));
                put("", "handling_minutes_pooled", ratio(sum("handling_minutes"), sum("handled_applications")));
                for part in ["paper", "oral", "on_behalf", "online", "other", "by_employer", "by_partner"] {
                    let share = ratio(100.0 * sum(&format!("applications_{part}")), sum("applications"));
                    put("", &format!("applications_{part}_pct"), share);
                }
                if let ([dimension], true) = (dimensions, category != "all")
                    && *dimension != "age_group"
                {
                    // Each member is expected with the share of the category among everybody of the age.
                    let shares = rows.iter().map(|row| {
                        let alike = &by_age[&age_group(&row[place["age"]])];
                        alike.get(category).copied().unwrap_or_default() / alike.values().sum::<f64>()
                    });
                    let expected: f64 = shares.sum();
                    let [low, high] = poisson_limits(own.len() as u64);
                    put("", "expected", Some(expected));
                    put("", "ratio", ratio(own.len() as f64, expected));
                    put("", "ratio_low", ratio(low, expected));
                    put("", "ratio_high", ratio(high, expected));
                }
                for feature in FEATURES {
                    let mut values = of(feature.name);
                    values.sort_by(f64::total_cmp);
                    let n = values.len();
                    put(feature.name, "n", Some(n as f64));
                    put(feature.name, "mean", mean(&values));
                    put(feature.name, "median", (n > 0).then(|| (values[(n - 1) / 2] + values[n / 2]) / 2.0));
                }
            }
        }
    }
    figures
}

/// The exact 95 % limits of a count by the definition: the means under which so many or more, and so many or fewer, have
/// a probability of 2.5 %.
fn poisson_limits(count: u64) -> [f64; 2] {
    // That of at most so many.
    let at_most = |most: u64, mean: f64| {
        let mut log_term = -mean;
        let mut sum = log_term.exp();
        for n in 1..=most {
            log_term += (mean / n as f64).ln();
            sum += log_term.exp();
        }
        sum
    };
    let solve = |is_below: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = (0.0, 4.0 * count as f64 + 20.0);
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            *(if is_below(middle) { &mut low } else { &mut high }) = middle;
        }
        low
    };
    let low = if count == 0 { 0.0 } else { solve(&|mean| 1.0 - at_most(count - 1, mean) < 0.025) };
    [low, solve(&|mean| at_most(count, mean) > 0.025)]
}

/// Holds every breakdown of a run, by these dimensions and the default age groups, against its labels.
#[track_caller]
pub fn agree_with_labels(run: &RunFolder, by: &[&[&str]]) {
    let expected = recomputed(&run.labels(), by, default_age_group);
    let found = written(run);
    assert!(found.keys().eq(expected.keys()), "the same rows");
    for (key, expected) in &expected {
        let same = match (found[key], expected) {
            (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            (found, expected) => found == *expected,
        };
        assert!(same, "{key:?}: {:?} and not {expected:?}", found[key]);
    }
}

/// The default age groups.
fn default_age_group(age: &str) -> String {
    let Ok(age) = age.parse::<i64>() else { return String::new() };
    let name = match age {
        ..0 => "<0",
        0..=17 => "0-17",
        18..=24 => "18-24",
        25..=34 => "25-34",
        35..=44 => "35-44",
        45..=54 => "45-54",
        55..=64 => "55-64",
        65..=74 => "65-74",
        75.. => "75+",
    };
    name.to_owned()
}

#[test]
fn every_breakdown_of_the_sample_agency_agrees_with_its_labels() {
    let workspace = Workspace::empty();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/vardag.toml");
    let mut command = workspace.command(VARDAG);
    command.arg("run").arg(config).args(["--out", "runs"]);
    let run = workspace.outcome(&mut command).code(0).latest();
    agree_with_labels(&run, &[&["municipality"], &["language"], &["age_group"], &["age_group", "language"]]);
    let found = written(&run);
    // Small groups are in it, so it is nobody else's to read.
    assert!(found.iter().any(|(key, value)| key[6] == "customers" && *value < Some(10.0)));
    // One municipality differs, and is so small that others must not see it.
    let differ = found.iter().filter(|(key, value)| key[6] == "ratio_low" && **value > Some(1.0));
    assert_eq!(differ.map(|(key, _)| key[1].as_str()).collect::<Vec<_>>(), ["Porvoo"]);
    let page = std::fs::read_to_string(run.path.join("report.en.html")).expect("the page");
    assert!(
        page.contains("No group that can be shown has more or fewer customers of a category than its ages explain.")
    );
    let mode = std::fs::metadata(run.path.join("breakdowns.csv")).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// The agency with a municipality for each customer: A's is Åbo, B's is "Esbo, norra", C's is missing.
fn with_municipalities() -> Workspace {
    let rows = "A,1980-05-05,,,Åbo\nB,2026-01-31,2020-01-01,,\"Esbo, norra\"\nC,,,,\n";
    Workspace::agency()
        .file("customers.csv", format!("customer_id,birth_date,registered_from,registered_to,municipality\n{rows}"))
        .settings("dimensions = [\"municipality\"]")
}

/// The groups in order, each with its customers.
fn groups(table: &Table) -> Vec<String> {
    let columns = ["dimension", "group", "dimension_2", "group_2", "category", "figure", "value"];
    let rows = table.select(&columns).into_iter().filter(|row| row[4] == "all" && row[5] == "customers");
    rows.map(|row| [&row[..4], &row[6..]].concat().join("|")).collect()
}

#[test]
fn groups_are_in_order_and_missing_values_are_a_group() {
    let workspace = with_municipalities()
        .settings("breakdowns.age_groups = [18, 19, 45, 50]\nbreakdowns.pairs = [[\"municipality\", \"age_group\"]]");
    let table = workspace.run().code(0).latest().table("breakdowns.csv");
    assert_eq!(
        groups(&table),
        [
            "municipality|Esbo, norra|||1",
            "municipality|Åbo|||1",
            "municipality||||1",
            // B was born after the window.
            "age_group|<18|||1",
            "age_group|45-49|||1",
            "age_group||||1",
            "municipality|Esbo, norra|age_group|<18|1",
            "municipality|Åbo|age_group|45-49|1",
            "municipality||age_group||1",
        ]
    );
}

#[test]
fn without_dimensions_and_birth_dates_there_is_only_a_header() {
    let agency = || Workspace::agency().file("customers.csv", "customer_id\nA\nB\nC\n");
    let without_births = agency();
    let without_register = Workspace::agency().without("customers");
    let without_ages = Workspace::agency().settings("breakdowns.age_groups = []");
    for workspace in [without_births, without_register, without_ages] {
        let table = workspace.run().code(0).latest().table("breakdowns.csv");
        assert_eq!(table.columns, [&KEY[..], &["value"]].concat());
        assert!(table.rows.is_empty());
    }
    // A dimension that no file has is one group, as labels have an empty column of it.
    let table = agency().settings("dimensions = [\"area\"]").run().code(0).latest().table("breakdowns.csv");
    assert_eq!(groups(&table), ["area||||3"]);
}

#[test]
fn a_dimension_of_too_many_values_is_left_out_and_said() {
    let rows: String = (0..5_001).map(|at| format!("C{at},{at},{}\n", at % 2)).collect();
    let workspace = Workspace::agency()
        .rows("contacts", "")
        .rows("applications", "")
        .rows("payments", "")
        .settings("limits.contacts.may_be_empty = true\nlimits.applications.may_be_empty = true")
        .settings("limits.payments.may_be_empty = true\ndimensions = [\"postcode\", \"half\"]")
        .settings("breakdowns.pairs = [[\"half\", \"postcode\"]]")
        .file("customers.csv", format!("customer_id,postcode,half\n{rows}"));
    let outcome = workspace.run();
    outcome.code(0).stderr_has("postcode has 5001 groups, which is too many (at most 5000");
    let run = outcome.latest();
    assert_eq!(groups(&run.table("breakdowns.csv")), ["half|0|||2501", "half|1|||2500"]);
    assert!(run.manifest()["warnings"].to_string().contains("postcode has 5001 groups"));
}

#[test]
fn settings_that_cannot_be_are_told_with_the_nearest_right_name() {
    let refused = [
        (
            "pairs = [[\"age_grup\", \"municipality\"]]",
            "there is no dimension `age_grup`\n  help: did you mean `age_group`?",
        ),
        (
            "pairs = [[\"municipality\", \"language\"]]",
            "there is no dimension `language`\n  help: allowed: municipality, age_group",
        ),
        ("pairs = [[\"municipality\", \"municipality\"]]", "`municipality` is paired with itself"),
        ("pairs = [[\"municipality\", \"age_group\"], [\"age_group\", \"municipality\"]]", "are paired twice"),
        ("pairs = [[\"municipality\"]]", "expected a list of pairs of dimensions"),
        ("age_groups = [0, 18, 18]", "the ages must rise, and 18 does not follow 18"),
        ("age_groups = [-1, 18]", "expected a list of ages from 0 to 200"),
        ("min_group = 0", "expected a whole number from 1"),
        ("min_groups = 10", "did you mean `min_group`?"),
    ];
    for (setting, said) in refused {
        let workspace = with_municipalities().settings(&format!("breakdowns.{setting}"));
        workspace.run().code(2).stderr_has(said).stderr_has("1 problem");
    }
    let none = "breakdowns.age_groups = []\nbreakdowns.pairs = [[\"age_group\", \"municipality\"]]";
    with_municipalities().settings(none).run().code(2).stderr_has("there is no `age_group`, since age_groups is empty");
    let taken = Workspace::agency().settings("dimensions = [\"age_group\"]").run();
    taken.code(2).stderr_has("`age_group` is made of ages");
}
