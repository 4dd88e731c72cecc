//! What a past run left behind: its labels and its configuration.

use std::path::Path;

use crate::config::{self, DEFAULTS, STARTER};
use crate::history::LabelsFile;

use super::{mutate, tried};

/// The records of a text in RFC 4180, as far as it is one: the bytes of their values.
fn naive_rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(true).flexible(true).from_reader(text.as_bytes());
    reader.records().map_while(Result::ok).map(|record| record.iter().map(str::to_owned).collect()).collect()
}

#[test]
fn labels() {
    const TELLING: [&[u8]; 14] =
        [b"\"", b"\"\"", b",", b"\n", b"\r\n", b"\r", b" ", b"\0", b"\xFF", b"\xC3\xA5", b"-", b"0", b".", b"\n\n"];
    let folder = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." }).unwrap();
    let toml = "[extracts.contacts]\nfiles = \"c.csv\"\n[extracts.applications]\nfiles = \"a.csv\"\n\
                [extracts.payments]\nfiles = \"p.csv\"\n";
    let config = config::from_text(toml, folder.path()).unwrap();
    let file = LabelsFile::of(folder.path(), &config).unwrap();
    let header = "customer_id,category,rule,contacts,handling_minutes\n";
    let rows =
        ["A,regular,default,0,12.50\n", "\"B,\"\"1\"\"\",support,many_contacts,17,0.00\n", "C,irregular,default,3,\n"];
    let (mut read, mut refused) = (0u64, 0u64);
    tried("past labels", 3, |chance| {
        let mut text = rows.concat().repeat(1 + (read % 3) as usize).into_bytes();
        mutate(chance, &mut text, &TELLING);
        let text = [header.as_bytes(), &text].concat();
        std::fs::write(file.path(), &text).unwrap();
        let Ok(reader) = file.reader(&["customer_id", "contacts", "handling_minutes"]) else { return };
        let mut found: Vec<(String, String)> = Vec::new();
        for table in reader {
            let Ok(table) = table else {
                refused += 1;
                return;
            };
            let (ids, contacts) = (table.column("customer_id").unwrap(), table.column("contacts").unwrap());
            for row in 0..table.height() {
                let id = ids.str().unwrap().get(row).unwrap_or_default().to_owned();
                let contacts = contacts.i64().unwrap().get(row).map(|count| count.to_string()).unwrap_or_default();
                found.push((id, contacts));
            }
        }
        read += 1;
        // Whatever is read is what stands there: quotes that mean nothing aside, the csv crate reads it alike.
        let text = String::from_utf8_lossy(&text).into_owned();
        let expected = naive_rows(&text);
        if !text.contains('\r') && !text.contains('"') {
            assert_eq!(found.len(), expected.len(), "{text:?}");
            for ((id, contacts), row) in found.iter().zip(&expected) {
                assert_eq!(
                    (id, contacts.trim_start_matches('0')),
                    (&row[0], row[3].trim_start_matches('0')),
                    "{text:?}"
                );
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
        match config::from_text(&text, Path::new("/agency")) {
            Ok(config) => {
                sound += 1;
                // What is in force says the same when it is read again.
                let again = config::from_text(&config.in_force, Path::new("/agency")).unwrap();
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
