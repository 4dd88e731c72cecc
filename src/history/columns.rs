//! Values of a labels file, typed as rules see them.

use polars::prelude::{
    ChunkApply, ChunkedBuilder, Column as Series, DataFrame, DataType, Float64Type, Int64Type, IntoColumn, IntoSeries,
    PrimitiveChunkedBuilder, StringChunkedBuilder,
};

use crate::extract::records::{Field, Records, separators, unquote};
use crate::text::unguarded;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// Text that an apostrophe may have been put before.
    Guarded,
    /// Whole numbers.
    Count,
    /// Doubles.
    Number,
}

impl Kind {
    /// The type that polars gives it.
    pub(super) fn data_type(self) -> DataType {
        match self {
            Kind::Text | Kind::Guarded => DataType::String,
            Kind::Count => DataType::Int64,
            Kind::Number => DataType::Float64,
        }
    }
}

/// A column that was asked for.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Its place in the file.
    pub(super) place: usize,
    /// What it holds.
    pub(super) kind: Kind,
}

/// Where in a part something is wrong, and what, without naming a customer.
#[derive(Debug)]
pub(super) struct Fault {
    /// The byte of the part that the row begins with.
    pub(super) at: u64,
    /// What is wrong.
    pub(super) what: String,
}

/// A column without the apostrophes that guard formulas.
pub(super) fn unguard(column: &Series) -> Series {
    match column.str() {
        Ok(texts) => texts.apply_values(|text| unguarded(text).into()).into_series().into_column(),
        Err(_) => column.clone(),
    }
}

/// The names in the first line, and how long it is.
pub(super) fn csv_header(text: &[u8]) -> Option<(Vec<String>, usize)> {
    let mut found = Vec::new();
    separators(text, b',', &mut found);
    let mut records = Records::new(text, &found, 0, b"");
    let mut fields = Vec::new();
    records.next_record(&mut fields)?;
    let name = |field: &Field| std::str::from_utf8(&text[field.range()]).ok().map(str::to_owned);
    Some((fields.iter().map(name).collect::<Option<_>>()?, records.position()))
}

/// The rows of some blocks as a table of these columns.
pub(super) fn csv_table(blocks: &[Vec<u8>], width: usize, columns: &[Column]) -> Result<DataFrame, Fault> {
    // A row is seldom shorter than two bytes a column.
    let rows = blocks.iter().map(Vec::len).sum::<usize>() / (2 * width).max(1);
    let mut builders: Vec<Builder> = columns.iter().map(|column| Builder::new(column, rows)).collect();
    let (mut found, mut fields, mut scratch, mut height) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut begin = 0;
    for text in blocks {
        separators(text, b',', &mut found);
        let mut records = Records::new(text, &found, 0, b"");
        loop {
            let start = records.position();
            let fault = |what: String| Fault { at: begin + start as u64, what };
            if !next_row(&mut records, width, &mut fields).map_err(fault)? {
                break;
            }
            for (builder, column) in builders.iter_mut().zip(columns) {
                let field = fields[column.place];
                let mut raw = &text[field.range()];
                if field.quoted() {
                    scratch.clear();
                    unquote(raw, &mut scratch);
                    raw = &scratch;
                }
                if !builder.push(raw, column.kind) {
                    let what = if column.kind.data_type() == DataType::String { "text in UTF-8" } else { "a number" };
                    return Err(fault(format!("the value of {} is not {what}", column.name)));
                }
            }
            height += 1;
        }
        begin += text.len() as u64;
    }
    let made = builders.into_iter().map(Builder::finish).collect();
    DataFrame::new(height, made).map_err(|fault| Fault { at: 0, what: fault.to_string() })
}

/// Takes the next row apart; false after the last.
pub(super) fn next_row(records: &mut Records<'_>, width: usize, fields: &mut Vec<Field>) -> Result<bool, String> {
    fields.clear();
    if records.plain_record(width, fields).is_none() {
        let Some(record) = records.next_record(fields) else { return Ok(false) };
        if record.unclosed {
            return Err("a quote is never closed".to_owned());
        }
    }
    if fields.len() == width { Ok(true) } else { Err(format!("{} values instead of {width}", fields.len())) }
}

/// A column that grows.
enum Builder {
    Text(StringChunkedBuilder),
    Counts(PrimitiveChunkedBuilder<Int64Type>),
    Numbers(PrimitiveChunkedBuilder<Float64Type>),
}

impl Builder {
    fn new(column: &Column, rows: usize) -> Self {
        let name = column.name.as_str().into();
        match column.kind {
            Kind::Text | Kind::Guarded => Builder::Text(StringChunkedBuilder::new(name, rows)),
            Kind::Count => Builder::Counts(PrimitiveChunkedBuilder::new(name, rows)),
            Kind::Number => Builder::Numbers(PrimitiveChunkedBuilder::new(name, rows)),
        }
    }

