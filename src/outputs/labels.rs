//! The labels: one row per customer (or employer), in bytewise order of their ids, with everything that led to the label.

use std::path::Path;

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};
use polars_io::parquet::write::{BatchedWriter, ParquetWriter};

use super::file::{Contents, OutputFile};
use super::{FolderError, Written};
use crate::config::LabelsFormat;
use crate::features::{FeatureColumn, FeatureTable};
use crate::intake::{NO_VALUE, Population};
use crate::schema::Entity;
use crate::schema::fields::{Field, WARNING_RISK, WARNING_SCORE, header};
use crate::text::{SmallValues, guarded, push_csv, push_double, push_hundredths, push_integer};

/// What the labels of a run are written with.
pub struct LabelsText<'a> {
    /// Who is labelled.
    pub entity: Entity,
    /// The population, for ids and dimensions.
    pub population: &'a Population,
    /// The columns: id, category and rule, the features, derived ones last, then the dimensions, and what a model of early
    /// warning says.
    pub fields: &'a [Field],
    /// Category and rule by rule number, as they are written.
    pub rules: &'a [(String, String)],
    /// Whether formulas are guarded.
    pub spreadsheet_safe: bool,
}

/// Labelled customers, or employers, that are neighbours in id order.
pub struct LabelledTable<'a> {
    /// Their features.
    pub table: &'a FeatureTable,
    /// By row the rule that decided.
    pub rules: &'a [u16],
    /// By row the score and the risk in per cent of who is in question; `None` where no model is applied.
    pub warnings: Option<&'a [Option<(i32, f64)>]>,
}

impl LabelsText<'_> {
    /// The rows of a labelled table as CSV text.
    pub fn csv(&self, of: &LabelledTable<'_>) -> Vec<u8> {
        let LabelledTable { table, rules, warnings } = of;
        let mut text = Vec::with_capacity(table.len() * 160);
        let outcomes: Vec<String> = self.rules.iter().map(|(category, rule)| format!(",{category},{rule}")).collect();
        let mut small = SmallValues::default();
        for (row, customer) in table.customers.iter().enumerate() {
            let id = String::from_utf8_lossy(self.population.id(*customer));
            push_csv(&guarded(&id, self.spreadsheet_safe), &mut text);
            text.extend_from_slice(outcomes[usize::from(rules[row])].as_bytes());
            for column in &table.columns {
                let is_small = match column {
                    FeatureColumn::Counts(values) => small.push(values[row]),
                    FeatureColumn::MaybeCounts(values) => values[row].is_some_and(|value| small.push(value)),
                    FeatureColumn::Hundredths(_) => false,
                    FeatureColumn::Ratios(values) => small.push_double(values[row]),
                };
                if !is_small {
                    small.append_to(&mut text);
                    text.push(b',');
                    push_value(column, row, &mut text);
                }
            }
            small.append_to(&mut text);
            for dimension in &self.population.dimensions {
                text.push(b',');
                let place = dimension.places[*customer as usize];
                if place != NO_VALUE {
                    push_csv(&guarded(&dimension.values[place as usize], self.spreadsheet_safe), &mut text);
                }
            }
            if let Some(warnings) = warnings {
                push_warning(warnings[row], &mut text);
            }
            text.push(b'\n');
        }
        text
    }

    /// The rows of a labelled table as a polars table; hundredths become doubles.
    pub fn frame(&self, of: &LabelledTable<'_>) -> polars::prelude::PolarsResult<DataFrame> {
        let LabelledTable { table, rules, warnings } = of;
        let texts = |name: &str, values: Vec<Option<String>>| Series::new(name.into(), values).into_column();
        let id = |customer: &u32| {
            let id = String::from_utf8_lossy(self.population.id(*customer));
            Some(guarded(&id, self.spreadsheet_safe).into_owned())
        };
        let rule = |rule: &u16| &self.rules[usize::from(*rule)];
        let mut columns: Vec<Column> = vec![
            texts(self.entity.id_column(), table.customers.iter().map(id).collect()),
            texts("category", rules.iter().map(|number| Some(rule(number).0.clone())).collect()),
            texts("rule", rules.iter().map(|number| Some(rule(number).1.clone())).collect()),
        ];
        let features = self.fields[columns.len()..].iter();
        columns.extend(table.columns.iter().zip(features).map(|(column, field)| column.to_polars(&field.name)));
        for dimension in &self.population.dimensions {
            let value = |customer: &u32| {
                let place = dimension.places[*customer as usize];
                let value = dimension.values.get(place as usize).filter(|_| place != NO_VALUE)?;
                Some(guarded(value, self.spreadsheet_safe).into_owned())
            };
            columns.push(texts(&dimension.name, table.customers.iter().map(value).collect()));
        }
        if let Some(warnings) = warnings {
            let score = |warning: &Option<(i32, f64)>| warning.map(|(score, _)| i64::from(score));
            let scores: Vec<Option<i64>> = warnings.iter().map(score).collect();
            let risks: Vec<Option<f64>> = warnings.iter().map(|warning| warning.map(|(_, risk)| risk)).collect();
            columns.push(Series::new(WARNING_SCORE.into(), scores).into_column());
            columns.push(Series::new(WARNING_RISK.into(), risks).into_column());
        }
        DataFrame::new(table.len(), columns)
    }
}

