//! Events in words of a language, figure by figure; and as JSON, with the names that files have.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Explanation;
use super::events::{Event, EventValue};
use super::words::Words;
use crate::config::{Benefit, Extract};
use crate::i18n::fill;
use crate::schema::ColumnName;

/// Figures with the same events.
#[derive(Debug, Clone)]
pub struct Figure {
    /// The features.
    pub features: Vec<&'static str>,
    /// The events that they count, by their dates.
    pub events: Vec<Event>,
}

/// The same in words.
#[derive(Debug, Serialize)]
pub(super) struct FigureWords {
    /// What they are called, with their values.
    pub figures: String,
    pub events: Vec<EventWords>,
}

#[derive(Debug, Serialize)]
pub(super) struct EventWords {
    pub date: String,
    pub what: String,
    /// Money or minutes; empty where there are none.
    pub amount: String,
    pub source: String,
}

impl Words<'_> {
    /// Figures and their events.
    pub(super) fn figures(&self, figures: &[Figure], benefits: &[Benefit]) -> Vec<FigureWords> {
        let name = |feature: &&str| {
            format!("{}: {}", self.label(feature), self.value(feature, self.explanation.value(feature)))
        };
        let words = |figure: &Figure| FigureWords {
            figures: figure.features.iter().map(name).collect::<Vec<_>>().join("; "),
            events: figure.events.iter().map(|event| self.event(event, benefits)).collect(),
        };
        figures.iter().map(words).collect()
    }

    fn event(&self, event: &Event, benefits: &[Benefit]) -> EventWords {
        use ColumnName as C;
        let day = |column| event.day(column).map(|day| self.language.short_day(day));
        let date = event.first_day().map(|day| self.language.short_day(day)).unwrap_or_default();
        let date = match day(C::period_end) {
            Some(end) => format!("{date} – {end}"),
            None => date,
        };
        let benefit = |code: &str| {
            let known = benefits.iter().find(|benefit| benefit.code == code);
            known.map_or(code, |benefit| self.language.of(&benefit.names)).to_owned()
        };
        let clarifications = event.number(C::clarifications).filter(|count| *count > 0);
        let what = [
            event.text(C::benefit).map(benefit),
            event.text(C::channel).map(str::to_owned),
            event.text(C::direction).filter(|direction| *direction != "inbound").map(str::to_owned),
            event.text(C::method).map(str::to_owned),
            event.text(C::event).map(str::to_owned),
            event.text(C::decision).filter(|decision| *decision == "rejected").map(str::to_owned),
            clarifications.map(|count| format!("{} {count}", self.label("clarifications"))),
        ];
        let hundredths = |column, unit: &str| {
            let number = event.number(column)?;
            Some(format!("{}\u{a0}{unit}", self.language.decimals(number as f64 / 100.0, 2)))
        };
        let euros = || hundredths(C::amount, self.texts.unit("paid_eur"));
        let amount = euros().or_else(|| hundredths(C::handling_minutes, self.texts.unit("handling_minutes")));
        // As a number to look for, and not to read.
        let record = event.record.to_string();
        EventWords {
            date,
            what: what.into_iter().flatten().collect::<Vec<_>>().join(", "),
            amount: amount.unwrap_or_default(),
            source: fill(&self.texts.explanation.source, &[("file", &event.file), ("record", &record)]),
        }
    }
}

/// The figures of the rule that decided and their events as JSON.
pub(super) fn json(figures: &[Figure], explanation: &Explanation<'_>) -> Value {
    let figure = |figure: &Figure| {
        let features: Map<String, Value> =
            figure.features.iter().map(|name| ((*name).to_owned(), super::json::feature(explanation, name))).collect();
        json!({ "features": features, "events": figure.events.iter().map(event_json).collect::<Vec<_>>() })
    };
    figures.iter().map(figure).collect()
}

fn event_json(event: &Event) -> Value {
    let mut values = Map::new();
    values.insert("extract".to_owned(), Extract::name(event.extract).into());
    values.insert("file".to_owned(), event.file.clone().into());
    values.insert("record".to_owned(), event.record.into());
    // Whose events they are is said once.
    let others =
        event.values.iter().filter(|(column, _)| !matches!(column, ColumnName::customer_id | ColumnName::employer_id));
    for (column, value) in others {
        let value = match value {
            EventValue::Text(text) => text.clone().into(),
            EventValue::Day(day) => day.to_string().into(),
            EventValue::Hundredths(number) => (*number as f64 / 100.0).into(),
            EventValue::Whole(number) => (*number).into(),
            EventValue::Bool(value) => (*value).into(),
        };
        values.insert(column.as_str().to_owned(), value);
    }
    values.into()
}
