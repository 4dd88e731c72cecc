//! What is told of a record as a whole, before its values are read: that it is the header again, or that it cannot be
//! taken apart.

use memchr::{memchr, memchr_iter};

use super::decoded::Decoded;
use super::layout::Layout;
use super::records::{Field, Record};
use super::rejects::Reason;

/// Whether the first value of a record is the first name of the header.
#[inline]
pub(super) fn begins_header(text: &[u8], first: Field, layout: &Layout) -> bool {
    let mut unquoted = Vec::new();
    layout.has_header && layout.header.first().is_some_and(|name| first.value(text, &mut unquoted) == name.as_bytes())
}

/// Whether the values of a record are the names of the header.
pub(super) fn is_repeated_header(text: &[u8], fields: &[Field], layout: &Layout) -> bool {
    if !fields.first().is_some_and(|field| begins_header(text, *field, layout)) {
        return false;
    }
    let values: Vec<Vec<u8>> = fields.iter().map(|field| field.value(text, &mut Vec::new()).to_vec()).collect();
    layout.is_header(values.iter().map(Vec::as_slice))
}

/// The one fault of a record that cannot be taken apart.
pub(super) fn whole_fault(
    text: &Decoded,
    record: &Record,
    fields: &[Field],
    delimiter: u8,
    has_lines: bool,
    layout: &Layout,
) -> Option<(Reason, String)> {
    if record.unclosed {
        return Some((Reason::UnclosedQuote, String::new()));
    }
    let bytes = &text.bytes[record.start..record.end];
    if !text.is_valid
        && let Err(error) = std::str::from_utf8(bytes)
    {
        return Some((Reason::InvalidEncoding, format!("byte {:#04X}", bytes[error.valid_up_to()])));
    }
    if has_lines && fields.iter().any(|field| holds_rows(&text.bytes[field.range()], delimiter, layout)) {
        return Some((Reason::SwallowedRows, String::new()));
    }
    let count = fields.len();
    (count != layout.width).then(|| (Reason::FieldCount, format!("{count} instead of {}", layout.width)))
}

/// Whether a value has several lines, of which one has as many delimiters as the header: rows that a stray quote
/// swallowed.
fn holds_rows(value: &[u8], delimiter: u8, layout: &Layout) -> bool {
    let least = layout.fields - 1;
    let is_row = |line: &[u8]| memchr_iter(delimiter, line).count() >= least;
    least >= 2 && memchr(b'\n', value).is_some() && value.split(|byte| *byte == b'\n').any(is_row)
}
