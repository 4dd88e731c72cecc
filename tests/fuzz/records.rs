//! CSV records, from the file to typed rows and rejects, against `docs/method.md` section 2 read byte by byte.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use rand::RngExt;

use crate::calendar::Day;
use crate::config::{self, Extract};
use crate::extract::batch::{MISSING_DAY, MISSING_NUMBER};
use crate::extract::{Batch, DateFormat, ExtractError, Interners, Plan, RejectsWriter, Unwatched, Worker};

use super::values::naive_decimal;
use super::{mutate, tried};

const HEADER: &str = "payment_id,customer_id,benefit,period_start,period_end,paid_on,amount,note";
const NAMES: [&str; 8] =
    ["payment_id", "customer_id", "benefit", "period_start", "period_end", "paid_on", "amount", "note"];
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// What comes of a file: accepted rows by record, faults as the rejects have them, records, filtered ones.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    rows: Vec<Row>,
    faults: Vec<[String; 4]>,
    records: u64,
    filtered: u64,
}

/// Place in the input, ids, days, hundredths.
type Row = (u64, Vec<u8>, Vec<u8>, Vec<i32>, i64);

struct Naive {
    line: u64,
    values: Vec<Vec<u8>>,
    quoted: Vec<Vec<u8>>,
    bytes: Vec<u8>,
    unclosed: bool,
}

/// The records of a text behind its header, byte by byte.
fn naive_records(text: &[u8]) -> Vec<Naive> {
    let (mut records, mut at, mut line) = (Vec::new(), 0, 2);
    while at < text.len() {
        // A last line that is only Ctrl-Z.
        if text[at] == 0x1A && matches!(&text[at + 1..], b"" | b"\n" | b"\r\n") {
            break;
        }
        let start = at;
        if text[at..].starts_with(MARK) {
            at += MARK.len();
        }
        let line_end = |at: usize| match text[at..] {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => 0,
        };
        if at == text.len() {
            break;
        }
        if line_end(at) > 0 {
            at += line_end(at);
            line += 1;
            continue;
        }
        let (mut values, mut quoted) = (vec![Vec::new()], vec![Vec::new()]);
        let mut record = Naive { line, values: vec![], quoted: vec![], bytes: vec![], unclosed: false };
        let mut end = text.len();
        let mut value_start = true;
        while at < text.len() {
            let (value, raw) = (values.last_mut().unwrap(), quoted.last_mut().unwrap());
            if value_start && text[at] == b'"' {
                at += 1;
                record.unclosed = true;
                while at < text.len() {
                    raw.push(text[at]);
                    line += u64::from(text[at] == b'\n');
                    if text[at..].starts_with(b"\"\"") {
                        value.push(b'"');
                        at += 1;
                    } else if text[at] == b'"' {
                        record.unclosed = false;
                        at += 1;
                        break;
                    } else {
                        value.push(text[at]);
                    }
                    at += 1;
                }
                value_start = false;
            } else if text[at] == b',' {
                values.push(Vec::new());
                quoted.push(Vec::new());
                value_start = true;
                at += 1;
            } else if line_end(at) > 0 {
                end = at;
                at += line_end(at);
                line += 1;
                break;
            } else {
                value.push(text[at]);
                value_start = false;
                at += 1;
            }
        }
        record.bytes = text[start..end].to_vec();
        (record.values, record.quoted) = (values.iter().map(|value| trimmed(value)).collect(), quoted);
        records.push(record);
    }
    records
}

fn trimmed(value: &[u8]) -> Vec<u8> {
    let is_value = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = value.iter().position(is_value).unwrap_or(value.len());
    let end = value.iter().rposition(is_value).map_or(start, |last| last + 1);
    value[start..end].to_vec()
}

fn is_header(record: &Naive) -> bool {
    let names = NAMES.iter().map(|name| name.as_bytes());
    record.values.len() >= NAMES.len()
        && names.zip(&record.values).all(|(name, value)| name == value)
        && record.values[NAMES.len()..].iter().all(Vec::is_empty)
}

