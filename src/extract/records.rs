//! Records and fields of a block of delimited text (RFC 4180 as `docs/method.md` section 2 reads it).
//!
//! Records are assembled from the places of delimiters, line feeds and quotes, so that the bytes of values are not
//! looked at one by one. A quote opens a quoted value only as its first byte; elsewhere it is an ordinary character, as is
//! text after a closing quote.

use super::separators::{DELIMITER, LINE_FEED, QUOTE, Separator};
use super::values::trim;

/// One field as it stands in the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    start: u32,
    /// After the last byte; the highest bit tells that quotes are to be taken out.
    end: u32,
}

const QUOTED: u32 = 1 << 31;

impl Field {
    #[inline]
    pub(super) fn new(start: usize, end: usize, quoted: bool) -> Self {
        Field { start: start as u32, end: end as u32 | if quoted { QUOTED } else { 0 } }
    }

    /// Its bytes.
    #[inline]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.end & !QUOTED) as usize
    }

    /// Whether quotes are to be taken out (see [`unquote`]); else the bytes are the value.
    #[inline]
    pub fn quoted(self) -> bool {
        self.end & QUOTED != 0
    }

    /// Its trimmed value; `unquoted` is room for one that has quotes to be taken out.
    #[inline]
    pub fn value<'v>(self, text: &'v [u8], unquoted: &'v mut Vec<u8>) -> &'v [u8] {
        let raw = &text[self.range()];
        if !self.quoted() {
            return trim(raw);
        }
        unquoted.clear();
        unquote(raw, unquoted);
        trim(unquoted)
    }
}

/// One record of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// First byte.
    pub start: usize,
    /// After the last byte, the line end left out.
    pub end: usize,
    /// Lines of the block before it.
    pub line: u32,
    /// Whether its last value is quoted and never closed.
    pub unclosed: bool,
}

/// Walks over the records of a block.
pub struct Records<'a> {
    text: &'a [u8],
    separators: &'a [Separator],
    /// As it stands in `text`, whose encoding may have been changed; dropped at the start of records.
    byte_order_mark: &'a [u8],
    /// The next separator.
    next: usize,
    /// Where the next record starts.
    at: usize,
    line: u32,
}

impl<'a> Records<'a> {
    /// Over the records from byte `at` on, the separators of all of `text` given.
    pub fn new(text: &'a [u8], separators: &'a [Separator], at: usize, byte_order_mark: &'a [u8]) -> Self {
        let next = separators.partition_point(|separator| separator.position() < at);
        Records { text, separators, byte_order_mark, next, at, line: 0 }
    }

    /// Where the next record starts.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Lines of the block up to the next record.
    pub fn lines(&self) -> u32 {
        self.line
    }

    /// The next record, if it has this many fields (at least two) and no quotes: its fields are appended and its
    /// line is told. Any other is left to [`Records::next_record`].
    #[inline]
    pub fn plain_record(&mut self, count: usize, fields: &mut Vec<Field>) -> Option<u32> {
        let separators = self.separators.get(self.next..self.next + count)?;
        let (last, inner) = separators.split_last()?;
        if inner.is_empty() || last.kind() != LINE_FEED || inner.iter().any(|inner| inner.kind() != DELIMITER) {
            return None;
        }
        let mut start = self.at + self.mark_length();
        for separator in inner {
            fields.push(Field::new(start, separator.position(), false));
            start = separator.position() + 1;
        }
        fields.push(Field::new(start, self.line_end(start, last.position()), false));
        self.next += count;
        self.at = last.position() + 1;
        self.line += 1;
        Some(self.line - 1)
    }

    /// The next record, its fields appended; blank lines are no records.
    #[inline]
    pub fn next_record(&mut self, fields: &mut Vec<Field>) -> Option<Record> {
        while let Some(length) = self.blank_line() {
            self.at += length;
            self.next += 1;
            self.line += 1;
        }
        let mut field_start = self.at + self.mark_length();
        if field_start >= self.text.len() {
            self.at = self.text.len();
            return None;
        }
        let mut record = Record { start: self.at, end: self.text.len(), line: self.line, unclosed: false };
        let mut quoted = false;
        while let Some(separator) = self.separators.get(self.next) {
            let position = separator.position();
            self.next += 1;
            match separator.kind() {
                QUOTE => {
                    if position == field_start {
                        quoted = true;
                        if !self.skip_quoted() {
                            record.unclosed = true;
                            break;
                        }
                    }
                }
                LINE_FEED => {
                    record.end = self.line_end(field_start, position);
                    fields.push(self.field(field_start, record.end, quoted));
                    self.at = position + 1;
                    self.line += 1;
                    return Some(record);
                }
                _ => {
                    fields.push(self.field(field_start, position, quoted));
                    field_start = position + 1;
                    quoted = false;
                }
            }
        }
        // The last record of a file, without a line end.
        fields.push(self.field(field_start, self.text.len(), quoted));
        self.at = self.text.len();
        Some(record)
    }

    /// The end of a value at the end of a line: before a carriage return that belongs to the line end.
    #[inline]
    fn line_end(&self, start: usize, line_feed: usize) -> usize {
        line_feed - usize::from(line_feed > start && self.text[line_feed - 1] == b'\r')
    }

    /// The length of the blank line that starts here, if one does.
    #[inline]
    fn blank_line(&self) -> Option<usize> {
        let mark = self.mark_length();
        match self.text[self.at + mark..] {
            [b'\n', ..] => Some(mark + 1),
            [b'\r', b'\n', ..] => Some(mark + 2),
            _ => None,
        }
    }

