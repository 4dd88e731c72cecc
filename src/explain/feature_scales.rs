//! The spread of each feature over all customers of a run, from its `feature_statistics.csv`.

use std::collections::BTreeMap;
use std::path::Path;

use super::{ExplainError, FeatureScale};
use crate::features::catalogue::position;
use crate::statistics::ALL;

/// The scale of each feature of the catalogue, by its place there.
///
/// # Errors
/// The file cannot be read, or is not one of vardag's.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<usize, FeatureScale>, ExplainError> {
    let path = folder.join("feature_statistics.csv");
    let unusable = |cause: String| ExplainError::Statistics { path: path.clone(), cause };
    let mut reader = csv::Reader::from_path(&path).map_err(|fault| unusable(fault.to_string()))?;
    let header = reader.headers().map_err(|fault| unusable(fault.to_string()))?.clone();
    let place = |name: &str| {
        let found = header.iter().position(|column| column == name);
        found.ok_or_else(|| unusable(format!("it has no column `{name}`")))
    };
    let (category, feature) = (place("category")?, place("feature")?);
    let (sd, min, max) = (place("sd")?, place("min")?, place("max")?);
    let mut scales = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|fault| unusable(fault.to_string()))?;
        // Empty is missing.
        let number = |at: usize| match row.get(at).unwrap_or_default() {
            "" => Ok(f64::NAN),
            digits => digits.parse::<f64>().map_err(|_| unusable(format!("`{digits}` is no number"))),
        };
        if let (Some(ALL), Some(at)) = (row.get(category), row.get(feature).and_then(position)) {
            scales.insert(at, FeatureScale { sd: number(sd)?, min: number(min)?, max: number(max)? });
        }
    }
    Ok(scales)
}
