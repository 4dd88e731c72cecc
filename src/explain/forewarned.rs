//! What the model of a run says of a customer: score, risk, and where the points come from.

use serde_json::{Value, json};

use super::json::feature;
use super::page::{PointWords, WarningWords};
use super::words::Words;
use super::{ExplainError, Explanation};
use crate::early_warning::{Band, ModelFile};
use crate::history::{FoundCustomer, PastRun};
use crate::i18n::fill;

/// What a model says of a customer who is in question.
#[derive(Debug, Clone, PartialEq)]
pub struct Forewarned {
    /// The place of the category that is warned of.
    pub to: usize,
    /// Within so many months.
    pub months: u32,
    /// The score.
    pub score: i64,
    /// The band of the score.
    pub band: Band,
    /// Features that give points, by name, most first; of equals the first of the model.
    pub points: Vec<(String, i32)>,
    /// The first so many of them are the reasons that `early_warning.csv` gives.
    pub reasons: usize,
}

/// What the model of a run says of a customer; `None` where none was applied, or the customer was not in question. `value`
/// gives that of a feature.
///
/// # Errors
/// The model cannot be read, or says something else than the labels.
pub(super) fn forewarned(
    run: &PastRun,
    found: &FoundCustomer,
    value: impl Fn(&str) -> Option<f64>,
) -> Result<Option<Forewarned>, ExplainError> {
    let Some((score, risk_pct)) = found.warning else { return Ok(None) };
    let disagrees = |by_model: String| ExplainError::ModelDisagrees {
        folder: run.folder.clone(),
        labelled: format!("a score of {score} and a risk of {risk_pct} %"),
        by_model,
    };
    let ModelFile { model, .. } = run.model()?.ok_or_else(|| disagrees("nothing, for there is none".to_owned()))?;
    let values: Vec<Option<f64>> = model.features.iter().map(|feature| value(&feature.name)).collect();
    let own = model.score(&values);
    let band = model.band(own).filter(|band| own == score && band.risk_pct == risk_pct);
    let band = *band.ok_or_else(|| disagrees(format!("a score of {own}")))?;
    let categories = &run.plan.customers.categories;
    let to = categories.iter().position(|category| category.name == model.provenance.to);
    let to = to.ok_or_else(|| disagrees(format!("a risk of being in {}", model.provenance.to)))?;
    let of_feature = model.features.iter().zip(&values).filter_map(|(feature, value)| {
        let points = feature.bins[feature.bin_of(*value)?].points;
        (points != 0).then(|| (feature.name.clone(), points))
    });
    let mut points: Vec<(String, i32)> = of_feature.collect();
    points.sort_by_key(|(_, points)| std::cmp::Reverse(*points));
    let months = model.provenance.within.saturating_mul(model.provenance.every_months);
    Ok(Some(Forewarned { to, months, score, band, points, reasons: model.reasons(&values).len() }))
}

/// For programs.
pub(super) fn json(of: &Forewarned, explanation: &Explanation<'_>) -> Value {
    let points = of.points.iter().enumerate().map(|(at, (name, points))| {
        json!({ "feature": name, "value": feature(explanation, name), "points": points, "is_reason": at < of.reasons })
    });
    json!({
        "to": explanation.rule_set.categories[of.to].name,
        "months": of.months,
        "score": of.score,
        "risk_pct": of.band.risk_pct,
        "risk_low_pct": of.band.risk_low_pct,
        "risk_high_pct": of.band.risk_high_pct,
        "lowest_score_of_band": of.band.lowest_score,
        "points": points.collect::<Vec<_>>(),
        "is": "advice, not a decision",
    })
}

impl Words<'_> {
    /// For people.
    pub(super) fn warning(&self, of: &Forewarned) -> WarningWords {
        let (texts, language) = (&self.texts.explanation, self.language);
        let panel = &self.texts.panel;
        let months = if of.months == 1 { &panel.month } else { &panel.months };
        let months = fill(months, &[("count", &language.whole(of.months.into()))]);
        let number = |number: f64| language.at_most(number, 1);
        let risk = fill(
            &texts.warning_risk,
            &[
                ("score", &signed(of.score)),
                ("risk", &language.at_most(of.band.risk_pct, if of.band.risk_pct < 1.5 { 1 } else { 0 })),
                ("low", &number(of.band.risk_low_pct)),
                ("high", &number(of.band.risk_high_pct)),
                ("category", language.of(&self.explanation.rule_set.categories[of.to].names)),
                ("within", &fill(&panel.within_months, &[("months", &months)])),
            ],
        );
        let points = of.points.iter().map(|(name, points)| PointWords {
            label: self.label(name),
            value: self.value(name, self.explanation.value(name)),
            points: fill(&texts.points, &[("points", &signed((*points).into()))]),
        });
        WarningWords { risk, points: points.collect() }
    }
}

/// With a real minus.
fn signed(number: i64) -> String {
    number.to_string().replace('-', "\u{2212}")
}
