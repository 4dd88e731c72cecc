//! The same inputs give the same bytes, however many threads read them; and the order of rows and files changes
//! nothing but which duplicate counts.

use proptest::prelude::*;

use crate::outcome::RunFolder;
use crate::workspace::{VARDAG, Workspace};

/// Everything that two runs must have in common.
fn assert_same_run(one: &RunFolder, other: &RunFolder) {
    assert_eq!(one.files(), other.files());
    for file in one.files().iter().filter(|file| *file != "manifest.json") {
        // Not assert_eq: nobody wants to read megabytes.
        assert!(one.bytes(file) == other.bytes(file), "{file} of {} and {}", one.path.display(), other.path.display());
    }
    assert_eq!(one.lasting_manifest(), other.lasting_manifest());
}

fn run_with_threads(workspace: &Workspace, config: &str, threads: &str) -> RunFolder {
    let out = format!("with-{threads}-threads");
    let outcome = workspace.vardag(&["run", config, "--threads", threads, "--out", &out, "--quiet"]);
    outcome.code(0);
    RunFolder::open(&workspace.path(&out).join("latest"))
}

/// Adds a pair to the breakdowns of a configuration.
fn break_down_by_a_pair(workspace: &Workspace, config: &str) {
    let pair = "\n[breakdowns]\npairs = [[\"age_group\", \"municipality\"]]\n";
    workspace.write(config, workspace.read(config) + pair);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let workspace = Workspace::empty();
    // More customers than one partition holds, and payments of many blocks.
    workspace.vardag(&["synth", "big", "--customers", "20000", "--seed", "3", "--quiet"]).code(0);
    break_down_by_a_pair(&workspace, "big/vardag.toml");
    let one = run_with_threads(&workspace, "big/vardag.toml", "1");
    assert!(one.manifest()["population"].as_u64() > Some(16_384));
    for threads in ["2", "7"] {
        assert_same_run(&one, &run_with_threads(&workspace, "big/vardag.toml", threads));
    }
}

#[test]
fn the_number_of_threads_changes_no_byte_of_faulty_extracts_either() {
    // Duplicates, orphans and rejects in all blocks of a file of several megabytes.
    let contact = |at: u64| {
        let id = at * 7_919 % 60_000;
        let customer = ["A", "B", "C", "NOBODY"][(at * 31 % 97 % 4) as usize];
        let day = if at.is_multiple_of(53) { 35 } else { 1 + at % 28 };
        let note = if at.is_multiple_of(11) { "\"two\nlines\"" } else { "" };
        format!("K{id},{customer},2025-{:02}-{day:02},channel{},{note}\n", 1 + at % 12, at % 5)
    };
    let text: String = (0..120_000).map(contact).collect();
    let workspace =
        Workspace::agency().file("contacts.csv", format!("contact_id,customer_id,contacted_on,channel,note\n{text}"));
    let one = run_with_threads(&workspace, "vardag.toml", "1");
    let rows = one.rows("contacts");
    assert_eq!(rows.records, 120_000);
    assert!(rows.duplicates > 10_000 && rows.orphans > 10_000 && rows.rejected > rows.orphans + 1_000, "{rows:?}");
    for threads in ["2", "5"] {
        assert_same_run(&one, &run_with_threads(&workspace, "vardag.toml", threads));
    }
}

#[test]
fn neither_threads_nor_a_memory_limit_change_a_byte_of_payments_taken_back() {
    // Recoveries and what they take back far apart, of usual and of very long periods, and every tenth a duplicate.
    let payment = |at: u64| {
        let (customer, period) = (at * 31 % 97, at * 7 % 11);
        let id = if at.is_multiple_of(10) { at / 2 } else { at };
        let (year, sign) =
            (if period == 0 { 2019 } else { 2025 }, if (at * 2_654_435_761) >> 11 & 1 == 1 { "-" } else { "" });
        let benefit = ["child_benefit", "basic_social_assistance"][(at % 2) as usize];
        format!("P{id},C{customer},{benefit},{year}-{:02}-01,2025-{0:02}-28,,{sign}{}.50\n", period + 1, 100 + at % 2)
    };
    let customers: String = (0..97).map(|number| format!("C{number},,,\n")).collect();
    let workspace = Workspace::agency()
        .rows("customers", &customers)
        .rows("payments", &(0..60_000).map(payment).collect::<String>());
    let one = run_with_threads(&workspace, "vardag.toml", "1");
    let days: Vec<u32> = one.labels().column("benefit_days").iter().map(|days| days.parse().expect("days")).collect();
    assert!(days.iter().min() < days.iter().max(), "{days:?}");
    for threads in ["2", "5"] {
        assert_same_run(&one, &run_with_threads(&workspace, "vardag.toml", threads));
    }
    workspace.vardag(&["run", "vardag.toml", "--out", "limited", "--quiet", "--memory-limit", "1KB"]).code(0);
    assert_same_run(&one, &RunFolder::open(&workspace.path("limited/latest")));
}

