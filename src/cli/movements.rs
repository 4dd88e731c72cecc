//! Movements as text and as JSON, for every command that finds some.

use super::summary::{counted, titled};
use crate::history::{Cause, Movements};
use crate::i18n::Language;
use crate::schema::Entity;
use crate::tables::{self, Localizer, Table};

/// Rows of the table by rule; the rest is in the JSON.
const RULES_SHOWN: usize = 15;

/// Everything, as tables.
pub fn text(words: &Localizer<'_>, found: &Movements) -> String {
    let mut text = format!("Movements from {} to {}\n\n", found.old_as_of, found.new_as_of);
    text.push_str(&matrices(words, found));
    if !found.by_rule.is_empty() {
        text.push_str(&format!("\n{}", titled(&by_rule(words, found))));
    }
    text.push_str(&format!("\n{}\n", cause(words, found)));
    text
}

/// Who moved from where to where, as counts and as per cent of those in both runs.
pub fn matrices(words: &Localizer<'_>, found: &Movements) -> String {
    let movements = tables::movements(words, found).keyed();
    let whose = found.entity.plural();
    let counts = pivot(&movements, whose, &format!("Number of {whose}, from (rows) to (columns)"));
    let mut shares = pivot(&movements, "row_pct", &format!("Per cent of the {whose} in both runs, by row"));
    // Those who came or left are in one run only.
    shares.rows.retain(|row| !row.is_total);
    let left = shares.columns.pop();
    debug_assert!(left.is_some_and(|column| column.name.is_empty()));
    format!("{}\n{}", titled(&counts), titled(&shares))
}

fn pivot(table: &Table, value: &str, title: &str) -> Table {
    Table { title: title.to_owned(), ..table.pivot("from", "to", value, None) }
}

/// The most frequent changes by rule.
pub fn by_rule(words: &Localizer<'_>, found: &Movements) -> Table {
    let mut table = tables::movements_by_rule(words, found).keyed();
    let more = table.rows.len().saturating_sub(RULES_SHOWN);
    if more > 0 {
        table.rows.truncate(RULES_SHOWN);
        table.note = format!("… and {} more, which --json names", counted(more as u64, "pair"));
    }
    table
}

/// A few lines, for a run that was compared with the one before it.
pub fn brief(found: &Movements) -> String {
    let count = |count: u64| Language::En.whole(count);
    let mut text = format!(
        "Since {}: {} changed category, {} entered, {} left",
        found.old_as_of,
        count(found.moved()),
        count(found.entered.iter().sum()),
        count(found.left.iter().sum())
    );
    match &found.cause {
        Cause::Behaviour => {}
        Cause::Split { by_rules, .. } => text.push_str(&format!(
            "; the rules differ, and by them alone {} would have changed",
            count(found.changed(&found.from, by_rules))
        )),
        Cause::CannotTell { differs } => text.push_str(&format!(
            "; settings differ ({}), so that lives and settings cannot be told apart",
            differs.join(", ")
        )),
    }
    text
}

/// Everything, as JSON.
pub fn json(found: &Movements) -> anyhow::Result<serde_json::Value> {
    let mut value = serde_json::to_value(found)?;
    value["in_both"] = found.in_both().into();
    value["moved"] = found.moved().into();
    Ok(value)
}

/// What moves an entity but rules and settings.
fn of_lives(entity: Entity) -> &'static str {
    match entity {
        Entity::Customer => "customers' lives",
        Entity::Employer => "what employers did",
    }
}

fn cause(words: &Localizer<'_>, found: &Movements) -> String {
    match &found.cause {
        Cause::Behaviour if found.moved() == 0 => "Nobody in both runs changed category.".to_owned(),
        Cause::Behaviour => {
            format!("Rules and settings are the same in both runs: what moved is {}.", of_lives(found.entity))
        }
        Cause::CannotTell { differs } => format!(
            "What moved by {} cannot be told apart from what moved by settings, since these differ:\n  {}\n\
             To tell, run the old day again under the new settings and compare with that.",
            of_lives(found.entity),
            differs.join("\n  ")
        ),
        Cause::Split { by_rules, by_behaviour } => {
            let [rules, behaviour] = [(&found.from, by_rules), (&found.to, by_behaviour)]
                .map(|(from, counts)| Language::En.whole(found.changed(from, counts)));
            let texts = &words.texts.movements;
            let steps = tables::movements_split(words, found).map(Table::keyed).into_iter().flat_map(|split| {
                [("rules", &texts.split_rules), ("behaviour", &texts.split_behaviour)]
                    .map(|(cause, title)| titled(&pivot(&split.filter("cause", cause), found.entity.plural(), title)))
            });
            let steps: Vec<String> = steps.collect();
            format!(
                "The rules differ. Of the {} in both runs, {rules} would have changed category by the rules alone \
                 (their old features under the new rules); from there, {behaviour} moved by what they did.\n\n{}",
                found.entity.plural(),
                steps.join("\n").trim_end()
            )
        }
    }
}
