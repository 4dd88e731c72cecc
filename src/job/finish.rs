//! From what was read to a published run folder: labels, figures, comparison, report, manifest.

use std::path::{Path, PathBuf};

use super::label::Labelled;
use super::past::Before;
use super::{Aggregated, Job, JobError, Reading, Timings};
use crate::config::RunPlan;
use crate::early_warning::Applied;
use crate::history::{HistoryEntry, Movements};
use crate::i18n::{Language, Message};
use crate::intake::{ExtractEntry, Population};
use crate::outputs::{
    self, BreakdownsText, Contents, FolderError, Manifest, OutputFile, RunFolder, SharedOutput, Syncing, WindowEntry,
    Written,
};
use crate::report;
use crate::schema::Entity;
use crate::statistics::{Accumulator, Breakdown, CategoryFigures, Concentration};
use crate::tables::{self, Content, Localizer, MaskedBreakdown};
use crate::version;

/// What a run came to.
#[derive(Debug)]
pub struct Results {
    /// The figures per category in their order, then of all.
    pub figures: Vec<CategoryFigures>,
    /// How much of some totals falls to few customers.
    pub concentration: Vec<Concentration>,
    /// The figures by each dimension, by age and by pairs of them.
    pub breakdowns: Vec<Breakdown>,
    /// The figures of employers per category, then of all; empty where no extract is about employers.
    pub employers: Vec<CategoryFigures>,
    /// Which customers moved since the last good run of an earlier day; `None` where there is none that can be read.
    pub movements: Option<Movements>,
    /// Which employers did.
    pub employer_movements: Option<Movements>,
    /// The good runs of earlier days, oldest first.
    pub history: Vec<HistoryEntry>,
    /// The model of early warning that was applied.
    pub early_warning: Option<Applied>,
}

/// What is told of a finished run.
#[derive(Debug)]
pub struct Report {
    /// The published folder.
    pub folder: PathBuf,
    /// Whether it is held because a limit or a gate was broken.
    pub held: bool,
    /// The results.
    pub results: Results,
    /// The manifest.
    pub manifest: Manifest,
    /// What an analyst should know, in words.
    pub warnings: Vec<String>,
}

/// What is found out about the run itself.
struct Findings {
    broken_limits: Vec<Message>,
    broken_gates: Vec<Message>,
    accepted_changes: Vec<Message>,
    warnings: Vec<Message>,
}

/// What employers came to; nothing where no extract is about them.
#[derive(Default)]
struct Employers {
    figures: Vec<CategoryFigures>,
    movements: Option<Movements>,
    written: Vec<Written>,
}

impl Findings {
    /// Why the run is held; empty where it is not.
    fn held_because(&self) -> Vec<Message> {
        self.broken_limits.iter().chain(&self.broken_gates).cloned().collect()
    }
}

