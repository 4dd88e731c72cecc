//! Why a customer has its label, in words that the customer could be shown.
//!
//! In: a run folder and the id of a customer, or an employer. Out: an [`Explanation`]: the features, every rule with its terms, the one
//! that decided, and what would have led elsewhere; as text, JSON or a page to print.

mod counterfactuals;
mod error;
mod event_words;
pub mod events;
mod feature_scales;
mod forewarned;
mod json;
mod page;
mod search_grid;
mod words;

pub use counterfactuals::{Counterfactual, counterfactuals};
pub use error::ExplainError;
pub use event_words::Figure;
pub use forewarned::Forewarned;
pub use json::json;
pub use page::{Page, html, text};
pub use search_grid::{FeatureScale, SearchGrid};

use std::collections::BTreeSet;
use std::path::Path;

use polars::prelude::{AnyValue, DataFrame, PolarsResult};

use crate::calendar::Window;
use crate::config::{Benefit, Extract};
use crate::history::PastRun;
use crate::rules::{Clause, RuleSet, TracedTerm, Tracer};
use crate::schema::Entity;
use crate::schema::features::{At, FeatureType};
use events::Event;

/// Explains the labels of one run.
pub struct Explainer<'a> {
    run: &'a PastRun,
    tracer: Tracer<'a>,
    grids: Vec<SearchGrid>,
}

/// The value of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureValue {
    /// Its name.
    pub name: String,
    /// How it is held.
    pub feature_type: FeatureType,
    /// Its value, unless it is missing.
    pub value: Option<f64>,
}

/// What would have led to another category.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The category.
    pub category: usize,
    /// The smallest change of one feature that leads there, if any does.
    pub change: Option<Counterfactual>,
}

/// Why a customer has its label.
#[derive(Debug, Clone)]
pub struct Explanation<'a> {
    /// The id of the customer, or the employer.
    pub id: String,
    /// The categories and rules in force, with their texts.
    pub rule_set: &'a RuleSet,
    /// The window.
    pub window: &'a Window,
    /// The category.
    pub category: usize,
    /// The rule that decided; `None` if none did.
    pub decided: Option<usize>,
    /// All features, derived ones last.
    pub features: Vec<FeatureValue>,
    /// The conditions of the rules in their order.
    pub rules: Vec<Clause<TracedTerm<'a>>>,
    /// All other categories, from lightest to heaviest need.
    pub alternatives: Vec<Alternative>,
    /// What the model of early warning says; `None` where none was applied, or the customer was not in question.
    pub warning: Option<Forewarned>,
    /// The events behind the figures of the rule that decided, if they were asked for.
    pub figures: Option<Vec<Figure>>,
    benefits: &'a [Benefit],
}

impl Explanation<'_> {
    /// Whose label it explains.
    pub fn entity(&self) -> Entity {
        self.rule_set.entity
    }

    /// The value of a feature.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.features.iter().find(|feature| feature.name == name)?.value
    }
}

impl<'a> Explainer<'a> {
    /// Makes ready what all explanations of a run's customers, or of its employers, have in common.
    ///
    /// # Errors
    /// The run's statistics, or the labels of its employers, cannot be read; it has no employers.
    pub fn new(run: &'a PastRun, entity: Entity) -> Result<Self, ExplainError> {
        let tracer = Tracer::new(run.plan.rules(entity));
        let named = tracer.rules().named_features();
        let scales = match entity {
            Entity::Customer => feature_scales::read(&run.folder)?,
            Entity::Employer if run.manifest.has_employers() => feature_scales::of_labels(&run.labels(entity), &named)?,
            Entity::Employer => return Err(ExplainError::NoEmployers { folder: run.folder.clone() }),
        };
        let grid = |at: At| SearchGrid::new(at, *scales.get(&at)?, tracer.rules(), &run.plan.window);
        let grids = named.into_iter().filter_map(grid).collect();
        Ok(Explainer { run, tracer, grids })
    }

