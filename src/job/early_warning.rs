//! Early warning in a run: the model checked, customers in question scored, and the list of where to look first.

use std::cmp::Reverse;
use std::path::Path;

use super::label::Labelled;
use super::{Job, JobError, Timings};
use crate::early_warning::{Applicable, Applied, MODEL, Warning};
use crate::features::FeatureTable;
use crate::i18n::Message;
use crate::intake::Population;
use crate::outputs::{Contents, FolderError, OutputFile, Written};
use crate::schema::Entity;
use crate::schema::fields::{Field, FieldType, WARNING_RISK, WARNING_SCORE, header};
use crate::text::{guarded, push_csv, push_double, push_integer};

/// The list of customers in question.
const LIST: &str = "early_warning.csv";

/// The columns of labels that tell what a model says.
pub(super) fn warning_fields() -> [Field; 2] {
    [
        Field::new(WARNING_SCORE, FieldType::Integer, "points of the early-warning model; missing: not in question"),
        Field {
            unit: "per cent".into(),
            ..Field::new(WARNING_RISK, FieldType::Number, "the risk that the score means; advice, not a decision")
        },
    ]
}

/// The columns of the list.
fn list_fields() -> Vec<Field> {
    let id = Field::text(Entity::Customer.id_column(), "as the extracts have it; in descending order of score").key();
    let reason = |name| Field::text(name, "a feature that gives the score most points, by name");
    vec![
        id,
        Field::text("category", "its name"),
        Field::new("score", FieldType::Integer, "points of the early-warning model"),
        Field {
            unit: "per cent".into(),
            ..Field::new("risk_pct", FieldType::Number, "the risk that the score means; advice, not a decision")
        },
        reason("reason_1"),
        reason("reason_2"),
        reason("reason_3"),
    ]
}

/// What a model says of the customers of a table who are in question; and by row, as labels have it.
pub(super) fn warned(
    model: &Applicable,
    table: &FeatureTable,
    categories: &[usize],
    population: &Population,
) -> (Vec<Warning>, Vec<Option<(i32, f64)>>) {
    let mut warnings = Vec::new();
    let by_row = table.customers.iter().zip(categories).enumerate().map(|(row, (customer, category))| {
        if !model.is_about(*category) || !population.is_registered_at_end(*customer) {
            return None;
        }
        let warning = model.warning(*customer, |column| table.columns[column].double(row));
        warnings.push(warning);
        Some((warning.score, model.risk_pct(warning.score)))
    });
    let by_row = by_row.collect();
    (warnings, by_row)
}

impl Job<'_> {
    /// Opens the model that the configuration names, if it names one: what is wrong with it is found before any extract is
    /// read.
    ///
    /// # Errors
    /// The model cannot be used, or not under this configuration.
    pub fn open_model(&mut self) -> Result<(), JobError> {
        self.model = Applicable::open(self.plan)?;
        Ok(())
    }

    /// What an analyst should know of the model that is applied.
    pub fn model_warnings(&self) -> Vec<Message> {
        let model = self.model.as_ref();
        model.map(|model| model.warnings(&self.plan.early_warning, self.plan.window.as_of)).unwrap_or_default()
    }

    /// Writes who is in question, most likely first, and the model; nothing where none is applied.
    pub(super) fn early_warning(
        &self,
        labelled: &mut Labelled,
        population: &Population,
        folder: &Path,
        timings: &mut Timings,
    ) -> Result<Option<(Applied, Vec<Written>)>, FolderError> {
        let Some(model) = &self.model else { return Ok(None) };
        timings.stage("early_warning", || self.apply(model, labelled, population, folder)).map(Some)
    }

    fn apply(
        &self,
        model: &Applicable,
        labelled: &mut Labelled,
        population: &Population,
        folder: &Path,
    ) -> Result<(Applied, Vec<Written>), FolderError> {
        let mut warnings = std::mem::take(&mut labelled.warnings);
        // Numbers are in the order of ids.
        warnings.sort_unstable_by_key(|warning| (Reverse(warning.score), warning.customer));
        let list = self.list(model, &warnings, &labelled.rules, population, folder)?;
        // Bins may have few customers.
        let mut copy = OutputFile::create(folder, MODEL, Contents::SmallGroups)?;
        copy.append(model.text.as_bytes())?;
        let copy = copy.finish()?;
        let blake3 = copy.blake3.clone();
        let scores = warnings.iter().map(|warning| i64::from(warning.score));
        let applied = Applied { customers: model.file.model.by_band(scores), file: model.file.clone(), blake3 };
        Ok((applied, vec![list, copy]))
    }

    fn list(
        &self,
        model: &Applicable,
        warnings: &[Warning],
        rules: &[Option<u16>],
        population: &Population,
        folder: &Path,
    ) -> Result<Written, FolderError> {
        let fields = list_fields();
        let reasons = fields.iter().filter(|field| field.name.starts_with("reason")).count();
        let mut file = OutputFile::create(folder, LIST, Contents::Rows)?.with_fields(fields.clone());
        file.append(header(&fields).as_bytes())?;
        let features = &model.file.model.features;
        let default = self.plan.customers.default_rule();
        let mut line = Vec::new();
        for warning in warnings {
            line.clear();
            let id = String::from_utf8_lossy(population.id(warning.customer));
            push_csv(&guarded(&id, self.plan.outputs.spreadsheet_safe), &mut line);
            let rule = rules[warning.customer as usize].unwrap_or(default);
            line.push(b',');
            line.extend_from_slice(self.plan.customers.category_name(rule).as_bytes());
            line.push(b',');
            push_integer(i64::from(warning.score), &mut line);
            line.push(b',');
            push_double(model.risk_pct(warning.score), &mut line);
            let mut given = warning.reasons();
            for _ in 0..reasons {
                line.push(b',');
                line.extend(given.next().into_iter().flat_map(|feature| features[feature].name.bytes()));
            }
            line.push(b'\n');
            file.append(&line)?;
        }
        file.finish()
    }
}
