//! From the extracts to an early-warning model (`docs/method.md` section 11): a panel whose samples are taken as it is
//! labelled, the model fitted and tested on them, and what is written of it.
//!
//! In: a `PanelPlan`. Out: the model's file, and beside it a folder with its tests, either both or none of them.

mod error;
mod files;
mod sampler;

pub use error::LearnError;
pub use files::ModelPaths;

use crate::config::of_features;
use crate::early_warning::{
    AuditGroups, FitError, Model, ModelFile, ModelInput, Samples, TestSummary, dates_needed, fit,
};
use crate::extract::batch::MISSING_DAY;
use crate::extract::{ExtractError, RejectsWriter};
use crate::i18n::{Language, Message, messages};
use crate::intake::ExtractEntry;
use crate::job::{Job, JobError, Timings};
use crate::outputs::{NewFolder, peak_memory_bytes};
use crate::panel::{LabelledPartition, PanelLabels, PanelPlan, Watchers, labels};
use crate::statistics::{Grouping, MOST_GROUPS};
use crate::tables::Table;
use crate::version;
use files::ModelFiles;
use sampler::Sampler;

/// What is told of an attempt to fit a model.
#[derive(Debug)]
pub struct LearnReport {
    /// The model; none where a limit is broken on any of the dates.
    pub learned: Option<Learned>,
    /// The limits that a run as of any of the dates would break, in words.
    pub broken_limits: Vec<String>,
    /// What an analyst should know, in words.
    pub warnings: Vec<String>,
    /// The extracts with their files and rows, over all windows together.
    pub extracts: Vec<ExtractEntry>,
    /// Seconds by stage.
    pub timings: Timings,
    /// The most memory that was resident, bytes.
    pub peak_memory_bytes: Option<u64>,
}

/// A model that is written.
#[derive(Debug)]
pub struct Learned {
    /// What its file says.
    pub file: ModelFile,
    /// What each capacity finds.
    pub capacity: Table,
    /// Where it is, and its tests.
    pub paths: ModelPaths,
}

/// Fails if no model can come of a panel, whatever its extracts say.
///
/// # Errors
/// It has too few dates, or nobody is in question.
pub fn check(panel: &PanelPlan) -> Result<(), LearnError> {
    let settings = &panel.plan.early_warning;
    if settings.from.is_empty() {
        return Err(LearnError::NobodyInQuestion);
    }
    let (have, within) = (panel.windows.len(), settings.within);
    if have < dates_needed(within) {
        return Err(FitError::too_few_dates(have, within, |steps| panel.span.date(steps)).into());
    }
    Ok(())
}

/// Reads the extracts, fits a model on their panel, tests it and writes it; beyond a limit nothing is written.
///
/// # Errors
/// An extract cannot be read to its end, no model can be fitted, or it cannot be written.
pub fn learn(
    job: &Job<'_>,
    panel: &PanelPlan,
    paths: &ModelPaths,
    watchers: &Watchers<'_>,
) -> Result<LearnReport, LearnError> {
    check(panel)?;
    let folder = paths.begin()?;
    let mut timings = Timings::default();
    let (labels, samples) = sampled(job, panel, &folder, watchers, &mut timings)?;
    let (groups, too_many) = groups(panel, &labels);
    let registered = labels.population.registered;
    let (mut report, warnings) = report(panel, labels, too_many, timings);
    if report.broken_limits.is_empty() {
        let settings = &panel.plan.early_warning;
        let (model, backtest) = report.timings.stage("fit", || fit(&samples, settings, &groups, job.threads))?;
        let files = ModelFiles {
            panel,
            file: model_file(panel, model, TestSummary::of(&backtest), &report.extracts),
            backtest: &backtest,
            registered,
            warnings: &warnings,
        };
        report.learned = Some(report.timings.stage("report", || files.write(folder, paths))?);
    }
    report.peak_memory_bytes = peak_memory_bytes();
    Ok(report)
}

/// What is told of the panel, in words and as messages. The customers themselves are of no more use, and go before the fit needs
/// their memory.
fn report(
    panel: &PanelPlan,
    labels: PanelLabels,
    too_many: Vec<Message>,
    timings: Timings,
) -> (LearnReport, Vec<Message>) {
    let warnings: Vec<Message> = labels.warnings.into_iter().chain(too_many).collect();
    let report = LearnReport {
        learned: None,
        broken_limits: Message::texts(&labels.broken_limits, Language::En),
        // How much memory there was is no property of the model.
        warnings: warnings.iter().chain(&labels.memory_warning).map(|warning| warning.text(Language::En)).collect(),
        extracts: labels.accounts.iter().map(|account| ExtractEntry::of(account, &panel.plan)).collect(),
        timings,
        peak_memory_bytes: None,
    };
    (report, warnings)
}

/// The labels of the panel, and the samples.
fn sampled(
    job: &Job<'_>,
    panel: &PanelPlan,
    folder: &NewFolder,
    watchers: &Watchers<'_>,
    timings: &mut Timings,
) -> Result<(PanelLabels, Samples), JobError> {
    let source = |source| ExtractError::Rejects { source };
    let dates = panel.dates();
    let sampler = Sampler::new(&panel.plan, &dates);
    let mut rejects = RejectsWriter::new(Box::new(std::io::sink()), &panel.plan.outputs).map_err(source)?;
    let spill = job.spill(folder.path())?;
    let take = |labelled: &LabelledPartition<'_>| sampler.take(labelled);
    let labels = labels(job, panel, &mut rejects, spill.as_ref(), &take, watchers, timings)?;
    rejects.finish().map_err(source)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build().map_err(JobError::Threads)?;
    let samples = timings.stage("samples", || pool.install(|| sampler.samples(panel, &labels)));
    Ok((labels, samples))
}

/// What the model is audited by, and what is to be said of dimensions of too many values.
fn groups(panel: &PanelPlan, labels: &PanelLabels) -> (AuditGroups, Vec<Message>) {
    let mut too_many = Vec::new();
    let mut groups = AuditGroups::default();
    if labels.population.births.iter().any(|birth| *birth != MISSING_DAY) {
        groups.age_groups = panel.plan.breakdowns.age_groups.clone();
    }
    for dimension in &labels.population.dimensions {
        match Grouping::by_dimension(dimension) {
            Ok(grouping) => groups.dimensions.push(grouping),
            Err(count) => too_many.push(messages::too_many_groups(dimension.name.as_str(), count, MOST_GROUPS)),
        }
    }
    (groups, too_many)
}

/// What the model's file says.
fn model_file(panel: &PanelPlan, model: Model, tests: TestSummary, extracts: &[ExtractEntry]) -> ModelFile {
    let (plan, settings) = (&panel.plan, &panel.plan.early_warning);
    let inputs = extracts.iter().flat_map(|extract| {
        extract.files.iter().map(|file| ModelInput {
            extract: extract.extract.to_owned(),
            file: file.file.clone(),
            blake3: file.blake3.clone(),
        })
    });
    ModelFile {
        model,
        exceptions: settings.exceptions.iter().filter(|name| settings.features.contains(name)).cloned().collect(),
        band_limits: settings.bands,
        tests,
        version: version::VERSION.to_owned(),
        configuration_blake3: blake3::hash(plan.in_force.as_bytes()).to_string(),
        configuration: of_features(&plan.in_force),
        inputs: inputs.collect(),
    }
}
