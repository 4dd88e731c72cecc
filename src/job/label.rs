//! Features, rules and labels, partition by partition: workers make them ready, one thread writes them in order.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::{Job, JobError, Reading};
use crate::config::LabelsFormat;
use crate::extract::ExtractError;
use crate::features::catalogue::{FEATURES, FeatureType};
use crate::features::{AggregationContext, FeatureColumn, FeatureTable, features};
use crate::outputs::{self, LabelsText, LabelsWriter, Written};
use crate::statistics::Accumulator;

/// A partition with its labels.
struct Labelled {
    table: FeatureTable,
    rules: Vec<u16>,
}

/// The labels of a partition, ready to be written.
struct RenderedPartition {
    labels: outputs::Rendered,
    customers: Vec<u32>,
    rules: Vec<u16>,
}

impl Job<'_> {
    /// Labels every partition and writes the labels in order: workers make them ready, one partition each at a time,
    /// while what is ready is written. Also gives the rule that decided on each customer of the run, by number.
    pub(super) fn label(
        &self,
        reading: &Reading<'_>,
        names: &[String],
        folder: &Path,
    ) -> Result<(Accumulator, Written, Vec<Option<u16>>), JobError> {
        let format = self.config.outputs.labels;
        let rules = self.rule_texts();
        let text = LabelsText {
            population: &reading.population,
            features: names,
            rules: &rules,
            spreadsheet_safe: self.config.outputs.spreadsheet_safe,
        };
        let context = AggregationContext {
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
        let (text, context, next) = (&text, &context, &next);
        let mut rules_by_customer = vec![None; reading.population.len()];
        let gathered = std::thread::scope(|scope| {
            let worker = |ready: mpsc::SyncSender<_>| {
                let mut gathered = self.nobody();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= reading.partitions.len() {
                        return gathered;
                    }
                    let rendered = self.partition(at, reading, context, text, &mut gathered, format);
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
            write_in_order(made, &mut writer, folder, &mut rules_by_customer)?;
            let mut gathered = self.nobody();
            for worker in workers {
                // A worker panics only on a fault of ours, which is then everybody's.
                gathered.merge(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            Ok::<_, JobError>(gathered)
        })?;
        Ok((gathered, writer.finish(folder)?, rules_by_customer))
    }

    fn nobody(&self) -> Accumulator {
        Accumulator::new(self.config.categories.len(), self.has_breakdowns())
    }

    fn partition(
        &self,
        at: usize,
        reading: &Reading<'_>,
        context: &AggregationContext<'_>,
        text: &LabelsText<'_>,
        gathered: &mut Accumulator,
        format: LabelsFormat,
    ) -> Result<RenderedPartition, JobError> {
        let table = features(at, &reading.population, context)
            .map_err(|source| JobError::Extract(ExtractError::Spill { source }))?;
        let Labelled { table, rules } = self.labelled(table)?;
        let categories: Vec<usize> = rules.iter().map(|rule| self.rules.category_of(*rule)).collect();
        let labels = LabelsWriter::render(format, text, &table, &rules)?;
        let customers = table.customers.clone();
        gathered.add(table, &categories);
        Ok(RenderedPartition { labels, customers, rules })
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
    pub(super) fn empty_table(&self) -> FeatureTable {
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
        let name = |category: usize| self.config.categories[category].name.clone();
        self.config.outcomes().map(|(category, rule)| (name(category), rule.to_owned())).collect()
    }
}

/// Writes tables in the order of partitions, in whatever order they come, and notes the rules. Partitions are taken in
/// their order and are of one size, so that hardly more of them wait than there are workers.
fn write_in_order(
    made: mpsc::Receiver<(usize, Result<RenderedPartition, JobError>)>,
    writer: &mut LabelsWriter,
    folder: &Path,
    rules_by_customer: &mut [Option<u16>],
) -> Result<(), JobError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (at, rendered) in made {
        waiting.insert(at, rendered?);
        while let Some(partition) = waiting.remove(&next) {
            writer.write(partition.labels, folder)?;
            for (customer, rule) in partition.customers.into_iter().zip(partition.rules) {
                rules_by_customer[customer as usize] = Some(rule);
            }
            next += 1;
        }
    }
    Ok(())
}