    /// What would have led each row of a frame elsewhere, category by category (see [`counterfactuals`]).
    ///
    /// # Errors
    /// A feature is not in the frame, or has another type than the catalogue gives it.
    pub fn counterfactuals(&self, features: &DataFrame) -> PolarsResult<Vec<Vec<Option<Counterfactual>>>> {
        counterfactuals(self.tracer.rules(), &self.grids, features)
    }

    /// Explains one label.
    ///
    /// # Errors
    /// The run does not have the id, cannot be read, or says something else than its own rules.
    pub fn explain(&self, id: &str) -> Result<Explanation<'_>, ExplainError> {
        let rule_set = self.tracer.rules();
        let folder = || self.run.folder.clone();
        let unknown = || ExplainError::Unknown { folder: folder(), entity: rule_set.entity };
        let found = self.run.find(rule_set.entity, id)?.ok_or_else(unknown)?;
        let trace = self.tracer.trace(&found.features)?.pop();
        let changes = self.counterfactuals(&found.features)?.pop();
        let (Some(trace), Some(changes)) = (trace, changes) else {
            return Err(unknown());
        };
        let (by_rules, decided) = (rule_set.category_name(trace.decided), rule_set.rule_name(trace.decided));
        if (by_rules, decided) != (found.category.as_str(), found.rule.as_str()) {
            return Err(ExplainError::Disagrees {
                folder: folder(),
                labelled: format!("{} by rule {}", found.category, found.rule),
                by_rules: format!("{by_rules} by rule {decided}"),
            });
        }
        let category = rule_set.category_of(trace.decided);
        let features = self.values(&found.features)?;
        let value = |name: &str| features.iter().find(|feature| feature.name == name)?.value;
        let warning = forewarned::forewarned(self.run, &found, value)?;
        let others = changes.into_iter().enumerate().filter(|(other, _)| *other != category);
        Ok(Explanation {
            id: id.to_owned(),
            rule_set,
            window: &self.run.plan.window,
            category,
            decided: Some(usize::from(trace.decided)).filter(|rule| *rule < rule_set.rules.len()),
            warning,
            features,
            rules: trace.rules,
            alternatives: others.map(|(category, change)| Alternative { category, change }).collect(),
            figures: None,
            benefits: &self.run.plan.benefits,
        })
    }

    /// The events behind the figures of the rule that decided, read from the extracts of the run; paths of its
    /// configuration start at a folder. Figures with the same events are together, and those without an extract of
    /// events behind them are left out.
    ///
    /// # Errors
    /// The extracts cannot be read, or are not those of the run.
    pub fn figures(
        &self,
        explanation: &Explanation<'_>,
        folder: &Path,
        threads: usize,
    ) -> Result<Vec<Figure>, ExplainError> {
        let rule_set = self.tracer.rules();
        let features = explanation.decided.map(|rule| rule_set.features_of(rule)).unwrap_or_default();
        let extracts: BTreeSet<Extract> = features.iter().flat_map(|at| events::extracts_of(*at)).copied().collect();
        let found = events::events(self.run, folder, (rule_set.entity, &explanation.id), &extracts, threads)?;
        let mut figures: Vec<Figure> = Vec::new();
        for at in features.into_iter().filter(|at| !events::extracts_of(*at).is_empty()) {
            let own = found.iter().filter(|event| events::counts(at, event, &self.run.plan)).cloned();
            let mut own: Vec<Event> = own.collect();
            own.sort_by_key(Event::first_day);
            match figures.iter_mut().find(|figure| figure.events == own) {
                Some(figure) => figure.features.push(at.feature().name),
                None => figures.push(Figure { features: vec![at.feature().name], events: own }),
            }
        }
        Ok(figures)
    }

    /// All features of the only row of a frame.
    fn values(&self, row: &DataFrame) -> PolarsResult<Vec<FeatureValue>> {
        let features = self.tracer.rules().features().into_iter();
        features
            .map(|(name, feature_type)| {
                let value = match row.column(&name)?.get(0)? {
                    AnyValue::Null => None,
                    value => value.extract::<f64>(),
                };
                Ok(FeatureValue { name, feature_type, value })
            })
            .collect()
    }
}
