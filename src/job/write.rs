//! From what was read to a published run folder: features, labels, figures, files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::{Job, JobError, Reading, Timings, Warning};
use crate::config::LabelsFormat;
use crate::employers::EmployerFigures;
use crate::extract::ExtractError;
use crate::features::catalogue::{FEATURES, FeatureType};
use crate::features::{FeatureColumn, FeatureTable, Ground, features};
use crate::history::{HistoryEntry, Movements};
use crate::outputs::{
    self, BreakdownsText, Contents, ExtractEntry, FolderError, LabelsText, LabelsWriter, Manifest, OutputFile,
    RunFolder, SharedOutput, WindowEntry, Written,
};
use crate::report;
use crate::statistics::{Breakdown, CategoryFigures, Gathered};

/// What a run came to.
#[derive(Debug)]
pub struct Results {
    /// The figures per category in their order, then of all.
    pub figures: Vec<CategoryFigures>,
    /// The figures by each dimension, by age and by pairs of them.
    pub breakdowns: Vec<Breakdown>,
    /// The figures of employers per size class, then of all; empty where no extract is about employers.
    pub employers: Vec<EmployerFigures>,
    /// What moved since the last good run of an earlier day; `None` where there is none that can be read.
    pub movements: Option<Movements>,
    /// The good runs of earlier days, oldest first.
    pub history: Vec<HistoryEntry>,
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

/// A partition with its labels.
struct Labelled {
    table: FeatureTable,
    rules: Vec<u16>,
}

impl Job<'_> {
    /// The features' names, derived ones last.
    pub fn feature_names(&self) -> Vec<String> {
        let own = FEATURES.iter().map(|feature| feature.name.to_owned());
        own.chain(self.rules.derived_features().map(|(name, _)| name.to_owned())).collect()
    }

