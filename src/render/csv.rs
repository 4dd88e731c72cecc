//! A table as CSV, for machines: names of columns and values as files have them, nothing masked.

use std::io::{self, Write};

use crate::tables::{Cell, Table, Value};
use crate::text::{push_double, push_hundredths};

/// Writes a header, then a line per row. A missing value is empty.
///
/// # Errors
/// `out` cannot be written to.
pub fn write_csv(table: &Table, out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(table.columns.iter().map(|column| &column.name))?;
    for row in &table.rows {
        writer.write_record((0..table.columns.len()).map(|at| field(&row.cell(at))))?;
    }
    writer.flush()
}

fn field(cell: &Cell) -> Vec<u8> {
    let mut field = Vec::new();
    match &cell.value {
        Value::Integer(number) => field.extend_from_slice(number.to_string().as_bytes()),
        Value::Hundredths(number) => push_hundredths(**number, &mut field),
        Value::Number(number) => push_double(*number, &mut field),
        other => field.extend_from_slice(other.key().as_bytes()),
    }
    field
}
