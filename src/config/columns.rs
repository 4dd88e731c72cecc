//! The columns that a configuration adds to the labels: dimensions of the customers extract and derived features.

use super::benefits::text;
use super::model::AGE_GROUP;
use super::reader::Reader;
use crate::rules::{self, DerivedFeature};
use crate::schema::Entity;
use crate::schema::Extract;
use crate::schema::features::{FEATURES, FeatureType};

/// Columns of the labels that are neither features nor dimensions.
const OWN_COLUMNS: [&str; 5] = ["customer_id", "category", "rule", "warning_score", "warning_risk_pct"];

/// The dimensions.
pub(super) fn dimensions(root: &Reader) -> Vec<String> {
    let dimensions = root.texts("dimensions").unwrap_or_default();
    for (at, name) in dimensions.iter().enumerate() {
        if let Some(fault) = name_fault(name) {
            root.problem("dimensions", fault, None);
        } else if Extract::Customers.columns().iter().any(|column| column.name == name) {
            root.problem("dimensions", format!("`{name}` is read anyway and cannot be a dimension"), None);
        } else if name == AGE_GROUP {
            root.problem("dimensions", format!("`{name}` is made of ages and cannot be a dimension of its own"), None);
        } else if dimensions[..at].contains(name) {
            root.problem("dimensions", format!("`{name}` is named twice"), None);
        }
    }
    dimensions
}

/// The derived features, and every feature that a condition may name: the catalogue's, then these.
pub(super) fn derived_features(
    root: &Reader,
    dimensions: &[String],
) -> (Vec<DerivedFeature>, Vec<(String, FeatureType)>) {
    let mut known = rules::feature_types(Entity::Customer);
    let mut derived: Vec<DerivedFeature> = Vec::new();
    for table in root.tables("derived_features") {
        let name = table.required_text("name");
        if !name.is_empty() {
            if let Some(fault) = name_fault(name) {
                table.problem("name", fault, None);
            } else if dimensions.iter().any(|dimension| dimension == name) {
                table.problem("name", format!("`{name}` is a dimension already"), None);
            } else if known.iter().any(|(other, _)| other == name) {
                table.problem("name", format!("there are two derived features `{name}`"), None);
            }
        }
        let (unit, meaning) = (table.text("unit").unwrap_or_default(), text(&table, "meaning", ""));
        let expression = table.required_text("expression");
        // One that cannot be computed is known all the same: what uses it is not at fault.
        let mut feature_type = FeatureType::Ratio;
        if !expression.is_empty() {
            match rules::derived(expression, &known) {
                Ok((parsed, found)) => {
                    feature_type = found;
                    derived.push(DerivedFeature {
                        name: name.to_owned(),
                        expression: expression.to_owned(),
                        parsed,
                        feature_type,
                        unit: unit.to_owned(),
                        meaning,
                    });
                }
                Err(faults) => {
                    faults.into_iter().for_each(|fault| table.problem("expression", fault.message, fault.help));
                }
            }
        }
        known.push((name.to_owned(), feature_type));
        table.finish();
    }
    (derived, known)
}

/// What keeps a name from being a column of the labels beside those that are there.
fn name_fault(name: &str) -> Option<String> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let is_identifier =
        name.bytes().next().is_some_and(is_letter) && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit());
    if !is_identifier {
        Some(format!("`{name}` is no column name: small letters a to z, digits and `_`, no digit first"))
    } else if FEATURES.iter().any(|feature| feature.name == name) {
        Some(format!("`{name}` is the name of a built-in feature"))
    } else if OWN_COLUMNS.contains(&name) {
        Some(format!("`{name}` is a column of the labels already"))
    } else {
        None
    }
}
