//! How a text file is written: encoding, delimiter, comments, escapes, where its header is, if it has one.
//!
//! Records are taken apart by the reader's own parser under each dialect that comes into question. The one by which most
//! records have the same number of values is taken.

use std::collections::BTreeMap;

use super::dates;
use super::numbers;
use super::vocabulary::Vocabulary;
use crate::config::Encoding;
use crate::extract::sample::{SampleDialect, SampleRecord, TextSample, records, separator_line};

/// Characters that may stand between values, the usual ones first.
const DELIMITERS: [u8; 7] = [b',', b';', b'\t', b'|', b'^', b'~', 0x1F];
/// What a line begins with that is a comment, maybe.
const COMMENTS: [&str; 4] = ["#", "//", "--", "%"];
/// Records that are taken apart to find out a dialect.
const TRIED_RECORDS: usize = 400;
/// Records among which a header is looked for.
const MOST_LINES_BEFORE: usize = 60;
/// Rows that are kept of a file's beginning, and of its end.
const FIRST_ROWS: usize = 5000;
const LAST_ROWS: usize = 2000;

/// What was found out of a text file.
#[derive(Debug)]
pub struct Sniffed {
    /// How its records are taken apart.
    pub dialect: SampleDialect,
    /// Lines before the header.
    pub skip_lines: u32,
    /// Whether there is a header; else columns are numbered.
    pub has_header: bool,
    /// The names of its columns.
    pub header: Vec<String>,
    /// Rows of its beginning and of its end, as wide as the header.
    pub rows: Vec<Vec<String>>,
}

/// Finds out how a text is written.
pub fn sniff(sample: &TextSample, words: &Vocabulary) -> Sniffed {
    let encoding = encoding(sample);
    let text = sample.first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&sample.first);
    let separator = separator_line(text).map(|line| line.as_bytes().get(4).copied());
    let dialect = dialect(sample, encoding, separator.flatten());
    let mut found = records(&sample.first, &dialect, sample.is_whole, usize::MAX);
    if found.len() > FIRST_ROWS + LAST_ROWS {
        let end = found.len() - if sample.is_whole { LAST_ROWS } else { 0 };
        found.drain(FIRST_ROWS..end);
    }
    let after_separator = usize::from(separator.is_some()).min(found.len());
    let width = width(&found[after_separator..]);
    let start = after_separator + first_full(&found[after_separator..], width);
    let has_header = is_header(&found[start.min(found.len())..], words);
    let before = found.get(start).map_or(0, |record| record.line);
    let skip_lines = if is_only_blank(&sample.first, before, &dialect) { 0 } else { before };
    let header = match found.get(start) {
        Some(record) if has_header => record.values.clone(),
        Some(record) => (1..=record.values.len().max(width)).map(|number| number.to_string()).collect(),
        None => Vec::new(),
    };
    let mut sniffed = Sniffed { dialect, skip_lines, has_header, header, rows: Vec::new() };
    let body = found.into_iter().skip(start + usize::from(has_header));
    let end = records(&sample.last, &sniffed.dialect, true, usize::MAX);
    let end_from = end.len().saturating_sub(LAST_ROWS);
    let all = body.chain(end.into_iter().skip(end_from));
    sniffed.rows = all.filter_map(|record| fitted(record.values, &sniffed.header)).collect();
    drop_empty_ends(&mut sniffed);
    sniffed
}

/// A record brought to the width of the header; `None` for the header again, and for one of another width.
fn fitted(mut values: Vec<String>, header: &[String]) -> Option<Vec<String>> {
    while values.len() > header.len() && values.last().is_some_and(String::is_empty) {
        values.pop();
    }
    (values.len() == header.len() && values != header).then_some(values)
}

/// Columns behind the last name that are all empty are what the reader drops, too.
fn drop_empty_ends(sniffed: &mut Sniffed) {
    while sniffed.has_header && sniffed.header.len() > 1 && sniffed.header.last().is_some_and(String::is_empty) {
        sniffed.header.pop();
        for row in &mut sniffed.rows {
            row.truncate(sniffed.header.len());
        }
    }
}