/// A quoted value holds a whole line with as many delimiters as the header.
fn swallowed(record: &Naive) -> bool {
    let commas = |line: &[u8]| line.iter().filter(|byte| **byte == b',').count();
    record.quoted.iter().any(|value| {
        value.contains(&b'\n') && value.split(|byte| *byte == b'\n').any(|line| commas(line) >= NAMES.len() - 1)
    })
}

/// The one number of empty fields that all records have beyond the header's.
fn surplus(records: &[Naive]) -> usize {
    let counted =
        |record: &&Naive| !record.unclosed && std::str::from_utf8(&record.bytes).is_ok() && !is_header(record);
    let more = |record: &Naive| match record.values.get(NAMES.len()..) {
        Some(more) if more.iter().all(Vec::is_empty) => more.len(),
        _ => 0,
    };
    let mut numbers: Vec<usize> = records.iter().filter(counted).map(more).collect();
    numbers.dedup();
    if numbers.len() == 1 { numbers[0] } else { 0 }
}

fn naive(text: &[u8], dates: &DateFormat) -> Outcome {
    let records = naive_records(text);
    let width = NAMES.len() + surplus(&records);
    let mut outcome = Outcome::default();
    for (at, record) in records.iter().enumerate() {
        outcome.records += 1;
        let mut fault = |column: &str, reason: &str| {
            let (number, line) = ((at + 1).to_string(), record.line.to_string());
            outcome.faults.push([number, line, column.to_owned(), reason.to_owned()]);
        };
        if record.unclosed {
            fault("", "unclosed_quote");
        } else if std::str::from_utf8(&record.bytes).is_err() {
            fault("", "invalid_encoding");
        } else if is_header(record) {
            outcome.filtered += 1;
        } else if swallowed(record) {
            fault("", "swallowed_rows");
        } else if record.values.len() != width {
            fault("", "field_count");
        } else {
            let value = |at: usize| record.values[at].as_slice();
            let mut sound = true;
            let mut reject = |column, reason| {
                fault(column, reason);
                sound = false;
            };
            for (at, column) in [(1, "customer_id"), (2, "benefit")] {
                if value(at).is_empty() {
                    reject(column, "missing_value");
                }
            }
            let mut days = Vec::new();
            for (at, column) in [(3, "period_start"), (4, "period_end"), (5, "paid_on")] {
                let day = dates.read(value(at));
                if value(at).is_empty() && at == 3 {
                    reject(column, "missing_value");
                } else if day.is_none() && !value(at).is_empty() {
                    reject(column, "malformed_date");
                }
                days.push(day.unwrap_or(MISSING_DAY).0);
            }
            let amount = naive_decimal(value(6), '.').map(|(_, hundredths)| hundredths as i64);
            match amount {
                None if value(6).is_empty() => reject("amount", "missing_value"),
                None => reject("amount", "malformed_number"),
                Some(_) => {}
            }
            if days[0] != MISSING_DAY.0 && days[1] != MISSING_DAY.0 && days[1] < days[0] {
                reject("period_end", "period_reversed");
            }
            if sound {
                let (payment, customer) = (value(0).to_vec(), value(1).to_vec());
                outcome.rows.push((at as u64, payment, customer, days, amount.unwrap_or(MISSING_NUMBER)));
            }
        }
    }
    outcome
}

/// Gathers rows; blocks count their records from 0.
struct Gather(Arc<Mutex<Vec<(u64, Row)>>>);

