//! Whole populations: what must hold of the files, whatever the seed.

use std::collections::{HashMap, HashSet};

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use tempfile::TempDir;

use super::*;

fn parameters(out: &Path, customers: u64, as_of: &str, format: Format) -> SynthParameters {
    let as_of = as_of.parse().unwrap();
    SynthParameters { out: out.to_owned(), customers, seed: 11, as_of, months: EXTRACT_MONTHS, format }
}

/// A population of CSV files in a folder of its own.
fn population(customers: u64, as_of: &str) -> (TempDir, SynthSummary) {
    population_of_months(customers, as_of, EXTRACT_MONTHS)
}

/// The same with extracts of so many months.
fn population_of_months(customers: u64, as_of: &str, months: usize) -> (TempDir, SynthSummary) {
    let folder = tempfile::tempdir().unwrap();
    let parameters = SynthParameters { months, ..parameters(folder.path(), customers, as_of, Format::Csv) };
    let summary = write_population(&parameters, &|_| ()).unwrap();
    (folder, summary)
}

/// A table's rows, each by column name.
fn rows(folder: &Path, table: &str) -> Vec<HashMap<String, String>> {
    let mut reader = ::csv::Reader::from_path(folder.join(table).with_extension("csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn column(folder: &Path, table: &str, name: &str) -> Vec<String> {
    rows(folder, table).into_iter().map(|mut row| row.remove(name).unwrap()).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const EVENT_DAYS: [(&str, &str); 6] = [
    ("contacts", "contacted_on"),
    ("applications", "submitted_on"),
    ("payments", "paid_on"),
    ("life_events", "occurred_on"),
    ("employer_contacts", "contacted_on"),
    ("employer_applications", "submitted_on"),
];

#[test]
fn threads_change_no_byte() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (folder, threads) in [(&one, 1), (&many, 3)] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        // Of more months than stages of life last.
        let parameters = parameters(folder.path(), 40_000, "2025-12-31", Format::Csv);
        let parameters = SynthParameters { months: 20, ..parameters };
        pool.install(|| write_population(&parameters, &|_| ()).map(drop)).unwrap();
    }
    let mut files = 0;
    for entry in fs_err::read_dir(one.path()).unwrap() {
        let entry = entry.unwrap();
        let other = fs_err::read(many.path().join(entry.file_name())).unwrap();
        assert!(fs_err::read(entry.path()).unwrap() == other, "{:?} differs", entry.file_name());
        files += 1;
    }
    assert_eq!(files, 11);
}

#[test]
fn another_seed_is_another_population() {
    let (first, _) = population(500, "2025-12-31");
    let second = tempfile::tempdir().unwrap();
    let other_seed = SynthParameters { seed: 12, ..parameters(second.path(), 500, "2025-12-31", Format::Csv) };
    write_population(&other_seed, &|_| ()).unwrap();
    assert_ne!(column(first.path(), "customers", "birth_date"), column(second.path(), "customers", "birth_date"));
}

#[test]
fn ids_are_unique_and_of_eleven_bytes() {
    let (folder, _) = population(5_000, "2025-12-31");
    for (table, id, letter) in [
        ("customers", "customer_id", 'C'),
        ("contacts", "contact_id", 'K'),
        ("applications", "application_id", 'A'),
        ("payments", "payment_id", 'P'),
        ("employers", "employer_id", 'E'),
        ("employer_contacts", "contact_id", 'K'),
        ("employer_applications", "application_id", 'A'),
    ] {
        let ids = column(folder.path(), table, id);
        assert!(ids.iter().all(|id| id.len() == 11 && id.starts_with(letter)), "{table}");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{table}");
    }
}

#[test]
fn events_belong_to_registered_customers_and_to_the_extracts_days() {
    for (as_of, months) in [("2025-12-31", 14), ("2024-02-29", 14), ("2025-06-14", 14), ("2025-12-31", 40)] {
        let (folder, summary) = population_of_months(3_000, as_of, months);
        let registered: HashMap<String, (String, String)> = rows(folder.path(), "customers")
            .into_iter()
            .map(|mut row| {
                let mut take = |name| row.remove(name).unwrap();
                (take("customer_id"), (take("registered_from"), take("registered_to")))
            })
            .collect();
        let employers: HashSet<String> = column(folder.path(), "employers", "employer_id").into_iter().collect();
        for (table, column) in EVENT_DAYS {
            for row in rows(folder.path(), table) {
                let on = day(&row[column]);
                assert!(summary.history_from <= on && on <= day(as_of), "{table} {row:?}");
                match row.get("customer_id") {
                    Some(customer) => {
                        let (from, to) = &registered[customer];
                        // The last month of a benefit is paid in full, whenever in the month somebody left.
                        let still = table == "payments" || to.is_empty() || on <= day(to);
                        let already = table == "payments" || from.is_empty() || day(from) <= on;
                        assert!(still && already, "{table} {row:?}");
                    }
                    None => assert!(employers.contains(&row["employer_id"]), "{table} {row:?}"),
                }
            }
        }
    }
}

#[test]
fn payments_are_believable_and_mixed() {
    let (folder, summary) = population(5_000, "2025-12-31");
    let payments = rows(folder.path(), "payments");
    let per_customer = payments.len() as f64 / 5_000.0;
    assert!((27.0..30.5).contains(&per_customer), "{per_customer}");
    let one_off = payments.iter().filter(|row| ["medical_care", "medicine", "travel"].contains(&&*row["benefit"]));
    let one_off = one_off.count() as f64 / payments.len() as f64;
    assert!((0.61..0.69).contains(&one_off), "{one_off}");
    let mut of_each: HashMap<&str, u32> = HashMap::new();
    let mut runs = 0;
    for pair in payments.windows(2) {
        runs += u32::from(pair[0]["customer_id"] == pair[1]["customer_id"]);
        *of_each.entry(&pair[0]["customer_id"]).or_default() += 1;
    }
    assert!(f64::from(runs) < 0.1 * payments.len() as f64, "rows are in runs of one customer");
    assert!(of_each.values().all(|&count| count < 400));
    for row in &payments {
        assert!(row["period_end"].is_empty() || day(&row["period_start"]) <= day(&row["period_end"]), "{row:?}");
        assert!(summary.history_from <= day(&row["period_start"]) && day(&row["period_start"]) <= day("2025-12-31"));
        assert_ne!(row["amount"].parse::<f64>().unwrap(), 0.0);
    }
}

#[test]
fn parquet_says_what_csv_says() {
    let (csv, summary) = population(3_000, "2025-12-31");
    let parquet = tempfile::tempdir().unwrap();
    let same = parameters(parquet.path(), 3_000, "2025-12-31", Format::Parquet);
    assert!(write_population(&same, &|_| ()).is_ok());
    for TableSummary { table, .. } in &summary.tables {
        let file = fs_err::File::open(parquet.path().join(table).with_extension("parquet")).unwrap();
        let frame = ParquetReader::new(file.into_file()).finish().unwrap();
        for values in frame.columns() {
            let text: Vec<String> = values.as_materialized_series().iter().map(|value| shown(&value)).collect();
            assert_eq!(text, column(csv.path(), table, values.name()), "{table}");
        }
    }
}

/// A value as the CSV files show it.
fn shown(value: &AnyValue) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::Date(days) => crate::calendar::Day(*days).to_string(),
        AnyValue::Decimal(hundredths, _, 2) => {
            let sign = if *hundredths < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
        }
        other => other.to_string(),
    }
}

