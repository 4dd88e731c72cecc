//! Files that cannot be read, are not what they seem or are not there: a clear error, nothing lost, nothing written.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::outcome::Outcome;
use crate::parquet;
use crate::workspace::Workspace;

/// The run stopped for the data, said why in one line, and left no run and no debris.
fn refused(workspace: &Workspace, words: &[&str]) -> Outcome {
    let outcome = workspace.run();
    outcome.code(3).stderr_has("error: ");
    words.iter().for_each(|word| {
        outcome.stderr_has(word);
    });
    assert_eq!(outcome.stdout(), "");
    let left: Vec<String> = workspace.listing("runs").into_iter().filter(|name| name != ".lock").collect();
    assert!(left.is_empty(), "{left:?}");
    outcome
}

#[test]
fn a_configuration_that_is_not_there_is_a_usage_error() {
    let outcome = Workspace::empty().vardag(&["run", "nowhere.toml"]);
    outcome.code(2).stderr_has("nowhere.toml");
    Workspace::empty().vardag(&["check", "nowhere.toml"]).code(2);
    Workspace::empty().vardag(&["config", "show", "nowhere.toml"]).code(2);
}

#[test]
fn missing_files_are_all_named_together() {
    let workspace = Workspace::agency()
        .extract("contacts", "files = \"calls.csv\"")
        .extract("payments", "files = \"payments/*.csv\"");
    refused(&workspace, &["calls.csv: there is no such file", "no file matches \"payments/*.csv\""]);
    workspace.vardag(&["check", "vardag.toml"]).code(3).stderr_has("calls.csv").stderr_has("payments/*.csv");
}

#[test]
fn an_empty_file_is_no_extract() {
    refused(&Workspace::agency().file("payments.csv", ""), &["payments.csv is empty"]);
    refused(&Workspace::agency().file("contacts.csv", "\u{feff}"), &["contacts.csv"]);
    refused(&Workspace::agency().file("contacts.csv", "\n\n"), &["contacts.csv"]);
}

#[test]
fn an_extract_with_a_header_only_is_held_unless_it_may_be_empty() {
    let workspace = Workspace::agency().rows("payments", "");
    let outcome = workspace.run();
    outcome.code(3).stderr_has("limit broken: payments: has no records").stderr_has("may_be_empty = true");
    assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31.held"]);

    let allowed = Workspace::agency().rows("payments", "").settings("limits.payments.may_be_empty = true").run();
    allowed.code(0);
    assert_eq!(allowed.rows("payments").records, 0);
    allowed.labels().expect("A", &[("payments", "0"), ("paid_eur", "0.00"), ("contacts", "1")]);
}

#[test]
fn optional_extracts_may_be_empty() {
    Workspace::agency().rows("life_events", "").rows("employers", "").run().code(0);
}

#[test]
fn a_missing_column_is_told_with_the_nearest_name_that_is_there() {
    let contacts = "contact_id,custmer_id,contacted_on,channel\nK1,A,2025-03-01,phone\n";
    let workspace = Workspace::agency().file("contacts.csv", contacts);
    refused(&workspace, &["contacts.csv has no column \"customer_id\"", "did you mean \"custmer_id\"?"]);

    // A header that is nothing but one name: the delimiter is another.
    let contacts = "contact_id;customer_id;contacted_on;channel\nK1;A;2025-03-01;phone\n";
    let workspace = Workspace::agency().file("contacts.csv", contacts);
    refused(&workspace, &["contacts.csv has no column \"customer_id\"", "delimiter"]);
}

#[test]
fn every_missing_column_of_every_extract_is_told_at_once() {
    let workspace = Workspace::agency()
        .file("contacts.csv", "customer_id,contacted_on\nA,2025-03-01\n")
        .file("payments.csv", "customer_id,benefit,period_start\nA,child_benefit,2025-03-01\n");
    refused(&workspace, &["contacts.csv has no column \"channel\"", "payments.csv has no column \"amount\""]);
}

#[test]
fn an_optional_column_that_is_configured_but_nowhere_is_warned_of() {
    let outcome =
        Workspace::agency().extract("contacts", "files = \"contacts.csv\"\ncolumns.reached = \"reachd\"").run();
    outcome.code(0).stderr_has("warning: ").stderr_has("reachd").stderr_has("did you mean \"reached\"?");
}

