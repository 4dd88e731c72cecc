//! Movements: what became of the customers of one run in a later one.

use std::io::{self, Write};

use serde::Serialize;

use super::decisions::for_each_decision;
use super::transitions::{Merge, Transition, Transitions};
use super::{HistoryError, PastRun};
use crate::config::{RunPlan, feature_settings_that_differ, rules_differ};
use crate::intake::Ids;
use crate::schema::Entity;
use crate::schema::fields::{Field, header};
use crate::text::{guarded, push_csv};

/// Who moved between two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Movements {
    /// Whose they are.
    #[serde(skip)]
    pub entity: Entity,
    /// The last day of the older run's window, ISO.
    pub old_as_of: String,
    /// The last day of the newer run's window, ISO.
    pub new_as_of: String,
    /// The older run's categories, from lightest to heaviest need.
    pub from: Vec<String>,
    /// The newer run's categories, from lightest to heaviest need.
    pub to: Vec<String>,
    /// Customers in both runs: a row per `from`, a column per `to`.
    pub matrix: Vec<Vec<u64>>,
    /// Customers only in the newer run, by `to`.
    pub entered: Vec<u64>,
    /// Customers only in the older run, by `from`.
    pub left: Vec<u64>,
    /// Customers whose category changed, by the rules that decided, most first.
    pub by_rule: Vec<RuleMovement>,
    /// What moved them, as far as it can be told.
    pub cause: Cause,
}

/// Customers whose category changed, by the rules that decided then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleMovement {
    /// Category in the older run.
    pub from: String,
    /// The rule that decided then.
    pub from_rule: String,
    /// Category in the newer run.
    pub to: String,
    /// The rule that decided now.
    pub to_rule: String,
    /// Customers.
    pub customers: u64,
}

/// What moved customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// The rules are the same: their lives, not ours.
    Behaviour,
    /// The rules differ. Each customer in both runs takes two steps: from the old category to that of the old
    /// features under the new rules, and from there to the new category. So the row sums of the first are those of
    /// the matrix, its column sums are the row sums of the second, and the column sums of that are the matrix's.
    Split {
        /// The first step (`from` × `to`).
        by_rules: Vec<Vec<u64>>,
        /// The second step (`to` × `to`).
        by_behaviour: Vec<Vec<u64>>,
    },
    /// Something else differs too: the benefit catalogue, the window, the meaning of codes.
    CannotTell {
        /// What differs, as the names of settings.
        differs: Vec<String>,
    },
}

impl Movements {
    /// Customers in both runs.
    pub fn in_both(&self) -> u64 {
        self.matrix.iter().flatten().sum()
    }

    /// Of a step from these categories to the newer run's: customers whose category has another name after it.
    pub fn changed(&self, from: &[String], counts: &[Vec<u64>]) -> u64 {
        let changed = |(from, row): (&String, &Vec<u64>)| -> u64 {
            row.iter().zip(&self.to).filter(|(_, to)| *to != from).map(|(count, _)| count).sum()
        };
        from.iter().zip(counts).map(changed).sum()
    }

    /// Customers in both runs whose category changed.
    pub fn moved(&self) -> u64 {
        self.by_rule.iter().map(|rule| rule.customers).sum()
    }
}

/// The newer run of a comparison; it may not be published yet.
pub struct NewRun<'a> {
    /// The plan that it follows.
    pub plan: &'a RunPlan,
    /// Whose labels are compared.
    pub entity: Entity,
    /// The customers in bytewise order of their ids, each with the number of the rule that decided.
    pub customers: Box<dyn Iterator<Item = (&'a [u8], u16)> + 'a>,
}

/// Finds who moved between two past runs; see [`movements`].
///
/// # Errors
/// A run has no labels of the entity, labels cannot be read, or `rows` not be written.
pub fn compare(old: &PastRun, new: &PastRun, entity: Entity, rows: &mut dyn Write) -> Result<Movements, HistoryError> {
    for run in [old, new] {
        if !run.has_labels(entity) {
            return Err(HistoryError::NoEmployers { folder: run.folder.clone() });
        }
    }
    let (mut ids, mut rules) = (Ids::default(), Vec::new());
    for_each_decision(new, entity, None, |id, decision| {
        ids.push(id.as_bytes());
        rules.push(decision.rule);
        Ok(())
    })?;
    let customers = rules.into_iter().enumerate().map(|(customer, rule)| (ids.get(customer), rule));
    movements(old, NewRun { plan: &new.plan, entity, customers: Box::new(customers) }, rows)
}

