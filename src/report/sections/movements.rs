//! Who moved since the last run: the matrix, the rules, and what moved them.

use crate::history::{Cause, Movements};
use crate::i18n::fill;
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Section};
use crate::tables::{Table, movements, movements_by_rule, movements_split};

/// Changes by rule that the page shows.
const SHOWN: usize = 15;

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.movements;
    let found = localized.content.movements?;
    let changed = found.changed(&found.from, &found.matrix);
    let lead = fill(
        &texts.lead,
        &[
            ("old", &localized.day(&found.old_as_of)),
            ("stayed", &localized.customers(found.in_both() - changed)),
            ("changed", &localized.count(changed)),
            ("entered", &localized.count(found.entered.iter().sum())),
            ("left", &localized.count(found.left.iter().sum())),
        ],
    );
    let matrix = matrix(localized, found, &texts.matrix);
    let mut blocks = vec![Block::Text { text: lead }, matrix, Block::Heading { text: texts.cause.clone() }];
    blocks.extend(cause(localized, found));
    if !found.by_rule.is_empty() {
        blocks.push(Block::Table { table: localized.html(&by_rule(localized, found)) });
    }
    Some(Section { id: "movements", title: texts.title.clone(), blocks })
}

/// From (rows) × to (columns), with per cent of the row.
fn pivot(table: &Table, value: &str, title: &str) -> Table {
    Table { title: title.to_owned(), ..table.pivot("from", "to", value, Some("row_pct")) }
}

/// Who was in which category then, and is now.
pub(super) fn matrix(localized: &LocalizedReport<'_>, found: &Movements, title: &str) -> Block {
    let table = pivot(&movements(&localized.words, found), found.entity.plural(), title);
    Block::Table { table: localized.html(&table) }
}

/// What moved them, in words, and where it can be told apart, in numbers.
fn cause(localized: &LocalizedReport<'_>, found: &Movements) -> Vec<Block> {
    let texts = &localized.texts.movements;
    match &found.cause {
        Cause::Behaviour => vec![Block::Text { text: texts.behaviour.clone() }],
        Cause::CannotTell { differs } => {
            vec![Block::Text { text: fill(&texts.cannot_tell, &[("differs", &differs.join(", "))]) }]
        }
        Cause::Split { by_rules, by_behaviour } => {
            let rules = localized.customers(found.changed(&found.from, by_rules));
            let behaviour = localized.count(found.changed(&found.to, by_behaviour));
            let text = fill(&texts.split, &[("rules", &rules), ("behaviour", &behaviour)]);
            let split = movements_split(&localized.words, found).into_iter();
            let steps = split.flat_map(|split| {
                [("rules", &texts.split_rules), ("behaviour", &texts.split_behaviour)]
                    .map(|(cause, title)| pivot(&split.filter("cause", cause), found.entity.plural(), title))
            });
            let steps = steps.map(|step| Block::Folded { table: localized.html(&step) });
            std::iter::once(Block::Text { text }).chain(steps).collect()
        }
    }
}

pub(super) fn by_rule(localized: &LocalizedReport<'_>, found: &Movements) -> Table {
    let mut table = movements_by_rule(&localized.words, found);
    let all = table.rows.len();
    if all > SHOWN {
        table.rows.truncate(SHOWN);
        let [shown, all] = [SHOWN, all].map(|count| localized.count(count as u64));
        table.note = fill(&localized.texts.movements.more, &[("shown", &shown), ("all", &all)]);
    }
    table
}