#[test]
fn a_column_that_is_there_twice_is_refused_when_it_is_read() {
    let header = "customer_id,contacted_on,channel,channel";
    let workspace = Workspace::agency().file("contacts.csv", format!("{header}\nA,2025-03-01,phone,chat\n"));
    refused(&workspace, &["contacts.csv has two columns named \"channel\""]);
    // One that nobody reads may be there as often as it likes.
    let header = "customer_id,contacted_on,channel,note,note";
    let workspace = Workspace::agency().file("contacts.csv", format!("{header}\nA,2025-03-01,phone,x,y\n"));
    workspace.run().code(0);
}

#[test]
fn a_folder_is_no_file() {
    let workspace = Workspace::agency().file("calls/one.csv", "").extract("contacts", "files = \"calls\"");
    refused(&workspace, &["calls is a folder", "calls/*.csv"]);
}

#[test]
fn a_named_pipe_is_refused_and_nobody_waits_for_it() {
    let workspace = Workspace::agency().extract("contacts", "files = \"pipe\"");
    let made = std::process::Command::new("mkfifo").arg(workspace.path("pipe")).status();
    assert!(made.expect("mkfifo is there").success());
    refused(&workspace, &["pipe is not a regular file"]);
}

#[test]
fn one_file_named_twice_would_count_twice() {
    let workspace = Workspace::agency().extract("contacts", "files = [\"contacts.csv\", \"contact*.csv\"]");
    refused(&workspace, &["contacts.csv is named twice"]);
}

/// A gzip file of many rows, and its bytes.
fn gzipped(rows: usize) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    writeln!(gzip, "customer_id,contacted_on,channel").expect("written");
    (0..rows).for_each(|row| writeln!(gzip, "A,2025-03-01,channel{}", row % 7).expect("written"));
    gzip.finish().expect("compressed")
}

#[test]
fn a_truncated_gzip_file_is_an_error_and_the_last_good_run_stays() {
    let workspace = Workspace::agency();
    workspace.run().code(0);
    let before = workspace.read("runs/latest/labels.csv");
    let whole = gzipped(200_000);
    for left in [whole.len() / 2, whole.len() - 4, 15] {
        workspace.write("contacts.csv", &whole[..left]);
        let outcome = workspace.run();
        outcome.code(3).stderr_has("contacts.csv cannot be read");
        assert_eq!(workspace.listing("runs"), [".lock", "2025-12-31", "latest"], "cut to {left} bytes");
        assert_eq!(workspace.read("runs/latest/labels.csv"), before);
    }
    workspace.write("contacts.csv", &whole);
    assert_eq!(workspace.run().code(0).rows("contacts").in_use, 200_000);
}

#[test]
fn a_truncated_zstd_file_is_an_error() {
    let text = "customer_id,contacted_on,channel\n".to_owned() + &"A,2025-03-01,phone\n".repeat(100_000);
    let whole = zstd::encode_all(text.as_bytes(), 1).expect("compressed");
    let workspace = Workspace::agency().file("contacts.csv", &whole[..whole.len() - 5]);
    refused(&workspace, &["contacts.csv cannot be read"]);
}

#[test]
fn a_parquet_file_cut_short_is_an_error() {
    let workspace = Workspace::agency().file("contacts.csv", b"PAR1 and then nothing that makes sense");
    refused(&workspace, &["contacts.csv is no readable Parquet file"]);
}

#[test]
fn a_header_with_an_unclosed_quote_is_refused() {
    let workspace =
        Workspace::agency().file("contacts.csv", "customer_id,\"contacted_on,channel\nA,2025-03-01,phone\n");
    refused(&workspace, &["contacts.csv: the header cannot be read"]);
}

#[test]
fn a_library_that_panics_at_a_damaged_page_says_nothing() {
    let contacts = parquet::file(vec![
        parquet::text("customer_id", &[Some("A"); 20]),
        parquet::text("contacted_on", &[Some("2025-03-01"); 20]),
        parquet::text("channel", &[Some("phone"); 20]),
    ]);
    let workspace = Workspace::agency().file("contacts.csv", "");
    let outcome = |at: usize| {
        let mut damaged = contacts.clone();
        damaged[at] ^= 0x1F;
        workspace.write("contacts.csv", damaged);
        workspace.vardag(&["check", "vardag.toml", "--quiet"])
    };
    // At one of these bytes the library panics; that nothing is said of a panic holds of every outcome.
    let senseless = (40..50).filter(|at| outcome(*at).stderr().contains("a page of it makes no sense")).count();
    assert!(senseless >= 1, "{senseless}");
}