    /// Classifies what was read, writes everything and publishes the folder.
    pub fn finish(
        &self,
        mut reading: Reading<'_>,
        folder: RunFolder<'_>,
        rejects: SharedOutput,
        started: String,
        mut timings: Timings,
    ) -> Result<Report, JobError> {
        let names = self.feature_names();
        let rejects = rejects.finish().ok_or(JobError::RejectsOpen)??;
        // Before the customers' figures, which need the employers' memory under a limit.
        let (employers, employer_files) = match reading.employers.take() {
            None => Default::default(),
            Some(employers) => {
                let budget = reading.budget;
                timings.stage("employers", || self.employer_files(employers, budget, folder.path()))?
            }
        };
        let (gathered, labels) = timings.stage("classify", || self.label(&reading, &names, folder.path()))?;
        let categories = self.category_names();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build().map_err(thread_failure)?;
        let of_categories = || gathered.figures(&categories, &self.empty_table().columns);
        let figures = timings.stage("figures", || pool.install(of_categories));
        let by_groups = || self.breakdowns(gathered, &reading.population);
        let (breakdowns, too_many) = timings.stage("breakdowns", || pool.install(by_groups));
        reading.warnings.extend(too_many);
        let spreadsheet_safe = self.config.outputs.spreadsheet_safe;
        let breakdowns_text = BreakdownsText { categories: &categories, features: &names, spreadsheet_safe };
        let mut written = timings.stage("tables", || -> Result<Vec<Written>, FolderError> {
            Ok(vec![
                labels,
                outputs::category_summary(folder.path(), &figures)?,
                outputs::feature_statistics(folder.path(), &figures, &names)?,
                pool.install(|| breakdowns_text.write(folder.path(), &breakdowns))?,
                rejects,
            ])
        })?;
        written.extend(employer_files);
        let mut config = OutputFile::create(folder.path(), "config.toml", Contents::Aggregates)?;
        config.append(self.config.in_force.as_bytes())?;
        let config = config.finish()?;
        let configuration_blake3 = config.blake3.clone();
        written.push(config);
        let past = timings.stage("compare", || self.compare(&folder, &reading.accounts, &figures))?;
        written.extend(past.written);
        let held = !reading.broken_limits.is_empty() || !past.broken_gates.is_empty();
        let found = || reading.warnings.iter().chain(&past.warnings);
        let extracts: Vec<ExtractEntry> = reading.accounts.iter().map(Into::into).collect();
        // How much memory there was is no property of the results.
        let lasting = found().filter(|warning| warning.is_of_results());
        let lasting: Vec<String> = lasting.map(Warning::to_string).collect();
        let held_because: Vec<String> = reading.broken_limits.iter().chain(&past.broken_gates).cloned().collect();
        let min_group = self.config.breakdowns.min_group;
        let masked = |breakdown| report::MaskedBreakdown::new(breakdown, min_group);
        let content = report::Content {
            config: self.config,
            window: &self.window,
            registered: reading.population.registered,
            features: &names,
            figures: &figures,
            breakdowns: breakdowns.iter().map(masked).collect(),
            employers: &employers,
            movements: past.movements.as_ref(),
            history: &past.history,
            extracts: &extracts,
            warnings: &lasting,
            held_because: &held_because,
        };
        written.extend(timings.stage("report", || report::write(folder.path(), &content))?);
        let manifest = Manifest {
            program: "vardag",
            version: env!("CARGO_PKG_VERSION"),
            held,
            broken_limits: reading.broken_limits.clone(),
            broken_gates: past.broken_gates,
            accepted_changes: past.accepted_changes,
            window: WindowEntry::new(&self.window),
            configuration_blake3,
            population: figures.last().map_or(0, |all| all.customers),
            categories: outputs::by_category(&figures),
            employers: outputs::by_size_class(&employers),
            extracts,
            movements: past.movements.clone(),
            warnings: lasting,
            outputs: written,
            started,
            timings_s: timings.0,
            peak_memory_bytes: outputs::peak_memory_bytes(),
        };
        let mut file = OutputFile::create(folder.path(), "manifest.json", Contents::Aggregates)?;
        let mut text = serde_json::to_vec_pretty(&manifest).map_err(JobError::Manifest)?;
        text.push(b'\n');
        file.append(&text)?;
        file.finish()?;
        let folder = folder.publish(held, self.config.outputs.keep)?;
        let warnings = found().map(Warning::to_string).collect();
        let (movements, history) = (past.movements, past.history);
        let results = Results { figures, breakdowns, employers, movements, history };
        Ok(Report { folder, held, results, manifest, warnings })
    }

