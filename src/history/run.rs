//! A published run folder, opened again.

use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, PolarsResult};

use super::{HistoryError, LabelsFile, PastManifest, PastPanel};
use crate::calendar::{AsOf, Day};
use crate::config::{self, RunPlan};
use crate::early_warning::{MODEL, ModelFile};
use crate::regular;
use crate::sanitize::shown;
use crate::schema::Entity;
use crate::schema::fields::{WARNING_RISK, WARNING_SCORE};

/// A run folder that was opened.
#[derive(Debug)]
pub struct PastRun {
    /// Where it is.
    pub folder: PathBuf,
    /// What it says of itself.
    pub manifest: PastManifest,
    /// The plan that it followed.
    pub plan: RunPlan,
}

/// Everything that a run says of one customer, or employer.
#[derive(Debug, Clone)]
pub struct FoundCustomer {
    /// One row: all features, derived ones last, typed as rules see them.
    pub features: DataFrame,
    /// The category.
    pub category: String,
    /// The rule that decided, or `default`.
    pub rule: String,
    /// Score and risk in per cent of who is in question; `None` too where no model was applied.
    pub warning: Option<(i64, f64)>,
}

impl PastRun {
    /// Opens a run folder, a held one too; a link to one (`latest`) is followed once, so that a run published
    /// meanwhile changes nothing.
    ///
    /// # Errors
    /// It is no run folder, or its manifest or configuration cannot be used.
    pub fn open(folder: &Path) -> Result<Self, HistoryError> {
        let manifest = Self::read_manifest(folder)?;
        let folder =
            folder.canonicalize().map_err(|source| HistoryError::Unreadable { path: folder.to_owned(), source })?;
        let path = folder.join("config.toml");
        let text =
            regular::read_to_string(&path).map_err(|source| HistoryError::Unreadable { path: path.clone(), source })?;
        let day = manifest_day(&manifest, &folder)?;
        // A run writes the day that it was; one that somebody took away is in the manifest.
        let settle = |as_of| if let AsOf::Day(own) = as_of { own } else { day };
        let plan =
            config::from_text(&text, &folder, settle).map_err(|problems| HistoryError::Config { path, problems })?;
        Ok(PastRun { folder, manifest, plan })
    }

    /// The manifest alone.
    ///
    /// # Errors
    /// There is none, or it is not one of vardag's.
    pub fn read_manifest(folder: &Path) -> Result<PastManifest, HistoryError> {
        let (path, text) = manifest_text(folder)?;
        if PastPanel::is_told_by(&text) {
            return Err(HistoryError::IsPanel { folder: folder.to_owned() });
        }
        let manifest = serde_json::from_str::<PastManifest>(&text)
            .map_err(|fault| HistoryError::Manifest { path: path.clone(), cause: fault.to_string() })?;
        if manifest.program != "vardag" {
            let cause = format!("its program is \"{}\"", shown(&manifest.program));
            return Err(HistoryError::Manifest { path, cause });
        }
        Ok(manifest)
    }

    /// The labels of an entity.
    pub fn labels(&self, entity: Entity) -> LabelsFile {
        LabelsFile::of(&self.folder, &self.plan, &self.manifest, entity)
    }

    /// Whether it has labels of an entity that this program can compare with: those of customers must be there, those of
    /// employers may be missing.
    pub fn has_labels(&self, entity: Entity) -> bool {
        entity == Entity::Customer || self.labels(entity).is_listed()
    }

    /// Everything about one customer, or employer; `None` if the run does not have it.
    ///
    /// # Errors
    /// The labels cannot be read.
    pub fn find(&self, entity: Entity, id: &str) -> Result<Option<FoundCustomer>, HistoryError> {
        let labels = self.labels(entity);
        let features = self.plan.rules(entity).feature_names();
        let mut columns = vec![entity.id_column(), "category", "rule"];
        columns.extend(features.iter().map(String::as_str));
        let has_warnings = entity == Entity::Customer && self.manifest.early_warning.is_some();
        columns.extend([WARNING_SCORE, WARNING_RISK].iter().filter(|_| has_warnings));
        let Some(row) = labels.find(id, &columns)? else { return Ok(None) };
        let damaged = |fault| labels.damaged(fault);
        let text = |name: &str| -> Result<String, HistoryError> {
            let column = row.column(name).map_err(damaged)?;
            Ok(column.str().map_err(damaged)?.get(0).unwrap_or_default().to_owned())
        };
        Ok(Some(FoundCustomer {
            features: row.select(features.iter().map(String::as_str)).map_err(damaged)?,
            category: text("category")?,
            rule: text("rule")?,
            warning: if has_warnings { warning(&row).map_err(damaged)? } else { None },
        }))
    }

    /// The model of early warning that it applied, if it applied one.
    ///
    /// # Errors
    /// The model's copy in the run folder cannot be read, or was changed.
    pub fn model(&self) -> Result<Option<ModelFile>, HistoryError> {
        if self.manifest.early_warning.is_none() {
            return Ok(None);
        }
        let path = self.folder.join(MODEL);
        let text =
            regular::read_to_string(&path).map_err(|source| HistoryError::Unreadable { path: path.clone(), source })?;
        let hash = blake3::hash(text.as_bytes()).to_string();
        if !self.manifest.outputs.iter().any(|output| output.file == MODEL && output.blake3 == hash) {
            return Err(HistoryError::Changed { path });
        }
        let damaged = |fault| HistoryError::Damaged { path: path.clone(), message: format!("{fault}") };
        ModelFile::of_text(&text, &path).map(Some).map_err(damaged)
    }
}

/// Score and risk of the only row of a frame.
fn warning(row: &DataFrame) -> PolarsResult<Option<(i64, f64)>> {
    let score = row.column(WARNING_SCORE)?.i64()?.get(0);
    Ok(score.zip(row.column(WARNING_RISK)?.f64()?.get(0)))
}

/// The manifest of a folder as text, and where it is.
pub(super) fn manifest_text(folder: &Path) -> Result<(PathBuf, String), HistoryError> {
    let path = folder.join("manifest.json");
    let text = regular::read_to_string(&path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            HistoryError::NoRun { folder: folder.to_owned() }
        }
        _ => HistoryError::Unreadable { path: path.clone(), source },
    })?;
    Ok((path, text))
}

/// The last day of a run's window, as its manifest has it.
fn manifest_day(manifest: &PastManifest, folder: &Path) -> Result<Day, HistoryError> {
    Day::from_iso(&manifest.window.as_of).ok_or_else(|| HistoryError::Manifest {
        path: folder.join("manifest.json"),
        cause: format!("its window ends on \"{}\", which is no day", shown(&manifest.window.as_of)),
    })
}
