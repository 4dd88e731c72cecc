//! From the extracts to a published panel folder.

use std::path::{Path, PathBuf};

use super::manifest::{PanelEntry, PanelManifest};
use super::sequences::CustomerRows;
use super::{PanelLabels, PanelPlan, Watchers, labels};
use crate::calendar::Day;
use crate::config::LabelsFormat;
use crate::extract::{ExtractError, RejectsWriter};
use crate::i18n::{Language, Message};
use crate::intake::ExtractEntry;
use crate::job::{Job, JobError, Timings, write_config, write_manifest};
use crate::outputs::{self, Contents, FolderError, FolderName, OutputFile, RunFolder, SharedOutput, Written};
use crate::report::{self, PanelContent, ReportError};
use crate::statistics::{CategoryFigures, PanelFigures};
use crate::tables::{self, Localizer};

/// What is told of a finished panel.
#[derive(Debug)]
pub struct PanelReport {
    /// The published folder.
    pub folder: PathBuf,
    /// The dates.
    pub dates: Vec<Day>,
    /// By date the figures per category, then of all.
    pub figures: Vec<Vec<CategoryFigures>>,
    /// What the sequences come to.
    pub panel: PanelFigures,
    /// The manifest.
    pub manifest: PanelManifest,
    /// What an analyst should know, in words.
    pub warnings: Vec<String>,
}

/// How a panel is made.
pub struct PanelOptions<'a> {
    /// The folder that holds the panels' folders.
    pub root: &'a Path,
    /// The format of sequences and spells.
    pub format: LabelsFormat,
    /// When it began, UTC.
    pub started: String,
    /// Who is told how far it is.
    pub watchers: Watchers<'a>,
}

/// Makes a panel: reads, labels date by date, writes everything and publishes the folder.
///
/// # Errors
/// An extract cannot be read to its end, or the folder cannot be written.
pub fn write(job: &Job<'_>, panel: &PanelPlan, options: PanelOptions<'_>) -> Result<PanelReport, JobError> {
    let mut timings = Timings::default();
    let name = FolderName::Panel(panel.span.from, panel.span.to);
    let folder = RunFolder::begin(options.root, name)?;
    let rejects = OutputFile::create(folder.path(), "rejects.csv", Contents::Rows)?.shared();
    let spill = job.spill(folder.path())?;
    let labels = {
        let source = |source| ExtractError::Rejects { source };
        let mut writer = RejectsWriter::new(Box::new(rejects.clone()), &panel.plan.outputs).map_err(source)?;
        let labels = labels(job, panel, &mut writer, spill.as_ref(), &|_| (), &options.watchers, &mut timings)?;
        writer.finish().map_err(source)?;
        labels
    };
    let categories = panel.plan.customers.categories.len();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build().map_err(JobError::Threads)?;
    let figures = timings.stage("figures", || pool.install(|| PanelFigures::of(&labels.sequences, categories)));
    let mut written = timings.stage("tables", || write_tables(folder.path(), panel, &labels, &figures))?;
    let pages = || write_pages(folder.path(), panel, &labels, &figures);
    written.extend(timings.stage("report", pages)?);
    let rows = || write_rows(folder.path(), panel, &labels, options.format);
    written.extend(timings.stage("sequences", rows)?);
    written.push(finished(rejects)?);
    written.push(write_config(folder.path(), &panel.plan)?);
    let manifest = manifest(panel, &labels, &figures, written, options.started, timings);
    let mut written = manifest.outputs.clone();
    written.push(write_manifest(folder.path(), &manifest)?);
    let folder = folder.publish(manifest.held, None, &written)?;
    let warnings = labels.warnings.iter().chain(&labels.memory_warning).map(|own| own.text(Language::En)).collect();
    Ok(PanelReport {
        folder,
        dates: labels.sequences.dates,
        figures: labels.figures,
        panel: figures,
        manifest,
        warnings,
    })
}

/// Writes the tables of figures.
fn write_tables(
    folder: &Path,
    panel: &PanelPlan,
    labels: &PanelLabels,
    figures: &PanelFigures,
) -> Result<Vec<Written>, JobError> {
    let words = Localizer::new(&panel.plan, Language::En)?;
    let (names, dates) = (&panel.plan.customers.category_names(), &labels.sequences.dates);
    let tables = [
        (tables::shares(&words, dates, &labels.figures), Contents::Aggregates),
        (tables::transitions(&words, names, dates, &figures.transitions), Contents::SmallGroups),
        (tables::transition_rates(&words, names, &figures.transitions), Contents::SmallGroups),
        (tables::durations(&words, names, &figures.durations), Contents::SmallGroups),
        (tables::mobility(&words, names, &figures.mobility), Contents::Aggregates),
    ];
    let written = tables.iter().map(|(table, contents)| OutputFile::write_table(folder, table, *contents, &[]));
    Ok(written.collect::<Result<_, FolderError>>()?)
}

/// Writes what a person looks at.
fn write_pages(
    folder: &Path,
    panel: &PanelPlan,
    labels: &PanelLabels,
    figures: &PanelFigures,
) -> Result<Vec<Written>, ReportError> {
    let content = PanelContent {
        plan: &panel.plan,
        dates: &labels.sequences.dates,
        figures: &labels.figures,
        panel: figures,
        registered: labels.population.registered,
        warnings: &labels.warnings,
        held_because: &labels.broken_limits,
    };
    report::write_panel(folder, &content)
}

/// Writes the files with rows of customers.
fn write_rows(
    folder: &Path,
    panel: &PanelPlan,
    labels: &PanelLabels,
    format: LabelsFormat,
) -> Result<Vec<Written>, FolderError> {
    let rows = CustomerRows {
        population: &labels.population,
        sequences: &labels.sequences,
        names: &panel.plan.customers.category_names(),
        spreadsheet_safe: panel.plan.outputs.spreadsheet_safe,
    };
    rows.write(folder, format)
}

fn finished(rejects: SharedOutput) -> Result<Written, JobError> {
    Ok(rejects.finish().ok_or(JobError::RejectsOpen)??)
}

fn manifest(
    panel: &PanelPlan,
    labels: &PanelLabels,
    figures: &PanelFigures,
    outputs: Vec<Written>,
    started: String,
    timings: Timings,
) -> PanelManifest {
    PanelManifest {
        program: "vardag",
        version: env!("CARGO_PKG_VERSION"),
        held: !labels.broken_limits.is_empty(),
        broken_limits: Message::texts(&labels.broken_limits, Language::En),
        panel: PanelEntry::new(panel),
        configuration_blake3: blake3::hash(panel.plan.in_force.as_bytes()).to_string(),
        customers: figures.customers,
        extracts: labels.accounts.iter().map(|account| ExtractEntry::of(account, &panel.plan)).collect(),
        warnings: Message::texts(&labels.warnings, Language::En),
        outputs,
        started,
        timings_s: timings.0,
        peak_memory_bytes: outputs::peak_memory_bytes(),
    }
}