/// Appends score and risk, each behind a comma; nothing but the commas for who is not in question.
fn push_warning(warning: Option<(i32, f64)>, text: &mut Vec<u8>) {
    text.push(b',');
    if let Some((score, _)) = warning {
        push_integer(i64::from(score), text);
    }
    text.push(b',');
    if let Some((_, risk)) = warning {
        push_double(risk, text);
    }
}

/// Appends a feature's value as `docs/method.md` section 9 writes it.
pub fn push_value(column: &FeatureColumn, row: usize, text: &mut Vec<u8>) {
    match column {
        FeatureColumn::Counts(values) => push_integer(values[row], text),
        FeatureColumn::MaybeCounts(values) => {
            if let Some(value) = values[row] {
                push_integer(value, text);
            }
        }
        FeatureColumn::Hundredths(values) => push_hundredths(values[row], text),
        FeatureColumn::Ratios(values) => push_double(values[row], text),
    }
}

/// Takes labelled tables in order.
pub enum LabelsWriter {
    /// A CSV file.
    Csv(Box<OutputFile>),
    /// A Parquet file.
    Parquet(Box<BatchedWriter<super::file::SharedOutput>>, super::file::SharedOutput),
}

/// A labelled table made ready to be written, on any thread.
pub enum Rendered {
    /// CSV text.
    Csv(Vec<u8>),
    /// A row group.
    Parquet(DataFrame),
}

impl LabelsWriter {
    /// Creates the file; `empty` is a table without rows, for the schema.
    pub fn create(
        folder: &Path,
        format: LabelsFormat,
        text: &LabelsText<'_>,
        empty: &LabelledTable<'_>,
    ) -> Result<Self, FolderError> {
        let name = format!("{}.{}", text.entity.labels(), format.extension());
        let mut file = OutputFile::create(folder, &name, Contents::Rows)?;
        match format {
            LabelsFormat::Csv => {
                file = file.with_fields(text.fields.to_vec());
                file.append(header(text.fields).as_bytes())?;
                Ok(LabelsWriter::Csv(Box::new(file)))
            }
            LabelsFormat::Parquet => {
                let file = file.shared();
                let schema = text.frame(empty).map_err(|error| parquet_failed(folder, error))?;
                let writer = ParquetWriter::new(file.clone())
                    .batched(schema.schema())
                    .map_err(|error| parquet_failed(folder, error))?;
                Ok(LabelsWriter::Parquet(Box::new(writer), file))
            }
        }
    }

    /// Makes a table ready.
    pub fn render(
        format: LabelsFormat,
        text: &LabelsText<'_>,
        of: &LabelledTable<'_>,
    ) -> polars::prelude::PolarsResult<Rendered> {
        Ok(match format {
            LabelsFormat::Csv => Rendered::Csv(text.csv(of)),
            LabelsFormat::Parquet => Rendered::Parquet(text.frame(of)?),
        })
    }

    /// Writes the next table.
    pub fn write(&mut self, rendered: Rendered, folder: &Path) -> Result<(), FolderError> {
        match (self, rendered) {
            (LabelsWriter::Csv(file), Rendered::Csv(text)) => file.append(&text),
            (LabelsWriter::Parquet(writer, _), Rendered::Parquet(frame)) if frame.height() > 0 => {
                writer.write_batch(&frame).map_err(|error| parquet_failed(folder, error))
            }
            _ => Ok(()),
        }
    }

    /// Ends the file.
    pub fn finish(self, folder: &Path) -> Result<Written, FolderError> {
        match self {
            LabelsWriter::Csv(file) => file.finish(),
            LabelsWriter::Parquet(writer, file) => {
                writer.finish().map_err(|error| parquet_failed(folder, error))?;
                drop(writer);
                file.finish().unwrap_or_else(|| {
                    Err(parquet_failed(folder, polars::prelude::PolarsError::NoData("the file is still open".into())))
                })
            }
        }
    }
}

fn parquet_failed(folder: &Path, error: polars::prelude::PolarsError) -> FolderError {
    FolderError::Write { path: folder.join("labels.parquet"), source: std::io::Error::other(error.to_string()) }
}
