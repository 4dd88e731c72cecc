//! What a file is, by the bytes that it begins with, whatever its name: how a table is compressed, or that it is none.

use std::fs::File;
use std::io::{self, Read, Seek};

use super::ExtractError;
use crate::config::Encoding;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text, probably.
    Plain,
    /// Text in gzip.
    Gzip,
    /// Text in zstd.
    Zstd,
    /// Parquet.
    Parquet,
    /// Nothing that is read: what it is, and what to do.
    Other(&'static str, &'static str),
}

/// Bytes of a file that are looked at: enough for the names of the first parts of a workbook.
pub const HEAD_BYTES: usize = 4096;

const UNPACK: &str = "unpack it, and name the files in it";
const SAVE_AS_CSV: &str = "save its sheet as a CSV file (in Excel: Save As, CSV UTF-8)";
const EXPORT: &str = "export the table as CSV or Parquet";
const ZIP: &str = "a zip archive";

/// What files of other kinds begin with, what they are, and what to do.
const OTHERS: [(&[u8], &str, &str); 12] = [
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "an Excel workbook of the old kind (xls), or another Office file",
        SAVE_AS_CSV,
    ),
    (b"\xFD7zXZ\0", "compressed with xz", "unpack it, for example with `unxz`, or compress it with gzip or zstd"),
    (
        b"\x04\x22\x4D\x18",
        "compressed with lz4",
        "unpack it, for example with `unlz4`, or compress it with gzip or zstd",
    ),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (b"Rar!\x1A\x07", "a rar archive", UNPACK),
    (b"%PDF-", "a PDF document", EXPORT),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (b"Obj\x01", "an Avro file", EXPORT),
    (b"ORC", "an ORC file", EXPORT),
    (b"ARROW1\0\0", "an Arrow (Feather) file", EXPORT),
    (b"$FL2", "an SPSS file", EXPORT),
    (b"{\\rtf", "a document in RTF", EXPORT),
];

/// Tells a file's format.
pub fn format(file: &mut File) -> io::Result<Format> {
    let head = head(file, HEAD_BYTES)?;
    file.rewind()?;
    Ok(format_of(&head))
}

fn format_of(head: &[u8]) -> Format {
    match head {
        [0x1F, 0x8B, ..] => Format::Gzip,
        // A zstd frame, or a skippable one before it.
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Format::Zstd,
        [b'P', b'A', b'R', b'1', ..] => Format::Parquet,
        [b'P', b'A', b'R', b'E', ..] if head.len() > 4 && !head[4].is_ascii_graphic() => {
            Format::Other("an encrypted Parquet file", "write it without encryption")
        }
        [b'B', b'Z', b'h', _, b'1', b'A', b'Y', b'&', ..] => Format::Other(
            "compressed with bzip2",
            "unpack it, for example with `bunzip2`, or compress it with gzip or zstd",
        ),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => zipped(head),
        _ => {
            let other = OTHERS.iter().find(|(magic, ..)| head.starts_with(magic) && !is_text(head, magic.len()));
            other.map_or(Format::Plain, |(_, what, help)| Format::Other(what, help))
        }
    }
}

/// Whether a few letters, such as `ORC`, are the beginning of a text all the same: it has no control characters.
fn is_text(head: &[u8], magic: usize) -> bool {
    let is_short = magic <= 4 && head[..magic].iter().all(u8::is_ascii_graphic);
    let controls = |byte: &&u8| **byte < b' ' && !matches!(**byte, b'\t' | b'\r' | b'\n');
    is_short && !head.iter().any(|byte| controls(&byte))
}

/// A zip archive, which workbooks are, too.
fn zipped(head: &[u8]) -> Format {
    let has = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    if has(b"[Content_Types].xml") || has(b"xl/") || has(b"_rels/.rels") {
        Format::Other("an Excel workbook (xlsx)", SAVE_AS_CSV)
    } else if has(b"opendocument.spreadsheet") {
        Format::Other("an OpenDocument spreadsheet (ods)", SAVE_AS_CSV)
    } else {
        Format::Other(ZIP, "unpack it, for example with `unzip`, and name the files in it")
    }
}

