//! Features, rules and labels, partition by partition: workers make them ready, one thread writes them in order.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::early_warning::{warned, warning_fields};
use super::{Aggregated, Job, JobError, Reading};
use crate::config::LabelsFormat;
use crate::early_warning::{Applicable, Warning};
use crate::extract::ExtractError;
use crate::features::{AggregationContext, FeatureColumn, FeatureTable, features};
use crate::intake::Population;
use crate::outputs::{self, LabelledTable, LabelsText, LabelsWriter, Written};
use crate::rules::RuleSet;
use crate::schema::Entity;
use crate::schema::features::FeatureType;
use crate::schema::fields::Field;
use crate::statistics::{Accumulator, Purpose};

/// The labels of a partition, ready to be written.
struct RenderedPartition {
    labels: outputs::Rendered,
    customers: Vec<u32>,
    rules: Vec<u16>,
    /// What the model says of those in question.
    warnings: Vec<Warning>,
}

/// What the labels come to, besides their file.
pub(super) struct Labelled {
    /// What figures are made of.
    pub(super) accumulator: Accumulator,
    /// The file.
    pub(super) written: Written,
    /// By customer number the rule that decided; `None` of who is not in the population.
    pub(super) rules: Vec<Option<u16>>,
    /// What the model says of those in question, by customer number.
    pub(super) warnings: Vec<Warning>,
}

/// How an entity is labelled.
pub(crate) struct Labelling<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) format: LabelsFormat,
    /// What figures are wanted afterwards.
    pub(crate) purpose: Purpose,
    /// The model of early warning that is applied.
    pub(crate) model: Option<&'a Applicable>,
}

impl Labelling<'_> {
    /// A table without rows, for its columns.
    pub(crate) fn empty_table(&self) -> FeatureTable {
        let mut table = FeatureTable::empty(self.rules.entity);
        table.columns.extend(self.rules.derived_features.iter().map(|feature| match feature.feature_type {
            FeatureType::Count => FeatureColumn::MaybeCounts(Vec::new()),
            _ => FeatureColumn::Ratios(Vec::new()),
        }));
        table
    }

    /// The columns of the labels.
    fn fields(&self, population: &Population) -> Vec<Field> {
        let entity = self.rules.entity;
        let mut fields = vec![
            Field::text(entity.id_column(), "as the extracts have it").key(),
            Field::text("category", "its name"),
            Field::text("rule", "the rule that decided; default: no rule took it"),
        ];
        fields.extend(entity.features().iter().map(|at| Field::from(at.feature())));
        fields.extend(self.rules.derived_features.iter().map(Field::from));
        let dimension =
            |name: &str| Field { name: name.to_owned().into(), ..Field::text("", "as the register has it") };
        fields.extend(population.dimensions.iter().map(|of| dimension(&of.name)));
        if self.model.is_some() {
            fields.extend(warning_fields());
        }
        fields
    }

    pub(crate) fn nobody(&self) -> Accumulator {
        Accumulator::new(self.rules.categories.len(), self.purpose)
    }

    /// Category and rule name by rule number, the default's last.
    fn rule_texts(&self) -> Vec<(String, String)> {
        self.rules.outcomes().map(|(category, rule)| (category.to_owned(), rule.to_owned())).collect()
    }

    fn partition(
        &self,
        at: usize,
        population: &Population,
        context: &AggregationContext<'_>,
        text: &LabelsText<'_>,
        accumulator: &mut Accumulator,
    ) -> Result<RenderedPartition, JobError> {
        let partition = std::mem::take(&mut *context.partitions[at].lock());
        let spill = context.budget.map(|budget| budget.spill);
        let table = features(&population.members(at), partition, &context.window, spill)
            .map_err(|source| JobError::Extract(ExtractError::Spill { source }))?;
        let (table, rules) = self.labelled(table)?;
        let categories: Vec<usize> = rules.iter().map(|rule| self.rules.category_of(*rule)).collect();
        let warned = self.model.map(|model| warned(model, &table, &categories, population));
        let (warnings, by_row) = warned.unzip();
        let labelled = LabelledTable { table: &table, rules: &rules, warnings: by_row.as_deref() };
        let labels = LabelsWriter::render(self.format, text, &labelled)?;
        let customers = table.customers.clone();
        accumulator.add(table, &categories);
        Ok(RenderedPartition { labels, customers, rules, warnings: warnings.unwrap_or_default() })
    }

    /// Adds the derived features to a table and finds the rule of each row.
    pub(crate) fn labelled(&self, mut table: FeatureTable) -> Result<(FeatureTable, Vec<u16>), JobError> {
        let frame = self.rules.derive(table.to_polars(&self.rules.named_features())?)?;
        let rules = self.rules.classify(&frame)?;
        for feature in &self.rules.derived_features {
            let column = frame.column(&feature.name)?;
            table.columns.push(match feature.feature_type {
                FeatureType::Count => FeatureColumn::MaybeCounts(column.i64()?.iter().collect()),
                _ => FeatureColumn::Ratios(column.f64()?.iter().map(|value| value.unwrap_or(f64::NAN)).collect()),
            });
        }
        Ok((table, rules))
    }
}