impl Worker for Gather {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        for row in 0..batch.rows() {
            let text = |column: usize| batch.bytes(batch.texts(column)[row]).to_vec();
            let days = (3..6).map(|column| batch.days(column)[row].0).collect();
            let read = (u64::from(batch.record[row]), text(0), text(1), days, batch.numbers(6)[row]);
            self.0.lock().unwrap().push((batch.sequence, read));
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn records() {
    const TELLING: [&[u8]; 24] = [
        b"\"",
        b"\"\"",
        b",",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\t",
        b"\0",
        MARK,
        b"\xFF",
        b"\xC3\xA5",
        b"\x1A",
        b"-",
        b"0",
        b"\",\"",
        b"\n\"",
        b"\"\n",
        b",\n",
        b",,",
        b",,,,,,,",
        b"\n\n",
        b"2025-06-31",
        b".",
    ];
    let header_again = format!("{HEADER}\n");
    let rows: [&str; 7] = [
        "P1,A,child_benefit,2025-06-01,2025-06-30,2025-06-03,94.88,fine\n",
        "P2,B,sickness,2025-06-01,,,-5,\n",
        "\"P3\",\"C\",\"x\",\"2025-06-01\",\"2025-05-30\",,\"1.005\",\"a \"\"note\"\", of\ntwo lines\"\n",
        ",D,x,2025-02-29,,2025-13-01,1e3,\r\n",
        "P4,E,x,2025-06-01,,,1,\"one,two,three,four,five,six,seven,eight\nmore\"\n",
        "P5,F,x,2025-06-01,,,7,end,\n",
        &header_again,
    ];
    let folder =
        tempfile::tempdir_in(if std::path::Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." }).unwrap();
    let path = folder.path().join("payments.csv");
    let toml = "[extracts.contacts]\nfiles = \"c.csv\"\n[extracts.applications]\nfiles = \"a.csv\"\n\
                [extracts.payments]\nfiles = \"payments.csv\"\n";
    let config = config::from_text(toml, folder.path(), |as_of| as_of.day(Day(20_454))).unwrap();
    let extract = config.extracts.iter().find(|extract| extract.extract == Extract::Payments).unwrap();
    let dates = DateFormat::new("%Y-%m-%d").unwrap();
    tried("records", 30, |chance| {
        let mut body = Vec::new();
        // A block has half a megabyte: now and then its end falls into what is changed.
        if chance.random_range(0..2000) == 0 {
            let filler = b"P0,Z,x,2025-06-01,,,1,filler\n";
            body = filler.repeat((512 * 1024 - chance.random_range(80..400)) / filler.len());
        }
        let mut end = Vec::new();
        for _ in 0..chance.random_range(0..6) {
            let row = rows[chance.random_range(0..rows.len())].as_bytes();
            let twice = if chance.random_range(0..12) == 0 { 2 } else { 1 };
            (0..twice).for_each(|_| end.extend_from_slice(row));
        }
        mutate(chance, &mut end, &TELLING);
        body.extend(end);
        let expected = naive(&body, &dates);
        std::fs::write(&path, [HEADER.as_bytes(), b"\n", &body].concat()).unwrap();

        let books = Interners::new(config.benefits.iter().map(|benefit| benefit.code.clone()));
        let (gathered, rejects) = (Arc::default(), Shared::default());
        let mut writer = RejectsWriter::new(Box::new(rejects.clone()), &config.outputs).unwrap();
        let plan = Plan::new(&config, extract).unwrap();
        let worker = || Gather(Arc::clone(&gathered));
        let read = plan.read(1, &books, Arc::new(Unwatched), Some(&mut writer), worker).unwrap();
        writer.finish().unwrap();
        let mut found =
            Outcome { records: read[0].counts.records, filtered: read[0].counts.filtered, ..Outcome::default() };
        let text = rejects.0.lock().unwrap().clone();
        for record in csv::Reader::from_reader(text.as_slice()).records() {
            let record = record.unwrap();
            found.faults.push([2, 3, 4, 5].map(|at| record[at].to_owned()));
        }
        // Of later blocks the place in the file is not known here, but their order is.
        let gathered: Vec<(u64, Row)> = gathered.lock().unwrap().clone();
        let blocks = gathered.iter().any(|(sequence, _)| *sequence > 0);
        found.rows = gathered.into_iter().map(|(_, row)| row).collect();
        let mut expected = expected;
        if blocks {
            expected.rows.iter_mut().chain(&mut found.rows).for_each(|row| row.0 = 0);
        }
        let shown = String::from_utf8_lossy(&body[body.len().saturating_sub(1_000)..]).into_owned();
        assert_eq!(found, expected, "{shown:?}");
        let malformed = expected.faults.chunk_by(|a, b| a[0] == b[0]).count() as u64;
        assert_eq!(found.records, found.filtered + malformed + found.rows.len() as u64, "{shown:?}");
    });
}
