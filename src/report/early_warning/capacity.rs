//! What is found if so many can be called, and how far ahead.

use super::{Chart, LocalizedModel, percent};
use crate::early_warning::AUDIT_CAPACITY_PCT;
use crate::i18n::fill;
use crate::report::view::{Block, Layout, Section};
use crate::tables::{Table, least_outcomes, warning_ahead, warning_capacity};

/// Of the model, of the deciding rule, of the best single feature.
const RECALL: [&str; 3] = ["recall_pct", "rules_recall_pct", "single_recall_pct"];
/// The capacities, in per cent, that have room for a label.
const LABELLED: [f64; 6] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0];

pub(super) fn section(localized: &LocalizedModel<'_>) -> Section {
    let (texts, phrases) = (&localized.texts.early_warning, localized.phrases());
    let (from, to, within) = (phrases.from(), phrases.to(), phrases.within());
    let lead = fill(&texts.capacity_lead, &[("from", &from), ("to", &to), ("within", &within)]);
    let backtest = localized.content.backtest;
    let least = least_outcomes(&localized.words, phrases.provenance);
    let table = warning_capacity(&localized.words, &backtest.together, least);
    let mut blocks = vec![Block::Text { text: lead }];
    blocks.extend(phrases.list(&table));
    blocks.extend(compared(localized, &table).map(|text| Block::Text { text }));
    if table.numbers(RECALL[0]).iter().any(|share| share.is_finite()) {
        blocks.push(Block::Figure { figure: chart(localized, &table) });
    } else {
        blocks.push(Block::Note { text: texts.few_outcomes.clone() });
    }
    // The section that the page begins with.
    Section { id: "overview", title: texts.capacity.clone(), blocks }
}

/// The row of the capacity that groups are looked at by, and its three shares found, if they may be told.
fn audited(table: &Table) -> Option<[f64; 3]> {
    let row = table.rows.iter().find(|row| table.cell(row, "capacity_pct").value.number() == AUDIT_CAPACITY_PCT)?;
    let shares = RECALL.map(|column| table.cell(row, column).value.number());
    shares.iter().all(|share| share.is_finite()).then_some(shares)
}

/// What the baselines find.
fn compared(localized: &LocalizedModel<'_>, table: &Table) -> Option<String> {
    let phrases = localized.phrases();
    let [_, rules, single] = audited(table)?.map(|share| phrases.share(share));
    let feature = localized.feature(&localized.content.backtest.single_feature);
    let capacity = phrases.capacity(AUDIT_CAPACITY_PCT);
    let values =
        [("capacity", capacity.as_str()), ("rules", &rules), ("feature", feature.label()), ("single", &single)];
    Some(fill(&localized.texts.early_warning.capacity_compared, &values))
}

fn chart(localized: &LocalizedModel<'_>, table: &Table) -> crate::report::view::Figure {
    let (texts, phrases) = (&localized.texts.early_warning, localized.phrases());
    let list = audited(table).map_or(String::new(), |shares| {
        let named = localized.compared().into_iter().zip(shares);
        let item = |((name, _), share)| format!("{name} {}", phrases.share(share));
        named.map(item).collect::<Vec<_>>().join(", ")
    });
    let capacity = phrases.capacity(AUDIT_CAPACITY_PCT);
    let chart = Chart {
        id: "capacity",
        title: &texts.capacity_chart,
        description: fill(&texts.capacity_description, &[("capacity", &capacity), ("list", &list)]),
        number: percent,
        layout: Layout::Below,
    };
    // Equal steps for equal ratios, so that small capacities, which are the usual ones, have room.
    let label = |capacity| if LABELLED.contains(&capacity) { phrases.capacity(capacity) } else { String::new() };
    let at = table.numbers("capacity_pct").into_iter().map(|capacity| (capacity.ln(), label(capacity)));
    let at: Vec<(f64, String)> = at.collect();
    localized.three_lines(&chart, &at, table, RECALL)
}

/// How the share found falls with the time ahead.
pub(super) fn ahead(localized: &LocalizedModel<'_>) -> Section {
    let (texts, phrases) = (&localized.texts.early_warning, localized.phrases());
    let months = localized.count(localized.plan.window.months.into());
    let capacity = phrases.capacity(AUDIT_CAPACITY_PCT);
    let together = &localized.content.backtest.together;
    let mut lead = fill(&texts.ahead_lead, &[("capacity", &capacity)]);
    if phrases.falls(&together.model) {
        lead = format!("{lead} {}", fill(&texts.ahead_windows, &[("ahead", phrases.ahead()), ("months", &months)]));
    }
    let mut blocks = vec![Block::Text { text: lead }];
    let table = warning_ahead(&localized.words, together, phrases.provenance);
    let found = table.numbers(RECALL[0]);
    if found.iter().any(|share| share.is_finite()) {
        let at = table.numbers("months_ahead").into_iter().map(|months| (months, localized.count(months as u64)));
        let at: Vec<(f64, String)> = at.collect();
        let item = |((_, months), share): (&(f64, String), &f64)| format!("{months}: {}", phrases.share(*share));
        let chart = Chart {
            id: "ahead",
            title: &texts.ahead_chart,
            description: at.iter().zip(&found).map(item).collect::<Vec<_>>().join(", "),
            number: percent,
            layout: Layout::Below,
        };
        blocks.push(Block::Figure { figure: localized.three_lines(&chart, &at, &table, RECALL) });
    } else {
        blocks.push(Block::Note { text: texts.few_outcomes.clone() });
    }
    Section { id: "ahead", title: texts.ahead.clone(), blocks }
}