    /// Appends a value as it is written; false where it is none of this column.
    #[inline]
    fn push(&mut self, raw: &[u8], kind: Kind) -> bool {
        match self {
            _ if raw.is_empty() => self.push_missing(),
            Builder::Text(builder) => match std::str::from_utf8(raw) {
                Ok(text) => builder.append_value(if kind == Kind::Guarded { unguarded(text) } else { text }),
                Err(_) => return false,
            },
            Builder::Counts(builder) => match count(raw) {
                Some(value) => builder.append_value(value),
                None => return false,
            },
            Builder::Numbers(builder) => match number(raw) {
                Some(value) => builder.append_value(value),
                None => return false,
            },
        }
        true
    }

    fn push_missing(&mut self) {
        match self {
            Builder::Text(builder) => builder.append_null(),
            Builder::Counts(builder) => builder.append_null(),
            Builder::Numbers(builder) => builder.append_null(),
        }
    }

    fn finish(self) -> Series {
        match self {
            Builder::Text(builder) => builder.finish().into_series().into_column(),
            Builder::Counts(builder) => builder.finish().into_series().into_column(),
            Builder::Numbers(builder) => builder.finish().into_series().into_column(),
        }
    }
}

/// Digits, few enough that they cannot overflow.
#[inline]
fn digits(raw: &[u8]) -> Option<u64> {
    const CERTAIN: usize = 15;
    if raw.is_empty() || raw.len() > CERTAIN {
        return None;
    }
    let mut value = 0;
    for byte in raw {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

#[inline]
fn count(raw: &[u8]) -> Option<i64> {
    match digits(raw) {
        Some(value) => Some(value as i64),
        None => std::str::from_utf8(raw).ok()?.parse().ok(),
    }
}

/// Minutes and euros have two decimals, and below 2^53 hundredths the division gives the nearest double; all other
/// numbers are the standard library's to read.
#[inline]
fn number(raw: &[u8]) -> Option<f64> {
    if let [whole @ .., b'.', tens, units] = raw
        && let (Some(whole), Some(cents)) = (digits(whole), digits(&[*tens, *units]))
        && whole < 10_000_000_000_000
    {
        return Some((whole * 100 + cents) as f64 / 100.0);
    }
    if let Some(whole) = digits(raw) {
        return Some(whole as f64);
    }
    let value: f64 = std::str::from_utf8(raw).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::double;
    use proptest::prelude::*;

    fn column(name: &str, place: usize, kind: Kind) -> Column {
        Column { name: name.to_owned(), place, kind }
    }

    #[test]
    fn rows_become_typed_columns() {
        let text = b"\"a,\"\"1\n\",regular,3,1.50,\nb,support,,0.3333333333333333,x\n".to_vec();
        let columns = [
            column("customer_id", 0, Kind::Text),
            column("n", 2, Kind::Count),
            column("x", 3, Kind::Number),
            column("place", 4, Kind::Guarded),
        ];
        let table = csv_table(&[text], 5, &columns).unwrap();
        assert_eq!(table.column("customer_id").unwrap().str().unwrap().get(0), Some("a,\"1\n"));
        assert_eq!(table.column("n").unwrap().i64().unwrap().iter().collect::<Vec<_>>(), [Some(3), None]);
        assert_eq!(table.column("x").unwrap().f64().unwrap().get(1), Some(1.0 / 3.0));
        assert_eq!(table.column("place").unwrap().str().unwrap().iter().collect::<Vec<_>>(), [None, Some("x")]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_told_by_its_place() {
        let columns = [column("n", 1, Kind::Count)];
        let fault = csv_table(&[b"a,1\n".to_vec(), b"b,2\nc,many\n".to_vec()], 2, &columns).unwrap_err();
        assert_eq!((fault.at, fault.what.as_str()), (8, "the value of n is not a number"));
        let fault = csv_table(&[b"a,1\nb\n".to_vec()], 2, &columns).unwrap_err();
        assert_eq!((fault.at, fault.what.as_str()), (4, "1 values instead of 2"));
        let fault = csv_table(&[b"a,1\n\"b,1\n".to_vec()], 2, &columns).unwrap_err();
        assert_eq!(fault.what, "a quote is never closed");
    }

    proptest! {
        #[test]
        fn numbers_read_back_as_they_were_written(value in any::<f64>(), cents in any::<i64>()) {
            if value.is_finite() {
                prop_assert_eq!(number(double(value).as_bytes()), Some(value));
            }
            let mut text = Vec::new();
            crate::text::push_hundredths(cents.into(), &mut text);
            prop_assert_eq!(number(&text), Some(crate::features::hundredths(cents.into())));
            prop_assert_eq!(count(cents.to_string().as_bytes()), Some(cents));
        }
    }
}
