//! Text in a dialect of its own, from the bytes of the file to the values of its records, in blocks of any size, against
//! `docs/method.md` section 2 read byte by byte; conditions and compressed files, of which nothing may panic.

use std::io::{BufReader, Read};

use rand::{Rng, RngExt};

use crate::extract::blocks::{BYTE_ORDER_MARK, BlockReader};
use crate::extract::compressed::{GzipMembers, ZstdFrames};
use crate::extract::records::Records;
use crate::extract::rewriting::{Dialect, RewritingReader};
use crate::extract::separators::separators;
use crate::rules::TextCondition;

use super::{mutate, pick, tried};

/// A record: the line that it starts on, from 0, its values, and whether its last one is never closed.
type Record = (u64, Vec<Vec<u8>>, bool);

/// The records of a text, the header included, byte by byte.
fn naive(text: &[u8], dialect: &Dialect) -> Vec<Record> {
    let (mut at, mut line, mut records) = (0, 0, Vec::new());
    while line < u64::from(dialect.skip_lines) && at < text.len() {
        line += u64::from(text[at] == b'\n');
        at += 1;
    }
    let line_end = |at: usize| match text[at..] {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    };
    while at < text.len() {
        if text[at..].starts_with(BYTE_ORDER_MARK) {
            at += BYTE_ORDER_MARK.len();
        }
        let is_comment = dialect.comment.as_ref().is_some_and(|comment| text[at..].starts_with(comment));
        if is_comment {
            at = text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| at + end + 1);
            line += 1;
            continue;
        }
        if at == text.len() {
            break;
        }
        if line_end(at) > 0 {
            at += line_end(at);
            line += 1;
            continue;
        }
        let (first, mut values, mut unclosed) = (line, vec![Vec::new()], false);
        let mut value_start = true;
        while at < text.len() {
            let value: &mut Vec<u8> = values.last_mut().unwrap();
            if value_start && text[at] == b'"' {
                (unclosed, value_start, at) = (true, false, at + 1);
                while at < text.len() {
                    if Some(text[at]) == dialect.escape {
                        // What is behind it is ordinary; at the end of the file nothing is.
                        at += 1;
                        let Some(behind) = text.get(at) else { break };
                        line += u64::from(*behind == b'\n');
                        value.push(*behind);
                    } else if text[at..].starts_with(b"\"\"") {
                        value.push(b'"');
                        at += 1;
                    } else if text[at] == b'"' {
                        (unclosed, at) = (false, at + 1);
                        break;
                    } else {
                        line += u64::from(text[at] == b'\n');
                        value.push(text[at]);
                    }
                    at += 1;
                }
            } else if text[at] == dialect.delimiter {
                values.push(Vec::new());
                (value_start, at) = (true, at + 1);
            } else if line_end(at) > 0 {
                at += line_end(at);
                line += 1;
                break;
            } else {
                value.push(text[at]);
                (value_start, at) = (false, at + 1);
            }
        }
        records.push((first, values, unclosed));
    }
    records
}

