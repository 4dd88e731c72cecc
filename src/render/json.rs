//! A table as JSON, for programs: a record per row, by the names of the columns, nothing masked.

use serde_json::{Map, Value as Json};

use crate::tables::{Table, Value};

/// Its rows as records. What is missing is null.
pub fn records(table: &Table) -> Vec<Json> {
    let record = |row: &crate::tables::Row| {
        let cells = table.columns.iter().enumerate();
        Json::Object(cells.map(|(at, column)| (column.name.clone(), json(&row.cell(at).value))).collect::<Map<_, _>>())
    };
    table.rows.iter().map(record).collect()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Missing | Value::Masked => Json::Null,
        Value::Integer(number) => Json::from(*number),
        Value::Hundredths(_) | Value::Number(_) => Json::from(value.number()),
        text => Json::from(text.key()),
    }
}