#[test]
fn a_memory_limit_changes_no_byte() {
    let workspace = Workspace::agency();
    workspace.vardag(&["synth", "p", "--customers", "5000", "--seed", "4", "--quiet"]).code(0);
    break_down_by_a_pair(&workspace, "p/vardag.toml");
    let config = workspace.read("p/vardag.toml");
    workspace.write("p/vardag.toml", format!("limits.max_duplicate_pct = 50\n{config}"));
    // Twice the same contacts: every other row is a duplicate, found again among all the ids that went to disk.
    let contacts = workspace.read("p/contacts.csv");
    workspace.write("p/contacts.csv", contacts.clone() + contacts.split_once('\n').expect("a header").1);
    workspace.vardag(&["run", "p/vardag.toml", "--out", "free", "--quiet"]).code(0);
    let free = RunFolder::open(&workspace.path("free/latest"));
    let contacts = free.rows("contacts");
    assert_eq!(contacts.duplicates * 2, contacts.records);
    for limit in ["1KB", "20MiB"] {
        let arguments = ["run", "p/vardag.toml", "--out", limit, "--quiet", "--memory-limit", limit];
        workspace.vardag(&arguments).code(0);
        assert_same_run(&free, &RunFolder::open(&workspace.path(limit).join("latest")));
        assert_eq!(workspace.listing(limit), [".lock", "2025-12-31", "latest"]);
    }
    for limit in ["", "0", "lots", "-1GiB", "1 parsec"] {
        workspace.vardag(&["run", "vardag.toml", &format!("--memory-limit={limit}")]).code(2);
    }
}

#[test]
fn a_second_run_of_the_same_writes_the_same() {
    let workspace = Workspace::agency();
    let first = workspace.run();
    first.code(0);
    let again = workspace.vardag(&["run", "vardag.toml", "--out", "again"]);
    again.code(0);
    assert_same_run(&first.latest(), &RunFolder::open(&workspace.path("again/latest")));
}

/// Rows of the four extracts about persons, without ids, so that none is a duplicate.
#[derive(Debug, Clone)]
struct Extracts(Vec<Vec<String>>);

const NAMES: [&str; 4] = ["contacts", "applications", "payments", "life_events"];
const HEADERS: [&str; 4] = [
    "customer_id,contacted_on,channel,direction",
    "customer_id,benefit,submitted_on,method,handling_minutes",
    "customer_id,benefit,period_start,period_end,amount",
    "customer_id,event,occurred_on",
];

fn extracts() -> impl Strategy<Value = Extracts> {
    // Few customers and benefits and two years, so that rows meet.
    let customer = || (0..6u32).prop_map(|number| format!("C{number}"));
    let day = || {
        (0..2u32, 1..=12u32, 1..=28u32).prop_map(|(year, month, day)| format!("{}-{month:02}-{day:02}", 2024 + year))
    };
    let benefit = || {
        let codes = ["child_benefit", "unemployment", "basic_social_assistance", "housing_allowance", "medicine"];
        prop::sample::select(codes.to_vec())
    };
    let contact = (customer(), day(), 0..3u32, prop::sample::select(vec!["inbound", "outbound"]))
        .prop_map(|(customer, day, channel, direction)| format!("{customer},{day},channel{channel},{direction}"));
    let application =
        (customer(), benefit(), day(), prop::option::of(0..10_000u32)).prop_map(|(customer, benefit, day, minutes)| {
            let minutes = minutes.map(|minutes| format!("{}.{:02}", minutes / 100, minutes % 100)).unwrap_or_default();
            format!("{customer},{benefit},{day},online,{minutes}")
        });
    let payment = (customer(), benefit(), day(), day(), -20_000..200_000i64).prop_map(
        |(customer, benefit, one, other, cents)| {
            let (from, to) = if one <= other { (one, other) } else { (other, one) };
            let sign = if cents < 0 { "-" } else { "" };
            format!("{customer},{benefit},{from},{to},{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
        },
    );
    let event = (customer(), prop::sample::select(vec!["birth", "sickness"]), day())
        .prop_map(|(customer, event, day)| format!("{customer},{event},{day}"));
    let many = |row: BoxedStrategy<String>| prop::collection::vec(row, 1..30);
    (many(contact.boxed()), many(application.boxed()), many(payment.boxed()), many(event.boxed()))
        .prop_map(|(contacts, applications, payments, events)| Extracts(vec![contacts, applications, payments, events]))
}

/// Puts the rows into so many files an extract and runs.
fn run_in_files(extracts: &Extracts, files: usize, register: bool) -> (Workspace, RunFolder) {
    let mut workspace = Workspace::empty();
    if register {
        let customers = "C0,1980-02-29,,\nC1,,2025-07-01,\nC2,,,2025-02-01\nC3,,,\nC4,,2025-12-31,\nC5,,,";
        workspace = workspace.rows("customers", customers);
    }
    for ((name, header), rows) in NAMES.iter().zip(HEADERS).zip(&extracts.0) {
        for file in 0..files {
            let of_file = rows.iter().skip(file).step_by(files).map(|row| format!("{row}\n"));
            workspace.write(&format!("{name}/{file}.csv"), format!("{header}\n{}", of_file.collect::<String>()));
        }
        workspace = workspace.extract(name, &format!("files = \"{name}/*.csv\""));
    }
    let outcome = workspace.outcome(workspace.command(VARDAG).args(["run", "vardag.toml", "--quiet"]));
    let latest = outcome.code(0).latest();
    (workspace, latest)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_and_files_changes_nothing(
        extracts in extracts(),
        shuffles in prop::collection::vec(any::<prop::sample::Index>(), 1..200),
        register in any::<bool>(),
    ) {
        let mut shuffled = extracts.clone();
        for rows in &mut shuffled.0 {
            for at in (1..rows.len()).rev() {
                rows.swap(at, shuffles[at % shuffles.len()].index(at + 1));
            }
        }
        let (_one, straight) = run_in_files(&extracts, 1, register);
        let (_other, crooked) = run_in_files(&shuffled, 3, register);
        for file in ["labels.csv", "category_summary.csv", "feature_statistics.csv"] {
            prop_assert_eq!(straight.table(file), crooked.table(file), "{}", file);
            prop_assert!(straight.bytes(file) == crooked.bytes(file), "{}", file);
        }
    }
}
