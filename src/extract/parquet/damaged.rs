//! Files whose footer or pages were damaged are refused, or read to the last row: they take no memory that they only
//! claim to need, and lose no row.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use parquet::basic::Compression;
use proptest::prelude::*;

use super::tests::{PLAIN, Writing, file, opened, values, writing};
use super::{ExtractError, ParquetFile};
use crate::extract::schema::ColumnKind;

/// Rows of the files: no other number of them is the same.
const ROWS: i64 = 4321;

fn plain_file() -> Vec<u8> {
    file(Arc::new(Int64Array::from_iter_values(0..ROWS)), PLAIN)
}

/// A whole number of eight bytes at most, as a field of the metadata has it.
fn field(header: u8, number: i64) -> Vec<u8> {
    let mut coded = (number << 1 ^ number >> 63).cast_unsigned();
    let mut field = vec![header];
    while coded > 0x7F {
        field.push(coded as u8 | 0x80);
        coded >>= 7;
    }
    field.push(coded as u8);
    field
}

/// The file with another number in all fields of its footer that begin so and have this one.
fn with(file: &[u8], header: u8, number: i64, other: i64) -> Vec<u8> {
    let start = footer(file);
    let (from, to) = (field(header, number), field(header, other));
    let (mut changed, mut rest) = (file[..start].to_vec(), &file[start..file.len() - 8]);
    while let Some(byte) = rest.first() {
        match rest.strip_prefix(&from[..]) {
            Some(behind) => {
                changed.extend(&to);
                rest = behind;
            }
            None => {
                changed.push(*byte);
                rest = &rest[1..];
            }
        }
    }
    let length = (changed.len() - start) as u32;
    changed.extend(length.to_le_bytes());
    changed.extend(b"PAR1");
    assert_ne!(changed, file);
    changed
}

/// Where the footer begins.
fn footer(file: &[u8]) -> usize {
    let end = file.len() - 8;
    end - u32::from_le_bytes(*file[end..].first_chunk().unwrap()) as usize
}

/// How many rows the first column has.
fn rows(file: &ParquetFile) -> Result<usize, ExtractError> {
    values(file, 0, ColumnKind::Text).map(|values| values.len())
}

fn refusal(file: &[u8]) -> String {
    opened(file).and_then(|file| rows(&file)).map(|_| ()).unwrap_err().to_string()
}

/// The header of a field that comes after the one before it, or leaves one out.
const NEXT: u8 = 0x16;
const NEXT_BUT_ONE: u8 = 0x26;

#[test]
fn sound_files_are_read() {
    assert_eq!(rows(&opened(&plain_file()).unwrap()).unwrap(), ROWS as usize);
}

#[test]
fn a_column_must_be_within_the_file() {
    let file = plain_file();
    let sound = opened(&file).unwrap();
    let (size, start) = (sound.chunk(0, 0).compressed_size(), 4);
    for (header, number, other, message) in [
        (NEXT, size, -1, "its footer makes no sense"),
        (NEXT, size, i64::MIN, "its footer makes no sense"),
        (NEXT, size, 1 << 45, "column `column` of row group 0 lies beyond its end"),
        (NEXT, size, i64::MAX, "column `column` of row group 0 lies beyond its end"),
        (NEXT_BUT_ONE, start, -1, "its footer makes no sense"),
        (NEXT_BUT_ONE, start, file.len() as i64, "column `column` of row group 0 lies beyond its end"),
        (NEXT_BUT_ONE, start, i64::MAX, "column `column` of row group 0 lies beyond its end"),
    ] {
        assert_eq!(
            refusal(&with(&file, header, number, other)),
            format!("file is no readable Parquet file: {message}; it was damaged or cut short: write or copy it again"),
            "{number} became {other}"
        );
    }
}

#[test]
fn rows_that_the_footer_leaves_out_are_missed() {
    let file = plain_file();
    for other in [ROWS - 1, ROWS - 60, 50, 1, 0] {
        let refusal = refusal(&with(&file, NEXT, ROWS, other));
        assert!(refusal.contains("column `column`: its pages hold"), "{refusal}");
        assert!(refusal.contains(&format!("rows, its row group {other}; it was damaged")), "{refusal}");
    }
    assert!(refusal(&with(&file, NEXT, ROWS, ROWS + 1)).contains("its pages hold 4321 rows, its row group 4322"));
    assert!(refusal(&with(&file, NEXT, ROWS, 1 << 40)).contains("rows: write groups of at most 4 billion"));
    assert!(refusal(&with(&file, NEXT, ROWS, -1)).contains("its footer makes no sense"));
}

#[test]
fn counts_that_differ_are_refused() {
    let file = plain_file();
    let counts = (footer(&file)..file.len()).filter(|at| file[*at..].starts_with(&field(NEXT, ROWS)));
    let mut refusals = Vec::new();
    for at in counts {
        // One less, in one of the places.
        let mut file = file.clone();
        file[at + 1] -= 2;
        refusals.push(refusal(&file).split([':', ';']).nth(1).unwrap().trim().to_owned());
    }
    assert_eq!(
        refusals,
        [
            "its row groups do not add up to its 4320 rows",
            "row group 0 has 4321 rows, but 4320 values in column `column`",
            "its row groups do not add up to its 4321 rows",
        ]
    );
}

#[test]
fn a_list_longer_than_the_footer_takes_no_memory() {
    let mut file = plain_file();
    let at = footer(&file);
    // The version, then the list of the schema: two structs, now two thousand million.
    assert_eq!(file[at + 2..at + 4], [0x19, 0x2C]);
    file.splice(at + 3..at + 4, [0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]);
    let length = (file.len() - 8 - at) as u32;
    let end = file.len() - 8;
    file[end..end + 4].copy_from_slice(&length.to_le_bytes());
    assert!(refusal(&file).contains("its footer cannot be read"));
}

