//! `where`: which rows of a file are filtered, by its own columns as texts.

use std::borrow::Cow;

use super::records::{Field, unquote};
use super::values::trim;
use crate::rules::TextCondition;

/// A condition met with the columns of a file.
#[derive(Debug, Clone)]
pub struct RowFilter {
    condition: TextCondition,
    /// The fields of the condition's columns.
    fields: Vec<usize>,
}

impl RowFilter {
    /// With the fields of the condition's columns, in their order.
    pub fn new(condition: TextCondition, fields: Vec<usize>) -> Self {
        RowFilter { condition, fields }
    }

    /// The fields that it looks at.
    pub fn fields(&self) -> &[usize] {
        &self.fields
    }

    /// Whether it is true of a record.
    pub fn keeps(&self, text: &[u8], record: &[Field]) -> bool {
        let values: Vec<Cow<'_, [u8]>> = self.fields.iter().map(|at| value(text, record[*at])).collect();
        self.keeps_values(values.iter().map(|value| Some(trim(value))))
    }

    /// The same, given the trimmed values of its fields.
    pub fn keeps_values<'v>(&self, values: impl Iterator<Item = Option<&'v [u8]>>) -> bool {
        let values: Vec<Option<&[u8]>> = values.map(|value| value.filter(|value| !value.is_empty())).collect();
        self.condition.is_true(&values)
    }
}

fn value(text: &[u8], field: Field) -> Cow<'_, [u8]> {
    let raw = &text[field.range()];
    if !field.quoted() {
        return Cow::Borrowed(raw);
    }
    let mut unquoted = Vec::new();
    unquote(raw, &mut unquoted);
    Cow::Owned(unquoted)
}
