//! Blocks whose records are all alike: as many fields as the header has, and not a quote anywhere.
//!
//! Most blocks are, and then the places of delimiters and line feeds are all there is to know: the field of a row and
//! a column lies between two of them. No record is assembled, and no list of fields is made.

use std::ops::Range;

use super::byte_masks::{ByteMasks, CHUNK, MaskScan, scan};
use super::records::Field;

/// Where the fields of a block's records are.
pub trait Fields {
    /// Whether any field may be quoted.
    const MAY_BE_QUOTED: bool;
    /// How many records there are.
    fn rows(&self) -> usize;
    /// A field of a record.
    fn field(&self, row: usize, column: usize) -> Field;
    /// A column's fields of some records.
    fn column(&self, rows: Range<usize>, column: usize) -> impl ExactSizeIterator<Item = Field>;
}

/// The fields of records that were assembled one by one.
pub struct Listed<'a> {
    /// The fields, record after record.
    pub fields: &'a [Field],
    /// Fields of a record.
    pub width: usize,
}

impl Fields for Listed<'_> {
    const MAY_BE_QUOTED: bool = true;

    fn rows(&self) -> usize {
        self.fields.len() / self.width
    }

    fn field(&self, row: usize, column: usize) -> Field {
        self.fields[row * self.width + column]
    }

    #[inline(always)]
    fn column(&self, rows: Range<usize>, column: usize) -> impl ExactSizeIterator<Item = Field> {
        let records = self.fields[rows.start * self.width..rows.end * self.width].chunks_exact(self.width);
        records.map(move |record| record[column])
    }
}

/// The fields of records that are all alike.
pub struct UniformBlock<'a> {
    text: &'a [u8],
    /// The byte before the first record, then every delimiter and line feed. (Before byte 0 is `u32::MAX`.)
    bounds: &'a [u32],
    width: usize,
}

impl<'a> UniformBlock<'a> {
    /// The records from byte `start` on, if they are all alike; `bounds` is room to work in.
    pub fn of(text: &'a [u8], start: usize, delimiter: u8, width: usize, bounds: &'a mut Vec<u32>) -> Option<Self> {
        let records = &text[start..];
        // A single field could as well be a blank line, which is no record.
        if width < 2 || records.last() != Some(&b'\n') {
            return None;
        }
        let note = NoteBounds { records, start: start as u32, delimiter, bounds };
        let (count, line_feeds) = scan(delimiter, note)?;
        let rows = count / width;
        // With a line feed at the end of every record, and no others, all bounds inside are delimiters.
        let ends = bounds[1..=count].iter().skip(width - 1).step_by(width);
        let alike = rows * width == count
            && line_feeds == rows
            && ends.fold(true, |alike, end| alike & (text[*end as usize] == b'\n'));
        alike.then_some(UniformBlock { text, bounds: &bounds[..=count], width })
    }
}

impl Fields for UniformBlock<'_> {
    const MAY_BE_QUOTED: bool = false;

    fn rows(&self) -> usize {
        self.bounds.len() / self.width
    }

    fn field(&self, row: usize, column: usize) -> Field {
        let at = row * self.width + column;
        between(self.text, self.bounds[at], self.bounds[at + 1], column + 1 == self.width)
    }

    #[inline(always)]
    fn column(&self, rows: Range<usize>, column: usize) -> impl ExactSizeIterator<Item = Field> {
        let UniformBlock { text, bounds, width } = *self;
        let [before, ends] = [0, 1].map(|shift| &bounds[rows.start * width + shift..rows.end * width + shift]);
        let records = before.chunks_exact(width).zip(ends.chunks_exact(width));
        records.map(move |(before, ends)| between(text, before[column], ends[column], column + 1 == width))
    }
}

/// The field between two bounds.
#[inline(always)]
fn between(text: &[u8], before: u32, end: u32, is_last: bool) -> Field {
    let (start, end) = (before.wrapping_add(1) as usize, end as usize);
    // A carriage return before the line feed belongs to the line end.
    let line_end = is_last && end > start && text[end - 1] == b'\r';
    Field::new(start, end - usize::from(line_end), false)
}

/// Writes the byte before `records` and every delimiter and line feed, `start` being where the records start; tells
/// how many of both and how many line feeds there are, or `None` where there is a quote. All in one pass. `bounds`
/// only grows, so that it is filled with zeros once.
struct NoteBounds<'a> {
    records: &'a [u8],
    start: u32,
    delimiter: u8,
    bounds: &'a mut Vec<u32>,
}

