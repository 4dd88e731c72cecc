//! How values become text in outputs: shortest numbers, exact hundredths, CSV quoting, guarded formulas.

use std::borrow::Cow;
use std::io::Write;

/// Text that a spreadsheet would take for a formula gets an apostrophe in front when that is asked for.
pub fn guarded(text: &str, guard: bool) -> Cow<'_, str> {
    if guard && matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Appends text as a CSV field, quoted where RFC 4180 asks for it.
pub fn push_csv(text: &str, line: &mut Vec<u8>) {
    if memchr::memchr3(b',', b'"', b'\n', text.as_bytes()).is_none() && !text.contains('\r') {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

/// Appends hundredths with exactly two decimals.
pub fn push_hundredths(value: i128, line: &mut Vec<u8>) {
    let magnitude = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    // Writing to a vector cannot fail.
    let _ = write!(line, "{sign}{}.{:02}", magnitude / 100, magnitude % 100);
}

/// Appends a double in the shortest form that reads back to it, without exponent or trailing `.0`; nothing for a
/// missing one (NaN).
pub fn push_double(value: f64, line: &mut Vec<u8>) {
    if value.is_finite() {
        // Negative zero reads back as zero; no analyst wants to see its sign.
        let value = if value == 0.0 { 0.0 } else { value };
        let _ = write!(line, "{value}");
    }
}

/// A double as [`push_double`] writes it.
pub fn double(value: f64) -> String {
    let mut text = Vec::new();
    push_double(value, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_as_method_section_9_writes_them() {
        assert_eq!(double(41.0), "41");
        assert_eq!(double(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(double(1e21), "1000000000000000000000");
        assert_eq!(double(1e-7), "0.0000001");
        assert_eq!(double(f64::NAN), "");
        assert_eq!(double(-0.0), "0");
        let mut line = Vec::new();
        push_hundredths(-5, &mut line);
        assert_eq!(line, b"-0.05");
    }

    #[test]
    fn formulas_are_guarded_only_when_asked() {
        assert_eq!(guarded("=1+1", true), "'=1+1");
        assert_eq!(guarded("-1", true), "'-1");
        assert_eq!(guarded("=1+1", false), "=1+1");
        assert_eq!(guarded("C1", true), "C1");
    }

    proptest! {
        #[test]
        fn doubles_read_back(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            prop_assert_eq!(double(value).parse::<f64>().unwrap(), value);
        }

        #[test]
        fn csv_fields_read_back(text in "[a\",\n\r ]{0,12}") {
            let mut line = Vec::new();
            push_csv(&text, &mut line);
            line.extend_from_slice(b",end\n");
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_slice());
            let record = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(&record[0], text.as_str());
        }
    }
}