fn encoding(sample: &TextSample) -> Encoding {
    if sample.is_utf16 {
        return Encoding::Utf16;
    }
    let [first, last] = [&sample.first, &sample.last].map(|text| utf8_and_others(text));
    let (valid, invalid) = (first.0 + last.0, first.1 + last.1);
    let has = |wanted: &[u8]| sample.first.iter().chain(&sample.last).any(|byte| wanted.contains(byte));
    if invalid == 0 || valid > 10 * invalid {
        Encoding::Utf8
    } else if has(&[0x81, 0x8D, 0x8F, 0x90, 0x9D]) {
        // Windows-1252 has no character there.
        Encoding::Latin1
    } else {
        Encoding::Windows1252
    }
}

/// How many characters beyond ASCII a text has in UTF-8, and how many places are none. The last place may be cut.
fn utf8_and_others(text: &[u8]) -> (usize, usize) {
    let (mut valid, mut invalid) = (0, 0);
    let mut chunks = text.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        valid += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty() && chunks.peek().is_some());
    }
    (valid, invalid)
}

/// The dialect by which most records are equally wide.
fn dialect(sample: &TextSample, encoding: Encoding, delimiter: Option<u8>) -> SampleDialect {
    let delimiters: Vec<u8> = delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    let lines = || sample.first.split(|byte| *byte == b'\n').take(TRIED_RECORDS);
    let comments = COMMENTS.into_iter().filter(|mark| lines().any(|line| line.starts_with(mark.as_bytes())));
    let comments: Vec<Option<&str>> = std::iter::once(None).chain(comments.map(Some)).collect();
    let has_escapes = memchr::memmem::find(&sample.first, b"\\\"").is_some();
    let escapes: &[Option<u8>] = if has_escapes { &[None, Some(b'\\')] } else { &[None] };
    let mut best = (0.0, SampleDialect { delimiter: b',', encoding, comment: None, escape: None });
    for delimiter in delimiters {
        for comment in &comments {
            for escape in escapes {
                let comment = comment.map(str::to_owned);
                let tried = SampleDialect { delimiter, encoding, comment, escape: *escape };
                let score = evenness(&records(&sample.first, &tried, sample.is_whole, TRIED_RECORDS));
                // Comments and escapes only where they make a difference.
                if score > best.0 + 1e-6 {
                    best = (score, tried);
                }
            }
        }
    }
    best.1
}

/// How many records have the usual width, and how wide that is; 0 for single values.
fn evenness(found: &[SampleRecord]) -> f64 {
    let usual = usual_width(found);
    if usual < 2 {
        return 0.0;
    }
    let even = found.iter().filter(|record| record.values.len() == usual).count();
    (even as f64 / found.len() as f64).powi(2) * (1.0 + (usual as f64).ln())
}

/// The most frequent number of values.
fn usual_width(found: &[SampleRecord]) -> usize {
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    for record in found.iter().take(TRIED_RECORDS) {
        *widths.entry(record.values.len()).or_default() += 1;
    }
    widths.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(0, |(width, _)| width)
}

/// The usual width without empty values at the end of all records.
fn width(found: &[SampleRecord]) -> usize {
    let usual = usual_width(found);
    let filled =
        |record: &SampleRecord| record.values.iter().rposition(|value| !value.is_empty()).map_or(0, |at| at + 1);
    found.iter().take(TRIED_RECORDS).filter(|record| record.values.len() == usual).map(filled).max().unwrap_or(usual)
}

/// The first record that is a row or the header, rather than a title: most of its values are there.
fn first_full(found: &[SampleRecord], width: usize) -> usize {
    let most = found.iter().take(TRIED_RECORDS).map(|record| filled(record).min(width)).max().unwrap_or(0);
    let enough = |record: &SampleRecord| filled(record) * 10 >= most * 7 && filled(record) > 0;
    found.iter().take(MOST_LINES_BEFORE).position(enough).unwrap_or(0)
}

fn filled(record: &SampleRecord) -> usize {
    record.values.iter().filter(|value| !value.is_empty()).count()
}

