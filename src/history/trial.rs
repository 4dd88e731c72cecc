//! Other rules tried on the features of a run that is done: what they would give, with nothing published.
//!
//! A comparison of the run with itself, its features under the other rules. What makes the features (window,
//! catalogue, codes) is the run's; where a configuration would have it otherwise, that is named and not tried.

use std::io::Write;

use super::decisions::for_each_decision;
use super::movements::{Comparability, MovementRows, Movements};
use super::transitions::{Transition, Transitions};
use super::{HistoryError, PastRun};
use crate::config::{RunPlan, feature_settings_that_differ};
use crate::schema::Entity;

/// What other rules would give.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Who would move: from the run's categories to those of the other rules. Nobody enters or leaves.
    pub movements: Movements,
    /// Settings of the other configuration that only a full run can try, by name.
    pub not_tried: Vec<String>,
}

/// Puts the features of a run under the categories, rules and derived features of a plan whose last day is the run's.
/// Writes who would move to `rows`, as `movements.csv` has them.
///
/// # Errors
/// The run's labels cannot be read or the rules not be evaluated on them; `rows` cannot be written.
pub fn trial(run: &PastRun, plan: &RunPlan, rows: &mut dyn Write) -> Result<Trial, HistoryError> {
    let mut transitions = Transitions::new(Entity::Customer, &run.plan, plan);
    let mut movement_rows = MovementRows::new(rows, Entity::Customer, run.plan.outputs.spreadsheet_safe)?;
    for_each_decision(run, Entity::Customer, Some(&plan.customers), |id, decision| {
        let new = decision.reclassified;
        let transition = Transition { old: Some(decision.rule), reclassified: new, new };
        transitions.count(transition);
        movement_rows.write_if_moved(id.as_bytes(), transition, &transitions)
    })?;
    movement_rows.finish()?;
    let movements = transitions.movements(Comparability::RulesDiffer);
    Ok(Trial { movements, not_tried: feature_settings_that_differ(&run.plan, plan, Entity::Customer) })
}