impl Job<'_> {
    /// How an entity is labelled.
    pub(crate) fn labelling(&self, entity: Entity) -> Labelling<'_> {
        Labelling {
            rules: self.plan.rules(entity),
            format: self.plan.labels_format(entity),
            model: self.model.as_ref().filter(|_| entity == Entity::Customer),
            purpose: match entity == Entity::Customer && self.has_breakdowns() {
                true => Purpose::Breakdowns,
                false => Purpose::Figures,
            },
        }
    }

    /// Labels every partition and writes the labels in order: workers make them ready, one partition each at a time,
    /// while what is ready is written.
    pub(super) fn label(
        &self,
        labelling: &Labelling<'_>,
        of: &Aggregated<'_>,
        reading: &Reading<'_>,
        folder: &Path,
    ) -> Result<Labelled, JobError> {
        let text = LabelsText {
            entity: of.entity,
            population: &of.population,
            fields: &labelling.fields(&of.population),
            rules: &labelling.rule_texts(),
            spreadsheet_safe: self.plan.outputs.spreadsheet_safe,
        };
        let context = self.context(of, &reading.kernel, &reading.traits);
        let empty = labelling.empty_table();
        let empty = LabelledTable { table: &empty, rules: &[], warnings: labelling.model.map(|_| [].as_slice()) };
        let mut writer = LabelsWriter::create(folder, labelling.format, &text, &empty)?;
        let next = AtomicUsize::new(0);
        let (ready, made) = mpsc::sync_channel(self.threads);
        let (text, context, next) = (&text, &context, &next);
        let mut rules = vec![None; of.population.len()];
        let mut warnings = Vec::new();
        let accumulator = std::thread::scope(|scope| {
            let worker = |ready: mpsc::SyncSender<_>| {
                let mut accumulator = labelling.nobody();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= of.partitions.len() {
                        return accumulator;
                    }
                    let rendered = labelling.partition(at, &of.population, context, text, &mut accumulator);
                    if ready.send((at, rendered)).is_err() {
                        return accumulator; // The writing has failed: nobody waits for more.
                    }
                }
            };
            let noted = (rules.as_mut_slice(), &mut warnings);
            let writing = scope.spawn(|| write_in_order(made, &mut writer, folder, noted));
            let others: Vec<_> = (1..self.threads)
                .map(|_| {
                    let ready = ready.clone();
                    scope.spawn(move || worker(ready))
                })
                .collect();
            // This thread is a worker, too: it has read, and the C library gives what it freed to no other thread.
            let mut accumulator = worker(ready);
            others.into_iter().for_each(|other| accumulator.merge(joined(other)));
            joined(writing)?;
            Ok::<_, JobError>(accumulator)
        })?;
        Ok(Labelled { accumulator, written: writer.finish(folder)?, rules, warnings })
    }
}

/// What so many threads give that do the same; this one is one of them.
pub(crate) fn side_by_side<T: Send>(threads: usize, worker: impl Fn() -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&worker)).collect();
        let own = worker();
        std::iter::once(own).chain(others.into_iter().map(joined)).collect()
    })
}

/// What a thread gives. It panics only on a fault of ours, which is then everybody's.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Writes tables in the order of partitions, in whatever order they come, and notes rules and warnings. Partitions are taken in
/// their order and are of one size, so that hardly more of them wait than there are workers.
fn write_in_order(
    made: mpsc::Receiver<(usize, Result<RenderedPartition, JobError>)>,
    writer: &mut LabelsWriter,
    folder: &Path,
    (rules, warnings): (&mut [Option<u16>], &mut Vec<Warning>),
) -> Result<(), JobError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (at, rendered) in made {
        waiting.insert(at, rendered?);
        while let Some(partition) = waiting.remove(&next) {
            writer.write(partition.labels, folder)?;
            for (customer, rule) in partition.customers.into_iter().zip(partition.rules) {
                rules[customer as usize] = Some(rule);
            }
            warnings.extend(partition.warnings);
            next += 1;
        }
    }
    Ok(())
}
