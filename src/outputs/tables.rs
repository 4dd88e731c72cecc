//! The small tables of a run: the summaries per category and the feature statistics.

use std::path::Path;

use super::file::{Contents, OutputFile};
use super::{FolderError, Written};
use crate::statistics::{CategoryFigures, EmployerSummary, Summary, Total};
use crate::text::{push_double, push_hundredths};

/// Writes `category_summary.csv`.
pub fn category_summary(folder: &Path, figures: &[CategoryFigures]) -> Result<Written, FolderError> {
    let header = format!("category,customers,{}\n", Summary::columns().join(","));
    let rows =
        figures.iter().map(|category| (format!("{},{}", category.name, category.customers), category.summary.values()));
    summary(folder, "category_summary.csv", header, rows)
}

/// Writes `employer_summary.csv`.
pub fn employer_summary(folder: &Path, figures: &[CategoryFigures<EmployerSummary>]) -> Result<Written, FolderError> {
    let header = format!("category,employers,active,{}\n", EmployerSummary::RATIOS.join(","));
    let rows = figures.iter().map(|category| {
        let counts = format!("{},{},{}", category.name, category.customers, category.summary.active);
        (counts, category.summary.ratios().to_vec())
    });
    summary(folder, "employer_summary.csv", header, rows)
}

/// Writes a table of rows that begin with a name and counts.
fn summary(
    folder: &Path,
    name: &str,
    header: String,
    rows: impl Iterator<Item = (String, Vec<f64>)>,
) -> Result<Written, FolderError> {
    let mut file = OutputFile::create(folder, name, Contents::Aggregates)?;
    file.append(header.as_bytes())?;
    for (counts, values) in rows {
        let mut line = counts.into_bytes();
        for value in values {
            line.push(b',');
            push_double(value, &mut line);
        }
        line.push(b'\n');
        file.append(&line)?;
    }
    file.finish()
}

/// Writes `feature_statistics.csv`. Its smallest and largest values are single persons', so it is for its owner only.
pub fn feature_statistics(
    folder: &Path,
    figures: &[CategoryFigures],
    names: &[String],
) -> Result<Written, FolderError> {
    let mut file = OutputFile::create(folder, "feature_statistics.csv", Contents::SmallGroups)?;
    file.append(b"category,feature,n,sum,mean,sd,min,p10,p25,median,p75,p90,max\n")?;
    for category in figures {
        for (feature, name) in category.features.iter().zip(names) {
            let mut line = format!("{},{name},{},", category.name, feature.n).into_bytes();
            match feature.sum {
                Total::Whole(value) => line.extend_from_slice(value.to_string().as_bytes()),
                Total::Hundredths(value) => push_hundredths(value, &mut line),
                Total::Real(value) => push_double(value, &mut line),
            }
            let [min, p10, p25, median, p75, p90, max] = feature.quantiles;
            for value in [feature.mean, feature.sd] {
                line.push(b',');
                push_double(value, &mut line);
            }
            line.push(b',');
            push_extreme(min, feature.extremes.map(|(least, _)| least), &mut line);
            for value in [p10, p25, median, p75, p90] {
                line.push(b',');
                push_double(value, &mut line);
            }
            line.push(b',');
            push_extreme(max, feature.extremes.map(|(_, most)| most), &mut line);
            line.push(b'\n');
            file.append(&line)?;
        }
    }
    file.finish()
}

/// The smallest and largest values are values of the feature, and written like one.
fn push_extreme(value: f64, exact: Option<i128>, line: &mut Vec<u8>) {
    match exact {
        Some(exact) => push_hundredths(exact, line),
        None => push_double(value, line),
    }
}