#[test]
fn latent_states_cover_the_registered_days_once() {
    let (folder, summary) = population_of_months(2_000, "2025-12-31", 30);
    assert_eq!(summary.history_from, day("2023-07-01"));
    let mut spans: HashMap<String, Vec<(NaiveDate, NaiveDate)>> = HashMap::new();
    for row in rows(folder.path(), "latent_states") {
        assert_eq!(row["cause"].is_empty(), row["state"] != "transition", "{row:?}");
        spans.entry(row["customer_id"].clone()).or_default().push((day(&row["state_from"]), day(&row["state_to"])));
    }
    for customer in rows(folder.path(), "customers") {
        let spans = &spans[&customer["customer_id"]];
        assert!(spans.windows(2).all(|pair| pair[0].1.succ_opt() == Some(pair[1].0)));
        let from = customer["registered_from"].parse().unwrap_or(summary.history_from).max(summary.history_from);
        let to = customer["registered_to"].parse().unwrap_or(day("2025-12-31"));
        assert_eq!((spans[0].0, spans[spans.len() - 1].1), (from, to), "{customer:?}");
    }
}

#[test]
fn the_configuration_names_the_extracts() {
    let (_folder, summary) = population(10, "2025-12-31");
    let text = fs_err::read_to_string(&summary.configuration).unwrap();
    let configuration: toml::Table = text.parse().unwrap();
    assert_eq!(configuration["window"]["as_of"].to_string(), "2025-12-31");
    assert_eq!(configuration["window"]["history_from"].to_string(), "2024-11-01");
    assert_eq!(configuration["dimensions"].to_string(), r#"["municipality", "language"]"#);
    for (extract, settings) in configuration["extracts"].as_table().unwrap() {
        assert_eq!(settings["files"].to_string(), format!("[\"{extract}.csv\"]"));
        assert!(summary.tables.iter().any(|table| table.table == extract));
    }
}

#[test]
fn impossible_wishes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let wish = |customers, as_of| {
        let parameters = parameters(folder.path(), customers, as_of, Format::Csv);
        write_population(&parameters, &|_| ()).unwrap_err().to_string()
    };
    assert!(wish(0, "2025-12-31").contains("between 1 and 40957952"));
    assert!(wish(MOST_CUSTOMERS + 1, "2025-12-31").starts_with("a population of 40957953 customers"));
    assert!(wish(10, "1899-12-31").starts_with("a population as of 1899-12-31"));
    let taken = folder.path().join("taken");
    fs_err::write(&taken, "").unwrap();
    let error = write_population(&parameters(&taken, 10, "2025-12-31", Format::Csv), &|_| ()).unwrap_err();
    assert!(matches!(error, SynthError::Io { path, .. } if path == taken));
}

#[test]
fn progress_ends_at_the_whole_population() {
    let folder = tempfile::tempdir().unwrap();
    let heard = std::cell::RefCell::new(Vec::new());
    let parameters = parameters(folder.path(), 33_000, "2025-12-31", Format::Csv);
    write_population(&parameters, &|customers| heard.borrow_mut().push(customers)).unwrap();
    assert_eq!(*heard.borrow(), [0, 32_768, 33_000]);
}
