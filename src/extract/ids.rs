//! Ids brought into the form that they have elsewhere: prefixes and suffixes dropped, zeros and a prefix put before.

use super::values::trim;
use crate::config::IdFormat;

/// What is made of the ids of a column.
#[derive(Debug, Clone)]
pub struct IdReader {
    /// The longest first.
    strip_prefix: Vec<Vec<u8>>,
    strip_suffix: Vec<Vec<u8>>,
    pad: usize,
    prefix: Vec<u8>,
}

impl IdReader {
    /// As configured; `None` where ids stay as they are.
    pub fn new(format: &IdFormat) -> Option<Self> {
        let longest_first = |texts: &[String]| {
            let mut texts: Vec<Vec<u8>> = texts.iter().map(|text| text.clone().into_bytes()).collect();
            texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
            texts
        };
        (*format != IdFormat::default()).then(|| IdReader {
            strip_prefix: longest_first(&format.strip_prefix),
            strip_suffix: longest_first(&format.strip_suffix),
            pad: format.pad as usize,
            prefix: format.prefix.clone().into_bytes(),
        })
    }

    /// Appends what becomes of a trimmed id; false where nothing is left of it but what was to be dropped.
    pub fn append(&self, id: &[u8], into: &mut Vec<u8>) -> bool {
        let id = self.strip_prefix.iter().find_map(|text| id.strip_prefix(text.as_slice())).unwrap_or(id);
        let id = self.strip_suffix.iter().find_map(|text| id.strip_suffix(text.as_slice())).unwrap_or(id);
        let id = trim(id);
        if id.is_empty() {
            return false;
        }
        // Bytes that continue a character of UTF-8 do not make it longer.
        let characters = id.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        into.extend_from_slice(&self.prefix);
        into.extend(std::iter::repeat_n(b'0', self.pad.saturating_sub(characters)));
        into.extend_from_slice(id);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(format: &IdFormat, id: &str) -> Option<String> {
        let mut made = Vec::new();
        let reader = IdReader::new(format).unwrap();
        reader.append(id.as_bytes(), &mut made).then(|| String::from_utf8(made).unwrap())
    }

    #[test]
    fn what_is_dropped_goes_before_what_is_added() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let format = IdFormat {
            strip_prefix: texts(&["K", "KD-"]),
            strip_suffix: texts(&[".0"]),
            pad: 5,
            prefix: "SE-".to_owned(),
        };
        for (id, expected) in [
            ("K42", Some("SE-00042")),
            ("KD-42.0", Some("SE-00042")),
            ("KK42", Some("SE-00K42")),
            ("K 42", Some("SE-00042")),
            ("123456", Some("SE-123456")),
            ("42.0.0", Some("SE-042.0")),
            ("Åb", Some("SE-000Åb")),
            ("k42", Some("SE-00k42")),
            ("K", None),
            ("K.0", None),
        ] {
            assert_eq!(made(&format, id).as_deref(), expected, "{id}");
        }
        assert!(IdReader::new(&IdFormat::default()).is_none());
        assert_eq!(made(&IdFormat { pad: 3, ..IdFormat::default() }, "7").as_deref(), Some("007"));
    }
}