/// Whether nothing is before a line but blank lines and comments.
fn is_only_blank(text: &[u8], lines: u32, dialect: &SampleDialect) -> bool {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let is_comment = |line: &[u8]| dialect.comment.as_ref().is_some_and(|mark| line.starts_with(mark.as_bytes()));
    text.split(|byte| *byte == b'\n').take(lines as usize).all(|line| matches!(line, b"" | b"\r") || is_comment(line))
}

/// What a value looks like by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Empty,
    Date,
    Number,
    Text,
}

fn look(value: &str) -> Look {
    if value.is_empty() {
        Look::Empty
    } else if dates::looks_like_one(value) {
        Look::Date
    } else if numbers::looks_like_one(value) {
        Look::Number
    } else {
        Look::Text
    }
}

/// Whether the first record names the columns of the others.
fn is_header(found: &[SampleRecord], words: &Vocabulary) -> bool {
    let Some((first, others)) = found.split_first() else { return true };
    if first.values.iter().any(|value| words.knows_column(value)) {
        return true;
    }
    let looks: Vec<Look> = first.values.iter().map(|value| look(value)).collect();
    let (mut named, mut value_like) = (0, 0);
    for (at, own) in looks.iter().enumerate() {
        let below = others.iter().take(200).filter_map(|record| record.values.get(at)).map(|value| look(value));
        let below: Vec<Look> = below.filter(|look| *look != Look::Empty).collect();
        let share = |wanted: Look| below.iter().filter(|look| **look == wanted).count() * 10 >= below.len() * 8;
        match own {
            Look::Date | Look::Number => value_like += 1,
            Look::Text if !below.is_empty() && (share(Look::Date) || share(Look::Number)) => named += 1,
            _ => {}
        }
    }
    let recurs = |(at, value): (usize, &String)| {
        !value.is_empty() && others.iter().any(|record| record.values.get(at).is_some_and(|other| other == value))
    };
    value_like == 0 && (named > 0 || !first.values.iter().enumerate().any(recurs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &[u8]) -> Sniffed {
        let sample =
            TextSample { first: text.to_vec(), last: vec![], is_whole: true, is_utf16: false, compression: None };
        sniff(&sample, &Vocabulary::new().unwrap())
    }

    #[test]
    fn delimiters_titles_and_repeated_headers() {
        let found = sniffed(b"sep=;\r\nUtbetalningar 2025;;;;\r\nKund;Beskrivning;Fr\xC3\xA5n;Till;Belopp\r\nK1;a;b;c;1,5\r\nKund;Beskrivning;Fr\xC3\xA5n;Till;Belopp\r\nK2;a,b,c;x;y;3,5\r\n");
        assert_eq!((found.dialect.delimiter, found.skip_lines, found.has_header), (b';', 2, true));
        assert_eq!(found.rows.len(), 2);
        assert_eq!(found.header[2], "Från");
    }

    #[test]
    fn a_file_without_header_and_with_comments() {
        let found = sniffed(
            b"# pulled 2026-01-01\n17|K1|2025-03-01|phone\n# page 2\n18|K2|2025-03-02|chat\n19|K3|2025-03-09|#4\n",
        );
        assert_eq!((found.dialect.delimiter, found.has_header, found.skip_lines), (b'|', false, 0));
        assert_eq!(found.dialect.comment.as_deref(), Some("#"));
        assert_eq!(found.rows.len(), 3);
        assert_eq!(found.header, ["1", "2", "3", "4"]);
        let found = sniffed(b"K1,A\nK2,A\nK1,B\n");
        assert!(!found.has_header && found.rows.len() == 3);
    }

    #[test]
    fn escapes_encodings_and_surplus_delimiters() {
        let found = sniffed(b"note,customer_id,on\n\"said \\\"call me\\\", twice\",K1,x\nplain,K2,y\n");
        assert_eq!(found.dialect.escape, Some(b'\\'));
        assert_eq!(found.rows[0][0], "said \"call me\", twice");
        let found = sniffed(b"id,name\n1,\xE5sa,\n2,b,\n");
        assert_eq!((found.dialect.encoding, found.header.len()), (Encoding::Windows1252, 2));
        assert_eq!(found.rows[0], ["1", "åsa"]);
        let found = sniffed(b"customer_id\nK101\nK102\n");
        assert_eq!((found.header.len(), found.rows.len(), found.has_header), (1, 2, true));
    }
}