    /// Labels every partition and writes the labels in order: workers make them ready, one partition each at a time,
    /// while what is ready is written.
    fn label(&self, reading: &Reading<'_>, names: &[String], folder: &Path) -> Result<(Gathered, Written), JobError> {
        let format = self.config.outputs.labels;
        let rules = self.rule_texts();
        let text = LabelsText {
            population: &reading.population,
            features: names,
            rules: &rules,
            spreadsheet_safe: self.config.outputs.spreadsheet_safe,
        };
        let ground = Ground {
            window: &self.window,
            kernel: &reading.kernel,
            traits: &reading.traits,
            partitions: &reading.partitions,
            budget: reading.budget,
        };
        let empty = self.empty_table();
        let mut writer = LabelsWriter::create(folder, format, &text, &empty)?;
        let next = AtomicUsize::new(0);
        let (ready, made) = mpsc::sync_channel(self.threads);
        let (text, ground, next) = (&text, &ground, &next);
        let gathered = std::thread::scope(|scope| {
            let worker = |ready: mpsc::SyncSender<_>| {
                let mut gathered = self.nobody();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= reading.partitions.len() {
                        return gathered;
                    }
                    let rendered = self.partition(at, reading, ground, text, &mut gathered, format);
                    if ready.send((at, rendered)).is_err() {
                        return gathered; // The writing has failed: nobody waits for more.
                    }
                }
            };
            let workers: Vec<_> = (0..self.threads)
                .map(|_| {
                    let ready = ready.clone();
                    scope.spawn(move || worker(ready))
                })
                .collect();
            drop(ready);
            write_in_order(made, &mut writer, folder)?;
            let mut gathered = self.nobody();
            for worker in workers {
                // A worker panics only on a fault of ours, which is then everybody's.
                gathered.merge(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            Ok::<_, JobError>(gathered)
        })?;
        Ok((gathered, writer.finish(folder)?))
    }

    fn nobody(&self) -> Gathered {
        Gathered::new(self.config.categories.len(), self.has_breakdowns())
    }

    fn category_names(&self) -> Vec<String> {
        self.config.categories.iter().map(|category| category.name.clone()).collect()
    }

    fn partition(
        &self,
        at: usize,
        reading: &Reading<'_>,
        ground: &Ground<'_>,
        text: &LabelsText<'_>,
        gathered: &mut Gathered,
        format: LabelsFormat,
    ) -> Result<outputs::Rendered, JobError> {
        let table = features(at, &reading.population, ground)
            .map_err(|source| JobError::Extract(ExtractError::Spill { source }))?;
        let Labelled { table, rules } = self.labelled(table)?;
        let categories: Vec<usize> = rules.iter().map(|rule| self.rules.category_of(*rule)).collect();
        let rendered = LabelsWriter::render(format, text, &table, &rules)?;
        gathered.add(table, &categories);
        Ok(rendered)
    }

    /// Adds the derived features to a table and finds the rule of each customer.
    fn labelled(&self, mut table: FeatureTable) -> Result<Labelled, JobError> {
        let frame = self.rules.derive(table.to_polars(&self.rules.named_features())?)?;
        let rules = self.rules.classify(&frame)?.rule;
        for (name, feature_type) in self.rules.derived_features() {
            let column = frame.column(name)?;
            table.columns.push(match feature_type {
                FeatureType::Count => FeatureColumn::MaybeCounts(column.i64()?.iter().collect()),
                _ => FeatureColumn::Ratios(column.f64()?.iter().map(|value| value.unwrap_or(f64::NAN)).collect()),
            });
        }
        Ok(Labelled { table, rules })
    }

    /// A table without customers, for its columns.
    fn empty_table(&self) -> FeatureTable {
        let own = FEATURES.iter().map(|feature| match feature.feature_type {
            FeatureType::Count => FeatureColumn::Counts(Vec::new()),
            FeatureType::Hundredths => FeatureColumn::Hundredths(Vec::new()),
            FeatureType::Ratio => FeatureColumn::Ratios(Vec::new()),
        });
        let derived = self.rules.derived_features().map(|(_, feature_type)| match feature_type {
            FeatureType::Count => FeatureColumn::MaybeCounts(Vec::new()),
            _ => FeatureColumn::Ratios(Vec::new()),
        });
        FeatureTable { customers: Vec::new(), columns: own.chain(derived).collect() }
    }

    /// Category and rule name by rule number, the default's last.
    fn rule_texts(&self) -> Vec<(String, String)> {
        let text = |rule: u16| {
            let category = &self.config.categories[self.rules.category_of(rule)];
            (category.name.clone(), self.rules.rule_name(rule).to_owned())
        };
        (0..=self.rules.default_rule()).map(text).collect()
    }
}

/// Writes tables in the order of partitions, in whatever order they come.
fn write_in_order(
    made: mpsc::Receiver<(usize, Result<outputs::Rendered, JobError>)>,
    writer: &mut LabelsWriter,
    folder: &Path,
) -> Result<(), JobError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (at, rendered) in made {
        waiting.insert(at, rendered?);
        while let Some(rendered) = waiting.remove(&next) {
            writer.write(rendered, folder)?;
            next += 1;
        }
    }
    Ok(())
}

fn thread_failure(error: rayon::ThreadPoolBuildError) -> JobError {
    let source = std::io::Error::other(error.to_string());
    JobError::Output(FolderError::Write { path: PathBuf::from("worker threads"), source })
}
