//! The spread of each feature over all customers of a run, from its `feature_statistics.csv`; of employers, for whom there
//! is no such file, from their labels.

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::{ChunkAgg, ChunkVar, DataType, PolarsResult};

use super::{ExplainError, FeatureScale};
use crate::history::LabelsFile;
use crate::schema::features::At;
use crate::statistics::ALL;

/// The scale of each feature.
///
/// # Errors
/// The file cannot be read, or is not one of vardag's.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<At, FeatureScale>, ExplainError> {
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
        if let (Some(ALL), Some(at)) = (row.get(category), row.get(feature).and_then(At::of_customers)) {
            scales.insert(at, FeatureScale { sd: number(sd)?, min: number(min)?, max: number(max)? });
        }
    }
    Ok(scales)
}

/// The scale of these features over everybody in a labels file.
///
/// # Errors
/// The file cannot be read.
pub(super) fn of_labels(labels: &LabelsFile, features: &[At]) -> Result<BTreeMap<At, FeatureScale>, ExplainError> {
    let names: Vec<&str> = features.iter().map(|at| at.feature().name).collect();
    let table = labels.read(&names)?;
    let scale = |at: &At| {
        let column = table.column(at.feature().name)?.cast(&DataType::Float64)?;
        let values = column.f64()?;
        let or_missing = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let (sd, min, max) = (or_missing(values.std(1)), or_missing(values.min()), or_missing(values.max()));
        Ok((*at, FeatureScale { sd, min, max }))
    };
    Ok(features.iter().map(scale).collect::<PolarsResult<_>>()?)
}
