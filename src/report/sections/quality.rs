//! Quality of the data: where every row went, why rows were rejected, and codes that nobody knows.

use crate::i18n::Message;
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Section};
use crate::tables::{Table, accounting, rejects_by_reason, unknown_codes};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Section {
    let (texts, extracts) = (&localized.texts.quality, localized.content.extracts);
    let or_text = |table: Table, text: &String| match table.rows.is_empty() {
        true => Block::Text { text: text.clone() },
        false => Block::Table { table: localized.html(&table) },
    };
    let mut blocks = vec![
        Block::Text { text: texts.lead.clone() },
        Block::Table { table: localized.html(&accounting(&localized.words, extracts)) },
        or_text(rejects_by_reason(&localized.words, extracts), &texts.no_faults),
        or_text(unknown_codes(&localized.words, extracts), &texts.no_codes),
    ];
    if !localized.content.warnings.is_empty() {
        blocks.push(Block::Heading { text: texts.warnings.clone() });
        let messages = Message::texts(localized.content.warnings, localized.language);
        blocks.push(Block::Messages { messages });
    }
    Section { id: "quality", title: texts.title.clone(), blocks }
}