/// A file of one page: its bytes, where its page's header ends after the three numbers that it begins with, and where
/// each of these is.
fn one_page(how: Writing) -> (Vec<u8>, Vec<std::ops::Range<usize>>) {
    let texts = StringArray::from_iter_values((0..200_000).map(|_| "the same text again"));
    let bytes = file(Arc::new(texts), Writing { page_rows: 1 << 20, ..how });
    let (mut numbers, mut at) = (Vec::new(), 4);
    for _ in 0..3 {
        assert_eq!(bytes[at], 0x15);
        let length = 1 + bytes[at + 1..].iter().position(|byte| byte & 0x80 == 0).unwrap();
        numbers.push(at + 1..at + 1 + length);
        at += 1 + length;
    }
    (bytes, numbers)
}

#[test]
fn a_page_must_not_claim_more_than_its_column_can_hold() {
    for compression in [Compression::SNAPPY, Compression::ZSTD(Default::default())] {
        let (mut bytes, numbers) = one_page(Writing { compression, ..PLAIN });
        // 128 MiB instead of four or five.
        assert_eq!(numbers[1].len(), 4);
        bytes[numbers[1].clone()].copy_from_slice(&[0xFE, 0xFF, 0xFF, 0x7F]);
        assert_eq!(
            refusal(&bytes),
            "file is no readable Parquet file: column `column`: a page claims more than it can hold; it was damaged or \
             cut short: write or copy it again"
        );
    }
}

#[test]
fn delta_coded_texts_must_not_claim_more_than_their_page() {
    let texts = StringArray::from_iter_values((0..300).map(|row| format!("text {row}")));
    for (optional, second_version) in [(false, false), (true, false), (true, true)] {
        let how = Writing { delta: true, page_rows: 1 << 20, optional, second_version, ..PLAIN };
        let file = file(Arc::new(texts.clone()), how);
        assert_eq!(rows(&opened(&file).unwrap()).unwrap(), 300);
        // Two lists of 300 lengths, in blocks of 128 in four parts.
        let lists = (0..file.len()).filter(|at| file[*at..].starts_with(&[0x80, 0x01, 0x04, 0xAC, 0x02]));
        let lists: Vec<usize> = lists.collect();
        assert_eq!(lists.len(), 2);
        for list in lists {
            let mut file = file.clone();
            file[list + 3..list + 5].copy_from_slice(&[0xFF, 0x7F]);
            assert!(refusal(&file).contains("column `column`: a page claims more values than it can hold"));
        }
    }
}

#[test]
fn checksums_of_pages_are_verified() {
    let (bytes, numbers) = one_page(PLAIN);
    let size = opened(&bytes).unwrap().chunk(0, 0).compressed_size();
    // The page's bytes are the last of the chunk.
    let (end, page_end) = (numbers[2].end, 4 + size as usize);
    let length =
        bytes[numbers[2].clone()].iter().rev().fold(0, |value, byte| value << 7 | usize::from(byte & 0x7F)) / 2;
    let mut checksum = flate2::Crc::new();
    checksum.update(&bytes[page_end - length..page_end]);
    for (wrong, message) in [(0, None), (1, Some("column `column`: Page CRC checksum mismatch; it was damaged"))] {
        let mut checked = bytes.clone();
        let checksum = field(0x15, i64::from((checksum.sum() ^ wrong).cast_signed()));
        checked.splice(end..end, checksum.clone());
        // Later fields are told by what their number is more than the one before.
        checked[end + checksum.len()] -= 0x10;
        let checked = with(&checked, NEXT, size, size + checksum.len() as i64);
        match message {
            None => assert_eq!(rows(&opened(&checked).unwrap()).unwrap(), 200_000),
            Some(message) => assert!(refusal(&checked).contains(message), "{}", refusal(&checked)),
        }
    }
}

/// Bytes written over a part of the file, and whether that part is told from the end of the file.
fn damage() -> impl Strategy<Value = Vec<(bool, usize, Vec<u8>)>> {
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..6),
        proptest::collection::vec(Just(0xFF), 1..12),
        proptest::collection::vec(0u8..32, 1..3),
    ];
    proptest::collection::vec((any::<bool>(), 0usize..400, bytes), 1..4)
}

proptest! {
    #[test]
    fn damaged_files_are_refused_or_read_to_the_last_row(
        texts in proptest::collection::vec(proptest::option::of("[a-d]{0,3}"), 1..120),
        as_numbers in any::<bool>(),
        how in writing(),
        damage in damage(),
    ) {
        let texts: Vec<Option<String>> =
            texts.into_iter().map(|text| if how.optional { text } else { Some(text.unwrap_or_default()) }).collect();
        let array: ArrayRef = match as_numbers {
            true => Arc::new(Int64Array::from_iter(texts.iter().map(|text| text.as_ref().map(|text| text.len() as i64)))),
            false => Arc::new(StringArray::from(texts.clone())),
        };
        let mut file = file(array, how);
        for (from_end, at, with) in damage {
            let at = at % file.len();
            let at = if from_end { file.len() - 1 - at } else { at };
            for (byte, with) in file[at..].iter_mut().zip(with) {
                *byte = with;
            }
        }
        let Ok(file) = opened(&file) else { return Ok(()) };
        if file.header().is_empty() {
            return Ok(());
        }
        if let Ok(rows) = rows(&file) {
            prop_assert_eq!(rows, (0..file.row_groups()).map(|group| file.rows(group)).sum::<usize>());
            prop_assert_eq!(rows, texts.len());
        }
    }
}