    /// The length of the byte order mark before the next record, if there is one.
    #[inline]
    fn mark_length(&self) -> usize {
        if self.text[self.at..].starts_with(self.byte_order_mark) { self.byte_order_mark.len() } else { 0 }
    }

    /// From behind an opening quote to behind its closing one; false when there is none.
    fn skip_quoted(&mut self) -> bool {
        while let Some(separator) = self.separators.get(self.next) {
            self.next += 1;
            match separator.kind() {
                QUOTE if self.text.get(separator.position() + 1) == Some(&b'"') => self.next += 1,
                QUOTE => return true,
                LINE_FEED => self.line += 1,
                _ => {}
            }
        }
        false
    }

    /// A field; a quoted value without quotes inside becomes the plain bytes between its quotes.
    #[inline]
    fn field(&self, start: usize, end: usize, quoted: bool) -> Field {
        if quoted {
            let inside = &self.text[start + 1..end.max(start + 1)];
            match memchr::memchr(b'"', inside) {
                Some(at) if at + 1 == inside.len() => Field::new(start + 1, end - 1, false),
                _ => Field::new(start, end, true),
            }
        } else {
            Field::new(start, end, false)
        }
    }
}

/// The value of a quoted field: its quotes taken out, doubled quotes halved, text after the closing quote kept.
pub fn unquote(raw: &[u8], value: &mut Vec<u8>) {
    let mut inside = true;
    let mut bytes = raw.iter().skip(1).copied().peekable();
    while let Some(byte) = bytes.next() {
        if inside && byte == b'"' {
            match bytes.peek() {
                Some(b'"') => {
                    bytes.next();
                    value.push(b'"');
                }
                _ => inside = false,
            }
        } else {
            value.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::blocks::BYTE_ORDER_MARK;
    use crate::extract::separators::separators;
    use proptest::prelude::*;

    /// `docs/method.md` section 2 read byte by byte: each record's line, values and whether it is unclosed.
    fn by_hand(text: &[u8], delimiter: u8) -> Vec<(u32, Vec<Vec<u8>>, bool)> {
        let mut records = Vec::new();
        let mut at = 0;
        let mut line = 0;
        while at < text.len() {
            at += if text[at..].starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            if at == text.len() {
                break;
            }
            if text[at..].starts_with(b"\n") || text[at..].starts_with(b"\r\n") {
                at += if text[at] == b'\n' { 1 } else { 2 };
                line += 1;
                continue;
            }
            let first_line = line;
            let mut values = vec![Vec::new()];
            let (mut inside, mut fresh, mut over) = (false, true, false);
            while at < text.len() && !over {
                let byte = text[at];
                let value = values.last_mut().unwrap();
                if inside {
                    if byte == b'"' && text.get(at + 1) == Some(&b'"') {
                        value.push(b'"');
                        at += 1;
                    } else if byte == b'"' {
                        inside = false;
                    } else {
                        line += u32::from(byte == b'\n');
                        value.push(byte);
                    }
                    fresh = false;
                } else if byte == b'"' && fresh {
                    inside = true;
                    fresh = false;
                } else if byte == delimiter {
                    values.push(Vec::new());
                    fresh = true;
                } else if byte == b'\n' || (byte == b'\r' && text.get(at + 1) == Some(&b'\n')) {
                    at += usize::from(byte == b'\r');
                    line += 1;
                    over = true;
                } else {
                    value.push(byte);
                    fresh = false;
                }
                at += 1;
            }
            records.push((first_line, values, inside));
        }
        records
    }

    /// The same by this module, plain records the short way where `count` fits.
    fn by_separators(text: &[u8], delimiter: u8, count: usize) -> Vec<(u32, Vec<Vec<u8>>, bool)> {
        let mut positions = Vec::new();
        separators(text, delimiter, &mut positions);
        let mut walk = Records::new(text, &positions, 0, BYTE_ORDER_MARK);
        let mut fields = Vec::new();
        let mut records = Vec::new();
        loop {
            fields.clear();
            let (line, unclosed) = match walk.plain_record(count, &mut fields) {
                Some(line) => (line, false),
                None => match walk.next_record(&mut fields) {
                    Some(record) => (record.line, record.unclosed),
                    None => return records,
                },
            };
            let value = |field: &Field| {
                let raw = &text[field.range()];
                let mut value = Vec::new();
                if field.quoted() {
                    unquote(raw, &mut value)
                } else {
                    value.extend_from_slice(raw)
                }
                value
            };
            records.push((line, fields.iter().map(value).collect(), unclosed));
        }
    }

    #[test]
    fn quotes_where_they_mean_nothing() {
        let text = b"a\"b,\"c\"d\"e,\" f \"\r\n\"x\ry\",\"\"\"\",\0\n\n\"open,\n1";
        assert_eq!(by_separators(text, b',', 3), by_hand(text, b','));
        assert_eq!(by_separators(text, b',', 3).len(), 3);
    }

    proptest! {
        #[test]
        fn records_are_those_read_byte_by_byte(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![&b"\""[..], b";", b"\n", b"\r", b"a", b" ", BYTE_ORDER_MARK]),
                0..200),
            count in 1usize..4,
        ) {
            let text = pieces.concat();
            prop_assert_eq!(by_separators(&text, b';', count), by_hand(&text, b';'));
        }
    }
}
