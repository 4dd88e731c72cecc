//! Whether a run may apply the model that its configuration names, and what it says of a customer.

use std::path::{Path, PathBuf};

use super::{Failure, MOST_REASONS, ModelFile, ModelFileError};
use crate::calendar::Day;
use crate::config::{EarlyWarning, RunPlan, from_text, label_settings_that_differ};
use crate::exit_code::ExitCode;
use crate::i18n::{Message, messages};
use crate::regular;
use crate::sanitize::shown;

/// Why a model is not applied.
#[derive(Debug, thiserror::Error)]
pub enum ModelRefused {
    /// Its file is of no use.
    #[error(transparent)]
    File(#[from] ModelFileError),
    /// Its scores would mean something else here.
    #[error(
        "the model {} was fitted under other settings than those of this configuration: {}\n  help: fit it again with \
         `vardag early-warning fit`, or set them as they were; the model's file has them below [configuration]",
        path.display(), settings.join(", ")
    )]
    OtherSettings {
        /// The file.
        path: PathBuf,
        /// What differs, by name.
        settings: Vec<String>,
    },
    /// This version does not read the settings that it carries.
    #[error(
        "the model {} was fitted by version {}, whose settings this version does not read: fit it again", path.display(), shown(version)
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The version that fitted it.
        version: String,
    },
    /// It uses what only an exception lets it use.
    #[error(
        "the model {} uses {}, which says how old somebody is, and [early_warning] of this configuration makes no exception \
         for it\n  help: fit a model without it; or, if it must be, name it in `exceptions`", path.display(), features.join(", ")
    )]
    NoException {
        /// The file.
        path: PathBuf,
        /// The features.
        features: Vec<String>,
    },
    /// It did not pass its tests.
    #[error(
        "the model {} does not pass its tests: {}\n  help: fit one on more dates or with other features; `accept_failed = true` \
         in [early_warning] applies it all the same", path.display(), words(failures)
    )]
    Failed {
        /// The file.
        path: PathBuf,
        /// Why.
        failures: Vec<Failure>,
    },
    /// Nobody has approved it.
    #[error(
        "nobody has approved the model {}, and `require_approval = true`\n  help: whoever answers for it reads it and puts a \
         name and a day into its lines approved_by and approved_on", path.display()
    )]
    NotApproved {
        /// The file.
        path: PathBuf,
    },
}

fn words(failures: &[Failure]) -> String {
    failures.iter().map(|failure| failure.words()).collect::<Vec<_>>().join("; ")
}

impl ModelRefused {
    /// What the program ends with: the configuration names the model, or asks for more than it is.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            ModelRefused::File(fault) => fault.exit_code(),
            _ => ExitCode::Usage,
        }
    }
}

/// A model that a run applies.
#[derive(Debug)]
pub struct Applicable {
    /// What it is.
    pub file: ModelFile,
    /// Its file's text, for the run folder.
    pub text: String,
    /// The categories whose customers are in question, by their places.
    from: Vec<usize>,
    /// By feature of the model, its place among the columns of a table of features, derived ones last.
    columns: Vec<usize>,
}

/// What a model says of a customer in question, in few bytes: a nation has millions of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// The customer's number in the population.
    pub customer: u32,
    /// The score.
    pub score: i32,
    /// The places of the features that give most points, [`NO_REASON`] behind the last.
    pub reasons: [u16; MOST_REASONS],
}

/// No further feature gives points.
pub const NO_REASON: u16 = u16::MAX;

impl Warning {
    /// The places of the features that give most points.
    pub fn reasons(&self) -> impl Iterator<Item = usize> + '_ {
        self.reasons.iter().filter(|reason| **reason != NO_REASON).map(|reason| usize::from(*reason))
    }
}

