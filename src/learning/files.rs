//! What is written of a model: its file, and beside it a folder with its tests. The folder takes its name when it is whole,
//! then the file does; what has either name already is never touched.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{LearnError, Learned};
use crate::early_warning::{Backtest, ModelFile};
use crate::i18n::{Language, Message};
use crate::outputs::{self, Contents, NewFolder, OutputFile, Written};
use crate::panel::PanelPlan;
use crate::report::{self, EarlyWarningContent};
use crate::tables::{self, Localizer};

/// What the names of folders with tests end in.
const TESTS: &str = "backtest";

/// Where a model is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelPaths {
    /// The model's file.
    pub model: PathBuf,
    /// The folder with its tests.
    pub folder: PathBuf,
}

impl ModelPaths {
    /// Beside a file `model.toml` a folder `model.backtest`.
    ///
    /// # Errors
    /// No file can be called like that.
    pub fn new(model: &Path) -> Result<Self, LearnError> {
        let folder = model.with_extension(TESTS);
        if model.file_name().is_none() || folder == model {
            return Err(LearnError::NoName(model.to_owned()));
        }
        Ok(ModelPaths { model: model.to_owned(), folder })
    }

    /// Fails if something has one of the names.
    ///
    /// # Errors
    /// What is in the way.
    pub fn check_free(&self) -> Result<(), LearnError> {
        let taken = [&self.model, &self.folder].into_iter().find(|path| outputs::check_free(path).is_err());
        taken.map_or(Ok(()), |path| Err(LearnError::InTheWay(path.clone())))
    }

    /// Makes the folder to write to, and those above it.
    pub(super) fn begin(&self) -> Result<NewFolder, LearnError> {
        self.check_free()?;
        Ok(NewFolder::begin(&self.folder)?)
    }
}

/// What is written.
pub(super) struct ModelFiles<'a> {
    pub(super) panel: &'a PanelPlan,
    pub(super) file: ModelFile,
    pub(super) backtest: &'a Backtest,
    pub(super) registered: bool,
    pub(super) warnings: &'a [Message],
}

impl ModelFiles<'_> {
    /// Writes everything and gives it its names.
    pub(super) fn write(self, folder: NewFolder, paths: &ModelPaths) -> Result<Learned, LearnError> {
        let mut written = self.write_tables(folder.path())?;
        written.extend(self.write_pages(folder.path())?);
        let failed = |cause| LearnError::Model { path: paths.model.clone(), cause };
        let model = self.write_model(&paths.model).map_err(failed)?;
        let folder = folder.publish(&written)?;
        // Last, since a run needs nothing but this file.
        model.persist_noclobber(&paths.model).map_err(|error| {
            // Something has taken the name meanwhile: both or none.
            let _ = std::fs::remove_dir_all(&folder);
            failed(error.error)
        })?;
        let words = Localizer::new(&self.panel.plan, Language::En)?;
        let capacity = tables::capacity(&words, &self.backtest.together);
        Ok(Learned { file: self.file, capacity, paths: paths.clone() })
    }

    fn write_tables(&self, folder: &Path) -> Result<Vec<Written>, LearnError> {
        let words = Localizer::new(&self.panel.plan, Language::En)?;
        let safe = self.panel.plan.outputs.spreadsheet_safe;
        let tables = [
            (tables::backtest(&words, self.backtest), ["date", "scorer"]),
            (tables::capacity(&words, &self.backtest.together), ["scorer", "capacity_pct"]),
            (tables::calibration(&words, self.backtest), ["date", "band"]),
            (tables::audit(&words, &self.backtest.audit, safe), ["dimension", "group"]),
        ];
        let write = |(table, key): &(_, [&str; 2])| OutputFile::write_table(folder, table, Contents::SmallGroups, key);
        Ok(tables.iter().map(write).collect::<Result<_, _>>()?)
    }

    fn write_pages(&self, folder: &Path) -> Result<Vec<Written>, LearnError> {
        let content = EarlyWarningContent {
            plan: &self.panel.plan,
            settings: &self.panel.plan.early_warning,
            model: &self.file.model,
            backtest: self.backtest,
            registered: self.registered,
            warnings: self.warnings,
        };
        Ok(report::write_early_warning(folder, &content)?)
    }

    /// The model's file under a name of its own, on disk. Bins may have few customers, so it is for its owner only.
    fn write_model(&self, target: &Path) -> io::Result<NamedTempFile> {
        let absolute = std::path::absolute(target)?;
        let folder = absolute.parent().unwrap_or(Path::new("/"));
        let mut builder = tempfile::Builder::new();
        let mut file = builder.prefix(".vardag-").permissions(Permissions::from_mode(0o600)).tempfile_in(folder)?;
        file.write_all(self.file.to_toml().as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_tests_is_called_like_the_model() {
        let folder = |model: &str| ModelPaths::new(Path::new(model)).map(|paths| paths.folder).ok();
        assert_eq!(folder("model.toml"), Some("model.backtest".into()));
        assert_eq!(folder("models/2026.v2.toml"), Some("models/2026.v2.backtest".into()));
        assert_eq!(folder("models/2026"), Some("models/2026.backtest".into()));
        assert_eq!([folder("model.backtest"), folder(".."), folder("/")], [None, None, None]);
    }
}
