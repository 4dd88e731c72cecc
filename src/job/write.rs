//! From what was read to a published run folder: features, labels, figures, files.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;

use super::{Job, JobError, Reading, Timings, Warning};
use crate::config::LabelsFormat;
use crate::features::catalogue::{FEATURES, FeatureType};
use crate::features::{FeatureColumn, FeatureTable, Ground, features};
use crate::outputs::{
    self, Contents, FolderError, LabelsText, LabelsWriter, Manifest, OutputFile, RunFolder, SharedOutput, WindowEntry,
    Written,
};
use crate::statistics::{CategoryFigures, Gathered};

/// What a run came to.
#[derive(Debug)]
pub struct Results {
    /// The figures per category in their order, then of all.
    pub figures: Vec<CategoryFigures>,
}

/// What is told of a finished run.
#[derive(Debug)]
pub struct Report {
    /// The published folder.
    pub folder: PathBuf,
    /// Whether it is held because a limit was broken.
    pub held: bool,
    /// The results.
    pub results: Results,
    /// The manifest.
    pub manifest: Manifest,
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
        reading: Reading,
        folder: RunFolder<'_>,
        rejects: SharedOutput,
        started: String,
        mut timings: Timings,
    ) -> Result<Report, JobError> {
        let names = self.feature_names();
        let rejects = rejects.finish().ok_or(JobError::RejectsOpen)??;
        let (figures, labels) = timings.stage("classify", || self.label(&reading, &names, folder.path()))?;
        let empty = self.empty_table();
        let mut written = timings.stage("tables", || -> Result<Vec<Written>, FolderError> {
            Ok(vec![
                labels,
                outputs::category_summary(folder.path(), &figures)?,
                outputs::feature_statistics(folder.path(), &figures, &names, &empty.columns)?,
                rejects,
            ])
        })?;
        let mut config = OutputFile::create(folder.path(), "config.toml", Contents::Aggregates)?;
        config.append(self.config.in_force.as_bytes())?;
        let config = config.finish()?;
        let configuration_blake3 = config.blake3.clone();
        written.push(config);
        let held = !reading.broken_limits.is_empty();
        let manifest = Manifest {
            program: "vardag",
            version: env!("CARGO_PKG_VERSION"),
            held,
            broken_limits: reading.broken_limits.clone(),
            window: WindowEntry::new(&self.window),
            configuration_blake3,
            population: figures.last().map_or(0, |all| all.customers),
            categories: outputs::by_category(&figures),
            extracts: reading.accounts.iter().map(Into::into).collect(),
            warnings: reading.warnings.iter().map(Warning::to_string).collect(),
            outputs: written,
            started,
            timings_s: timings.0,
            peak_memory_bytes: outputs::peak_memory_bytes(),
        };
        let mut file = OutputFile::create(folder.path(), "manifest.json", Contents::Aggregates)?;
        let mut text = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
        text.push(b'\n');
        file.append(&text)?;
        file.finish()?;
        let folder = folder.publish(held, self.config.outputs.keep)?;
        Ok(Report { folder, held, results: Results { figures }, manifest })
    }

    /// Labels every partition and writes the labels in order, some partitions at a time.
    fn label(
        &self,
        reading: &Reading,
        names: &[String],
        folder: &Path,
    ) -> Result<(Vec<CategoryFigures>, Written), JobError> {
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
        };
        let empty = self.empty_table();
        let mut writer = LabelsWriter::create(folder, format, &text, &empty)?;
        let categories: Vec<String> = self.config.categories.iter().map(|category| category.name.clone()).collect();
        let gathered = Mutex::new(Gathered::new(categories.len()));
        let partitions: Vec<usize> = (0..reading.partitions.len()).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build().map_err(thread_failure)?;
        for some in partitions.chunks(2 * self.threads) {
            let rendered: Vec<_> = pool.install(|| {
                some.par_iter().map(|at| self.partition(*at, reading, &ground, &text, &gathered, format)).collect()
            });
            for rendered in rendered {
                writer.write(rendered?, folder)?;
            }
        }
        let gathered = gathered.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let figures = pool.install(|| gathered.figures(&categories, &empty.columns));
        Ok((figures, writer.finish(folder)?))
    }

    fn partition(
        &self,
        at: usize,
        reading: &Reading,
        ground: &Ground<'_>,
        text: &LabelsText<'_>,
        gathered: &Mutex<Gathered>,
        format: LabelsFormat,
    ) -> Result<outputs::Rendered, JobError> {
        let Labelled { table, rules } = self.labelled(features(at, &reading.population, ground))?;
        let categories: Vec<usize> = rules.iter().map(|rule| self.rules.category_of(*rule)).collect();
        let mut own = Gathered::new(self.config.categories.len());
        own.add(&table, &categories);
        gathered.lock().unwrap_or_else(std::sync::PoisonError::into_inner).merge(own);
        Ok(LabelsWriter::render(format, text, &table, &rules)?)
    }

    /// Adds the derived features to a table and finds the rule of each customer.
    fn labelled(&self, mut table: FeatureTable) -> Result<Labelled, JobError> {
        let all: Vec<usize> = (0..FEATURES.len()).collect();
        let frame = self.rules.derive(table.to_polars(&all)?)?;
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

fn thread_failure(error: rayon::ThreadPoolBuildError) -> JobError {
    let source = std::io::Error::other(error.to_string());
    JobError::Output(FolderError::Write { path: PathBuf::from("worker threads"), source })
}
