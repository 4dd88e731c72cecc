//! An explanation for programs: names as in files, no words but the configuration's.

use serde_json::{Map, Value, json};

use super::{Explanation, FeatureValue};
use crate::i18n::Language;
use crate::rules::{Clause, DEFAULT_RULE, TracedTerm};
use crate::schema::features::FeatureType;

/// The explanation as JSON; reasons and service in a language.
///
/// # Errors
/// Never in practice: all of it can be written.
pub fn json(explanation: &Explanation<'_>, language: Language) -> Value {
    let rule_set = explanation.rule_set;
    let category = &rule_set.categories[explanation.category];
    let rules = rule_set.rules.iter().zip(&explanation.rules).enumerate().map(|(at, (rule, clause))| {
        json!({
            "rule": rule.name,
            "category": rule_set.categories[rule.category].name,
            "reason": language.of(&rule.reason),
            "result": clause.truth(),
            "reached": explanation.decided.is_none_or(|decided| at <= decided),
            "decided": explanation.decided == Some(at),
            "condition": condition(clause, explanation),
        })
    });
    let alternatives = explanation.alternatives.iter().map(|alternative| {
        let change = alternative.change.map(|change| {
            json!({
                "feature": change.feature.feature().name,
                "from": number(change.feature.feature().feature_type, change.from),
                "to": number(change.feature.feature().feature_type, change.to),
                "distance_sd": change.distance_sd,
                "rule": rule_set.rule_name(change.rule),
            })
        });
        json!({ "category": rule_set.categories[alternative.category].name, "change": change })
    });
    let value = |feature: &FeatureValue| (feature.name.clone(), of_feature(feature));
    let mut said = json!({
        explanation.entity().id_column(): explanation.id,
        "window_start": explanation.window.start.to_string(),
        "as_of": explanation.window.as_of.to_string(),
        "language": language,
        "category": category.name,
        "category_name": language.of(&category.names),
        "service": language.of(&category.service),
        "rule": explanation.decided.map_or(DEFAULT_RULE, |at| &rule_set.rules[at].name),
        "rules": rules.collect::<Vec<_>>(),
        "alternatives": alternatives.collect::<Vec<_>>(),
        "features": explanation.features.iter().map(value).collect::<Map<_, _>>(),
    });
    if let Some(warning) = &explanation.warning {
        said["early_warning"] = super::forewarned::json(warning, explanation);
    }
    if let Some(figures) = &explanation.figures {
        said["events"] = super::event_words::json(figures, explanation);
    }
    said
}

/// The value of a feature.
pub(super) fn feature(explanation: &Explanation<'_>, name: &str) -> Value {
    explanation.features.iter().find(|feature| feature.name == name).map_or(Value::Null, of_feature)
}

fn condition(clause: &Clause<TracedTerm<'_>>, explanation: &Explanation<'_>) -> Value {
    let all = |parts: &[Clause<TracedTerm<'_>>]| -> Vec<Value> {
        parts.iter().map(|part| condition(part, explanation)).collect()
    };
    let mut entry = match clause {
        Clause::All(parts) => json!({ "all": all(parts) }),
        Clause::Any(parts) => json!({ "any": all(parts) }),
        Clause::Not(part) => json!({ "not": condition(part, explanation) }),
        Clause::Term(term) => {
            let named = explanation.features.iter().filter(|feature| term.features.contains(&feature.name));
            let values = named.map(|feature| (feature.name.clone(), of_feature(feature)));
            json!({ "term": term.term.sql, "values": values.collect::<Map<_, _>>() })
        }
    };
    entry["result"] = json!(clause.truth());
    entry
}

fn of_feature(feature: &FeatureValue) -> Value {
    feature.value.map_or(Value::Null, |value| number(feature.feature_type, value))
}

/// Counts without a decimal point.
fn number(feature_type: FeatureType, value: f64) -> Value {
    if feature_type == FeatureType::Count { json!(value as i64) } else { json!(value) }
}
