//! The kernels of a run, each by itself: reader, id index, coverage, rules, label text.
//!
//! `cargo bench --bench kernels`. Sizes are those of one partition or of a few blocks, so that the figures can be
//! multiplied up; the whole program is held against its peers by `against_peers.py` beside this file.

use std::path::PathBuf;
use std::sync::Arc;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use vardag::calendar::{Day, Window};
use vardag::config::{self, Extract, RunPlan};
use vardag::extract::{Batch, ExtractError, Interners, Plan, Unwatched, Worker};
use vardag::features::{BenefitTraits, Covered, FeatureColumn, FeatureTable, Kernel, KernelWindow};
use vardag::intake::{Ids, Population};
use vardag::outputs::{LabelledTable, LabelsText};
use vardag::schema::Entity;
use vardag::schema::features::{FEATURES, FeatureType};
use vardag::schema::fields::Field;
use vardag::synth::{Format, SynthParameters, write_population};

fn main() {
    divan::main();
}

const CUSTOMERS: usize = 16_384;

fn window() -> Window {
    Window::new(Day::from_iso("2025-12-31").unwrap(), 12, Day::from_iso("2024-11-01"), 31, 30)
}

/// A population on disk with its configuration.
fn population(format: Format) -> (tempfile::TempDir, RunPlan) {
    let folder = tempfile::tempdir().unwrap();
    let parameters = SynthParameters {
        out: folder.path().to_owned(),
        customers: CUSTOMERS as u64,
        seed: 1,
        as_of: window().as_of.date(),
        months: vardag::synth::EXTRACT_MONTHS,
        format,
    };
    let summary = write_population(&parameters, &|_| ()).unwrap();
    let config = config::load(&summary.configuration, |_| window().as_of).unwrap();
    (folder, config)
}

/// Counts rows, so that nothing is measured but the reading.
struct Count(usize);

impl Worker for Count {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        self.0 += black_box(batch).rows();
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        black_box(self.0);
        Ok(())
    }
}

#[divan::bench(args = ["csv", "parquet"])]
fn read_payments(bencher: Bencher, format: &str) {
    let (_folder, config) = population(if format == "csv" { Format::Csv } else { Format::Parquet });
    let payments = config.extracts.iter().find(|extract| extract.extract == Extract::Payments).unwrap();
    let plan = Plan::new(&config, payments).unwrap();
    let books = Interners::new(config.benefits.iter().map(|benefit| benefit.code.clone()));
    bencher
        .counter(BytesCount::new(plan.bytes()))
        .bench_local(|| plan.read(1, &books, Arc::new(Unwatched), None, || Count(0)).unwrap());
}

fn ids(text: impl Fn(usize) -> String) -> Ids {
    let mut ids = Ids::default();
    (0..1_000_000).for_each(|at| ids.push(text(at).as_bytes()));
    ids
}

#[divan::bench(args = ["numbered", "other"])]
fn find_a_customer(bencher: Bencher, kind: &str) {
    // A step that is coprime to their number visits all ids in no order of theirs.
    let text = |at: usize| match kind {
        "numbered" => format!("C{at:010}"),
        _ => format!("{:011x}z", at.wrapping_mul(0x9E37_79B9) as u32),
    };
    let population = Population::of_appearing(&ids(text), &window(), &[]);
    let asked: Vec<String> = (0..100_000).map(|at| text(at * 7_919 % 1_000_000)).collect();
    bencher
        .counter(ItemsCount::new(asked.len()))
        .bench_local(|| asked.iter().filter(|id| population.find(id.as_bytes()).is_some()).count());
}

#[divan::bench]
fn coverage(bencher: Bencher) {
    let kernel_window = KernelWindow::new(&window());
    // Ten monthly payments of two benefits.
    let start = window().start.0;
    let mut covered: Vec<Covered> = (0..10)
        .filter_map(|month| {
            let (first, last) = kernel_window.clip(start + month * 30, start + month * 30 + 29)?;
            Some(Covered { benefit: (month % 2) as u16, first, last })
        })
        .collect();
    covered.sort_unstable();
    let mut kernel = Kernel::default();
    let mut events = Vec::new();
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| {
        events.clear();
        kernel.features(black_box(&covered), |_| BenefitTraits::UNKNOWN, &kernel_window, &mut events)
    });
}

fn table() -> FeatureTable {
    let value = |at: usize, row: usize| ((row * 31 + at * 7) % 13) as i64;
    let column = |at: usize| match FEATURES[at].feature_type {
        FeatureType::Count => FeatureColumn::Counts((0..CUSTOMERS).map(|row| value(at, row)).collect()),
        FeatureType::Hundredths => {
            FeatureColumn::Hundredths((0..CUSTOMERS).map(|row| i128::from(value(at, row)) * 12_345).collect())
        }
        FeatureType::Ratio => FeatureColumn::Ratios((0..CUSTOMERS).map(|row| value(at, row) as f64 / 3.0).collect()),
    };
    FeatureTable {
        entity: Entity::Customer,
        customers: (0..CUSTOMERS as u32).collect(),
        columns: (0..FEATURES.len()).map(column).collect(),
    }
}

fn defaults() -> RunPlan {
    let extracts = "[extracts]\ncontacts.files = 'c'\napplications.files = 'a'\npayments.files = 'p'\n";
    config::from_text(extracts, &PathBuf::from("/"), |_| window().as_of).unwrap()
}

#[divan::bench]
fn classify(bencher: Bencher) {
    let rules = defaults().customers;
    let frame = table().to_polars(Entity::Customer.features()).unwrap();
    bencher.counter(ItemsCount::new(CUSTOMERS)).bench_local(|| rules.classify(&frame).unwrap());
}

#[divan::bench]
fn write_labels(bencher: Bencher) {
    let population = Population::of_appearing(&ids(|at| format!("C{at:010}")), &window(), &[]);
    let of_row = ["customer_id", "category", "rule"].map(|name| Field::text(name, ""));
    let fields: Vec<Field> = of_row.into_iter().chain(FEATURES.iter().map(Field::from)).collect();
    let rules = [("regular".to_owned(), "default".to_owned())];
    let text = LabelsText {
        entity: Entity::Customer,
        population: &population,
        fields: &fields,
        rules: &rules,
        spreadsheet_safe: false,
    };
    let (table, rules) = (table(), vec![0; CUSTOMERS]);
    let labelled = LabelledTable { table: &table, rules: &rules, warnings: None };
    bencher.counter(ItemsCount::new(CUSTOMERS)).bench_local(|| text.csv(&labelled));
}