impl MaskScan for NoteBounds<'_> {
    type Output = Option<(usize, usize)>;

    #[inline(always)]
    fn scan(
        self,
        masks: impl Fn(&[u8; CHUNK]) -> ByteMasks,
        places: impl Fn(u64, u32, &mut [u32; CHUNK]),
    ) -> Option<(usize, usize)> {
        let NoteBounds { records, start, delimiter, bounds } = self;
        let (chunks, tail) = records.as_chunks::<CHUNK>();
        let mut base = start;
        bounds.resize(bounds.len().max(1), 0);
        bounds[0] = start.wrapping_sub(1);
        let (mut next, mut lines) = (1, 0);
        for chunk in chunks {
            let ByteMasks { delimiters, line_feeds, quotes } = masks(chunk);
            if quotes != 0 {
                return None;
            }
            let hits = delimiters | line_feeds;
            lines += line_feeds.count_ones() as usize;
            if bounds.len() < next + CHUNK {
                bounds.resize((next + CHUNK).max(bounds.len() * 2), 0);
            }
            // What is written behind them is overwritten by the next chunk's.
            places(hits, base, bounds[next..].first_chunk_mut()?);
            next += hits.count_ones() as usize;
            base += CHUNK as u32;
        }
        bounds.resize(bounds.len().max(next + tail.len()), 0);
        for (at, byte) in tail.iter().enumerate() {
            if *byte == b'"' {
                return None;
            }
            lines += usize::from(*byte == b'\n');
            if *byte == delimiter || *byte == b'\n' {
                bounds[next] = base + at as u32;
                next += 1;
            }
        }
        Some((next - 1, lines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::records::Records;
    use crate::extract::separators::separators;
    use proptest::prelude::*;

    /// All records by the general reading, if each has this many fields and none is quoted.
    fn assembled(text: &[u8], start: usize, width: usize) -> Option<Vec<Field>> {
        let mut positions = Vec::new();
        separators(text, b';', &mut positions);
        let mut records = Records::new(text, &positions, start, b"");
        let mut fields = Vec::new();
        loop {
            let before = fields.len();
            match records.next_record(&mut fields) {
                None => return Some(fields),
                Some(_) if fields.len() - before != width => return None,
                Some(_) => {}
            }
        }
    }

    proptest! {
        #[test]
        fn fields_are_those_of_assembled_records(
            lines in proptest::collection::vec("[a-c\\r]{0,30}(;[a-c\\r]{0,30}){1,2}\\r?\\n|[;a\\n\\r\"]{0,4}\\n", 0..12),
            like: bool,
            width in 2usize..4,
            start in 0usize..3,
        ) {
            let fits = |line: &&String| !like || line.matches(';').count() + 1 == width && !line.contains('"');
            let mut text = "x".repeat(start);
            text.extend(lines.iter().filter(fits).cloned());
            let mut bounds = vec![7; 3];
            let found = UniformBlock::of(text.as_bytes(), start, b';', width, &mut bounds);
            if let Some(alike) = &found {
                let assembled = assembled(text.as_bytes(), start, width).unwrap();
                prop_assert_eq!(alike.rows() * width, assembled.len());
                let listed = Listed { fields: &assembled, width };
                for (row, column) in (0..alike.rows()).flat_map(|row| (0..width).map(move |column| (row, column))) {
                    prop_assert_eq!(alike.field(row, column), listed.field(row, column));
                }
                for (first, column) in (0..=alike.rows()).flat_map(|row| (0..width).map(move |column| (row, column))) {
                    let rows = first..alike.rows();
                    let expected: Vec<Field> = rows.clone().map(|row| listed.field(row, column)).collect();
                    prop_assert_eq!(alike.column(rows.clone(), column).collect::<Vec<_>>(), expected.clone());
                    prop_assert_eq!(listed.column(rows, column).collect::<Vec<_>>(), expected);
                }
            }
            // Whole lines without quotes are exactly what it is for.
            let one_to_a_line = text[start..].lines().all(|line| line.matches(';').count() + 1 == width);
            let usual = text.len() > start && one_to_a_line && !text.contains('"');
            prop_assert_eq!(found.is_some(), usual);
        }
    }
}
