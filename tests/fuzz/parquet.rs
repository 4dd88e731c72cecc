//! Parquet files with bytes changed anywhere: an error, or as many rows as there were.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};
use polars_io::parquet::write::ParquetWriter;
use rand::{Rng, RngExt};

use crate::calendar::Day;
use crate::config::{self, Extract};
use crate::extract::{Batch, ExtractError, Interners, Plan, Unwatched, Worker};

use super::tried;

const ROWS: usize = 700;

struct Count(Arc<AtomicU64>);

impl Worker for Count {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        self.0.fetch_add(batch.rows() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}

/// Files of the same rows, by two writers: in one row group and in several, by dictionary, by value, and first by one and
/// then by the other.
fn files() -> Vec<Vec<u8>> {
    let texts = |name: &str, most: usize| (0..ROWS).map(|row| format!("{name}{}", row % most)).collect::<Vec<_>>();
    let columns = [
        ("contact_id", texts("contact_id", ROWS)),
        ("customer_id", texts("customer_id", 90)),
        ("contacted_on", vec!["2025-03-01".to_owned(); ROWS]),
        ("channel", texts("channel", 3)),
    ];
    let by_polars = |group: Option<usize>, page: Option<usize>| {
        let series = columns.iter().map(|(name, values)| Series::new((*name).into(), values).into_column());
        let mut frame = DataFrame::new(ROWS, series.collect()).unwrap();
        let mut bytes = Vec::new();
        let writer = ParquetWriter::new(&mut bytes).with_row_group_size(group).with_data_page_size(page);
        writer.finish(&mut frame).unwrap();
        bytes
    };
    let by_arrow = |compression: Compression, dictionary_bytes: usize| {
        let array = |values: &Vec<String>| Arc::new(StringArray::from_iter_values(values)) as ArrayRef;
        let batch = RecordBatch::try_from_iter(columns.iter().map(|(name, values)| (*name, array(values)))).unwrap();
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_dictionary_page_size_limit(dictionary_bytes)
            .set_data_page_row_count_limit(100)
            .set_write_batch_size(100);
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties.build())).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    };
    vec![
        by_polars(None, None),
        by_polars(Some(250), Some(300)),
        by_arrow(Compression::SNAPPY, 1 << 20),
        by_arrow(Compression::UNCOMPRESSED, 400),
    ]
}

#[test]
fn parquet() {
    let folder =
        tempfile::tempdir_in(if std::path::Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." }).unwrap();
    let path = folder.path().join("contacts.parquet");
    let toml = "[extracts.contacts]\nfiles = \"contacts.parquet\"\n[extracts.applications]\nfiles = \"a.csv\"\n\
                [extracts.payments]\nfiles = \"p.csv\"\n";
    let config = config::from_text(toml, folder.path(), |as_of| as_of.day(Day(20_454))).unwrap();
    let extract = config.extracts.iter().find(|extract| extract.extract == Extract::Contacts).unwrap();
    let files = files();
    tried("Parquet files", 6, |chance| {
        let mut bytes = files[chance.random_range(0..files.len())].clone();
        for _ in 0..chance.random_range(0..4) {
            // Half of the changes hit the footer.
            let near_end = chance.random_range(0..2) == 0;
            let at = chance.random_range(0..if near_end { 900 } else { bytes.len() }.min(bytes.len()));
            let at = if near_end { bytes.len() - 1 - at } else { at };
            bytes[at] = if chance.random_range(0..3) == 0 { 0xFF } else { chance.next_u32() as u8 };
        }
        std::fs::write(&path, &bytes).unwrap();
        let Ok(plan) = Plan::new(&config, extract) else { return };
        let books = Interners::new([]);
        let used = Arc::new(AtomicU64::new(0));
        let Ok(read) = plan.read(1, &books, Arc::new(Unwatched), None, || Count(Arc::clone(&used))) else { return };
        let counts = &read[0].counts;
        // A file whose first bytes were changed is no Parquet any more, and text like any other.
        if plan.files[0].is_text {
            return;
        }
        assert_eq!(counts.records, ROWS as u64);
        assert_eq!(used.load(Ordering::Relaxed) + counts.malformed + counts.filtered, counts.records);
    });
}
