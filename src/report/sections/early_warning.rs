//! Early warning: how many customers are in which band of the model that the run applied, and what its tests found.

use crate::early_warning::Applied;
use crate::i18n::fill;
use crate::report::charts::{About, Bar, bars};
use crate::report::early_warning::{Phrases, caveats, exceptions};
use crate::report::localized::LocalizedReport;
use crate::report::view::{Block, Figure, Layout, Section};
use crate::tables::{Row, Table, least_outcomes, warning_capacity, warning_now};

pub(super) fn section(localized: &LocalizedReport<'_>) -> Option<Section> {
    let texts = &localized.texts.early_warning;
    let applied = localized.content.early_warning?;
    let file = &applied.file;
    let phrases = Phrases { words: &localized.words, provenance: &file.model.provenance };
    let customers = localized.customers(applied.in_question());
    let [from, to, within] = [phrases.from(), phrases.to(), phrases.within()];
    let values = [("customers", customers.as_str()), ("from", &from), ("to", &to), ("within", &within)];
    let mut blocks = vec![Block::Strong { text: fill(&texts.run_lead, &values) }];
    blocks.push(Block::Text { text: model(localized, applied, &phrases) });
    if !file.tests.passes() {
        blocks.push(Block::Strong { text: texts.run_failed.clone() });
    }
    let strong = exceptions(&localized.words, &file.model, &file.exceptions);
    blocks.extend(strong.map(|text| Block::Strong { text }));
    blocks.push(Block::Figure { figure: by_band(localized, applied) });
    blocks.push(Block::Note { text: texts.run_list.clone() });
    blocks.push(Block::Heading { text: texts.run_capacity.clone() });
    let least = least_outcomes(&localized.words, &file.model.provenance);
    let capacities = warning_capacity(&localized.words, &file.tests.together, least);
    blocks.extend(phrases.list(&capacities));
    blocks.extend(caveats(&phrases, &file.tests.together.model).map(|text| Block::Text { text }));
    blocks.push(Block::Folded { table: localized.html(&capacities) });
    Some(Section { id: "early-warning", title: texts.title.clone(), blocks })
}

/// What the model learned from, and who has approved it.
fn model(localized: &LocalizedReport<'_>, applied: &Applied, phrases: &Phrases<'_>) -> String {
    let texts = &localized.texts.early_warning;
    let model = &applied.file.model;
    let last = localized.language.short_day(model.provenance.last_date);
    let approval = phrases.approval(&model.approved_by, model.approved_on);
    let approval = approval.unwrap_or_else(|| texts.run_not_approved.clone());
    format!("{} {approval}", fill(&texts.run_model, &[("last", &last)]))
}

/// How many customers are in each band, and its risk.
fn by_band(localized: &LocalizedReport<'_>, applied: &Applied) -> Figure {
    let texts = &localized.texts.early_warning;
    let table = warning_now(&localized.words, &applied.file.model.bands, &applied.customers).masked();
    let table = Table { title: texts.run_bands.clone(), ..table };
    let colour = localized.plan.customers.categories.iter().position(|of| of.name == applied.file.model.provenance.to);
    let colour = localized.colour(colour.unwrap_or(usize::MAX));
    let bar = |row: &Row| {
        let [customers, risk] = ["customers", "risk_pct"].map(|column| localized.cell(&table, row, column));
        let band = row.cell(0);
        let values = [("score", band.value.label()), ("risk", risk.as_str())];
        Bar {
            label: fill(&texts.run_band, &values),
            value: table.cell(row, "customers").value.number(),
            detail: customers,
            colour: colour.clone(),
        }
    };
    let drawn: Vec<Bar> = table.rows.iter().map(bar).collect();
    let description: Vec<String> = drawn.iter().map(|bar| format!("{}: {}", bar.label, bar.detail)).collect();
    let description = description.join("; ");
    let about = About { id: "warning-bands", title: &texts.run_bands, description: &description };
    let svg = bars(&about, &drawn);
    let title = texts.run_bands.clone();
    let layout = Layout::Below;
    Figure { exception: String::new(), title, legend: Vec::new(), svg, table: localized.html(&table), layout }
}
