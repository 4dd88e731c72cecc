//! What a past run left behind: its labels and its configuration.

use std::path::Path;

use polars::prelude::{Column, DataFrame};
use polars_io::parquet::write::ParquetWriter;

use crate::calendar::Day;
use crate::config::{self, DEFAULTS, STARTER};
use crate::history::{HistoryError, LabelsFile, PastManifest, PastOutput};
use crate::schema::Entity;

use super::{mutate, tried};

/// Labels changed after the run, in either format: none is read unless nothing changed.
#[test]
fn labels() {
    const TELLING: [&[u8]; 14] =
        [b"\"", b"\"\"", b",", b"\n", b"\r\n", b"\r", b" ", b"\0", b"\xFF", b"\xC3\xA5", b"-", b"0", b".", b"\n\n"];
    let folder = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." }).unwrap();
    let extracts = "[extracts.contacts]\nfiles = \"c.csv\"\n[extracts.applications]\nfiles = \"a.csv\"\n\
                    [extracts.payments]\nfiles = \"p.csv\"\n";
    let ids = Column::new("customer_id".into(), ["A", "B,\"1\"", "C"]);
    let contacts = Column::new("contacts".into(), [Some(0i64), Some(17), None]);
    let mut table = DataFrame::new(3, vec![ids, contacts]).unwrap();
    let mut parquet = Vec::new();
    ParquetWriter::new(&mut parquet).finish(&mut table).unwrap();
    let csv = b"customer_id,contacts\nA,0\n\"B,\"\"1\"\"\",17\nC,\n".to_vec();
    let formats = [("csv", csv), ("parquet", parquet)].map(|(format, written)| {
        let toml = format!("outputs.labels = \"{format}\"\n{extracts}");
        let config = config::from_text(&toml, folder.path(), |as_of| as_of.day(Day(20_454))).unwrap();
        let output = PastOutput { file: format!("labels.{format}"), blake3: blake3::hash(&written).to_string() };
        let manifest = PastManifest { outputs: vec![output], ..PastManifest::default() };
        (LabelsFile::of(folder.path(), &config, &manifest, Entity::Customer), written)
    });
    let (mut read, mut refused) = (0u64, 0u64);
    tried("past labels", 3, |chance| {
        let (file, written) = &formats[(read + refused) as usize % 2];
        let mut bytes = written.clone();
        mutate(chance, &mut bytes, &TELLING);
        std::fs::write(file.path(), &bytes).unwrap();
        match file.read(&["customer_id", "contacts"]) {
            Ok(found) => {
                assert!(bytes == *written && found.equals_missing(&table));
                read += 1;
            }
            Err(fault) => {
                assert!(bytes != *written && matches!(fault, HistoryError::Changed { .. }), "{fault}");
                assert!(matches!(file.column_names(), Err(HistoryError::Changed { .. })));
                refused += 1;
            }
        }
    });
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}

#[test]
fn configurations() {
    const TELLING: [&[u8]; 22] = [
        b"\"",
        b"'",
        b"[",
        b"]",
        b"[[",
        b"{",
        b"}",
        b"=",
        b"\n",
        b"#",
        b",",
        b".",
        b"-",
        b"0",
        b"1e400",
        b"true",
        b"\0",
        b"\xC3\xA5",
        b"\"\"\"",
        b"\\",
        b"2025-02-30",
        b"99999999999999999999",
    ];
    let seeds =
        [STARTER, DEFAULTS, "outputs.keep = 2\nwindow.as_of = 2025-12-31\n[extracts.contacts]\nfiles = \"c.csv\"\n"];
    let (mut sound, mut refused, mut at) = (0u64, 0u64, 0);
    tried("configurations", 1, |chance| {
        at += 1;
        let mut text = seeds[at % seeds.len()].as_bytes().to_vec();
        mutate(chance, &mut text, &TELLING);
        let Ok(text) = String::from_utf8(text) else { return };
        match config::from_text(&text, Path::new("/agency"), |as_of| as_of.day(Day(20_454))) {
            Ok(config) => {
                sound += 1;
                // What is in force says the same when it is read again.
                let again =
                    config::from_text(&config.in_force, Path::new("/agency"), |as_of| as_of.day(Day(0))).unwrap();
                assert_eq!(again.in_force, config.in_force);
            }
            Err(problems) => {
                refused += 1;
                assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.to_string().is_empty()));
            }
        }
    });
    assert!(sound > 10 && refused > 100, "{sound} sound, {refused} refused");
}