/// The first bytes of a stream, as many as asked for if it has them.
pub fn head(stream: &mut impl Read, bytes: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    stream.take(bytes as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// The order of the bytes of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The lower one first.
    Little,
    /// The higher one first.
    Big,
}

/// In which order the bytes of UTF-16 are: as the mark says or, without one, as the zero bytes of ASCII suggest.
pub fn byte_order(head: &[u8]) -> ByteOrder {
    let [even, odd] = zero_bytes(head);
    match head {
        [0xFE, 0xFF, ..] => ByteOrder::Big,
        [0xFF, 0xFE, ..] => ByteOrder::Little,
        _ if even > odd => ByteOrder::Big,
        _ => ByteOrder::Little,
    }
}

/// How many zero bytes there are at even places, and at odd ones.
fn zero_bytes(head: &[u8]) -> [usize; 2] {
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    [zeros(0), zeros(1)]
}

/// Checks the first bytes of a text, decompressed.
///
/// # Errors
/// It is no text, or one of another encoding, or another kind of document.
pub fn check_head(head: &[u8], encoding: Encoding, file: &str) -> Result<(), ExtractError> {
    let file = || file.to_owned();
    let has_mark = matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
    let [even, odd] = zero_bytes(head);
    // Half of the bytes of a text in UTF-16 are zero where its letters are ASCII, and no other byte is.
    let is_utf16 = has_mark || even.min(odd) == 0 && 4 * (even + odd) > head.len();
    match encoding {
        Encoding::Utf16 if !has_mark && even + odd == 0 && !head.is_empty() => {
            return Err(ExtractError::NotUtf16 { file: file() });
        }
        Encoding::Utf16 => return Ok(()),
        _ if is_utf16 => return Err(ExtractError::Utf16 { file: file(), has_mark }),
        _ => {}
    }
    let not_a_table = |what, help| Err(ExtractError::NotATable { file: file(), what, help });
    if head.get(257..262) == Some(b"ustar") {
        return not_a_table("a tar archive", UNPACK);
    }
    match format_of(head) {
        Format::Plain => {}
        Format::Other(what, help) => return not_a_table(what, help),
        Format::Gzip | Format::Zstd => {
            return not_a_table("compressed twice", "decompress it once, for example with `gzip -d` or `zstd -d`");
        }
        Format::Parquet => return not_a_table("Parquet that was compressed as a whole", "decompress it"),
    }
    match document(head) {
        Some(what) => not_a_table(what, "it may be an error or login page in its place; fetch the file again"),
        None => Ok(()),
    }
}

/// What a text is that begins like no table.
fn document(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let begins = |text: &str| head.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text.as_bytes()));
    let html = ["<!doctype html", "<html", "<head", "<body", "<script", "<meta", "<title"];
    if html.iter().any(|tag| begins(tag)) || begins("<?xml") && memchr::memmem::find(head, b"<html").is_some() {
        Some("a web page (HTML)")
    } else if begins("<?xml") || begins("<!--") || begins("<!doctype") || begins("<error") {
        Some("a document in XML")
    } else if begins("HTTP/1.") || begins("HTTP/2") {
        Some("an answer of a web server")
    } else if is_json(head) {
        Some("a document in JSON")
    } else {
        None
    }
}

/// Whether a text begins as JSON does: with a name or a bracket inside a first bracket.
fn is_json(head: &[u8]) -> bool {
    let [b'{' | b'[', rest @ ..] = head else { return false };
    match rest.trim_ascii_start() {
        [b'{', ..] | [b'}', ..] => true,
        [b'"', name @ ..] => {
            let end = name.iter().position(|byte| *byte == b'"').unwrap_or(name.len());
            name[end..].get(1..).is_some_and(|behind| behind.trim_ascii_start().starts_with(b":"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(head: &[u8], encoding: Encoding) -> String {
        check_head(head, encoding, "a.csv").map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn files_of_other_kinds_are_told() {
        for (head, what) in [
            (&b"PK\x03\x04\x14\0\0\0payments.csv"[..], "zip"),
            (b"PK\x05\x06\0\0", "zip"),
            (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", "xlsx"),
            (b"PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "ods"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0", "xls"),
            (b"%PDF-1.7", "PDF"),
            (b"ORC\x00\x01", "ORC"),
            (b"BZh91AY&SY", "bzip2"),
            (b"\x1F\x8B\x08", "compressed twice"),
            (b"PAR1\x15", "Parquet"),
            (b" \r\n<!DOCTYPE html><html>", "HTML"),
            (b"\xEF\xBB\xBF<HTML>", "HTML"),
            (b"<?xml version=\"1.0\"?>\n<html xmlns=\"x\">", "HTML"),
            (b"<?xml version=\"1.0\"?><Error>", "XML"),
            (b"HTTP/1.1 502 Bad Gateway", "web server"),
            (b"{\"error\": \"token expired\"}", "JSON"),
            (b"[\n {\"id\": 1}", "JSON"),
        ] {
            let said = said(head, Encoding::Utf8);
            assert!(said.contains(what), "{:?}: {said}", String::from_utf8_lossy(head));
        }
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert!(said(&tar, Encoding::Utf8).contains("tar"));
    }

    #[test]
    fn tables_of_text_are_let_pass() {
        for head in [
            &b""[..],
            b"customer_id,birth_date\n",
            b"ORC,date\nA,2025-01-01\n",
            b"BZh;x\n",
            b"$FL2;x\n",
            b"{id},x\n",
            b"[id],[x]\n",
            b"[\"a\",\"b\"\n",
            b"PARIS;x\n",
            b"PARE;x\n",
            b"\"<b>\";x\n",
            b"a\0b;c\n",
        ] {
            assert_eq!(said(head, Encoding::Utf8), "", "{:?}", String::from_utf8_lossy(head));
            assert_eq!(format_of(head), Format::Plain);
        }
    }

    #[test]
    fn utf16_is_told_by_its_mark_or_its_zero_bytes() {
        let little: Vec<u8> = "id;när\n1;å\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "id;när\n1;å\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (text, order) in [(&little, ByteOrder::Little), (&big, ByteOrder::Big)] {
            assert!(said(text, Encoding::Latin1).contains("without a byte order mark: set `encoding = \"utf-16\"`"));
            assert_eq!((said(text, Encoding::Utf16).as_str(), byte_order(text)), ("", order));
        }
        assert!(said(b"\xFF\xFEi\0", Encoding::Utf8).contains("is written in UTF-16: set"));
        assert!(said(b"id;x\n1;2\n", Encoding::Utf16).contains("is not written in UTF-16"));
        assert_eq!((byte_order(b"\xFE\xFF\0i"), byte_order(b"\xFF\xFEi\0")), (ByteOrder::Big, ByteOrder::Little));
    }
}