impl Applicable {
    /// The model that a plan names, checked against it; `None` where it names none.
    ///
    /// # Errors
    /// The model cannot be used, or not under this plan.
    pub fn open(plan: &RunPlan) -> Result<Option<Self>, ModelRefused> {
        let Some(named) = &plan.early_warning.model else { return Ok(None) };
        let path = plan.folder.join(named);
        let unreadable = |cause| ModelFileError::Unreadable { path: path.clone(), cause };
        let text = regular::read_to_string(&path).map_err(unreadable)?;
        let file = ModelFile::of_text(&text, &path)?;
        check(&file, &path, plan)?;
        let names = plan.customers.feature_names();
        let place = |name: &String| names.iter().position(|own| own == name);
        let columns: Option<Vec<usize>> = file.model.features.iter().map(|feature| place(&feature.name)).collect();
        // What has the same settings has the same features, unless they are those of another version.
        let other_version = || ModelRefused::OtherVersion { path: path.clone(), version: file.version.clone() };
        let columns = columns.ok_or_else(other_version)?;
        Ok(Some(Applicable { from: plan.early_warning.from.clone(), columns, text, file }))
    }

    /// Whether customers of a category are in question.
    pub fn is_about(&self, category: usize) -> bool {
        self.from.contains(&category)
    }

    /// What the model says of a customer; `value` gives that of a column.
    pub fn warning(&self, customer: u32, value: impl Fn(usize) -> Option<f64>) -> Warning {
        let values: Vec<Option<f64>> = self.columns.iter().map(|column| value(*column)).collect();
        let score = self.file.model.score(&values);
        let mut reasons = [NO_REASON; MOST_REASONS];
        for (place, reason) in reasons.iter_mut().zip(self.file.model.reasons(&values)) {
            *place = reason.feature as u16;
        }
        let score = score.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        Warning { customer, score, reasons }
    }

    /// The risk of a score, per cent.
    pub fn risk_pct(&self, score: i32) -> f64 {
        self.file.model.band(score.into()).map_or(f64::NAN, |band| band.risk_pct)
    }

    /// What an analyst should know of it on the last day of a run.
    pub fn warnings(&self, settings: &EarlyWarning, as_of: Day) -> Vec<Message> {
        let last = self.file.model.provenance.last_date;
        let days = as_of.0 - last.0;
        let most = settings.max_age_days.filter(|most| i64::from(days) > i64::from(*most));
        let old = most.map(|most| messages::model_is_old(last, days.unsigned_abs(), most));
        let knows_later = (days < 0).then(|| messages::model_knows_later_days(last, as_of));
        let failed = (!self.file.tests.passes()).then(messages::model_failed);
        [old, knows_later, failed].into_iter().flatten().collect()
    }
}

/// Whether a model may be applied under a plan.
fn check(file: &ModelFile, path: &Path, plan: &RunPlan) -> Result<(), ModelRefused> {
    let settings = &plan.early_warning;
    let fitted_under = from_text(&file.configuration, &plan.folder, |_| plan.window.as_of)
        .map_err(|_| ModelRefused::OtherVersion { path: path.to_owned(), version: file.version.clone() })?;
    let features: Vec<String> = file.model.features.iter().map(|feature| feature.name.clone()).collect();
    let mut differ = label_settings_that_differ(&fitted_under, plan, &features);
    let fitted = &file.model.provenance;
    let name = |place: &usize| plan.customers.categories[*place].name.clone();
    let from: Vec<String> = settings.from.iter().map(name).collect();
    let own = [
        ("from", fitted.from != from),
        ("to", fitted.to != name(&settings.to)),
        ("within", fitted.within != settings.within),
    ];
    differ.extend(own.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| format!("early_warning.{key}")));
    if !differ.is_empty() {
        return Err(ModelRefused::OtherSettings { path: path.to_owned(), settings: differ });
    }
    let of_age = |name: &&String| plan.customers.way_to(name, "age").is_some() && !settings.exceptions.contains(name);
    let without_exception: Vec<String> = features.iter().filter(of_age).cloned().collect();
    if !without_exception.is_empty() {
        return Err(ModelRefused::NoException { path: path.to_owned(), features: without_exception });
    }
    if !file.tests.passes() && !settings.accept_failed {
        return Err(ModelRefused::Failed { path: path.to_owned(), failures: file.tests.failures.clone() });
    }
    if settings.require_approval && file.model.approved_by.is_empty() {
        return Err(ModelRefused::NotApproved { path: path.to_owned() });
    }
    Ok(())
}