/// Finds who moved, and writes them to `rows`: everybody whose category changed, who entered (nothing under `from`)
/// or left (nothing under `to`), in the order of the ids.
///
/// # Errors
/// The old run's labels cannot be read, or `rows` not be written.
pub fn movements(old: &PastRun, new: NewRun<'_>, rows: &mut dyn Write) -> Result<Movements, HistoryError> {
    let entity = new.entity;
    let comparability = Comparability::of(old, new.plan, entity)?;
    let other_rules = match comparability {
        Comparability::RulesDiffer => Some(new.plan.rules(entity)),
        _ => None,
    };
    let mut transitions = Transitions::new(entity, &old.plan, new.plan);
    let mut rows = MovementRows::new(rows, entity, new.plan.outputs.spreadsheet_safe)?;
    let mut merge = Merge::new(new.customers, |id, transition| {
        transitions.count(transition);
        rows.write_if_moved(id, transition, &transitions)
    });
    for_each_decision(old, entity, other_rules, |id, decision| merge.old_customer(id.as_bytes(), decision))?;
    merge.finish()?;
    rows.finish()?;
    Ok(transitions.movements(comparability))
}

/// How far the categories of two runs can be compared.
pub(super) enum Comparability {
    SameRules,
    RulesDiffer,
    /// The settings that differ, by name.
    FeaturesDiffer(Vec<String>),
}

impl Comparability {
    fn of(old: &PastRun, new: &RunPlan, entity: Entity) -> Result<Self, HistoryError> {
        let mut differ = feature_settings_that_differ(&old.plan, new, entity);
        let rules_differ = rules_differ(old.plan.rules(entity), new.rules(entity));
        if rules_differ {
            // A feature that the old run's version did not have yet.
            let columns = old.labels(entity).column_names()?;
            let names = new.rules(entity).named_features().into_iter().map(|feature| feature.feature().name);
            let absent = names.filter(|name| !columns.iter().any(|column| column == name));
            differ.extend(absent.map(|name| format!("feature {name}")));
        }
        Ok(match (differ.is_empty(), rules_differ) {
            (false, _) => Comparability::FeaturesDiffer(differ),
            (true, true) => Comparability::RulesDiffer,
            (true, false) => Comparability::SameRules,
        })
    }
}

/// The columns of `movements.csv`, or of an employer's.
pub fn fields(entity: Entity) -> [Field; 5] {
    [
        Field::text(entity.id_column(), "as the extracts have it").key(),
        Field::text("from", "the category in the older run; missing for who entered"),
        Field::text("to", "the category in the newer run; missing for who left"),
        Field::text("from_rule", "the rule that decided then"),
        Field::text("to_rule", "the rule that decides now"),
    ]
}

/// Writes the rows of `movements.csv`.
pub(super) struct MovementRows<'a> {
    out: &'a mut dyn Write,
    spreadsheet_safe: bool,
    line: Vec<u8>,
}

impl<'a> MovementRows<'a> {
    pub(super) fn new(out: &'a mut dyn Write, entity: Entity, spreadsheet_safe: bool) -> Result<Self, HistoryError> {
        out.write_all(header(&fields(entity)).as_bytes()).map_err(unwritten)?;
        Ok(MovementRows { out, spreadsheet_safe, line: Vec::new() })
    }

    /// Writes a customer whose category changed, or who is in one of the runs only.
    pub(super) fn write_if_moved(
        &mut self,
        id: &[u8],
        transition: Transition,
        transitions: &Transitions<'_>,
    ) -> Result<(), HistoryError> {
        let Some([from, to, from_rule, to_rule]) = transitions.change(transition) else { return Ok(()) };
        self.line.clear();
        push_csv(&guarded(&String::from_utf8_lossy(id), self.spreadsheet_safe), &mut self.line);
        for text in [from, to, from_rule, to_rule] {
            self.line.push(b',');
            self.line.extend_from_slice(text.as_bytes());
        }
        self.line.push(b'\n');
        self.out.write_all(&self.line).map_err(unwritten)
    }

    pub(super) fn finish(self) -> Result<(), HistoryError> {
        self.out.flush().map_err(unwritten)
    }
}

fn unwritten(source: io::Error) -> HistoryError {
    HistoryError::Rows { source }
}
