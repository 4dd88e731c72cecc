//! A published panel folder, opened again for the sequence of one customer.

use std::path::Path;

use polars::prelude::Column;
use serde::Deserialize;

use super::run::manifest_text;
use super::{HistoryError, LabelsFile, PastOutput};
use crate::calendar::Day;
use crate::config::{self, RunPlan};
use crate::regular;
use crate::sanitize::shown;
use crate::schema::Entity;
use crate::statistics::ABSENT;

/// What is read of a panel's manifest.
#[derive(Deserialize)]
struct PanelManifest {
    program: String,
    panel: PanelDates,
    #[serde(default)]
    outputs: Vec<PastOutput>,
}

/// The dates of a panel, ISO, ascending.
#[derive(Deserialize)]
struct PanelDates {
    dates: Vec<String>,
}

/// A panel folder that was opened.
#[derive(Debug)]
pub struct PastPanel {
    /// The plan that it followed, as of its last date.
    pub plan: RunPlan,
    /// Its dates, ascending.
    pub dates: Vec<Day>,
    sequences: LabelsFile,
}

impl PastPanel {
    /// Opens a folder whose manifest is that of a panel; `None` where it is of a run.
    ///
    /// # Errors
    /// It is no folder of vardag's, or its manifest or configuration cannot be used.
    pub fn open(folder: &Path) -> Result<Option<Self>, HistoryError> {
        let (_, text) = manifest_text(folder)?;
        let Some(manifest) = Self::manifest_of(&text) else { return Ok(None) };
        let faulty = |cause| HistoryError::Manifest { path: folder.join("manifest.json"), cause };
        let day = |text: &String| Day::from_iso(text).ok_or_else(|| faulty(format!("\"{}\" is no day", shown(text))));
        let dates = manifest.panel.dates.iter().map(day).collect::<Result<Vec<Day>, _>>()?;
        let last = *dates.last().ok_or_else(|| faulty("its panel has no dates".to_owned()))?;
        let path = folder.join("config.toml");
        let text =
            regular::read_to_string(&path).map_err(|source| HistoryError::Unreadable { path: path.clone(), source })?;
        let plan =
            config::from_text(&text, folder, |_| last).map_err(|problems| HistoryError::Config { path, problems })?;
        let sequences = LabelsFile::of_sequences(folder, &plan, &manifest.outputs);
        Ok(Some(PastPanel { plan, dates, sequences }))
    }

    fn manifest_of(text: &str) -> Option<PanelManifest> {
        serde_json::from_str::<PanelManifest>(text).ok().filter(|manifest| manifest.program == "vardag")
    }

    /// Whether a manifest is that of a panel.
    pub(super) fn is_told_by(text: &str) -> bool {
        Self::manifest_of(text).is_some()
    }

    /// The places of a customer's categories, date by date, [`ABSENT`] without one; `None` if the panel does not have the
    /// customer.
    ///
    /// # Errors
    /// The sequences cannot be read, or were changed.
    pub fn find(&self, id: &str) -> Result<Option<Vec<u16>>, HistoryError> {
        let columns: Vec<String> = self.dates.iter().map(Day::to_string).collect();
        let names = columns.iter().map(String::as_str).collect::<Vec<_>>();
        let Some(row) = self.sequences.find(id, &names)? else { return Ok(None) };
        let place = |column: &Column| {
            let texts = column.str().map_err(|fault| self.sequences.damaged(fault))?;
            self.place(texts.get(0))
        };
        row.columns().iter().map(place).collect::<Result<_, _>>().map(Some)
    }

    /// Hands over everybody's id and the places of the categories, date by date, [`ABSENT`] without one.
    ///
    /// # Errors
    /// The sequences cannot be read, or were changed.
    pub fn for_each(&self, mut take: impl FnMut(&str, &[u16])) -> Result<(), HistoryError> {
        let id_column = Entity::Customer.id_column();
        let dates: Vec<String> = self.dates.iter().map(Day::to_string).collect();
        let columns: Vec<&str> = [id_column].into_iter().chain(dates.iter().map(String::as_str)).collect();
        self.sequences.scan(&columns, |table| {
            let texts = |name: &&str| {
                let column = table.column(name).and_then(|column| column.str());
                column.cloned().map_err(|fault| self.sequences.damaged(fault))
            };
            let ids = texts(&id_column)?;
            let dates = columns[1..].iter().map(texts).collect::<Result<Vec<_>, _>>()?;
            let mut sequence = Vec::with_capacity(dates.len());
            for (row, id) in ids.iter().enumerate() {
                sequence.clear();
                for date in &dates {
                    sequence.push(self.place(date.get(row))?);
                }
                take(id.unwrap_or_default(), &sequence);
            }
            Ok(())
        })
    }

    /// The place of a category; [`ABSENT`] without one.
    fn place(&self, name: Option<&str>) -> Result<u16, HistoryError> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(ABSENT) };
        let place = self.plan.customers.categories.iter().position(|category| category.name == name);
        place.map(|place| place as u16).ok_or_else(|| HistoryError::Damaged {
            path: self.sequences.path().to_owned(),
            message: format!("\"{}\" is no category of the panel", shown(name)),
        })
    }
}
