//! The pages of a column of a row group, taken a batch of rows at a time, however long each page is.
//!
//! Only what nearly all files have is read here: flat columns of texts and common numbers, plain or by dictionary.
//! Whatever else there is, and whatever is wrong with a page, is [`Unusual`]: then the library reads the column,
//! and says what is wrong.

use std::io::Cursor;

use polars_arrow::array::Array;
use polars_buffer::Buffer;
use polars_parquet::arrow::read::{BasicDecompressor, ColumnChunkMetadata, DataPageHeader, PageReader};
use polars_parquet::parquet::page::{DataPage, DictPage, FormatEncoding};

use super::hybrid::Hybrid;
use super::plain::{self, Plain};
use crate::extract::batch::{MISSING_SPAN, Span};

/// A page that is left to the library.
#[derive(Debug)]
pub struct Unusual;

/// The next rows of a column, all from one page.
#[derive(Debug)]
pub enum Piece<'a> {
    /// By row, a place in the dictionary; missing values have the place after the last.
    Keys(&'a [u32]),
    /// By row, a piece of these bytes; missing values have no length.
    Texts(&'a [u8], &'a [Span]),
    /// Numbers.
    Numbers(Box<dyn Array>),
}

/// A column of a row group.
pub struct Pages {
    decompressor: BasicDecompressor,
    plain: Plain,
    optional: bool,
    /// How many values the dictionary has.
    entries: Option<u32>,
    page: Option<Page>,
    levels: Vec<u32>,
    keys: Vec<u32>,
    spans: Vec<Span>,
}

/// The page that is being read.
struct Page {
    data: DataPage,
    /// Rows left.
    rows: usize,
    /// Which rows have a value; all where there is nothing.
    levels: Option<Hybrid>,
    values: Values,
}

#[derive(Clone)]
enum Values {
    Keys(Hybrid),
    /// From this byte on.
    Plain(usize),
}

impl Pages {
    /// Of a column that is read here, the pages and the dictionary's values, if there is one.
    pub fn new(
        bytes: Vec<u8>,
        chunk: &ColumnChunkMetadata,
        plain: Plain,
    ) -> Result<(Self, Option<Box<dyn Array>>), Unusual> {
        let levels = &chunk.descriptor().descriptor;
        if levels.max_rep_level != 0 || levels.max_def_level > 1 {
            return Err(Unusual);
        }
        let reader = PageReader::new(Cursor::new(Buffer::from(bytes)), chunk, vec![], usize::MAX);
        let mut decompressor = BasicDecompressor::new(reader, vec![]);
        let page = decompressor.read_dict_page().map_err(|_| Unusual)?;
        let read = |page: &DictPage| plain::dictionary(&plain, &page.buffer, page.num_values).ok_or(Unusual);
        let dictionary = page.as_ref().map(read).transpose()?;
        let entries = dictionary.as_ref().map(|values| u32::try_from(values.len())).transpose().map_err(|_| Unusual)?;
        let optional = levels.max_def_level == 1;
        let (keys, spans) = (Vec::new(), Vec::new());
        Ok((Pages { decompressor, plain, optional, entries, page: None, levels: Vec::new(), keys, spans }, dictionary))
    }

    /// The next rows, at most so many; at least one is asked for.
    pub fn next_piece(&mut self, most: usize) -> Result<Piece<'_>, Unusual> {
        while self.page.as_ref().is_none_or(|page| page.rows == 0) {
            self.next_page()?;
        }
        let Some(page) = &mut self.page else { return Err(Unusual) };
        let rows = most.min(page.rows);
        let bytes = page.data.buffer();
        let mut present = None;
        self.levels.clear();
        if let Some(levels) = &mut page.levels
            && !levels.pass(bytes, rows, 1)
        {
            levels.read(bytes, rows, &mut self.levels).ok_or(Unusual)?;
            present = Some(self.levels.as_slice());
        }
        let count = present.map_or(rows, |levels| levels.iter().filter(|level| **level != 0).count());
        let piece = match (&mut page.values, &self.plain) {
            (Values::Keys(values), _) => {
                let entries = self.entries.ok_or(Unusual)?;
                self.keys.clear();
                values.read(bytes, count, &mut self.keys).ok_or(Unusual)?;
                if self.keys.iter().fold(0, |most, key| most.max(*key)) >= entries.max(u32::from(count == 0)) {
                    return Err(Unusual);
                }
                spread(&mut self.keys, present, entries);
                Piece::Keys(&self.keys)
            }
            (Values::Plain(at), Plain::Texts) => {
                self.spans.clear();
                let end = plain::texts(bytes, *at, count, &mut self.spans).ok_or(Unusual)?;
                let texts = &bytes[*at..end];
                *at = end;
                spread(&mut self.spans, present, MISSING_SPAN);
                Piece::Texts(texts, &self.spans)
            }
            (Values::Plain(at), Plain::Numbers(number, dtype)) => {
                let values = bytes.get(*at..*at + count * number.width()).ok_or(Unusual)?;
                *at += values.len();
                Piece::Numbers(number.array(values, dtype, present))
            }
        };
        page.rows -= rows;
        Ok(piece)
    }

    fn next_page(&mut self) -> Result<(), Unusual> {
        if let Some(page) = self.page.take() {
            self.decompressor.reuse_page_buffer(page.data);
        }
        let item = self.decompressor.next().ok_or(Unusual)?.map_err(|_| Unusual)?;
        let data = item.decompress(&mut self.decompressor).map_err(|_| Unusual)?;
        self.page = Some(Page::new(data, self.optional).ok_or(Unusual)?);
        Ok(())
    }
}

impl Page {
    fn new(data: DataPage, optional: bool) -> Option<Self> {
        let bytes = data.buffer();
        let rows = data.num_values();
        if i32::try_from(rows).is_err() {
            return None;
        }
        // A page of the first version says itself how long its levels are, and only if there can be any.
        let (at, end) = match data.header() {
            DataPageHeader::V1(_) if !optional => (0, 0),
            DataPageHeader::V1(header) if header.definition_level_encoding != FormatEncoding::RLE => return None,
            DataPageHeader::V1(_) => (4, 4 + u32::from_le_bytes(*bytes.first_chunk()?) as usize),
            DataPageHeader::V2(header) if header.repetition_levels_byte_length != 0 => return None,
            DataPageHeader::V2(header) => (0, usize::try_from(header.definition_levels_byte_length).ok()?),
        };
        let levels = if optional { Some(Hybrid::new(bytes, at, end, 1)?) } else { None };
        let values = match data.header().encoding() {
            FormatEncoding::PLAIN if end <= bytes.len() => Values::Plain(end),
            // The first byte says how many bits a key has; a page without values may lack it.
            FormatEncoding::PLAIN_DICTIONARY | FormatEncoding::RLE_DICTIONARY => {
                let bits = bytes.get(end).copied().unwrap_or_default();
                Values::Keys(Hybrid::new(bytes, bytes.len().min(end + 1), bytes.len(), bits)?)
            }
            _ => return None,
        };
        Some(Page { data, rows, levels, values })
    }
}

/// Moves the values of rows that have one to their rows; the others get `missing`.
fn spread<T: Copy>(values: &mut Vec<T>, present: Option<&[u32]>, missing: T) {
    let Some(levels) = present else { return };
    let mut from = values.len();
    values.resize(levels.len(), missing);
    // From the last on, no value is overwritten before it was moved.
    for row in (0..levels.len()).rev() {
        if levels[row] != 0 {
            from -= 1;
            values[row] = values[from];
        } else {
            values[row] = missing;
        }
    }
}
