//! Empty fields behind those of the header, which exporters write that end every value with a delimiter.
//!
//! They are dropped only if all records of a file have as many of them, which one cannot know before its end. So a
//! file whose first record has some is read through beforehand; any other file costs a look at that record.

use super::ExtractError;
use super::decoded::Decoded;
use super::files::InputFile;
use super::layout::Layout;
use super::open::{Content, OpenFile, block_error};
use super::records::{Field, Records};
use super::separators::separators;
use super::whole_records::is_repeated_header;

/// The empty fields that all records of a file have beyond those of its header (`docs/method.md` section 2): 0 where their
/// number differs. Repeated headers and records with an unclosed quote or invalid encoding do not count.
///
/// # Errors
/// The file cannot be read to its end.
pub fn fields(file: &InputFile, open: OpenFile) -> Result<usize, ExtractError> {
    let Content::Text { mut blocks, first, header_bytes, encoding, delimiter, .. } = open.content else {
        return Ok(0);
    };
    let (mut next, mut start, mut surplus) = (first, header_bytes, None);
    let (mut positions, mut fields) = (Vec::new(), Vec::new());
    while let Some(block) = next {
        let text = Decoded::new(block.text, start, encoding);
        separators(&text.bytes, delimiter, &mut positions);
        let mut records = Records::new(&text.bytes, &positions, text.start, text.byte_order_mark);
        loop {
            fields.clear();
            let Some(record) = records.next_record(&mut fields) else { break };
            let is_valid = text.is_valid || std::str::from_utf8(&text.bytes[record.start..record.end]).is_ok();
            if record.unclosed || !is_valid || is_repeated_header(&text.bytes, &fields, &open.layout) {
                continue;
            }
            match (surplus, surplus_of(&text.bytes, &fields, &open.layout)) {
                (_, 0) => return Ok(0),
                (None, own) => surplus = Some(own),
                (Some(others), own) if others != own => return Ok(0),
                _ => {}
            }
        }
        next = blocks.next_block(text.bytes).map_err(|error| block_error(file, error))?;
        start = 0;
    }
    Ok(surplus.unwrap_or(0))
}

/// The fields of a record beyond those of the header, if all of them are empty.
fn surplus_of(text: &[u8], fields: &[Field], layout: &Layout) -> usize {
    let more = fields.get(layout.fields..).unwrap_or_default();
    let mut value = Vec::new();
    if more.iter().all(|field| field.value(text, &mut value).is_empty()) { more.len() } else { 0 }
}
