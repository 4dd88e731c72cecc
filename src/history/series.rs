//! All good runs of an output folder in the order of their last days: shares and main figures over time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::folders::{GoodRun, good_runs};
use super::{HistoryError, PastManifest};
use crate::calendar::Day;
use crate::regular;
use crate::schema::Entity;
use crate::schema::figures::FigureValues;
use crate::statistics::ALL;

/// One run of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryEntry {
    /// The last day of its window, ISO.
    pub as_of: String,
    /// The length of its window in calendar months.
    pub months: u32,
    /// Customers.
    pub population: u64,
    /// The figures of each category in the run's order, from lightest to heaviest need, then of `all`.
    pub categories: Vec<CategoryPoint>,
    /// Records by extract, in `docs/method.md` section 2's order.
    pub volumes: Vec<(String, u64)>,
}

/// The figures of a category in one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CategoryPoint {
    /// The category's name, or `all`.
    pub category: String,
    /// Customers in it.
    pub customers: u64,
    /// Its figures, as far as the run's version knew them.
    #[serde(flatten)]
    pub figures: FigureValues,
}

/// The runs of a folder.
#[derive(Debug, Default)]
pub struct Series {
    /// Those that could be read, by last day.
    pub entries: Vec<HistoryEntry>,
    /// Why others could not, with their days.
    pub faults: Vec<(Day, HistoryError)>,
    /// The day and the folder of the last one, whether it could be read or not.
    pub last: Option<(Day, PathBuf)>,
}

impl Series {
    /// Takes out why the last run cannot be read; `None` where it can, or where there is none.
    pub fn take_fault_of_last(&mut self) -> Option<HistoryError> {
        let (last, _) = self.last.as_ref()?;
        let (_, fault) = self.faults.pop_if(|(day, _)| day == last)?;
        Some(fault)
    }
}

impl HistoryEntry {
    /// A category's figures; `None` where the run did not have it.
    pub fn category(&self, name: &str) -> Option<&CategoryPoint> {
        self.categories.iter().find(|category| category.category == name)
    }

    /// Of a run folder with its manifest.
    fn of(folder: &Path, manifest: PastManifest) -> Result<Self, HistoryError> {
        let PastManifest { window, population, extracts, .. } = manifest;
        Ok(HistoryEntry {
            as_of: window.as_of,
            months: window.months,
            population,
            categories: summary(&folder.join("category_summary.csv"))?,
            volumes: extracts.into_iter().map(|entry| (entry.extract, entry.rows.records)).collect(),
        })
    }
}

/// The good runs of an output folder as a series, up to a day if one is given. A run that cannot be read is left
/// out and told among the faults.
///
/// # Errors
/// The folder cannot be read.
pub fn series(root: &Path, up_to: Option<Day>) -> Result<Series, HistoryError> {
    let mut series = Series::default();
    for GoodRun { day, folder, manifest } in good_runs(root, up_to)? {
        match manifest.and_then(|manifest| HistoryEntry::of(&folder, manifest)) {
            Ok(entry) => series.entries.push(entry),
            Err(fault) => series.faults.push((day, fault)),
        }
        series.last = Some((day, folder));
    }
    Ok(series)
}

/// Reads `category_summary.csv`; its columns are found by name, since versions may add some.
fn summary(path: &Path) -> Result<Vec<CategoryPoint>, HistoryError> {
    let text =
        regular::read_to_string(path).map_err(|source| HistoryError::Unreadable { path: path.to_owned(), source })?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let damaged = |message: String| HistoryError::Damaged { path: path.to_owned(), message };
    let header = reader.headers().map_err(|fault| damaged(fault.to_string()))?;
    let places: HashMap<String, usize> = header.iter().enumerate().map(|(at, name)| (name.to_owned(), at)).collect();
    let mut points = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(|fault| damaged(fault.to_string()))?;
        let value = |name: &str| places.get(name).and_then(|place| record.get(*place)).unwrap_or_default();
        let malformed = |name: &str| HistoryError::Row {
            path: path.to_owned(),
            line: at as u64 + 2,
            what: format!("the value of {name} is not a number"),
        };
        let mut fault = None;
        let figures = FigureValues::new(Entity::Customer, |figure| match value(figure.name()) {
            "" => f64::NAN,
            text => text.parse().unwrap_or_else(|_| {
                fault = Some(malformed(figure.name()));
                f64::NAN
            }),
        });
        if let Some(fault) = fault {
            return Err(fault);
        }
        points.push(CategoryPoint {
            category: value("category").to_owned(),
            customers: value("customers").parse().map_err(|_| malformed("customers"))?,
            figures,
        });
    }
    match points.last() {
        Some(last) if last.category == ALL => Ok(points),
        _ => Err(damaged(format!("its last row is not that of `{ALL}`"))),
    }
}
