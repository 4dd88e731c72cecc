//! The rules and benefits in force.

use super::localizer::Localizer;
use super::table::{Cell, Format, Table, Value};
use crate::config::RunPlan;
use crate::i18n::Language;
use crate::rules::DEFAULT_RULE;
use crate::schema::Entity;

/// The rules in their order, the default last; why each leads where it does is said in every language.
pub fn rules(words: &Localizer<'_>, plan: &RunPlan) -> Table {
    let columns =
        [("order", Format::Count), ("rule", Format::Code), ("category", Format::Text), ("when", Format::Code)];
    let mut table = words.table("rules", columns);
    for language in Language::ALL {
        let mut column = words.column("rules", "why", Format::Sentence);
        column.name = format!("why_{}", language.code());
        if language != words.language {
            column.heading = format!("{} ({})", column.heading, language.code());
        }
        table.columns.push(column);
    }
    let classification = &plan.customers;
    let category = |at: usize| {
        let category = classification.categories.get(at);
        category.map_or(Value::Missing, |category| words.category(Entity::Customer, &category.name))
    };
    for (order, rule) in (1u64..).zip(&classification.rules) {
        let head =
            [Value::from(order), Value::from(&rule.name), category(rule.category), Value::from(rule.when.as_str())];
        let why = Language::ALL.map(|language| Value::from(language.of(&rule.reason)));
        table.push(head.into_iter().chain(why));
    }
    let order = Cell::from(classification.rules.len() as u64 + 1);
    let default = Cell { format: Some(Format::Text), ..words.rule(DEFAULT_RULE) };
    table.push([order, default, Cell::from(category(classification.default_category))]);
    table
}

/// The benefits and how they count.
pub fn benefits(words: &Localizer<'_>, plan: &RunPlan) -> Table {
    let texts = &words.texts.method;
    let names = ["benefit", "countable", "last_resort", "income_replacing", "life_event"];
    let mut table = words.table("benefits", names.map(|name| (name, Format::Text)));
    let flag = |flag: bool| Cell::from(if flag { &texts.yes } else { &texts.no });
    for benefit in &plan.benefits {
        let event = benefit.life_event.as_ref();
        let event = event.map_or(flag(false), |event| Cell { format: Some(Format::Code), ..Cell::from(event) });
        let names = Value::named(&benefit.code, words.language.of(&benefit.names));
        let flags = [benefit.countable, benefit.last_resort, benefit.income_replacing].map(flag);
        table.push([Cell::from(names)].into_iter().chain(flags).chain([event]));
    }
    table
}