/// The same as the program reads it, in blocks of so many bytes.
fn read(text: &[u8], dialect: &Dialect, block_bytes: usize) -> Vec<Record> {
    let delimiter = dialect.delimiter;
    let mut line = u64::from(dialect.skip_lines);
    let stream: Box<dyn Read> = match dialect.has_to_be_rewritten() {
        true => Box::new(RewritingReader::new(text, dialect.clone())),
        false => Box::new(text),
    };
    let mut blocks = BlockReader::new(stream, delimiter).of_bytes(block_bytes);
    let (mut found, mut places, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(block) = blocks.next_block(Vec::new()).unwrap() {
        separators(&block.text, delimiter, &mut places);
        let mut records = Records::new(&block.text, &places, 0, BYTE_ORDER_MARK);
        loop {
            fields.clear();
            let Some(record) = records.next_record(&mut fields) else { break };
            let values = fields.iter().map(|field| {
                let (raw, mut value) = (&block.text[field.range()], Vec::new());
                match field.quoted() {
                    true => crate::extract::records::unquote(raw, &mut value),
                    false => value.extend_from_slice(raw),
                }
                value
            });
            found.push((line + u64::from(record.line), values.collect(), record.unclosed));
        }
        line += u64::from(records.lines());
    }
    found
}

#[test]
fn dialects() {
    const SEED: &[u8] = b"sep=;\nid;note\n# c\nA;\"x\\\"y\"\nB;\"two\nlines\"\n\nC;\"\"\"\"\r\n\xEF\xBB\xBFD;#\n";
    const TELLING: [&[u8]; 14] = [
        b"\"",
        b"\"\"",
        b";",
        b"\n",
        b"\r\n",
        b"\\",
        b"\\\\",
        b"\\\"",
        b"#",
        b"//",
        b"\n#",
        b"\n\xEF\xBB\xBF#",
        b"\n\xEF\xBB\xBF",
        b"\r",
    ];
    tried("dialects", 30, |chance| {
        let mut text = SEED.to_vec();
        mutate(chance, &mut text, &TELLING);
        let twice = BYTE_ORDER_MARK.repeat(2);
        if text.windows(twice.len()).any(|window| window == twice) {
            return;
        }
        let dialect = Dialect {
            delimiter: b';',
            skip_lines: chance.random_range(0..3),
            comment: [None, Some(b"#".to_vec()), Some(b"//".to_vec())][chance.random_range(0..3)].clone(),
            escape: [None, Some(b'\\')][chance.random_range(0..2)],
        };
        let expected = naive(&text, &dialect);
        for block_bytes in [chance.random_range(1..40), 1 << 16] {
            let found = read(&text, &dialect, block_bytes);
            assert_eq!(found, expected, "{dialect:?} in blocks of {block_bytes}: {:?}", String::from_utf8_lossy(&text));
        }
    });
}

#[test]
fn conditions() {
    const SEEDS: [&[u8]; 4] = [
        b"\"Kund\" IS NOT NULL AND \"Kund\" NOT LIKE 'Summa%'",
        b"a IN ('x', 'y''z', NULL) OR NOT (b <> 'c')",
        b"\"D/C\" = 'D' AND \"1\" LIKE '_%_'",
        b"NOT NOT a = b",
    ];
    const TELLING: [&[u8]; 16] = [
        b"'",
        b"\"",
        b"(",
        b")",
        b" AND ",
        b" OR ",
        b" NOT ",
        b" LIKE ",
        b" IN ",
        b" IS NULL",
        b"%",
        b"_",
        b"=",
        b"<>",
        b"--",
        b"a",
    ];
    tried("conditions", 10, |chance| {
        let mut text = pick(chance, &SEEDS).to_vec();
        mutate(chance, &mut text, &TELLING);
        if let Ok(condition) = TextCondition::parse(&String::from_utf8_lossy(&text)) {
            let values = [None, Some(&b"x"[..]), Some(b"Summa"), Some(b"\xFF")];
            let of_record: Vec<Option<&[u8]>> =
                condition.columns().iter().map(|_| values[chance.random_range(0..values.len())]).collect();
            condition.is_true(&of_record);
        }
    });
}

#[test]
fn compressed_files() {
    let text = b"a;b\n1;2\n".repeat(50);
    let mut gzip = Vec::new();
    flate2::read::GzEncoder::new(&text[..], flate2::Compression::fast()).read_to_end(&mut gzip).unwrap();
    let zstd = zstd::encode_all(&text[..], 1).unwrap();
    const TELLING: [&[u8]; 5] = [b"\x1F\x8B\x08", b"\x28\xB5\x2F\xFD", b"\x50\x2A\x4D\x18\x01\0\0\0x", b"\0", b"\xFF"];
    tried("compressed files", 5, |chance| {
        let is_gzip = chance.next_u32() % 2 == 0;
        let mut bytes = if is_gzip { gzip.repeat(2) } else { zstd.repeat(2) };
        mutate(chance, &mut bytes, &TELLING);
        let stream = BufReader::with_capacity(chance.random_range(1..100), bytes.as_slice());
        let mut found = Vec::new();
        // It ends, with the text or an error, and what came before an error is no more than a file can hold.
        let _ = match is_gzip {
            true => GzipMembers::new(stream).take(1 << 20).read_to_end(&mut found),
            false => ZstdFrames::new(stream).and_then(|frames| frames.take(1 << 20).read_to_end(&mut found)),
        };
    });
}
