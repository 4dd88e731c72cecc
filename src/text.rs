//! How values become text in outputs: shortest numbers, exact hundredths, CSV quoting, guarded formulas.

use std::borrow::Cow;

use crate::sanitize::is_invisible;

/// Text that a spreadsheet would take for a formula gets an apostrophe in front when that is asked for; and so does text
/// that begins with an apostrophe, so that [`unguarded`] gives every text back.
#[inline]
pub fn guarded(text: &str, guard: bool) -> Cow<'_, str> {
    // What begins with a letter or a digit, as nearly all texts do, is no formula.
    if guard && !text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) && needs_guard(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A noun in the number that a count asks for.
pub fn nouns(count: u64, noun: &str) -> String {
    format!("{noun}{}", if count == 1 { "" } else { "s" })
}

/// A guarded text as it was.
#[inline]
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').unwrap_or(text)
}

/// Spreadsheets pass over what they do not show before a formula, and some take full-width signs for plain ones.
fn needs_guard(text: &str) -> bool {
    let first = text.trim_start_matches(|character: char| character.is_whitespace() || is_invisible(character));
    text.starts_with(['\'', '\t', '\r', '\n'])
        || first.starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'])
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

/// Appends a whole number.
#[inline]
pub fn push_integer(value: i64, line: &mut Vec<u8>) {
    let digit = |value: i64| b'0' + (value % 10) as u8;
    match value {
        // Most counts are short, and then all their digits are appended at once.
        0..=9 => line.push(digit(value)),
        10..=99 => line.extend_from_slice(&[digit(value / 10), digit(value)]),
        100..=999 => line.extend_from_slice(&[digit(value / 100), digit(value / 10), digit(value)]),
        _ => line.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
    }
}

/// `,` and a whole number of up to three digits, and how many bytes these are.
const SMALL: [([u8; 4], u8); 1000] = {
    let mut all = [([b',', 0, 0, 0], 1); 1000];
    let mut value = 0;
    while value < all.len() {
        let [a, b, c] = [b'0' + (value / 100) as u8, b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8];
        all[value] = match value {
            0..=9 => ([b',', c, 0, 0], 2),
            10..=99 => ([b',', b, c, 0], 3),
            _ => ([b',', a, b, c], 4),
        };
        value += 1;
    }
    all
};

/// Neighbouring small values of a line of CSV, gathered: most values are counts of a digit or two, and copying four
/// bytes to a place of its own costs less than appending two to a text that may have to grow.
pub struct SmallValues {
    bytes: [u8; 256],
    length: usize,
}

impl Default for SmallValues {
    fn default() -> Self {
        SmallValues { bytes: [0; 256], length: 0 }
    }
}

impl SmallValues {
    /// Takes a whole number of up to three digits, with a comma before it; false where it is none, or there is no room.
    #[inline]
    pub fn push(&mut self, value: i64) -> bool {
        let small = usize::try_from(value).ok().and_then(|value| SMALL.get(value));
        let place = self.bytes.get_mut(self.length..self.length + 4);
        let Some(((bytes, length), place)) = small.zip(place) else { return false };
        place.copy_from_slice(bytes);
        self.length += usize::from(*length);
        true
    }

    /// The same of a double.
    #[inline]
    pub fn push_double(&mut self, value: f64) -> bool {
        let whole = value as i64;
        whole as f64 == value && self.push(whole)
    }

    /// Appends what was gathered.
    #[inline]
    pub fn append_to(&mut self, line: &mut Vec<u8>) {
        line.extend_from_slice(&self.bytes[..self.length]);
        self.length = 0;
    }
}

/// Appends hundredths with exactly two decimals.
pub fn push_hundredths(value: i128, line: &mut Vec<u8>) {
    if value < 0 {
        line.push(b'-');
    }
    let magnitude = value.unsigned_abs();
    let cents = match u64::try_from(magnitude) {
        Ok(small) => {
            line.extend_from_slice(itoa::Buffer::new().format(small / 100).as_bytes());
            (small % 100) as u8
        }
        Err(_) => {
            line.extend_from_slice(itoa::Buffer::new().format(magnitude / 100).as_bytes());
            (magnitude % 100) as u8
        }
    };
    line.extend_from_slice(&[b'.', b'0' + cents / 10, b'0' + cents % 10]);
}

/// Appends a double in the shortest form that reads back to it, without exponent or trailing `.0`; nothing for a
/// missing one (NaN). Of two such forms of the same length it is the nearer one, of two as near the even one.
pub fn push_double(value: f64, line: &mut Vec<u8>) {
    // Whole doubles are their digits; and negative zero reads back as zero, whose sign no analyst wants to see.
    const WHOLE: f64 = 1e15;
    if value.abs() < WHOLE && value.trunc() == value {
        push_integer(value as i64, line);
    } else if value.is_finite() {
        positional(zmij::Buffer::new().format_finite(value), line);
    }
}

/// The shortest form of a single-precision number that is finite, as [`push_double`] has it.
pub fn push_single(value: f32, line: &mut Vec<u8>) {
    positional(zmij::Buffer::new().format_finite(value), line);
}

/// Writes `d.ddde±xx`, or what is positional already, without exponent or trailing `.0`.
fn positional(shortest: &str, line: &mut Vec<u8>) {
    let Some((mantissa, exponent)) = shortest.split_once('e') else {
        line.extend_from_slice(shortest.strip_suffix(".0").unwrap_or(shortest).as_bytes());
        return;
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = if fraction == "0" { "" } else { fraction };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    // Where the point comes to stand among the digits.
    let point = whole.len() as i32 + exponent;
    let digits = [whole.as_bytes(), fraction.as_bytes()].concat();
    line.extend_from_slice(sign.as_bytes());
    if point <= 0 {
        line.extend_from_slice(b"0.");
        line.extend(std::iter::repeat_n(b'0', point.unsigned_abs() as usize));
        line.extend_from_slice(&digits);
    } else {
        let (point, length) = (point as usize, digits.len());
        line.extend_from_slice(&digits[..point.min(length)]);
        line.extend(std::iter::repeat_n(b'0', point.saturating_sub(length)));
        if point < length {
            line.push(b'.');
            line.extend_from_slice(&digits[point..]);
        }
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

    proptest! {
        #[test]
        fn small_values_are_written_as_all_others(values in prop::collection::vec((-3i64..1_100, any::<bool>()), 0..200)) {
            let (mut small, mut line, mut expected) = (SmallValues::default(), Vec::new(), Vec::new());
            for (value, is_double) in values {
                let is_small = if is_double { small.push_double(value as f64) } else { small.push(value) };
                if !is_small {
                    small.append_to(&mut line);
                    line.push(b',');
                    push_integer(value, &mut line);
                }
                expected.push(b',');
                push_integer(value, &mut expected);
            }
            small.append_to(&mut line);
            prop_assert_eq!(line, expected);
            prop_assert!(!small.push_double(0.5) && !small.push_double(f64::NAN));
        }
    }

    #[test]
    fn numbers_as_method_section_9_writes_them() {
        assert_eq!(double(41.0), "41");
        assert_eq!(double(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(double(1e21), "1000000000000000000000");
        assert_eq!(double(1e-7), "0.0000001");
        assert_eq!(double(-1.25e-9), "-0.00000000125");
        assert_eq!(double(1.7976931348623157e308).len(), 309);
        assert_eq!(double(100_000_000_000_000.0 + 0.125), "100000000000000.12");
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
        for formula in ["\n=1", " \u{a0}=1", "\u{feff}+1", "\u{1}@a", "＝1", "＋1", "－1", "＠a", "\tx", "'x", "'=1"]
        {
            assert_eq!(guarded(formula, true), format!("'{formula}"));
            assert_eq!(guarded(formula, false), formula);
        }
        assert_eq!((guarded("", true), guarded(" x", true)), ("".into(), " x".into()));
    }

    proptest! {
        #[test]
        fn integers_read_back(value in prop_oneof![-10i64..2000, any::<i64>()]) {
            let mut line = Vec::new();
            push_integer(value, &mut line);
            prop_assert_eq!(line, value.to_string().into_bytes());
        }

        #[test]
        fn doubles_read_back(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            prop_assert_eq!(double(value).parse::<f64>().unwrap(), value);
        }

        /// No two texts are guarded alike, and every one comes back.
        #[test]
        fn guarded_texts_read_back(text in "['=+@＝\\-\n\t\r\u{a0}\u{200b} aÅ1]{0,5}|.{0,5}") {
            let written = guarded(&text, true);
            prop_assert_eq!(unguarded(&written), text.as_str());
            let plain = written.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
            prop_assert!(!plain.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{:?}", written);
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
