//! The columns of a file that a run writes: one declaration for its header and for what `datapackage.json` says of it.

use std::borrow::Cow;

use super::features::{Feature, FeatureType};

/// The column of labels that has the scores of early warning.
pub const WARNING_SCORE: &str = "warning_score";
/// The column of labels that has the risks of early warning.
pub const WARNING_RISK: &str = "warning_risk_pct";

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    Text,
    /// Whole numbers.
    Integer,
    /// Any numbers, with a decimal point.
    Number,
    /// ISO days.
    Day,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the header.
    pub name: Cow<'static, str>,
    /// What its values are.
    pub field_type: FieldType,
    /// What people call it; may be empty.
    pub title: Cow<'static, str>,
    /// The unit of its values; empty where they have none, or the meaning says it.
    pub unit: Cow<'static, str>,
    /// What it means; may be empty.
    pub meaning: Cow<'static, str>,
    /// Whether rows are told apart by it, with the other columns that are so.
    pub is_key: bool,
}

impl FieldType {
    /// Its name in Frictionless Table Schema.
    pub const fn name(self) -> &'static str {
        match self {
            FieldType::Text => "string",
            FieldType::Integer => "integer",
            FieldType::Number => "number",
            FieldType::Day => "date",
        }
    }
}

impl From<FeatureType> for FieldType {
    fn from(feature_type: FeatureType) -> Self {
        match feature_type {
            FeatureType::Count => FieldType::Integer,
            FeatureType::Hundredths | FeatureType::Ratio => FieldType::Number,
        }
    }
}

impl Field {
    /// A column by a name of ours.
    pub const fn new(name: &'static str, field_type: FieldType, meaning: &'static str) -> Self {
        let (name, meaning, none) = (Cow::Borrowed(name), Cow::Borrowed(meaning), Cow::Borrowed(""));
        Field { name, field_type, title: none, unit: Cow::Borrowed(""), meaning, is_key: false }
    }

    /// A column of texts.
    pub const fn text(name: &'static str, meaning: &'static str) -> Self {
        Field::new(name, FieldType::Text, meaning)
    }

    /// By which rows are told apart.
    #[must_use]
    pub fn key(self) -> Self {
        Field { is_key: true, ..self }
    }
}

impl From<&Feature> for Field {
    fn from(feature: &Feature) -> Self {
        Field {
            unit: Cow::Borrowed(feature.unit),
            ..Field::new(feature.name, feature.feature_type.into(), feature.meaning)
        }
    }
}

/// The header of a CSV file with these columns, whose names need no quotes.
pub fn header(fields: &[Field]) -> String {
    let names: Vec<&str> = fields.iter().map(|field| &*field.name).collect();
    names.join(",") + "\n"
}
