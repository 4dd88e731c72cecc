//! What a model must not be used for, and what to know of its figures.

use super::{LocalizedModel, Phrases};
use crate::early_warning::TestFigures;
use crate::i18n::{Message, fill};
use crate::report::view::{Block, Section};

pub(super) fn section(localized: &LocalizedModel<'_>) -> Section {
    let texts = &localized.texts.early_warning;
    let elsewhere = fill(&texts.not_elsewhere_means, &[("from", &localized.phrases().from())]);
    let term = |term: &String, meaning: &String| (term.clone(), meaning.clone());
    let terms = vec![
        term(&texts.not_decide, &texts.not_decide_means),
        term(&texts.not_judge, &texts.not_judge_means),
        term(&texts.not_causes, &texts.not_causes_means),
        term(&texts.not_effect, &texts.not_effect_means),
        term(&texts.not_elsewhere, &elsewhere),
    ];
    let mut blocks = vec![Block::Terms { terms }, Block::Heading { text: texts.reading.clone() }];
    let tested = &localized.content.backtest.together.model;
    blocks.extend(caveats(&localized.phrases(), tested).map(|text| Block::Text { text }));
    let left =
        if localized.content.registered { &texts.reading_left_out } else { &localized.texts.panel.reading_no_register };
    blocks.push(Block::Text { text: left.clone() });
    let messages = Message::texts(localized.content.warnings, localized.language);
    if !messages.is_empty() {
        blocks.push(Block::Heading { text: localized.texts.quality.warnings.clone() });
        blocks.push(Block::Messages { messages });
    }
    // What the head of the page points to.
    Section { id: "quality", title: texts.limits.clone(), blocks }
}

/// What whoever reads how much is found must be told.
pub(in crate::report) fn caveats(phrases: &Phrases<'_>, tested: &TestFigures) -> impl Iterator<Item = String> {
    let texts = &phrases.words.texts.early_warning;
    let windows = if phrases.falls(tested) {
        fill(&texts.reading_windows, &[("ahead", phrases.ahead())])
    } else {
        texts.reading_level.clone()
    };
    [windows, texts.reading_payments.clone()].into_iter()
}
