//! Why a customer has its label, in words that the customer could be shown.
//!
//! In: a run folder and a customer's id. Out: an [`Explanation`]: the features, every rule with its terms, the one
//! that decided, and what would have led elsewhere; as text, JSON or a page to print.

mod counterfactuals;
mod error;
mod feature_scales;
mod json;
mod page;
mod search_grid;
mod texts;
mod words;

pub use counterfactuals::{Counterfactual, counterfactuals};
pub use error::ExplainError;
pub use json::json;
pub use page::{Page, html, text};
pub use search_grid::{FeatureScale, SearchGrid};

use polars::prelude::{AnyValue, DataFrame, PolarsResult};

use crate::calendar::{Day, Window};
use crate::config::{AsOf, Config};
use crate::features::catalogue::FeatureType;
use crate::history::PastRun;
use crate::rules::{RuleTrace, Tracer, feature_types};
use crate::schema::Entity;

/// Explains the labels of one run.
pub struct Explainer<'a> {
    run: &'a PastRun,
    window: Window,
    tracer: Tracer,
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
    /// The customer's id.
    pub customer: String,
    /// The configuration in force: categories and rules with their texts.
    pub config: &'a Config,
    /// The window.
    pub window: &'a Window,
    /// The category.
    pub category: usize,
    /// The rule that decided; `None` if none did.
    pub decided: Option<usize>,
    /// All features, derived ones last.
    pub features: Vec<FeatureValue>,
    /// The rules in their order.
    pub rules: Vec<RuleTrace<'a>>,
    /// All other categories, from lightest to heaviest need.
    pub alternatives: Vec<Alternative>,
}

impl Explanation<'_> {
    /// The value of a feature.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.features.iter().find(|feature| feature.name == name)?.value
    }
}

impl<'a> Explainer<'a> {
    /// Makes ready what all explanations of a run have in common.
    ///
    /// # Errors
    /// The run's statistics cannot be read.
    pub fn new(run: &'a PastRun) -> Result<Self, ExplainError> {
        let config = run.config();
        let window = window(run)?;
        let tracer = Tracer::compile(&config.customers).map_err(ExplainError::Rules)?;
        let scales = feature_scales::read(run.folder())?;
        let grid = |at: usize| SearchGrid::new(at, *scales.get(&at)?, tracer.rules(), &window);
        let grids = tracer.rules().named_features().into_iter().filter_map(grid).collect();
        Ok(Explainer { run, window, tracer, grids })
    }

    /// The rules with their terms.
    pub fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    /// What would have led each row of a frame elsewhere, category by category (see [`counterfactuals`]).
    ///
    /// # Errors
    /// A feature is not in the frame, or has another type than the catalogue gives it.
    pub fn counterfactuals(&self, features: &DataFrame) -> PolarsResult<Vec<Vec<Option<Counterfactual>>>> {
        counterfactuals(self.tracer.rules(), &self.grids, self.run.config().customers.categories.len(), features)
    }

    /// Explains one customer's label.
    ///
    /// # Errors
    /// The run does not have the customer, cannot be read, or says something else than its own rules.
    pub fn explain(&self, id: &str) -> Result<Explanation<'_>, ExplainError> {
        let config = self.run.config();
        let found =
            self.run.find(id)?.ok_or_else(|| ExplainError::NoCustomer { folder: self.run.folder().to_owned() })?;
        let trace = self.tracer.trace(&found.features)?.pop();
        let changes = self.counterfactuals(&found.features)?.pop();
        let (Some(trace), Some(changes)) = (trace, changes) else {
            return Err(ExplainError::NoCustomer { folder: self.run.folder().to_owned() });
        };
        let rules = self.tracer.rules();
        let category = rules.category_of(trace.decided);
        let (by_rules, decided) = (&config.customers.categories[category].name, rules.rule_name(trace.decided));
        if (by_rules.as_str(), decided) != (found.category.as_str(), found.rule.as_str()) {
            return Err(ExplainError::Disagrees {
                folder: self.run.folder().to_owned(),
                labelled: format!("{} by rule {}", found.category, found.rule),
                by_rules: format!("{by_rules} by rule {decided}"),
            });
        }
        let others = changes.into_iter().enumerate().filter(|(other, _)| *other != category);
        Ok(Explanation {
            customer: id.to_owned(),
            config,
            window: &self.window,
            category,
            decided: Some(usize::from(trace.decided)).filter(|rule| *rule < config.customers.rules.len()),
            features: self.values(&found.features)?,
            rules: trace.rules,
            alternatives: others.map(|(category, change)| Alternative { category, change }).collect(),
        })
    }

    /// All features of the only row of a frame.
    fn values(&self, row: &DataFrame) -> PolarsResult<Vec<FeatureValue>> {
        let derived = self.tracer.rules().derived_features().map(|(name, kind)| (name.to_owned(), kind));
        let known = feature_types(Entity::Customer).into_iter().chain(derived);
        known
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

/// The window of a run, as its configuration in force fixes it.
fn window(run: &PastRun) -> Result<Window, ExplainError> {
    let settings = &run.config().window;
    let as_of = match settings.as_of {
        AsOf::Day(day) => Some(day),
        AsOf::Yesterday | AsOf::LastMonthEnd => Day::from_iso(&run.manifest().window.as_of),
    };
    let as_of = as_of.ok_or_else(|| ExplainError::NoDay { folder: run.folder().to_owned() })?;
    Ok(Window::new(as_of, settings.months, settings.history_from, settings.spell_gap_days, settings.min_observed_days))
}
