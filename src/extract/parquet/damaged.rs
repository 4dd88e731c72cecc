//! Files whose footer or pages were damaged are refused, or read to the last row: they take no memory that they only
//! claim to need, and lose no row.

use polars_arrow::array::{PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::ArrowDataType;
use polars_parquet::arrow::write::Encoding;
use proptest::prelude::*;

use super::cells::Cells;
use super::tests::{Writing, bytes, opened, pages, read, writing};
use super::{ExtractError, ParquetFile, Unusual};

/// Numbers, in pages of a few.
const PLAIN: Writing =
    Writing { encoding: Encoding::Plain, second_version: false, compressed: false, page_bytes: 400, nullable: false };
/// Rows of the files: no other number of them is the same.
const ROWS: i64 = 4321;

fn plain_file() -> Vec<u8> {
    bytes(PrimitiveArray::<i64>::from_vec((0..ROWS).collect()).boxed(), PLAIN)
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

/// How many rows the first column has when all its row groups are read, as the program reads them.
fn rows(file: &ParquetFile) -> Result<usize, ExtractError> {
    let mut sum = 0;
    for group in 0..file.row_groups() {
        let rows = file.rows(group);
        let read = match file.pages(group, 0)? {
            Ok(pages) => read(pages, rows, &[1000]).map(|values| values.len()),
            Err(Unusual) => Err(Unusual),
        };
        sum += match read {
            Ok(rows) => rows,
            Err(Unusual) => file.column(group, 0, 0..rows)?.len(),
        };
    }
    Ok(sum)
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
    let (size, start) = (sound.chunk(0, 0).unwrap().0.compressed_size(), 4);
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
        assert!(refusal.contains(&format!("the pages of column `column` hold {ROWS} of {other} rows")), "{refusal}");
    }
    assert!(refusal(&with(&file, NEXT, ROWS, ROWS + 1)).contains("hold 4321 of 4322 rows"));
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
    assert!(refusal(&file).contains("its footer makes no sense"));
}

#[test]
fn pages_with_repeated_values_are_left_alone() {
    let how = Writing { second_version: true, page_bytes: 1 << 20, ..PLAIN };
    let file = bytes(PrimitiveArray::<i64>::from_vec(vec![7; 50]).boxed(), how);
    // Of a second version's page, the lengths of the two kinds of levels, none, before that it is not compressed.
    let levels = file.windows(5).position(|bytes| bytes == [0x15, 0, 0x15, 0, 0x12]).unwrap();
    let file = opened(&file).unwrap();
    assert_eq!(read(pages(&file, &[]).unwrap(), 50, &[50]).unwrap().len(), 50);
    let repeated = pages(&file, &[(levels - 4 + 3, 8 << 1)]).unwrap();
    assert!(read(repeated, 50, &[50]).is_err());
}

#[test]
fn decimals_of_more_places_than_digits_are_not_read() {
    let of = |places| PrimitiveArray::<i128>::from_vec(vec![1]).to(ArrowDataType::Decimal(38, places)).boxed();
    assert!(Cells::new(of(38)).is_ok_and(|cells| cells.excerpt(0) == format!("0.{:0>38}", 1)));
    assert!(Cells::new(of(70_000)).is_err());
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
        values in proptest::collection::vec(proptest::option::of("[a-d]{0,3}"), 1..120),
        as_numbers in any::<bool>(),
        how in writing(),
        damage in damage(),
    ) {
        let values: Vec<Option<String>> =
            values.into_iter().map(|value| if how.nullable { value } else { Some(value.unwrap_or_default()) }).collect();
        let array = match as_numbers {
            true => PrimitiveArray::from_iter(values.iter().map(|value| value.as_ref().map(|text| text.len() as i64))).boxed(),
            false => Utf8ViewArray::from_slice(&values).boxed(),
        };
        let mut file = bytes(array, how);
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
            prop_assert_eq!(rows, values.len());
        }
    }
}
