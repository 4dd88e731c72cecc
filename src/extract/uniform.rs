//! Blocks whose records are all alike: as many fields as the header has, and not a quote anywhere.
//!
//! Most blocks are, and then the places of delimiters and line feeds are all there is to know: the field of a row and
//! a column lies between two of them. No record is assembled, and no list of fields is made.

use std::ops::Range;

use wide::u8x16;

use super::records::Field;

/// Where the fields of a block's records are.
pub trait Fields {
    /// How many records there are.
    fn rows(&self) -> usize;
    /// The fields of a column, in these records.
    fn column(&self, rows: Range<usize>, column: usize) -> impl Iterator<Item = Field>;
}

/// The fields of records that were assembled one by one.
pub struct Listed<'a> {
    /// The fields, record after record.
    pub fields: &'a [Field],
    /// Fields of a record.
    pub width: usize,
}

impl Fields for Listed<'_> {
    fn rows(&self) -> usize {
        self.fields.len() / self.width
    }

    #[inline]
    fn column(&self, rows: Range<usize>, column: usize) -> impl Iterator<Item = Field> {
        self.fields[rows.start * self.width..rows.end * self.width].iter().skip(column).step_by(self.width).copied()
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
        let (count, line_feeds) = note_bounds(records, start as u32, delimiter, bounds)?;
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
    fn rows(&self) -> usize {
        self.bounds.len() / self.width
    }

    #[inline]
    fn column(&self, rows: Range<usize>, column: usize) -> impl Iterator<Item = Field> {
        let (text, is_last) = (self.text, column + 1 == self.width);
        let bounds = self.bounds.get(rows.start * self.width + column..).unwrap_or_default();
        bounds.chunks(self.width).take(rows.len()).map(move |bounds| {
            let &[before, end, ..] = bounds else { return Field::new(0, 0, false) };
            let (start, end) = (before.wrapping_add(1) as usize, end as usize);
            // A carriage return before the line feed belongs to the line end.
            let line_end = is_last && end > start && text[end - 1] == b'\r';
            Field::new(start, end - usize::from(line_end), false)
        })
    }
}

/// Writes the byte before `records` and every delimiter and line feed, `start` being where the records start; tells
/// how many of both and how many line feeds there are, or `None` where there is a quote. All in one pass. `bounds`
/// only grows, so that it is filled with zeros once.
fn note_bounds(records: &[u8], start: u32, delimiter: u8, bounds: &mut Vec<u32>) -> Option<(usize, usize)> {
    const LANES: usize = 16;
    const CHUNK: usize = 4 * LANES;
    const USUAL_HITS: usize = 8;
    let [delimiters, line_feeds, quotes] = [delimiter, b'\n', b'"'].map(u8x16::splat);
    let (chunks, tail) = records.as_chunks::<CHUNK>();
    let mut base = start;
    bounds.resize(bounds.len().max(1), 0);
    bounds[0] = start.wrapping_sub(1);
    let (mut next, mut lines) = (1, 0);
    for chunk in chunks {
        let (mut hits, mut ends, mut quoted) = (0u64, 0u64, u8x16::ZERO);
        for lane in 0..4 {
            let mut bytes = [0u8; LANES];
            bytes.copy_from_slice(&chunk[lane * LANES..][..LANES]);
            let bytes = u8x16::new(bytes);
            let end = bytes.simd_eq(line_feeds);
            hits |= u64::from((bytes.simd_eq(delimiters) | end).to_bitmask()) << (lane * LANES);
            ends |= u64::from(end.to_bitmask()) << (lane * LANES);
            quoted |= bytes.simd_eq(quotes);
        }
        if quoted.to_bitmask() != 0 {
            return None;
        }
        lines += ends.count_ones() as usize;
        if bounds.len() < next + CHUNK {
            bounds.resize((next + CHUNK).max(bounds.len() * 2), 0);
        }
        let count = hits.count_ones() as usize;
        // Always the same number of writes, whose surplus is overwritten: a guess at the count would often be wrong.
        let room = &mut bounds[next..next + CHUNK];
        let (usual, more) = room.split_at_mut(USUAL_HITS);
        for bound in usual {
            *bound = base + hits.trailing_zeros();
            hits &= hits.wrapping_sub(1);
        }
        for bound in more.iter_mut().take(count.saturating_sub(USUAL_HITS)) {
            *bound = base + hits.trailing_zeros();
            hits &= hits.wrapping_sub(1);
        }
        next += count;
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
                for column in 0..width {
                    let rows = column.min(alike.rows())..alike.rows();
                    let fields: Vec<Field> = alike.column(rows.clone(), column).collect();
                    prop_assert_eq!(fields, listed.column(rows, column).collect::<Vec<Field>>());
                }
            }
            // Whole lines without quotes are exactly what it is for.
            let one_to_a_line = text[start..].lines().all(|line| line.matches(';').count() + 1 == width);
            let usual = text.len() > start && one_to_a_line && !text.contains('"');
            prop_assert_eq!(found.is_some(), usual);
        }
    }
}