impl Job<'_> {
    /// Classifies what was read, writes everything and publishes the folder.
    pub fn finish(
        &self,
        mut reading: Reading<'_>,
        folder: RunFolder,
        rejects: SharedOutput,
        started: String,
        mut timings: Timings,
    ) -> Result<Report, JobError> {
        let rejects = rejects.finish().ok_or(JobError::RejectsOpen)??;
        let mut before = timings.stage("compare", || self.before(&folder));
        // Before the customers' figures, which need the employers' memory under a limit.
        let mut employers = match reading.employers.take() {
            None => Employers::default(),
            Some(employers) => {
                timings.stage("employers", || self.label_employers(employers, &reading, folder.path(), &mut before))?
            }
        };
        let labelling = self.labelling(Entity::Customer);
        let classify = || self.label(&labelling, &reading.customers, &reading, folder.path());
        let mut labelled = timings.stage("classify", classify)?;
        let syncing = Syncing::begin(folder.path(), &labelled.written)?;
        let population = &reading.customers.population;
        let (early_warning, warned) =
            self.early_warning(&mut labelled, population, folder.path(), &mut timings)?.unzip();
        let Labelled { accumulator: gathered, written: labels, rules, .. } = labelled;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build().map_err(JobError::Threads)?;
        let concentration = timings.stage("concentration", || pool.install(|| gathered.concentration()));
        let (figures, breakdowns, too_many) = pool.install(|| self.sum_up(gathered, population, &mut timings));
        let tables = || pool.install(|| self.tables(folder.path(), &figures, &concentration, &breakdowns));
        let mut written = vec![labels];
        written.extend(warned.into_iter().flatten());
        written.extend(timings.stage("tables", tables)?);
        written.push(rejects);
        written.extend(std::mem::take(&mut employers.written));
        written.push(write_config(folder.path(), self.plan)?);

        let compare = || self.movements(&mut before, Entity::Customer, folder.path(), population, &rules);
        let (movements, moved) = timings.stage("compare", compare)?.unzip();
        written.extend(moved);
        let (found, history) = self.found(before, &mut reading, &figures, too_many);
        let Employers { figures: employers, movements: employer_movements, .. } = employers;
        let results = Results {
            figures,
            concentration,
            breakdowns,
            employers,
            movements,
            employer_movements,
            history,
            early_warning,
        };
        let extracts: Vec<ExtractEntry> =
            reading.accounts.iter().map(|account| ExtractEntry::of(account, self.plan)).collect();
        let registered = reading.customers.population.registered;
        let pages = || self.pages(folder.path(), &results, &extracts, &found, registered);
        written.extend(timings.stage("report", pages)?);
        written.push(outputs::write_data_package(folder.path(), &self.plan.window, &written)?);

        let warnings = found.warnings.iter().chain(&reading.memory_warning).map(|own| own.text(Language::En)).collect();
        let manifest = self.manifest(&results, extracts, found, written, started, timings);
        let mut written = manifest.outputs.clone();
        written.push(write_manifest(folder.path(), &manifest)?);
        syncing.finish()?;
        let folder = folder.publish(manifest.held, self.plan.outputs.keep, &written)?;
        Ok(Report { folder, held: manifest.held, results, manifest, warnings })
    }

    /// What is found out about the run itself; and the good runs before it.
    fn found(
        &self,
        before: Before,
        reading: &mut Reading<'_>,
        figures: &[CategoryFigures],
        too_many: Vec<Message>,
    ) -> (Findings, Vec<HistoryEntry>) {
        let broken = self.broken_gates(&before, reading, figures);
        let (broken_gates, accepted_changes) =
            if self.accept_changes { (Vec::new(), broken) } else { (broken, Vec::new()) };
        let Before { history, warnings, .. } = before;
        let read = reading.warnings.drain(..).chain(too_many).chain(self.model_warnings());
        let found = Findings {
            warnings: read.chain(warnings).collect(),
            broken_limits: std::mem::take(&mut reading.broken_limits),
            broken_gates,
            accepted_changes,
        };
        (found, history)
    }

    fn manifest(
        &self,
        results: &Results,
        extracts: Vec<ExtractEntry>,
        found: Findings,
        outputs: Vec<Written>,
        started: String,
        timings: Timings,
    ) -> Manifest {
        Manifest {
            program: "vardag",
            version: version::VERSION,
            commit: version::COMMIT,
            held: !found.held_because().is_empty(),
            window: WindowEntry::new(&self.plan.window),
            configuration_blake3: blake3::hash(self.plan.in_force.as_bytes()).to_string(),
            population: results.figures.last().map_or(0, |all| all.customers),
            categories: outputs::by_category(&results.figures),
            employers: outputs::by_category(&results.employers),
            extracts,
            movements: results.movements.clone(),
            employer_movements: results.employer_movements.clone(),
            early_warning: results.early_warning.as_ref().map(|applied| applied.entry(self.plan)),
            // Without that of memory: how much there was is no property of results.
            warnings: Message::texts(&found.warnings, Language::En),
            broken_limits: Message::texts(&found.broken_limits, Language::En),
            broken_gates: Message::texts(&found.broken_gates, Language::En),
            accepted_changes: Message::texts(&found.accepted_changes, Language::En),
            outputs,
            started,
            timings_s: timings.0,
            peak_memory_bytes: outputs::peak_memory_bytes(),
        }
    }

    /// Writes the employers' files and sums them up, which ends the need for them: what follows has their memory.
    fn label_employers(
        &self,
        employers: Aggregated<'_>,
        reading: &Reading<'_>,
        folder: &Path,
        before: &mut Before,
    ) -> Result<Employers, JobError> {
        let labelling = self.labelling(Entity::Employer);
        let Labelled { accumulator, written: labels, rules, .. } =
            self.label(&labelling, &employers, reading, folder)?;
        let figures = accumulator.figures(&labelling.rules.category_names(), &labelling.empty_table());
        let words = Localizer::new(self.plan, Language::En)?;
        let summary = tables::employer_summary(&words, &figures);
        let mut written = vec![OutputFile::write_table(folder, &summary, Contents::Aggregates, &["category"])?, labels];
        let moved = self.movements(before, Entity::Employer, folder, &employers.population, &rules)?;
        let (movements, moved) = moved.unzip();
        written.extend(moved);
        Ok(Employers { figures, movements, written })
    }

    /// The figures per category and by groups, and what is to be said of groups that are too many.
    fn sum_up(
        &self,
        gathered: Accumulator,
        population: &Population,
        timings: &mut Timings,
    ) -> (Vec<CategoryFigures>, Vec<Breakdown>, Vec<Message>) {
        let (names, empty) = (self.plan.customers.category_names(), self.labelling(Entity::Customer).empty_table());
        let figures = timings.stage("figures", || gathered.figures(&names, &empty));
        let (breakdowns, too_many) = timings.stage("breakdowns", || self.breakdowns(gathered, population));
        (figures, breakdowns, too_many)
    }

    /// Writes the tables of figures.
    fn tables(
        &self,
        folder: &Path,
        figures: &[CategoryFigures],
        concentration: &[Concentration],
        breakdowns: &[Breakdown],
    ) -> Result<Vec<Written>, JobError> {
        let words = Localizer::new(self.plan, Language::En)?;
        let rules = &self.plan.customers;
        let (categories, features) = (&rules.category_names(), &rules.feature_names());
        let text = BreakdownsText { categories, features, spreadsheet_safe: self.plan.outputs.spreadsheet_safe };
        Ok(vec![
            OutputFile::write_table(
                folder,
                &tables::category_summary(&words, figures),
                Contents::Aggregates,
                &["category"],
            )?,
            // Its smallest and largest values are single persons'.
            OutputFile::write_table(
                folder,
                &tables::feature_statistics(&words, Entity::Customer, figures, features),
                Contents::SmallGroups,
                &["category", "feature"],
            )?,
            OutputFile::write_table(
                folder,
                &tables::concentration(&words, concentration, categories),
                Contents::Aggregates,
                &["feature", "top_pct"],
            )?,
            text.write(folder, breakdowns)?,
        ])
    }

    /// Writes what a person looks at.
    fn pages(
        &self,
        folder: &Path,
        results: &Results,
        extracts: &[ExtractEntry],
        found: &Findings,
        registered: bool,
    ) -> Result<Vec<Written>, report::ReportError> {
        let min_group = self.plan.breakdowns.min_group;
        let content = Content {
            plan: self.plan,
            registered,
            features: &self.plan.customers.feature_names(),
            figures: &results.figures,
            concentration: &results.concentration,
            breakdowns: MaskedBreakdown::all(&results.breakdowns, min_group),
            employers: &results.employers,
            movements: results.movements.as_ref(),
            employer_movements: results.employer_movements.as_ref(),
            history: &results.history,
            early_warning: results.early_warning.as_ref(),
            extracts,
            warnings: &found.warnings,
            held_because: &found.held_because(),
        };
        report::write(folder, &content)
    }
}

/// Writes `manifest.json`.
pub(crate) fn write_manifest(folder: &Path, manifest: &impl serde::Serialize) -> Result<Written, JobError> {
    let mut text = serde_json::to_vec_pretty(manifest).map_err(JobError::Manifest)?;
    text.push(b'\n');
    let mut file = OutputFile::create(folder, "manifest.json", Contents::Aggregates)?;
    file.append(&text)?;
    Ok(file.finish()?)
}

/// Writes the configuration in force.
pub(crate) fn write_config(folder: &Path, plan: &RunPlan) -> Result<Written, FolderError> {
    let mut config = OutputFile::create(folder, "config.toml", Contents::Aggregates)?;
    config.append(plan.in_force.as_bytes())?;
    config.finish()
}
